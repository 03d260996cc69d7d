//! Inboxes, for agents that poll.

use std::time::Duration;

use async_trait::async_trait;
use sessiond_api::{self as api, Problem, operations};
use sessiond_core::AgentId;

use super::Http;
use crate::traits::Inbox;

#[async_trait]
impl Inbox for Http {
    async fn receive(
        &self,
        agent_id: &AgentId,
        query: api::ReceiveMessages,
    ) -> Result<api::InboxPage, Problem> {
        let wait = query.wait.map(Duration::from).unwrap_or_default();
        self.request(&operations::RECEIVE_MESSAGES, &[agent_id.as_str()])
            .query(&query)
            .waiting(wait)
            .read()
            .await
    }

    async fn ack(&self, agent_id: &AgentId, request: api::AckMessages) -> Result<api::Acknowledged, Problem> {
        self.request(&operations::ACKNOWLEDGE_MESSAGES, &[agent_id.as_str()]).json(&request).read().await
    }
}
