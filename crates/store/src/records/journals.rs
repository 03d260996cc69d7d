//! Journals: appends, events and snapshots.

use std::sync::Arc;

use sessiond_core::{AgentId, MessageId, Revision, SessionId, Timer, Timestamp};

use super::{Answer, Enqueue, ScheduleChange, SummaryRow, TaskRow};

/// An append to one session. It is refused for the first of these that holds: a kept answer, another revision, a timer
/// that was moved, an inbox.
#[derive(Debug, Clone)]
pub struct Append {
    /// The session.
    pub session_id: SessionId,
    /// Its revision before this; 0 begins it. Anything else refuses the append as [`Refusal::Conflict`](crate::Refusal::Conflict).
    pub expected_revision: Revision,
    /// The events, numbered from `expected_revision + 1` without gaps. May be empty when `writes` or `answers` are not.
    pub records: Vec<Record>,
    /// When the last event was decided.
    pub updated_at: Timestamp,
    /// The session's row in lists, when it changed (always, at revision 1).
    pub summary: Option<Box<SummaryRow>>,
    /// Tasks that the events made or changed.
    pub tasks: Vec<TaskRow>,
    /// What follows from the events.
    pub writes: Vec<Write>,
    /// The answers to keep for the same requests coming again, each under a scope and key of its own; refused as
    /// [`Refusal::Answered`](crate::Refusal::Answered) when one of them is kept already.
    pub answers: Vec<Answer>,
    /// The timer that this comes of, by its key and the time that it fired for. It must still stand at that time, else
    /// the append is refused as [`Refusal::NotFound`](crate::Refusal::NotFound); and it is cleared by the append, before `writes`. So a timer
    /// that is moved either has not fired, or is not there to be moved.
    pub fires: Option<(String, Timestamp)>,
    /// The schedule that this session is created for, as it is afterwards. It must still be at the expected revision, else the
    /// append is refused as [`Refusal::NotFound`](crate::Refusal::NotFound). So a time of a schedule has one session,
    /// also if that session is deleted soon.
    pub schedule: Option<Box<ScheduleChange>>,
}

/// What follows from events, in their transaction.
#[derive(Debug, Clone)]
pub enum Write {
    /// Sets a timer of the session; an older one with the same key goes.
    SetTimer(Timer),
    /// Removes a timer of the session.
    ClearTimer(String),
    /// Puts a message into an inbox.
    Enqueue(Box<Enqueue>),
    /// Holds a message that was not acknowledged: from now on it is handed out only when a reader connects anew, or asks
    /// for what is held ([`Op::Offer`](crate::Op::Offer)), and never reported as delivered too often.
    Hold {
        /// Whose inbox.
        recipient: AgentId,
        /// Which.
        message_id: MessageId,
    },
    /// Takes a message back that was not acknowledged.
    Withdraw {
        /// Whose inbox.
        recipient: AgentId,
        /// Which.
        message_id: MessageId,
        /// Whether it becomes a dead letter.
        dead: bool,
    },
}

/// An event as it is stored: its number and its JSON.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// Its number.
    pub seq: Revision,
    /// The event as JSON.
    pub json: Arc<str>,
}

/// Events of one session.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Records {
    /// The events asked for, in order.
    pub records: Vec<Record>,
    /// The number of the oldest event that is kept.
    pub first: Revision,
    /// The number of the newest.
    pub revision: Revision,
}

/// A session's state as it was at a revision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot {
    /// At which revision.
    pub revision: Revision,
    /// The version of the serialized state.
    pub format: u32,
    /// The serialized state.
    pub state: Vec<u8>,
}

/// What opening a session reads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Loaded {
    /// The newest snapshot of the format asked for.
    pub snapshot: Option<Snapshot>,
    /// All events after it, or all that are kept.
    pub records: Vec<Record>,
    /// The number of the newest event.
    pub revision: Revision,
}
