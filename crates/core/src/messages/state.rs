//! Messages between agents, in the shapes of the wire. A message is stored and delivered as it is written here.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::lifecycle::Status;
use crate::session::facet_state::FacetState;
use crate::values::check::Checks;
use crate::values::{AgentId, Exceeded, Limit, MessageId, SessionId, Span, TaskId, Timestamp, limits};

/// A message from one agent to another.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "schema", schema(as = SendMessage))]
pub struct Message {
    /// Chosen by the sender; the same id again is the same message.
    pub message_id: MessageId,
    /// When the sender says it wrote the message.
    pub timestamp: Timestamp,
    /// The sender. `session_id` names the session of the message.
    pub sender: Party,
    /// The recipient.
    pub recipient: Party,
    /// When it is delivered, 30 days ahead at most. Default, and for a time in the past: at once. Reports on tasks and
    /// synchronous messages are not delayed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deliver_at: Option<Timestamp>,
    /// Its type.
    pub message_type: MessageType,
    /// Orders the inbox of the recipient.
    #[serde(default)]
    pub priority: Priority,
    /// Its content.
    #[serde(default)]
    pub payload: Value,
    /// How it is delivered, and what happens when that fails.
    #[serde(default)]
    pub routing: Routing,
    /// Other data from the sender or the engine. The engine adds `task_id` and `task_attempt` to the request of a task.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub metadata: Map<String, Value>,
    /// The message that this one answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub in_reply_to: Option<MessageId>,
}

/// One end of a message.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Party {
    /// The agent.
    pub agent_id: AgentId,
    /// Its framework. Default: the part of its id before `://`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub framework: Option<String>,
    /// The session that the message belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session_id: Option<SessionId>,
}

impl Party {
    /// An agent, outside any session.
    pub fn new(agent_id: AgentId) -> Self {
        let framework = Some(agent_id.framework().to_owned());
        Self { agent_id, framework, session_id: None }
    }

    /// The same agent, in a session.
    pub fn in_session(mut self, session_id: SessionId) -> Self {
        self.session_id = Some(session_id);
        self
    }
}

/// The type of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, strum::Display, strum::IntoStaticStr)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum MessageType {
    /// Asks for work; in a session it is a task of that session.
    TaskRequest,
    /// Answers a task request.
    TaskResponse,
    /// Tells how work goes.
    StatusUpdate,
    /// Tells that something failed; with a reference to a task it fails that task.
    Error,
    /// Says that the sender lives; it is not delivered.
    Heartbeat,
}

/// The priority in an inbox. Messages of one sender and session keep their order of sending nevertheless.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Priority {
    /// After everything else.
    Low,
    /// The default.
    #[default]
    Medium,
    /// Before medium.
    High,
    /// Before everything else.
    Critical,
}

/// How a message is delivered, and what happens when that fails.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Routing {
    /// The time that one attempt of the task may take once it is accepted. Outside a session: how long a synchronous sender
    /// waits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timeout: Option<Span>,
    /// The time in which an attempt of the task must be accepted. Default: `24h`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start_within: Option<Span>,
    /// The longest time without a report on an attempt that is in progress.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub heartbeat: Option<Span>,
    /// When and how often a failed attempt is retried.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_policy: Option<RetryPolicy>,
    /// The agents that receive it next, in order, when the recipient fails for good.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fallback_agents: Vec<AgentId>,
    /// Whether the sender waits for the response.
    #[serde(default)]
    pub delivery_mode: DeliveryMode,
}

/// Whether the sender waits for the response.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum DeliveryMode {
    /// The answer says that the message is stored.
    #[default]
    Async,
    /// The answer holds the response, or says that none came in time.
    Sync,
}

/// When and how often a failed attempt is retried.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct RetryPolicy {
    /// How many attempts may follow the first.
    pub max_retries: u32,
    /// How the delay grows: `linear` or `exponential`.
    #[serde(default)]
    pub backoff: Backoff,
    /// The first delay; one second if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base: Option<Span>,
    /// The longest delay; one minute if absent, or `base` if that is longer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cap: Option<Span>,
    /// Whether half of each delay is random.
    #[serde(default = "yes")]
    pub jitter: bool,
}

fn yes() -> bool {
    true
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self { max_retries: 0, backoff: Backoff::Linear, base: None, cap: None, jitter: true }
    }
}

/// How the delay between attempts grows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Backoff {
    /// base, 2 × base, 3 × base …
    #[default]
    Linear,
    /// base, 2 × base, 4 × base …
    Exponential,
}

impl Routing {
    /// The times that it names.
    pub(crate) fn spans(&self) -> [(&'static str, Option<Span>); 3] {
        [("timeout", self.timeout), ("start_within", self.start_within), ("heartbeat", self.heartbeat)]
    }
}

impl RetryPolicy {
    /// Checks it; `at` is its pointer.
    pub(crate) fn check(&self, checks: &mut Checks, at: &str) {
        if self.max_retries > limits::RETRIES {
            let detail = format!("it may be {} at most", limits::RETRIES);
            checks.wrong(format!("{at}/max_retries"), detail);
        }
        checks.span_or_none(format!("{at}/base"), self.base, limits::SPAN_MS);
        checks.span_or_none(format!("{at}/cap"), self.cap, limits::SPAN_MS);
    }

