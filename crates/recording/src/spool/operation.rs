//! What a server is asked to do, so that its session has what the spool's journal says.

use std::sync::Arc;

use serde::Deserialize;
use serde_json::Value;
use sessiond_api as api;
use sessiond_api::{Code, Event, Problem};
use sessiond_core::{CallEntry, ExecutionEnd, Kind, Outcome, SessionId};

/// Bytes of a change of the context that goes with a batch of calls; a larger one is a request of its own, so that no
/// request is larger than a server takes.
const SMALL: usize = 256 * 1024;

/// One request.
#[derive(Debug, Clone, PartialEq)]
pub enum Operation {
    /// Make the session.
    Create(Box<api::CreateSession>),
    /// Let this process write.
    Begin(api::BeginExecution),
    /// Record a batch; the sender fills in whose it is, and its number.
    Record(api::RecordCalls),
    /// Stop the session.
    Terminate(api::Terminate),
    /// There is nothing to ask for.
    Nothing,
}

#[derive(Deserialize)]
struct Created {
    session_id: SessionId,
    kind: Kind,
    name: Option<String>,
    parent: Option<SessionId>,
    shared_context: Option<Value>,
}

#[derive(Deserialize)]
struct Began {
    process: String,
    keep: Option<u64>,
}

#[derive(Deserialize)]
struct Recorded {
    calls: Vec<CallEntry>,
}

#[derive(Deserialize)]
struct Context {
    patch: Option<Value>,
}

#[derive(Deserialize)]
struct Ended {
    outcome: Outcome,
}

impl Operation {
    /// The request for the first of these events, which are not empty, and how many of them it stands for.
    pub fn next(events: &[Event]) -> Result<(Self, usize), Problem> {
        let Some((first, rest)) = events.split_first() else { return Ok((Self::Nothing, 0)) };
        match first.kind.as_str() {
            "session_created" => {
                let Created { session_id, kind, name, parent, shared_context } = read(first)?;
                // Its first writer begins with it.
                let begins = rest.first().filter(|event| event.kind == "execution_began");
                let process = begins.map(read::<Began>).transpose()?.map(|began| began.process);
                let taken = 1 + usize::from(process.is_some());
                let create = api::CreateSession {
                    session_id: Some(session_id),
                    kind: Some(kind),
                    name,
                    parent,
                    shared_context,
                    process,
                    ..api::CreateSession::default()
                };
                Ok((Self::Create(Box::new(create)), taken))
            }
            "execution_began" => {
                let Began { process, keep } = read(first)?;
                Ok((Self::Begin(api::BeginExecution { process, keep }), 1))
            }
            "calls_recorded" => {
                let Recorded { calls } = read(first)?;
                let mut batch = api::RecordCalls { calls: Arc::new(calls), ..api::RecordCalls::default() };
                let mut taken = 1;
                if let Some(event) = rest.first().filter(|event| event.kind == "context_updated") {
                    let Context { patch } = read(event)?;
                    if patch.as_ref().is_none_or(|patch| patch.to_string().len() <= SMALL) {
                        batch.context = patch;
                        taken += 1;
                    }
                }
                if let Some(end) = events.get(taken).map(end).transpose()?.flatten() {
                    batch.end = Some(end);
                    taken += 1;
                }
                Ok((Self::Record(batch), taken))
            }
            "context_updated" => {
                let Context { patch } = read(first)?;
                Ok((Self::Record(api::RecordCalls { context: patch, ..api::RecordCalls::default() }), 1))
            }
            "session_terminated" => {
                let Ended { outcome } = read(first)?;
                let reason = outcome.reason.unwrap_or_else(|| "it was terminated".to_owned());
                Ok((Self::Terminate(api::Terminate { reason, details: outcome.details }), 1))
            }
            _ => Ok(match end(first)? {
                Some(end) => {
                    (Self::Record(api::RecordCalls { end: Some(end), ..api::RecordCalls::default() }), 1)
                }
                None => (Self::Nothing, 1),
            }),
        }
    }
}

/// That an event ends the execution.
fn end(event: &Event) -> Result<Option<ExecutionEnd>, Problem> {
    Ok(match event.kind.as_str() {
        "session_completed" => Some(ExecutionEnd::Completed),
        "session_failed" => {
            let Ended { outcome } = read(event)?;
            let reason = outcome.reason.unwrap_or_else(|| "its program failed".to_owned());
            Some(ExecutionEnd::Failed { reason })
        }
        _ => None,
    })
}

fn read<T: serde::de::DeserializeOwned>(event: &Event) -> Result<T, Problem> {
    T::deserialize(&event.data).map_err(|error| {
        let detail = format!("event {} of the session cannot be read: {error}", event.seq);
        Problem { retryable: false, ..Problem::new(Code::Internal, detail) }
    })
}
