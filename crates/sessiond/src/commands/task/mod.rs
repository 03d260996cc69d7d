//! `sessiond task`.

mod delegate;
mod list;
mod report;

use clap::{Args, Subcommand};
use sessiond_client::Client;

use super::Context;
use crate::client::Missing;

pub use list::table;

/// List, show, delegate, retry, cancel and report on tasks
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  sessiond task list --status failed
  sessiond task delegate sess_0198f3 implementation --to opencode://backend --payload '{\"component\": \"ui\"}'
  sessiond task show task_0198f4
  sessiond task complete task_0198f4 --result '{\"files_changed\": 3}'
  sessiond task retry task_0198f4")]
pub struct Task {
    #[command(subcommand)]
    command: TaskCommand,
}

#[derive(Debug, Subcommand)]
enum TaskCommand {
    List(list::List),
    Show(list::Show),
    Delegate(Box<delegate::Delegate>),
    Accept(report::Accept),
    Progress(report::Progress),
    Complete(report::Complete),
    Fail(report::Fail),
    Cancel(report::Cancel),
    Retry(report::Retry),
}

impl Task {
    pub async fn run(self, context: Context) -> anyhow::Result<()> {
        let work = async |client: &Client, out| match self.command {
            TaskCommand::List(command) => command.run(client, out).await,
            TaskCommand::Show(command) => command.run(client, out).await,
            TaskCommand::Delegate(command) => command.run(client, out).await,
            TaskCommand::Accept(command) => command.run(client, out).await,
            TaskCommand::Progress(command) => command.run(client, out).await,
            TaskCommand::Complete(command) => command.run(client, out).await,
            TaskCommand::Fail(command) => command.run(client, out).await,
            TaskCommand::Cancel(command) => command.run(client, out).await,
            TaskCommand::Retry(command) => command.run(client, out).await,
        };
        context.with_client(Missing::Refuse, work).await
    }
}
