//! The web console.

use axum::http::HeaderMap;
use axum::response::{IntoResponse, Redirect};
use sessiond_api::operations;

#[cfg(feature = "console")]
use crate::console::answer;
use crate::extract::{At, ConsolePath};
use crate::respond::Answer;

/// Redirect to the console.
#[utoipa::path(get, path = operations::TO_CONSOLE.path, tag = "documents",
    responses((status = 307, description = "A redirect to `/console/`.")))]
pub(super) async fn to_console(headers: HeaderMap) -> Answer {
    answer("", &headers).map(|_| Redirect::temporary("/console/").into_response())
}

/// The web console.
#[utoipa::path(get, path = operations::GET_CONSOLE.path, tag = "documents",
    responses((status = 200, description = "A page.", body = String, content_type = "text/html")))]
pub(super) async fn get_console(headers: HeaderMap) -> Answer {
    answer("", &headers)
}

/// A file of the console, or its page for a path within the console.
#[utoipa::path(get, path = operations::GET_CONSOLE_FILE.path, tag = "documents",
    responses((status = 200, description = "A file, or the page.", body = String, content_type = "text/html"),
        (status = 304, description = "The file is the one that `If-None-Match` names.")))]
pub(super) async fn get_console_file(At(ConsolePath(path)): At<ConsolePath>, headers: HeaderMap) -> Answer {
    answer(&path, &headers)
}

#[cfg(not(feature = "console"))]
fn answer(_path: &str, _headers: &HeaderMap) -> Answer {
    let detail = "this sessiond was built without its console; /docs describes the HTTP interface";
    Err(crate::respond::Failure::new(sessiond_api::Code::NotFound, detail))
}
