//! Calls of an execution. An entry is on the wire what it is in the journal, so it is the core's own type: it is read
//! once and written once, and its payloads stay text.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use sessiond_core::calls::NewWriter;
use sessiond_core::{CallBatch, CallEntry, ContextWrite, ExecutionEnd, ExecutionLease};
use utoipa::ToSchema;

use crate::Session;

crate::operations::operations! {
    /// Claims an execution for one writer process.
    BEGIN_EXECUTION = Operation::post("/sessions/{session_id}/execution").changes_a_session();
    /// Renews the writer's lease.
    RENEW_EXECUTION = Operation::post("/sessions/{session_id}/execution/renew")
        .changes_a_session()
        .repeat(Repeat::Safe);
    /// Releases the writer's lease, and leaves the execution interrupted.
    RELEASE_EXECUTION = Operation::post("/sessions/{session_id}/execution/release")
        .changes_a_session()
        .repeat(Repeat::Safe);
    /// Records a batch of calls. Its number makes a repeat safe, so a client sends no key: the answer to each key is
    /// kept, which would only cost.
    RECORD_CALLS =
        Operation::post("/sessions/{session_id}/calls").changes_a_session().repeat(Repeat::Safe);
}

/// Claims an execution for one writer process. Open calls are interrupted, and a failed
/// execution is resumed. While another holder's lease is in force, the request fails with `execution_running`.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BeginExecution {
    /// The process, such as a host and a process id.
    #[schema(example = "build-7:4711")]
    pub process: String,
    /// The last call whose record replay may use. Default: all calls.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub keep: Option<u64>,
    /// The lease that the process takes. Each batch renews it; a process that records none for a while sends renewals.
    /// Without a lease, any other process may take over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lease: Option<ExecutionLease>,
    /// Whether to take the execution also from the holder of a lease. Default: false.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub take_over: bool,
}

impl From<BeginExecution> for NewWriter {
    fn from(request: BeginExecution) -> Self {
        let BeginExecution { process, keep, lease, take_over } = request;
        Self { process, keep, lease, take_over }
    }
}

/// The writer that renews or releases its lease.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Writer {
    /// The writer's number.
    pub writer: u64,
}

/// An execution after its lease was renewed or released.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Renewed {
    /// The session's revision.
    pub revision: u64,
}

/// An execution and its writer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Execution {
    /// The writer's number, which each batch carries. A later process gets a larger number; batches with this one are then
    /// rejected as `writer_stale`.
    pub writer: u64,
    /// The session.
    pub session: Session,
}

/// A batch of entries of calls, in order, with a change of the context or the end. It is recorded completely or not at all.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RecordCalls {
    /// The writer's number.
    pub writer: u64,
    /// The number of this batch, from 1 for each writer. A batch that is already recorded changes nothing.
    pub batch: u64,
    /// The entries: each says that a call began, ended, or both. At most 1000.
    #[serde(default)]
    pub calls: Arc<Vec<CallEntry>>,
    /// A change of the shared context, as a JSON merge patch (RFC 7396).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub context: Option<Value>,
    /// Values of the shared context that the program wrote, in order; each replaces the whole value.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub writes: Vec<ContextWrite>,
    /// The calls whose error ended the program; replay runs them again.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fatal: Vec<u64>,
    /// The end of the execution, with this batch. Only its owner, its orchestrator and an administrator may set it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end: Option<ExecutionEnd>,
}

impl From<RecordCalls> for CallBatch {
    fn from(request: RecordCalls) -> Self {
        let RecordCalls { writer, batch, calls, context, writes, fatal, end } = request;
        Self { writer, batch, calls, context, writes, fatal, end }
    }
}

/// A durable batch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Recorded {
    /// The session's revision.
    pub revision: u64,
}

/// The totals of the calls of a session.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Calls {
    /// All calls.
    pub total: u64,
    /// Calls that have not ended.
    pub open: u64,
    /// Calls that returned a result.
    pub completed: u64,
    /// Calls that failed with an error.
    pub failed: u64,
    /// Calls that exceeded their time.
    pub timeout: u64,
    /// Calls that were cancelled.
    pub cancelled: u64,
    /// Calls that could not be stopped and that nothing waits for.
    pub abandoned: u64,
    /// Calls that were open when their process, or the session, ended.
    pub interrupted: u64,
    /// Tokens of prompts.
    pub input_tokens: u64,
    /// Tokens of answers.
    pub output_tokens: u64,
    /// The cost of models, in US dollars.
    pub cost: f64,
    /// The current writer's number.
    pub writer: u64,
    /// The writer's process; empty in a fork that no process has resumed.
    pub process: String,
    /// The writer's lease, while it is in force: its holder runs the execution.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lease: Option<ExecutionLease>,
    /// Whether the writer had a lease and has released it, or not renewed it: the execution is interrupted. False if absent.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub away: bool,
}

impl From<&sessiond_core::Calls> for Calls {
    fn from(core: &sessiond_core::Calls) -> Self {
        Self {
            total: core.last,
            open: core.open.len() as u64,
            completed: core.completed,
            failed: core.failed,
            timeout: core.timeout,
            cancelled: core.cancelled,
            abandoned: core.abandoned,
            interrupted: core.interrupted,
            input_tokens: core.input_tokens,
            output_tokens: core.output_tokens,
            cost: core.cost,
            writer: core.writer,
            process: core.process.clone(),
            lease: core.held().cloned(),
            away: core.away,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::Code;

    #[test]
    fn a_batch_is_read_and_written_as_it_is_and_a_wrong_member_is_named() {
        let text = r#"{"writer":1,"batch":2,"calls":[{"call":7,"parent":3,"node":"NodeA","position":2,"key":"9f","began_us":12345,"input":{"x": 1},"status":"completed","ended_us":12399,"output":"hi"}]}"#;
        let batch: RecordCalls = crate::parse(text.as_bytes()).unwrap();
        assert_eq!(batch.calls[0].began.as_ref().unwrap().input.as_ref().unwrap().as_str(), r#"{"x": 1}"#);
        assert_eq!(serde_json::to_string(&batch).unwrap(), text);
        let from_value: RecordCalls = crate::from_value(serde_json::from_str(text).unwrap()).unwrap();
        assert_eq!(from_value.calls[0].ended, batch.calls[0].ended);
        for (entry, pointer) in [
            (json!({ "call": 1, "node": "A", "position": -1 }), "/calls/0/position"),
            (json!({ "call": 1, "status": "done" }), "/calls/0/status"),
            (
                json!({ "call": 1, "status": "failed", "ended_us": 1, "error": { "type": "E" } }),
                "/calls/0/error",
            ),
            (json!({ "call": 1, "status": "failed" }), "/calls/0"),
        ] {
            let body = json!({ "writer": 1, "batch": 1, "calls": [entry] }).to_string();
            let problem = crate::parse::<RecordCalls>(body.as_bytes()).unwrap_err();
            assert_eq!((problem.code, problem.errors[0].pointer.as_str()), (Code::InvalidInput, pointer));
        }
    }
}
