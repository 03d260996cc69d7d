//! The journal of an execution, as far as calls are concerned.

use serde::Deserialize;
use sessiond_api::{Code, Event, ListEvents, Problem};
use sessiond_client::Client;
use sessiond_core::{CallEntry, Revision, SessionId};

use crate::background;
use crate::error::Error;
use crate::replay::CallNumber;

/// Events that are read at a time.
const PAGE: usize = 1_000;

/// What an event tells of calls.
#[derive(Debug)]
pub enum Told {
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
pub fn told(event: Event) -> Result<Told, Problem> {
    let seq = event.seq;
    let unreadable = |error: serde_json::Error| {
        Problem::new(Code::Internal, format!("event {seq} of the session cannot be read: {error}"))
    };
    Ok(match event.kind.as_str() {
        "execution_began" => {
            let Began { keep } = serde_json::from_value(event.data).map_err(unreadable)?;
            Told::Began { keep }
        }
        "calls_recorded" => {
            let Recorded { calls } = serde_json::from_value(event.data).map_err(unreadable)?;
            Told::Calls(calls)
        }
        _ => Told::Nothing,
    })
}

/// Reads a journal, oldest event first.
pub async fn each(
    client: &Client,
    id: &SessionId,
    mut take: impl FnMut(Revision, Told) -> Result<(), Error>,
) -> Result<(), Error> {
    let mut after = Some(Revision::default());
    while after.is_some() {
        let query = ListEvents { after, limit: Some(PAGE) };
        let (client, id) = (client.clone(), id.clone());
        let page = background::run(async move { client.events(&id, query).await }).await?;
        for event in page.events {
            take(event.seq, told(event)?)?;
        }
        after = page.next_cursor;
    }
    Ok(())
}
