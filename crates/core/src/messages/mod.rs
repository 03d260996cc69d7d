//! Messages between agents.

mod events;
pub(crate) mod rules;
mod state;

pub use events::MessageSent;
pub(crate) use state::DelayedMessage;
pub use state::{
    Backoff, Delayed, DeliveryMode, Message, MessageType, Party, Priority, RetryPolicy, Routing,
    TaskReference,
};

use crate::session::access;
use crate::session::draft::{Draft, Receipt};
use crate::session::facet::Facet;
use crate::session::{Principal, Rejection, Session};
use crate::values::AgentId;

/// What can be asked of messages.
#[derive(Debug, Clone, PartialEq, strum::IntoStaticStr, strum::VariantNames)]
#[strum(serialize_all = "snake_case")]
pub enum Command {
    /// A message from one participant to another.
    Send(Message),
}

/// The facet.
pub(crate) enum Messages {}

impl Facet for Messages {
    type Command = Command;

    fn authorize(principal: &Principal, session: &Session, command: &Command) -> Result<(), Rejection> {
        let Command::Send(message) = command;
        access::as_agent(principal, session, &message.sender.agent_id)
    }

    fn must_settle(command: &Command) -> bool {
        let Command::Send(message) = command;
        message.message_type != MessageType::TaskRequest
    }

    fn writer(command: &Command) -> Option<&AgentId> {
        let Command::Send(message) = command;
        Some(&message.sender.agent_id)
    }

    fn decide(draft: &mut Draft<'_>, command: Command) -> Result<Receipt, Rejection> {
        let Command::Send(message) = command;
        rules::send(draft, message)
    }
}
