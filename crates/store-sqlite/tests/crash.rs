//! A process that is killed at any moment loses nothing that it acknowledged, and leaves nothing half done.
//!
//! The test starts itself as the process that writes: many clients append to sessions of their own, each append with
//! a timer, a message, a task and a kept answer, and print what was acknowledged. Then it is killed, and another
//! process opens the store and compares. `SESSIOND_LONG=1` kills it more often.

#![allow(clippy::unwrap_used, reason = "the helpers of tests are test code")]

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use sessiond_core::{AgentId, MessageId, Revision, SessionId, TaskId, TaskStatus, Timestamp};
use sessiond_store::conformance::fixtures;
use sessiond_store::{
    Answer, Answers, Append, Enqueue, Inboxes, Journals, Lists, Messages, Op, Record, Store, SummaryRow,
    TaskRow, Tasks, Timers, Write,
};
use sessiond_store_sqlite::{Options, Sqlite};

/// Tells the child where to write.
const DIRECTORY: &str = "SESSIOND_CRASH_DIRECTORY";
const CLIENTS: usize = 24;
/// Events of one append.
const EVENTS: u64 = 3;

#[test]
fn a_killed_process_keeps_all_that_it_acknowledged_and_leaves_nothing_half_done() {
    if let Ok(dir) = std::env::var(DIRECTORY) {
        write_until_killed(Path::new(&dir));
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let kills = if std::env::var_os("SESSIOND_LONG").is_some() { 100 } else { 10 };
    let mut acknowledged = BTreeMap::new();
    for kill in 0..kills {
        // Spread over the time that a start, its first checkpoint and then some take, in no pattern.
        let life = Duration::from_millis(20 + kill * 7_919 % 600);
        write_and_kill(dir.path(), life, &mut acknowledged);
        check(dir.path(), &acknowledged);
    }
    let appends: u64 = acknowledged.values().map(|revision| revision / EVENTS).sum();
    assert!(appends > kills * CLIENTS as u64, "it hardly wrote: {appends}");
}

fn write_and_kill(dir: &Path, life: Duration, acknowledged: &mut BTreeMap<String, Revision>) {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "--nocapture"])
        .arg("a_killed_process_keeps_all_that_it_acknowledged_and_leaves_nothing_half_done")
        .env(DIRECTORY, dir)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let output = BufReader::new(child.stdout.take().unwrap());
    let reader = std::thread::spawn(move || output.lines().map_while(Result::ok).collect::<Vec<_>>());
    std::thread::sleep(life);
    child.kill().unwrap();
    child.wait().unwrap();
    for line in reader.join().unwrap() {
        // The last line may be cut off.
        let Some((id, revision)) = line
            .strip_prefix("acknowledged ")
            .and_then(|rest| rest.strip_suffix(';'))
            .and_then(|rest| rest.split_once(' '))
        else {
            continue;
        };
        acknowledged.insert(id.to_owned(), revision.parse().unwrap());
    }
}

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn write_until_killed(dir: &Path) {
    let store = Arc::new(Sqlite::open(dir, Options::default()).unwrap());
    let mut clients = Vec::new();
    for n in 0..CLIENTS {
        let store = store.clone();
        clients.push(tokio::spawn(async move {
            let id = format!("s{n}");
            let session_id = SessionId::parse(id.as_str()).unwrap();
            let loaded = store.load(&session_id, 1).await.unwrap();
            let mut revision = loaded.map_or(0, |loaded| loaded.revision);
            while revision < u64::MAX {
                let answers = store.write(vec![append(&session_id, revision)]).await;
                answers.unwrap().remove(0).unwrap();
                revision += EVENTS;
                // One write for a line, so that it comes whole or not at all.
                let line = format!("acknowledged {id} {revision};\n");
                std::io::stdout().write_all(line.as_bytes()).unwrap();
            }
        }));
    }
    for client in clients {
        client.await.unwrap();
    }
}

