//! Python values as JSON, without their secrets.
//!
//! What JSON lacks is written as an object with one member whose name begins with `$`, which `read.rs` makes into the
//! value again: `$tuple`, `$set`, `$frozenset`, `$bytes`, `$float` (what JSON has no number for), `$complex`, `$datetime`,
//! `$date`, `$time`, `$timedelta`, `$decimal`, `$uuid`, `$path`, `$enum`, `$object` (dataclasses, named tuples and pydantic
//! models), `$dict` (a dict whose keys are not all plain strings). Anything else is its type alone, `$type`: it cannot be
//! made again, and neither can a secret.

use std::fmt::Write as _;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{
    PyBool, PyByteArray, PyBytes, PyDict, PyFloat, PyFrozenSet, PyInt, PyList, PySet, PyString, PyTuple,
    PyType,
};
use sessiond_turns::redact::{REDACTED, names_secret};

use crate::plain::Json;

/// How deep a value may nest; what is deeper is its type alone.
const DEPTH: usize = 48;

/// A Python value as JSON.
#[derive(Debug, Default)]
pub struct Written {
    /// The text.
    pub json: String,
    /// Whether the value cannot be made again of the text: something in it was secret, or has no form in JSON.
    pub opaque: bool,
}

/// Writes a value.
pub fn write(value: &Bound<'_, PyAny>) -> PyResult<Written> {
    let mut written = Written { json: String::with_capacity(64), opaque: false };
    written.value(value, 0)?;
    Ok(written)
}

/// Writes a call's arguments: `{"args":[…],"kwargs":{…}}`.
pub fn write_arguments(args: &Bound<'_, PyTuple>, kwargs: Option<&Bound<'_, PyDict>>) -> PyResult<Written> {
    let mut written = Written { json: String::with_capacity(64), opaque: false };
    written.json.push_str("{\"args\":");
    written.items(args.iter(), 0)?;
    if let Some(kwargs) = kwargs.filter(|kwargs| !kwargs.is_empty()) {
        written.json.push_str(",\"kwargs\":");
        written.members(kwargs, 0)?;
    }
    written.json.push('}');
    Ok(written)
}

impl Written {
    fn value(&mut self, value: &Bound<'_, PyAny>, depth: usize) -> PyResult<()> {
        // Exact types first: they are nearly all, and a subclass may mean something else.
        if let Ok(text) = value.cast_exact::<PyString>() {
            self.text(&text.to_cow()?);
        } else if value.is_none() {
            self.json.push_str("null");
        } else if let Ok(truth) = value.cast_exact::<PyBool>() {
            self.json.push_str(if truth.is_true() { "true" } else { "false" });
        } else if let Ok(number) = value.cast_exact::<PyInt>() {
            self.integer(number)?;
        } else if let Ok(number) = value.cast_exact::<PyFloat>() {
            self.float(number.value());
        } else if depth >= DEPTH {
            self.by_type(value)?;
        } else if let Ok(members) = value.cast_exact::<PyDict>() {
            self.dict(members, depth)?;
        } else if let Ok(items) = value.cast_exact::<PyList>() {
            self.items(items.iter(), depth)?;
        } else if let Ok(items) = value.cast_exact::<PyTuple>() {
            self.tagged("$tuple", |written| written.items(items.iter(), depth))?;
        } else {
            self.other(value, depth)?;
        }
        Ok(())
    }

    fn other(&mut self, value: &Bound<'_, PyAny>, depth: usize) -> PyResult<()> {
        if let Ok(bytes) = value.cast_exact::<PyBytes>() {
            let text = STANDARD.encode(bytes.as_bytes());
            return self.tagged_text("$bytes", &text);
        }
        if let Ok(bytes) = value.cast_exact::<PyByteArray>() {
            let text = STANDARD.encode(bytes.to_vec());
            self.opaque = true;
            return self.tagged_text("$bytes", &text);
        }
        if let Ok(set) = value.cast_exact::<PySet>() {
            return self.set("$set", set.iter(), depth);
        }
        if let Ok(set) = value.cast_exact::<PyFrozenSet>() {
            return self.set("$frozenset", set.iter(), depth);
        }
        if let Ok(json) = value.cast_exact::<Json>() {
            self.json.push_str(&json.get().recorded);
            // It is only ever given to a call.
            self.opaque = true;
            return Ok(());
        }
        let kinds = Kinds::get(value.py())?;
        // Python's side knows the rest, which is rare: a tag and what stands under it, or nothing.
        let described = kinds.describe.bind(value.py()).call1((value,))?;
        if described.is_none() {
            return self.by_type(value);
        }
        let (tag, inner): (String, Bound<'_, PyAny>) = described.extract()?;
        match tag.as_str() {
            "$secret" => {
                self.opaque = true;
                self.text(REDACTED);
                Ok(())
            }
            "$opaque" => {
                self.opaque = true;
                self.value(&inner, depth + 1)
            }
            _ => self.tagged(&tag, |written| written.value(&inner, depth + 1)),
        }
    }

    /// What cannot be written is told by its type.
    fn by_type(&mut self, value: &Bound<'_, PyAny>) -> PyResult<()> {
        self.opaque = true;
        let kind = value.get_type();
        let name = type_name(&kind)?;
        self.tagged_text("$type", &name)
    }

    fn dict(&mut self, members: &Bound<'_, PyDict>, depth: usize) -> PyResult<()> {
        let plain = members.iter().all(|(key, _)| {
            key.cast_exact::<PyString>().is_ok_and(|key| key.to_cow().is_ok_and(|key| !key.starts_with('$')))
        });
        if plain {
            return self.members(members, depth);
        }
        self.tagged("$dict", |written| {
            written.json.push('[');
            for (i, (key, value)) in members.iter().enumerate() {
                if i > 0 {
                    written.json.push(',');
                }
                written.json.push('[');
                written.value(&key, depth + 1)?;
                written.json.push(',');
                let secret =
                    key.cast::<PyString>().is_ok_and(|key| key.to_cow().is_ok_and(|key| names_secret(&key)));
                written.member(&value, secret, depth)?;
                written.json.push(']');
            }
            written.json.push(']');
            Ok(())
        })
    }

    fn members(&mut self, members: &Bound<'_, PyDict>, depth: usize) -> PyResult<()> {
        self.json.push('{');
        for (i, (key, value)) in members.iter().enumerate() {
            if i > 0 {
                self.json.push(',');
            }
            let key = key.cast::<PyString>()?.to_cow()?.into_owned();
            self.text(&key);
            self.json.push(':');
            self.member(&value, names_secret(&key), depth)?;
        }
        self.json.push('}');
        Ok(())
    }

    fn member(&mut self, value: &Bound<'_, PyAny>, secret: bool, depth: usize) -> PyResult<()> {
        let harmless =
            value.is_none() || value.is_instance_of::<PyInt>() || value.is_instance_of::<PyFloat>();
        if secret && !harmless && value.is_truthy().unwrap_or(true) {
            self.opaque = true;
            self.text(REDACTED);
            return Ok(());
        }
        self.value(value, depth + 1)
    }

    fn items<'py>(&mut self, items: impl Iterator<Item = Bound<'py, PyAny>>, depth: usize) -> PyResult<()> {
        self.json.push('[');
        for (i, item) in items.enumerate() {
            if i > 0 {
                self.json.push(',');
            }
            self.value(&item, depth + 1)?;
        }
        self.json.push(']');
        Ok(())
    }

