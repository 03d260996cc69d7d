//! Imports: what a journal from outside may say.
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]
#![allow(missing_docs)]

mod common;

use common::*;
use sessiond_core::*;
use sessiond_engine::Error;

/// The lines of an export.
fn export(events: &[Event]) -> String {
    let header = serde_json::json!({
        "format": "sessiond.journal", "version": 1, "session_id": "s", "revision": events.len(),
    });
    let events = events.iter().map(|event| serde_json::to_string(event).unwrap());
    std::iter::once(header.to_string()).chain(events).collect::<Vec<_>>().join("\n")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_import_that_passes_a_limit_is_refused_at_the_line_that_does() {
    let dir = tempfile::tempdir().unwrap();
    let engine = open(dir.path()).await;
    engine.create(new_session("s"), &me(), None).await.unwrap();
    let records = engine.events(&me(), &id("s"), 0, 10).await.unwrap().records;
    let mut events: Vec<Event> = records.iter().map(|r| serde_json::from_str(&r.json).unwrap()).collect();
    while events.len() <= limits::PARTICIPANTS {
        let last = events.last().unwrap();
        let (framework, role) = ("a".to_owned(), "worker".to_owned());
        let agent_id = agent(&format!("a://{}", events.len()));
        let body = EventBody::ParticipantAdded(ParticipantAdded { agent_id, framework, role });
        events.push(Event { seq: last.seq + 1, body, ..last.clone() });
    }
    let (reply, _) = engine.import(&me(), export(&events), Some(id("copy")), None).await.unwrap();
    assert_eq!(reply.session.participants.len(), limits::PARTICIPANTS);
    let last = events.last().unwrap().clone();
    let body = EventBody::ParticipantAdded(ParticipantAdded {
        agent_id: agent("a://more"),
        framework: "a".into(),
        role: "worker".into(),
    });
    events.push(Event { seq: last.seq + 1, body, ..last });
    let refused = engine.import(&me(), export(&events), Some(id("large")), None).await;
    assert!(matches!(refused, Err(Error::Import { line: 259, .. })), "{refused:?}");
    engine.shutdown().await;
}
