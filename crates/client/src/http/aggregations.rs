//! One result from those of several agents.

use async_trait::async_trait;
use sessiond_api::{self as api, Problem, operations};

use super::Http;
use crate::Conditions;
use crate::traits::Aggregations;

#[async_trait]
impl Aggregations for Http {
    async fn aggregate(
        &self,
        request: api::Aggregate,
        conditions: Conditions,
    ) -> Result<api::Aggregation, Problem> {
        self.request(&operations::AGGREGATE, &[]).conditions(conditions).json(&request).read().await
    }
}
