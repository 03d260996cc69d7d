//! Limits: at each one the last that fits is taken, one more is refused, and nothing gets stuck.

use std::sync::Arc;

use serde_json::{Value, json};
use sessiond_core::{
    Command, ContextUpdated, Envelope, EventBody, Exceeded, ParticipantAdded, Principal, Rejection,
    SessionUpdated, Span, TaskChange, TaskReport, WorkflowUpdate, WorkflowUpdated, check_limits,
    fold_checked, lifecycle, limits, participants, tasks, workflow,
};

use crate::support::script::compare;
use crate::support::{Fixture, agent, participant, refusal, steps, task_for};

fn limit_of<T: std::fmt::Debug>(result: Result<T, Rejection>) -> (&'static str, u64) {
    match result {
        Err(Rejection::LimitReached(Exceeded(limit))) => (limit.into(), limit.most()),
        other => panic!("a limit is reached, but {other:?}"),
    }
}

/// A session that has had as many tasks as it may, but for `room`. All the earlier ones look alike.
fn nearly_full(plan: &str, room: usize) -> Fixture {
    let mut fixture = Fixture::new(plan);
    let mut old = task_for("qa");
    old.payload = Value::Null;
    let old = fixture.delegate(old);
    fixture.script("complete qa");
    let task = fixture.session.tasks[&old].clone();
    while fixture.session.tasks.len() < limits::TASKS - room {
        let id = format!("task_{:08}", fixture.session.tasks.len()).parse().unwrap();
        fixture.session.tasks.insert(id, Arc::clone(&task));
    }
    fixture
}

#[test]
fn a_session_has_so_many_tasks_in_its_life() {
    let mut fixture = nearly_full("", 1);
    fixture.delegate(task_for("back"));
    let refused = fixture.run(Command::Tasks(tasks::Command::Delegate(task_for("back"))));
    assert_eq!(limit_of(refused), ("tasks of a session", 10_000));
}

#[test]
fn a_plan_that_would_need_one_task_too_many_fails_the_session_and_loses_no_report() {
    let mut fixture = nearly_full("a: back; b: front *", 1);
    let task = fixture.delegate(task_for("back"));
    let change = TaskChange::Complete(json!(1));
    let report = TaskReport { task, attempt: None, by: None, change };
    fixture.run(Command::Tasks(tasks::Command::Report(report))).unwrap();
    let outcome = fixture.session.outcome.as_ref().unwrap();
    assert_eq!(outcome.reason.as_deref(), Some("it would need more than 10000 tasks"));
    // By hand the same is refused, and the session lives.
    let mut fixture = nearly_full("a: back; b: front *", 0);
    assert_eq!(
        limit_of(fixture.run(Command::Workflow(workflow::Command::Advance { step: None }))).0,
        "tasks of a session"
    );
}

#[test]
fn a_journal_that_is_full_only_ends_and_its_timers_end_it() {
    let mut fixture = Fixture::new("");
    let task = fixture.delegate(task_for("back"));
    fixture.session.revision = limits::EVENTS;
    let refused = fixture.run(Command::Tasks(tasks::Command::Delegate(task_for("back"))));
    assert_eq!(limit_of(refused), ("events of a session", limits::EVENTS));
    fixture
        .clone()
        .run(Command::Lifecycle(lifecycle::Command::Complete { summary: None, artifacts: vec![] }))
        .unwrap();
    let timer = Command::Tasks(tasks::Command::Deadline { task, attempt: 1 });
    fixture.give(Envelope::new(Principal::engine(), timer)).unwrap();
    let outcome = fixture.session.outcome.as_ref().unwrap();
    assert_eq!(outcome.reason.as_deref(), Some("it would need more than 1000000 events"));
}

#[test]
fn a_session_has_so_many_participants_those_who_left_included() {
    let mut fixture = Fixture::new("");
    for n in fixture.session.participants.len()..limits::PARTICIPANTS {
        fixture
            .run(Command::Participants(participants::Command::Add(participant(&format!("a{n}"), "worker"))))
            .unwrap();
    }
    fixture.script("remove a9");
    let one_more =
        fixture.run(Command::Participants(participants::Command::Add(participant("more", "worker"))));
    assert_eq!(limit_of(one_more), ("participants", 256));
    assert_eq!(fixture.script("add a9"), "", "one who was there before may come back");
}

#[test]
fn a_session_has_so_many_labels() {
    let mut fixture = Fixture::new("");
    let labels = |n: usize| {
        Command::Lifecycle(lifecycle::Command::Update {
            name: None,
            labels: Some((0..n).map(|i| (format!("label{i}"), "x".to_owned())).collect()),
            expires_in: None,
        })
    };
    assert_eq!(limit_of(fixture.run(labels(limits::LABELS + 1))), ("labels", 64));
    fixture.run(labels(limits::LABELS)).unwrap();
}

