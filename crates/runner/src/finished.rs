//! How a program ended, and what it wrote.

use std::fmt;
use std::os::unix::process::ExitStatusExt as _;
use std::process::ExitStatus;
use std::time::Duration;

/// What is known about a program that has ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finished {
    /// How it ended.
    pub exit: Exit,
    /// What it wrote to standard output, up to the limit.
    pub stdout: Vec<u8>,
    /// Whether `stdout` lacks something: the program wrote more than the limit and
    /// [`Overflow::Truncate`](crate::Overflow::Truncate) allowed it, or a process that had left the group
    /// still held the pipe open when the wait for it was over.
    pub stdout_truncated: bool,
    /// The end of what it wrote to standard error. Bytes that are not UTF-8 are replaced.
    pub stderr_tail: String,
    /// Whether `stderr_tail` lacks something, at its beginning as a rule.
    pub stderr_truncated: bool,
    /// How long it took, from its start until nothing of it was left.
    pub duration: Duration,
}

/// How a program ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// It exited by itself, with this code; 0 is success. A shell reports 127 for a command that it did not
    /// find.
    Code(i32),
    /// It was ended by this signal, which did not come from here.
    Signal(i32),
    /// It ran for longer than it may, and was stopped.
    TimedOut,
    /// It was cancelled, and was stopped.
    Cancelled,
}

impl Exit {
    /// Whether the program exited by itself with code 0.
    pub fn is_success(self) -> bool {
        self == Self::Code(0)
    }

    pub(crate) fn of(status: ExitStatus) -> Self {
        match (status.code(), status.signal()) {
            (Some(code), _) => Self::Code(code),
            (None, Some(signal)) => Self::Signal(signal),
            // A status without either belongs to a process that is stopped, and those are not awaited. The
            // shell's code for "could not run" is the closest there is.
            (None, None) => Self::Code(126),
        }
    }
}

impl fmt::Display for Exit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Code(code) => write!(f, "exited with code {code}"),
            Self::Signal(signal) => match signal_name(signal) {
                Some(name) => write!(f, "ended by signal {signal} ({name})"),
                None => write!(f, "ended by signal {signal}"),
            },
            Self::TimedOut => f.write_str("timed out"),
            Self::Cancelled => f.write_str("cancelled"),
        }
    }
}

/// The names of the signals that people meet, whose numbers are the same on every Unix.
fn signal_name(signal: i32) -> Option<&'static str> {
    Some(match signal {
        1 => "SIGHUP",
        2 => "SIGINT",
        3 => "SIGQUIT",
        4 => "SIGILL",
        6 => "SIGABRT",
        8 => "SIGFPE",
        9 => "SIGKILL",
        11 => "SIGSEGV",
        13 => "SIGPIPE",
        15 => "SIGTERM",
        _ => return None,
    })
}
