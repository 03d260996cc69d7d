//! `sessiond check`: checks of a running server that anybody may make.

mod isolation;

use clap::{Args, Subcommand};

use super::Context;

/// Check a running server
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  sessiond check isolation --url http://127.0.0.1:8080")]
pub struct Check {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Isolation(isolation::Isolation),
}

impl Check {
    pub async fn run(self, context: Context) -> anyhow::Result<()> {
        let Command::Isolation(command) = self.command;
        command.run(context).await
    }
}
