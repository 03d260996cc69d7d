//! The conversations of sessions with their assistants.

use axum::extract::State;
use axum::http::HeaderMap;
use sessiond_api as api;
use sessiond_api::{Chat, Problem, operations};
use sessiond_client::Embedded;
use sessiond_client::traits::Conversation as _;
use sessiond_core::{Assistant, Principal, SessionId, Span, TurnId, limits};

use crate::app::App;
use crate::extract::{At, Caller, Conditions, Json, OptionalJson, Query, named_session};
use crate::respond::{self, Answer, Failure};
use crate::sse;

/// Send a message to a session's assistant.
///
/// With `Accept: text/event-stream` the response is the live stream of the turn, as of `GET` on it.
#[utoipa::path(post, path = operations::ADD_TURN.path, tag = "conversation", request_body = api::AddTurn,
    responses((status = 201, description = "The turn, which waits or runs.", content(
        (api::Turn = "application/json"), (String = "text/event-stream")))))]
pub(super) async fn add_turn(
    State(app): State<App>,
    Caller(client): Caller,
    At(id): At<SessionId>,
    conditions: Conditions,
    headers: HeaderMap,
    Json(request): Json<api::AddTurn>,
) -> Answer {
    let turn = app.add_turn(&client, &id, request, conditions).await?;
    if sse::is_wanted(&headers) {
        return follow(app, &client, &id, &turn.turn_id, 0).await;
    }
    respond::created(&operations::GET_TURN.at(&[id.as_str(), turn.turn_id.as_str()]), turn)
}

/// List a session's turns in all branches, oldest first.
#[utoipa::path(get, path = operations::LIST_TURNS.path, tag = "conversation", params(api::ListTurns),
    responses((status = 200, description = "A page of turns.", body = api::TurnPage)))]
pub(super) async fn list_turns(
    Caller(client): Caller,
    At(id): At<SessionId>,
    Query(query): Query<api::ListTurns>,
) -> Answer {
    respond::ok(client.turns(&id, query).await?)
}

/// Read a turn, optionally waiting for its end, or follow it live.
///
/// With `Accept: text/event-stream` the response is a live stream: all of the answer so far, then the rest as it comes. Its
/// events are `queued` (`before`), `text` and `reasoning` (`offset`, `text`) and `end` (the turn). A `text` at offset 0
/// replaces what came before it. The stream resumes after `Last-Event-ID`.
#[utoipa::path(get, path = operations::GET_TURN.path, tag = "conversation", params(api::GetTurn),
    responses((status = 200, description = "The turn.", content(
        (api::Turn = "application/json"), (String = "text/event-stream")))))]
pub(super) async fn get_turn(
    State(app): State<App>,
    Caller(client): Caller,
    At((id, turn)): At<(SessionId, TurnId)>,
    Query(query): Query<api::GetTurn>,
    headers: HeaderMap,
) -> Answer {
    if sse::is_wanted(&headers) {
        let offset = sse::turn_cursor(&headers)?;
        return follow(app, &client, &id, &turn, offset).await;
    }
    respond::ok(app.unless_shutdown(client.turn(&id, &turn, query)).await?)
}

/// Ask a turn's message again, or another one in its place. Both turns stay, as branches of the conversation.
#[utoipa::path(post, path = operations::RETRY_TURN.path, tag = "conversation",
    request_body = Option<api::RetryTurn>,
    responses((status = 201, description = "The new turn.", body = api::Turn)))]
pub(super) async fn retry_turn(
    State(app): State<App>,
    Caller(client): Caller,
    At((id, turn)): At<(SessionId, TurnId)>,
    conditions: Conditions,
    OptionalJson(request): OptionalJson<api::RetryTurn>,
) -> Answer {
    let turn = app.retry_turn(&client, &id, &turn, request, conditions).await?;
    respond::created(&operations::GET_TURN.at(&[id.as_str(), turn.turn_id.as_str()]), turn)
}

/// Stop a turn. Its model's request is closed at once, and it keeps the answer so far. A turn that has ended stays as it is.
#[utoipa::path(post, path = operations::STOP_TURN.path, tag = "conversation",
    responses((status = 200, description = "The turn.", body = api::Turn)))]
pub(super) async fn stop_turn(
    Caller(client): Caller,
    At((id, turn)): At<(SessionId, TurnId)>,
    conditions: Conditions,
) -> Answer {
    respond::ok(client.stop_turn(&id, &turn, conditions).await?)
}

/// Stop all turns of a session that run or wait.
#[utoipa::path(post, path = operations::STOP_TURNS.path, tag = "conversation",
    responses((status = 200, description = "The session.", body = api::Session)))]
pub(super) async fn stop_turns(
    Caller(client): Caller,
    At(id): At<SessionId>,
    conditions: Conditions,
) -> Answer {
    respond::session(client.stop_turns(&id, conditions).await?)
}

/// Set the turn that the next one follows: choose a branch.
#[utoipa::path(put, path = operations::MOVE_HEAD.path, tag = "conversation", request_body = api::MoveHead,
    responses((status = 200, description = "The session.", body = api::Session)))]
