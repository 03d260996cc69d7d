//! The plan of a session.

use sessiond_api as api;
use sessiond_client::Door;
use sessiond_core::SessionId;

use crate::extract::{At, Caller, Conditions, Json, OptionalJson};
use crate::respond::{self, Answer};

/// Set the plan, or the state of its steps, by hand.
#[utoipa::path(put, path = "/sessions/{session_id}/workflow", tag = "workflow", request_body = api::UpdateWorkflow,
    responses((status = 200, description = "The session as it is now.", body = api::Session)))]
pub(super) async fn update_workflow(
    Caller(door): Caller,
    At(id): At<SessionId>,
    Conditions(call): Conditions,
    Json(request): Json<api::UpdateWorkflow>,
) -> Answer {
    respond::session(door.update_workflow(&id, request, call).await?)
}

/// End the named step, or the only active one, by hand.
#[utoipa::path(post, path = "/sessions/{session_id}/workflow/advance", tag = "workflow",
    request_body = Option<api::Advance>,
    responses((status = 200, description = "The session as it is now.", body = api::Session)))]
pub(super) async fn advance_workflow(
    Caller(door): Caller,
    At(id): At<SessionId>,
    Conditions(call): Conditions,
    OptionalJson(request): OptionalJson<api::Advance>,
) -> Answer {
    respond::session(door.advance_workflow(&id, request, call).await?)
}
