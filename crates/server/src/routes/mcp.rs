//! MCP over HTTP.

use axum::extract::{Request, State};
use sessiond_api::operations;
use sessiond_core::Principal;

use crate::app::App;
use crate::extract::{Caller, Conditions};
use crate::mcp;
use crate::respond::Answer;

/// MCP endpoint: one JSON-RPC message of the streamable HTTP transport.
///
/// Tools to list, create, join and work in sessions, with the rights of the key; the states and journals of sessions
/// as resources. The endpoint is stateless, so it has no GET or DELETE. `x-agent-id` names the agent
/// if a call does not. The guide is at `/docs/mcp`.
#[utoipa::path(post, path = operations::MCP.path, tag = "mcp", operation_id = "mcp", request_body = Object,
    responses((status = 200, description = "The response.", content(
        (Object = "application/json"), (String = "text/event-stream"))),
        (status = 202, description = "The notification was accepted.")))]
pub(super) async fn mcp(
    State(app): State<App>,
    Caller(client): Caller,
    conditions: Conditions,
    request: Request,
) -> Answer {
    let principal: Principal = client.principal().clone();
    Ok(mcp::respond(&app, principal, conditions.agent, request).await)
}
