//! Event streams, and the HTTP client's watch on them.
#![allow(clippy::unwrap_used)]

mod support;

use std::time::Duration;

use futures_util::StreamExt;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use sessiond_client::traits::{Context as _, Sessions as _};
use sessiond_client::{Client, Conditions, WatchItem};
use sessiond_core::{Role, SessionId};
use sessiond_server::Server;
use support::{Bench, options, problem};
use tokio::time::timeout;

const SOON: Duration = Duration::from_secs(5);

/// What is read of an event stream: its comments and its events.
struct Stream {
    response: reqwest::Response,
    text: String,
}

impl Stream {
    async fn open(bench: &Bench, path: &str, last: Option<u64>) -> Self {
        let mut request = bench.request(Method::GET, path).header("accept", "text/event-stream");
        if let Some(last) = last {
            request = request.header("last-event-id", last);
        }
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        Self { response, text: String::new() }
    }

    /// The next block that `wanted` takes, as id, event and data; nothing when the stream has ended.
    async fn block(&mut self, wanted: impl Fn(&str) -> bool) -> Option<String> {
        loop {
            if let Some((block, rest)) = self.text.split_once("\n\n") {
                let (block, rest) = (block.to_owned(), rest.to_owned());
                self.text = rest;
                if wanted(&block) {
                    return Some(block);
                }
                continue;
            }
            let chunk = timeout(SOON, self.response.chunk())
                .await
                .expect("the stream says nothing")
                .ok()
                .flatten()?;
            self.text.push_str(std::str::from_utf8(&chunk).unwrap());
        }
    }

    async fn event(&mut self) -> Option<(Option<u64>, String, Value)> {
        let block = self.block(|block| block.contains("data: ")).await?;
        let field = |name: &str| block.lines().find_map(|line| line.strip_prefix(name)).map(str::to_owned);
        let data = serde_json::from_str(&field("data: ").unwrap()).unwrap();
        Some((field("id: ").map(|id| id.parse().unwrap()), field("event: ").unwrap(), data))
    }
}

async fn change(bench: &Bench, n: u64) {
    bench.expect(200, Method::PATCH, "/sessions/s/context", Some(json!({"n": n}))).await;
}

#[tokio::test]
async fn a_stream_begins_with_a_snapshot_goes_on_live_and_ends_with_the_session() {
    let bench = Bench::keyless().await;
    let session = bench.expect(201, Method::POST, "/sessions", Some(json!({"session_id": "s"}))).await;
    let mut stream = Stream::open(&bench, "/sessions/s/events", None).await;
    let (id, kind, data) = stream.event().await.unwrap();
    assert_eq!((id, kind.as_str()), (session["revision"].as_u64(), "snapshot"));
    assert_eq!(data["session_id"], "s");
    for n in 1..=3 {
        change(&bench, n).await;
        let (id, kind, data) = stream.event().await.unwrap();
        assert_eq!((id, kind.as_str()), (data["seq"].as_u64(), "context_updated"));
        assert_eq!((&data["type"], &data["data"]["patch"]["n"]), (&json!("context_updated"), &json!(n)));
    }
    assert!(stream.block(|block| block.starts_with(':')).await.is_some(), "a comment keeps the stream open");
    bench.expect(200, Method::POST, "/sessions/s/complete", None).await;
    assert_eq!(stream.event().await.unwrap().1, "session_completed");
    assert_eq!(stream.event().await.unwrap().1, "end");
    assert!(stream.event().await.is_none());
    bench.stop().await;
}

#[tokio::test]
async fn a_stream_resumes_after_the_last_event_that_was_seen() {
    let bench = Bench::keyless().await;
    let session = bench.expect(201, Method::POST, "/sessions", Some(json!({"session_id": "s"}))).await;
    let first = session["revision"].as_u64().unwrap();
    for n in 1..=5 {
        change(&bench, n).await;
    }
    for (path, last) in [("/sessions/s/events?after=3", None), ("/sessions/s/events?after=1", Some(3))] {
        let mut stream = Stream::open(&bench, path, last).await;
        for seq in 4..=first + 5 {
            assert_eq!(stream.event().await.unwrap().0, Some(seq), "{path}");
        }
    }
    let page = bench.expect(200, Method::GET, "/sessions/s/events?after=2&limit=2", None).await;
    assert_eq!(page["events"][0]["seq"], 3);
    assert_eq!((&page["next_cursor"], &page["revision"]), (&json!(4), &json!(first + 5)));
    let request =
        bench.request(Method::GET, "/sessions/s/events?after=99").header("accept", "text/event-stream");
    problem(request.send().await.unwrap(), StatusCode::UNPROCESSABLE_ENTITY, "invalid_input").await;
    problem(bench.get("/sessions/none/events").await, StatusCode::NOT_FOUND, "session_not_found").await;
    bench.stop().await;
}