fn append(session_id: &SessionId, revision: Revision) -> Op {
    let last = revision + EVENTS;
    let now = Timestamp::from_millis(i64::try_from(last).unwrap());
    let agent = AgentId::parse(format!("test://{session_id}")).unwrap();
    let summary = SummaryRow {
        name: Some(format!("at {last}")),
        members: vec![agent.clone()],
        updated_at: now,
        ..fixtures::row(session_id.as_str())
    };
    let record = |seq| Record { seq, json: format!(r#"{{"session":"{session_id}","seq":{seq}}}"#).into() };
    let task = TaskRow {
        task_id: fixtures::task_id(&format!("{session_id}-{last}")),
        session_id: session_id.clone(),
        assignee: agent.clone(),
        status: TaskStatus::Pending,
    };
    let message = Enqueue {
        recipient: agent.clone(),
        sender: agent,
        session_id: Some(session_id.clone()),
        at: now,
        not_before: now,
        inbox_limit: u64::MAX,
        ..fixtures::message(&last.to_string())
    };
    let answer = Answer {
        session_id: None,
        scope: session_id.to_string(),
        key: last.to_string(),
        digest: [0; 32],
        body: String::new(),
        at: now,
    };
    fixtures::op(Append {
        records: (revision + 1..=last).map(record).collect(),
        updated_at: now,
        summary: Some(Box::new(summary)),
        tasks: vec![task],
        writes: vec![
            Write::SetTimer(fixtures::timer(&last.to_string(), now.millis())),
            Write::Enqueue(Box::new(message)),
        ],
        answers: vec![answer],
        ..fixtures::append(session_id.as_str(), revision, EVENTS)
    })
}

#[tokio::main(flavor = "current_thread")]
async fn check(dir: &Path, acknowledged: &BTreeMap<String, Revision>) {
    let store = Sqlite::open(dir, Options::default()).unwrap();
    let (timers, _) = store.due_timers(Timestamp::from_millis(i64::MAX), usize::MAX).await.unwrap();
    for n in 0..CLIENTS {
        let id = format!("s{n}");
        let session_id = SessionId::parse(id.as_str()).unwrap();
        let known = acknowledged.get(&id).copied().unwrap_or(0);
        let Some(loaded) = store.load(&session_id, 1).await.unwrap() else {
            assert_eq!(known, 0, "{id} is lost");
            continue;
        };
        // Each client waits for its answer, so at most one append is there without one having been read.
        let revision = loaded.revision;
        assert!(revision >= known, "{id} was acknowledged to {known} and is at {revision}");
        assert_eq!(revision % EVENTS, 0, "{id} has half an append");
        let numbers = loaded.records.iter().map(|record| record.seq);
        assert!(numbers.eq(1..=revision), "{id}'s events have a gap");
        for record in &loaded.records {
            let expected = format!(r#"{{"session":"{id}","seq":{}}}"#, record.seq);
            assert_eq!(*record.json, *expected);
        }
        let appends = revision / EVENTS;
        let of_session = timers.iter().filter(|row| row.session_id == session_id).count();
        assert_eq!(of_session as u64, appends, "{id}'s timers");
        let agent = AgentId::parse(format!("test://{id}")).unwrap();
        let inbox = store.inbox(&agent, Timestamp::default()).await.unwrap();
        assert_eq!(inbox.depth, appends, "{id}'s messages");
        for last in (EVENTS..=revision).step_by(EVENTS as usize) {
            let answer = store.answer(&id, &last.to_string()).await.unwrap();
            assert!(answer.is_some(), "{id}'s answer at {last}");
        }
        let next = (revision + EVENTS).to_string();
        assert_eq!(store.answer(&id, &next).await.unwrap(), None);
        let message = MessageId::parse(next).unwrap();
        assert_eq!(store.message(&agent, &message).await.unwrap(), None);
        let task = TaskId::parse(format!("{id}-{revision}")).unwrap();
        let task = store.task(&task).await.unwrap();
        assert_eq!(task.map(|task| task.session_id), Some(session_id));
    }
    let counts = store.counts().await.unwrap();
    let query = sessiond_store::ListQuery { limit: 1_000, ..Default::default() };
    let rows = store.list(query).await.unwrap().items;
    assert_eq!(counts.sessions.values().sum::<u64>(), rows.len() as u64);
    for row in rows {
        assert_eq!(row.name, Some(format!("at {}", row.revision)), "{}", row.session_id);
    }
    store.close().await;
}
