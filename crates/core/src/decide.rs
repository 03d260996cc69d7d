//! `decide`: the one way in. It checks a command against the state and says which events it makes and what must
//! follow once they are durable. It changes nothing itself: the state that it returns is the caller's to keep or drop.

use serde::{Deserialize, Serialize};

use crate::access::authorize;
use crate::check::Checks;
use crate::command::{CallBatch, Command, Envelope, TaskChange};
use crate::event::{Event, EventBody};
use crate::session::BYTE_LIMIT;
use crate::{
    AgentId, Effect, Fence, Kind, MessageId, MessageType, Outcome, Principal, Rejection, Role, Session,
    Status, TaskId, Timestamp, calls, context, delegation, lifecycle, limits, participants, progress, report,
    send,
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
    /// The fencing token, or the writer's number, that was given out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fence: Option<Fence>,
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
    // What a program failed at, it or another process may take up again.
    let reopens = matches!(command, Command::BeginExecution { .. })
        && (session.status, session.kind) == (Status::Failed, Kind::Execution);
    // A batch that ended the execution is sent again when its answer was lost.
    let is_repeated = matches!(&command, Command::RecordCalls(batch) if calls::is_recorded(session, batch));
    if session.status != Status::Active && !reopens {
        if is_timer || is_repeated {
            return Ok(Draft::new(session.clone(), moment, principal.name).decided(Receipt::default()));
        }
        return Err(Rejection::SessionEnded(session.status));
    }
    let ends = matches!(
        command,
        Command::Complete { .. }
            | Command::Fail { .. }
            | Command::Terminate { .. }
            | Command::Expire
            | Command::RecordCalls(CallBatch { end: Some(_), .. })
    );
    if session.revision >= limits::EVENTS && !ends {
        if is_timer {
            // A refused timer would come back for ever, and without timers the session is dead.
            return fail_at_limit(session, principal.name, moment, "events", limits::EVENTS);
        }
        return Err(Rejection::LimitReached { what: "events of a session", limit: limits::EVENTS });
    }
    let agent = if is_timer { None } else { writer(&principal, session, agent, fence, &command)? };
    if let Some(agent) = &agent
        && !matches!(command, Command::ClaimLease { .. })
    {
        participants::check_fence(session, agent, fence)?;
    }
    let command = signed(command, session, agent.as_ref());
    let goes_on = is_timer || task_ends(&command);
    let actor = agent.as_ref().map_or(principal.name, AgentId::to_string);
    let mut draft = Draft::new(session.clone(), moment, actor.clone());
    match draft.run(command) {
        // What a task gave cannot be taken in, because the plan would then ask for one task too many: nobody could
        // ever end the task, so the session ends instead.
        Err(Rejection::LimitReached { what: delegation::TASK_LIMIT, limit }) if goes_on => {
            fail_at_limit(session, actor, moment, "tasks", limit)
        }
        // A report that is itself too large is refused before it makes an event; its agent can send a smaller one.
        Err(Rejection::LimitReached { what: BYTE_LIMIT, limit }) if goes_on && !draft.events.is_empty() => {
            fail_at_limit(session, actor, moment, "bytes in its tasks", limit)
        }
        result => result.map(|receipt| draft.decided(receipt)),
    }
}

/// Whether the command tells how a task goes, so that only the plan delegates in its course.
fn task_ends(command: &Command) -> bool {
    match command {
        Command::Report(_) => true,
        Command::Send(message) => message.message_type != MessageType::TaskRequest,
        _ => false,
    }
}

fn fail_at_limit(
    session: &Session,
    actor: String,
    moment: &Moment,
    what: &str,
    limit: u64,
) -> Result<Decision, Rejection> {
    let mut draft = Draft::new(session.clone(), moment, actor);
    let reason = format!("it would need more than {limit} {what}");
    let outcome = Outcome { reason: Some(reason.clone()), ..Outcome::default() };
    lifecycle::end(&mut draft, EventBody::SessionFailed { outcome }, &reason)?;
    Ok(draft.decided(Receipt::default()))
}

