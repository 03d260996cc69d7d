//! `sessiond session complete`, `fail`, `terminate`, `cancel`, `retry`, `signal`, `fork` and `delete`.

use clap::Args;
use sessiond_api as api;
use sessiond_client::{Client, Conditions};
use sessiond_core::{Revision, SessionId, TaskId};

use crate::commands::input::json_argument;
use crate::commands::{Consent, One, Silence, complete, find};
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
    one: One,
}

impl Complete {
    pub async fn run(self, client: &Client, out: Output) -> anyhow::Result<()> {
        let request = api::Complete { summary: self.summary, artifacts: self.artifacts };
        let id = self.one.find(client).await?;
        told(out, client.complete_session(&id, request, Conditions::default()).await?)
    }
}

/// Fail a session whose work could not be done
#[derive(Debug, Args)]
#[command(after_help = "Its children are terminated. `session retry` continues a failed session.

Example:
  sessiond session fail sess_0198f3 --reason 'no such branch'")]
pub struct Fail {
    /// Why
    #[arg(long, value_name = "TEXT")]
    reason: String,
    /// Details of the reason
    #[arg(long, value_name = "TEXT")]
    details: Option<String>,
    #[command(flatten)]
    one: One,
}

impl Fail {
    pub async fn run(self, client: &Client, out: Output) -> anyhow::Result<()> {
        let request = api::FailSession { reason: self.reason, details: self.details };
        let id = self.one.find(client).await?;
        told(out, client.fail_session(&id, request, Conditions::default()).await?)
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
    consent: Consent,
    #[command(flatten)]
    one: One,
}

impl Terminate {
    pub async fn run(self, client: &Client, out: Output) -> anyhow::Result<()> {
        let request = api::Terminate { reason: self.reason, details: self.details };
        let id = self.one.find(client).await?;
        self.consent.to(
            &format!("Terminate {id} and its children?"),
            Silence::Agrees,
            self.one.named(&id),
        )?;
        told(out, client.terminate_session(&id, request, Conditions::default()).await?)
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
    #[arg(long, value_name = "TASK", add = complete::tasks())]
    task: Option<TaskId>,
    #[command(flatten)]
    one: One,
}

impl Retry {
    pub async fn run(self, client: &Client, out: Output) -> anyhow::Result<()> {
        let task_id = match &self.task {
            Some(task) => Some(find::task(client, task).await?),
            None => None,
        };
        let request = api::Retry { step: self.step, task_id };
        let id = self.one.find(client).await?;
        told(out, client.retry_session(&id, request, Conditions::default()).await?)
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
    consent: Consent,
    #[command(flatten)]
    one: One,
}

impl Cancel {
    pub async fn run(self, client: &Client, out: Output) -> anyhow::Result<()> {
        let request = api::Terminate { reason: self.reason, details: None };
        let id = self.one.find(client).await?;
        self.consent.to(&format!("Cancel {id} and its children?"), Silence::Agrees, self.one.named(&id))?;
        told(out, client.terminate_session(&id, request, Conditions::default()).await?)
    }
}

/// Send a signal to a session, for its program to receive
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  sessiond session signal sess_0198f3 go
  sessiond session signal sess_0198f3 price '{\"eur\": 12.5}'")]
pub struct Signal {
    #[command(flatten)]
    one: One,
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
        let id = self.one.find(client).await?;
        let signal = client.send_signal(&id, &self.name, request, Conditions::default()).await?;
        let said = format!("{} is sent, as event {}", signal.name, signal.revision);
        out.done(&signal, &signal.name, said)
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
    one: One,
}

impl Fork {
    pub async fn run(self, client: &Client, out: Output) -> anyhow::Result<()> {
        let request = api::Fork { at_revision: self.at, session_id: self.copy };
        let id = self.one.find(client).await?;
        let session = client.fork_session(&id, request, Conditions::default()).await?;
        out.done(&session, &session.session_id, &session.session_id)
    }
}

/// Delete a session with its journal, tasks and messages
#[derive(Debug, Args)]
#[command(after_help = "This cannot be undone; `session export` saves a copy.

Example:
  sessiond session delete sess_0198f3 --yes")]
pub struct Delete {
    #[command(flatten)]
    consent: Consent,
    #[command(flatten)]
    one: One,
}

impl Delete {
    pub async fn run(self, client: &Client, out: Output) -> anyhow::Result<()> {
        let id = self.one.find(client).await?;
        self.consent.to(
            &format!("Delete {id} with its journal, tasks and messages?"),
            Silence::Refuses,
            self.one.named(&id),
        )?;
        client.delete_session(&id, Conditions::default()).await?;
        let view = serde_json::json!({ "session_id": id, "deleted": true });
        out.done(&view, &id, format_args!("{id} is deleted"))
    }
}

fn told(out: Output, session: api::Session) -> anyhow::Result<()> {
    out.done(&session, &session.session_id, format_args!("{} is {}", session.session_id, session.status))
}
