//! The shared context: one JSON document that all participants read and write.

mod events;
pub(crate) mod rules;
mod state;

use serde_json::Value;

pub use events::{ContextUpdated, ContextWrite};
pub use state::Context;

use crate::session::draft::{Draft, Receipt};
use crate::session::facet::Facet;
use crate::session::{Principal, Rejection, Session};

/// A change of the shared context.
#[derive(Debug, Clone, PartialEq, strum::IntoStaticStr, strum::VariantNames)]
#[strum(serialize_all = "snake_case")]
pub enum Command {
    /// The whole document.
    Replace(Value),
    /// A JSON merge patch (RFC 7396).
    Patch(Value),
}

/// The facet. Everybody who sees the session may change its context.
pub(crate) enum SharedContext {}

impl Facet for SharedContext {
    type Command = Command;

    fn authorize(_: &Principal, _: &Session, command: &Command) -> Result<(), Rejection> {
        match command {
            Command::Replace(_) | Command::Patch(_) => Ok(()),
        }
    }

    fn decide(draft: &mut Draft<'_>, command: Command) -> Result<Receipt, Rejection> {
        rules::change(draft, command, "")?;
        Ok(Receipt::Nothing)
    }
}
