//! Telemetry: points that decide nothing.

use sessiond_api as api;
use sessiond_client::Door;
use sessiond_core::SessionId;

use crate::extract::{At, Caller, Conditions, Json, Query};
use crate::respond::{self, Answer};

/// Add telemetry points.
#[utoipa::path(post, path = "/sessions/{session_id}/telemetry", tag = "telemetry", request_body = api::PutPoints,
    responses((status = 204, description = "They are stored.")))]
pub(super) async fn put_points(
    Caller(door): Caller,
    At(id): At<SessionId>,
    Conditions(call): Conditions,
    Json(request): Json<api::PutPoints>,
) -> Answer {
    door.put_points(&id, request, call).await?;
    respond::nothing()
}

/// Read telemetry points, oldest first.
#[utoipa::path(get, path = "/sessions/{session_id}/telemetry", tag = "telemetry", params(api::ListPoints),
    responses((status = 200, description = "Points.", body = api::PointPage)))]
pub(super) async fn list_points(
    Caller(door): Caller,
    At(id): At<SessionId>,
    Query(query): Query<api::ListPoints>,
) -> Answer {
    respond::ok(door.points(&id, query).await?)
}
