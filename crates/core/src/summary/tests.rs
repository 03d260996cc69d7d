//! A summary, read as people read it.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::*;
use crate::{
    Backoff, CallBatch, Command, CreateSession, Decision, Envelope, Kind, Moment, NewParticipant, NewStep,
    Principal, RetryPolicy, SessionId, Span, Task, TaskChange, TaskId, TaskReport, TaskTemplate, calls,
    create, decide, fork, lifecycle, tasks, workflow,
};

fn failed(error: Value) -> TaskChange {
    TaskChange::Fail { error, retryable: None }
}

/// A session that is taken through its commands at times of our own.
struct Story {
    session: Session,
    now: Timestamp,
    decisions: u128,
}

fn id(agent: &str) -> AgentId {
    AgentId::parse(agent).unwrap()
}

fn begin(name: &str, agents: &[(&str, &str)], workflow: Vec<NewStep>) -> Story {
    let now: Timestamp = "2025-02-02T11:00:00Z".parse().unwrap();
    let new = CreateSession {
        session_id: SessionId::parse("sess_audit").unwrap(),
        kind: Kind::Workflow,
        name: Some(name.into()),
        client_id: None,
        orchestrator: agents.first().map(|(agent, _)| id(agent)),
        participants: agents
            .iter()
            .map(|(agent, role)| NewParticipant {
                agent_id: id(agent),
                framework: None,
                role: (*role).into(),
            })
            .collect(),
        workflow: (!workflow.is_empty()).then_some(workflow),
        shared_context: None,
        labels: BTreeMap::new(),
        expires_in: Some(Span::from_secs(24 * 3600)),
        parent: None,
        idle_timeout: None,
        token: None,
        process: None,
        lease: None,
        batch: None,
    };
    let moment = Moment { now, nonce: 1 << 64 };
    Story { session: create(new, &Principal::local(), &moment).unwrap().session, now, decisions: 1 }
}

fn step(name: &str, after: &[&str], agents: &[&str], task_type: Option<&str>) -> NewStep {
    let template = |task_type: &str| TaskTemplate {
        task_type: task_type.into(),
        timeout: Some(Span::from_secs(90)),
        retry_policy: Some(RetryPolicy {
            max_retries: 1,
            backoff: Backoff::Linear,
            base: None,
            cap: None,
            jitter: false,
        }),
        fallback_agents: vec![id("codex://spare")],
        ..TaskTemplate::default()
    };
    NewStep {
        name: name.into(),
        required_agents: agents.iter().map(|agent| id(agent)).collect(),
        dependencies: after.iter().map(|&name| name.to_owned()).collect(),
        task: task_type.map(template),
        ..NewStep::default()
    }
}

impl Story {
    fn give(&mut self, command: Command) {
        self.decisions += 1;
        let moment = Moment { now: self.now, nonce: self.decisions << 64 };
        let envelope = Envelope::new(Principal::engine(), command);
        let Decision { session, .. } = decide(&self.session, envelope, &moment).unwrap();
        self.session = session;
    }

    fn after(&mut self, secs: u64) -> &mut Self {
        self.now = self.now.after(Span::from_secs(secs));
        self
    }

    /// The open task of that agent.
    fn task(&self, agent: &str) -> TaskId {
        let task = self.session.open_tasks().find(|task| task.assignee == *agent);
        task.unwrap_or_else(|| panic!("{agent} has no open task")).id.clone()
    }

    fn report(&mut self, agent: &str, change: TaskChange) {
        let task = self.task(agent);
        self.give(Command::Tasks(tasks::Command::Report(TaskReport {
            task,
            attempt: None,
            by: None,
            change,
        })));
    }
}

const TEAM: [(&str, &str); 5] = [
    ("claude-code://orchestrator", "orchestrator"),
    ("opencode://backend", "implementer"),
    ("opencode://frontend", "implementer"),
    ("codex://qa", "reviewer | tester"),
    ("codex://spare", "observer"),
];

