//! A task's attempt and its request: what happens to the one is told to the other.
#![allow(clippy::unwrap_used, missing_docs)]

mod common;

use std::time::Duration;

use common::*;
use serde_json::json;
use sessiond_core::*;
use sessiond_engine::{Engine, Error, Options};
use sessiond_store::MessageState;

const WORKER: &str = "a://worker";

/// A session whose worker has a task with one retry and a fallback agent, and how the engine is run.
async fn engine(dir: &std::path::Path, options: Options) -> Engine {
    let engine = open_with(dir, options).await;
    for name in [WORKER, "a://second"] {
        register(&engine, name).await;
    }
    let mut new = new_session("s");
    new.participants.push(NewParticipant {
        agent_id: agent("a://second"),
        framework: None,
        role: "worker".into(),
    });
    engine.create(new, &me(), None).await.unwrap();
    engine
}

async fn give(engine: &Engine, task: impl FnOnce(&mut DelegateTask)) -> TaskId {
    let Command::Tasks(tasks::Command::Delegate(mut new)) = delegate("m1").command else { panic!() };
    task(&mut new);
    let command = Command::Tasks(tasks::Command::Delegate(new));
    let reply = engine.execute(&id("s"), Envelope::new(me(), command), None).await.unwrap();
    reply.receipt.task_id().unwrap().clone()
}

async fn report(engine: &Engine, task: &TaskId, by: &str, change: TaskChange) {
    let report = TaskReport { task: task.clone(), attempt: None, by: Some(agent(by)), change };
    let command = Command::Tasks(tasks::Command::Report(report));
    engine.execute(&id("s"), Envelope::new(me(), command), None).await.unwrap();
}

async fn task(engine: &Engine, task: &TaskId) -> std::sync::Arc<Task> {
    engine.session(&me(), &id("s")).await.unwrap().tasks[task].clone()
}

