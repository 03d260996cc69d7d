//! What can go wrong with a program, apart from its own failure.

use std::borrow::Cow;
use std::io;
use std::path::PathBuf;

/// Why a program could not be run to its end.
///
/// A program that fails by itself is not an error here: that is [`Exit`](crate::Exit).
///
/// A message names the program, never its arguments or its environment, which may hold secrets.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The program could not be started.
    #[error("cannot start `{program}`: {}", advice(source))]
    Spawn {
        /// The program's name or path, as it was given.
        program: String,
        /// What the system answered.
        source: io::Error,
    },

    /// The program was to run in a directory that is not there.
    #[error("cannot start `{program}`: its working directory {} is not a directory; create it first", path.display())]
    WorkingDir {
        /// The program's name or path, as it was given.
        program: String,
        /// The directory that is missing.
        path: PathBuf,
    },

    /// The program wrote more to standard output than it may, and was stopped for it.
    #[error(
        "the program wrote more than {limit} bytes to standard output and was stopped; \
         let it write less, or to a file"
    )]
    OutputTooLarge {
        /// How many bytes it was allowed.
        limit: usize,
    },

    /// The program did not end even though it was killed.
    #[error(
        "process {pid} was killed and is still there; it is stuck inside the kernel, often on a network \
         file system or a device, and ends when that answers"
    )]
    Unkillable {
        /// The process's id.
        pid: u32,
    },

    /// Reading the program's output, writing its input or waiting for it failed.
    #[error("lost contact with the program: {0}")]
    Io(#[from] io::Error),
}

/// What to do about a program that does not start.
fn advice(source: &io::Error) -> Cow<'static, str> {
    match source.kind() {
        io::ErrorKind::NotFound => {
            "there is no such program (or no such interpreter as its first line names); \
             install it, put its directory on PATH, or give its full path"
        }
        io::ErrorKind::PermissionDenied => {
            "permission denied; make the file executable with `chmod +x`, or give the interpreter that runs it"
        }
        io::ErrorKind::ArgumentListTooLong => {
            "its arguments and environment are too long; pass large data on standard input"
        }
        _ => return Cow::Owned(source.to_string()),
    }
    .into()
}
