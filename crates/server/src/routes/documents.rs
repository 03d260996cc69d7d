//! The documents that the server carries: the OpenAPI document, its pages, the guides and the errors' pages.

use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::{Html, IntoResponse, Redirect};
use sessiond_api::operations;

use crate::app::App;
use crate::docs;
use crate::extract::{At, ErrorCode, Guide, Image};
use crate::respond::Answer;

/// Redirect to the console, or to the documentation if the build has no console.
#[utoipa::path(get, path = operations::ROOT.path, tag = "documents",
    responses((status = 307, description = "A redirect to `/console/` or to `/docs`.")))]
pub(super) async fn root() -> Answer {
    Ok(Redirect::temporary(if cfg!(feature = "console") { "/console/" } else { "/docs" }).into_response())
}

/// This document.
#[utoipa::path(get, path = operations::GET_OPENAPI.path, tag = "documents",
    responses((status = 200, description = "OpenAPI 3.1.", body = Object)))]
pub(super) async fn get_openapi(State(app): State<App>) -> Answer {
    Ok(([(CONTENT_TYPE, "application/json")], (app.document)()).into_response())
}

/// The HTTP reference.
#[utoipa::path(get, path = operations::REFERENCE.path, tag = "documents",
    responses((status = 200, description = "A page.", body = String, content_type = "text/html")))]
pub(super) async fn reference(State(app): State<App>) -> Answer {
    Ok(Html(app.reference.get_or_init(|| docs::reference((app.document)())).clone()).into_response())
}

/// All error codes.
#[utoipa::path(get, path = operations::ERRORS.path, tag = "documents",
    responses((status = 200, description = "A page.", body = String, content_type = "text/html")))]
pub(super) async fn errors() -> Answer {
    Ok(Html(docs::errors()).into_response())
}

/// The meaning of an error code, and what to do.
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

/// An image of a guide.
#[utoipa::path(get, path = operations::IMAGE.path, tag = "documents",
    responses((status = 200, description = "An image.", body = String, content_type = "image/png")))]
pub(super) async fn image(At(Image(name)): At<Image>) -> Answer {
    Ok(([(CONTENT_TYPE, "image/png")], docs::image(&name)?).into_response())
}
