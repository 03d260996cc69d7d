//! The calls of an execution: begun, recorded in batches, interrupted and taken up again.

use std::sync::Arc;

use serde_json::{Value, json};
use sessiond_core::{
    CallBatch, CallEntry, Calls, Command, CreateSession, Envelope, Event, ExecutionEnd, Inputs, Json, Kind,
    Progress, Receipt, Rejection, Session, Status, calls, fork, lifecycle, limits,
};

use crate::support::{Fixture, client, key, new_session, refusal, session_id};

/// An execution session that nobody takes part in.
pub(crate) fn execution() -> Fixture {
    Fixture::create(bare(), &client("owner")).unwrap()
}

pub(crate) fn bare() -> CreateSession {
    CreateSession { kind: Kind::Execution, orchestrator: None, participants: vec![], ..new_session("") }
}

pub(crate) fn begin(fixture: &mut Fixture, keep: Option<u64>) -> Result<u64, Rejection> {
    let command = Command::Calls(calls::Command::Begin(calls::NewWriter {
        process: "host:17".into(),
        keep,
        ..Default::default()
    }));
    fixture.run(command).map(|receipt| match receipt {
        Receipt::Writer { writer } => writer,
        other => panic!("not a writer: {other:?}"),
    })
}

pub(crate) fn batch(writer: u64, batch: u64, calls: &[Value]) -> Command {
    let calls = calls.iter().map(|call| serde_json::from_value(call.clone()).unwrap()).collect();
    recorded(writer, batch, calls)
}

fn recorded(writer: u64, batch: u64, calls: Vec<CallEntry>) -> Command {
    Command::Calls(calls::Command::Record(CallBatch {
        writer,
        batch,
        calls: Arc::new(calls),
        ..CallBatch::default()
    }))
}

/// Records the next batch of the present writer.
pub(crate) fn record(fixture: &mut Fixture, calls: &[Value]) -> Result<(), Rejection> {
    let present = state(fixture);
    fixture.run(batch(present.writer, present.batch + 1, calls)).map(drop)
}

pub(crate) fn state(fixture: &Fixture) -> Calls {
    fixture.session.calls.as_deref().cloned().unwrap_or_default()
}

/// `began(1, None)`: call 1 began, made by nobody.
pub(crate) fn began(call: u64, parent: impl Into<Option<u64>>) -> Value {
    let mut entry = json!({ "call": call, "node": "NodeA", "position": 0, "key": "9f", "began_us": 10 });
    if let Some(parent) = parent.into() {
        entry["parent"] = parent.into();
    }
    entry
}

fn ended(call: u64, status: &str) -> Value {
    json!({ "call": call, "status": status, "ended_us": 20 })
}

fn whole(call: u64, parent: impl Into<Option<u64>>) -> Value {
    let mut entry = began(call, parent);
    entry["status"] = "completed".into();
    entry["ended_us"] = 20.into();
    entry
}

#[test]
fn a_tree_of_calls_is_recorded_and_counted() {
    let mut fixture = execution();
    assert!(fixture.session.calls.is_none());
    assert_eq!(begin(&mut fixture, None), Ok(1));
    let mut model = ended(3, "failed");
    model["error"] = json!({ "type": "ValueError", "message": "" });
    model["usage"] = json!({ "model": "m", "input_tokens": 7, "output_tokens": 2, "cost": 0.25 });
    record(&mut fixture, &[began(1, None), whole(2, 1), began(3, 1), model, began(4, 1)]).unwrap();
    record(&mut fixture, &[began(5, 4), ended(4, "abandoned"), ended(1, "timeout"), ended(5, "cancelled")])
        .unwrap();
    record(&mut fixture, &[began(6, None)]).unwrap();
    let calls = state(&fixture);
    assert_eq!((calls.writer, calls.batch, calls.last), (1, 3, 6));
    assert_eq!((calls.completed, calls.failed, calls.timeout), (1, 1, 1));
    assert_eq!((calls.cancelled, calls.abandoned, calls.interrupted), (1, 1, 0));
    assert_eq!((calls.input_tokens, calls.output_tokens, calls.cost), (7, 2, 0.25));
    assert_eq!(calls.open.keys().copied().collect::<Vec<_>>(), [6]);
    assert_eq!(calls.process, "host:17");
    let progress = Progress { unit: "calls".into(), done: 5, total: Some(6), failed: 2 };
    assert_eq!(fixture.session.progress(), [progress]);
}

