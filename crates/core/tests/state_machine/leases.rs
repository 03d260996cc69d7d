//! Leases: one process writes in a participant's name, and one that was declared dead does not.

use serde_json::json;
use sessiond_core::{
    Command, Envelope, Fence, ParticipantStatus, Principal, Receipt, Rejection, Span, TaskChange, TaskReport,
    TaskStatus, context, messages, participants, tasks,
};

use crate::support::script::check;
use crate::support::{Fixture, agent, client, key, message, refusal, task_for};

fn claim(fixture: &mut Fixture, name: &str, holder: &str) -> Result<Receipt, Rejection> {
    let (agent, holder) = (agent(name), holder.to_owned());
    fixture.run(Command::Participants(participants::Command::ClaimLease {
        agent,
        holder,
        ttl: Span::from_secs(60),
    }))
}

fn fence(fixture: &mut Fixture, name: &str, holder: &str) -> Fence {
    match claim(fixture, name, holder).unwrap() {
        Receipt::Lease { fence } => fence,
        other => panic!("no lease: {other:?}"),
    }
}

/// A report of completion by the key of `back`, with and without its name.
fn complete(fixture: &mut Fixture, signed: bool, fence: Option<Fence>) -> Result<Receipt, Rejection> {
    let report = TaskReport {
        task: fixture.task(1).id.clone(),
        attempt: None,
        by: signed.then(|| agent("back")),
        change: TaskChange::Complete(json!(1)),
    };
    fixture.give(Envelope {
        fence,
        ..Envelope::new(key("workers", &["back"]), Command::Tasks(tasks::Command::Report(report)))
    })
}

#[test]
fn each_claim_gives_a_higher_token_even_after_release_expiry_and_leaving() {
    let mut fixture = Fixture::new("");
    assert_eq!(fence(&mut fixture, "back", "one"), 1);
    assert_eq!(fence(&mut fixture, "back", "one"), 2, "the same holder has started anew");
    fixture.script("release back");
    assert_eq!(fence(&mut fixture, "back", "two"), 3);
    fixture.script("wait 60s");
    assert_eq!(fence(&mut fixture, "back", "one"), 4);
    fixture.script("remove back\nadd back");
    assert_eq!(fence(&mut fixture, "back", "one"), 5);
}

#[test]
fn another_holder_is_refused_until_the_lease_ends() {
    check(
        "",
        "claim back one
         claim back two
         release back
         claim back two
         wait 60s
         claim back one
         claim nobody one",
        "claim back two -> another process holds the lease until the lease expires or is released
         claim nobody one -> t://nobody does not take part in this session",
    );
}

#[test]
fn a_holder_that_is_not_heard_of_is_declared_dead_and_its_work_goes_on_elsewhere() {
    let script = "claim back one
                  delegate back retries 1
                  delegate back fallback front
                  delegate back
                  accept back #1
                  accept back #2
                  wait 60s";
    let mut fixture = Fixture::new("");
    crate::support::script::compare(
        &fixture.script(script),
        "#1 back: pending, attempt 2
         #2 back: pending, attempt 2 by front
         #3 back: pending",
    );
    assert_eq!(fixture.session.participant(&agent("back")).unwrap().status, ParticipantStatus::Waiting);
    assert_eq!(fixture.task(1).error.as_ref().unwrap()["code"], "lease_expired");
    fence(&mut fixture, "back", "two");
    assert_eq!(fixture.session.participant(&agent("back")).unwrap().status, ParticipantStatus::Active);
}

#[test]
fn one_that_works_without_a_lease_is_busy_when_it_takes_one_again() {
    let mut fixture = Fixture::new("");
    fixture.script("claim back one\nwait 60s\ndelegate back\naccept back");
    let status = |fixture: &Fixture| fixture.session.participant(&agent("back")).unwrap().status;
    assert_eq!(status(&fixture), ParticipantStatus::Waiting);
    fixture.script("claim back two");
    assert_eq!(status(&fixture), ParticipantStatus::Busy);
}

