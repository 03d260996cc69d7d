//! What holds of recorded calls for both clients.

use futures_util::StreamExt;
use serde_json::{Value, json};
use sessiond_api::{self as api, Code};
use sessiond_client::{Client, Conditions, Import, WatchItem};
use sessiond_core::{SessionId, Status};

use super::{code, request};

async fn execution(client: &Client) -> SessionId {
    let new = request(json!({ "kind": "execution", "name": "nightly" }));
    client.create_session(new, Conditions::default()).await.expect("it is created").session_id
}

async fn begin(client: &Client, id: &SessionId, process: &str) -> api::Execution {
    let begin = request(json!({ "process": process }));
    client.begin_execution(id, begin, Conditions::default()).await.expect("it begins")
}

fn batch(writer: u64, batch: u64, calls: Value) -> api::RecordCalls {
    request(json!({ "writer": writer, "batch": batch, "calls": calls }))
}

fn whole(call: u64) -> Value {
    json!({ "call": call, "node": "NodeA", "position": call, "key": "9f", "began_us": 10, "input": { "x": 1.0 },
        "status": "completed", "ended_us": 20, "output": null })
}

fn open(call: u64) -> Value {
    json!({ "call": call, "node": "NodeB", "position": call, "key": "00", "began_us": 10 })
}

/// A batch has one effect however often it comes, and its entries are in the journal as they were written.
pub async fn calls_are_recorded_once_and_read_as_they_were_written(client: Client) {
    let id = execution(&client).await;
    let mut watch = client.watch(&id, None).await.expect("it is watched");
    let none = batch(1, 1, json!([whole(1)]));
    assert_eq!(code(client.record_calls(&id, none, Conditions::default()).await), Code::WriterStale);
    let execution = begin(&client, &id, "host:1").await;
    assert_eq!(execution.writer, 1);
    assert_eq!(execution.session.calls.expect("there are calls").process, "host:1");

    let calls = json!([open(1), { "call": 2, "parent": 1, "node": "ask", "kind": "model", "position": 0, "key": "0a",
        "began_us": 11, "status": "failed", "ended_us": 12, "error": { "type": "Refused", "message": "no" },
        "usage": { "input_tokens": 3, "output_tokens": 4, "cost": 0.5 } }, whole(3)]);
    let first =
        client.record_calls(&id, batch(1, 1, calls.clone()), Conditions::default()).await.expect("recorded");
    let again =
        client.record_calls(&id, batch(1, 1, calls.clone()), Conditions::default()).await.expect("answered");
    assert_eq!(first, again);
    let gap = client.record_calls(&id, batch(1, 3, json!([whole(4)])), Conditions::default()).await;
    let gap = gap.expect_err("a batch is missing");
    assert_eq!((gap.code, gap.retryable), (Code::BatchGap, false));
    assert!(gap.detail.contains("send batch 2 first"), "{gap}");
    let unfit = json!([whole(4), { "call": 2, "status": "completed", "ended_us": 9 }]);
    let unfit =
        client.record_calls(&id, batch(1, 2, unfit), Conditions::default()).await.expect_err("it has ended");
    assert_eq!((unfit.code, unfit.errors[0].pointer.as_str()), (Code::InvalidInput, "/calls/1/call"));

    let session = client.session(&id).await.expect("it is read");
    assert_eq!(session.revision, first.revision);
    let counted = session.calls.expect("there are calls");
    assert_eq!((counted.total, counted.open, counted.completed, counted.failed), (3, 1, 1, 1));
    assert_eq!((counted.input_tokens, counted.output_tokens, counted.cost), (3, 4, 0.5));
    let listed = client.sessions(request(json!({}))).await.expect("they are listed").sessions.remove(0);
    let progress = listed.progress.expect("calls have begun");
    assert_eq!(
        (progress.unit.as_str(), progress.done, progress.total, progress.failed),
        ("calls", 2, Some(3), 1)
    );
    let page = client.events(&id, request(json!({ "after": 2 }))).await.expect("they are read");
    assert_eq!(page.events.len(), 1);
    assert_eq!(
        (
            page.events[0].kind.as_str(),
            &page.events[0].data.read::<serde_json::Value>().expect("an event holds JSON")["calls"]
        ),
        ("calls_recorded", &calls)
    );

    let done = request(json!({ "summary": "done" }));
    client.complete_session(&id, done, Conditions::default()).await.expect("it completes");
    let mut seen = Vec::new();
    while let Some(item) = watch.next().await {
        if let WatchItem::Event(event) = item.expect("nothing fails") {
            seen.push(event.kind);
        }
    }
    assert_eq!(seen, ["execution_began", "calls_recorded", "session_completed"]);
    let summary = client.summary(&id).await.expect("it is written");
    assert!(summary.contains("3 calls: 1 completed, 1 failed, 1 interrupted."), "{summary}");
}

