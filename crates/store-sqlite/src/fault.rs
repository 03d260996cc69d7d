//! What SQLite's errors mean to the store.

use rusqlite::ErrorCode;
use rusqlite::ffi;
use sessiond_store::Error;

use crate::FILE;

/// Why a statement, or the store, failed: an [`Error`] that SQLite's errors convert into.
#[derive(Debug, Clone, thiserror::Error)]
#[error(transparent)]
pub(crate) struct Fault(pub(crate) Error);

impl From<rusqlite::Error> for Fault {
    fn from(error: rusqlite::Error) -> Self {
        let code = error.sqlite_error().map(|e| (e.code, e.extended_code));
        Self(match code {
            Some((ErrorCode::DiskFull, _) | (_, ffi::SQLITE_IOERR_SHMSIZE)) => Error::Full,
            Some((ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked, _)) => {
                Error::Unavailable("another process keeps it locked".into())
            }
            Some((ErrorCode::OperationInterrupted, _)) => Error::Closed,
            Some((ErrorCode::NotADatabase, _)) => Error::Failed(format!(
                "{FILE} is not a database, or is damaged: restore it from a backup, or use another directory"
            )),
            _ => Error::Failed(error.to_string()),
        })
    }
}

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        Self(error)
    }
}

impl From<Fault> for Error {
    fn from(fault: Fault) -> Self {
        fault.0
    }
}

/// What is stored cannot be what this program wrote.
pub(crate) fn damaged(what: &str) -> Error {
    Error::Failed(format!("the database is damaged: {what}"))
}
