//! Inboxes: how agents receive their messages.

use serde::{Deserialize, Serialize};
use sessiond_core::{AgentId, MessageId, Timestamp};
use utoipa::{IntoParams, ToSchema};

use crate::Message;

crate::operations::operations! {
    /// Reads an inbox.
    RECEIVE_MESSAGES =
        Operation::get("/agents/{agent_id}/inbox").agents().without_head().fails_with(&[Code::FenceStale, Code::StoreFull]);
    /// Acknowledges messages.
    ACKNOWLEDGE_MESSAGES = Operation::post("/agents/{agent_id}/inbox/ack").agents().repeat(Repeat::Safe);
    /// Connects an agent by a WebSocket.
    CONNECT_AGENT = Operation::get("/ws").agents().without_head().fails_with(&[Code::MalformedRequest]);
}

/// How to read an inbox.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ReceiveMessages {
    /// How long to wait for the first message, such as `30s`. Default: no wait.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wait: Option<sessiond_core::Span>,
    /// The maximum number of messages, up to 64. Default: 10.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<usize>,
    /// The fencing token of the connection that reads; an older token is rejected. Without a token the inbox is shared.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fence: Option<u64>,
}

/// Messages to work on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct InboxPage {
    /// The messages, in the order to work on them.
    pub messages: Vec<InboxMessage>,
}

/// A delivered message.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct InboxMessage {
    /// The message.
    #[serde(flatten)]
    #[schema(inline)]
    pub message: Message,
    /// How often it has been delivered, including this delivery.
    pub attempt: u32,
    /// When the server accepted it.
    pub accepted_at: Timestamp,
}

/// Acknowledges messages: they are not delivered again.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AckMessages {
    /// The ids of the messages.
    pub message_ids: Vec<MessageId>,
    /// The fencing token of the connection that received them; an older token is rejected.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fence: Option<u64>,
}

/// The number of messages that this request acknowledged; messages that were already acknowledged do not count.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Acknowledged {
    /// The number.
    pub acknowledged: u64,
}

/// The first frame of a WebSocket connection.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Connected {
    /// Always `connected`.
    #[serde(rename = "type")]
    pub kind: String,
    /// The agent.
    pub agent_id: AgentId,
    /// This connection's fencing token: larger than that of every earlier connection.
    pub fence: u64,
}
