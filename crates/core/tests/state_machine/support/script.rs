//! A script of commands, one a line, and the state that it leads to, as text.
//!
//! | line | what it does |
//! |---|---|
//! | `delegate back [in STEP] [retries N] [fallback A B] [timeout 5s] [within 5s] [heartbeat 5s]` | `orch` asks `back` for work |
//! | `accept back`, `progress back`, `complete back`, `fail back`, `give_up back`, `cancel back` | on the agent's oldest open task |
//! | `complete back #2` | on that task, even when it is another's |
//! | `lose back` | the request of the agent's oldest open task cannot be delivered |
//! | `add back`, `remove back` | joins, leaves |
//! | `claim back NAME`, `release back` | a lease of a minute, held by NAME |
//! | `plan STEP; STEP`, `advance [STEP]` | the workflow |
//! | `put current=A completed=B,C pending=D` | the workflow's state by hand |
//! | `wait 5s` | time passes, and timers fire |
//! | `retry`, `retry STEP`, `retry #2` | what failed is tried again |
//! | `end`, `terminate` | the session completes, or stops |

use serde_json::json;
use sessiond_core::{
    Backoff, Command, Envelope, Principal, Rejection, RetryPolicy, Span, TaskChange, TaskId, TaskReport,
    WorkflowUpdate, lifecycle, participants, tasks, workflow,
};

use super::{Fixture, agent, participant, plan, refusal, task_for};

/// Runs a script on a session with that plan and compares the state, and the refusals on the way.
#[track_caller]
pub fn check(plan: &str, script: &str, expect: &str) {
    let mut fixture = Fixture::new(plan);
    let actual = fixture.script(script);
    compare(&actual, expect);
}

#[track_caller]
pub fn compare(actual: &str, expect: &str) {
    let clean = |text: &str| {
        let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
        lines.collect::<Vec<_>>().join("\n")
    };
    let (actual, expect) = (clean(actual), clean(expect));
    assert!(actual == expect, "expected\n{expect}\n\nbut it is\n{actual}\n");
}

impl Fixture {
    /// Runs a script; what it gives is the refusals, then the state.
    pub fn script(&mut self, script: &str) -> String {
        let mut text = String::new();
        for line in script.lines().map(str::trim).filter(|line| !line.is_empty()) {
            if let Err(rejection) = self.line(line) {
                text += &format!("{line} -> {}\n", refusal::<()>(Err(rejection)));
            }
            self.world.check(&self.session);
        }
        text + &self.state()
    }

    /// The state: the session when it has ended, its steps, its tasks.
    pub fn state(&self) -> String {
        let mut text = String::new();
        if let Some(outcome) = &self.session.outcome {
            text += &format!("session {}", self.session.status);
            text += &outcome.reason.iter().map(|reason| format!(": {reason}")).collect::<String>();
            text += "\n";
        }
        if let Some(workflow) = &self.session.workflow {
            let steps = workflow.steps.iter().map(|step| format!("{} {}", step.name, step.status));
            text += &steps.collect::<Vec<_>>().join(", ");
            text += "\n";
        }
        for (i, task) in self.session.tasks.values().enumerate() {
            text += &format!("#{} {}", i + 1, task.delegatee.name());
            text += &task.step.iter().map(|step| format!(" in {step}")).collect::<String>();
            text += &format!(": {}", task.status);
            if task.attempt > 1 {
                text += &format!(", attempt {}", task.attempt);
            }
            if task.assignee != task.delegatee {
                text += &format!(" by {}", task.assignee.name());
            }
            text += "\n";
        }
        text
    }