    /// A set has no order: its items are put into one, so that equal sets have equal texts.
    fn set<'py>(
        &mut self,
        tag: &str,
        items: impl Iterator<Item = Bound<'py, PyAny>>,
        depth: usize,
    ) -> PyResult<()> {
        let mut texts = Vec::new();
        for item in items {
            let mut written = Self::default();
            written.value(&item, depth + 1)?;
            self.opaque |= written.opaque;
            texts.push(written.json);
        }
        texts.sort();
        self.tagged(tag, |written| {
            written.json.push('[');
            written.json.push_str(&texts.join(","));
            written.json.push(']');
            Ok(())
        })
    }

    fn integer(&mut self, number: &Bound<'_, PyInt>) -> PyResult<()> {
        match number.extract::<i64>() {
            Ok(number) => {
                let _ = write!(self.json, "{number}");
            }
            // JSON has no largest integer; its readers often do.
            Err(_) => {
                let text: String = number.str()?.extract()?;
                self.tagged_text("$int", &text)?;
            }
        }
        Ok(())
    }

    fn float(&mut self, number: f64) {
        if number.is_finite() {
            // A float stays one: 1.0 is not 1.
            let _ = write!(self.json, "{number:?}");
        } else {
            let name = if number.is_nan() {
                "nan"
            } else if number > 0.0 {
                "inf"
            } else {
                "-inf"
            };
            let _ = write!(self.json, "{{\"$float\":\"{name}\"}}");
        }
    }

    fn tagged(&mut self, tag: &str, inner: impl FnOnce(&mut Self) -> PyResult<()>) -> PyResult<()> {
        self.json.push('{');
        self.text(tag);
        self.json.push(':');
        inner(self)?;
        self.json.push('}');
        Ok(())
    }

    fn tagged_text(&mut self, tag: &str, text: &str) -> PyResult<()> {
        self.tagged(tag, |written| {
            written.text(text);
            Ok(())
        })
    }

    fn text(&mut self, text: &str) {
        self.json.push('"');
        let mut plain = 0;
        for (at, byte) in text.bytes().enumerate() {
            if byte >= 0x20 && byte != b'"' && byte != b'\\' {
                continue;
            }
            self.json.push_str(&text[plain..at]);
            plain = at + 1;
            match byte {
                b'"' => self.json.push_str("\\\""),
                b'\\' => self.json.push_str("\\\\"),
                b'\n' => self.json.push_str("\\n"),
                b'\r' => self.json.push_str("\\r"),
                b'\t' => self.json.push_str("\\t"),
                _ => {
                    let _ = write!(self.json, "\\u{byte:04x}");
                }
            }
        }
        self.json.push_str(&text[plain..]);
        self.json.push('"');
    }
}

/// A type's name with its module: `package.module.Class`.
pub fn type_name(kind: &Bound<'_, PyType>) -> PyResult<String> {
    let module: String = kind.getattr(intern!(kind.py(), "__module__"))?.extract().unwrap_or_default();
    let name: String = kind.getattr(intern!(kind.py(), "__qualname__"))?.extract()?;
    Ok(if module == "builtins" || module.is_empty() { name } else { format!("{module}.{name}") })
}

/// What Python's side knows of values.
pub struct Kinds {
    /// `_values.describe`: the tag of a value, and what is to be written under it.
    describe: Py<PyAny>,
    /// `_values.restore`: the value of a tag and what stands under it.
    pub restore: Py<PyAny>,
}

impl Kinds {
    /// Loaded with the first value that needs it.
    pub fn get(py: Python<'_>) -> PyResult<&'static Self> {
        static KINDS: PyOnceLock<Kinds> = PyOnceLock::new();
        KINDS.get_or_try_init(py, || {
            let module = py.import("sessiond._values")?;
            Ok(Self {
                describe: module.getattr("describe")?.unbind(),
                restore: module.getattr("restore")?.unbind(),
            })
        })
    }
}
