//! Sessions of Rust programs: nodes that call nodes, with a time for each top-level call, and a stop for all.

mod again;
mod builder;
mod frame;
mod sleep;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use serde_json::Value;
use sessiond_background as background;
use sessiond_core::{ExecutionEnd, SessionId};
use tokio_util::sync::CancellationToken;

use crate::config::Settings;
use crate::context::Context;
use crate::error::{BoxError, Error};
use crate::execution::Execution;
use crate::info::Info;
use crate::publisher::{Publisher, SubscriberInfo, Subscription, Update};
pub use builder::Builder;
pub use frame::{branch, call};
pub use sleep::sleep;

/// An execution session; cheap to clone. Calls that it makes are recorded, and can be taken up by [`Session::resume`].
#[derive(Clone)]
pub struct Session {
    shared: Arc<Shared>,
}

struct Shared {
    execution: Arc<Execution>,
    publisher: Publisher,
    stop: CancellationToken,
    reason: OnceLock<Arc<str>>,
    closed: AtomicBool,
}

/// What is called with each message that is broadcast.
type Callback = Box<dyn Fn(&str) -> Result<(), BoxError> + Send>;

/// How a session ended beside its calls.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Closed {
    /// How each subscriber did; one that missed or failed something says so here.
    pub subscribers: Vec<SubscriberInfo>,
}

impl Session {
    fn over(execution: Execution, callbacks: Vec<Callback>) -> Self {
        let publisher = Publisher::default();
        for callback in callbacks {
            let mut subscription = publisher.subscribe("broadcast_callback");
            background::spawn_blocking(move || {
                while let Some(update) = subscription.next_blocking() {
                    if let Update::Broadcast { message } = update
                        && let Err(error) = callback(&message)
                    {
                        tracing::warn!(%error, "a broadcast callback failed");
                        subscription.failed(error.to_string());
                    }
                }
            });
        }
        let session = Self {
            shared: Arc::new(Shared {
                execution: Arc::new(execution),
                publisher,
                stop: CancellationToken::new(),
                reason: OnceLock::new(),
                closed: AtomicBool::new(false),
            }),
        };
        let (execution, shared) =
            (Arc::downgrade(&session.shared.execution), Arc::downgrade(&session.shared));
        background::spawn(async move {
            if let Some(problem) = Execution::ended(execution).await
                && let Some(shared) = shared.upgrade()
            {
                Self { shared }.stop(&problem.to_string());
            }
        });
        session
    }

    /// Its id, by which it is resumed.
    pub fn id(&self) -> &SessionId {
        self.shared.execution.id()
    }

    /// How it behaves.
    pub fn settings(&self) -> &Settings {
        self.shared.execution.settings()
    }

    /// Values that every node can read and change.
    pub fn context(&self) -> &Context {
        self.shared.execution.context()
    }

    /// Tells whoever listens.
    pub fn broadcast(&self, message: &str) {
        if self.shared.publisher.is_heard() {
            self.shared.publisher.publish(&Update::Broadcast { message: message.into() });
        }
    }

    /// Tells of what happens from now on.
    pub fn subscribe(&self, name: &str) -> Subscription {
        self.shared.publisher.subscribe(name)
    }

    /// How each subscriber does.
    pub fn subscribers(&self) -> Vec<SubscriberInfo> {
        self.shared.publisher.info()
    }

    /// What is known of the calls so far.
    pub fn info(&self) -> Info {
        self.shared.execution.info()
    }

    /// The state as its file has it, as far as it is recorded.
    pub async fn payload(&self) -> Result<Value, Error> {
        let bytes = self.shared.execution.payload().await?;
        serde_json::from_slice(&bytes).map_err(|error| Error::value("the session", "output", &error))
    }

    /// Writes the state to its file while the session goes on.
    pub async fn save(&self) -> Result<std::path::PathBuf, Error> {
        self.shared.execution.save().await
    }

    /// Writes everything that is recorded so far.
    pub async fn flush(&self) -> Result<(), Error> {
        self.shared.execution.flush().await
    }

    /// Stops all calls that run, and takes no further ones.
    pub fn stop(&self, reason: &str) {
        let _ = self.shared.reason.set(reason.into());
        self.shared.stop.cancel();
    }

    /// Ends the session well: everything is recorded, and the state is saved. Calls that still run are stopped.
    pub async fn close(self) -> Result<Closed, Error> {
        self.end(ExecutionEnd::Completed).await
    }

    /// Ends the session because its program failed. It can be resumed.
    pub async fn fail(self, reason: impl Into<String>) -> Result<Closed, Error> {
        self.end(ExecutionEnd::Failed { reason: reason.into() }).await
    }

    async fn end(self, end: ExecutionEnd) -> Result<Closed, Error> {
        if self.shared.closed.swap(true, Ordering::AcqRel) {
            return Err(Error::Closed);
        }
        self.stop("it is closed");
        let subscribers = self.shared.publisher.close();
        self.shared.execution.close(end, Vec::new()).await?;
        Ok(Closed { subscribers })
    }

    fn stopped(&self) -> Error {
        if self.shared.closed.load(Ordering::Acquire) {
            return Error::Closed;
        }
        if let Some(problem) = self.shared.execution.failure() {
            return problem.into();
        }
        Error::Stopped {
            reason: self.shared.reason.get().cloned().unwrap_or_else(|| "somebody stopped it".into()),
        }
    }
}
