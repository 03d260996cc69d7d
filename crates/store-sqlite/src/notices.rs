//! Notices between processes: each transaction leaves a row that says what it touched, and a thread that looks at the
//! database's version every few milliseconds reads those of the others.

use std::fmt::Write;
use std::sync::Arc;
use std::time::Duration;

use parking_lot::{Condvar, Mutex};
use rusqlite::Connection;
use serde::Deserialize;
use sessiond_core::{AgentId, Revision, SessionId};
use sessiond_store::{Change, Error};

use tokio::sync::broadcast;
use tracing::warn;

use crate::fault::Fault;
use crate::forks;

/// Transactions whose notices are kept. A reader that is further behind is told that it lost some.
const KEPT: i64 = 8_192;
/// Old notices go at every so many transactions.
const TRIMMED_EVERY: i64 = 256;
/// A longer notice says that anything may have changed.
const BYTES: usize = 32 * 1024;
/// Changes that wait for a slow subscriber; it is told that it lagged when there are more.
const WAITING: usize = 4_096;

/// What a transaction touched, as it is written. Ids hold no character that JSON would escape.
#[derive(Default)]
pub(crate) struct Notice {
    sessions: String,
    inboxes: String,
    timers: bool,
    registry: bool,
}

impl Notice {
    pub(crate) fn session(&mut self, id: &SessionId, revision: Revision) {
        let separator = if self.sessions.is_empty() { "" } else { "," };
        // Writing to a string does not fail.
        let _ = write!(self.sessions, "{separator}[\"{id}\",{revision}]");
    }

    pub(crate) fn inbox(&mut self, agent: &AgentId) {
        let separator = if self.inboxes.is_empty() { "" } else { "," };
        // Writing to a string does not fail.
        let _ = write!(self.inboxes, "{separator}\"{agent}\"");
    }

    pub(crate) fn timers(&mut self) {
        self.timers = true;
    }

    pub(crate) fn registry(&mut self) {
        self.registry = true;
    }

    /// Leaves the row, when anything was touched.
    pub(crate) fn write(&self, connection: &Connection, origin: i64) -> Result<(), Fault> {
        let Self { sessions, inboxes, timers, registry } = self;
        if sessions.is_empty() && inboxes.is_empty() && !timers && !registry {
            return Ok(());
        }
        let body = if sessions.len() + inboxes.len() > BYTES {
            "{}".to_owned()
        } else {
            format!(
                r#"{{"sessions":[{sessions}],"inboxes":[{inboxes}],"timers":{timers},"registry":{registry}}}"#
            )
        };
        connection
            .prepare_cached("INSERT INTO changes (origin, body) VALUES (?1, ?2)")?
            .execute((origin, body))?;
        // The newest row always stays, so numbers go on without gaps.
        let id = connection.last_insert_rowid();
        if id % TRIMMED_EVERY == 0 {
            connection.prepare_cached("DELETE FROM changes WHERE id <= ?1")?.execute([id - KEPT])?;
        }
        Ok(())
    }
}

/// A notice as it is read. One that lists nothing was too long to be written out.
#[derive(Deserialize)]
struct Body {
    sessions: Option<Vec<(SessionId, Revision)>>,
    #[serde(default)]
    inboxes: Vec<AgentId>,
    #[serde(default)]
    timers: bool,
    #[serde(default)]
    registry: bool,
}

impl Body {
    fn changes(self) -> Vec<Change> {
        let Some(sessions) = self.sessions else {
            return vec![Change::All];
        };
        let sessions = sessions.into_iter().map(|(id, revision)| Change::Session(id, revision));
        let inboxes = self.inboxes.into_iter().map(Change::Inbox);
        let timers = self.timers.then_some(Change::Timers);
        let registry = self.registry.then_some(Change::Registry);
        sessions.chain(inboxes).chain(timers).chain(registry).collect()
    }
}

