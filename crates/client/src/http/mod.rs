//! The HTTP client: every operation is one request to `sessiond serve`.
//!
//! `mod.rs` holds the handle, `request.rs` what a request is and when it is tried again, `answer.rs` how an answer is
//! read, `watch.rs` and `follow.rs` the live views of a session and of a turn, `live.rs` how both stay connected, and `sse.rs` the
//! format that they read. Each noun's file says what its operations send
//! and read; method, path and whether a repeat is safe are in the table of the `api` crate.

mod agents;
mod aggregations;
mod answer;
mod calls;
mod context;
mod conversation;
mod events;
mod files;
mod follow;
mod inbox;
mod keys;
mod live;
mod messages;
mod participants;
mod questions;
mod request;
mod schedules;
mod server;
mod sessions;
mod signals;
mod sse;
mod tasks;
mod telemetry;
mod watch;
mod workflow;

use std::sync::Once;
use std::time::Duration;

use async_trait::async_trait;
use reqwest::Url;
use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderValue};
use sessiond_api::operations::Operation;
use sessiond_api::{Code, Problem};
use sessiond_core::SessionId;

use crate::traits::Api;
use request::Request;

/// How long a connection may take to come about.
const CONNECT: Duration = Duration::from_secs(5);
/// Shorter than the server keeps an idle connection, so that a request seldom meets one that is being closed.
const POOL_IDLE: Duration = Duration::from_secs(45);

/// The HTTP client; cheap to clone.
///
/// A request that failed on the way is tried again where that has no second effect: reads, and every POST, which carries an
/// `Idempotency-Key` for this where it needs one. PUT, PATCH and DELETE are tried again only when no connection came about.
#[derive(Clone)]
pub struct Http {
    client: reqwest::Client,
    /// The server's address, without a slash at its end.
    base: String,
}

impl Http {
    /// A client of the server at `url`, such as `http://127.0.0.1:8080`. Nothing is sent before the first operation.
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
            Problem::new(Code::Unreachable, format!("cannot create an HTTP client: {error}"))
        })?;
        Ok(Self { client, base: base.as_str().trim_end_matches('/').to_owned() })
    }

    /// A request of an operation, with these values in its path.
    fn request(&self, operation: &Operation, values: &[&str]) -> Request<'_> {
        Request::new(self, operation, values)
    }
}

#[async_trait]
impl Api for Http {
    fn location(&self) -> String {
        self.base.clone()
    }

    async fn drop_copy(&self, _: &SessionId) -> Result<(), Problem> {
        Err(Problem::new(
            Code::InvalidInput,
            "a server has sessions, and no copies of them: delete the session",
        ))
    }

    async fn close(&self) {}
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
        .map_err(|_| Problem::invalid("key", "the key has a character that is not allowed in a header"))?;
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
