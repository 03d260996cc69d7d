//! Event streams: a session's events as they become durable, in the format that browsers read by themselves
//! (WHATWG HTML, "Server-sent events").
//!
//! `id:` is the event's number and `event:` its type, so a client that lost the connection goes on with
//! `Last-Event-ID`. Beside the session's own events there are `snapshot` (the session, when the stream begins from
//! nowhere), `gap` (`{after, first}`: what is between is no longer kept), `problem`, and `end` after the last event of a
//! session that has ended or was deleted. A stream that closes without `end` was cut: connect again.

use std::convert::Infallible;

use axum::body::Body;
use axum::http::HeaderValue;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::Response;
use bytes::Bytes;
use futures_util::stream;
use serde::Deserialize;
use serde_json::json;
use sessiond_api as api;
use sessiond_core::Revision;
use sessiond_engine::{Error, Watch, WatchItem};
use sessiond_store::Record;
use tokio::time::{Instant, Interval, MissedTickBehavior};

use crate::app::App;

/// What a client waits before it connects again, in milliseconds; the first bytes, so that headers go out at once.
const HELLO: &str = "retry: 1000\n\n";

/// What a stream is made of, one frame after the other.
pub(crate) trait Frames: Send + 'static {
    /// The next frame, and whether another may follow; nothing when the server shuts down. It may be dropped while it
    /// waits, and called again.
    fn next(&mut self) -> impl Future<Output = Option<(String, bool)>> + Send;
}

struct Streaming<F> {
    app: App,
    frames: F,
    heartbeat: Interval,
    _open: Open,
}

/// Keeps the number of open streams.
struct Open;

impl Open {
    fn new() -> Self {
        metrics::gauge!("sessiond_event_streams").increment(1);
        Self
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        metrics::gauge!("sessiond_event_streams").decrement(1);
    }
}

/// The answer that stays open.
pub(crate) fn respond(app: App, frames: impl Frames) -> Response {
    let period = app.options.heartbeat;
    let mut heartbeat = tokio::time::interval_at(Instant::now() + period, period);
    heartbeat.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let streaming = Streaming { app, frames, heartbeat, _open: Open::new() };
    let frames = stream::unfold((Some(streaming), true), |(streaming, first)| async move {
        let mut streaming = streaming?;
        if first {
            return Some((HELLO.to_owned(), (Some(streaming), false)));
        }
        let (frame, more) = streaming.next().await?;
        Some((frame, (more.then_some(streaming), false)))
    });
    let frames = futures_util::StreamExt::map(frames, |frame| Ok::<_, Infallible>(Bytes::from(frame)));
    let mut response = Response::new(Body::from_stream(frames));
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    // nginx would hold the events back to fill its buffer.
    headers.insert("x-accel-buffering", HeaderValue::from_static("no"));
    response
}

impl<F: Frames> Streaming<F> {
    /// The next frame, and whether another may follow; nothing when the server shuts down.
    async fn next(&mut self) -> Option<(String, bool)> {
        tokio::select! {
            biased;
            () = self.app.shutdown.cancelled() => None,
            _ = self.heartbeat.tick() => Some((": heartbeat\n\n".to_owned(), true)),
            frame = self.frames.next() => frame,
        }
    }
}

/// The events of a session.
pub(crate) struct Events {
    app: App,
    watch: Watch,
}

impl Events {
    pub(crate) fn new(app: App, watch: Watch) -> Self {
        Self { app, watch }
    }
}

impl Frames for Events {
    async fn next(&mut self) -> Option<(String, bool)> {
        match self.watch.next().await {
            // The engine ends its watches when it closes, too; then the session has not ended.
            None if self.app.shutdown.is_cancelled() => None,
            None => Some((frame(None, "end", &json!({"revision": self.watch.cursor()}).to_string()), false)),
            Some(Ok(WatchItem::Snapshot(session))) => {
                let session = api::Session::from(&*session);
                Some((json_frame(Some(session.revision), "snapshot", &session), true))
            }
            Some(Ok(WatchItem::Record(record))) => Some((record_frame(&record), true)),
            Some(Ok(WatchItem::Gap { after, first })) => {
                let gap = json!({"after": after, "first": first});
                Some((json_frame(Some(first.saturating_sub(1)), "gap", &gap), true))
            }
            Some(Err(Error::Closed)) => None,
            Some(Err(error)) => Some((json_frame(None, "problem", &sessiond_client::problem(error)), false)),
        }
    }
}

/// A frame that is nothing but data.
pub(crate) fn data(data: &serde_json::Value) -> String {
    format!("data: {data}\n\n")
}

/// An event goes out as it lies in the store; only its type is looked up.
fn record_frame(record: &Record) -> String {
    #[derive(Deserialize)]
    struct Head<'a> {
        #[serde(rename = "type", borrow)]
        kind: std::borrow::Cow<'a, str>,
    }
    let head = serde_json::from_str::<Head<'_>>(&record.json);
    frame(Some(record.seq), head.as_ref().map_or("event", |head| &head.kind), &record.json)
}

fn json_frame(id: Option<Revision>, event: &str, data: &impl serde::Serialize) -> String {
    match serde_json::to_string(data) {
        Ok(data) => frame(id, event, &data),
        Err(error) => {
            tracing::error!(%error, event, "a frame cannot be written");
            String::new()
        }
    }
}

/// JSON as serde writes it has no line breaks, so it is one `data:` line.
fn frame(id: Option<Revision>, event: &str, data: &str) -> String {
    match id {
        Some(id) => format!("id: {id}\nevent: {event}\ndata: {data}\n\n"),
        None => format!("event: {event}\ndata: {data}\n\n"),
    }
}