/// An audit in which an agent fails once, another is replaced, and a person ends the review.
fn audit() -> Story {
    let mut story = begin(
        "Audit *sessiond* | phase 1",
        &TEAM,
        vec![
            step("inventory", &[], &["opencode://backend"], Some("inventory")),
            step("api_audit", &["inventory"], &["opencode://backend"], Some("audit")),
            step("ui | audit", &["inventory"], &["opencode://frontend"], Some("audit")),
            step("review", &["api_audit", "ui | audit"], &["codex://qa"], None),
            step("report", &["review"], &["claude-code://orchestrator"], Some("report")),
        ],
    );
    story.after(2).report("opencode://backend", TaskChange::Accept);
    story.after(10).report(
        "opencode://backend",
        TaskChange::Complete(json!({ "files": 212, "languages": ["Rust", "SQL"] })),
    );
    story.report("opencode://backend", TaskChange::Accept);
    story.report("opencode://frontend", TaskChange::Accept);
    story.after(20).report(
        "opencode://frontend",
        failed(json!({ "code": "crash", "detail": "out of memory\n| at | 0x0 |" })),
    );
    story.after(2).report("opencode://frontend", TaskChange::Accept);
    story.after(90);
    let task = story.task("opencode://frontend");
    story.give(Command::Tasks(tasks::Command::Deadline { task, attempt: 2 }));
    story.report("codex://spare", TaskChange::Accept);
    story.after(30).report(
        "codex://spare",
        TaskChange::Complete(json!("Two pages lack labels:\n- login\n- `settings`\n\n```\n<input>\n```")),
    );
    let findings: Vec<Value> =
        (0..60).map(|line| json!({ "file": "src/lib.rs", "line": line, "severity": "low" })).collect();
    story.after(45).report("opencode://backend", TaskChange::Complete(json!({ "findings": findings })));
    story.after(61).give(Command::Workflow(workflow::Command::Advance { step: None }));
    story.report("claude-code://orchestrator", TaskChange::Accept);
    story.after(4).report("claude-code://orchestrator", TaskChange::Complete(Value::Null));
    story.after(1).give(Command::Lifecycle(lifecycle::Command::Complete {
        summary: Some("# The audit is done\n\n- 60 findings of **low** severity\n- 2 pages lack labels | see the report\n".into()),
        artifacts: vec!["s3://artifacts/audit`1`.zip".into(), "report.md".into()],
    }));
    story
}

#[test]
fn a_session_is_told_from_its_outcome_to_its_failures() {
    let mut settings = insta::Settings::clone_current();
    // The console's tests read it too, so it has a short name.
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!("audit", markdown(&audit().session)));
}

#[test]
fn a_session_that_lives_tells_what_it_waits_for() {
    let mut story = begin(
        "Audit",
        &TEAM,
        vec![
            step("one", &[], &["opencode://backend", "codex://qa"], Some("look")),
            step("two", &["one"], &["opencode://frontend"], None),
            step("three", &["one", "two"], &[], None),
        ],
    );
    story.after(5).report("opencode://backend", TaskChange::Complete(json!(1)));
    story.report("codex://qa", TaskChange::Accept);
    story.report("codex://qa", TaskChange::Progress(json!("half")));
    let summary = markdown(&story.session);
    for said in [
        "**Active** since 2025-02-02 11:00:00 UTC; the last change came 5 s later.",
        "0 of 3 steps are complete. 1 of 2 tasks completed, 1 still open; 2 attempts, none of which failed.",
        "`codex://qa` · look: `half`",
        "- Step one waits for `codex://qa`.",
        "- Step two waits for one.",
        "- Step three waits for one, two.",
        "- `codex://qa` works on look in one.",
        "- It expires at 2025-02-03 11:00:00 UTC.",
    ] {
        assert!(summary.contains(said), "{said}\n\n{summary}");
    }
    let mut finished = Story { session: story.session.clone(), ..story };
    finished.report("codex://qa", TaskChange::Complete(json!(2)));
    let summary = markdown(&finished.session);
    assert!(
        summary.contains("- Step two waits for `opencode://frontend` (has no task in it).\n"),
        "{summary}"
    );
    story.give(Command::Lifecycle(lifecycle::Command::Terminate {
        reason: "too *slow*".into(),
        details: Some("Nobody\nanswered.".into()),
    }));
    let summary = markdown(&story.session);
    for said in [
        r"**Terminated** after 5 s: too \*slow\*. It began",
        "\n> Nobody\\\n> answered.\n",
        "\n## Cancelled tasks\n\n- 1 task: the session was terminated\n",
        "- Step one was begun and not completed.",
        "- Step two was never begun.",
        "- The session was terminated before its work was done.",
    ] {
        assert!(summary.contains(said), "{said}\n\n{summary}");
    }
}

#[test]
fn a_failed_step_is_named_with_its_reason() {
    let mut story = begin("Audit", &TEAM, vec![step("one", &[], &["codex://spare"], Some("look"))]);
    story.after(5).report("codex://spare", failed(json!({ "exit": 3 })));
    while story.session.status == Status::Active {
        story.after(5).report("codex://spare", failed(json!("no key")));
    }
    let summary = markdown(&story.session);
    for said in [
        "**Failed** after 10 s: step 'one' failed.",
        "0 of 1 step is complete. 0 of 1 task completed, 1 failed; 2 attempts, 2 of which failed.",
        "| tried again |",
        "| given up |",
        r#"{"exit":3}"#,
    ] {
        assert!(summary.contains(said), "{said}\n\n{summary}");
    }
    assert!(summary.contains("- Step one failed: codex://spare failed in task"), "{summary}");
}

#[test]
fn work_that_a_step_gives_out_anew_is_followed_to_its_end() {
    let mut look = step("one", &[], &["codex://qa"], Some("look"));
    look.on_failure = crate::OnFailure::Retry;
    look.task.as_mut().unwrap().retry_policy = None;
    look.task.as_mut().unwrap().fallback_agents.clear();
    let mut story = begin("Audit", &TEAM, vec![look]);
    while story.session.status == Status::Active {
        story.after(5).report("codex://qa", failed(json!("no key")));
    }
    let summary = markdown(&story.session);
    assert_eq!(summary.matches("| no key | given out anew by the step |").count(), 2, "{summary}");
    assert_eq!(summary.matches("| no key | given up |").count(), 1, "{summary}");
}

