//! Signals: named values that are sent into a session from outside, for its program to receive in order.

mod events;
mod rules;
mod state;

use serde_json::Value;

pub use events::SignalSent;
pub use state::{Signal, Signals};

use crate::session::draft::{Draft, Receipt};
use crate::session::facet::Facet;
use crate::session::{Principal, Rejection, Session};

/// What can be asked of signals.
#[derive(Debug, Clone, PartialEq, strum::IntoStaticStr, strum::VariantNames)]
#[strum(serialize_all = "snake_case")]
pub enum Command {
    /// Send one.
    Send {
        /// Its name.
        name: String,
        /// Its value.
        value: Value,
    },
}

/// The facet. Everybody who sees the session may send it a signal.
pub(crate) enum Signalling {}

impl Facet for Signalling {
    type Command = Command;

    fn authorize(_: &Principal, _: &Session, _: &Command) -> Result<(), Rejection> {
        Ok(())
    }

    fn decide(draft: &mut Draft<'_>, command: Command) -> Result<Receipt, Rejection> {
        let Command::Send { name, value } = command;
        rules::send(draft, name, value)?;
        Ok(Receipt::Nothing)
    }
}
