//! Aggregation, which stores nothing.

use async_trait::async_trait;
use sessiond_api::{self as api, Problem};

use super::{Embedded, unconditional};
use crate::Conditions;
use crate::traits::Aggregations;

#[async_trait]
impl Aggregations for Embedded {
    async fn aggregate(
        &self,
        request: api::Aggregate,
        conditions: Conditions,
    ) -> Result<api::Aggregation, Problem> {
        unconditional(&conditions)?;
        self.see(&request.session_id).await?;
        // Nothing is stored, so that a repeat's id must follow from the request.
        let id = match self.idempotency(&conditions, "aggregate", &request)? {
            Some(idempotency) => idempotency.id("agg"),
            None => self.engine.fresh_id("agg"),
        };
        Ok(self.engine.compute(move || sessiond_core::aggregation::aggregate(&request, id)).await?)
    }
}
