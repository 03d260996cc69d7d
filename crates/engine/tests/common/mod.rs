//! What the engine's tests share.
#![allow(dead_code, missing_docs, clippy::unwrap_used)]

pub mod interposed;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use sessiond_core::*;
use sessiond_engine::{Engine, ManualClock, Options};
use sessiond_store_sqlite::Sqlite;

pub async fn open(dir: &Path) -> Engine {
    open_with(dir, Options::default()).await
}

pub async fn open_with(dir: &Path, options: Options) -> Engine {
    let store = Sqlite::open(dir, sessiond_store_sqlite::Options::default()).unwrap();
    Engine::open(Arc::new(store), options).await.unwrap()
}

/// A clock that stands still until the test advances it.
pub fn manual_clock() -> Arc<ManualClock> {
    Arc::new(ManualClock::at("2025-02-02T11:00:00Z".parse().unwrap()))
}

/// The options of an engine that uses this clock.
pub fn by(clock: &Arc<ManualClock>) -> Options {
    Options { clock: clock.clone(), ..Options::default() }
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
        idle_timeout: None,
        token: None,
        process: None,
        lease: None,
        batch: None,
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
            start_within: None,
            heartbeat: None,
            retry_policy: None,
            fallback_agents: Vec::new(),
            message_id: Some(MessageId::parse(message_id).unwrap()),
            deliver_at: None,
        })),
    )
}

pub async fn register(engine: &Engine, name: &str) {
    let registration = format!(r#"{{"agent_descriptor":{{"agent_id":"{name}"}}}}"#);
    engine.register(&me(), &agent(name), registration.into()).await.unwrap();
}

/// The longest time that a test really waits for the engine's tasks. Behaviour that needs time to pass is tested with a
/// [`ManualClock`].
const LONGEST: Duration = Duration::from_millis(50);

/// Gives the engine's tasks time to do their work.
#[expect(clippy::disallowed_methods, reason = "it is short, and asserts that")]
pub async fn pause(duration: Duration) {
    assert!(duration <= LONGEST, "tests that need time to pass advance a clock");
    tokio::time::sleep(duration).await;
}

/// The result of work that needs no time to pass. It fails after ten seconds.
#[expect(clippy::disallowed_methods, reason = "a test that passes does not wait so long")]
pub async fn soon<T>(work: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(10), work).await.expect("it comes soon")
}

/// Whether some work keeps waiting while the clock does not advance, as far as a short wait shows.
#[expect(clippy::disallowed_methods, reason = "it is short")]
pub async fn keeps_waiting(work: impl Future) -> bool {
    tokio::time::timeout(LONGEST, work).await.is_err()
}

/// Waits until something holds, for at most ten seconds.
pub async fn eventually(what: &str, mut holds: impl AsyncFnMut() -> bool) {
    for _ in 0..500 {
        if holds().await {
            return;
        }
        pause(Duration::from_millis(20)).await;
    }
    panic!("never: {what}");
}
