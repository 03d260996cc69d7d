//! Files for the assistants of sessions.

use axum::extract::{Request, State};
use axum::http::HeaderMap;
use sessiond_api as api;
use sessiond_api::{Code, operations};
use sessiond_client::traits::Files as _;
use sessiond_core::{FileId, SessionId};

use super::conversation::named_session_of;
use crate::app::App;
use crate::extract::{At, Caller, Conditions, PassageNumber, Query};
use crate::respond::{self, Answer, Failure};
use crate::transfer::{Received, content, receive};

/// Upload files to a session.
///
/// The body is `multipart/form-data` with a part for each file. The text of each file is read before the response; a file
/// without a readable text is refused, and nothing of it is kept. A file of the session with the same name is replaced.
#[utoipa::path(post, path = operations::ADD_FILES.path, tag = "files",
    request_body(content = api::FileForm, content_type = "multipart/form-data"),
    responses((status = 201, description = "A result for each file.", body = api::AddedFiles)))]
pub(super) async fn add_files(
    State(app): State<App>,
    Caller(client): Caller,
    At(id): At<SessionId>,
    request: Request,
) -> Answer {
    let Received { files, .. } = receive(&app, &client, &id, request).await?;
    respond::created(&operations::LIST_FILES.at(&[id.as_str()]), api::AddedFiles { files })
}

/// Upload files to the session of the request.
///
/// The session is that of the header `x-session-id`, or of the token. Otherwise as `POST /sessions/{session_id}/files`.
#[utoipa::path(post, path = operations::UPLOAD.path, tag = "files",
    params(("x-session-id" = Option<String>, Header, description = "The session, if the token names none.")),
    request_body(content = api::FileForm, content_type = "multipart/form-data"),
    responses((status = 201, description = "The file.", body = api::Uploaded)))]
pub(super) async fn upload(
    State(app): State<App>,
    Caller(client): Caller,
    headers: HeaderMap,
    request: Request,
) -> Answer {
    let id = named_session_of(None, &headers, client.principal())?;
    let Received { files: results, .. } = receive(&app, &client, &id, request).await?;
    let file = results.iter().find_map(|result| result.file.clone());
    let file = file.ok_or_else(|| Failure::new(Code::Internal, "a file was added that is not there"))?;
    let path = operations::GET_FILE_CONTENT.at(&[id.as_str(), file.file_id.as_str()]);
    let files = if results.len() > 1 { results } else { Vec::new() };
    let uploaded = api::Uploaded {
        message: format!("{} was uploaded", file.name),
        filename: file.name,
        file_path: path.clone(),
        session_id: id,
        file_id: file.file_id,
        size: file.bytes,
        media_type: file.media_type,
        timestamp: file.added_at,
        files,
    };
    respond::created(&path, uploaded)
}

/// List the files of a session, oldest first.
#[utoipa::path(get, path = operations::LIST_FILES.path, tag = "files",
    responses((status = 200, description = "The files.", body = api::FileList)))]
pub(super) async fn list_files(Caller(client): Caller, At(id): At<SessionId>) -> Answer {
    respond::ok(client.files(&id).await?)
}

/// Read the details of a file.
#[utoipa::path(get, path = operations::GET_FILE.path, tag = "files",
    responses((status = 200, description = "The file.", body = api::File)))]
pub(super) async fn get_file(Caller(client): Caller, At((id, file)): At<(SessionId, FileId)>) -> Answer {
    respond::ok(client.file(&id, &file).await?)
}

/// Download a file, as it was uploaded.
#[utoipa::path(get, path = operations::GET_FILE_CONTENT.path, tag = "files",
    responses((status = 200, description = "Its bytes.", body = String, content_type = "application/octet-stream")))]
pub(super) async fn get_file_content(
    Caller(client): Caller,
    At((id, file)): At<(SessionId, FileId)>,
) -> Answer {
    content(&client, &id, &file).await
}

/// Read a passage of a file.
#[utoipa::path(get, path = operations::GET_PASSAGE.path, tag = "files",
    responses((status = 200, description = "The passage.", body = api::Passage)))]
pub(super) async fn get_passage(
    Caller(client): Caller,
    At((id, file, passage)): At<(SessionId, FileId, PassageNumber)>,
) -> Answer {
    respond::ok(client.passage(&id, &file, passage.0).await?)
}

/// Remove a file: its bytes, its text, and its name in the journal. Quotes of it in answers stay.
#[utoipa::path(delete, path = operations::DELETE_FILE.path, tag = "files",
    responses((status = 204, description = "It is removed.")))]
pub(super) async fn delete_file(
    Caller(client): Caller,
    At((id, file)): At<(SessionId, FileId)>,
    conditions: Conditions,
) -> Answer {
    client.delete_file(&id, &file, conditions).await?;
    respond::nothing()
}

/// Search the files of a session. The passages that fit best come first.
#[utoipa::path(get, path = operations::SEARCH_FILES.path, tag = "files", params(api::SearchFiles),
    responses((status = 200, description = "The passages.", body = api::PassageList)))]
pub(super) async fn search_files(
    Caller(client): Caller,
    At(id): At<SessionId>,
    Query(query): Query<api::SearchFiles>,
) -> Answer {
    respond::ok(client.search_files(&id, query).await?)
}
