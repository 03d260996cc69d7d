//! Lifecycle: how a session begins, what may be changed of it, and how it ends.

use std::collections::BTreeMap;

use serde_json::json;
use sessiond_core::{
    Command, Envelope, EventBody, Exceeded, Kind, Limit, Outcome, Principal, Rejection, SessionCreated, Span,
    Status, TaskChange, TaskReport, TimerAction, context, lifecycle, participants, tasks, workflow,
};

use crate::support::script::check;
use crate::support::{
    Fixture, agent, client, key, new_session, participant, plan, refusal, session_id, task_for,
};

/// What is wrong with a new session.
#[track_caller]
fn check_refused(change: impl FnOnce(&mut sessiond_core::CreateSession), expect: &str) {
    let mut new = new_session("");
    change(&mut new);
    assert_eq!(refusal(Fixture::create(new, &client("owner")).map(drop)), expect);
}

fn update(name: Option<&str>, labels: &[(&str, &str)], expires_in: Option<u64>) -> Command {
    let labels: BTreeMap<String, String> = labels.iter().map(|(k, v)| ((*k).into(), (*v).into())).collect();
    Command::Lifecycle(lifecycle::Command::Update {
        name: name.map(str::to_owned),
        labels: (!labels.is_empty()).then_some(labels),
        expires_in: expires_in.map(Span::from_secs),
    })
}

#[test]
fn a_session_begins_with_what_was_asked_for() {
    let mut new = new_session("design: orch");
    new.kind = Kind::Workflow;
    new.name = Some("notifications".into());
    new.labels = BTreeMap::from([("team".into(), "a".into()), ("empty".into(), String::new())]);
    new.expires_in = Some(Span::from_secs(60));
    new.parent = Some(session_id("parent"));
    let fixture = Fixture::create(new, &client("owner")).unwrap();
    let session = &fixture.session;
    assert_eq!((session.owner.as_str(), session.status), ("owner", Status::Active));
    assert_eq!(session.labels, BTreeMap::from([("team".into(), "a".into())]));
    assert_eq!(session.expires_at.unwrap().since(session.created_at), Span::from_secs(60));
    let kinds: Vec<_> = fixture.events.iter().map(|event| event.body.kind()).collect();
    let added = "participant_added";
    let expect = ["session_created", added, added, added, added, "workflow_updated", "workflow_advanced"];
    assert_eq!(kinds, expect);
    fixture.world.check(session);
}

#[test]
fn the_first_events_carry_the_name_of_who_asked_and_not_of_an_agent_it_may_not_act_as() {
    for (principal, actor) in [
        (client("owner"), "owner"),
        (key("robot", &["orch"]), "t://orch"),
        (key("robot", &["back"]), "robot"),
    ] {
        let fixture = Fixture::create(new_session(""), &principal).unwrap();
        assert_eq!(fixture.events[0].actor, actor);
    }
}

#[test]
fn a_new_session_is_checked_field_by_field() {
    check_refused(|new| new.name = Some(" ".into()), "/name: it may not be empty");
    check_refused(|new| new.client_id = Some("x".repeat(257)), "/client_id: it may have 256 bytes at most");
    check_refused(
        |new| new.expires_in = Some(Span::from_millis(0)),
        "/expires_in: it must be longer than no time at all",
    );
    check_refused(
        |new| new.expires_in = Some(Span::from_secs(11 * 365 * 24 * 3600)),
        "/expires_in: it may be 87600h at most",
    );
    check_refused(
        |new| new.participants[1] = participant("front", "two\nlines"),
        "/participants/1/role: it is one line of text, without control characters",
    );
    check_refused(
        |new| new.labels = BTreeMap::from([("a/b".into(), "x".repeat(300))]),
        "/labels/a~1b: it may have 256 bytes at most",
    );
    // Text that is shown in another order than it is written.
    let turned = "it may not have characters that change the direction of text";
    for character in ['\u{202a}', '\u{202e}', '\u{2066}', '\u{2069}'] {
        let text = format!("invoice{character}fdp.exe");
        check_refused(|new| new.name = Some(text.clone()), &format!("/name: {turned}"));
        check_refused(|new| new.client_id = Some(text.clone()), &format!("/client_id: {turned}"));
        check_refused(
            |new| new.participants[1] = participant("front", &text),
            &format!("/participants/1/role: {turned}"),
        );
        check_refused(
            |new| new.labels = BTreeMap::from([("team".into(), text.clone())]),
            &format!("/labels/team: {turned}"),
        );
    }
    let mut fixture = Fixture::new("");
    let refused = fixture.run(update(Some("a\u{202e}b"), &[], None));
    assert_eq!(refusal(refused), format!("/name: {turned}"));
    fixture.run(update(Some("\u{200f}שלום"), &[], None)).expect("a mark of direction turns nothing else");
}