    /// The delay before retry number `retry` (1 for the first). `random` is any number; with jitter it picks from
    /// the upper half of the delay ("equal jitter", AWS Architecture Blog, "Exponential Backoff And Jitter", 2015).
    pub fn delay(&self, retry: u32, random: u64) -> Span {
        let base = self.base.map_or(limits::RETRY_BASE_MS, Span::millis);
        let cap = self.cap.map_or(limits::RETRY_CAP_MS.max(base), Span::millis);
        let retry = retry.max(1);
        let factor = match self.backoff {
            Backoff::Linear => u64::from(retry),
            Backoff::Exponential => 1u64.checked_shl(retry - 1).unwrap_or(u64::MAX),
        };
        let delay = base.saturating_mul(factor).min(cap);
        let jitter = if self.jitter { random % (delay / 2 + 1) } else { 0 };
        Span::from_millis(delay - jitter)
    }
}

/// The task that a response, a status update or an error speaks of.
#[derive(Debug, Clone, PartialEq)]
pub enum TaskReference {
    /// Named by its id in `metadata.task_id` or `payload.task_id`.
    Task(TaskId),
    /// Named by its request in `in_reply_to`.
    Request(MessageId),
}

impl Message {
    /// When it is to be delivered, if that is later than `now`.
    pub fn delayed_until(&self, now: Timestamp) -> Option<Timestamp> {
        self.deliver_at.filter(|at| *at > now)
    }

    /// The task that the message speaks of, by `metadata.task_id`, `payload.task_id` or `in_reply_to`, in this order.
    pub fn task_reference(&self) -> Option<TaskReference> {
        let named =
            |value: Option<&Value>| value.and_then(Value::as_str).and_then(|id| TaskId::parse(id).ok());
        named(self.metadata.get("task_id"))
            .or_else(|| named(self.payload.get("task_id")))
            .map(TaskReference::Task)
            .or_else(|| self.in_reply_to.clone().map(TaskReference::Request))
    }

    /// The attempt that the message speaks of, by `metadata.task_attempt` or `payload.task_attempt`.
    pub fn task_attempt(&self) -> Option<u32> {
        let value = self.metadata.get("task_attempt").or_else(|| self.payload.get("task_attempt"))?;
        value.as_u64().and_then(|n| u32::try_from(n).ok())
    }

    /// The step that a request belongs to, by `metadata.step` or `payload.step`.
    pub fn step(&self) -> Option<&str> {
        self.metadata.get("step").or_else(|| self.payload.get("step")).and_then(Value::as_str)
    }
}

/// The messages of a session whose time has not come, as far as the session remembers them: its end takes them back. The
/// requests of tasks are not among them, because they end with their tasks.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Delayed {
    waiting: Arc<Vec<DelayedMessage>>,
}

/// A message whose time has not come.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct DelayedMessage {
    pub(crate) recipient: AgentId,
    pub(crate) message_id: MessageId,
    pub(crate) at: Timestamp,
}

impl Delayed {
    /// Those that wait still.
    pub(crate) fn after(&self, now: Timestamp) -> impl Iterator<Item = &DelayedMessage> {
        self.waiting.iter().filter(move |message| message.at > now)
    }

    /// Adds one, and forgets those whose time has come.
    pub(crate) fn add(&mut self, message: DelayedMessage, now: Timestamp) {
        let waiting = Arc::make_mut(&mut self.waiting);
        waiting.retain(|message| message.at > now);
        waiting.push(message);
    }
}

impl FacetState for Delayed {
    fn on_end(&mut self, _: Status) {
        self.waiting = Arc::default();
    }

    /// They stay with the session that sent them.
    fn on_fork(&mut self) {
        self.waiting = Arc::default();
    }

    fn check(&self) -> Result<(), Exceeded> {
        self.check_counts()
    }

    fn check_counts(&self) -> Result<(), Exceeded> {
        Limit::DelayedMessages.allows(self.waiting.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delays_grow_as_the_policy_says_and_stop_at_the_cap() {
        let policy = |backoff, jitter| RetryPolicy {
            max_retries: 9,
            backoff,
            base: Some(Span::from_secs(1)),
            cap: Some(Span::from_secs(10)),
            jitter,
        };
        let delays = |p: &RetryPolicy| [1, 2, 3, 4, 99].map(|n| p.delay(n, 0).millis() / 1000);
        assert_eq!(delays(&policy(Backoff::Linear, false)), [1, 2, 3, 4, 10]);
        assert_eq!(delays(&policy(Backoff::Exponential, false)), [1, 2, 4, 8, 10]);
        let jittered = policy(Backoff::Exponential, true);
        for random in [0, 1, 777, u64::MAX] {
            let delay = jittered.delay(2, random).millis();
            assert!((1000..=2000).contains(&delay), "{delay}");
        }
    }
}
