//! Telemetry: points that decide nothing.

use async_trait::async_trait;
use sessiond_api::{self as api, Problem};
use sessiond_core::SessionId;

use crate::Conditions;

/// Operations on telemetry.
#[async_trait]
pub trait Telemetry: Send + Sync {
    /// Adds telemetry points.
    async fn put_points(
        &self,
        id: &SessionId,
        request: api::PutPoints,
        conditions: Conditions,
    ) -> Result<(), Problem>;
    /// Reads telemetry points.
    async fn points(&self, id: &SessionId, query: api::ListPoints) -> Result<api::PointPage, Problem>;
}
