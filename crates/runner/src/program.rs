//! What to run, and within which limits.

use std::ffi::OsStr;
use std::fmt;
use std::path::Path;
use std::time::Duration;

use tokio::process::Command;
use tokio_util::sync::CancellationToken;

use crate::limits;
use crate::output::LineObserver;
use crate::{Error, Exit, Finished, Running};

/// A program to run, and the limits that it runs within.
///
/// It inherits the supervisor's environment, apart from what [`env`](Self::env),
/// [`env_remove`](Self::env_remove) and [`env_clear`](Self::env_clear) change: remove what it must not see,
/// such as keys.
///
/// `Debug` shows neither arguments nor values of the environment nor input, because they may be secrets.
pub struct Program {
    pub(crate) command: Command,
    pub(crate) stdin: Option<Vec<u8>>,
    pub(crate) timeout: Option<Duration>,
    pub(crate) grace: Duration,
    pub(crate) linger: Duration,
    pub(crate) max_stdout_bytes: usize,
    pub(crate) stdout_overflow: Overflow,
    pub(crate) max_stderr_bytes: usize,
    pub(crate) cancellation: CancellationToken,
    pub(crate) stderr_observer: Option<LineObserver>,
}

/// What happens to a program that writes more to standard output than it may.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Overflow {
    /// It is stopped, and the answer is [`Error::OutputTooLarge`]: for a program whose output is its result,
    /// of which a part is worth nothing.
    #[default]
    Stop,
    /// It goes on, the first bytes are kept and the rest is thrown away: for a program whose output is a log.
    Truncate,
}

impl Program {
    /// A program with no arguments yet. It is looked up on `PATH` unless its name has a slash.
    pub fn new(executable: impl AsRef<OsStr>) -> Self {
        Self {
            command: Command::new(executable),
            stdin: None,
            timeout: None,
            grace: limits::DEFAULT_GRACE,
            linger: limits::DEFAULT_LINGER,
            max_stdout_bytes: limits::DEFAULT_MAX_STDOUT_BYTES,
            stdout_overflow: Overflow::default(),
            max_stderr_bytes: limits::DEFAULT_MAX_STDERR_BYTES,
            cancellation: CancellationToken::new(),
            stderr_observer: None,
        }
    }

    /// A line for the shell, `/bin/sh -c LINE`.
    ///
    /// Never build the line from data: pass data on standard input or in the environment, where nobody
    /// can quote their way out of it.
    pub fn shell(line: impl AsRef<OsStr>) -> Self {
        Self::new("/bin/sh").arg("-c").arg(line)
    }

    /// Adds one argument.
    pub fn arg(mut self, argument: impl AsRef<OsStr>) -> Self {
        self.command.arg(argument);
        self
    }

