//! Inboxes: messages wait for their agent in the store, are taken by one connection at a time or by several pollers,
//! and are delivered again until they are acknowledged.

mod connection;
mod presence;

use std::time::Duration;

use sessiond_core::{AgentId, Fence, Message, MessageId, MessageKind, Principal, Span, Timestamp, limits};
use sessiond_store::{Delivery, Done, Exhausted, MessageQuery, MessageRecord, Op, Page, Refusal};

use crate::rows::enqueue;
use crate::{Engine, Error, clock};
pub use connection::InboxConnection;
pub(crate) use presence::Presences;

/// The longest that a reader sleeps without looking: a notice of another process may be lost.
const LONGEST_SLEEP: Span = Span::from_secs(30);

/// What was taken for a reader. When the reader has gone away meanwhile it is dropped, and what it holds goes back.
struct Handout {
    engine: Engine,
    agent: AgentId,
    deliveries: Vec<Delivery>,
}

impl Handout {
    fn collect(mut self) -> Vec<Delivery> {
        std::mem::take(&mut self.deliveries)
    }
}

impl Drop for Handout {
    fn drop(&mut self) {
        self.engine.put_back(&self.agent, std::mem::take(&mut self.deliveries));
    }
}
impl Engine {
    /// Takes up to `limit` messages, waiting up to `wait` for the first. With `fence` only for the connection that
    /// has it; without, several may read side by side and each message goes to one of them.
    pub async fn receive(
        &self,
        principal: &Principal,
        agent: &AgentId,
        fence: Option<Fence>,
        limit: usize,
        wait: Duration,
    ) -> Result<Vec<Delivery>, Error> {
        principal.must_act_as(agent)?;
        self.known(agent).await?;
        self.poll(agent, fence, limit, wait, true).await
    }

    /// As [`receive`](Self::receive), on behalf of an agent that may not live: this is no sign of its life.
    pub async fn receive_for(
        &self,
        agent: &AgentId,
        limit: usize,
        wait: Duration,
    ) -> Result<Vec<Delivery>, Error> {
        self.known(agent).await?;
        self.poll(agent, None, limit, wait, false).await
    }

    async fn poll(
        &self,
        agent: &AgentId,
        fence: Option<Fence>,
        limit: usize,
        wait: Duration,
        lives: bool,
    ) -> Result<Vec<Delivery>, Error> {
        let presence = self.shared.presences.of(agent);
        let heard = || {
            if lives {
                presence.heard(self.now(), None);
            }
        };
        heard();
        let mut changes = presence.subscribe();
        let mut is_over = wait.is_zero();
        let mut over = self.clock().sleep(wait.min(Duration::from_millis(limits::WAIT_MS)));
        let limit = limit.clamp(1, limits::INBOX_WINDOW);
        loop {
            changes.mark_unchanged();
            let looked_at = self.now();
            let taken = self.take(agent, fence, limit).await?;
            if !taken.is_empty() {
                presence.took(&taken);
                return Ok(taken);
            }
            if is_over {
                return Ok(taken);
            }
            let due = self.next_due(agent, looked_at).await?;
            tokio::select! {
                () = self.shared.stop.cancelled() => return Ok(taken),
                () = &mut over => is_over = true,
                () = self.clock().sleep_until(due) => {}
                _ = changes.changed() => {}
            }
            heard();
        }
    }

    /// Only agents that are registered, or have an inbox, are asked for: anybody could name any number of others.
    async fn known(&self, agent: &AgentId) -> Result<(), Error> {
        if self.is_registered(agent) || self.shared.store.inbox(agent, self.now()).await?.exists {
            return Ok(());
        }
        Err(Error::AgentNotFound(agent.clone()))
    }

