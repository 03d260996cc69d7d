//! Files: documents that were uploaded for a session's assistant. The session keeps what they are; their bytes and their text are
//! beside the store.

mod events;
pub(crate) mod rules;
mod state;

pub use events::{FileAdded, FilesRemoved};
pub use state::{File, Files};

use crate::lifecycle;
use crate::session::access;
use crate::session::draft::{Draft, Receipt};
use crate::session::facet::Facet;
use crate::session::{Principal, Rejection, Session};
use crate::values::FileId;

/// What can be asked of files.
#[derive(Debug, Clone, PartialEq, strum::IntoStaticStr, strum::VariantNames)]
#[strum(serialize_all = "snake_case")]
pub enum Command {
    /// The engine: a file was stored and read. It takes the place of one of the same name.
    Add(Box<FileAdded>),
    /// Remove one.
    Remove {
        /// Which.
        file: FileId,
    },
}

/// The facet. Who commands the session adds and removes its files.
pub(crate) enum Filing {}

impl Facet for Filing {
    type Command = Command;

    fn authorize(principal: &Principal, session: &Session, _: &Command) -> Result<(), Rejection> {
        access::commands(principal, session, "change its files")
    }

    fn decide(draft: &mut Draft<'_>, command: Command) -> Result<Receipt, Rejection> {
        if draft.session().has_expired(draft.now()) {
            return Err(Rejection::SessionExpired);
        }
        match command {
            Command::Add(file) => rules::add(draft, *file)?,
            Command::Remove { file } => rules::remove(draft, file)?,
        }
        lifecycle::rules::renew(draft)?;
        Ok(Receipt::Nothing)
    }
}
