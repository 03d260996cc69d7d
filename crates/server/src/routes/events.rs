//! The journal of a session, in pages or live.

use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, HeaderValue};
use axum::response::IntoResponse;
use serde::de::IgnoredAny;
use sessiond_api as api;
use sessiond_api::{Code, operations};
use sessiond_client::RecordPage;
use sessiond_client::traits::Events as _;
use sessiond_core::SessionId;

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
    if !sse::is_wanted(&headers) {
        return page(&client.records(&id, query).await?);
    }
    let after = sse::last_event_id(&headers)?.or(query.after);
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
