//! The embedded door: the engine in this process, with the rights of one principal. The server stands on it too, with
//! a principal for each request.

mod convert;
mod door;
mod error;
mod keys;
pub mod store;

use std::path::Path;

use sessiond_api::{Code, ListEvents, Problem};
use sessiond_core::{Command, Envelope, Principal, Revision, SessionId};
use sessiond_engine::{Engine, Idempotency, Options, Reply};
use sessiond_store::{Record, Records};
use sha2::{Digest, Sha256};

use crate::Call;
pub use error::problem;

/// The embedded door; cheap to clone.
#[derive(Clone)]
pub struct Embedded {
    engine: Engine,
    principal: Principal,
}

/// A page of a journal: what [`sessiond_api::EventPage`] is, before the events are read.
#[derive(Debug)]
pub struct RecordPage {
    /// The events, each as the JSON that callers read.
    pub records: Vec<Record>,
    /// The number of the session's newest event.
    pub revision: Revision,
    /// Where the next page begins; none when this one reaches the newest event.
    pub next_cursor: Option<Revision>,
}

impl Embedded {
    /// Runs an engine on the store in `dir`, for the person at this machine.
    pub async fn open(dir: &Path) -> Result<Self, Problem> {
        let store = store::open(dir).map_err(error::open_problem)?;
        let engine = Engine::open(store, Options::default()).await.map_err(problem)?;
        Ok(Self::new(engine, Principal::local()))
    }

    /// A door into an engine that runs already, with the rights of `principal`.
    pub fn new(engine: Engine, principal: Principal) -> Self {
        Self { engine, principal }
    }

    /// The engine behind the door.
    pub fn engine(&self) -> &Engine {
        &self.engine
    }

    /// Whose rights the door has.
    pub fn principal(&self) -> &Principal {
        &self.principal
    }

    /// A page of the journal as it lies in the store, for whoever only hands it on.
    pub async fn records(&self, id: &SessionId, query: ListEvents) -> Result<RecordPage, Problem> {
        let limit = convert::page_limit(query.limit)?;
        let after = query.after.unwrap_or(0);
        let Records { records, revision, .. } =
            self.engine.events(&self.principal, id, after, limit).await.map_err(problem)?;
        let next_cursor = records.last().map(|record| record.seq).filter(|last| *last < revision);
        Ok(RecordPage { records, revision, next_cursor })
    }

    /// Has a command decided. `request` is what the caller wrote, and `operation` names what it was written to; the
    /// two tell a repeat from another request.
    async fn execute(
        &self,
        id: &SessionId,
        operation: &str,
        request: &impl serde::Serialize,
        call: Call,
        command: Command,
    ) -> Result<Reply, Problem> {
        let idempotency = self.idempotency(&call, &format!("{operation} {id}"), request)?;
        let envelope = Envelope {
            principal: self.principal.clone(),
            agent: call.agent,
            expected_revision: call.expected_revision,
            fence: call.fence,
            command,
        };
        self.engine.execute(id, envelope, idempotency).await.map_err(problem)
    }

    fn idempotency(
        &self,
        call: &Call,
        operation: &str,
        request: &impl serde::Serialize,
    ) -> Result<Option<Idempotency>, Problem> {
        let Some(key) = &call.idempotency_key else {
            return Ok(None);
        };
        let limit = sessiond_core::limits::IDEMPOTENCY_KEY_BYTES;
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
        let scope = format!("request/{}", self.principal.name);
        Ok(Some(Idempotency { scope, key: key.clone(), digest: digest.finalize().into() }))
    }
}
