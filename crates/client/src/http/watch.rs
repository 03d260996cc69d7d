//! The live view over HTTP: an event stream that is opened again at its cursor whenever it breaks.

use std::collections::VecDeque;
use std::time::Duration;

use backon::{BackoffBuilder, ExponentialBackoff, ExponentialBuilder};
use futures_util::{StreamExt, stream};
use reqwest::Response;
use serde::Deserialize;
use sessiond_api::{Code, Problem, operations};
use sessiond_core::{Revision, SessionId};

use super::request::Request;
use super::sse::{Frame, Parser};
use super::{Http, answer};
use crate::traits::{Watch, WatchItem};

/// The server sends something at least every 15 seconds; after three times that the connection is dead.
const SILENCE: Duration = Duration::from_secs(45);
/// How long the server may be away before a watcher gives up.
const AWAY: Duration = Duration::from_secs(300);

struct Watching {
    http: Http,
    session: SessionId,
    /// The last event that was seen; nothing until the snapshot came.
    cursor: Option<Revision>,
    stream: Option<Response>,
    parser: Parser,
    frames: VecDeque<Frame>,
    backoff: ExponentialBackoff,
    over: bool,
}

/// Opens the view. The first connection is made here, so that a session that is not there is told at once.
pub(super) async fn open(http: Http, session: &SessionId, after: Option<Revision>) -> Result<Watch, Problem> {
    let mut watching = Watching {
        http,
        session: session.clone(),
        cursor: after,
        stream: None,
        parser: Parser::default(),
        frames: VecDeque::new(),
        backoff: backoff(),
        over: false,
    };
    let response = watching.request().send().await?;
    watching.begin(response);
    Ok(stream::unfold(watching, |mut watching| async move {
        let item = watching.next().await?;
        watching.over |= item.is_err();
        Some((item, watching))
    })
    .boxed())
}

fn backoff() -> ExponentialBackoff {
    ExponentialBuilder::default()
        .with_min_delay(Duration::from_millis(100))
        .with_max_delay(Duration::from_secs(5))
        .without_max_times()
        .with_total_delay(Some(AWAY))
        .with_jitter()
        .build()
}

impl Watching {
    fn request(&self) -> Request<'_> {
        let mut request = self.http.request(&operations::LIST_EVENTS, &[self.session.as_str()]);
        request = request.header("accept", "text/event-stream").streaming();
        if let Some(cursor) = self.cursor {
            request = request.header("last-event-id", cursor.to_string());
        }
        request
    }

    fn begin(&mut self, response: Response) {
        self.parser = Parser::default();
        self.frames.clear();
        self.stream = Some(response);
    }

    async fn next(&mut self) -> Option<Result<WatchItem, Problem>> {
        if self.over {
            return None;
        }
        loop {
            if let Some(frame) = self.frames.pop_front() {
                match self.item(&frame) {
                    Ok(Some(item)) => return Some(Ok(item)),
                    Ok(None) if self.over => return None,
                    Ok(None) => continue,
                    Err(problem) if problem.retryable => self.stream = None,
                    Err(problem) => return Some(Err(problem)),
                }
            }
            if let Err(problem) = self.read().await {
                return Some(Err(problem));
            }
        }
    }

    /// Reads on, or connects again when the stream broke. An error is final.
    async fn read(&mut self) -> Result<(), Problem> {
        let problem = match &mut self.stream {
            None => match self.request().send_once().await {
                Ok(response) => {
                    self.begin(response);
                    return Ok(());
                }
                Err(problem) if problem.retryable => problem,
                Err(problem) => return Err(problem),
            },
            Some(stream) => match tokio::time::timeout(SILENCE, stream.chunk()).await {
                Ok(Ok(Some(bytes))) => {
                    self.frames.extend(self.parser.feed(&bytes));
                    self.backoff = backoff();
                    return Ok(());
                }
                Ok(Ok(None)) => {
                    Problem::new(Code::Unreachable, "the event stream ended before the session did")
                }
                Ok(Err(error)) => answer::broken(&error),
                Err(_) => Problem::new(Code::Unreachable, "the event stream fell silent"),
            },
        };
        self.stream = None;
        let Some(delay) = self.backoff.next() else {
            return Err(problem);
        };
        tracing::debug!(%problem, ?delay, "the event stream broke; connecting again");
        tokio::time::sleep(delay).await;
        Ok(())
    }

    /// What a frame says to the watcher; nothing for one that only ends the stream.
    fn item(&mut self, frame: &Frame) -> Result<Option<WatchItem>, Problem> {
        match frame.event.as_str() {
            "end" => {
                self.over = true;
                Ok(None)
            }
            "problem" => Err(parse(&frame.data)?),
            "snapshot" => {
                let session: sessiond_api::Session = parse(&frame.data)?;
                self.cursor = Some(session.revision);
                Ok(Some(WatchItem::Snapshot(Box::new(session))))
            }
            "gap" => {
                let Gap { after, first } = parse(&frame.data)?;
                self.cursor = Some(first.saturating_sub(1));
                Ok(Some(WatchItem::Gap { after, first }))
            }
            _ => {
                let event: sessiond_api::Event = parse(&frame.data)?;
                self.cursor = Some(event.seq);
                Ok(Some(WatchItem::Event(event)))
            }
        }
    }
}

#[derive(Deserialize)]
struct Gap {
    after: Revision,
    first: Revision,
}

fn parse<T: serde::de::DeserializeOwned>(data: &str) -> Result<T, Problem> {
    serde_json::from_str(data).map_err(|error| {
        let detail =
            format!("the event stream holds what this client cannot read ({error}): is the server newer?");
        let mut problem = Problem::new(Code::Internal, detail);
        // The same bytes would come again.
        problem.retryable = false;
        problem
    })
}
