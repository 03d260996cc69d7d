//! Participants: joining, leaving, and what becomes of the work of one that leaves.

use sessiond_core::{Command, NewParticipant, ParticipantStatus, participants};

use crate::support::script::check;
use crate::support::{Fixture, agent, client, new_session, participant, refusal};

fn status(fixture: &Fixture, name: &str) -> ParticipantStatus {
    fixture.session.participant(&agent(name)).unwrap().status
}

#[test]
fn participants_are_active_at_once_and_the_orchestrator_takes_part_by_itself() {
    let fixture = Fixture::new("");
    let participants: Vec<_> = fixture
        .session
        .participants
        .iter()
        .map(|p| (p.agent_id.name(), p.framework.as_str(), p.role.as_str(), p.status))
        .collect();
    let active = ParticipantStatus::Active;
    assert_eq!(
        participants,
        [
            ("orch", "t", "orchestrator", active),
            ("back", "t", "implementer", active),
            ("front", "t", "implementer", active),
            ("qa", "t", "implementer", active),
        ]
    );
}

#[test]
fn an_orchestrator_that_is_listed_keeps_the_role_that_the_list_gives() {
    let mut new = new_session("");
    new.participants.push(participant("orch", "lead"));
    let fixture = Fixture::create(new, &client("owner")).unwrap();
    assert_eq!(fixture.session.participant(&agent("orch")).unwrap().role, "lead");
    assert_eq!(fixture.session.participants.len(), 4);
}

#[test]
fn the_tutorials_reviewer_joins_later_with_a_framework_of_its_own() {
    let mut fixture = Fixture::new("");
    let security = NewParticipant {
        agent_id: agent("opencode://security"),
        framework: Some("opencode".into()),
        role: "reviewer".into(),
    };
    fixture.run(Command::Participants(participants::Command::Add(security))).unwrap();
    assert!(fixture.session.takes_part(&agent("opencode://security")));
}

#[test]
fn a_participant_joins_once_and_leaves_once() {
    check(
        "",
        "add back
         remove back
         remove back
         add back
         remove nobody",
        "add back -> t://back already takes part
         remove back -> t://back does not take part in this session
         remove nobody -> t://nobody does not take part in this session",
    );
}

#[test]
fn one_who_joins_again_has_the_new_role_and_time() {
    let mut fixture = Fixture::new("");
    fixture.script("remove back\nwait 5s\nadd back");
    let back = fixture.session.participant(&agent("back")).unwrap();
    assert_eq!((back.role.as_str(), back.join_time.millis(), back.leave_time), ("tester", fixture.now, None));
    assert_eq!(fixture.session.participants.len(), 4);
}

#[test]
fn a_participant_listed_twice_is_refused_at_its_place() {
    let mut new = new_session("");
    new.participants.push(participant("front", "tester"));
    assert_eq!(
        refusal(Fixture::create(new, &client("owner")).map(drop)),
        "/participants/3/agent_id: t://front is listed twice"
    );
}

#[test]
fn the_engines_own_name_is_nobodys() {
    let mut fixture = Fixture::new("");
    let engine = participant("sessiond://engine", "tester");
    let result = fixture.run(Command::Participants(participants::Command::Add(engine)));
    assert_eq!(refusal(result), "/agent_id: this name is reserved for the engine");
    let mut new = new_session("");
    new.orchestrator = Some(agent("sessiond://engine"));
    let result = Fixture::create(new, &client("owner")).map(drop);
    assert_eq!(refusal(result), "/orchestrator: this name is reserved for the engine");
}

#[test]
fn an_agent_that_a_step_still_needs_does_not_leave() {
    check(
        "build: back; review: qa",
        "remove back
         remove qa
         delegate back
         complete back
         remove back",
        "remove back -> step 'build' still needs t://back
         remove qa -> step 'review' still needs t://qa
         build completed, review active
         #1 back in build: completed",
    );
}

#[test]
fn an_agent_is_needed_again_when_its_step_is_set_back() {
    check(
        "prepare: orch; build: back",
        "advance
         delegate back
         complete back
         put pending=build current=prepare
         remove back",
        "remove back -> step 'build' still needs t://back
         prepare active, build pending
         #1 back in build: completed",
    );
}

#[test]
fn the_tasks_of_one_that_leaves_go_to_the_next_agent_or_are_cancelled() {
    check(
        "",
        "delegate back
         delegate back retries 3 fallback front
         remove back",
        "#1 back: cancelled
         #2 back: pending, attempt 2 by front",
    );
}

#[test]
fn a_task_that_a_leaving_agent_had_for_another_fails_so_that_the_plan_goes_on() {
    check(
        "build: back ! retry",
        "delegate back fallback front
         fail back
         remove front",
        "build active
         #1 back in build: failed, attempt 2 by front
         #2 back in build: pending",
    );
}

#[test]
fn an_agent_is_told_to_stop_what_it_works_on_when_it_leaves() {
    let mut fixture = Fixture::new("");
    fixture.script("delegate back\naccept back\nremove back");
    assert_eq!(fixture.received("back"), ["task_request #1", "status_update #1"]);
}

#[test]
fn a_participant_is_busy_while_it_has_a_task_in_progress() {
    let mut fixture = Fixture::new("");
    fixture.script("delegate back\ndelegate back fallback front");
    assert_eq!(status(&fixture, "back"), ParticipantStatus::Active);
    fixture.script("accept back #1\naccept back #2\ncomplete back #1");
    assert_eq!(status(&fixture, "back"), ParticipantStatus::Busy);
    fixture.script("fail back #2\naccept front #2");
    assert_eq!(status(&fixture, "back"), ParticipantStatus::Active);
    assert_eq!(status(&fixture, "front"), ParticipantStatus::Busy);
}

#[test]
fn the_end_of_a_session_shows_in_its_participants() {
    for end in ["end", "terminate"] {
        let mut fixture = Fixture::new("");
        fixture.script(&format!("remove qa\ndelegate back\naccept back\n{end}"));
        assert_eq!(status(&fixture, "back"), ParticipantStatus::SessionTerminated, "{end}");
        assert_eq!(status(&fixture, "qa"), ParticipantStatus::Left, "{end}");
    }
}
