//! What the values of a context have been, so that a resumed program sees what it saw then.

use indexmap::IndexMap;
use serde_json::{Map, Value};
use sessiond_api::{Code, Problem};
use sessiond_core::{json_bytes, limits};

/// What each value has been, oldest first.
#[derive(Debug, Clone, Default)]
pub struct History {
    keys: IndexMap<String, Vec<Entry>>,
    /// Bytes of the latest values as they are recorded.
    bytes: usize,
}

#[derive(Debug, Clone)]
struct Entry {
    /// Its place in the session's order; 0 for what was there at the beginning.
    order: u64,
    /// None when it was removed.
    value: Option<Value>,
    bytes: usize,
}

impl History {
    /// The values at the beginning.
    pub fn new(values: Map<String, Value>) -> Self {
        let mut history = Self::default();
        for (key, value) in values {
            history.record(0, key, Some(value));
        }
        history
    }

    /// Takes in what the journal says was written, in order. What was given at a resume counts as there from the beginning.
    pub fn record(&mut self, order: u64, key: String, value: Option<Value>) {
        let bytes = size(&key, value.as_ref());
        self.keep(order, key, value, bytes);
    }

    fn keep(&mut self, order: u64, key: String, value: Option<Value>, bytes: usize) {
        let entries = self.keys.entry(key).or_default();
        self.bytes -= entries.last().map_or(0, |entry| entry.bytes);
        let entry = Entry { order, value, bytes };
        let place = entries.partition_point(|known| known.order < order);
        match entries.get_mut(place) {
            Some(known) if known.order == order => *known = entry,
            _ => entries.insert(place, entry),
        }
        self.bytes += entries.last().map_or(0, |entry| entry.bytes);
    }

    /// Takes in that somebody replaced the whole document.
    pub fn replace(&mut self, order: u64, document: Value) {
        let Value::Object(values) = document else { return };
        let gone: Vec<_> = self.keys.keys().filter(|key| !values.contains_key(*key)).cloned().collect();
        for key in gone {
            self.record(order, key, None);
        }
        for (key, value) in values {
            self.record(order, key, Some(value));
        }
    }

    /// Takes in that somebody patched the document (RFC 7396).
    pub fn patch(&mut self, order: u64, patch: Value) {
        let Value::Object(members) = patch else { return };
        for (key, member) in members {
            let value = if member.is_null() {
                None
            } else {
                let mut value = self.find(&key, |_| true).map_or(Value::Null, |(_, value)| value.clone());
                sessiond_core::merge_patch(&mut value, &member);
                Some(value)
            };
            self.record(order, key, value);
        }
    }

    /// Takes in what the program writes now, of so many bytes as it is recorded. What it was before is kept for a program
    /// that has yet to come to where it was.
    pub fn write(&mut self, order: u64, key: &str, value: Option<Value>, bytes: usize, is_replayed: bool) {
        if !is_replayed {
            self.forget(key);
            if value.is_none() {
                return;
            }
        }
        self.keep(order, key.to_owned(), value, bytes);
    }

    /// A value that the program wrote again is the one that it has: what is recorded of it may lack secrets.
    pub fn write_again(&mut self, order: u64, key: &str, value: Option<Value>) {
        let entries = self.keys.get_mut(key).into_iter().flatten();
        if let Some(entry) = entries.into_iter().find(|entry| entry.order == order) {
            entry.value = value;
        }
    }

    /// Whether a value of so many bytes, as [`size`] counts them, fits with the others into a context of `most` bytes.
    pub fn fits(&self, key: &str, value: Option<&Value>, size: usize, most: usize) -> Result<(), Problem> {
        let Some(value) = value else { return Ok(()) };
        check(key, value)?;
        let entries = self.keys.get(key).and_then(|entries| entries.last());
        let bytes = 2 + self.bytes - entries.map_or(0, |entry| entry.bytes) + size;
        if bytes <= most { Ok(()) } else { Err(too_large(bytes, &format!("with {key:?}"), most)) }
    }

    /// Whether all values fit into a context of `most` bytes.
    pub fn all_fit(&self, most: usize) -> Result<(), Problem> {
        for (key, entries) in &self.keys {
            if let Some(value) = entries.last().and_then(|entry| entry.value.as_ref()) {
                check(key, value)?;
            }
        }
        let bytes = 2 + self.bytes;
        if bytes <= most { Ok(()) } else { Err(too_large(bytes, "with these values", most)) }
    }

    /// The latest value of a key among those that count, with its place in the order.
    pub fn find(&self, key: &str, counts: impl Fn(u64) -> bool) -> Option<(u64, &Value)> {
        let entry = self.keys.get(key)?.iter().rev().find(|entry| counts(entry.order))?;
        entry.value.as_ref().map(|value| (entry.order, value))
    }

    /// The keys of all values that count.
    pub fn keys(&self, counts: impl Fn(u64) -> bool) -> Vec<String> {
        self.keys.keys().filter(|key| self.find(key, &counts).is_some()).cloned().collect()
    }

