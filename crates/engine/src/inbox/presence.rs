//! Which agents this process has heard of: when, what they said, and who waits for their messages.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Instant;

use parking_lot::Mutex;
use sessiond_core::{AgentId, MessageId, Span, Timestamp, limits};
use sessiond_store::Delivery;
use tokio::sync::watch;

use crate::Health;

/// How long an agent that nobody hears of is remembered.
const FORGET: Span = Span::from_secs(24 * 3600);

/// What this process knows of every agent that it has heard of.
#[derive(Default)]
pub(crate) struct Presences {
    agents: Mutex<HashMap<AgentId, Arc<Presence>>>,
}

/// What this process knows of one agent.
pub(crate) struct Presence {
    /// Changes when there may be something in the inbox, or its reader has been replaced.
    changes: watch::Sender<u64>,
    activity: Mutex<Activity>,
}

/// When an agent was last heard of, and what it said.
#[derive(Debug, Clone, Default)]
pub(crate) struct Activity {
    pub(crate) at: Option<Timestamp>,
    pub(crate) connections: u32,
    pub(crate) said: Option<Health>,
    pub(crate) latency_ms: Option<f64>,
    taken: HashMap<MessageId, Instant>,
}

impl Default for Presence {
    fn default() -> Self {
        Self { changes: watch::Sender::new(0), activity: Mutex::default() }
    }
}

impl Presences {
    /// What is known of an agent, which is remembered from now on.
    pub(crate) fn of(&self, agent: &AgentId) -> Arc<Presence> {
        self.agents.lock().entry(agent.clone()).or_default().clone()
    }

    /// What is known of an agent, if it was ever heard of.
    pub(crate) fn activity(&self, agent: &AgentId) -> Option<Activity> {
        let presence = self.agents.lock().get(agent).cloned()?;
        let activity = presence.activity.lock().clone();
        Some(activity)
    }

    /// Tells readers of the inbox to look.
    pub(crate) fn wake(&self, agent: &AgentId) {
        if let Some(presence) = self.agents.lock().get(agent) {
            presence.notify();
        }
    }

    /// Tells all readers to look.
    pub(crate) fn wake_all(&self) {
        for presence in self.agents.lock().values() {
            presence.notify();
        }
    }

    /// Forgets agents that nobody here reads for, or waits for, and that were not heard of for long.
    pub(crate) fn sweep(&self, now: Timestamp) {
        let mut agents = self.agents.lock();
        // A presence that somebody holds beside the map is being used.
        agents.retain(|_, presence| {
            let activity = presence.activity.lock();
            let recent = activity.at.is_some_and(|at| now.since(at) <= FORGET);
            recent
                || activity.connections > 0
                || presence.changes.receiver_count() > 0
                || Arc::strong_count(presence) > 1
        });
        agents.shrink_to_fit();
    }

    /// Forgets an agent that is no longer registered; its readers look once more.
    pub(crate) fn forget(&self, agent: &AgentId) {
        if let Some(presence) = self.agents.lock().remove(agent) {
            presence.notify();
        }
    }
}

impl Presence {
    /// Changes when there may be something in the inbox, or its reader has been replaced.
    pub(crate) fn subscribe(&self) -> watch::Receiver<u64> {
        self.changes.subscribe()
    }

    /// Tells readers of the inbox to look.
    pub(super) fn notify(&self) {
        self.changes.send_modify(|count| *count += 1);
    }

    /// A connection reads the inbox from now on.
    pub(super) fn connected(&self, now: Timestamp) {
        let mut activity = self.activity.lock();
        activity.connections += 1;
        activity.at = Some(now);
    }

    /// A connection no longer reads the inbox.
    pub(super) fn disconnected(&self) {
        let mut activity = self.activity.lock();
        activity.connections = activity.connections.saturating_sub(1);
    }

    /// The agent gave a sign of life, and may have said how it is.
    pub(crate) fn heard(&self, now: Timestamp, said: Option<Health>) {
        let mut activity = self.activity.lock();
        activity.at = Some(now);
        if said.is_some() {
            activity.said = said;
        }
    }

    /// Notes when messages were handed out, to know how long their acknowledgement takes.
    pub(super) fn took(&self, deliveries: &[Delivery]) {
        let mut activity = self.activity.lock();
        // A reader that never acknowledges must not make this grow for ever.
        if activity.taken.len() > 4 * limits::INBOX_WINDOW {
            activity.taken.clear();
        }
        let now = Instant::now();
        activity.taken.extend(deliveries.iter().map(|delivery| (delivery.message_id.clone(), now)));
    }

    /// Notes that messages were acknowledged.
    pub(super) fn acked(&self, ids: &[MessageId]) {
        let mut activity = self.activity.lock();
        for id in ids {
            let Some(taken) = activity.taken.remove(id) else {
                continue;
            };
            let took = taken.elapsed().as_secs_f64() * 1000.0;
            metrics::histogram!("sessiond_acknowledge_seconds").record(took / 1000.0);
            activity.latency_ms = Some(activity.latency_ms.map_or(took, |mean| 0.8 * mean + 0.2 * took));
        }
    }
}