#[test]
fn an_entry_that_does_not_fit_is_named_and_nothing_of_its_batch_is_recorded() {
    let mut fixture = execution();
    begin(&mut fixture, None).unwrap();
    record(&mut fixture, &[began(1, None), whole(2, 1)]).unwrap();
    for (calls, expected) in [
        (vec![began(4, None)], "/calls/0/call: calls are numbered as they begin: the next is 3"),
        (vec![began(3, 1), began(3, 1)], "/calls/1/call: calls are numbered as they begin: the next is 4"),
        (vec![began(2, None)], "/calls/0/call: calls are numbered as they begin: the next is 3"),
        (vec![began(3, 0)], "/calls/0/parent: it must be an earlier call"),
        (vec![began(3, 3)], "/calls/0/parent: it must be an earlier call"),
        (vec![began(3, 4), began(4, None)], "/calls/0/parent: it must be an earlier call"),
        (vec![ended(2, "completed")], "/calls/0/call: call 2 is not open"),
        (vec![whole(3, 1), ended(3, "failed")], "/calls/1/call: call 3 is not open"),
        (vec![ended(0, "failed")], "/calls/0/call: call 0 is not open"),
        (vec![ended(9, "failed")], "/calls/0/call: call 9 is not open"),
        (vec![], "/calls: a batch has calls, a change of the context or an end"),
    ] {
        let before = fixture.session.clone();
        assert_eq!(refusal(record(&mut fixture, &calls)), expected);
        assert_eq!(fixture.session, before);
    }
}

#[test]
fn what_an_entry_says_is_checked_member_by_member() {
    let mut fixture = execution();
    begin(&mut fixture, None).unwrap();
    let text = |bytes: usize| "x".repeat(bytes);
    for (member, value, expected) in [
        ("node", json!(text(257)), "/calls/0/node: it may have 256 bytes at most"),
        ("node", json!(" "), "/calls/0/node: it may not be empty"),
        ("key", json!(""), "/calls/0/key: it has 1 to 64 hexadecimal digits"),
        ("key", json!("xyz"), "/calls/0/key: it has 1 to 64 hexadecimal digits"),
        ("key", json!("a".repeat(65)), "/calls/0/key: it has 1 to 64 hexadecimal digits"),
        ("resumes", json!(1), "/calls/0/resumes: it must be an earlier call"),
        ("input_omitted", json!(5), "/calls/0/input_omitted: it is allowed only if input is left out"),
        (
            "input",
            json!(text(limits::PAYLOAD_BYTES)),
            "/calls/0/input: it may have 1048576 bytes at most; leave it out and say its size in input_omitted",
        ),
        (
            "output",
            json!(text(limits::PAYLOAD_BYTES)),
            "/calls/0/output: it may have 1048576 bytes at most; leave it out and say its size in output_omitted",
        ),
        ("error", json!({ "type": "", "message": "" }), "/calls/0/error/type: it may not be empty"),
        (
            "error",
            json!({ "type": "E", "message": text(65537) }),
            "/calls/0/error/message: it may have 65536 bytes at most",
        ),
        (
            "error",
            json!({ "type": "E", "message": "", "trace": text(65537) }),
            "/calls/0/error/trace: it may have 65536 bytes at most",
        ),
        ("usage", json!({ "model": "" }), "/calls/0/usage/model: it may not be empty"),
        ("usage", json!({ "provider": "" }), "/calls/0/usage/provider: it may not be empty"),
        (
            "usage",
            json!({ "cost": -0.5 }),
            "/calls/0/usage/cost: it must be an amount from 0 to 1000000000 US dollars",
        ),
        (
            "usage",
            json!({ "cost": 1.1e9 }),
            "/calls/0/usage/cost: it must be an amount from 0 to 1000000000 US dollars",
        ),
    ] {
        let mut entry = whole(1, None);
        entry["input"] = json!({ "text": "hello" });
        entry[member] = value;
        assert_eq!(refusal(record(&mut fixture, &[entry])), expected);
    }
    let mut deep = Json::parse(format!("{}{}", "[".repeat(65), "]".repeat(65))).unwrap();
    for expected in ["it may nest 64 levels deep at most", "number out of range"] {
        let mut entry: CallEntry = serde_json::from_value(whole(1, None)).unwrap();
        entry.began.as_mut().unwrap().input = Some(deep);
        let command = recorded(1, 1, vec![entry]);
        assert_eq!(refusal(fixture.run(command)), format!("/calls/0/input: {expected}"));
        deep = Json::parse("1e999".into()).unwrap();
    }
    let nothing = CallEntry { call: 1, began: None, ended: None };
    let command = recorded(1, 1, vec![nothing]);
    let expected = "/calls/0/node: an entry says that the call began (node), ended (status), or both";
    assert_eq!(refusal(fixture.run(command)), expected);
}

