//! `sessiond session complete`, `terminate`, `cancel`, `retry`, `signal`, `fork` and `delete`.

use clap::Args;
use sessiond_api as api;
use sessiond_client::{Client, Conditions};
use sessiond_core::{Revision, SessionId, TaskId};

use super::One;
use crate::commands::json_argument;
use crate::output::Output;

/// Complete a session
#[derive(Debug, Args)]
#[command(after_help = "Example:
  sessiond session complete sess_0198f3 --summary 'All tasks completed' \\
      --artifact s3://artifacts/build.zip")]
pub struct Complete {
    /// A summary of the result
    #[arg(long, value_name = "TEXT")]
    summary: Option<String>,
    /// Where a result is; repeatable
    #[arg(long = "artifact", value_name = "WHERE")]
    artifacts: Vec<String>,
    #[command(flatten)]
    pub one: One,
}

impl Complete {
    pub async fn run(self, client: &Client, out: Output) -> anyhow::Result<()> {
        let request = api::Complete { summary: self.summary, artifacts: self.artifacts };
        told(out, client.complete_session(&self.one.id, request, Conditions::default()).await?)
    }
}

/// Terminate a session and its children
#[derive(Debug, Args)]
#[command(after_help = "Example:
  sessiond session terminate sess_0198f3 --reason timeout --details 'Frontend agent offline'")]
pub struct Terminate {
    /// Why
    #[arg(long, value_name = "TEXT")]
    reason: String,
    /// Details of the reason
    #[arg(long, value_name = "TEXT")]
    details: Option<String>,
    #[command(flatten)]
    pub one: One,
}

impl Terminate {
    pub async fn run(self, client: &Client, out: Output) -> anyhow::Result<()> {
        let request = api::Terminate { reason: self.reason, details: self.details };
        told(out, client.terminate_session(&self.one.id, request, Conditions::default()).await?)
    }
}

/// Retry what failed: a session, one of its steps, or one of its tasks
#[derive(Debug, Args)]
#[command(after_help = "A failed session continues, and finished work is kept.

Examples:
  sessiond session retry sess_0198f3
  sessiond session retry sess_0198f3 --step review
  sessiond session retry sess_0198f3 --task task_0198f4")]
pub struct Retry {
    /// Only this step
    #[arg(long, value_name = "STEP", conflicts_with = "task")]
    step: Option<String>,
    /// Only this task
    #[arg(long, value_name = "TASK")]
    task: Option<TaskId>,
    #[command(flatten)]
    pub one: One,
}

impl Retry {
    pub async fn run(self, client: &Client, out: Output) -> anyhow::Result<()> {
        let request = api::Retry { step: self.step, task_id: self.task };
        told(out, client.retry_session(&self.one.id, request, Conditions::default()).await?)
    }
}

/// Cancel a session and its children
#[derive(Debug, Args)]
#[command(after_help = "The session is terminated, and takes no further changes.

Example:
  sessiond session cancel sess_0198f3 --reason 'not needed'")]
pub struct Cancel {
    /// Why
    #[arg(long, value_name = "TEXT", default_value = "it was cancelled")]
    reason: String,
    #[command(flatten)]
    pub one: One,
}

impl Cancel {
    pub async fn run(self, client: &Client, out: Output) -> anyhow::Result<()> {
        let request = api::Terminate { reason: self.reason, details: None };
        told(out, client.terminate_session(&self.one.id, request, Conditions::default()).await?)
    }
}

/// Send a signal to a session, for its program to receive
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  sessiond session signal sess_0198f3 go
  sessiond session signal sess_0198f3 price '{\"eur\": 12.5}'")]
pub struct Signal {
    #[command(flatten)]
    pub one: One,
    /// The signal's name
    #[arg(value_name = "NAME")]
    name: String,
    /// Its value: JSON, @FILE, or - for standard input
    #[arg(value_name = "VALUE", default_value = "null")]
    value: String,
}

impl Signal {
    pub async fn run(self, client: &Client, out: Output) -> anyhow::Result<()> {
        let request = api::SendSignal { value: json_argument(&self.value)? };
        let signal = client.send_signal(&self.one.id, &self.name, request, Conditions::default()).await?;
        if out.json {
            return out.json(&signal);
        }
        Ok(out.line(format_args!("{} is sent, as event {}", signal.name, signal.revision))?)
    }
}

/// Fork a session
#[derive(Debug, Args)]
#[command(after_help = "Example:
  sessiond session fork sess_0198f3 --at 42 --id sess_second_try")]
pub struct Fork {
    /// The last revision to copy [default: the current one]
    #[arg(long, value_name = "REVISION")]
    at: Option<Revision>,
    /// The fork's id [default: generated]
    #[arg(long = "id", value_name = "ID")]
    copy: Option<SessionId>,
    #[command(flatten)]
    pub one: One,
}

impl Fork {
    pub async fn run(self, client: &Client, out: Output) -> anyhow::Result<()> {
        let request = api::Fork { at_revision: self.at, session_id: self.copy };
        let session = client.fork_session(&self.one.id, request, Conditions::default()).await?;
        if out.json { out.json(&session) } else { Ok(out.line(&session.session_id)?) }
    }
}

/// Delete a session with its journal, tasks and messages
#[derive(Debug, Args)]
#[command(after_help = "This cannot be undone; `session export` saves a copy.

Example:
  sessiond session delete sess_0198f3 --yes")]
pub struct Delete {
    /// Do not ask for confirmation
    #[arg(long, short = 'y')]
    yes: bool,
    #[command(flatten)]
    pub one: One,
}

impl Delete {
    pub async fn run(self, client: &Client, out: Output) -> anyhow::Result<()> {
        if !self.yes && !confirmed(&self.one.id)? {
            anyhow::bail!("not deleted; --yes deletes without asking");
        }
        client.delete_session(&self.one.id, Conditions::default()).await?;
        if out.json {
            return out.json(&serde_json::json!({ "session_id": self.one.id, "deleted": true }));
        }
        Ok(out.line(format_args!("{} is deleted", self.one.id))?)
    }
}

/// Asks the person at the terminal; a script that cannot answer has not said yes.
fn confirmed(id: &SessionId) -> std::io::Result<bool> {
    use std::io::{IsTerminal as _, Write as _};
    if !std::io::stdin().is_terminal() {
        return Ok(false);
    }
    eprint!("Delete {id} for good? [y/N] ");
    std::io::stderr().flush()?;
    let mut answer = String::new();
    std::io::stdin().read_line(&mut answer)?;
    Ok(matches!(answer.trim(), "y" | "Y" | "yes"))
}

fn told(out: Output, session: api::Session) -> anyhow::Result<()> {
    if out.json {
        return out.json(&session);
    }
    Ok(out.line(format_args!("{} is {}", session.session_id, session.status))?)
}
