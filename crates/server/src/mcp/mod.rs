//! The MCP face: the same operations as tools for models, over HTTP at `/mcp` and on standard input and output.
//!
//! A tool does what its route does, through the same client, so it has the rights of the caller's key and no others;
//! `tools/mod.rs` names the operation of each tool, whose rights hold for it. A session is an
//! explicit handle that each call names: the protocol's own sessions are not used, so that any server behind a load
//! balancer can answer any request, and a client that reconnects has lost nothing.

mod advice;
mod handler;
mod resources;
mod schema;
mod stdio;
mod subscriptions;
mod tools;

use std::sync::Arc;

use axum::body::Body;
use axum::extract::Request;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use rmcp::ServiceExt as _;
use rmcp::transport::streamable_http_server::session::never::NeverSessionManager;
use rmcp::transport::{StreamableHttpServerConfig, StreamableHttpService, stdio_pipes};
use sessiond_api::{Code, Problem};
use sessiond_client::{Client, Embedded};
use sessiond_core::{AgentId, Principal, Role};
use tokio_util::sync::CancellationToken;

use crate::app::App;
use crate::respond::Failure;

/// What the transport says of a request that it refuses is one line.
const REFUSAL_BYTES: usize = 4096;

/// What one client's calls have to work with; cheap to clone.
#[derive(Clone)]
pub(crate) struct Mcp(Arc<Shared>);

struct Shared {
    client: Client,
    /// Who the client is when a call does not say it.
    agent: Option<AgentId>,
    /// What the caller's key may do at all; nothing when the client asks that itself.
    role: Option<Role>,
    /// Ends what waits.
    shutdown: CancellationToken,
}

impl Mcp {
    fn new(client: Client, agent: Option<AgentId>, role: Option<Role>, shutdown: CancellationToken) -> Self {
        Self(Arc::new(Shared { client, agent, role, shutdown }))
    }

    fn client(&self) -> &Client {
        &self.0.client
    }

    /// Who acts: the one that the call names, or else the client's own identity.
    fn actor(&self, named: Option<AgentId>) -> Result<AgentId, Problem> {
        named.or_else(|| self.0.agent.clone()).ok_or_else(|| {
            let detail = "say who you are, framework://name; this connection has no identity of its own";
            Problem::invalid("/agent_id", detail)
        })
    }
}

/// Serves MCP on standard input and output until the client closes them, or `shutdown` is cancelled.
///
/// `agent` is who the client is when a call does not say it.
pub async fn serve_stdio(
    client: Client,
    agent: Option<AgentId>,
    shutdown: CancellationToken,
) -> Result<(), Problem> {
    let mcp = Mcp::new(client, agent, None, shutdown.clone());
    let broken = |error: &dyn std::fmt::Display| {
        tracing::debug!(%error, "the MCP connection broke");
        Problem::new(Code::MalformedRequest, format!("the message is not valid MCP: {error}"))
    };
    let (input, output) = stdio_pipes();
    let running = tokio::select! {
        running = mcp.serve(stdio::Lines::new(input, output)) => running,
        () = shutdown.cancelled() => return Ok(()),
    };
    let running = match running {
        Ok(running) => running,
        // A client that looked and left is no failure.
        Err(rmcp::service::ServerInitializeError::ConnectionClosed(_)) => return Ok(()),
        Err(error) => return Err(broken(&error)),
    };
    let stop = running.cancellation_token();
    tokio::select! {
        ended = running.waiting() => ended.map(drop).map_err(|error| broken(&error)),
        () = shutdown.cancelled() => {
            stop.cancel();
            Ok(())
        }
    }
}

/// Answers one request at `/mcp`, with the rights of `principal`.
pub(crate) async fn respond(
    app: &App,
    principal: Principal,
    agent: Option<AgentId>,
    request: Request,
) -> Response {
    let role = principal.role;
    let client = Client::through(Arc::new(Embedded::new(app.engine.clone(), principal)));
    let mcp = Mcp::new(client, agent, Some(role), app.shutdown.clone());
    // `auth` has checked Host, Origin and key, for this route as for any other.
    let config = StreamableHttpServerConfig::default()
        .disable_allowed_hosts()
        .disable_allowed_origins()
        .with_legacy_session_mode(false)
        .with_sse_keep_alive(Some(app.options.heartbeat))
        .with_max_request_body_bytes(app.options.body_bytes)
        .with_cancellation_token(app.shutdown.child_token());
    let sessions = Arc::new(NeverSessionManager::default());
    let service = StreamableHttpService::new(move || Ok(mcp.clone()), sessions, config);
    let is_json = is_json(request.headers());
    let response = service.handle(request).await.map(Body::new);
    if response.status().is_success() || self::is_json(response.headers()) {
        return response;
    }
    refused(response, is_json).await.into_response()
}

/// What the transport refuses before it is MCP's is a problem here, as on every other route.
async fn refused(response: Response, is_json: bool) -> Failure {
    let code = match response.status() {
        StatusCode::PAYLOAD_TOO_LARGE => Code::BodyTooLarge,
        // What calls itself JSON and is none gets this status too.
        StatusCode::UNSUPPORTED_MEDIA_TYPE if !is_json => Code::UnsupportedMediaType,
        status if status.is_server_error() => Code::Internal,
        _ => Code::MalformedRequest,
    };
    let said = axum::body::to_bytes(response.into_body(), REFUSAL_BYTES).await.unwrap_or_default();
    Failure::new(code, format!("this is no MCP request: {}", String::from_utf8_lossy(&said)))
}

fn is_json(headers: &HeaderMap) -> bool {
    let kind = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    kind.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case("application/json")
}
