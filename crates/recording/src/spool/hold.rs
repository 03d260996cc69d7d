//! A program's hold on a session of a spool: how far it is delivered, and what is said to whoever sends it.

use std::future::pending;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};

use sessiond_api::{Code, Problem};
use sessiond_background::Origin;
use sessiond_client::Client;
use sessiond_core::{Revision, SessionId};
use tokio::sync::{Notify, watch};

use super::cursor::Place;
use super::{PATIENCE, Spool};

/// A session of a spool. No other process sends it meanwhile.
pub(super) struct Held {
    pub(super) id: SessionId,
    /// Rung when there is something to send, and when nobody holds it any more.
    pub(super) wake: Notify,
    pub(super) sent: watch::Sender<Sent>,
    /// How many runs of it there are in this process: two, while one takes it over from the other.
    pub(super) runs: AtomicUsize,
    /// The number of this process's last writer in the spool's journal; 0 when it has none.
    pub(super) wrote_as: AtomicU64,
}

/// How far a session is delivered.
#[derive(Debug, Clone, Default)]
pub(super) struct Sent {
    /// The last event of the spool's journal that the server has.
    pub(super) until: Revision,
    /// Why the server takes no more.
    pub(super) refused: Option<Problem>,
    /// The number of the writer of this spool at the server; 0 when it has had none.
    pub(super) writer: u64,
    /// Whether the server keeps the session for that writer.
    pub(super) leased: bool,
    /// Whether another process of this spool sends it still.
    pub(super) awaits: bool,
}

impl Sent {
    /// Whether the server has everything up to there, and keeps the session for a program that runs it alone.
    fn has(&self, revision: Revision, held: &Held) -> bool {
        self.until >= revision && (!self.leased || held.is_run())
    }
}

/// A program's hold on a session of a spool.
pub struct Hold {
    spool: Arc<Spool>,
    /// None only while it is dropped: the sender is woken when this does not hold the session any more.
    held: Option<Arc<Held>>,
    /// Whether a program runs the session by this hold.
    runs: AtomicBool,
    origin: Origin,
}

impl Held {
    pub(super) fn new(id: SessionId, sent: Sent) -> Self {
        Self {
            id,
            wake: Notify::new(),
            sent: watch::Sender::new(sent),
            runs: AtomicUsize::new(0),
            wrote_as: AtomicU64::new(0),
        }
    }

    /// Whether a program runs the session.
    pub(super) fn is_run(&self) -> bool {
        self.runs.load(Ordering::Relaxed) > 0
    }

    /// Comes to its end when another process of this spool, which sends the session, does not hand it over.
    async fn kept_waiting(&self) {
        if self.sent.borrow().awaits {
            tokio::time::sleep(PATIENCE).await;
            if self.sent.borrow().awaits {
                return;
            }
        }
        pending().await
    }

    pub(super) fn refuse(&self, problem: Problem) {
        self.sent.send_modify(|sent| {
            (sent.refused, sent.leased, sent.awaits) = (Some(problem), false, false);
        });
    }
}

impl From<Place> for Sent {
    fn from(Place { sent: until, writer, .. }: Place) -> Self {
        // What an earlier process left may have its lease still, which is this spool's.
        Self { until, refused: None, writer, leased: writer > 0, awaits: false }
    }
}

impl Hold {
    pub(super) fn new(spool: Arc<Spool>, held: Arc<Held>) -> Arc<Self> {
        let runs = AtomicBool::new(false);
        Arc::new(Self { spool, held: Some(held), runs, origin: Origin::here() })
    }

    /// This hold, by which a program runs its session.
    pub(super) fn run(self: Arc<Self>) -> Arc<Self> {
        if let Some(held) = &self.held
            && !self.runs.swap(true, Ordering::Relaxed)
        {
            held.runs.fetch_add(1, Ordering::Relaxed);
        }
        self
    }

