//! The shared context of a session.

use std::sync::Arc;

use async_trait::async_trait;
use serde_json::Value;
use sessiond_api::Problem;
use sessiond_core::{Revision, SessionId};

use crate::Conditions;

/// The shared context and the session's revision.
#[derive(Debug, Clone, PartialEq)]
pub struct ContextView {
    /// The document.
    pub document: Arc<Value>,
    /// The session's revision when it was read.
    pub revision: Revision,
}

/// Operations on the shared context.
#[async_trait]
pub trait Context: Send + Sync {
    /// Reads the shared context.
    async fn context(&self, id: &SessionId) -> Result<ContextView, Problem>;
    /// Replaces the shared context.
    async fn replace_context(
        &self,
        id: &SessionId,
        document: Value,
        conditions: Conditions,
    ) -> Result<ContextView, Problem>;
    /// Patches the shared context (RFC 7396).
    async fn patch_context(
        &self,
        id: &SessionId,
        patch: Value,
        conditions: Conditions,
    ) -> Result<ContextView, Problem>;
}
