//! The event of the shared context.

use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

use crate::session::payload::{At, Payload};
use crate::session::{Rejection, Session};
use crate::values::json::merge_patch;

/// The shared context was replaced, patched, or written by a program. Exactly one of the members is present.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct ContextUpdated {
    /// The whole document, if it was replaced.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub document: Option<Value>,
    /// The merge patch (RFC 7396), if it was patched.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub patch: Option<Value>,
    /// The values that a program wrote, in order.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub writes: Option<Vec<ContextWrite>>,
}

/// A value of the shared context that a program wrote. It replaces the whole value that was there.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ContextWrite {
    /// Its place among all begins, ends and context writes of the session, from 1. 0 for a value that was given when
    /// the session was resumed, and counts as one that it began with.
    pub order: u64,
    /// The call that wrote it; absent if the program itself did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub call: Option<u64>,
    /// The branch of that call's concurrency; absent for its own line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schema(value_type = Option<String>))]
    pub branch: Option<Arc<str>>,
    /// The name of the value.
    pub key: String,
    /// The value; absent if it was removed.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "present")]
    #[cfg_attr(feature = "schema", schema(value_type = Option<Value>))]
    pub value: Option<Value>,
}

/// A value of `null` is a value.
fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(deserializer).map(Some)
}

impl ContextWrite {
    /// Writes it into the document, which is an object.
    pub(crate) fn apply(&self, document: &mut Value) {
        let Value::Object(members) = document else { return };
        match &self.value {
            Some(value) => {
                members.insert(self.key.clone(), value.clone());
            }
            None => {
                members.shift_remove(&self.key);
            }
        }
    }
}

impl Payload for ContextUpdated {
    fn fold(&self, session: &mut Session, at: At) -> Result<(), String> {
        let context = &mut session.context;
        if let Some(document) = &self.document {
            context.document = Arc::new(document.clone());
        }
        if let Some(patch) = &self.patch {
            merge_patch(Arc::make_mut(&mut context.document), patch);
        }
        for write in self.writes.iter().flatten() {
            write.apply(Arc::make_mut(&mut context.document));
        }
        context.revision = at.seq;
        Ok(())
    }

    /// The size of the document is checked at the end of an import: measuring it after each patch would make a long
    /// journal cost more than its length.
    fn check(&self, _: &Session) -> Result<(), Rejection> {
        Ok(())
    }

    fn is_listed(&self) -> bool {
        false
    }
}