/// A process that takes an execution up fences the one before, whether that died or failed.
pub async fn a_process_takes_an_execution_up_after_another(client: Client) {
    let id = execution(&client).await;
    let dead = begin(&client, &id, "host:1").await.writer;
    let calls = json!([whole(1), open(2)]);
    client.record_calls(&id, batch(dead, 1, calls), Conditions::default()).await.expect("recorded");
    // Nothing tells that the process is gone: another just begins.
    let keep = request(json!({ "process": "host:2", "keep": 1 }));
    let taken = client.begin_execution(&id, keep, Conditions::default()).await.expect("it begins");
    let counted = taken.session.calls.expect("there are calls");
    assert_eq!((taken.writer, counted.open, counted.interrupted), (2, 0, 1));
    let late = client.record_calls(&id, batch(dead, 2, json!([whole(3)])), Conditions::default()).await;
    assert_eq!(code(late), Code::WriterStale);
    let calls = json!([open(3)]);
    client.record_calls(&id, batch(2, 1, calls), Conditions::default()).await.expect("recorded");

    let fail = || request(json!({ "reason": "NodeB: no such file", "details": "Traceback" }));
    let failed = client.fail_session(&id, fail(), Conditions::default()).await.expect("it fails");
    assert_eq!(failed.status, Status::Failed);
    assert_eq!(failed.outcome.expect("it has one").details.as_deref(), Some("Traceback"));
    assert_eq!(code(client.fail_session(&id, fail(), Conditions::default()).await), Code::SessionEnded);
    let late = client.record_calls(&id, batch(2, 2, json!([whole(4)])), Conditions::default()).await;
    assert_eq!(code(late), Code::SessionEnded);
    let listed = async |status: &str| {
        client.sessions(request(json!({ "status": status }))).await.expect("they are listed").sessions.len()
    };
    assert_eq!((listed("failed").await, listed("active").await), (1, 0));

    let third = begin(&client, &id, "host:3").await;
    assert_eq!((third.writer, third.session.status, third.session.outcome), (3, Status::Active, None));
    assert_eq!((listed("failed").await, listed("active").await), (0, 1));
    let calls = json!([whole(4)]);
    client.record_calls(&id, batch(3, 1, calls), Conditions::default()).await.expect("recorded");
    let done =
        client.complete_session(&id, request(json!({})), Conditions::default()).await.expect("it completes");
    let counted = done.calls.expect("there are calls");
    assert_eq!((counted.total, counted.completed, counted.interrupted), (4, 2, 2));
    let again = request(json!({ "process": "host:4" }));
    assert_eq!(code(client.begin_execution(&id, again, Conditions::default()).await), Code::SessionEnded);
}