#[test]
fn the_shape_of_an_entry_is_strict() {
    for (entry, expected) in [
        (json!({ "call": 1, "node": "A", "key": "9f", "began_us": 1 }), "missing field `position`"),
        (json!({ "call": 1, "node": "A", "position": 0, "began_us": 1 }), "missing field `key`"),
        (json!({ "call": 1, "node": "A", "position": 0, "key": "9f" }), "missing field `began_us`"),
        (json!({ "call": 1, "parent": 1 }), "missing field `node`"),
        (json!({ "call": 1, "input": null }), "missing field `node`"),
        (json!({ "call": 1, "ended_us": 3 }), "missing field `status`"),
        (json!({ "call": 1, "output": null }), "missing field `status`"),
        (json!({ "call": 1, "status": "completed" }), "missing field `ended_us`"),
        (json!({ "call": 1, "status": "completed", "ended_us": 1, "outptu": 1 }), "unknown field `outptu`"),
        (json!({ "status": "completed", "ended_us": 1 }), "missing field `call`"),
    ] {
        let error = serde_json::from_value::<CallEntry>(entry).unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
    }
}

#[test]
fn a_repeated_batch_changes_nothing_and_a_later_one_names_the_one_it_waits_for() {
    let mut fixture = execution();
    begin(&mut fixture, None).unwrap();
    record(&mut fixture, &[whole(1, None)]).unwrap();
    record(&mut fixture, &[whole(2, None)]).unwrap();
    let revision = fixture.session.revision;
    fixture.run(batch(1, 1, &[whole(1, None)])).unwrap();
    fixture.run(batch(1, 2, &[whole(2, None)])).unwrap();
    assert_eq!(fixture.session.revision, revision);
    let refused = fixture.run(batch(1, 4, &[whole(4, None)]));
    assert_eq!(refused, Err(Rejection::BatchGap { presented: 4, expected: 3 }));
    assert_eq!(refusal(refused), "batch 4 is not the next batch: send batch 3 first");
    assert_eq!(
        refusal(fixture.run(batch(1, 0, &[]))),
        "/batch: a writer's batches are numbered 1, 2, 3 and so on"
    );
}

#[test]
fn a_process_that_takes_over_fences_the_one_before_and_interrupts_its_calls() {
    let mut fixture = execution();
    let stale = |presented, present| Err(Rejection::WriterStale { presented, present });
    assert_eq!(fixture.run(batch(0, 1, &[whole(1, None)])), stale(0, 0));
    assert_eq!(fixture.run(batch(1, 1, &[whole(1, None)])), stale(1, 0));
    begin(&mut fixture, None).unwrap();
    record(&mut fixture, &[began(1, None), whole(2, 1), began(3, 1)]).unwrap();
    assert_eq!(refusal(begin(&mut fixture, Some(4))), "/keep: the session has 3 calls");
    assert_eq!(begin(&mut fixture, Some(2)), Ok(2));
    let calls = state(&fixture);
    assert_eq!((calls.batch, calls.last, calls.interrupted, calls.open.len()), (0, 3, 2, 0));
    assert_eq!(fixture.run(batch(1, 2, &[ended(3, "completed")])), stale(1, 2));
    let mut resumed = began(4, None);
    resumed["resumes"] = 1.into();
    record(&mut fixture, &[resumed, whole(5, 4), ended(4, "completed")]).unwrap();
    assert_eq!((state(&fixture).last, state(&fixture).completed), (5, 3));
}

