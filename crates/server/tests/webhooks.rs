//! Webhooks: a message is posted until its endpoint takes it, signed so that the endpoint can tell.
#![allow(missing_docs, clippy::unwrap_used)]

mod support;

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::sync::mpsc;
use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};
use sessiond_client::{Client, Conditions};

/// An endpoint that answers each post with the next status, and tells what it got: the headers and the body.
fn endpoint(statuses: &'static [u16]) -> (String, mpsc::Receiver<(String, Value)>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/inbox", listener.local_addr().unwrap());
    let (got, posts) = mpsc::channel();
    std::thread::spawn(move || {
        for status in statuses {
            let (stream, _) = listener.accept().unwrap();
            let mut reader = BufReader::new(stream);
            let mut headers = String::new();
            while !headers.ends_with("\r\n\r\n") {
                reader.read_line(&mut headers).unwrap();
            }
            let headers = headers.to_ascii_lowercase();
            let length = headers.split("content-length: ").nth(1).unwrap().split("\r\n").next().unwrap();
            let mut body = vec![0; length.parse().unwrap()];
            reader.read_exact(&mut body).unwrap();
            let answer = format!(
                "HTTP/1.1 {status} x\r\nretry-after: 3\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
            );
            reader.into_inner().write_all(answer.as_bytes()).unwrap();
            got.send((headers, serde_json::from_slice(&body).unwrap())).unwrap();
        }
    });
    (url, posts)
}

fn registration(url: &str) -> Value {
    json!({
        "agent_descriptor": { "agent_id": "a://hook", "endpoints": { "http": url } },
        "authentication": { "webhook_secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw" }
    })
}

