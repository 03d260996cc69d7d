//! What a server is asked to do, so that its session has what the spool's journal says.

use sessiond_api as api;
use sessiond_api::{Event, EventBody, Problem};
use sessiond_core::{
    CallEntry, ContextUpdated, ContextWrite, ExecutionBegan, ExecutionEnd, SessionFailed, SessionTerminated,
};

use crate::journal;
use crate::journal::size;

/// Bytes of a change of the context that goes with a batch of calls; a larger one is a request of its own, so that no
/// request is larger than a server takes.
const SMALL: usize = 256 * 1024;

/// One request.
#[derive(Debug, Clone, PartialEq)]
pub enum Operation {
    /// Make the session; the sender adds its lease.
    Create(Box<api::CreateSession>),
    /// Let this process write; the sender adds its lease.
    Begin(api::BeginExecution),
    /// Record a batch; the sender fills in whose it is, and its number.
    Record(api::RecordCalls),
    /// Stop the session.
    Terminate(api::Terminate),
    /// There is nothing to ask for.
    Nothing,
}

impl Operation {
    /// The request for the first of these events, which are not empty, and how many of them it stands for.
    pub fn next(events: &[Event]) -> Result<(Self, usize), Problem> {
        let Some((first, rest)) = events.split_first() else { return Ok((Self::Nothing, 0)) };
        Ok(match journal::body(first)? {
            Some(EventBody::SessionCreated(created)) => {
                // Its first writer begins with it.
                let process = match rest.first().map(journal::body).transpose()?.flatten() {
                    Some(EventBody::ExecutionBegan(began)) => Some(began.process),
                    _ => None,
                };
                let taken = 1 + usize::from(process.is_some());
                let create = api::CreateSession {
                    session_id: Some(created.session_id),
                    kind: Some(created.kind),
                    name: created.name,
                    parent: created.parent,
                    shared_context: created.shared_context,
                    process,
                    ..api::CreateSession::default()
                };
                (Self::Create(Box::new(create)), taken)
            }
            // The lease is the sender's: in a spool, a lock of the system says who runs the session.
            Some(EventBody::ExecutionBegan(ExecutionBegan { process, keep, take_over, .. })) => {
                (Self::Begin(api::BeginExecution { process, keep, lease: None, take_over }), 1)
            }
            Some(EventBody::CallsRecorded(recorded)) => {
                let mut batch = api::RecordCalls {
                    calls: recorded.calls,
                    fatal: recorded.fatal,
                    ..api::RecordCalls::default()
                };
                let mut taken = 1;
                let read = |place: usize| rest.get(place).map(journal::body).transpose().map(Option::flatten);
                let mut next = read(0)?;
                if let Some(EventBody::ContextUpdated(ContextUpdated { patch, writes, .. })) = &next
                    && patch.as_ref().is_none_or(|patch| patch.to_string().len() <= SMALL)
                    && writes.as_ref().is_none_or(|writes| bytes_written(writes) <= SMALL)
                {
                    batch.context = patch.clone();
                    batch.writes = writes.clone().unwrap_or_default();
                    taken += 1;
                    next = read(1)?;
                }
                if let Some(end) = next.and_then(end) {
                    batch.end = Some(end);
                    taken += 1;
                }
                (Self::Record(batch), taken)
            }
            Some(EventBody::ContextUpdated(ContextUpdated { patch, writes, .. })) => {
                let writes = writes.unwrap_or_default();
                (Self::Record(api::RecordCalls { context: patch, writes, ..api::RecordCalls::default() }), 1)
            }
            Some(EventBody::SessionTerminated(SessionTerminated { outcome })) => {
                let reason = outcome.reason.unwrap_or_else(|| "it was terminated".to_owned());
                (Self::Terminate(api::Terminate { reason, details: outcome.details }), 1)
            }
            other => match other.and_then(end) {
                Some(end) => {
                    (Self::Record(api::RecordCalls { end: Some(end), ..api::RecordCalls::default() }), 1)
                }
                None => (Self::Nothing, 1),
            },
        })
    }

    /// Bytes of the calls that it records.
    pub fn bytes(&self) -> u64 {
        match self {
            Self::Record(batch) => bytes_of(&batch.calls),
            Self::Create(_) | Self::Begin(_) | Self::Terminate(_) | Self::Nothing => 0,
        }
    }
}

/// Bytes of calls.
pub fn bytes_of(calls: &[CallEntry]) -> u64 {
    calls.iter().map(size).sum::<usize>() as u64
}

/// Bytes of values that a program wrote into the context.
fn bytes_written(writes: &[ContextWrite]) -> usize {
    writes.iter().map(|write| write.value.as_ref().map_or(0, |value| value.to_string().len())).sum()
}

/// That an event ends the execution.
fn end(event: EventBody) -> Option<ExecutionEnd> {
    match event {
        EventBody::SessionCompleted(_) => Some(ExecutionEnd::Completed),
        EventBody::SessionFailed(SessionFailed { outcome }) => {
            let reason = outcome.reason.unwrap_or_else(|| "its program failed".to_owned());
            Some(ExecutionEnd::Failed { reason })
        }
        _ => None,
    }
}
