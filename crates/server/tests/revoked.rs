//! Rights end at once: whatever is open ends when its key is revoked or expires, and does nothing more.
#![allow(clippy::unwrap_used)]

mod support;

use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};
use sessiond_core::{AgentPattern, Principal, Role};
use sessiond_engine::NewKey;
use sessiond_server::{AdminKey, Options};
use support::{ADMIN, Bench, message, options};
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;

const SOON: Duration = Duration::from_secs(5);

/// A server whose timers come far too late for anything here.
async fn bench() -> Bench {
    let hour = Duration::from_secs(3600);
    let admin_key = Some(AdminKey::new(ADMIN).unwrap());
    let bench =
        Bench::with(Options { heartbeat: hour, ping: hour, admin_key, ..options() }, Some(ADMIN.to_owned()))
            .await;
    bench.register("a://one").await;
    bench.register("b://two").await;
    bench.register("c://three").await;
    bench
}

/// A key for all agents, with its id.
async fn key(bench: &Bench, expires_in: Option<&str>) -> (Bench, String) {
    let new = NewKey {
        name: "guest".to_owned(),
        role: Role::Agent,
        agents: vec![AgentPattern("*".to_owned())],
        expires_in: expires_in.map(|span| span.parse().unwrap()),
    };
    let (key, secret) = bench.engine.create_key(&Principal::engine(), new).await.unwrap();
    (bench.as_key(Some(secret.reveal())), key.key_id)
}

async fn revoke(bench: &Bench, key: &str) {
    bench.expect(200, Method::DELETE, &format!("/keys/{key}"), None).await;
}

/// Requests that wait until something happens.
fn waiting(guest: &Bench) -> Vec<(&'static str, RequestBuilder)> {
    let mut sync = message("q", "a://one", "b://two", "task_request", json!({"task_type": "t"}));
    sync["routing"] = json!({"delivery_mode": "sync", "timeout": "60s"});
    let call = json!({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {
        "name": "wait_for_work", "arguments": {"agent_id": "a://one", "timeout_seconds": 50},
        "_meta": {
            "io.modelcontextprotocol/protocolVersion": "2026-07-28",
            "io.modelcontextprotocol/clientInfo": {"name": "test", "version": "1"},
            "io.modelcontextprotocol/clientCapabilities": {}
        }
    }});
    let listen = json!({"jsonrpc": "2.0", "id": 1, "method": "subscriptions/listen", "params": {
        "notifications": {"resourceSubscriptions": ["sessiond://sessions/s"]},
        "_meta": call["params"]["_meta"]
    }});
    let mcp = |method: &str, body: Value| {
        guest
            .request(Method::POST, "/mcp")
            .header("accept", "application/json, text/event-stream")
            .header("mcp-protocol-version", "2026-07-28")
            .header("mcp-method", method)
            .json(&body)
    };
    let a2a = |id: &str, method: &str| {
        let message = json!({"messageId": id, "role": "ROLE_USER", "parts": [{"text": "x"}]});
        let body = json!({"jsonrpc": "2.0", "id": 1, "method": method, "params": {"message": message}});
        guest.request(Method::POST, "/a2a/c%3A%2F%2Fthree").header("a2a-version", "1.0").json(&body)
    };
    vec![
        ("message of A2A", a2a("m1", "SendMessage")),
        ("stream of A2A", a2a("m2", "SendStreamingMessage")),
        ("poll", guest.request(Method::GET, "/agents/a%3A%2F%2Fone/inbox?wait=60s")),
        ("synchronous message", guest.request(Method::POST, "/messages/send").json(&sync)),
        ("signal", guest.request(Method::GET, "/sessions/s/signals?wait=60s")),
        ("question", guest.request(Method::GET, "/sessions/s/questions/q1?wait=60s")),
        (
            "event stream",
            guest.request(Method::GET, "/sessions/s/events").header("accept", "text/event-stream"),
        ),
        ("tool that waits", mcp("tools/call", call).header("mcp-name", "wait_for_work")),
        ("subscription", mcp("subscriptions/listen", listen)),
    ]
}

async fn prepared(bench: &Bench) -> (Bench, String) {
    let (guest, id) = key(bench, None).await;
    guest.expect(201, Method::POST, "/sessions", Some(json!({"session_id": "s"}))).await;
    let question = json!({"question_id": "q1", "kind": "input", "text": "Well?"});
    let asked = guest.send(Method::POST, "/sessions/s/questions", question).await;
    assert!(asked.status().is_success(), "{}", asked.text().await.unwrap());
    (guest, id)
}

