//! Tasks: how an attempt goes, who is asked next, and who may say so.

use serde_json::{Value, json};
use sessiond_core::{
    Backoff, Command, Envelope, EventBody, MessageKind, Principal, RetryPolicy, Session, Span, TaskChange,
    TaskDelegated, TaskReport, TaskStatus, tasks,
};

use crate::support::script::check;
use crate::support::{Fixture, agent, client, key, refusal, task_for};

fn report(fixture: &Fixture, n: usize, change: TaskChange) -> TaskReport {
    TaskReport { task: fixture.task(n).id.clone(), attempt: None, by: None, change }
}

fn done() -> TaskChange {
    TaskChange::Complete(json!("done"))
}

#[test]
fn a_task_goes_from_pending_over_progress_to_its_result() {
    let mut fixture = Fixture::new("");
    fixture.delegate(task_for("back"));
    assert_eq!(fixture.task(1).status, TaskStatus::Pending);
    fixture.script("accept back\naccept back\nprogress back");
    assert_eq!(fixture.task(1).status, TaskStatus::InProgress);
    assert_eq!(fixture.task(1).progress, Some(json!(0.5)));
    fixture.script("complete back");
    let task = fixture.task(1);
    assert_eq!(task.result.as_deref(), Some(&json!({ "by": "back" })));
    assert_eq!((task.attempts.len(), task.attempts[0].status), (1, TaskStatus::Completed));
}

#[test]
fn an_accept_that_comes_twice_changes_nothing_the_second_time() {
    let mut fixture = Fixture::new("");
    fixture.script("delegate back\naccept back");
    let revision = fixture.session.revision;
    fixture.script("accept back");
    assert_eq!(fixture.session.revision, revision);
}

#[test]
fn a_closed_task_takes_no_more_reports() {
    for end in ["complete back", "fail back", "cancel back"] {
        let mut fixture = Fixture::new("");
        fixture.script(&format!("delegate back\n{end}"));
        for late in ["accept", "progress", "complete", "fail", "cancel"] {
            let text = fixture.script(&format!("{late} back #1"));
            assert!(text.contains("and accepts no more reports"), "{late} after {end}: {text}");
        }
    }
}

#[test]
fn a_failed_attempt_is_retried_with_the_same_agent_then_with_each_fallback_agent_in_turn() {
    check(
        "",
        "delegate back retries 1 fallback front qa
         fail back
         fail back",
        "#1 back: pending, attempt 3 by front",
    );
    check(
        "",
        "delegate back retries 1 fallback front qa
         fail back
         fail back
         fail front
         fail front
         fail qa
         complete qa",
        "#1 back: completed, attempt 6 by qa",
    );
    check(
        "",
        "delegate back fallback front qa
         fail back
         fail front
         fail qa",
        "#1 back: failed, attempt 3 by qa",
    );
}

#[test]
fn a_fallback_agent_that_has_left_is_passed_over() {
    check(
        "",
        "delegate back fallback front qa
         remove front
         fail back",
        "#1 back: pending, attempt 2 by qa",
    );
}

#[test]
fn a_fallback_agent_must_take_part_and_be_another_than_the_one_asked() {
    check(
        "",
        "delegate back fallback back nobody front front
         delegate nobody",
        "delegate back fallback back nobody front front -> /fallback_agents/3: 't://front' is listed twice
         /fallback_agents/0: t://back is the one who is asked first
         /fallback_agents/1: t://nobody does not take part in the session
         delegate nobody -> t://nobody does not take part in this session",
    );
}

#[test]
fn a_retry_waits_as_its_policy_says_and_may_wait_for_its_agent_as_long_as_the_first_attempt() {
    let mut fixture = Fixture::new("");
    let mut task = task_for("back");
    task.start_within = Some(Span::from_secs(10));
    task.retry_policy = Some(RetryPolicy {
        max_retries: 3,
        backoff: Backoff::Exponential,
        base: Some(Span::from_secs(2)),
        cap: Some(Span::from_secs(5)),
        jitter: false,
    });
    fixture.delegate(task);
    for delay in [2_000, 4_000, 5_000] {
        let failed_at = fixture.now;
        fixture.script("fail back");
        let task = fixture.task(1);
        let not_before = fixture.world.not_before[&task.message_id].millis();
        assert_eq!(not_before - failed_at, delay);
        assert_eq!(task.deadline.millis() - not_before, 10_000);
        fixture.now += 1_000;
    }
}

