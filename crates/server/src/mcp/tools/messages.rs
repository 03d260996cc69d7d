//! Messages and inboxes.

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value};
use sessiond_api as api;
use sessiond_api::Problem;
use sessiond_client::Conditions;
use sessiond_core::{AgentId, Fence, MessageId, MessageType, Party, Priority, SessionId, Timestamp};
use sessiond_engine::{Clock as _, Ids as _, System};

use crate::mcp::Mcp;

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SendMessage {
    /// The recipient, framework://name.
    #[schemars(with = "String")]
    to: AgentId,
    /// The content, as text or any JSON.
    payload: Value,
    /// The session that it belongs to. Default: none.
    #[schemars(with = "Option<String>")]
    session_id: Option<SessionId>,
    /// status_update (the default), task_request, task_response or error.
    #[schemars(with = "Option<String>")]
    message_type: Option<MessageType>,
    /// The message that this one responds to.
    #[schemars(with = "Option<String>")]
    in_reply_to: Option<MessageId>,
    /// low, medium (the default), high or critical.
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    priority: Priority,
    /// When it is delivered, 30 days ahead at most, such as 2025-02-02T11:00:00Z. Default: at once.
    #[schemars(with = "Option<String>")]
    deliver_at: Option<Timestamp>,
    /// Its id, to send the same message again safely. Default: generated.
    #[schemars(with = "Option<String>")]
    message_id: Option<MessageId>,
    /// The agent that you act as. Default: the identity of your connection.
    #[schemars(with = "Option<String>")]
    agent_id: Option<AgentId>,
    /// The fencing token of your lease, from hold_lease; only if you hold one.
    fence: Option<Fence>,
}

pub(super) async fn send_message(mcp: &Mcp, input: SendMessage) -> Result<api::Sent, Problem> {
    let party = |agent: AgentId| Party { session_id: input.session_id.clone(), ..Party::new(agent) };
    let message_id = match input.message_id {
        Some(id) => id,
        None => MessageId::parse(format!("msg_{:032x}", System.nonce()))
            .map_err(|error| Problem::invalid("/message_id", error.to_string()))?,
    };
    let message = api::Message {
        message_id,
        timestamp: System.now(),
        sender: party(mcp.actor(input.agent_id)?),
        recipient: party(input.to),
        deliver_at: input.deliver_at,
        message_type: input.message_type.unwrap_or(MessageType::StatusUpdate),
        priority: input.priority,
        payload: input.payload,
        routing: Default::default(),
        metadata: Map::new(),
        in_reply_to: input.in_reply_to,
    };
    mcp.client().send_message(message, Conditions { fence: input.fence, ..Conditions::default() }).await
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ReadInbox {
    /// The agent whose inbox to read. Default: the identity of your connection.
    #[schemars(with = "Option<String>")]
    agent_id: Option<AgentId>,
    /// The maximum number of messages, up to 64. Default: 10.
    limit: Option<usize>,
}

pub(super) async fn read_inbox(mcp: &Mcp, input: ReadInbox) -> Result<api::InboxPage, Problem> {
    let agent = mcp.actor(input.agent_id)?;
    let query = api::ReceiveMessages { limit: input.limit, ..api::ReceiveMessages::default() };
    mcp.client().receive(&agent, query).await
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Acknowledge {
    /// The message_ids of the messages that are done.
    #[schemars(with = "Vec<String>")]
    message_ids: Vec<MessageId>,
    /// The agent whose inbox to read. Default: the identity of your connection.
    #[schemars(with = "Option<String>")]
    agent_id: Option<AgentId>,
}

pub(super) async fn acknowledge(mcp: &Mcp, input: Acknowledge) -> Result<api::Acknowledged, Problem> {
    let agent = mcp.actor(input.agent_id)?;
    let request = api::AckMessages { message_ids: input.message_ids, fence: None };
    mcp.client().ack(&agent, request).await
}
