//! The spool: what is recorded for a server stands on this machine's disk first, and is sent on from there. A program
//! so runs on while its server is away, and the server has the record in order, and once.
//!
//! A spool is a store like any other, in a directory of its own for each server and key. The program records in it as it
//! would without a server; `forward` sends each session's journal on, and a session that is delivered and that
//! nobody holds any more is dropped from it. What a process leaves behind is sent by the next one that opens the spool.

mod cursor;
mod forward;
mod hold;
mod holder;
mod manage;
mod operation;

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Weak};
use std::time::Duration;

use futures_util::TryStreamExt;
use parking_lot::Mutex;
use serde::{Deserialize, Serialize};
use sessiond_api as api;
use sessiond_api::{Code, Problem};
use sessiond_background as background;
use sessiond_client::{Client, Conditions, Import, store};
use sessiond_core::{ExecutionLease, Revision, SessionId, Span};
use sha2::{Digest, Sha256};
use tokio::sync::{Semaphore, watch};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::running::{Runner, runner};
use crate::server::Server;
use cursor::{Cursor, Place};
use hold::{Held, Sent};

pub use hold::Hold;
pub use manage::{Waiting, drop_session, send, waiting};

/// How long a session that ends waits for a server that does not answer, and one that is taken up for whoever sends
/// it.
const PATIENCE: Duration = Duration::from_secs(2);
/// How long a server may take for a request on the way out, which is small and never waits there; then it is away.
const ANSWER: Duration = Duration::from_secs(5);
/// How long the server keeps a session for a program that it hears nothing of. As long as the program runs the session, its
/// lease is renewed three times in that time.
const TTL: Duration = Duration::from_secs(15);
/// How long it may take for a whole session, beside that.
const WHOLE: Duration = Duration::from_secs(30);
/// How often a process that has taken a session over asks whether it may send it.
const TURN: Duration = Duration::from_millis(20);
/// Sessions that are sent at the same time.
const SENDERS: usize = 4;

/// What waits for one server.
pub struct Spool {
    dir: PathBuf,
    /// Whose the leases of its sessions are: one name for all processes that use it.
    holder: String,
    server: String,
    /// Bytes of calls that may wait.
    limit: u64,
    local: Client,
    remote: Client,
    senders: Semaphore,
    /// Since when the server does not answer.
    away: watch::Sender<Option<Instant>>,
    /// Bytes of calls that wait.
    waiting: AtomicU64,
    sessions: Mutex<HashMap<SessionId, Weak<Held>>>,
    stop: CancellationToken,
    tasks: TaskTracker,
}

#[derive(Serialize, Deserialize)]
struct About {
    server: String,
}

impl Spool {
    /// The directory of a server's spool within a program's directory. It differs from key to key, so that nobody's
    /// record is sent in another's name.
    pub fn path(dir: &Path, server: &Server) -> PathBuf {
        let key = server.key.as_deref().unwrap_or_default();
        let hash = Sha256::digest(format!("{}\n{key}", server.url));
        dir.join("spool").join(format!("{hash:.16x}"))
    }

    /// Opens the spool in `dir`, and begins to send what other processes left in it.
    pub async fn open(dir: PathBuf, server: &Server) -> Result<Arc<Self>, Problem> {
        let remote = Client::connect(&server.url, server.key.as_deref())?;
        let failed = |error: std::io::Error| {
            Problem::new(Code::Internal, format!("cannot write the spool {}: {error}", dir.display()))
        };
        store::make_directory(&cursor::dir(&dir)).map_err(failed)?;
        let about = About { server: server.url.clone() };
        fs::write(dir.join("server.json"), serde_json::to_vec(&about).unwrap_or_default()).map_err(failed)?;
        let holder = holder::of(&dir).map_err(failed)?;
        let local = Client::open(&dir).await?;
        let spool = Arc::new(Self {
            dir,
            holder,
            server: server.url.clone(),
            limit: server.spool_bytes,
            local,
            remote,
            senders: Semaphore::new(SENDERS),
            away: watch::Sender::new(None),
            waiting: AtomicU64::new(0),
            sessions: Mutex::default(),
            stop: CancellationToken::new(),
            tasks: TaskTracker::new(),
        });
        for cursor in cursor::left(&spool.dir) {
            spool.adopt(cursor).await;
        }
        Ok(spool)
    }