async fn register_and_send(client: &Client, url: &str) {
    client.register_agent(serde_json::from_value(registration(url)).unwrap()).await.unwrap();
    let message = json!({
        "message_id": "m1", "timestamp": "2025-02-02T11:00:00Z", "message_type": "status_update",
        "sender": { "agent_id": "a://lead" }, "recipient": { "agent_id": "a://hook" }, "payload": { "n": 1 }
    });
    client.send_message(serde_json::from_value(message).unwrap(), Conditions::default()).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_message_is_posted_until_it_is_taken() {
    let options = sessiond_server::Options { allow_private_webhooks: true, ..support::options() };
    let server = support::Bench::with(options, None).await;
    let client = Client::connect(&server.url, None).unwrap();
    let (url, posts) = endpoint(&[503, 200]);
    register_and_send(&client, &url).await;
    for _ in 0..2 {
        let (headers, body) =
            tokio::task::block_in_place(|| posts.recv_timeout(Duration::from_secs(20))).unwrap();
        assert!(headers.contains("webhook-id: m1\r\n"), "{headers}");
        assert!(headers.contains("webhook-signature: v1,"), "{headers}");
        assert!(headers.contains("webhook-timestamp: "), "{headers}");
        assert_eq!((&body["message_id"], &body["payload"]["n"]), (&json!("m1"), &json!(1)));
    }
    let agent = "a://hook".parse().unwrap();
    for _ in 0..100 {
        if client.agent(&agent).await.unwrap().inbox_depth == 0 {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("a message that was taken is acknowledged");
}

#[tokio::test]
async fn a_registration_whose_messages_could_never_be_posted_is_refused() {
    let server = support::Bench::keyless().await;
    let good = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    let register = |url: &str, secret: &str| {
        json!({
            "agent_descriptor": { "agent_id": "a://hook", "endpoints": { "http": url } },
            "authentication": { "webhook_secret": secret }
        })
    };
    let url = "/agent_descriptor/endpoints/http";
    let secret = "/authentication/webhook_secret";
    for (body, pointer) in [
        (register("http://", good), url),
        (register("http://ex ample/", good), url),
        (register("http://example.com:99999/", good), url),
        (register("http://127.0.0.1:9000/", good), url),
        (register("http://localhost:9000/", good), url),
        (register("http://[::1]/", good), url),
        (register("ftp://93.184.216.34/", good), url),
        (register("https://93.184.216.34/", ""), secret),
        (register("https://93.184.216.34/", "plain"), secret),
        (register("https://93.184.216.34/", "whsec_!!!"), secret),
        (register("https://93.184.216.34/", "whsec_c2hvcnQ="), secret),
        (
            json!({"agent_descriptor": {"agent_id": "a://hook", "metadata": [1]}}),
            "/agent_descriptor/metadata",
        ),
        (
            json!({"agent_descriptor": {"agent_id": "a://hook", "capabilities": "x"}}),
            "/agent_descriptor/capabilities",
        ),
    ] {
        let refused = server.expect(422, Method::POST, "/agents/register", Some(body.clone())).await;
        assert_eq!(refused["errors"][0]["pointer"], pointer, "{body}: {refused}");
    }
    server.expect(404, Method::GET, "/agents/a%3A%2F%2Fhook", None).await;
    server
        .expect(201, Method::POST, "/agents/register", Some(register("https://93.184.216.34/", good)))
        .await;
    server.stop().await;
}

/// Waits until an agent's webhook is as wanted.
async fn webhook(server: &support::Bench, wanted: impl Fn(&Value) -> bool) -> Value {
    for _ in 0..200 {
        let agent = server.expect(200, Method::GET, "/agents/a%3A%2F%2Fhook", None).await;
        if wanted(&agent["webhook"]) {
            return agent;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("the webhook does not become so");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_endpoint_that_is_gone_is_left_alone_until_its_agent_registers_again() {
    let options = sessiond_server::Options { allow_private_webhooks: true, ..support::options() };
    let server = support::Bench::with(options, None).await;
    let client = Client::connect(&server.url, None).unwrap();
    let (url, posts) = endpoint(&[410, 200]);
    register_and_send(&client, &url).await;
    let agent = webhook(&server, |webhook| webhook["status"] == "disabled").await;
    assert_eq!((&agent["webhook"]["failures"], &agent["inbox_depth"]), (&json!(1), &json!(1)), "{agent}");
    assert!(agent["webhook"]["last_error"].as_str().unwrap().contains("410"), "{agent}");
    tokio::task::block_in_place(|| posts.recv_timeout(Duration::from_secs(5))).unwrap();
    let next = tokio::task::block_in_place(|| posts.recv_timeout(Duration::from_millis(1500)));
    assert!(next.is_err(), "it is posted to all the same");
    // The same registration again.
    client.register_agent(serde_json::from_value(registration(&url)).unwrap()).await.unwrap();
    let agent = webhook(&server, |webhook| webhook["status"] == "working").await;
    assert_eq!(agent["status"], "connected");
    assert_eq!(agent["webhook"]["failures"], 0);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_failing_endpoint_is_shown_and_not_posted_to_sooner_than_it_asks() {
    let options = sessiond_server::Options { allow_private_webhooks: true, ..support::options() };
    let server = support::Bench::with(options, None).await;
    let client = Client::connect(&server.url, None).unwrap();
    let (url, posts) = endpoint(&[429, 200]);
    register_and_send(&client, &url).await;
    let agent = webhook(&server, |webhook| webhook["status"] == "failing").await;
    let at =
        |name: &str| agent["webhook"][name].as_str().unwrap().parse::<sessiond_core::Timestamp>().unwrap();
    assert!(at("next_attempt_at") > server.engine.now(), "{agent}");
    let began = std::time::Instant::now();
    for _ in 0..2 {
        tokio::task::block_in_place(|| posts.recv_timeout(Duration::from_secs(20))).unwrap();
    }
    assert!(began.elapsed() > Duration::from_secs(2), "Retry-After is 3");
    let agent = webhook(&server, |webhook| webhook["status"] == "working").await;
    assert!(agent["webhook"]["last_accepted_at"].is_string(), "{agent}");
    server.stop().await;
}
