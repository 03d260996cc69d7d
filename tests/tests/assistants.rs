//! Assistants over HTTP, with the built binary and a model that the test scripts: an answer is streamed, stopped and resumed,
//! and a killed server loses no message.
#![allow(missing_docs, clippy::unwrap_used)]

use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use futures_util::StreamExt;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use sessiond_tests::model::Model;
use sessiond_tests::site::Site;

/// A server with a session of an assistant, and its model.
struct World {
    model: Model,
    site: Site,
}

impl std::ops::Deref for World {
    type Target = Site;

    fn deref(&self) -> &Site {
        &self.site
    }
}

impl std::ops::DerefMut for World {
    fn deref_mut(&mut self) -> &mut Site {
        &mut self.site
    }
}

impl World {
    async fn start() -> Self {
        Self::start_with(&[]).await
    }

    /// With these variables of the environment.
    async fn start_with(more: &[(&str, &str)]) -> Self {
        let model = Model::default();
        let site = Site::with_model(&model.start().await, more);
        let world = Self { model, site };
        let session = json!({"session_id": "mine", "client_id": "me"});
        let session = world.expect(201, Method::POST, "/sessions", Some(session)).await;
        assert_eq!(session["kind"], "assistant");
        world
    }

    async fn add(&self, text: &str) -> String {
        let turn = self.expect(201, Method::POST, "/sessions/mine/turns", Some(json!({"text": text}))).await;
        turn["turn_id"].as_str().unwrap().to_owned()
    }

    async fn ended(&self, turn: &str) -> Value {
        self.expect(200, Method::GET, &format!("/sessions/mine/turns/{turn}?wait=60s"), None).await
    }

    /// Follows a turn to its end, from a cursor on: the text as a client has it, the last cursor, and the turn.
    async fn follow(
        &self,
        turn: &str,
        mut text: String,
        cursor: &str,
        most: usize,
    ) -> (String, String, Value) {
        let mut request = self.request(Method::GET, &format!("/sessions/mine/turns/{turn}"));
        request = request.header("accept", "text/event-stream").header("last-event-id", cursor);
        let mut frames = request.send().await.unwrap().bytes_stream();
        let (mut buffer, mut cursor, mut seen) = (String::new(), cursor.to_owned(), 0);
        while let Some(bytes) = frames.next().await {
            buffer.push_str(std::str::from_utf8(&bytes.unwrap()).unwrap());
            while let Some((frame, rest)) = buffer.split_once("\n\n") {
                let line = |name: &str| frame.lines().find_map(|line| line.strip_prefix(name));
                if let Some(id) = line("id: ") {
                    cursor = id.to_owned();
                }
                let data: Value =
                    line("data: ").map_or(Value::Null, |data| serde_json::from_str(data).unwrap());
                match line("event: ") {
                    Some("text") => {
                        text.truncate(data["offset"].as_u64().unwrap() as usize);
                        text.push_str(data["text"].as_str().unwrap());
                    }
                    Some("end") => return (text, cursor, data),
                    Some("problem") => panic!("{data}"),
                    _ => {}
                }
                seen += 1;
                buffer = rest.to_owned();
                if seen > most {
                    return (text, cursor, Value::Null);
                }
            }
        }
        (text, cursor, Value::Null)
    }
}

/// Whether a file of a directory has these bytes.
fn holds(dir: &std::path::Path, bytes: &[u8]) -> bool {
    std::fs::read_dir(dir).unwrap().any(|entry| {
        let content = std::fs::read(entry.unwrap().path()).unwrap_or_default();
        content.windows(bytes.len()).any(|window| window == bytes)
    })
}

