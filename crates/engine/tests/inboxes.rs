//! What an inbox promises when readers go away, senders misbehave, and messages end elsewhere.
#![allow(clippy::unwrap_used, missing_docs)]

mod common;

use std::sync::Arc;
use std::time::Duration;

use common::interposed::{Hooks, Interposed};
use common::*;
use serde_json::{Value, json};
use sessiond_core::*;
use sessiond_engine::{Engine, Error, ManualClock, Options};
use sessiond_store::{MessageQuery, MessageState};
use sessiond_store_sqlite::Sqlite;

const WORKER: &str = "a://worker";

fn message(id: &str, from: &str, to: &str, more: Value) -> Message {
    let mut message = json!({
        "message_id": id, "timestamp": "2025-02-02T11:00:00Z", "message_type": "status_update",
        "sender": { "agent_id": from }, "recipient": { "agent_id": to },
    });
    for (key, value) in more.as_object().unwrap() {
        message[key] = value.clone();
    }
    serde_json::from_value(message).unwrap()
}

fn message_id(id: &str) -> MessageId {
    MessageId::parse(id).unwrap()
}

async fn send(engine: &Engine, id: &str) {
    engine.send(&me(), message(id, "a://lead", WORKER, json!({})), None).await.unwrap();
}

async fn take(engine: &Engine, name: &str, wait: u64) -> Vec<sessiond_store::Delivery> {
    engine.receive(&me(), &agent(name), None, 64, Duration::from_millis(wait)).await.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_dropped_long_poll_took_is_due_at_once_and_costs_no_attempt() {
    let dir = tempfile::tempdir().unwrap();
    let engine = open(dir.path()).await;
    register(&engine, WORKER).await;
    for round in 0..50 {
        let id = format!("m{round}");
        send(&engine, &id).await;
        // Polled once or a few times and dropped: the take is on its way, or done and not collected.
        let mut poll = Box::pin(take(&engine, WORKER, 5_000));
        let mut polls = 0;
        let taken = std::future::poll_fn(|context| {
            polls += 1;
            match poll.as_mut().poll(context) {
                std::task::Poll::Pending if polls <= round % 3 => std::task::Poll::Pending,
                std::task::Poll::Pending => std::task::Poll::Ready(None),
                std::task::Poll::Ready(taken) => std::task::Poll::Ready(Some(taken)),
            }
        })
        .await;
        drop(poll);
        let taken = match taken {
            Some(taken) => taken,
            None => take(&engine, WORKER, 5_000).await,
        };
        let got: Vec<_> = taken.iter().map(|taken| (taken.message_id.as_str(), taken.attempt)).collect();
        assert_eq!(got, [(id.as_str(), 1)]);
        engine.ack(&me(), &agent(WORKER), None, vec![message_id(&id)]).await.unwrap();
    }
    engine.shutdown().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_dropped_connection_had_not_handed_on_costs_no_attempt() {
    let dir = tempfile::tempdir().unwrap();
    let engine = open(dir.path()).await;
    register(&engine, WORKER).await;
    for id in ["m1", "m2", "m3"] {
        send(&engine, id).await;
    }
    let mut inbox = engine.connect_inbox(&me(), &agent(WORKER)).await.unwrap();
    assert_eq!(inbox.next().await.unwrap().message_id.as_str(), "m1");
    drop(inbox);
    eventually("the others come to a poller", async || {
        let taken = take(&engine, WORKER, 0).await;
        if taken.is_empty() {
            return false;
        }
        let got: Vec<_> = taken.iter().map(|taken| (taken.message_id.as_str(), taken.attempt)).collect();
        assert_eq!(got, [("m2", 1), ("m3", 1)]);
        true
    })
    .await;
    engine.shutdown().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reader_is_woken_though_the_sender_hung_up() {
    let dir = tempfile::tempdir().unwrap();
    let engine = open(dir.path()).await;
    register(&engine, WORKER).await;
    for round in 0..20 {
        let reader = {
            let engine = engine.clone();
            tokio::spawn(async move { take(&engine, WORKER, 20_000).await })
        };
        pause(Duration::from_millis(20)).await;
        let id = format!("m{round}");
        // The first poll hands the write in.
        let (sender, sent) = (me(), message(&id, "a://lead", WORKER, json!({})));
        let mut sending = Box::pin(engine.send(&sender, sent, None));
        // On a busy machine the write may be done by then, which is as good.
        let _ = futures_util::poll!(sending.as_mut());
        drop(sending);
        let taken = soon(reader).await.unwrap();
        assert_eq!(taken[0].message_id.as_str(), id);
        engine.ack(&me(), &agent(WORKER), None, vec![message_id(&id)]).await.unwrap();
    }
    engine.shutdown().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_dead_letter_goes_to_the_first_fallback_agent_that_can_take_it() {
    let dir = tempfile::tempdir().unwrap();
    let clock = manual_clock();
    let options = Options { delivery_attempts: 1, ack_timeout: Duration::from_secs(60), ..by(&clock) };
    let engine = open_with(dir.path(), options).await;
    for name in [WORKER, "a://second", "a://third"] {
        register(&engine, name).await;
    }
    // The second has a message with this id already, and one is not registered.
    engine.send(&me(), message("m1", "a://other", "a://second", json!({})), None).await.unwrap();
    let routing = json!({ "routing": { "fallback_agents": ["a://none", "a://second", "a://third"] } });
    engine.send(&me(), message("m1", "a://lead", WORKER, routing), None).await.unwrap();
    assert_eq!(take(&engine, WORKER, 1_000).await.len(), 1);
    clock.advance(Span::from_secs(60));
    assert!(take(&engine, WORKER, 0).await.is_empty());
    assert_eq!(take(&engine, "a://third", 1_000).await[0].message_id.as_str(), "m1");
    let query = MessageQuery {
        recipient: Some(agent(WORKER)),
        state: Some(MessageState::Dead),
        limit: 9,
        ..MessageQuery::default()
    };
    assert_eq!(engine.messages(&me(), query).await.unwrap().items.len(), 1);
    engine.shutdown().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_reads_the_inbox_of_an_agent_that_there_is_not() {
    let dir = tempfile::tempdir().unwrap();
    let engine = open(dir.path()).await;
    let none = agent("a://none");
    let read = engine.receive(&me(), &none, None, 1, Duration::from_secs(20)).await;
    assert!(matches!(read, Err(Error::AgentNotFound(_))), "{read:?}");
    let acked = engine.ack(&me(), &none, None, vec![message_id("m")]).await;
    assert!(matches!(acked, Err(Error::AgentNotFound(_))), "{acked:?}");
    // One that takes part in a session and was sent something has an inbox, registered or not.
    engine.create(new_session("s"), &me(), None).await.unwrap();
    engine.execute(&id("s"), delegate("m1"), None).await.unwrap();
    assert_eq!(take(&engine, WORKER, 1_000).await.len(), 1);
    engine.shutdown().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_connection_goes_on_when_its_messages_end_elsewhere() {
    let dir = tempfile::tempdir().unwrap();
    let clock = manual_clock();
    let engine = open_with(dir.path(), by(&clock)).await;
    register(&engine, WORKER).await;
    let mut inbox = engine.connect_inbox(&me(), &agent(WORKER)).await.unwrap();
    let mut held = Vec::new();
    for n in 0..limits::INBOX_WINDOW + 1 {
        send(&engine, &format!("m{n}")).await;
    }
    for _ in 0..limits::INBOX_WINDOW {
        held.push(inbox.next().await.unwrap().message_id);
    }
    assert!(keeps_waiting(inbox.next()).await);
    engine.ack(&me(), &agent(WORKER), None, held).await.unwrap();
    // The connection asks the store at intervals.
    clock.advance(Span::from_secs(1));
    assert_eq!(soon(inbox.next()).await.unwrap().message_id.as_str(), "m64");
    engine.shutdown().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_message_outside_a_session_is_checked_as_one_within() {
    let dir = tempfile::tempdir().unwrap();
    let engine = open(dir.path()).await;
    register(&engine, WORKER).await;
    let large = "x".repeat(limits::PAYLOAD_BYTES);
    let many: Vec<_> = (0..=limits::FALLBACK_AGENTS).map(|n| format!("a://f{n}")).collect();
    for (pointer, more) in [
        ("/payload", json!({ "payload": large })),
        ("/metadata", json!({ "metadata": { "m": large } })),
        ("/routing/fallback_agents", json!({ "routing": { "fallback_agents": many } })),
        ("/routing/fallback_agents/0", json!({ "routing": { "fallback_agents": [WORKER] } })),
        (
            "/routing/retry_policy/max_retries",
            json!({ "routing": { "retry_policy": { "max_retries": limits::RETRIES + 1 } } }),
        ),
    ] {
        let sent = engine.send(&me(), message("m", "a://lead", WORKER, more), None).await;
        let Err(Error::Rejected(Rejection::Invalid(violations))) = sent else {
            panic!("{pointer}: {sent:?}");
        };
        assert_eq!(violations[0].pointer, pointer);
    }
    engine.shutdown().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_sender_chooses_its_own_message_ids() {
    let dir = tempfile::tempdir().unwrap();
    let engine = open(dir.path()).await;
    register(&engine, WORKER).await;
    register(&engine, "a://other").await;
    engine.send(&me(), message("1", "a://one", WORKER, json!({})), None).await.unwrap();
    engine.send(&me(), message("1", "a://two", "a://other", json!({})), None).await.unwrap();
    // The same of the same sender is a repeat, with other words a mistake.
    engine.send(&me(), message("1", "a://one", WORKER, json!({})), None).await.unwrap();
    let other = engine.send(&me(), message("1", "a://one", WORKER, json!({ "payload": 1 })), None).await;
    assert!(matches!(other, Err(Error::IdempotencyMismatch(_))), "{other:?}");
    // An inbox holds an id once.
    let taken = engine.send(&me(), message("1", "a://two", WORKER, json!({})), None).await;
    assert!(matches!(taken, Err(Error::IdempotencyMismatch(_))), "{taken:?}");
    let taken = engine.send(&me(), message("1", "a://three", WORKER, json!({})), None).await;
    assert!(matches!(taken, Err(Error::MessageExists(_))), "{taken:?}");
    assert_eq!(take(&engine, WORKER, 0).await.len(), 1);
    engine.shutdown().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_who_was_asked_answers_a_synchronous_message() {
    let dir = tempfile::tempdir().unwrap();
    let engine = open(dir.path()).await;
    register(&engine, WORKER).await;
    let sync = || json!({ "routing": { "delivery_mode": "sync", "timeout": "10s" } });
    let unregistered = engine.send(&me(), message("q", "a://lead", WORKER, sync()), None).await;
    assert!(matches!(unregistered, Err(Error::Rejected(Rejection::Invalid(_)))), "{unregistered:?}");
    register(&engine, "a://lead").await;
    let asking = {
        let engine = engine.clone();
        tokio::spawn(async move { engine.send(&me(), message("q", "a://lead", WORKER, sync()), None).await })
    };
    assert_eq!(take(&engine, WORKER, 5_000).await.len(), 1);
    let reply = |id: &str, from: &str| message(id, from, "a://lead", json!({ "in_reply_to": "q" }));
    engine.send(&me(), reply("r1", "a://stranger"), None).await.unwrap();
    engine.send(&me(), reply("r2", WORKER), None).await.unwrap();
    let Some(sessiond_engine::Response::Message(answer)) = asking.await.unwrap().unwrap().response else {
        panic!("it is a message");
    };
    assert_eq!(answer.message_id.as_str(), "r2");
    engine.shutdown().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn reading_for_an_agent_is_no_sign_of_its_life() {
    let dir = tempfile::tempdir().unwrap();
    let engine = open(dir.path()).await;
    register(&engine, WORKER).await;
    send(&engine, "m1").await;
    let taken = engine.receive_for(&agent(WORKER), 1, Duration::from_secs(1)).await.unwrap();
    assert_eq!(taken.len(), 1);
    assert_eq!(engine.agent(&me(), &agent(WORKER)).await.unwrap().last_seen, None);
    take(&engine, WORKER, 0).await;
    assert!(engine.agent(&me(), &agent(WORKER)).await.unwrap().last_seen.is_some());
    engine.shutdown().await;
}

/// The last millisecond passes while a reader learns when it must look again.
struct PassesMeanwhile(Arc<ManualClock>);

#[async_trait::async_trait]
impl Hooks for PassesMeanwhile {
    async fn inbox(&self, _: &Sqlite) {
        self.0.advance(Span::from_millis(1));
    }
}

/// The time may come at any moment between the reader's look and its wait; it is not missed.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_message_that_becomes_due_while_a_reader_looks_is_delivered() {
    let clock = manual_clock();
    for connected in [false, true] {
        let dir = tempfile::tempdir().unwrap();
        let sqlite = Sqlite::open(dir.path(), sessiond_store_sqlite::Options::default()).unwrap();
        let hooks = PassesMeanwhile(clock.clone());
        let options = Options { ack_timeout: Duration::from_secs(60), delivery_attempts: 5, ..by(&clock) };
        let engine = Engine::open(Arc::new(Interposed { store: sqlite, hooks }), options).await.unwrap();
        register(&engine, WORKER).await;
        send(&engine, "m").await;
        assert_eq!(take(&engine, WORKER, 0).await[0].attempt, 1);
        let almost = Span::from_millis(59_999);
        let again = async {
            if connected {
                // Connecting takes the message over; its third delivery is the one that is waited for.
                let mut connection = engine.connect_inbox(&me(), &agent(WORKER)).await.unwrap();
                assert_eq!(connection.next().await.unwrap().attempt, 2);
                clock.advance(almost);
                connection.next().await.unwrap().attempt
            } else {
                clock.advance(almost);
                take(&engine, WORKER, 30_000).await[0].attempt
            }
        };
        let attempt = soon(again).await;
        assert_eq!(attempt, if connected { 3 } else { 2 });
        engine.shutdown().await;
    }
}
