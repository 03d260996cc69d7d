//! The contract that every backend keeps; `conformance` tests each *must*.

use async_trait::async_trait;
use sessiond_core::{AgentId, MessageId, Revision, SessionId, TaskId, Timestamp};
use tokio::sync::broadcast;

use crate::records::{
    AgentRecord, Answer, Change, Counts, Done, Inbox, KeyRecord, ListQuery, Loaded, MessageQuery,
    MessageRecord, Op, Page, Reading, Records, Refusal, SummaryRow, TaskQuery, TaskRow, TimerRow,
};

/// Why a store cannot do what it is asked. Nothing of the batch has been done.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Error {
    /// No space is left; nothing was written, and writes may be tried again once there is space.
    #[error("the store's disk is full: free some space; nothing was lost, and writing goes on by itself")]
    Full,
    /// The store was written by a newer sessiond.
    #[error("the store has format {found}, this sessiond knows {known}: use a newer sessiond")]
    Newer {
        /// The format of the store.
        found: u32,
        /// The newest that this program knows.
        known: u32,
    },
    /// A cursor from outside is none of this store's.
    #[error("the cursor is not one that this list gave")]
    Cursor,
    /// Another process keeps the store locked, or the database does not answer.
    #[error("the store does not answer: {0}")]
    Unavailable(String),
    /// The store is closed.
    #[error("the store is closed")]
    Closed,
    /// Anything else: a damaged file, a missing right.
    #[error("the store failed: {0}")]
    Failed(String),
}

/// A store.
///
/// **Writes.** [`write`](Store::write) takes a batch of operations. The batch *must* be one durable transaction: when it
/// returns `Ok`, every operation that was not refused is on disk and survives `kill -9` and power loss; when it returns
/// `Err`, none of the batch is in the store. Operations take effect in their order. Each operation *must* be entirely
/// done or entirely refused, and a refused one *must not* keep the others from being done. A batch *may* be of any
/// size; the caller groups what waits, so a backend *should* make a batch cost about one disk flush.
///
/// **Journals.** A session's records *must* be numbered 1, 2, 3 … with no gap; a batch that says otherwise is an
/// error. Two processes that append at one revision get one success and one [`Refusal::Conflict`], never a mix. What
/// follows from events (timers, messages, task rows, the kept answer) *must* be in their transaction.
///
/// **Inboxes.** A stream is what one sender sends in one session. Its messages *must* be due in the order of
/// acceptance. Between streams a message is due by the highest priority among itself and those that were accepted
/// after it in its stream, and then by acceptance. One that is not due yet, or is being delivered, holds up no other.
/// A message *must* be handed out with an attempt one higher than the last time, also after a restart, until it is
/// acknowledged, withdrawn, or dead; a delivery that is taken back unseen counts as none. A reader with an older fencing token *must* be refused.
///
/// **Reads** *may* run beside writes and *must* show every write that was acknowledged before they began.
///
/// **Notices.** After another process has written, [`changes`](Store::changes) *must* tell so within about 50 ms;
/// it *may* tell too much, and says [`Change::All`] when it cannot tell what. Own writes are not told.
///
/// **Formats.** A store carries its format's version. Opening *must* bring an older one up to date and *must* refuse
/// a newer one with [`Error::Newer`].
#[async_trait]
pub trait Store: Send + Sync + 'static {
    /// Writes a batch; one result for each operation, in order.
    async fn write(&self, ops: Vec<Op>) -> Result<Vec<Result<Done, Refusal>>, Error>;

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

    /// Sessions.
    async fn list(&self, query: ListQuery) -> Result<Page<SummaryRow>, Error>;

    /// How many sessions there are.
    async fn counts(&self) -> Result<Counts, Error>;

    /// The session that a task belongs to.
    async fn task(&self, task_id: &TaskId) -> Result<Option<TaskRow>, Error>;

    /// Tasks over all sessions.
    async fn tasks(&self, query: TaskQuery) -> Result<Page<TaskRow>, Error>;

    /// Timers that are due at `now`, soonest first, and the time of the next one after them.
    async fn due_timers(
        &self,
        now: Timestamp,
        limit: usize,
    ) -> Result<(Vec<TimerRow>, Option<Timestamp>), Error>;

    /// An inbox's state; an empty one when nothing was ever sent to it.
    async fn inbox(&self, agent_id: &AgentId, now: Timestamp) -> Result<Inbox, Error>;

    /// One message of an inbox.
    async fn message(
        &self,
        recipient: &AgentId,
        message_id: &MessageId,
    ) -> Result<Option<MessageRecord>, Error>;

    /// Messages. A page ends before [`PAGE_BYTES`](sessiond_core::limits::PAGE_BYTES) like one of events; its cursor
    /// tells whether there are more.
    async fn messages(&self, query: MessageQuery) -> Result<Page<MessageRecord>, Error>;

    /// A registered agent.
    async fn agent(&self, agent_id: &AgentId) -> Result<Option<AgentRecord>, Error>;

    /// Registered agents by id, after `after`.
    async fn agents(&self, after: Option<&AgentId>, limit: usize) -> Result<Vec<AgentRecord>, Error>;

    /// All keys, oldest first, those that are revoked or have expired included.
    async fn keys(&self) -> Result<Vec<KeyRecord>, Error>;

    /// A kept answer.
    async fn answer(&self, scope: &str, key: &str) -> Result<Option<Answer>, Error>;

    /// Telemetry points of a session after the cursor `after`, of one series or all, oldest first; and the number of
    /// the oldest point that is kept.
    async fn points(
        &self,
        session_id: &SessionId,
        series: Option<&str>,
        after: u64,
        limit: usize,
    ) -> Result<(Vec<Reading>, u64), Error>;

    /// Notices of what other processes write, from now on.
    fn changes(&self) -> broadcast::Receiver<Change>;

    /// Where the store is, for people.
    fn location(&self) -> String;

    /// Ends its threads and connections once the writes that wait are done.
    async fn close(&self);
}
