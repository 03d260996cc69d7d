//! The session's context as its program sees it: values that every node can read and change.

mod history;

use std::sync::{Arc, OnceLock};

use parking_lot::Mutex;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use sessiond_core::limits;
use sessiond_turns::redact;

pub use history::History;

use crate::branch::{self, Branch};
use crate::error::Error;
use crate::recorder::Recorder;
use crate::replay::Sequence;

/// The context of a session; cheap to clone. What changes is seen at once by every node of the session, and recorded
/// with the calls. While a program is resumed, it sees what it saw then.
#[derive(Debug, Clone, Default)]
pub struct Context {
    shared: Arc<Shared>,
}

#[derive(Debug, Default)]
struct Shared {
    history: Mutex<History>,
    /// What records it, once its session has begun.
    recorded: OnceLock<Recorded>,
}

#[derive(Debug)]
struct Recorded {
    recorder: Recorder,
    sequence: Arc<Sequence>,
    /// The line of the program itself.
    root: Arc<Branch>,
}

impl Context {
    /// A context that begins with these values.
    pub fn new(values: Map<String, Value>) -> Self {
        Self::resumed(History::new(values))
    }

    /// A context that has been this so far.
    pub(crate) fn resumed(history: History) -> Self {
        Self { shared: Arc::new(Shared { history: Mutex::new(history), recorded: OnceLock::new() }) }
    }

    /// Has everything that changes from now on recorded.
    pub(crate) fn record(&self, recorder: Recorder, sequence: Arc<Sequence>, root: Arc<Branch>) {
        let _ = self.shared.recorded.set(Recorded { recorder, sequence, root });
    }

    /// A value, when it is there and reads as a `T`.
    pub fn get<T: DeserializeOwned>(&self, key: &str) -> Option<T> {
        serde_json::from_value(self.find(key)?.1).ok()
    }

    /// Sets a value. Values that serialize as secrets are kept here, and recorded without what is secret.
    pub fn put(&self, key: &str, value: impl Serialize) -> Result<(), Error> {
        let value =
            serde_json::to_value(value).map_err(|error| Error::value("the context", "input", &error))?;
        self.set(&self.branch(), key, Some(value)).map(|_| ())
    }

    /// Sets several values.
    pub fn update<K: Into<String>, V: Serialize>(
        &self,
        values: impl IntoIterator<Item = (K, V)>,
    ) -> Result<(), Error> {
        for (key, value) in values {
            self.put(&key.into(), value)?;
        }
        Ok(())
    }

    /// Removes a value, and says whether there was one.
    pub fn delete(&self, key: &str) -> Result<bool, Error> {
        let was = self.find(key).is_some();
        if was {
            self.set(&self.branch(), key, None)?;
        }
        Ok(was)
    }

    /// The names of all values.
    pub fn keys(&self) -> Vec<String> {
        let is_seen = self.is_seen();
        self.shared.history.lock().keys(is_seen)
    }

    /// All values.
    pub fn snapshot(&self) -> Map<String, Value> {
        let keys = self.keys();
        keys.into_iter().filter_map(|key| self.find(&key).map(|(_, value)| (key, value))).collect()
    }

    /// A value, with its place in the session's order.
    pub fn find(&self, key: &str) -> Option<(u64, Value)> {
        let is_seen = self.is_seen();
        self.shared.history.lock().find(key, is_seen).map(|(order, value)| (order, value.clone()))
    }

    /// The place in the session's order of a value that is there.
    pub fn order_of(&self, key: &str) -> Option<u64> {
        let is_seen = self.is_seen();
        self.shared.history.lock().find(key, is_seen).map(|(order, _)| order)
    }

    /// Sets a value, or removes it, from a branch of the program, and gives the place of that in the session's order. A
    /// write that the record has at this place of the branch is that one.
    pub fn set(&self, branch: &Branch, key: &str, value: Option<Value>) -> Result<u64, Error> {
        if let Some(write) = branch.next_write(key) {
            self.shared.history.lock().write_again(write.order, key, value);
            if let Some(recorded) = self.shared.recorded.get() {
                recorded.sequence.pass(write.turn);
            }
            return Ok(write.order);
        }
        let recorded = value.as_ref().map(|value| redact::member(key, value));
        let bytes = history::size(key, recorded.as_ref());
        let mut history = self.shared.history.lock();
        history.fits(key, recorded.as_ref(), bytes, limits::CONTEXT_BYTES)?;
        let order = match self.shared.recorded.get() {
            Some(session) => session.recorder.wrote(branch, key, recorded, bytes),
            None => 0,
        };
        let is_replayed = self.shared.recorded.get().is_some_and(|recorded| !recorded.sequence.is_over());
        history.write(order, key, value, bytes, is_replayed);
        Ok(order)
    }

    /// The branch in which this code runs.
    fn branch(&self) -> Arc<Branch> {
        branch::current()
            .or_else(|| self.shared.recorded.get().map(|recorded| recorded.root.clone()))
            .unwrap_or_default()
    }

    /// Whether a store takes these values.
    pub(crate) fn fits(&self) -> Result<(), Error> {
        Ok(self.shared.history.lock().all_fit(limits::CONTEXT_BYTES)?)
    }

    /// The values at the beginning, as they are recorded.
    pub(crate) fn initial(&self) -> Option<Value> {
        let values: Map<_, _> =
            self.snapshot().iter().map(|(key, value)| (key.clone(), redact::member(key, value))).collect();
        (!values.is_empty()).then_some(Value::Object(values))
    }

    /// Whether what was written at a place in the session's order has happened by now.
    fn is_seen(&self) -> impl Fn(u64) -> bool {
        let sequence = self.shared.recorded.get().map(|recorded| recorded.sequence.clone());
        let sequence = sequence.filter(|sequence| !sequence.is_over());
        move |order| sequence.as_ref().is_none_or(|sequence| sequence.has_happened(order))
    }
}