/// Opens them all, has `end` end the key, and sees each of them end.
async fn all_end(guest: &Bench, end: impl Future<Output = ()>) {
    let mut open = Vec::new();
    for (what, request) in waiting(guest) {
        open.push((
            what,
            tokio::spawn(async move {
                let response = request.send().await.unwrap();
                let status = response.status().as_u16();
                // A body that breaks off has ended too.
                (status, response.text().await.unwrap_or_default())
            }),
        ));
    }
    // So that they have begun. If one had not, it would be refused, which is as good.
    tokio::time::sleep(Duration::from_millis(300)).await;
    for (what, open) in &open {
        assert!(!open.is_finished(), "{what} does not wait");
    }
    end.await;
    for (what, open) in open {
        let (status, text) = timeout(SOON, open).await.unwrap_or_else(|_| panic!("{what} goes on")).unwrap();
        assert!(status == 401 || status == 200, "{what}: {status} {text}");
        assert!(!text.contains("\"late\""), "{what}: {text}");
    }
}

#[tokio::test]
async fn everything_that_waits_ends_with_its_key() {
    let bench = bench().await;
    let (guest, id) = prepared(&bench).await;
    all_end(&guest, revoke(&bench, &id)).await;
    // A message that comes now has not been taken by anybody.
    let sent = message("late", "b://two", "a://one", "status_update", json!({}));
    bench.expect(200, Method::POST, "/messages/send", Some(sent)).await;
    let inbox = bench.expect(200, Method::GET, "/agents/a%3A%2F%2Fone/inbox", None).await;
    assert_eq!(
        (&inbox["messages"][0]["message_id"], &inbox["messages"][0]["attempt"]),
        (&json!("late"), &json!(1))
    );
    bench.stop().await;
}

#[tokio::test]
async fn everything_that_waits_ends_when_its_key_expires() {
    let bench = bench().await;
    let (guest, _) = key(&bench, Some("2s")).await;
    guest.expect(201, Method::POST, "/sessions", Some(json!({"session_id": "s"}))).await;
    let question = json!({"question_id": "q1", "kind": "input", "text": "Well?"});
    guest.send(Method::POST, "/sessions/s/questions", question).await;
    all_end(&guest, std::future::ready(())).await;
    bench.stop().await;
}

#[tokio::test]
async fn a_socket_is_closed_with_its_key_and_sends_nothing_more() {
    let bench = bench().await;
    let (guest, id) = key(&bench, None).await;
    let url = format!("{}/ws?agent_id=a%3A%2F%2Fone", bench.url.replace("http://", "ws://"));
    let mut request = url.into_client_request().unwrap();
    request.headers_mut().insert("x-agent-api-key", guest.key().unwrap().parse().unwrap());
    let (mut socket, _) = tokio_tungstenite::connect_async(request).await.unwrap();
    assert!(socket.next().await.unwrap().unwrap().is_text());
    revoke(&bench, &id).await;
    let late = message("late", "a://one", "b://two", "status_update", json!({}));
    let _ = socket.send(Message::text(late.to_string())).await;
    let close = timeout(SOON, async {
        loop {
            match socket.next().await {
                Some(Ok(Message::Close(close))) => return close,
                Some(Ok(Message::Text(text))) => panic!("it still says {text}"),
                Some(Ok(_)) => {}
                Some(Err(_)) | None => return None,
            }
        }
    })
    .await
    .expect("the socket goes on");
    assert_eq!(close.map(|close| u16::from(close.code)), Some(1008));
    let inbox = bench.expect(200, Method::GET, "/agents/b%3A%2F%2Ftwo/inbox", None).await;
    assert_eq!(inbox["messages"], json!([]));
    bench.stop().await;
}

#[tokio::test]
async fn the_first_key_ends_what_is_open_without_one() {
    let hour = Duration::from_secs(3600);
    let bench = Bench::with(Options { heartbeat: hour, ping: hour, ..options() }, None).await;
    bench.register("a://one").await;
    let poll = bench.request(Method::GET, "/agents/a%3A%2F%2Fone/inbox?wait=60s");
    let poll = tokio::spawn(async move { poll.send().await.unwrap().status() });
    tokio::time::sleep(Duration::from_millis(200)).await;
    let key = json!({"name": "first", "role": "admin"});
    let made = bench.expect(201, Method::POST, "/keys", Some(key)).await;
    assert_eq!(timeout(SOON, poll).await.expect("the poll goes on").unwrap(), 401);
    // A key that revokes itself is told that it did.
    let own = bench.as_key(made["secret"].as_str());
    own.expect(200, Method::DELETE, &format!("/keys/{}", made["key_id"].as_str().unwrap()), None).await;
    own.expect(401, Method::GET, "/sessions", None).await;
    bench.stop().await;
}
