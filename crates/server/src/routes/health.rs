//! How the server is.

use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use serde::Serialize;
use sessiond_api::operations;
use utoipa::ToSchema;

use crate::app::App;
use crate::respond::{self, Answer};

/// The server's health.
#[derive(Serialize, ToSchema)]
pub(super) struct Health {
    /// `ok` or `ready`; any other state is a problem.
    #[schema(example = "ok")]
    status: &'static str,
    /// The version of sessiond.
    #[schema(example = "0.1.0")]
    version: &'static str,
}

/// Check that the server is alive.
#[utoipa::path(get, path = operations::HEALTH.path, tag = "operation",
    responses((status = 200, description = "The server is alive.", body = Health)))]
pub(super) async fn health() -> Answer {
    respond::ok(Health { status: "ok", version: env!("CARGO_PKG_VERSION") })
}

/// Check that the server can write.
#[utoipa::path(get, path = operations::READY.path, tag = "operation",
    responses((status = 200, description = "The server can write.", body = Health)))]
pub(super) async fn ready(State(app): State<App>) -> Answer {
    app.unless_shutdown(app.ready()).await?;
    respond::ok(Health { status: "ready", version: env!("CARGO_PKG_VERSION") })
}

/// Metrics for Prometheus.
#[utoipa::path(get, path = operations::METRICS.path, tag = "operation",
    responses((status = 200, description = "Prometheus's text format.", body = String, content_type = "text/plain")))]
pub(super) async fn metrics(State(app): State<App>) -> Answer {
    Ok(([(CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], app.metrics.render()).into_response())
}
