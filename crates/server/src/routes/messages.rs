//! Messages between agents.

use axum::extract::State;
use sessiond_api as api;
use sessiond_client::Door;
use sessiond_core::{AgentId, MessageId};

use crate::app::App;
use crate::extract::{At, Caller, Conditions, Json, Query};
use crate::respond::{self, Answer};

/// Send a message.
///
/// In a session a `task_request` is a task of that session, and its `task_response` completes or fails the task. With
/// `delivery_mode: sync` the answer waits for the response.
#[utoipa::path(post, path = "/messages/send", tag = "messages", request_body = api::SendMessage,
    responses((status = 200, description = "The message is stored.", body = api::Sent)))]
pub(super) async fn send_message(
    State(app): State<App>,
    Caller(door): Caller,
    Conditions(call): Conditions,
    Json(message): Json<api::Message>,
) -> Answer {
    respond::ok(app.unless_shutdown(door.send_message(message, call)).await?)
}

/// List messages to agents that the caller may act as, newest first.
#[utoipa::path(get, path = "/messages", tag = "messages", params(api::ListMessages),
    responses((status = 200, description = "A page of messages.", body = api::MessagePage)))]
pub(super) async fn list_messages(Caller(door): Caller, Query(query): Query<api::ListMessages>) -> Answer {
    respond::ok(door.messages(query).await?)
}

/// Put a dead letter back into its inbox.
#[utoipa::path(post, path = "/agents/{agent_id}/inbox/{message_id}/requeue", tag = "messages",
    responses((status = 204, description = "It waits again, as if never delivered.")))]
pub(super) async fn requeue_message(
    Caller(door): Caller,
    At((agent, message)): At<(AgentId, MessageId)>,
) -> Answer {
    door.requeue_message(&agent, &message).await?;
    respond::nothing()
}
