//! Sessions of assistants that are not used expire, and their texts leave the store.
#![allow(missing_docs, clippy::unwrap_used)]

mod common;

use common::{by, eventually, id, manual_clock, me, new_session, open_with};
use sessiond_core::{
    AddTurn, Command, CreateSession, Envelope, Kind, Principal, Rejection, Role, Span, Status, conversation,
};
use sessiond_engine::{Engine, Error, Options};

fn assistant(name: &str) -> CreateSession {
    CreateSession { kind: Kind::Assistant, orchestrator: None, participants: vec![], ..new_session(name) }
}

async fn say(engine: &Engine, who: &Principal, text: &str) -> Result<(), Error> {
    let add = AddTurn { text: text.into(), ..AddTurn::default() };
    let command = Command::Conversation(conversation::Command::Add { add, ahead: None });
    engine.execute(&id("s"), Envelope::new(who.clone(), command), None).await.map(drop)
}

async fn journal(engine: &Engine) -> String {
    let records = engine.events(&me(), &id("s"), 0, 1000).await.unwrap().records;
    records.iter().map(|record| record.json.to_string()).collect()
}

#[tokio::test]
async fn a_session_that_is_not_used_expires_and_is_known_to_its_owner_and_its_token_alone() {
    let dir = tempfile::tempdir().unwrap();
    let clock = manual_clock();
    let timeout = Some(Span::from_secs(1800));
    let engine = open_with(dir.path(), Options { session_timeout: timeout, ..by(&clock) }).await;
    let [owner, stranger] = ["owner", "stranger"].map(|name| Principal::new(name, Role::Client, Vec::new()));
    let token = engine.new_token(&id("s"));
    let new = CreateSession { token: Some(token.sha256), ..assistant("s") };
    let created = engine.create(new, &owner, None).await.unwrap().session;
    assert_eq!(created.expires_at, Some(created.created_at.after(Span::from_secs(1800))));
    let (holder, _) = engine.admit_token(token.secret.reveal()).await.unwrap().unwrap();
    clock.advance(Span::from_secs(1700));
    say(&engine, &holder, "a secret").await.unwrap();
    clock.advance(Span::from_secs(1700));
    // Whoever only looks, and whoever may not, does not use it.
    engine.session(&owner, &id("s")).await.unwrap();
    let refused = say(&engine, &stranger, "hello").await;
    assert!(matches!(refused, Err(Error::Rejected(Rejection::SessionNotFound))));
    assert!(journal(&engine).await.contains("a secret"));
    clock.advance(Span::from_secs(100));
    eventually("it has expired", async || {
        engine.session(&me(), &id("s")).await.unwrap().status == Status::Expired
    })
    .await;
    eventually("its texts are gone", async || !journal(&engine).await.contains("a secret")).await;
    for known in [&owner, &holder] {
        let looked = engine.session(known, &id("s")).await;
        assert!(matches!(looked, Err(Error::Rejected(Rejection::SessionExpired))), "{}", known.name);
        let said = say(&engine, known, "hello").await;
        assert!(matches!(said, Err(Error::Rejected(Rejection::SessionExpired))), "{}", known.name);
    }
    let looked = engine.session(&stranger, &id("s")).await;
    assert!(matches!(looked, Err(Error::Rejected(Rejection::SessionNotFound))));
    engine.delete(&holder, &id("s"), None).await.unwrap();
    engine.shutdown().await;
}

#[tokio::test]
async fn a_session_whose_time_is_over_is_over_before_its_timer_has_fired() {
    let dir = tempfile::tempdir().unwrap();
    let clock = manual_clock();
    let timeout = Some(Span::from_secs(60));
    let options = Options { session_timeout: timeout, timers: false, ..by(&clock) };
    let engine = open_with(dir.path(), options).await;
    let owner = Principal::new("owner", Role::Client, Vec::new());
    engine.create(assistant("s"), &owner, None).await.unwrap();
    engine.create(CreateSession { kind: Kind::Workflow, ..assistant("plan") }, &owner, None).await.unwrap();
    clock.advance(Span::from_secs(3600));
    for result in [engine.session(&owner, &id("s")).await.map(drop), say(&engine, &owner, "hello").await] {
        assert!(matches!(result, Err(Error::Rejected(Rejection::SessionExpired))));
    }
    // The timeout is that of assistants, and deletion works for each.
    assert_eq!(engine.session(&owner, &id("plan")).await.unwrap().expires_at, None);
    engine.delete(&owner, &id("s"), None).await.unwrap();
    engine.shutdown().await;
}
