//! The documents that the server carries: the OpenAPI document, its pages, the guides and the errors' pages.

use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::{Html, IntoResponse, Redirect};
use sessiond_api::operations;

use crate::app::App;
use crate::docs;
use crate::extract::{At, ErrorCode, Guide, Image};
use crate::respond::Answer;

/// Leads to the console, or to the documents where it was left out of the build.
#[utoipa::path(get, path = operations::ROOT.path, tag = "documents",
    responses((status = 307, description = "To `/console/`, or to `/docs`.")))]
pub(super) async fn root() -> Answer {
    Ok(Redirect::temporary(if cfg!(feature = "console") { "/console/" } else { "/docs" }).into_response())
}

/// This document.
#[utoipa::path(get, path = operations::GET_OPENAPI.path, tag = "documents",
    responses((status = 200, description = "OpenAPI 3.1.", body = Object)))]
pub(super) async fn get_openapi(State(app): State<App>) -> Answer {
    Ok(([(CONTENT_TYPE, "application/json")], (app.document)()).into_response())
}

/// This document, for people.
#[utoipa::path(get, path = operations::REFERENCE.path, tag = "documents",
    responses((status = 200, description = "A page.", body = String, content_type = "text/html")))]
pub(super) async fn reference(State(app): State<App>) -> Answer {
    Ok(Html(app.reference.get_or_init(|| docs::reference((app.document)())).clone()).into_response())
}

/// All codes of problems.
#[utoipa::path(get, path = operations::ERRORS.path, tag = "documents",
    responses((status = 200, description = "A page.", body = String, content_type = "text/html")))]
pub(super) async fn errors() -> Answer {
    Ok(Html(docs::errors()).into_response())
}

/// What a problem's code means, and what to do.
#[utoipa::path(get, path = operations::ERROR.path, tag = "documents",
    responses((status = 200, description = "A page.", body = String, content_type = "text/html")))]
pub(super) async fn error(At(ErrorCode(code)): At<ErrorCode>) -> Answer {
    Ok(Html(docs::error(&code)?).into_response())
}

/// A guide.
#[utoipa::path(get, path = operations::GUIDE.path, tag = "documents",
    responses((status = 200, description = "A page.", body = String, content_type = "text/html")))]
pub(super) async fn guide(At(Guide(name)): At<Guide>) -> Answer {
    Ok(Html(docs::guide(&name)?).into_response())
}

/// A picture in a guide.
#[utoipa::path(get, path = operations::IMAGE.path, tag = "documents",
    responses((status = 200, description = "A picture.", body = String, content_type = "image/png")))]
pub(super) async fn image(At(Image(name)): At<Image>) -> Answer {
    Ok(([(CONTENT_TYPE, "image/png")], docs::image(&name)?).into_response())
}
