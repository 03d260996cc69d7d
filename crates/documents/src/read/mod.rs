//! Reading a file, in a process of its own: the parent's side.
//!
//! Parsers of documents crash, loop and take all memory on small damaged files. So they run in a process that limits itself
//! and of which nothing is believed but its answer; the crate `sessiond-extract` is that process.

pub mod limits;
mod unreadable;

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use sessiond_runner::{Error, Exit, Program};
use tokio::sync::Semaphore;

use crate::Document;
pub use unreadable::{Reason, Unreadable};

/// The variable that has the file's name. Arguments of a process are visible to everybody on the machine, and the names of
/// private files are private.
pub const NAME_VARIABLE: &str = "SESSIOND_FILE_NAME";

/// What the process that reads writes to standard output, as one JSON text.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// The file has been read.
    Read(Document),
    /// It cannot be read.
    Unreadable(Unreadable),
}

/// How files are read.
#[derive(Debug, Clone)]
pub struct Options {
    /// The program that reads: `sessiond` itself.
    pub program: PathBuf,
    /// Its arguments; the path of the file follows them, or nothing where the file is on standard input.
    pub arguments: Vec<OsString>,
    /// How many files are read at once; others wait.
    pub concurrency: usize,
    /// How long one process may run.
    pub wall_clock: Duration,
}

impl Options {
    /// Reading with this program, which is a `sessiond`.
    pub fn new(program: impl Into<PathBuf>) -> Self {
        Self {
            program: program.into(),
            arguments: ["extract", "--child"].map(OsString::from).to_vec(),
            concurrency: limits::CONCURRENCY,
            wall_clock: limits::WALL_CLOCK,
        }
    }
}

/// Reads files. Clones share the number of files that are read at once.
#[derive(Debug, Clone)]
pub struct Reader {
    options: Arc<Options>,
    turns: Arc<Semaphore>,
}

/// A file to be read.
enum Source<'a> {
    Path(&'a Path),
    Bytes(Vec<u8>),
}

impl Reader {
    /// A reader with these options.
    pub fn new(options: Options) -> Self {
        let turns = Arc::new(Semaphore::new(options.concurrency.max(1)));
        Self { options: Arc::new(options), turns }
    }

    /// Reads the file at a path. Its name says what kind of text it is where the content does not; it may differ from the
    /// path's, and is not looked up anywhere.
    ///
    /// At most [`Options::concurrency`] files are read at once, others wait. When the returned future is dropped, the process
    /// is killed. Must be called within a Tokio runtime that has its IO and time drivers enabled.
    ///
    /// # Errors
    ///
    /// [`Unreadable`], whose reason is [`Reason::Unavailable`] where no process could be started.
    pub async fn read(&self, path: &Path, name: &str) -> Result<Document, Unreadable> {
        self.attempt(Source::Path(path), name).await
    }

    /// Reads a file that is in memory; otherwise as [`read`](Self::read).
    ///
    /// # Errors
    ///
    /// As [`read`](Self::read).
    pub async fn read_bytes(&self, bytes: Vec<u8>, name: &str) -> Result<Document, Unreadable> {
        if bytes.len() > limits::FILE_BYTES {
            return Err(too_many_bytes());
        }
        self.attempt(Source::Bytes(bytes), name).await
    }

    async fn attempt(&self, source: Source<'_>, name: &str) -> Result<Document, Unreadable> {
        let _turn = self.turns.acquire().await.map_err(|_| unavailable("the reader is closed"))?;
        match self.once(&source, name).await {
            // It may have been killed for the memory that other processes took.
            Err(Failure::Crashed(_)) => self.once(&source, name).await.map_err(Failure::into_unreadable),
            other => other.map_err(Failure::into_unreadable),
        }
    }

    async fn once(&self, source: &Source<'_>, name: &str) -> Result<Document, Failure> {
        let mut program = Program::new(&self.options.program)
            .args(&self.options.arguments)
            // It needs none, and secrets are among them.
            .env_clear()
            .env(NAME_VARIABLE, hint(name))
            .timeout(self.options.wall_clock)
            .grace(Duration::ZERO)
            .max_stdout_bytes(limits::ANSWER_BYTES);
        program = match source {
            Source::Path(path) => program.arg("--").arg(path),
            Source::Bytes(bytes) => program.stdin(bytes.clone()),
        };
        let finished = match program.run().await {
            Ok(finished) => finished,
            Err(Error::OutputTooLarge { .. }) => return Err(Failure::Unreadable(too_much_text())),
            Err(error) => {
                tracing::warn!(%error, "no process could read a file");
                return Err(Failure::Unreadable(unavailable(&error.to_string())));
            }
        };
        match finished.exit {
            Exit::Code(0) => match serde_json::from_slice(&finished.stdout) {
                Ok(Answer::Read(document)) => Ok(document),
                Ok(Answer::Unreadable(unreadable)) => Err(Failure::Unreadable(unreadable)),
                Err(error) => {
                    tracing::warn!(%error, "the process that read a file gave no answer");
                    Err(Failure::Crashed("it gave no answer".to_owned()))
                }
            },
            Exit::TimedOut => Err(Failure::Unreadable(too_slow())),
            Exit::Signal(signal) if signal == CPU_TIME_IS_OVER => Err(Failure::Unreadable(too_slow())),
            // It could not limit itself, or its arguments are those of another version.
            Exit::Code(_) => {
                tracing::warn!(exit = %finished.exit, stderr = finished.stderr_tail, "no process could read a file");
                Err(Failure::Unreadable(unavailable("the program that reads files does not work")))
            }
            exit => {
                tracing::debug!(%exit, stderr = finished.stderr_tail, "the process that read a file crashed");
                Err(Failure::of_crash(exit, &finished.stderr_tail))
            }
        }
    }
}

