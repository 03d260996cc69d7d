//! The plan of a session.

use async_trait::async_trait;
use sessiond_api::{self as api, Problem, operations};
use sessiond_core::SessionId;

use super::Http;
use crate::Conditions;
use crate::traits::Workflow;

#[async_trait]
impl Workflow for Http {
    async fn update_workflow(
        &self,
        id: &SessionId,
        request: api::UpdateWorkflow,
        conditions: Conditions,
    ) -> Result<api::Session, Problem> {
        self.request(&operations::UPDATE_WORKFLOW, &[id.as_str()])
            .conditions(conditions)
            .json(&request)
            .read()
            .await
    }

    async fn advance_workflow(
        &self,
        id: &SessionId,
        request: api::Advance,
        conditions: Conditions,
    ) -> Result<api::Session, Problem> {
        self.request(&operations::ADVANCE_WORKFLOW, &[id.as_str()])
            .conditions(conditions)
            .json(&request)
            .read()
            .await
    }
}
