//! Where secrets are found.

use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyFloat, PyInt, PyList, PyString, PyTuple};
use sessiond_turns::redact::{self, names_secret};

use super::Writer;

impl<'py> Writer<'py> {
    /// A text without the secrets in it, when there are any.
    pub(super) fn redacted(&self, text: &str) -> Option<String> {
        if self.in_error {
            redact::message_with(text, &self.known)
        } else {
            redact::text_with(text, &self.known)
        }
    }

    pub(super) fn has_secret(&self, bytes: &[u8]) -> bool {
        redact::has_known(bytes, &self.known)
            || std::str::from_utf8(bytes).is_ok_and(|text| redact::text(text).is_some())
    }

    /// A name and what is secret under it: headers and the items of a dict are such pairs.
    pub(super) fn secret_pair(
        &self,
        items: &Bound<'py, PyTuple>,
    ) -> Option<(Bound<'py, PyAny>, Bound<'py, PyAny>)> {
        if items.len() != 2 {
            return None;
        }
        let (name, value) = (items.get_item(0).ok()?, items.get_item(1).ok()?);
        let is_text = value.is_exact_instance_of::<PyString>() || value.is_exact_instance_of::<PyBytes>();
        (is_text && holds_text(&value) && is_secret_name(&name)).then_some((name, value))
    }
}

/// Whether a key says that what is under it is a secret: a text, bytes, or the last part of a tuple.
pub(super) fn is_secret_name(key: &Bound<'_, PyAny>) -> bool {
    if let Ok(key) = key.cast::<PyString>() {
        return key.to_cow().is_ok_and(|key| names_secret(&key));
    }
    if let Ok(key) = key.cast_exact::<PyBytes>() {
        return std::str::from_utf8(key.as_bytes()).is_ok_and(names_secret);
    }
    key.cast_exact::<PyTuple>().is_ok_and(|key| {
        !key.is_empty() && key.get_item(key.len() - 1).is_ok_and(|last| is_secret_name(&last))
    })
}

/// Whether a key, as it is written, is a member of an enumeration that is called like a secret.
pub(super) fn is_secret_member(key: &str) -> bool {
    let name = key.strip_prefix("{\"$enum\":").and_then(|rest| rest.strip_suffix("\"]}"));
    name.and_then(|name| name.rsplit('"').next()).is_some_and(names_secret)
}

/// Whether a dict has a name of a secret and its value as two members, as variables and headers are often listed.
pub(super) fn names_secret_value(members: &[(String, Bound<'_, PyAny>)]) -> bool {
    members.iter().any(|(key, _)| key == "value")
        && members.iter().any(|(key, name)| {
            matches!(key.as_str(), "name" | "key" | "header")
                && name
                    .cast_exact::<PyString>()
                    .is_ok_and(|name| name.to_cow().is_ok_and(|name| names_secret(&name)))
        })
}

/// A number or a truth value under the name of a secret is none, and neither is what is empty.
pub(super) fn holds_text(value: &Bound<'_, PyAny>) -> bool {
    if value.is_none() || value.is_instance_of::<PyInt>() || value.is_instance_of::<PyFloat>() {
        return false;
    }
    let is_empty = value.cast_exact::<PyString>().is_ok_and(|text| text.len().is_ok_and(|len| len == 0))
        || value.cast_exact::<PyBytes>().is_ok_and(|bytes| bytes.as_bytes().is_empty())
        || value.cast_exact::<PyList>().is_ok_and(|items| items.is_empty())
        || value.cast_exact::<PyTuple>().is_ok_and(|items| items.is_empty())
        || value.cast_exact::<PyDict>().is_ok_and(|members| members.is_empty());
    !is_empty
}
