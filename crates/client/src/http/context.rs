//! The shared context of a session.

use async_trait::async_trait;
use reqwest::Response;
use serde_json::Value;
use sessiond_api::{Code, Problem, operations};
use sessiond_core::SessionId;

use super::{Http, answer};
use crate::Conditions;
use crate::traits::{Context, ContextView};

#[async_trait]
impl Context for Http {
    async fn context(&self, id: &SessionId) -> Result<ContextView, Problem> {
        context(self.request(&operations::GET_CONTEXT, &[id.as_str()]).send().await?).await
    }

    async fn replace_context(
        &self,
        id: &SessionId,
        document: Value,
        conditions: Conditions,
    ) -> Result<ContextView, Problem> {
        context(
            self.request(&operations::REPLACE_CONTEXT, &[id.as_str()])
                .conditions(conditions)
                .json(&document)
                .send()
                .await?,
        )
        .await
    }

    async fn patch_context(
        &self,
        id: &SessionId,
        patch: Value,
        conditions: Conditions,
    ) -> Result<ContextView, Problem> {
        context(
            self.request(&operations::PATCH_CONTEXT, &[id.as_str()])
                .conditions(conditions)
                .merge_patch(&patch)
                .send()
                .await?,
        )
        .await
    }
}

/// The context's document is the body, the session's revision its tag.
async fn context(response: Response) -> Result<ContextView, Problem> {
    let revision = answer::revision(&response).ok_or_else(|| {
        Problem::new(Code::Internal, "the response has no ETag: is there a proxy in front of the server?")
    })?;
    Ok(ContextView { document: answer::read(response).await?, revision })
}