    fn forget(&mut self, key: &str) {
        if let Some(entries) = self.keys.shift_remove(key) {
            self.bytes -= entries.last().map_or(0, |entry| entry.bytes);
        }
    }
}

/// Bytes of a member of the document; none for one that is removed.
pub fn size(key: &str, value: Option<&Value>) -> usize {
    // A colon and a comma stand beside the two.
    value.map_or(0, |value| json_bytes(&Value::from(key)) + 2 + json_bytes(value))
}

/// Whether a store takes a value, and its key, into a context.
fn check(key: &str, value: &Value) -> Result<(), Problem> {
    if key.len() > limits::TEXT_BYTES {
        let start: String = key.chars().take(20).collect();
        let detail =
            format!("the key {start:?}… has {} bytes, and may have {}", key.len(), limits::TEXT_BYTES);
        return Err(Problem::new(Code::LimitReached, detail));
    }
    // The document itself is the first level.
    let most = limits::JSON_DEPTH - 1;
    if !nests_at_most(value, most) {
        let detail = format!(
            "the value of {key:?} nests more than {most} levels deep as JSON; put its parts under keys of their own"
        );
        return Err(Problem::new(Code::LimitReached, detail));
    }
    Ok(())
}

/// Whether a value nests at most so many levels deep; a number is one level.
fn nests_at_most(value: &Value, levels: usize) -> bool {
    match value {
        _ if levels == 0 => false,
        Value::Array(items) => items.iter().all(|item| nests_at_most(item, levels - 1)),
        Value::Object(members) => members.values().all(|item| nests_at_most(item, levels - 1)),
        _ => true,
    }
}

fn too_large(bytes: usize, what: &str, most: usize) -> Problem {
    let detail = format!(
        "the context would have {bytes} bytes {what}, and may have {most}; keep large values in files, or as the results \
         of calls"
    );
    Problem::new(Code::LimitReached, detail)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use serde_json::json;

    use super::*;

    #[test]
    fn a_value_is_what_it_was_then_and_is_replaced_as_a_whole() {
        let mut history = History::new(json!({"d": {"a": 1, "b": 2}}).as_object().unwrap().clone());
        history.record(3, "d".into(), Some(json!({"a": null})));
        history.record(5, "d".into(), None);
        let at = |order: u64| history.find("d", |place| place <= order).map(|(_, value)| value.clone());
        assert_eq!((at(2), at(4), at(5)), (Some(json!({"a": 1, "b": 2})), Some(json!({"a": null})), None));
        assert_eq!(history.bytes, 0);
        history.patch(6, json!({"d": {"x": 1}, "e": [1]}));
        assert_eq!(history.keys(|_| true), ["d", "e"]);
        history.record(0, "e".into(), Some(json!("given")));
        assert_eq!(history.find("e", |_| true).unwrap().1, &json!([1]));
        assert_eq!(history.find("e", |place| place < 6).unwrap().1, &json!("given"));
    }

    #[test]
    fn its_size_is_that_of_its_latest_values() {
        let mut history = History::default();
        for n in 0..100_u64 {
            let text = json!("x".repeat(100));
            let bytes = size("text", Some(&text));
            history.write(n, "text", Some(text), bytes, false);
            history.fits("other", Some(&json!(1)), bytes, 300).unwrap();
        }
        assert!(history.fits("other", Some(&json!(1)), 200, 300).is_err());
        assert!(history.all_fit(100).is_err() && history.all_fit(200).is_ok());
        history.write(101, "text", None, 0, false);
        assert!(history.keys.is_empty() && history.bytes == 0);
    }
    #[test]
    fn what_a_store_does_not_take_does_not_fit() {
        let nested = |levels| (0..levels).fold(json!(1), |inner, _| json!([inner]));
        for (levels, fits) in [(limits::JSON_DEPTH - 2, true), (limits::JSON_DEPTH - 1, false)] {
            let values = json!({"d": nested(levels)}).as_object().unwrap().clone();
            assert_eq!(History::new(values).all_fit(limits::CONTEXT_BYTES).is_ok(), fits, "{levels}");
            let document = json!({"d": nested(levels)}).to_string();
            assert_eq!(sessiond_core::Json::parse(document).unwrap().check(limits::JSON_DEPTH).is_ok(), fits);
        }
        let history = History::default();
        for (bytes, fits) in [(limits::TEXT_BYTES, true), (limits::TEXT_BYTES + 1, false)] {
            assert_eq!(history.fits(&"k".repeat(bytes), Some(&json!(1)), 1, 1 << 20).is_ok(), fits);
        }
        let text = json!("x");
        let members = json!({"a\"\u{0}": text}).as_object().unwrap().clone();
        assert_eq!(2 + History::new(members.clone()).bytes, json_bytes(&Value::Object(members)) + 1);
    }
}
