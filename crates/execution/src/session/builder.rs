//! How a session begins.

use std::time::Duration;

use serde::Serialize;
use sessiond_core::SessionId;

use super::{Callback, Session};
use crate::config::{Config, Durability, Server, Settings};
use crate::context::Context;
use crate::error::{BoxError, Error};
use crate::execution::{Execution, NewExecution};
use crate::recover;
use crate::replay::CallNumber;

/// Begins a session.
#[derive(Default)]
pub struct Builder {
    id: Option<SessionId>,
    name: Option<String>,
    context: Context,
    config: Config,
    callbacks: Vec<Callback>,
    take_over: bool,
}

impl Builder {
    /// The session's id; made up when absent.
    #[must_use]
    pub fn id(mut self, id: SessionId) -> Self {
        self.id = Some(id);
        self
    }

    /// What people call it.
    #[must_use]
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// Whether [`Builder::resume`] takes a session from the process that runs it, which is then told at its next call.
    #[must_use]
    pub fn take_over(mut self, take_over: bool) -> Self {
        self.take_over = take_over;
        self
    }

    /// The program and the arguments with which `sessiond recover` starts it again when its process has died. There, the
    /// first session that says this is the one that is resumed.
    #[must_use]
    pub fn recover<T: Into<String>>(mut self, command: impl IntoIterator<Item = T>) -> Self {
        self.config.recover = Some(command.into_iter().map(Into::into).collect());
        self
    }

    /// The context at the beginning.
    ///
    /// # Panics
    /// When a value cannot be written as JSON: a map whose keys are no strings, for one.
    #[must_use]
    pub fn context<K: Into<String>, V: Serialize>(self, values: impl IntoIterator<Item = (K, V)>) -> Self {
        self.context.update(values).expect("a context holds what can be written as JSON");
        self
    }

    /// How long a top-level call may take.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.config.timeout = Some(timeout);
        self
    }

    /// Whether the first error of any call stops the session.
    #[must_use]
    pub fn end_on_error(mut self, end: bool) -> Self {
        self.config.end_on_error = Some(end);
        self
    }

    /// Whether agents fill `{key}` in their prompts from the context.
    #[must_use]
    pub fn prompt_injection(mut self, fill: bool) -> Self {
        self.config.prompt_injection = Some(fill);
        self
    }

    /// Whether the state is written to a file when the session closes.
    #[must_use]
    pub fn save_state(mut self, save: bool) -> Self {
        self.config.save_state = Some(save);
        self
    }

    /// When calls are on disk.
    #[must_use]
    pub fn durability(mut self, durability: Durability) -> Self {
        self.config.durability = Some(durability);
        self
    }

    /// Calls of one batch that run at the same time.
    #[must_use]
    pub fn max_concurrency(mut self, calls: usize) -> Self {
        self.config.max_concurrency = Some(calls);
        self
    }

    /// Where the store and the saved states are.
    #[must_use]
    pub fn dir(mut self, dir: impl Into<std::path::PathBuf>) -> Self {
        self.config.dir = Some(dir.into());
        self
    }

    /// The server that is to have the record, which then waits on this machine's disk while it is away.
    #[must_use]
    pub fn server(mut self, server: Server) -> Self {
        self.config.server = Some(server);
        self
    }

    /// Calls this with each message that a node broadcasts, in order, on a task of its own. What it fails with, and what
    /// it was too slow for, stands in [`Session::subscribers`].
    #[must_use]
    pub fn broadcast_callback(
        mut self,
        callback: impl Fn(&str) -> Result<(), BoxError> + Send + 'static,
    ) -> Self {
        self.callbacks.push(Box::new(callback));
        self
    }

    /// Begins it. Within a node of another session, the new one is recorded where that is, unless it says otherwise,
    /// and belongs to it when both are recorded in one place.
    pub async fn start(mut self) -> Result<Session, Error> {
        let mut outer = Session::current();
        if let Some(outer) = &outer {
            let Settings { dir, server, .. } = outer.settings();
            self.config.dir.get_or_insert_with(|| dir.clone());
            self.config.server.get_or_insert_with(|| server.clone().unwrap_or_else(Server::none));
        }
        let settings = self.config.settle();
        outer = outer.filter(|outer| settings.is_recorded_with(outer.settings()));
        if let Some(outer) = &outer {
            outer.shared.execution.opened().await?;
        }
        if outer.is_none()
            && settings.recover.is_some()
            && let Some(id) = recover::wanted()
        {
            let execution = Execution::resume(id, self.context, settings, false).await?;
            return Ok(Session::over(execution, self.callbacks));
        }
        let parent = outer.map(|outer| outer.id().clone());
        let new = NewExecution { id: self.id, name: self.name, parent, context: self.context };
        let execution = Execution::start(new, settings).await?;
        Ok(Session::over(execution, self.callbacks))
    }

    /// Takes up the session with this id instead; see [`Session::resume`].
    pub async fn resume(self, id: &SessionId) -> Result<Session, Error> {
        let execution =
            Execution::resume(id.clone(), self.context, self.config.settle(), self.take_over).await?;
        Ok(Session::over(execution, self.callbacks))
    }

    /// Goes on in a copy of the session with this id instead; see [`Session::fork`].
    pub async fn fork(self, id: &SessionId, at: CallNumber) -> Result<Session, Error> {
        let execution = Execution::fork(id, at, self.config.settle()).await?;
        execution.context().update(self.context.snapshot())?;
        Ok(Session::over(execution, self.callbacks))
    }
}

impl Session {
    /// A session that is to begin.
    pub fn builder() -> Builder {
        Builder::default()
    }

    /// Takes up a session that was interrupted or failed. The program runs again from its beginning: calls that had
    /// completed give what they gave then, without running; the rest is executed. When the program calls something
    /// else than it did, that call fails with [`Error::Differs`].
    pub async fn resume(id: &SessionId) -> Result<Self, Error> {
        Self::builder().resume(id).await
    }

    /// Goes on in a copy of a session, from the point at which its call `at` began.
    pub async fn fork(id: &SessionId, at: CallNumber) -> Result<Self, Error> {
        Self::builder().fork(id, at).await
    }
}
