//! Messages between agents.

use async_trait::async_trait;
use sessiond_api::{self as api, Problem};
use sessiond_core::{AgentId, MessageId};

use crate::Conditions;

/// Operations on messages.
#[async_trait]
pub trait Messages: Send + Sync {
    /// Sends a message. Its id is its idempotency key, and it is sent whatever the session's revision is.
    async fn send_message(&self, message: api::Message, conditions: Conditions)
    -> Result<api::Sent, Problem>;
    /// Lists messages to agents that the caller may act as, newest first.
    async fn messages(&self, query: api::ListMessages) -> Result<api::MessagePage, Problem>;
    /// Puts a dead letter back into its inbox.
    async fn requeue_message(&self, agent: &AgentId, message: &MessageId) -> Result<(), Problem>;
}