    /// Adds arguments.
    pub fn args(mut self, arguments: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Self {
        self.command.args(arguments);
        self
    }

    /// Sets one variable of its environment.
    pub fn env(mut self, name: impl AsRef<OsStr>, value: impl AsRef<OsStr>) -> Self {
        self.command.env(name, value);
        self
    }

    /// Sets variables of its environment.
    pub fn envs<N: AsRef<OsStr>, V: AsRef<OsStr>>(
        mut self,
        variables: impl IntoIterator<Item = (N, V)>,
    ) -> Self {
        self.command.envs(variables);
        self
    }

    /// Removes one variable from its environment.
    pub fn env_remove(mut self, name: impl AsRef<OsStr>) -> Self {
        self.command.env_remove(name);
        self
    }

    /// Starts from an empty environment; what was set so far is forgotten too.
    pub fn env_clear(mut self) -> Self {
        self.command.env_clear();
        self
    }

    /// The directory it runs in; the supervisor's own if none is given.
    pub fn working_dir(mut self, path: impl AsRef<Path>) -> Self {
        self.command.current_dir(path);
        self
    }

    /// What it reads on standard input, followed by the end of the file. Without it the input is empty.
    ///
    /// A program that exits without having read everything is no error.
    pub fn stdin(mut self, bytes: impl Into<Vec<u8>>) -> Self {
        self.stdin = Some(bytes.into());
        self
    }

    /// How long it may run before it is stopped. `None`, the default, is for ever.
    pub fn timeout(mut self, timeout: impl Into<Option<Duration>>) -> Self {
        self.timeout = timeout.into();
        self
    }

    /// How long the group may take from `SIGTERM`, which asks it to stop, to `SIGKILL`;
    /// [`limits::DEFAULT_GRACE`] if not set.
    pub fn grace(mut self, grace: Duration) -> Self {
        self.grace = grace;
        self
    }

    /// How long processes which the program has left behind may keep its output open after it has exited,
    /// before they are killed; [`limits::DEFAULT_LINGER`] if not set. Those that do not hold it open are
    /// killed at once.
    pub fn linger(mut self, linger: Duration) -> Self {
        self.linger = linger;
        self
    }

    /// How many bytes of standard output are kept, and allowed unless
    /// [`stdout_overflow`](Self::stdout_overflow) says otherwise; [`limits::DEFAULT_MAX_STDOUT_BYTES`] if not
    /// set.
    pub fn max_stdout_bytes(mut self, limit: usize) -> Self {
        self.max_stdout_bytes = limit;
        self
    }

    /// What happens when it writes more than that; [`Overflow::Stop`] if not set.
    pub fn stdout_overflow(mut self, overflow: Overflow) -> Self {
        self.stdout_overflow = overflow;
        self
    }

    /// How many bytes of the end of standard error are kept; [`limits::DEFAULT_MAX_STDERR_BYTES`] if not set.
    /// A program may always write more.
    pub fn max_stderr_bytes(mut self, limit: usize) -> Self {
        self.max_stderr_bytes = limit;
        self
    }

    /// Stops the program when this token is cancelled.
    pub fn cancellation(mut self, token: CancellationToken) -> Self {
        self.cancellation = token;
        self
    }

    /// Calls `observer` with each line of standard error as it is written, for progress and logs.
    ///
    /// A line ends with a line feed or a carriage return, so that a progress bar is seen as well; blank lines
    /// are left out, bytes that are not UTF-8 are replaced, and a line of more than
    /// [`limits::MAX_LINE_BYTES`] comes in pieces. The observer runs between two reads and must not block:
    /// the program waits for it once the pipe is full.
    pub fn on_stderr_line(mut self, observer: impl FnMut(&str) + Send + 'static) -> Self {
        self.stderr_observer = Some(Box::new(observer));
        self
    }

    /// Runs the program to its end.
    ///
    /// If the returned future is dropped, the whole group is killed at once, without the grace. A program
    /// whose token is cancelled already is not started.
    ///
    /// Must be called within a Tokio runtime that has its IO and time drivers enabled.
    ///
    /// # Errors
    ///
    /// See [`Error`]; whichever it is, nothing of the program is left running, except with
    /// [`Error::Unkillable`].
    pub async fn run(self) -> Result<Finished, Error> {
        if self.cancellation.is_cancelled() {
            return Ok(Finished {
                exit: Exit::Cancelled,
                stdout: Vec::new(),
                stdout_truncated: false,
                stderr_tail: String::new(),
                stderr_truncated: false,
                duration: Duration::ZERO,
            });
        }
        self.start().await?.wait().await
    }

    /// Starts the program, and answers as soon as it runs.
    ///
    /// # Errors
    ///
    /// [`Error::Spawn`] and [`Error::WorkingDir`] when it cannot be started.
    pub async fn start(self) -> Result<Running, Error> {
        Running::start(self).await
    }

    /// Its name or path, which is all of the command line that may be shown.
    pub(crate) fn name(&self) -> String {
        self.command.as_std().get_program().to_string_lossy().into_owned()
    }
}

impl fmt::Debug for Program {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let command = self.command.as_std();
        f.debug_struct("Program")
            .field("executable", &command.get_program())
            .field("arguments", &command.get_args().count())
            .field("environment", &command.get_envs().map(|(name, _)| name).collect::<Vec<_>>())
            .field("working_dir", &command.get_current_dir())
            .field("stdin_bytes", &self.stdin.as_ref().map(Vec::len))
            .field("timeout", &self.timeout)
            .finish_non_exhaustive()
    }
}
