//! The web console: which of its files answers, what may be kept of it, and what its page may do.

use axum::Extension;
use axum::http::header::{
    ACCEPT, ACCEPT_ENCODING, AsHeaderName, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_SECURITY_POLICY,
    CONTENT_TYPE, ETAG, IF_NONE_MATCH, REFERRER_POLICY, VARY,
};
use axum::http::{HeaderMap, StatusCode};
use axum::response::IntoResponse;
use sessiond_api::Code;
use sessiond_console::{Asset, asset};

use crate::respond::{Answer, Failure, Finished};

/// The page loads from its own origin alone, which for connections means WebSockets too, and nobody frames it. Styles
/// may stand in elements, because the plan's drawing places its nodes so.
const POLICY: &str = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; \
    connect-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/// The page itself.
const PAGE: &str = "index.html";

/// The file at `path` below `/console/`. An address that no file has is one of the page's own: its program shows there
/// what belongs there.
pub(crate) fn answer(path: &str, headers: &HeaderMap) -> Answer {
    let codings = list(headers, ACCEPT_ENCODING);
    let found = asset(path, &codings);
    let page = || is_view(path, &list(headers, ACCEPT)).then(|| asset(PAGE, &codings)).flatten();
    let Some(asset) = found.or_else(page) else {
        let detail = "the console has no such file; its page is at /console/";
        return Err(Failure::new(Code::NotFound, detail));
    };
    let Asset { bytes, content_type, encoding, etag, immutable } = asset;
    let keep = if immutable { "public, max-age=31536000, immutable" } else { "no-cache" };
    let about = [
        (CACHE_CONTROL, keep),
        (VARY, "accept-encoding"),
        (CONTENT_SECURITY_POLICY, POLICY),
        (REFERRER_POLICY, "no-referrer"),
    ];
    let known = is_among(&list(headers, IF_NONE_MATCH), &etag);
    let about = (Extension(Finished), about, [(ETAG, etag)]);
    if known {
        return Ok((StatusCode::NOT_MODIFIED, about).into_response());
    }
    let encoding = encoding.map(|coding| [(CONTENT_ENCODING, coding)]);
    Ok((about, encoding, [(CONTENT_TYPE, content_type)], bytes).into_response())
}

/// Whether an address that no file has may be one of the page's views. A name with a dot is a file's, unless a browser
/// asks for a page: sessions and agents may have dots in their names.
fn is_view(path: &str, accept: &str) -> bool {
    let mut segments = path.split('/');
    let climbs = segments.clone().any(|segment| matches!(segment, "." | ".."));
    let plain = !climbs && !path.contains('\\') && !path.contains(char::is_control);
    let dotted = segments.next_back().is_some_and(|name| name.contains('.'));
    plain && !path.starts_with("assets/") && (!dotted || accept.contains("text/html"))
}

/// Whether an `If-None-Match` header has the tag.
fn is_among(header: &str, etag: &str) -> bool {
    header.split(',').map(str::trim).any(|tag| tag == "*" || tag.strip_prefix("W/").unwrap_or(tag) == etag)
}

/// All values of a header that is a list, as one; what is no text is nothing.
fn list(headers: &HeaderMap, name: impl AsHeaderName) -> String {
    let values: Vec<_> = headers.get_all(name).iter().filter_map(|value| value.to_str().ok()).collect();
    values.join(",")
}
