//! `sessiond task accept`, `progress`, `complete`, `fail`, `cancel` and `retry`.

use anyhow::Context as _;
use clap::Args;
use sessiond_api as api;
use sessiond_client::{Client, Conditions};
use sessiond_core::{AgentId, TaskId};

use crate::commands::input::value_argument;
use crate::commands::{Common, Consent, Named, Silence, complete, find};
use crate::output::Output;

/// One task, and what every command on one takes.
#[derive(Debug, Args)]
pub struct OneTask {
    /// The task's id, or the beginning of it
    #[arg(value_name = "TASK", add = complete::tasks())]
    id: TaskId,
    #[command(flatten)]
    common: Common,
}

/// Who reports, and on which attempt.
#[derive(Debug, Args)]
struct Reporter {
    /// The agent that reports; its assignee
    #[arg(long = "as", value_name = "AGENT", add = complete::agents())]
    agent: Option<AgentId>,
    /// The attempt that the report refers to [default: the current one]
    #[arg(long, value_name = "NUMBER")]
    attempt: Option<u32>,
}

impl OneTask {
    /// The task's whole id.
    pub async fn find(&self, client: &Client) -> anyhow::Result<TaskId> {
        Ok(find::task(client, &self.id).await?)
    }

    /// The task, as it is.
    pub async fn view(&self, client: &Client) -> anyhow::Result<api::Task> {
        Ok(find::task_view(client, &self.id).await?)
    }
}

fn told(out: Output, task: api::Task) -> anyhow::Result<()> {
    out.done(&task, &task.task_id, format_args!("{} is {}", task.task_id, task.status))
}

/// Accept a task
#[derive(Debug, Args)]
#[command(after_help = "Example:
  sessiond task accept task_0198f4 --as opencode://backend")]
pub struct Accept {
    #[command(flatten)]
    task: OneTask,
    #[command(flatten)]
    reporter: Reporter,
}

impl Accept {
    pub async fn run(self, client: &Client, out: Output) -> anyhow::Result<()> {
        let id = self.task.find(client).await?;
        let request = api::TaskReportMeta { attempt: self.reporter.attempt, agent_id: self.reporter.agent };
        told(out, client.accept_task(&id, request, Conditions::default()).await?)
    }
}

/// Report the progress of a task
#[derive(Debug, Args)]
#[command(after_help = "Example:
  sessiond task progress task_0198f4 '{\"done\": 3, \"total\": 10}'")]
pub struct Progress {
    #[command(flatten)]
    task: OneTask,
    /// The progress: JSON, @FILE, or - for standard input; anything that is not JSON is a text
    #[arg(value_name = "PROGRESS")]
    progress: String,
    #[command(flatten)]
    reporter: Reporter,
}

impl Progress {
    pub async fn run(self, client: &Client, out: Output) -> anyhow::Result<()> {
        let id = self.task.find(client).await?;
        let request = api::ProgressTask {
            progress: value_argument(&self.progress)?,
            attempt: self.reporter.attempt,
            agent_id: self.reporter.agent,
        };
        told(out, client.progress_task(&id, request, Conditions::default()).await?)
    }
}

/// Complete a task
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  sessiond task complete task_0198f4 --result '{\"files_changed\": 3}'
  sessiond task complete task_0198f4 --result @result.json --as opencode://backend")]
pub struct Complete {
    #[command(flatten)]
    task: OneTask,
    /// The result: JSON, @FILE, or - for standard input; anything that is not JSON is a text
    #[arg(long, value_name = "RESULT", default_value = "null", hide_default_value = true)]
    result: String,
    #[command(flatten)]
    reporter: Reporter,
}

impl Complete {
    pub async fn run(self, client: &Client, out: Output) -> anyhow::Result<()> {
        let id = self.task.find(client).await?;
        let request = api::CompleteTask {
            result: value_argument(&self.result).context("--result")?,
            attempt: self.reporter.attempt,
            agent_id: self.reporter.agent,
        };
        told(out, client.complete_task(&id, request, Conditions::default()).await?)
    }
}

/// Fail the current attempt of a task
#[derive(Debug, Args)]
#[command(
    after_help = "The task's policy decides what follows: a retry, a fallback agent, or the failure of the task.

Examples:
  sessiond task fail task_0198f4 --error 'the build is broken'
  sessiond task fail task_0198f4 --error '{\"code\": \"no_access\"}' --final"
)]
pub struct Fail {
    #[command(flatten)]
    task: OneTask,
    /// The reason: JSON, @FILE, or - for standard input; anything that is not JSON is a text
    #[arg(long, value_name = "REASON")]
    error: String,
    /// The same agent cannot succeed with another attempt
    #[arg(long = "final")]
    last: bool,
    #[command(flatten)]
    reporter: Reporter,
}

impl Fail {
    pub async fn run(self, client: &Client, out: Output) -> anyhow::Result<()> {
        let id = self.task.find(client).await?;
        let request = api::FailTask {
            error: value_argument(&self.error).context("--error")?,
            retryable: self.last.then_some(false),
            attempt: self.reporter.attempt,
            agent_id: self.reporter.agent,
        };
        told(out, client.fail_task(&id, request, Conditions::default()).await?)
    }
}

/// Cancel a task
#[derive(Debug, Args)]
#[command(after_help = "Example:
  sessiond task cancel task_0198f4 --reason 'not needed'")]
pub struct Cancel {
    #[command(flatten)]
    task: OneTask,
    /// Why
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
    #[command(flatten)]
    consent: Consent,
}

impl Cancel {
    pub async fn run(self, client: &Client, out: Output) -> anyhow::Result<()> {
        let id = self.task.find(client).await?;
        let named = Named { typed: self.task.id.as_str(), whole: id.as_str() };
        self.consent.to(&format!("Cancel {id}?"), Silence::Agrees, named)?;
        let request = api::CancelTask { reason: self.reason };
        told(out, client.cancel_task(&id, request, Conditions::default()).await?)
    }
}

/// Retry a task that failed
#[derive(Debug, Args)]
#[command(after_help = "A failed session continues, and finished work is kept.

Example:
  sessiond task retry task_0198f4")]
pub struct Retry {
    #[command(flatten)]
    task: OneTask,
}

impl Retry {
    pub async fn run(self, client: &Client, out: Output) -> anyhow::Result<()> {
        let task = client.task(&self.task.find(client).await?).await?;
        let request = api::Retry { step: None, task_id: Some(task.task_id.clone()) };
        client.retry_session(&task.session_id, request, Conditions::default()).await?;
        told(out, client.task(&task.task_id).await?)
    }
}
