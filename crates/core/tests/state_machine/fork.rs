//! Forks: a copy goes on where the copied journal stood, as a session of its own.

use sessiond_core::{
    Effect, EventBody, MessageType, ParticipantStatus, Principal, Session, Status, authorize_fork, fork,
    lifecycle,
};

use crate::support::script::compare;
use crate::support::{Fixture, agent, client, key, moment, session_id};

/// A fork of the session as it was at a revision, or as it is.
fn forked(fixture: &Fixture, at: Option<usize>) -> Fixture {
    let events = fixture.events[..at.unwrap_or(fixture.events.len())].to_vec();
    let source = Session::replay(&events).unwrap().unwrap();
    let nonce = fixture.nonce + (1 << 80);
    let decision = fork(&source, session_id("copy"), &client("forker"), &moment(fixture.now, nonce)).unwrap();
    let copy = Fixture::from_decision(decision, events, fixture.now, nonce);
    copy.world.check(&copy.session);
    copy
}

#[test]
fn a_fork_is_another_session_that_knows_where_it_comes_from() {
    let mut fixture = Fixture::new("");
    fixture.script("claim back one");
    let copy = forked(&fixture, None);
    let session = &copy.session;
    assert_eq!((session.id.as_str(), session.owner.as_str()), ("copy", "forker"));
    let from = session.forked_from.as_ref().unwrap();
    assert_eq!((from.session_id.as_str(), from.revision), ("s", fixture.session.revision));
    let back = session.participant(&agent("back")).unwrap();
    assert_eq!((&back.lease, back.fence), (&None, 1), "a lease stays, and its token is not given out again");
}

#[test]
fn open_tasks_stay_with_the_source_and_are_delegated_anew_in_the_fork() {
    let mut fixture = Fixture::new("build: back front");
    fixture.script("delegate back\ndelegate front\naccept front\ndelegate qa\ncomplete qa");
    let before = fixture.state();
    let copy = forked(&fixture, None);
    compare(
        &copy.state(),
        "build active
         #1 back in build: cancelled
         #2 front in build: cancelled
         #3 qa: completed
         #4 back in build: pending
         #5 front in build: pending",
    );
    assert_eq!(fixture.state(), before);
    let types: Vec<_> = copy.world.delivered.iter().map(|message| message.message_type).collect();
    assert_eq!(types, [MessageType::TaskRequest; 2], "nobody hears of what was cancelled");
    assert!(copy.world.delivered.iter().all(|m| m.sender.session_id == Some(session_id("copy"))));
    assert!(copy.session.participants.iter().all(|p| p.status == ParticipantStatus::Active));
}

#[test]
fn the_work_of_an_agent_that_has_left_is_not_delegated_anew() {
    let mut fixture = Fixture::new("");
    fixture.script("delegate back fallback front\nfail back\nremove back");
    compare(&forked(&fixture, None).state(), "#1 back: cancelled, attempt 2 by front");
}

#[test]
fn a_fork_of_an_ended_session_goes_on_with_the_plan() {
    for end in ["end", "terminate", "wait 60s"] {
        let mut fixture = Fixture::new("a: back front * ; b: qa");
        let expires_in = Some(sessiond_core::Span::from_secs(60));
        let update = sessiond_core::Command::Lifecycle(lifecycle::Command::Update {
            name: None,
            labels: None,
            expires_in,
        });
        fixture.run(update).unwrap();
        fixture.script("complete back\ndelegate qa");
        fixture.script(end);
        assert_ne!(fixture.session.status, Status::Active);
        let mut copy = forked(&fixture, None);
        assert_eq!((copy.session.status, copy.session.expires_at), (Status::Active, None));
        compare(
            &copy.script("complete front"),
            "a completed, b active
             #1 back in a: completed
             #2 front in a: cancelled
             #3 qa: cancelled
             #4 front in a: completed",
        );
    }
}

#[test]
fn a_failed_step_of_a_fork_is_started_again_by_hand() {
    let mut fixture = Fixture::new("a: back *");
    fixture.script("fail back");
    let mut copy = forked(&fixture, None);
    compare(
        &copy.script("put current=a\ncomplete back"),
        "a completed
         #1 back in a: failed
         #2 back in a: completed",
    );
}

#[test]
fn a_fork_in_the_middle_of_what_one_command_did_does_the_rest() {
    let mut fixture = Fixture::new("a: back * ; b: front *");
    fixture.script("complete back");
    let at = |kind: &str| fixture.events.iter().rposition(|event| event.body.kind() == kind).unwrap() + 1;
    // The task is complete, but neither is its step, nor has the next one started.
    let after_task = at("task_updated");
    // The next step has started, but its task is not delegated.
    let after_step = at("workflow_advanced");
    assert!(after_task < after_step && after_step < fixture.events.len());
    for revision in [after_task, after_step] {
        compare(
            &forked(&fixture, Some(revision)).state(),
            "a completed, b active
             #1 back in a: completed
             #2 front in b: pending",
        );
    }
}

#[test]
fn a_fork_at_any_revision_is_sound() {
    let mut fixture = Fixture::new("a: back front * ! retry; b: qa *");
    fixture.script(
        "claim back one
         accept back
         wait 60s
         complete front
         fail back
         complete back
         accept qa
         remove front
         end",
    );
    for revision in 1..=fixture.events.len() {
        let copy = forked(&fixture, Some(revision));
        let first = &copy.events[revision].body;
        assert!(matches!(first, EventBody::SessionForked(_)));
        assert_eq!(Session::replay(&copy.events).unwrap().unwrap(), copy.session);
    }
}

#[test]
fn a_fork_asks_nothing_back_from_the_source() {
    let mut fixture = Fixture::new("");
    fixture.script("delegate back\naccept back");
    let decision =
        fork(&fixture.session, session_id("copy"), &client("forker"), &moment(fixture.now, 1 << 90));
    let effects = decision.unwrap().effects;
    assert!(!effects.iter().any(|e| matches!(e, Effect::Withdraw { .. } | Effect::ClearTimer(_))));
}

#[test]
fn who_commands_a_session_may_fork_it() {
    let fixture = Fixture::new("");
    for principal in [client("owner"), key("k", &["orch"]), Principal::local()] {
        authorize_fork(&principal, &fixture.session).unwrap();
    }
    let participant = authorize_fork(&key("k", &["back"]), &fixture.session);
    assert!(matches!(participant, Err(sessiond_core::Rejection::Forbidden(_))));
    let stranger = authorize_fork(&client("stranger"), &fixture.session);
    assert!(matches!(stranger, Err(sessiond_core::Rejection::SessionNotFound)));
}