/// Checks who writes what is no part of the journal, such as telemetry: as with a command, only who may speak for the
/// agent, and only with the present token of its lease while it has one.
pub fn authorize_writer(
    principal: &Principal,
    session: &Session,
    agent: Option<AgentId>,
    fence: Option<Fence>,
) -> Result<(), Rejection> {
    let like = Command::ChangeContext(crate::ContextChange::Patch(serde_json::Value::Null));
    authorize(principal, session, &like)?;
    match writer(principal, session, agent, fence, &like)? {
        Some(agent) => participants::check_fence(session, &agent, fence),
        None => Ok(()),
    }
}

/// The agent in whose name a command is given, if in any: as the command says, else as the caller says, else as
/// follows from its key. A process that lost its lease must not get around that by leaving its name out.
fn writer(
    principal: &Principal,
    session: &Session,
    said: Option<AgentId>,
    fence: Option<Fence>,
    command: &Command,
) -> Result<Option<AgentId>, Rejection> {
    let by_command = match command {
        Command::Send(message) => Some(&message.sender.agent_id),
        Command::Delegate(task) => task.delegator.as_ref(),
        Command::Report(report) => report.by.as_ref(),
        Command::ClaimLease { agent, .. } | Command::ReleaseLease { agent } => Some(agent),
        _ => None,
    };
    let from_key = || follows_from_key(principal, session, fence, command);
    let agent = match by_command.or(said.as_ref()) {
        Some(agent) => Some(agent.clone()),
        None => from_key()?,
    };
    match &agent {
        Some(agent) if !principal.speaks_for(agent, session) => {
            Err(Rejection::Forbidden(format!("this key may not act as {agent}")))
        }
        None if fence.is_some() => {
            Err(Rejection::invalid("", "a fencing token belongs to an agent: say which one writes"))
        }
        _ => Ok(agent),
    }
}

/// The agent that a caller who names none writes as. The owner and an administrator may write as themselves.
fn follows_from_key(
    principal: &Principal,
    session: &Session,
    fence: Option<Fence>,
    command: &Command,
) -> Result<Option<AgentId>, Rejection> {
    if let Command::Report(report) = command
        && let Some(task) = session.tasks.get(&report.task)
    {
        let is_agent = principal.role == Role::Agent;
        if matches!(report.change, TaskChange::Cancel { .. }) {
            if let Some(delegator) = task.delegator.as_ref().filter(|a| is_agent && principal.acts_as(a)) {
                return Ok(Some(delegator.clone()));
            }
        } else if fence.is_some() || (is_agent && principal.acts_as(&task.assignee)) {
            return Ok(Some(task.assignee.clone()));
        } else if !principal.commands(session) {
            return Ok(Some(task.delegatee.clone()));
        }
    }
    if principal.role != Role::Agent || principal.name == session.owner {
        return Ok(None);
    }
    let mine: Vec<_> =
        session.present().filter(|participant| principal.acts_as(&participant.agent_id)).collect();
    match mine.as_slice() {
        [] => Ok(None),
        [only] => Ok(Some(only.agent_id.clone())),
        several if several.iter().any(|participant| participant.lease.is_some()) => {
            Err(Rejection::Forbidden(
                "this key may act as several participants, of which one is leased: say which one writes"
                    .into(),
            ))
        }
        _ => Ok(None),
    }
}

/// A report by an agent that did not sign it gets its name, so that only the assignee's counts. The orchestrator, and
/// whoever writes as no agent, may report on a task by hand.
fn signed(command: Command, session: &Session, writer: Option<&AgentId>) -> Command {
    match command {
        Command::Report(mut report) if report.by.is_none() && writer != session.orchestrator.as_ref() => {
            report.by = writer.cloned();
            Command::Report(report)
        }
        command => command,
    }
}