#[test]
fn every_end_of_the_session_interrupts_what_is_open() {
    for (end, status) in [
        (
            Command::Lifecycle(lifecycle::Command::Complete { summary: None, artifacts: vec![] }),
            Status::Completed,
        ),
        (
            Command::Lifecycle(lifecycle::Command::Fail { reason: "a node failed".into(), details: None }),
            Status::Failed,
        ),
        (
            Command::Lifecycle(lifecycle::Command::Terminate { reason: "stopped".into(), details: None }),
            Status::Terminated,
        ),
    ] {
        let mut fixture = execution();
        begin(&mut fixture, None).unwrap();
        record(&mut fixture, &[began(1, None), began(2, 1)]).unwrap();
        fixture.run(end).unwrap();
        assert_eq!(fixture.session.status, status);
        assert_eq!((state(&fixture).open.len(), state(&fixture).interrupted), (0, 2));
        assert_eq!(record(&mut fixture, &[ended(1, "completed")]), Err(Rejection::SessionEnded(status)));
    }
}

#[test]
fn a_batch_that_changes_the_context_and_ends_the_execution_is_taken_whole_and_once() {
    let mut fixture = execution();
    begin(&mut fixture, None).unwrap();
    let calls: Vec<CallEntry> = vec![serde_json::from_value(whole(1, None)).unwrap()];
    let last = |context, end| {
        let calls = Arc::new(calls.clone());
        Command::Calls(calls::Command::Record(CallBatch {
            writer: 1,
            batch: 1,
            calls,
            context: Some(context),
            end: Some(end),
            ..CallBatch::default()
        }))
    };
    let before = fixture.session.revision;
    let refused = fixture.run(last(json!([]), ExecutionEnd::Completed));
    assert_eq!(refusal(refused), "/context: it is a JSON object");
    let refused = fixture.run(last(json!({}), ExecutionEnd::Failed { reason: "a\nb".into() }));
    assert_eq!(refusal(refused), "/end/reason: it is one line of text, without control characters");
    assert_eq!((fixture.session.revision, state(&fixture).last), (before, 0));

    let end = last(json!({ "city": "Bonn" }), ExecutionEnd::Failed { reason: "no such file".into() });
    fixture.run(end.clone()).unwrap();
    assert_eq!((fixture.session.status, state(&fixture).completed), (Status::Failed, 1));
    assert_eq!(*fixture.session.context.document, json!({ "city": "Bonn" }));
    let after = fixture.session.revision;
    fixture.run(end.clone()).unwrap();
    assert_eq!(fixture.session.revision, after, "its answer was lost, and it was sent again");

    // Another process took it up meanwhile: then the batch is that of a writer who is none any more.
    begin(&mut fixture, None).unwrap();
    assert_eq!(fixture.run(end), Err(Rejection::WriterStale { presented: 1, present: 2 }));
    let nothing =
        Command::Calls(calls::Command::Record(CallBatch { writer: 2, batch: 1, ..CallBatch::default() }));
    assert_eq!(refusal(fixture.run(nothing)), "/calls: a batch has calls, a change of the context or an end");
    let end = Some(ExecutionEnd::Completed);
    fixture
        .run(Command::Calls(calls::Command::Record(CallBatch {
            writer: 2,
            batch: 1,
            end,
            ..CallBatch::default()
        })))
        .unwrap();
    assert_eq!(fixture.session.status, Status::Completed);
    fixture.world.check(&fixture.session);
}

