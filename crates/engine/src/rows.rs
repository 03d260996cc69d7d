//! What a decision is in the store: its events as records, its effects as rows, and the session's row in lists.

use sessiond_core::{
    Decision, Effect, Event, EventBody, MessageKind, Principal, Receipt, Revision, Role, Session,
    TaskDelegated,
};
use sessiond_store::{Append, Enqueue, Record, SummaryRow, TaskRow, Visibility, Write};

use crate::Error;
use crate::answers::{Idempotency, Kept};

/// Events that one read of the store takes.
pub(crate) const READ: usize = 1000;

/// Reads an event from the journal.
pub(crate) fn read_event(record: &Record) -> Result<Event, Error> {
    serde_json::from_str(&record.json).map_err(|error| {
        let corrupt =
            sessiond_core::Corrupt { seq: record.seq, detail: format!("it cannot be read: {error}") };
        Error::Rejected(corrupt.into())
    })
}

/// The events of a decision as they are stored.
pub(crate) fn records(events: &[Event]) -> Vec<Record> {
    events
        .iter()
        .map(|event| Record {
            seq: event.seq,
            json: serde_json::to_string(event).expect("an event has only string keys").into(),
        })
        .collect()
}

/// The append of a decision.
pub(crate) fn append(
    decision: &Decision,
    expected_revision: Revision,
    summary: Option<SummaryRow>,
    idempotency: Option<Idempotency>,
    moment: &sessiond_core::Moment,
) -> Append {
    let session = &decision.session;
    let mut tasks: Vec<TaskRow> = Vec::new();
    for event in &decision.events {
        let id = match &event.body {
            EventBody::TaskDelegated(TaskDelegated { task_id, .. }) => task_id,
            EventBody::TaskUpdated(update) => &update.task_id,
            _ => continue,
        };
        if let Some(task) = session.tasks.get(id) {
            tasks.retain(|row| row.task_id != *id);
            tasks.push(task_row(session, task));
        }
    }
    Append {
        session_id: session.id.clone(),
        expected_revision,
        records: records(&decision.events),
        updated_at: session.updated_at,
        summary: summary.map(Box::new),
        tasks,
        writes: decision.effects.iter().map(|effect| write(effect, moment.now)).collect(),
        answers: idempotency
            .map(|idempotency| {
                let kept = kept(session, &decision.receipt);
                idempotency.answer(Some(session.id.clone()), kept, moment.now)
            })
            .into_iter()
            .collect(),
        fires: None,
        schedule: None,
    }
}

/// A task's row.
pub(crate) fn task_row(session: &Session, task: &sessiond_core::Task) -> TaskRow {
    TaskRow {
        task_id: task.id.clone(),
        session_id: session.id.clone(),
        assignee: task.assignee.clone(),
        status: task.status,
    }
}

fn kept(session: &Session, receipt: &Receipt) -> String {
    Kept {
        session_id: session.id.clone(),
        created_at: session.created_at,
        revision: session.revision,
        receipt: receipt.clone(),
    }
    .body()
}

fn write(effect: &Effect, now: sessiond_core::Timestamp) -> Write {
    match effect {
        Effect::Deliver { message, not_before, kind } => {
            Write::Enqueue(Box::new(enqueue(message, now, not_before.unwrap_or(now), *kind)))
        }
        Effect::Hold { recipient, message_id } => {
            Write::Hold { recipient: recipient.clone(), message_id: message_id.clone() }
        }
        Effect::Withdraw { recipient, message_id, dead } => {
            Write::Withdraw { recipient: recipient.clone(), message_id: message_id.clone(), dead: *dead }
        }
        Effect::SetTimer(timer) => Write::SetTimer(timer.clone()),
        Effect::ClearTimer(key) => Write::ClearTimer(key.clone()),
    }
}

/// A message as it goes into an inbox.
pub(crate) fn enqueue(
    message: &sessiond_core::Message,
    at: sessiond_core::Timestamp,
    not_before: sessiond_core::Timestamp,
    kind: MessageKind,
) -> Enqueue {
    Enqueue {
        message_id: message.message_id.clone(),
        recipient: message.recipient.agent_id.clone(),
        sender: message.sender.agent_id.clone(),
        session_id: message.sender.session_id.clone(),
        in_reply_to: message.in_reply_to.clone(),
        priority: message.priority,
        body: serde_json::to_string(message).expect("a message has only string keys").into(),
        at,
        not_before,
        inbox_limit: match kind {
            MessageKind::Following => u64::MAX,
            MessageKind::Notice => sessiond_core::limits::INBOX_SENDER,
            MessageKind::Message | MessageKind::Request => sessiond_core::limits::INBOX,
        },
        sender_limit: match kind {
            MessageKind::Following | MessageKind::Notice => u64::MAX,
            MessageKind::Message | MessageKind::Request => sessiond_core::limits::INBOX_SENDER,
        },
        kind,
    }
}

/// Which sessions the store gives a principal; all when absent.
pub(crate) fn visibility(principal: &Principal) -> Option<Visibility> {
    let agents = match principal.role {
        Role::Admin => return None,
        Role::Client => Vec::new(),
        Role::Agent => principal.agents.clone(),
    };
    Some(Visibility { owner: principal.name.clone(), agents })
}

/// A session's row in lists.
pub(crate) fn summary(session: &Session) -> SummaryRow {
    SummaryRow {
        session_id: session.id.clone(),
        kind: session.kind,
        name: session.name.clone(),
        status: session.status,
        revision: session.revision,
        owner: session.owner.clone(),
        client_id: session.client_id.clone(),
        orchestrator: session.orchestrator.clone(),
        members: session.present().map(|participant| participant.agent_id.clone()).collect(),
        labels: session.labels.clone(),
        parent: session.parent.clone(),
        forked_from: session.forked_from.clone(),
        created_at: session.created_at,
        updated_at: session.updated_at,
        expires_at: session.expires_at,
        ended_at: session.ended_at,
        progress: session.progress(),
        open_questions: session.questions.open.len() as u32,
        turns: session.conversation.turns.len() as u64,
        files: session.files.all.len() as u64,
        file_bytes: session.files.bytes,
    }
}
