//! The HTTP door: every operation is one request to `sessiond serve`.
//!
//! `mod.rs` holds the handle, `request.rs` what a request is and when it is tried again, `answer.rs` how an answer is
//! read, `door.rs` which request each operation is, `watch.rs` the live view, and `sse.rs` the format that it reads.

mod answer;
mod door;
mod request;
mod sse;
mod watch;

use std::sync::Once;
use std::time::Duration;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderValue};
use reqwest::{Method, Url};
use sessiond_api::{Code, Problem};

use request::Request;

/// How long a connection may take to come about.
const CONNECT: Duration = Duration::from_secs(5);
/// Shorter than the server keeps an idle connection, so that a request seldom meets one that is being closed.
const POOL_IDLE: Duration = Duration::from_secs(45);
/// What a segment of a path may hold as it is (RFC 3986, "unreserved"); everything else is percent-encoded.
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'_').remove(b'.').remove(b'-').remove(b'~');

/// The HTTP door; cheap to clone.
///
/// A request that failed on the way is tried again where that has no second effect: reads, and every POST, which
/// carries an `Idempotency-Key` for this. PUT, PATCH and DELETE are tried again only when no connection came about.
#[derive(Clone)]
pub struct Http {
    client: reqwest::Client,
    /// The server's address, without a slash at its end.
    base: String,
}

impl Http {
    /// A door to the server at `url`, such as `http://127.0.0.1:8080`. Nothing is sent before the first operation.
    pub fn new(url: &str, key: Option<&str>) -> Result<Self, Problem> {
        let base = parse_base(url)?;
        install_tls();
        let mut builder = reqwest::Client::builder()
            .connect_timeout(CONNECT)
            .pool_idle_timeout(POOL_IDLE)
            .tcp_keepalive(Duration::from_secs(30))
            .user_agent(concat!("sessiond/", env!("CARGO_PKG_VERSION")))
            // An answer that points elsewhere must not take the key there.
            .redirect(reqwest::redirect::Policy::none());
        if is_loopback(&base) {
            // A proxy for the outer world has no way to this machine's own addresses.
            builder = builder.no_proxy();
        }
        if let Some(key) = key {
            builder = builder.default_headers(authorization(key)?);
        }
        let client = builder.build().map_err(|error| {
            Problem::new(Code::Unreachable, format!("no HTTP client can be made: {error}"))
        })?;
        Ok(Self { client, base: base.as_str().trim_end_matches('/').to_owned() })
    }

    fn get(&self, path: impl AsRef<str>) -> Request<'_> {
        Request::new(self, Method::GET, path.as_ref())
    }

    fn post(&self, path: impl AsRef<str>) -> Request<'_> {
        Request::new(self, Method::POST, path.as_ref())
    }

    fn put(&self, path: impl AsRef<str>) -> Request<'_> {
        Request::new(self, Method::PUT, path.as_ref())
    }

    fn patch(&self, path: impl AsRef<str>) -> Request<'_> {
        Request::new(self, Method::PATCH, path.as_ref())
    }

    fn delete(&self, path: impl AsRef<str>) -> Request<'_> {
        Request::new(self, Method::DELETE, path.as_ref())
    }
}

/// A name as one segment of a path.
fn segment(name: &(impl AsRef<str> + ?Sized)) -> String {
    utf8_percent_encode(name.as_ref(), SEGMENT).to_string()
}

fn parse_base(url: &str) -> Result<Url, Problem> {
    let invalid = |detail: &str| Problem::invalid("url", format!("{detail}, such as http://127.0.0.1:8080"));
    let base =
        Url::parse(url).map_err(|error| invalid(&format!("the server's address is a URL ({error})")))?;
    if !matches!(base.scheme(), "http" | "https") || base.host_str().is_none() {
        return Err(invalid("the server's address is an http or https URL"));
    }
    if !base.username().is_empty() || base.password().is_some() {
        return Err(invalid("a key goes beside the server's address, not into it"));
    }
    if base.query().is_some() || base.fragment().is_some() {
        return Err(invalid("the server's address has no query and no fragment"));
    }
    Ok(base)
}

fn is_loopback(base: &Url) -> bool {
    let host = base.host_str().unwrap_or_default();
    let address = host.trim_start_matches('[').trim_end_matches(']').parse::<std::net::IpAddr>();
    host == "localhost" || address.is_ok_and(|address| address.is_loopback())
}

fn authorization(key: &str) -> Result<HeaderMap, Problem> {
    // The key itself stays out of the message.
    let mut value = HeaderValue::from_str(&format!("Bearer {key}"))
        .map_err(|_| Problem::invalid("key", "the key has a character that no header may hold"))?;
    value.set_sensitive(true);
    Ok(HeaderMap::from_iter([(AUTHORIZATION, value)]))
}

/// Makes ring the process's TLS provider, unless the program has chosen one.
fn install_tls() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        // An error means that there is one already, which is as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_agent_id_is_one_segment_of_a_path() {
        assert_eq!(segment("opencode://backend/a b"), "opencode%3A%2F%2Fbackend%2Fa%20b");
    }

    #[test]
    fn only_the_address_of_a_server_is_taken() {
        for bad in
            ["", "8080", "ftp://host", "http://u:p@host", "http://host?x", "http://host#x", "file:///x"]
        {
            assert!(Http::new(bad, None).is_err(), "{bad:?}");
        }
        let http = Http::new("http://127.0.0.1:8080/", Some("sk_secret")).unwrap();
        assert_eq!(http.base, "http://127.0.0.1:8080");
        let Err(problem) = Http::new("http://host", Some("sk\nsecret")) else {
            panic!("a line break in a key was taken");
        };
        assert!(!problem.to_string().contains("secret"), "{problem}");
    }
}