#[test]
fn an_update_changes_what_it_names_and_an_empty_value_removes_a_label() {
    let mut fixture = Fixture::new("");
    fixture.run(update(Some("first"), &[("a", "1"), ("b", "2")], None)).unwrap();
    fixture.run(update(None, &[("a", ""), ("c", "3")], Some(60))).unwrap();
    let session = &fixture.session;
    assert_eq!(session.name.as_deref(), Some("first"));
    assert_eq!(session.labels, BTreeMap::from([("b".into(), "2".into()), ("c".into(), "3".into())]));
    fixture.world.check(session);
    let revision = session.revision;
    fixture.run(update(Some("first"), &[("c", "3")], None)).unwrap();
    fixture.run(update(None, &[], None)).unwrap();
    assert_eq!(fixture.session.revision, revision, "what is so already is no change");
    assert_eq!(refusal(fixture.run(update(Some(""), &[], None))), "/name: it may not be empty");
}

#[test]
fn completing_ends_the_session_and_what_is_open_in_it() {
    let mut fixture = Fixture::new("design: orch; build: back");
    fixture.script("delegate orch\naccept orch\ndelegate front");
    let summary = Some("All tasks completed successfully".to_owned());
    let artifacts = vec!["s3://artifacts/build.zip".to_owned()];
    fixture
        .run(Command::Lifecycle(lifecycle::Command::Complete {
            summary: summary.clone(),
            artifacts: artifacts.clone(),
        }))
        .unwrap();
    fixture.world.check(&fixture.session);
    let outcome = Outcome { summary, artifacts, ..Outcome::default() };
    assert_eq!(fixture.session.outcome, Some(outcome));
    crate::support::script::compare(
        &fixture.state(),
        "session completed
         design active, build pending
         #1 orch in design: cancelled
         #2 front: cancelled",
    );
}

#[test]
fn a_summary_and_artifacts_are_checked() {
    let mut fixture = Fixture::new("");
    let artifacts = ["a", "", "a"].map(str::to_owned).to_vec();
    let summary = Some("x".repeat(65 * 1024));
    crate::support::script::compare(
        &refusal(fixture.run(Command::Lifecycle(lifecycle::Command::Complete { summary, artifacts }))),
        "/summary: it may have 65536 bytes at most
         /artifacts/1: it may not be empty
         /artifacts/2: 'a' is listed twice",
    );
    let many = (0..1001).map(|n| format!("s3://{n}")).collect();
    let refused =
        fixture.run(Command::Lifecycle(lifecycle::Command::Complete { summary: None, artifacts: many }));
    assert!(matches!(refused, Err(Rejection::LimitReached(Exceeded(Limit::Artifacts)))));
}

#[test]
fn terminating_says_why() {
    let mut fixture = Fixture::new("");
    let reason = String::new();
    let refused = fixture.run(Command::Lifecycle(lifecycle::Command::Terminate { reason, details: None }));
    assert_eq!(refusal(refused), "/reason: it may not be empty");
    let details = Some("Frontend agent offline".to_owned());
    fixture
        .run(Command::Lifecycle(lifecycle::Command::Terminate {
            reason: "timeout".into(),
            details: details.clone(),
        }))
        .unwrap();
    let outcome = Outcome { reason: Some("timeout".into()), details, ..Outcome::default() };
    assert_eq!(
        (fixture.session.status, fixture.session.outcome.clone()),
        (Status::Terminated, Some(outcome))
    );
}

