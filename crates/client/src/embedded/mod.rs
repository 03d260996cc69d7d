//! The embedded client: the engine in this process, with the rights of one principal. The server uses it too, with a
//! principal for each request.
//!
//! `mod.rs` holds the handle and what all operations share; each noun's file turns its requests into commands, and states
//! into views.

mod agents;
mod aggregations;
mod calls;
mod context;
mod conversation;
mod error;
mod events;
mod files;
mod inbox;
mod keys;
mod messages;
mod participants;
mod questions;
mod registration;
mod schedules;
mod server;
mod sessions;
mod signals;
pub mod store;
mod tasks;
mod telemetry;
mod workflow;

use std::path::Path;
use std::sync::Arc;

use async_trait::async_trait;
use sessiond_api::{self as api, Code, Problem};
use sessiond_core::{Command, Envelope, Principal, Session, SessionId, limits};
use sessiond_engine::{Engine, Idempotency, Options, Reply};
use sha2::{Digest, Sha256};

use crate::Conditions;
use crate::traits::Api;
pub use error::problem;
pub use files::added;

/// The embedded client; cheap to clone.
#[derive(Clone)]
pub struct Embedded {
    engine: Engine,
    principal: Principal,
}

/// Refuses an id that a client chose and that no path could name. `parameter` is its name in paths, `pointer` where it
/// stands in the request.
fn addressable(parameter: &str, id: &str, pointer: &str) -> Result<(), Problem> {
    if !api::operations::is_reserved(parameter, id) {
        return Ok(());
    }
    Err(Problem::invalid(pointer, format!("'{id}' is part of a path of this interface: choose another id")))
}

/// A request that is about to become a command.
struct Accepted {
    conditions: Conditions,
    idempotency: Option<Idempotency>,
}

impl Embedded {
    /// Runs an engine on the store in `dir`, for the person at this machine.
    pub async fn open(dir: &Path) -> Result<Self, Problem> {
        Self::open_with(dir, Options::default()).await
    }

    /// Runs an engine with these options on the store in `dir`, for the person at this machine. Files are in the directory of
    /// the store, whatever the options say.
    pub async fn open_with(dir: &Path, mut options: Options) -> Result<Self, Problem> {
        let store = store::open(dir).map_err(|error| error::open_problem(dir, error))?;
        options.uploads = store::uploads(dir).ok();
        let engine = Engine::open(store, options).await.map_err(problem)?;
        Ok(Self::new(engine, Principal::local()))
    }

    /// Reads the store in `dir`, which is neither made nor changed: no timer fires and no schedule runs.
    pub async fn look(dir: &Path) -> Result<Self, Problem> {
        let store = store::look(dir).map_err(|error| error::open_problem(dir, error))?;
        let uploads = store::uploads(dir).ok();
        let options = Options { timers: false, uploads, ..Options::default() };
        let engine = Engine::open(store, options).await.map_err(problem)?;
        Ok(Self::new(engine, Principal::local()))
    }

    /// A client of an engine that runs already, with the rights of `principal`.
    pub fn new(engine: Engine, principal: Principal) -> Self {
        Self { engine, principal }
    }

    /// Its engine.
    pub fn engine(&self) -> &Engine {
        &self.engine
    }

    /// Whose rights the client has.
    pub fn principal(&self) -> &Principal {
        &self.principal
    }

    /// The engine's view of a session that the caller may see.
    async fn see(&self, id: &SessionId) -> Result<Arc<Session>, Problem> {
        self.engine.session(&self.principal, id).await.map_err(problem)
    }

    /// Takes a request in: its conditions, and the digest by which a repeat of it is recognized. `operation` names what
    /// it asks for, and on what. The digest is stored, so that the name never changes.
    fn accept(
        &self,
        conditions: Conditions,
        operation: &str,
        request: &impl serde::Serialize,
    ) -> Result<Accepted, Problem> {
        let idempotency = self.idempotency(&conditions, operation, request)?;
        Ok(Accepted { conditions, idempotency })
    }

    /// Has a command decided.
    async fn execute(&self, id: &SessionId, accepted: Accepted, command: Command) -> Result<Reply, Problem> {
        let Accepted { conditions, idempotency } = accepted;
        let envelope = Envelope {
            principal: self.principal.clone(),
            agent: conditions.agent,
            expected_revision: conditions.expected_revision,
            fence: conditions.fence,
            command,
        };
        self.engine.execute(id, envelope, idempotency).await.map_err(problem)
    }

    /// Has a command decided, and gives the session after it.
    async fn change(
        &self,
        id: &SessionId,
        accepted: Accepted,
        command: Command,
    ) -> Result<api::Session, Problem> {
        let reply = self.execute(id, accepted, command).await?;
        Ok(api::Session::from(&*reply.session))
    }

    fn idempotency(
        &self,
        conditions: &Conditions,
        operation: &str,
        request: &impl serde::Serialize,
    ) -> Result<Option<Idempotency>, Problem> {
        let Some(key) = &conditions.idempotency_key else {
            return Ok(None);
        };
        let limit = limits::IDEMPOTENCY_KEY_BYTES;
        if key.is_empty() || key.len() > limit {
            let detail = format!("an idempotency key has 1 to {limit} bytes");
            return Err(Problem::invalid("Idempotency-Key", detail));
        }
        let mut digest = Sha256::new();
        digest.update(operation.as_bytes());
        digest.update([0]);
        digest.update(serde_json::to_vec(request).map_err(|error| {
            tracing::error!(%error, "a request cannot be written as JSON");
            Problem::new(Code::Internal, "the request cannot be written as JSON")
        })?);
        let scope = match &self.principal.session {
            None => format!("request/{}", self.principal.name),
            Some(session) => format!("token/{session}"),
        };
        Ok(Some(Idempotency { scope, key: key.clone(), digest: digest.finalize().into() }))
    }
}

#[async_trait]
impl Api for Embedded {
    fn location(&self) -> String {
        self.engine.location()
    }

    async fn drop_copy(&self, id: &SessionId) -> Result<(), Problem> {
        self.engine.drop_copy(id).await.map_err(problem)
    }

    async fn close(&self) {
        self.engine.shutdown().await;
    }
}

/// Refuses a condition that could not be kept: a caller must not believe that it was.
fn unconditional(conditions: &Conditions) -> Result<(), Problem> {
    if conditions.expected_revision.is_none() {
        return Ok(());
    }
    let detail = "this is done whatever the session's revision is; leave the header out";
    Err(Problem::invalid("If-Match", detail))
}

/// How many rows a page has.
fn page_limit(limit: Option<usize>) -> Result<usize, Problem> {
    match limit {
        None => Ok(limits::PAGE_DEFAULT),
        Some(0) => Err(Problem::invalid("limit", "a page has at least one row")),
        Some(limit) => Ok(limit.min(limits::PAGE)),
    }
}
