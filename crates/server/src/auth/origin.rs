//! What keeps a web page elsewhere from driving a server that needs no key.
//!
//! A page can make its visitor's browser send requests to 127.0.0.1, and can give its own host name that address
//! (DNS rebinding). The browser tells on it all the same: `Host` is then the page's name, `Origin` its origin, and
//! `Sec-Fetch-Site` is not `same-origin`.

use std::net::IpAddr;

use axum::extract::Request;
use axum::http::HeaderMap;
use axum::http::header::{HOST, ORIGIN};
use sessiond_api::Code;

use crate::respond::Failure;

/// Refuses what a page elsewhere may have sent.
pub(super) fn check(request: &Request, allow_hosts: &[String]) -> Result<(), Failure> {
    let headers = request.headers();
    // A request line may hold the whole address; it then counts, not the header.
    let host = match request.uri().authority() {
        Some(authority) => Some(authority.as_str()),
        None => single(headers, HOST.as_str()),
    };
    let Some(host) = host.filter(|host| is_ours(host, allow_hosts)) else {
        let detail = "without keys the server answers only to localhost and loopback addresses in the Host header; \
                      make a key, or name the host in `allow_hosts`";
        return Err(Failure::new(Code::OriginRefused, detail));
    };
    let refused = || {
        let detail =
            "without keys the server takes no requests from web pages elsewhere; make a key for them";
        Failure::new(Code::OriginRefused, detail)
    };
    if headers.contains_key(ORIGIN) {
        let origin = single(headers, ORIGIN.as_str()).ok_or_else(refused)?;
        let same = ["http://", "https://"]
            .iter()
            .find_map(|scheme| origin.strip_prefix(scheme))
            .is_some_and(|authority| authority.eq_ignore_ascii_case(host));
        if !same {
            return Err(refused());
        }
    }
    let fetch = |name: &str| single(headers, name).unwrap_or_default();
    // A link that somebody follows is harmless: the page that it comes from cannot read what it opens.
    if fetch("sec-fetch-site") == "cross-site" && fetch("sec-fetch-mode") != "navigate" {
        return Err(refused());
    }
    Ok(())
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
        let mut request = Request::builder().uri("/sessions");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        super::check(&request.body(Body::empty()).unwrap(), &["box.lan".to_owned()]).is_ok()
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
        assert!(!check(&[host, ("sec-fetch-site", "cross-site"), ("sec-fetch-mode", "no-cors")]));
        assert!(check(&[host, ("sec-fetch-site", "cross-site"), ("sec-fetch-mode", "navigate")]));
    }
}
