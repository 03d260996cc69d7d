//! Limits: at each one the last that fits is taken, one more is refused, and nothing gets stuck.

use std::sync::Arc;

use serde_json::{Value, json};
use sessiond_core::{
    Command, Envelope, Principal, Rejection, Span, TaskChange, TaskReport, WorkflowUpdate, limits,
};

use crate::support::script::compare;
use crate::support::{Bench, agent, participant, refusal, steps, task_for};

fn limit_of<T: std::fmt::Debug>(result: Result<T, Rejection>) -> (&'static str, u64) {
    match result {
        Err(Rejection::LimitReached { what, limit }) => (what, limit),
        other => panic!("a limit is reached, but {other:?}"),
    }
}

/// A session that has had as many tasks as it may, but for `room`. All the earlier ones look alike.
fn nearly_full(plan: &str, room: usize) -> Bench {
    let mut bench = Bench::new(plan);
    let mut old = task_for("qa");
    old.payload = Value::Null;
    let old = bench.delegate(old);
    bench.script("complete qa");
    let task = bench.session.tasks[&old].clone();
    while bench.session.tasks.len() < limits::TASKS - room {
        let id = format!("task_{:08}", bench.session.tasks.len()).parse().unwrap();
        bench.session.tasks.insert(id, Arc::clone(&task));
    }
    bench
}

#[test]
fn a_session_has_so_many_tasks_in_its_life() {
    let mut bench = nearly_full("", 1);
    bench.delegate(task_for("back"));
    let refused = bench.run(Command::Delegate(task_for("back")));
    assert_eq!(limit_of(refused), ("tasks of a session", 10_000));
}

#[test]
fn a_plan_that_would_need_one_task_too_many_fails_the_session_and_loses_no_report() {
    let mut bench = nearly_full("a: back; b: front *", 1);
    let task = bench.delegate(task_for("back"));
    let change = TaskChange::Complete(json!(1));
    let report = TaskReport { task, attempt: None, by: None, change };
    bench.run(Command::Report(report)).unwrap();
    let outcome = bench.session.outcome.as_ref().unwrap();
    assert_eq!(outcome.reason.as_deref(), Some("it would need more than 10000 tasks"));
    // By hand the same is refused, and the session lives.
    let mut bench = nearly_full("a: back; b: front *", 0);
    assert_eq!(limit_of(bench.run(Command::Advance { step: None })).0, "tasks of a session");
}

#[test]
fn a_journal_that_is_full_only_ends_and_its_timers_end_it() {
    let mut bench = Bench::new("");
    let task = bench.delegate(task_for("back"));
    bench.session.revision = limits::EVENTS;
    let refused = bench.run(Command::Delegate(task_for("back")));
    assert_eq!(limit_of(refused), ("events of a session", limits::EVENTS));
    bench.clone().run(Command::Complete { summary: None, artifacts: vec![] }).unwrap();
    let timer = Command::TaskDeadline { task, attempt: 1 };
    bench.give(Envelope::new(Principal::engine(), timer)).unwrap();
    let outcome = bench.session.outcome.as_ref().unwrap();
    assert_eq!(outcome.reason.as_deref(), Some("it would need more than 1000000 events"));
}

#[test]
fn a_session_has_so_many_participants_those_who_left_included() {
    let mut bench = Bench::new("");
    for n in bench.session.participants.len()..limits::PARTICIPANTS {
        bench.run(Command::AddParticipant(participant(&format!("a{n}"), "worker"))).unwrap();
    }
    bench.script("remove a9");
    let one_more = bench.run(Command::AddParticipant(participant("more", "worker")));
    assert_eq!(limit_of(one_more), ("participants", 256));
    assert_eq!(bench.script("add a9"), "", "one who was there before may come back");
}

#[test]
fn a_session_has_so_many_labels() {
    let mut bench = Bench::new("");
    let labels = |n: usize| Command::Update {
        name: None,
        labels: Some((0..n).map(|i| (format!("label{i}"), "x".to_owned())).collect()),
        expires_in: None,
    };
    assert_eq!(limit_of(bench.run(labels(limits::LABELS + 1))), ("labels", 64));
    bench.run(labels(limits::LABELS)).unwrap();
}

