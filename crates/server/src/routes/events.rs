//! The journal of a session, in pages or live.

use axum::extract::State;
use axum::http::header::{ACCEPT, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderValue};
use axum::response::IntoResponse;
use serde::de::IgnoredAny;
use sessiond_api as api;
use sessiond_api::{Code, operations};
use sessiond_client::RecordPage;
use sessiond_client::traits::Events as _;
use sessiond_core::{Revision, SessionId};

use crate::app::App;
use crate::extract::{At, Caller, Query};
use crate::respond::{Answer, Failure};
use crate::sse;

/// Read the journal, or watch it live.
///
/// With `Accept: text/event-stream` the response is a live stream: `id:` is the event's number and `event:` its type. It
/// resumes after `Last-Event-ID` or `after`; without either it starts with a `snapshot` event. A `gap` event names the events
/// that were dropped, and `end` follows the last event of a session that has ended.
#[utoipa::path(get, path = operations::LIST_EVENTS.path, tag = "events", params(api::ListEvents),
    responses((status = 200, description = "Events, oldest first.", content(
        (api::EventPage = "application/json"), (String = "text/event-stream")))))]
pub(super) async fn list_events(
    State(app): State<App>,
    Caller(client): Caller,
    At(id): At<SessionId>,
    Query(query): Query<api::ListEvents>,
    headers: HeaderMap,
) -> Answer {
    if !wants_stream(&headers) {
        return page(&client.records(&id, query).await?);
    }
    let after = last_event_id(&headers)?.or(query.after);
    let watch = client.engine().watch(client.principal(), &id, after).await;
    let events = sse::Events::new(app.clone(), watch.map_err(sessiond_client::problem)?);
    Ok(sse::respond(app, events))
}

/// The page as JSON. Its events go out as they lie in the store: reading and writing them anew took ten times as long.
fn page(page: &RecordPage) -> Answer {
    let bytes: usize = page.records.iter().map(|record| record.len() + 1).sum();
    let mut body = String::with_capacity(bytes + 64);
    body.push_str("{\"events\":[");
    for (i, record) in page.records.iter().enumerate() {
        if let Err(error) = serde_json::from_str::<IgnoredAny>(record) {
            tracing::error!(%error, "an event cannot be read");
            let detail = "the session's journal is damaged; the server's log says more";
            return Err(Failure::new(Code::Internal, detail));
        }
        if i > 0 {
            body.push(',');
        }
        body.push_str(record);
    }
    let next = page.next_cursor.map_or_else(|| "null".to_owned(), |cursor| cursor.to_string());
    body.push_str(&format!("],\"revision\":{},\"next_cursor\":{next}}}", page.revision));
    Ok(([(CONTENT_TYPE, HeaderValue::from_static("application/json"))], body).into_response())
}

/// Whether a stream is asked for: named, not refused, and not less wanted than JSON. See RFC 9110, section 12.5.1.
fn wants_stream(headers: &HeaderMap) -> bool {
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
fn last_event_id(headers: &HeaderMap) -> Result<Option<Revision>, Failure> {
    let Some(value) = headers.get("last-event-id").filter(|value| !value.as_bytes().trim_ascii().is_empty())
    else {
        return Ok(None);
    };
    let id = value.to_str().ok().and_then(|text| text.trim().parse().ok());
    id.map(Some)
        .ok_or_else(|| Failure::invalid("Last-Event-ID", "it is the number of the last event that was seen"))
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
            assert_eq!(wants_stream(&headers), stream, "{accept}");
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
