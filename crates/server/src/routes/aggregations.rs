//! One result from those of several agents.

use sessiond_api as api;
use sessiond_api::operations;
use sessiond_client::traits::Aggregations as _;

use crate::extract::{Caller, Conditions, Json};
use crate::respond::{self, Answer};

/// Combine the results of several agents into one.
#[utoipa::path(post, path = operations::AGGREGATE.path, tag = "aggregations", request_body = api::Aggregate,
    responses((status = 200, description = "The combined result, and the differences.", body = api::Aggregation)))]
pub(super) async fn aggregate(
    Caller(client): Caller,
    conditions: Conditions,
    Json(request): Json<api::Aggregate>,
) -> Answer {
    respond::ok(client.aggregate(request, conditions).await?)
}
