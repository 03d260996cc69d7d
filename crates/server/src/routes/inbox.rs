//! Inboxes, for agents that poll.

use axum::extract::State;
use sessiond_api as api;
use sessiond_api::operations;
use sessiond_client::traits::Inbox as _;
use sessiond_core::AgentId;

use crate::app::App;
use crate::extract::{At, Caller, Json, Query};
use crate::respond::{self, Answer};

/// Read an inbox, optionally waiting for the first message.
///
/// A message that is not acknowledged within a minute is delivered again, with a higher `attempt`.
#[utoipa::path(get, path = operations::RECEIVE_MESSAGES.path, tag = "inbox", params(api::ReceiveMessages),
    responses((status = 200, description = "Messages, in the order to work on them.", body = api::InboxPage)))]
pub(super) async fn receive_messages(
    State(app): State<App>,
    Caller(client): Caller,
    At(agent): At<AgentId>,
    Query(query): Query<api::ReceiveMessages>,
) -> Answer {
    respond::ok(app.unless_shutdown(client.receive(&agent, query)).await?)
}

/// Acknowledge messages: they are not delivered again.
#[utoipa::path(post, path = operations::ACKNOWLEDGE_MESSAGES.path, tag = "inbox", request_body = api::AckMessages,
    responses((status = 200, description = "The number of messages that this request acknowledged.", body = api::Acknowledged)))]
pub(super) async fn acknowledge_messages(
    Caller(client): Caller,
    At(agent): At<AgentId>,
    Json(request): Json<api::AckMessages>,
) -> Answer {
    respond::ok(client.ack(&agent, request).await?)
}
