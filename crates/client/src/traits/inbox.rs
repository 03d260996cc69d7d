//! Inboxes, for agents that poll.

use async_trait::async_trait;
use sessiond_api::{self as api, Problem};
use sessiond_core::AgentId;

/// Operations on an agent's inbox.
#[async_trait]
pub trait Inbox: Send + Sync {
    /// Reads an inbox. What is not acknowledged within a minute is delivered again.
    async fn receive(&self, agent: &AgentId, query: api::ReceiveMessages) -> Result<api::InboxPage, Problem>;
    /// Acknowledges messages.
    async fn ack(&self, agent: &AgentId, request: api::AckMessages) -> Result<api::Acknowledged, Problem>;
}