#[test]
fn a_dead_holder_can_end_the_session_when_nobody_can_do_its_work() {
    check(
        "build: back front",
        "claim back one
         delegate back
         delegate front
         accept back
         accept front
         wait 60s",
        "session failed: step 'build' failed
         build failed
         #1 back in build: failed
         #2 front in build: cancelled",
    );
}

#[test]
fn the_expiry_of_an_earlier_token_does_nothing() {
    let mut fixture = Fixture::new("");
    fence(&mut fixture, "back", "one");
    fence(&mut fixture, "back", "one");
    let revision = fixture.session.revision;
    let command =
        Command::Participants(participants::Command::ExpireLease { agent: agent("back"), fence: 1 });
    fixture.give(Envelope::new(Principal::engine(), command)).unwrap();
    assert_eq!(fixture.session.revision, revision);
}

#[test]
fn who_writes_in_a_leased_agents_name_shows_its_token_signed_or_not() {
    for signed in [true, false] {
        let mut fixture = Fixture::new("");
        fixture.script("delegate back");
        let present = fence(&mut fixture, "back", "one");
        for wrong in [None, Some(present - 1), Some(present + 1)] {
            let refused = complete(&mut fixture, signed, wrong);
            assert!(matches!(refused, Err(Rejection::FenceStale { .. })), "{wrong:?}");
        }
        complete(&mut fixture, signed, Some(present)).unwrap();
        assert_eq!(fixture.task(1).status, TaskStatus::Completed);
    }
}

#[test]
fn a_token_alone_says_that_the_assignee_reports() {
    for (token, taken) in [(1, true), (2, false)] {
        let mut fixture = Fixture::new("");
        fixture.script("delegate back");
        fence(&mut fixture, "back", "one");
        let report = TaskReport {
            task: fixture.task(1).id.clone(),
            attempt: None,
            by: None,
            change: TaskChange::Complete(json!(1)),
        };
        let envelope = Envelope::new(Principal::local(), Command::Tasks(tasks::Command::Report(report)));
        assert_eq!(fixture.give(Envelope { fence: Some(token), ..envelope }).is_ok(), taken);
    }
}

#[test]
fn a_token_is_void_once_its_lease_has_ended() {
    for end in ["release back", "wait 60s"] {
        let mut fixture = Fixture::new("");
        fixture.script("delegate back");
        let old = fence(&mut fixture, "back", "one");
        fixture.script(end);
        assert!(matches!(complete(&mut fixture, true, Some(old)), Err(Rejection::FenceStale { .. })));
        assert!(matches!(complete(&mut fixture, false, Some(old)), Err(Rejection::FenceStale { .. })));
    }
}

#[test]
fn a_token_guards_everything_that_is_written_in_the_agents_name() {
    let mut fixture = Fixture::new("");
    fence(&mut fixture, "back", "one");
    let delegation = || {
        let mut task = task_for("front");
        task.delegator = Some(agent("back"));
        Command::Tasks(tasks::Command::Delegate(task))
    };
    let chat = || {
        Command::Messages(messages::Command::Send(message(
            "m1",
            "back",
            "front",
            sessiond_core::MessageType::StatusUpdate,
            json!(1),
        )))
    };
    let change = || Command::Context(context::Command::Patch(json!({ "a": 1 })));
    let leave = || Command::Participants(participants::Command::Remove { agent: agent("back") });
    let release = || Command::Participants(participants::Command::ReleaseLease { agent: agent("back") });
    for command in [delegation(), chat(), change(), leave(), release()] {
        let refused = fixture.run_as("back", command.clone());
        assert!(matches!(refused, Err(Rejection::FenceStale { .. })), "{command:?}");
        let with_token = Envelope { fence: Some(1), ..Envelope::new(key("back", &["back"]), command) };
        fixture.clone().give(with_token).unwrap();
    }
}

