//! The event of a message that is no task request.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::session::payload::{At, Payload};
use crate::session::{Rejection, Session};
use crate::values::{AgentId, MessageId, Timestamp};

use super::{DelayedMessage, MessageType, Priority};

/// A participant sent a message that is not a task request.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct MessageSent {
    /// The message's id.
    pub message_id: MessageId,
    /// The agent that sent it.
    pub sender: AgentId,
    /// The agent that receives it.
    pub recipient: AgentId,
    /// `task_response`, `status_update` or `error`.
    pub message_type: MessageType,
    /// Its priority in the inbox.
    pub priority: Priority,
    /// The content.
    pub payload: Value,
    /// When it is delivered, if not at once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deliver_at: Option<Timestamp>,
    /// The message that it responds to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub in_reply_to: Option<MessageId>,
}

impl Payload for MessageSent {
    /// The state keeps no messages: inboxes do. It remembers which wait for their time.
    fn fold(&self, session: &mut Session, at: At) -> Result<(), String> {
        if let Some(due) = self.deliver_at.filter(|due| *due > at.time) {
            let (recipient, message_id) = (self.recipient.clone(), self.message_id.clone());
            session.delayed.add(DelayedMessage { recipient, message_id, at: due }, at.time);
        }
        Ok(())
    }

    /// How many wait is counted with the state, after each event.
    fn check(&self, _: &Session) -> Result<(), Rejection> {
        Ok(())
    }

    fn is_listed(&self) -> bool {
        false
    }
}
