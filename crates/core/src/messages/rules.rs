//! Messages within a session: a request is a task, an answer ends one, anything else is recorded and delivered.

use std::sync::Arc;

use serde_json::{Value, json};

use crate::session::draft::{Draft, Receipt};
use crate::session::{Effect, MessageKind, Rejection, Session};
use crate::tasks::notice::{self, Told};
use crate::tasks::{DelegateTask, SentRequest, Task, TaskChange, TaskReport, delegation, report};
use crate::values::check::{Checks, escape};
use crate::values::{AgentId, Limit, MessageId, Span, Timestamp, limits};

use super::{DelayedMessage, DeliveryMode, Message, MessageSent, MessageType, TaskReference};

/// Takes in a message.
pub(crate) fn send(draft: &mut Draft<'_>, message: Message) -> Result<Receipt, Rejection> {
    check(&message, draft.now())?;
    if !draft.session().takes_part(&message.sender.agent_id) {
        return Err(Rejection::ParticipantNotFound(message.sender.agent_id));
    }
    match message.message_type {
        MessageType::TaskRequest => request(draft, message),
        MessageType::Heartbeat => Ok(Receipt::Message { message_id: message.message_id }),
        MessageType::TaskResponse | MessageType::StatusUpdate | MessageType::Error => tell(draft, message),
    }
}

impl Message {
    /// Checks a message that is sent outside any session, where no state knows its fallback agents.
    pub fn check_alone(&self, now: Timestamp) -> Result<(), Rejection> {
        check(self, now)?;
        let mut checks = Checks::default();
        let (fallbacks, first) = (&self.routing.fallback_agents, &self.recipient.agent_id);
        checks.fallback_agents("/routing/fallback_agents", fallbacks, Some(first), |_| true);
        Ok(checks.done()?)
    }
}

/// A request is a task.
fn request(draft: &mut Draft<'_>, message: Message) -> Result<Receipt, Rejection> {
    let message_id = Some(message.message_id.clone());
    let metadata = message.metadata.clone();
    let sent = SentRequest {
        timestamp: message.timestamp,
        sender: message.sender.clone(),
        recipient: message.recipient.clone(),
        routing: message.routing.clone(),
        in_reply_to: message.in_reply_to.clone(),
    };
    let mut task = DelegateTask::from_message(message);
    if draft.session().workflow.is_none() && !metadata.contains_key("step") {
        task.step = None; // A payload's own `step` means nothing where there are no steps.
    }
    let mut checks = Checks::default();
    checks.title("/payload/task_type", &task.task_type);
    delegation::check(&mut checks, "/routing", &task, draft);
    checks.done()?;
    let task_id = delegation::delegate_checked(draft, task, metadata, Some(sent))?;
    Ok(Receipt::Task { task_id, message_id })
}

/// Anything that is no request: a report on the task that it speaks of, or a message and no more.
fn tell(draft: &mut Draft<'_>, message: Message) -> Result<Receipt, Rejection> {
    let recipient = &message.recipient.agent_id;
    let task = task_of(draft.session(), &message)?;
    // The one who asked may be the engine, or have left; what a task gave is taken in all the same.
    let asked = |task: &Task| recipient.is_engine() || task.delegator.as_ref() == Some(recipient);
    let received = draft.session().takes_part(recipient);
    if !received && !task.as_ref().is_some_and(|task| asked(task)) {
        return Err(Rejection::ParticipantNotFound(recipient.clone()));
    }
    let from_outside = |task: &Task| {
        message.message_type == MessageType::StatusUpdate && !has_had(task, &message.sender.agent_id)
    };
    let Some(task) = task.filter(|task| !from_outside(task)) else {
        if !received {
            return Err(Rejection::ParticipantNotFound(recipient.clone()));
        }
        return pass_on(draft, message);
    };
    if message.delayed_until(draft.now()).is_some() {
        return Err(not_delayed("a report on a task takes effect at once"));
    }
    let told = if task.delegator.as_ref() == Some(recipient) { Told::ByMessage } else { Told::NotYet };
    let report = TaskReport {
        task: task.id.clone(),
        attempt: message.task_attempt().or_else(|| answered_attempt(&task, &message)),
        by: Some(message.sender.agent_id.clone()),
        change: change_of(&message),
    };
    report::report(draft, report, told)?;
    let ended = draft.session().tasks.get(&task.id).is_some_and(|task| !task.status.is_open());
    let receipt = Receipt::Task { task_id: task.id.clone(), message_id: Some(message.message_id.clone()) };
    if received && (ended || message.message_type == MessageType::StatusUpdate) {
        if draft.is_empty() {
            // Nothing is delivered that is not in the journal.
            record(draft, &message)?;
        }
        // The task has taken in what it says, so a full inbox must not refuse it.
        notice::notify(draft, message);
    }
    Ok(receipt)
}

/// A message that changes nothing.
fn pass_on(draft: &mut Draft<'_>, message: Message) -> Result<Receipt, Rejection> {
    if message.delayed_until(draft.now()).is_some() {
        Limit::DelayedMessages.allows(draft.session().delayed.after(draft.now()).count() + 1)?;
    }
    record(draft, &message)?;
    let message_id = message.message_id.clone();
    deliver(draft, message);
    Ok(Receipt::Message { message_id })
}

