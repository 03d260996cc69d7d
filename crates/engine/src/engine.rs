//! The engine's handle: what everything above holds.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use sessiond_core::{Moment, Principal, Role, SessionId, Span, Timestamp, limits};
use sessiond_store::{Op, Store};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::actor::Slot;
use crate::agents::Registry;
use crate::clock::{self, Clock, Ids, System};
use crate::files::{FileReader, Uploads};
use crate::inbox::Presences;
use crate::keys::Keyring;
use crate::turns::{Lives, TurnRunner};
use crate::webhooks::Webhooks;
use crate::{Error, follow, housekeeping, rows, schedules, timers};

/// How long a store may take for the write that shows whether it is ready.
const READY: Duration = Duration::from_secs(5);

/// How an engine behaves.
#[derive(Clone)]
pub struct Options {
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
    /// Makes ids and randomness.
    pub ids: Arc<dyn Ids>,
    /// How long a delivered message may stay unacknowledged before it is delivered again.
    pub ack_timeout: Duration,
    /// Deliveries of one message before it is a dead letter.
    pub delivery_attempts: u32,
    /// How long an unused session stays in memory.
    pub idle: Duration,
    /// Events between two snapshots of a session.
    pub snapshot_every: u64,
    /// Events of a session that are kept; all when absent. Older ones go when a snapshot makes them dispensable, and
    /// with them what needs the whole journal: exports, forks, and repeated answers from back then.
    pub keep_events: Option<u64>,
    /// How long ended sessions are kept; for ever when absent.
    pub keep_ended: Option<Duration>,
    /// The time without use after which an assistant's session expires, if its creator gives it no time; never when absent.
    pub session_timeout: Option<Span>,
    /// Whether this process fires timers and makes the sessions of schedules. One that only reads need not.
    pub timers: bool,
    /// What answers the turns of conversations. Without it, they wait for another process.
    pub runner: Option<Arc<dyn TurnRunner>>,
    /// The directory for uploaded files. Without it, sessions have none.
    pub uploads: Option<PathBuf>,
    /// What reads uploaded files. Without it, this process takes none.
    pub reader: Option<Arc<dyn FileReader>>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            clock: Arc::new(System),
            ids: Arc::new(System),
            ack_timeout: Duration::from_millis(limits::ACK_TIMEOUT_MS),
            delivery_attempts: limits::DELIVERY_ATTEMPTS,
            idle: Duration::from_secs(60),
            snapshot_every: 256,
            keep_events: None,
            keep_ended: None,
            session_timeout: None,
            timers: true,
            runner: None,
            uploads: None,
            reader: None,
        }
    }
}

/// A handle on the engine; cheap to clone.
#[derive(Clone)]
pub struct Engine {
    pub(crate) shared: Arc<Shared>,
}

/// What all parts of the engine share.
pub(crate) struct Shared {
    pub(crate) options: Options,
    pub(crate) store: Arc<dyn Store>,
    pub(crate) sessions: Mutex<HashMap<SessionId, Arc<Slot>>>,
    pub(crate) presences: Presences,
    pub(crate) registry: Registry,
    pub(crate) keyring: Keyring,
    pub(crate) webhooks: Webhooks,
    pub(crate) lives: Lives,
    pub(crate) uploads: Uploads,
    pub(crate) timers: timers::Wake,
    pub(crate) schedules: timers::Wake,
    pub(crate) stop: CancellationToken,
    pub(crate) tasks: TaskTracker,
    /// Places for long computations.
    pub(crate) computing: Semaphore,
}

impl Engine {
    /// Starts an engine on a store.
    pub async fn open(store: Arc<dyn Store>, options: Options) -> Result<Self, Error> {
        // Notices from before the subscription would be lost, so it comes before the first read.
        let changes = store.changes();
        let registry = Registry::load(&*store).await?;
        let keyring = Keyring::load(&*store).await?;
        let shared = Arc::new(Shared {
            sessions: Mutex::default(),
            presences: Presences::default(),
            registry,
            keyring,
            webhooks: Webhooks::default(),
            lives: Lives::default(),
            uploads: Uploads::default(),
            timers: timers::Wake::default(),
            schedules: timers::Wake::default(),
            stop: CancellationToken::new(),
            tasks: TaskTracker::new(),
            computing: Semaphore::new(std::thread::available_parallelism().map_or(1, usize::from)),
            store,
            options,
        });
        let engine = Self { shared };
        engine.spawn(follow::run(engine.clone(), changes));
        engine.spawn(housekeeping::run(engine.clone()));
        if engine.shared.options.timers {
            engine.spawn(timers::run(engine.clone()));
            engine.spawn(schedules::run(engine.clone()));
        }
        Ok(engine)
    }

    /// The present time.
    pub fn now(&self) -> Timestamp {
        self.shared.options.clock.now()
    }

