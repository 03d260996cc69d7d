//! What SQLite's errors mean to the store.

use rusqlite::ErrorCode;
use rusqlite::ffi;

use crate::Error;

impl From<rusqlite::Error> for Error {
    fn from(error: rusqlite::Error) -> Self {
        let code = error.sqlite_error().map(|e| (e.code, e.extended_code));
        match code {
            Some((ErrorCode::DiskFull, _) | (_, ffi::SQLITE_IOERR_SHMSIZE)) => Self::Full,
            Some((ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked, _)) => {
                Self::Unavailable("another process keeps it locked".into())
            }
            Some((ErrorCode::OperationInterrupted, _)) => Self::Closed,
            _ => Self::Failed(error.to_string()),
        }
    }
}

/// What is stored cannot be what this program wrote.
pub(super) fn damaged(what: &str) -> Error {
    Error::Failed(format!("the database is damaged: {what}"))
}
