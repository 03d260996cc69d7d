//! `sessiond completions`.

use clap::Args;
use clap_complete::Shell;

use super::Context;

/// Print shell completions
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  sessiond completions bash > /etc/bash_completion.d/sessiond
  sessiond completions zsh > ~/.zfunc/_sessiond")]
pub struct Completions {
    /// The shell
    shell: Shell,
}

impl Completions {
    pub fn run(self, context: Context) -> anyhow::Result<()> {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut super::description(), "sessiond", &mut script);
        Ok(context.out.text(&String::from_utf8_lossy(&script))?)
    }
}
