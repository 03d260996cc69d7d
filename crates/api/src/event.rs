//! The journal as callers read it. An event is on the wire what it is in the store.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use sessiond_core::{Revision, Timestamp};
use utoipa::{IntoParams, ToSchema};

crate::operations::operations! {
    /// Reads the journal in pages, or watches it live.
    LIST_EVENTS = Operation::get("/sessions/{session_id}/events").fails_with(&[Code::EventGap]);
}

/// One entry of a session's journal.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Event {
    /// Its number: 1, 2, 3 … with no gaps.
    #[schema(value_type = u64)]
    pub seq: Revision,
    /// When it was decided.
    #[schema(value_type = String, format = DateTime)]
    pub time: Timestamp,
    /// What happened, such as `task_delegated`.
    #[serde(rename = "type")]
    #[schema(example = "task_delegated")]
    pub kind: String,
    /// Who caused it: an agent's id, or a principal's name.
    pub actor: String,
    /// What exactly.
    #[serde(default)]
    pub data: Value,
}

/// Which events to read.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListEvents {
    /// Only events with a larger number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[param(value_type = Option<u64>)]
    pub after: Option<Revision>,
    /// Events at most; 100 when absent, 1000 at most.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<usize>,
}

/// Events, oldest first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct EventPage {
    /// The events.
    pub events: Vec<Event>,
    /// The number of the session's newest event.
    #[schema(value_type = u64)]
    pub revision: Revision,
    /// What to pass as `after` for the next page; null when this page reaches the newest event.
    #[schema(value_type = Option<u64>)]
    pub next_cursor: Option<Revision>,
}
