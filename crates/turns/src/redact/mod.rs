//! What must not be recorded: values that were marked as secrets, and members whose names say that they hold one.

mod names;
mod texts;

use std::fmt;
use std::sync::LazyLock;

use serde::ser::{Serialize, Serializer};
use serde_json::Value;

pub use names::names_secret;
pub use texts::{has_known, message_with, text, text_with};

/// What stands in the place of a secret, everywhere.
pub const REDACTED: &str = "[redacted]";

/// A value that is used but never recorded: it serializes, prints and debugs as [`REDACTED`].
#[derive(Clone, PartialEq, Eq)]
pub struct Secret<T>(T);

impl<T> Secret<T> {
    /// Marks a value as secret.
    pub fn new(value: T) -> Self {
        Self(value)
    }

    /// The value itself.
    pub fn expose(&self) -> &T {
        &self.0
    }
}

impl<T> fmt::Debug for Secret<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(REDACTED)
    }
}

impl<T> fmt::Display for Secret<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(REDACTED)
    }
}

impl<T> Serialize for Secret<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(REDACTED)
    }
}

/// Replaces what must not be recorded, and says whether there was any.
pub fn redact(value: &mut Value) -> bool {
    redact_with(value, &[])
}

/// The same for secrets that are known, too.
fn redact_with(value: &mut Value, known: &[String]) -> bool {
    match value {
        Value::Object(members) => {
            let mut found = false;
            if members.keys().any(|name| has_known(name.as_bytes(), known)) {
                found = true;
                *members = std::mem::take(members)
                    .into_iter()
                    .map(|(name, member)| (text_with(&name, known).unwrap_or(name), member))
                    .collect();
            }
            members.iter_mut().fold(found, |found, (name, member)| found | redact_member(name, member, known))
        }
        Value::Array(items) => items.iter_mut().fold(false, |found, item| found | redact_with(item, known)),
        Value::String(whole) => match text_with(whole, known) {
            Some(redacted) => {
                *whole = redacted;
                true
            }
            None => whole == REDACTED,
        },
        _ => false,
    }
}

fn redact_member(name: &str, value: &mut Value, known: &[String]) -> bool {
    if names_secret(name) && holds_text(value) {
        *value = Value::String(REDACTED.to_owned());
    }
    redact_with(value, known)
}

/// A number or a truth value under such a name is no secret; text, and what may hold text, is.
fn holds_text(value: &Value) -> bool {
    match value {
        Value::String(text) => !text.is_empty(),
        Value::Array(items) => !items.is_empty(),
        Value::Object(members) => !members.is_empty(),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

/// What every text has in it that has a secret by its form, and what stands for one.
const FORMS: &[&str] = &[
    "redacted",
    "://",
    "sig",
    "basic ",
    "-----begin",
    "sk-",
    "sk_",
    "rk_",
    "gh",
    "gl",
    "xox",
    "xapp-",
    "hf_",
    "npm_",
    "pypi_",
    "whsec_",
    "akia",
    "asia",
    "aiza",
    "eyj",
];

/// Whether a JSON text may hold a secret, at the price of one look at its bytes. Most texts do not, and then need not
/// be taken apart.
pub fn may_hold_secret(json: &[u8]) -> bool {
    static MARKS: LazyLock<names::Stems> =
        LazyLock::new(|| names::Stems::new(names::STEMS.iter().chain(FORMS)));
    MARKS.are_in(json)
}

/// A value as it is recorded under a name, which may say that it is a secret.
pub fn member(name: &str, value: &Value) -> Value {
    let mut value = value.clone();
    redact_member(name, &mut value, &[]);
    value
}

/// Writes a serializable value as JSON without its secrets. The second value says whether there was any.
pub fn to_json(value: &impl Serialize) -> Result<(String, bool), serde_json::Error> {
    to_json_with(value, &[])
}

/// The same without secrets that are known, too.
pub fn to_json_with(value: &impl Serialize, known: &[String]) -> Result<(String, bool), serde_json::Error> {
    let text = serde_json::to_string(value)?;
    if known.is_empty() && !may_hold_secret(text.as_bytes()) {
        return Ok((text, false));
    }
    let mut tree: Value = serde_json::from_str(&text)?;
    if redact_with(&mut tree, known) { Ok((serde_json::to_string(&tree)?, true)) } else { Ok((text, false)) }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn secrets_are_replaced_at_any_depth_and_figures_stay() {
        let (text, found) = to_json(&json!({
            "model": { "apiKey": "sk-1", "max_tokens": 5, "token": 7 },
            "list": [{ "password": "p" }], "empty": { "secret": "" },
        }))
        .unwrap();
        assert!(found);
        assert_eq!(
            serde_json::from_str::<Value>(&text).unwrap(),
            json!({
                "model": { "apiKey": REDACTED, "max_tokens": 5, "token": 7 },
                "list": [{ "password": REDACTED }], "empty": { "secret": "" },
            })
        );
    }

    #[test]
    fn a_marked_value_is_never_written() {
        let secret = Secret::new("hunter2");
        assert_eq!(to_json(&("a", &secret)).unwrap(), (format!(r#"["a","{REDACTED}"]"#), true));
        assert_eq!(format!("{secret} {secret:?}"), format!("{REDACTED} {REDACTED}"));
        assert_eq!(*secret.expose(), "hunter2");
    }

    #[test]
    fn an_innocent_text_is_left_as_it_is() {
        assert_eq!(
            to_json(&json!({ "b": 1, "a": [true] })).unwrap(),
            (r#"{"b":1,"a":[true]}"#.to_owned(), false)
        );
    }
}
