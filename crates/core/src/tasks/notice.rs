//! Notices: the messages that the engine itself sends on account of a task.

use serde_json::{Map, Value, json};

use crate::messages::{Message, MessageType, Party, Priority, Routing};
use crate::session::draft::Draft;
use crate::session::{Effect, MessageKind, Timer, TimerAction};
use crate::values::{AgentId, TaskId, Timestamp};

use super::{Task, TaskStatus};

/// Sends the request of the present attempt, which begins at `at`, and sets the timer that ends the attempt.
pub(crate) fn request(draft: &mut Draft<'_>, task_id: &TaskId, at: Timestamp) {
    let Some(task) = draft.session().tasks.get(task_id).cloned() else {
        return;
    };
    let session_id = draft.session().id.clone();
    let mut metadata = task.metadata.clone();
    metadata.extend(about(&task));
    match &task.step {
        Some(step) => metadata.insert("step".into(), json!(step)),
        None => metadata.shift_remove("step"),
    };
    let mut payload = Value::clone(&task.payload);
    let sent = task.sent.as_ref().filter(|_| task.message_id == task.request_id);
    match &mut payload {
        // What somebody sent is not changed on its way.
        Value::Object(members) if sent.is_none() => {
            members.entry("task_type").or_insert_with(|| json!(task.task_type));
        }
        Value::Object(members) if members.contains_key("task_type") => {}
        _ => drop(metadata.insert("task_type".into(), json!(task.task_type))),
    }
    let message = Message {
        message_id: task.message_id.clone(),
        timestamp: sent.map_or(draft.now(), |sent| sent.timestamp),
        sender: match sent {
            Some(sent) => sent.sender.clone(),
            None => Party::new(asker(&task)).in_session(session_id.clone()),
        },
        recipient: match sent {
            Some(sent) => sent.recipient.clone(),
            None => Party::new(task.assignee.clone()).in_session(session_id),
        },
        deliver_at: sent.and(task.deliver_at),
        message_type: MessageType::TaskRequest,
        priority: task.priority,
        payload,
        routing: match sent {
            Some(sent) => sent.routing.clone(),
            None => Routing {
                timeout: Some(task.timeout),
                start_within: task.start_within,
                heartbeat: task.heartbeat,
                retry_policy: Some(task.retry_policy.clone()),
                fallback_agents: task.fallbacks_left().to_vec(),
                ..Routing::default()
            },
        },
        metadata,
        in_reply_to: sent.and_then(|sent| sent.in_reply_to.clone()),
    };
    let kind = draft.request_kind();
    let not_before = Some(task.request_at(at)).filter(|at| *at > draft.now());
    draft.effect(Effect::Deliver { message: Box::new(message), not_before, kind });
    watch_deadline(draft, &task);
}

/// Sets the timer that ends the present attempt.
pub(crate) fn watch_deadline(draft: &mut Draft<'_>, task: &Task) {
    draft.effect(Effect::SetTimer(Timer {
        key: task.timer(),
        at: task.deadline,
        action: TimerAction::TaskDeadline { task: task.id.clone(), attempt: task.attempt },
    }));
}

/// Whether the delegator of a task is told how it ended by the message that is being sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Told {
    /// It is: the assignee wrote to it.
    ByMessage,
    /// It is not.
    NotYet,
}

/// Tells the delegator how its task ended: once, and not what it did itself, nor what the assignee's own message
/// tells it, nor anything when it has left the session.
pub(crate) fn respond(draft: &mut Draft<'_>, task: &Task, told: Told) {
    let Some(delegator) = task.delegator.clone() else {
        return;
    };
    let knows = draft.is_by(&delegator) || told == Told::ByMessage;
    if knows || !draft.session().takes_part(&delegator) {
        return;
    }
    let session_id = draft.session().id.clone();
    let message_type =
        if task.status == TaskStatus::Completed { MessageType::TaskResponse } else { MessageType::Error };
    let mut payload = Map::new();
    payload.insert("task_id".into(), json!(task.id));
    payload.insert("status".into(), json!(task.status));
    if let Some(result) = &task.result {
        payload.insert("result".into(), Value::clone(result));
    }
    if let (Some(error), true) = (&task.error, task.status != TaskStatus::Completed) {
        payload.insert("error".into(), Value::clone(error));
    }
    let message = Message {
        message_id: draft.message_id(),
        timestamp: draft.now(),
        sender: Party::new(task.assignee.clone()).in_session(session_id.clone()),
        recipient: Party::new(delegator).in_session(session_id),
        deliver_at: None,
        message_type,
        priority: task.priority,
        payload: Value::Object(payload),
        routing: Routing::default(),
        metadata: about(task),
        in_reply_to: Some(task.request_id.clone()),
    };
    notify(draft, message);
}

/// Tells an agent that works on the task that it may stop, unless it says so itself.
pub(crate) fn notify_cancelled(draft: &mut Draft<'_>, task: &Task, reason: &str) {
    if task.status == TaskStatus::InProgress {
        let payload = json!({ "task_id": task.id, "status": TaskStatus::Cancelled, "reason": reason });
        tell_assignee(draft, task, payload);
    }
}

/// Tells the agent that works on a task what became of it, in reply to its request, unless the agent did it itself.
pub(crate) fn tell_assignee(draft: &mut Draft<'_>, task: &Task, payload: Value) {
    if draft.is_by(&task.assignee) {
        return;
    }
    let session_id = draft.session().id.clone();
    let message = Message {
        message_id: draft.message_id(),
        timestamp: draft.now(),
        sender: Party::new(asker(task)).in_session(session_id.clone()),
        recipient: Party::new(task.assignee.clone()).in_session(session_id),
        deliver_at: None,
        message_type: MessageType::StatusUpdate,
        priority: Priority::High,
        payload,
        routing: Routing::default(),
        metadata: about(task),
        in_reply_to: Some(task.message_id.clone()),
    };
    notify(draft, message);
}

/// Sends what stands in the journal anyway.
pub(crate) fn notify(draft: &mut Draft<'_>, message: Message) {
    draft.effect(Effect::Deliver { message: Box::new(message), not_before: None, kind: MessageKind::Notice });
}

/// Keeps the request of the present attempt in the inbox, for the agent's next process alone.
pub(crate) fn hold(draft: &mut Draft<'_>, task: &Task) {
    draft.effect(Effect::Hold { recipient: task.assignee.clone(), message_id: task.message_id.clone() });
}

/// Takes the request of the present attempt back from the inbox, when it is still there.
pub(crate) fn withdraw(draft: &mut Draft<'_>, task: &Task, dead: bool) {
    let (recipient, message_id) = (task.assignee.clone(), task.message_id.clone());
    draft.effect(Effect::Withdraw { recipient, message_id, dead });
}

pub(super) fn asker(task: &Task) -> AgentId {
    task.delegator.clone().unwrap_or_else(AgentId::engine)
}

pub(super) fn about(task: &Task) -> Map<String, Value> {
    let mut metadata = Map::new();
    metadata.insert("task_id".into(), json!(task.id));
    metadata.insert("task_attempt".into(), json!(task.attempt));
    metadata
}
