//! Two engines on one store: an embedded writer beside a server, or two servers.
#![allow(missing_docs)]

mod common;

use common::*;
use serde_json::json;
use sessiond_core::*;
use sessiond_engine::{Error, WatchItem};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_writers_of_one_session_never_mix() {
    let dir = tempfile::tempdir().unwrap();
    let (one, two) = (open(dir.path()).await, open(dir.path()).await);
    one.create(new_session("s"), &me(), None).await.unwrap();
    let write = |engine: sessiond_engine::Engine, name: &'static str| async move {
        for i in 0..50 {
            engine
                .execute(&id("s"), patch(json!({ name: i, (format!("{name}{i}")): 1 })), None)
                .await
                .unwrap();
        }
    };
    tokio::join!(write(one.clone(), "a"), write(two.clone(), "b"));
    let records = one.events(&me(), &id("s"), 0, 1000).await.unwrap();
    let events: Vec<Event> = records.records.iter().map(|r| serde_json::from_str(&r.json).unwrap()).collect();
    let session = Session::replay(&events).unwrap().unwrap();
    let document = session.context.document.as_object().unwrap();
    assert_eq!(document.len(), 102, "every write of both is there, once");
    assert_eq!(session.revision, 3 + 100);
    for engine in [one, two] {
        eventually("both see the same", async || *engine.session(&me(), &id("s")).await.unwrap() == session)
            .await;
        engine.shutdown().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_writers_at_one_revision_one_succeeds() {
    let dir = tempfile::tempdir().unwrap();
    let (one, two) = (open(dir.path()).await, open(dir.path()).await);
    let mut revision = one.create(new_session("s"), &me(), None).await.unwrap().session.revision;
    for round in 0..30 {
        let at = |name: &str| Envelope { expected_revision: Some(revision), ..patch(json!({ name: round })) };
        let session = id("s");
        let (a, b) = tokio::join!(one.execute(&session, at("a"), None), two.execute(&session, at("b"), None));
        let refused = match (&a, &b) {
            (Ok(_), Err(error)) | (Err(error), Ok(_)) => error,
            other => panic!("one succeeds and one is refused, not {other:?}"),
        };
        assert!(matches!(refused, Error::Rejected(Rejection::RevisionStale { .. })), "{refused:?}");
        revision += 1;
    }
    one.shutdown().await;
    two.shutdown().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_watcher_sees_what_another_process_writes() {
    let dir = tempfile::tempdir().unwrap();
    let (writer, server) = (open(dir.path()).await, open(dir.path()).await);
    let revision = writer.create(new_session("s"), &me(), None).await.unwrap().session.revision;
    let mut watch = server.watch(&me(), &id("s"), Some(revision)).await.unwrap();
    for i in 0..20 {
        writer.execute(&id("s"), patch(json!({ "i": i })), None).await.unwrap();
    }
    for expected in revision + 1..=revision + 20 {
        let next = soon(watch.next()).await;
        let Some(Ok(WatchItem::Record(record))) = next else { panic!("an event comes") };
        assert_eq!(record.seq, expected);
    }
    writer.delete(&me(), &id("s"), None).await.unwrap();
    // A session ends before it is deleted; a watcher in another process may be told of both at once.
    while let Some(item) = soon(watch.next()).await {
        let Ok(WatchItem::Record(record)) = item else { panic!("the end comes, not {item:?}") };
        assert_eq!(record.seq, revision + 21);
    }
    writer.shutdown().await;
    server.shutdown().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_message_from_one_process_reaches_a_reader_in_another() {
    let dir = tempfile::tempdir().unwrap();
    let (writer, server) = (open(dir.path()).await, open(dir.path()).await);
    register(&writer, "a://worker").await;
    eventually("the registration is seen", async || server.is_registered(&agent("a://worker"))).await;
    let mut inbox = server.connect_inbox(&me(), &agent("a://worker")).await.unwrap();
    writer.create(new_session("s"), &me(), None).await.unwrap();
    writer.execute(&id("s"), delegate("m1"), None).await.unwrap();
    let delivery = soon(inbox.next()).await.unwrap();
    assert_eq!((delivery.message_id.as_str(), delivery.attempt), ("m1", 1));
    writer.shutdown().await;
    server.shutdown().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_revoked_in_one_process_opens_nothing_in_another() {
    let dir = tempfile::tempdir().unwrap();
    let (one, two) = (open(dir.path()).await, open(dir.path()).await);
    let new =
        sessiond_engine::NewKey { name: "x".into(), role: Role::Client, agents: vec![], expires_in: None };
    let (key, secret) = one.create_key(&me(), new).await.unwrap();
    eventually("the key is known", async || two.authenticate(secret.reveal()).is_some()).await;
    one.revoke_key(&me(), &key.key_id).await.unwrap();
    eventually("the key is void", async || two.authenticate(secret.reveal()).is_none()).await;
    one.shutdown().await;
    two.shutdown().await;
}
