//! Webhooks: a message is posted until its endpoint takes it, signed so that the endpoint can tell.
#![allow(missing_docs, clippy::unwrap_used)]

mod support;

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::sync::mpsc;
use std::time::Duration;

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
            let answer = format!("HTTP/1.1 {status} x\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
            reader.into_inner().write_all(answer.as_bytes()).unwrap();
            got.send((headers, serde_json::from_slice(&body).unwrap())).unwrap();
        }
    });
    (url, posts)
}

async fn register_and_send(client: &Client, url: &str) {
    let registration = json!({
        "agent_descriptor": { "agent_id": "a://hook", "endpoints": { "http": url } },
        "authentication": { "webhook_secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw" }
    });
    client.register_agent(serde_json::from_value(registration).unwrap()).await.unwrap();
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

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_posted_into_the_servers_own_network() {
    let server = support::Bench::keyless().await;
    let client = Client::connect(&server.url, None).unwrap();
    let (url, posts) = endpoint(&[200]);
    register_and_send(&client, &url).await;
    assert!(tokio::task::block_in_place(|| posts.recv_timeout(Duration::from_millis(700))).is_err());
    assert_eq!(client.agent(&"a://hook".parse().unwrap()).await.unwrap().inbox_depth, 1);
}
