//! The sections of a summary. Each has a share of its size; what does not fit is counted.

use std::collections::{BTreeMap, HashSet};
use std::fmt::Write;

use serde_json::Value;

use super::text::{self, Shown};
use super::{agent, count, moment};
use crate::workflow::waiting::has_finished;
use crate::{
    AgentId, Attempt, ParticipantStatus, Session, Span, Status, Step, StepStatus, Task, TaskStatus, Timestamp,
};

/// How much of one result is shown, in bytes.
const RESULT_BYTES: usize = 1024;
/// How much of a text in a table or a list is shown, in bytes.
const CELL_BYTES: usize = 256;
/// How many names a cell or a sentence lists before it only counts.
const NAMED: usize = 4;

/// All sections that have something to say.
pub(super) fn all(session: &Session) -> [String; 8] {
    [
        artifacts(session),
        participants(session),
        plan(session),
        results(session),
        calls(session),
        troubles(session),
        manual(session),
        open_points(session),
    ]
}

/// A section in the making.
struct Section {
    text: String,
    /// The head goes in with the first entry: a section without one is absent.
    head: String,
    most: usize,
    left_out: usize,
}

impl Section {
    fn new(title: &str, most: usize) -> Self {
        Self { text: String::new(), head: format!("\n## {title}\n\n"), most, left_out: 0 }
    }

    fn table(title: &str, columns: &[&str], most: usize) -> Self {
        let mut section = Self::new(title, most);
        let rule: Vec<&str> = columns.iter().map(|_| "---").collect();
        let _ = write!(section.head, "| {} |\n| {} |\n", columns.join(" | "), rule.join(" | "));
        section
    }

    /// Adds an entry, unless the section is full. It is not even written then: there may be thousands.
    fn add(&mut self, entry: impl FnOnce() -> String) {
        if self.left_out == 0 {
            let entry = entry();
            if self.head.len() + self.text.len() + entry.len() + 64 <= self.most {
                self.text.push_str(&entry);
                return;
            }
        }
        self.left_out += 1;
    }

    fn row(&mut self, cells: impl FnOnce() -> Vec<String>) {
        self.add(|| format!("| {} |\n", cells().join(" | ")));
    }

    fn item(&mut self, text: impl FnOnce() -> String) {
        self.add(|| format!("- {}\n", text()));
    }

    fn done(self) -> String {
        let text = self.text.trim_end();
        match (text.is_empty(), self.left_out) {
            (true, 0) => String::new(),
            (_, 0) => format!("{}{text}\n", self.head),
            (_, more) => format!("{}{text}\n\n*({more} more are not shown)*\n", self.head),
        }
    }
}

fn artifacts(session: &Session) -> String {
    let mut section = Section::new("Artifacts", 16 * 1024);
    for artifact in session.outcome.iter().flat_map(|outcome| &outcome.artifacts) {
        section.item(|| text::code(artifact, 1024));
    }
    section.done()
}

fn participants(session: &Session) -> String {
    let columns = ["Agent", "Role", "Completed", "Failed attempts", "Worked"];
    let mut section = Section::table("Who took part", &columns, 12 * 1024);
    for participant in session.participants.iter() {
        section.row(|| {
            let its = |attempt: &&Attempt| attempt.agent_id == participant.agent_id;
            let attempts = || session.tasks.values().flat_map(|task| &task.attempts).filter(its);
            let completed = attempts().filter(|attempt| attempt.status == TaskStatus::Completed).count();
            let failed = attempts().filter(|attempt| is_failure(attempt)).count();
            let worked = attempts().filter_map(|a| Some(a.ended_at.since(a.started_at?).millis()));
            let worked = Span::from_millis(worked.fold(0, u64::saturating_add));
            let role = text::inline(&participant.role, CELL_BYTES);
            let left = if participant.status == ParticipantStatus::Left { " (left)" } else { "" };
            vec![
                agent(&participant.agent_id),
                format!("{role}{left}"),
                completed.to_string(),
                failed.to_string(),
                if worked.millis() == 0 { dash() } else { text::span(worked) },
            ]
        });
    }
    section.done()
}

