//! `sessiond session`.

mod change;
mod create;
mod list;
mod portable;
mod questions;
mod show;
mod watch;

use clap::{Args, Subcommand};
use sessiond_core::{SessionId, Status};

use super::{Connection, Context};
use crate::client::Missing;
use crate::config::Flags;

pub use watch::short;

/// List, show, watch, create, change and end sessions
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  sessiond session create --name notifications --orchestrator claude-code://lead \\
      --participant opencode://backend=implementer --file plan.json
  sessiond session list --status active
  sessiond session show sess_0198f3
  sessiond session watch sess_0198f3
  sessiond session export sess_0198f3 > backup.jsonl")]
pub struct Session {
    #[command(subcommand)]
    command: SessionCommand,
}

#[derive(Debug, Subcommand)]
enum SessionCommand {
    List(list::List),
    Show(show::Show),
    Watch(watch::Watch),
    Create(Box<create::Create>),
    Complete(change::Complete),
    Terminate(change::Terminate),
    Cancel(change::Cancel),
    Retry(change::Retry),
    Signal(change::Signal),
    Questions(questions::Questions),
    Answer(questions::Answer),
    Export(portable::Export),
    Import(portable::Import),
    Delete(change::Delete),
    Fork(change::Fork),
    Summary(show::Summary),
}

/// A session's status; `waiting` for one that is active and has an open question.
fn state(status: Status, open_questions: u32) -> &'static str {
    match status {
        Status::Active if open_questions > 0 => "waiting",
        status => status.as_str(),
    }
}

/// What every one of them takes.
#[derive(Debug, Args)]
pub struct Common {
    /// Print JSON
    #[arg(long)]
    json: bool,
    #[command(flatten, next_help_heading = "Which sessiond")]
    connection: Connection,
}

/// One session, and what every command on one takes.
#[derive(Debug, Args)]
pub struct One {
    /// The session's id
    #[arg(value_name = "SESSION")]
    id: SessionId,
    #[command(flatten)]
    common: Common,
}

impl Session {
    fn common(&self) -> &Common {
        match &self.command {
            SessionCommand::List(command) => &command.common,
            SessionCommand::Show(command) => &command.one.common,
            SessionCommand::Watch(command) => &command.one.common,
            SessionCommand::Create(command) => &command.common,
            SessionCommand::Complete(command) => &command.one.common,
            SessionCommand::Terminate(command) => &command.one.common,
            SessionCommand::Cancel(command) => &command.one.common,
            SessionCommand::Retry(command) => &command.one.common,
            SessionCommand::Signal(command) => &command.one.common,
            SessionCommand::Questions(command) => &command.common,
            SessionCommand::Answer(command) => &command.one.common,
            SessionCommand::Export(command) => &command.one.common,
            SessionCommand::Import(command) => &command.common,
            SessionCommand::Delete(command) => &command.one.common,
            SessionCommand::Fork(command) => &command.one.common,
            SessionCommand::Summary(command) => &command.one.common,
        }
    }

    pub fn flags(&self) -> Flags {
        self.common().connection.flags()
    }

    pub fn json(&self) -> bool {
        self.common().json
    }

    pub async fn run(mut self, context: Context) -> anyhow::Result<()> {
        let missing = match &mut self.command {
            SessionCommand::Create(command) => {
                command.read()?;
                Missing::Create
            }
            SessionCommand::Import(command) => {
                command.read()?;
                Missing::Create
            }
            _ => Missing::Refuse,
        };
        let client = context.client(missing).await?;
        let out = context.out;
        match self.command {
            SessionCommand::List(command) => command.run(&client, out).await?,
            SessionCommand::Show(command) => command.run(&client, out).await?,
            SessionCommand::Watch(command) => command.run(&client, out).await?,
            SessionCommand::Create(command) => command.run(&client, out).await?,
            SessionCommand::Complete(command) => command.run(&client, out).await?,
            SessionCommand::Terminate(command) => command.run(&client, out).await?,
            SessionCommand::Cancel(command) => command.run(&client, out).await?,
            SessionCommand::Retry(command) => command.run(&client, out).await?,
            SessionCommand::Signal(command) => command.run(&client, out).await?,
            SessionCommand::Questions(command) => command.run(&client, out).await?,
            SessionCommand::Answer(command) => command.run(&client, out).await?,
            SessionCommand::Export(command) => command.run(&client, out).await?,
            SessionCommand::Import(command) => command.run(&client, out).await?,
            SessionCommand::Delete(command) => command.run(&client, out).await?,
            SessionCommand::Fork(command) => command.run(&client, out).await?,
            SessionCommand::Summary(command) => command.run(&client, out).await?,
        }
        client.close().await;
        Ok(())
    }
}
