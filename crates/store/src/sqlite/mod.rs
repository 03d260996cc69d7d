//! The embedded store: one SQLite database in a directory.
//!
//! One thread writes; what waits for it shares a transaction. A few connections read beside it, in the write-ahead
//! log's snapshots. Several processes may have the store open: the database's lock orders their writes, the
//! conditions of each operation (a revision, a fencing token) decide between them, and a row for each transaction
//! tells the others what it touched.

mod connection;
mod cursor;
mod fault;
mod garbage;
mod inbox;
mod journal;
mod lists;
mod messages;
mod notices;
mod readers;
mod registry;
mod rows;
mod schema;
mod summaries;
mod tasks;
mod telemetry;
mod timers;
mod writer;

use std::path::{Path, PathBuf};
use std::sync::{Arc, mpsc};
use std::time::Duration;

use async_trait::async_trait;
use sessiond_core::{AgentId, MessageId, Revision, SessionId, TaskId, Timestamp};
use tokio::sync::{broadcast, oneshot};

use self::notices::Watch;
use self::readers::Readers;
use self::writer::{Request, Writer};
use crate::{
    AgentRecord, Answer, Change, Counts, Done, Error, Inbox, KeyRecord, ListQuery, Loaded, MessageQuery,
    MessageRecord, Op, Page, Reading, Records, Refusal, Store, SummaryRow, TaskQuery, TaskRow, TimerRow,
};

/// The database's file in the store's directory.
pub const FILE: &str = "sessiond.db";

/// How the store is opened.
#[derive(Debug, Clone)]
pub struct Options {
    /// How many reads may run at once.
    pub readers: usize,
    /// How often it looks for the notices of other processes, while anybody listens.
    pub poll: Duration,
    /// The largest size of the database in bytes; a write beyond it is [`Error::Full`]. Absent: as large as the disk.
    pub max_bytes: Option<u64>,
}

impl Default for Options {
    fn default() -> Self {
        Self { readers: 4, poll: Duration::from_millis(20), max_bytes: None }
    }
}

/// The embedded store.
pub struct Sqlite {
    file: PathBuf,
    requests: mpsc::Sender<Request>,
    readers: Arc<Readers>,
    watch: Arc<Watch>,
}

impl Sqlite {
    /// Opens the store in `dir`, and makes it when there is none: the directory and its files are then for their
    /// owner alone. A store of an older format is brought up to date.
    ///
    /// # Errors
    /// [`Error::Newer`] when a newer sessiond wrote it, [`Error::Unavailable`] when another process keeps it locked,
    /// [`Error::Full`] or [`Error::Failed`] when its files cannot be made or read.
    pub fn open(dir: &Path, options: Options) -> Result<Self, Error> {
        let file = dir.join(FILE);
        connection::make(dir, &file)?;
        let connection = connection::writer(&file, options.max_bytes)?;
        // Tells this process's notices from others'. SQLite draws it from the system's randomness.
        let origin: i64 = connection.query_row("SELECT random()", [], |row| row.get(0))?;
        let watch = Watch::start(connection::reader(&file)?, origin, options.poll)?;
        let (requests, waiting) = mpsc::channel();
        let writer = Writer::new(connection, origin);
        std::thread::Builder::new()
            .name("sessiond-writer".into())
            .spawn(move || writer.run(waiting))
            .map_err(|error| Error::Failed(format!("no thread can be started: {error}")))?;
        Ok(Self { readers: Readers::new(file.clone(), options.readers), file, requests, watch })
    }
}

impl Drop for Sqlite {
    fn drop(&mut self) {
        // The writer ends by itself when nobody can ask it any more.
        self.readers.close();
        self.watch.close();
    }
}

#[async_trait]
impl Store for Sqlite {
    async fn write(&self, ops: Vec<Op>) -> Result<Vec<Result<Done, Refusal>>, Error> {
        for op in &ops {
            if let Op::Append(append) = op {
                journal::check(append)?;
            }
        }
        let (answer, answered) = oneshot::channel();
        self.requests.send(Request::Write(ops, answer)).map_err(|_| Error::Closed)?;
        answered.await.map_err(|_| Error::Closed)?
    }

