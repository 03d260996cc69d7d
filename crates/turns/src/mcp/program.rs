//! Programs that are MCP servers, which are started in a process group that is killed as a whole.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use tokio::process::{Child, Command};

/// A program that is an MCP server.
#[derive(Debug, Clone, Default)]
pub struct Program {
    /// The program and its arguments.
    pub command: Vec<OsString>,
    /// Variables beside those of this process.
    pub env: BTreeMap<String, String>,
    /// Where it runs.
    pub dir: Option<PathBuf>,
}

/// A program that runs, in a process group of its own. What is left of the group is killed when this is dropped.
pub(super) struct Running {
    child: Child,
    group: Option<i32>,
}

/// What a program writes, and what it reads.
type Pipes = (tokio::process::ChildStdout, tokio::process::ChildStdin);

impl Running {
    pub(super) fn start(program: &Program) -> Result<(Self, Pipes), String> {
        let (executable, arguments) = program.command.split_first().ok_or("no program is named")?;
        let mut command = Command::new(executable);
        command
            .args(arguments)
            .envs(&program.env)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true);
        #[cfg(unix)]
        command.process_group(0);
        if let Some(dir) = &program.dir {
            command.current_dir(dir);
        }
        let mut child = command.spawn().map_err(|error| format!("it does not start: {error}"))?;
        let group = child.id().and_then(|id| i32::try_from(id).ok());
        let (Some(output), Some(input)) = (child.stdout.take(), child.stdin.take()) else {
            return Err("it has no pipes".to_owned());
        };
        Ok((Self { child, group }, (output, input)))
    }

    /// How it ended, if it did, or does now.
    pub(super) async fn ended(&mut self) -> Option<String> {
        let status = tokio::time::timeout(Duration::from_millis(500), self.child.wait()).await.ok()?.ok()?;
        Some(format!("it ended at once, with {status}"))
    }

    /// Waits until it ends, but no longer than `grace`.
    pub(super) async fn wait(&mut self, grace: Duration) {
        let _ = tokio::time::timeout(grace, self.child.wait()).await;
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        #[cfg(unix)]
        if let Some(group) = self.group.and_then(rustix::process::Pid::from_raw) {
            // The group may outlive the program that began it; when nothing is left of it, there is nothing to kill.
            let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
        }
    }
}
