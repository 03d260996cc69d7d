//! Signals: values sent into a session.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use sessiond_core::{Span, Timestamp};
use utoipa::{IntoParams, ToSchema};

crate::operations::operations! {
    /// Sends a signal.
    SEND_SIGNAL = Operation::post("/sessions/{session_id}/signals/{signal}").changes_a_session();
    /// Lists signals, optionally waiting for the first.
    LIST_SIGNALS = Operation::get("/sessions/{session_id}/signals");
}

/// Sends a signal.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SendSignal {
    /// Its value: any JSON. Default: null.
    #[serde(default)]
    pub value: Value,
}

/// A signal that was sent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Signal {
    /// The number of the event that sent it.
    pub revision: u64,
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: Value,
    /// The key or the agent that sent it.
    pub sent_by: String,
    /// When it was sent.
    pub sent_at: Timestamp,
}

impl From<&sessiond_core::Signal> for Signal {
    fn from(core: &sessiond_core::Signal) -> Self {
        Self {
            revision: core.seq,
            name: core.name.clone(),
            value: core.value.clone(),
            sent_by: core.sent_by.clone(),
            sent_at: core.sent_at,
        }
    }
}

/// Which signals to list.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListSignals {
    /// Only signals with this name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Only signals after this revision. Default: 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<u64>,
    /// How long to wait for the first signal, such as `30s`. Default: no wait.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wait: Option<Span>,
    /// The maximum number of signals, up to 1000. Default: 100.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<usize>,
}

/// Signals in the order in which they were sent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct SignalPage {
    /// The signals.
    pub signals: Vec<Signal>,
    /// The revision to pass as `after` for the next page; null on the last page.
    pub next_after: Option<u64>,
}
