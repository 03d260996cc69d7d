//! What became of the posts to agents' endpoints. The server posts; who reads an agent sees here whether that works.

use std::collections::HashMap;

use parking_lot::Mutex;
use sessiond_core::{AgentId, Timestamp};
use sessiond_store::{Delivery, Op};
use tokio::sync::watch;

use crate::Engine;

/// How posting to an agent's endpoint goes, since this process started.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Webhook {
    /// Whether it goes well.
    pub state: WebhookState,
    /// Posts that failed since the last one that was taken.
    pub failures: u32,
    /// Why the last of them failed.
    pub error: Option<String>,
    /// When a message was last taken.
    pub taken_at: Option<Timestamp>,
    /// When the next post is tried.
    pub next_at: Option<Timestamp>,
}

/// Whether posting goes well.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WebhookState {
    /// The last message was taken.
    Working,
    /// The last post failed; it is tried again.
    Failing,
    /// The endpoint is gone. Nothing is posted until the agent registers again.
    Disabled,
}

/// All that is known of endpoints.
#[derive(Default)]
pub(crate) struct Webhooks {
    known: Mutex<HashMap<AgentId, Webhook>>,
    renewed: watch::Sender<u64>,
}

impl Engine {
    /// How posting to an agent's endpoint goes; none before the first post.
    pub fn webhook(&self, agent: &AgentId) -> Option<Webhook> {
        self.shared.webhooks.known.lock().get(agent).cloned()
    }

    /// Keeps how posting to an agent's endpoint goes.
    pub fn set_webhook(&self, agent: &AgentId, webhook: Webhook) {
        self.shared.webhooks.known.lock().insert(agent.clone(), webhook);
    }

    /// An agent has registered, perhaps as before: its endpoint gets another chance at once.
    pub fn renew_webhook(&self, agent: &AgentId) {
        self.shared.webhooks.known.lock().remove(agent);
        self.shared.webhooks.renewed.send_modify(|renewed| *renewed += 1);
    }

    /// Puts a message back into its inbox that was taken for an endpoint and not posted to its end: it is due at once, and
    /// its delivery does not count.
    pub async fn put_webhook_back(&self, agent: &AgentId, delivery: &Delivery) {
        let deliveries = vec![(delivery.message_id.clone(), delivery.attempt)];
        let op = Op::Release { agent_id: agent.clone(), deliveries, now: self.now() };
        if let Err(error) = self.write(op).await {
            tracing::debug!(%agent, %error, "a message cannot be put back; it is due again later");
        }
    }

    /// Tells when an endpoint was renewed.
    pub fn webhooks_renewed(&self) -> watch::Receiver<u64> {
        self.shared.webhooks.renewed.subscribe()
    }
}