#[test]
fn a_delay_is_no_shorter_than_the_base_that_its_policy_names() {
    let policy = RetryPolicy {
        max_retries: 1,
        base: Some(Span::from_secs(300)),
        jitter: false,
        ..RetryPolicy::default()
    };
    assert_eq!(policy.delay(1, 0), Span::from_secs(300));
}

#[test]
fn an_attempt_that_takes_too_long_ends_and_the_last_one_times_the_task_out() {
    check(
        "",
        "delegate back timeout 5s retries 1 fallback front
         accept back
         wait 4999ms",
        "#1 back: in_progress",
    );
    check(
        "",
        "delegate back timeout 5s retries 1 fallback front
         accept back
         wait 5s",
        "#1 back: pending, attempt 2",
    );
    check(
        "",
        "delegate back timeout 5s retries 1 fallback front
         accept back
         wait 5s
         accept back
         wait 6s
         accept front
         wait 6s
         accept front
         wait 6s",
        "#1 back: timeout, attempt 4 by front",
    );
}

#[test]
fn a_task_keeps_what_became_of_each_attempt() {
    let mut fixture = Fixture::new("");
    fixture.script("delegate back timeout 5s fallback front\naccept back\nwait 5s\nfail front");
    let attempts = &fixture.task(1).attempts;
    let summary: Vec<_> = attempts.iter().map(|a| (a.attempt, a.agent_id.name(), a.status)).collect();
    assert_eq!(summary, [(1, "back", TaskStatus::Timeout), (2, "front", TaskStatus::Failed)]);
    assert!(attempts[0].started_at.is_some() && attempts[1].started_at.is_none());
    assert_ne!(attempts[0].message_id, attempts[1].message_id);
}

#[test]
fn an_agent_whose_attempt_is_over_time_is_told_to_stop() {
    let mut fixture = Fixture::new("");
    fixture.script("delegate back timeout 5s fallback front\naccept back\nwait 5s");
    assert_eq!(fixture.received("back"), ["task_request #1", "status_update #1"]);
    let told = fixture.world.delivered.iter().rfind(|m| m.recipient.agent_id == agent("back")).unwrap();
    assert_eq!(told.payload["status"], "cancelled");
    assert_eq!(told.metadata["task_attempt"], 1);
}

#[test]
fn a_timer_of_an_attempt_that_is_over_or_of_a_task_that_is_unknown_does_nothing() {
    let mut fixture = Fixture::new("");
    fixture.script("delegate back timeout 5s retries 1\nfail back");
    let task = fixture.task(1).id.clone();
    let revision = fixture.session.revision;
    fixture.now += 60_000;
    let unknown = sessiond_core::TaskId::parse("task_unknown").unwrap();
    for (task, attempt) in [(task, 1), (unknown, 1)] {
        let command = Command::Tasks(tasks::Command::Deadline { task, attempt });
        fixture.give(Envelope::new(Principal::engine(), command)).unwrap();
    }
    assert_eq!(fixture.session.revision, revision);
}

#[test]
fn a_report_from_an_earlier_attempt_or_another_agent_is_refused() {
    check(
        "",
        "delegate back fallback front
         complete front #1
         fail back
         complete back #1",
        "complete front #1 -> task TASK is at attempt 1 of t://back: earlier attempts can no longer report
         complete back #1 -> task TASK is at attempt 2 of t://front: earlier attempts can no longer report
         #1 back: pending, attempt 2 by front"
            .replace("TASK", "task_00000000000000000000010100000001")
            .as_str(),
    );
    let mut fixture = Fixture::new("");
    fixture.script("delegate back retries 1\nfail back");
    let late = TaskReport { attempt: Some(1), by: Some(agent("back")), ..report(&fixture, 1, done()) };
    assert!(refusal(fixture.run(Command::Tasks(tasks::Command::Report(late)))).contains("is at attempt 2"));
}

#[test]
fn an_agent_that_does_not_sign_its_report_is_known_by_its_key() {
    let mut fixture = Fixture::new("");
    fixture.script("delegate back fallback front\nfail back");
    let unsigned = report(&fixture, 1, done());
    let refused = fixture.run_as("back", Command::Tasks(tasks::Command::Report(unsigned.clone())));
    assert!(refusal(refused).contains("is at attempt 2 of t://front"));
    fixture.run_as("front", Command::Tasks(tasks::Command::Report(unsigned))).unwrap();
    assert_eq!(fixture.task(1).status, TaskStatus::Completed);
    assert_eq!(fixture.events.last().unwrap().actor, "t://front");
}