#[test]
fn a_plan_has_so_many_steps_and_bytes() {
    let mut fixture = Fixture::new("");
    let plan_of = |n: usize| (0..n).map(|i| format!("s{i}:")).collect::<Vec<_>>().join(";");
    let give = |fixture: &mut Fixture, new| {
        let update = WorkflowUpdate { steps: Some(new), ..WorkflowUpdate::default() };
        fixture.run(Command::Workflow(workflow::Command::Update(update)))
    };
    let too_many = give(&mut fixture, steps(&plan_of(limits::STEPS + 1)));
    assert_eq!(limit_of(too_many), ("steps of a workflow", 256));
    give(&mut fixture, steps(&plan_of(limits::STEPS))).unwrap();
    let mut heavy = steps("a: back * ; b: back * ; c: back *");
    for step in &mut heavy {
        let task = step.task.as_mut().unwrap();
        task.payload = json!("x".repeat(limits::PAYLOAD_BYTES - 2));
    }
    let refused = give(&mut fixture, heavy);
    assert_eq!(limit_of(refused).0, "bytes of a workflow");
}

#[test]
fn the_fields_of_a_step_are_checked() {
    let mut fixture = Fixture::new("");
    let mut step = steps("a: back *").remove(0);
    step.name = "x".repeat(limits::NAME_BYTES + 1);
    step.description = Some("x".repeat(limits::TEXT_BYTES + 1));
    step.outputs = vec!["ok".into(), String::new()];
    step.estimated_duration = Some("\u{7}".into());
    let task = step.task.as_mut().unwrap();
    task.task_type = String::new();
    task.timeout = Some(Span::from_millis(limits::SPAN_MS + 1));
    let give = |fixture: &mut Fixture, step| {
        let update = WorkflowUpdate { steps: Some(vec![step]), ..WorkflowUpdate::default() };
        refusal(fixture.run(Command::Workflow(workflow::Command::Update(update))))
    };
    compare(
        &give(&mut fixture, step),
        "/steps/0/name: it may have 256 bytes at most
         /steps/0/description: it may have 65536 bytes at most
         /steps/0/estimated_duration: it is one line of text, without control characters
         /steps/0/outputs/1: it may not be empty
         /steps/0/task/task_type: it may not be empty
         /steps/0/task/timeout: it may be 720h at most",
    );
    let mut step = steps("a:").remove(0);
    step.required_agents = vec![agent("back"); limits::STEP_NAMES + 1];
    let text = give(&mut fixture, step);
    assert_eq!(text, "/steps/0/required_agents: it may have 64 items at most");
}

#[test]
fn the_fields_of_a_task_are_checked() {
    let mut fixture = Fixture::new("");
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
        &refusal(fixture.run(Command::Tasks(tasks::Command::Delegate(task)))),
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
            ("/error", TaskChange::Fail { error: value, retryable: None }),
        ];
        for (pointer, change) in reports {
            let mut fixture = Fixture::new("");
            let task = fixture.delegate(task_for("back"));
            let report = TaskReport { task, attempt: None, by: None, change };
            assert!(
                refusal(fixture.run(Command::Tasks(tasks::Command::Report(report)))).starts_with(pointer)
            );
        }
    }
}

#[test]
fn a_payload_of_exactly_the_limit_is_taken() {
    let mut fixture = Fixture::new("");
    let mut task = task_for("back");
    task.payload = json!("x".repeat(limits::PAYLOAD_BYTES - 2));
    fixture.delegate(task);
}

/// A session whose tasks have room for so many bytes.
fn with_room(plan: &str, room: u64) -> (Fixture, sessiond_core::TaskId) {
    let mut fixture = Fixture::new(plan);
    let task = fixture.delegate(task_for("back"));
    fixture.session.bytes = limits::SESSION_BYTES - room;
    (fixture, task)
}

fn report(task: &sessiond_core::TaskId, change: TaskChange) -> Command {
    Command::Tasks(tasks::Command::Report(TaskReport { task: task.clone(), attempt: None, by: None, change }))
}

#[test]
fn what_tasks_hold_is_counted() {
    let mut fixture = Fixture::new("");
    assert_eq!(fixture.session.bytes, 0);
    let mut new = task_for("back");
    new.payload = json!("1234");
    let task = fixture.delegate(new);
    assert_eq!(fixture.session.bytes, 6);
    fixture.run(report(&task, TaskChange::Progress(json!("12345678")))).unwrap();
    assert_eq!(fixture.session.bytes, 16);
    fixture.run(report(&task, TaskChange::Progress(json!("1")))).unwrap();
    assert_eq!(fixture.session.bytes, 9, "only the last progress is kept");
    fixture.run(report(&task, TaskChange::Complete(json!("123456")))).unwrap();
    assert_eq!(fixture.session.bytes, 17);
}

