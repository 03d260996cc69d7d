//! `sessiond task list` and `show`.

use clap::Args;
use serde_json::Value;
use sessiond_api as api;
use sessiond_client::Client;
use sessiond_core::{AgentId, SessionId, TaskStatus};

use super::report::OneTask;
use crate::commands::input::{sets, words};
use crate::commands::session::short;
use crate::commands::{Common, Paging, complete, find};
use crate::output::{Column, Details, Noun, Output, Table, cells, word};

/// List tasks: of a session, or of all sessions, newest first
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  sessiond task list
  sessiond task list --status in_progress --agent opencode://backend
  sessiond task list --session sess_0198f3 --step review
  sessiond task list --status failed -o name")]
pub struct List {
    /// Only tasks of this session
    #[arg(long, value_name = "SESSION", add = complete::sessions())]
    session: Option<SessionId>,
    /// Only tasks of this step of the session
    #[arg(long, value_name = "STEP", requires = "session")]
    step: Option<String>,
    /// Only tasks with this status
    #[arg(long, value_parser = words::<TaskStatus>(sets::TASK_STATUSES))]
    status: Option<TaskStatus>,
    /// Only tasks of this agent
    #[arg(long, value_name = "AGENT", add = complete::agents())]
    agent: Option<AgentId>,
    #[command(flatten)]
    paging: Paging,
    #[command(flatten)]
    common: Common,
}

impl List {
    pub async fn run(self, client: &Client, out: Output) -> anyhow::Result<()> {
        let session = find::maybe_session(client, self.session.as_ref()).await?;
        let read = async |limit, cursor| {
            let (assignee, step) = (self.agent.clone(), self.step.clone());
            let query = api::ListTasks { assignee, status: self.status, step, limit, cursor };
            match &session {
                Some(session) => client.session_tasks(session, query).await,
                None => client.tasks(query).await,
            }
        };
        let page = self.paging.read(read).await?;
        out.list(&page, &table(out, &page.tasks, session.is_none()), "no tasks")?;
        out.more(page.next_cursor.as_ref());
        Ok(())
    }
}

/// Tasks as a table.
pub fn table(out: Output, tasks: &[api::Task], sessions: bool) -> Table {
    let session = Column::id("SESSION");
    let mut table = Table::new([
        Column::id("TASK"),
        Column::word("STATUS").kept(),
        Column::id("AGENT").kept(),
        Column::text("TYPE"),
        Column::text("STEP"),
        Column::word("ATTEMPT"),
        Column::word("CHANGED"),
        if sessions { session } else { session.wide() },
        Column::word("PRIORITY").wide(),
        Column::word("TIMEOUT").wide(),
        Column::word("DELEGATED").wide(),
        Column::text("ERROR").wide(),
    ]);
    for task in tasks {
        table.row(cells![
            &task.task_id,
            out.state(Noun::Task, state(task)),
            &task.assignee,
            &task.task_type,
            task.step.as_deref().unwrap_or("-"),
            task.attempt,
            out.time(task.updated_at),
            &task.session_id,
            word(&task.priority),
            task.timeout,
            out.time(task.created_at),
            task.error.as_ref().map_or_else(|| "-".to_owned(), |error| short(error, 60)),
        ]);
    }
    table
}

/// Show a task: its input, its attempts, and its result or its error
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  sessiond task show task_0198f4
  sessiond task show task_0198f4 --json | jq .result")]
pub struct Show {
    #[command(flatten)]
    task: OneTask,
}

impl Show {
    pub async fn run(self, client: &Client, out: Output) -> anyhow::Result<()> {
        let task = self.task.view(client).await?;
        out.thing(&task, &task.task_id, |out| show(out, &task))
    }
}

/// The status of a task; one whose agent waits for an answer is waiting.
fn state(task: &api::Task) -> &'static str {
    match task.input_required_since {
        Some(_) if task.status.is_open() => "waiting",
        _ => task.status.as_str(),
    }
}

fn show(out: &Output, task: &api::Task) -> std::io::Result<()> {
    let mut details = Details::new();
    details.row("task", &task.task_id);
    details.row("session", &task.session_id);
    details.some("step", task.step.as_ref());
    details.row("type", &task.task_type);
    details.row("status", out.state(Noun::Task, state(task)));
    details.some("waits since", task.input_required_since.map(|since| out.time(since)));
    details.row("agent", &task.assignee);
    details.some("delegator", task.delegator.as_ref());
    let agents: Vec<&str> = task.fallback_agents.iter().map(AsRef::as_ref).collect();
    details.some("fallback agents", (!agents.is_empty()).then(|| agents.join(" ")));
    details.row("attempt", format!("{} of {}", task.attempt, task.retry_policy.max_retries + 1));
    details.row("priority", word(&task.priority));
    details.row("timeout", task.timeout);
    details.row("delegated", out.time(task.created_at));
    details.some("started", task.started_at.map(|at| out.time(at)));
    match task.ended_at {
        Some(ended) => details.row("ended", out.time(ended)),
        None => details.row("deadline", out.time(task.deadline)),
    }
    let value = |value: &Value| match value {
        Value::String(text) => text.clone(),
        value => value.to_string(),
    };
    details.row("payload", value(&task.payload));
    details.some("progress", task.progress.as_ref().map(value));
    details.some("result", task.result.as_ref().map(value));
    details.some("error", task.error.as_ref().map(value));
    out.details(&details)?;
    if task.attempts.is_empty() {
        return Ok(());
    }
    out.line("")?;
    let mut table = Table::new([
        Column::word("ATTEMPT"),
        Column::word("STATUS").kept(),
        Column::id("AGENT").kept(),
        Column::word("ENDED"),
        Column::text("ERROR"),
    ]);
    for attempt in &task.attempts {
        table.row(cells![
            attempt.attempt,
            out.state(Noun::Task, attempt.status),
            &attempt.agent_id,
            out.time(attempt.ended_at),
            attempt.error.as_ref().map(value).unwrap_or_default(),
        ]);
    }
    out.table(&table)
}