#[tokio::test]
async fn a_revoked_key_sees_no_more() {
    let bench = Bench::keyed().await;
    let reader = bench.as_role("reader", Role::Client, &[]).await;
    reader.expect(201, Method::POST, "/sessions", Some(json!({"session_id": "s"}))).await;
    let mut stream = Stream::open(&reader, "/sessions/s/events", None).await;
    assert_eq!(stream.event().await.unwrap().1, "snapshot");
    let keys = bench.expect(200, Method::GET, "/keys", None).await;
    let id = keys["keys"][0]["key_id"].as_str().unwrap().to_owned();
    bench.expect(200, Method::DELETE, &format!("/keys/{id}"), None).await;
    assert!(timeout(SOON, stream.event()).await.unwrap().is_none());
    bench.stop().await;
}

#[tokio::test]
async fn the_clients_watch_misses_nothing_when_the_server_restarts() {
    let bench = Bench::keyless().await;
    bench.expect(201, Method::POST, "/sessions", Some(json!({"session_id": "s"}))).await;
    let client = Client::connect(&bench.url, None).unwrap();
    let id = SessionId::parse("s").unwrap();
    let mut watch = client.watch(&id, None).await.unwrap();
    let Some(Ok(WatchItem::Snapshot(session))) = watch.next().await else {
        panic!("a watch begins with a snapshot");
    };
    let mut seen = session.revision;
    let embedded = sessiond_client::Embedded::new(bench.engine.clone(), sessiond_core::Principal::local());
    let mut bench = bench;
    for round in 0..3 {
        let address = bench.handle.as_ref().unwrap().address();
        bench.handle.take().unwrap().stop().await;
        // While nobody serves, the session goes on.
        for n in 0..5 {
            let patch = json!({"round": round, "n": n});
            embedded.patch_context(&id, patch, Conditions::default()).await.unwrap();
        }
        let options = sessiond_server::Options { listen: address.to_string(), ..options() };
        bench.handle = Some(Server::bind(bench.engine.clone(), options).await.unwrap().start());
        for _ in 0..5 {
            let Some(Ok(WatchItem::Event(event))) = timeout(SOON, watch.next()).await.unwrap() else {
                panic!("the watch ended");
            };
            seen += 1;
            assert_eq!(event.seq, seen);
        }
    }
    embedded.complete_session(&id, Default::default(), Conditions::default()).await.unwrap();
    let Some(Ok(WatchItem::Event(event))) = timeout(SOON, watch.next()).await.unwrap() else {
        panic!("the last event is missing");
    };
    assert_eq!(event.kind, "session_completed");
    assert!(timeout(SOON, watch.next()).await.unwrap().is_none());
    bench.stop().await;
}

#[tokio::test]
async fn a_shutdown_ends_what_is_open_within_its_time() {
    let bench = Bench::keyless().await;
    bench.register("a://b").await;
    bench.expect(201, Method::POST, "/sessions", Some(json!({"session_id": "s"}))).await;
    let mut stream = Stream::open(&bench, "/sessions/s/events", None).await;
    let poll = bench.request(Method::GET, "/agents/a%3A%2F%2Fb/inbox?wait=60s").send();
    let poll = tokio::spawn(poll);
    tokio::time::sleep(Duration::from_millis(200)).await;
    // Somebody who never finishes their request must not hold the server up for longer than its grace.
    let address = bench.url.trim_start_matches("http://").to_owned();
    let mut slow = tokio::net::TcpStream::connect(&address).await.unwrap();
    let request = b"POST /sessions HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 9\r\n\r\n{";
    tokio::io::AsyncWriteExt::write_all(&mut slow, request).await.unwrap();
    tokio::time::sleep(Duration::from_millis(100)).await;
    let began = std::time::Instant::now();
    bench.stop().await;
    assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
    assert_eq!(stream.event().await.unwrap().1, "snapshot");
    assert!(stream.event().await.is_none(), "no `end`: the session has not ended");
    let answer = poll.await.unwrap().unwrap();
    assert!(answer.headers().contains_key("retry-after"));
    problem(answer, StatusCode::SERVICE_UNAVAILABLE, "unavailable").await;
}
