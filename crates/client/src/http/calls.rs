//! The calls of an execution.

use async_trait::async_trait;
use sessiond_api::{self as api, Problem, operations};
use sessiond_core::SessionId;

use super::Http;
use crate::Conditions;
use crate::traits::Calls;

#[async_trait]
impl Calls for Http {
    async fn begin_execution(
        &self,
        id: &SessionId,
        request: api::BeginExecution,
        conditions: Conditions,
    ) -> Result<api::Execution, Problem> {
        self.request(&operations::BEGIN_EXECUTION, &[id.as_str()])
            .conditions(conditions)
            .json(&request)
            .read()
            .await
    }

    async fn renew_execution(
        &self,
        id: &SessionId,
        request: api::Writer,
        conditions: Conditions,
    ) -> Result<api::Renewed, Problem> {
        self.request(&operations::RENEW_EXECUTION, &[id.as_str()])
            .conditions(conditions)
            .json(&request)
            .read()
            .await
    }

    async fn release_execution(
        &self,
        id: &SessionId,
        request: api::Writer,
        conditions: Conditions,
    ) -> Result<api::Renewed, Problem> {
        self.request(&operations::RELEASE_EXECUTION, &[id.as_str()])
            .conditions(conditions)
            .json(&request)
            .read()
            .await
    }

    async fn record_calls(
        &self,
        id: &SessionId,
        request: api::RecordCalls,
        conditions: Conditions,
    ) -> Result<api::Recorded, Problem> {
        self.request(&operations::RECORD_CALLS, &[id.as_str()])
            .conditions(conditions)
            .json(&request)
            .read()
            .await
    }
}
