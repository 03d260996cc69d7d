//! What keeps a web page elsewhere from driving a server that needs no key.
//!
//! A page can make its visitor's browser send requests to 127.0.0.1, and can give its own host name that address
//! (DNS rebinding). The browser tells on it all the same: `Host` is then the page's name, `Origin` its origin, and
//! `Sec-Fetch-Site` is not `same-origin`. Another port of this machine is elsewhere too.

use std::net::IpAddr;

use axum::extract::Request;
use axum::http::header::{ACCEPT, HOST, ORIGIN};
use axum::http::{HeaderMap, Method};
use sessiond_api::Code;

use crate::docs;
use crate::respond::Failure;

/// Why a request to a server without keys may come from another machine or a web page elsewhere; nothing when it does
/// not.
pub fn sent_from_elsewhere(request: &Request) -> Option<&'static str> {
    match judge(request, &[], false) {
        Ok(()) => None,
        Err(Refusal::Host) => {
            Some("without a key this server accepts only localhost and loopback addresses in the Host header")
        }
        Err(Refusal::Page) => Some("without a key this server takes no requests from web pages elsewhere"),
    }
}

/// Refuses what a page elsewhere may have sent. `public` says that the route is open to everybody and changes nothing.
pub(crate) fn check(request: &Request, allow_hosts: &[String], public: bool) -> Result<(), Failure> {
    judge(request, allow_hosts, public).map_err(|refusal| {
        let detail = match refusal {
            Refusal::Host => {
                "without keys the server accepts only localhost and loopback addresses in the Host header; \
                 make a key, or name the host in `allow_hosts`"
            }
            Refusal::Page => {
                "without keys the server takes no requests from web pages elsewhere; make a key for them"
            }
        };
        Failure::new(Code::OriginRefused, detail)
    })
}

/// The refusal as a page, for a person whose browser asks for one under a name that the server does not accept.
pub(super) fn page(request: &Request, failure: &Failure, allow_hosts: &[String]) -> Option<String> {
    let headers = request.headers();
    let reads = matches!(*request.method(), Method::GET | Method::HEAD)
        && single(headers, ACCEPT.as_str()).is_some_and(|accept| accept.contains("text/html"));
    let host = single(headers, HOST.as_str()).filter(|host| !is_ours(host, allow_hosts))?;
    let name = without_port(host);
    if !reads || failure.0.code != Code::OriginRefused {
        return None;
    }
    // Whoever has a browser on the server's machine is at the right place with the other name.
    let port = host.strip_prefix(name).unwrap_or_default();
    Some(docs::address_refused(name, port))
}

/// What speaks against a request.
enum Refusal {
    /// It is addressed to another name.
    Host,
    /// A page elsewhere has sent it.
    Page,
}

fn judge(request: &Request, allow_hosts: &[String], public: bool) -> Result<(), Refusal> {
    let headers = request.headers();
    // A request line may hold the whole address; it then counts, not the header.
    let host = match request.uri().authority() {
        Some(authority) => Some(authority.as_str()),
        None => single(headers, HOST.as_str()),
    };
    let Some(host) = host.filter(|host| is_ours(host, allow_hosts)) else {
        return Err(Refusal::Host);
    };
    if headers.contains_key(ORIGIN) {
        let origin = single(headers, ORIGIN.as_str()).ok_or(Refusal::Page)?;
        let same = ["http://", "https://"]
            .iter()
            .find_map(|scheme| origin.strip_prefix(scheme))
            .is_some_and(|authority| authority.eq_ignore_ascii_case(host));
        if !same {
            return Err(Refusal::Page);
        }
    }
    // A link that somebody follows to a page of ours is harmless: where it comes from cannot read what it opens.
    // Elsewhere it is not, because reading an inbox takes messages out of it.
    let link = public && single(headers, "sec-fetch-mode") == Some("navigate");
    let own = !headers.contains_key("sec-fetch-site")
        || matches!(single(headers, "sec-fetch-site"), Some("same-origin" | "none"));
    if own || link { Ok(()) } else { Err(Refusal::Page) }
}

fn single<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let mut values = headers.get_all(name).iter();
    let value = values.next()?.to_str().ok();
    if values.next().is_some() { None } else { value }
}

fn is_ours(host: &str, allow_hosts: &[String]) -> bool {
    let name = without_port(host);
    if name.eq_ignore_ascii_case("localhost")
        || allow_hosts.iter().any(|allowed| allowed.eq_ignore_ascii_case(name))
    {
        return true;
    }
    let literal = name.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(name);
    literal.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

fn without_port(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, port))
            if !name.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit()) && !port.is_empty() =>
        {
            name
        }
        _ => host,
    }
}

#[cfg(test)]
mod tests {
    use axum::body::Body;

    use super::*;

    fn check(headers: &[(&str, &str)]) -> bool {
        check_route(headers, false)
    }

    fn check_route(headers: &[(&str, &str)], public: bool) -> bool {
        let mut request = Request::builder().uri("/sessions");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        super::check(&request.body(Body::empty()).unwrap(), &["box.lan".to_owned()], public).is_ok()
    }

    #[test]
    fn only_loopback_names_and_named_hosts_are_answered_to() {
        for host in [
            "localhost",
            "LOCALHOST:8080",
            "127.0.0.1:8080",
            "127.9.9.9",
            "[::1]:8080",
            "[::1]",
            "box.lan:8080",
        ] {
            assert!(check(&[("host", host)]), "{host}");
        }
        for host in [
            "evil.example",
            "127.0.0.1.evil.example",
            "localhost.evil.example:8080",
            "10.0.0.1",
            "",
            "0.0.0.0",
        ] {
            assert!(!check(&[("host", host)]), "{host}");
        }
        assert!(!check(&[]));
        assert!(!check(&[("host", "localhost"), ("host", "evil.example")]));
    }

    #[test]
    fn a_page_elsewhere_is_refused_and_the_own_one_is_not() {
        let host = ("host", "localhost:8080");
        assert!(check(&[host, ("origin", "http://localhost:8080")]));
        for origin in ["http://evil.example", "null", "http://localhost:9999", "http://localhost", "file://"]
        {
            assert!(!check(&[host, ("origin", origin)]), "{origin}");
        }
    }

    #[test]
    fn a_link_from_elsewhere_leads_to_public_pages_alone() {
        let host = ("host", "localhost:8080");
        for mode in ["navigate", "cors", "no-cors"] {
            for site in ["same-origin", "none"] {
                assert!(check(&[host, ("sec-fetch-site", site), ("sec-fetch-mode", mode)]), "{site} {mode}");
            }
            // Another port of this machine is the same site and another origin.
            for site in ["cross-site", "same-site", "something-new", ""] {
                let headers = [host, ("sec-fetch-site", site), ("sec-fetch-mode", mode)];
                assert!(!check(&headers), "{site} {mode}");
                assert_eq!(check_route(&headers, true), mode == "navigate", "{site} {mode}");
            }
        }
        assert!(!check(&[host, ("sec-fetch-site", "none"), ("sec-fetch-site", "cross-site")]));
        assert!(!check_route(&[host, ("sec-fetch-site", "cross-site")], true));
    }
}
