//! `decide`: the one way in. It checks a command against the state and says which events it makes and what must
//! follow once they are durable. It changes nothing itself: the state that it returns is the caller's to keep or drop.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::access::authorize;
use crate::command::{Command, CreateSession, DelegateTask, Envelope, TaskChange, TaskReport};
use crate::event::{Event, EventBody};
use crate::{
    AgentId, Effect, Fence, ForkPoint, Message, MessageId, MessageType, NewParticipant, Outcome, Principal,
    Rejection, Session, SessionId, Status, Task, TaskId, TaskReference, TaskStatus, Timer, TimerAction,
    Timestamp, context, lifecycle, limits, participants, task, workflow,
};

/// Time, ids and randomness of one decision; they come in, because nothing here may make them.
#[derive(Debug, Clone, Copy)]
pub struct Moment {
    /// The time of the decision.
    pub now: Timestamp,
    /// A fresh, time-ordered 128-bit number (a UUID of version 7). The ids that a decision mints count up from it.
    pub nonce: u128,
}

impl Moment {
    /// The `n`th id of this moment.
    pub fn id(&self, prefix: &str, n: u32) -> String {
        format!("{prefix}_{:032x}", self.nonce.wrapping_add(u128::from(n)))
    }
}

/// What a command makes.
#[derive(Debug, Clone, PartialEq)]
pub struct Decision {
    /// The state after the events.
    pub session: Session,
    /// The events; none when the command changes nothing.
    pub events: Vec<Event>,
    /// What must follow once the events are durable.
    pub effects: Vec<Effect>,
    /// What the caller is told beside the state.
    pub receipt: Receipt,
}

/// What the caller of a command is told beside the state; kept for the same request coming twice.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Receipt {
    /// The task that the command made or changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub task_id: Option<TaskId>,
    /// The message that was sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message_id: Option<MessageId>,
    /// The fencing token that was given out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fence: Option<Fence>,
}

/// Begins a session.
pub fn create(new: CreateSession, principal: &Principal, moment: &Moment) -> Result<Decision, Rejection> {
    let expires_at = new.expires_in.map(|span| moment.now.after(span));
    if let Some(document) = &new.shared_context {
        if !document.is_object() {
            return Err(Rejection::invalid("/shared_context", "the shared context is a JSON object"));
        }
        context::check_size(document)?;
    }
    let actor = new.orchestrator.as_ref().map_or(principal.name.clone(), |agent| match principal.role {
        crate::Role::Agent => agent.to_string(),
        _ => principal.name.clone(),
    });
    let first = Event {
        seq: 1,
        time: moment.now,
        actor: actor.clone(),
        body: EventBody::SessionCreated {
            session_id: new.session_id,
            kind: new.kind,
            name: new.name,
            owner: principal.name.clone(),
            client_id: new.client_id,
            orchestrator: new.orchestrator.clone(),
            labels: new.labels,
            expires_at,
            parent: new.parent,
            shared_context: new.shared_context,
        },
    };
    let mut draft = Draft::new(Session::begin(&first)?, moment, actor);
    draft.events.push(first);
    if let Some(agent_id) = new.orchestrator
        && !new.participants.iter().any(|participant| participant.agent_id == agent_id)
    {
        participants::add(
            &mut draft,
            NewParticipant { agent_id, framework: None, role: "orchestrator".into() },
        )?;
    }
    for (i, participant) in new.participants.into_iter().enumerate() {
        if draft.session.takes_part(&participant.agent_id) {
            let detail = format!("{} is listed twice", participant.agent_id);
            return Err(Rejection::invalid(format!("/participants/{i}/agent_id"), detail));
        }
        participants::add(&mut draft, participant)?;
    }
    if let Some(steps) = new.workflow {
        let steps = workflow::plan(&draft.session, steps, "/workflow")?;
        draft.emit(EventBody::WorkflowUpdated { steps })?;
        workflow::advance_with(&mut draft, Vec::new())?;
    }
    if let Some(at) = expires_at {
        let key = lifecycle::EXPIRY_TIMER.into();
        draft.effects.push(Effect::SetTimer(Timer { key, at, action: TimerAction::Expire }));
    }
    Ok(draft.decided(Receipt::default()))
}

