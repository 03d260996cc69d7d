//! Agents and keys: what is durable is known at once, to whoever asks in this process and in others.
#![allow(clippy::unwrap_used)]

mod common;

use std::sync::Arc;
use std::task::Poll;

use common::*;
use sessiond_core::*;
use sessiond_engine::{Engine, Error, NewKey, Registration};

fn holder(name: &str) -> Principal {
    Principal::new(name, Role::Agent, vec![AgentPattern("a://*".into())])
}

fn registration(by: &str) -> Arc<str> {
    format!(r#"{{"by":"{by}"}}"#).into()
}

/// Begins something and goes away before its end, as a caller does that hangs up.
async fn hang_up(request: impl Future) {
    let mut request = std::pin::pin!(request);
    std::future::poll_fn(|context| {
        let _ = request.as_mut().poll(context);
        Poll::Ready(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_who_register_one_agent_in_two_processes_one_gets_it() {
    let dir = tempfile::tempdir().unwrap();
    let (one, two) = (open(dir.path()).await, open(dir.path()).await);
    for n in 0..20 {
        let agent = agent(&format!("a://{n}"));
        let register = |engine: &Engine, name: &'static str| {
            let (engine, agent) = (engine.clone(), agent.clone());
            tokio::spawn(async move { engine.register(&holder(name), &agent, registration(name)).await })
        };
        let (first, second) = (register(&one, "first"), register(&two, "second"));
        let outcomes = [first.await.unwrap(), second.await.unwrap()];
        let created = outcomes.iter().filter(|done| matches!(done, Ok(Registration::Created))).count();
        let refused = outcomes.iter().filter(|done| matches!(done, Err(Error::AgentExists(_)))).count();
        assert_eq!((created, refused), (1, 1), "{outcomes:?}");
        let owner = if outcomes[0].is_ok() { "first" } else { "second" };
        for engine in [&one, &two] {
            eventually("both know whose it is", async || {
                engine.agent(&me(), &agent).await.is_ok_and(|agent| agent.record.owner == owner)
            })
            .await;
            let other = if owner == "first" { "second" } else { "first" };
            let refused = engine.unregister(&holder(other), &agent).await;
            assert!(matches!(refused, Err(Error::AgentExists(_))), "{refused:?}");
        }
    }
    one.shutdown().await;
    two.shutdown().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_written_for_a_caller_that_hung_up_is_known_all_the_same() {
    let dir = tempfile::tempdir().unwrap();
    let engine = open(dir.path()).await;
    let new = || NewKey { name: "x".into(), role: Role::Client, agents: vec![], expires_in: None };
    let (key, secret) = engine.create_key(&me(), new()).await.unwrap();
    hang_up(engine.revoke_key(&me(), &key.key_id)).await;
    eventually("the key is void", async || engine.authenticate(secret.reveal()).is_none()).await;
    hang_up(engine.create_key(&me(), new())).await;
    eventually("the other key is known", async || engine.keys(&me()).unwrap().len() == 2).await;
    let worker = agent("a://worker");
    hang_up(engine.register(&me(), &worker, registration("me"))).await;
    eventually("the agent is known", async || engine.is_registered(&worker)).await;
    hang_up(engine.unregister(&me(), &worker)).await;
    eventually("the agent is gone", async || !engine.is_registered(&worker)).await;
    engine.shutdown().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn reading_another_processs_changes_undoes_no_newer_one_of_this() {
    let dir = tempfile::tempdir().unwrap();
    let (busy, engine) = (open(dir.path()).await, open(dir.path()).await);
    // Each change of the one makes the other read everything anew.
    let noise = tokio::spawn(async move {
        for n in 0..400 {
            let other = agent(&format!("b://{}", n % 40));
            busy.register(&me(), &other, registration(&n.to_string())).await.unwrap();
        }
        busy
    });
    let worker = agent("a://worker");
    let mut turns = 0;
    while !noise.is_finished() || turns < 20 {
        engine.register(&me(), &worker, registration("me")).await.unwrap();
        for _ in 0..20 {
            assert!(engine.is_registered(&worker), "after {turns} turns");
            tokio::task::yield_now().await;
        }
        engine.unregister(&me(), &worker).await.unwrap();
        for _ in 0..20 {
            assert!(!engine.is_registered(&worker), "after {turns} turns");
            tokio::task::yield_now().await;
        }
        turns += 1;
    }
    noise.await.unwrap().shutdown().await;
    engine.shutdown().await;
}
