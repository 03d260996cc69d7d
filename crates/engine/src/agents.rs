//! Agents: who is registered, and how each is.

use std::collections::BTreeMap;
use std::sync::Arc;

use parking_lot::RwLock;
use sessiond_core::{AgentId, MessageId, Principal, Role, Span, TaskStatus, Timestamp, limits};
use sessiond_store::{AgentRecord, Error as StoreError, Op, Page, Refusal, Store, TaskQuery, TaskRow};
use tokio::sync::watch;

use crate::{Engine, Error, clock};

/// What a registration did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Registration {
    /// The agent was unknown before.
    Created,
    /// It was registered with this very registration.
    Unchanged,
    /// Its registration was replaced.
    Replaced,
}

/// Whether an agent can be reached, and works.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Health {
    /// It reads its inbox, and has not said more.
    Connected,
    /// It lives and has nothing to do.
    Idle,
    /// It works on a task.
    Busy,
    /// It was not heard of for a while.
    Unreachable,
    /// It was not heard of for a long while, or never.
    Gone,
}

/// An agent and how it is.
#[derive(Debug, Clone)]
pub struct RegisteredAgent {
    /// Its registration.
    pub record: AgentRecord,
    /// How it is.
    pub health: Health,
    /// When it was last heard of, since this process started.
    pub last_seen: Option<Timestamp>,
    /// Messages in its inbox that it has not acknowledged.
    pub inbox_depth: u64,
    /// A moving average of the time from delivery to acknowledgement, in milliseconds.
    pub latency_ms: Option<f64>,
    /// The tasks that it has not ended, a hundred at most.
    pub tasks: Vec<TaskRow>,
}

/// All registered agents, in memory: every message asks whether its recipient is one.
pub(crate) struct Registry {
    agents: RwLock<Arc<BTreeMap<AgentId, AgentRecord>>>,
    /// Changes with them.
    version: watch::Sender<u64>,
    /// Held from a write until what it changed is here too, and while all is read anew: an older list must not take
    /// the place of a newer one.
    turn: tokio::sync::Mutex<()>,
}

/// How often a change is decided anew because another process was faster.
const TRIES: usize = 8;

impl Registry {
    pub(crate) async fn load(store: &dyn Store) -> Result<Self, Error> {
        let registry =
            Self { agents: RwLock::default(), version: watch::Sender::new(0), turn: Default::default() };
        registry.reload(store).await?;
        Ok(registry)
    }

    pub(crate) async fn reload(&self, store: &dyn Store) -> Result<(), Error> {
        let _turn = self.turn.lock().await;
        let mut agents = BTreeMap::new();
        let mut after: Option<AgentId> = None;
        loop {
            let page = store.agents(after.as_ref(), limits::PAGE).await?;
            let Some(last) = page.last() else { break };
            after = Some(last.agent_id.clone());
            agents.extend(page.into_iter().map(|agent| (agent.agent_id.clone(), agent)));
        }
        self.change(|present| *present = agents);
        Ok(())
    }

    fn get(&self, agent: &AgentId) -> Option<AgentRecord> {
        self.agents.read().get(agent).cloned()
    }

    /// Reads one registration anew, which another process has changed.
    async fn look(&self, store: &dyn Store, agent: &AgentId) -> Result<Option<AgentRecord>, Error> {
        let present = store.agent(agent).await?;
        self.change(|agents| match present.clone() {
            Some(record) => drop(agents.insert(agent.clone(), record)),
            None => drop(agents.remove(agent)),
        });
        Ok(present)
    }

    fn change(&self, change: impl FnOnce(&mut BTreeMap<AgentId, AgentRecord>)) {
        change(Arc::make_mut(&mut self.agents.write()));
        self.version.send_modify(|version| *version += 1);
    }
}

impl Engine {
    /// Whether an agent is registered.
    pub fn is_registered(&self, agent: &AgentId) -> bool {
        self.shared.registry.agents.read().contains_key(agent)
    }

    pub(crate) fn registration(&self, agent: &AgentId) -> Option<AgentRecord> {
        self.shared.registry.get(agent)
    }

