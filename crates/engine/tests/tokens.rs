//! Tokens of sessions: whom they stand for, how long, and what ends them.
#![allow(missing_docs, clippy::unwrap_used)]

mod common;

use common::{eventually, id, keeps_waiting, me, new_session, open, soon};
use sessiond_core::{CreateSession, Kind, Principal, Rejection};
use sessiond_engine::{Engine, Error, Secret};

/// Creates an assistant's session, and returns its token.
async fn create(engine: &Engine, session: &str) -> Secret {
    let token = engine.new_token(&id(session));
    let new = CreateSession {
        kind: Kind::Assistant,
        orchestrator: None,
        participants: vec![],
        token: Some(token.sha256),
        ..new_session(session)
    };
    engine.create(new, &me(), None).await.unwrap();
    token.secret
}

async fn who(engine: &Engine, secret: &str) -> Option<Principal> {
    engine.admit_token(secret).await.unwrap().map(|(principal, _)| principal)
}

#[tokio::test]
async fn a_token_stands_for_its_session_also_after_a_restart() {
    let dir = tempfile::tempdir().unwrap();
    let engine = open(dir.path()).await;
    let (a, b) = (create(&engine, "a").await, create(&engine, "a_b").await);
    assert_eq!(a.reveal().len(), "st_a_".len() + 64);
    assert_ne!(a.reveal()[5..], b.reveal()[7..]);
    engine.shutdown().await;
    let engine = open(dir.path()).await;
    assert_eq!(who(&engine, a.reveal()).await, Some(Principal::of_session(id("a"))));
    assert_eq!(who(&engine, b.reveal()).await, Some(Principal::of_session(id("a_b"))));
    // Nothing else does: not the token with another session's id, nor with another end.
    let random = a.reveal().rsplit_once('_').unwrap().1.to_owned();
    let mut other_end = a.reveal().to_owned();
    other_end.pop();
    for wrong in [
        format!("st_a_b_{random}"),
        format!("st_nothing_{random}"),
        format!("st__{random}"),
        format!("st_a_{}", random.to_uppercase()),
        format!("st_a_{}", "0".repeat(64)),
        format!("{other_end}x"),
        other_end,
        random,
        "st_a".into(),
        "st_".into(),
        String::new(),
    ] {
        assert_eq!(who(&engine, &wrong).await, None, "{wrong}");
    }
    // What is kept opens nothing.
    let kept = engine.session(&me(), &id("a")).await.unwrap().token.clone().unwrap();
    assert_eq!(who(&engine, &format!("st_a_{kept}")).await, None);
    let bytes: Vec<u8> = std::fs::read_dir(dir.path())
        .unwrap()
        .filter_map(|file| std::fs::read(file.unwrap().path()).ok())
        .flatten()
        .collect();
    let secret = a.reveal().as_bytes();
    assert!(!bytes.windows(secret.len()).any(|window| window == secret), "the token is in no file");
    assert!(!format!("{a:?} {:?}", engine.admit_token(a.reveal()).await).contains(a.reveal()));
    engine.shutdown().await;
}

#[tokio::test]
async fn a_token_opens_no_session_that_was_created_anew_under_its_id() {
    let dir = tempfile::tempdir().unwrap();
    let engine = open(dir.path()).await;
    let first = create(&engine, "a").await;
    engine.delete(&me(), &id("a"), None).await.unwrap();
    assert_eq!(who(&engine, first.reveal()).await, None);
    let second = create(&engine, "a").await;
    assert_eq!(who(&engine, first.reveal()).await, None);
    assert!(who(&engine, second.reveal()).await.is_some());
    engine.shutdown().await;
}

#[tokio::test]
async fn a_stay_ends_when_its_token_is_replaced_and_when_its_session_is_deleted() {
    let dir = tempfile::tempdir().unwrap();
    let engine = open(dir.path()).await;
    // In this process, and in another one.
    let other = open(dir.path()).await;
    let first = create(&engine, "a").await;
    let (holder, stay) = engine.admit_token(first.reveal()).await.unwrap().unwrap();
    let (_, elsewhere) = other.admit_token(first.reveal()).await.unwrap().unwrap();
    assert!(keeps_waiting(engine.ended(&stay)).await);
    let refused = engine.issue_token(&holder, &id("a"), None).await;
    assert!(matches!(refused, Err(Error::Rejected(Rejection::Forbidden(_)))));
    let second = engine.issue_token(&me(), &id("a"), None).await.unwrap();
    soon(engine.ended(&stay)).await;
    soon(other.ended(&elsewhere)).await;
    assert_eq!(who(&engine, first.reveal()).await, None);
    let (_, stay) = engine.admit_token(second.reveal()).await.unwrap().unwrap();
    eventually("it is known elsewhere", async || who(&other, second.reveal()).await.is_some()).await;
    let (_, elsewhere) = other.admit_token(second.reveal()).await.unwrap().unwrap();
    assert!(keeps_waiting(engine.ended(&stay)).await);
    engine.delete(&me(), &id("a"), None).await.unwrap();
    soon(engine.ended(&stay)).await;
    soon(other.ended(&elsewhere)).await;
    other.shutdown().await;
    engine.shutdown().await;
}
