//! Problems in OpenAI's shape.

use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use sessiond_api::{Code, Problem};

/// The largest problem that is read again.
const LARGEST: usize = 1024 * 1024;

/// Gives the problems of everything under `/v1` the member `error` that OpenAI's clients read, beside their own members.
pub(crate) async fn in_its_shape(request: Request, next: Next) -> Response {
    let path = request.uri().path();
    let is_ours = path == "/v1" || path.starts_with("/v1/");
    let response = next.run(request).await;
    let kind = response.headers().get(CONTENT_TYPE).map(HeaderValue::as_bytes);
    if !is_ours || kind != Some(b"application/problem+json") {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    let read = to_bytes(body, LARGEST).await.ok();
    let Some(mut problem) = read.and_then(|bytes| serde_json::from_slice::<Problem>(&bytes).ok()) else {
        tracing::error!("a problem cannot be read again");
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    // Its clients know 400 for what is wrong in a request.
    if parts.status == StatusCode::UNPROCESSABLE_ENTITY {
        parts.status = StatusCode::BAD_REQUEST;
        problem.status = parts.status.as_u16();
    }
    parts.headers.remove(CONTENT_LENGTH);
    // Without this its clients repeat every 409 and 5xx.
    let again = if problem.retryable { "true" } else { "false" };
    parts.headers.insert("x-should-retry", HeaderValue::from_static(again));
    let mut body = json!(problem);
    body["error"] = body_of(&problem)["error"].take();
    Response::from_parts(parts, Body::from(body.to_string()))
}

/// A problem as a body, or as an event of a stream.
pub(super) fn body_of(problem: &Problem) -> Value {
    let kind = match problem.status {
        401 => "authentication_error",
        403 => "permission_error",
        429 => "rate_limit_error",
        500.. => "server_error",
        _ => "invalid_request_error",
    };
    let first = problem.errors.first();
    let code = match (problem.code, first.map(|error| error.pointer.as_str())) {
        (Code::Unauthenticated, _) => "invalid_api_key",
        (Code::LimitReached, Some("messages")) => "context_length_exceeded",
        (code, _) => code.as_str(),
    };
    let message = match first {
        Some(error) if error.pointer.is_empty() => error.detail.clone(),
        Some(error) => format!("{}: {}", error.pointer, error.detail),
        None => problem.detail.clone(),
    };
    let param = first.map(|error| error.pointer.trim_start_matches('/').replace('/', "."));
    json!({"error": {"message": message, "type": kind, "param": param, "code": code}})
}
