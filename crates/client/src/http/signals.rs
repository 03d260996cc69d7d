//! Signals to sessions.

use std::time::Duration;

use async_trait::async_trait;
use sessiond_api::{self as api, Problem, operations};
use sessiond_core::SessionId;

use super::Http;
use crate::Conditions;
use crate::traits::Signals;

#[async_trait]
impl Signals for Http {
    async fn send_signal(
        &self,
        id: &SessionId,
        name: &str,
        request: api::SendSignal,
        conditions: Conditions,
    ) -> Result<api::Signal, Problem> {
        self.request(&operations::SEND_SIGNAL, &[id.as_str(), name])
            .conditions(conditions)
            .json(&request)
            .read()
            .await
    }

    async fn signals(&self, id: &SessionId, query: api::ListSignals) -> Result<api::SignalPage, Problem> {
        let wait = query.wait.map(Duration::from).unwrap_or_default();
        self.request(&operations::LIST_SIGNALS, &[id.as_str()]).query(&query).waiting(wait).read().await
    }
}
