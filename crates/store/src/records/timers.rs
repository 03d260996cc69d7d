//! Timers.

use sessiond_core::{SessionId, Timer};

/// A timer and its session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TimerRow {
    /// The session.
    pub session_id: SessionId,
    /// The timer.
    pub timer: Timer,
}
