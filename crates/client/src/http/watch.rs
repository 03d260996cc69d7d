//! The live view of a session over HTTP.

use futures_util::{StreamExt, stream};
use serde::Deserialize;
use sessiond_api::{Problem, operations};
use sessiond_core::{Revision, SessionId};

use super::Http;
use super::live::{Live, Step, parse};
use super::sse::Frame;
use crate::traits::{Watch, WatchItem};

struct Watching {
    live: Live,
    over: bool,
}

/// Opens the view.
pub(super) async fn open(http: Http, session: &SessionId, after: Option<Revision>) -> Result<Watch, Problem> {
    let cursor = after.map(|after| after.to_string());
    let live = Live::open(http, &operations::LIST_EVENTS, &[session.as_str()], cursor).await?;
    Ok(stream::unfold(Watching { live, over: false }, |mut watching| async move {
        let item = watching.next().await?;
        watching.over |= item.is_err();
        Some((item, watching))
    })
    .boxed())
}

impl Watching {
    async fn next(&mut self) -> Option<Result<WatchItem, Problem>> {
        while !self.over {
            let frame = match self.live.next().await {
                Ok(Step::Frame(frame)) => frame,
                Ok(Step::Broken(_)) => continue,
                Err(problem) => return Some(Err(problem)),
            };
            match self.item(&frame) {
                Ok(Some(item)) => return Some(Ok(item)),
                Ok(None) => {}
                Err(problem) if problem.retryable => self.live.reopen(),
                Err(problem) => return Some(Err(problem)),
            }
        }
        None
    }

    /// What a frame says to the watcher; nothing for one that only ends the stream.
    fn item(&mut self, frame: &Frame) -> Result<Option<WatchItem>, Problem> {
        let (seen, item) = match frame.event.as_str() {
            "end" => {
                self.over = true;
                return Ok(None);
            }
            "problem" => return Err(parse(&frame.data)?),
            "snapshot" => {
                let session: sessiond_api::Session = parse(&frame.data)?;
                (session.revision, WatchItem::Snapshot(Box::new(session)))
            }
            "gap" => {
                let Gap { after, first } = parse(&frame.data)?;
                (first.saturating_sub(1), WatchItem::Gap { after, first })
            }
            _ => {
                let event: sessiond_api::Event = parse(&frame.data)?;
                (event.seq, WatchItem::Event(event))
            }
        };
        self.live.cursor = Some(seen.to_string());
        Ok(Some(item))
    }
}

#[derive(Deserialize)]
struct Gap {
    after: Revision,
    first: Revision,
}
