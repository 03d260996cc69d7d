//! The live view of a turn over HTTP.

use futures_util::{StreamExt, stream};
use serde::Deserialize;
use sessiond_api::{Problem, operations};
use sessiond_core::{SessionId, TurnId};

use super::Http;
use super::live::{Live, Step, parse};
use super::sse::Frame;
use crate::traits::{TurnFollow, TurnItem};

struct Following {
    live: Live,
    over: bool,
}

/// Opens the view.
pub(super) async fn open(http: Http, session: &SessionId, turn: &TurnId) -> Result<TurnFollow, Problem> {
    let values = [session.as_str(), turn.as_str()];
    let live = Live::open(http, &operations::GET_TURN, &values, None).await?;
    Ok(stream::unfold(Following { live, over: false }, |mut following| async move {
        let item = following.next().await?;
        following.over |= matches!(item, Err(_) | Ok(TurnItem::Ended(_)));
        Some((item, following))
    })
    .boxed())
}

impl Following {
    async fn next(&mut self) -> Option<Result<TurnItem, Problem>> {
        while !self.over {
            let frame = match self.live.next().await {
                Ok(Step::Frame(frame)) => frame,
                Ok(Step::Broken(problem)) => return Some(Ok(TurnItem::Away(problem))),
                Err(problem) => return Some(Err(problem)),
            };
            match item(&frame) {
                Ok(item) => {
                    self.live.cursor = frame.id.or(self.live.cursor.take());
                    if let Some(item) = item {
                        return Some(Ok(item));
                    }
                }
                Err(problem) if problem.retryable => self.live.reopen(),
                Err(problem) => return Some(Err(problem)),
            }
        }
        None
    }
}

/// What a frame says; nothing if only a newer client knows it.
fn item(frame: &Frame) -> Result<Option<TurnItem>, Problem> {
    Ok(Some(match frame.event.as_str() {
        "queued" => {
            let Queued { before } = parse(&frame.data)?;
            TurnItem::Queued { before }
        }
        "text" => {
            let Part { offset, text } = parse(&frame.data)?;
            TurnItem::Text { offset, text }
        }
        "reasoning" => {
            let Part { offset, text } = parse(&frame.data)?;
            TurnItem::Reasoning { offset, text }
        }
        "tool" => TurnItem::Tool(Box::new(parse(&frame.data)?)),
        "end" => TurnItem::Ended(Box::new(parse(&frame.data)?)),
        "problem" => return Err(parse(&frame.data)?),
        _ => return Ok(None),
    }))
}

#[derive(Deserialize)]
struct Queued {
    before: usize,
}

#[derive(Deserialize)]
struct Part {
    offset: usize,
    text: String,
}