fn record(draft: &mut Draft<'_>, message: &Message) -> Result<(), Rejection> {
    draft.emit(MessageSent {
        message_id: message.message_id.clone(),
        sender: message.sender.agent_id.clone(),
        recipient: message.recipient.agent_id.clone(),
        message_type: message.message_type,
        priority: message.priority,
        payload: message.payload.clone(),
        deliver_at: message.delayed_until(draft.now()),
        in_reply_to: message.in_reply_to.clone(),
    })
}

fn deliver(draft: &mut Draft<'_>, message: Message) {
    let (kind, not_before) = (MessageKind::Message, message.delayed_until(draft.now()));
    draft.effect(Effect::Deliver { message: Box::new(message), not_before, kind });
}

/// Takes back the messages whose time has not come, because the session ends.
pub(crate) fn withdraw_delayed(draft: &mut Draft<'_>) {
    let waiting: Vec<_> = draft.session().delayed.after(draft.now()).cloned().collect();
    for DelayedMessage { recipient, message_id, .. } in waiting {
        draft.effect(Effect::Withdraw { recipient, message_id, dead: false });
    }
}

/// The rejection of a `deliver_at` on a message that is never delayed.
fn not_delayed(why: &str) -> Rejection {
    Rejection::invalid("/deliver_at", format!("{why}: leave deliver_at out"))
}

/// Checks when a message is to be delivered.
fn check_delay(message: &Message, now: Timestamp) -> Result<(), Rejection> {
    let Some(at) = message.delayed_until(now) else { return Ok(()) };
    let most = Span::from_millis(limits::DELIVER_AHEAD_MS);
    if at > now.after(most) {
        return Err(Rejection::invalid("/deliver_at", format!("it may be {most} ahead at most")));
    }
    if message.routing.delivery_mode == DeliveryMode::Sync {
        return Err(not_delayed("the sender of a synchronous message waits for the response"));
    }
    Ok(())
}

fn check(message: &Message, now: Timestamp) -> Result<(), Rejection> {
    check_delay(message, now)?;
    let mut checks = Checks::default();
    checks.payload("/payload", &message.payload);
    for (key, value) in &message.metadata {
        checks.depth(format!("/metadata/{}", escape(key)), value);
    }
    checks.name_if_any("/sender/framework", message.sender.framework.as_ref());
    checks.name_if_any("/recipient/framework", message.recipient.framework.as_ref());
    for (name, span) in message.routing.spans() {
        checks.span(format!("/routing/{name}"), span, limits::SPAN_MS);
    }
    if let Some(policy) = &message.routing.retry_policy {
        policy.check(&mut checks, "/routing/retry_policy");
    }
    if checks.is_fine() {
        checks.payload("/metadata", &json!(message.metadata));
    }
    Ok(checks.done()?)
}

/// The task that a message speaks of. A response must speak of one; an error or a status update may.
fn task_of(session: &Session, message: &Message) -> Result<Option<Arc<Task>>, Rejection> {
    let is_response = message.message_type == MessageType::TaskResponse;
    let by_request = |id: &MessageId| requested_by(session, id, &message.sender.agent_id);
    match message.task_reference() {
        // Some call the task by the message that asked for it; the two look alike.
        Some(TaskReference::Task(id)) => {
            let named = session.tasks.get(&id).cloned();
            let by_its_request = || MessageId::parse(id.as_str()).ok().and_then(|id| by_request(&id));
            named.or_else(by_its_request).map(Some).ok_or(Rejection::TaskNotFound)
        }
        Some(TaskReference::Request(id)) => match by_request(&id) {
            None if is_response => Err(Rejection::TaskNotFound),
            task => Ok(task),
        },
        None if is_response => Err(Rejection::invalid(
            "/in_reply_to",
            "a response names its task by metadata.task_id, payload.task_id or in_reply_to",
        )),
        None => Ok(None),
    }
}

/// The task that was requested by that message: rather one that the sender works on, else the youngest.
fn requested_by(session: &Session, id: &MessageId, sender: &AgentId) -> Option<Arc<Task>> {
    let mut found: Vec<&Arc<Task>> = session
        .tasks
        .values()
        .filter(|task| task.message_id == *id || task.attempt_requested_by(id).is_some())
        .collect();
    found.sort_by_key(|task| (task.status.is_open(), task.assignee == *sender));
    found.last().map(|task| Arc::clone(task))
}

/// The attempt whose request a message answers, when it answers one.
fn answered_attempt(task: &Task, message: &Message) -> Option<u32> {
    let id = message.in_reply_to.as_ref()?;
    if task.message_id == *id {
        return Some(task.attempt);
    }
    task.attempt_requested_by(id)
}

fn has_had(task: &Task, agent: &AgentId) -> bool {
    task.assignee == *agent || task.attempts.iter().any(|attempt| attempt.agent_id == *agent)
}

/// What a message says of its task.
fn change_of(message: &Message) -> TaskChange {
    let member = |name: &str| message.payload.get(name).filter(|value| !value.is_null()).cloned();
    let says_failed = match message.payload.get("status").and_then(Value::as_str) {
        Some(status) => status == "failed" || status == "error",
        None => member("error").is_some() && member("result").is_none(),
    };
    match message.message_type {
        MessageType::StatusUpdate => match member("progress") {
            Some(progress) => TaskChange::Progress(progress),
            None => TaskChange::Accept,
        },
        MessageType::TaskResponse if !says_failed => {
            TaskChange::Complete(message.payload.get("result").unwrap_or(&message.payload).clone())
        }
        _ => TaskChange::Fail {
            error: member("error").unwrap_or_else(|| message.payload.clone()),
            retryable: message.payload.get("retryable").and_then(Value::as_bool),
        },
    }
}
