//! The WebSocket of an agent.

use axum::extract::State;
use axum::extract::ws::WebSocketUpgrade;
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use serde::Deserialize;
use sessiond_api as api;
use sessiond_api::{Code, operations};
use sessiond_core::AgentId;
use utoipa::IntoParams;

use crate::app::App;
use crate::extract::{Caller, Query, Staying};
use crate::respond::{Answer, Failure};
use crate::socket;

/// The agent of a connection.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Connect {
    /// The agent.
    #[param(example = "opencode://backend")]
    agent_id: AgentId,
}

/// Receive and send an agent's messages over a WebSocket.
///
/// The first frame is `connected` with this connection's fencing token. Then follow the waiting messages, and live
/// messages, each a text frame with its `attempt`. Frames to the server are `{"type": "ack", "message_ids"}`,
/// `{"type": "heartbeat", "status"?}` and `{"type": "send", "message"}` or a bare message. A browser sends its key as
/// the subprotocol `bearer.<key>` beside `sessiond`. A second connection takes over; the first is closed with 4001.
#[utoipa::path(get, path = operations::CONNECT_AGENT.path, tag = "inbox", operation_id = "connect_agent", params(Connect),
    responses((status = 101, description = "The protocol changes; the first frame follows.", body = api::Connected)))]
pub(super) async fn connect(
    State(app): State<App>,
    Caller(client): Caller,
    Staying(stay): Staying,
    Query(query): Query<Connect>,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Answer {
    if !client.principal().acts_as(&query.agent_id) {
        let detail = format!("this key may not act as {}", query.agent_id);
        return Err(Failure::new(Code::Forbidden, detail));
    }
    let upgrade = upgrade.map_err(|error| Failure::new(Code::MalformedRequest, error.body_text()))?;
    Ok(socket::accept(app, client, stay, query.agent_id, upgrade))
}
