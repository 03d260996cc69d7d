//! Bodies: their type, their size, and what is wrong in them.

use std::time::Duration;

use axum::extract::{FromRequest, Request};
use axum::http::HeaderMap;
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use bytes::{Bytes, BytesMut};
use http_body_util::BodyExt;
use serde::de::DeserializeOwned;
use serde_json::Value;
use sessiond_api as api;
use sessiond_api::Code;

use crate::app::App;
use crate::intake::{Purpose, Share};
use crate::respond::Failure;

const JSON: &[&str] = &["application/json"];
const PATCH: &[&str] = &["application/merge-patch+json", "application/json"];
const LINES: &[&str] = &["application/jsonl", "application/x-ndjson", "application/x-jsonlines"];

/// How long a body may take to arrive.
const ARRIVAL: Duration = Duration::from_secs(60);
/// How long an import may take to arrive.
const IMPORT_ARRIVAL: Duration = Duration::from_secs(600);
/// A JSON body.
pub(crate) struct Json<T>(pub(crate) T);

/// A JSON body as it came, which the handler reads.
pub(crate) struct Raw(pub(crate) Bytes);

/// The same, which may be left out.
pub(crate) struct OptionalRaw(pub(crate) Bytes);

/// A JSON body whose values are kept as their text.
pub(crate) struct Verbatim<T>(pub(crate) T);

/// A JSON body that may be left out.
pub(crate) struct OptionalJson<T>(pub(crate) T);

/// A context document, or a merge patch of one.
pub(crate) struct Context(pub(crate) Value);

/// A JSON Lines body.
pub(crate) struct Lines(pub(crate) String);

impl<T: DeserializeOwned> FromRequest<App> for Json<T> {
    type Rejection = Failure;

    async fn from_request(request: Request, app: &App) -> Result<Self, Failure> {
        let kind = content_type(request.headers(), JSON);
        let body = read(request, app, Purpose::Request, app.options.body_bytes, ARRIVAL).await?;
        kind?;
        Ok(Self(api::parse(&body)?))
    }
}

impl FromRequest<App> for Raw {
    type Rejection = Failure;

    async fn from_request(request: Request, app: &App) -> Result<Self, Failure> {
        let kind = content_type(request.headers(), JSON);
        let body = read(request, app, Purpose::Request, app.options.body_bytes, ARRIVAL).await?;
        kind?;
        Ok(Self(body))
    }
}

impl FromRequest<App> for OptionalRaw {
    type Rejection = Failure;

    async fn from_request(request: Request, app: &App) -> Result<Self, Failure> {
        let kind = content_type(request.headers(), JSON);
        let body = read(request, app, Purpose::Request, app.options.body_bytes, ARRIVAL).await?;
        if !body.is_empty() {
            kind?;
        }
        Ok(Self(body))
    }
}

impl<T: DeserializeOwned> FromRequest<App> for Verbatim<T> {
    type Rejection = Failure;

    async fn from_request(request: Request, app: &App) -> Result<Self, Failure> {
        let kind = content_type(request.headers(), JSON);
        let body = read(request, app, Purpose::Request, app.options.body_bytes, ARRIVAL).await?;
        kind?;
        Ok(Self(api::parse_verbatim(&body)?))
    }
}

impl<T: DeserializeOwned + Default> FromRequest<App> for OptionalJson<T> {
    type Rejection = Failure;

    async fn from_request(request: Request, app: &App) -> Result<Self, Failure> {
        let kind = content_type(request.headers(), JSON);
        let body = read(request, app, Purpose::Request, app.options.body_bytes, ARRIVAL).await?;
        if body.is_empty() {
            return Ok(Self(T::default()));
        }
        kind?;
        Ok(Self(api::parse(&body)?))
    }
}

impl FromRequest<App> for Context {
    type Rejection = Failure;

    async fn from_request(request: Request, app: &App) -> Result<Self, Failure> {
        let kind = content_type(request.headers(), PATCH);
        let body = read(request, app, Purpose::Request, app.options.body_bytes, ARRIVAL).await?;
        kind?;
        Ok(Self(api::parse(&body)?))
    }
}

impl FromRequest<App> for Lines {
    type Rejection = Failure;

    async fn from_request(request: Request, app: &App) -> Result<Self, Failure> {
        let kind = content_type(request.headers(), LINES);
        let body = read(request, app, Purpose::Import, app.options.import_bytes, IMPORT_ARRIVAL).await?;
        kind?;
        match String::from_utf8(body.into()) {
            Ok(lines) => Ok(Self(lines)),
            Err(_) => Err(Failure::new(Code::MalformedRequest, "the document is not UTF-8")),
        }
    }
}

/// Refuses a body that is of none of the types.
fn content_type(headers: &HeaderMap, taken: &[&str]) -> Result<(), Failure> {
    let given = headers
        .get(CONTENT_TYPE)
        .map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned())
        .unwrap_or_default();
    let essence = given.split(';').next().unwrap_or_default().trim();
    if taken.iter().any(|kind| essence.eq_ignore_ascii_case(kind)) {
        return Ok(());
    }
    let detail = if essence.is_empty() {
        format!("the body has no media type: send it with the header Content-Type: {}", taken[0])
    } else {
        format!("the body is {essence:?}: send it with the header Content-Type: {}", taken.join(" or "))
    };
    Err(Failure::new(Code::UnsupportedMediaType, detail))
}

/// Reads a body of at most `limit` bytes. What is not read is `intake`'s concern.
async fn read(
    request: Request,
    app: &App,
    purpose: Purpose,
    limit: usize,
    arrival: Duration,
) -> Result<Bytes, Failure> {
    let announced =
        request.headers().get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    if announced.is_some_and(|bytes| bytes > limit as u64) {
        return Err(too_large(limit));
    }
    let share = request.extensions().get::<Share>().cloned().unwrap_or_default();
    let mut body = request.into_body();
    let collect = async {
        let mut bytes = BytesMut::new();
        while let Some(frame) = body.frame().await {
            let broken = |error| Failure::new(Code::MalformedRequest, format!("the body broke off: {error}"));
            let Ok(data) = frame.map_err(broken)?.into_data() else {
                continue;
            };
            if bytes.len() + data.len() > limit {
                return Err(too_large(limit));
            }
            share.grow(&app.memory, purpose, bytes.len() + data.len())?;
            bytes.extend_from_slice(&data);
        }
        Ok(bytes.freeze())
    };
    match tokio::time::timeout(arrival, collect).await {
        Ok(read) => read,
        Err(_) => {
            let detail = format!("the body did not arrive within {} seconds", arrival.as_secs());
            Err(Failure::new(Code::MalformedRequest, detail))
        }
    }
}

fn too_large(limit: usize) -> Failure {
    Failure::new(Code::BodyTooLarge, format!("the body exceeds the limit of {limit} bytes"))
}