#[test]
fn a_process_may_begin_to_write_with_the_session_itself() {
    let process = Some("host:17".to_owned());
    let fixture = Fixture::create(CreateSession { process, ..bare() }, &client("owner")).unwrap();
    assert_eq!((state(&fixture).writer, state(&fixture).process), (1, "host:17".to_owned()));
    let nobody = CreateSession { process: Some(" ".into()), ..bare() };
    let refused = Fixture::create(nobody, &client("owner")).map(drop);
    assert_eq!(refusal(refused), "/process: it may not be empty");
}

#[test]
fn a_session_is_made_with_its_first_batch_or_not_at_all() {
    let process = Some("host:17".to_owned());
    let batch = CallBatch {
        writer: 1,
        batch: 1,
        calls: Arc::new(vec![serde_json::from_value(whole(1, None)).unwrap()]),
        end: Some(ExecutionEnd::Completed),
        ..CallBatch::default()
    };
    let new = CreateSession { process: process.clone(), batch: Some(batch.clone()), ..bare() };
    let fixture = Fixture::create(new, &client("owner")).unwrap();
    assert_eq!((state(&fixture).last, state(&fixture).batch), (1, 1));
    assert_eq!(fixture.session.status, Status::Completed);
    fixture.world.check(&fixture.session);
    for (process, batch, refused) in [
        (None, batch.clone(), "/batch: a batch is recorded by a `process`"),
        (process.clone(), CallBatch { batch: 2, ..batch.clone() }, "batch"),
        (process.clone(), CallBatch { batch: 0, ..batch.clone() }, "/batch/batch: "),
        (process, CallBatch { fatal: vec![2], ..batch }, "/batch/fatal: "),
    ] {
        let new = CreateSession { process, batch: Some(batch), ..bare() };
        let detail = refusal(Fixture::create(new, &client("owner")).map(drop));
        assert!(detail.contains(refused), "{detail}");
    }
}

#[test]
fn a_program_says_why_its_work_could_not_be_done() {
    let mut fixture = execution();
    let refused =
        fixture.run(Command::Lifecycle(lifecycle::Command::Fail { reason: " ".into(), details: None }));
    assert_eq!(refusal(refused), "/reason: it may not be empty");
    let details = Some("Traceback".to_owned());
    fixture
        .run(Command::Lifecycle(lifecycle::Command::Fail {
            reason: "NodeA: no such file".into(),
            details: details.clone(),
        }))
        .unwrap();
    let outcome = fixture.session.outcome.clone().unwrap();
    assert_eq!((outcome.reason.as_deref(), outcome.details), (Some("NodeA: no such file"), details));
    fixture.world.check(&fixture.session);
}

#[test]
fn only_a_failed_execution_goes_on_when_a_process_takes_it_up() {
    let fail =
        || Command::Lifecycle(lifecycle::Command::Fail { reason: "a node failed".into(), details: None });
    let mut fixture = execution();
    begin(&mut fixture, None).unwrap();
    record(&mut fixture, &[whole(1, None)]).unwrap();
    fixture.run(fail()).unwrap();
    assert_eq!(begin(&mut fixture, None), Ok(2));
    assert_eq!(
        (fixture.session.status, fixture.session.ended_at, &fixture.session.outcome),
        (Status::Active, None, &None)
    );
    fixture.world.check(&fixture.session);
    record(&mut fixture, &[whole(2, None)]).unwrap();

    for (kind, end, status) in [
        (Kind::Workflow, fail(), Status::Failed),
        (
            Kind::Execution,
            Command::Lifecycle(lifecycle::Command::Complete { summary: None, artifacts: vec![] }),
            Status::Completed,
        ),
        (
            Kind::Execution,
            Command::Lifecycle(lifecycle::Command::Terminate { reason: "stopped".into(), details: None }),
            Status::Terminated,
        ),
    ] {
        let mut fixture = Fixture::create(CreateSession { kind, ..bare() }, &client("owner")).unwrap();
        begin(&mut fixture, None).unwrap();
        fixture.run(end).unwrap();
        assert_eq!(begin(&mut fixture, None), Err(Rejection::SessionEnded(status)));
    }
}