#[test]
fn a_session_expires_at_its_time_and_not_before() {
    let mut fixture = Fixture::new("");
    fixture.run(update(None, &[], Some(60))).unwrap();
    fixture.give(Envelope::new(Principal::engine(), Command::Lifecycle(lifecycle::Command::Expire))).unwrap();
    assert_eq!(fixture.session.status, Status::Active, "a timer that fires early does nothing");
    fixture.script("delegate back\nwait 30s");
    fixture.run(update(None, &[], Some(60))).unwrap();
    fixture.script("wait 59s");
    assert_eq!(fixture.session.status, Status::Active, "it was given more time");
    crate::support::script::compare(
        &fixture.script("wait 1s"),
        "session expired: its time ran out
         #1 back: cancelled",
    );
}

#[test]
fn an_end_without_success_reaches_the_children_and_success_does_not() {
    for (line, reaches) in [("end", false), ("terminate", true), ("fail back", true)] {
        let mut fixture = Fixture::new("build: back");
        fixture.script("delegate back");
        fixture.script(line);
        let cascades = fixture.world.set_ever.iter().any(|timer| timer.action == TimerAction::EndChildren);
        assert_eq!(cascades, reaches, "{line}");
        assert_eq!(fixture.world.timers.contains_key("cascade"), reaches);
    }
}

#[test]
fn an_ended_session_takes_no_changes_and_forgives_its_timers() {
    let mut fixture = Fixture::new("build: back");
    fixture.script("delegate back");
    let task = fixture.task(1).id.clone();
    fixture.script("terminate");
    let report = TaskReport { task: task.clone(), attempt: None, by: None, change: TaskChange::Accept };
    let commands = [
        update(Some("x"), &[], None),
        Command::Participants(participants::Command::Add(participant("extra", "tester"))),
        Command::Participants(participants::Command::Remove { agent: agent("qa") }),
        Command::Participants(participants::Command::ClaimLease {
            agent: agent("qa"),
            holder: "one".into(),
            ttl: Span::from_secs(1),
        }),
        Command::Participants(participants::Command::ReleaseLease { agent: agent("qa") }),
        Command::Workflow(workflow::Command::Update(plan("a: qa"))),
        Command::Workflow(workflow::Command::Advance { step: None }),
        Command::Context(context::Command::Patch(json!({}))),
        Command::Tasks(tasks::Command::Delegate(task_for("back"))),
        Command::Tasks(tasks::Command::Report(report)),
        Command::Lifecycle(lifecycle::Command::Complete { summary: None, artifacts: vec![] }),
        Command::Lifecycle(lifecycle::Command::Terminate { reason: "again".into(), details: None }),
    ];
    for command in commands {
        let refused = fixture.run(command.clone());
        assert!(matches!(refused, Err(Rejection::SessionEnded(Status::Terminated))), "{command:?}");
    }
    let revision = fixture.session.revision;
    for command in [
        Command::Lifecycle(lifecycle::Command::Expire),
        Command::Tasks(tasks::Command::Deadline { task, attempt: 1 }),
        Command::Participants(participants::Command::ExpireLease { agent: agent("back"), fence: 1 }),
    ] {
        fixture.give(Envelope::new(Principal::engine(), command)).unwrap();
    }
    assert_eq!(fixture.session.revision, revision);
}

#[test]
fn a_journal_holds_nothing_after_its_end_but_a_fork() {
    let mut fixture = Fixture::new("");
    fixture.script("end");
    let mut event = fixture.events.last().unwrap().clone();
    event.seq += 1;
    let error = fixture.session.apply(&event).unwrap_err();
    assert!(error.to_string().contains("the session is completed"), "{error}");
    event.body = EventBody::SessionCreated(SessionCreated {
        session_id: session_id("other"),
        kind: Kind::Workflow,
        name: None,
        owner: "owner".into(),
        client_id: None,
        orchestrator: None,
        labels: BTreeMap::new(),
        idle_timeout: None,
        expires_at: None,
        parent: None,
        shared_context: None,
    });
    assert!(fixture.session.apply(&event).is_err());
}

#[test]
fn a_failing_step_tells_how_in_the_outcome() {
    check(
        "build: back",
        "delegate back\nfail back",
        "session failed: step 'build' failed\nbuild failed\n#1 back in build: failed",
    );
    let mut fixture = Fixture::new("build: back");
    fixture.script("delegate back\nfail back");
    let details = fixture.session.outcome.as_ref().unwrap().details.clone().unwrap();
    assert!(details.starts_with("t://back failed in task task_"), "{details}");
}
