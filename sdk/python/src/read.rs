//! JSON that `write.rs` wrote, as Python values again.

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyFrozenSet, PyList, PySet, PyTuple};
use serde_json::Value;

use crate::plain;
use crate::write::Kinds;

/// Makes the value again. Fails with `ValueError` when it cannot be made here: its class is not there, for one.
pub fn read<'py>(py: Python<'py>, json: &str) -> PyResult<Bound<'py, PyAny>> {
    let value: Value =
        serde_json::from_str(json).map_err(|error| PyValueError::new_err(error.to_string()))?;
    value_of(py, &value)
}

/// A JSON value as a Python value.
pub fn value_of<'py>(py: Python<'py>, value: &Value) -> PyResult<Bound<'py, PyAny>> {
    Ok(match value {
        Value::Array(items) => list(py, items)?.into_any(),
        Value::Object(members) => {
            if let (1, Some((tag, inner))) = (members.len(), members.iter().next())
                && tag.starts_with('$')
            {
                return tagged(py, tag, inner);
            }
            let dict = PyDict::new(py);
            for (name, member) in members {
                dict.set_item(name, value_of(py, member)?)?;
            }
            dict.into_any()
        }
        scalar => plain::to_python(py, scalar)?,
    })
}

fn tagged<'py>(py: Python<'py>, tag: &str, inner: &Value) -> PyResult<Bound<'py, PyAny>> {
    Ok(match (tag, inner) {
        ("$tuple", Value::Array(items)) => PyTuple::new(py, values(py, items)?)?.into_any(),
        ("$set", Value::Array(items)) => PySet::new(py, values(py, items)?)?.into_any(),
        ("$frozenset", Value::Array(items)) => PyFrozenSet::new(py, values(py, items)?)?.into_any(),
        _ => Kinds::get(py)?.restore.bind(py).call1((tag, value_of(py, inner)?))?,
    })
}

fn list<'py>(py: Python<'py>, items: &[Value]) -> PyResult<Bound<'py, PyList>> {
    PyList::new(py, values(py, items)?)
}

fn values<'py>(py: Python<'py>, items: &[Value]) -> PyResult<Vec<Bound<'py, PyAny>>> {
    items.iter().map(|item| value_of(py, item)).collect()
}
