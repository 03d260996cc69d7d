//! The contract that every backend keeps; `conformance` tests each *must*.

mod answers;
mod inboxes;
mod journals;
mod lists;
mod messages;
mod registry;
mod schedules;
mod tasks;
mod telemetry;
mod timers;

use async_trait::async_trait;
use tokio::sync::broadcast;

pub use answers::Answers;
pub use inboxes::Inboxes;
pub use journals::Journals;
pub use lists::Lists;
pub use messages::Messages;
pub use registry::Registry;
pub use schedules::Schedules;
pub use tasks::Tasks;
pub use telemetry::Telemetry;
pub use timers::Timers;

use crate::records::{Change, Done, Op, Refusal};

/// Why a store cannot do what it is asked. Nothing of the batch has been done.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Error {
    /// No space is left; nothing was written, and writes may be tried again once there is space.
    #[error("the store's disk is full: free some space; nothing was lost, and writing resumes automatically")]
    Full,
    /// The store was written by a newer sessiond.
    #[error("the store has format {found}, but this sessiond supports {known}: use a newer sessiond")]
    Newer {
        /// The format of the store.
        found: u32,
        /// The newest that this program knows.
        known: u32,
    },
    /// A cursor from outside is none of this store's.
    #[error("the cursor is not from this list")]
    Cursor,
    /// Another process keeps the store locked, or the database does not answer.
    #[error("the store does not respond: {0}")]
    Unavailable(String),
    /// The store is closed.
    #[error("the store is closed")]
    Closed,
    /// Anything else: a damaged file, a missing right.
    #[error("the store failed: {0}")]
    Failed(String),
}

/// A store: what each area reads, and the one way to write.
///
/// **Writes.** [`write`](Store::write) takes a batch of operations. The batch *must* be one durable transaction: when it
/// returns `Ok`, every operation that was not refused is on disk and survives `kill -9` and power loss; when it returns
/// `Err`, none of the batch is in the store. Operations take effect in their order. Each operation *must* be entirely
/// done or entirely refused, and a refused one *must not* keep the others from being done. A batch *may* be of any
/// size.
///
/// **Groups.** Many callers write at the same time, each a small batch. A backend *must* make the batches that wait
/// while it writes durable together, by few disk flushes; a batch that fails *must not* take others of its group with it.
/// The number of batches that wait *must* have a limit, beyond which a caller waits in [`write`](Store::write). A backend
/// tells of each flush with [`record_commit`](crate::record_commit).
///
/// **Reads** are the areas' traits. They *may* run beside writes and *must* show every write that was acknowledged before
/// they began.
///
/// **Notices.** After another process has written, [`changes`](Store::changes) *must* tell so within about 50 ms;
/// it *may* tell too much, and says [`Change::All`] when it cannot tell what. Own writes are not told.
///
/// **Formats.** A store carries its format's version. Opening *must* bring an older one up to date and *must* refuse
/// a newer one with [`Error::Newer`].
#[async_trait]
pub trait Store:
    Journals
    + Timers
    + Inboxes
    + Messages
    + Lists
    + Tasks
    + Registry
    + Schedules
    + Answers
    + Telemetry
    + Send
    + Sync
    + 'static
{
    /// Writes a batch; one result for each operation, in order.
    async fn write(&self, ops: Vec<Op>) -> Result<Vec<Result<Done, Refusal>>, Error>;

    /// Has what was deleted or replaced leave the store's files. True: none of it is there any more. False: something is
    /// still in use, such as by a reader; ask again. Nobody's write *may* wait long for it.
    async fn erase(&self) -> Result<bool, Error>;

    /// Notices of what other processes write, from now on.
    fn changes(&self) -> broadcast::Receiver<Change>;

    /// Where the store is, for people.
    fn location(&self) -> String;

    /// Ends its threads and connections once the writes that wait are done.
    async fn close(&self);
}
