//! Command-line agents that everybody has, in their non-interactive modes.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

/// A command-line agent that takes a prompt on standard input and writes its answer to standard output.
///
/// How many run at once and for how long are the figures of the original adapters; Codex had no
/// time of its own there and has Claude Code's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Preset {
    /// Claude Code: `claude -p`.
    Claude,
    /// Codex: `codex exec --skip-git-repo-check -`. It reads and does not write unless arguments say more, such as
    /// `--sandbox workspace-write`.
    Codex,
    /// OpenCode: `opencode run`.
    OpenCode,
}

impl Preset {
    /// All of them.
    pub const ALL: [Preset; 3] = [Self::Claude, Self::Codex, Self::OpenCode];

    /// The name that chooses it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Claude => "claude",
            Self::Codex => "codex",
            Self::OpenCode => "opencode",
        }
    }

    /// The program, looked up on `PATH`.
    pub fn program(self) -> &'static str {
        self.name()
    }

    /// Its arguments; those that a user adds come after them.
    pub fn arguments(self) -> &'static [&'static str] {
        match self {
            Self::Claude => &["-p"],
            Self::Codex => &["exec", "--skip-git-repo-check", "-"],
            Self::OpenCode => &["run"],
        }
    }

    /// How many run at once.
    pub fn concurrency(self) -> usize {
        match self {
            Self::Claude | Self::OpenCode => 3,
            Self::Codex => 5,
        }
    }

    /// How long one may take.
    pub fn timeout(self) -> Duration {
        match self {
            Self::Claude | Self::Codex => Duration::from_secs(600),
            Self::OpenCode => Duration::from_secs(300),
        }
    }
}

impl fmt::Display for Preset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Preset {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Self::ALL.into_iter().find(|preset| preset.name() == text).ok_or_else(|| {
            format!("there is no preset '{text}': there are {}", Self::ALL.map(Self::name).join(", "))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_preset_is_read_by_the_name_that_it_shows() {
        for preset in Preset::ALL {
            assert_eq!(preset.to_string().parse::<Preset>().unwrap(), preset);
        }
        assert!("cursor".parse::<Preset>().unwrap_err().contains("claude, codex, opencode"));
    }
}
