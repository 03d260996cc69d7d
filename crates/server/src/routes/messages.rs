//! Messages between agents.

use axum::extract::State;
use sessiond_api as api;
use sessiond_api::operations;
use sessiond_client::traits::Messages as _;
use sessiond_core::{AgentId, MessageId};

use crate::app::App;
use crate::extract::{At, Caller, Conditions, Json, Query};
use crate::respond::{self, Answer};

/// Send a message.
///
/// In a session, a `task_request` creates a task, and its `task_response` completes or fails the task. With
/// `delivery_mode: sync` the request waits for the response.
#[utoipa::path(post, path = operations::SEND_MESSAGE.path, tag = "messages", request_body = api::Message,
    responses((status = 200, description = "The message is durable.", body = api::Sent)))]
pub(super) async fn send_message(
    State(app): State<App>,
    Caller(client): Caller,
    conditions: Conditions,
    Json(message): Json<api::Message>,
) -> Answer {
    respond::ok(app.unless_shutdown(client.send_message(message, conditions)).await?)
}

/// List messages to agents that the key may act as, newest first.
#[utoipa::path(get, path = operations::LIST_MESSAGES.path, tag = "messages", params(api::ListMessages),
    responses((status = 200, description = "A page of messages.", body = api::MessagePage)))]
pub(super) async fn list_messages(Caller(client): Caller, Query(query): Query<api::ListMessages>) -> Answer {
    respond::ok(client.messages(query).await?)
}

/// Put a dead letter back into its inbox.
#[utoipa::path(post, path = operations::REQUEUE_MESSAGE.path, tag = "messages",
    responses((status = 204, description = "The message waits again, as if it had never been delivered.")))]
pub(super) async fn requeue_message(
    Caller(client): Caller,
    At((agent, message)): At<(AgentId, MessageId)>,
) -> Answer {
    client.requeue_message(&agent, &message).await?;
    respond::nothing()
}