#[test]
fn the_owner_and_the_orchestrator_may_report_on_a_task_by_hand_and_another_participant_may_not() {
    for principal in [client("owner"), key("k", &["orch"]), Principal::local()] {
        let mut fixture = Fixture::new("");
        fixture.script("delegate back");
        let unsigned = report(&fixture, 1, done());
        fixture.give(Envelope::new(principal, Command::Tasks(tasks::Command::Report(unsigned)))).unwrap();
        assert_eq!(fixture.task(1).status, TaskStatus::Completed);
    }
    let mut fixture = Fixture::new("");
    fixture.script("delegate back");
    let unsigned = Command::Tasks(tasks::Command::Report(report(&fixture, 1, done())));
    assert!(refusal(fixture.run_as("qa", unsigned.clone())).contains("this key may not act as that agent"));
    // On a machine without keys everybody may do everything, but an agent that gives its name is taken at its word.
    let mut named = Envelope::new(Principal::local(), unsigned);
    named.agent = Some(agent("qa"));
    assert!(refusal(fixture.give(named)).contains("of t://back"));
}

#[test]
fn a_result_of_null_is_the_same_as_none_before_and_after_a_restart() {
    let mut fixture = Fixture::new("");
    fixture.script("delegate back\ndelegate back");
    for (n, change) in [
        (1, TaskChange::Complete(Value::Null)),
        (2, TaskChange::Fail { error: Value::Null, retryable: None }),
    ] {
        let report = report(&fixture, n, change);
        fixture.run(Command::Tasks(tasks::Command::Report(report))).unwrap();
    }
    assert_eq!(fixture.task(1).result, None);
    assert_eq!(fixture.task(2).error.as_ref().unwrap()["code"], "failed");
}

#[test]
fn an_open_request_is_not_made_twice_by_the_same_message() {
    let mut fixture = Fixture::new("");
    let mut task = task_for("back");
    task.message_id = Some(sessiond_core::MessageId::parse("m1").unwrap());
    fixture.delegate(task.clone());
    let again = fixture.run(Command::Tasks(tasks::Command::Delegate(task.clone())));
    assert_eq!(refusal(again), "/message_id: an open task was requested by message m1 already");
    fixture.script("complete back");
    fixture.delegate(task);
}

#[test]
fn a_delegator_takes_part() {
    let mut fixture = Fixture::new("");
    let mut task = task_for("back");
    task.delegator = Some(agent("nobody"));
    let refused = fixture.run(Command::Tasks(tasks::Command::Delegate(task)));
    assert_eq!(refusal(refused), "t://nobody does not take part in this session");
}

#[test]
fn a_delegator_is_told_of_each_end_once_and_not_of_what_it_did_itself() {
    let cases = [
        ("complete back", vec!["task_response #1"]),
        ("fail back", vec!["error #1"]),
        ("wait 5m", vec!["error #1"]),
        ("lose back", vec!["error #1"]),
        ("remove back", vec!["error #1"]),
        ("end", vec!["error #1"]),
        ("cancel orch #1", vec![]),
    ];
    for (line, told) in cases {
        let mut fixture = Fixture::new("");
        fixture.script(&format!("delegate back\naccept back\n{line}"));
        assert_eq!(fixture.received("orch"), told, "{line}");
    }
    let mut fixture = Fixture::new("");
    fixture.script("delegate orch\ncomplete orch");
    assert_eq!(fixture.received("orch"), ["task_request #1"]);
}

#[test]
fn a_delegator_that_has_left_is_told_nothing() {
    let mut fixture = Fixture::new("");
    fixture.script("delegate back\nremove orch\ncomplete back");
    assert_eq!(fixture.received("orch"), Vec::<String>::new());
}

#[test]
fn a_journal_whose_fallback_list_names_the_assignee_does_not_ask_it_for_ever() {
    let mut fixture = Fixture::new("");
    fixture.script("delegate back fallback front");
    let mut events = fixture.events.clone();
    let Some(EventBody::TaskDelegated(TaskDelegated { fallback_agents, .. })) =
        events.last_mut().map(|e| &mut e.body)
    else {
        panic!("the last event delegates");
    };
    *fallback_agents = vec![agent("back")];
    fixture.session = Session::replay(&events).unwrap().unwrap();
    assert_eq!(fixture.script("fail back"), "#1 back: failed\n");
}

