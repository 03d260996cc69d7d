//! Reading a session's journal.

use std::pin::pin;
use std::sync::Arc;

use futures_util::stream::{self, StreamExt};
use sessiond_api::{Code, Event, EventBody, ListEvents, Problem, UnreadableEvent};
use sessiond_background as background;
use sessiond_client::{Client, RecordPage};
use sessiond_core::{self as core, CallEntry, Inputs, Revision, SessionId};
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
    inputs: Inputs,
    mut take: impl FnMut(Revision, EventBody) -> Result<(), E>,
) -> Result<(), E> {
    let mut next = Some(page(client, id, Revision::default()));
    while let Some(reading) = next.take() {
        let RecordPage { records, next_cursor, .. } = joined(reading).await?;
        next = next_cursor.map(|after| page(client, id, after));
        let mut parts = parts(records);
        // A short page is one part, which is not worth another thread.
        let last = parts.pop().unwrap_or_default();
        let read = |part| joined(background::spawn_blocking(move || read(part, inputs)));
        let mut typed = pin!(stream::iter(parts).map(read).buffered(PARTS));
        while let Some(part) = typed.next().await {
            for event in part? {
                take(event.seq, event.body)?;
            }
        }
        for record in last {
            if let Some(event) = event(&record, inputs)? {
                take(event.seq, event.body)?;
            }
        }
    }
    Ok(())
}

/// The events of records, but for those whose types are not known here.
fn read(records: Vec<Arc<str>>, inputs: Inputs) -> Result<Vec<core::Event>, Problem> {
    records.iter().filter_map(|record| event(record, inputs).transpose()).collect()
}

fn event(record: &str, inputs: Inputs) -> Result<Option<core::Event>, Problem> {
    core::Event::read(record, inputs).map_err(|error| {
        let text = format!("an event of the session's journal cannot be read: {error}");
        Problem { retryable: false, ..Problem::new(Code::Internal, text) }
    })
}

/// Begins to read the page after an event.
fn page(client: &Client, id: &SessionId, after: Revision) -> JoinHandle<Result<RecordPage, Problem>> {
    let (client, id) = (client.clone(), id.clone());
    background::spawn(async move {
        client.records(&id, ListEvents { after: Some(after), limit: Some(PAGE) }).await
    })
}

/// Records in parts of about [`PART`] bytes.
fn parts(records: Vec<Arc<str>>) -> Vec<Vec<Arc<str>>> {
    let (mut parts, mut part, mut bytes) = (Vec::new(), Vec::new(), 0);
    for record in records {
        bytes += record.len();
        part.push(record);
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
