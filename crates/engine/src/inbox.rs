//! Inboxes: messages wait for their agent in the store, are taken by one connection at a time or by several pollers,
//! and are delivered again until they are acknowledged.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use parking_lot::Mutex;
use sessiond_core::{AgentId, Fence, Message, MessageId, Principal, Span, Timestamp, limits};
use sessiond_store::{Dead, Delivery, Done, MessageQuery, MessageRecord, Op, Page};
use tokio::sync::watch;

use crate::actor::{enqueue, refused};
use crate::{Engine, Error, Health};

/// The longest that a reader sleeps without looking: a notice of another process may be lost.
const LONGEST_SLEEP: Duration = Duration::from_secs(30);

/// What this process knows of every agent that it has heard of.
#[derive(Default)]
pub(crate) struct Hub {
    desks: Mutex<HashMap<AgentId, Arc<Desk>>>,
}

/// What this process knows of one agent.
pub(crate) struct Desk {
    /// Changes when there may be something in the inbox, or its reader has been replaced.
    bell: watch::Sender<u64>,
    seen: Mutex<Seen>,
}

/// When an agent was last heard of, and what it said.
#[derive(Debug, Clone, Default)]
pub(crate) struct Seen {
    pub(crate) at: Option<Timestamp>,
    pub(crate) connections: u32,
    pub(crate) said: Option<Health>,
    pub(crate) latency_ms: Option<f64>,
    taken: HashMap<MessageId, Instant>,
}

impl Default for Desk {
    fn default() -> Self {
        Self { bell: watch::Sender::new(0), seen: Mutex::default() }
    }
}

impl Hub {
    pub(crate) fn desk(&self, agent: &AgentId) -> Arc<Desk> {
        self.desks.lock().entry(agent.clone()).or_default().clone()
    }

    /// What is known of an agent, if it was ever heard of.
    pub(crate) fn seen(&self, agent: &AgentId) -> Option<Seen> {
        let desk = self.desks.lock().get(agent).cloned()?;
        let seen = desk.seen.lock().clone();
        Some(seen)
    }

    /// Tells readers of the inbox to look.
    pub(crate) fn wake(&self, agent: &AgentId) {
        if let Some(desk) = self.desks.lock().get(agent) {
            desk.ring();
        }
    }

    /// Tells all readers to look.
    pub(crate) fn wake_all(&self) {
        for desk in self.desks.lock().values() {
            desk.ring();
        }
    }

    pub(crate) fn forget(&self, agent: &AgentId) {
        if let Some(desk) = self.desks.lock().remove(agent) {
            desk.ring();
        }
    }
}

impl Desk {
    pub(crate) fn subscribe(&self) -> watch::Receiver<u64> {
        self.bell.subscribe()
    }

    fn ring(&self) {
        self.bell.send_modify(|count| *count += 1);
    }

    pub(crate) fn heard(&self, now: Timestamp, said: Option<Health>) {
        let mut seen = self.seen.lock();
        seen.at = Some(now);
        if said.is_some() {
            seen.said = said;
        }
    }

    /// Notes when messages were handed out, to know how long their acknowledgement takes.
    fn took(&self, deliveries: &[Delivery]) {
        let mut seen = self.seen.lock();
        // A reader that never acknowledges must not make this grow for ever.
        if seen.taken.len() > 4 * limits::INBOX_WINDOW {
            seen.taken.clear();
        }
        let now = Instant::now();
        seen.taken.extend(deliveries.iter().map(|delivery| (delivery.message_id.clone(), now)));
    }

    fn acked(&self, ids: &[MessageId]) {
        let mut seen = self.seen.lock();
        for id in ids {
            let Some(taken) = seen.taken.remove(id) else {
                continue;
            };
            let took = taken.elapsed().as_secs_f64() * 1000.0;
            metrics::histogram!("sessiond_acknowledge_seconds").record(took / 1000.0);
            seen.latency_ms = Some(seen.latency_ms.map_or(took, |mean| 0.8 * mean + 0.2 * took));
        }
    }
}

/// The one connection that reads an inbox. A later one takes over: this one then gets [`Error::InboxTaken`].
pub struct InboxConnection {
    engine: Engine,
    agent: AgentId,
    desk: Arc<Desk>,
    bell: watch::Receiver<u64>,
    fence: Fence,
    ready: VecDeque<Delivery>,
    /// A take that is under way. It outlives a `next` that is dropped: what it takes counts as delivered, and would
    /// otherwise lie unseen until it is due again.
    taking: Option<BoxFuture<'static, Result<Vec<Delivery>, Error>>>,
    /// What this connection holds unacknowledged, and since when.
    unacked: HashMap<MessageId, Instant>,
}

