//! Telemetry points of sessions.

use async_trait::async_trait;
use sessiond_core::SessionId;

use super::Error;
use crate::records::Reading;

/// Telemetry.
#[async_trait]
pub trait Telemetry: Send + Sync {
    /// Telemetry points of a session after the cursor `after`, of one series or all, oldest first; and the number of
    /// the oldest point that is kept.
    async fn points(
        &self,
        session_id: &SessionId,
        series: Option<&str>,
        after: u64,
        limit: usize,
    ) -> Result<(Vec<Reading>, u64), Error>;
}
