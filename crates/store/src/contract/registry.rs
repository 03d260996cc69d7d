//! Registered agents, and keys.

use async_trait::async_trait;
use sessiond_core::AgentId;

use super::Error;
use crate::records::{AgentRecord, KeyRecord};

/// Registered agents, and keys.
#[async_trait]
pub trait Registry: Send + Sync {
    /// A registered agent.
    async fn agent(&self, agent_id: &AgentId) -> Result<Option<AgentRecord>, Error>;

    /// Registered agents by id, after `after`.
    async fn agents(&self, after: Option<&AgentId>, limit: usize) -> Result<Vec<AgentRecord>, Error>;

    /// All keys, oldest first, those that are revoked or have expired included.
    async fn keys(&self) -> Result<Vec<KeyRecord>, Error>;
}
