//! A2A: what the protocol says of messages, tasks, states and errors, and the rights that hold for it as for the routes.
#![allow(clippy::unwrap_used)]

#[path = "../support/mod.rs"]
mod support;

mod cards;
mod messages;
mod requests;
mod streams;
mod tasks;
mod version_03;

use std::time::Duration;

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use sessiond_core::Role;
use support::{Bench, problem};
use tokio::time::timeout;

const SOON: Duration = Duration::from_secs(10);
const AGENT: &str = "opencode://backend";
const PATH: &str = "/a2a/opencode%3A%2F%2Fbackend";

const PARSE_ERROR: i64 = -32700;
const INVALID_REQUEST: i64 = -32600;
const METHOD_NOT_FOUND: i64 = -32601;
const INVALID_PARAMS: i64 = -32602;
const TASK_NOT_FOUND: i64 = -32001;
const TASK_NOT_CANCELABLE: i64 = -32002;
const PUSH_NOT_SUPPORTED: i64 = -32003;
const UNSUPPORTED: i64 = -32004;
const CONTENT_TYPE: i64 = -32005;
const VERSION: i64 = -32009;

/// One request of the protocol, and the HTTP response.
async fn request(bench: &Bench, path: &str, method: &str, params: Value) -> reqwest::Response {
    let body = json!({"jsonrpc": "2.0", "id": 7, "method": method, "params": params});
    bench.request(Method::POST, path).header("a2a-version", "1.0").json(&body).send().await.unwrap()
}

/// One request of the protocol, and its response.
async fn call_at(bench: &Bench, path: &str, method: &str, params: Value) -> Value {
    let response = request(bench, path, method, params).await;
    assert_eq!(response.status(), 200, "{method}");
    assert_eq!(response.headers()["content-type"], "application/json", "{method}");
    let response: Value = response.json().await.unwrap();
    assert_eq!((&response["jsonrpc"], &response["id"]), (&json!("2.0"), &json!(7)), "{response}");
    response
}

async fn call(bench: &Bench, method: &str, params: Value) -> Value {
    call_at(bench, PATH, method, params).await
}

/// The result of a request that succeeds.
async fn ok(bench: &Bench, method: &str, params: Value) -> Value {
    let mut response = call(bench, method, params).await;
    assert!(response.get("error").is_none(), "{response}");
    response["result"].take()
}

/// A request that fails with that code, and the error.
async fn fails(bench: &Bench, code: i64, method: &str, params: Value) -> Value {
    let mut response = call(bench, method, params).await;
    assert_eq!(response["error"]["code"], code, "{method}: {response}");
    assert!(response.get("result").is_none(), "{response}");
    for detail in response["error"]["data"].as_array().unwrap() {
        assert!(detail["@type"].is_string(), "{response}");
    }
    response["error"].take()
}

fn message(id: &str, text: &str, more: Value) -> Value {
    let mut message = json!({"messageId": id, "role": "ROLE_USER", "parts": [{"text": text}]});
    message.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    message
}

/// Sends a message without waiting for its task, and gives the task.
async fn begin(bench: &Bench, message: Value) -> Value {
    let params = json!({"message": message, "configuration": {"returnImmediately": true}});
    ok(bench, "SendMessage", params).await["task"].take()
}

fn id(task: &Value) -> &str {
    task["id"].as_str().unwrap()
}

/// What the agent reports of a task.
async fn report(bench: &Bench, task: &Value, what: &str, body: Value) {
    let path = format!("/tasks/{}/{what}", id(task));
    bench.expect(200, Method::POST, &path, Some(body)).await;
}

async fn ask(bench: &Bench, task: &Value, question: Value) -> String {
    let mut body = json!({"text": "Which region?", "asker": {"task_id": id(task)}});
    body.as_object_mut().unwrap().extend(question.as_object().unwrap().clone());
    let path = format!("/sessions/{}/questions", task["contextId"].as_str().unwrap());
    let asked = bench.expect(201, Method::POST, &path, Some(body)).await;
    asked["question_id"].as_str().unwrap().to_owned()
}

async fn get(bench: &Bench, task: &Value) -> Value {
    ok(bench, "GetTask", json!({"id": id(task)})).await
}

async fn state(bench: &Bench, task: &Value) -> String {
    get(bench, task).await["status"]["state"].as_str().unwrap().to_owned()
}

async fn keyless() -> Bench {
    let bench = Bench::keyless().await;
    bench.register(AGENT).await;
    bench
}

/// The updates of a stream.
struct Stream {
    response: reqwest::Response,
    text: String,
}

impl Stream {
    async fn open(bench: &Bench, method: &str, params: Value) -> Self {
        let response = request(bench, PATH, method, params).await;
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        Self { response, text: String::new() }
    }

    /// The next response; nothing when the stream has ended.
    async fn response(&mut self) -> Option<Value> {
        loop {
            if let Some((block, rest)) = self.text.split_once("\n\n") {
                let data = block.strip_prefix("data: ").map(|data| serde_json::from_str(data).unwrap());
                self.text = rest.to_owned();
                match data {
                    Some(data) => return Some(data),
                    None => continue,
                }
            }
            let chunk = timeout(SOON, self.response.chunk()).await.expect("the stream says nothing");
            self.text.push_str(std::str::from_utf8(&chunk.ok().flatten()?).unwrap());
        }
    }

    /// The next update: its kind and what it has.
    async fn next(&mut self) -> Option<(String, Value)> {
        let response = self.response().await?;
        assert_eq!((&response["jsonrpc"], &response["id"]), (&json!("2.0"), &json!(7)), "{response}");
        let (kind, update) = response["result"].as_object()?.iter().next().unwrap();
        Some((kind.clone(), update.clone()))
    }

    /// The states and texts of the rest, with `artifact` where there is one.
    async fn rest(mut self) -> Vec<String> {
        let mut all = Vec::new();
        while let Some((kind, update)) = self.next().await {
            all.push(match kind.as_str() {
                "artifactUpdate" => "artifact".to_owned(),
                _ => {
                    let status = &update["status"];
                    let text = status["message"]["parts"][0]["text"].as_str().unwrap_or_default();
                    format!("{} {text}", status["state"].as_str().unwrap()).trim_end().to_owned()
                }
            });
        }
        all
    }
}
