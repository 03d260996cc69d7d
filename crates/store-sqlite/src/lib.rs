//! The embedded store: one SQLite database in a directory.
//!
//! One thread writes; what waits for it shares a transaction. A few connections read beside it, in the write-ahead
//! log's snapshots. Several processes may have the store open: the database's lock orders their writes, the
//! conditions of each operation (a revision, a fencing token) decide between them, and a row for each transaction
//! tells the others what it touched.

mod answers;
mod connection;
mod cursor;
mod fault;
pub mod forks;
mod garbage;
mod inboxes;
mod journals;
mod lists;
mod messages;
mod notices;
mod position;
mod readers;
mod registry;
mod rows;
mod schedules;
mod schema;
mod summaries;
mod tasks;
mod telemetry;
mod timers;
mod tx;
mod writer;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use sessiond_store::{Change, Done, Error, Op, Refusal, Store};
use tokio::sync::{broadcast, mpsc, oneshot};

use crate::fault::Fault;
use crate::notices::Watch;
use crate::readers::Readers;
use crate::writer::{Request, Writer};

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
        Ok(Self::start(dir, options)?)
    }

    /// Opens the store in `dir` for reading alone: nothing is made or brought up to date, and writes are
    /// [`Error::Closed`].
    ///
    /// # Errors
    /// As [`open`](Self::open); [`Error::Failed`] too when there is no store, or one of an older format.
    pub fn look(dir: &Path, options: &Options) -> Result<Self, Error> {
        Ok(Self::start_reading(dir, options)?)
    }

    fn start_reading(dir: &Path, options: &Options) -> Result<Self, Fault> {
        let _use = forks::enter();
        forks::separate();
        let file = dir.join(FILE);
        let connection = connection::reader(&file)?;
        schema::check_present(&connection)?;
        let watch = Watch::start(connection, 0, options.poll)?;
        // Nobody receives what is asked of the writer.
        let (requests, _) = mpsc::channel(1);
        Ok(Self { readers: Readers::new(file.clone(), options.readers), file, requests, watch })
    }

    fn start(dir: &Path, options: Options) -> Result<Self, Fault> {
        let _use = forks::enter();
        forks::separate();
        let file = dir.join(FILE);
        connection::make(dir, &file)?;
        let connection = connection::writer(&file, options.max_bytes)?;
        // Tells this process's notices from others'. SQLite draws it from the system's randomness.
        let origin: i64 = connection.query_row("SELECT random()", [], |row| row.get(0))?;
        let watch = Watch::start(connection::reader(&file)?, origin, options.poll)?;
        let (requests, waiting) = mpsc::channel(writer::QUEUE);
        let writer = Writer::new(connection, connection::Files::of(&file)?, origin);
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
                journals::check(append)?;
            }
        }
        let (answer, answered) = oneshot::channel();
        self.requests.send(Request::Write(ops, answer)).await.map_err(|_| Error::Closed)?;
        answered.await.map_err(|_| Error::Closed)?
    }

    async fn erase(&self) -> Result<bool, Error> {
        let (done, erased) = oneshot::channel();
        self.requests.send(Request::Erase(done)).await.map_err(|_| Error::Closed)?;
        erased.await.map_err(|_| Error::Closed)
    }

    fn changes(&self) -> broadcast::Receiver<Change> {
        self.watch.subscribe()
    }

    fn location(&self) -> String {
        self.file.display().to_string()
    }

    async fn close(&self) {
        // SQLite moves its log into the database when the last connection closes, and only one that writes can do that.
        self.readers.end().await;
        self.watch.close();
        let (done, ended) = oneshot::channel();
        if self.requests.send(Request::Close(done)).await.is_ok() {
            // The writer may have ended before; then there is nothing to wait for.
            let _ = ended.await;
        }
    }
}