    /// A fresh, time-ordered 128-bit number.
    pub fn nonce(&self) -> u128 {
        self.shared.options.ids.nonce()
    }

    /// The clock for every wait.
    pub(crate) fn clock(&self) -> &dyn Clock {
        &*self.shared.options.clock
    }

    /// The result of some work, or none if it takes longer than `wait`.
    pub(crate) async fn within<T>(&self, wait: Duration, work: impl Future<Output = T>) -> Option<T> {
        tokio::select! {
            biased;
            done = work => Some(done),
            () = self.clock().sleep(wait) => None,
        }
    }

    /// A fresh, time-ordered id with that prefix.
    pub fn fresh_id(&self, prefix: &str) -> String {
        self.moment().id(prefix, 0)
    }

    /// Whether writes become durable: one is made, and waited for.
    pub async fn ready(&self) -> Result<(), Error> {
        let probe = self.write(Op::Probe);
        match self.within(READY, probe).await {
            Some(written) => Ok(written?.map(drop)?),
            None => {
                let detail = format!("a small write took more than {} seconds", READY.as_secs());
                Err(sessiond_store::Error::Unavailable(detail).into())
            }
        }
    }

    /// How long a delivered message may stay unacknowledged before it is delivered again.
    pub fn ack_timeout(&self) -> Duration {
        self.shared.options.ack_timeout
    }

    /// Where the store is, for people.
    pub fn location(&self) -> String {
        self.shared.store.location()
    }

    /// How many sessions are in memory.
    pub fn open_sessions(&self) -> usize {
        self.shared.sessions.lock().len()
    }

    /// How many sessions there are, by kind and status. Only an administrator may ask.
    pub async fn counts(&self, principal: &Principal) -> Result<sessiond_store::Counts, Error> {
        if principal.role != Role::Admin {
            return Err(Error::Forbidden("only an administrator's key may count all sessions".into()));
        }
        Ok(self.shared.store.counts().await?)
    }

    /// The sessions that the caller may see, in numbers.
    pub async fn stats(&self, principal: &Principal) -> Result<sessiond_store::Stats, Error> {
        Ok(self.shared.store.stats(rows::visibility(principal)).await?)
    }

    /// The time without use after which an assistant's session expires, if its creator gives it no time.
    pub fn session_timeout(&self) -> Option<Span> {
        self.shared.options.session_timeout
    }

    /// Writes what waits, keeps snapshots of the open sessions, and closes the store. Commands that come after it are
    /// refused as [`Error::Closed`].
    pub async fn shutdown(&self) {
        self.interrupt_turns().await;
        self.shared.stop.cancel();
        let slots: Vec<_> = self.shared.sessions.lock().drain().map(|(_, slot)| slot).collect();
        for slot in slots {
            slot.close().await;
        }
        self.shared.tasks.close();
        #[expect(
            clippy::disallowed_methods,
            reason = "these are tasks of this process, in the machine's time"
        )]
        let ended = tokio::time::timeout(Duration::from_secs(10), self.shared.tasks.wait()).await;
        if ended.is_err() {
            tracing::warn!("some tasks did not end within 10 seconds; the store is closed all the same");
        }
        self.shared.store.close().await;
    }

    pub(crate) fn moment(&self) -> Moment {
        clock::moment(&*self.shared.options.clock, &*self.shared.options.ids)
    }

    pub(crate) fn is_closed(&self) -> bool {
        self.shared.stop.is_cancelled()
    }

    pub(crate) fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        let stop = self.shared.stop.clone();
        self.shared.tasks.spawn(async move {
            tokio::select! {
                () = stop.cancelled() => {}
                () = task => {}
            }
        });
    }

    /// Runs something to its end though whoever waits for it goes away: a caller that hangs up must not keep what
    /// follows a commit from happening.
    pub(crate) async fn whole<T: Send + 'static>(
        &self,
        work: impl Future<Output = Result<T, Error>> + Send + 'static,
    ) -> Result<T, Error> {
        self.shared.tasks.spawn(work).await.unwrap_or(Err(Error::Closed))
    }

    /// Computes something that takes long, such as the state of a whole journal, off the threads that serve requests, and
    /// beside no more of its kind than there are processors.
    pub async fn compute<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> T {
        let _place = self.shared.computing.acquire().await;
        match tokio::task::spawn_blocking(work).await {
            Ok(done) => done,
            Err(error) => std::panic::resume_unwind(error.into_panic()),
        }
    }

    /// Writes one operation, and waits until it is durable or refused.
    pub(crate) async fn write(
        &self,
        op: Op,
    ) -> Result<Result<sessiond_store::Done, sessiond_store::Refusal>, Error> {
        let outcome = self.shared.store.write(vec![op]).await?.pop();
        Ok(outcome.ok_or_else(|| sessiond_store::Error::Failed("a write has no result".into()))?)
    }
}
