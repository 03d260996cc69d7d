//! The lease of an execution's writer: who keeps it, who may begin, and who is told that it lost the execution.

use sessiond_core::{Command, CreateSession, ExecutionLease, Rejection, Span, calls, fork, lifecycle};

use crate::calls::{bare, batch, began, begin, execution, record, state};
use crate::support::{Fixture, client, refusal, session_id};

/// A process of the spool `holder` begins, with a lease of ten seconds.
fn take(fixture: &mut Fixture, holder: &str, take_over: bool) -> Result<u64, Rejection> {
    let lease = Some(ExecutionLease { holder: holder.into(), ttl: Span::from_secs(10) });
    let process = format!("{holder}:17");
    let new = calls::NewWriter { process, lease, take_over, ..Default::default() };
    fixture.run(Command::Calls(calls::Command::Begin(new))).map(|_| state(fixture).writer)
}

/// What became of the lease: whether it is in force, and the events of it.
fn lease(fixture: &Fixture) -> (bool, Vec<&'static str>) {
    let kinds = fixture.events.iter().map(|event| event.body.kind());
    let kinds = kinds.filter(|kind| kind.starts_with("execution_") && *kind != "execution_began").collect();
    fixture.world.check(&fixture.session);
    (state(fixture).held().is_some(), kinds)
}

#[test]
fn while_a_process_keeps_its_lease_no_other_begins_unless_it_takes_over() {
    let mut fixture = execution();
    assert_eq!(take(&mut fixture, "a", false), Ok(1));
    let running = Rejection::ExecutionRunning { process: "a:17".into(), ttl: Span::from_secs(10) };
    assert_eq!(take(&mut fixture, "b", false), Err(running.clone()));
    assert_eq!(begin(&mut fixture, None), Err(running.clone()), "one without a lease neither");
    fixture.wait(9_000);
    record(&mut fixture, &[began(1, None)]).unwrap();
    fixture.wait(9_000);
    fixture.run(Command::Calls(calls::Command::Renew { writer: 1 })).unwrap();
    fixture.wait(9_000);
    assert_eq!(take(&mut fixture, "b", false), Err(running), "a batch and a renewal each began it anew");
    assert_eq!(take(&mut fixture, "a", false), Ok(2), "the same holder begins at any time");
    assert_eq!(take(&mut fixture, "b", true), Ok(3));
    let stale = Err(Rejection::WriterStale { presented: 2, present: 3 });
    assert_eq!(fixture.run(batch(2, 1, &[began(2, None)])).map(drop), stale);
    assert_eq!(fixture.run(Command::Calls(calls::Command::Renew { writer: 2 })).map(drop), stale);
    fixture.run(Command::Calls(calls::Command::Release { writer: 2 })).unwrap();
    assert_eq!(lease(&fixture), (true, vec![]), "what one releases is not another's");
}

#[test]
fn a_lease_that_is_not_renewed_lets_others_begin_and_the_writer_continue_if_none_did() {
    let mut fixture = execution();
    take(&mut fixture, "a", false).unwrap();
    fixture.wait(10_000);
    assert_eq!(lease(&fixture), (false, vec!["execution_interrupted"]));
    record(&mut fixture, &[began(1, None)]).unwrap();
    assert_eq!(lease(&fixture), (true, vec!["execution_interrupted", "execution_continued"]));
    fixture.wait(10_000);
    fixture.run(Command::Calls(calls::Command::Renew { writer: 1 })).unwrap();
    assert_eq!(lease(&fixture).1.len(), 4);
    fixture.wait(10_000);
    assert_eq!(state(&fixture).open.len(), 1, "what it called is open: it may continue");
    assert_eq!(take(&mut fixture, "b", false), Ok(2));
    assert_eq!((lease(&fixture).0, state(&fixture).interrupted), (true, 1));
    let stale = Rejection::WriterStale { presented: 1, present: 2 };
    assert_eq!(fixture.run(Command::Calls(calls::Command::Renew { writer: 1 })).map(drop), Err(stale));
}

#[test]
fn a_writer_that_leaves_lets_others_begin_at_once() {
    let mut fixture = execution();
    take(&mut fixture, "a", false).unwrap();
    let release = Command::Calls(calls::Command::Release { writer: 1 });
    fixture.run(release.clone()).unwrap();
    fixture.run(release.clone()).unwrap();
    assert_eq!(lease(&fixture), (false, vec!["execution_interrupted"]));
    assert_eq!(take(&mut fixture, "b", false), Ok(2));
    // An end lets go of it too, and one that failed is resumed by anybody.
    let end = Command::Lifecycle(lifecycle::Command::Fail { reason: "a node failed".into(), details: None });
    fixture.run(end).unwrap();
    fixture.run(Command::Calls(calls::Command::Release { writer: 2 })).unwrap();
    assert!(!lease(&fixture).0);
    assert_eq!(take(&mut fixture, "a", false), Ok(3));
    // A copy is nobody's.
    let moment = fixture.moment();
    let decision = fork(&fixture.session, session_id("copy"), &client("owner"), &moment).unwrap();
    assert!(decision.session.calls.unwrap().lease.is_none());
}

#[test]
fn what_a_lease_says_is_checked_and_a_writer_without_one_is_replaced_by_anybody() {
    let mut fixture = execution();
    for (holder, ttl, expected) in [
        ("", 10, "/lease/holder: it may not be empty"),
        ("a", 0, "/lease/ttl: it must be longer than no time at all"),
    ] {
        let lease = Some(ExecutionLease { holder: holder.into(), ttl: Span::from_secs(ttl) });
        let new = calls::NewWriter { process: "host:17".into(), lease, ..Default::default() };
        assert_eq!(refusal(fixture.run(Command::Calls(calls::Command::Begin(new)))), expected);
    }
    begin(&mut fixture, None).unwrap();
    fixture.run(Command::Calls(calls::Command::Renew { writer: 1 })).unwrap();
    fixture.run(Command::Calls(calls::Command::Release { writer: 1 })).unwrap();
    assert_eq!(lease(&fixture), (false, vec![]));
    assert_eq!(begin(&mut fixture, None), Ok(2));
    let lease = Some(ExecutionLease { holder: "a".into(), ttl: Span::from_secs(1) });
    let nobody = Fixture::create(CreateSession { lease, ..bare() }, &client("owner")).map(drop);
    assert_eq!(refusal(nobody), "/lease: a lease is that of a `process`");
}
