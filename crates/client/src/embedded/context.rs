//! What the operations on the shared context are to the engine.

use async_trait::async_trait;
use serde_json::Value;
use sessiond_api::Problem;
use sessiond_core::{Command, Session, SessionId, context};

use super::Embedded;
use crate::Conditions;
use crate::traits::{Context, ContextView};

#[async_trait]
impl Context for Embedded {
    async fn context(&self, id: &SessionId) -> Result<ContextView, Problem> {
        Ok(context_view(&*self.see(id).await?))
    }

    async fn replace_context(
        &self,
        id: &SessionId,
        document: Value,
        conditions: Conditions,
    ) -> Result<ContextView, Problem> {
        let accepted = self.accept(conditions, &format!("replace_context {id}"), &document)?;
        let command = Command::Context(context::Command::Replace(document));
        let reply = self.execute(id, accepted, command).await?;
        Ok(context_view(&reply.session))
    }

    async fn patch_context(
        &self,
        id: &SessionId,
        patch: Value,
        conditions: Conditions,
    ) -> Result<ContextView, Problem> {
        let accepted = self.accept(conditions, &format!("patch_context {id}"), &patch)?;
        let command = Command::Context(context::Command::Patch(patch));
        let reply = self.execute(id, accepted, command).await?;
        Ok(context_view(&reply.session))
    }
}

fn context_view(session: &Session) -> ContextView {
    ContextView { document: session.context.document.clone(), revision: session.revision }
}