/// Goes on with a copy of `source` as another session (or as itself, when a living session is imported). `source` is
/// the state at the revision to fork at, and its journal up to there is to be copied before the events that this
/// gives. Open tasks belong to the source, so the copy cancels them for itself and delegates the same work anew.
pub fn fork(
    source: &Session,
    session_id: SessionId,
    principal: &Principal,
    moment: &Moment,
) -> Result<Decision, Rejection> {
    let from = ForkPoint { session_id: source.id.clone(), revision: source.revision };
    let mut draft = Draft::new(source.clone(), moment, principal.name.clone());
    let ended = source.status != Status::Active;
    draft.emit(EventBody::SessionForked { session_id, owner: principal.name.clone(), from })?;
    let open: Vec<Arc<Task>> = draft.session.open_tasks().cloned().collect();
    for task in &open {
        task::mark_cancelled(&mut draft, task, "it stays with the session that this one was forked from")?;
    }
    if !ended {
        for task in &open {
            if draft.session.takes_part(&task.delegatee) {
                task::delegate_copy(&mut draft, task)?;
            }
        }
    }
    Ok(draft.decided(Receipt::default()))
}

/// Decides a command on a session that exists.
pub fn decide(session: &Session, envelope: Envelope, moment: &Moment) -> Result<Decision, Rejection> {
    let Envelope { principal, agent, expected_revision, fence, command } = envelope;
    authorize(&principal, session, &command)?;
    if let Some(expected) = expected_revision
        && expected != session.revision
    {
        return Err(Rejection::RevisionStale { expected, actual: session.revision });
    }
    let is_timer =
        matches!(command, Command::Expire | Command::ExpireLease { .. } | Command::TaskDeadline { .. });
    if session.status != Status::Active {
        if is_timer {
            return Ok(Draft::new(session.clone(), moment, principal.name).decided(Receipt::default()));
        }
        return Err(Rejection::SessionEnded(session.status));
    }
    let ends = matches!(command, Command::Complete { .. } | Command::Terminate { .. } | Command::Expire);
    if session.revision >= limits::EVENTS && !ends {
        return Err(Rejection::LimitReached { what: "events of a session", limit: limits::EVENTS });
    }
    let agent = acting_agent(&principal, session, agent, &command)?;
    if let Some(agent) = &agent
        && !matches!(command, Command::ClaimLease { .. })
        && !is_timer
    {
        participants::check_fence(session, agent, fence)?;
    }
    let actor = agent.as_ref().map_or(principal.name, AgentId::to_string);
    let mut draft = Draft::new(session.clone(), moment, actor);
    let receipt = draft.run(command)?;
    Ok(draft.decided(receipt))
}

/// The agent in whose name a command is given: by the command itself, else as the caller says.
fn acting_agent(
    principal: &Principal,
    session: &Session,
    said: Option<AgentId>,
    command: &Command,
) -> Result<Option<AgentId>, Rejection> {
    let by_command = match command {
        Command::Send(message) => Some(&message.sender.agent_id),
        Command::Delegate(task) => task.delegator.as_ref(),
        Command::Report(report) => report.by.as_ref(),
        Command::ReleaseLease { agent } => Some(agent),
        _ => None,
    };
    let Some(agent) = by_command.or(said.as_ref()) else {
        return Ok(None);
    };
    if !principal.speaks_for(agent, session) {
        return Err(Rejection::Forbidden(format!("this key may not act as {agent}")));
    }
    Ok(Some(agent.clone()))
}

/// A decision in the making: the state as far as it is decided, and what was decided so far.
pub(crate) struct Draft<'a> {
    pub(crate) session: Session,
    pub(crate) events: Vec<Event>,
    pub(crate) effects: Vec<Effect>,
    pub(crate) moment: &'a Moment,
    /// Whether the message that is being sent tells the delegator itself how its task ended.
    pub(crate) answered_by_message: bool,
    actor: String,
    ids: u32,
}

impl<'a> Draft<'a> {
    fn new(session: Session, moment: &'a Moment, actor: String) -> Self {
        Self {
            session,
            events: Vec::new(),
            effects: Vec::new(),
            moment,
            answered_by_message: false,
            actor,
            ids: 0,
        }
    }

    /// Adds an event and folds it, so that what follows is decided on the state after it.
    pub(crate) fn emit(&mut self, body: EventBody) -> Result<(), Rejection> {
        let event =
            Event { seq: self.session.revision + 1, time: self.moment.now, actor: self.actor.clone(), body };
        self.session.apply(&event)?;
        self.events.push(event);
        Ok(())
    }

    pub(crate) fn task_id(&mut self) -> TaskId {
        let id = self.next_id("task");
        TaskId::parse(id).expect("hexadecimal digits are allowed in a task id")
    }