fn plan(session: &Session) -> String {
    let columns = ["Step", "After", "Status", "Agents", "Took"];
    let mut section = Section::table("Plan", &columns, 64 * 1024);
    for step in session.workflow.iter().flat_map(|workflow| &workflow.steps) {
        section.row(|| {
            let after = step.dependencies.iter().map(|name| text::inline(name, CELL_BYTES));
            let required = step.required_agents.iter().map(agent);
            let optional = step.optional_agents.iter().map(|id| format!("{} (optional)", agent(id)));
            vec![
                text::inline(&step.name, CELL_BYTES),
                list(after),
                step.status.to_string(),
                list(required.chain(optional)),
                step.ended_at.map_or_else(dash, |ended| between(step.started_at, ended)),
            ]
        });
    }
    section.done()
}

fn results(session: &Session) -> String {
    let mut section = Section::new("Results", 80 * 1024);
    let steps = session.workflow.iter().flat_map(|workflow| &workflow.steps);
    for step in steps {
        let tasks = session.tasks.values().filter(|task| task.step.as_deref() == Some(step.name.as_str()));
        let heading = text::inline(&step.name, CELL_BYTES);
        add_results(
            &mut section,
            &heading,
            tasks.map(|task| (&**task, task.revision < step.started_revision)),
        );
    }
    let in_plan = |task: &Task| {
        let step = task.step.as_ref().zip(session.workflow.as_ref());
        step.is_some_and(|(name, workflow)| workflow.step(name).is_some())
    };
    let others = session.tasks.values().filter(|task| !in_plan(task)).map(|task| (&**task, false));
    add_results(&mut section, if session.workflow.is_some() { "Beside the plan" } else { "Tasks" }, others);
    section.done()
}

/// The results of one step; each task comes with whether it belongs to an earlier run of the step.
fn add_results<'a>(section: &mut Section, heading: &str, tasks: impl Iterator<Item = (&'a Task, bool)>) {
    let mut heading = Some(format!("### {heading}\n\n"));
    for (task, earlier) in tasks.filter(|(task, _)| task.status != TaskStatus::Cancelled) {
        let heading = heading.take().unwrap_or_default();
        section.add(|| heading + &result(task, earlier));
    }
}

/// What came of one task.
fn result(task: &Task, earlier: bool) -> String {
    let mut who = format!("{} · {}", agent(&task.assignee), text::inline(&task.task_type, CELL_BYTES));
    if task.assignee != task.delegatee {
        let _ = write!(who, " · in place of {}", agent(&task.delegatee));
    }
    if earlier {
        who.push_str(" · before the step was started anew");
    }
    if let Some(ended) = task.ended_at {
        let _ = write!(who, " · {}", between(Some(task.created_at), ended));
    }
    let says = match (task.status, &task.result, &task.progress) {
        (TaskStatus::Completed, Some(result), _) => text::value(result, RESULT_BYTES),
        (TaskStatus::Completed, None, _) => Shown::InLine("done, without a result".into()),
        (TaskStatus::InProgress, _, Some(progress)) => text::value(progress, RESULT_BYTES),
        (TaskStatus::InProgress, ..) => Shown::InLine("in progress".into()),
        (TaskStatus::Pending, ..) => Shown::InLine("not begun".into()),
        (TaskStatus::Failed | TaskStatus::Timeout | TaskStatus::Cancelled, ..) => {
            Shown::InLine(format!("failed: {}", why(task.error.as_deref())))
        }
    };
    match says {
        Shown::InLine(text) => format!("{who}: {text}\n\n"),
        Shown::Block(block) => format!("{who}:\n\n{block}\n"),
    }
}

fn calls(session: &Session) -> String {
    let mut section = Section::new("Calls", 1024);
    let Some(calls) = &session.calls else { return section.done() };
    section.item(|| {
        let mut said = count(calls.last, "call");
        for (i, (number, what)) in [
            (calls.completed, "completed"),
            (calls.failed, "failed"),
            (calls.timeout, "took too long"),
            (calls.cancelled, "cancelled"),
            (calls.abandoned, "abandoned"),
            (calls.interrupted, "interrupted"),
            (calls.open.len() as u64, "still open"),
        ]
        .into_iter()
        .filter(|(number, _)| *number > 0)
        .enumerate()
        {
            let _ = write!(said, "{} {number} {what}", if i == 0 { ":" } else { "," });
        }
        said + "."
    });
    if calls.input_tokens > 0 || calls.output_tokens > 0 || calls.cost > 0.0 {
        section.item(|| {
            let read = count(calls.input_tokens, "token");
            let wrote = count(calls.output_tokens, "token");
            format!("Models read {read}, wrote {wrote} and cost {:.4} US dollars.", calls.cost)
        });
    }
    section.done()
}

