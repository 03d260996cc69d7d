//! A model that a test scripts, as a service that is compatible with OpenAI's.
#![allow(clippy::unwrap_used, reason = "tests may panic")]

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use futures_util::stream;
use serde_json::{Value, json};

/// A model that sends one word in so many milliseconds, and counts its open requests and the words that it has sent.
#[derive(Clone, Default)]
pub struct Model {
    /// The requests that are open.
    pub open: Arc<AtomicUsize>,
    /// The words that were sent.
    pub sent: Arc<AtomicUsize>,
    /// All requests.
    pub requests: Arc<parking_lot::Mutex<Vec<Value>>>,
}

/// A request that is open until it is dropped.
struct Open(Arc<AtomicUsize>);

impl Drop for Open {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

impl Model {
    /// Listens, and answers its address.
    pub async fn start(&self) -> String {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let router = Router::new().route("/v1/chat/completions", post(complete)).with_state(self.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        format!("http://{address}/v1")
    }
}

/// The last message says what comes: `call` calls a tool, if one is offered, and `refuse` and `long` are refused; `words N` are N
/// words, one in 20 ms and no more than `max_tokens`; `break` breaks off after two; `cite 1` cites a source; `think 1` is reasoning
/// before a word; `escape 1` has control sequences.
async fn complete(State(model): State<Model>, body: String) -> Response {
    let request: Value = serde_json::from_str(&body).unwrap();
    let last =
        request["messages"].as_array().unwrap().last().unwrap()["content"].as_str().unwrap().to_owned();
    let most = request["max_tokens"].as_u64().map_or(usize::MAX, |most| most as usize);
    model.requests.lock().push(request);
    model.open.fetch_add(1, Ordering::SeqCst);
    let open = Open(model.open.clone());
    let words = last.rsplit(' ').next().and_then(|count| count.parse::<usize>().ok()).unwrap_or(2);
    let (words, finish) = if words > most { (most, "length") } else { (words, "stop") };
    let refusal = match last.as_str() {
        "refuse" => Some("this is not for me"),
        "long" => Some("This model's maximum context length is 131072 tokens"),
        _ => None,
    };
    if let Some(message) = refusal {
        let body = json!({"error": {"message": message, "code": "context_length_exceeded"}});
        let body = if last == "long" { body } else { json!({"error": {"message": message}}) };
        return (axum::http::StatusCode::BAD_REQUEST, axum::Json(body)).into_response();
    }
    let calls = last == "call";
    let breaks = last == "break";
    let special = ["cite 1", "escape 1", "think 1"].into_iter().find(|end| last.ends_with(end)).unwrap_or("");
    let frames = stream::unfold((0, open), move |(n, open)| {
        let sent = model.sent.clone();
        async move {
            if n > words + 1 || (breaks && n == 2) {
                return None;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
            let frame = if calls && n == 0 {
                sent.fetch_add(1, Ordering::SeqCst);
                let function = json!({"name": "weather", "arguments": "{\"city\":\"Bonn\"}"});
                let call = json!({"index": 0, "id": "call_1", "type": "function", "function": function});
                format!("data: {}\n\n", json!({"choices": [{"index": 0, "delta": {"tool_calls": [call]}}]}))
            } else if calls && n == 1 {
                "data: {\"choices\": [{\"index\": 0, \"delta\": {}, \"finish_reason\": \"tool_calls\"}]}\n\n"
                    .to_owned()
            } else if n < words {
                sent.fetch_add(1, Ordering::SeqCst);
                let word = match special {
                    "cite 1" => "It says so [1].".to_owned(),
                    "escape 1" => "a\u{1b}[2Jb\u{202e}c".to_owned(),
                    _ => format!("w{n} "),
                };
                let delta = match special {
                    "think 1" => json!({"content": word, "reasoning_content": "Let me see."}),
                    _ => json!({"content": word}),
                };
                let delta = json!({"choices": [{"index": 0, "delta": delta}], "model": "scripted"});
                format!("data: {delta}\n\n")
            } else if n == words {
                let end = json!({"choices": [{"index": 0, "delta": {}, "finish_reason": finish}],
                    "usage": {"prompt_tokens": 3, "completion_tokens": words}});
                format!("data: {end}\n\n")
            } else {
                "data: [DONE]\n\n".to_owned()
            };
            Some((Ok::<_, std::convert::Infallible>(frame), (n + 1, open)))
        }
    });
    ([("content-type", "text/event-stream")], Body::from_stream(frames)).into_response()
}