    /// Makes an agent known. `registration` is kept as it is given. The same again changes nothing; another one is
    /// taken from whoever registered the agent, or an administrator.
    pub async fn register(
        &self,
        principal: &Principal,
        agent: &AgentId,
        registration: Arc<str>,
    ) -> Result<Registration, Error> {
        principal.must_act_as(agent)?;
        if self.shared.registry.get(agent).is_some_and(|present| present.registration == registration) {
            self.offer_held(agent).await?;
            return Ok(Registration::Unchanged);
        }
        let (engine, principal, agent) = (self.clone(), principal.clone(), agent.clone());
        self.whole(async move {
            let registration = engine.put_agent(&principal, &agent, registration).await?;
            engine.offer_held(&agent).await?;
            Ok(registration)
        })
        .await
    }

    async fn put_agent(
        &self,
        principal: &Principal,
        agent: &AgentId,
        registration: Arc<str>,
    ) -> Result<Registration, Error> {
        let registry = &self.shared.registry;
        let _turn = registry.turn.lock().await;
        let mut present = registry.get(agent);
        for _ in 0..TRIES {
            if let Some(present) = &present {
                if present.registration == registration {
                    return Ok(Registration::Unchanged);
                }
                only_owner(principal, present)?;
            } else if registry.agents.read().len() as u64 >= limits::AGENTS {
                return Err(Error::LimitReached { what: "registered agents", limit: limits::AGENTS });
            }
            let expected_owner = present.as_ref().map(|present| present.owner.clone());
            let record = AgentRecord {
                agent_id: agent.clone(),
                owner: expected_owner.clone().unwrap_or_else(|| principal.name.clone()),
                registration: registration.clone(),
                registered_at: present.as_ref().map_or(self.now(), |present| present.registered_at),
            };
            let op = Op::PutAgent { record: Box::new(record.clone()), expected_owner };
            match self.write(op).await? {
                Ok(_) => {
                    registry.change(|agents| drop(agents.insert(agent.clone(), record)));
                    let replaced = present.is_some();
                    return Ok(if replaced { Registration::Replaced } else { Registration::Created });
                }
                Err(Refusal::Owner { .. }) => present = registry.look(&*self.shared.store, agent).await?,
                Err(refusal) => return Err(refusal.into()),
            }
        }
        Err(Error::Conflict)
    }

    /// Removes an agent and its inbox. Whoever registered it may, and an administrator.
    pub async fn unregister(&self, principal: &Principal, agent: &AgentId) -> Result<(), Error> {
        principal.must_act_as(agent)?;
        let (engine, principal, agent) = (self.clone(), principal.clone(), agent.clone());
        self.whole(async move { engine.remove_agent(&principal, &agent).await }).await
    }

    async fn remove_agent(&self, principal: &Principal, agent: &AgentId) -> Result<(), Error> {
        let registry = &self.shared.registry;
        let _turn = registry.turn.lock().await;
        let mut present = registry.get(agent);
        for _ in 0..TRIES {
            let Some(record) = &present else {
                return Err(Error::AgentNotFound(agent.clone()));
            };
            only_owner(principal, record)?;
            let expected_owner = Some(record.owner.clone());
            match self.write(Op::DeleteAgent { agent_id: agent.clone(), expected_owner }).await? {
                Ok(_) => {
                    registry.change(|agents| drop(agents.remove(agent)));
                    self.shared.presences.forget(agent);
                    return self.fail_tasks_of(agent, "the agent was removed, and its inbox with it").await;
                }
                Err(Refusal::Owner { .. }) => present = registry.look(&*self.shared.store, agent).await?,
                Err(refusal) => return Err(refusal.into()),
            }
        }
        Err(Error::Conflict)
    }

    /// An agent says that it lives, and may say what it does, and which messages wait in it: those are not delivered again
    /// while it says so.
    pub async fn heartbeat(
        &self,
        principal: &Principal,
        agent: &AgentId,
        said: Option<Health>,
        waiting: Vec<MessageId>,
    ) -> Result<(), Error> {
        principal.must_act_as(agent)?;
        if !self.is_registered(agent) {
            return Err(Error::AgentNotFound(agent.clone()));
        }
        if waiting.len() > limits::INBOX_WINDOW {
            let (what, limit) = ("messages that wait in an agent", limits::INBOX_WINDOW as u64);
            return Err(Error::LimitReached { what, limit });
        }
        self.shared.presences.of(agent).heard(self.now(), said);
        if !waiting.is_empty() {
            // Until the next heartbeat, which may be further away than a short time for acknowledgements.
            let shortest = Span::from_millis(limits::AGENT_UNREACHABLE_MS);
            let again_at = self.now().after(clock::span(self.shared.options.ack_timeout).max(shortest));
            let op = Op::Extend { agent_id: agent.clone(), message_ids: waiting, again_at };
            let _ = self.write(op).await?;
        }
        Ok(())
    }

