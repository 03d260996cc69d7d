//! The native part of the Python package `sessiond`: the record of an execution. How nodes run, and how they are stopped,
//! is Python's own part.

mod bridge;
mod errors;
mod execution;
mod frame;
mod kinds;
mod known;
mod log;
mod look;
mod mcp;
mod model;
mod outside;
mod plain;
mod read;
mod shared;
mod text;
mod write;

use pyo3::prelude::*;

/// The native part of `sessiond`.
#[pymodule]
fn _native(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_class::<execution::Execution>()?;
    module.add_class::<frame::Frame>()?;
    module.add_class::<frame::Recorded>()?;
    module.add_class::<plain::Json>()?;
    module.add_class::<bridge::Work>()?;
    module.add_class::<mcp::McpServer>()?;
    module.add_class::<model::Model>()?;
    module.add_class::<model::Turns>()?;
    module.add_function(wrap_pyfunction!(model::check_agent, module)?)?;
    module.add_function(wrap_pyfunction!(model::fill, module)?)?;
    module.add_function(wrap_pyfunction!(model::memory_key, module)?)?;
    module.add_function(wrap_pyfunction!(model::tool_name, module)?)?;
    module.add_function(wrap_pyfunction!(encode, module)?)?;
    module.add_function(wrap_pyfunction!(decode, module)?)?;
    module.add_function(wrap_pyfunction!(names_secret, module)?)?;
    module.add_function(wrap_pyfunction!(has_known_secret, module)?)?;
    module.add_function(wrap_pyfunction!(redact_message, module)?)?;
    module.add_function(wrap_pyfunction!(known::know_secret, module)?)?;
    module.add_function(wrap_pyfunction!(known::forget_secret, module)?)?;
    module.add_function(wrap_pyfunction!(execution::close_engines, module)?)?;
    module.add_function(wrap_pyfunction!(execution::forks, module)?)?;
    module.add_function(wrap_pyfunction!(execution::went_on, module)?)?;
    module.add_function(wrap_pyfunction!(execution::forked, module)?)?;
    module.add_function(wrap_pyfunction!(look::read, module)?)?;
    module.add_function(wrap_pyfunction!(look::sessions, module)?)?;
    module.add_function(wrap_pyfunction!(outside::questions, module)?)?;
    module.add_function(wrap_pyfunction!(outside::answer, module)?)?;
    module.add_function(wrap_pyfunction!(outside::signal, module)?)?;
    module.add_function(wrap_pyfunction!(outside::cancel, module)?)?;
    module.add_function(wrap_pyfunction!(log::listen, module)?)?;
    let shut = wrap_pyfunction!(bridge::shut, module)?;
    module.py().import("atexit")?.call_method1("register", (shut,))?;
    module.add("REDACTED", sessiond_turns::redact::REDACTED)?;
    Ok(())
}

/// A value as it is recorded, and whether it cannot be made again of that.
#[pyfunction]
#[pyo3(signature = (value, pickle=false))]
fn encode(value: &Bound<'_, PyAny>, pickle: bool) -> PyResult<(String, bool)> {
    let written = write::write(value, pickle)?;
    Ok((written.json, written.opaque))
}

/// The value of a text that `encode` made.
#[pyfunction]
#[pyo3(signature = (json, pickle=false))]
fn decode<'py>(py: Python<'py>, json: &str, pickle: bool) -> PyResult<Bound<'py, PyAny>> {
    read::read(py, json, pickle)
}

/// Whether a name says that what stands under it is a secret.
#[pyfunction]
fn names_secret(name: &str) -> bool {
    sessiond_turns::redact::names_secret(name)
}

/// A text that is only shown, such as an error's message, without the secrets in it: those that are known to this process, and
/// those that their form gives away.
#[pyfunction]
fn redact_message(py: Python<'_>, text: &str) -> String {
    sessiond_turns::redact::message_with(text, &known::all(py)).unwrap_or_else(|| text.to_owned())
}

/// Whether a secret that is known to this process is in a text.
#[pyfunction]
fn has_known_secret(py: Python<'_>, text: &str) -> bool {
    sessiond_turns::redact::has_known(text.as_bytes(), &known::all(py))
}
