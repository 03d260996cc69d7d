//! Messages that are delivered at a time: no reader sees them before, and a reader that waits is woken by their time.
#![allow(clippy::unwrap_used, missing_docs)]

mod common;

use std::pin::pin;
use std::time::Duration;

use common::*;
use proptest::prelude::*;
use serde_json::{Value, json};
use sessiond_core::*;
use sessiond_engine::{Engine, Error, ManualClock};
use sessiond_store::{MessageQuery, MessageState};

const WORKER: &str = "a://worker";
const LEAD: &str = "a://lead";

fn delayed(id: &str, at: Timestamp, more: Value) -> Message {
    let mut message = json!({
        "message_id": id, "timestamp": "2025-02-02T11:00:00Z", "message_type": "status_update",
        "sender": { "agent_id": LEAD }, "recipient": { "agent_id": WORKER }, "deliver_at": at,
    });
    for (key, value) in more.as_object().unwrap() {
        message[key] = value.clone();
    }
    serde_json::from_value(message).unwrap()
}

fn after(clock: &ManualClock, seconds: u64) -> Timestamp {
    sessiond_engine::Clock::now(clock).after(Span::from_secs(seconds))
}

async fn poll(engine: &Engine, wait: Duration) -> Vec<String> {
    let taken = engine.receive(&me(), &agent(WORKER), None, 64, wait).await.unwrap();
    taken.iter().map(|taken| taken.message_id.to_string()).collect()
}

async fn send(engine: &Engine, message: Message) {
    engine.send(&me(), message, None).await.unwrap();
}

