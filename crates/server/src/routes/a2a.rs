//! A2A over HTTP.

use axum::extract::{OriginalUri, State};
use axum::http::HeaderMap;
use sessiond_api::operations;
use sessiond_core::AgentId;

use crate::a2a::{self, A2a};
use crate::app::App;
use crate::extract::{At, Caller, Raw};
use crate::respond::Answer;

/// A2A endpoint of an agent: one JSON-RPC request of the Agent2Agent protocol.
///
/// A message to the agent is a task of a session: its `contextId` is the session's id, its task's id is the task's. The
/// streaming methods respond with `text/event-stream`. The guide is at `/docs/a2a`.
#[utoipa::path(post, path = operations::A2A.path, tag = "a2a", operation_id = "a2a", request_body = Object,
    responses((status = 200, description = "The response, which may be an error of the protocol.", content(
        (Object = "application/json"), (String = "text/event-stream")))))]
pub(super) async fn a2a(
    State(app): State<App>,
    Caller(client): Caller,
    At(agent): At<AgentId>,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
    Raw(body): Raw,
) -> Answer {
    let version = a2a::version(&headers, uri.query());
    A2a::new(app, client, agent).await?.respond(version.as_deref(), &body).await
}

/// The A2A card of an agent: its skills, and where and how it is reached.
#[utoipa::path(get, path = operations::A2A_CARD.path, tag = "a2a", operation_id = "a2a_card",
    responses((status = 200, description = "The card.", body = Object)))]
pub(super) async fn a2a_card(
    State(app): State<App>,
    Caller(client): Caller,
    At(agent): At<AgentId>,
    headers: HeaderMap,
) -> Answer {
    A2a::new(app, client, agent).await?.card(&headers)
}
