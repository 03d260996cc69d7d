//! `sessiond agent`.

mod list;
mod run;

use std::ffi::OsString;

use clap::{Args, Subcommand};

use super::Context;
pub use run::LOCAL_SERVER;

/// Run, list, show and remove agents
#[derive(Debug, Args)]
#[command(
    after_help = "`sessiond agent --id …` is short for `sessiond agent run --id …`; `sessiond agent run --help` says more.

Examples:
  sessiond agent run --id opencode://backend --exec './work.sh'
  sessiond agent list
  sessiond agent show opencode://backend
  sessiond agent remove opencode://backend"
)]
pub struct Agent {
    #[command(subcommand)]
    command: AgentCommand,
}

#[derive(Debug, Subcommand)]
enum AgentCommand {
    Run(Box<run::Run>),
    List(list::List),
    Show(list::Show),
    Remove(list::Remove),
}

impl Agent {
    /// Whether it runs an agent.
    pub fn runs(&self) -> bool {
        matches!(self.command, AgentCommand::Run(_))
    }

    pub async fn run(self, context: Context) -> anyhow::Result<()> {
        match self.command {
            AgentCommand::Run(command) => command.run(context).await,
            AgentCommand::List(command) => command.run(context).await,
            AgentCommand::Show(command) => command.run(context).await,
            AgentCommand::Remove(command) => command.run(context).await,
        }
    }
}

/// The arguments with `run` where `agent` is followed by an option of it, which was the only form once.
pub fn with_run(program: &clap::Command, arguments: impl Iterator<Item = OsString>) -> Vec<OsString> {
    let mut arguments: Vec<OsString> = arguments.collect();
    let word = |at: usize| arguments.get(at).and_then(|argument| argument.to_str());
    // The first word from there on that is no option of all commands.
    let after_options = |mut at: usize| {
        while let Some((name, value)) = word(at)
            .and_then(|word| word.strip_prefix("--"))
            .map(|long| long.split_once('=').unwrap_or((long, "")))
            && let Some(option) = program.get_arguments().find(|known| known.get_long() == Some(name))
        {
            at += if value.is_empty() && option.get_action().takes_values() { 2 } else { 1 };
        }
        at
    };
    let command = after_options(1);
    let next = word(after_options(command + 1)).unwrap_or_default();
    if word(command) == Some("agent") && next.starts_with('-') && next != "--help" && next != "-h" {
        arguments.insert(command + 1, "run".into());
    }
    arguments
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_option_right_after_agent_is_one_of_run() {
        let check = |line: &str, expected: &str| {
            let program = crate::commands::description();
            let arguments = with_run(&program, line.split(' ').map(Into::into));
            let expected: Vec<OsString> = expected.split(' ').map(Into::into).collect();
            assert_eq!(arguments, expected);
        };
        check("sessiond agent --id a://b --exec true", "sessiond agent run --id a://b --exec true");
        check(
            "sessiond --color never --config=x agent --id a://b",
            "sessiond --color never --config=x agent run --id a://b",
        );
        check("sessiond --json agent --id a://b", "sessiond --json agent run --id a://b");
        check("sessiond agent --json --id a://b", "sessiond agent run --json --id a://b");
        check("sessiond agent --color never --json list", "sessiond agent --color never --json list");
        check("sessiond agent list --json", "sessiond agent list --json");
        check("sessiond agent run --id a://b", "sessiond agent run --id a://b");
        check("sessiond agent --help", "sessiond agent --help");
        check("sessiond agent", "sessiond agent");
        check("sessiond message send --to agent --from x", "sessiond message send --to agent --from x");
    }
}
