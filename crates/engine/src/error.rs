//! Why the engine cannot do what it is asked.

use sessiond_core::{AgentId, Fence, MessageId, Rejection, Revision};
use sessiond_store::{Done, Refusal};

/// Why the engine cannot do what it is asked. Nothing has changed when one is returned, except where it says so.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Error {
    /// The core refuses the command.
    #[error(transparent)]
    Rejected(#[from] Rejection),
    /// The store fails.
    #[error(transparent)]
    Store(#[from] sessiond_store::Error),
    /// Another process changed the session again and again while this one tried.
    #[error("other processes keep changing the session; try again")]
    Conflict,
    /// The key, or the message id, was used for another request.
    #[error("this {0} was already used for another request; use a new one")]
    IdempotencyMismatch(&'static str),
    /// No such agent is registered, nor takes part.
    #[error("{0} is not registered and does not take part in the session")]
    AgentNotFound(AgentId),
    /// Another principal registered the agent.
    #[error("another key registered {0}; only that key or an administrator may change it")]
    AgentExists(AgentId),
    /// There may be no more of them.
    #[error("{what} would exceed the limit of {limit}")]
    LimitReached {
        /// What.
        what: &'static str,
        /// How many there may be.
        limit: u64,
    },
    /// The recipient's inbox is full.
    #[error("the inbox of {0} is full until its agent acknowledges messages")]
    InboxFull(AgentId),
    /// The recipient has a message with this id.
    #[error("the recipient has another message with the id {0}")]
    MessageExists(MessageId),
    /// There is no such message.
    #[error("there is no such message")]
    MessageNotFound,
    /// Another connection reads the inbox now.
    #[error("another connection reads this inbox now; its fencing token is {present}")]
    InboxTaken {
        /// The token of the connection that reads now.
        present: Fence,
    },
    /// There is no such schedule, or the caller may not know of it.
    #[error("there is no such schedule")]
    ScheduleNotFound,
    /// The id is taken.
    #[error("a schedule with this id already exists")]
    ScheduleExists,
    /// The caller read an older revision of the schedule than the present one.
    #[error(
        "the schedule is at revision {actual}, not {expected}: read it again, and decide on its current state"
    )]
    ScheduleStale {
        /// What the caller expected.
        expected: Revision,
        /// What it is.
        actual: Revision,
    },
    /// There is no such key.
    #[error("there is no such key")]
    KeyNotFound,
    /// The caller may not do this.
    #[error("{0}")]
    Forbidden(String),
    /// The events asked for are no longer kept.
    #[error("events up to {} are no longer kept; read the session and continue after revision {}", first - 1, first - 1)]
    Gap {
        /// The oldest event that is kept.
        first: Revision,
    },
    /// No response came in time. The message stands: its response may come later.
    #[error("no response arrived in time; the message remains in effect, and its response may still arrive")]
    ResponseTimeout,
    /// The document cannot be imported.
    #[error("line {line} cannot be imported: {detail}")]
    Import {
        /// Which line, from 1.
        line: usize,
        /// Why.
        detail: String,
    },
    /// This process takes no uploads.
    #[error("this server takes no files: it has no directory for them, or nothing that reads them")]
    NoUploads,
    /// A file that is uploaded is too large.
    #[error("a file may have {} bytes at most", sessiond_core::limits::FILE_BYTES)]
    FileTooLarge,
    /// A file that was uploaded has no text that can be read.
    #[error("{0}")]
    FileUnreadable(String),
    /// What reads files cannot be started now.
    #[error("{0}")]
    ReaderUnavailable(String),
    /// The session has the file, but its bytes are elsewhere.
    #[error("the bytes of this file are not on this server: the session was imported without them")]
    FileMissing,
    /// A file cannot be written or read.
    #[error("the file cannot be stored or read: {0}")]
    File(std::sync::Arc<std::io::Error>),
    /// The engine is shutting down.
    #[error("sessiond is shutting down")]
    Closed,
}

impl Error {
    /// The store answered something other than what it was asked.
    pub(crate) fn unexpected(done: &Done) -> Self {
        let detail = format!("the store answered {done:?}, which was not asked");
        Self::Store(sessiond_store::Error::Failed(detail))
    }
}

/// What a refusal of the store means to the caller.
impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Conflict { .. } | Refusal::Owner { .. } => Self::Conflict,
            Refusal::Answered(_) => Self::IdempotencyMismatch("Idempotency-Key"),
            Refusal::InboxFull(agent) => Self::InboxFull(agent),
            Refusal::MessageExists(id) => Self::MessageExists(id),
            Refusal::FenceStale { present } => Self::InboxTaken { present },
            Refusal::NotFound => Self::MessageNotFound,
            Refusal::LimitReached => Self::Conflict,
        }
    }
}
