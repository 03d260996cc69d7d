//! Telemetry: points that decide nothing.

use serde::{Deserialize, Serialize};
use sessiond_core::Timestamp;
use utoipa::{IntoParams, ToSchema};

crate::operations::operations! {
    /// Reads telemetry points.
    LIST_POINTS = Operation::get("/sessions/{session_id}/telemetry").fails_with(&[Code::EventGap]);
    /// Adds telemetry points, whatever the session's revision is.
    PUT_POINTS = Operation::post("/sessions/{session_id}/telemetry")
        .takes(&[Header::IdempotencyKey, Header::FencingToken, Header::AgentId])
        .repeat(Repeat::Keyed);
}

/// Adds points to a session's telemetry.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PutPoints {
    /// The points, in order; at most 1000.
    pub points: Vec<Point>,
}

/// A point: a number, a text, or both.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Point {
    /// The series, such as `loss` or `log`.
    #[schema(example = "loss")]
    pub series: String,
    /// The time. Default: the time of arrival.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time: Option<Timestamp>,
    /// The step of a run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step: Option<i64>,
    /// A number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<f64>,
    /// A text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
}

/// A stored point.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Reading {
    /// Its number, which increases from point to point.
    pub id: u64,
    /// The series.
    pub series: String,
    /// The time.
    pub time: Timestamp,
    /// The step of a run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step: Option<i64>,
    /// A number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<f64>,
    /// A text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
}

/// A filter for points.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListPoints {
    /// Only points of this series.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub series: Option<String>,
    /// Only points with a larger number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<u64>,
    /// The maximum number of points, up to 1000. Default: 100.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<usize>,
}

/// Points, oldest first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct PointPage {
    /// The points.
    pub points: Vec<Reading>,
    /// The `after` of the next page; null if this page reaches the newest point.
    pub next_cursor: Option<u64>,
}
