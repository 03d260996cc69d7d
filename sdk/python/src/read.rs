//! JSON that `write.rs` wrote, as Python values again.

use std::collections::HashMap;
use std::fmt;

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyFrozenSet, PyList, PySet, PyTuple};
use serde_json::{Map, Value};
use sessiond_turns::redact::REDACTED;

use crate::kinds::Kinds;
use crate::plain;

/// Why a value of the context is not there.
#[derive(Debug)]
pub enum Absent {
    /// It was secret, or something in it was.
    Secret,
    /// It cannot be made here, for this reason.
    Unmade(String),
}

/// Makes the value again. Fails with `ValueError` when it cannot be made here: its class is not there, for one.
pub fn read<'py>(py: Python<'py>, json: &str, pickle: bool) -> PyResult<Bound<'py, PyAny>> {
    let value: Value =
        serde_json::from_str(json).map_err(|error| PyValueError::new_err(error.to_string()))?;
    Reader { py, pickle, shared: HashMap::new() }.value(&value, None)
}

/// A value of the context as a Python value.
pub fn value_of_context<'py>(
    py: Python<'py>,
    value: &Value,
    pickle: bool,
) -> Result<Bound<'py, PyAny>, Absent> {
    if holds_secret(value) {
        return Err(Absent::Secret);
    }
    let made = Reader { py, pickle, shared: HashMap::new() }.value(value, None);
    made.map_err(|error| Absent::Unmade(error.value(py).to_string()))
}

/// Whether something in a recorded value was secret.
fn holds_secret(value: &Value) -> bool {
    match value {
        Value::String(text) => text.contains(REDACTED),
        Value::Array(items) => items.iter().any(holds_secret),
        Value::Object(members) => members.values().any(holds_secret),
        _ => false,
    }
}

impl fmt::Display for Absent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Secret => f.write_str("it was secret, which is not recorded; pass it again with context="),
            Self::Unmade(why) => write!(f, "{why}; pass it again with context="),
        }
    }
}

struct Reader<'py> {
    py: Python<'py>,
    /// Whether what was pickled may be read: whatever its classes do for that is done.
    pickle: bool,
    /// The values that others refer to, by their numbers.
    shared: HashMap<u64, Bound<'py, PyAny>>,
}

impl<'py> Reader<'py> {
    /// Makes a value, which others know by a number.
    fn value(&mut self, value: &Value, number: Option<u64>) -> PyResult<Bound<'py, PyAny>> {
        Ok(match value {
            Value::Array(items) => {
                let list = PyList::empty(self.py);
                self.share(number, list.as_any());
                for item in items {
                    list.append(self.value(item, None)?)?;
                }
                list.into_any()
            }
            Value::Object(members) => {
                if let (1, Some((tag, inner))) = (members.len(), members.iter().next())
                    && tag.starts_with('$')
                {
                    return self.tagged(tag, inner, number);
                }
                self.dict(members, number)?.into_any()
            }
            scalar => {
                let scalar = plain::to_python(self.py, scalar)?;
                self.share(number, &scalar);
                scalar
            }
        })
    }

    fn dict(&mut self, members: &Map<String, Value>, number: Option<u64>) -> PyResult<Bound<'py, PyDict>> {
        let dict = PyDict::new(self.py);
        self.share(number, dict.as_any());
        for (name, member) in members {
            dict.set_item(name, self.value(member, None)?)?;
        }
        Ok(dict)
    }

    fn tagged(&mut self, tag: &str, inner: &Value, number: Option<u64>) -> PyResult<Bound<'py, PyAny>> {
        let made = match (tag, inner) {
            ("$shared", Value::Array(parts)) => {
                let (Some(number), Some(value)) = (parts.first().and_then(Value::as_u64), parts.get(1))
                else {
                    return Err(unknown(tag));
                };
                return self.value(value, Some(number));
            }
            ("$ref", _) => {
                let known = inner.as_u64().and_then(|number| self.shared.get(&number));
                return known.cloned().ok_or_else(|| unknown(tag));
            }
            ("$tuple", Value::Array(items)) => PyTuple::new(self.py, self.values(items)?)?.into_any(),
            ("$set", Value::Array(items)) => PySet::new(self.py, self.values(items)?)?.into_any(),
            ("$frozenset", Value::Array(items)) => PyFrozenSet::new(self.py, self.values(items)?)?.into_any(),
            ("$dict", Value::Array(pairs)) => {
                let dict = PyDict::new(self.py);
                self.share(number, dict.as_any());
                for pair in pairs {
                    let Some([key, value]) = pair.as_array().map(Vec::as_slice) else {
                        return Err(unknown(tag));
                    };
                    let key = self.value(key, None)?;
                    dict.set_item(key, self.value(value, None)?)?;
                }
                return Ok(dict.into_any());
            }
            ("$object", Value::Array(parts)) if number.is_some() => {
                // It may contain itself.
                let kinds = Kinds::get(self.py)?;
                let name = parts.first().and_then(Value::as_str).ok_or_else(|| unknown(tag))?;
                let py = self.py;
                let unmade = |error: PyErr| {
                    let why = error.value(py).to_string();
                    PyValueError::new_err(format!(
                        "a recorded value of kind {tag} cannot be made again: {why}"
                    ))
                };
                let made = kinds.begin.bind(self.py).call1((name,)).map_err(unmade)?;
                self.share(number, &made);
                let parts = self.value(inner, None)?;
                return kinds.fill.bind(self.py).call1((made, parts)).map_err(unmade);
            }
            ("$pickle", _) if !self.pickle => {
                let why = "a value was pickled, which is read only by a session with pickle=True";
                return Err(PyValueError::new_err(why));
            }
            _ => {
                let inner = self.value(inner, None)?;
                Kinds::get(self.py)?.restore.bind(self.py).call1((tag, inner))?
            }
        };
        self.share(number, &made);
        Ok(made)
    }

    fn values(&mut self, items: &[Value]) -> PyResult<Vec<Bound<'py, PyAny>>> {
        items.iter().map(|item| self.value(item, None)).collect()
    }

    fn share(&mut self, number: Option<u64>, value: &Bound<'py, PyAny>) {
        if let Some(number) = number {
            self.shared.insert(number, value.clone());
        }
    }
}

fn unknown(tag: &str) -> PyErr {
    PyValueError::new_err(format!("a recorded value of kind {tag} cannot be made again: it is no such value"))
}