fn troubles(session: &Session) -> String {
    let columns = ["After", "Work", "Attempt", "Agent", "What happened", "Then"];
    let mut table = Section::table("Failures and retries", &columns, 32 * 1024);
    let mut failures: Vec<(&Task, &Attempt)> = Vec::new();
    // What a step gave out anew is another task: of the same step and agent, with a higher count.
    let mut anew: HashSet<(&str, &AgentId, u32)> = HashSet::new();
    for task in session.tasks.values() {
        failures.extend(self::failures(task).map(|attempt| (&**task, attempt)));
        anew.extend(task.step.as_deref().map(|step| (step, &task.delegatee, task.step_retry)));
    }
    failures.sort_by_key(|(_, attempt)| attempt.ended_at);
    for (task, attempt) in failures {
        table.row(|| {
            let next = task.attempts.iter().find(|next| next.attempt == attempt.attempt + 1);
            let next = match next {
                Some(next) => Some(&next.agent_id),
                None => (task.attempt > attempt.attempt).then_some(&task.assignee),
            };
            let key = task.step.as_deref().map(|step| (step, &task.delegatee, task.step_retry + 1));
            let then = match next {
                Some(next) if *next == attempt.agent_id => "tried again".to_owned(),
                Some(next) => format!("passed to {}", agent(next)),
                None if key.is_some_and(|key| anew.contains(&key)) => "given out anew by the step".to_owned(),
                None => "given up".to_owned(),
            };
            vec![
                text::span(attempt.ended_at.since(session.created_at)),
                work(task),
                attempt.attempt.to_string(),
                agent(&attempt.agent_id),
                why(attempt.error.as_deref()),
                then,
            ]
        });
    }
    let mut cancelled: BTreeMap<String, usize> = BTreeMap::new();
    for task in session.tasks.values().filter(|task| task.status == TaskStatus::Cancelled) {
        *cancelled.entry(why(task.error.as_deref())).or_default() += 1;
    }
    let mut reasons = Section::new("Cancelled tasks", 8 * 1024);
    for (reason, tasks) in cancelled {
        reasons.item(|| format!("{}: {reason}", count(tasks, "task")));
    }
    table.done() + &reasons.done()
}

fn manual(session: &Session) -> String {
    let mut section = Section::new("Decided manually", 8 * 1024);
    if let Some(from) = &session.forked_from {
        let source = text::code(from.session_id.as_str(), CELL_BYTES);
        section.item(|| format!("It goes on from session {source} at revision {}.", from.revision));
    }
    for step in session.workflow.iter().flat_map(|workflow| &workflow.steps) {
        if let Some(reason) = step.reason.as_ref().filter(|_| step.is_manual()) {
            let at = step.ended_at.or(step.started_at);
            let at = at.map_or(String::new(), |at| {
                format!(", {} after the beginning", text::span(at.since(session.created_at)))
            });
            let name = text::inline(&step.name, CELL_BYTES);
            section.item(|| {
                format!("Step {name} is {}: {}{at}.", step.status, text::inline(reason, CELL_BYTES))
            });
        }
    }
    if session.status == Status::Terminated {
        section.item(|| "The session was terminated before its work was done.".into());
    }
    section.done()
}

fn open_points(session: &Session) -> String {
    let mut section = Section::new("Open points", 16 * 1024);
    let lives = session.status == Status::Active;
    for step in session.workflow.iter().flat_map(|workflow| &workflow.steps) {
        let is_open = step.status != StepStatus::Completed || (step.reason.is_some() && !step.is_manual());
        if is_open {
            section.item(|| {
                format!("Step {} {}.", text::inline(&step.name, CELL_BYTES), left_to_do(session, step))
            });
        }
    }
    for task in session.open_tasks() {
        let state = match task.status {
            TaskStatus::InProgress => "works on",
            _ => "has yet to begin",
        };
        let attempt = if task.attempt > 1 { format!(", attempt {}", task.attempt) } else { String::new() };
        section.item(|| format!("{} {state} {}{attempt}.", agent(&task.assignee), work(task)));
    }
    for participant in session.participants.iter().filter(|p| p.status == ParticipantStatus::Waiting) {
        let who = agent(&participant.agent_id);
        section.item(|| format!("The process of {who} was declared dead, and nobody has taken over."));
    }
    if let Some(expires_at) = session.expires_at.filter(|_| lives) {
        section.item(|| format!("It expires at {}.", moment(expires_at)));
    }
    section.done()
}

