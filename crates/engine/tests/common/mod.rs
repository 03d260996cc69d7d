//! What the engine's tests share.
#![allow(dead_code, missing_docs, clippy::unwrap_used)]

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use sessiond_core::*;
use sessiond_engine::{Engine, Options};
use sessiond_store_sqlite::Sqlite;

pub async fn open(dir: &Path) -> Engine {
    open_with(dir, Options::default()).await
}

pub async fn open_with(dir: &Path, options: Options) -> Engine {
    let store = Sqlite::open(dir, sessiond_store_sqlite::Options::default()).unwrap();
    Engine::open(Arc::new(store), options).await.unwrap()
}

pub fn me() -> Principal {
    Principal::local()
}

pub fn id(text: &str) -> SessionId {
    SessionId::parse(text).unwrap()
}

pub fn agent(text: &str) -> AgentId {
    AgentId::parse(text).unwrap()
}

pub fn new_session(session: &str) -> CreateSession {
    CreateSession {
        session_id: id(session),
        kind: Kind::Workflow,
        name: None,
        client_id: None,
        orchestrator: Some(agent("a://lead")),
        participants: vec![NewParticipant {
            agent_id: agent("a://worker"),
            framework: None,
            role: "worker".into(),
        }],
        workflow: None,
        shared_context: None,
        labels: Default::default(),
        expires_in: None,
        parent: None,
        process: None,
    }
}

pub fn patch(json: serde_json::Value) -> Envelope {
    Envelope::new(me(), Command::Context(context::Command::Patch(json)))
}

pub fn delegate(message_id: &str) -> Envelope {
    Envelope::new(
        me(),
        Command::Tasks(tasks::Command::Delegate(DelegateTask {
            task_type: "work".into(),
            delegator: None,
            delegatee: agent("a://worker"),
            payload: serde_json::json!({ "n": 1 }),
            step: None,
            priority: Priority::Medium,
            timeout: None,
            retry_policy: None,
            fallback_agents: Vec::new(),
            message_id: Some(MessageId::parse(message_id).unwrap()),
        })),
    )
}

pub async fn register(engine: &Engine, name: &str) {
    let registration = format!(r#"{{"agent_descriptor":{{"agent_id":"{name}"}}}}"#);
    engine.register(&me(), &agent(name), registration.into()).await.unwrap();
}

/// Waits until something holds, for at most ten seconds.
pub async fn eventually(what: &str, mut holds: impl AsyncFnMut() -> bool) {
    for _ in 0..500 {
        if holds().await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("never: {what}");
}
