//! Agents: registration and health.

use async_trait::async_trait;
use sessiond_api::{self as api, Problem, operations};
use sessiond_core::AgentId;

use super::Http;
use crate::traits::Agents;

#[async_trait]
impl Agents for Http {
    async fn register_agent(&self, request: api::RegisterAgent) -> Result<api::Registered, Problem> {
        self.request(&operations::REGISTER_AGENT, &[]).json(&request).read().await
    }

    async fn agents(&self, query: api::ListAgents) -> Result<api::AgentPage, Problem> {
        self.request(&operations::LIST_AGENTS, &[]).query(&query).read().await
    }

    async fn agent(&self, agent_id: &AgentId) -> Result<api::Agent, Problem> {
        self.request(&operations::GET_AGENT, &[agent_id.as_str()]).read().await
    }

    async fn delete_agent(&self, agent_id: &AgentId) -> Result<(), Problem> {
        self.request(&operations::DELETE_AGENT, &[agent_id.as_str()]).done().await
    }

    async fn heartbeat(&self, agent_id: &AgentId, request: api::Heartbeat) -> Result<(), Problem> {
        self.request(&operations::HEARTBEAT, &[agent_id.as_str()]).json(&request).done().await
    }
}
