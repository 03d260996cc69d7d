//! The server itself, and who its caller is.

use async_trait::async_trait;
use sessiond_api::{self as api, Problem};

/// Operations on the server, or on the store in its place.
#[async_trait]
pub trait Server: Send + Sync {
    /// Whether it can write.
    async fn ready(&self) -> Result<api::Health, Problem>;
    /// Who the caller is.
    async fn whoami(&self) -> Result<api::Whoami, Problem>;
}
