//! An agent and the handle on it.

use std::sync::Arc;

use sessiond_core::AgentId;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio_util::sync::{CancellationToken, DropGuard};

use crate::dispatch::Dispatch;
use crate::{Error, Handler, Options};

/// An agent's process: what [`Agent::start`] begins.
pub struct Agent;

/// How an agent is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Health {
    /// Whether it reads its inbox now.
    pub connected: bool,
    /// Tasks that run.
    pub running: usize,
    /// Tasks that wait for one of those to end.
    pub waiting: usize,
}

impl Agent {
    /// Registers the agent, connects it and works until it is stopped. It answers at once: a server that cannot be
    /// reached is tried again and again.
    pub fn start(options: Options, handler: impl Handler) -> Handle {
        let stop = CancellationToken::new();
        let (report, health) = watch::channel(Health::default());
        let agent_id = options.agent_id().clone();
        let dispatch = Dispatch::new(options, Arc::new(handler), stop.clone(), report);
        Handle { agent_id, health, ended: tokio::spawn(dispatch.run()), stop: stop.drop_guard() }
    }
}

/// A handle on an agent. Dropping it stops the agent as [`Handle::stop`] does.
pub struct Handle {
    agent_id: AgentId,
    health: watch::Receiver<Health>,
    ended: JoinHandle<Result<(), Error>>,
    stop: DropGuard,
}

impl Handle {
    /// Who it is.
    pub fn agent_id(&self) -> &AgentId {
        &self.agent_id
    }

    /// How it is.
    pub fn health(&self) -> Health {
        *self.health.borrow()
    }

    /// Waits until it reads its inbox; false when it ended instead.
    pub async fn connected(&self) -> bool {
        let mut health = self.health.clone();
        health.wait_for(|health| health.connected).await.is_ok()
    }

    /// Takes no more work, gives running tasks their grace, and leaves the rest to be delivered again.
    pub async fn stop(self) -> Result<(), Error> {
        let Self { ended, stop, .. } = self;
        drop(stop);
        ended.await.unwrap_or(Err(Error::Crashed))
    }

    /// Waits until it ends by itself.
    ///
    /// # Errors
    ///
    /// See [`Error`].
    pub async fn wait(mut self) -> Result<(), Error> {
        (&mut self.ended).await.unwrap_or(Err(Error::Crashed))
    }

    /// Works until `signal`, and then stops; or until it ends by itself.
    ///
    /// # Errors
    ///
    /// See [`Error`].
    pub async fn until(mut self, signal: impl Future) -> Result<(), Error> {
        tokio::select! {
            ended = &mut self.ended => ended.unwrap_or(Err(Error::Crashed)),
            _ = signal => self.stop().await,
        }
    }
}
