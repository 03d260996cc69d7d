//! The event of a message that is no task request.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::session::payload::{At, Payload};
use crate::session::{Rejection, Session};
use crate::values::{AgentId, MessageId};

use super::{MessageType, Priority};

/// A message between participants that is no task request.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct MessageSent {
    /// Its id.
    pub message_id: MessageId,
    /// From whom.
    pub sender: AgentId,
    /// To whom.
    pub recipient: AgentId,
    /// What it is.
    pub message_type: MessageType,
    /// Orders the inbox.
    pub priority: Priority,
    /// What it says.
    pub payload: Value,
    /// The message that it answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub in_reply_to: Option<MessageId>,
}

impl Payload for MessageSent {
    /// The state keeps no messages: inboxes do.
    fn fold(&self, _: &mut Session, _: At) -> Result<(), String> {
        Ok(())
    }

    fn check(&self, _: &Session) -> Result<(), Rejection> {
        Ok(())
    }

    fn is_listed(&self) -> bool {
        false
    }
}
