//! Sessions: their life from creation to deletion, copies and exports.

use axum::body::Body;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::IntoResponse;
use futures_util::StreamExt;
use serde::Deserialize;
use sessiond_api as api;
use sessiond_api::operations;
use sessiond_client::Import;
use sessiond_client::traits::Sessions as _;
use sessiond_core::SessionId;
use utoipa::IntoParams;

use crate::extract::{At, Caller, Conditions, Json, Lines, OptionalJson, Query};
use crate::respond::{self, Answer};

/// Create a session.
#[utoipa::path(post, path = operations::CREATE_SESSION.path, tag = "sessions", request_body = api::CreateSession,
    responses((status = 201, description = "The session.", body = api::Session)))]
pub(super) async fn create_session(
    Caller(client): Caller,
    conditions: Conditions,
    Json(request): Json<api::CreateSession>,
) -> Answer {
    respond::created_session(client.create_session(request, conditions).await?)
}

/// List the sessions that the key may see.
#[utoipa::path(get, path = operations::LIST_SESSIONS.path, tag = "sessions", params(api::ListSessions),
    responses((status = 200, description = "A page of sessions.", body = api::SessionPage)))]
pub(super) async fn list_sessions(Caller(client): Caller, Query(query): Query<api::ListSessions>) -> Answer {
    respond::ok(client.sessions(query).await?)
}

/// Count all sessions, by kind and status.
#[utoipa::path(get, path = operations::COUNT_SESSIONS.path, tag = "sessions",
    responses((status = 200, description = "The numbers of sessions.", body = api::Counts)))]
pub(super) async fn count_sessions(Caller(client): Caller) -> Answer {
    respond::ok(client.counts().await?)
}

/// Read a session.
#[utoipa::path(get, path = operations::GET_SESSION.path, tag = "sessions",
    responses((status = 200, description = "The session; `ETag` is its revision.", body = api::Session)))]
pub(super) async fn get_session(Caller(client): Caller, At(id): At<SessionId>) -> Answer {
    respond::session(client.session(&id).await?)
}

/// Change a session's name, labels or expiry.
#[utoipa::path(patch, path = operations::UPDATE_SESSION.path, tag = "sessions", request_body = api::UpdateSession,
    responses((status = 200, description = "The session after the change.", body = api::Session)))]
pub(super) async fn update_session(
    Caller(client): Caller,
    At(id): At<SessionId>,
    conditions: Conditions,
    Json(request): Json<api::UpdateSession>,
) -> Answer {
    respond::session(client.update_session(&id, request, conditions).await?)
}

/// Delete a session with its journal, tasks and messages.
#[utoipa::path(delete, path = operations::DELETE_SESSION.path, tag = "sessions",
    responses((status = 204, description = "The session is deleted.")))]
pub(super) async fn delete_session(
    Caller(client): Caller,
    At(id): At<SessionId>,
    conditions: Conditions,
) -> Answer {
    client.delete_session(&id, conditions).await?;
    respond::nothing()
}

/// Complete a session.
#[utoipa::path(post, path = operations::COMPLETE_SESSION.path, tag = "sessions", request_body = Option<api::Complete>,
    responses((status = 200, description = "The session, completed.", body = api::Session)))]
pub(super) async fn complete_session(
    Caller(client): Caller,
    At(id): At<SessionId>,
    conditions: Conditions,
    OptionalJson(request): OptionalJson<api::Complete>,
) -> Answer {
    respond::session(client.complete_session(&id, request, conditions).await?)
}

/// Terminate a session and its children.
#[utoipa::path(post, path = operations::TERMINATE_SESSION.path, tag = "sessions", request_body = api::Terminate,
    responses((status = 200, description = "The session, terminated.", body = api::Session)))]
pub(super) async fn terminate_session(
    Caller(client): Caller,
    At(id): At<SessionId>,
    conditions: Conditions,
    Json(request): Json<api::Terminate>,
) -> Answer {
    respond::session(client.terminate_session(&id, request, conditions).await?)
}

/// Fail a session whose work could not be done, and terminate its children.
#[utoipa::path(post, path = operations::FAIL_SESSION.path, tag = "sessions", request_body = api::FailSession,
    responses((status = 200, description = "The session, failed.", body = api::Session)))]
