//! The calls of an execution: one process writes them, in batches.

use sessiond_api as api;
use sessiond_api::operations;
use sessiond_client::traits::Calls as _;
use sessiond_core::SessionId;

use crate::extract::{At, Caller, Conditions, Json, Verbatim};
use crate::respond::{self, Answer};

/// Claim the execution for one writer process.
///
/// Open calls are interrupted, and a failed execution is resumed.
#[utoipa::path(post, path = operations::BEGIN_EXECUTION.path, tag = "calls", request_body = api::BeginExecution,
    responses((status = 200, description = "The process is the writer.", body = api::Execution)))]
pub(super) async fn begin_execution(
    Caller(client): Caller,
    At(id): At<SessionId>,
    conditions: Conditions,
    Json(request): Json<api::BeginExecution>,
) -> Answer {
    let execution = client.begin_execution(&id, request, conditions).await?;
    respond::tagged(execution.session.revision, execution)
}

/// Record a batch of calls.
///
/// A batch that is already recorded changes nothing, so it can be sent again if its response was lost.
#[utoipa::path(post, path = operations::RECORD_CALLS.path, tag = "calls", request_body = api::RecordCalls,
    responses((status = 200, description = "The batch is durable.", body = api::Recorded)))]
pub(super) async fn record_calls(
    Caller(client): Caller,
    At(id): At<SessionId>,
    conditions: Conditions,
    Verbatim(request): Verbatim<api::RecordCalls>,
) -> Answer {
    respond::ok(client.record_calls(&id, request, conditions).await?)
}
