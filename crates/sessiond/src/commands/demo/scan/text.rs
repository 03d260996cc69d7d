//! Reading files as text.

use std::fs;
use std::io::{self, Read as _};
use std::path::Path;

/// How much of a file decides whether it is text, as Git decides it.
const SNIFFED: usize = 8_000;

/// What a file's content is.
pub(super) enum Content {
    /// Text, with bytes that are not UTF-8 replaced, and whether there were any.
    Text { text: String, clean: bool },
    /// Something else.
    Binary,
}

/// Reads a file. It is opened only after the walk has seen that it is a plain one.
pub(super) fn read(path: &Path, most: u64) -> io::Result<Content> {
    let mut bytes = Vec::new();
    fs::File::open(path)?.take(most).read_to_end(&mut bytes)?;
    if bytes.iter().take(SNIFFED).any(|byte| *byte == 0) {
        return Ok(Content::Binary);
    }
    Ok(match String::from_utf8(bytes) {
        Ok(text) => Content::Text { text, clean: true },
        Err(error) => {
            Content::Text { text: String::from_utf8_lossy(error.as_bytes()).into_owned(), clean: false }
        }
    })
}

/// How many lines a text has: a last one without its newline counts.
pub(super) fn lines(text: &str) -> u64 {
    let newlines = text.bytes().filter(|byte| *byte == b'\n').count() as u64;
    newlines + u64::from(!text.is_empty() && !text.ends_with('\n'))
}
