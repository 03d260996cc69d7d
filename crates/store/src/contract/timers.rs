//! Timers of sessions.

use async_trait::async_trait;
use sessiond_core::Timestamp;

use super::Error;
use crate::records::TimerRow;

/// Timers. A session sets them with its events; a process that fires them finds those that are due.
#[async_trait]
pub trait Timers: Send + Sync {
    /// Timers that are due at `now`, soonest first, and the time of the next one after them.
    async fn due_timers(
        &self,
        now: Timestamp,
        limit: usize,
    ) -> Result<(Vec<TimerRow>, Option<Timestamp>), Error>;
}