/// A decision in the making: the state as far as it is decided, and what was decided so far.
pub(crate) struct Draft<'a> {
    pub(crate) session: Session,
    pub(crate) events: Vec<Event>,
    pub(crate) effects: Vec<Effect>,
    pub(crate) moment: &'a Moment,
    /// The task whose delegator is told how it ended by the message that is being sent.
    pub(crate) answered_by_message: Option<TaskId>,
    actor: String,
    ids: u32,
}

impl<'a> Draft<'a> {
    pub(crate) fn new(session: Session, moment: &'a Moment, actor: String) -> Self {
        Self {
            session,
            events: Vec::new(),
            effects: Vec::new(),
            moment,
            answered_by_message: None,
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

    /// Whether it is `agent` that gives the command.
    pub(crate) fn is_by(&self, agent: &AgentId) -> bool {
        self.actor == agent.as_str()
    }

    pub(crate) fn task_id(&mut self) -> TaskId {
        let id = self.next_id("task");
        TaskId::parse(id).expect("hexadecimal digits are allowed in a task id")
    }

    pub(crate) fn message_id(&mut self) -> MessageId {
        let id = self.next_id("msg");
        MessageId::parse(id).expect("hexadecimal digits are allowed in a message id")
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

    pub(crate) fn decided(self, receipt: Receipt) -> Decision {
        Decision { session: self.session, events: self.events, effects: self.effects, receipt }
    }

    fn run(&mut self, command: Command) -> Result<Receipt, Rejection> {
        match command {
            Command::Update { name, labels, expires_in } => {
                lifecycle::update(self, name, labels, expires_in)?
            }
            Command::AddParticipant(participant) => {
                let mut checks = Checks::default();
                participants::check(&mut checks, "", &participant);
                checks.done()?;
                participants::add(self, participant)?;
            }
            Command::RemoveParticipant { agent } => participants::remove(self, &agent)?,
            Command::ClaimLease { agent, holder, ttl } => {
                let fence = participants::claim_lease(self, &agent, holder, ttl)?;
                return Ok(Receipt { fence: Some(fence), ..Receipt::default() });
            }
            Command::ReleaseLease { agent } => participants::release_lease(self, &agent)?,
            Command::ExpireLease { agent, fence } => participants::expire_lease(self, &agent, fence)?,
            Command::UpdateWorkflow(update) => progress::update(self, update)?,
            Command::Advance { step } => progress::advance(self, step)?,
            Command::ChangeContext(change) => context::change(self, change, "")?,
            Command::Delegate(new) => {
                let task_id = delegation::delegate(self, new)?;
                let message_id = self.session.tasks.get(&task_id).map(|task| task.message_id.clone());
                return Ok(Receipt { task_id: Some(task_id), message_id, fence: None });
            }
            Command::Report(report) => {
                let task_id = Some(report.task.clone());
                report::report(self, report)?;
                return Ok(Receipt { task_id, ..Receipt::default() });
            }
            Command::TaskDeadline { task, attempt } => report::deadline(self, &task, attempt)?,
            Command::Send(message) => return send::send(self, message),
            Command::Complete { summary, artifacts } => lifecycle::complete(self, summary, artifacts)?,
            Command::BeginExecution { process, keep } => {
                let writer = calls::begin(self, process, keep)?;
                return Ok(Receipt { fence: Some(writer), ..Receipt::default() });
            }
            Command::RecordCalls(batch) => calls::record(self, batch)?,
            Command::Fail { reason, details } => lifecycle::fail(self, reason, details, "")?,
            Command::Terminate { reason, details } => lifecycle::terminate(self, reason, details)?,
            Command::Expire => {
                if self.session.expires_at.is_some_and(|at| at <= self.moment.now) {
                    lifecycle::end(self, EventBody::SessionExpired {}, "the session expired")?;
                }
            }
        }
        Ok(Receipt::default())
    }
}
