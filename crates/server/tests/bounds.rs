//! What a peer does not take has a limit in bytes and in time, and so have connections and bodies.
#![allow(clippy::unwrap_used)]

mod support;

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};
use sessiond_server::{Bounds, Options, Rates};
use support::{Bench, message, options};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::timeout;

const SOON: Duration = Duration::from_secs(10);

async fn impatient() -> Bench {
    let bounds = Bounds { unread: Duration::from_millis(500), ..Bounds::default() };
    Bench::with(Options { bounds, ping: Duration::from_secs(3600), ..options() }, None).await
}

/// A connection that takes little before it is read.
async fn narrow(bench: &Bench) -> TcpStream {
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(4096).unwrap();
    socket.connect(bench.handle.as_ref().unwrap().address()).await.unwrap()
}

async fn ask(bench: &Bench, path: &str, headers: &str) -> TcpStream {
    let mut stream = narrow(bench).await;
    let request = format!("GET {path} HTTP/1.1\r\nhost: localhost\r\n{headers}\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    stream
}

/// The same, of a stream of A2A whose updates are large.
async fn ask_a2a(bench: &Bench) -> TcpStream {
    let message = json!({"messageId": "m", "role": "ROLE_USER", "parts": [{"text": "x"}]});
    let body =
        json!({"jsonrpc": "2.0", "id": 1, "method": "SendStreamingMessage", "params": {"message": message}});
    let body = body.to_string();
    let mut stream = narrow(bench).await;
    let request = format!(
        "POST /a2a/a%3A%2F%2Fone HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n\
         a2a-version: 1.0\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let task = loop {
        let open = bench.expect(200, Method::GET, "/tasks?status=pending", None).await["tasks"].take();
        match open[0]["task_id"].as_str() {
            Some(task) => break task.to_owned(),
            None => tokio::task::yield_now().await,
        }
    };
    for n in 0..10 {
        let body = json!({"progress": format!("{n}{}", "x".repeat(900_000))});
        bench.expect(200, Method::POST, &format!("/tasks/{task}/progress"), Some(body)).await;
    }
    stream
}

/// Sees that the server has cut a connection off from which nothing was read.
async fn cut_off(mut stream: TcpStream, what: &str) {
    let ended = timeout(SOON, async {
        // Writing to a connection that was reset fails; reading would free its buffers.
        loop {
            tokio::time::sleep(Duration::from_millis(50)).await;
            if stream.write_all(b"\r\n").await.is_err() {
                return;
            }
        }
    });
    assert!(ended.await.is_ok(), "{what} goes on");
}

/// A session whose journal has large events.
async fn large_events(bench: &Bench) {
    bench.expect(201, Method::POST, "/sessions", Some(json!({"session_id": "s"}))).await;
    for n in 0..10 {
        let patch = json!({"text": format!("{n}{}", "x".repeat(900_000))});
        bench.expect(200, Method::PATCH, "/sessions/s/context", Some(patch)).await;
    }
}

#[tokio::test]
async fn a_peer_that_reads_nothing_is_cut_off() {
    let bench = impatient().await;
    large_events(&bench).await;
    bench.register("a://one").await;
    bench.register("b://two").await;
    for n in 0..10 {
        let body = json!({"text": "x".repeat(900_000)});
        let sent = message(&format!("m{n}"), "a://one", "b://two", "status_update", body);
        bench.expect(200, Method::POST, "/messages/send", Some(sent)).await;
    }
    let stream = ask(&bench, "/sessions/s/events?after=1", "accept: text/event-stream\r\n").await;
    let answer = ask(&bench, "/sessions/s/events?after=0&limit=10", "").await;
    let export = ask(&bench, "/sessions/s/export", "").await;
    let upgrade = "connection: upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\n\
        sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
    let socket = ask(&bench, "/ws?agent_id=b%3A%2F%2Ftwo", upgrade).await;
    let updates = ask_a2a(&bench).await;
    cut_off(stream, "an event stream").await;
    cut_off(updates, "a stream of A2A").await;
    cut_off(answer, "an answer").await;
    cut_off(export, "an export").await;
    cut_off(socket, "a WebSocket").await;
    bench.stop().await;
}

fn resident_bytes() -> usize {
    let statm = std::fs::read_to_string("/proc/self/statm").unwrap();
    statm.split(' ').nth(1).unwrap().parse::<usize>().unwrap() * 4096
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pings_whose_answers_nobody_reads_take_no_memory() {
    // Nothing but the limit in bytes ends it here.
    let bounds = Bounds { unread: Duration::from_secs(3600), ..Bounds::default() };
    let bench = Bench::with(Options { bounds, ping: Duration::from_secs(3600), ..options() }, None).await;
    bench.register("b://two").await;
    let upgrade = "connection: upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\n\
        sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
    let mut socket = ask(&bench, "/ws?agent_id=b%3A%2F%2Ftwo", upgrade).await;
    // Masked with zeroes, so that the content stays as it is.
    let mut ping = vec![0x89, 0x80 | 125, 0, 0, 0, 0];
    ping.extend([b'x'; 125]);
    let many = ping.repeat(1000);
    let before = resident_bytes();
    for _ in 0..600 {
        if !matches!(timeout(Duration::from_secs(1), socket.write_all(&many)).await, Ok(Ok(()))) {
            break;
        }
    }
    let grown = resident_bytes().saturating_sub(before);
    assert!(grown < 30 << 20, "{} MB for unread answers to pings", grown >> 20);
    bench.stop().await;
}

#[tokio::test]
async fn a_connection_beyond_the_limit_is_told_so() {
    let bounds = Bounds { connections: 3, ..Bounds::default() };
    let bench = Bench::with(Options { bounds, ..options() }, None).await;
    let address = bench.handle.as_ref().unwrap().address();
    let mut open = Vec::new();
    for _ in 0..3 {
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(b"GET /health HTTP/1.1\r\nhost: localhost\r\n\r\n").await.unwrap();
        let mut byte = [0];
        stream.read_exact(&mut byte).await.unwrap();
        open.push(stream);
    }
    let mut text = String::new();
    let mut beyond = TcpStream::connect(address).await.unwrap();
    timeout(SOON, beyond.read_to_string(&mut text)).await.unwrap().unwrap();
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("HTTP/1.1 503 ") && head.contains("retry-after: 1"), "{head}");
    assert_eq!(serde_json::from_str::<Value>(body).unwrap()["code"], "unavailable");
    open.clear();
    timeout(SOON, async {
        loop {
            let mut stream = TcpStream::connect(address).await.unwrap();
            stream
                .write_all(b"GET /health HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n")
                .await
                .unwrap();
            let mut text = String::new();
            if stream.read_to_string(&mut text).await.is_ok() && text.starts_with("HTTP/1.1 200 ") {
                return;
            }
        }
    })
    .await
    .expect("places are given back");
    bench.stop().await;
}

/// Sends a request with a body in parts, slowly, and reads the whole answer.
async fn slowly(bench: &Bench, head: &str, parts: &[&[u8]]) -> String {
    let mut stream = TcpStream::connect(bench.handle.as_ref().unwrap().address()).await.unwrap();
    stream.write_all(head.as_bytes()).await.unwrap();
    for part in parts {
        tokio::time::sleep(Duration::from_millis(30)).await;
        stream.write_all(part).await.expect("the server reads on");
    }
    let mut text = String::new();
    timeout(SOON, stream.read_to_string(&mut text)).await.unwrap().unwrap();
    text
}

#[tokio::test]
async fn an_early_answer_is_read_by_a_peer_that_still_writes() {
    let bench = Bench::keyed().await;
    let part = vec![b'x'; 700_000];
    let parts = [&part[..]; 5];
    let length = part.len() * 5;
    for (request, status) in [
        ("POST /sessions HTTP/1.1", 401),
        ("POST /nothing HTTP/1.1", 401),
        ("POST /sessions/a%20b/complete HTTP/1.1", 401),
        ("DELETE /sessions HTTP/1.1", 405),
        ("GET /docs HTTP/1.1", 200),
    ] {
        let status = if request.contains("nothing") { 404 } else { status };
        let head = format!(
            "{request}\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\
             connection: close\r\n\r\n"
        );
        let text = slowly(&bench, &head, &parts).await;
        assert!(text.starts_with(&format!("HTTP/1.1 {status} ")), "{request}: {text:.200}");
    }
    // The connection serves the next request.
    let mut stream = TcpStream::connect(bench.handle.as_ref().unwrap().address()).await.unwrap();
    for round in 0..20 {
        let head = "POST /sessions HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n\
            content-length: 100000\r\n\r\n";
        stream.write_all(head.as_bytes()).await.unwrap();
        stream.write_all(&vec![b'x'; 100_000]).await.unwrap();
        let mut answer = Vec::new();
        while !answer.windows(2).any(|end| end == b"}}" || end == b"]}") && !answer.ends_with(b"}") {
            let read = timeout(SOON, stream.read_buf(&mut answer)).await.unwrap().unwrap();
            assert!(read > 0, "the connection was closed in round {round}");
        }
        let text = String::from_utf8(answer).unwrap();
        assert!(text.starts_with("HTTP/1.1 401 ") && !text.contains("connection: close"), "{text}");
    }
    bench.stop().await;
}

#[tokio::test]
async fn a_peer_that_waits_for_a_sign_gets_its_answer_at_once() {
    let bench = Bench::keyed().await;
    let mut stream = TcpStream::connect(bench.handle.as_ref().unwrap().address()).await.unwrap();
    let head = "POST /sessions HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n\
        content-length: 1000\r\nexpect: 100-continue\r\n\r\n";
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut text = String::new();
    timeout(Duration::from_secs(2), stream.read_to_string(&mut text))
        .await
        .expect("it waits for the body")
        .unwrap();
    assert!(text.starts_with("HTTP/1.1 401 ") && text.contains("connection: close"), "{text}");
    bench.stop().await;
}

#[tokio::test]
async fn a_head_of_an_inbox_takes_nothing_out_of_it() {
    let bench = Bench::keyless().await;
    bench.register("a://one").await;
    bench.register("b://two").await;
    let sent = message("m", "a://one", "b://two", "status_update", json!({}));
    bench.expect(200, Method::POST, "/messages/send", Some(sent)).await;
    for path in ["/agents/b%3A%2F%2Ftwo/inbox", "/ws?agent_id=b%3A%2F%2Ftwo"] {
        let response = bench.request(Method::HEAD, path).send().await.unwrap();
        assert_eq!(response.status(), 405, "{path}");
        assert_eq!(response.headers()["allow"], "GET, OPTIONS", "{path}");
    }
    let inbox = bench.expect(200, Method::GET, "/agents/b%3A%2F%2Ftwo/inbox", None).await;
    assert_eq!(inbox["messages"][0]["attempt"], 1);
    bench.stop().await;
}

#[tokio::test]
async fn a_key_makes_so_many_requests_a_minute_and_others_are_not_held_up() {
    let rates = Rates { requests: std::num::NonZeroU64::new(5), ..Rates::default() };
    let admin_key = Some(sessiond_server::AdminKey::new("sk_admin").unwrap());
    let options = Options { rates, admin_key, ..options() };
    let bench = Bench::with(options, Some("sk_admin".into())).await;
    let other = bench.as_role("other", sessiond_core::Role::Client, &[]).await;
    let mut refused = None;
    for _ in 0..10 {
        let response = bench.get("/sessions").await;
        if response.status() == 429 {
            refused = Some(response);
            break;
        }
    }
    let refused = refused.expect("it makes too many");
    let wait: u64 = refused.headers()["retry-after"].to_str().unwrap().parse().unwrap();
    assert!((1..=13).contains(&wait), "{wait}");
    support::problem(refused, reqwest::StatusCode::TOO_MANY_REQUESTS, "rate_limited").await;
    assert_eq!(other.get("/sessions").await.status(), 200);
    // What needs no key is not counted.
    for _ in 0..10 {
        assert_eq!(bench.get("/health").await.status(), 200);
    }
    bench.stop().await;
}

#[tokio::test]
async fn so_many_wrong_keys_come_from_an_address_and_then_none_is_looked_at() {
    let rates = Rates { failures: std::num::NonZeroU64::new(3), ..Rates::default() };
    let admin_key = Some(sessiond_server::AdminKey::new("sk_admin").unwrap());
    let options = Options { rates, admin_key, ..options() };
    let bench = Bench::with(options, Some("sk_admin".into())).await;
    let wrong = bench.as_key(Some("sk_wrong"));
    for path in ["/sessions", "/health", "/v1/models"] {
        assert_eq!(bench.get(path).await.status(), 200, "{path}");
        assert_eq!(wrong.get(path).await.status(), 401, "{path}");
    }
    for caller in [&wrong, &bench] {
        let refused = caller.get("/sessions").await;
        let wait: u64 = refused.headers()["retry-after"].to_str().unwrap().parse().unwrap();
        assert!((1..=21).contains(&wait), "{wait}");
        support::problem(refused, reqwest::StatusCode::TOO_MANY_REQUESTS, "rate_limited").await;
    }
    // Who sends none is answered as before.
    assert_eq!(bench.as_key(None).get("/health").await.status(), 200);
    assert_eq!(bench.as_key(None).get("/sessions").await.status(), 401);
    bench.stop().await;
}
