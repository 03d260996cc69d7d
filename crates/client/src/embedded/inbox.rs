//! What the operations on an inbox are to the engine.

use std::time::Duration;

use async_trait::async_trait;
use sessiond_api::{self as api, Problem};
use sessiond_core::AgentId;
use sessiond_store::Delivery;

use super::messages::stored_message;
use super::{Embedded, problem};
use crate::traits::Inbox;

#[async_trait]
impl Inbox for Embedded {
    async fn receive(&self, agent: &AgentId, query: api::ReceiveMessages) -> Result<api::InboxPage, Problem> {
        let wait: Duration = query.wait.unwrap_or_default().into();
        let limit = query.limit.unwrap_or(10);
        let taken = self.engine.receive(&self.principal, agent, query.fence, limit, wait).await;
        let messages = taken
            .map_err(problem)?
            .into_iter()
            .map(|delivery| {
                let message = stored_message(&delivery.body)?;
                let Delivery { attempt, accepted_at, .. } = delivery;
                Ok(api::InboxMessage { message, attempt, accepted_at })
            })
            .collect::<Result<_, Problem>>()?;
        Ok(api::InboxPage { messages })
    }

    async fn ack(&self, agent: &AgentId, request: api::AckMessages) -> Result<api::Acknowledged, Problem> {
        let api::AckMessages { message_ids, fence } = request;
        let acknowledged =
            self.engine.ack(&self.principal, agent, fence, message_ids).await.map_err(problem)?;
        Ok(api::Acknowledged { acknowledged })
    }
}
