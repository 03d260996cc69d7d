//! A server with OpenAI's chat completions around any model, which the official clients accept.
//!
//! [`sessiond_model::wire`] has the format, `admission.rs` says who may ask.

mod admission;

use std::convert::Infallible;
use std::sync::Arc;

use axum::extract::rejection::JsonRejection;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::from_fn_with_state;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use futures_util::{StreamExt, stream};
use serde_json::Value;
use sessiond_core::limits;
use sessiond_model::wire::{self, Chat, Head, Kind};
use sessiond_model::{Error, Model};

pub use admission::{Admission, Key};

/// What a server needs.
#[derive(Clone)]
pub struct Options {
    /// What answers.
    pub model: Arc<dyn Model>,
    /// Who may ask it.
    pub admission: Admission,
    /// Tells the time, in seconds since 1970.
    pub now: fn() -> u64,
}

/// `GET /v1/models`, `POST /v1/chat/completions` (JSON and event streams), and `GET /health`, which is open to everybody.
pub fn router(options: Options) -> Router {
    Router::new()
        .route("/v1/models", get(models))
        .route("/v1/chat/completions", post(chat))
        .fallback(async || {
            Failure::new(StatusCode::NOT_FOUND, Kind::Invalid, "there is nothing at this address")
        })
        .method_not_allowed_fallback(async || {
            Failure::new(
                StatusCode::METHOD_NOT_ALLOWED,
                Kind::Invalid,
                "this address is asked in another way",
            )
        })
        .layer(DefaultBodyLimit::max(limits::BODY_BYTES))
        .layer(from_fn_with_state(options.clone(), admission::admit))
        .route("/health", get(async || "ok"))
        .with_state(options)
}

async fn models(State(options): State<Options>) -> Json<Value> {
    Json(wire::models(options.model.name(), options.model.window().await, (options.now)()))
}

async fn chat(
    State(options): State<Options>,
    body: Result<Json<Chat>, JsonRejection>,
) -> Result<Response, Failure> {
    let Json(chat) = body.map_err(|rejection| {
        // Clients expect what is wrong in a request under one status.
        let status = match rejection.status() {
            StatusCode::UNPROCESSABLE_ENTITY => StatusCode::BAD_REQUEST,
            status => status,
        };
        Failure::new(status, Kind::Invalid, &rejection.body_text())
    })?;
    let (streamed, told) = (chat.is_streamed(), chat.wants_usage());
    let request = chat
        .into_request()
        .map_err(|wrong| Failure::new(StatusCode::BAD_REQUEST, Kind::Invalid, &wrong.detail))?;
    let id = format!("chatcmpl-{}", uuid::Uuid::new_v4().simple());
    let head = Head::new(id, options.model.name(), (options.now)());
    if !streamed {
        let answer = options.model.complete(request).await?;
        return Ok(Json(head.answer(&answer)).into_response());
    }
    let mut parts = options.model.stream(request).await?;
    // What fails before the first word is an answer of its own, with a status.
    let first = match parts.next().await {
        Some(Err(error)) => return Err(error.into()),
        first => first,
    };
    let mut pieces = head.pieces(told);
    let opening = stream::iter([event(&pieces.opening())]);
    let rest = stream::iter(first).chain(parts).flat_map(move |part| {
        let events = match part {
            Ok(delta) => pieces.of(&delta).iter().map(event).collect(),
            Err(error) => vec![event(&Failure::from(error).body())],
        };
        stream::iter(events)
    });
    let done = stream::iter([Ok(Event::default().data("[DONE]"))]);
    Ok(Sse::new(opening.chain(rest).chain(done)).keep_alive(KeepAlive::default()).into_response())
}

fn event(body: &Value) -> Result<Event, Infallible> {
    Ok(Event::default().data(body.to_string()))
}

/// An answer that is none.
struct Failure {
    status: StatusCode,
    kind: Kind,
    detail: String,
    retry_after: Option<u64>,
}

impl Failure {
    fn new(status: StatusCode, kind: Kind, detail: &str) -> Self {
        Self { status, kind, detail: detail.to_owned(), retry_after: None }
    }

    fn body(&self) -> Value {
        wire::error(self.kind, &self.detail)
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let (status, kind) = match &error {
            Error::Refused(_) => (StatusCode::BAD_REQUEST, Kind::Invalid),
            Error::TooLong { .. } => (StatusCode::BAD_REQUEST, Kind::TooLong),
            Error::RateLimited { .. } => (StatusCode::TOO_MANY_REQUESTS, Kind::Limit),
            Error::Timeout { .. } => (StatusCode::GATEWAY_TIMEOUT, Kind::Server),
            _ => (StatusCode::BAD_GATEWAY, Kind::Server),
        };
        let retry_after = match &error {
            Error::RateLimited { retry_after, .. } => {
                Some(retry_after.map_or(1, |wait| wait.as_secs().max(1)))
            }
            _ => None,
        };
        Self { status, kind, detail: error.to_string(), retry_after }
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let mut response = (self.status, Json(self.body())).into_response();
        if let Some(wait) = self.retry_after {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(wait));
        }
        response
    }
}
