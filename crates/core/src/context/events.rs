//! The event of the shared context.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::session::payload::{At, Payload};
use crate::session::{Rejection, Session};
use crate::values::json::merge_patch;

/// The shared context was replaced or patched. Exactly one of the members is present.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct ContextUpdated {
    /// The whole document, if it was replaced.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub document: Option<Value>,
    /// The merge patch (RFC 7396), if it was patched.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub patch: Option<Value>,
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
