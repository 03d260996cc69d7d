//! The web console: its files, how long they are kept, and what its page may do. What needs the console itself is in
//! `needs_npm`: without npm a page stands in for it, which says so.
#![cfg(feature = "console")]
#![allow(clippy::unwrap_used)]

mod support;

use reqwest::header::{ACCEPT_ENCODING, HOST};
use reqwest::{Method, Response, StatusCode};
use support::{Bench, problem};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

const BROWSER: &str = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";

fn header<'a>(response: &'a Response, name: &str) -> &'a str {
    let mut values = response.headers().get_all(name).iter();
    let value = values.next().map_or("", |value| value.to_str().unwrap());
    assert!(values.next().is_none(), "{name} stands there twice");
    value
}

/// A request that says no more than this.
async fn get(bench: &Bench, path: &str, headers: &[(&str, &str)]) -> Response {
    let mut request = bench.request(Method::GET, path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.send().await.unwrap()
}

/// Whether the answer is the console's page.
async fn is_page(response: Response) -> bool {
    let html = response.status() == 200 && header(&response, "content-type") == "text/html; charset=utf-8";
    html && response.text().await.unwrap().starts_with("<!doctype html>")
}

/// A request whose path no client has tidied up; its status and its body.
async fn raw(bench: &Bench, path: &str) -> (u16, String) {
    let host = bench.url.strip_prefix("http://").unwrap();
    let mut stream = TcpStream::connect(host).await.unwrap();
    let request =
        format!("GET {path} HTTP/1.1\r\nHost: {host}\r\nAccept: text/html\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    let status = answer.split(' ').nth(1).unwrap().parse().unwrap();
    (status, answer.split_once("\r\n\r\n").unwrap().1.to_owned())
}

#[tokio::test]
async fn the_address_alone_leads_to_the_console() {
    let bench = Bench::keyless().await;
    for path in ["/", "/console"] {
        let response = bench.get(path).await;
        assert_eq!((response.status().as_u16(), header(&response, "location")), (307, "/console/"), "{path}");
    }
    assert!(is_page(bench.get("/console/").await).await);
    bench.stop().await;
}

#[tokio::test]
async fn an_address_within_the_console_gives_its_page_and_a_missing_file_is_missing() {
    let bench = Bench::keyless().await;
    for path in ["index.html", "sessions", "sessions/sess_1", "agents/opencode%3A%2F%2Fbackend"] {
        assert!(is_page(bench.get(&format!("/console/{path}")).await).await, "{path}");
    }
    // A session's name may look like a file's. Who asks for a page is a browser; a script asks for anything.
    let dotted = "/console/sessions/build-2026.11.js";
    assert!(is_page(get(&bench, dotted, &[("accept", BROWSER)]).await).await);
    problem(get(&bench, dotted, &[("accept", "*/*")]).await, StatusCode::NOT_FOUND, "not_found").await;
    for path in ["assets/gone-1234.js", "assets/gone", "assets/"] {
        let missing = get(&bench, &format!("/console/{path}"), &[("accept", BROWSER)]).await;
        problem(missing, StatusCode::NOT_FOUND, "not_found").await;
    }
    bench.stop().await;
}

#[tokio::test]
async fn no_path_leads_out_of_the_console() {
    let bench = Bench::keyless().await;
    for path in [
        "/console/../health",
        "/console/..",
        "/console/./assets",
        "/console/%2e%2e/health",
        "/console/%2E%2E%2fhealth",
        "/console/..%2f..%2f..%2fCargo.toml",
        "/console/sessions/../../health",
        "/console/..%5c..%5cCargo.toml",
        "/console/assets/%2e%2e/index.html",
        "/console/%00",
    ] {
        let (status, body) = raw(&bench, path).await;
        assert_eq!(status, 404, "{path}: {body}");
        assert!(body.contains("\"not_found\""), "{path}: {body}");
    }
    let (status, body) = raw(&bench, "/console/%ff").await;
    assert_eq!(status, 400, "{body}");
    bench.stop().await;
}

#[tokio::test]
async fn the_page_may_load_and_do_only_what_is_its_own() {
    let bench = Bench::keyless().await;
    let response = bench.get("/console/sessions").await;
    let policy = header(&response, "content-security-policy").to_owned();
    for directive in [
        "default-src 'self'",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
        "object-src 'none'",
        "form-action 'self'",
    ] {
        assert!(policy.split(';').any(|part| part.trim() == directive), "{directive} is not in {policy}");
    }
    assert!(!policy.contains("script-src"), "scripts come under default-src");
    assert_eq!(header(&response, "x-content-type-options"), "nosniff");
    assert_eq!(header(&response, "referrer-policy"), "no-referrer");
    // It names the files of its build, so a browser asks each time whether it still holds.
    assert_eq!(header(&response, "cache-control"), "no-cache");
    bench.stop().await;
}

#[tokio::test]
async fn what_a_browser_has_is_not_sent_again() {
    let bench = Bench::keyless().await;
    let first = bench.get("/console/").await;
    let tag = header(&first, "etag").to_owned();
    assert!(tag.starts_with('"') && tag.len() > 20, "{tag}");
    let weak = format!("\"other\", W/{tag}");
    for known in [tag.as_str(), weak.as_str(), "*"] {
        let again = get(&bench, "/console/sessions", &[("if-none-match", known)]).await;
        assert_eq!(again.status(), 304, "{known}");
        assert_eq!(header(&again, "etag"), tag);
        assert_eq!(header(&again, "cache-control"), "no-cache");
        assert!(again.headers().contains_key("content-security-policy"));
        assert_eq!(again.bytes().await.unwrap().len(), 0);
    }
    let other = get(&bench, "/console/", &[("if-none-match", "\"other\"")]).await;
    assert!(is_page(other).await);
    bench.stop().await;
}

#[tokio::test]
async fn head_tells_what_get_would_without_the_body() {
    let bench = Bench::keyless().await;
    let get = bench.get("/console/").await;
    let head = bench.request(Method::HEAD, "/console/").send().await.unwrap();
    assert_eq!(head.status(), 200);
    for name in ["etag", "content-type", "content-length", "cache-control", "vary", "content-security-policy"]
    {
        assert_eq!(header(&head, name), header(&get, name), "{name}");
        assert!(!header(&head, name).is_empty(), "{name}");
    }
    assert_eq!(head.bytes().await.unwrap().len(), 0);
    bench.stop().await;
}

#[tokio::test]
async fn the_console_needs_no_key_and_is_not_for_other_hosts_where_there_are_none() {
    let keyed = Bench::keyed().await;
    assert!(is_page(keyed.as_key(None).get("/console/").await).await);
    keyed.stop().await;
    let keyless = Bench::keyless().await;
    for path in ["/console", "/console/", "/console/sessions"] {
        let refused = get(&keyless, path, &[(HOST.as_str(), "evil.example")]).await;
        problem(refused, StatusCode::FORBIDDEN, "origin_refused").await;
        let framed = [("sec-fetch-site", "cross-site"), ("sec-fetch-mode", "no-cors")];
        problem(get(&keyless, path, &framed).await, StatusCode::FORBIDDEN, "origin_refused").await;
        let link = [("sec-fetch-site", "cross-site"), ("sec-fetch-mode", "navigate")];
        assert_ne!(get(&keyless, path, &link).await.status(), 403, "{path}");
    }
    let post = keyless.request(Method::POST, "/console/").send().await.unwrap();
    problem(post, StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed").await;
    keyless.stop().await;
}

mod needs_npm {
    use super::*;

    /// The address of the first file with that ending which a text names.
    fn named(text: &str, ending: &str) -> String {
        let end = text.find(ending).unwrap_or_else(|| panic!("no {ending} in: {text}")) + ending.len();
        let start = text[..end].rfind("/console/assets/").unwrap();
        text[start..end].to_owned()
    }

    /// A script that the page names.
    async fn script(bench: &Bench) -> String {
        named(&bench.get("/console/").await.text().await.unwrap(), ".js")
    }

    #[tokio::test]
    async fn a_file_whose_name_changes_with_its_content_is_kept_for_ever() {
        let bench = Bench::keyless().await;
        let response = bench.get(&script(&bench).await).await;
        assert_eq!(response.status(), 200);
        assert_eq!(header(&response, "cache-control"), "public, max-age=31536000, immutable");
        assert_eq!(header(&response, "content-type"), "text/javascript; charset=utf-8");
        assert_eq!(header(&response, "x-content-type-options"), "nosniff");
        bench.stop().await;
    }

    #[tokio::test]
    async fn a_file_is_sent_in_the_smallest_form_that_the_client_takes() {
        let bench = Bench::keyless().await;
        let path = script(&bench).await;
        let mut seen = Vec::new();
        for (accepted, coding) in [
            ("gzip, deflate, br, zstd", "br"),
            ("br;q=0, gzip;q=0.5", "gzip"),
            ("gzip", "gzip"),
            ("identity", ""),
            ("deflate, zstd", ""),
            ("gzip;q=0", ""),
        ] {
            let response = get(&bench, &path, &[(ACCEPT_ENCODING.as_str(), accepted)]).await;
            assert_eq!(response.status(), 200, "{accepted}");
            assert_eq!(header(&response, "content-encoding"), coding, "{accepted}");
            assert_eq!(header(&response, "vary"), "accept-encoding", "{accepted}");
            let (tag, length) =
                (header(&response, "etag").to_owned(), header(&response, "content-length").to_owned());
            let bytes = response.bytes().await.unwrap();
            assert_eq!(length, bytes.len().to_string(), "{accepted}");
            seen.push((coding, tag, bytes.len()));
        }
        let of = |coding: &str| seen.iter().find(|(seen, ..)| *seen == coding).unwrap();
        assert!(of("br").2 < of("gzip").2 && of("gzip").2 < of("").2, "{seen:?}");
        // A strong tag stands for bytes: each form has its own, and always the same.
        for (coding, tag, _) in &seen {
            assert_eq!(
                (tag == &of("br").1, tag == &of("").1),
                (*coding == "br", coding.is_empty()),
                "{seen:?}"
            );
        }
        bench.stop().await;
    }

    #[tokio::test]
    async fn what_was_not_compressed_when_it_was_built_is_not_compressed_later() {
        let bench = Bench::keyless().await;
        let page = bench.get("/console/").await.text().await.unwrap();
        // The styles are in several sheets, of which one names the fonts.
        let mut sheets = String::new();
        for rest in
            page.split("href=\"").skip(1).filter(|rest| rest.split('"').next().unwrap().ends_with(".css"))
        {
            sheets += &bench.get(&named(rest, ".css")).await.text().await.unwrap();
        }
        let font = named(&sheets, ".woff2");
        let response = get(&bench, &font, &[(ACCEPT_ENCODING.as_str(), "gzip, br")]).await;
        assert_eq!((response.status().as_u16(), header(&response, "content-type")), (200, "font/woff2"));
        assert_eq!(header(&response, "content-encoding"), "");
        assert!(header(&response, "content-length").parse::<usize>().unwrap() > 1024);
        bench.stop().await;
    }
}
