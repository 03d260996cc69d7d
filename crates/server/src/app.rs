//! What all requests share.

use std::ops::Deref;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use sessiond_api::{Code, Problem};
use sessiond_engine::Engine;
use tokio::sync::Mutex;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::intake::Memory;
use crate::rate::Limits;
use crate::{Options, observe};

/// How long an answer to `/ready` holds, so that asking often costs no more writes than asking now and then.
const READY_HOLDS: Duration = Duration::from_millis(500);

/// What all requests share; cheap to clone.
#[derive(Clone)]
pub(crate) struct App(Arc<Shared>);

pub(crate) struct Shared {
    pub(crate) engine: Engine,
    pub(crate) options: Options,
    /// The OpenAPI document, made when it is first asked for. It is made from the routes, which serve it, so it is
    /// handed in.
    pub(crate) document: fn() -> &'static str,
    /// Whether only this machine can reach the server.
    pub(crate) loopback: bool,
    /// Cancelled when the server shuts down: what stays open ends.
    pub(crate) shutdown: CancellationToken,
    /// Tasks that outlive their request, WebSockets above all.
    pub(crate) tasks: TaskTracker,
    pub(crate) metrics: observe::Metrics,
    /// What callers may do.
    pub(crate) limits: Arc<Limits>,
    /// The memory for request bodies.
    pub(crate) memory: Memory,
    /// The rendered `/docs`, made when it is first asked for.
    pub(crate) reference: OnceLock<String>,
    ready: Mutex<Option<(Instant, Result<(), Problem>)>>,
}

impl App {
    pub(crate) fn new(
        engine: Engine,
        options: Options,
        document: fn() -> &'static str,
        loopback: bool,
    ) -> Self {
        Self(Arc::new(Shared {
            engine,
            limits: Limits::new(options.rates),
            options,
            document,
            loopback,
            shutdown: CancellationToken::new(),
            tasks: TaskTracker::new(),
            metrics: observe::Metrics::install(),
            memory: Memory::default(),
            reference: OnceLock::new(),
            ready: Mutex::default(),
        }))
    }

    /// Whether anybody who reaches the server is the person at this machine: no key is configured, and nobody else
    /// can reach it. A server that others can reach never opens itself, whatever becomes of its keys.
    pub(crate) fn is_keyless(&self) -> bool {
        self.loopback && self.options.admin_key.is_none() && !self.engine.has_keys()
    }

    /// Whether the store takes writes.
    pub(crate) async fn ready(&self) -> Result<(), Problem> {
        // Those who ask at the same time wait here for one write.
        let mut ready = self.ready.lock().await;
        if let Some((at, answer)) = &*ready
            && at.elapsed() < READY_HOLDS
        {
            return answer.clone();
        }
        let answer = self.engine.ready().await.map_err(sessiond_client::problem);
        *ready = Some((Instant::now(), answer.clone()));
        answer
    }

    /// The problem of a request that the shutdown ends.
    pub(crate) fn shutting_down() -> Problem {
        Problem::new(Code::Unavailable, "the server is shutting down; retry").retry_after(1)
    }

    /// Waits for `work`, which may take long, unless the server shuts down.
    pub(crate) async fn unless_shutdown<T>(
        &self,
        work: impl Future<Output = Result<T, Problem>>,
    ) -> Result<T, Problem> {
        tokio::select! {
            answer = work => answer,
            () = self.shutdown.cancelled() => Err(Self::shutting_down()),
        }
    }
}

impl Deref for App {
    type Target = Shared;

    fn deref(&self) -> &Shared {
        &self.0
    }
}
