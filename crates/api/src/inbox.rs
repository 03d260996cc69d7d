//! Inboxes: how agents receive their messages.

use serde::{Deserialize, Serialize};
use sessiond_core::{AgentId, MessageId};
use utoipa::{IntoParams, ToSchema};

use crate::Message;

crate::operations::operations! {
    /// Reads an inbox.
    RECEIVE_MESSAGES = Operation::get("/agents/{agent_id}/inbox").agents();
    /// Acknowledges messages.
    ACKNOWLEDGE_MESSAGES = Operation::post("/agents/{agent_id}/inbox/ack").agents().repeat(Repeat::Safe);
    /// Connects an agent by a WebSocket.
    CONNECT_AGENT = Operation::get("/ws").agents();
}

/// How to read an inbox.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ReceiveMessages {
    /// How long to wait for the first message, such as `30s`; not at all when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wait: Option<sessiond_core::Span>,
    /// Messages at most; 10 when absent, 64 at most.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<usize>,
    /// The token of the connection that reads; an older one is refused. Without one the inbox is shared.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fence: Option<u64>,
}

/// Messages to work on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct InboxPage {
    /// The messages, in the order to work on them.
    pub messages: Vec<InboxMessage>,
}

/// A message that is delivered.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct InboxMessage {
    /// The message.
    #[serde(flatten)]
    #[schema(inline)]
    pub message: Message,
    /// How often it has been delivered, this time included.
    pub attempt: u32,
}

/// Acknowledges messages: they are not delivered again.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AckMessages {
    /// Which.
    pub message_ids: Vec<MessageId>,
    /// The token of the connection that received them; an older one is refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fence: Option<u64>,
}

/// How many messages were acknowledged by this; those that had been already do not count.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Acknowledged {
    /// How many.
    pub acknowledged: u64,
}

/// The first frame of a WebSocket connection.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Connected {
    /// Always `connected`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Who.
    pub agent_id: AgentId,
    /// This connection's fencing token: larger than those of all connections before it.
    pub fence: u64,
}
