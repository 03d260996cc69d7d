//! What goes wrong, as exceptions of `sessiond.errors`.

use pyo3::call::PyCallArgs;
use pyo3::prelude::*;
use sessiond_execution::Error;

/// The exception that stands for an error.
pub fn raised(py: Python<'_>, error: &Error) -> PyErr {
    let class = match error {
        Error::Differs(_) => "ReplayError",
        Error::Closed | Error::Stopped { .. } | Error::Ended { .. } | Error::Forked { .. } => {
            "SessionClosedError"
        }
        Error::Name { .. } => "NodeError",
        Error::Save { .. } => "SaveError",
        _ => "RecordError",
    };
    exception(py, class, (error.to_string(), code(error)))
}

/// An exception of this class of `sessiond.errors`, made of these arguments.
pub fn exception<'py>(py: Python<'py>, class: &str, arguments: impl PyCallArgs<'py>) -> PyErr {
    let made = py
        .import("sessiond.errors")
        .and_then(|module| module.getattr(class))
        .and_then(|class| class.call1(arguments));
    made.map_or_else(|error| error, PyErr::from_value)
}

/// The stable code of an error.
fn code(error: &Error) -> String {
    match error {
        Error::Record(problem) => problem.code.as_str().to_owned(),
        other => other.kind().to_owned(),
    }
}
