//! The conditions of a request, from its headers.

use axum::extract::FromRequestParts;
use axum::http::HeaderMap;
use axum::http::request::Parts;
use sessiond_client::Conditions;
use sessiond_core::{AgentId, SessionId, limits};

use crate::app::App;
use crate::respond::Failure;

/// `Idempotency-Key`, `If-Match`, `Fencing-Token` and `x-agent-id`.
impl FromRequestParts<App> for Conditions {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, Failure> {
        read(&parts.headers)
    }
}

fn read(headers: &HeaderMap) -> Result<Conditions, Failure> {
    let mut conditions = Conditions::default();
    if let Some(key) = text(headers, "Idempotency-Key")? {
        if key.is_empty() || key.len() > limits::IDEMPOTENCY_KEY_BYTES {
            let detail = format!("an idempotency key has 1 to {} characters", limits::IDEMPOTENCY_KEY_BYTES);
            return Err(Failure::invalid("Idempotency-Key", detail));
        }
        conditions.idempotency_key = Some(key.to_owned());
    }
    if let Some(tag) = text(headers, "If-Match")?
        && tag != "*"
    {
        // A proxy that compresses makes the tag a weak one; it still stands for the revision.
        let revision = tag.strip_prefix("W/").unwrap_or(tag).trim_matches('"');
        conditions.expected_revision = Some(revision.parse().map_err(|_| {
            Failure::invalid("If-Match", "it is one revision in quotes, such as \"7\", or * for any")
        })?);
    }
    if let Some(fence) = text(headers, "Fencing-Token")? {
        let fence = fence
            .parse()
            .map_err(|_| Failure::invalid("Fencing-Token", "a fencing token is a whole number"))?;
        conditions.fence = Some(fence);
    }
    if let Some(agent) = text(headers, "x-agent-id")? {
        let agent =
            AgentId::parse(agent).map_err(|error| Failure::invalid("x-agent-id", error.to_string()))?;
        conditions.agent = Some(agent);
    }
    Ok(conditions)
}

/// The header that names the session of a chat.
pub(crate) const SESSION: &str = "x-session-id";

/// The session that the header `x-session-id` names.
pub(crate) fn named_session(headers: &HeaderMap) -> Result<Option<SessionId>, Failure> {
    let Some(name) = text(headers, SESSION)? else { return Ok(None) };
    SessionId::parse(name).map(Some).map_err(|error| Failure::invalid(SESSION, error.to_string()))
}

/// The header's only value, as text.
fn text<'a>(headers: &'a HeaderMap, name: &str) -> Result<Option<&'a str>, Failure> {
    let mut values = headers.get_all(name).iter();
    let Some(value) = values.next() else {
        return Ok(None);
    };
    if values.next().is_some() {
        return Err(Failure::invalid(name, "the header stands more than once"));
    }
    match value.to_str() {
        Ok(text) => Ok(Some(text.trim())),
        Err(_) => Err(Failure::invalid(name, "the header is not visible ASCII")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(name: &'static str, value: &str) -> Result<Conditions, Failure> {
        let mut headers = HeaderMap::new();
        headers.insert(name, value.parse().unwrap());
        read(&headers)
    }

    #[test]
    fn a_revision_is_one_tag_or_any() {
        for (tag, revision) in [("\"7\"", Some(7)), ("W/\"7\"", Some(7)), ("*", None)] {
            assert_eq!(check("if-match", tag).unwrap().expected_revision, revision, "{tag}");
        }
        for tag in ["\"x\"", "\"1\", \"2\"", "", "\"-1\""] {
            assert_eq!(check("if-match", tag).unwrap_err().0.errors[0].pointer, "If-Match", "{tag}");
        }
    }

    #[test]
    fn what_is_no_token_agent_or_key_is_named() {
        assert!(check("fencing-token", "x").is_err());
        assert!(check("x-agent-id", "backend").is_err());
        assert!(check("idempotency-key", &"x".repeat(257)).is_err());
        assert_eq!(check("fencing-token", "3").unwrap().fence, Some(3));
    }
}
