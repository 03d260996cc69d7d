//! Messages between agents, in the shapes of seed 003.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use sessiond_core::{
    AgentId, Backoff, DeliveryMode, MessageId, MessageType, Priority, SessionId, Span, TaskId, TaskStatus,
    Timestamp,
};
use utoipa::{IntoParams, ToSchema};

use crate::schema;

crate::operations::operations! {
    /// Sends a message. Its id makes a repeat safe, and it is sent whatever the session's revision is.
    SEND_MESSAGE = Operation::post("/messages/send")
        .takes(&[Header::FencingToken])
        .repeat(Repeat::Safe)
        .fails_with(&[Code::NotFound, Code::InboxFull, Code::ResponseTimeout]);
    /// Lists messages to agents that the caller may act as.
    LIST_MESSAGES = Operation::get("/messages").agents();
    /// Puts a dead letter back into its inbox.
    REQUEUE_MESSAGE =
        Operation::post("/agents/{agent_id}/inbox/{message_id}/requeue").agents().repeat(Repeat::Safe);
}

/// A message, as it is sent and as it is delivered. The type is the core's own: a message is stored and delivered as
/// its sender wrote it. [`SendMessage`] documents it.
pub type Message = sessiond_core::Message;

/// A message from one agent to another.
#[derive(ToSchema, Serialize)]
pub struct SendMessage {
    /// Chosen by the sender; the same id again has no second effect and gets the first answer.
    #[schema(example = "task_impl_backend", pattern = "^[A-Za-z0-9_.:-]{1,128}$")]
    pub message_id: String,
    /// When the sender wrote it.
    #[schema(format = DateTime)]
    pub timestamp: String,
    /// Who sends. `session_id` makes it a message of that session.
    pub sender: Party,
    /// Who receives.
    pub recipient: Party,
    /// What it is.
    pub message_type: schema::MessageType,
    /// Orders the inbox of the recipient; `medium` when absent.
    #[schema(required = false)]
    pub priority: schema::Priority,
    /// What it says. A request names its kind of work in `task_type`; a response carries `result` or `error`, or is
    /// the result itself.
    #[schema(required = false)]
    pub payload: Value,
    /// How it is delivered.
    pub routing: Option<Routing>,
    /// `step` ties a request to a step, `task_id` a response to a task.
    #[schema(value_type = Option<Object>)]
    pub metadata: Option<Value>,
    /// The message that this one answers.
    pub in_reply_to: Option<String>,
}

/// One end of a message.
#[derive(ToSchema, Serialize)]
pub struct Party {
    /// The agent, `framework://name`.
    #[schema(example = "opencode://backend")]
    pub agent_id: String,
    /// Its framework.
    pub framework: Option<String>,
    /// The session that the message belongs to.
    pub session_id: Option<String>,
}

/// How a message is delivered.
#[derive(ToSchema, Serialize)]
pub struct Routing {
    /// The time that one attempt may take: `500ms`, `300s`, `5m` or `2h`.
    #[schema(example = "300s")]
    pub timeout: Option<String>,
    /// When and how often a failed attempt is made again.
    pub retry_policy: Option<crate::RetryPolicy>,
    /// Who is asked next when the recipient fails for good.
    pub fallback_agents: Option<Vec<String>>,
    /// `sync` holds the answer until the response; `async` when absent.
    pub delivery_mode: Option<schema::DeliveryMode>,
}

// The documented shape must be that of the core's type; these uses keep the words in step with it.
const _: fn(Backoff, DeliveryMode, MessageType, Priority, Span) = |_, _, _, _, _| ();

/// The answer to a message that was sent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Sent {
    /// Always true; what failed is a problem.
    pub success: bool,
    /// The message.
    #[schema(value_type = String)]
    pub message_id: MessageId,
    /// The task that it made or speaks of; null outside a session.
    #[schema(value_type = Option<String>)]
    pub task_id: Option<TaskId>,
    /// What the task is, or `queued` when there is none, or `received` for a heartbeat.
    #[schema(example = "pending")]
    pub status: String,
    /// The response, for `delivery_mode: sync`: the task's result, or the answering message's payload.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub response: Option<Value>,
}

impl Sent {
    /// The status of a message that made or changed a task.
    pub fn of_task(message_id: MessageId, task_id: TaskId, status: TaskStatus) -> Self {
        let status = status.as_str().to_owned();
        Self { success: true, message_id, task_id: Some(task_id), status, response: None }
    }

    /// The status of any other message.
    pub fn queued(message_id: MessageId) -> Self {
        Self { success: true, message_id, task_id: None, status: "queued".to_owned(), response: None }
    }
}

/// A message and what became of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct MessageInfo {
    /// The message.
    #[schema(value_type = SendMessage)]
    pub message: Message,
    /// `queued`, `acknowledged`, `dead` or `withdrawn`.
    #[schema(example = "queued")]
    pub state: String,
    /// How often it has been delivered.
    pub attempts: u32,
    /// When it was accepted.
    #[schema(value_type = String, format = DateTime)]
    pub accepted_at: Timestamp,
    /// When it was acknowledged, given up or taken back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub ended_at: Option<Timestamp>,
}

/// Which messages to list; newest first.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListMessages {
    /// Only those to this agent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[param(value_type = Option<String>)]
    pub recipient: Option<AgentId>,
    /// Only those of this session.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[param(value_type = Option<String>)]
    pub session_id: Option<SessionId>,
    /// Only `queued`, `acknowledged`, `dead` or `withdrawn` ones.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    /// Rows at most; 100 when absent, 1000 at most.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<usize>,
    /// The `next_cursor` of the page before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
}

/// A page of messages.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct MessagePage {
    /// The messages.
    pub messages: Vec<MessageInfo>,
    /// What to pass for the next page; null on the last.
    pub next_cursor: Option<String>,
}
