//! The plan of a session.

use async_trait::async_trait;
use sessiond_api::{self as api, Problem};
use sessiond_core::SessionId;

use crate::Conditions;

/// Operations on a session's plan.
#[async_trait]
pub trait Workflow: Send + Sync {
    /// Sets the plan, or the state of its steps, manually.
    async fn update_workflow(
        &self,
        id: &SessionId,
        request: api::UpdateWorkflow,
        conditions: Conditions,
    ) -> Result<api::Session, Problem>;
    /// Completes a step manually.
    async fn advance_workflow(
        &self,
        id: &SessionId,
        request: api::Advance,
        conditions: Conditions,
    ) -> Result<api::Session, Problem>;
}
