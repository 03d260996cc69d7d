//! How an answer is read.

use reqwest::Response;
use reqwest::header::{CONTENT_TYPE, ETAG, RETRY_AFTER};
use serde::de::DeserializeOwned;
use sessiond_api::{Code, Problem};
use sessiond_core::Revision;

/// A body that is no problem is quoted up to this many characters, so that a proxy's page does not fill the terminal.
const QUOTE: usize = 200;

/// The answer's body, which must be JSON of that type.
pub(super) async fn read<T: DeserializeOwned>(response: Response) -> Result<T, Problem> {
    let url = response.url().clone();
    let body = response.bytes().await.map_err(|error| broken(&error))?;
    serde_json::from_slice(&body).map_err(|error| {
        let text = format!(
            "{} answers what this client cannot read ({error}): is it a sessiond, and as new?",
            url.path()
        );
        Problem::new(Code::Internal, text)
    })
}

/// The revision that the answer's `ETag` names.
pub(super) fn revision(response: &Response) -> Option<Revision> {
    let tag = response.headers().get(ETAG)?.to_str().ok()?;
    // A proxy that compresses makes the tag a weak one.
    tag.trim_start_matches("W/").trim_matches('"').parse().ok()
}

/// The problem that an answer without success is.
pub(super) async fn problem(response: Response) -> Problem {
    let status = response.status();
    let retry_after = response.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok()?.parse().ok());
    let is_problem = response
        .headers()
        .get(CONTENT_TYPE)
        .is_some_and(|kind| kind.as_bytes().starts_with(b"application/problem+json"));
    let place = response.url().origin().ascii_serialization();
    let body = response.bytes().await.unwrap_or_default();
    if is_problem && let Ok(mut problem) = serde_json::from_slice::<Problem>(&body) {
        problem.retry_after = problem.retry_after.or(retry_after);
        return problem;
    }
    // What answers here is a proxy, or another program altogether.
    let code = match status.as_u16() {
        401 => Code::Unauthenticated,
        403 => Code::Forbidden,
        404 => Code::NotFound,
        413 => Code::BodyTooLarge,
        431 => Code::HeadersTooLarge,
        408 | 429 | 502..=504 => Code::Unavailable,
        _ => Code::Internal,
    };
    let quote: String = String::from_utf8_lossy(&body).chars().take(QUOTE).collect();
    let mut problem = Problem::new(
        code,
        format!("{place} returns {status} and is not a sessiond server: {}", quote.trim()),
    );
    problem.status = status.as_u16();
    problem.retryable = code == Code::Unavailable;
    problem.retry_after = retry_after;
    problem
}

/// The problem of a server that cannot be reached.
pub(super) fn unreachable(base: &str, error: &reqwest::Error) -> Problem {
    let detail = if error.is_timeout() {
        format!("{base} did not answer in time")
    } else if error.is_connect() {
        format!("no connection to {base} ({}): is `sessiond serve` running there?", cause(error))
    } else {
        format!("the connection to {base} broke ({})", cause(error))
    };
    Problem::new(Code::Unreachable, detail)
}

/// The problem of an answer that breaks off.
pub(super) fn broken(error: &reqwest::Error) -> Problem {
    Problem::new(Code::Unreachable, format!("the response was cut off ({})", cause(error)))
}

/// The innermost cause, which is what tells people something: "Connection refused".
fn cause(error: &reqwest::Error) -> String {
    let mut innermost: &dyn std::error::Error = error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    innermost.to_string()
}
