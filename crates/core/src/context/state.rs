//! The shared context: one JSON document that all participants read and write.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::session::facet_state::FacetState;
use crate::values::json::json_bytes;
use crate::values::{Exceeded, Limit, Revision};

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

impl FacetState for Context {
    fn check(&self) -> Result<(), Exceeded> {
        Limit::ContextBytes.allows(json_bytes(&*self.document))
    }
}
