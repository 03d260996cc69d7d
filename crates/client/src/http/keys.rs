//! Keys.

use async_trait::async_trait;
use sessiond_api::{self as api, Problem, operations};

use super::Http;
use crate::Conditions;
use crate::traits::Keys;

#[async_trait]
impl Keys for Http {
    async fn create_key(
        &self,
        request: api::CreateKey,
        conditions: Conditions,
    ) -> Result<api::CreatedKey, Problem> {
        self.request(&operations::CREATE_KEY, &[]).conditions(conditions).json(&request).read().await
    }

    async fn keys(&self) -> Result<api::KeyPage, Problem> {
        self.request(&operations::LIST_KEYS, &[]).read().await
    }

    async fn revoke_key(&self, key_id: &str) -> Result<api::Key, Problem> {
        self.request(&operations::REVOKE_KEY, &[key_id]).read().await
    }
}
