//! The calls of an execution: one process writes them, in batches.

use sessiond_api as api;
use sessiond_api::operations;
use sessiond_client::traits::Calls as _;
use sessiond_core::SessionId;

use crate::extract::{At, Caller, Conditions, Json, Verbatim};
use crate::respond::{self, Answer};

/// Claim the execution for one writer process.
///
/// Open calls are interrupted, and a failed execution is resumed. An execution that the holder of a lease runs is refused to
/// others with `execution_running`, unless `take_over` is true.
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

/// Renew the lease of the execution's writer.
///
/// Each batch of calls renews it too. A writer whose lease has expired continues if no other process has begun meanwhile;
/// otherwise it is rejected as `writer_stale`.
#[utoipa::path(post, path = operations::RENEW_EXECUTION.path, tag = "calls", request_body = api::Writer,
    responses((status = 200, description = "The lease is renewed.", body = api::Renewed)))]
pub(super) async fn renew_execution(
    Caller(client): Caller,
    At(id): At<SessionId>,
    conditions: Conditions,
    Json(request): Json<api::Writer>,
) -> Answer {
    respond::ok(client.renew_execution(&id, request, conditions).await?)
}

/// Release the lease of the execution's writer.
///
/// The execution is interrupted, and any process may resume it. A writer that has no lease, or from which another process has
/// taken over, changes nothing.
#[utoipa::path(post, path = operations::RELEASE_EXECUTION.path, tag = "calls", request_body = api::Writer,
    responses((status = 200, description = "Any process may resume the execution.", body = api::Renewed)))]
pub(super) async fn release_execution(
    Caller(client): Caller,
    At(id): At<SessionId>,
    conditions: Conditions,
    Json(request): Json<api::Writer>,
) -> Answer {
    respond::ok(client.release_execution(&id, request, conditions).await?)
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
