//! Calls of an execution. An entry is on the wire what it is in the journal, so it is the core's own type: it is read
//! once and written once, and its payloads stay text.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use sessiond_core::{CallEntry, ExecutionEnd};
use utoipa::ToSchema;

use crate::Session;

crate::operations::operations! {
    /// Claims an execution for one writer process.
    BEGIN_EXECUTION = Operation::post("/sessions/{session_id}/execution").changes_a_session();
    /// Records a batch of calls. Its number makes a repeat safe, so a client sends no key: the answer to each key is
    /// kept, which would only cost.
    RECORD_CALLS =
        Operation::post("/sessions/{session_id}/calls").changes_a_session().repeat(Repeat::Safe);
}

/// Lets a process write the calls of an execution, as the only one. Calls that are open are interrupted, and a failed
/// execution goes on.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BeginExecution {
    /// Which process, such as a host and a process id.
    #[schema(example = "build-7:4711")]
    pub process: String,
    /// The last call whose record replay may use; all when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub keep: Option<u64>,
}

/// An execution that a process writes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Execution {
    /// What the process shows with each batch; a later process gets a larger one, and this one's batches are then
    /// refused as `writer_stale`.
    pub writer: u64,
    /// The session.
    pub session: Session,
}

/// A batch of what happened to calls, in this order, and what goes with it. All of it is recorded, or nothing.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RecordCalls {
    /// The number that the process got when it began.
    pub writer: u64,
    /// The number of this batch: a writer's are 1, 2, 3 and so on. One that was recorded already changes nothing.
    pub batch: u64,
    /// That calls began, ended, or both; 1000 entries at most.
    #[serde(default)]
    pub calls: Arc<Vec<CallEntry>>,
    /// What has changed in the shared context, as a JSON merge patch (RFC 7396).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub context: Option<Value>,
    /// That the execution ends with this batch, which its owner, its orchestrator and an administrator may say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end: Option<ExecutionEnd>,
}

/// A batch that is on disk.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Recorded {
    /// The session's revision.
    pub revision: u64,
}

/// The calls of a session in short.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Calls {
    /// All of them.
    pub total: u64,
    /// Those that have not ended.
    pub open: u64,
    /// Those that gave their result.
    pub completed: u64,
    /// Those that gave an error.
    pub failed: u64,
    /// Those that took too long.
    pub timeout: u64,
    /// Those that were wanted no more.
    pub cancelled: u64,
    /// Those that could not be stopped, and that nobody waits for.
    pub abandoned: u64,
    /// Those that were open when their process, or the session, ended.
    pub interrupted: u64,
    /// Tokens that models read.
    pub input_tokens: u64,
    /// Tokens that models wrote.
    pub output_tokens: u64,
    /// What models cost, in US dollars.
    pub cost: f64,
    /// The number of the process that writes.
    pub writer: u64,
    /// Which process that is; empty in a copy that none has taken up.
    pub process: String,
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
