//! Journals: the events of sessions.

use async_trait::async_trait;
use sessiond_core::{Revision, SessionId};

use super::Error;
use crate::records::{Loaded, Records};

/// Journals.
///
/// A session's records *must* be numbered 1, 2, 3 … with no gap; a batch that says otherwise is an error. Two processes
/// that append at one revision get one success and one [`Refusal::Conflict`](crate::Refusal::Conflict), never a mix. What
/// follows from events (timers, messages, task rows, the kept answer) *must* be in their transaction.
#[async_trait]
pub trait Journals: Send + Sync {
    /// What opening a session needs: the newest snapshot of this format, and all events after it.
    async fn load(&self, session_id: &SessionId, format: u32) -> Result<Option<Loaded>, Error>;

    /// At most `limit` events after number `after`, oldest first. A page *must* end before the event that would pass
    /// [`PAGE_BYTES`](sessiond_core::limits::PAGE_BYTES), but has at least one when there is one: it is
    /// [`Records::revision`], not the page's length, that tells whether there are more.
    async fn events(
        &self,
        session_id: &SessionId,
        after: Revision,
        limit: usize,
    ) -> Result<Option<Records>, Error>;
}