    /// Acknowledges messages: they are not delivered again. Says how many had not been acknowledged before.
    pub async fn ack(
        &self,
        principal: &Principal,
        agent: &AgentId,
        fence: Option<Fence>,
        message_ids: Vec<MessageId>,
    ) -> Result<u64, Error> {
        principal.must_act_as(agent)?;
        if message_ids.len() > limits::BATCH {
            return Err(Error::LimitReached {
                what: "acknowledgements of a request",
                limit: limits::BATCH as u64,
            });
        }
        self.known(agent).await?;
        let presence = self.shared.presences.of(agent);
        presence.heard(self.now(), None);
        let op =
            Op::Ack { agent_id: agent.clone(), fence, message_ids: message_ids.clone(), now: self.now() };
        let engine = self.clone();
        self.whole(async move {
            let count = engine.acked(op).await?;
            presence.acked(&message_ids);
            // A connection of the same agent may have waited for room.
            presence.notify();
            Ok(count)
        })
        .await
    }

    /// Puts a dead letter back into its inbox.
    pub async fn requeue(
        &self,
        principal: &Principal,
        agent: &AgentId,
        message: &MessageId,
    ) -> Result<(), Error> {
        principal.must_act_as(agent)?;
        let (engine, agent, message_id) = (self.clone(), agent.clone(), message.clone());
        self.whole(async move {
            if let Some(kept) = engine.shared.store.message(&agent, &message_id).await? {
                engine.may_come_again(&kept.message.body).await?;
            }
            let (agent_id, inbox_limit, now) = (agent.clone(), limits::INBOX, engine.now());
            let op = Op::Requeue { agent_id, message_id, inbox_limit, now };
            engine.write(op).await??;
            engine.shared.presences.wake(&agent);
            Ok(())
        })
        .await
    }

    /// Messages to an agent that the caller may act as; an administrator may ask for those to all.
    pub async fn messages(
        &self,
        principal: &Principal,
        query: MessageQuery,
    ) -> Result<Page<MessageRecord>, Error> {
        match (&query.recipient, &query.session_id) {
            (Some(agent), None) => principal.must_act_as(agent)?,
            (_, Some(session)) => {
                let session = self.session(principal, session).await?;
                if !principal.commands(&session) {
                    match &query.recipient {
                        Some(agent) => principal.must_act_as(agent)?,
                        None => {
                            return Err(Error::Forbidden(
                                "name the recipient whose messages you want".into(),
                            ));
                        }
                    }
                }
            }
            (None, None) if principal.role == sessiond_core::Role::Admin => {}
            (None, None) => {
                return Err(Error::Forbidden("name the recipient whose messages you want".into()));
            }
        }
        Ok(self.shared.store.messages(query).await?)
    }

    /// Takes messages out, with all that follows, though the reader goes away meanwhile; then they are put back.
    async fn take(
        &self,
        agent: &AgentId,
        fence: Option<Fence>,
        limit: usize,
    ) -> Result<Vec<Delivery>, Error> {
        let (engine, agent) = (self.clone(), agent.clone());
        self.whole(async move { engine.take_out(agent, fence, limit).await }).await.map(Handout::collect)
    }

    async fn take_out(&self, agent: AgentId, fence: Option<Fence>, limit: usize) -> Result<Handout, Error> {
        let now = self.now();
        let again = clock::span(self.shared.options.ack_timeout);
        let op = Op::Take {
            agent_id: agent.clone(),
            fence,
            now,
            again_at: now.after(again),
            limit,
            max_attempts: self.shared.options.delivery_attempts,
        };
        match self.write(op).await?? {
            Done::Taken { deliveries, exhausted } => {
                let handout = Handout { engine: self.clone(), agent: agent.clone(), deliveries };
                for letter in exhausted {
                    self.bury(&agent, letter).await;
                }
                metrics::counter!("sessiond_deliveries_total").increment(handout.deliveries.len() as u64);
                Ok(handout)
            }
            other => Err(Error::unexpected(&other)),
        }
    }