    /// All registrations, for whoever delivers messages to where agents listen.
    pub fn registrations(&self) -> Vec<AgentRecord> {
        self.shared.registry.agents.read().values().cloned().collect()
    }

    /// Tells when registrations change.
    pub fn registrations_changed(&self) -> watch::Receiver<u64> {
        self.shared.registry.version.subscribe()
    }

    /// How many connections read an agent's inbox in this process.
    pub fn connections(&self, agent: &AgentId) -> u32 {
        self.shared.presences.activity(agent).map_or(0, |seen| seen.connections)
    }

    /// An agent and how it is. Whom a caller may not act as, it may still know of: agents find each other this way.
    /// Its tasks are told only to who may act as it, because they name sessions.
    pub async fn agent(&self, principal: &Principal, agent: &AgentId) -> Result<RegisteredAgent, Error> {
        let record = self.shared.registry.get(agent).ok_or_else(|| Error::AgentNotFound(agent.clone()))?;
        self.describe(principal, record).await
    }

    /// At most `limit` of the agents whose registration is `wanted`, by id, from the cursor of the page before.
    pub async fn agents(
        &self,
        principal: &Principal,
        cursor: Option<String>,
        limit: usize,
        wanted: impl Fn(&str) -> bool + Send,
    ) -> Result<Page<RegisteredAgent>, Error> {
        let after =
            cursor.map(|cursor| AgentId::parse(cursor).map_err(|_| StoreError::Cursor)).transpose()?;
        let agents = self.shared.registry.agents.read().clone();
        let from = match &after {
            Some(after) => std::ops::Bound::Excluded(after),
            None => std::ops::Bound::Unbounded,
        };
        let rest = agents.range::<AgentId, _>((from, std::ops::Bound::Unbounded));
        let mut found: Vec<_> = rest
            .map(|(_, record)| record)
            .filter(|record| wanted(&record.registration))
            .take(limit + 1)
            .collect();
        let more = found.len() > limit;
        found.truncate(limit);
        let mut items = Vec::new();
        for record in found {
            items.push(self.describe(principal, record.clone()).await?);
        }
        let next_cursor = items.last().filter(|_| more).map(|agent| agent.record.agent_id.to_string());
        Ok(Page { items, next_cursor })
    }

    async fn describe(&self, principal: &Principal, record: AgentRecord) -> Result<RegisteredAgent, Error> {
        let now = self.now();
        let store = &self.shared.store;
        let inbox = store.inbox(&record.agent_id, now).await?;
        let mut tasks = Vec::new();
        for status in [TaskStatus::InProgress, TaskStatus::Pending] {
            let assignee = Some(record.agent_id.clone());
            let (status, limit) = (Some(status), limits::PAGE_DEFAULT);
            let query = TaskQuery { assignee, status, limit, ..TaskQuery::default() };
            tasks.extend(store.tasks(query).await?.items);
        }
        let seen = self.shared.presences.activity(&record.agent_id).unwrap_or_default();
        let works = tasks.iter().any(|task| task.status == TaskStatus::InProgress);
        let silent = seen.at.map(|at| now.since(at));
        let longer = |limit: u64| silent.is_none_or(|silent| silent > Span::from_millis(limit));
        let health = if seen.connections == 0 && longer(limits::AGENT_GONE_MS) {
            Health::Gone
        } else if seen.connections == 0 && longer(limits::AGENT_UNREACHABLE_MS) {
            Health::Unreachable
        } else if works {
            Health::Busy
        } else {
            seen.said.unwrap_or(Health::Connected)
        };
        tasks.truncate(if principal.acts_as(&record.agent_id) { limits::PAGE_DEFAULT } else { 0 });
        Ok(RegisteredAgent {
            record,
            health,
            last_seen: seen.at,
            inbox_depth: inbox.depth,
            latency_ms: seen.latency_ms,
            tasks,
        })
    }
}

/// A registration is changed by whoever made it, or an administrator: others that may act as the agent must not take
/// it over.
fn only_owner(principal: &Principal, present: &AgentRecord) -> Result<(), Error> {
    if present.owner == principal.name || principal.role == Role::Admin {
        return Ok(());
    }
    Err(Error::AgentExists(present.agent_id.clone()))
}
