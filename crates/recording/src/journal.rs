//! The journal of an execution, as far as calls are concerned.

use serde::Deserialize;
use sessiond_api::{Code, Event, ListEvents, Problem};
use sessiond_client::Client;
use sessiond_core::{CallEntry, Revision, SessionId};

use crate::threads;

/// A call's number in its session.
pub type CallNumber = u64;

/// What a call takes in a batch beside its input, output and error, in bytes.
pub const CALL_BYTES: usize = 192;

/// Events that are read at a time.
const PAGE: usize = 1_000;

/// What an event tells of calls.
#[derive(Debug)]
pub enum CallEvent {
    /// A process began to write.
    Began {
        /// The last call whose record may be used; all when absent.
        keep: Option<CallNumber>,
    },
    /// Calls began and ended.
    Calls(Vec<CallEntry>),
    /// Something else.
    Nothing,
}

#[derive(Deserialize)]
struct Began {
    keep: Option<CallNumber>,
}

#[derive(Deserialize)]
struct Recorded {
    calls: Vec<CallEntry>,
}

/// What an event tells of calls.
pub fn call_event(event: Event) -> Result<CallEvent, Problem> {
    let seq = event.seq;
    let unreadable = |error: serde_json::Error| {
        Problem::new(Code::Internal, format!("event {seq} of the session cannot be read: {error}"))
    };
    Ok(match event.kind.as_str() {
        "execution_began" => {
            let Began { keep } = serde_json::from_value(event.data).map_err(unreadable)?;
            CallEvent::Began { keep }
        }
        "calls_recorded" => {
            let Recorded { calls } = serde_json::from_value(event.data).map_err(unreadable)?;
            CallEvent::Calls(calls)
        }
        _ => CallEvent::Nothing,
    })
}

/// Reads a journal, oldest event first.
pub async fn each<E: From<Problem>>(
    client: &Client,
    id: &SessionId,
    mut take: impl FnMut(Revision, CallEvent) -> Result<(), E>,
) -> Result<(), E> {
    let mut after = Some(Revision::default());
    while after.is_some() {
        let query = ListEvents { after, limit: Some(PAGE) };
        let (client, id) = (client.clone(), id.clone());
        let page = threads::run(async move { client.events(&id, query).await }).await?;
        for event in page.events {
            take(event.seq, call_event(event)?)?;
        }
        after = page.next_cursor;
    }
    Ok(())
}

/// Bytes that a call takes in a batch.
pub fn size(entry: &CallEntry) -> usize {
    CALL_BYTES + entry.bytes()
}
