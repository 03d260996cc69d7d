//! What the values of a context have been, so that a resumed program sees what it saw then.

use indexmap::IndexMap;
use serde_json::{Map, Value};
use sessiond_api::{Code, Problem};
use sessiond_core::json_bytes;

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
    pub fn fits(&self, key: &str, size: usize, most: usize) -> Result<(), Problem> {
        let entries = self.keys.get(key).and_then(|entries| entries.last());
        let bytes = 2 + self.bytes - entries.map_or(0, |entry| entry.bytes) + size;
        if size == 0 || bytes <= most {
            return Ok(());
        }
        let detail = format!(
            "the context would have {bytes} bytes with {key:?}, and may have {most}; keep large values in files, or as \
             the results of calls"
        );
        Err(Problem::new(Code::LimitReached, detail))
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
    value.map_or(0, |value| key.len() + 4 + json_bytes(value))
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
            history.fits("other", bytes, 300).unwrap();
        }
        assert!(history.fits("other", 200, 300).is_err());
        history.write(101, "text", None, 0, false);
        assert!(history.keys.is_empty() && history.bytes == 0);
    }
}