    async fn load(&self, session_id: &SessionId, format: u32) -> Result<Option<Loaded>, Error> {
        let id = session_id.clone();
        self.readers.read(move |connection| journal::load(connection, &id, format)).await
    }

    async fn events(
        &self,
        session_id: &SessionId,
        after: Revision,
        limit: usize,
    ) -> Result<Option<Records>, Error> {
        let id = session_id.clone();
        self.readers.read(move |connection| journal::events(connection, &id, after, limit)).await
    }

    async fn list(&self, query: ListQuery) -> Result<Page<SummaryRow>, Error> {
        self.readers.read(move |connection| lists::sessions(connection, &query)).await
    }

    async fn counts(&self) -> Result<Counts, Error> {
        self.readers.read(summaries::counts).await
    }

    async fn task(&self, task_id: &TaskId) -> Result<Option<TaskRow>, Error> {
        let id = task_id.clone();
        self.readers.read(move |connection| tasks::get(connection, &id)).await
    }

    async fn tasks(&self, query: TaskQuery) -> Result<Page<TaskRow>, Error> {
        self.readers.read(move |connection| tasks::list(connection, &query)).await
    }

    async fn due_timers(
        &self,
        now: Timestamp,
        limit: usize,
    ) -> Result<(Vec<TimerRow>, Option<Timestamp>), Error> {
        self.readers.read(move |connection| timers::due(connection, now, limit)).await
    }

    async fn inbox(&self, agent_id: &AgentId, now: Timestamp) -> Result<Inbox, Error> {
        let agent = agent_id.clone();
        self.readers.read(move |connection| messages::inbox(connection, &agent, now)).await
    }

    async fn message(
        &self,
        recipient: &AgentId,
        message_id: &MessageId,
    ) -> Result<Option<MessageRecord>, Error> {
        let (recipient, id) = (recipient.clone(), message_id.clone());
        self.readers.read(move |connection| messages::get(connection, &recipient, &id)).await
    }

    async fn messages(&self, query: MessageQuery) -> Result<Page<MessageRecord>, Error> {
        self.readers.read(move |connection| messages::list(connection, &query)).await
    }

    async fn agent(&self, agent_id: &AgentId) -> Result<Option<AgentRecord>, Error> {
        let id = agent_id.clone();
        self.readers.read(move |connection| registry::agent(connection, &id)).await
    }

    async fn agents(&self, after: Option<&AgentId>, limit: usize) -> Result<Vec<AgentRecord>, Error> {
        let after = after.cloned();
        self.readers.read(move |connection| registry::agents(connection, after.as_ref(), limit)).await
    }

    async fn keys(&self) -> Result<Vec<KeyRecord>, Error> {
        self.readers.read(registry::keys).await
    }

    async fn answer(&self, scope: &str, key: &str) -> Result<Option<Answer>, Error> {
        let (scope, key) = (scope.to_owned(), key.to_owned());
        self.readers.read(move |connection| registry::answer(connection, &scope, &key)).await
    }

    async fn points(
        &self,
        session_id: &SessionId,
        series: Option<&str>,
        after: u64,
        limit: usize,
    ) -> Result<(Vec<Reading>, u64), Error> {
        let (id, series) = (session_id.clone(), series.map(str::to_owned));
        self.readers
            .read(move |connection| telemetry::points(connection, &id, series.as_deref(), after, limit))
            .await
    }

    fn changes(&self) -> broadcast::Receiver<Change> {
        self.watch.subscribe()
    }

    fn location(&self) -> String {
        self.file.display().to_string()
    }

    async fn close(&self) {
        let (done, ended) = oneshot::channel();
        if self.requests.send(Request::Close(done)).is_ok() {
            // The writer may have ended before; then there is nothing to wait for.
            let _ = ended.await;
        }
        self.readers.close();
        self.watch.close();
    }
}
