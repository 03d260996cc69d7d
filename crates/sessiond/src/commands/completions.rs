//! `sessiond completions`.

use clap::Args;
use clap_complete::Shell;

use super::{Context, complete};

/// Print shell completions
#[derive(Debug, Args)]
#[command(
    after_help = "The script has the shell ask sessiond, which also completes ids of sessions, tasks and agents.

Examples:
  sessiond completions bash > /etc/bash_completion.d/sessiond
  sessiond completions zsh > ~/.zfunc/_sessiond
  sessiond completions fish > ~/.config/fish/completions/sessiond.fish"
)]
pub struct Completions {
    /// The shell
    shell: Shell,
}

impl Completions {
    pub fn run(self, context: Context) -> anyhow::Result<()> {
        Ok(context.out.text(&complete::script(self.shell)?)?)
    }
}
