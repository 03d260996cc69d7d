//! What the operations on a plan are to the engine.

use async_trait::async_trait;
use sessiond_api::{self as api, Problem};
use sessiond_core::{Command, SessionId, workflow};

use super::Embedded;
use crate::Conditions;
use crate::traits::Workflow;

#[async_trait]
impl Workflow for Embedded {
    async fn update_workflow(
        &self,
        id: &SessionId,
        request: api::UpdateWorkflow,
        conditions: Conditions,
    ) -> Result<api::Session, Problem> {
        let accepted = self.accept(conditions, &format!("update_workflow {id}"), &request)?;
        let command = Command::Workflow(workflow::Command::Update(request.into()));
        self.change(id, accepted, command).await
    }

    async fn advance_workflow(
        &self,
        id: &SessionId,
        request: api::Advance,
        conditions: Conditions,
    ) -> Result<api::Session, Problem> {
        let accepted = self.accept(conditions, &format!("advance_workflow {id}"), &request)?;
        let command = Command::Workflow(workflow::Command::Advance { step: request.step });
        self.change(id, accepted, command).await
    }
}
