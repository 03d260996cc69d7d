//! An agent's WebSocket.
#![allow(clippy::unwrap_used)]

mod support;

use std::collections::HashSet;
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use reqwest::Method;
use serde_json::{Value, json};
use sessiond_core::{Role, limits};
use sessiond_server::Options;
use support::{Bench, message, options};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

const SOON: Duration = Duration::from_secs(5);

struct Socket {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
}

impl Socket {
    async fn try_open(
        bench: &Bench,
        agent: &str,
        header: Option<(&'static str, String)>,
    ) -> Result<Self, Error> {
        let agent = agent.replace(':', "%3A").replace('/', "%2F");
        let url = format!("{}/ws?agent_id={agent}", bench.url.replace("http://", "ws://"));
        let mut request = url.into_client_request()?;
        if let Some(key) = bench.key() {
            request.headers_mut().insert("x-agent-api-key", key.parse().unwrap());
        }
        if let Some((name, value)) = header {
            request.headers_mut().insert(name, value.parse().unwrap());
        }
        let (socket, _) = connect_async(request).await?;
        Ok(Self { socket })
    }

    /// Connects and reads the first frame.
    async fn open(bench: &Bench, agent: &str) -> (Self, u64) {
        let mut socket = Self::try_open(bench, agent, None).await.unwrap();
        let hello = socket.frame().await;
        assert_eq!((&hello["type"], &hello["agent_id"]), (&json!("connected"), &json!(agent)));
        (socket, hello["fence"].as_u64().unwrap())
    }

    async fn say(&mut self, frame: Value) {
        self.socket.send(Message::text(frame.to_string())).await.unwrap();
    }

    async fn ack(&mut self, ids: &[&str]) {
        self.say(json!({"type": "ack", "message_ids": ids})).await;
    }

    async fn next(&mut self) -> Option<Result<Message, Error>> {
        timeout(SOON, self.socket.next()).await.expect("the socket says nothing")
    }

    async fn frame(&mut self) -> Value {
        loop {
            match self.next().await.unwrap().unwrap() {
                Message::Text(text) => return serde_json::from_str(&text).unwrap(),
                Message::Close(close) => panic!("closed: {close:?}"),
                _ => {}
            }
        }
    }

    async fn closed(&mut self) -> CloseFrame {
        loop {
            if let Message::Close(Some(close)) = self.next().await.unwrap().unwrap() {
                return close;
            }
        }
    }

    async fn silent(&mut self, time: Duration) -> bool {
        let deadline = tokio::time::Instant::now() + time;
        loop {
            match tokio::time::timeout_at(deadline, self.socket.next()).await {
                Err(_) => return true,
                Ok(Some(Ok(Message::Ping(_) | Message::Pong(_)))) => {}
                Ok(_) => return false,
            }
        }
    }
}

async fn two_agents() -> Bench {
    let bench = Bench::keyless().await;
    bench.register("a://one").await;
    bench.register("b://two").await;
    bench
}

async fn send(bench: &Bench, id: &str) {
    let sent = message(id, "a://one", "b://two", "status_update", json!({"n": id}));
    bench.expect(200, Method::POST, "/messages/send", Some(sent)).await;
}

#[tokio::test]
async fn queued_messages_come_first_then_live_ones_each_with_its_attempt() {
    let bench = two_agents().await;
    send(&bench, "m1").await;
    send(&bench, "m2").await;
    let (mut socket, _) = Socket::open(&bench, "b://two").await;
    for id in ["m1", "m2"] {
        let frame = socket.frame().await;
        assert_eq!((&frame["message_id"], &frame["attempt"]), (&json!(id), &json!(1)));
        assert!(frame["accepted_at"].as_str().is_some_and(|at| at.ends_with('Z')), "{frame}");
        assert_eq!(frame["payload"]["n"], id);
    }
    send(&bench, "m3").await;
    assert_eq!(socket.frame().await["message_id"], "m3");
    socket.ack(&["m1", "m2", "m3"]).await;
    // Nothing is left for the next connection.
    timeout(SOON, async {
        while bench.expect(200, Method::GET, "/agents/b%3A%2F%2Ftwo", None).await["inbox_depth"] != 0 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    })
    .await
    .unwrap();
    let (mut socket, _) = Socket::open(&bench, "b://two").await;
    assert!(socket.silent(Duration::from_millis(300)).await);
    bench.stop().await;
}

#[tokio::test]
async fn a_second_connection_takes_over_and_gets_what_was_not_acknowledged() {
    let bench = two_agents().await;
    let (mut old, fence) = Socket::open(&bench, "b://two").await;
    send(&bench, "m1").await;
    send(&bench, "m2").await;
    assert_eq!(old.frame().await["message_id"], "m1");
    assert_eq!(old.frame().await["message_id"], "m2");
    old.ack(&["m1"]).await;
    tokio::time::sleep(Duration::from_millis(200)).await;
    let (mut new, newer) = Socket::open(&bench, "b://two").await;
    assert!(newer > fence);
    assert_eq!(u16::from(old.closed().await.code), 4001);
    let frame = new.frame().await;
    assert_eq!((&frame["message_id"], &frame["attempt"]), (&json!("m2"), &json!(2)));
    bench.stop().await;
}

#[tokio::test]
async fn messages_go_out_over_the_socket_in_their_order() {
    let bench = two_agents().await;
    let (mut one, _) = Socket::open(&bench, "a://one").await;
    let (mut two, _) = Socket::open(&bench, "b://two").await;
    for n in 0..50 {
        let sent = message(&format!("m{n}"), "a://one", "b://two", "status_update", json!({"n": n}));
        // As a bare message, and in a frame of its own.
        one.say(if n % 2 == 0 { sent } else { json!({"type": "send", "message": sent}) }).await;
    }
    for n in 0..50 {
        let frame = one.frame().await;
        assert_eq!(
            (&frame["type"], &frame["message_id"]),
            (&json!("sent"), &json!(format!("m{n}"))),
            "{frame}"
        );
        assert_eq!((&frame["success"], &frame["status"]), (&json!(true), &json!("queued")));
    }
    for n in 0..50 {
        let frame = two.frame().await;
        assert_eq!(frame["payload"]["n"], n, "{frame}");
        two.ack(&[frame["message_id"].as_str().unwrap()]).await;
    }
    bench.stop().await;
}

#[tokio::test]
async fn a_synchronous_message_waits_beside_the_others() {
    let bench = two_agents().await;
    let (mut one, _) = Socket::open(&bench, "a://one").await;
    let (mut two, _) = Socket::open(&bench, "b://two").await;
    let mut question =
        message("q", "a://one", "b://two", "task_request", json!({"task_type": "sum", "of": [1, 2]}));
    question["routing"] = json!({"delivery_mode": "sync", "timeout": "10s"});
    one.say(question).await;
    one.say(message("after", "a://one", "b://two", "status_update", json!({}))).await;
    assert_eq!(one.frame().await["message_id"], "after", "the second does not wait for the first");
    assert_eq!(two.frame().await["message_id"], "q");
    let mut answer = message("r", "b://two", "a://one", "task_response", json!({"result": 3}));
    answer["in_reply_to"] = json!("q");
    two.say(answer).await;
    timeout(SOON, async {
        loop {
            let frame = one.frame().await;
            if frame["type"] == "sent" && frame["message_id"] == "q" {
                assert_eq!(frame["response"]["result"], 3, "{frame}");
                break;
            }
        }
    })
    .await
    .unwrap();
    bench.stop().await;
}

#[tokio::test]
async fn what_is_wrong_with_a_frame_is_told_and_ends_nothing() {
    let bench = two_agents().await;
    let (mut socket, _) = Socket::open(&bench, "b://two").await;
    for text in [
        "{",
        "[]",
        "null",
        "{\"type\":\"dance\"}",
        "{\"type\":\"ack\"}",
        "{\"type\":\"ack\",\"message_ids\":[\"a b\"]}",
        "{\"type\":\"heartbeat\",\"status\":\"asleep\"}",
        "{\"type\":\"send\"}",
        "{\"type\":\"send\",\"message\":{}}",
        "{}",
    ] {
        socket.socket.send(Message::text(text)).await.unwrap();
        let frame = socket.frame().await;
        assert_eq!(frame["type"], "problem", "{text}: {frame}");
        assert!(frame["problem"]["code"].is_string(), "{text}: {frame}");
    }
    socket.socket.send(Message::binary(vec![1, 2, 3])).await.unwrap();
    assert_eq!(socket.frame().await["problem"]["code"], "unsupported_media_type");
    socket.say(message("x", "b://two", "nobody://here", "status_update", json!({}))).await;
    let frame = socket.frame().await;
    assert_eq!((&frame["problem"]["code"], &frame["message_id"]), (&json!("agent_not_found"), &json!("x")));
    socket.say(json!({"type": "heartbeat", "status": "busy"})).await;
    timeout(SOON, async {
        while bench.expect(200, Method::GET, "/agents/b%3A%2F%2Ftwo", None).await["status"] != "busy" {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    })
    .await
    .unwrap();
    bench.stop().await;
}

#[tokio::test]
async fn an_agent_that_nobody_knows_is_closed_and_a_foreign_key_does_not_come_in() {
    let bench = Bench::keyed().await;
    bench.register("b://two").await;
    let mut unknown = Socket::try_open(&bench, "c://three", None).await.unwrap();
    let close = unknown.closed().await;
    assert_eq!(u16::from(close.code), 1008);
    assert!(close.reason.contains("not registered"), "{}", close.reason);

    let other = bench.as_role("other", Role::Agent, &["a://*"]).await;
    for (caller, status) in [(&other, 403), (&bench.as_key(None), 401), (&bench.as_key(Some("sk_x")), 401)] {
        let Err(Error::Http(response)) = Socket::try_open(caller, "b://two", None).await else {
            panic!("it came in");
        };
        assert_eq!(response.status().as_u16(), status);
    }
    // A browser can send its key in the subprotocol alone.
    let browser = bench.as_key(None);
    let protocol = format!("sessiond, bearer.{}", bench.key().unwrap());
    let mut socket =
        Socket::try_open(&browser, "b://two", Some(("sec-websocket-protocol", protocol))).await.unwrap();
    assert_eq!(socket.frame().await["type"], "connected");

    let keyless = two_agents().await;
    let origin = Some(("origin", "http://evil.example".to_owned()));
    let Err(Error::Http(response)) = Socket::try_open(&keyless, "b://two", origin).await else {
        panic!("a page elsewhere came in");
    };
    assert_eq!(response.status().as_u16(), 403);
    keyless.stop().await;
    bench.stop().await;
}

#[tokio::test]
async fn one_that_reads_nothing_holds_up_nobody_and_gets_no_more_than_the_window() {
    let bench = two_agents().await;
    bench.register("c://three").await;
    let (mut slow, _) = Socket::open(&bench, "b://two").await;
    let (mut quick, _) = Socket::open(&bench, "c://three").await;
    for n in 0..limits::INBOX_WINDOW + 20 {
        send(&bench, &format!("m{n}")).await;
    }
    bench
        .expect(
            200,
            Method::POST,
            "/messages/send",
            Some(message("q", "a://one", "c://three", "status_update", json!({}))),
        )
        .await;
    assert_eq!(quick.frame().await["message_id"], "q");
    let mut ids = HashSet::new();
    for _ in 0..limits::INBOX_WINDOW {
        ids.insert(slow.frame().await["message_id"].as_str().unwrap().to_owned());
    }
    assert!(slow.silent(Duration::from_millis(300)).await, "more than the window came");
    let ids: Vec<_> = ids.iter().map(String::as_str).collect();
    slow.ack(&ids).await;
    for n in 0..20 {
        assert_eq!(slow.frame().await["message_id"], format!("m{}", limits::INBOX_WINDOW + n));
    }
    bench.stop().await;
}

#[tokio::test]
async fn a_shutdown_closes_the_socket_with_a_reason() {
    let bench = two_agents().await;
    let (mut socket, _) = Socket::open(&bench, "b://two").await;
    let stopping = tokio::spawn(bench.stop());
    let close = socket.closed().await;
    assert_eq!(u16::from(close.code), 1012, "{close:?}");
    timeout(SOON, stopping).await.unwrap().unwrap();
}

#[tokio::test]
async fn a_peer_that_answers_no_ping_is_closed_and_one_that_does_is_not() {
    let options = Options { ping: Duration::from_millis(100), ..options() };
    let bench = Bench::with(options, None).await;
    bench.register("a://one").await;
    bench.register("b://two").await;
    let (mut alive, _) = Socket::open(&bench, "a://one").await;
    let (mut dead, _) = Socket::open(&bench, "b://two").await;
    // Reading answers pings; nothing reads for the dead one.
    assert!(alive.silent(Duration::from_secs(1)).await);
    assert_eq!(u16::from(dead.closed().await.code), 4002);
    bench.stop().await;
}
