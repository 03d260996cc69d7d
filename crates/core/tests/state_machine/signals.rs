//! Signals: sent in order, kept, and bounded.

use serde_json::{Value, json};
use sessiond_core::{Command, Envelope, Rejection, calls, fork, lifecycle, limits, signals};

use crate::support::{Fixture, client, refusal, session_id};

fn send(name: &str, value: Value) -> Command {
    Command::Signals(signals::Command::Send { name: name.into(), value })
}

fn values(session: &sessiond_core::Session, after: u64, name: Option<&str>) -> Vec<Value> {
    session.signals.after(after, name).map(|signal| signal.value.clone()).collect()
}

#[test]
fn signals_are_kept_in_the_order_in_which_they_were_sent() {
    let mut fixture = Fixture::new("");
    for (name, value) in [("go", json!(1)), ("stop", json!(null)), ("go", json!({ "n": 2 }))] {
        fixture.give(Envelope::new(client("owner"), send(name, value))).unwrap();
    }
    let session = &fixture.session;
    assert_eq!(values(session, 0, None), [json!(1), json!(null), json!({ "n": 2 })]);
    assert_eq!(values(session, 0, Some("go")), [json!(1), json!({ "n": 2 })]);
    let first = session.signals.all[0].seq;
    assert_eq!(values(session, first, Some("go")), [json!({ "n": 2 })]);
    assert_eq!(values(session, session.revision, None), [Value::Null; 0]);
    assert_eq!(session.signals.all[0].sent_by, "owner");
}

#[test]
fn a_signal_reaches_an_active_session_of_which_its_sender_knows() {
    let mut fixture = Fixture::new("");
    fixture.run_as("back", send("go", json!(1))).unwrap();
    assert_eq!(fixture.run_as("stranger", send("go", json!(1))), Err(Rejection::SessionNotFound));
    for (name, value, expected) in [
        ("", json!(1), "/name: it may not be empty"),
        ("a\nb", json!(1), "/name: it is one line of text, without control characters"),
        ("go", json!("x".repeat(limits::ANSWER_BYTES)), "/value: it may have 65536 bytes at most"),
    ] {
        assert_eq!(refusal(fixture.run(send(name, value))), expected);
    }
    let end = lifecycle::Command::Terminate { reason: "cancelled".into(), details: None };
    fixture.run(Command::Lifecycle(end)).unwrap();
    assert!(matches!(fixture.run(send("go", json!(1))), Err(Rejection::SessionEnded(_))));
}

#[test]
fn a_resumed_execution_and_a_fork_have_the_signals_of_before() {
    let mut fixture = Fixture::new("");
    fixture.session.kind = sessiond_core::Kind::Execution;
    fixture.run(send("go", json!(1))).unwrap();
    let moment = fixture.moment();
    let copy = fork(&fixture.session, session_id("copy"), &client("owner"), &moment).unwrap().session;
    assert_eq!(values(&copy, 0, Some("go")), [json!(1)]);
    fixture
        .run(Command::Lifecycle(lifecycle::Command::Fail { reason: "crash".into(), details: None }))
        .unwrap();
    fixture
        .run(Command::Calls(calls::Command::Begin(calls::NewWriter {
            process: "host:2".into(),
            ..Default::default()
        })))
        .unwrap();
    assert_eq!(values(&fixture.session, 0, Some("go")), [json!(1)]);
}
