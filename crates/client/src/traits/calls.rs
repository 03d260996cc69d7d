//! The calls of an execution.

use async_trait::async_trait;
use sessiond_api::{self as api, Problem};
use sessiond_core::SessionId;

use crate::Conditions;

/// Operations on an execution and its calls.
#[async_trait]
pub trait Calls: Send + Sync {
    /// Claims the execution for one writer process. Open calls are interrupted, and a failed execution is resumed.
    async fn begin_execution(
        &self,
        id: &SessionId,
        request: api::BeginExecution,
        conditions: Conditions,
    ) -> Result<api::Execution, Problem>;
    /// Records a batch of calls. Its number makes a repeat harmless, so it needs no idempotency key.
    async fn record_calls(
        &self,
        id: &SessionId,
        request: api::RecordCalls,
        conditions: Conditions,
    ) -> Result<api::Recorded, Problem>;
}