    /// The program does not run the session any more: the server is to let others resume it, as soon as it has everything.
    pub fn leave(&self) {
        if let Some(held) = &self.held
            && self.origin.is_this_process()
            && self.runs.swap(false, Ordering::Relaxed)
        {
            held.runs.fetch_sub(1, Ordering::Relaxed);
            held.wake.notify_one();
        }
    }

    /// Whether the record may grow by so many bytes of calls, which then wait.
    pub fn take(&self, bytes: u64) -> Result<(), Problem> {
        self.spool.take(bytes)
    }

    /// Says which writer of the spool's journal the program is.
    pub fn began(&self, writer: u64) {
        if let Some(held) = &self.held {
            held.wrote_as.fetch_max(writer, Ordering::Relaxed);
        }
    }

    /// Says that there is something to send.
    pub fn written(&self) {
        if let Some(held) = &self.held {
            held.wake.notify_one();
        }
    }

    /// Waits until the server has everything that is recorded so far, and keeps the session no more when no program runs it
    /// any more; says whether that is so. When the server gives no answer, the rest waits on this machine's disk.
    pub async fn delivered(&self) -> Result<bool, Problem> {
        let Some(held) = &self.held else { return Ok(true) };
        let revision = self.spool.local.session(&held.id).await?.revision;
        let mut sent = held.sent.subscribe();
        held.wake.notify_one();
        let sent = tokio::select! {
            biased;
            sent = sent.wait_for(|sent| sent.has(revision, held) || sent.refused.is_some()) => match sent {
                Ok(sent) => sent.clone(),
                Err(_) => return Ok(false),
            },
            () = self.spool.given_up() => return Ok(false),
            () = held.kept_waiting() => return Ok(false),
        };
        match sent.refused {
            Some(problem) if sent.until < revision => Err(problem),
            _ => Ok(true),
        }
    }

    /// Waits until the server has taken the session, or gives no answer. One that it refuses is dropped here too.
    pub async fn accepted(&self) -> Result<(), Problem> {
        let Some(held) = &self.held else { return Ok(()) };
        match self.delivered().await {
            Ok(_) => Ok(()),
            Err(problem) => {
                self.spool.drop_session(&held.id).await?;
                Err(problem)
            }
        }
    }

    /// Waits until the server has another writer of the session, or has ended it, and says so. One that refuses for
    /// another reason, such as a wrong key, may take the rest later, which waits for it.
    pub async fn lost(&self) -> Problem {
        let Some(held) = &self.held else { return pending().await };
        let mut sent = held.sent.subscribe();
        let is_lost = |problem: &Problem| matches!(problem.code, Code::WriterStale | Code::SessionEnded);
        let sent = sent.wait_for(|sent| sent.refused.as_ref().is_some_and(is_lost)).await;
        match sent.ok().and_then(|sent| sent.refused.clone()) {
            Some(problem) => problem,
            None => pending().await,
        }
    }

    /// Why the server takes no more of the session, if it does not.
    pub fn refused(&self) -> Option<Problem> {
        self.held.as_ref()?.sent.borrow().refused.clone()
    }

    /// The spool's directory.
    pub fn dir(&self) -> &Path {
        &self.spool.dir
    }

    /// The store that the session is recorded in.
    pub fn local(&self) -> &Client {
        &self.spool.local
    }

    /// The server that has the session.
    pub fn remote(&self) -> &Client {
        &self.spool.remote
    }

    /// The server's address.
    pub fn server(&self) -> &str {
        &self.spool.server
    }
}

impl Drop for Hold {
    fn drop(&mut self) {
        if !self.origin.is_this_process() {
            // Whoever could be told stayed in the process that this one was forked from.
            std::mem::forget(self.held.take());
            return;
        }
        self.leave();
        if let Some(held) = self.held.take() {
            let weak = Arc::downgrade(&held);
            drop(held);
            if let Some(held) = weak.upgrade() {
                held.wake.notify_one();
            }
        }
    }
}
