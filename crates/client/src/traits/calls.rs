//! The calls of an execution.

use async_trait::async_trait;
use sessiond_api::{self as api, Problem};
use sessiond_core::SessionId;

use crate::Conditions;

/// Operations on an execution and its calls.
#[async_trait]
pub trait Calls: Send + Sync {
    /// Claims the execution for one writer process. Open calls are interrupted, and a failed execution is resumed.
    ///
    /// # Errors
    /// `execution_running` while another holder's lease is in force, unless the request is to take the execution over.
    async fn begin_execution(
        &self,
        id: &SessionId,
        request: api::BeginExecution,
        conditions: Conditions,
    ) -> Result<api::Execution, Problem>;
    /// Renews the lease of the execution's writer.
    async fn renew_execution(
        &self,
        id: &SessionId,
        request: api::Writer,
        conditions: Conditions,
    ) -> Result<api::Renewed, Problem>;
    /// Releases the lease of the execution's writer, and leaves the execution interrupted. A writer that has no lease, or
    /// from which another process has taken over, changes nothing.
    async fn release_execution(
        &self,
        id: &SessionId,
        request: api::Writer,
        conditions: Conditions,
    ) -> Result<api::Renewed, Problem>;
    /// Records a batch of calls. Its number makes a repeat harmless, so it needs no idempotency key.
    async fn record_calls(
        &self,
        id: &SessionId,
        request: api::RecordCalls,
        conditions: Conditions,
    ) -> Result<api::Recorded, Problem>;
}
