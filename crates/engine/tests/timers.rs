//! Timers: a renewal that was acknowledged holds, and no timer keeps the others from firing.
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]
#![allow(missing_docs)]

mod common;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;
use common::interposed::{Hooks, Interposed};
use common::*;
use sessiond_core::*;
use sessiond_engine::{Engine, ManualClock};
use sessiond_store::*;
use sessiond_store_sqlite::Sqlite;

/// A lease is renewed by another process after its timer was found due, and before it fires.
#[derive(Default)]
struct RenewedLate {
    renewed: AtomicBool,
}

#[async_trait]
impl Hooks for RenewedLate {
    async fn due(&self, store: &Sqlite, found: &[TimerRow]) {
        for TimerRow { session_id, timer } in found {
            if timer.key.starts_with("lease:") && !self.renewed.swap(true, Ordering::SeqCst) {
                let at = Timestamp::from_millis(timer.at.millis()).after(Span::from_secs(3_600));
                let (session_id, key) = (session_id.clone(), timer.key.clone());
                let renewal = Op::MoveTimer { session_id, key, from: None, at };
                assert_eq!(store.write(vec![renewal]).await.unwrap(), [Ok(Done::Ok)]);
            }
        }
    }
}

fn sqlite(dir: &std::path::Path) -> Sqlite {
    Sqlite::open(dir, sessiond_store_sqlite::Options::default()).unwrap()
}

async fn claim(engine: &Engine, ttl: Span) {
    let (agent, holder) = (agent("a://worker"), "process".to_owned());
    let claim =
        Envelope::new(me(), Command::Participants(participants::Command::ClaimLease { agent, holder, ttl }));
    engine.execute(&id("s"), claim, None).await.unwrap();
}

/// Waits until another timer has fired.
async fn expire_another(engine: &Engine, clock: &ManualClock) {
    let brief = CreateSession { expires_in: Some(Span::from_secs(1)), ..new_session("brief") };
    engine.create(brief, &me(), None).await.unwrap();
    clock.advance(Span::from_secs(1));
    eventually("another timer fires", async || {
        engine.session(&me(), &id("brief")).await.unwrap().status == Status::Expired
    })
    .await;
}

