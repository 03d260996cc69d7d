//! What the engine's errors are to a caller.

use std::path::Path;

use sessiond_api::{Code, Problem};
use sessiond_engine::Error;
use sessiond_store::Error as StoreError;

use super::store::OpenError;

/// The problem that an error of the engine is to its caller. What a caller must not know goes to the log alone.
pub fn problem(error: Error) -> Problem {
    let code = match error {
        Error::Rejected(rejection) => {
            if let sessiond_core::Rejection::Corrupt(corrupt) = &rejection {
                tracing::error!(%corrupt, "a journal is damaged");
            }
            return rejection.into();
        }
        Error::Store(error) => return store_problem(&error),
        Error::Conflict => Code::Conflict,
        Error::IdempotencyMismatch(_) => Code::IdempotencyMismatch,
        Error::AgentNotFound(_) => Code::AgentNotFound,
        Error::AgentExists(_) => Code::AgentExists,
        Error::LimitReached { .. } => Code::LimitReached,
        Error::InboxFull(_) => return Problem::new(Code::InboxFull, error.to_string()).retry_after(1),
        Error::MessageExists(_) => Code::MessageExists,
        Error::MessageNotFound => Code::MessageNotFound,
        Error::InboxTaken { .. } => Code::FenceStale,
        Error::ScheduleNotFound => Code::ScheduleNotFound,
        Error::ScheduleExists => Code::ScheduleExists,
        Error::ScheduleStale { .. } => Code::RevisionStale,
        Error::KeyNotFound => Code::KeyNotFound,
        Error::Forbidden(_) => Code::Forbidden,
        Error::Gap { .. } => Code::EventGap,
        Error::ResponseTimeout => Code::ResponseTimeout,
        Error::Import { .. } => Code::ImportInvalid,
        Error::FileMissing => Code::FileNotFound,
        Error::FileTooLarge => Code::FileTooLarge,
        Error::FileUnreadable(_) => Code::FileUnreadable,
        Error::NoUploads | Error::ReaderUnavailable(_) => Code::Unavailable,
        Error::File(error) => {
            tracing::error!(%error, "a file cannot be stored or read");
            return Problem::new(
                Code::Internal,
                "the file cannot be stored or read; the server's log says more",
            );
        }
        Error::Closed => return Problem::new(Code::Unavailable, error.to_string()).retry_after(1),
    };
    Problem::new(code, error.to_string())
}

/// The problem that a store which does not open is to its caller, who opens it in this process and has no server's log.
pub(super) fn open_problem(dir: &Path, error: OpenError) -> Problem {
    match error {
        OpenError::Scheme(_) => Problem::new(Code::InvalidInput, error.to_string()),
        OpenError::Store(StoreError::Failed(_)) => {
            Problem::new(Code::Internal, format!("cannot open the store in {}: {error}", dir.display()))
        }
        OpenError::Store(error) => store_problem(&error),
    }
}

fn store_problem(error: &StoreError) -> Problem {
    match error {
        StoreError::Full => Problem::new(Code::StoreFull, error.to_string()),
        StoreError::Cursor => Problem::new(Code::InvalidCursor, error.to_string()),
        StoreError::Newer { .. } => Problem::new(Code::Unavailable, error.to_string()),
        StoreError::Unavailable(_) | StoreError::Closed => {
            tracing::warn!(%error, "the store is unavailable");
            Problem::new(Code::Unavailable, "the store does not respond; retry").retry_after(1)
        }
        StoreError::Failed(_) => {
            tracing::error!(%error, "the store failed");
            Problem::new(Code::Internal, "the store failed; the server's log says more")
        }
    }
}
