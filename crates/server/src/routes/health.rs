//! How the server is.

use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use sessiond_api::{self as api, operations};

use crate::app::App;
use crate::respond::{self, Answer};

/// Check that the server is alive.
#[utoipa::path(get, path = operations::HEALTH.path, tag = "operation",
    responses((status = 200, description = "The server is alive.", body = api::Health)))]
pub(super) async fn health() -> Answer {
    respond::ok(api::Health::of("ok"))
}

/// Check that the server can write.
#[utoipa::path(get, path = operations::READY.path, tag = "operation",
    responses((status = 200, description = "The server can write.", body = api::Health)))]
pub(super) async fn ready(State(app): State<App>) -> Answer {
    app.unless_shutdown(app.ready()).await?;
    respond::ok(api::Health::of("ready"))
}

/// Metrics for Prometheus.
#[utoipa::path(get, path = operations::METRICS.path, tag = "operation",
    responses((status = 200, description = "Prometheus's text format.", body = String, content_type = "text/plain")))]
pub(super) async fn metrics(State(app): State<App>) -> Answer {
    Ok(([(CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], app.metrics.render()).into_response())
}