async fn is_held(engine: &Engine) -> bool {
    let session = engine.session(&me(), &id("s")).await.unwrap();
    session.participant(&agent("a://worker")).unwrap().lease.is_some()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lease_that_was_renewed_after_it_was_found_expired_is_held() {
    let dir = tempfile::tempdir().unwrap();
    let store = Arc::new(Interposed { store: sqlite(dir.path()), hooks: RenewedLate::default() });
    let clock = manual_clock();
    let engine = Engine::open(store.clone(), by(&clock)).await.unwrap();
    engine.create(new_session("s"), &me(), None).await.unwrap();
    claim(&engine, Span::from_secs(60)).await;
    clock.advance(Span::from_secs(60));
    eventually("the lease is found due", async || store.hooks.renewed.load(Ordering::SeqCst)).await;
    // Timers fire in rounds: after this one has fired, the round with the lease's timer is over.
    expire_another(&engine, &clock).await;
    assert!(is_held(&engine).await, "its renewal was acknowledged");
    // The other session's timer may still be on its way out of the store.
    eventually("its timer is where the renewal moved it", async || {
        let (due, next) = store.store.due_timers(engine.now(), 9).await.unwrap();
        due.is_empty() && next.is_some()
    })
    .await;
    engine.shutdown().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lease_that_is_not_renewed_expires_and_cannot_be_renewed_then() {
    let dir = tempfile::tempdir().unwrap();
    let clock = manual_clock();
    let engine = open_with(dir.path(), by(&clock)).await;
    engine.create(new_session("s"), &me(), None).await.unwrap();
    claim(&engine, Span::from_secs(3_600)).await;
    clock.advance(Span::from_millis(3_599_999));
    assert!(
        engine.renew_lease(&me(), &id("s"), &agent("a://worker"), 1).await.is_ok(),
        "it is renewed in time"
    );
    // The renewed lease lasts from the time of its renewal.
    clock.advance(Span::from_millis(3_599_999));
    expire_another(&engine, &clock).await;
    eventually("the lease expires", async || !is_held(&engine).await).await;
    let late = engine.renew_lease(&me(), &id("s"), &agent("a://worker"), 1).await;
    assert!(late.is_err(), "{late:?}");
    engine.shutdown().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_writer_of_an_execution_that_is_not_heard_of_loses_its_lease_also_after_a_restart() {
    let dir = tempfile::tempdir().unwrap();
    let clock = manual_clock();
    let engine = open_with(dir.path(), by(&clock)).await;
    let new = CreateSession { kind: Kind::Execution, ..new_session("s") };
    engine.create(new, &me(), None).await.unwrap();
    let run = async |engine: &Engine, command: calls::Command| {
        engine.execute(&id("s"), Envelope::new(me(), Command::Calls(command)), None).await
    };
    let lease = Some(ExecutionLease { holder: "a".into(), ttl: Span::from_secs(15) });
    let new = calls::NewWriter { process: "a:1".into(), lease, ..Default::default() };
    run(&engine, calls::Command::Begin(new)).await.unwrap();
    let is_held = async |engine: &Engine| {
        engine.session(&me(), &id("s")).await.unwrap().calls.as_deref().unwrap().held().is_some()
    };
    clock.advance(Span::from_secs(10));
    let revision = engine.session(&me(), &id("s")).await.unwrap().revision;
    let renewed = run(&engine, calls::Command::Renew { writer: 1 }).await.unwrap();
    assert_eq!(renewed.session.revision, revision, "a renewal makes no event");
    // The renewal is durable: the lease lasts from then on, whoever has the store open.
    engine.shutdown().await;
    let engine = open_with(dir.path(), by(&clock)).await;
    clock.advance(Span::from_secs(10));
    expire_another(&engine, &clock).await;
    assert!(is_held(&engine).await);
    clock.advance(Span::from_secs(10));
    eventually("the lease expires", async || !is_held(&engine).await).await;
    run(&engine, calls::Command::Renew { writer: 1 }).await.unwrap();
    assert!(is_held(&engine).await, "nobody else has begun");
    clock.advance(Span::from_secs(15));
    eventually("the lease expires again", async || !is_held(&engine).await).await;
    engine.shutdown().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_child_session_that_cannot_be_opened_stops_neither_its_siblings_end_nor_any_timer() {
    let dir = tempfile::tempdir().unwrap();
    let children: Vec<String> = (0..150).map(|i| format!("child{i:03}")).collect();
    let clock = manual_clock();
    let damaged = {
        let engine = open_with(dir.path(), by(&clock)).await;
        engine.create(new_session("parent"), &me(), None).await.unwrap();
        for child in &children {
            let new = CreateSession { parent: Some(id("parent")), ..new_session(child) };
            engine.create(new, &me(), None).await.unwrap();
        }
        let damaged = engine.session(&me(), &id(&children[70])).await.unwrap();
        engine.shutdown().await;
        damaged
    };
    let store = sqlite(dir.path());
    let (seq, json) = (damaged.revision + 1, "{}".into());
    let damage = Op::Append(Box::new(Append {
        session_id: damaged.id.clone(),
        expected_revision: damaged.revision,
        records: vec![Record { seq, json }],
        updated_at: damaged.updated_at,
        summary: None,
        tasks: Vec::new(),
        writes: Vec::new(),
        answers: Vec::new(),
        fires: None,
        schedule: None,
    }));
    assert_eq!(store.write(vec![damage]).await.unwrap(), [Ok(Done::Ok)]);
    store.close().await;
    let engine = open_with(dir.path(), by(&clock)).await;
    let end = Command::Lifecycle(lifecycle::Command::Terminate { reason: "no more".into(), details: None });
    engine.execute(&id("parent"), Envelope::new(me(), end), None).await.unwrap();
    let active = async || {
        let parent = Some(id("parent"));
        let query = ListQuery { parent, status: Some(Status::Active), limit: 999, ..ListQuery::default() };
        engine.list(&me(), query).await.unwrap().items
    };
    eventually("all others end", async || active().await.len() == 1).await;
    assert_eq!(active().await[0].session_id, damaged.id);
    expire_another(&engine, &clock).await;
    let store = sqlite(dir.path());
    eventually("the cascade ends", async || {
        store.due_timers(Timestamp::from_millis(i64::MAX), 9).await.unwrap().0.is_empty()
    })
    .await;
    store.close().await;
    engine.shutdown().await;
}
