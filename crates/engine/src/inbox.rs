//! Inboxes: messages wait for their agent in the store, are taken by one connection at a time or by several pollers,
//! and are delivered again until they are acknowledged.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use parking_lot::Mutex;
use sessiond_core::{AgentId, Fence, Message, MessageId, Principal, Span, Timestamp, limits};
use sessiond_store::{
    Delivery, Done, Exhausted, MessageQuery, MessageRecord, MessageState, Op, Page, Refusal,
};
use tokio::sync::watch;

use crate::rows::{enqueue, refused};
use crate::{Engine, Error, Health};

/// The longest that a reader sleeps without looking: a notice of another process may be lost.
const LONGEST_SLEEP: Duration = Duration::from_secs(30);
/// How often a connection without room asks the store which of its messages were ended elsewhere.
const RECONCILE: Duration = Duration::from_millis(500);
/// How long an agent that nobody hears of is remembered.
const FORGET: Span = Span::from_secs(24 * 3600);

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

    /// Forgets agents that nobody here reads for, or waits for, and that were not heard of for long.
    pub(crate) fn sweep(&self, now: Timestamp) {
        let mut desks = self.desks.lock();
        // A desk that somebody holds beside the map is being used.
        desks.retain(|_, desk| {
            let seen = desk.seen.lock();
            let recent = seen.at.is_some_and(|at| now.since(at) <= FORGET);
            recent || seen.connections > 0 || desk.bell.receiver_count() > 0 || Arc::strong_count(desk) > 1
        });
        desks.shrink_to_fit();
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
    /// When the store was last asked what became of them.
    reconciled: Option<Instant>,
}

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
        let (engine, its_desk) = (self.clone(), desk.clone());
        let fence = self
            .whole(async move {
                let fence = match engine.write(op).await?.map_err(refused)? {
                    Done::Fence(fence) => fence,
                    other => return Err(unexpected(&other)),
                };
                // The connection before this one must notice that it has been replaced.
                its_desk.ring();
                Ok(fence)
            })
            .await?;
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
            reconciled: None,
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
        let desk = self.shared.hub.desk(agent);
        let heard = || {
            if lives {
                desk.heard(self.now(), None);
            }
        };
        heard();
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
        acts_as(principal, agent)?;
        if message_ids.len() > limits::BATCH {
            return Err(Error::LimitReached {
                what: "acknowledgements of a request",
                limit: limits::BATCH as u64,
            });
        }
        self.known(agent).await?;
        let desk = self.shared.hub.desk(agent);
        desk.heard(self.now(), None);
        let op =
            Op::Ack { agent_id: agent.clone(), fence, message_ids: message_ids.clone(), now: self.now() };
        let engine = self.clone();
        self.whole(async move {
            let count = match engine.write(op).await?.map_err(refused)? {
                Done::Count(count) => count,
                other => return Err(unexpected(&other)),
            };
            desk.acked(&message_ids);
            // A connection of the same agent may have waited for room.
            desk.ring();
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
        acts_as(principal, agent)?;
        let (engine, agent, message_id) = (self.clone(), agent.clone(), message.clone());
        self.whole(async move {
            let (agent_id, inbox_limit, now) = (agent.clone(), limits::INBOX, engine.now());
            let op = Op::Requeue { agent_id, message_id, inbox_limit, now };
            engine.write(op).await?.map_err(refused)?;
            engine.shared.hub.wake(&agent);
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
            Done::Taken { deliveries, exhausted } => {
                let handout = Handout { engine: self.clone(), agent: agent.clone(), deliveries };
                for letter in exhausted {
                    self.bury(&agent, letter).await;
                }
                metrics::counter!("sessiond_deliveries_total").increment(handout.deliveries.len() as u64);
                Ok(handout)
            }
            other => Err(unexpected(&other)),
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
                Ok(_) => engine.shared.hub.wake(&agent),
                Err(error) => tracing::debug!(%agent, %error, "what nobody collected is delivered later"),
            }
        });
    }

    /// How long nothing in the inbox will be due by itself.
    async fn until_due(&self, agent: &AgentId) -> Result<Duration, Error> {
        let now = self.now();
        let next = self.shared.store.inbox(agent, now).await?.next_due;
        let until: Duration = next.map_or(LONGEST_SLEEP, |next| next.since(now).into());
        Ok(until.clamp(Duration::from_millis(1), LONGEST_SLEEP))
    }

    /// A message that was delivered too often is a dead letter, and goes to the first of its fallback agents that can
    /// take it, in one transaction. A task's request does not: what becomes of a task is the session's business, which
    /// gives each attempt its time. What cannot be buried now is come upon by the next take.
    async fn bury(&self, agent: &AgentId, letter: Exhausted) {
        let id = letter.message_id;
        for next in onward(&letter.body) {
            let to = next.recipient.agent_id.clone();
            if !self.is_registered(&to) {
                continue;
            }
            match self.bury_as(agent, &id, Some(&next)).await {
                Ok(Err(Refusal::NotFound)) => return,
                Ok(Err(refusal)) => {
                    tracing::warn!(%to, ?refusal, message = %id, "a fallback agent cannot take a dead letter");
                }
                Ok(Ok(_)) => {
                    self.shared.hub.wake(&to);
                    return tell_dead(agent, &id);
                }
                Err(error) => {
                    return tracing::warn!(%agent, message = %id, %error, "a dead letter cannot be buried");
                }
            }
        }
        match self.bury_as(agent, &id, None).await {
            Ok(Ok(_)) => tell_dead(agent, &id),
            // Another reader was faster.
            Ok(Err(_)) => {}
            Err(error) => tracing::warn!(%agent, message = %id, %error, "a dead letter cannot be buried"),
        }
    }

    async fn bury_as(
        &self,
        agent: &AgentId,
        id: &MessageId,
        next: Option<&Message>,
    ) -> Result<Result<Done, Refusal>, Error> {
        let now = self.now();
        let onward = next.map(|next| Box::new(enqueue(next, now, now, false)));
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
    tracing::warn!(%agent, message = %id, "a message was delivered too often; it is a dead letter now");
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
            let sleep = if room > 0 {
                let taken = self.take(room).await?;
                if !taken.is_empty() {
                    let now = Instant::now();
                    self.unacked.extend(taken.iter().map(|delivery| (delivery.message_id.clone(), now)));
                    self.desk.took(&taken);
                    self.ready.extend(taken);
                    continue;
                }
                self.engine.until_due(&self.agent).await?
            } else {
                let since = self.reconciled.map_or(RECONCILE, |at| at.elapsed());
                if since >= RECONCILE {
                    self.reconcile().await?;
                    continue;
                }
                RECONCILE.saturating_sub(since)
            };
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
        self.reconciled = Some(Instant::now());
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
        self.desk.heard(self.engine.now(), said);
    }
}

impl Drop for InboxConnection {
    fn drop(&mut self) {
        self.engine.put_back(&self.agent, self.ready.drain(..).collect());
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