#[test]
fn a_failed_execution_that_goes_on_keeps_the_time_that_it_has_left() {
    for (waits, left) in [(4_000, true), (6_000, false)] {
        let new = CreateSession { expires_in: Some("5s".parse().unwrap()), ..bare() };
        let mut fixture = Fixture::create(new, &client("owner")).unwrap();
        fixture
            .run(Command::Lifecycle(lifecycle::Command::Fail {
                reason: "a node failed".into(),
                details: None,
            }))
            .unwrap();
        fixture.wait(waits);
        begin(&mut fixture, None).unwrap();
        assert_eq!(fixture.session.expires_at.is_some(), left);
        fixture.world.check(&fixture.session);
        fixture.wait(2_000);
        assert_eq!(fixture.session.status, if left { Status::Expired } else { Status::Active });
    }
}

#[test]
fn a_copy_has_the_calls_and_no_writer_until_a_process_takes_it_up() {
    let mut fixture = execution();
    begin(&mut fixture, None).unwrap();
    record(&mut fixture, &[whole(1, None), began(2, None)]).unwrap();
    let moment = fixture.moment();
    let decision = fork(&fixture.session, session_id("copy"), &client("owner"), &moment).unwrap();
    let mut copy = Fixture::from_decision(decision, fixture.events.clone(), fixture.now, fixture.nonce);
    let calls = state(&copy);
    assert_eq!((calls.last, calls.completed, calls.interrupted, calls.process.as_str()), (2, 1, 1, ""));
    let refused = copy.run(batch(1, 2, &[ended(2, "completed")]));
    assert!(matches!(refused, Err(Rejection::WriterStale { .. })), "{refused:?}");
    begin(&mut copy, None).unwrap();
    record(&mut copy, &[whole(3, None)]).unwrap();
    assert_eq!(Session::replay(&copy.events).unwrap().unwrap(), copy.session);
}

#[test]
fn a_participant_writes_calls_and_a_stranger_does_not_know_of_them() {
    let mut fixture =
        Fixture::create(CreateSession { kind: Kind::Execution, ..new_session("") }, &client("owner"))
            .unwrap();
    let commands = || {
        [
            Command::Calls(calls::Command::Begin(calls::NewWriter {
                process: "host:17".into(),
                ..Default::default()
            })),
            batch(1, 1, &[whole(1, None)]),
            Command::Lifecycle(lifecycle::Command::Fail { reason: "a node failed".into(), details: None }),
            Command::Calls(calls::Command::Record(CallBatch {
                writer: 1,
                batch: 2,
                end: Some(ExecutionEnd::Completed),
                ..CallBatch::default()
            })),
        ]
    };
    for command in commands() {
        let refused = fixture.give(Envelope::new(client("another"), command));
        assert_eq!(refused, Err(Rejection::SessionNotFound));
    }
    let [begin, record, fail, end] = commands();
    fixture.give(Envelope::new(key("k", &["back"]), begin)).unwrap();
    fixture.give(Envelope::new(key("k", &["back"]), record)).unwrap();
    for ending in [&fail, &end] {
        let refused = fixture.give(Envelope::new(key("k", &["back"]), ending.clone()));
        assert!(matches!(refused, Err(Rejection::Forbidden(_))), "{refused:?}");
    }
    fixture.give(Envelope::new(client("owner"), fail)).unwrap();
}

