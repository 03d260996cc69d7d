//! Schedules.

use std::sync::Arc;

use sessiond_core::{Revision, ScheduleId, Timestamp};

/// A schedule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScheduleRow {
    /// Its id.
    pub schedule_id: ScheduleId,
    /// Whose it is: a principal's name.
    pub owner: String,
    /// Counts its changes; the first is 1.
    pub revision: Revision,
    /// Its next time, if it has one.
    pub next_at: Option<Timestamp>,
    /// The schedule as JSON.
    pub body: Arc<str>,
}

/// A schedule as it is after a change.
#[derive(Debug, Clone)]
pub struct ScheduleChange {
    /// The schedule afterwards.
    pub row: ScheduleRow,
    /// Its revision before.
    pub expected: Revision,
}

/// Which schedules to list, by id.
#[derive(Debug, Clone, Default)]
pub struct ScheduleQuery {
    /// Only those of this owner.
    pub owner: Option<String>,
    /// The cursor of the page before.
    pub cursor: Option<String>,
    /// Rows at most.
    pub limit: usize,
}
