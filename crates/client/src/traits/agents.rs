//! Agents: registration and health.

use async_trait::async_trait;
use sessiond_api::{self as api, Problem};
use sessiond_core::AgentId;

/// Operations on registered agents.
#[async_trait]
pub trait Agents: Send + Sync {
    /// Registers an agent.
    async fn register_agent(&self, request: api::RegisterAgent) -> Result<api::Registered, Problem>;
    /// Lists agents.
    async fn agents(&self, query: api::ListAgents) -> Result<api::AgentPage, Problem>;
    /// Reads an agent.
    async fn agent(&self, agent: &AgentId) -> Result<api::Agent, Problem>;
    /// Deletes an agent and its inbox.
    async fn delete_agent(&self, agent: &AgentId) -> Result<(), Problem>;
    /// Reports that an agent is alive.
    async fn heartbeat(&self, agent: &AgentId, request: api::Heartbeat) -> Result<(), Problem>;
}
