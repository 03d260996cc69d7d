//! The state of the server.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

crate::operations::operations! {
    /// Reports whether the server is alive.
    HEALTH = Operation::get("/health").public();
    /// Reports whether the server can write.
    READY = Operation::get("/ready").public().fails_with(&[Code::StoreFull]);
    /// Reads the server's metrics.
    METRICS = Operation::get("/metrics");
}

/// The server's health.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Health {
    /// `ok` or `ready`; any other state is a problem.
    #[schema(example = "ok")]
    pub status: String,
    /// The version of sessiond.
    #[schema(example = "0.1.0")]
    pub version: String,
}

impl Health {
    /// That state of this version.
    pub fn of(status: &str) -> Self {
        Self { status: status.to_owned(), version: env!("CARGO_PKG_VERSION").to_owned() }
    }
}
