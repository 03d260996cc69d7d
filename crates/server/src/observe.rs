//! What is seen of requests: a span and a line each, and counts for Prometheus. Never a body, a key or a query.

use std::fmt::Write as _;
use std::hash::BuildHasher;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{LazyLock, OnceLock};
use std::time::Instant;

use axum::extract::{MatchedPath, Request};
use axum::http::{HeaderValue, Method};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use sessiond_api::Code;
use sessiond_core::limits;
use tracing::Instrument;

use crate::model;
use crate::respond::Failure;

const REQUEST_ID: &str = "x-request-id";
/// Seconds, from what a cached read takes to what a slow disk makes of a write.
const BUCKETS: &[f64] =
    &[0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 60.0];

/// The process's metrics.
#[derive(Clone)]
pub(crate) struct Metrics(Option<PrometheusHandle>);

impl Metrics {
    /// Installs the recorder, once for the process. A program that embeds the server may have one of its own; then
    /// `/metrics` has nothing to tell.
    pub(crate) fn install() -> Self {
        static HANDLE: OnceLock<Option<PrometheusHandle>> = OnceLock::new();
        let handle = HANDLE.get_or_init(|| {
            let builder = PrometheusBuilder::new();
            let mut builder =
                builder.set_buckets_for_metric(Matcher::Suffix("_seconds".into()), BUCKETS).ok()?;
            for (name, buckets) in model::BUCKETS {
                builder = builder.set_buckets_for_metric(Matcher::Full(name.into()), buckets).ok()?;
            }
            builder.install_recorder().ok()
        });
        Self(handle.clone())
    }

    /// The metrics in Prometheus's text format.
    pub(crate) fn render(&self) -> String {
        self.0.as_ref().map(PrometheusHandle::render).unwrap_or_default()
    }

    /// Folds what has been recorded, so that memory does not grow when nobody scrapes.
    pub(crate) fn upkeep(&self) {
        if let Some(handle) = &self.0 {
            handle.run_upkeep();
        }
    }
}

/// Watches a request on its way through.
pub(crate) async fn request(request: Request, next: Next) -> Response {
    let began = Instant::now();
    let method = method_label(request.method());
    let route = request
        .extensions()
        .get::<MatchedPath>()
        .map_or_else(|| "none".to_owned(), |path| path.as_str().to_owned());
    let id = request_id(&request);
    let span = tracing::info_span!("request", %method, %route, id);
    let too_large = header_bytes(&request) > limits::HEADER_BYTES;
    let answer = async {
        if too_large {
            let detail = format!("the headers exceed the limit of {} bytes", limits::HEADER_BYTES);
            return Failure::new(Code::HeadersTooLarge, detail).into_response();
        }
        next.run(request).await
    };
    let mut response = answer.instrument(span.clone()).await;
    let (status, latency) = (response.status(), began.elapsed());
    if let Ok(id) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(REQUEST_ID, id);
    }
    response.headers_mut().insert("x-content-type-options", HeaderValue::from_static("nosniff"));
    span.in_scope(|| {
        let (status, latency_ms) = (status.as_u16(), latency.as_secs_f64() * 1e3);
        if status >= 500 {
            tracing::warn!(status, latency_ms, "answered");
        } else {
            tracing::debug!(status, latency_ms, "answered");
        }
    });
    let status = status.as_str().to_owned();
    metrics::counter!("sessiond_http_requests_total", "method" => method, "route" => route.clone(), "status" => status)
        .increment(1);
    metrics::histogram!("sessiond_http_request_duration_seconds", "method" => method, "route" => route)
        .record(latency.as_secs_f64());
    response
}

/// A handler that panicked. The message goes to the log, not to the caller.
pub(crate) fn panicked(panic: Box<dyn std::any::Any + Send>) -> Response {
    let text = panic
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| panic.downcast_ref::<&str>().copied())
        .unwrap_or("no message");
    tracing::error!(panic = text, "a handler panicked");
    metrics::counter!("sessiond_http_panics_total").increment(1);
    Failure::new(Code::Internal, "the server failed on this request; its log says more").into_response()
}

/// Any word can be a method; only those that a route can have are worth a label each.
fn method_label(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}

/// The caller's own id of the request where it is harmless, else a fresh one.
fn request_id(request: &Request) -> String {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    static PROCESS: LazyLock<u64> = LazyLock::new(|| std::hash::RandomState::new().hash_one("process"));
    let harmless = |id: &&str| {
        (1..=128).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.:".contains(&b))
    };
    let given = request.headers().get(REQUEST_ID).and_then(|value| value.to_str().ok());
    if let Some(id) = given.filter(harmless) {
        return id.to_owned();
    }
    let mut id = String::with_capacity(32);
    // Writing to a string cannot fail.
    let _ = write!(id, "{:08x}-{:x}", *PROCESS as u32, COUNT.fetch_add(1, Ordering::Relaxed));
    id
}

fn header_bytes(request: &Request) -> usize {
    let headers: usize =
        request.headers().iter().map(|(name, value)| name.as_str().len() + value.len() + 4).sum();
    headers + request.uri().path().len() + request.uri().query().map_or(0, str::len)
}