    /// Its directory.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// The store that waits.
    pub fn local(&self) -> &Client {
        &self.local
    }

    /// The server.
    pub fn remote(&self) -> &Client {
        &self.remote
    }

    /// Begins to send a session that is about to be made.
    pub fn begin(self: &Arc<Self>, id: &SessionId) -> Result<Arc<Hold>, Problem> {
        let cursor = Cursor::create(&self.dir, id)?.filter(|cursor| !cursor.is_known());
        let mut cursor = cursor.ok_or_else(|| {
            Problem::new(Code::SessionExists, format!("{id} already waits to be sent to {}", self.server))
        })?;
        cursor.advance(Place::default())?;
        Ok(self.forward(cursor, false).run())
    }

    /// Brings a session here that the server has, or that waits here, for a process that begins to write it. The server is asked
    /// first, so that nobody adds to what is brought; one that does not answer is told later of a session that waits here.
    ///
    /// # Errors
    /// `execution_running` when the server keeps the session for another.
    pub async fn take_up(
        self: &Arc<Self>,
        id: &SessionId,
        begin: api::BeginExecution,
    ) -> Result<Arc<Hold>, Problem> {
        let mut began = None;
        let mut cursor = loop {
            if let Some(held) = self.held(id) {
                let hold = self.hold(held.clone());
                // What waits here goes first.
                if held.is_run()
                    || !matches!(hold.delivered().await, Ok(true))
                    || self.is_last(&held, &begin).await?
                {
                    return Ok(hold.run());
                }
            }
            match Cursor::create(&self.dir, id)? {
                // A process left it here since this one opened the spool.
                Some(cursor) if cursor.is_known() => self.adopt(cursor).await,
                Some(cursor) => break cursor,
                // It may be taken over, in the journal that the two share. Who sends it hands that over then.
                None if matches!(runner(&self.dir, id)?, Some(Runner::Other(_))) => {
                    return Ok(self.await_turn(id).run());
                }
                None => {}
            }
            // Whoever sent it, this process too, may have done so, and be about to drop it.
            if began.get_or_insert_with(Instant::now).elapsed() > PATIENCE {
                let detail = format!("another process sends {id} at this moment; try again when it is done");
                return Err(Problem::new(Code::Conflict, detail));
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        };
        match self.bring(id, begin).await {
            Ok(place) => {
                cursor.advance(place)?;
                Ok(self.forward(cursor, false).run())
            }
            Err(problem) => {
                cursor.remove();
                Err(problem)
            }
        }
    }

    /// Begins to write a session at the server, and brings it here.
    async fn bring(&self, id: &SessionId, begin: api::BeginExecution) -> Result<Place, Problem> {
        let begin = api::BeginExecution { lease: Some(self.lease()), ..begin };
        let began = self.within(ANSWER, self.remote.begin_execution(id, begin, Conditions::default())).await;
        let writer = match began {
            Ok(began) => began.writer,
            // It is only read.
            Err(problem) if problem.code == Code::SessionEnded => 0,
            Err(problem) => return Err(problem),
        };
        match self.fetch(id).await {
            Ok(sent) => Ok(Place { sent, writer, batch: 0, begun: writer > 0 }),
            Err(problem) => {
                let release =
                    self.remote.release_execution(id, api::Writer { writer }, Conditions::default());
                // One that is not released expires.
                let _ = self.within(ANSWER, release).await;
                Err(problem)
            }
        }
    }

    /// Whether the last writer of a session at the server is one of this spool, so that all that there is is here. A server that
    /// does not answer is taken to have no other.
    async fn is_last(&self, held: &Held, begin: &api::BeginExecution) -> Result<bool, Problem> {
        let session = match self.within(ANSWER, self.remote.session(&held.id)).await {
            Ok(session) => session,
            Err(problem) if problem.retryable => return Ok(true),
            Err(problem) => return Err(problem),
        };
        let Some(calls) = session.calls.filter(|calls| calls.writer != held.sent.borrow().writer) else {
            return Ok(true);
        };
        if !begin.take_over && calls.lease.is_some_and(|lease| lease.holder != self.holder) {
            let detail = format!("{} runs {} elsewhere", calls.process, held.id);
            return Err(Problem::new(Code::ExecutionRunning, detail));
        }
        Ok(false)
    }

    /// The lease that a process of this spool takes.
    fn lease(&self) -> ExecutionLease {
        ExecutionLease { holder: self.holder.clone(), ttl: Span::from_secs(TTL.as_secs()) }
    }

    /// Copies a session on the server, which has it as a whole first.
    pub async fn fork(self: &Arc<Self>, id: &SessionId) -> Result<api::Session, Problem> {
        if let Some(held) = self.held(id)
            && !self.hold(held).delivered().await?
        {
            let detail = format!("{} does not answer, and has not all of {id}", self.server);
            return Err(Problem::new(Code::Unreachable, detail));
        }
        self.within(WHOLE, self.remote.fork_session(id, api::Fork::default(), Conditions::default())).await
    }

    async fn fetch(&self, id: &SessionId) -> Result<Revision, Problem> {
        // Whether it answers at all is found out soon; how long the whole takes depends on its size.
        let export = self.within(ANSWER, self.remote.export_session(id)).await?;
        let lines: Vec<String> = self.within(WHOLE, export.try_collect()).await?;
        match self.local.drop_copy(id).await {
            // A copy that a process left unfinished.
            Ok(()) => {}
            Err(problem) if problem.code == Code::SessionNotFound => {}
            Err(problem) => return Err(problem),
        }
        let import = Import { lines: lines.join("\n"), session_id: None };
        Ok(self.local.import_session(import, Conditions::default()).await?.revision)
    }

    /// Drops a session, which the server then never gets.
    pub async fn drop_session(&self, id: &SessionId) -> Result<(), Problem> {
        self.local.drop_copy(id).await?;
        if let Some(hold) = self.held(id) {
            hold.wake.notify_one();
        }
        Ok(())
    }

    /// Stops sending and closes the store.
    pub async fn close(&self) {
        self.stop.cancel();
        self.tasks.close();
        self.tasks.wait().await;
        self.local.close().await;
    }

    /// The answer to a request, unless the server takes too long.
    async fn within<T>(
        &self,
        patience: Duration,
        request: impl Future<Output = Result<T, Problem>>,
    ) -> Result<T, Problem> {
        tokio::time::timeout(patience, request).await.unwrap_or_else(|_| {
            let detail = format!("{} has not answered within {} s", self.server, patience.as_secs());
            Err(Problem::new(Code::Unreachable, detail))
        })
    }

    /// Whether a record may grow by so many bytes.
    fn take(&self, bytes: u64) -> Result<(), Problem> {
        let waiting = self.waiting.fetch_add(bytes, Ordering::Relaxed);
        if waiting + bytes <= self.limit {
            return Ok(());
        }
        self.waiting.fetch_sub(bytes, Ordering::Relaxed);
        let detail = format!(
            "{waiting} bytes of calls wait in {} for {}, and {} may; resume the session when the server is back",
            self.dir.display(),
            self.server,
            self.limit,
        );
        Err(Problem::new(Code::LimitReached, detail))
    }

    async fn adopt(self: &Arc<Self>, cursor: Cursor) {
        let revision = match self.local.session(cursor.id()).await {
            Ok(session) if cursor.is_known() => session.revision,
            // It was never made, or not brought here as a whole.
            Ok(_) => {
                let _ = self.local.drop_copy(cursor.id()).await;
                return cursor.remove();
            }
            Err(problem) if problem.code == Code::SessionNotFound => return cursor.remove(),
            Err(problem) => {
                tracing::warn!(session = %cursor.id(), %problem, "a session that waits cannot be read");
                return;
            }
        };
        let events = revision.saturating_sub(cursor.place().sent);
        tracing::info!(session = %cursor.id(), events, server = %self.server, "sending what waited");
        drop(self.forward(cursor, true));
    }

    fn forward(self: &Arc<Self>, cursor: Cursor, left: bool) -> Arc<Hold> {
        let held = self.enter(cursor.id(), Sent::from(cursor.place()));
        let sender = forward::forward(self.clone(), held.clone(), cursor, left);
        self.tasks.spawn_on(sender, &background::handle());
        self.hold(held)
    }

    /// Sends a session as soon as the other process of this spool that sends it hands it over.
    fn await_turn(self: &Arc<Self>, id: &SessionId) -> Arc<Hold> {
        let held = self.enter(id, Sent { awaits: true, ..Sent::default() });
        let (spool, waiting) = (self.clone(), held.clone());
        let turn = async move {
            let cursor = loop {
                match Cursor::create(&spool.dir, &waiting.id) {
                    Ok(Some(cursor)) if cursor.is_known() => break cursor,
                    Ok(Some(cursor)) => {
                        // Everything was sent, and dropped here.
                        cursor.remove();
                        let detail = format!("{} was ended elsewhere", waiting.id);
                        return waiting.refuse(Problem::new(Code::WriterStale, detail));
                    }
                    Ok(None) => {}
                    Err(problem) => return waiting.refuse(problem),
                }
                if spool.release(&waiting) {
                    return;
                }
                tokio::time::sleep(TURN).await;
            };
            waiting.sent.send_replace(Sent::from(cursor.place()));
            forward::forward(spool, waiting, cursor, false).await;
        };
        let stop = self.stop.clone();
        self.tasks.spawn_on(async move { stop.run_until_cancelled(turn).await }, &background::handle());
        self.hold(held)
    }

    fn enter(&self, id: &SessionId, sent: Sent) -> Arc<Held> {
        let held = Arc::new(Held::new(id.clone(), sent));
        self.sessions.lock().insert(held.id.clone(), Arc::downgrade(&held));
        held
    }

    /// Whether another process of this spool has taken the session over that this process sends.
    async fn is_handed_over(&self, held: &Held) -> bool {
        let wrote_as = held.wrote_as.load(Ordering::Relaxed);
        let session = self.local.session(&held.id).await;
        let writer = session.ok().and_then(|session| session.calls).map_or(0, |calls| calls.writer);
        wrote_as > 0 && writer > wrote_as
    }

    /// Leaves a session to the process that has taken it over.
    fn hand_over(&self, held: &Arc<Held>) {
        let mut sessions = self.sessions.lock();
        if sessions.get(&held.id).is_some_and(|known| known.as_ptr() == Arc::as_ptr(held)) {
            sessions.remove(&held.id);
        }
        drop(sessions);
        held.refuse(Problem::new(Code::WriterStale, "another process has taken the session over"));
    }

    fn hold(self: &Arc<Self>, held: Arc<Held>) -> Arc<Hold> {
        Hold::new(self.clone(), held)
    }

    fn held(&self, id: &SessionId) -> Option<Arc<Held>> {
        self.sessions.lock().get(id).and_then(Weak::upgrade)
    }

    /// Lets go of a session that nobody holds but its sender, and says whether that is so.
    fn release(&self, held: &Arc<Held>) -> bool {
        let mut sessions = self.sessions.lock();
        let alone = Arc::strong_count(held) == 1;
        if alone {
            sessions.remove(&held.id);
        }
        alone
    }

    /// Comes to its end when the server has given no answer for a while.
    async fn given_up(&self) {
        let mut away = self.away.subscribe();
        loop {
            let Ok(since) = away.wait_for(Option::is_some).await.map(|since| *since) else { return };
            let Some(since) = since else { continue };
            tokio::time::sleep_until(since + PATIENCE).await;
            if *away.borrow() == Some(since) {
                return;
            }
        }
    }
}