#[test]
fn a_request_that_cannot_be_delivered_fails_its_attempt_and_the_journal_says_so() {
    check(
        "",
        "delegate back retries 1 fallback front
         lose back
         lose back
         lose front
         lose front",
        "#1 back: failed, attempt 4 by front",
    );
    let mut fixture = Fixture::new("build: back; review: qa");
    fixture.script("delegate back\nlose back");
    assert_eq!(fixture.task(1).error.as_ref().unwrap()["code"], "undelivered");
    assert_eq!(fixture.session.outcome.as_ref().unwrap().reason.as_deref(), Some("step 'build' failed"));
    assert_eq!(fixture.received("orch"), ["error #1"]);
}

#[test]
fn a_request_is_held_from_its_acceptance_until_its_attempt_ends() {
    let mut fixture = Fixture::new("");
    fixture.script("delegate back retries 1\ndelegate back");
    assert!(fixture.world.held.is_empty());
    fixture.script("accept back #1\nprogress back #2\naccept back #2");
    assert_eq!(fixture.world.held.len(), 2);
    fixture.script("fail back #1\ncomplete back #2");
    assert!(fixture.world.held.is_empty(), "the request of the next attempt waits as the first did");
}

#[test]
fn a_request_that_follows_from_a_report_is_accepted_by_a_full_inbox_and_one_that_is_asked_for_is_not() {
    let kind = |plan: &str, script: &str| {
        let mut fixture = Fixture::new(plan);
        fixture.script(script);
        let requests = fixture.world.kinds.iter().filter(|kind| **kind != MessageKind::Notice);
        requests.copied().next_back()
    };
    assert_eq!(kind("", "delegate back"), Some(MessageKind::Request));
    assert_eq!(kind("build: back *", ""), Some(MessageKind::Request));
    assert_eq!(kind("design:; build: back *", "advance"), Some(MessageKind::Request));
    assert_eq!(kind("", "delegate back retries 1\nfail back"), Some(MessageKind::Following));
    assert_eq!(kind("", "delegate back fallback front\nlose back"), Some(MessageKind::Following));
    assert_eq!(
        kind("", "delegate back timeout 5s retries 1\naccept back\nwait 5s"),
        Some(MessageKind::Following)
    );
    assert_eq!(kind("design: orch *; build: back *", "complete orch"), Some(MessageKind::Following));
}

#[test]
fn the_time_for_the_work_runs_from_its_acceptance_and_the_wait_for_it_has_a_time_of_its_own() {
    check(
        "",
        "delegate back timeout 5s within 1h
         wait 59m
         accept back
         wait 4s",
        "#1 back: in_progress",
    );
    check(
        "",
        "delegate back timeout 5s within 1h
         wait 59m
         accept back
         wait 5s",
        "#1 back: timeout",
    );
    let mut fixture = Fixture::new("");
    fixture.script("delegate back within 1h fallback front\nwait 1h");
    let task = fixture.task(1);
    assert_eq!((task.attempt, task.assignee.name()), (2, "front"));
    assert_eq!(task.attempts[0].error.as_ref().unwrap()["code"], "not_accepted");
    check("", "delegate back timeout 5s\nwait 23h", "#1 back: pending");
    check("", "delegate back timeout 5s\nwait 24h", "#1 back: timeout");
}

#[test]
fn an_agent_that_falls_silent_loses_its_attempt_and_every_report_is_a_sign_of_life() {
    let mut fixture = Fixture::new("");
    fixture.script(
        "delegate back timeout 30s heartbeat 5s retries 1
         accept back
         wait 4s
         progress back
         wait 4s
         accept back
         wait 4s",
    );
    assert_eq!(fixture.task(1).status, TaskStatus::InProgress);
    fixture.script("wait 1s");
    assert_eq!((fixture.task(1).attempt, fixture.task(1).status), (2, TaskStatus::Pending));
    assert_eq!(fixture.task(1).attempts[0].error.as_ref().unwrap()["code"], "heartbeat");
    let mut fixture = Fixture::new("");
    let lively = "accept back\nwait 4s\n".repeat(8);
    fixture.script(&format!("delegate back timeout 30s heartbeat 5s\n{}", &lively[..lively.len() - 8]));
    fixture.script("wait 2s");
    assert_eq!(
        fixture.task(1).error.as_ref().unwrap()["code"],
        "timeout",
        "signs of life do not extend the work"
    );
}

#[test]
fn a_failure_that_another_attempt_would_repeat_goes_to_the_next_agent_and_starts_no_step_anew() {
    check(
        "",
        "delegate back retries 3 fallback front
         give_up back
         fail front",
        "#1 back: pending, attempt 3 by front",
    );
    check(
        "build: back ! retry",
        "delegate back retries 3
         give_up back",
        "session failed: step 'build' failed
         build failed
         #1 back in build: failed",
    );
}