/// What is left to do about a step.
fn left_to_do(session: &Session, step: &Step) -> String {
    let lives = session.status == Status::Active;
    let reason = text::inline(step.reason.as_deref().unwrap_or("no reason was given"), CELL_BYTES);
    match step.status {
        StepStatus::Completed => format!("is complete, but {reason}"),
        StepStatus::Failed => format!("failed: {reason}"),
        StepStatus::Active if !lives => "was begun and not completed".into(),
        StepStatus::Pending if !lives => "was never begun".into(),
        StepStatus::Active if step.required_agents.is_empty() => "waits to be completed manually".into(),
        StepStatus::Active => {
            let missing = step.required_agents.iter().filter(|id| !has_finished(session, step, id));
            format!(
                "waits for {}",
                list(missing.map(|id| match is_asked(session, step, id) {
                    true => agent(id),
                    false => format!("{} (has no task in it)", agent(id)),
                }))
            )
        }
        StepStatus::Pending => {
            let is_complete = |name: &str| {
                let other = session.workflow.as_ref().and_then(|workflow| workflow.step(name));
                other.is_some_and(|other| other.status == StepStatus::Completed)
            };
            let unmet = step.dependencies.iter().filter(|name| !is_complete(name));
            format!("waits for {}", list(unmet.map(|name| text::inline(name, CELL_BYTES))))
        }
    }
}

/// Whether the agent has an open task in the step.
fn is_asked(session: &Session, step: &Step, id: &AgentId) -> bool {
    session.open_tasks().any(|task| task.delegatee == *id && task.step.as_deref() == Some(step.name.as_str()))
}

/// How often the task was tried; what was cancelled before anybody began was not.
pub(super) fn attempts(task: &Task) -> usize {
    let was_tried = |a: &&Attempt| a.status != TaskStatus::Cancelled || a.started_at.is_some();
    task.attempts.iter().filter(was_tried).count() + usize::from(task.status == TaskStatus::InProgress)
}

/// The attempts that failed or took too long.
pub(super) fn failures(task: &Task) -> impl Iterator<Item = &Attempt> {
    task.attempts.iter().filter(|attempt| is_failure(attempt))
}

fn is_failure(attempt: &Attempt) -> bool {
    matches!(attempt.status, TaskStatus::Failed | TaskStatus::Timeout)
}

/// What a task is, in a cell.
fn work(task: &Task) -> String {
    let kind = text::inline(&task.task_type, CELL_BYTES);
    match &task.step {
        Some(step) => format!("{kind} in {}", text::inline(step, CELL_BYTES)),
        None => kind,
    }
}

/// An error in a few words.
fn why(error: Option<&Value>) -> String {
    let Some(error) = error else {
        return "no reason was given".into();
    };
    let member = |name: &str| error.get(name).and_then(Value::as_str);
    match error.as_str().or_else(|| member("detail")).or_else(|| member("message")) {
        Some(text) => text::inline(text, CELL_BYTES),
        None => text::inline(&error.to_string(), CELL_BYTES),
    }
}

fn between(began: Option<Timestamp>, ended: Timestamp) -> String {
    began.map_or_else(dash, |began| text::span(ended.since(began)))
}

fn dash() -> String {
    "—".into()
}

/// The first few names, and how many more there are.
fn list(names: impl Iterator<Item = String>) -> String {
    let mut names: Vec<String> = names.collect();
    if names.is_empty() {
        return dash();
    }
    if names.len() > NAMED + 1 {
        let more = names.len() - NAMED;
        names.truncate(NAMED);
        names.push(format!("{more} more"));
    }
    names.join(", ")
}
