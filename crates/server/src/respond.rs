//! How answers look.

use axum::Json;
use axum::http::header::{CONTENT_TYPE, ETAG, LOCATION, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use sessiond_api::{Code, Problem, Session, operations};
use sessiond_core::Revision;

/// An answer's body is already as it should be sent; the mark stands among the answer's extensions.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Finished;

/// What a handler answers.
pub(crate) type Answer = Result<Response, Failure>;

/// A problem on its way out; boxed, because most results are none.
#[derive(Debug, Clone)]
pub(crate) struct Failure(pub(crate) Box<Problem>);

impl From<Problem> for Failure {
    fn from(problem: Problem) -> Self {
        Self(Box::new(problem))
    }
}

impl Failure {
    pub(crate) fn new(code: Code, detail: impl Into<String>) -> Self {
        Problem::new(code, detail).into()
    }

    /// One wrong field, parameter or header.
    pub(crate) fn invalid(pointer: impl Into<String>, detail: impl Into<String>) -> Self {
        Problem::invalid(pointer, detail).into()
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let problem = self.0;
        let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let retry_after = match (problem.retry_after, status.as_u16()) {
            (Some(seconds), _) => Some(seconds),
            (None, 429 | 503) => Some(1),
            _ => None,
        };
        let mut response = (status, Json(&problem)).into_response();
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if let Some(seconds) = retry_after {
            headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        if status == StatusCode::UNAUTHORIZED {
            headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"sessiond\""));
        }
        response
    }
}

/// 200 with a JSON body.
pub(crate) fn ok(body: impl Serialize) -> Answer {
    Ok(Json(body).into_response())
}

/// 204.
pub(crate) fn nothing() -> Answer {
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// 200 with a session and its revision as the tag.
pub(crate) fn session(session: Session) -> Answer {
    tagged(session.revision, session)
}

/// 200 with a JSON body that stands for that revision of a session.
pub(crate) fn tagged(revision: Revision, body: impl Serialize) -> Answer {
    Ok(([etag(revision)], Json(body)).into_response())
}

/// 201 with a session, where it is, and its revision.
pub(crate) fn created_session(session: Session) -> Answer {
    let location = operations::GET_SESSION.at(&[session.session_id.as_str()]);
    let tag = etag(session.revision);
    created(&location, session).map(|response| ([tag], response).into_response())
}

/// 201 with a JSON body and where it can be read from now on.
pub(crate) fn created(location: &str, body: impl Serialize) -> Answer {
    let location = HeaderValue::from_str(location)
        .map_err(|_| Failure::new(Code::Internal, "the new resource's path makes no header"))?;
    Ok((StatusCode::CREATED, [(LOCATION, location)], Json(body)).into_response())
}

fn etag(revision: Revision) -> (HeaderName, String) {
    (ETAG, format!("\"{revision}\""))
}
