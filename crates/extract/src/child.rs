//! The process that reads one file.

use std::fs::{self, File};
use std::io::{self, Read, Write as _};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::thread;

use sessiond_documents::read::{Answer, limits, too_many_bytes};
use sessiond_documents::{Reason, Unreadable};

use crate::confine::confine;

/// The stack of the thread that reads, in bytes: parsers descend into elements within elements.
const STACK: usize = 64 * 1024 * 1024;

/// Limits this process, reads the file at a path, or standard input, and writes the [`Answer`] to standard output.
///
/// The process must end after this: nothing else works within its limits.
///
/// # Errors
///
/// If the process cannot be limited or the answer cannot be written; what is wrong with the file is an answer.
pub fn run(path: Option<&Path>, name: &str) -> io::Result<()> {
    let answer = match open(path) {
        Err(unreadable) => Answer::Unreadable(unreadable),
        Ok(input) => {
            confine()?;
            let name = name.to_owned();
            // Its panics are answers.
            std::panic::set_hook(Box::new(|_| {}));
            let reading = thread::Builder::new().stack_size(STACK).spawn(move || answer(input, &name))?;
            reading.join().unwrap_or_else(|_| Answer::Unreadable(damaged()))
        }
    };
    let mut out = io::stdout().lock();
    serde_json::to_writer(&mut out, &answer)?;
    out.flush()
}

fn open(path: Option<&Path>) -> Result<Box<dyn Read + Send>, Unreadable> {
    let Some(path) = path else { return Ok(Box::new(io::stdin())) };
    let cannot = |error: io::Error| {
        Unreadable::new(
            Reason::Unavailable,
            format!("the file cannot be opened: {error}; check that it is there and may be read"),
        )
    };
    // Before it is opened: to open a pipe is to wait for its other end.
    if !fs::metadata(path).map_err(cannot)?.is_file() {
        return Err(Unreadable::new(
            Reason::Unsupported,
            "it is not a file, but a directory or a device; choose a file",
        ));
    }
    Ok(Box::new(File::open(path).map_err(cannot)?))
}

fn answer(input: impl Read, name: &str) -> Answer {
    let mut bytes = Vec::new();
    let most = limits::FILE_BYTES as u64 + 1;
    if let Err(error) = input.take(most).read_to_end(&mut bytes) {
        return Answer::Unreadable(Unreadable::new(
            Reason::Unavailable,
            format!("the file cannot be read: {error}; retry"),
        ));
    }
    if bytes.len() > limits::FILE_BYTES {
        return Answer::Unreadable(too_many_bytes());
    }
    match catch_unwind(AssertUnwindSafe(|| crate::read(&bytes, name))) {
        Ok(Ok(document)) => Answer::Read(document),
        Ok(Err(unreadable)) => Answer::Unreadable(unreadable),
        Err(_) => Answer::Unreadable(damaged()),
    }
}

/// What a file that makes a parser panic is refused with.
pub(crate) fn damaged() -> Unreadable {
    Unreadable::new(
        Reason::Damaged,
        "the file is damaged, or of a form that this server cannot read; save it again with the program that made it, or as another \
         kind of file",
    )
}
