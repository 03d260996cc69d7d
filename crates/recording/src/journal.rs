//! Reading a session's journal.

use std::pin::pin;

use futures_util::stream::{self, StreamExt};
use sessiond_api::{Code, Event, EventBody, EventPage, ListEvents, Problem, UnreadableEvent};
use sessiond_background as background;
use sessiond_client::Client;
use sessiond_core::{CallEntry, Revision, SessionId};
use tokio::task::JoinHandle;

use crate::threads::joined;

/// A call's number in its session.
pub type CallNumber = u64;

/// What a call takes in a batch beside its input, output and error, in bytes.
pub const CALL_BYTES: usize = 192;

/// Events that are read at a time.
const PAGE: usize = 1_000;

/// Bytes of payloads that a thread gives their types at a time.
const PART: usize = 256 * 1024;

/// Parts that are given their types at once.
const PARTS: usize = 8;

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

/// Reads a journal, oldest event first. The next page is read, and events are given their types, on other threads while
/// this one takes them in: the types are most of the work of a long journal.
pub async fn each<E: From<Problem>>(
    client: &Client,
    id: &SessionId,
    mut take: impl FnMut(Revision, EventBody) -> Result<(), E>,
) -> Result<(), E> {
    let mut next = Some(page(client, id, Revision::default()));
    while let Some(reading) = next.take() {
        let EventPage { events, next_cursor, .. } = joined(reading).await?;
        next = next_cursor.map(|after| page(client, id, after));
        let mut parts = parts(events);
        // A short page is one part, which is not worth another thread.
        let last = parts.pop().unwrap_or_default();
        let bodies_of = |part| joined(background::spawn_blocking(|| bodies(part)));
        let mut typed = pin!(stream::iter(parts).map(bodies_of).buffered(PARTS));
        while let Some(part) = typed.next().await {
            for (seq, body) in part? {
                take(seq, body)?;
            }
        }
        for (seq, body) in bodies(last)? {
            take(seq, body)?;
        }
    }
    Ok(())
}

/// What events say, but for those whose types are not known here.
fn bodies(events: Vec<Event>) -> Result<Vec<(Revision, EventBody)>, Problem> {
    let bodies =
        events.iter().filter_map(|event| Some(body(event).transpose()?.map(|body| (event.seq, body))));
    bodies.collect()
}

/// Begins to read the page after an event.
fn page(client: &Client, id: &SessionId, after: Revision) -> JoinHandle<Result<EventPage, Problem>> {
    let (client, id) = (client.clone(), id.clone());
    background::spawn(async move {
        client.events(&id, ListEvents { after: Some(after), limit: Some(PAGE) }).await
    })
}

/// Events in parts of about [`PART`] bytes.
fn parts(events: Vec<Event>) -> Vec<Vec<Event>> {
    let (mut parts, mut part, mut bytes) = (Vec::new(), Vec::new(), 0);
    for event in events {
        bytes += event.data.as_str().len();
        part.push(event);
        if bytes >= PART {
            parts.push(std::mem::take(&mut part));
            bytes = 0;
        }
    }
    parts.push(part);
    parts
}

/// Bytes that a call takes in a batch.
pub fn size(entry: &CallEntry) -> usize {
    CALL_BYTES + entry.bytes()
}
