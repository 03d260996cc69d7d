//! `sessiond session`.

mod change;
mod create;
mod events;
mod list;
mod portable;
mod questions;
mod received;
mod show;
mod update;
mod watch;

use clap::{Args, Subcommand};
use sessiond_client::Client;
use sessiond_core::Status;

use super::Context;
use crate::client::Missing;

pub use create::NewSession;
pub use events::{context_change, short};
pub use show::{participants, steps};

/// List, show, watch, create, change and end sessions
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  sessiond session create --name notifications --orchestrator claude-code://lead \\
      --participant opencode://backend=implementer --file plan.json
  sessiond session list --status active
  sessiond session show sess_0198f3
  sessiond session watch sess_0198f3
  sessiond session label sess_0198f3 team=blue
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
    Events(events::Events),
    Create(Box<create::Create>),
    Complete(change::Complete),
    Fail(change::Fail),
    Terminate(change::Terminate),
    Cancel(change::Cancel),
    Retry(change::Retry),
    Rename(update::Rename),
    Label(update::Label),
    Token(update::Token),
    Signal(change::Signal),
    Signals(received::Signals),
    Telemetry(received::Telemetry),
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

impl Session {
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
        let work = async |client: &Client, out| match self.command {
            SessionCommand::List(command) => command.run(client, out).await,
            SessionCommand::Show(command) => command.run(client, out).await,
            SessionCommand::Watch(command) => command.run(client, out).await,
            SessionCommand::Events(command) => command.run(client, out).await,
            SessionCommand::Create(command) => command.run(client, out).await,
            SessionCommand::Complete(command) => command.run(client, out).await,
            SessionCommand::Fail(command) => command.run(client, out).await,
            SessionCommand::Terminate(command) => command.run(client, out).await,
            SessionCommand::Cancel(command) => command.run(client, out).await,
            SessionCommand::Retry(command) => command.run(client, out).await,
            SessionCommand::Rename(command) => command.run(client, out).await,
            SessionCommand::Label(command) => command.run(client, out).await,
            SessionCommand::Token(command) => command.run(client, out).await,
            SessionCommand::Signal(command) => command.run(client, out).await,
            SessionCommand::Signals(command) => command.run(client, out).await,
            SessionCommand::Telemetry(command) => command.run(client, out).await,
            SessionCommand::Questions(command) => command.run(client, out).await,
            SessionCommand::Answer(command) => command.run(client, out).await,
            SessionCommand::Export(command) => command.run(client, out).await,
            SessionCommand::Import(command) => command.run(client, out).await,
            SessionCommand::Delete(command) => command.run(client, out).await,
            SessionCommand::Fork(command) => command.run(client, out).await,
            SessionCommand::Summary(command) => command.run(client, out).await,
        };
        context.with_client(missing, work).await
    }
}
