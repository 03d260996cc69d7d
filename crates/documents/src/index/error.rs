//! What can fail, and what to do then.

use std::path::{Path, PathBuf};

use rusqlite::ErrorCode;

/// Why an index cannot do what it was asked to.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum IndexError {
    /// The disk is full.
    #[error("the disk is full: make room on it, then add the file again")]
    Full,
    /// The file or its directory is missing, or this process may not write it.
    #[error("{path} cannot be written: {cause}")]
    NotWritable {
        /// The index.
        path: PathBuf,
        /// What the system says.
        cause: String,
    },
    /// Another process has been writing for too long.
    #[error("the index is in use by another process: try again")]
    Busy,
    /// The file is damaged, and has been removed.
    #[error("the index was damaged and has been removed: open it again, and add its files")]
    Damaged,
    /// The text of a document is longer than an index takes.
    #[error("the text has {characters} characters, and an index takes {limit} of a file: divide the file")]
    TooLong {
        /// The characters of the document.
        characters: u32,
        /// How many an index takes.
        limit: u32,
    },
    /// A document has more parts than an index takes.
    #[error("the text has {parts} parts, and an index takes {limit} of a file: divide the file")]
    TooManyParts {
        /// The parts of the document.
        parts: usize,
        /// How many an index takes.
        limit: usize,
    },
    /// Anything else.
    #[error("the index failed: {0}")]
    Failed(String),
}

impl IndexError {
    pub(super) fn from_io(path: &Path, error: &std::io::Error) -> Self {
        match error.kind() {
            std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => Self::Full,
            _ => Self::NotWritable { path: path.to_owned(), cause: error.to_string() },
        }
    }

    pub(super) fn from_sqlite(path: &Path, error: &rusqlite::Error) -> Self {
        let not_writable = || Self::NotWritable {
            path: path.to_owned(),
            cause: "this process has no right to write it".to_owned(),
        };
        match error.sqlite_error_code() {
            Some(ErrorCode::DiskFull) => Self::Full,
            Some(ErrorCode::ReadOnly | ErrorCode::CannotOpen | ErrorCode::PermissionDenied) => not_writable(),
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::Busy,
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => Self::Damaged,
            _ => Self::Failed(error.to_string()),
        }
    }
}
