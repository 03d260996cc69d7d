//! One result from those of several agents.

use async_trait::async_trait;
use sessiond_api::{self as api, Problem};

use crate::Conditions;

/// Aggregation of results.
#[async_trait]
pub trait Aggregations: Send + Sync {
    /// Aggregates the results of several agents into one. The same request with one key has one id.
    async fn aggregate(
        &self,
        request: api::Aggregate,
        conditions: Conditions,
    ) -> Result<api::Aggregation, Problem>;
}
