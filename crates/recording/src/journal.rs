//! Reading a session's journal.

use sessiond_api::{Code, Event, EventBody, ListEvents, Problem, UnreadableEvent};
use sessiond_client::Client;
use sessiond_core::{CallEntry, Revision, SessionId};

use crate::threads;

/// A call's number in its session.
pub type CallNumber = u64;

/// What a call takes in a batch beside its input, output and error, in bytes.
pub const CALL_BYTES: usize = 192;

/// Events that are read at a time.
const PAGE: usize = 1_000;

/// What an event says; nothing when a newer version wrote it, whose types are not known here.
pub fn body(event: &Event) -> Result<Option<EventBody>, Problem> {
    match event.body() {
        Ok(body) => Ok(Some(body)),
        Err(UnreadableEvent::UnknownType { .. }) => Ok(None),
        Err(error @ UnreadableEvent::Malformed { .. }) => {
            Err(Problem { retryable: false, ..Problem::new(Code::Internal, error.to_string()) })
        }
    }
}

/// Reads a journal, oldest event first.
pub async fn each<E: From<Problem>>(
    client: &Client,
    id: &SessionId,
    mut take: impl FnMut(Revision, EventBody) -> Result<(), E>,
) -> Result<(), E> {
    let mut after = Some(Revision::default());
    while after.is_some() {
        let query = ListEvents { after, limit: Some(PAGE) };
        let (client, id) = (client.clone(), id.clone());
        let page = threads::run(async move { client.events(&id, query).await }).await?;
        for event in page.events {
            if let Some(body) = body(&event)? {
                take(event.seq, body)?;
            }
        }
        after = page.next_cursor;
    }
    Ok(())
}

/// Bytes that a call takes in a batch.
pub fn size(entry: &CallEntry) -> usize {
    CALL_BYTES + entry.bytes()
}
