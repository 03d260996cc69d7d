//! JSON as plain Python values and back, without the tags of `write.rs`: what models and servers send and get.

use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyDict, PyFloat, PyInt, PyList, PyString, PyTuple};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Number, Value};

use crate::known;

/// A JSON value as a plain Python value.
pub fn to_python<'py>(py: Python<'py>, value: &Value) -> PyResult<Bound<'py, PyAny>> {
    Ok(match value {
        Value::Null => py.None().into_bound(py),
        Value::Bool(truth) => truth.into_pyobject(py)?.to_owned().into_any(),
        Value::Number(number) => match (number.as_i64(), number.as_u64()) {
            (Some(number), _) => number.into_pyobject(py)?.into_any(),
            (None, Some(number)) => number.into_pyobject(py)?.into_any(),
            (None, None) => number.as_f64().unwrap_or(f64::NAN).into_pyobject(py)?.into_any(),
        },
        Value::String(text) => text.into_pyobject(py)?.into_any(),
        Value::Array(items) => {
            let items = items.iter().map(|item| to_python(py, item)).collect::<PyResult<Vec<_>>>()?;
            PyList::new(py, items)?.into_any()
        }
        Value::Object(members) => {
            let dict = PyDict::new(py);
            for (name, member) in members {
                dict.set_item(name, to_python(py, member)?)?;
            }
            dict.into_any()
        }
    })
}

/// A plain Python value as JSON; TypeError when it is none.
pub fn of_python(value: &Bound<'_, PyAny>) -> PyResult<Value> {
    Ok(if value.is_none() {
        Value::Null
    } else if let Ok(truth) = value.cast::<PyBool>() {
        Value::Bool(truth.is_true())
    } else if let Ok(number) = value.cast::<PyInt>() {
        match number.extract::<i64>() {
            Ok(number) => number.into(),
            Err(_) => number.extract::<u64>()?.into(),
        }
    } else if let Ok(number) = value.cast::<PyFloat>() {
        let number = Number::from_f64(number.value());
        Value::Number(number.ok_or_else(|| PyValueError::new_err("JSON has no number for nan and inf"))?)
    } else if let Ok(text) = value.cast::<PyString>() {
        Value::String(text.to_cow()?.into_owned())
    } else if let Ok(items) = value.cast::<PyList>() {
        Value::Array(items.iter().map(|item| of_python(&item)).collect::<PyResult<_>>()?)
    } else if let Ok(items) = value.cast::<PyTuple>() {
        Value::Array(items.iter().map(|item| of_python(&item)).collect::<PyResult<_>>()?)
    } else if let Ok(members) = value.cast::<PyDict>() {
        let mut object = Map::with_capacity(members.len());
        for (name, member) in members {
            object.insert(name.extract()?, of_python(&member)?);
        }
        Value::Object(object)
    } else {
        let kind = value.get_type().name()?.to_string();
        return Err(PyTypeError::new_err(format!("JSON has no value for a {kind}")));
    })
}

/// What serializes, as a plain Python value.
pub fn write<'py>(py: Python<'py>, value: &impl Serialize) -> PyResult<Bound<'py, PyAny>> {
    let value = serde_json::to_value(value).map_err(|error| PyValueError::new_err(error.to_string()))?;
    to_python(py, &value)
}

/// What a plain Python value is read as; ValueError when it does not fit. `what` names it.
pub fn read<T: DeserializeOwned>(value: &Bound<'_, PyAny>, what: &str) -> PyResult<T> {
    serde_json::from_value(of_python(value)?)
        .map_err(|error| PyValueError::new_err(format!("{what} will not do: {error}")))
}

/// JSON that is recorded as it stands, but for its secrets, and is handed on without being read.
#[pyclass(frozen, module = "sessiond._native")]
pub struct Json {
    /// The text.
    pub text: String,
    /// The same without secrets.
    pub recorded: String,
}

impl Json {
    /// Writes what serializes.
    pub fn new(py: Python<'_>, value: &impl Serialize) -> PyResult<Self> {
        let fail = |error: serde_json::Error| PyValueError::new_err(error.to_string());
        let (recorded, _) = sessiond_turns::redact::to_json_with(value, &known::all(py)).map_err(fail)?;
        Ok(Self { text: serde_json::to_string(value).map_err(fail)?, recorded })
    }
}

#[pymethods]
impl Json {
    #[new]
    fn of(value: &Bound<'_, PyAny>) -> PyResult<Self> {
        Self::new(value.py(), &of_python(value)?)
    }

    /// What it says, as plain values.
    fn value<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let value: Value =
            serde_json::from_str(&self.text).map_err(|error| PyValueError::new_err(error.to_string()))?;
        to_python(py, &value)
    }

    fn __str__(&self) -> &str {
        &self.recorded
    }
}
