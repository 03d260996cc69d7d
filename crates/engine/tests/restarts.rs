//! What survives when the engine stops and starts again, and what leaves memory meanwhile.
#![allow(missing_docs)]

mod common;

use std::time::Duration;

use common::*;
use serde_json::json;
use sessiond_core::*;
use sessiond_engine::{Error, Idempotency, Options, WatchItem};

fn once(key: &str) -> Option<Idempotency> {
    Some(Idempotency { scope: "test".into(), key: key.into(), digest: [7; 32] })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_is_the_same_after_a_restart() {
    let dir = tempfile::tempdir().unwrap();
    let before = {
        let engine = open(dir.path()).await;
        engine.create(new_session("s"), &me(), None).await.unwrap();
        for i in 0..300 {
            engine.execute(&id("s"), patch(json!({ (format!("k{}", i % 7)): i })), None).await.unwrap();
        }
        engine.execute(&id("s"), delegate("m1"), None).await.unwrap();
        let session = engine.session(&me(), &id("s")).await.unwrap();
        engine.shutdown().await;
        assert!(matches!(engine.execute(&id("s"), patch(json!({})), None).await, Err(Error::Closed)));
        session
    };
    let engine = open(dir.path()).await;
    assert_eq!(engine.session(&me(), &id("s")).await.unwrap(), before);
    engine.shutdown().await;
}

/// A large state is read on another thread than a small one; both are the same as before.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_of_any_size_is_the_same_after_a_restart() {
    let dir = tempfile::tempdir().unwrap();
    let mut before = Vec::new();
    let engine = open(dir.path()).await;
    for (name, bytes, patches) in [("small", 10, 1), ("events", 30_000, 20), ("snapshot", 6_000, 257)] {
        engine.create(new_session(name), &me(), None).await.unwrap();
        for i in 0..patches {
            let value = json!({ (format!("k{}", i % 100)): "x".repeat(bytes / (1 + i % 5)) });
            match engine.execute(&id(name), patch(value), None).await {
                Ok(_) => {}
                // The context is as large as it may be.
                Err(Error::Rejected(Rejection::LimitReached { .. })) => break,
                Err(error) => panic!("{error:?}"),
            }
        }
        before.push(engine.session(&me(), &id(name)).await.unwrap());
    }
    engine.shutdown().await;
    let engine = open(dir.path()).await;
    for session in before {
        assert_eq!(engine.session(&me(), &session.id).await.unwrap(), session);
    }
    engine.shutdown().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_timer_fires_though_the_engine_was_down_when_it_was_due() {
    let dir = tempfile::tempdir().unwrap();
    let clock = manual_clock();
    {
        let engine = open_with(dir.path(), by(&clock)).await;
        let brief = CreateSession { expires_in: Some(Span::from_secs(3_600)), ..new_session("s") };
        engine.create(brief, &me(), None).await.unwrap();
        engine.shutdown().await;
    }
    clock.advance(Span::from_secs(3_600));
    let engine = open_with(dir.path(), by(&clock)).await;
    eventually("the session expires", async || {
        engine.session(&me(), &id("s")).await.unwrap().status == Status::Expired
    })
    .await;
    engine.shutdown().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_unacknowledged_message_comes_again_with_a_higher_attempt() {
    let dir = tempfile::tempdir().unwrap();
    for attempt in 1..=3 {
        let engine = open(dir.path()).await;
        if attempt == 1 {
            register(&engine, "a://worker").await;
            engine.create(new_session("s"), &me(), None).await.unwrap();
            for message in ["m1", "m2", "m3"] {
                engine.execute(&id("s"), delegate(message), None).await.unwrap();
            }
        }
        let mut inbox = engine.connect_inbox(&me(), &agent("a://worker")).await.unwrap();
        for message in ["m1", "m2", "m3"] {
            let delivery = inbox.next().await.unwrap();
            assert_eq!((delivery.message_id.as_str(), delivery.attempt), (message, attempt));
        }
        if attempt == 3 {
            let all = ["m1", "m2", "m3"].map(|m| MessageId::parse(m).unwrap()).to_vec();
            assert_eq!(inbox.ack(all).await.unwrap(), 3);
            engine.execute(&id("s"), delegate("m4"), None).await.unwrap();
            assert_eq!(
                inbox.next().await.unwrap().message_id.as_str(),
                "m4",
                "none of the others comes again"
            );
        }
        engine.shutdown().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_repeated_request_has_one_effect_across_a_restart() {
    let dir = tempfile::tempdir().unwrap();
    let first = {
        let engine = open(dir.path()).await;
        engine.create(new_session("s"), &me(), None).await.unwrap();
        let first = engine.execute(&id("s"), delegate("m1"), once("k")).await.unwrap();
        engine.execute(&id("s"), patch(json!({ "later": 1 })), None).await.unwrap();
        engine.shutdown().await;
        first
    };
    let engine = open(dir.path()).await;
    let again = engine.execute(&id("s"), delegate("m1"), once("k")).await.unwrap();
    assert!(again.repeated);
    assert_eq!(
        (again.receipt, &again.session),
        (first.receipt, &first.session),
        "the answer is that of then"
    );
    let other = Some(Idempotency { digest: [8; 32], ..once("k").unwrap() });
    let other = engine.execute(&id("s"), delegate("m9"), other).await;
    assert!(matches!(other, Err(Error::IdempotencyMismatch(_))), "{other:?}");
    assert_eq!(engine.session(&me(), &id("s")).await.unwrap().tasks.len(), 1);
    engine.shutdown().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_commands_at_once_on_one_session_all_take_effect() {
    let dir = tempfile::tempdir().unwrap();
    let engine = open(dir.path()).await;
    engine.create(new_session("s"), &me(), None).await.unwrap();
    let mut writers = tokio::task::JoinSet::new();
    for writer in 0..64 {
        let engine = engine.clone();
        writers.spawn(async move {
            for i in 0..10 {
                // Every third is refused, and must not take its neighbours with it.
                let command = match i % 3 {
                    0 => Envelope { expected_revision: Some(1), ..patch(json!({ "never": 1 })) },
                    _ => patch(json!({ (format!("{writer}-{i}")): 1 })),
                };
                let answer = engine.execute(&id("s"), command, None).await;
                assert_eq!(answer.is_err(), i % 3 == 0, "{answer:?}");
            }
        });
    }
    while let Some(writer) = writers.join_next().await {
        writer.unwrap();
    }
    let session = engine.session(&me(), &id("s")).await.unwrap();
    assert_eq!(session.context.document.as_object().unwrap().len(), 64 * 6);
    engine.shutdown().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_many_equal_requests_at_once_one_takes_effect() {
    let dir = tempfile::tempdir().unwrap();
    let engine = open(dir.path()).await;
    engine.create(new_session("s"), &me(), None).await.unwrap();
    let mut callers = tokio::task::JoinSet::new();
    for _ in 0..32 {
        let engine = engine.clone();
        callers.spawn(async move { engine.execute(&id("s"), delegate("m1"), once("k")).await.unwrap() });
    }
    let mut tasks = std::collections::BTreeSet::new();
    let mut fresh = 0;
    while let Some(reply) = callers.join_next().await {
        let reply = reply.unwrap();
        fresh += usize::from(!reply.repeated);
        tasks.insert(reply.receipt.task_id().cloned().unwrap());
    }
    assert_eq!((tasks.len(), fresh), (1, 1));
    engine.shutdown().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_unused_session_leaves_memory_and_comes_back() {
    let dir = tempfile::tempdir().unwrap();
    let clock = manual_clock();
    let options = Options { idle: Duration::from_secs(60), ..by(&clock) };
    let engine = open_with(dir.path(), options).await;
    for i in 0..40 {
        let session = format!("s{i}");
        engine.create(new_session(&session), &me(), None).await.unwrap();
    }
    let watched = engine.watch(&me(), &id("s1"), None).await.unwrap();
    let open_later = || {
        clock.advance(Span::from_secs(10));
        engine.open_sessions()
    };
    eventually("only the watched one stays", async || open_later() == 1).await;
    drop(watched);
    eventually("none stays", async || open_later() == 0).await;
    let reply = engine.execute(&id("s1"), patch(json!({ "a": 1 })), None).await.unwrap();
    assert_eq!(reply.session.revision, 4);
    engine.shutdown().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reader_is_told_of_events_that_are_no_longer_kept() {
    let dir = tempfile::tempdir().unwrap();
    let options = Options { keep_events: Some(20), snapshot_every: 10, ..Options::default() };
    let engine = open_with(dir.path(), options).await;
    engine.create(new_session("s"), &me(), None).await.unwrap();
    for i in 0..100 {
        engine.execute(&id("s"), patch(json!({ "i": i })), None).await.unwrap();
    }
    eventually("old events go", async || engine.events(&me(), &id("s"), 0, 10).await.is_err()).await;
    let Err(Error::Gap { first }) = engine.events(&me(), &id("s"), 0, 10).await else { panic!("it is told") };
    assert!(first > 1);
    let mut watch = engine.watch(&me(), &id("s"), Some(3)).await.unwrap();
    let Some(Ok(WatchItem::Gap { after: 3, first })) = watch.next().await else {
        panic!("a gap comes first")
    };
    let Some(Ok(WatchItem::Record(record))) = watch.next().await else { panic!("then an event") };
    assert_eq!(record.seq, first);
    engine.shutdown().await;
    let engine = open(dir.path()).await;
    assert_eq!(
        engine.session(&me(), &id("s")).await.unwrap().context.document["i"],
        99,
        "the state is whole"
    );
    engine.shutdown().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_slow_watcher_reads_on_from_the_store() {
    let dir = tempfile::tempdir().unwrap();
    let engine = open(dir.path()).await;
    let start = engine.create(new_session("s"), &me(), None).await.unwrap().session.revision;
    let mut slow = engine.watch(&me(), &id("s"), Some(start)).await.unwrap();
    for i in 0..1500 {
        engine.execute(&id("s"), patch(json!({ "i": i })), None).await.unwrap();
    }
    for expected in start + 1..=start + 1500 {
        let Some(Ok(WatchItem::Record(record))) = slow.next().await else { panic!("an event comes") };
        assert_eq!(record.seq, expected);
    }
    engine.shutdown().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_replaced_connection_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let engine = open(dir.path()).await;
    register(&engine, "a://worker").await;
    let mut old = engine.connect_inbox(&me(), &agent("a://worker")).await.unwrap();
    let (waiting, new) = tokio::join!(old.next(), async {
        pause(Duration::from_millis(50)).await;
        engine.connect_inbox(&me(), &agent("a://worker")).await.unwrap()
    });
    assert!(matches!(waiting, Err(Error::InboxTaken { present }) if present == new.fence()), "{waiting:?}");
    let late = old.ack(vec![MessageId::parse("m1").unwrap()]).await;
    assert!(matches!(late, Err(Error::InboxTaken { .. })), "{late:?}");
    engine.shutdown().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_message_that_nobody_takes_becomes_a_dead_letter_and_goes_to_the_fallback() {
    let dir = tempfile::tempdir().unwrap();
    let clock = manual_clock();
    let options = Options { ack_timeout: Duration::from_secs(60), delivery_attempts: 2, ..by(&clock) };
    let engine = open_with(dir.path(), options).await;
    register(&engine, "a://worker").await;
    register(&engine, "a://other").await;
    let message: Message = serde_json::from_value(json!({
        "message_id": "m1", "timestamp": "2025-02-02T11:00:00Z", "message_type": "status_update",
        "sender": { "agent_id": "a://lead" }, "recipient": { "agent_id": "a://worker" },
        "routing": { "fallback_agents": ["a://other"] }
    }))
    .unwrap();
    engine.send(&me(), message, None).await.unwrap();
    let take = async |name: &str| {
        engine.receive(&me(), &agent(name), None, 1, Duration::from_secs(1)).await.unwrap()
    };
    assert_eq!(take("a://worker").await[0].attempt, 1);
    clock.advance(Span::from_millis(59_999));
    let (early, ()) = tokio::join!(take("a://worker"), async {
        pause(Duration::from_millis(20)).await;
        clock.advance(Span::from_millis(1));
    });
    assert_eq!(early[0].attempt, 2, "a reader that waits gets it when its time has come");
    clock.advance(Span::from_secs(60));
    assert_eq!(engine.receive(&me(), &agent("a://worker"), None, 1, Duration::ZERO).await.unwrap(), []);
    assert_eq!(take("a://other").await[0].message_id.as_str(), "m1");
    engine.requeue(&me(), &agent("a://worker"), &MessageId::parse("m1").unwrap()).await.unwrap();
    assert_eq!(take("a://worker").await[0].message_id.as_str(), "m1");
    engine.shutdown().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn repeated_requests_among_others_do_nothing_twice() {
    let dir = tempfile::tempdir().unwrap();
    let engine = open(dir.path()).await;
    engine.create(new_session("s"), &me(), None).await.unwrap();
    let task =
        engine.execute(&id("s"), delegate("m0"), None).await.unwrap().receipt.task_id().cloned().unwrap();
    let accept = || {
        let report = TaskReport { task: task.clone(), attempt: None, by: None, change: TaskChange::Accept };
        Envelope::new(me(), Command::Tasks(tasks::Command::Report(report)))
    };
    engine.execute(&id("s"), accept(), once("accept")).await.unwrap();
    let mut callers = tokio::task::JoinSet::new();
    for caller in 0..8 {
        let engine = engine.clone();
        let accept = accept();
        callers.spawn(async move {
            for i in 0..20 {
                if caller == 0 {
                    engine.execute(&id("s"), accept.clone(), once("accept")).await.unwrap();
                } else {
                    engine.execute(&id("s"), delegate(&format!("m{caller}-{i}")), None).await.unwrap();
                }
            }
        });
    }
    while let Some(caller) = callers.join_next().await {
        caller.unwrap();
    }
    let session = engine.session(&me(), &id("s")).await.unwrap();
    assert_eq!(session.tasks.len(), 1 + 7 * 20, "as many tasks as were acknowledged");
    engine.shutdown().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_repeat_does_not_show_another_session_under_the_same_id() {
    let dir = tempfile::tempdir().unwrap();
    let clock = manual_clock();
    let engine = open_with(dir.path(), by(&clock)).await;
    let owner = |name: &str| Principal::new(name, Role::Client, Vec::new());
    engine.create(new_session("s"), &owner("alice"), once("k")).await.unwrap();
    engine.delete(&owner("alice"), &id("s"), None).await.unwrap();
    clock.advance(Span::from_millis(5));
    engine.create(new_session("s"), &owner("bob"), None).await.unwrap();
    let again = engine.create(new_session("s"), &owner("alice"), once("k")).await;
    assert!(matches!(again, Err(Error::Rejected(Rejection::SessionExists))), "{again:?}");
    engine.shutdown().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_leaves_a_session_sees_no_more_of_it() {
    let dir = tempfile::tempdir().unwrap();
    let engine = open(dir.path()).await;
    engine.create(new_session("s"), &me(), None).await.unwrap();
    let agents = vec![AgentPattern("a://worker".into())];
    let worker = Principal::new("worker", Role::Agent, agents);
    let mut watch = engine.watch(&worker, &id("s"), None).await.unwrap();
    assert!(matches!(watch.next().await, Some(Ok(WatchItem::Snapshot(_)))));
    let leave = Command::Participants(participants::Command::Remove { agent: agent("a://worker") });
    engine.execute(&id("s"), Envelope::new(me(), leave), None).await.unwrap();
    engine.execute(&id("s"), patch(json!({ "secret": 1 })), None).await.unwrap();
    let end = watch.next().await;
    assert!(matches!(end, Some(Err(Error::Rejected(Rejection::SessionNotFound)))), "{end:?}");
    assert!(watch.next().await.is_none());
    engine.shutdown().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_caller_that_hangs_up_keeps_nobody_waiting() {
    let dir = tempfile::tempdir().unwrap();
    let engine = open(dir.path()).await;
    register(&engine, "a://worker").await;
    let mut inbox = engine.connect_inbox(&me(), &agent("a://worker")).await.unwrap();
    let template = TaskTemplate { task_type: "work".into(), payload: json!({}), ..TaskTemplate::default() };
    let step = NewStep {
        name: "only".into(),
        required_agents: vec![agent("a://worker")],
        task: Some(template),
        ..NewStep::default()
    };
    let planned = CreateSession { workflow: Some(vec![step]), ..new_session("s") };
    let creating = tokio::spawn({
        let engine = engine.clone();
        async move { engine.create(planned, &me(), None).await }
    });
    // Long enough to hand the append in, and too short to see it durable.
    pause(Duration::from_micros(200)).await;
    creating.abort();
    let written = creating.await.is_ok() || engine.session(&me(), &id("s")).await.is_ok();
    if written {
        soon(inbox.next()).await.expect("what is durable is delivered at once");
    }
    engine.shutdown().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_tasks_of_an_import_are_found_by_their_ids() {
    let dir = tempfile::tempdir().unwrap();
    let engine = open(dir.path()).await;
    engine.create(new_session("s"), &me(), None).await.unwrap();
    let task =
        engine.execute(&id("s"), delegate("m1"), None).await.unwrap().receipt.task_id().cloned().unwrap();
    let done = Command::Lifecycle(lifecycle::Command::Complete { summary: None, artifacts: Vec::new() });
    engine.execute(&id("s"), Envelope::new(me(), done), None).await.unwrap();
    let (header, _) = engine.export_header(&me(), &id("s")).await.unwrap();
    let events = engine.events(&me(), &id("s"), 0, 100).await.unwrap();
    let lines: Vec<String> =
        std::iter::once(header).chain(events.records.iter().map(|r| r.json.to_string())).collect();
    engine.delete(&me(), &id("s"), None).await.unwrap();
    engine.import(&me(), lines.join("\n"), None, None).await.unwrap();
    assert_eq!(engine.task_session(&task).await.unwrap(), Some(id("s")));
    engine.shutdown().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_batch_of_calls_whose_answer_was_lost_is_recorded_once_across_restarts() {
    let dir = tempfile::tempdir().unwrap();
    let command = |command| Envelope::new(me(), command);
    let record = |batch: u64| {
        let entry = |call: u64, parent: Option<u64>, ends: bool| CallEntry {
            call,
            began: Some(CallBegan {
                parent,
                node: "NodeA".into(),
                kind: CallKind::Function,
                branch: None,
                position: 0,
                began_order: None,
                key: "9f".into(),
                resumes: None,
                began_us: call,
                input: Some(Json::of(&json!({ "text": "hello" })).unwrap()),
                input_omitted: None,
            }),
            ended: ends.then(|| CallEnded::new(CallStatus::Completed, call)),
        };
        let first = 2 * batch - 1;
        let calls = vec![entry(first, None, false), entry(first + 1, Some(first), true)];
        command(Command::Calls(calls::Command::Record(CallBatch {
            writer: 1,
            batch,
            calls: calls.into(),
            ..CallBatch::default()
        })))
    };
    for start in 0..3 {
        let engine = open(dir.path()).await;
        if start == 0 {
            let new = CreateSession { kind: Kind::Execution, ..new_session("s") };
            engine.create(new, &me(), None).await.unwrap();
            let begin = Command::Calls(calls::Command::Begin(calls::NewWriter {
                process: "host:1".into(),
                ..Default::default()
            }));
            engine.execute(&id("s"), command(begin), None).await.unwrap();
        } else {
            // What was on disk before comes again, and changes nothing.
            let present = engine.session(&me(), &id("s")).await.unwrap();
            let again = engine.execute(&id("s"), record(100 * start), None).await.unwrap();
            assert_eq!(again.session, present);
        }
        for batch in 100 * start + 1..=100 * (start + 1) {
            engine.execute(&id("s"), record(batch), None).await.unwrap();
        }
        let session = engine.session(&me(), &id("s")).await.unwrap();
        let calls = session.calls.as_deref().unwrap();
        let batches = 100 * (start + 1);
        assert_eq!((calls.batch, calls.last, calls.completed), (batches, 2 * batches, batches));
        assert_eq!(calls.open.len() as u64, batches);
        engine.shutdown().await;
    }
}