impl Engine {
    /// Takes over the reading of an inbox. What was delivered and not acknowledged is delivered again, first.
    pub async fn connect_inbox(
        &self,
        principal: &Principal,
        agent: &AgentId,
    ) -> Result<InboxConnection, Error> {
        acts_as(principal, agent)?;
        if !self.is_registered(agent) {
            return Err(Error::AgentNotFound(agent.clone()));
        }
        let desk = self.shared.hub.desk(agent);
        let op = Op::Connect { agent_id: agent.clone(), now: self.now() };
        let fence = match self.write(op).await?.map_err(refused)? {
            Done::Fence(fence) => fence,
            other => return Err(unexpected(&other)),
        };
        // The connection before this one must notice that it has been replaced.
        desk.ring();
        {
            let mut seen = desk.seen.lock();
            seen.connections += 1;
            seen.at = Some(self.now());
        }
        let mut bell = desk.subscribe();
        bell.mark_changed();
        Ok(InboxConnection {
            engine: self.clone(),
            agent: agent.clone(),
            desk,
            bell,
            fence,
            ready: VecDeque::new(),
            taking: None,
            unacked: HashMap::new(),
        })
    }

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
        acts_as(principal, agent)?;
        let desk = self.shared.hub.desk(agent);
        desk.heard(self.now(), None);
        let mut bell = desk.subscribe();
        let deadline = tokio::time::Instant::now() + wait.min(Duration::from_millis(limits::WAIT_MS));
        let limit = limit.clamp(1, limits::INBOX_WINDOW);
        loop {
            bell.mark_unchanged();
            let taken = self.take(agent, fence, limit).await?;
            if !taken.is_empty() {
                desk.took(&taken);
                return Ok(taken);
            }
            if tokio::time::Instant::now() >= deadline {
                return Ok(taken);
            }
            let sleep = self.until_due(agent).await?;
            tokio::select! {
                () = self.shared.stop.cancelled() => return Ok(taken),
                () = tokio::time::sleep_until(deadline) => {}
                () = tokio::time::sleep(sleep) => {}
                _ = bell.changed() => {}
            }
            desk.heard(self.now(), None);
        }
    }

    /// Acknowledges messages: they are not delivered again. Says how many had not been acknowledged before.
    pub async fn ack(
        &self,
        principal: &Principal,
        agent: &AgentId,
        fence: Option<Fence>,
        message_ids: Vec<MessageId>,
    ) -> Result<u64, Error> {
        acts_as(principal, agent)?;
        if message_ids.len() > limits::BATCH {
            return Err(Error::LimitReached {
                what: "acknowledgements of a request",
                limit: limits::BATCH as u64,
            });
        }
        let desk = self.shared.hub.desk(agent);
        desk.heard(self.now(), None);
        let op =
            Op::Ack { agent_id: agent.clone(), fence, message_ids: message_ids.clone(), now: self.now() };
        let count = match self.write(op).await?.map_err(refused)? {
            Done::Count(count) => count,
            other => return Err(unexpected(&other)),
        };
        desk.acked(&message_ids);
        Ok(count)
    }

    /// Puts a dead letter back into its inbox.
    pub async fn requeue(
        &self,
        principal: &Principal,
        agent: &AgentId,
        message: &MessageId,
    ) -> Result<(), Error> {
        acts_as(principal, agent)?;
        let op = Op::Requeue { agent_id: agent.clone(), message_id: message.clone(), now: self.now() };
        self.write(op).await?.map_err(refused)?;
        self.shared.hub.wake(agent);
        Ok(())
    }

    /// Messages to an agent that the caller may act as; an administrator may ask for those to all.
    pub async fn messages(
        &self,
        principal: &Principal,
        query: MessageQuery,
    ) -> Result<Page<MessageRecord>, Error> {
        match (&query.recipient, &query.session_id) {
            (Some(agent), None) => acts_as(principal, agent)?,
            (_, Some(session)) => {
                let session = self.session(principal, session).await?;
                if !principal.commands(&session) {
                    match &query.recipient {
                        Some(agent) => acts_as(principal, agent)?,
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

    async fn take(
        &self,
        agent: &AgentId,
        fence: Option<Fence>,
        limit: usize,
    ) -> Result<Vec<Delivery>, Error> {
        let now = self.now();
        let again =
            Span::from_millis(u64::try_from(self.shared.options.ack_timeout.as_millis()).unwrap_or(u64::MAX));
        let op = Op::Take {
            agent_id: agent.clone(),
            fence,
            now,
            again_at: now.after(again),
            limit,
            max_attempts: self.shared.options.delivery_attempts,
        };
        match self.write(op).await?.map_err(refused)? {
            Done::Taken { deliveries, dead } => {
                for letter in dead {
                    self.pass_on(agent, letter).await;
                }
                metrics::counter!("sessiond_deliveries_total").increment(deliveries.len() as u64);
                Ok(deliveries)
            }
            other => Err(unexpected(&other)),
        }
    }

    /// How long nothing in the inbox will be due by itself.
    async fn until_due(&self, agent: &AgentId) -> Result<Duration, Error> {
        let now = self.now();
        let next = self.shared.store.inbox(agent, now).await?.next_due;
        let until: Duration = next.map_or(LONGEST_SLEEP, |next| next.since(now).into());
        Ok(until.clamp(Duration::from_millis(1), LONGEST_SLEEP))
    }

    /// A message that was delivered too often goes to its first fallback agent. A task's request does not: what
    /// becomes of a task is the session's business, which gives each attempt its time.
    async fn pass_on(&self, agent: &AgentId, letter: Dead) {
        metrics::counter!("sessiond_dead_letters_total").increment(1);
        tracing::warn!(%agent, message = %letter.message_id, "a message was delivered too often; it is a dead letter now");
        let Ok(mut message) = serde_json::from_str::<Message>(&letter.body) else {
            return;
        };
        if message.sender.session_id.is_some() || message.routing.fallback_agents.is_empty() {
            return;
        }
        message.recipient = sessiond_core::Party::new(message.routing.fallback_agents.remove(0));
        let now = self.now();
        let next = message.recipient.agent_id.clone();
        let op = Op::Enqueue { message: Box::new(enqueue(&message, now, now, false)), answer: None };
        match self.write(op).await {
            Ok(Ok(_)) => self.shared.hub.wake(&next),
            Ok(Err(refusal)) => {
                tracing::warn!(%next, ?refusal, "the fallback agent cannot take the dead letter")
            }
            Err(error) => tracing::warn!(%next, %error, "the dead letter cannot be passed on"),
        }
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
                // Not while a take is under way: it may not have seen what the bell rang for.
                self.bell.mark_unchanged();
            }
            let room = self.room();
            let mut sleep = LONGEST_SLEEP;
            if room > 0 {
                let taken = self.take(room).await?;
                if !taken.is_empty() {
                    let now = Instant::now();
                    self.unacked.extend(taken.iter().map(|delivery| (delivery.message_id.clone(), now)));
                    self.desk.took(&taken);
                    self.ready.extend(taken);
                    continue;
                }
                sleep = self.engine.until_due(&self.agent).await?;
            }
            tokio::select! {
                () = self.engine.shared.stop.cancelled() => return Err(Error::Closed),
                () = tokio::time::sleep(sleep) => {}
                _ = self.bell.changed() => {}
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
        let count = match self.engine.write(op).await?.map_err(refused)? {
            Done::Count(count) => count,
            other => return Err(unexpected(&other)),
        };
        self.desk.acked(&message_ids);
        for id in &message_ids {
            self.unacked.remove(id);
        }
        self.heard(None);
        // A reader that waited for room looks again.
        self.bell.mark_changed();
        Ok(count)
    }

    /// How many messages may be taken. What is due again by now is no longer held: it comes again, under this same
    /// window.
    fn room(&mut self) -> usize {
        let held = self.engine.shared.options.ack_timeout;
        if self.unacked.len() >= limits::INBOX_WINDOW {
            self.unacked.retain(|_, since| since.elapsed() < held);
        }
        limits::INBOX_WINDOW.saturating_sub(self.unacked.len())
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
        self.desk.heard(self.engine.now(), said);
    }
}

impl Drop for InboxConnection {
    fn drop(&mut self) {
        let mut seen = self.desk.seen.lock();
        seen.connections = seen.connections.saturating_sub(1);
    }
}

pub(crate) fn acts_as(principal: &Principal, agent: &AgentId) -> Result<(), Error> {
    if principal.acts_as(agent) {
        return Ok(());
    }
    Err(Error::Forbidden(format!("this key may not act as {agent}")))
}

pub(crate) fn unexpected(done: &Done) -> Error {
    Error::Store(sessiond_store::Error::Failed(format!("the store answered {done:?}, which was not asked")))
}