    fn line(&mut self, line: &str) -> Result<(), Rejection> {
        let mut words = line.split_whitespace();
        let verb = words.next().unwrap();
        let words: Vec<&str> = words.collect();
        let command = match (verb, words.as_slice()) {
            ("wait", [span]) => {
                self.wait(span.parse::<Span>().unwrap().millis() as i64);
                return Ok(());
            }
            ("delegate", [name, options @ ..]) => delegation(name, options),
            ("add", [name]) => Command::Participants(participants::Command::Add(participant(name, "tester"))),
            ("remove", [name]) => Command::Participants(participants::Command::Remove { agent: agent(name) }),
            ("claim", [name, holder]) => Command::Participants(participants::Command::ClaimLease {
                agent: agent(name),
                holder: (*holder).into(),
                ttl: Span::from_secs(60),
            }),
            ("release", [name]) => {
                Command::Participants(participants::Command::ReleaseLease { agent: agent(name) })
            }
            ("plan", _) => {
                Command::Workflow(workflow::Command::Update(plan(line.strip_prefix("plan").unwrap())))
            }
            ("advance", step) => Command::Workflow(workflow::Command::Advance {
                step: step.first().map(|name| (*name).to_owned()),
            }),
            ("lose", [name]) => {
                let mut open = self.session.open_tasks();
                let task =
                    open.find(|task| task.assignee == agent(name)).expect("the agent has an open task");
                let (task, attempt) = (task.id.clone(), task.attempt);
                Command::Tasks(tasks::Command::Undelivered { task, attempt, why: "nobody took it".into() })
            }
            ("put", lists) => Command::Workflow(workflow::Command::Update(lists_of(lists))),
            ("retry", what) => Command::Lifecycle(match what {
                [] => lifecycle::Command::Retry { step: None, task: None },
                [number] if number.starts_with('#') => {
                    let task = self.task(number[1..].parse().unwrap()).id.clone();
                    lifecycle::Command::Retry { step: None, task: Some(task) }
                }
                [step, ..] => lifecycle::Command::Retry { step: Some((*step).into()), task: None },
            }),
            ("end", []) => {
                Command::Lifecycle(lifecycle::Command::Complete { summary: None, artifacts: vec![] })
            }
            ("terminate", []) => {
                Command::Lifecycle(lifecycle::Command::Terminate { reason: "stopped".into(), details: None })
            }
            (verb, [name, rest @ ..]) => {
                let report = self.report(verb, name, rest);
                // The agent's own process, which shows the token of its lease.
                let mut envelope =
                    Envelope::new(Principal::local(), Command::Tasks(tasks::Command::Report(report)));
                let own = self.session.participant(&agent(name)).and_then(|p| p.lease.as_ref());
                envelope.fence = own.map(|lease| lease.fence);
                return self.give(envelope).map(drop);
            }
            _ => panic!("no line of a script begins with {verb}"),
        };
        let mut envelope = Envelope::new(Principal::local(), command);
        if let Command::Participants(participants::Command::ReleaseLease { agent }) = &envelope.command {
            envelope.fence = self.session.participant(agent).and_then(|p| p.lease.as_ref()).map(|l| l.fence);
        }
        self.give(envelope).map(drop)
    }

    fn report(&self, verb: &str, name: &str, rest: &[&str]) -> TaskReport {
        let task: TaskId = match rest {
            [number] => self.task(number.trim_start_matches('#').parse().unwrap()).id.clone(),
            _ => {
                let mut open = self.session.open_tasks();
                let mine = open.find(|task| task.assignee == agent(name));
                mine.expect("the agent has an open task").id.clone()
            }
        };
        let change = match verb {
            "accept" => TaskChange::Accept,
            "progress" => TaskChange::Progress(json!(0.5)),
            "complete" => TaskChange::Complete(json!({ "by": name })),
            "fail" => TaskChange::Fail { error: json!("broken"), retryable: None },
            "give_up" => TaskChange::Fail { error: json!({ "retryable": false }), retryable: None },
            "cancel" => TaskChange::Cancel { reason: None },
            other => panic!("no line of a script begins with {other}"),
        };
        TaskReport { task, attempt: None, by: Some(agent(name)), change }
    }
}

/// `in STEP retries N fallback A B timeout 5s within 5s heartbeat 5s`.
fn delegation(name: &str, options: &[&str]) -> Command {
    let mut task = task_for(name);
    let mut option = "";
    for word in options {
        match (option, *word) {
            (_, "in" | "retries" | "fallback" | "timeout" | "within" | "heartbeat") => option = word,
            ("in", step) => task.step = Some(step.into()),
            ("retries", n) => {
                task.retry_policy = Some(RetryPolicy {
                    max_retries: n.parse().unwrap(),
                    backoff: Backoff::Linear,
                    jitter: false,
                    ..RetryPolicy::default()
                });
            }
            ("fallback", name) => task.fallback_agents.push(agent(name)),
            ("timeout", span) => task.timeout = Some(span.parse().unwrap()),
            ("within", span) => task.start_within = Some(span.parse().unwrap()),
            ("heartbeat", span) => task.heartbeat = Some(span.parse().unwrap()),
            (_, other) => panic!("no option of delegate is called {other}"),
        }
    }
    Command::Tasks(tasks::Command::Delegate(task))
}

fn lists_of(lists: &[&str]) -> WorkflowUpdate {
    let mut update = WorkflowUpdate::default();
    for list in lists {
        let (name, steps) = list.split_once('=').unwrap();
        let steps: Vec<String> = steps.split(',').filter(|s| !s.is_empty()).map(str::to_owned).collect();
        match name {
            "current" => update.current_step = steps.into_iter().next(),
            "completed" => update.completed_steps = Some(steps),
            "pending" => update.pending_steps = Some(steps),
            other => panic!("no list is called {other}"),
        }
    }
    update
}
