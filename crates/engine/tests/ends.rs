//! Ends are ends: what was deleted, ended or imported stays so, and answers for nothing else. What is in memory is what is in
//! the store.
#![allow(clippy::unwrap_used, missing_docs)]

mod common;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use common::interposed::{Hooks, Interposed};
use common::*;
use serde_json::json;
use sessiond_core::*;
use sessiond_engine::{Engine, Error, Idempotency, Options};
use sessiond_store::{Op, Store};
use sessiond_store_sqlite::Sqlite;

const WORKER: &str = "a://worker";

async fn accept(engine: &Engine) -> TaskId {
    let reply = engine.execute(&id("s"), delegate("m1"), None).await.unwrap();
    let task = reply.receipt.task_id().unwrap().clone();
    let report =
        TaskReport { task: task.clone(), attempt: None, by: Some(agent(WORKER)), change: TaskChange::Accept };
    let report = Command::Tasks(tasks::Command::Report(report));
    engine.execute(&id("s"), Envelope::new(me(), report), None).await.unwrap();
    task
}

fn is_gone<T: std::fmt::Debug>(result: &Result<T, Error>) -> bool {
    matches!(result, Err(Error::Rejected(Rejection::SessionNotFound)))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_deleted_session_ends_first_with_its_children_and_its_workers() {
    let dir = tempfile::tempdir().unwrap();
    let engine = open(dir.path()).await;
    register(&engine, WORKER).await;
    engine.create(new_session("s"), &me(), None).await.unwrap();
    let child = CreateSession { parent: Some(id("s")), ..new_session("child") };
    engine.create(child, &me(), None).await.unwrap();
    let task = accept(&engine).await;
    engine.delete(&me(), &id("s"), None).await.unwrap();
    assert!(is_gone(&engine.session(&me(), &id("s")).await));
    assert_eq!(engine.session(&me(), &id("child")).await.unwrap().status, Status::Terminated);
    let told = engine.receive(&me(), &agent(WORKER), None, 9, Duration::ZERO).await.unwrap();
    let told: serde_json::Value = serde_json::from_str(&told[0].body).unwrap();
    assert_eq!(
        told["payload"],
        json!({ "task_id": task, "status": "cancelled", "reason": "the session was terminated" })
    );
    engine.shutdown().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_change_and_a_deletion_on_one_condition_never_both_succeed() {
    let dir = tempfile::tempdir().unwrap();
    let engine = open(dir.path()).await;
    for _ in 0..50 {
        let revision = engine.create(new_session("s"), &me(), None).await.unwrap().session.revision;
        let (deleting, changing) = (engine.clone(), engine.clone());
        let deletion = tokio::spawn(async move { deleting.delete(&me(), &id("s"), Some(revision)).await });
        let change = tokio::spawn(async move {
            let envelope = Envelope { expected_revision: Some(revision), ..patch(json!({ "a": 1 })) };
            changing.execute(&id("s"), envelope, None).await
        });
        let (deletion, change) = (deletion.await.unwrap(), change.await.unwrap());
        assert_ne!(deletion.is_ok(), change.is_ok(), "{deletion:?} {change:?}");
        if deletion.is_err() {
            engine.delete(&me(), &id("s"), None).await.unwrap();
        }
    }
    engine.shutdown().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_that_is_made_again_takes_the_messages_and_keys_of_before() {
    let dir = tempfile::tempdir().unwrap();
    let engine = open(dir.path()).await;
    let key = || Some(Idempotency { scope: "create".into(), key: "k".into(), digest: [1; 32] });
    for _ in 0..2 {
        let created = engine.create(new_session("s"), &me(), key()).await.unwrap();
        assert!(!created.repeated);
        let request: Message = serde_json::from_value(json!({
            "message_id": "m1", "timestamp": "2025-02-02T11:00:00Z", "message_type": "task_request",
            "sender": { "agent_id": "a://lead", "session_id": "s" }, "recipient": { "agent_id": WORKER },
        }))
        .unwrap();
        assert!(engine.send(&me(), request, None).await.unwrap().task.is_some());
        engine.delete(&me(), &id("s"), None).await.unwrap();
    }
    engine.shutdown().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_ended_session_stays_ended_when_it_is_imported_and_is_marked() {
    let dir = tempfile::tempdir().unwrap();
    let engine = open(dir.path()).await;
    let planned = NewStep {
        name: "deploy".into(),
        required_agents: vec![agent(WORKER)],
        task: Some(TaskTemplate { task_type: "deploy".into(), ..TaskTemplate::default() }),
        ..NewStep::default()
    };
    let new = CreateSession { workflow: Some(vec![planned]), ..new_session("s") };
    engine.create(new, &me(), None).await.unwrap();
    let end = lifecycle::Command::Terminate { reason: "wrong plan".into(), details: None };
    engine.execute(&id("s"), Envelope::new(me(), Command::Lifecycle(end)), None).await.unwrap();
    let (header, revision) = engine.export_header(&me(), &id("s")).await.unwrap();
    let records = engine.events(&me(), &id("s"), 0, 99).await.unwrap().records;
    let lines = std::iter::once(header).chain(records.iter().map(|record| record.json.to_string()));
    let lines = lines.collect::<Vec<_>>().join("\n");
    let stranger = Principal::new("stranger", Role::Client, Vec::new());
    for principal in [me(), stranger] {
        let name = id(&format!("copy-{}", principal.name));
        let (reply, _) = engine.import(&principal, lines.clone(), Some(name.clone()), None).await.unwrap();
        assert_eq!((&reply.session.id, reply.session.status), (&name, Status::Terminated));
        assert_eq!(reply.session.outcome.as_ref().unwrap().reason.as_deref(), Some("wrong plan"));
        assert_eq!(reply.session.owner, principal.name);
        let from = reply.session.imported_from.as_ref().unwrap();
        assert_eq!((&from.session_id, from.revision), (&id("s"), revision));
        let inbox = engine.receive(&me(), &agent(WORKER), None, 9, Duration::ZERO).await.unwrap();
        assert!(inbox.is_empty(), "its work is not given out");
        engine.delete(&me(), &name, None).await.unwrap();
    }
    engine.shutdown().await;
}

/// Another process does something to a session that is being read, once.
struct WhileRead {
    times: AtomicUsize,
    op: fn() -> Op,
}

#[async_trait]
impl Hooks for WhileRead {
    async fn loaded(&self, store: &Sqlite, _: &SessionId) {
        if self.times.fetch_add(1, Ordering::SeqCst) == 0 {
            store.write(vec![(self.op)()]).await.unwrap().pop().unwrap().unwrap();
        }
    }
}

async fn while_read(dir: &std::path::Path, op: fn() -> Op) -> Engine {
    let engine = open(dir).await;
    engine.create(new_session("s"), &me(), None).await.unwrap();
    engine.shutdown().await;
    let store = Sqlite::open(dir, sessiond_store_sqlite::Options::default()).unwrap();
    let store = Interposed { store, hooks: WhileRead { times: AtomicUsize::new(0), op } };
    Engine::open(Arc::new(store), Options::default()).await.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_that_is_deleted_while_it_is_read_is_not_found() {
    let dir = tempfile::tempdir().unwrap();
    let delete = || Op::DeleteSession { session_id: id("s"), expected_revision: None };
    let engine = while_read(dir.path(), delete).await;
    assert!(is_gone(&engine.session(&me(), &id("s")).await));
    assert!(is_gone(&engine.session(&me(), &id("s")).await));
    engine.shutdown().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_that_another_process_changes_while_it_is_read_is_shown_as_it_is() {
    let dir = tempfile::tempdir().unwrap();
    let change = || {
        let update = SessionUpdated { name: Some("new".into()), labels: None, expires_at: None };
        let time = "2025-02-02T11:00:00Z".parse().unwrap();
        let event = Event { seq: 4, time, actor: "other".into(), body: update.into() };
        let record = sessiond_store::Record { seq: 4, json: serde_json::to_string(&event).unwrap().into() };
        Op::Append(Box::new(sessiond_store::Append {
            session_id: id("s"),
            expected_revision: 3,
            records: vec![record],
            updated_at: time,
            summary: None,
            tasks: Vec::new(),
            writes: Vec::new(),
            answers: Vec::new(),
            fires: None,
            schedule: None,
        }))
    };
    let engine = while_read(dir.path(), change).await;
    assert_eq!(engine.session(&me(), &id("s")).await.unwrap().name.as_deref(), Some("new"));
    engine.shutdown().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_caller_that_creates_a_session_is_told_of_its_own() {
    let dir = tempfile::tempdir().unwrap();
    let engine = open(dir.path()).await;
    let other = engine.clone();
    let deleting = tokio::spawn(async move {
        for _ in 0..200 {
            let _ =
                other.create(CreateSession { name: Some("a".into()), ..new_session("s") }, &me(), None).await;
            let _ = other.delete(&me(), &id("s"), None).await;
        }
    });
    let mut made = 0;
    while !deleting.is_finished() {
        let new = CreateSession { name: Some("b".into()), ..new_session("s") };
        if let Ok(reply) = engine.create(new, &me(), None).await {
            made += 1;
            assert_eq!(reply.session.name.as_deref(), Some("b"));
            let _ = engine.delete(&me(), &id("s"), None).await;
        }
    }
    deleting.await.unwrap();
    assert!(made > 0 || is_gone(&engine.session(&me(), &id("s")).await));
    engine.shutdown().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_watcher_of_a_session_that_is_deleted_sees_how_it_ended() {
    let dir = tempfile::tempdir().unwrap();
    let engine = open(dir.path()).await;
    let revision = engine.create(new_session("s"), &me(), None).await.unwrap().session.revision;
    let mut watch = engine.watch(&me(), &id("s"), Some(revision)).await.unwrap();
    engine.delete(&me(), &id("s"), None).await.unwrap();
    let seen = soon(watch.next()).await;
    let Some(Ok(sessiond_engine::WatchItem::Record(record))) = seen else { panic!("{seen:?}") };
    assert!(record.json.contains("session_terminated") && record.json.contains("the session was deleted"));
    assert!(soon(watch.next()).await.is_none());
    engine.shutdown().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_watcher_whose_watch_ends_by_a_deletion_finds_the_session_gone() {
    let dir = tempfile::tempdir().unwrap();
    let engine = open(dir.path()).await;
    for round in 0..50 {
        let name = format!("s{round}");
        engine.create(new_session(&name), &me(), None).await.unwrap();
        let mut watch = engine.watch(&me(), &id(&name), None).await.unwrap();
        let watched = tokio::spawn({
            let (engine, name) = (engine.clone(), name.clone());
            async move {
                while soon(watch.next()).await.is_some() {}
                is_gone(&engine.session(&me(), &id(&name)).await)
            }
        });
        engine.delete(&me(), &id(&name), None).await.unwrap();
        assert!(watched.await.unwrap(), "the watch ended before the session was gone");
    }
    engine.shutdown().await;
}
