//! One result from those of several agents.

use sessiond_api as api;
use sessiond_client::Door;

use crate::extract::{Caller, Conditions, Json};
use crate::respond::{self, Answer};

/// Make one result from those of several agents.
#[utoipa::path(post, path = "/aggregations", tag = "aggregations", request_body = api::Aggregate,
    responses((status = 200, description = "The one result, and where they differed.", body = api::Aggregation)))]
pub(super) async fn aggregate(
    Caller(door): Caller,
    Conditions(call): Conditions,
    Json(request): Json<api::Aggregate>,
) -> Answer {
    respond::ok(door.aggregate(request, call).await?)
}