#[test]
fn a_session_has_a_limited_number_of_open_calls_and_a_batch_a_limited_size() {
    let mut fixture = execution();
    begin(&mut fixture, None).unwrap();
    let many = |from: u64, count: u64| (from..from + count).map(|call| began(call, None)).collect::<Vec<_>>();
    let batches = limits::OPEN_CALLS / limits::CALL_BATCH;
    for i in 0..batches {
        record(&mut fixture, &many((i * limits::CALL_BATCH) as u64 + 1, limits::CALL_BATCH as u64)).unwrap();
    }
    let next = limits::OPEN_CALLS as u64 + 1;
    let refused = record(&mut fixture, &many(next, 1));
    assert_eq!(refusal(refused), "open calls of a session would exceed the limit of 100000");
    record(&mut fixture, &[ended(1, "completed"), began(next, None)]).unwrap();
    assert_eq!(
        refusal(record(&mut fixture, &many(next + 1, limits::CALL_BATCH as u64 + 1))),
        "/calls: a batch has 1000 entries at most"
    );
    let large: Vec<Value> = (0..4)
        .map(|i| {
            let mut entry = whole(next + 1 + i, None);
            entry["output"] = json!("x".repeat(limits::PAYLOAD_BYTES - 2));
            entry
        })
        .collect();
    let refused = refusal(record(&mut fixture, &large));
    assert_eq!(refused, "bytes of a batch of calls would exceed the limit of 3145728");
}

#[test]
fn a_journal_from_outside_is_held_to_the_same_rules() {
    let mut fixture = execution();
    begin(&mut fixture, None).unwrap();
    record(&mut fixture, &[began(1, None), began(2, 1)]).unwrap();
    let wrong = |change: &dyn Fn(&mut Vec<Value>)| {
        let mut events: Vec<Value> =
            fixture.events.iter().map(|event| serde_json::to_value(event).unwrap()).collect();
        change(&mut events);
        let events: Vec<Event> =
            events.into_iter().map(|event| serde_json::from_value(event).unwrap()).collect();
        sessiond_core::fold_checked(&events).map(drop)
    };
    assert_eq!(wrong(&|_| ()), Ok(()));
    for change in [
        (&|events: &mut Vec<Value>| events[1]["data"]["writer"] = 2.into()) as &dyn Fn(&mut Vec<Value>),
        &|events| events[1]["data"]["keep"] = 1.into(),
        &|events| events[1]["data"]["process"] = "x".repeat(257).into(),
        &|events| events[2]["data"]["writer"] = 2.into(),
        &|events| events[2]["data"]["batch"] = 2.into(),
        &|events| events[2]["data"]["calls"][1]["call"] = 3.into(),
        &|events| events[2]["data"]["calls"][1]["node"] = "".into(),
        &|events| {
            events.remove(1);
            events[1]["seq"] = 2.into();
        },
    ] {
        assert!(wrong(change).is_err());
    }
}

