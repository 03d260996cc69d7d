//! MCP over HTTP.

use axum::extract::{Request, State};
use sessiond_api::operations;
use sessiond_core::Principal;

use crate::app::App;
use crate::extract::{Caller, Conditions};
use crate::mcp;
use crate::respond::Answer;

/// Speak MCP: one JSON-RPC message as the protocol's streamable HTTP transport has it.
///
/// Tools to list, create, join and work sessions, with the rights of the caller's key; sessions' states and journals
/// as resources. No state is kept between requests, so there is nothing to GET or to DELETE. `x-agent-id` is who the
/// client is when a call does not say it. The guide is at `/docs/mcp`.
#[utoipa::path(post, path = operations::MCP.path, tag = "mcp", operation_id = "mcp", request_body = Object,
    responses((status = 200, description = "The response.", content(
        (Object = "application/json"), (String = "text/event-stream"))),
        (status = 202, description = "A notification was taken.")))]
pub(super) async fn mcp(
    State(app): State<App>,
    Caller(client): Caller,
    conditions: Conditions,
    request: Request,
) -> Answer {
    let principal: Principal = client.principal().clone();
    Ok(mcp::respond(&app, principal, conditions.agent, request).await)
}