#[test]
fn a_session_without_a_plan_and_a_fork_are_told_too() {
    let story = begin("Talk", &[], vec![]);
    let moment = Moment { now: story.now, nonce: 9 << 64 };
    let copy =
        fork(&story.session, SessionId::parse("sess_copy").unwrap(), &Principal::local(), &moment).unwrap();
    let summary = markdown(&copy.session);
    assert!(summary.contains("Session `sess_copy`, owner local."), "{summary}");
    assert!(summary.contains("- It goes on from session `sess_audit` at revision 1.\n"), "{summary}");
    assert!(!summary.contains("## Plan") && !summary.contains("## Results"), "{summary}");
}

#[test]
fn no_table_is_broken_whatever_the_names_are() {
    let page = markdown(&audit().session);
    let mut columns = 0;
    for line in page.lines() {
        if !line.starts_with('|') {
            columns = 0;
            continue;
        }
        let bars = line.replace(r"\|", "").matches('|').count();
        assert!(columns == 0 || bars == columns, "{line}");
        columns = bars;
    }
}

#[test]
fn a_summary_has_an_end_however_large_the_session_is() {
    let mut session = audit().session;
    let nasty = "`*|<".repeat(500);
    let task = session.tasks.values().find(|task| task.attempt > 1).unwrap().clone();
    for number in 0..5_000 {
        let mut task = Task::clone(&task);
        task.id = TaskId::parse(format!("task_{number:06}")).unwrap();
        task.task_type = nasty.clone();
        task.result = Some(json!({ "text": nasty }).into());
        session.tasks.insert(task.id.clone(), task.into());
    }
    let mut workflow = crate::Workflow::clone(session.workflow.as_ref().unwrap());
    let step = workflow.steps[1].clone();
    for number in 0..300 {
        let mut step = step.clone();
        step.name = format!("{number}{nasty}");
        step.reason = Some("set manually".into());
        step.status = if number % 2 == 0 { StepStatus::Completed } else { StepStatus::Pending };
        step.required_agents = vec![id(&format!("a://{}", "b".repeat(250))); 64];
        step.dependencies = vec![nasty.clone(); 64];
        workflow.steps.push(step);
    }
    session.workflow = Some(workflow.into());
    session.name = Some(nasty.clone());
    let outcome = session.outcome.as_mut().unwrap();
    outcome.summary = Some(nasty.repeat(30));
    outcome.details = Some("*\n".repeat(30_000));
    outcome.reason = Some(nasty.clone());
    outcome.artifacts = vec!["a".repeat(2_000); 1_000];
    let summary = markdown(&session);
    assert!(summary.len() <= BYTES, "{}", summary.len());
    assert!(summary.contains("more are not shown)*") && summary.contains("cut"), "{}", summary.len());
    for section in
        ["Summary", "Artifacts", "Plan", "Results", "Failures and retries", "Decided manually", "Open points"]
    {
        assert!(summary.contains(&format!("\n## {section}\n")), "{section}");
    }
}

#[test]
fn an_execution_says_how_its_calls_ended_and_what_models_used() {
    let mut story = begin("run", &[], vec![]);
    let mut give = |command| {
        let moment = Moment { now: story.now, nonce: 7 };
        let envelope = Envelope::new(Principal::local(), command);
        story.session = decide(&story.session, envelope, &moment).unwrap().session;
        markdown(&story.session)
    };
    let page = give(Command::Calls(calls::Command::Begin(calls::NewWriter {
        process: "host:17".into(),
        ..Default::default()
    })));
    assert!(
        page.ends_with(
            "## Calls\n\n- 0 calls.\n\n## Open points\n\n- It expires at 2025-02-03 11:00:00 UTC.\n"
        )
    );
    let entry = |call, ends: Value| {
        let mut entry = json!({ "call": call, "node": "NodeA", "position": 0, "key": "9f", "began_us": 1 });
        entry.as_object_mut().unwrap().extend(ends.as_object().unwrap().clone());
        serde_json::from_value(entry).unwrap()
    };
    let usage = json!({ "input_tokens": 1200, "output_tokens": 1, "cost": 0.03125 });
    let calls = vec![
        entry(1, json!({})),
        entry(2, json!({ "status": "completed", "ended_us": 2, "usage": usage })),
        entry(3, json!({ "status": "failed", "ended_us": 2 })),
    ];
    give(Command::Calls(calls::Command::Record(CallBatch {
        writer: 1,
        batch: 1,
        calls: calls.into(),
        ..CallBatch::default()
    })));
    let page = give(Command::Lifecycle(lifecycle::Command::Complete { summary: None, artifacts: vec![] }));
    let expected = "## Calls\n\n- 3 calls: 1 completed, 1 failed, 1 interrupted.\n\
                    - Models read 1200 tokens, wrote 1 token and cost 0.0312 US dollars.\n";
    assert!(page.ends_with(expected), "{page}");
}
