//! Messages between agents.

use std::time::Duration;

use async_trait::async_trait;
use sessiond_api::{self as api, Problem, operations};
use sessiond_core::{AgentId, DeliveryMode, MessageId, limits};

use super::Http;
use crate::Conditions;
use crate::traits::Messages;

#[async_trait]
impl Messages for Http {
    async fn send_message(
        &self,
        message: api::Message,
        conditions: Conditions,
    ) -> Result<api::Sent, Problem> {
        let mut request = self.request(&operations::SEND_MESSAGE, &[]).conditions(conditions).json(&message);
        if message.routing.delivery_mode == DeliveryMode::Sync {
            let wait = message.routing.timeout.map(Duration::from);
            request = request.waiting(wait.unwrap_or(Duration::from_millis(limits::WAIT_MS)));
        }
        request.read().await
    }

    async fn messages(&self, query: api::ListMessages) -> Result<api::MessagePage, Problem> {
        self.request(&operations::LIST_MESSAGES, &[]).query(&query).read().await
    }

    async fn requeue_message(&self, agent_id: &AgentId, message: &MessageId) -> Result<(), Problem> {
        self.request(&operations::REQUEUE_MESSAGE, &[agent_id.as_str(), message.as_str()]).done().await
    }
}
