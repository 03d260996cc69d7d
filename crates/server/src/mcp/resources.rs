//! Resources: a session's state, and its journal.

use rmcp::ErrorData;
use rmcp::model::{ListResourcesResult, ReadResourceResult, Resource, ResourceContents, ResourceTemplate};
use serde::Serialize;
use sessiond_api as api;
use sessiond_api::{Code, Problem, operations};
use sessiond_core::SessionId;

use super::{Mcp, advice};

const SESSIONS: &str = "sessiond://sessions/";
const JSON: &str = "application/json";
/// Rows of a page of sessions.
const PAGE: usize = 50;
/// Events of a page of a journal; `?after=` asks for the next.
const EVENTS: usize = 500;

/// What can be read of any session.
pub(super) fn templates() -> Vec<ResourceTemplate> {
    let template = |uri: &str, name: &str, description: &str| {
        ResourceTemplate::new(uri, name).with_description(description).with_mime_type(JSON)
    };
    vec![
        template(
            "sessiond://sessions/{id}",
            "session",
            "The current state of a session: plan, participants, shared context, outcome.",
        ),
        template(
            "sessiond://sessions/{id}/events",
            "journal",
            "A session's journal, oldest event first, 500 at a time; ?after=N continues after event N.",
        ),
    ]
}

/// The sessions that the caller may see, newest first.
pub(super) async fn list(mcp: &Mcp, cursor: Option<String>) -> Result<ListResourcesResult, ErrorData> {
    let query = api::ListSessions { limit: Some(PAGE), cursor, ..api::ListSessions::default() };
    let page =
        mcp.allowed(&operations::LIST_SESSIONS).map(|()| mcp.client().sessions(query)).map_err(failed)?;
    let page = page.await.map_err(failed)?;
    let resources = page
        .sessions
        .into_iter()
        .map(|session| {
            let name = session.name.unwrap_or_else(|| session.session_id.to_string());
            let mut description = format!("{} {}", session.status, session.kind);
            if let Some(progress) = session.progress {
                description.push_str(&format!(", {progress}"));
            }
            if session.open_tasks > 0 {
                description.push_str(&format!(", {} open tasks", session.open_tasks));
            }
            Resource::new(format!("{SESSIONS}{}", session.session_id), name)
                .with_description(description)
                .with_mime_type(JSON)
        })
        .collect();
    let mut result = ListResourcesResult::with_all_items(resources);
    result.next_cursor = page.next_cursor;
    Ok(result)
}

/// What a URI names.
#[derive(Debug, PartialEq)]
enum Named {
    Session(SessionId),
    Events(SessionId, Option<u64>),
}

/// Reads one.
pub(super) async fn read(mcp: &Mcp, uri: &str) -> Result<ReadResourceResult, ErrorData> {
    let text = match parse(uri) {
        Some(Named::Session(id)) => {
            mcp.allowed(&operations::GET_SESSION).map_err(failed)?;
            json(&mcp.client().session(&id).await.map_err(failed)?)?
        }
        Some(Named::Events(id, after)) => {
            mcp.allowed(&operations::LIST_EVENTS).map_err(failed)?;
            let query = api::ListEvents { after, limit: Some(EVENTS) };
            json(&mcp.client().events(&id, query).await.map_err(failed)?)?
        }
        None => {
            let detail =
                format!("{uri} is none of sessiond://sessions/{{id}} and sessiond://sessions/{{id}}/events");
            return Err(ErrorData::resource_not_found(detail, None));
        }
    };
    Ok(ReadResourceResult::new(vec![ResourceContents::text(text, uri).with_mime_type(JSON)]))
}

/// The session that a URI speaks of.
pub(super) fn session(uri: &str) -> Option<SessionId> {
    match parse(uri)? {
        Named::Session(id) | Named::Events(id, _) => Some(id),
    }
}

fn parse(uri: &str) -> Option<Named> {
    let rest = uri.strip_prefix(SESSIONS)?;
    let (path, query) = rest.split_once('?').map_or((rest, None), |(path, query)| (path, Some(query)));
    match (path.strip_suffix("/events"), query) {
        (None, None) => Some(Named::Session(SessionId::parse(path).ok()?)),
        (None, Some(_)) => None,
        (Some(id), None) => Some(Named::Events(SessionId::parse(id).ok()?, None)),
        (Some(id), Some(query)) => {
            let after = query.strip_prefix("after=")?.parse().ok()?;
            Some(Named::Events(SessionId::parse(id).ok()?, Some(after)))
        }
    }
}

fn json(value: &impl Serialize) -> Result<String, ErrorData> {
    serde_json::to_string(value).map_err(|error| {
        tracing::error!(%error, "a resource cannot be written");
        ErrorData::internal_error("the resource cannot be written", None)
    })
}

/// A resource has no place for an error of its own, so the protocol's tells it.
pub(super) fn failed(problem: Problem) -> ErrorData {
    let text = advice::text(&problem);
    let data = serde_json::to_value(&problem).ok();
    match problem.code {
        Code::SessionNotFound => ErrorData::resource_not_found(text, data),
        Code::Internal | Code::Unavailable => ErrorData::internal_error(text, data),
        _ => ErrorData::invalid_params(text, data),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_uri_names_a_session_or_its_journal() {
        let id = || SessionId::parse("s_1").unwrap();
        assert_eq!(parse("sessiond://sessions/s_1"), Some(Named::Session(id())));
        assert_eq!(parse("sessiond://sessions/s_1/events"), Some(Named::Events(id(), None)));
        assert_eq!(parse("sessiond://sessions/s_1/events?after=7"), Some(Named::Events(id(), Some(7))));
        for wrong in [
            "sessiond://sessions/",
            "sessiond://sessions/a/b",
            "file:///s_1",
            "sessiond://sessions/s?after=1",
        ] {
            assert_eq!(parse(wrong), None, "{wrong}");
        }
    }
}