/// Why one attempt came to nothing.
enum Failure {
    /// The same would happen again.
    Unreadable(Unreadable),
    /// The process crashed: how.
    Crashed(String),
}

impl Failure {
    /// What an unsuccessful end says about the file. Rust's runtime ends a process without memory, and one whose stack is used
    /// up, by a signal after a line on standard error.
    fn of_crash(exit: Exit, stderr: &str) -> Self {
        if stderr.contains("memory allocation of") {
            let detail = format!(
                "reading it takes more memory than the {} MiB that one file may use; split it into smaller files",
                limits::ADDRESS_SPACE / (1024 * 1024)
            );
            return Self::Unreadable(Unreadable::new(Reason::TooLarge, detail));
        }
        if stderr.contains("overflowed its stack") {
            return Self::Unreadable(too_deep());
        }
        Self::Crashed(exit.to_string())
    }

    fn into_unreadable(self) -> Unreadable {
        match self {
            Self::Unreadable(unreadable) => unreadable,
            Self::Crashed(how) => Unreadable::new(
                Reason::Damaged,
                format!(
                    "the file is damaged, or of a form that this server cannot read (the program that reads it {how}); save it again \
                     with the program that made it, or as another kind of file"
                ),
            ),
        }
    }
}

/// The signal of a process whose processor time is over; its number is the same on every system that we support.
const CPU_TIME_IS_OVER: i32 = 24;

/// A name that an environment can hold: the end of it, which says what kind of file it is.
fn hint(name: &str) -> String {
    let name: String = name.chars().filter(|c| !c.is_control()).collect();
    let mut from = name.len().saturating_sub(limits::NAME_BYTES);
    while !name.is_char_boundary(from) {
        from += 1;
    }
    name[from..].to_owned()
}

/// What a file that exceeds [`limits::FILE_BYTES`] is refused with.
pub fn too_many_bytes() -> Unreadable {
    let most = limits::FILE_BYTES / (1024 * 1024);
    Unreadable::new(
        Reason::TooLarge,
        format!("it is larger than {most} MiB, the most that is read; split it into smaller files"),
    )
}

/// What a file that exceeds [`limits::TEXT_CHARACTERS`] is refused with.
pub fn too_much_text() -> Unreadable {
    let most = limits::TEXT_CHARACTERS;
    Unreadable::new(
        Reason::TooLarge,
        format!(
            "its text has more than {most} characters, the most that is read; split it into smaller files"
        ),
    )
}

/// What a file that exceeds [`limits::PARTS`] is refused with.
pub fn too_many_parts() -> Unreadable {
    let most = limits::PARTS;
    Unreadable::new(
        Reason::TooLarge,
        format!(
            "it has more than {most} headings and tables, the most that is read; split it into smaller files"
        ),
    )
}

/// What a file that exceeds [`limits::DEPTH`] is refused with.
pub fn too_deep() -> Unreadable {
    Unreadable::new(
        Reason::TooLarge,
        "its elements are nested too deeply; save it with a simpler structure, or as plain text",
    )
}

fn too_slow() -> Unreadable {
    Unreadable::new(
        Reason::TooSlow,
        format!(
            "reading it takes longer than {} seconds of processor time; split it into smaller files, or save it as another kind of file",
            limits::CPU_SECONDS
        ),
    )
}

fn unavailable(why: &str) -> Unreadable {
    Unreadable::new(
        Reason::Unavailable,
        format!(
            "no file can be read at the moment: {why}; retry later, and ask the server's operator if it remains so"
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hint_is_the_end_of_a_name_without_what_an_environment_cannot_hold() {
        assert_eq!(hint("a\0b\n.txt"), "ab.txt");
        let long = "ü".repeat(limits::NAME_BYTES) + ".pdf";
        assert!(hint(&long).len() <= limits::NAME_BYTES && hint(&long).ends_with("ü.pdf"));
    }

    #[test]
    fn an_end_for_want_of_memory_or_stack_says_so() {
        let of = |stderr| Failure::of_crash(Exit::Signal(6), stderr).into_unreadable().reason;
        assert_eq!(of("memory allocation of 4294967296 bytes failed"), Reason::TooLarge);
        assert_eq!(of("thread 'main' (7) has overflowed its stack"), Reason::TooLarge);
        assert_eq!(of(""), Reason::Damaged);
    }
}
