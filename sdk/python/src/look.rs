//! Looking at sessions without taking them.

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::PyBytes;
use sessiond_core::Status;
use sessiond_execution::look::{self, Activity, Query};

use crate::execution::{Settings, session_id, wait};

/// The state of a session, as JSON, and what it is doing.
#[pyfunction]
pub fn read<'py>(
    py: Python<'py>,
    id: &str,
    settings: Settings,
) -> PyResult<(Bound<'py, PyBytes>, &'static str)> {
    let (id, settings) = (session_id(id)?, settings.config()?);
    let look = wait(py, async move { look::look(&settings, &id).await })?;
    Ok((PyBytes::new(py, &look.state), name(look.activity)))
}

/// The sessions that are meant, as JSON, each with what it is doing.
#[pyfunction]
pub fn sessions(
    py: Python<'_>,
    status: Option<&str>,
    name: Option<String>,
    limit: usize,
    settings: Settings,
) -> PyResult<Vec<(String, &'static str)>> {
    let settings = settings.config()?;
    let (status, activity) = match status {
        None => (None, None),
        Some("running") => (Some(Status::Active), Some(Activity::Running)),
        Some("interrupted") => (Some(Status::Active), Some(Activity::Interrupted)),
        Some(other) => {
            let status = serde_json::from_value(other.into()).map_err(|_| {
                PyValueError::new_err(format!(
                    "a status is running, interrupted, active, completed, failed, terminated or expired, not {other:?}"
                ))
            })?;
            (Some(status), None)
        }
    };
    let query = Query { status, activity, name, limit };
    let listed = wait(py, async move { look::sessions(&settings, &query).await })?;
    let text = |error: serde_json::Error| PyValueError::new_err(error.to_string());
    listed
        .into_iter()
        .map(|(session, activity)| Ok((serde_json::to_string(&session).map_err(text)?, self::name(activity))))
        .collect()
}

fn name(activity: Activity) -> &'static str {
    match activity {
        Activity::Running => "running",
        Activity::Interrupted => "interrupted",
        Activity::Ended => "ended",
        Activity::Unknown => "active",
    }
}