#[test]
fn a_plan_has_so_many_steps_and_bytes() {
    let mut bench = Bench::new("");
    let plan_of = |n: usize| (0..n).map(|i| format!("s{i}:")).collect::<Vec<_>>().join(";");
    let give = |bench: &mut Bench, new| {
        let update = WorkflowUpdate { steps: Some(new), ..WorkflowUpdate::default() };
        bench.run(Command::UpdateWorkflow(update))
    };
    let too_many = give(&mut bench, steps(&plan_of(limits::STEPS + 1)));
    assert_eq!(limit_of(too_many), ("steps of a workflow", 256));
    give(&mut bench, steps(&plan_of(limits::STEPS))).unwrap();
    let mut heavy = steps("a: * ; b: * ; c: *");
    for step in &mut heavy {
        let task = step.task.as_mut().unwrap();
        task.payload = json!("x".repeat(limits::PAYLOAD_BYTES - 2));
    }
    let refused = give(&mut bench, heavy);
    assert_eq!(limit_of(refused).0, "bytes of a workflow");
}

#[test]
fn the_fields_of_a_step_are_checked() {
    let mut bench = Bench::new("");
    let mut step = steps("a: back *").remove(0);
    step.name = "x".repeat(limits::NAME_BYTES + 1);
    step.description = Some("x".repeat(limits::TEXT_BYTES + 1));
    step.outputs = vec!["ok".into(), String::new()];
    step.estimated_duration = Some("\u{7}".into());
    let task = step.task.as_mut().unwrap();
    task.task_type = String::new();
    task.timeout = Some(Span::from_millis(limits::SPAN_MS + 1));
    let give = |bench: &mut Bench, step| {
        let update = WorkflowUpdate { steps: Some(vec![step]), ..WorkflowUpdate::default() };
        refusal(bench.run(Command::UpdateWorkflow(update)))
    };
    compare(
        &give(&mut bench, step),
        "/steps/0/name: it may have 256 bytes at most
         /steps/0/description: it may have 65536 bytes at most
         /steps/0/estimated_duration: it is one line of text, without control characters
         /steps/0/outputs/1: it may not be empty
         /steps/0/task/task_type: it may not be empty
         /steps/0/task/timeout: it may be 720h at most",
    );
    let mut step = steps("a:").remove(0);
    step.required_agents = vec![agent("back"); limits::STEP_NAMES + 1];
    let text = give(&mut bench, step);
    assert_eq!(text, "/steps/0/required_agents: it may have 64 items at most");
}

#[test]
fn the_fields_of_a_task_are_checked() {
    let mut bench = Bench::new("");
    let mut task = task_for("back");
    task.task_type = "x".repeat(257);
    task.payload = json!("x".repeat(limits::PAYLOAD_BYTES));
    task.timeout = Some(Span::from_millis(0));
    task.retry_policy = Some(sessiond_core::RetryPolicy {
        max_retries: limits::RETRIES + 1,
        base: Some(Span::from_millis(limits::SPAN_MS + 1)),
        cap: Some(Span::from_millis(limits::SPAN_MS)),
        ..Default::default()
    });
    task.fallback_agents = (0..=limits::FALLBACK_AGENTS).map(|_| agent("front")).collect();
    compare(
        &refusal(bench.run(Command::Delegate(task))),
        "/task_type: it may have 256 bytes at most
         /payload: it may have 1048576 bytes at most; store what is larger elsewhere and name it
         /timeout: it must be longer than no time at all
         /retry_policy/max_retries: it may be 20 at most
         /retry_policy/base: it may be 720h at most
         /fallback_agents: it may have 16 items at most",
    );
}

#[test]
fn what_a_report_brings_is_checked() {
    let deep = (0..limits::JSON_DEPTH).fold(json!(1), |value, _| json!([value]));
    let large = json!("x".repeat(limits::PAYLOAD_BYTES));
    for value in [deep, large] {
        let reports = [
            ("/progress", TaskChange::Progress(value.clone())),
            ("/result", TaskChange::Complete(value.clone())),
            ("/error", TaskChange::Fail(value)),
        ];
        for (pointer, change) in reports {
            let mut bench = Bench::new("");
            let task = bench.delegate(task_for("back"));
            let report = TaskReport { task, attempt: None, by: None, change };
            assert!(refusal(bench.run(Command::Report(report))).starts_with(pointer));
        }
    }
}

#[test]
fn a_payload_of_exactly_the_limit_is_taken() {
    let mut bench = Bench::new("");
    let mut task = task_for("back");
    task.payload = json!("x".repeat(limits::PAYLOAD_BYTES - 2));
    bench.delegate(task);
}
