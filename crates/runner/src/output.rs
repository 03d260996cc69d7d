//! What goes into a program and what comes out of it, within limits.

use std::collections::VecDeque;
use std::io;

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWriteExt as _};
use tokio::process::{ChildStderr, ChildStdin, ChildStdout};

use crate::limits::{MAX_LINE_BYTES, READ_BYTES};
use crate::program::Overflow;

/// Who is told each line of standard error.
pub(crate) type LineObserver = Box<dyn FnMut(&str) + Send>;

/// The supervisor's ends of a program's pipes. One that is absent has ended already.
#[derive(Default)]
pub(crate) struct Pipes {
    pub(crate) stdin: Option<ChildStdin>,
    pub(crate) stdout: Option<ChildStdout>,
    pub(crate) stderr: Option<ChildStderr>,
}

/// Why the pipes were given up before they had ended.
pub(crate) enum Interrupted {
    /// More came on standard output than may.
    TooMuch,
    /// The system failed.
    Io(io::Error),
}

impl From<io::Error> for Interrupted {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

/// What is kept of a program's output.
pub(crate) struct Capture {
    pub(crate) stdout: Head,
    pub(crate) overflow: Overflow,
    pub(crate) stderr: Tail,
    pub(crate) lines: Lines,
}

impl Capture {
    /// Moves input and both outputs at the same time, until all three have ended.
    ///
    /// One after the other would deadlock: a program may write while it does not read, and fill either of
    /// the outputs while the supervisor waits on the other.
    ///
    /// May be dropped at any time; what was read until then is in `self`.
    pub(crate) async fn pump(&mut self, pipes: Pipes, input: Vec<u8>) -> Result<(), Interrupted> {
        let Self { stdout, overflow, stderr, lines } = self;
        tokio::try_join!(
            write(pipes.stdin, &input),
            read(pipes.stdout, |chunk| {
                stdout.push(chunk);
                match overflow {
                    Overflow::Stop if stdout.truncated => Err(Interrupted::TooMuch),
                    Overflow::Stop | Overflow::Truncate => Ok(()),
                }
            }),
            read(pipes.stderr, |chunk| {
                stderr.push(chunk);
                lines.push(chunk);
                Ok(())
            }),
        )?;
        Ok(())
    }
}

async fn write(pipe: Option<ChildStdin>, bytes: &[u8]) -> Result<(), Interrupted> {
    let Some(mut pipe) = pipe else { return Ok(()) };
    match pipe.write_all(bytes).await {
        // A program need not read all of its input, or any.
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(error.into()),
        _ => Ok(()),
    }
}

async fn read(
    pipe: Option<impl AsyncRead + Unpin>,
    mut take: impl FnMut(&[u8]) -> Result<(), Interrupted>,
) -> Result<(), Interrupted> {
    let Some(mut pipe) = pipe else { return Ok(()) };
    let mut buffer = vec![0; READ_BYTES];
    loop {
        match pipe.read(&mut buffer).await? {
            0 => return Ok(()),
            count => take(&buffer[..count])?,
        }
    }
}

/// The first bytes of a stream.
pub(crate) struct Head {
    bytes: Vec<u8>,
    limit: usize,
    pub(crate) truncated: bool,
}

impl Head {
    pub(crate) fn new(limit: usize) -> Self {
        Self { bytes: Vec::new(), limit, truncated: false }
    }

    fn push(&mut self, chunk: &[u8]) {
        let room = self.limit - self.bytes.len();
        self.truncated |= chunk.len() > room;
        self.bytes.extend_from_slice(&chunk[..chunk.len().min(room)]);
    }

    pub(crate) fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }
}

/// The last bytes of a stream.
pub(crate) struct Tail {
    bytes: VecDeque<u8>,
    limit: usize,
    pub(crate) truncated: bool,
}

impl Tail {
    pub(crate) fn new(limit: usize) -> Self {
        Self { bytes: VecDeque::new(), limit, truncated: false }
    }

    fn push(&mut self, chunk: &[u8]) {
        // Room is made first, so that the limit holds at every moment.
        let kept = &chunk[chunk.len().saturating_sub(self.limit)..];
        let surplus = (self.bytes.len() + kept.len()).saturating_sub(self.limit);
        self.truncated |= surplus > 0 || kept.len() < chunk.len();
        self.bytes.drain(..surplus);
        self.bytes.extend(kept);
    }

    pub(crate) fn into_text(mut self) -> String {
        if self.truncated {
            // The cut may have gone through a character, whose rest would only show as replacement marks.
            let rest = self.bytes.iter().take(3).take_while(|byte| is_continuation(**byte)).count();
            self.bytes.drain(..rest);
        }
        String::from_utf8_lossy(self.bytes.make_contiguous()).into_owned()
    }
}

/// Whether a byte stands inside a character of UTF-8, not at its beginning.
fn is_continuation(byte: u8) -> bool {
    byte & 0b1100_0000 == 0b1000_0000
}

/// Cuts a stream into lines for an observer, if there is one.
pub(crate) struct Lines {
    observer: Option<LineObserver>,
    pending: Vec<u8>,
}

impl Lines {
    pub(crate) fn new(observer: Option<LineObserver>) -> Self {
        Self { observer, pending: Vec::new() }
    }

    fn push(&mut self, chunk: &[u8]) {
        if self.observer.is_none() {
            return;
        }
        let mut rest = chunk;
        while !rest.is_empty() {
            let room = MAX_LINE_BYTES - self.pending.len();
            let window = &rest[..rest.len().min(room)];
            match window.iter().position(|byte| matches!(byte, b'\n' | b'\r')) {
                Some(end) => {
                    self.pending.extend_from_slice(&window[..end]);
                    rest = &rest[end + 1..];
                    self.flush();
                }
                None => {
                    self.pending.extend_from_slice(window);
                    rest = &rest[window.len()..];
                    if self.pending.len() == MAX_LINE_BYTES {
                        self.flush();
                    }
                }
            }
        }
    }

    /// Hands over the line so far. At the end of the stream, that is a last line without an end of its own.
    pub(crate) fn flush(&mut self) {
        if let Some(observer) = &mut self.observer
            && !self.pending.is_empty()
        {
            observer(&String::from_utf8_lossy(&self.pending));
        }
        self.pending.clear();
    }
}

#[cfg(test)]
#[path = "output_tests.rs"]
mod tests;
