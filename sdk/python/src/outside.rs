//! What comes to a session from outside its program, and how somebody else sends it.

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use sessiond_core::QuestionId;
use sessiond_execution::control;

use crate::execution::{Settings, session_id, wait};
use crate::plain;

/// The open questions of a session, or of all.
#[pyfunction]
pub fn questions<'py>(py: Python<'py>, id: Option<&str>, settings: Settings) -> PyResult<Bound<'py, PyAny>> {
    let (id, settings) = (id.map(session_id).transpose()?, settings.config()?);
    let found = wait(py, async move { control::questions(&settings, id.as_ref()).await })?;
    plain::write(py, &found)
}

/// Answers a question: the only open one, when none is named.
#[pyfunction]
pub fn answer<'py>(
    py: Python<'py>,
    id: &str,
    question: Option<&str>,
    value: &Bound<'py, PyAny>,
    settings: Settings,
) -> PyResult<Bound<'py, PyAny>> {
    let (id, settings, value) = (session_id(id)?, settings.config()?, plain::of_python(value)?);
    let question = question.map(question_id).transpose()?;
    let answered = wait(py, async move { control::answer(&settings, &id, question, value).await })?;
    plain::write(py, &answered)
}

/// Sends a signal.
#[pyfunction]
pub fn signal<'py>(
    py: Python<'py>,
    id: &str,
    name: String,
    value: &Bound<'py, PyAny>,
    settings: Settings,
) -> PyResult<Bound<'py, PyAny>> {
    let (id, settings, value) = (session_id(id)?, settings.config()?, plain::of_python(value)?);
    let sent = wait(py, async move { control::signal(&settings, &id, name, value).await })?;
    plain::write(py, &sent)
}

/// Ends a session, and those that belong to it.
#[pyfunction]
pub fn cancel(py: Python<'_>, id: &str, reason: Option<String>, settings: Settings) -> PyResult<()> {
    let (id, settings) = (session_id(id)?, settings.config()?);
    wait(py, async move { control::cancel(&settings, &id, reason).await }).map(drop)
}

/// The id of a question.
pub fn question_id(text: &str) -> PyResult<QuestionId> {
    QuestionId::parse(text).map_err(|error| PyValueError::new_err(format!("the question's id: {error}")))
}
