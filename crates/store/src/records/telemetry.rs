//! Telemetry points.

use sessiond_core::Timestamp;

/// A telemetry point to add.
#[derive(Debug, Clone, PartialEq)]
pub struct Point {
    /// Which series, such as `loss` or `log`.
    pub series: String,
    /// When.
    pub time: Timestamp,
    /// The step of a run, where there is one.
    pub step: Option<i64>,
    /// A number.
    pub value: Option<f64>,
    /// A text.
    pub text: Option<String>,
}

/// A telemetry point as it is read; `id` grows from point to point of a session and is its cursor.
#[derive(Debug, Clone, PartialEq)]
pub struct Reading {
    /// Its number.
    pub id: u64,
    /// The point.
    pub point: Point,
}
