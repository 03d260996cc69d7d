//! What Python's side knows of values.

use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyString, PyType};

/// The functions of `sessiond._values` and its kin.
pub struct Kinds {
    /// The tag of a value, and what is to be written under it; None when it can only be told by its type.
    pub describe: Py<PyAny>,
    /// The value of a tag and what stands under it.
    pub restore: Py<PyAny>,
    /// An object with nothing in it.
    pub begin: Py<PyAny>,
    /// Puts into an object what is in it.
    pub fill: Py<PyAny>,
    /// What tells a value from others that are written as it is; None when nothing does.
    pub digest: Py<PyAny>,
    /// The text of an integer of any size.
    pub integer: Py<PyAny>,
    escape: Py<PyAny>,
    /// A value as pickle writes it; None when pickle does not.
    pub pickled: Py<PyAny>,
    /// What is told of something within an error that cannot be recorded.
    pub unrecorded: Py<PyAny>,
    title_of: Py<PyAny>,
    why: Py<PyAny>,
}

impl Kinds {
    /// Loaded with the first value that needs it.
    pub fn get(py: Python<'_>) -> PyResult<&'static Self> {
        static KINDS: PyOnceLock<Kinds> = PyOnceLock::new();
        KINDS.get_or_try_init(py, || {
            let module = py.import("sessiond._values")?;
            let function = |name: &str| module.getattr(name).map(Bound::unbind);
            Ok(Self {
                describe: function("describe")?,
                restore: function("restore")?,
                begin: function("begin")?,
                fill: function("fill")?,
                digest: function("digest")?,
                integer: function("integer")?,
                escape: function("escape")?,
                pickled: function("pickled")?,
                unrecorded: function("unrecorded")?,
                title_of: function("title_of")?,
                why: function("why")?,
            })
        })
    }

    /// A text with an escape for what is no Unicode.
    pub fn escape(text: &Bound<'_, PyString>) -> String {
        let py = text.py();
        let escaped = Self::get(py).and_then(|kinds| kinds.escape.bind(py).call1((text,)));
        escaped.and_then(|text| text.extract()).unwrap_or_default()
    }

    /// The name of a class with its module.
    pub fn title_of(kind: &Bound<'_, PyType>) -> String {
        Self::text(kind, |kinds| &kinds.title_of)
    }

    /// Why a value of a class cannot be made again.
    pub fn why(kind: &Bound<'_, PyType>) -> String {
        Self::text(kind, |kinds| &kinds.why)
    }

    fn text(kind: &Bound<'_, PyType>, function: impl FnOnce(&Self) -> &Py<PyAny>) -> String {
        let py = kind.py();
        Self::get(py)
            .and_then(|kinds| function(kinds).bind(py).call1((kind,)))
            .and_then(|text| text.extract())
            .unwrap_or_else(|_| "object".to_owned())
    }
}