async fn take(engine: &Engine, name: &str) -> Vec<sessiond_store::Delivery> {
    engine.receive(&me(), &agent(name), None, 64, Duration::ZERO).await.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_accepted_request_is_never_dead_and_comes_again_to_each_process_of_its_agent() {
    let dir = tempfile::tempdir().unwrap();
    let clock = manual_clock();
    let engine = engine(dir.path(), Options { delivery_attempts: 3, ..by(&clock) }).await;
    let id = give(&engine, |new| new.timeout = Some(Span::from_secs(24 * 3600))).await;
    assert_eq!(take(&engine, WORKER).await.len(), 1);
    report(&engine, &id, WORKER, TaskChange::Accept).await;
    for _ in 0..9 {
        clock.advance(Span::from_secs(3600));
        assert!(take(&engine, WORKER).await.is_empty(), "it is not delivered again by time");
    }
    // More processes than a message that nobody accepts has deliveries, by a connection and by polls.
    for process in 0..6 {
        if process % 2 == 0 {
            register(&engine, WORKER).await;
            assert_eq!(take(&engine, WORKER).await[0].message_id.as_str(), "m1");
        } else {
            let mut inbox = engine.connect_inbox(&me(), &agent(WORKER)).await.unwrap();
            assert_eq!(soon(inbox.next()).await.unwrap().message_id.as_str(), "m1");
        }
    }
    assert_eq!(task(&engine, &id).await.status, TaskStatus::InProgress);
    report(&engine, &id, WORKER, TaskChange::Complete(json!("done"))).await;
    register(&engine, WORKER).await;
    assert!(take(&engine, WORKER).await.is_empty(), "the request has ended with its task");
    engine.shutdown().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_that_nobody_acknowledges_fails_its_attempt_and_the_next_agent_is_asked() {
    let dir = tempfile::tempdir().unwrap();
    let clock = manual_clock();
    let engine = engine(dir.path(), Options { delivery_attempts: 2, ..by(&clock) }).await;
    let id = give(&engine, |new| {
        new.timeout = Some(Span::from_secs(24 * 3600));
        new.fallback_agents = vec![agent("a://second")];
    })
    .await;
    for _ in 0..2 {
        assert_eq!(take(&engine, WORKER).await.len(), 1);
        clock.advance(Span::from_secs(60));
    }
    assert!(take(&engine, WORKER).await.is_empty());
    let failed = task(&engine, &id).await;
    assert_eq!((failed.attempt, failed.assignee.as_str()), (2, "a://second"));
    assert_eq!(failed.attempts[0].error.as_ref().unwrap()["code"], "undelivered");
    let query = sessiond_store::MessageQuery {
        recipient: Some(agent(WORKER)),
        state: Some(MessageState::Dead),
        limit: 9,
        ..Default::default()
    };
    let dead = engine.messages(&me(), query).await.unwrap();
    assert_eq!(dead.items.len(), 1, "a person sees the dead letter");
    let request = take(&engine, "a://second").await;
    assert_eq!(request.len(), 1);
    // Its attempt is over, so nobody could report on it.
    let requeued = engine.requeue(&me(), &agent(WORKER), &MessageId::parse("m1").unwrap()).await;
    assert!(matches!(requeued, Err(Error::Rejected(Rejection::AttemptStale { .. }))), "{requeued:?}");
    report(&engine, &id, "a://second", TaskChange::Complete(json!("done"))).await;
    engine.shutdown().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_agent_that_connects_and_dies_again_and_again_fails_the_attempt() {
    let dir = tempfile::tempdir().unwrap();
    let engine = engine(dir.path(), Options { delivery_attempts: 3, ..Options::default() }).await;
    let id = give(&engine, |_| {}).await;
    for _ in 0..3 {
        let mut inbox = engine.connect_inbox(&me(), &agent(WORKER)).await.unwrap();
        soon(inbox.next()).await.unwrap();
    }
    let mut inbox = engine.connect_inbox(&me(), &agent(WORKER)).await.unwrap();
    assert!(keeps_waiting(inbox.next()).await);
    assert_eq!(task(&engine, &id).await.status, TaskStatus::Failed);
    engine.shutdown().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_that_is_acknowledged_before_any_report_accepts_its_task() {
    let dir = tempfile::tempdir().unwrap();
    let engine = engine(dir.path(), Options::default()).await;
    let id = give(&engine, |_| {}).await;
    assert_eq!(take(&engine, WORKER).await.len(), 1);
    let ids = vec![MessageId::parse("m1").unwrap()];
    assert_eq!(engine.ack(&me(), &agent(WORKER), None, ids).await.unwrap(), 1);
    assert_eq!(task(&engine, &id).await.status, TaskStatus::InProgress);
    engine.shutdown().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_agent_that_is_removed_fails_the_attempts_whose_requests_went_with_its_inbox() {
    let dir = tempfile::tempdir().unwrap();
    let engine = engine(dir.path(), Options::default()).await;
    let accepted = give(&engine, |new| new.fallback_agents = vec![agent("a://second")]).await;
    report(&engine, &accepted, WORKER, TaskChange::Accept).await;
    let pending = give(&engine, |new| new.message_id = None).await;
    engine.unregister(&me(), &agent(WORKER)).await.unwrap();
    assert_eq!(task(&engine, &accepted).await.assignee.as_str(), "a://second");
    assert_eq!(task(&engine, &pending).await.status, TaskStatus::Failed);
    engine.shutdown().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_that_waits_in_its_agent_is_not_delivered_again_while_the_agent_says_so() {
    let dir = tempfile::tempdir().unwrap();
    let clock = manual_clock();
    let options = Options { delivery_attempts: 2, ack_timeout: Duration::from_secs(1), ..by(&clock) };
    let engine = engine(dir.path(), options).await;
    let id = give(&engine, |_| {}).await;
    assert_eq!(take(&engine, WORKER).await.len(), 1);
    for _ in 0..20 {
        let waiting = vec![MessageId::parse("m1").unwrap()];
        engine.heartbeat(&me(), &agent(WORKER), None, waiting).await.unwrap();
        clock.advance(Span::from_secs(10));
        assert!(take(&engine, WORKER).await.is_empty());
    }
    assert_eq!(task(&engine, &id).await.status, TaskStatus::Pending);
    clock.advance(Span::from_secs(30));
    assert_eq!(take(&engine, WORKER).await[0].attempt, 2);
    engine.shutdown().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_report_is_taken_in_though_the_next_request_and_the_notice_meet_full_inboxes() {
    let dir = tempfile::tempdir().unwrap();
    let engine = engine(dir.path(), Options::default()).await;
    let id = give(&engine, |new| {
        new.delegator = Some(agent("a://lead"));
        new.fallback_agents = vec![agent("a://second")];
    })
    .await;
    register(&engine, "a://lead").await;
    for name in ["a://lead", "a://second"] {
        fill(dir.path(), name).await;
    }
    report(&engine, &id, WORKER, TaskChange::Fail { error: json!("broken"), retryable: None }).await;
    assert_eq!(task(&engine, &id).await.assignee.as_str(), "a://second");
    let response = serde_json::from_value(json!({
        "message_id": "r1", "timestamp": "2025-02-02T11:00:00Z", "message_type": "task_response",
        "sender": { "agent_id": "a://second", "session_id": "s" }, "recipient": { "agent_id": "a://lead" },
        "payload": { "result": 1 }, "metadata": { "task_id": id },
    }));
    engine.send(&me(), response.unwrap(), None).await.unwrap();
    assert_eq!(task(&engine, &id).await.status, TaskStatus::Completed);
    engine.shutdown().await;
}

/// Fills an inbox as another process does.
async fn fill(dir: &std::path::Path, name: &str) {
    use sessiond_store::{Enqueue, Op, Store};
    let store = sessiond_store_sqlite::Sqlite::open(dir, sessiond_store_sqlite::Options::default()).unwrap();
    let at: Timestamp = "2025-02-02T11:00:00Z".parse().unwrap();
    let one = |n: u64| Op::Enqueue {
        message: Box::new(Enqueue {
            message_id: MessageId::parse(format!("fill{n}")).unwrap(),
            recipient: agent(name),
            sender: agent("a://else"),
            session_id: None,
            in_reply_to: None,
            priority: Priority::Low,
            body: "{}".into(),
            at,
            not_before: at,
            inbox_limit: u64::MAX,
            sender_limit: u64::MAX,
            kind: MessageKind::Message,
        }),
        answer: None,
    };
    for result in store.write((0..limits::INBOX).map(one).collect()).await.unwrap() {
        result.unwrap();
    }
    store.close().await;
}