#[test]
fn the_tasks_of_a_session_hold_so_much_together() {
    let (mut fixture, task) = with_room("", 20);
    let mut new = task_for("back");
    new.payload = json!("x".repeat(30));
    let limit = ("bytes of a session", limits::SESSION_BYTES);
    assert_eq!(limit_of(fixture.run(Command::Tasks(tasks::Command::Delegate(new.clone())))), limit);
    let fail = |error| TaskChange::Fail { error, retryable: None };
    for change in [TaskChange::Progress, TaskChange::Complete, fail] {
        assert_eq!(limit_of(fixture.run(report(&task, change(json!("x".repeat(30)))))), limit);
    }
    // What is smaller is taken, up to the last byte.
    fixture.run(report(&task, TaskChange::Complete(json!("x".repeat(18))))).unwrap();
    assert_eq!(fixture.session.bytes, limits::SESSION_BYTES);
    new.payload = json!(1);
    assert_eq!(limit_of(fixture.run(Command::Tasks(tasks::Command::Delegate(new)))), limit);
}

#[test]
fn a_session_without_room_is_ended_by_its_plan_and_its_timers_go_on() {
    let (mut fixture, task) = with_room("a: back; b: front *", 1);
    fixture.run(report(&task, TaskChange::Complete(json!(1)))).unwrap();
    let outcome = fixture.session.outcome.as_ref().unwrap();
    assert_eq!(outcome.reason.as_deref(), Some("it would need more than 67108864 bytes in its tasks"));
    let (mut fixture, task) = with_room("", 0);
    fixture.wait(i64::try_from(limits::TASK_START_MS).unwrap());
    assert_eq!(fixture.session.tasks[&task].status, sessiond_core::TaskStatus::Timeout);
}

#[test]
fn lists_that_are_too_long_are_not_looked_at() {
    let mut fixture = Fixture::new("a: back");
    let violations = |result: Result<_, Rejection>| match result {
        Err(Rejection::Invalid(violations)) => {
            violations.into_iter().map(|violation| violation.pointer).collect::<Vec<_>>()
        }
        other => panic!("it is invalid, but {other:?}"),
    };
    let names = Some(vec!["none".to_owned(); limits::STEPS + 1]);
    let update =
        WorkflowUpdate { completed_steps: names.clone(), pending_steps: names, ..WorkflowUpdate::default() };
    let refused = fixture.run(Command::Workflow(workflow::Command::Update(update)));
    assert_eq!(violations(refused), ["/completed_steps", "/pending_steps"]);
    let mut new = task_for("back");
    new.fallback_agents = (0..=limits::FALLBACK_AGENTS).map(|n| agent(&format!("nobody{n}"))).collect();
    assert_eq!(violations(fixture.run(Command::Tasks(tasks::Command::Delegate(new)))), ["/fallback_agents"]);
}

#[test]
fn a_journal_from_outside_keeps_the_limits_too() {
    let mut fixture = Fixture::new("a: back *");
    let mut events = fixture.events.clone();
    assert_eq!(fold_checked(&events).unwrap().as_ref(), Some(&fixture.session));
    let first = events.len();
    let add = |events: &mut Vec<sessiond_core::Event>, body| {
        let last = events.last().unwrap().clone();
        events.push(sessiond_core::Event { seq: last.seq + 1, body, ..last });
    };
    for n in 0..limits::PARTICIPANTS {
        let (agent_id, text) = (agent(&format!("n{n}")), "x".to_owned());
        add(
            &mut events,
            EventBody::ParticipantAdded(ParticipantAdded { agent_id, framework: text.clone(), role: text }),
        );
    }
    assert_eq!(limit_of(fold_checked(&events)), ("participants", 256));
    let most = first + limits::PARTICIPANTS - fixture.session.participants.len();
    assert!(fold_checked(&events[..most]).is_ok());
    // Every kind of thing that adds up, or is large by itself.
    let refused = |body| {
        let mut events = events[..first].to_vec();
        add(&mut events, body);
        limit_of(fold_checked(&events)).0
    };
    let long = "x".repeat(limits::NAME_BYTES + 1);
    let labels = (0..=limits::LABELS).map(|n| (n.to_string(), "x".to_owned())).collect();
    let update = |name, labels| EventBody::SessionUpdated(SessionUpdated { name, labels, expires_at: None });
    assert_eq!(refused(update(Some(long.clone()), None)), "bytes of a name");
    assert_eq!(refused(update(None, Some(labels))), "labels");
    let step = fixture.session.workflow.as_ref().unwrap().steps[0].clone();
    assert_eq!(
        refused(EventBody::WorkflowUpdated(WorkflowUpdated { steps: vec![step.clone(); 257] })),
        "steps of a workflow"
    );
    let long = vec![sessiond_core::Step { name: long, ..step }];
    assert_eq!(refused(EventBody::WorkflowUpdated(WorkflowUpdated { steps: long })), "bytes of a name");
    let document = Some(json!({ "x": "x".repeat(limits::CONTEXT_BYTES) }));
    assert_eq!(
        refused(EventBody::ContextUpdated(ContextUpdated { document, patch: None, writes: None })),
        "bytes of shared context"
    );
    fixture.session.bytes = limits::SESSION_BYTES + 1;
    assert_eq!(limit_of(check_limits(&fixture.session)).0, "bytes of a session");
}