    /// Has deliveries that reached nobody taken again at once. If it does not come to that, they are when their time
    /// has come.
    fn put_back(&self, agent: &AgentId, deliveries: Vec<Delivery>) {
        if deliveries.is_empty() || tokio::runtime::Handle::try_current().is_err() {
            return;
        }
        let deliveries =
            deliveries.into_iter().map(|delivery| (delivery.message_id, delivery.attempt)).collect();
        let (engine, agent) = (self.clone(), agent.clone());
        self.shared.tasks.spawn(async move {
            let op = Op::Release { agent_id: agent.clone(), deliveries, now: engine.now() };
            match engine.write(op).await {
                Ok(_) => engine.shared.presences.wake(&agent),
                Err(error) => tracing::debug!(%agent, %error, "what nobody collected is delivered later"),
            }
        });
    }

    /// When a reader that `looked_at` the inbox must look again: at the first time when something is due by itself that
    /// was not due then. It is a time, not a duration: the time may have come before the reader waits for it.
    async fn next_due(&self, agent: &AgentId, looked_at: Timestamp) -> Result<Timestamp, Error> {
        let next = self.shared.store.inbox(agent, looked_at).await?.next_due;
        let (soonest, latest) = (looked_at.after(Span::from_millis(1)), looked_at.after(LONGEST_SLEEP));
        Ok(next.map_or(latest, |next| next.clamp(soonest, latest)))
    }

    /// A message that was delivered too often is a dead letter, and goes to the first of its fallback agents that can
    /// take it, in one transaction. A task's request fails its attempt instead, which decides who is asked next. What
    /// cannot be buried now is come upon by the next take.
    async fn bury(&self, agent: &AgentId, letter: Exhausted) {
        let id = letter.message_id;
        match self
            .undelivered(&letter.body, "its request was delivered too often and never acknowledged")
            .await
        {
            Ok(true) => return tell_dead(agent, &id),
            Ok(false) => {}
            Err(error) => {
                return tracing::warn!(%agent, message = %id, %error, "the attempt of a dead letter cannot be failed");
            }
        }
        for next in onward(&letter.body) {
            let to = next.recipient.agent_id.clone();
            if !self.is_registered(&to) {
                continue;
            }
            match self.bury_as(agent, &id, Some(&next)).await {
                Ok(Err(Refusal::NotFound)) => return,
                Ok(Err(refusal)) => {
                    tracing::warn!(%to, ?refusal, message_id = %id, "a fallback agent cannot take a dead letter");
                }
                Ok(Ok(_)) => {
                    self.shared.presences.wake(&to);
                    return tell_dead(agent, &id);
                }
                Err(error) => {
                    return tracing::warn!(%agent, message_id = %id, %error, "a dead letter cannot be buried");
                }
            }
        }
        match self.bury_as(agent, &id, None).await {
            Ok(Ok(_)) => tell_dead(agent, &id),
            // Another reader was faster.
            Ok(Err(_)) => {}
            Err(error) => tracing::warn!(%agent, message_id = %id, %error, "a dead letter cannot be buried"),
        }
    }

    async fn bury_as(
        &self,
        agent: &AgentId,
        id: &MessageId,
        next: Option<&Message>,
    ) -> Result<Result<Done, Refusal>, Error> {
        let now = self.now();
        let onward = next.map(|next| Box::new(enqueue(next, now, now, MessageKind::Message)));
        self.write(Op::Bury { agent_id: agent.clone(), message_id: id.clone(), onward, now }).await
    }
}

/// What a dead letter becomes for each of its fallback agents, in their order.
fn onward(body: &str) -> Vec<Message> {
    let Ok(message) = serde_json::from_str::<Message>(body) else {
        return Vec::new();
    };
    if message.sender.session_id.is_some() {
        return Vec::new();
    }
    let fallbacks = message.routing.fallback_agents.clone();
    let to_each = fallbacks.iter().enumerate().map(|(n, to)| {
        let mut next = message.clone();
        next.recipient = sessiond_core::Party::new(to.clone());
        next.routing.fallback_agents = fallbacks[n + 1..].to_vec();
        next
    });
    to_each.collect()
}

fn tell_dead(agent: &AgentId, id: &MessageId) {
    metrics::counter!("sessiond_dead_letters_total").increment(1);
    tracing::warn!(%agent, message_id = %id, "a message was delivered too often; it is a dead letter now");
}
