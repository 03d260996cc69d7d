//! How a writer learns that a session takes nothing more from it.

use std::future::pending;

use futures_util::StreamExt;
use sessiond_api::{Code, EventBody, Problem};
use sessiond_client::{Client, WatchItem};
use sessiond_core::{Revision, SessionId, Status};

use crate::journal;

/// Waits until nothing more of the writer is taken whose last change has this revision, and says why: another process took
/// the session over, or somebody ended or deleted it.
pub async fn lost(client: &Client, id: &SessionId, revision: Revision) -> Problem {
    if let Ok(mut events) = client.watch(id, Some(revision)).await {
        while let Some(Ok(item)) = events.next().await {
            if let WatchItem::Event(event) = item
                && matches!(journal::body(&event), Ok(Some(EventBody::ExecutionBegan(_))))
            {
                return Problem::new(Code::WriterStale, "another process has taken the session over");
            }
        }
    }
    match client.session(id).await {
        Ok(session) if session.status != Status::Active => end_of(&session),
        Err(problem) if problem.code == Code::SessionNotFound => problem,
        // The next batch finds out.
        _ => pending().await,
    }
}

/// Why a session that somebody ended takes nothing more.
pub fn end_of(session: &sessiond_api::Session) -> Problem {
    Problem::new(Code::SessionEnded, format!("somebody ended the session: it is {}", session.status))
}