pub(super) async fn move_head(
    Caller(client): Caller,
    At(id): At<SessionId>,
    conditions: Conditions,
    Json(request): Json<api::MoveHead>,
) -> Answer {
    respond::session(client.move_head(&id, request, conditions).await?)
}

/// Set the assistant of a session, as a whole. Absent members have the server's default.
#[utoipa::path(put, path = operations::SET_ASSISTANT.path, tag = "conversation", request_body = Assistant,
    responses((status = 200, description = "The session.", body = api::Session)))]
pub(super) async fn set_assistant(
    Caller(client): Caller,
    At(id): At<SessionId>,
    conditions: Conditions,
    Json(assistant): Json<Assistant>,
) -> Answer {
    respond::session(client.set_assistant(&id, assistant, conditions).await?)
}

/// Remove all turns of a session and its files, and their texts from its journal. Turns that are open are stopped.
#[utoipa::path(post, path = operations::CLEAR_CONVERSATION.path, tag = "conversation",
    request_body = Option<api::ClearConversation>,
    responses((status = 200, description = "The session.", body = api::Session)))]
pub(super) async fn clear_conversation(
    Caller(client): Caller,
    At(id): At<SessionId>,
    conditions: Conditions,
    OptionalJson(request): OptionalJson<api::ClearConversation>,
) -> Answer {
    respond::session(client.clear_conversation(&id, request, conditions).await?)
}

/// Send a message to the assistant of a session, and wait for the answer.
///
/// The session is that of the body, of the header `x-session-id`, or of the token. With `Accept: text/event-stream` the response is the
/// live stream of the turn.
#[utoipa::path(post, path = operations::CHAT.path, tag = "conversation", request_body = api::Chat,
    params(("x-session-id" = Option<String>, Header, description = "The session, if the body names none.")),
    responses((status = 200, description = "The answer.", content(
        (api::ChatAnswer = "application/json"), (String = "text/event-stream")))))]
pub(super) async fn chat(
    State(app): State<App>,
    Caller(client): Caller,
    conditions: Conditions,
    headers: HeaderMap,
    Json(request): Json<api::Chat>,
) -> Answer {
    let id = named_session_of(request.session_id.as_ref(), &headers, client.principal())?;
    let Chat { message: text, files, mode, settings, .. } = request;
    let add = api::AddTurn { text, files, mode, settings, ..api::AddTurn::default() };
    let turn = app.add_turn(&client, &id, add, conditions).await.map_err(named_message)?;
    if sse::is_wanted(&headers) {
        return follow(app, &client, &id, &turn.turn_id, 0).await;
    }
    respond::ok(app.unless_shutdown(answer(&client, &id, &turn.turn_id)).await?)
}

/// The answer of a turn, when it has ended.
async fn answer(client: &Embedded, id: &SessionId, turn: &TurnId) -> Result<api::ChatAnswer, Problem> {
    let wait = Some(Span::from_millis(limits::WAIT_MS));
    let turn = loop {
        let turn = client.turn(id, turn, api::GetTurn { wait }).await?;
        if !turn.status.is_open() {
            break turn;
        }
    };
    if let Some(problem) = turn.problem() {
        return Err(problem);
    }
    Ok(api::ChatAnswer {
        response: turn.answer,
        session_id: turn.session_id,
        turn: turn.turn_id,
        model: turn.usage.as_ref().and_then(|usage| usage.model.clone()),
        timestamp: turn.ended_at.unwrap_or(turn.queued_at),
        usage: turn.usage,
        citations: turn.citations,
    })
}

/// The session of a request: that of the body, of the header, or of the token. A body and a header that differ are a mistake.
pub(super) fn named_session_of(
    body: Option<&SessionId>,
    headers: &HeaderMap,
    principal: &Principal,
) -> Result<SessionId, Failure> {
    match (body, named_session(headers)?) {
        (Some(body), Some(header)) if *body != header => Err(Failure::invalid(
            "/session_id",
            "the body and the header x-session-id name different sessions",
        )),
        (Some(id), _) => Ok(id.clone()),
        (None, Some(id)) => Ok(id),
        (None, None) => principal.session.clone().ok_or_else(|| {
            Failure::invalid(
                "/session_id",
                "name the session here or in the header x-session-id, or send its token",
            )
        }),
    }
}

/// A problem of a turn in the words of a chat's request.
fn named_message(mut problem: Problem) -> Problem {
    for error in &mut problem.errors {
        if error.pointer == "/text" {
            error.pointer = "/message".into();
        }
    }
    problem
}

/// The live stream of a turn.
async fn follow(app: App, client: &Embedded, id: &SessionId, turn: &TurnId, offset: usize) -> Answer {
    let follow = client.engine().follow_turn(client.principal(), id, turn, offset).await;
    let follow = follow.map_err(sessiond_client::problem)?;
    let frames = sse::Turn::new(app.clone(), client.clone(), id.clone(), turn.clone(), follow);
    Ok(sse::respond(app, frames))
}
