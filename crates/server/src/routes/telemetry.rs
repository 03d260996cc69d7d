//! Telemetry: points that decide nothing.

use sessiond_api as api;
use sessiond_api::operations;
use sessiond_client::traits::Telemetry as _;
use sessiond_core::SessionId;

use crate::extract::{At, Caller, Conditions, Json, Query};
use crate::respond::{self, Answer};

/// Add telemetry points.
#[utoipa::path(post, path = operations::PUT_POINTS.path, tag = "telemetry", request_body = api::PutPoints,
    responses((status = 204, description = "The points are stored.")))]
pub(super) async fn put_points(
    Caller(client): Caller,
    At(id): At<SessionId>,
    conditions: Conditions,
    Json(request): Json<api::PutPoints>,
) -> Answer {
    client.put_points(&id, request, conditions).await?;
    respond::nothing()
}

/// Read telemetry points, oldest first.
#[utoipa::path(get, path = operations::LIST_POINTS.path, tag = "telemetry", params(api::ListPoints),
    responses((status = 200, description = "Points.", body = api::PointPage)))]
pub(super) async fn list_points(
    Caller(client): Caller,
    At(id): At<SessionId>,
    Query(query): Query<api::ListPoints>,
) -> Answer {
    respond::ok(client.points(&id, query).await?)
}