#[test]
fn a_key_of_several_participants_says_which_one_writes_when_one_is_leased() {
    let mut fixture = Fixture::new("");
    let change = || Command::Context(context::Command::Patch(json!({ "a": 1 })));
    let keys = || key("workers", &["back", "front"]);
    fixture.give(Envelope::new(keys(), change())).unwrap();
    fence(&mut fixture, "back", "one");
    let refused = fixture.give(Envelope::new(keys(), change()));
    assert!(refusal(refused).contains("say which one writes"));
    let mut named = Envelope::new(keys(), change());
    named.agent = Some(agent("front"));
    fixture.give(named).unwrap();
}

#[test]
fn a_token_without_an_agent_is_refused_and_not_ignored() {
    let mut fixture = Fixture::new("");
    let change = Command::Context(context::Command::Patch(json!({ "a": 1 })));
    let result = fixture.give(Envelope { fence: Some(1), ..Envelope::new(client("owner"), change) });
    assert_eq!(refusal(result), ": a fencing token belongs to an agent: say which one writes");
}

#[test]
fn the_owner_may_write_in_its_own_name_while_an_agent_is_leased() {
    let mut fixture = Fixture::new("");
    fence(&mut fixture, "orch", "one");
    let change = Command::Context(context::Command::Patch(json!({ "a": 1 })));
    fixture.give(Envelope::new(client("owner"), change)).unwrap();
    let chat = message("m1", "orch", "back", sessiond_core::MessageType::StatusUpdate, json!(1));
    let refused =
        fixture.give(Envelope::new(client("owner"), Command::Messages(messages::Command::Send(chat))));
    assert!(matches!(refused, Err(Rejection::FenceStale { .. })), "as the orchestrator it may not");
}

#[test]
fn a_lease_is_claimed_by_who_may_act_as_the_agent() {
    let mut fixture = Fixture::new("");
    let claim = |name: &str| {
        Command::Participants(participants::Command::ClaimLease {
            agent: agent(name),
            holder: "one".into(),
            ttl: Span::from_secs(60),
        })
    };
    assert!(matches!(fixture.run_as("back", claim("front")), Err(Rejection::Forbidden(_))));
    let refused = fixture.give(Envelope::new(client("owner"), claim("front")));
    assert!(matches!(refused, Err(Rejection::Forbidden(_))), "the owner is no agent");
    fixture.run_as("front", claim("front")).unwrap();
    assert_eq!(fixture.events.last().unwrap().actor, "t://front");
}

#[test]
fn the_end_of_a_session_takes_the_leases_and_their_timers() {
    for end in ["end", "terminate"] {
        let mut fixture = Fixture::new("");
        fixture.script(&format!("claim back one\nclaim front two\n{end}"));
        assert!(fixture.session.participants.iter().all(|participant| participant.lease.is_none()));
        assert!(!fixture.world.timers.keys().any(|key| key.starts_with("lease:")));
    }
}

#[test]
fn a_holder_has_a_name_and_some_time() {
    let mut fixture = Fixture::new("");
    let ttl = Span::from_millis(0);
    let result = fixture.run(Command::Participants(participants::Command::ClaimLease {
        agent: agent("back"),
        holder: String::new(),
        ttl,
    }));
    assert_eq!(refusal(result), "/holder: it may not be empty\n/ttl: it must be longer than no time at all");
}

#[test]
fn a_report_on_the_task_of_a_leased_agent_shows_the_token_whoever_names_no_agent() {
    let mut fixture = Fixture::new("");
    fixture.script("delegate back\naccept back\nclaim back one");
    let report = |fixture: &Fixture| TaskReport {
        task: fixture.task(1).id.clone(),
        attempt: None,
        by: None,
        change: TaskChange::Complete(json!("late")),
    };
    let unsigned = Command::Tasks(tasks::Command::Report(report(&fixture)));
    let refused = fixture.run(unsigned.clone());
    assert!(refusal(refused).contains("show its current fencing token"));
    let mut envelope = Envelope::new(Principal::local(), unsigned);
    envelope.fence =
        fixture.session.participant(&agent("back")).unwrap().lease.as_ref().map(|lease| lease.fence);
    fixture.give(envelope).unwrap();
}
