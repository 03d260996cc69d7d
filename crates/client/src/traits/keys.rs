//! Keys.

use async_trait::async_trait;
use sessiond_api::{self as api, Problem};

use crate::Conditions;

/// Operations on keys, for an administrator.
#[async_trait]
pub trait Keys: Send + Sync {
    /// Creates a key. A repeat returns the key without its secret, which is shown once and not kept: if it was lost on
    /// the way, revoke the key and create another.
    async fn create_key(
        &self,
        request: api::CreateKey,
        conditions: Conditions,
    ) -> Result<api::CreatedKey, Problem>;
    /// Lists all keys.
    async fn keys(&self) -> Result<api::KeyPage, Problem>;
    /// Revokes a key.
    async fn revoke_key(&self, key_id: &str) -> Result<api::Key, Problem>;
}