/// Waits for at most a minute.
async fn until(what: &str, mut holds: impl AsyncFnMut() -> bool) {
    let since = Instant::now();
    while !holds().await {
        assert!(since.elapsed() < Duration::from_secs(60), "never: {what}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_chat_is_answered_by_the_model_with_all_that_was_said() {
    let world = World::start().await;
    let chat = world
        .request(Method::POST, "/chat")
        .header("x-session-id", "mine")
        .json(&json!({"message": "words 3"}));
    let answer: Value = chat.send().await.unwrap().error_for_status().unwrap().json().await.unwrap();
    assert_eq!(answer["response"], "w0 w1 w2 ");
    assert_eq!(answer["usage"]["output_tokens"], 3);
    assert_eq!(answer["session_id"], "mine");
    world.expect(200, Method::PUT, "/sessions/mine/assistant", Some(json!({"prompt": "Be brief."}))).await;
    let again = json!({"message": "words 1", "session_id": "mine"});
    world.expect(200, Method::POST, "/chat", Some(again)).await;
    let sent = world.model.requests.lock().last().unwrap()["messages"].clone();
    let expected = json!([
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "words 3"},
        {"role": "assistant", "content": "w0 w1 w2 "},
        {"role": "user", "content": "words 1"},
    ]);
    assert_eq!(sent, expected);
    let broken = world
        .expect(503, Method::POST, "/chat", Some(json!({"message": "break", "session_id": "mine"})))
        .await;
    assert_eq!(broken["code"], "model_unavailable");
    for (body, pointer) in [
        (json!({"message": " ", "session_id": "mine"}), "/message"),
        (json!({"message": "words 1"}), "/session_id"),
    ] {
        let problem = world.expect(422, Method::POST, "/chat", Some(body)).await;
        assert_eq!(problem["errors"][0]["pointer"], pointer);
    }
    let turns = world.expect(200, Method::GET, "/sessions/mine/turns", None).await;
    let ends: Vec<_> = turns["turns"].as_array().unwrap().iter().map(|turn| turn["status"].clone()).collect();
    assert_eq!(ends, ["completed", "completed", "failed"]);
    assert_eq!(turns["turns"][2]["answer"], "w0 w1 ", "what came of the answer is kept");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reader_that_leaves_stops_nothing_and_has_the_rest_when_it_comes_again() {
    let world = World::start().await;
    let turn = world.add("words 40").await;
    let (text, cursor, end) = world.follow(&turn, String::new(), "", 5).await;
    assert!(end.is_null() && !text.is_empty());
    let (text, _, end) = world.follow(&turn, text, &cursor, usize::MAX).await;
    let whole: String = (0..40).map(|n| format!("w{n} ")).collect();
    assert_eq!((text.as_str(), end["status"].as_str()), (whole.as_str(), Some("completed")));
    let (late, ..) = world.follow(&turn, String::new(), "", usize::MAX).await;
    assert_eq!(late, whole);
}

#[tokio::test(flavor = "multi_thread")]
async fn stop_closes_the_request_to_the_model_at_once() {
    let world = World::start().await;
    let turn = world.add("words 3000").await;
    until("three words", async || world.model.sent.load(Ordering::SeqCst) >= 3).await;
    let waits = world.add("words 2").await;
    let stopped = world.expect(200, Method::POST, &format!("/sessions/mine/turns/{turn}/stop"), None).await;
    assert_eq!(stopped["status"], "stopped");
    let answer = stopped["answer"].as_str().unwrap();
    assert!(answer.starts_with("w0 w1 w2 "), "{answer}");
    // The next turn's request takes its place.
    assert_eq!(world.ended(&waits).await["status"], "completed");
    assert_eq!(world.ended(&turn).await["answer"], answer, "nothing comes late");
    until("no request is open", async || world.model.open.load(Ordering::SeqCst) == 0).await;
    let sent = world.model.requests.lock().last().unwrap()["messages"].clone();
    assert_eq!(sent[2]["content"], answer, "the next turn sees exactly that text");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_server_loses_no_message_and_at_most_the_last_second_of_an_answer() {
    let mut world = World::start().await;
    let turn = world.add("words 3000").await;
    let waits = world.add("words 2").await;
    // Until a checkpoint is in the journal.
    until("a checkpoint", async || {
        let events = world.expect(200, Method::GET, "/sessions/mine/events?limit=1000", None).await;
        events["events"].as_array().unwrap().iter().any(|event| event["type"] == "turn_progressed")
    })
    .await;
    world.restart();
    assert_eq!(world.ended(&waits).await["status"], "completed");
    let ended = world.ended(&turn).await;
    assert_eq!(ended["status"], "interrupted");
    assert!(ended["answer"].as_str().unwrap().starts_with("w0 w1 "));
    let retry = format!("/sessions/mine/turns/{turn}/retry");
    let retried = world.expect(201, Method::POST, &retry, Some(json!({"text": "words 1"}))).await;
    assert_eq!(world.ended(retried["turn_id"].as_str().unwrap()).await["answer"], "w0 ");
    let events = world.expect(200, Method::GET, "/sessions/mine/events?limit=1000", None).await;
    let ends =
        events["events"].as_array().unwrap().iter().filter(|event| event["type"] == "turn_ended").count();
    assert_eq!(ends, 3, "each turn has one end");
    world.expect(200, Method::POST, "/sessions/mine/clear", None).await;
    until("the texts are gone", async || {
        let events = world.expect(200, Method::GET, "/sessions/mine/events?limit=1000", None).await;
        !events.to_string().contains("w0 ")
    })
    .await;
    // Nor is it in the bytes of the database and its log: they are looked after each ten seconds.
    until("the bytes are gone", async || !holds(world.dir.path(), b"w0 w1 w2 ")).await;
    world.expect(200, Method::POST, "/chat", Some(json!({"message": "words 7", "session_id": "mine"}))).await;
    until("the answer is in a file", async || holds(world.dir.path(), b"w4 w5 w6 ")).await;
    let deleted = world.request(Method::DELETE, "/sessions/mine").send().await.unwrap();
    assert_eq!(deleted.status(), StatusCode::NO_CONTENT);
    until("the bytes are gone", async || !holds(world.dir.path(), b"w4 w5 w6 ")).await;
}

/// What a message sets for its answer is kept with it: over a restart while it waits, and when it is retried. The session's own
/// settings hold for the others.
#[tokio::test(flavor = "multi_thread")]
async fn a_message_sets_its_own_answer_and_no_other() {
    let mut world = World::start().await;
    let assistant = json!({"temperature": 1.5, "max_tokens": 100});
    world.expect(200, Method::PUT, "/sessions/mine/assistant", Some(assistant)).await;
    let sent = |world: &World| {
        let request = world.model.requests.lock().last().unwrap().clone();
        ["temperature", "max_tokens", "top_p", "stop", "seed"].map(|name| request[name].clone())
    };
    let own = json!({"temperature": 0, "max_tokens": 7, "top_p": 0.9, "stop": ["END"], "seed": 3});
    let as_sent = [json!(0.0), json!(7), json!(0.9), json!(["END"]), json!(3)];
    let chat = json!({"message": "words 1", "session_id": "mine", "settings": own});
    let answer = world.expect(200, Method::POST, "/chat", Some(chat)).await;
    assert_eq!(sent(&world), as_sent);
    let retry = format!("/sessions/mine/turns/{}/retry", answer["turn"].as_str().unwrap());
    let retried = world.expect(201, Method::POST, &retry, None).await;
    let retried = world.ended(retried["turn_id"].as_str().unwrap()).await;
    assert_eq!(sent(&world), as_sent);
    let shown = json!({"temperature": 0.0, "max_tokens": 7, "top_p": 0.9, "stop": ["END"], "seed": 3});
    assert_eq!(retried["settings"], shown);
    let turn = world.add("words 1").await;
    assert!(world.ended(&turn).await.get("settings").is_none());
    assert_eq!(sent(&world), [json!(1.5), json!(100), json!(null), json!(null), json!(null)]);
    // It waits, and the server is killed.
    world.add("words 3000").await;
    let waits = json!({"text": "words 2", "settings": own});
    let waits = world.expect(201, Method::POST, "/sessions/mine/turns", Some(waits)).await;
    world.restart();
    assert_eq!(world.ended(waits["turn_id"].as_str().unwrap()).await["answer"], "w0 w1 ");
    assert_eq!(sent(&world), as_sent);
    for (settings, pointer) in [
        (json!({"temperature": 3}), "/settings/temperature"),
        (json!({"max_tokens": "many"}), "/settings/max_tokens"),
        (json!({"nonsense": 1}), "/settings/nonsense"),
    ] {
        let chat = json!({"message": "words 1", "session_id": "mine", "settings": settings});
        let problem = world.expect(422, Method::POST, "/chat", Some(chat)).await;
        assert_eq!(problem["errors"][0]["pointer"], pointer, "{problem}");
    }
}

/// Creates a session, and gives its token.
async fn token_of(world: &World, id: &str) -> String {
    let body = json!({"session_id": id, "client_id": "client"});
    let created = world.expect(201, Method::POST, "/sessions", Some(body)).await;
    created["token"].as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_official_client_converses_with_an_assistant_and_needs_openai() {
    let world = World::start().await;
    let (token, other) = (token_of(&world, "theirs").await, token_of(&world, "other").await);
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let output = tokio::process::Command::new(root.join("target/openai/bin/python"))
        .arg(root.join("tests/openai/assistant.py"))
        .args([&format!("{}/v1", world.server.url), "theirs", &token, &other])
        .output()
        .await
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(said.contains("came to its end"), "{}", String::from_utf8_lossy(&output.stderr));
}

/// Runs a client's script with a server that permits one open turn: its clients wait and try again, and get through.
async fn waits_for_its_turn(mut client: tokio::process::Command) {
    let world = World::start_with(&[("SESSIOND_TURN_LIMIT", "1")]).await;
    let token = token_of(&world, "theirs").await;
    let output = client.args([&format!("{}/v1", world.server.url), &token]).output().await.unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(said.contains("came to its end"), "{}", String::from_utf8_lossy(&output.stderr));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_official_client_waits_when_it_is_told_to_and_needs_openai() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let mut client = tokio::process::Command::new(root.join("target/openai/bin/python"));
    client.arg(root.join("tests/openai/limits.py"));
    waits_for_its_turn(client).await;
}

mod needs_node_openai {
    use super::*;

    #[tokio::test(flavor = "multi_thread")]
    async fn the_official_client_waits_when_it_is_told_to() {
        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        let mut client = tokio::process::Command::new("node");
        client
            .arg(root.join("tests/openai/limits.mjs"))
            .arg(root.join("target/openai").canonicalize().unwrap());
        waits_for_its_turn(client).await;
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn the_official_client_converses_with_an_assistant() {
        let world = World::start().await;
        let (token, other) = (token_of(&world, "theirs").await, token_of(&world, "other").await);
        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        let output = tokio::process::Command::new("node")
            .arg(root.join("tests/openai/assistant.mjs"))
            .arg(root.join("target/openai").canonicalize().unwrap())
            .args([&format!("{}/v1", world.server.url), &token, &other])
            .output()
            .await
            .unwrap();
        let said = String::from_utf8_lossy(&output.stdout);
        assert!(said.contains("came to its end"), "{}", String::from_utf8_lossy(&output.stderr));
    }
}

#[tokio::test]
async fn problems_of_openai_s_interface_have_its_shape() {
    let world = World::start().await;
    let chat = json!({"model": "assistant", "messages": [{"role": "user", "content": "words 1"}]});
    let change = |name: &str, value: Value| {
        let mut body = chat.clone();
        body[name] = value;
        body
    };
    let post = |path: &str, body: Value| world.request(Method::POST, path).json(&body);
    let with_session = |body: Value| post("/v1/chat/completions", body).header("x-session-id", "mine");
    let gone = post("/v1/chat/completions", chat.clone()).header("x-session-id", "gone");
    for (request, status, param) in [
        (post("/v1/chat/completions", chat.clone()), 400, "x-session-id"),
        (gone, 404, ""),
        (with_session(change("model", json!("gpt"))), 400, "model"),
        (with_session(change("messages", json!("hello"))), 400, "messages"),
        (with_session(change("messages", json!([{"role": "tool", "content": "x"}]))), 400, "messages.0"),
        (with_session(change("temperature", json!(3))), 400, "temperature"),
        (with_session(change("max_completion_tokens", json!(0))), 400, "max_completion_tokens"),
        (with_session(change("stop", json!(["a", ""]))), 400, "stop.1"),
        (with_session(change("seed", json!("x"))), 400, "seed"),
        (with_session(change("logit_bias", json!({"1": 2}))), 400, "logit_bias"),
        (with_session(json!([1])), 400, ""),
        (world.request(Method::GET, "/v1/nothing"), 404, ""),
        (world.request(Method::PUT, "/v1/models"), 405, ""),
        (world.request(Method::GET, "/v1/models").bearer_auth("wrong"), 401, ""),
        (world.request(Method::GET, "/v1/responses/resp_x?nonsense=1"), 400, "nonsense"),
        (world.request(Method::GET, "/v1/responses/resp_x"), 404, ""),
        (world.request(Method::GET, "/v1/conversations/conv_mine/items?limit=0"), 400, "limit"),
        (world.request(Method::GET, "/v1/conversations/conv_mine/items?after=x"), 400, "after"),
        (post("/v1/conversations", json!({"items": [{"role": "user", "content": "a"}]})), 400, "items"),
        (post("/v1/responses", json!({"model": "assistant", "input": " "})), 400, "input"),
        (post("/v1/responses", json!({"model": "assistant", "input": "a", "top_p": 2})), 400, "top_p"),
        (
            post("/v1/responses", json!({"model": "assistant", "input": "a", "max_output_tokens": 0})),
            400,
            "max_output_tokens",
        ),
        (post("/v1/responses", json!({"model": "assistant", "input": "a", "seed": 1})), 400, "seed"),
    ] {
        let response = request.send().await.unwrap();
        let (actual, kind) = (response.status().as_u16(), response.headers()["content-type"].clone());
        let text = response.text().await.unwrap();
        assert_eq!((actual, kind.to_str().unwrap()), (status, "application/problem+json"), "{text}");
        let error = serde_json::from_str::<Value>(&text).unwrap()["error"].clone();
        assert!(!error["message"].as_str().unwrap().is_empty() && error["code"].is_string(), "{text}");
        assert_eq!(error["param"].as_str().unwrap_or_default(), param, "{text}");
    }
    // Elsewhere problems have the shape of this interface.
    let problem = world.expect(404, Method::GET, "/sessions/gone", None).await;
    assert_eq!(problem["code"], "session_not_found");
}

/// The stateless name passes everything to the model as it is, keeps nothing, and ends the work when its client leaves.
#[tokio::test(flavor = "multi_thread")]
async fn the_stateless_model_is_passed_everything_and_nothing_is_kept() {
    let world = World::start().await;
    let before = world.expect(200, Method::GET, "/sessions", None).await["sessions"].clone();
    let ask = |content: &str, more: Value| {
        let mut body = json!({"model": "assistant-stateless", "messages": [
            {"role": "system", "content": "Be brief."}, {"role": "user", "content": "Weather?", "name": "me"},
            {"role": "assistant", "content": null, "refusal": null, "annotations": [],
             "tool_calls": [{"id": "c1", "type": "function", "function": {"name": "weather", "arguments": "{}"}}]},
            {"role": "tool", "tool_call_id": "c1", "content": "rain"}, {"role": "user", "content": content}]});
        for (name, value) in more.as_object().unwrap() {
            body[name] = value.clone();
        }
        world.request(Method::POST, "/v1/chat/completions").json(&body)
    };
    let tools =
        json!([{"type": "function", "function": {"name": "weather", "parameters": {"type": "object"}}}]);
    let settings = json!({"temperature": 0.5, "max_tokens": 9, "stop": "END", "seed": 3, "tools": tools, "store": false});
    let answer: Value = ask("words 3", settings).send().await.unwrap().json().await.unwrap();
    assert_eq!(answer["choices"][0]["message"]["content"], "w0 w1 w2 ", "{answer}");
    assert_eq!(
        (&answer["model"], &answer["usage"]["total_tokens"]),
        (&json!("assistant-stateless"), &json!(6))
    );
    let sent = world.model.requests.lock().last().unwrap().clone();
    let expected = json!([
        {"role": "system", "content": "Be brief."}, {"role": "user", "content": "Weather?"},
        {"role": "assistant", "content": null,
         "tool_calls": [{"id": "c1", "type": "function", "function": {"name": "weather", "arguments": "{}"}}]},
        {"role": "tool", "tool_call_id": "c1", "content": "rain"}, {"role": "user", "content": "words 3"}]);
    assert_eq!(sent["messages"], expected);
    assert_eq!(sent["tools"][0]["function"]["name"], "weather");
    assert_eq!((&sent["temperature"], &sent["max_tokens"]), (&json!(0.5), &json!(9)));
    assert_eq!((&sent["stop"], &sent["seed"]), (&json!(["END"]), &json!(3)));
    // It calls the client's tools.
    let called: Value = ask("call", json!({"tools": tools})).send().await.unwrap().json().await.unwrap();
    let choice = &called["choices"][0];
    assert_eq!(
        (&choice["finish_reason"], &choice["message"]["content"]),
        (&json!("tool_calls"), &Value::Null)
    );
    assert_eq!(choice["message"]["tool_calls"][0]["function"]["arguments"], "{\"city\":\"Bonn\"}");
    for (request, status, param, code) in [
        (ask("words 1", json!({"n": 2})), 400, "n", "invalid_input"),
        (ask("words 1", json!({"logprobs": true})), 400, "logprobs", "invalid_input"),
        (ask("words 1", json!({"store": true})), 400, "store", "invalid_input"),
        (ask("words 1", json!({"temperature": "hot"})), 400, "temperature", "invalid_input"),
        (ask("words 1", json!({"messages": []})), 400, "messages", "invalid_input"),
        (
            ask("words 1", json!({"messages": [{"role": "judge", "content": "a"}]})),
            400,
            "messages[0]",
            "invalid_input",
        ),
        (ask("refuse", json!({})), 400, "", "invalid_input"),
        (ask("long", json!({})), 400, "messages", "context_length_exceeded"),
        (ask("break", json!({})), 503, "", "model_unavailable"),
    ] {
        let response = request.send().await.unwrap();
        assert_eq!(response.status().as_u16(), status);
        let problem: Value = response.json().await.unwrap();
        assert_eq!(problem["error"]["param"].as_str().unwrap_or_default(), param, "{problem}");
        assert_eq!(problem["error"]["code"], code, "{problem}");
    }
    // Who leaves ends the work, whether the answer streams or not.
    for streams in [false, true] {
        let (open, began) = (&world.model.open, world.model.sent.load(Ordering::SeqCst));
        let leaving = async {
            let response = ask("words 3000", json!({"stream": streams})).send().await.unwrap();
            response.bytes().await
        };
        let reads = tokio::time::timeout(Duration::from_millis(500), leaving);
        assert!(reads.await.is_err(), "it takes a minute");
        assert!(world.model.sent.load(Ordering::SeqCst) > began);
        until("the model's request is closed", async || open.load(Ordering::SeqCst) == 0).await;
    }
    assert_eq!(world.expect(200, Method::GET, "/sessions", None).await["sessions"], before);
    let turns = world.expect(200, Method::GET, "/sessions/mine/turns", None).await;
    assert_eq!(turns["turns"], json!([]));
}

/// The requests to the model are in the metrics, by OpenTelemetry's names, and no text is.
#[tokio::test(flavor = "multi_thread")]
async fn metrics_have_the_requests_to_the_model_and_no_text() {
    let world = World::start().await;
    let chat = json!({"message": "Secret words 3", "session_id": "mine"});
    world.expect(200, Method::POST, "/chat", Some(chat)).await;
    let stateless =
        json!({"model": "assistant-stateless", "messages": [{"role": "user", "content": "Secret words 2"}]});
    world.expect(200, Method::POST, "/v1/chat/completions", Some(stateless)).await;
    let failing = json!({"message": "refuse", "session_id": "mine"});
    world.expect(503, Method::POST, "/chat", Some(failing)).await;
    let stopped = world.add("words 3000").await;
    // 5 are of the answers before; of these, the first has arrived when others are sent.
    until("words", async || world.model.sent.load(Ordering::SeqCst) > 5 + 5).await;
    world.expect(200, Method::POST, &format!("/sessions/mine/turns/{stopped}/stop"), None).await;
    let labels =
        r#"gen_ai_operation_name="chat",gen_ai_provider_name="openai",gen_ai_request_model="scripted""#;
    let expected = [
        format!("gen_ai_client_token_usage_sum{{{labels},gen_ai_token_type=\"input\"}} 6\n"),
        format!("gen_ai_client_token_usage_sum{{{labels},gen_ai_token_type=\"output\"}} 5\n"),
        format!("gen_ai_client_token_usage_bucket{{{labels},gen_ai_token_type=\"output\",le=\"4\"}} 2\n"),
        format!("gen_ai_client_operation_duration_seconds_count{{{labels}}} 2\n"),
        format!("gen_ai_client_operation_duration_seconds_count{{{labels},error_type=\"refused\"}} 1\n"),
        format!("gen_ai_client_operation_duration_seconds_count{{{labels},error_type=\"cancelled\"}} 1\n"),
        format!("gen_ai_server_time_to_first_token_seconds_count{{{labels}}} 3\n"),
        format!("gen_ai_server_time_per_output_token_seconds_count{{{labels}}} 2\n"),
    ];
    let metrics = async || world.request(Method::GET, "/metrics").send().await.unwrap().text().await.unwrap();
    until("the stopped request is counted", async || metrics().await.contains("cancelled")).await;
    let metrics = metrics().await;
    for line in expected {
        assert!(metrics.contains(&line), "{line}{metrics}");
    }
    assert!(!metrics.contains("Secret") && !metrics.contains("mine"), "{metrics}");
}

/// A collector gets a span of each request to the model, with its conversation, and no text.
#[tokio::test(flavor = "multi_thread")]
async fn a_collector_gets_the_requests_to_the_model_and_no_text() {
    type Sent = std::sync::Arc<parking_lot::Mutex<Vec<u8>>>;
    let sent = Sent::default();
    let take = async |axum::extract::State(sent): axum::extract::State<Sent>, body: axum::body::Bytes| {
        sent.lock().extend_from_slice(&body)
    };
    let router = axum::Router::new().route("/v1/traces", axum::routing::post(take)).with_state(sent.clone());
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let collector = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await });
    let world =
        World::start_with(&[("SESSIOND_OTLP_ENDPOINT", &collector), ("OTEL_BSP_SCHEDULE_DELAY", "50")]).await;
    let settings = json!({"max_tokens": 7});
    let chat = json!({"message": "Secret words 3", "session_id": "mine", "settings": settings});
    world.expect(200, Method::POST, "/chat", Some(chat)).await;
    let has = |text: &str| sent.lock().windows(text.len()).any(|bytes| bytes == text.as_bytes());
    until("the span is sent", async || has("chat scripted")).await;
    for text in [
        "gen_ai.operation.name",
        "gen_ai.provider.name",
        "gen_ai.request.model",
        "gen_ai.request.max_tokens",
        "gen_ai.response.model",
        "gen_ai.response.finish_reasons",
        "gen_ai.usage.input_tokens",
        "gen_ai.usage.output_tokens",
        "gen_ai.conversation.id",
        "mine",
    ] {
        assert!(has(text), "{text}");
    }
    assert!(!has("Secret") && !has("w0 "));
}

/// What a key may have open at a time, and upload in a minute: the next one is 429, also at OpenAI's interface.
#[tokio::test(flavor = "multi_thread")]
async fn turns_and_uploads_of_a_key_have_limits() {
    let world = World::start_with(&[("SESSIOND_TURN_LIMIT", "2"), ("SESSIOND_UPLOAD_LIMIT", "1")]).await;
    let other = token_of(&world, "other").await;
    let chat = |model: &str, content: &str| {
        let body = json!({"model": model, "messages": [{"role": "user", "content": content}]});
        world.request(Method::POST, "/v1/chat/completions").header("x-session-id", "mine").json(&body)
    };
    let limited = async |request: reqwest::RequestBuilder| {
        let response = request.send().await.unwrap();
        let wait: u64 = response.headers()["retry-after"].to_str().unwrap().parse().unwrap();
        let (status, problem) = (response.status().as_u16(), response.json::<Value>().await.unwrap());
        assert_eq!((status, &problem["code"]), (429, &json!("rate_limited")), "{problem}");
        (wait, problem)
    };
    // Two turns are open: one runs, one waits.
    let (runs, waits) = (world.add("words 3000").await, world.add("words 1").await);
    let turn = json!({"text": "words 1"});
    limited(world.request(Method::POST, "/sessions/mine/turns").json(&turn)).await;
    limited(world.request(Method::POST, &format!("/sessions/mine/turns/{runs}/retry"))).await;
    limited(world.request(Method::POST, "/chat").json(&json!({"message": "words 1", "session_id": "mine"})))
        .await;
    for model in ["assistant", "assistant-stateless"] {
        let (wait, problem) = limited(chat(model, "words 1")).await;
        assert_eq!((wait, &problem["error"]["type"]), (1, &json!("rate_limit_error")), "{problem}");
    }
    let others =
        world.request(Method::POST, "/chat").bearer_auth(&other).json(&json!({"message": "words 1"}));
    assert_eq!(others.send().await.unwrap().status(), 200, "another token has its own");
    world.expect(200, Method::POST, &format!("/sessions/mine/turns/{runs}/stop"), None).await;
    world.ended(&waits).await;
    // A stateless request is open as long as its answer streams.
    let mut body =
        json!({"model": "assistant-stateless", "messages": [{"role": "user", "content": "words 3000"}]});
    body["stream"] = true.into();
    let open = async || world.request(Method::POST, "/v1/chat/completions").json(&body).send().await.unwrap();
    let free = async || {
        let response = open().await;
        (response.status() == 200).then_some(response)
    };
    let mut streams = Vec::new();
    until("both are free again", async || {
        streams.extend(free().await);
        streams.len() == 2
    })
    .await;
    limited(world.request(Method::POST, "/v1/chat/completions").json(&body)).await;
    drop(streams);
    until("one is free again", async || free().await.is_some()).await;
    let upload = || {
        let file = reqwest::multipart::Part::bytes(b"# A\n\ntext\n".to_vec()).file_name("a.md");
        let form = reqwest::multipart::Form::new().part("file", file);
        world.request(Method::POST, "/upload").header("x-session-id", "mine").multipart(form)
    };
    assert_eq!(upload().send().await.unwrap().status(), 201);
    let (wait, _) = limited(upload()).await;
    assert!((50..=61).contains(&wait), "{wait}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_tokens_of_an_answer_count_when_it_has_ended() {
    let world = World::start_with(&[("SESSIOND_TOKEN_LIMIT", "60")]).await;
    let other = token_of(&world, "other").await;
    let chat = |model: &str| {
        let body = json!({"model": model, "messages": [{"role": "user", "content": "words 1"}]});
        world.request(Method::POST, "/v1/chat/completions").header("x-session-id", "mine").json(&body)
    };
    let first = json!({"message": "words 87", "session_id": "mine"});
    world.expect(200, Method::POST, "/chat", Some(first)).await;
    let mut refused = None;
    until("the tokens are counted", async || {
        let response = chat("assistant-stateless").send().await.unwrap();
        refused = Some(response).filter(|response| response.status() == 429);
        refused.is_some()
    })
    .await;
    let wait: u64 = refused.unwrap().headers()["retry-after"].to_str().unwrap().parse().unwrap();
    assert!((20..=45).contains(&wait), "90 tokens are 30 too many: {wait}");
    let response = chat("assistant").send().await.unwrap();
    assert_eq!(response.status(), 429);
    let others =
        world.request(Method::POST, "/chat").bearer_auth(&other).json(&json!({"message": "words 1"}));
    assert_eq!(others.send().await.unwrap().status(), 200, "another token has its own");
}

/// The official clients repeat a request whose answer is lost: it is one turn all the same.
#[tokio::test]
async fn a_repeated_completion_joins_the_turn_of_the_first_try() {
    let world = World::start().await;
    let send = |content: &str, retry: u32| {
        let body = json!({"model": "assistant", "messages": [{"role": "user", "content": content}]});
        let request = world.request(Method::POST, "/v1/chat/completions").header("x-session-id", "mine");
        request.header("x-stainless-retry-count", retry).json(&body).send()
    };
    let cut = tokio::time::timeout(Duration::from_millis(60), send("words 20", 0)).await;
    assert!(cut.is_err(), "the answer takes longer");
    let answer: Value = send("words 20", 1).await.unwrap().json().await.unwrap();
    assert!(answer["choices"][0]["message"]["content"].as_str().unwrap().ends_with("w19 "), "{answer}");
    let again: Value = send("words 20", 2).await.unwrap().json().await.unwrap();
    assert_eq!(again, answer);
    let turns = world.expect(200, Method::GET, "/sessions/mine/turns", None).await;
    assert_eq!(turns["turns"].as_array().unwrap().len(), 1);
    // A model that failed is asked again, beside the turn that failed.
    assert_eq!(send("break", 0).await.unwrap().status(), 503);
    assert_eq!(send("break", 1).await.unwrap().status(), 503);
    let turns = world.expect(200, Method::GET, "/sessions/mine/turns", None).await;
    let turns = turns["turns"].as_array().unwrap();
    assert_eq!((turns.len(), &turns[1]["parent"]), (3, &turns[2]["parent"]));
    // The same words without a count are said again.
    send("words 20", 0).await.unwrap();
    let turns = world.expect(200, Method::GET, "/sessions/mine/turns", None).await;
    assert_eq!(turns["turns"].as_array().unwrap().len(), 4);
}

/// Numbers that look random, the same ones in each run.
struct Random(u64);

impl Random {
    fn below(&mut self, most: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % most
    }
}

/// `--long` kills the server 200 times.
#[tokio::test(flavor = "multi_thread")]
async fn each_turn_has_one_end_wherever_the_server_is_killed() {
    let kills = if std::env::var_os("SESSIOND_LONG").is_some() { 200 } else { 6 };
    let mut world = World::start().await;
    let sessions: Vec<String> = (0..5).map(|n| format!("kill-{n}")).collect();
    for id in &sessions {
        token_of(&world, id).await;
    }
    let mut random = Random(12);
    let (mut turns, mut files) = (Vec::new(), Vec::new());
    for _ in 0..kills {
        for _ in 0..4 {
            let id = &sessions[random.below(5) as usize];
            let busy = ["enqueue", "interrupt", "rollback"][random.below(3) as usize];
            let add = json!({"text": format!("words {}", random.below(60)), "busy": busy});
            let add = world.request(Method::POST, &format!("/sessions/{id}/turns")).json(&add).send().await;
            if let Ok(response) = add
                && response.status() == 201
            {
                let turn: Value = response.json().await.unwrap();
                turns.push((id.clone(), turn["turn_id"].as_str().unwrap().to_owned()));
            }
            if random.below(4) == 0 {
                let text = format!("file {} of {id}", files.len());
                let part = reqwest::multipart::Part::bytes(text.clone().into_bytes());
                let form = reqwest::multipart::Form::new()
                    .part("file", part.file_name(format!("{}.txt", files.len())));
                let upload =
                    world.request(Method::POST, &format!("/sessions/{id}/files")).multipart(form).send();
                // A client that does not wait for the reading of its file.
                if let Ok(Ok(response)) = tokio::time::timeout(Duration::from_millis(200), upload).await
                    && response.status() == 201
                {
                    let added: Value = response.json().await.unwrap();
                    let file = added["files"][0]["file"]["file_id"].as_str().unwrap().to_owned();
                    files.push((id.clone(), file, text));
                }
            }
            if random.below(5) == 0 {
                let _ = world.request(Method::POST, &format!("/sessions/{id}/stop")).send().await;
            }
        }
        tokio::time::sleep(Duration::from_millis(random.below(700))).await;
        world.restart();
    }
    for (id, turn) in &turns {
        let ended = format!("/sessions/{id}/turns/{turn}?wait=120s");
        let ended = world.expect(200, Method::GET, &ended, None).await;
        assert!(!["queued", "running"].contains(&ended["status"].as_str().unwrap()), "{ended}");
    }
    let whole: String = (0..60).map(|n| format!("w{n} ")).collect();
    for id in &sessions {
        let page = world.expect(200, Method::GET, &format!("/sessions/{id}/turns?limit=1000"), None).await;
        let all = page["turns"].as_array().unwrap();
        let ids: Vec<_> = all.iter().map(|turn| turn["turn_id"].as_str().unwrap()).collect();
        for (_, turn) in turns.iter().filter(|(of, _)| of == id) {
            assert_eq!(ids.iter().filter(|id| *id == turn).count(), 1, "{turn} was accepted");
        }
        for turn in all {
            assert!(whole.starts_with(turn["answer"].as_str().unwrap()), "{turn}");
            let parent = turn["parent"].as_str();
            assert!(parent.is_none_or(|parent| ids.contains(&parent)), "{turn}");
        }
        let events = world.expect(200, Method::GET, &format!("/sessions/{id}/events?limit=1000"), None).await;
        assert!(events["next_after"].is_null() || all.len() > 100, "the whole journal was read");
        let events = events["events"].as_array().unwrap();
        for turn in ids {
            let ends = events
                .iter()
                .filter(|event| event["type"] == "turn_ended" && event["data"]["turn_id"] == turn);
            assert!(ends.count() <= 1, "{turn} has more than one end");
        }
    }
    for (id, file, text) in files {
        let content =
            world.request(Method::GET, &format!("/sessions/{id}/files/{file}/content")).send().await;
        assert_eq!(content.unwrap().text().await.unwrap(), text);
        let found = format!("/sessions/{id}/passages?query={}", text.replace(' ', "%20"));
        let found = world.expect(200, Method::GET, &found, None).await;
        assert!(!found["passages"].as_array().unwrap().is_empty(), "{text}");
    }
}
