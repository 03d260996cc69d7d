//! Event streams: a session's events as they become durable, in the format that browsers read by themselves
//! (WHATWG HTML, "Server-sent events").
//!
//! `id:` is the event's number and `event:` its type, so a client that lost the connection goes on with
//! `Last-Event-ID`. Beside the session's own events there are `snapshot` (the session, when the stream begins from
//! nowhere), `gap` (`{after, first}`: what is between is no longer kept), `problem`, and `end` after the last event of a
//! session that has ended or was deleted. A stream that closes without `end` was cut: connect again.

use std::convert::Infallible;
use std::fmt::Display;

use axum::body::Body;
use axum::http::header::{ACCEPT, CACHE_CONTROL, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderValue};
use axum::response::Response;
use bytes::Bytes;
use futures_util::stream;
use serde::Deserialize;
use serde_json::json;
use sessiond_api as api;
use sessiond_client::Embedded;
use sessiond_client::traits::Conversation as _;
use sessiond_core::{Revision, SessionId, TurnId};
use sessiond_engine::{Error, TurnFollow, TurnItem, Watch, WatchItem};
use sessiond_store::Record;
use tokio::time::{Instant, Interval, MissedTickBehavior};

use crate::app::App;
use crate::respond::Failure;

/// What a client waits before it connects again, in milliseconds; the first bytes, so that headers go out at once.
const HELLO: &str = "retry: 1000\n\n";
/// The first bytes for clients that take any other field for an event.
pub(crate) const COMMENT: &str = ": sessiond\n\n";

/// What a stream is made of, one frame after the other.
pub(crate) trait Frames: Send + 'static {
    /// The next frame, and whether another may follow; nothing when the server shuts down. It may be dropped while it
    /// waits, and called again.
    fn next(&mut self) -> impl Future<Output = Option<(String, bool)>> + Send;
}

struct Streaming<F> {
    app: App,
    /// What is sent at once, so that the headers go out.
    hello: &'static str,
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
    respond_with(app, HELLO, frames)
}