/// Of two processes with leases one runs an execution at a time, and the other is told which.
pub async fn a_process_that_holds_a_lease_is_the_only_writer(client: Client) {
    let id = execution(&client).await;
    let claim = async |holder: &str, take_over: bool| {
        let lease = json!({ "holder": holder, "ttl": "10m" });
        let begin = json!({ "process": format!("{holder}:1"), "lease": lease, "take_over": take_over });
        client.begin_execution(&id, request(begin), Conditions::default()).await
    };
    let renew =
        async |writer: u64| client.renew_execution(&id, api::Writer { writer }, Conditions::default()).await;
    let release = async |writer: u64| {
        client.release_execution(&id, api::Writer { writer }, Conditions::default()).await.expect("released")
    };
    let first = claim("a", false).await.expect("it begins");
    assert_eq!(first.session.calls.expect("there are calls").lease.expect("it has one").holder, "a");
    let problem = claim("b", false).await.expect_err("another runs it");
    assert_eq!((problem.code, problem.status), (Code::ExecutionRunning, 409));
    assert!(
        problem.detail.starts_with("a:1 runs this execution") && problem.detail.contains("10m"),
        "{problem}"
    );
    // A renewal makes no event.
    assert_eq!(renew(1).await.expect("renewed").revision, first.session.revision);
    assert_eq!(claim("a", false).await.expect("the same holder").writer, 2);
    assert_eq!(claim("b", true).await.expect("it takes over").writer, 3);
    assert_eq!(code(renew(2).await), Code::WriterStale);
    assert_eq!(release(2).await.revision, release(2).await.revision);
    assert_eq!(code(claim("a", false).await), Code::ExecutionRunning);
    release(3).await;
    let left = client.session(&id).await.expect("it is there").calls.expect("there are calls");
    assert_eq!((left.lease, left.away), (None, true));
    assert_eq!(claim("a", false).await.expect("nobody runs it").writer, 4);
    client.complete_session(&id, request(json!({})), Conditions::default()).await.expect("it completes");
    assert_eq!(code(renew(4).await), Code::SessionEnded);
    release(4).await;
    let new = json!({ "kind": "execution", "process": "c:1", "lease": { "holder": "c", "ttl": "1m" } });
    let made = client.create_session(request(new), Conditions::default()).await.expect("it is created");
    assert_eq!(made.calls.expect("there are calls").lease.expect("it has one").holder, "c");
}

/// A fork and an import know the calls; what was open belongs to the original.
pub async fn a_copy_and_an_export_have_the_calls(client: Client) {
    let id = execution(&client).await;
    begin(&client, &id, "host:1").await;
    let calls = json!([whole(1), open(2)]);
    client.record_calls(&id, batch(1, 1, calls), Conditions::default()).await.expect("recorded");
    let copy =
        client.fork_session(&id, request(json!({})), Conditions::default()).await.expect("it is forked");
    let counted = copy.calls.expect("there are calls");
    assert_eq!((counted.total, counted.completed, counted.interrupted, counted.open), (2, 1, 1, 0));
    assert_eq!(counted.process, "", "nobody writes in a copy yet");
    let late =
        client.record_calls(&copy.session_id, batch(1, 2, json!([whole(3)])), Conditions::default()).await;
    assert_eq!(code(late), Code::WriterStale);
    let writer = begin(&client, &copy.session_id, "host:2").await.writer;
    let next = batch(writer, 1, json!([whole(3)]));
    client.record_calls(&copy.session_id, next, Conditions::default()).await.expect("recorded");

    client
        .fail_session(&id, request(json!({ "reason": "no" })), Conditions::default())
        .await
        .expect("it fails");
    let before = client.session(&id).await.expect("it is read");
    let export = client.export_session(&id).await.expect("it is exported");
    let lines: Vec<String> = export.map(|line| line.expect("a line")).collect().await;
    assert!(lines.iter().any(|line| line.contains(r#""input":{"x":1.0},"status""#)), "{lines:?}");
    client.delete_session(&id, Conditions::default()).await.expect("it is deleted");
    let import = Import { lines: lines.join("\n"), session_id: None };
    client.import_session(import, Conditions::default()).await.expect("it is imported");
    let after = client.session(&id).await.expect("it is read");
    assert_eq!(super::sessions::unmarked(after, &before), before);
}