/// Watches for the notices of other processes while anybody listens.
pub(crate) struct Watch {
    state: Mutex<State>,
    wake: Condvar,
    sender: broadcast::Sender<Change>,
    every: Duration,
}

struct State {
    /// None once it is closed.
    connection: Option<Connection>,
    origin: i64,
    /// The database's version and the last notice when it was last looked at.
    version: Option<i64>,
    last: i64,
    closed: bool,
}

impl Watch {
    /// Starts the thread. It sleeps until somebody listens.
    pub(crate) fn start(connection: Connection, origin: i64, every: Duration) -> Result<Arc<Self>, Fault> {
        let watch = Arc::new(Self {
            state: Mutex::new(State {
                connection: Some(connection),
                origin,
                version: None,
                last: 0,
                closed: false,
            }),
            wake: Condvar::new(),
            sender: broadcast::Sender::new(WAITING),
            every,
        });
        let thread = watch.clone();
        std::thread::Builder::new()
            .name("sessiond-notices".into())
            .spawn(move || thread.run())
            .map_err(|error| Error::Failed(format!("no thread can be started: {error}")))?;
        Ok(watch)
    }

    /// What other processes write from now on.
    pub(crate) fn subscribe(&self) -> broadcast::Receiver<Change> {
        let mut state = self.state.lock();
        let receiver = self.sender.subscribe();
        if self.sender.receiver_count() == 1 {
            state.skip(&self.sender);
        }
        self.wake.notify_one();
        receiver
    }

    /// Closes the connection, and has the thread end.
    pub(crate) fn close(&self) {
        {
            let mut state = self.state.lock();
            state.closed = true;
            state.connection = None;
        }
        self.wake.notify_one();
    }

    fn run(&self) {
        let mut state = self.state.lock();
        while !state.closed {
            if self.sender.receiver_count() == 0 {
                self.wake.wait(&mut state);
                continue;
            }
            let in_use = forks::enter();
            let looked = state.look(&self.sender);
            drop(in_use);
            if let Err(cause) = looked {
                warn!(%cause, "other processes' notices cannot be read");
            }
            self.wake.wait_for(&mut state, self.every);
        }
    }
}

impl State {
    /// Passes over all that was written before anybody listened.
    fn skip(&mut self, sender: &broadcast::Sender<Change>) {
        let _use = forks::enter();
        let Some(connection) = &self.connection else { return };
        let newest = connection.query_row("SELECT max(id) FROM changes", [], |row| row.get(0));
        match newest {
            Ok(newest) => self.last = Option::unwrap_or(newest, 0),
            Err(error) => {
                warn!(%error, "other processes' notices cannot be read");
                // Nobody but the new subscriber listens, and it may be told too much.
                let _ = sender.send(Change::All);
            }
        }
    }

    fn look(&mut self, sender: &broadcast::Sender<Change>) -> Result<(), Fault> {
        let Some(connection) = &self.connection else { return Ok(()) };
        let version: i64 =
            connection.prepare_cached("PRAGMA data_version")?.query_row([], |row| row.get(0))?;
        if self.version == Some(version) {
            return Ok(());
        }
        let mut changes = Vec::new();
        let mut last = self.last;
        {
            let sql = "SELECT id, origin, body FROM changes WHERE id > ?1 ORDER BY id";
            let mut statement = connection.prepare_cached(sql)?;
            let mut rows = statement.query([last])?;
            while let Some(row) = rows.next()? {
                let id: i64 = row.get(0)?;
                if id != last + 1 {
                    changes.push(Change::All);
                }
                last = id;
                if row.get::<_, i64>(1)? != self.origin {
                    // A newer program's notice may not be readable to this one.
                    let body = serde_json::from_str::<Body>(row.get_ref(2)?.as_str().unwrap_or_default());
                    changes.extend(body.map_or_else(|_| vec![Change::All], Body::changes));
                }
            }
        }
        self.last = last;
        self.version = Some(version);
        for change in changes {
            // The last listener may have gone meanwhile.
            let _ = sender.send(change);
        }
        Ok(())
    }
}