async fn depth(engine: &Engine) -> usize {
    let query = MessageQuery {
        recipient: Some(agent(WORKER)),
        state: Some(MessageState::Queued),
        limit: 9,
        ..MessageQuery::default()
    };
    engine.messages(&me(), query).await.unwrap().items.len()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reader_that_waits_is_woken_at_the_time_also_in_another_process_and_after_a_restart() {
    let dir = tempfile::tempdir().unwrap();
    let clock = manual_clock();
    let sender = open_with(dir.path(), by(&clock)).await;
    register(&sender, WORKER).await;
    register(&sender, LEAD).await;
    let reader = open_with(dir.path(), by(&clock)).await;
    for seconds in [60, 120] {
        send(&sender, delayed(&format!("m{seconds}"), after(&clock, seconds), json!({}))).await;
    }
    assert_eq!(depth(&sender).await, 2, "it counts before its time");

    let mut waiting = pin!(poll(&reader, Duration::from_secs(100)));
    assert!(keeps_waiting(&mut waiting).await);
    clock.advance(Span::from_millis(59_999));
    assert!(keeps_waiting(&mut waiting).await, "a millisecond is missing");
    clock.advance(Span::from_millis(1));
    assert_eq!(soon(waiting).await, ["m60"]);
    reader.ack(&me(), &agent(WORKER), None, vec![MessageId::parse("m60").unwrap()]).await.unwrap();

    sender.shutdown().await;
    reader.shutdown().await;
    let reader = open_with(dir.path(), by(&clock)).await;
    let mut inbox = reader.connect_inbox(&me(), &agent(WORKER)).await.unwrap();
    let mut next = pin!(inbox.next());
    assert!(keeps_waiting(&mut next).await, "a connection does not hurry it");
    clock.advance(Span::from_secs(60));
    assert_eq!(soon(next).await.unwrap().message_id.as_str(), "m120");
    reader.shutdown().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_same_delayed_message_again_gets_the_first_answer_and_another_time_is_a_mismatch() {
    let dir = tempfile::tempdir().unwrap();
    let clock = manual_clock();
    let engine = open_with(dir.path(), by(&clock)).await;
    register(&engine, WORKER).await;
    register(&engine, LEAD).await;
    let message = delayed("m1", after(&clock, 3600), json!({}));
    send(&engine, message.clone()).await;
    clock.advance(Span::from_secs(7200));
    send(&engine, message.clone()).await;
    assert_eq!(depth(&engine).await, 1);
    let other = Message { deliver_at: None, ..message };
    let refused = engine.send(&me(), other, None).await;
    assert!(matches!(refused, Err(Error::IdempotencyMismatch(_))), "{refused:?}");
    engine.shutdown().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_expires_a_time_after_its_delivery_not_after_it_was_accepted() {
    let dir = tempfile::tempdir().unwrap();
    let clock = manual_clock();
    let engine = open_with(dir.path(), by(&clock)).await;
    register(&engine, WORKER).await;
    register(&engine, LEAD).await;
    let ahead = limits::DELIVER_AHEAD_MS / 1000;
    send(&engine, delayed("m1", after(&clock, ahead), json!({}))).await;
    send(&engine, delayed("m2", after(&clock, 0), json!({}))).await;
    let state = async |id: &str| {
        let query = MessageQuery { recipient: Some(agent(WORKER)), limit: 9, ..MessageQuery::default() };
        let found = engine.messages(&me(), query).await.unwrap().items;
        found.iter().find(|found| found.message.message_id.as_str() == id).map(|found| found.state)
    };
    clock.advance(Span::from_millis(limits::INBOX_AGE_MS + 1_200_000));
    eventually("the one that was delivered expires", async || state("m2").await == Some(MessageState::Dead))
        .await;
    assert_eq!(state("m1").await, Some(MessageState::Queued));
    assert_eq!(poll(&engine, Duration::ZERO).await, ["m1"]);
    engine.shutdown().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_end_or_the_removal_of_its_session_takes_a_delayed_message_back() {
    let dir = tempfile::tempdir().unwrap();
    let clock = manual_clock();
    let engine = open_with(dir.path(), by(&clock)).await;
    register(&engine, WORKER).await;
    for (name, ends) in [("ended", true), ("deleted", false)] {
        engine.create(new_session(name), &me(), None).await.unwrap();
        let in_session = json!({ "sender": { "agent_id": LEAD, "session_id": name } });
        send(&engine, delayed(&format!("{name}-update"), after(&clock, 60), in_session.clone())).await;
        let request = json!({ "message_type": "task_request", "sender": in_session["sender"] });
        send(&engine, delayed(&format!("{name}-request"), after(&clock, 60), request)).await;
        assert_eq!(depth(&engine).await, 2);
        if ends {
            let end = lifecycle::Command::Terminate { reason: "enough".into(), details: None };
            engine.execute(&id(name), Envelope::new(me(), Command::Lifecycle(end)), None).await.unwrap();
        } else {
            engine.delete(&me(), &id(name), None).await.unwrap();
        }
        assert_eq!(depth(&engine).await, 0, "{name}");
    }
    clock.advance(Span::from_secs(60));
    assert!(poll(&engine, Duration::ZERO).await.is_empty());
    engine.shutdown().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_delayed_message_takes_room_in_the_inbox_before_its_time() {
    let dir = tempfile::tempdir().unwrap();
    let clock = manual_clock();
    let engine = open_with(dir.path(), by(&clock)).await;
    register(&engine, WORKER).await;
    register(&engine, LEAD).await;
    let all = (0..limits::INBOX_SENDER)
        .map(|n| send(&engine, delayed(&format!("m{n}"), after(&clock, 60), json!({}))));
    futures_util::future::join_all(all).await;
    let refused = engine.send(&me(), delayed("more", after(&clock, 60), json!({})), None).await;
    assert!(matches!(refused, Err(Error::InboxFull(_))), "{refused:?}");
    engine.shutdown().await;
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]

    /// Of any messages of one sender: each comes once, as soon as a reader looks after its time, and of those that are due
    /// together the one that was sent first comes first.
    #[test]
    fn each_message_comes_once_its_time_has_come_and_holds_up_no_other(
        delays in prop::collection::vec(prop::option::of(-5i64..20), 1..12),
        steps in prop::collection::vec((0u64..8, any::<bool>()), 1..8),
    ) {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        runtime.block_on(async {
            let dir = tempfile::tempdir().unwrap();
            let clock = manual_clock();
            let begin = after(&clock, 0);
            let mut engine = open_with(dir.path(), by(&clock)).await;
            register(&engine, WORKER).await;
            register(&engine, LEAD).await;
            let at = |delay: i64| Timestamp::from_millis(begin.millis() + delay * 1_000);
            let mut due = Vec::new();
            for (n, delay) in delays.iter().enumerate() {
                let message = delayed(&format!("m{n}"), at(delay.unwrap_or(0)), json!({}));
                let deliver_at = delay.map(at);
                send(&engine, Message { deliver_at, ..message }).await;
                due.push((delay.unwrap_or(0).max(0), format!("m{n}")));
            }
            let mut seen = Vec::new();
            let mut now = 0;
            for (seconds, restarts) in steps.into_iter().chain([(20, false)]) {
                clock.advance(Span::from_secs(seconds));
                now += seconds as i64;
                if restarts {
                    engine.shutdown().await;
                    engine = open_with(dir.path(), by(&clock)).await;
                }
                let expected: Vec<String> = due
                    .iter()
                    .filter(|(at, id)| *at <= now && !seen.contains(id))
                    .map(|(_, id)| id.clone())
                    .collect();
                let taken = poll(&engine, Duration::ZERO).await;
                assert_eq!(taken, expected, "{now} seconds later");
                let ids = taken.iter().map(|id| MessageId::parse(id).unwrap()).collect();
                engine.ack(&me(), &agent(WORKER), None, ids).await.unwrap();
                seen.extend(taken);
            }
            assert_eq!(seen.len(), delays.len());
            engine.shutdown().await;
        });
    }
}
