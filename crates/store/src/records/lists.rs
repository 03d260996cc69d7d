//! Lists of sessions.

use std::collections::BTreeMap;

use sessiond_core::{
    AgentId, AgentPattern, ForkPoint, Kind, Progress, Revision, SessionId, Status, Timestamp,
};

/// A session's row in lists.
#[derive(Debug, Clone, PartialEq)]
pub struct SummaryRow {
    /// The session.
    pub session_id: SessionId,
    /// Which facet leads it.
    pub kind: Kind,
    /// What people call it.
    pub name: Option<String>,
    /// Whether it lives, and how it ended.
    pub status: Status,
    /// The number of its last event. Kept by the store from the records; ignored in an append's summary.
    pub revision: Revision,
    /// Whose it is.
    pub owner: String,
    /// Whom it serves.
    pub client_id: Option<String>,
    /// Who leads the work.
    pub orchestrator: Option<AgentId>,
    /// Who takes part now; they see it in their lists.
    pub members: Vec<AgentId>,
    /// Free labels.
    pub labels: BTreeMap<String, String>,
    /// The session that it belongs to.
    pub parent: Option<SessionId>,
    /// Where it was copied from.
    pub forked_from: Option<ForkPoint>,
    /// When it began.
    pub created_at: Timestamp,
    /// When its last event was decided. Kept by the store from the append; ignored in its summary.
    pub updated_at: Timestamp,
    /// When it expires.
    pub expires_at: Option<Timestamp>,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// What its facets count, that of the facet that leads it first.
    pub progress: Vec<Progress>,
    /// How many of its questions wait for an answer.
    pub open_questions: u32,
    /// How many turns its conversation has.
    pub turns: u64,
    /// How many files it has.
    pub files: u64,
    /// The bytes of its files together.
    pub file_bytes: u64,
}

/// What a principal may see: the sessions that it owns, and those in which an agent takes part that it acts as.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Visibility {
    /// The principal's name.
    pub owner: String,
    /// The agents that it acts as.
    pub agents: Vec<AgentPattern>,
}

/// Which sessions to list.
#[derive(Debug, Clone, Default)]
pub struct ListQuery {
    /// Only what is visible to this principal. Absent: all.
    pub visible_to: Option<Visibility>,
    /// Only of this kind.
    pub kind: Option<Kind>,
    /// Only in this state.
    pub status: Option<Status>,
    /// Only of this owner.
    pub owner: Option<String>,
    /// Only with this label: `key` or `key=value`.
    pub label: Option<(String, Option<String>)>,
    /// Only those with a question that waits for an answer, or only those with none.
    pub waiting: Option<bool>,
    /// Only those that belong to this session.
    pub parent: Option<SessionId>,
    /// Only those copied from this session.
    pub forked_from: Option<SessionId>,
    /// Only those that began in this time.
    pub created: TimeRange,
    /// Only those whose last change was in this time.
    pub updated: TimeRange,
    /// Only those whose id, name, client or orchestrator contains this text, in any case.
    pub text: Option<String>,
    /// The order.
    pub sort: Sort,
    /// The opposite of `sort`, from its last row to its first.
    pub reverse: bool,
    /// The cursor of the page before.
    pub cursor: Option<String>,
    /// Rows at most.
    pub limit: usize,
}

/// A span of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct TimeRange {
    /// At this time or after it. Absent: from the beginning.
    pub since: Option<Timestamp>,
    /// Before this time. Absent: without an end.
    pub until: Option<Timestamp>,
}

/// The order of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Sort {
    /// Newest first.
    #[default]
    Created,
    /// Last changed first.
    Updated,
    /// By name, A first; those without one by their id.
    Name,
}

/// A page of a list.
#[derive(Debug, Clone, PartialEq)]
pub struct Page<T> {
    /// The rows.
    pub items: Vec<T>,
    /// What to pass for the next page; none on the last.
    pub next_cursor: Option<String>,
}

/// How many sessions there are.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Counts {
    /// By kind and status.
    pub sessions: BTreeMap<(Kind, Status), u64>,
}

/// Some sessions in numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Stats {
    /// How many there are.
    pub sessions: u64,
    /// How many of them are active.
    pub active: u64,
    /// When the oldest one began.
    pub oldest: Option<Timestamp>,
    /// When the newest one began.
    pub newest: Option<Timestamp>,
    /// How many turns their conversations have.
    pub turns: u64,
    /// How many files they have.
    pub files: u64,
    /// The bytes of their files together.
    pub file_bytes: u64,
}
