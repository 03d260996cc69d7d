//! The session's context as its program sees it: values that every node can read and change.

use std::sync::Arc;

use parking_lot::Mutex;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use sessiond_turns::redact;

/// The context of a session; cheap to clone. What changes is seen at once by every node of the session, and recorded
/// with the calls.
#[derive(Debug, Clone, Default)]
pub struct Context {
    shared: Arc<Mutex<Shared>>,
}

#[derive(Debug, Default)]
struct Shared {
    values: Map<String, Value>,
    /// What has changed since it was last recorded, as a merge patch (RFC 7396) without secrets.
    changed: Map<String, Value>,
}

impl Context {
    /// A context with these values, which are recorded already.
    pub fn new(values: Map<String, Value>) -> Self {
        Self { shared: Arc::new(Mutex::new(Shared { values, changed: Map::new() })) }
    }

    /// A value, when it is there and reads as a `T`.
    pub fn get<T: DeserializeOwned>(&self, key: &str) -> Option<T> {
        let value = self.shared.lock().values.get(key)?.clone();
        serde_json::from_value(value).ok()
    }

    /// Sets a value. Values that serialize as secrets are kept here, and recorded without what is secret.
    pub fn put(&self, key: &str, value: impl Serialize) -> Result<(), serde_json::Error> {
        self.set(key, serde_json::to_value(value)?);
        Ok(())
    }

    /// Sets several values.
    pub fn update<K: Into<String>, V: Serialize>(
        &self,
        values: impl IntoIterator<Item = (K, V)>,
    ) -> Result<(), serde_json::Error> {
        for (key, value) in values {
            self.put(&key.into(), value)?;
        }
        Ok(())
    }

    /// Removes a value, and says whether there was one.
    pub fn delete(&self, key: &str) -> bool {
        let mut shared = self.shared.lock();
        let was = shared.values.shift_remove(key).is_some();
        if was {
            shared.changed.insert(key.to_owned(), Value::Null);
        }
        was
    }

    /// The names of all values.
    pub fn keys(&self) -> Vec<String> {
        self.shared.lock().values.keys().cloned().collect()
    }

    /// All values.
    pub fn snapshot(&self) -> Map<String, Value> {
        self.shared.lock().values.clone()
    }

    /// Sets a value, and what is recorded of it.
    pub fn set(&self, key: &str, value: Value) {
        // As a member, because its name may say that it is a secret.
        let mut recorded = Value::Object(Map::from_iter([(key.to_owned(), value.clone())]));
        redact::redact(&mut recorded);
        let mut shared = self.shared.lock();
        shared.values.insert(key.to_owned(), value);
        if let Value::Object(recorded) = recorded {
            shared.changed.extend(recorded);
        }
    }

    /// What has changed since this was last asked.
    pub(crate) fn take_changes(&self) -> Option<Value> {
        let mut shared = self.shared.lock();
        if shared.changed.is_empty() {
            return None;
        }
        Some(Value::Object(std::mem::take(&mut shared.changed)))
    }
}