#[test]
fn the_journal_says_it_in_this_form() {
    let mut fixture = execution();
    begin(&mut fixture, None).unwrap();
    let text = concat!(
        r#"{"call":1,"node":"NodeA","position":2,"key":"9f","began_us":12345,"input":{"b":1.0,"a":[]},"#,
        r#""status":"completed","ended_us":12399,"output":null}"#
    );
    let entry: CallEntry = serde_json::from_str(text).unwrap();
    let failed = concat!(
        r#"{"call":2,"parent":1,"node":"ask","kind":"model","position":0,"key":"00","resumes":1,"began_us":1,"#,
        r#""input_omitted":2000000,"status":"failed","ended_us":2,"output_omitted":3,"#,
        r#""error":{"type":"E","message":"no","trace":"at"},"#,
        r#""usage":{"model":"m","provider":"p","input_tokens":1,"output_tokens":2,"cost":0.1,"latency_us":3}}"#
    );
    let second: CallEntry = serde_json::from_str(failed).unwrap();
    assert_eq!(serde_json::to_string(&second).unwrap(), failed);
    fixture.run(recorded(1, 1, vec![entry])).unwrap();
    let stored: Vec<String> =
        fixture.events[1..].iter().map(|event| serde_json::to_string(event).unwrap()).collect();
    let time = fixture.events[1].time;
    let head = |seq| format!(r#""seq":{seq},"time":"{time}","actor":"local""#);
    assert_eq!(
        stored,
        [
            format!(r#"{{{},"type":"execution_began","data":{{"writer":1,"process":"host:17"}}}}"#, head(2)),
            format!(
                r#"{{{},"type":"calls_recorded","data":{{"writer":1,"batch":1,"calls":[{text}]}}}}"#,
                head(3)
            ),
        ]
    );
    for (event, stored) in fixture.events[1..].iter().zip(&stored) {
        assert_eq!(serde_json::from_str::<Event>(stored).unwrap(), *event);
    }
}

#[test]
fn an_event_is_read_if_its_type_is_known_and_each_member_is_there_once() {
    let [seq, time, actor] = [r#""seq":4"#, r#""time":"2026-01-01T00:00:00Z""#, r#""actor":"a""#];
    let [kind, data] = [r#""type":"calls_recorded""#, r#""data":{"writer":1,"batch":1,"calls":[]}"#];
    let read = |members: &[&str]| Event::read(&format!("{{{}}}", members.join(",")), Inputs::Skipped);
    let more = r#""more":{"type":[]}"#;
    for members in [[seq, time, more, actor, kind, data], [data, more, kind, actor, time, seq]] {
        assert_eq!(read(&members).unwrap().unwrap().seq, 4);
    }
    let unknown = r#""type":"made_later""#;
    for members in [[seq, time, actor, unknown, data], [data, unknown, actor, time, seq]] {
        assert_eq!(read(&members).unwrap(), None);
        let text = format!("{{{}}}", members.join(","));
        assert!(serde_json::from_str::<Event>(&text).unwrap_err().to_string().contains("made_later"));
    }
    let whole = [seq, time, actor, kind, data];
    for (i, member) in whole.iter().enumerate() {
        let without: Vec<_> = whole.iter().filter(|other| *other != member).copied().collect();
        let missing = read(&without).unwrap_err().to_string();
        assert!(missing.contains("missing field"), "{missing}");
        for place in [i, whole.len()] {
            let mut twice = whole.to_vec();
            twice.insert(place, member);
            let twice = read(&twice).unwrap_err().to_string();
            assert!(twice.contains("duplicate field"), "{twice}");
        }
    }
    for (text, wrong) in [("[4]", "invalid type"), ("{", "EOF"), (r#"{"seq":4} "x""#, "missing field")] {
        let found = Event::read(text, Inputs::Kept).unwrap_err().to_string();
        assert!(found.contains(wrong), "{found}");
    }
    let arrays = [seq, time, actor, kind, r#""data":[1,1,[]]"#];
    assert!(read(&arrays).unwrap_err().to_string().contains("expected a JSON object"));
    let member = r#""data":{"writer":1,"batch":1,"calls":[{"call":1,"input":{"a":1}}]}"#;
    assert!(
        read(&[seq, time, actor, kind, member]).unwrap_err().to_string().contains("missing field `node`")
    );
}

#[test]
fn a_program_writes_whole_values_of_the_context_and_null_is_one() {
    let mut bench = execution();
    begin(&mut bench, None).unwrap();
    let mut number = 0;
    let mut write = |bench: &mut Fixture, writes: serde_json::Value| {
        number += 1;
        let writes = serde_json::from_value(writes).unwrap();
        bench.run(Command::Calls(calls::Command::Record(CallBatch {
            writer: 1,
            batch: number,
            writes,
            ..CallBatch::default()
        })))
    };
    let first =
        json!([{"order": 1, "key": "d", "value": {"a": 1, "b": 2}}, {"order": 2, "key": "n", "value": null}]);
    write(&mut bench, first).unwrap();
    assert_eq!(*bench.session.context.document, json!({"d": {"a": 1, "b": 2}, "n": null}));
    let second = json!([{"order": 3, "call": 1, "key": "d", "value": {"a": null}}, {"order": 4, "key": "n"}]);
    write(&mut bench, second).unwrap();
    assert_eq!(*bench.session.context.document, json!({"d": {"a": null}}));
    let large = json!([{"order": 5, "key": "x", "value": "x".repeat(limits::CONTEXT_BYTES)}]);
    assert!(write(&mut bench, large).is_err());
    assert_eq!(*bench.session.context.document, json!({"d": {"a": null}}));
}
