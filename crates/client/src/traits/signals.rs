//! Signals to sessions.

use async_trait::async_trait;
use sessiond_api::{self as api, Problem};
use sessiond_core::SessionId;

use crate::Conditions;

/// Operations on signals.
#[async_trait]
pub trait Signals: Send + Sync {
    /// Sends a signal.
    async fn send_signal(
        &self,
        id: &SessionId,
        name: &str,
        request: api::SendSignal,
        conditions: Conditions,
    ) -> Result<api::Signal, Problem>;
    /// Lists signals; when there is none, waits as long as the query says.
    async fn signals(&self, id: &SessionId, query: api::ListSignals) -> Result<api::SignalPage, Problem>;
}
