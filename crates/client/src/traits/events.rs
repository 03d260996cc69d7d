//! The journal of a session, in pages or live.

use std::pin::Pin;
use std::sync::Arc;

use async_trait::async_trait;
use futures_util::Stream;
use sessiond_api::{self as api, Problem};
use sessiond_core::{Revision, SessionId};

/// What a watcher sees.
#[derive(Debug, Clone, PartialEq)]
pub enum WatchItem {
    /// The session as it was when the watch began from nowhere; the events after its revision follow.
    Snapshot(Box<api::Session>),
    /// The next event.
    Event(api::Event),
    /// The events from the cursor to `first - 1` are no longer kept; those from `first` on follow.
    Gap {
        /// Where the watcher wanted to go on.
        after: Revision,
        /// The oldest event that is kept.
        first: Revision,
    },
}

/// A page of a journal as text: what [`sessiond_api::EventPage`] is, before the events are read.
#[derive(Debug)]
pub struct RecordPage {
    /// The events, oldest first, each as the JSON that callers read.
    pub records: Vec<Arc<str>>,
    /// The number of the session's newest event.
    pub revision: Revision,
    /// Where the next page begins; none when this one reaches the newest event.
    pub next_cursor: Option<Revision>,
}

/// A live view of a session. It ends after the session's last event, when the session has ended or is deleted; a
/// problem on it is final. The HTTP client reconnects by itself and continues from its cursor.
pub type Watch = Pin<Box<dyn Stream<Item = Result<WatchItem, Problem>> + Send>>;

/// Operations on a session's journal.
#[async_trait]
pub trait Events: Send + Sync {
    /// Reads events, oldest first. A cursor before the oldest event that is kept is `event_gap`.
    async fn events(&self, id: &SessionId, query: api::ListEvents) -> Result<api::EventPage, Problem>;
    /// Reads events, oldest first, and leaves them text, for a caller that hands them on or reads only parts of them.
    async fn records(&self, id: &SessionId, query: api::ListEvents) -> Result<RecordPage, Problem>;
    /// Watches a session: the events after `after`, or from now on with a snapshot first.
    async fn watch(&self, id: &SessionId, after: Option<Revision>) -> Result<Watch, Problem>;
}
