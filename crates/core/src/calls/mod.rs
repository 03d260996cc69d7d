//! Calls: what a program does in an execution session, as a tree of node calls; and the one process that writes them.

mod batch;
mod entry;
mod events;
mod lease;
pub(crate) mod rules;
mod state;

pub use batch::{CallBatch, ExecutionEnd};
pub use entry::{CallBegan, CallEnded, CallEntry, CallError, CallKind, CallStatus, Usage};
pub use events::{CallsRecorded, ExecutionBegan, ExecutionContinued, ExecutionInterrupted};
pub use lease::ExecutionLease;
pub(crate) use lease::TIMER as EXECUTION_LEASE_TIMER;
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
    Begin(NewWriter),
    /// Calls began and ended, and what goes with them.
    Record(CallBatch),
    /// The writer still runs the execution: its lease is renewed.
    Renew {
        /// The writer's number.
        writer: u64,
    },
    /// The writer runs the execution no more, and does not end it.
    Release {
        /// The writer's number.
        writer: u64,
    },
    /// A timer: the writer's lease was not renewed.
    ExpireLease {
        /// The writer's number.
        writer: u64,
    },
}

/// A process that is to write the calls of an execution.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct NewWriter {
    /// Which process, such as a host and a process id.
    pub process: String,
    /// The last call whose record replay may use; all when absent.
    pub keep: Option<u64>,
    /// The lease that it takes. Without one, nothing tells whether it still runs the execution, and any other process may
    /// take over from it.
    pub lease: Option<ExecutionLease>,
    /// Whether it takes the execution from the holder of a lease, too.
    pub take_over: bool,
}

/// The facet.
pub(crate) enum Execution {}

impl Facet for Execution {
    type Command = Command;

    fn authorize(principal: &Principal, session: &Session, command: &Command) -> Result<(), Rejection> {
        match command {
            Command::Record(CallBatch { end: Some(_), .. }) => access::commands(principal, session, "end it"),
            Command::Begin(_) | Command::Record(_) | Command::Renew { .. } | Command::Release { .. } => {
                Ok(())
            }
            Command::ExpireLease { .. } => access::timers_alone(principal, session),
        }
    }

    fn is_timer(command: &Command) -> bool {
        matches!(command, Command::ExpireLease { .. })
    }

    fn ends(command: &Command) -> bool {
        matches!(command, Command::Record(CallBatch { end: Some(_), .. }))
    }

    /// What a program failed at, it or another process may resume.
    fn reopens(session: &Session, command: &Command) -> bool {
        matches!(command, Command::Begin(_))
            && (session.status, session.kind) == (Status::Failed, Kind::Execution)
    }

    /// A batch that ended the execution is sent again when its answer was lost. The end has released the lease.
    fn is_repeated(session: &Session, command: &Command) -> bool {
        match command {
            Command::Record(batch) => rules::is_recorded(session, batch),
            Command::Release { .. } => true,
            Command::Begin(_) | Command::Renew { .. } | Command::ExpireLease { .. } => false,
        }
    }

    fn decide(draft: &mut Draft<'_>, command: Command) -> Result<Receipt, Rejection> {
        match command {
            Command::Begin(new) => {
                let writer = rules::begin(draft, new)?;
                return Ok(Receipt::Writer { writer });
            }
            Command::Record(batch) => rules::record(draft, batch)?,
            Command::Renew { writer } => lease::renew(draft, writer)?,
            Command::Release { writer } => lease::interrupt(draft, writer, false)?,
            Command::ExpireLease { writer } => lease::interrupt(draft, writer, true)?,
        }
        Ok(Receipt::Nothing)
    }
}
