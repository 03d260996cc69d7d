//! Calls: what a program does in an execution session, as a tree of node calls.

mod batch;
mod entry;
mod events;
pub(crate) mod rules;
mod state;

pub use batch::{CallBatch, ExecutionEnd};
pub use entry::{CallBegan, CallEnded, CallEntry, CallError, CallKind, CallStatus, Usage};
pub use events::{CallsRecorded, ExecutionBegan};
pub use state::{Calls, OpenCall};

use crate::lifecycle::{Kind, Status};
use crate::session::access;
use crate::session::draft::{Draft, Receipt};
use crate::session::facet::Facet;
use crate::session::{Principal, Rejection, Session};

/// What can be asked of calls.
#[derive(Debug, Clone, PartialEq, strum::IntoStaticStr, strum::VariantNames)]
#[strum(serialize_all = "snake_case")]
pub enum Command {
    /// A process begins to write the calls of an execution, or takes over from another. A failed one continues.
    Begin {
        /// Which process, such as a host and a process id.
        process: String,
        /// The last call whose record replay may use; all when absent.
        keep: Option<u64>,
    },
    /// Calls began and ended, and what goes with them.
    Record(CallBatch),
}

/// The facet.
pub(crate) enum Execution {}

impl Facet for Execution {
    type Command = Command;

    fn authorize(principal: &Principal, session: &Session, command: &Command) -> Result<(), Rejection> {
        match command {
            Command::Record(CallBatch { end: Some(_), .. }) => access::commands(principal, session, "end it"),
            Command::Begin { .. } | Command::Record(_) => Ok(()),
        }
    }

    fn ends(command: &Command) -> bool {
        matches!(command, Command::Record(CallBatch { end: Some(_), .. }))
    }

    /// What a program failed at, it or another process may resume.
    fn reopens(session: &Session, command: &Command) -> bool {
        matches!(command, Command::Begin { .. })
            && (session.status, session.kind) == (Status::Failed, Kind::Execution)
    }

    /// A batch that ended the execution is sent again when its answer was lost.
    fn is_repeated(session: &Session, command: &Command) -> bool {
        matches!(command, Command::Record(batch) if rules::is_recorded(session, batch))
    }

    fn decide(draft: &mut Draft<'_>, command: Command) -> Result<Receipt, Rejection> {
        match command {
            Command::Begin { process, keep } => {
                let writer = rules::begin(draft, process, keep)?;
                Ok(Receipt::Writer { writer })
            }
            Command::Record(batch) => {
                rules::record(draft, batch)?;
                Ok(Receipt::Nothing)
            }
        }
    }
}
