//! What the payload of an event provides. A facet's payloads are in its `events.rs`.

use crate::values::{Revision, Timestamp};

use super::{Rejection, Session};

/// Where in the journal an event is.
#[derive(Debug, Clone, Copy)]
pub(crate) struct At<'a> {
    /// Its number.
    pub(crate) seq: Revision,
    /// When it was decided.
    pub(crate) time: Timestamp,
    /// The agent or principal that caused it.
    pub(crate) actor: &'a str,
}

/// What the payload of an event provides.
pub(crate) trait Payload {
    /// Folds it into the state. One that does not fit is an error that says why; the state is then to be dropped. It
    /// never panics, reads no clock, and does the same each time.
    fn fold(&self, session: &mut Session, at: At<'_>) -> Result<(), String>;

    /// Checks what an import adds by it, before it is folded: what the engine wrote keeps the limits, because each
    /// command was checked, but an import may say anything. It looks at no more than the event adds.
    fn check(&self, session: &Session) -> Result<(), Rejection>;

    /// Whether it may come after the end of a session: the session continues with it, or is marked.
    fn follows_end(&self, _: &Session) -> bool {
        false
    }

    /// Whether it may change the session's row in lists, other than its revision and time.
    fn is_listed(&self) -> bool {
        true
    }
}
