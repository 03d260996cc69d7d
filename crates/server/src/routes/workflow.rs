//! The plan of a session.

use sessiond_api as api;
use sessiond_api::operations;
use sessiond_client::traits::Workflow as _;
use sessiond_core::SessionId;

use crate::extract::{At, Caller, Conditions, Json, OptionalJson};
use crate::respond::{self, Answer};

/// Replace the plan, or set the state of its steps manually.
#[utoipa::path(put, path = operations::UPDATE_WORKFLOW.path, tag = "workflow", request_body = api::UpdateWorkflow,
    responses((status = 200, description = "The session after the change.", body = api::Session)))]
pub(super) async fn update_workflow(
    Caller(client): Caller,
    At(id): At<SessionId>,
    conditions: Conditions,
    Json(request): Json<api::UpdateWorkflow>,
) -> Answer {
    respond::session(client.update_workflow(&id, request, conditions).await?)
}

/// Complete the named step, or the only active one, manually.
#[utoipa::path(post, path = operations::ADVANCE_WORKFLOW.path, tag = "workflow",
    request_body = Option<api::Advance>,
    responses((status = 200, description = "The session after the change.", body = api::Session)))]
pub(super) async fn advance_workflow(
    Caller(client): Caller,
    At(id): At<SessionId>,
    conditions: Conditions,
    OptionalJson(request): OptionalJson<api::Advance>,
) -> Answer {
    respond::session(client.advance_workflow(&id, request, conditions).await?)
}