pub(super) async fn fail_session(
    Caller(client): Caller,
    At(id): At<SessionId>,
    conditions: Conditions,
    Json(request): Json<api::FailSession>,
) -> Answer {
    respond::session(client.fail_session(&id, request, conditions).await?)
}

/// Retry what failed: all of it, one step, or one task. A failed session continues.
#[utoipa::path(post, path = operations::RETRY_SESSION.path, tag = "sessions", request_body = Option<api::Retry>,
    responses((status = 200, description = "The session after the change.", body = api::Session)))]
pub(super) async fn retry_session(
    Caller(client): Caller,
    At(id): At<SessionId>,
    conditions: Conditions,
    OptionalJson(request): OptionalJson<api::Retry>,
) -> Answer {
    respond::session(client.retry_session(&id, request, conditions).await?)
}

/// Fork a session at a revision.
#[utoipa::path(post, path = operations::FORK_SESSION.path, tag = "sessions", request_body = Option<api::Fork>,
    responses((status = 201, description = "The fork.", body = api::Session)))]
pub(super) async fn fork_session(
    Caller(client): Caller,
    At(id): At<SessionId>,
    conditions: Conditions,
    OptionalJson(request): OptionalJson<api::Fork>,
) -> Answer {
    respond::created_session(client.fork_session(&id, request, conditions).await?)
}

/// Export a session's whole journal.
///
/// JSON Lines: a header, then one event on each line. `POST /sessions/import` imports it.
#[utoipa::path(get, path = operations::EXPORT_SESSION.path, tag = "sessions",
    responses((status = 200, description = "The journal.", body = String, content_type = "application/jsonl")))]
pub(super) async fn export_session(Caller(client): Caller, At(id): At<SessionId>) -> Answer {
    let export = client.export_session(&id).await?;
    // A failure on the way breaks the answer off, so that nobody takes half a journal for a whole one.
    let lines = export.map(|line| line.map(|line| line + "\n"));
    let name = format!("attachment; filename=\"{id}.jsonl\"");
    let headers = [(CONTENT_TYPE, "application/jsonl".to_owned()), (CONTENT_DISPOSITION, name)];
    Ok((headers, Body::from_stream(lines)).into_response())
}

/// Options of an import.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct ImportSession {
    /// An id other than that of the exported session; the import is then a fork.
    session_id: Option<SessionId>,
}

/// Import an exported journal.
#[utoipa::path(post, path = operations::IMPORT_SESSION.path, tag = "sessions", params(ImportSession),
    request_body(content = String, content_type = "application/jsonl", description = "An exported journal."),
    responses((status = 201, description = "The imported session.", body = api::Imported)))]
pub(super) async fn import_session(
    Caller(client): Caller,
    Query(query): Query<ImportSession>,
    conditions: Conditions,
    Lines(lines): Lines,
) -> Answer {
    let import = Import { lines, session_id: query.session_id };
    let imported = client.import_session(import, conditions).await?;
    let location = operations::GET_SESSION.at(&[imported.session_id.as_str()]);
    respond::created(&location, imported)
}

/// Issue another token of a session. The one before it opens nothing any more.
#[utoipa::path(post, path = operations::ISSUE_TOKEN.path, tag = "sessions",
    responses((status = 200, description = "The token, which is shown only once.", body = api::IssuedToken)))]
pub(super) async fn issue_token(
    Caller(client): Caller,
    At(id): At<SessionId>,
    conditions: Conditions,
) -> Answer {
    respond::ok(client.issue_token(&id, conditions).await?)
}

/// Read the executive summary of a session.
#[utoipa::path(get, path = operations::GET_SUMMARY.path, tag = "sessions",
    responses((status = 200, description = "The summary in Markdown.", body = String, content_type = "text/markdown")))]
pub(super) async fn get_summary(Caller(client): Caller, At(id): At<SessionId>) -> Answer {
    let summary = client.summary(&id).await?;
    Ok(([(CONTENT_TYPE, "text/markdown; charset=utf-8")], summary).into_response())
}
