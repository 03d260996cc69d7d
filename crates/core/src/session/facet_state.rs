//! What the frame of a session asks of the state of each facet.

use crate::lifecycle::Status;
use crate::values::Exceeded;

use super::Progress;

/// What a facet keeps in a session's state, and what becomes of it when the session as a whole changes.
pub(crate) trait FacetState {
    /// The session has ended so.
    fn on_end(&mut self, _: Status) {}

    /// The session had ended and continues.
    fn on_reopen(&mut self) {}

    /// The session is a copy of another from now on.
    fn on_fork(&mut self) {}

    /// How far it is, when it counts something.
    fn progress(&self) -> Option<Progress> {
        None
    }

    /// Whether it keeps its limits, however it came about.
    fn check(&self) -> Result<(), Exceeded>;

    /// The part of [`check`](FacetState::check) that costs nothing; an import asks after each event.
    fn check_counts(&self) -> Result<(), Exceeded> {
        Ok(())
    }
}
