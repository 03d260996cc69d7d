//! Schedules.

use async_trait::async_trait;
use sessiond_core::{ScheduleId, Timestamp};

use super::Error;
use crate::records::{Page, ScheduleQuery, ScheduleRow};

/// Schedules. The store knows of each its owner, its revision and its next time; what else it says is for the engine.
///
/// Of two processes that change a schedule at one revision, one *must* succeed and the other *must* be refused
/// ([`Refusal::Conflict`](crate::Refusal::Conflict)). Other processes are told of a change as they are of timers.
#[async_trait]
pub trait Schedules: Send + Sync {
    /// A schedule.
    async fn schedule(&self, schedule_id: &ScheduleId) -> Result<Option<ScheduleRow>, Error>;

    /// Schedules by id. A page ends before [`PAGE_BYTES`](sessiond_core::limits::PAGE_BYTES) like one of events; its
    /// cursor tells whether there are more.
    async fn schedules(&self, query: ScheduleQuery) -> Result<Page<ScheduleRow>, Error>;

    /// Schedules whose next time has come at `now`, soonest first, and the next time of all after them.
    async fn due_schedules(
        &self,
        now: Timestamp,
        limit: usize,
    ) -> Result<(Vec<ScheduleRow>, Option<Timestamp>), Error>;
}
