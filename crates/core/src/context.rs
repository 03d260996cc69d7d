//! The shared context: one JSON document that all participants read and write.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::check::Checks;
use crate::command::ContextChange;
use crate::decide::Draft;
use crate::event::EventBody;
use crate::{Rejection, Revision, limits};

/// The shared context.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Context {
    /// The document; an object.
    pub document: Arc<Value>,
    /// The session's revision when the document last changed.
    pub revision: Revision,
}

impl Default for Context {
    fn default() -> Self {
        Self { document: Arc::new(Value::Object(Map::new())), revision: 0 }
    }
}

/// Changes it; `at` is the pointer of what is given.
pub(crate) fn change(draft: &mut Draft<'_>, change: ContextChange, at: &str) -> Result<(), Rejection> {
    let (ContextChange::Replace(given) | ContextChange::Patch(given)) = &change;
    if !given.is_object() {
        return Err(Rejection::invalid(at, "it is a JSON object"));
    }
    // A patch is checked too: one that only removes leaves a small document, but stands in the journal all the same.
    check_document(at, given)?;
    let body = match change {
        ContextChange::Replace(document) => {
            EventBody::ContextUpdated { document: Some(document), patch: None }
        }
        ContextChange::Patch(patch) => {
            let mut document = Value::clone(&draft.session.context.document);
            merge_patch(&mut document, &patch);
            check_document(at, &document)?;
            EventBody::ContextUpdated { document: None, patch: Some(patch) }
        }
    };
    draft.emit(body)
}

/// Checks how large the shared context is and how deep it nests; `at` is its pointer.
pub(crate) fn check_document(at: &str, document: &Value) -> Result<(), Rejection> {
    // Depth first: measuring what is deeper than allowed would use up the stack.
    let mut checks = Checks::default();
    checks.depth(at, document);
    checks.done()?;
    if json_bytes(document) > limits::CONTEXT_BYTES {
        return Err(Rejection::LimitReached {
            what: "bytes of shared context",
            limit: limits::CONTEXT_BYTES as u64,
        });
    }
    Ok(())
}

/// How many bytes a value takes as JSON, without writing it anywhere.
pub(crate) fn json_bytes(value: &impl Serialize) -> usize {
    struct Count(usize);
    impl std::io::Write for Count {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0 += bytes.len();
            Ok(bytes.len())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let mut count = Count(0);
    // Counting cannot fail, and what is counted has only string keys.
    let _ = serde_json::to_writer(&mut count, value);
    count.0
}

/// Applies a JSON merge patch (RFC 7396): `null` removes a member, an object merges, anything else replaces.
pub fn merge_patch(target: &mut Value, patch: &Value) {
    let Value::Object(patch) = patch else {
        *target = patch.clone();
        return;
    };
    if !target.is_object() {
        *target = Value::Object(Map::new());
    }
    let Value::Object(members) = target else { return };
    for (name, value) in patch {
        if value.is_null() {
            members.shift_remove(name);
        } else {
            merge_patch(members.entry(name.clone()).or_insert(Value::Null), value);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_examples_of_rfc_7396_hold() {
        for (target, patch, result) in [
            (r#"{"a":"b"}"#, r#"{"a":"c"}"#, r#"{"a":"c"}"#),
            (r#"{"a":"b"}"#, r#"{"b":"c"}"#, r#"{"a":"b","b":"c"}"#),
            (r#"{"a":"b"}"#, r#"{"a":null}"#, r#"{}"#),
            (r#"{"a":"b","b":"c"}"#, r#"{"a":null}"#, r#"{"b":"c"}"#),
            (r#"{"a":["b"]}"#, r#"{"a":"c"}"#, r#"{"a":"c"}"#),
            (r#"{"a":"c"}"#, r#"{"a":["b"]}"#, r#"{"a":["b"]}"#),
            (r#"{"a":{"b":"c"}}"#, r#"{"a":{"b":"d","c":null}}"#, r#"{"a":{"b":"d"}}"#),
            (r#"{"a":[{"b":"c"}]}"#, r#"{"a":[1]}"#, r#"{"a":[1]}"#),
            (r#"["a","b"]"#, r#"["c","d"]"#, r#"["c","d"]"#),
            (r#"{"a":"b"}"#, r#"["c"]"#, r#"["c"]"#),
            (r#"{"a":"foo"}"#, r#"null"#, r#"null"#),
            (r#"{"a":"foo"}"#, r#""bar""#, r#""bar""#),
            (r#"{"e":null}"#, r#"{"a":1}"#, r#"{"e":null,"a":1}"#),
            (r#"[1,2]"#, r#"{"a":"b","c":null}"#, r#"{"a":"b"}"#),
            (r#"{}"#, r#"{"a":{"bb":{"ccc":null}}}"#, r#"{"a":{"bb":{}}}"#),
        ] {
            let mut value: Value = serde_json::from_str(target).unwrap();
            merge_patch(&mut value, &serde_json::from_str(patch).unwrap());
            assert_eq!(value, serde_json::from_str::<Value>(result).unwrap(), "{target} with {patch}");
        }
    }
}
