//! Messages between agents.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use sessiond_core::{AgentId, Message, MessageId, SessionId, TaskId, TaskStatus, Timestamp};
use utoipa::{IntoParams, ToSchema};

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

/// The result of sending a message.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Sent {
    /// Always true; a failure is a problem.
    pub success: bool,
    /// The message.
    pub message_id: MessageId,
    /// The task that it created or refers to; null outside a session.
    pub task_id: Option<TaskId>,
    /// The task's status; `queued` if there is no task, `received` for a heartbeat.
    #[schema(example = "pending")]
    pub status: String,
    /// When it is delivered, if the message says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deliver_at: Option<Timestamp>,
    /// The response, for `delivery_mode: sync`: the task's result, or the payload of the responding message.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub response: Option<Value>,
}

impl Sent {
    /// The status of a message that made or changed a task.
    pub fn of_task(message_id: MessageId, task_id: TaskId, status: TaskStatus) -> Self {
        let status = status.as_str().to_owned();
        Self { success: true, message_id, task_id: Some(task_id), status, deliver_at: None, response: None }
    }

    /// The status of any other message.
    pub fn queued(message_id: MessageId) -> Self {
        Self {
            success: true,
            message_id,
            task_id: None,
            status: "queued".to_owned(),
            deliver_at: None,
            response: None,
        }
    }
}

/// A message and its state.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct MessageInfo {
    /// The message.
    pub message: Message,
    /// `queued`, `acknowledged`, `dead` or `withdrawn`.
    pub state: MessageState,
    /// How often it has been delivered.
    pub attempts: u32,
    /// When it was accepted.
    pub accepted_at: Timestamp,
    /// When it was acknowledged, became a dead letter or was withdrawn.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<Timestamp>,
}

/// A filter for messages; the list has the newest first.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListMessages {
    /// Only messages to this agent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recipient: Option<AgentId>,
    /// Only messages of this session.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session_id: Option<SessionId>,
    /// Only messages in this state: `queued`, `acknowledged`, `dead` or `withdrawn`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<MessageState>,
    /// The maximum number of rows, up to 1000. Default: 100.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<usize>,
    /// The `next_cursor` of the previous page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
}

/// The state of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum MessageState {
    /// It waits in the inbox, or is being delivered.
    Queued,
    /// It was acknowledged.
    Acknowledged,
    /// It was delivered too often: a dead letter.
    Dead,
    /// It was taken back before it was acknowledged.
    Withdrawn,
}

/// A page of messages.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct MessagePage {
    /// The messages.
    pub messages: Vec<MessageInfo>,
    /// The `cursor` of the next page; null on the last page.
    pub next_cursor: Option<String>,
}
