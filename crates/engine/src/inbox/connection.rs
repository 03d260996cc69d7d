//! One connection that reads an inbox, with its window of unacknowledged messages.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use sessiond_core::{AgentId, Fence, MessageId, Principal, Span, Timestamp, limits};
use sessiond_store::{Delivery, Done, MessageState, Op};
use tokio::sync::watch;

use super::presence::Presence;
use crate::{Engine, Error, Health, clock};

/// How often a connection without room asks the store which of its messages were ended elsewhere.
const RECONCILE: Span = Span::from_millis(500);

/// The one connection that reads an inbox. A later one takes over: this one then gets [`Error::InboxTaken`].
pub struct InboxConnection {
    engine: Engine,
    agent: AgentId,
    presence: Arc<Presence>,
    changes: watch::Receiver<u64>,
    fence: Fence,
    ready: VecDeque<Delivery>,
    /// A take that is under way. It outlives a `next` that is dropped: what it takes counts as delivered, and would
    /// otherwise lie unseen until it is due again.
    taking: Option<BoxFuture<'static, Result<Vec<Delivery>, Error>>>,
    /// What this connection holds unacknowledged, and since when.
    unacked: HashMap<MessageId, Timestamp>,
    /// When the store was last asked what became of them.
    reconciled: Option<Timestamp>,
}
impl Engine {
    /// Takes over the reading of an inbox. What was delivered and not acknowledged is delivered again, first.
    pub async fn connect_inbox(
        &self,
        principal: &Principal,
        agent: &AgentId,
    ) -> Result<InboxConnection, Error> {
        principal.must_act_as(agent)?;
        if !self.is_registered(agent) {
            return Err(Error::AgentNotFound(agent.clone()));
        }
        let presence = self.shared.presences.of(agent);
        let op = Op::Connect { agent_id: agent.clone(), now: self.now() };
        let (engine, readers) = (self.clone(), presence.clone());
        let fence = self
            .whole(async move {
                let fence = match engine.write(op).await?? {
                    Done::Fence(fence) => fence,
                    other => return Err(Error::unexpected(&other)),
                };
                // The connection before this one must notice that it has been replaced.
                readers.notify();
                Ok(fence)
            })
            .await?;
        presence.connected(self.now());
        let mut changes = presence.subscribe();
        changes.mark_changed();
        Ok(InboxConnection {
            engine: self.clone(),
            agent: agent.clone(),
            presence,
            changes,
            fence,
            ready: VecDeque::new(),
            taking: None,
            unacked: HashMap::new(),
            reconciled: None,
        })
    }
}

impl InboxConnection {
    /// This connection's fencing token.
    pub fn fence(&self) -> Fence {
        self.fence
    }

    /// The next message; waits for one. While [`limits::INBOX_WINDOW`] messages are unacknowledged, it waits for an
    /// acknowledgement. It may be dropped while it waits and called again.
    pub async fn next(&mut self) -> Result<Delivery, Error> {
        loop {
            if let Some(delivery) = self.ready.pop_front() {
                return Ok(delivery);
            }
            if self.engine.is_closed() {
                return Err(Error::Closed);
            }
            if self.taking.is_none() {
                // Not while a take is under way: it may not have seen what the change was about.
                self.changes.mark_unchanged();
            }
            let (room, looked_at) = (self.room(), self.engine.now());
            let due = if room > 0 {
                let taken = self.take(room).await?;
                if !taken.is_empty() {
                    let now = self.engine.now();
                    self.unacked.extend(taken.iter().map(|delivery| (delivery.message_id.clone(), now)));
                    self.presence.took(&taken);
                    self.ready.extend(taken);
                    continue;
                }
                self.engine.next_due(&self.agent, looked_at).await?
            } else {
                match self.reconciled.map(|at| at.after(RECONCILE)) {
                    Some(due) if looked_at < due => due,
                    _ => {
                        self.reconcile().await?;
                        continue;
                    }
                }
            };
            tokio::select! {
                () = self.engine.shared.stop.cancelled() => return Err(Error::Closed),
                () = self.engine.clock().sleep_until(due) => {}
                _ = self.changes.changed() => {}
            }
        }
    }

    /// Acknowledges messages: they are not delivered again.
    pub async fn ack(&mut self, message_ids: Vec<MessageId>) -> Result<u64, Error> {
        let op = Op::Ack {
            agent_id: self.agent.clone(),
            fence: Some(self.fence),
            message_ids: message_ids.clone(),
            now: self.engine.now(),
        };
        let count = self.engine.acked(op).await?;
        self.presence.acked(&message_ids);
        for id in &message_ids {
            self.unacked.remove(id);
        }
        self.heard(None);
        // A reader that waited for room looks again.
        self.changes.mark_changed();
        Ok(count)
    }

    /// How many messages may be taken. What is due again by now is no longer held: it comes again, under this same
    /// window.
    fn room(&mut self) -> usize {
        let (now, held) = (self.engine.now(), clock::span(self.engine.shared.options.ack_timeout));
        if self.unacked.len() >= limits::INBOX_WINDOW {
            self.unacked.retain(|_, since| now.since(*since) < held);
        }
        limits::INBOX_WINDOW.saturating_sub(self.unacked.len())
    }

    /// Forgets what was acknowledged or taken back elsewhere, by a request or a report of its task, and notices that
    /// another connection has taken over.
    async fn reconcile(&mut self) -> Result<(), Error> {
        let store = &self.engine.shared.store;
        let present = store.inbox(&self.agent, self.engine.now()).await?.fence;
        if present != self.fence {
            return Err(Error::InboxTaken { present });
        }
        let held: Vec<MessageId> = self.unacked.keys().cloned().collect();
        for id in held {
            let kept = store.message(&self.agent, &id).await?;
            if kept.is_none_or(|kept| kept.state != MessageState::Queued) {
                self.unacked.remove(&id);
            }
        }
        self.reconciled = Some(self.engine.now());
        Ok(())
    }

    async fn take(&mut self, room: usize) -> Result<Vec<Delivery>, Error> {
        let (engine, agent, fence) = (&self.engine, &self.agent, self.fence);
        let taking = self.taking.get_or_insert_with(|| {
            let (engine, agent) = (engine.clone(), agent.clone());
            async move { engine.take(&agent, Some(fence), room).await }.boxed()
        });
        let taken = taking.await;
        self.taking = None;
        taken
    }

    /// The agent lives, and may say what it does.
    pub fn heard(&self, said: Option<Health>) {
        self.presence.heard(self.engine.now(), said);
    }
}

impl Drop for InboxConnection {
    fn drop(&mut self) {
        self.engine.put_back(&self.agent, self.ready.drain(..).collect());
        self.presence.disconnected();
    }
}
