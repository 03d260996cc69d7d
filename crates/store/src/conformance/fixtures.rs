//! What tests and examples write to a store.

use std::collections::BTreeMap;

use sessiond_core::{
    AgentId, AgentPattern, Kind, MessageId, Priority, Revision, SessionId, Status, TaskId, Timer,
    TimerAction, Timestamp,
};

use crate::{Answer, Append, Enqueue, Op, Record, SummaryRow, Visibility, Write};

/// A session id.
pub fn session(id: &str) -> SessionId {
    SessionId::parse(id).expect("a session id")
}

/// The agent `test://NAME`.
pub fn agent(name: &str) -> AgentId {
    AgentId::parse(format!("test://{name}")).expect("an agent id")
}

/// A message id.
pub fn message_id(id: &str) -> MessageId {
    MessageId::parse(id).expect("a message id")
}

/// A task id.
pub fn task_id(id: &str) -> TaskId {
    TaskId::parse(id).expect("a task id")
}

/// A time, in milliseconds.
pub fn at(millis: i64) -> Timestamp {
    Timestamp::from_millis(millis)
}

/// An event that says its number alone.
pub fn record(seq: Revision) -> Record {
    Record { seq, json: format!(r#"{{"seq":{seq}}}"#).into() }
}

/// A session's row in lists: an active workflow of `owner`, with nothing else in it.
pub fn row(id: &str) -> SummaryRow {
    SummaryRow {
        session_id: session(id),
        kind: Kind::Workflow,
        name: None,
        status: Status::Active,
        revision: 0,
        owner: "owner".into(),
        client_id: None,
        orchestrator: None,
        members: Vec::new(),
        labels: BTreeMap::new(),
        parent: None,
        forked_from: None,
        created_at: at(1_000),
        updated_at: at(0),
        expires_at: None,
        ended_at: None,
        progress: Vec::new(),
        open_questions: 0,
        turns: 0,
        files: 0,
        file_bytes: 0,
    }
}

/// What a principal sees who acts as these agents.
pub fn visibility(owner: &str, agents: &[&str]) -> Visibility {
    let agents = agents.iter().map(|agent| AgentPattern((*agent).to_owned())).collect();
    Visibility { owner: owner.to_owned(), agents }
}

/// An answer under the scope `scope`.
pub fn answer(key: &str, millis: i64) -> Answer {
    Answer {
        session_id: None,
        scope: "scope".into(),
        key: key.into(),
        digest: [3; 32],
        body: "körper".into(),
        at: at(millis),
    }
}

/// An append of `records` events at `expected_revision`, with a row in lists when it begins the session.
pub fn append(id: &str, expected_revision: Revision, records: u64) -> Append {
    let numbers = expected_revision + 1..=expected_revision + records;
    Append {
        session_id: session(id),
        expected_revision,
        records: numbers.map(record).collect(),
        updated_at: at(1_000),
        summary: (expected_revision == 0).then(|| Box::new(row(id))),
        tasks: Vec::new(),
        writes: Vec::new(),
        answers: Vec::new(),
        fires: None,
        schedule: None,
    }
}

/// The operation of an append.
pub fn op(append: Append) -> Op {
    Op::Append(Box::new(append))
}

/// An append that begins a session with its row in lists.
pub fn begin(summary: SummaryRow) -> Op {
    let mut append = append(summary.session_id.as_str(), 0, 1);
    append.updated_at = summary.updated_at;
    append.summary = Some(Box::new(summary));
    op(append)
}

/// An append with what follows from its events.
pub fn with(mut append: Append, writes: Vec<Write>) -> Op {
    append.writes = writes;
    op(append)
}

/// A timer that ends its session.
pub fn timer(key: &str, millis: i64) -> Timer {
    Timer { key: key.into(), at: at(millis), action: TimerAction::Expire }
}

/// A message to `test://to` from `test://from`, outside any session, of medium priority.
pub fn message(id: &str) -> Enqueue {
    Enqueue {
        message_id: message_id(id),
        recipient: agent("to"),
        sender: agent("from"),
        session_id: None,
        in_reply_to: None,
        priority: Priority::Medium,
        body: format!(r#"{{"id":"{id}"}}"#).into(),
        at: at(1_000),
        not_before: at(1_000),
        inbox_limit: 100,
        sender_limit: 100,
        kind: sessiond_core::MessageKind::Message,
    }
}

/// The operation that puts a message into an inbox.
pub fn enqueue(message: Enqueue) -> Op {
    Op::Enqueue { message: Box::new(message), answer: None }
}
