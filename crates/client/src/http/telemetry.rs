//! Telemetry: points that decide nothing.

use async_trait::async_trait;
use sessiond_api::{self as api, Problem, operations};
use sessiond_core::SessionId;

use super::Http;
use crate::Conditions;
use crate::traits::Telemetry;

#[async_trait]
impl Telemetry for Http {
    async fn put_points(
        &self,
        id: &SessionId,
        request: api::PutPoints,
        conditions: Conditions,
    ) -> Result<(), Problem> {
        self.request(&operations::PUT_POINTS, &[id.as_str()])
            .conditions(conditions)
            .json(&request)
            .done()
            .await
    }

    async fn points(&self, id: &SessionId, query: api::ListPoints) -> Result<api::PointPage, Problem> {
        self.request(&operations::LIST_POINTS, &[id.as_str()]).query(&query).read().await
    }
}
