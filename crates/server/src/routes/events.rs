//! The journal of a session, in pages or live.

use axum::extract::State;
use axum::http::HeaderMap;
use axum::http::header::ACCEPT;
use sessiond_api as api;
use sessiond_client::Door;
use sessiond_core::{Revision, SessionId};

use crate::app::App;
use crate::auth::Pass;
use crate::extract::{At, Caller, Query};
use crate::respond::{self, Answer, Failure};
use crate::sse;

/// Read the journal, or watch it live.
///
/// With `Accept: text/event-stream` the answer stays open: `id:` is the event's number and `event:` its type. It
/// resumes after `Last-Event-ID` or `after`; from nowhere it begins with a `snapshot` event. A `gap` event tells what
/// is no longer kept, and `end` that the session has ended and was told to its last event.
#[utoipa::path(get, path = "/sessions/{session_id}/events", tag = "events", params(api::ListEvents),
    responses((status = 200, description = "Events, oldest first.", content(
        (api::EventPage = "application/json"), (String = "text/event-stream")))))]
pub(super) async fn list_events(
    State(app): State<App>,
    Caller(door): Caller,
    pass: Pass,
    At(id): At<SessionId>,
    Query(query): Query<api::ListEvents>,
    headers: HeaderMap,
) -> Answer {
    if !wants_stream(&headers) {
        return respond::ok(door.events(&id, query).await?);
    }
    let after = last_event_id(&headers)?.or(query.after);
    let watch = door.engine().watch(door.principal(), &id, after).await;
    Ok(sse::respond(app, pass, watch.map_err(sessiond_client::problem)?))
}

fn wants_stream(headers: &HeaderMap) -> bool {
    let accepted = headers.get_all(ACCEPT).iter().filter_map(|value| value.to_str().ok());
    accepted.into_iter().any(|value| value.contains("text/event-stream"))
}

fn last_event_id(headers: &HeaderMap) -> Result<Option<Revision>, Failure> {
    let Some(value) = headers.get("last-event-id") else {
        return Ok(None);
    };
    let id = value.to_str().ok().and_then(|text| text.trim().parse().ok());
    id.map(Some)
        .ok_or_else(|| Failure::invalid("Last-Event-ID", "it is the number of the last event that was seen"))
}
