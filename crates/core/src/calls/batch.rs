//! What the process that writes an execution hands over at once.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::session::Rejection;
use crate::values::check::Checks;
use crate::values::{Limit, limits};

use super::CallEntry;
use crate::context::ContextWrite;

/// What the process that writes an execution has to record. It is taken whole or not at all, and once.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct CallBatch {
    /// The number that the process was given.
    pub writer: u64,
    /// The number of this batch: a writer's are 1, 2, 3 …
    pub batch: u64,
    /// Calls that began and ended, in this order.
    pub calls: Arc<Vec<CallEntry>>,
    /// What has changed in the shared context, as a JSON merge patch.
    pub context: Option<Value>,
    /// Values of the shared context that the program wrote, in order.
    pub writes: Vec<ContextWrite>,
    /// The calls whose error ended the program.
    pub fatal: Vec<u64>,
    /// That the execution ends with this.
    pub end: Option<ExecutionEnd>,
}

/// How a process ends the execution that it writes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(tag = "status", rename_all = "snake_case", try_from = "Flat")]
pub enum ExecutionEnd {
    /// Its program came to its end.
    Completed,
    /// Its program failed. It can be resumed.
    Failed {
        /// Why.
        reason: String,
    },
}

/// An end as it is written. It is read from this, because serde also reads an array as a tagged enum.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Flat {
    status: FlatStatus,
    reason: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum FlatStatus {
    Completed,
    Failed,
}

impl TryFrom<Flat> for ExecutionEnd {
    type Error = &'static str;

    fn try_from(Flat { status, reason }: Flat) -> Result<Self, &'static str> {
        match (status, reason) {
            (FlatStatus::Completed, None) => Ok(Self::Completed),
            (FlatStatus::Completed, Some(_)) => Err("unknown field `reason`: a completed execution has none"),
            (FlatStatus::Failed, Some(reason)) => Ok(Self::Failed { reason }),
            (FlatStatus::Failed, None) => Err("missing field `reason`"),
        }
    }
}

/// Checks what a batch says by itself.
pub(crate) fn check(entries: &[CallEntry]) -> Result<(), Rejection> {
    if entries.len() > limits::CALL_BATCH {
        let detail = format!("a batch has {} entries at most", limits::CALL_BATCH);
        return Err(Rejection::invalid("/calls", detail));
    }
    Limit::CallBatchBytes.allows(entries.iter().map(CallEntry::bytes).sum())?;
    let mut checks = Checks::default();
    entries.iter().enumerate().for_each(|(i, entry)| entry.check(&mut checks, i));
    Ok(checks.done()?)
}
