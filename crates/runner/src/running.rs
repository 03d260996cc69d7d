//! A program that runs, from its start to its end.

use std::fmt;
use std::io;
use std::path::Path;
use std::pin::Pin;
use std::time::{Duration, Instant};

use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;

use crate::group::Group;
use crate::limits::ABANDON_OUTPUT;
use crate::output::{Capture, Head, Interrupted, Lines, Pipes, Tail};
use crate::{Error, Exit, Finished, Program, spawner};

/// A program that runs. Dropping it kills the program's whole group at once.
///
/// Its output is read, and its timeout and cancellation are acted on, only in [`wait`](Self::wait): call that
/// soon.
pub struct Running {
    group: Group,
    pipes: Pipes,
    input: Vec<u8>,
    capture: Capture,
    started: Instant,
    timeout: Option<Duration>,
    grace: Duration,
    linger: Duration,
    max_stdout_bytes: usize,
    cancellation: CancellationToken,
}

impl Running {
    pub(crate) async fn start(program: Program) -> Result<Self, Error> {
        let name = program.name();
        let working_dir = program.command.as_std().get_current_dir().map(Path::to_owned);
        let (group, pipes) = match spawner::spawn(program.command, program.stdin.is_some()).await {
            Ok(started) => started,
            Err(source) => {
                // The system answers "not found" for either, and does not say which it means.
                return Err(match working_dir {
                    Some(path) if !path.is_dir() => Error::WorkingDir { program: name, path },
                    _ => Error::Spawn { program: name, source },
                });
            }
        };
        tracing::debug!(pid = group.id(), program = name, "program started");
        Ok(Self {
            group,
            pipes,
            input: program.stdin.unwrap_or_default(),
            capture: Capture {
                stdout: Head::new(program.max_stdout_bytes),
                overflow: program.stdout_overflow,
                stderr: Tail::new(program.max_stderr_bytes),
                lines: Lines::new(program.stderr_observer),
            },
            started: Instant::now(),
            timeout: program.timeout,
            grace: program.grace,
            linger: program.linger,
            max_stdout_bytes: program.max_stdout_bytes,
            cancellation: program.cancellation,
        })
    }

    /// The program's process id, which is also the id of its process group and session.
    pub fn pid(&self) -> u32 {
        self.group.id()
    }

    /// Waits until the program has ended and nothing of its group is left.
    ///
    /// If the returned future is dropped, the whole group is killed at once.
    ///
    /// # Errors
    ///
    /// [`Error::OutputTooLarge`], [`Error::Unkillable`] and [`Error::Io`].
    pub async fn wait(mut self) -> Result<Finished, Error> {
        let group = &mut self.group;
        let mut pump = Pump::new(self.capture.pump(std::mem::take(&mut self.pipes), self.input));

        let deadline = async {
            match self.timeout {
                Some(timeout) => sleep(timeout.saturating_sub(self.started.elapsed())).await,
                None => std::future::pending().await,
            }
        };
        tokio::pin!(deadline);
        // In this order: a program that has exited by itself is neither too late nor cancelled.
        let mut stop = loop {
            tokio::select! {
                biased;
                exited = group.exited() => { exited?; break None }
                () = self.cancellation.cancelled() => break Some(Stop::Cancelled),
                () = &mut deadline => break Some(Stop::TimedOut),
                ended = pump.ended(), if !pump.has_ended() => {
                    if let too_much @ Some(_) = overflowed(ended)? { break too_much }
                }
            }
        };

        match stop {
            // What the program left behind may still write, but not for ever.
            None => tokio::select! {
                biased;
                ended = timeout(self.linger, pump.ended()) => stop = overflowed(ended.unwrap_or(Ok(())))?,
                () = self.cancellation.cancelled() => {}
            },
            Some(_) => {
                group.terminate();
                pump.during(timeout(self.grace, group.emptied())).await;
            }
        }

        let status = group.end().await?;
        // The kernel may still hold what was written before the end.
        let rest = timeout(ABANDON_OUTPUT, pump.ended()).await.unwrap_or(Ok(()));
        stop = stop.or(overflowed(rest)?);
        let abandoned = !pump.has_ended();
        drop(pump);

        self.capture.lines.flush();
        let exit = match stop {
            None => Exit::of(status),
            Some(Stop::TimedOut) => Exit::TimedOut,
            Some(Stop::Cancelled) => Exit::Cancelled,
            Some(Stop::TooMuch) => {
                return Err(Error::OutputTooLarge { limit: self.max_stdout_bytes });
            }
        };
        tracing::debug!(pid = group.id(), %exit, abandoned, "program ended");
        Ok(Finished {
            exit,
            stdout_truncated: self.capture.stdout.truncated || abandoned,
            stdout: self.capture.stdout.into_bytes(),
            stderr_truncated: self.capture.stderr.truncated || abandoned,
            stderr_tail: self.capture.stderr.into_text(),
            duration: self.started.elapsed(),
        })
    }
}

impl fmt::Debug for Running {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Running").field("pid", &self.pid()).finish_non_exhaustive()
    }
}

/// Why a program is stopped that has not ended by itself.
enum Stop {
    TimedOut,
    Cancelled,
    TooMuch,
}

/// Whether the output ended because there was too much of it.
fn overflowed(ended: Result<(), Interrupted>) -> io::Result<Option<Stop>> {
    match ended {
        Ok(()) => Ok(None),
        Err(Interrupted::TooMuch) => Ok(Some(Stop::TooMuch)),
        Err(Interrupted::Io(error)) => Err(error),
    }
}

/// The movement of input and output, which goes on while other things are awaited.
struct Pump<F> {
    /// Absent once it has ended.
    movement: Option<Pin<Box<F>>>,
}

impl<F: Future<Output = Result<(), Interrupted>>> Pump<F> {
    fn new(movement: F) -> Self {
        Self { movement: Some(Box::pin(movement)) }
    }

    fn has_ended(&self) -> bool {
        self.movement.is_none()
    }

    /// Waits until it has ended, and says so once more if it had. May be dropped and called again.
    async fn ended(&mut self) -> F::Output {
        match &mut self.movement {
            None => Ok(()),
            Some(movement) => {
                let result = movement.await;
                // This closes the pipes: a program that goes on writing is told, and cannot fill them.
                self.movement = None;
                result
            }
        }
    }

    /// Goes on until `other` is there. How the movement ends does not matter to a program that is stopped.
    async fn during(&mut self, other: impl Future) {
        tokio::pin!(other);
        loop {
            tokio::select! {
                biased;
                _ = &mut other => return,
                _ = self.ended(), if !self.has_ended() => {}
            }
        }
    }
}