    pub(crate) fn message_id(&mut self) -> MessageId {
        let id = self.next_id("msg");
        MessageId::parse(id).expect("hexadecimal digits are allowed in a message id")
    }

    /// The sender of what the plan itself asks for.
    pub(crate) fn engine_agent(&self) -> AgentId {
        AgentId::parse("sessiond://engine").expect("this is an agent id")
    }

    /// A number that differs from decision to decision.
    pub(crate) fn random(&self) -> u64 {
        // The low half of a version 7 UUID is random but for two bits; mixed by SplitMix64 (Steele et al., 2014).
        let mut z = (self.moment.nonce as u64).wrapping_add(0x9e37_79b9_7f4a_7c15);
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn next_id(&mut self, prefix: &str) -> String {
        self.ids += 1;
        self.moment.id(prefix, self.ids)
    }

    fn decided(self, receipt: Receipt) -> Decision {
        Decision { session: self.session, events: self.events, effects: self.effects, receipt }
    }

    fn run(&mut self, command: Command) -> Result<Receipt, Rejection> {
        match command {
            Command::Update { name, labels, expires_in } => self.update(name, labels, expires_in)?,
            Command::AddParticipant(participant) => participants::add(self, participant)?,
            Command::RemoveParticipant { agent } => participants::remove(self, &agent)?,
            Command::ClaimLease { agent, holder, ttl } => {
                let fence = participants::claim_lease(self, &agent, holder, ttl)?;
                return Ok(Receipt { fence: Some(fence), ..Receipt::default() });
            }
            Command::ReleaseLease { agent } => participants::release_lease(self, &agent)?,
            Command::ExpireLease { agent, fence } => participants::expire_lease(self, &agent, fence)?,
            Command::UpdateWorkflow(update) => workflow::update(self, update)?,
            Command::Advance { step } => workflow::advance(self, step)?,
            Command::ChangeContext(change) => context::change(self, change)?,
            Command::Delegate(new) => {
                check_payload("/payload", &new.payload)?;
                let task_id = task::delegate(self, new)?;
                let message_id = self.session.tasks.get(&task_id).map(|task| task.message_id.clone());
                return Ok(Receipt { task_id: Some(task_id), message_id, fence: None });
            }
            Command::Report(report) => {
                let task_id = Some(report.task.clone());
                check_report(&report)?;
                task::report(self, report)?;
                return Ok(Receipt { task_id, ..Receipt::default() });
            }
            Command::TaskDeadline { task, attempt } => task::deadline(self, &task, attempt)?,
            Command::Send(message) => return self.send(message),
            Command::Complete { summary, artifacts } => {
                let outcome = Outcome { summary, artifacts, ..Outcome::default() };
                lifecycle::end(self, EventBody::SessionCompleted { outcome }, "the session is complete")?;
            }
            Command::Terminate { reason, details } => {
                let outcome = Outcome { reason: Some(reason), details, ..Outcome::default() };
                lifecycle::end(self, EventBody::SessionTerminated { outcome }, "the session was terminated")?;
            }
            Command::Expire => {
                if self.session.expires_at.is_some_and(|at| at <= self.moment.now) {
                    lifecycle::end(self, EventBody::SessionExpired {}, "the session expired")?;
                }
            }
        }
        Ok(Receipt::default())
    }

    fn update(
        &mut self,
        name: Option<String>,
        labels: Option<std::collections::BTreeMap<String, String>>,
        expires_in: Option<crate::Span>,
    ) -> Result<(), Rejection> {
        let labels = labels.map(|changes| {
            let mut labels = self.session.labels.clone();
            labels.extend(changes);
            labels.retain(|_, value| !value.is_empty());
            labels
        });
        if labels.as_ref().is_some_and(|labels| labels.len() > limits::LABELS) {
            return Err(Rejection::LimitReached { what: "labels", limit: limits::LABELS as u64 });
        }
        let expires_at = expires_in.map(|span| self.moment.now.after(span));
        if name.is_none() && labels.is_none() && expires_at.is_none() {
            return Ok(());
        }
        if let Some(at) = expires_at {
            let key = lifecycle::EXPIRY_TIMER.into();
            self.effects.push(Effect::SetTimer(Timer { key, at, action: TimerAction::Expire }));
        }
        self.emit(EventBody::SessionUpdated { name, labels, expires_at })
    }

    /// A message within the session: a request is a task, an answer ends one, anything else is recorded and delivered.
    fn send(&mut self, message: Message) -> Result<Receipt, Rejection> {
        check_payload("/payload", &message.payload)?;
        if !self.session.takes_part(&message.sender.agent_id) {
            return Err(Rejection::ParticipantNotFound(message.sender.agent_id));
        }
        let message_id = Some(message.message_id.clone());
        match message.message_type {
            MessageType::TaskRequest => {
                let task_id = task::delegate(self, DelegateTask::from_message(message))?;
                return Ok(Receipt { task_id: Some(task_id), message_id, fence: None });
            }
            MessageType::Heartbeat => {
                return Ok(Receipt { message_id, ..Receipt::default() });
            }
            _ => {}
        }
        if !self.session.takes_part(&message.recipient.agent_id) {
            return Err(Rejection::ParticipantNotFound(message.recipient.agent_id));
        }
        let task = match message.task_reference() {
            Some(TaskReference::Task(id)) => {
                Some(self.session.tasks.get(&id).ok_or(Rejection::TaskNotFound)?)
            }
            Some(TaskReference::Request(id)) => {
                self.session.tasks.values().rev().find(|task| task.request_id == id || task.message_id == id)
            }
            None => None,
        };
        let Some(task) = task.cloned() else {
            self.emit(EventBody::MessageSent {
                message_id: message.message_id.clone(),
                sender: message.sender.agent_id.clone(),
                recipient: message.recipient.agent_id.clone(),
                message_type: message.message_type,
                priority: message.priority,
                payload: message.payload.clone(),
                in_reply_to: message.in_reply_to.clone(),
            })?;
            self.deliver(message);
            return Ok(Receipt { message_id, ..Receipt::default() });
        };
        self.answered_by_message = task.delegator.as_ref() == Some(&message.recipient.agent_id);
        let report = TaskReport {
            task: task.id.clone(),
            attempt: message.task_attempt(),
            by: Some(message.sender.agent_id.clone()),
            change: change_of(&message),
        };
        task::report(self, report)?;
        let ended = self.session.tasks.get(&task.id).is_some_and(|task| !task.status.is_open());
        if ended || message.message_type == MessageType::StatusUpdate {
            self.deliver(message);
        }
        Ok(Receipt { task_id: Some(task.id.clone()), message_id, fence: None })
    }

    fn deliver(&mut self, message: Message) {
        self.effects.push(Effect::Deliver { message: Box::new(message), not_before: None, optional: false });
    }
}

/// What a message says of its task.
fn change_of(message: &Message) -> TaskChange {
    let member = |name: &str| message.payload.get(name).cloned();
    let failed = message.message_type == MessageType::Error
        || message.payload.get("status").and_then(Value::as_str) == Some(TaskStatus::Failed.as_str());
    match message.message_type {
        MessageType::StatusUpdate => match member("progress") {
            Some(progress) => TaskChange::Progress(progress),
            None => TaskChange::Accept,
        },
        _ if failed => TaskChange::Fail(member("error").unwrap_or_else(|| message.payload.clone())),
        _ => TaskChange::Complete(member("result").unwrap_or_else(|| message.payload.clone())),
    }
}

impl DelegateTask {
    /// The task that a `task_request` asks for. Its type is `payload.task_type`, or `task` when there is none.
    pub fn from_message(message: Message) -> Self {
        let step = message.step().map(str::to_owned);
        let task_type = message.payload.get("task_type").and_then(Value::as_str).unwrap_or("task").to_owned();
        Self {
            task_type,
            delegator: Some(message.sender.agent_id),
            delegatee: message.recipient.agent_id,
            payload: message.payload,
            step,
            priority: message.priority,
            timeout: message.routing.timeout,
            retry_policy: message.routing.retry_policy,
            fallback_agents: message.routing.fallback_agents,
            message_id: Some(message.message_id),
        }
    }
}

fn check_report(report: &TaskReport) -> Result<(), Rejection> {
    match &report.change {
        TaskChange::Progress(value) => check_payload("/progress", value),
        TaskChange::Complete(value) => check_payload("/result", value),
        TaskChange::Fail(value) => check_payload("/error", value),
        TaskChange::Accept | TaskChange::Cancel { .. } => Ok(()),
    }
}

fn check_payload(pointer: &str, value: &Value) -> Result<(), Rejection> {
    if context::json_bytes(value) > limits::PAYLOAD_BYTES {
        let detail = format!(
            "it may have {} bytes at most; store what is larger elsewhere and name it",
            limits::PAYLOAD_BYTES
        );
        return Err(Rejection::invalid(pointer, detail));
    }
    Ok(())
}
