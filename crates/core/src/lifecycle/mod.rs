//! Lifecycle: what a session is, whether it lives, and how it ended.

mod events;
mod retry;
pub(crate) mod rules;
pub(crate) mod state;

use std::collections::BTreeMap;

pub use events::{
    SessionCompleted, SessionCreated, SessionExpired, SessionFailed, SessionForked, SessionImported,
    SessionRetried, SessionTerminated, SessionUpdated, TokenIssued,
};
pub use state::{ForkPoint, Kind, Outcome, Status};

use crate::session::access;
use crate::session::draft::{Draft, Receipt};
use crate::session::facet::Facet;
use crate::session::{Principal, Rejection, Session};
use crate::values::{Span, TaskId};

/// What can be asked of a session as a whole.
#[derive(Debug, Clone, PartialEq, strum::IntoStaticStr, strum::VariantNames)]
#[strum(serialize_all = "snake_case")]
pub enum Command {
    /// Change its name, labels or expiry; what is absent stays.
    Update {
        /// The new name.
        name: Option<String>,
        /// Labels to set; an empty value removes one.
        labels: Option<BTreeMap<String, String>>,
        /// The time that it has left from now on.
        expires_in: Option<Span>,
    },
    /// The work is done.
    Complete {
        /// What was reached.
        summary: Option<String>,
        /// Where the results are.
        artifacts: Vec<String>,
    },
    /// The work could not be done.
    Fail {
        /// Why.
        reason: String,
        /// More on it.
        details: Option<String>,
    },
    /// Try what failed again, in place: the session with all its failed steps, one step, or one task.
    Retry {
        /// The step alone.
        step: Option<String>,
        /// The task alone.
        task: Option<TaskId>,
    },
    /// Stop.
    Terminate {
        /// Why.
        reason: String,
        /// More on it.
        details: Option<String>,
    },
    /// Replace its token.
    IssueToken {
        /// The SHA-256 of the new token, in hexadecimal digits.
        sha256: String,
    },
    /// A timer: the session's time ran out.
    Expire,
}

/// The facet.
pub(crate) enum Lifecycle {}

impl Facet for Lifecycle {
    type Command = Command;

    fn authorize(principal: &Principal, session: &Session, command: &Command) -> Result<(), Rejection> {
        match command {
            Command::Update { expires_in, .. } => {
                access::commands(principal, session, "change its name, labels or expiry")?;
                if expires_in.is_some() { principal.must_have_a_key("change its expiry") } else { Ok(()) }
            }
            Command::IssueToken { .. } => access::commands(principal, session, "replace its token"),
            Command::Retry { .. } => access::commands(principal, session, "retry its work"),
            Command::Complete { .. } | Command::Fail { .. } | Command::Terminate { .. } => {
                access::commands(principal, session, "end it")
            }
            Command::Expire => access::timers_alone(principal, session),
        }
    }

    fn is_timer(command: &Command) -> bool {
        matches!(command, Command::Expire)
    }

    fn ends(command: &Command) -> bool {
        !matches!(command, Command::Update { .. } | Command::Retry { .. } | Command::IssueToken { .. })
    }

    /// What failed may be tried again. An execution is resumed by its program.
    fn reopens(session: &Session, command: &Command) -> bool {
        matches!(command, Command::Retry { .. })
            && session.status == Status::Failed
            && session.kind != Kind::Execution
    }

    fn decide(draft: &mut Draft<'_>, command: Command) -> Result<Receipt, Rejection> {
        match command {
            Command::Update { name, labels, expires_in } => rules::update(draft, name, labels, expires_in)?,
            Command::Complete { summary, artifacts } => rules::complete(draft, summary, artifacts)?,
            Command::Fail { reason, details } => rules::fail(draft, reason, details, "")?,
            Command::Retry { step, task } => retry::retry(draft, step, task)?,
            Command::Terminate { reason, details } => rules::terminate(draft, reason, details)?,
            Command::IssueToken { sha256 } => rules::issue_token(draft, sha256)?,
            Command::Expire => rules::expire(draft)?,
        }
        Ok(Receipt::Nothing)
    }
}