/// The answer that stays open, with its first bytes.
pub(crate) fn respond_with(app: App, hello: &'static str, frames: impl Frames) -> Response {
    let period = app.options.heartbeat;
    let mut heartbeat = tokio::time::interval_at(Instant::now() + period, period);
    heartbeat.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let streaming = Streaming { app, hello, frames, heartbeat, _open: Open::new() };
    let frames = stream::unfold((Some(streaming), true), |(streaming, first)| async move {
        let mut streaming = streaming?;
        if first {
            return Some((streaming.hello.to_owned(), (Some(streaming), false)));
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
            None => Some((
                frame(None::<Revision>, "end", &json!({"revision": self.watch.cursor()}).to_string()),
                false,
            )),
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
            Some(Err(error)) => {
                Some((json_frame(None::<Revision>, "problem", &sessiond_client::problem(error)), false))
            }
        }
    }
}

/// The answer of a turn: what there is of it, and then the rest as it comes.
pub(crate) struct Turn {
    app: App,
    client: Embedded,
    session: SessionId,
    turn: TurnId,
    follow: TurnFollow,
}

impl Turn {
    pub(crate) fn new(
        app: App,
        client: Embedded,
        session: SessionId,
        turn: TurnId,
        follow: TurnFollow,
    ) -> Self {
        Self { app, client, session, turn, follow }
    }

    /// A frame of the turn. Its id is a cursor for this turn: the number of the turn, and the bytes of text so far.
    fn frame(&self, event: &str, data: &impl serde::Serialize) -> String {
        json_frame(Some(format!("{}:{}", self.turn, self.follow.offset())), event, data)
    }
}

impl Frames for Turn {
    async fn next(&mut self) -> Option<(String, bool)> {
        match self.follow.next().await {
            Ok(Some(TurnItem::Queued { before })) => {
                Some((self.frame("queued", &json!({"turn_id": self.turn, "before": before})), true))
            }
            Ok(Some(TurnItem::Text { offset, text })) => {
                Some((self.frame("text", &json!({"offset": offset, "text": text})), true))
            }
            Ok(Some(TurnItem::Reasoning { offset, text })) => {
                Some((self.frame("reasoning", &json!({"offset": offset, "text": text})), true))
            }
            Ok(Some(TurnItem::Tool(tool))) => Some((self.frame("tool", &tool), true)),
            Ok(Some(TurnItem::Ended(_))) => {
                match self.client.turn(&self.session, &self.turn, api::GetTurn::default()).await {
                    Ok(turn) => Some((self.frame("end", &turn), false)),
                    Err(problem) => Some((json_frame(None::<Revision>, "problem", &problem), false)),
                }
            }
            Ok(None) => None,
            Err(_) if self.app.shutdown.is_cancelled() => None,
            Err(error) => {
                let problem = sessiond_client::problem(error);
                Some((json_frame(None::<Revision>, "problem", &problem), false))
            }
        }
    }
}

/// A frame that is nothing but data.
pub(crate) fn data(data: &serde_json::Value) -> String {
    format!("data: {data}\n\n")
}

/// A frame of that event, without an id.
pub(crate) fn event(event: &str, data: &serde_json::Value) -> String {
    frame(None::<Revision>, event, &data.to_string())
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

fn json_frame(id: Option<impl Display>, event: &str, data: &impl serde::Serialize) -> String {
    match serde_json::to_string(data) {
        Ok(data) => frame(id, event, &data),
        Err(error) => {
            tracing::error!(%error, event, "a frame cannot be written");
            String::new()
        }
    }
}

/// JSON as serde writes it has no line breaks, so it is one `data:` line.
fn frame(id: Option<impl Display>, event: &str, data: &str) -> String {
    match id {
        Some(id) => format!("id: {id}\nevent: {event}\ndata: {data}\n\n"),
        None => format!("event: {event}\ndata: {data}\n\n"),
    }
}

/// Whether a stream is asked for: named, not refused, and not less wanted than JSON. See RFC 9110, section 12.5.1.
pub(crate) fn is_wanted(headers: &HeaderMap) -> bool {
    let (mut stream, mut json) = (None, None);
    for range in
        headers.get_all(ACCEPT).iter().filter_map(|value| value.to_str().ok()).flat_map(|v| v.split(','))
    {
        let mut parts = range.split(';').map(str::trim);
        let name = parts.next().unwrap_or_default();
        let quality = parts
            .filter_map(|parameter| parameter.split_once('='))
            .find(|(parameter, _)| parameter.trim().eq_ignore_ascii_case("q"))
            .map_or(Some(1.0), |(_, quality)| quality.trim().parse::<f32>().ok());
        if name.eq_ignore_ascii_case("text/event-stream") {
            stream = quality;
        } else if name.eq_ignore_ascii_case("application/json") {
            json = quality;
        }
    }
    stream.is_some_and(|stream| stream > 0.0 && json.is_none_or(|json| stream >= json))
}

/// The number of the last event that was seen; an empty header says nothing.
pub(crate) fn last_event_id(headers: &HeaderMap) -> Result<Option<Revision>, Failure> {
    let Some(value) = seen(headers) else { return Ok(None) };
    let id = value.to_str().ok().and_then(|text| text.trim().parse().ok());
    id.map(Some)
        .ok_or_else(|| Failure::invalid("Last-Event-ID", "it is the number of the last event that was seen"))
}

/// The bytes of a turn's answer that the reader has, from the cursor of the last frame that was seen.
pub(crate) fn turn_cursor(headers: &HeaderMap) -> Result<usize, Failure> {
    let Some(value) = seen(headers) else { return Ok(0) };
    let offset = value.to_str().ok().and_then(|text| text.trim().split_once(':')?.1.parse().ok());
    offset.ok_or_else(|| {
        Failure::invalid("Last-Event-ID", "it is the id of the last event of this turn that was seen")
    })
}

/// The header that a client sends when it connects again; an empty one says nothing.
fn seen(headers: &HeaderMap) -> Option<&HeaderValue> {
    headers.get("last-event-id").filter(|value| !value.as_bytes().trim_ascii().is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_is_for_who_asks_for_it() {
        for (accept, stream) in [
            ("", false),
            ("*/*", false),
            ("application/json", false),
            ("text/event-stream", true),
            ("TEXT/Event-Stream", true),
            ("text/event-stream;q=0", false),
            ("text/event-stream; q=0.5", true),
            ("text/event-stream;charset=utf-8", true),
            ("application/json, text/event-stream", true),
            ("application/json, text/event-stream;q=0.5", false),
            ("application/json;q=0.4, text/event-stream ; Q=0.5", true),
            ("text/event-stream-of-mine", false),
        ] {
            let headers = HeaderMap::from_iter([(ACCEPT, HeaderValue::from_static(accept))]);
            assert_eq!(is_wanted(&headers), stream, "{accept}");
        }
    }

    #[test]
    fn an_empty_last_event_id_says_nothing() {
        let of = |value| last_event_id(&HeaderMap::from_iter([("last-event-id".parse().unwrap(), value)]));
        assert_eq!(of(HeaderValue::from_static(" ")).unwrap(), None);
        assert_eq!(of(HeaderValue::from_static("7")).unwrap(), Some(7));
        assert!(of(HeaderValue::from_static("x")).is_err());
    }
}
