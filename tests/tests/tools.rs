//! Tools of assistants, with the built binary: a scripted model calls them, and what they give is recorded, cited and sent again.
#![allow(missing_docs, clippy::unwrap_used)]

use std::collections::VecDeque;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use reqwest::multipart::{Form, Part};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use sessiond_tests::server::{Served, binary};
use sessiond_tests::site::Site;

/// What the model does when it is asked.
#[derive(Debug, Clone)]
enum Says {
    Text(&'static str),
    /// A text, and calls of tools: their names and arguments.
    Calls(&'static str, Vec<(&'static str, String)>),
}

/// A model that follows a script, and keeps the requests. At the end of the script it says that it is done.
#[derive(Clone, Default)]
struct Model {
    script: Arc<parking_lot::Mutex<VecDeque<Says>>>,
    requests: Arc<parking_lot::Mutex<Vec<Value>>>,
}

impl Model {
    async fn start(&self) -> String {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let router = Router::new().route("/v1/chat/completions", post(complete)).with_state(self.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        format!("http://{address}/v1")
    }

    fn will(&self, script: impl IntoIterator<Item = Says>) {
        *self.script.lock() = script.into_iter().collect();
    }

    fn requests(&self) -> Vec<Value> {
        self.requests.lock().clone()
    }

    /// The messages of the last request.
    fn last(&self) -> Vec<Value> {
        self.requests.lock().last().unwrap()["messages"].as_array().unwrap().clone()
    }
}

fn call(name: &'static str, arguments: Value) -> (&'static str, String) {
    (name, arguments.to_string())
}

async fn complete(State(model): State<Model>, body: String) -> Response {
    let request: Value = serde_json::from_str(&body).unwrap();
    let number = {
        let mut requests = model.requests.lock();
        requests.push(request);
        requests.len()
    };
    let says = model.script.lock().pop_front().unwrap_or(Says::Text("Done."));
    let mut frames = Vec::new();
    let mut finish = "stop";
    let (text, calls) = match says {
        Says::Text(text) => (text, Vec::new()),
        Says::Calls(text, calls) => (text, calls),
    };
    if !text.is_empty() {
        frames.push(json!({"choices": [{"index": 0, "delta": {"content": text}}], "model": "scripted"}));
    }
    for (index, (name, arguments)) in calls.into_iter().enumerate() {
        finish = "tool_calls";
        let call = json!({
            "index": index, "id": format!("call_{number}_{index}"), "type": "function",
            "function": {"name": name, "arguments": arguments}
        });
        frames.push(json!({"choices": [{"index": 0, "delta": {"tool_calls": [call]}}], "model": "scripted"}));
    }
    frames.push(json!({"choices": [{"index": 0, "delta": {}, "finish_reason": finish}]}));
    frames.push(
        json!({"choices": [], "usage": {"prompt_tokens": 10, "completion_tokens": 2, "total_tokens": 12}}),
    );
    let stream: String = frames.iter().map(|frame| format!("data: {frame}\n\n")).collect();
    ([("content-type", "text/event-stream")], format!("{stream}data: [DONE]\n\n")).into_response()
}

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
    async fn start(environment: &[(&str, &str)]) -> Self {
        let model = Model::default();
        let site = Site::with_model(&model.start().await, environment);
        Self { model, site }
    }

    async fn create(&self, id: &str, tools: &[&str]) {
        let body = json!({"session_id": id, "client_id": "me", "kind": "assistant"});
        self.expect(201, Method::POST, "/sessions", Some(body)).await;
        let assistant = json!({"tools": tools});
        self.expect(200, Method::PUT, &format!("/sessions/{id}/assistant"), Some(assistant)).await;
    }

    async fn upload(&self, id: &str, name: &str, text: &str) -> String {
        let form = Form::new().part("file", Part::bytes(text.as_bytes().to_vec()).file_name(name.to_owned()));
        let request = self.request(Method::POST, &format!("/sessions/{id}/files")).multipart(form);
        let added: Value = request.send().await.unwrap().json().await.unwrap();
        added["files"][0]["file"]["file_id"].as_str().unwrap_or_else(|| panic!("{added}")).to_owned()
    }

    /// Sends a message, and answers its turn when it has ended.
    async fn ask(&self, id: &str, text: &str) -> Value {
        let turn = self
            .expect(201, Method::POST, &format!("/sessions/{id}/turns"), Some(json!({"text": text})))
            .await;
        let turn = turn["turn_id"].as_str().unwrap();
        self.expect(200, Method::GET, &format!("/sessions/{id}/turns/{turn}?wait=30s"), None).await
    }

    async fn events(&self, id: &str) -> Vec<Value> {
        let events = self.expect(200, Method::GET, &format!("/sessions/{id}/events?limit=1000"), None).await;
        events["events"].as_array().unwrap().clone()
    }

    async fn until_event(&self, id: &str, kind: &str) {
        let begin = Instant::now();
        while self.events(id).await.iter().all(|event| event["type"] != kind) {
            assert!(begin.elapsed() < Duration::from_secs(30), "no {kind}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
}

/// A text that is too long to be given whole: most lines say nothing.
fn long() -> String {
    let line = |n: u32| match n {
        700 => "The zebra release is 5.12.3(b).\n".to_owned(),
        701 => "It needs foo(bar) and a quagga.\n".to_owned(),
        n => format!("Line {n} says nothing of interest to anybody who reads it carefully.\n"),
    };
    (1..=4_000).map(line).collect()
}

fn tools(turn: &Value) -> Vec<(&str, &str, &str)> {
    let tools = turn["tools"].as_array().unwrap_or_else(|| panic!("{turn}"));
    let text =
        |tool: &'_ Value, name: &str| -> &'static str { tool[name].as_str().unwrap().to_owned().leak() };
    tools.iter().map(|tool| (text(tool, "name"), text(tool, "status"), text(tool, "text"))).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_model_looks_things_up_and_each_call_is_recorded_cited_and_sent_again() {
    let world = World::start(&[]).await;
    world.create("mine", &["search", "grep", "read", "calculate"]).await;
    let file = world.upload("mine", "notes.txt", &long()).await;
    world.model.will([
        Says::Calls(
            "Let me look.",
            vec![
                call("grep", json!({"text": "5.12.3(b)"})),
                call("calculate", json!({"expression": "6 * 7"})),
            ],
        ),
        Says::Calls("", vec![call("read", json!({"file": "NOTES.txt", "from_line": 700, "to_line": 701}))]),
        Says::Text("It is 5.12.3(b), for a quagga [2]. That is 42."),
    ]);
    let turn = world.ask("mine", "hm?").await;
    assert_eq!(turn["status"], "completed", "{turn}");
    assert_eq!(turn["answer"], "Let me look.\n\nIt is 5.12.3(b), for a quagga [2]. That is 42.");
    let called = tools(&turn);
    assert_eq!(called.len(), 3, "{called:?}");
    assert_eq!((called[0].0, called[0].1), ("grep", "completed"));
    assert!(called[0].2.contains("line 700: The zebra release is 5.12.3(b)."), "{called:?}");
    assert_eq!(called[1], ("calculate", "completed", "42"));
    assert!(called[2].2.contains("quagga") && !called[2].2.contains("Line 702"), "{called:?}");
    assert!(called[2].2.contains("4000 lines"), "{called:?}");
    assert_eq!(turn["tools"][2]["round"], 2);
    assert_eq!(turn["tools"][2]["offset"], "Let me look.".len());
    // All requests count.
    assert_eq!((&turn["usage"]["input_tokens"], &turn["usage"]["output_tokens"]), (&json!(30), &json!(6)));
    // What it cites was read, and is quoted.
    let cited = turn["citations"].as_array().unwrap();
    assert_eq!(cited.len(), 1, "{turn}");
    assert_eq!(cited[0]["file_id"], file);
    assert!(cited[0]["quote"].as_str().unwrap().contains("quagga"), "{turn}");

    let events = world.events("mine").await;
    let kinds: Vec<_> = events
        .iter()
        .map(|event| event["type"].as_str().unwrap())
        .filter(|kind| kind.starts_with("tool_") || *kind == "turn_ended")
        .collect();
    let expected = ["tool_called", "tool_answered"];
    assert_eq!(kinds, [&expected[..], &expected[..], &expected[..], &["turn_ended"][..]].concat());

    // The model was told of the tools each time, and the next request begins as the last one.
    let requests = world.model.requests();
    assert_eq!(requests.len(), 3);
    for request in &requests {
        let names: Vec<_> =
            request["tools"].as_array().unwrap().iter().map(|tool| &tool["function"]["name"]).collect();
        assert_eq!(names, ["search", "grep", "read", "calculate"]);
    }
    let before = world.model.last();
    world.ask("mine", "And then?").await;
    let after = world.model.last();
    assert_eq!(after[..before.len()], before);
    assert_eq!(after[before.len()]["content"], "It is 5.12.3(b), for a quagga [2]. That is 42.");

    // Clear removes what the tools gave.
    world.expect(200, Method::POST, "/sessions/mine/clear", Some(json!({}))).await;
    let begin = Instant::now();
    while serde_json::to_string(&world.events("mine").await).unwrap().contains("quagga") {
        assert!(begin.elapsed() < Duration::from_secs(60));
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_model_does_wrong_is_told_to_it_and_the_turn_goes_on() {
    let world = World::start(&[]).await;
    world.create("mine", &["search", "grep", "read", "calculate"]).await;
    world.create("other", &[]).await;
    world.upload("mine", "notes.txt", &long()).await;
    let theirs = world.upload("other", "secret.txt", "The okapi is theirs.\n").await;
    let wrong = vec![
        call("shell", json!({"command": "ls"})),
        ("grep", "{\"text\": ".to_owned()),
        call("grep", json!({"text": 5})),
        call("grep", json!({"text": "  "})),
        call("grep", json!({"text": "okapi", "session_id": "other"})),
        call("read", json!({"file": "secret.txt"})),
        call("read", json!({"file": theirs})),
        call("read", json!({"file": "../../other/secret.txt"})),
        call("read", json!({"file": "notes.txt", "from_line": 9, "to_line": 3})),
        call("read", json!({"file": "notes.txt", "from_line": 90000})),
        call("search", json!({"query": "okapi"})),
        call("calculate", json!({"expression": "9^9^9^9"})),
        call("calculate", json!({"expression": "(x: x x) (x: x x)"})),
        call("calculate", json!({"expression": "1/0"})),
    ];
    let count = wrong.len();
    world.model.will([
        Says::Calls("", wrong),
        Says::Calls("", vec![call("read", json!({"file": "notes.txt", "from_line": 1, "to_line": 4000}))]),
        Says::Calls("", vec![call("read", json!({}))]),
        Says::Text("I could not."),
    ]);
    let turn = world.ask("mine", "Try everything").await;
    assert_eq!((&turn["status"], &turn["answer"]), (&json!("completed"), &json!("I could not.")), "{turn}");
    let called = tools(&turn);
    assert_eq!(called.len(), count + 2);
    for (tool, said) in called.iter().zip([
        "There is no tool \"shell\". The tools are search, grep, read, calculate.",
        "must be one JSON object",
        "do not fit",
        "may not be empty",
        "do not fit",
        "There is no file of this name. The files are:\n- notes.txt",
        "There is no file of this name.",
        "There is no file of this name.",
        "before the first",
        "There is nothing there. The file has 4000 lines.",
        "Nothing was found",
        "longer than 500 ms",
        "cannot be in an expression",
        "division by zero",
    ]) {
        assert!(tool.2.contains(said), "{tool:?} has not {said}");
    }
    let all = serde_json::to_string(&world.model.requests()).unwrap();
    assert!(!all.contains("okapi is theirs") && !all.contains("secret.txt ("), "another session's file");
    // A long result is cut, and says so.
    let (_, status, text) = called[count];
    assert!(
        status == "completed" && text.len() <= 32 * 1024 && text.ends_with("ask for less at a time.]"),
        "{text}"
    );
    assert!(called[count + 1].2.contains("notes.txt ("));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_model_that_never_stops_calling_is_stopped() {
    let world = World::start(&[]).await;
    world.create("mine", &["calculate"]).await;
    let again = || Says::Calls("", vec![call("calculate", json!({"expression": "1 + 1"}))]);
    world.model.will((0..200).map(|_| again()));
    let turn = world.ask("mine", "Count").await;
    assert_eq!(turn["status"], "failed", "{turn}");
    assert!(turn["reason"].as_str().unwrap().contains("asked 24 times"), "{turn}");
    // Many at once are counted one by one.
    world.model.will([
        Says::Calls(
            "",
            (0..40).map(|n| call("calculate", json!({"expression": format!("{n} + 1")}))).collect(),
        ),
        Says::Text("Enough."),
    ]);
    let turn = world.ask("mine", "Count at once").await;
    assert_eq!(turn["answer"], "Enough.", "{turn}");
    let called = tools(&turn);
    assert_eq!(called.iter().filter(|tool| tool.1 == "completed").count(), 32);
    assert!(called[39].2.contains("no more than 32 tool calls are allowed"), "{:?}", called[39]);
    let requests = world.model.requests();
    assert_eq!(requests.last().unwrap()["tool_choice"], "none");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_files_and_without_tools_nothing_is_offered() {
    let world = World::start(&[("SESSIOND_ASSISTANT_TOOLS", "search, calculate")]).await;
    world
        .expect(201, Method::POST, "/sessions", Some(json!({"session_id": "usual", "client_id": "me"})))
        .await;
    world.ask("usual", "Hello").await;
    let offered = |world: &World| {
        let request = world.model.requests().pop().unwrap();
        let tools = request["tools"].as_array().cloned().unwrap_or_default();
        tools.iter().map(|tool| tool["function"]["name"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(offered(&world), ["calculate"]);
    world.upload("usual", "notes.txt", &long()).await;
    world.ask("usual", "Hello again").await;
    assert_eq!(offered(&world), ["search", "calculate"]);
    world.create("none", &[]).await;
    world.ask("none", "Hello").await;
    assert!(offered(&world).is_empty());
    // An answer from the files alone calculates nothing.
    let query = json!({"message": "What is the quagga?", "session_id": "usual", "mode": "query"});
    world.expect(200, Method::POST, "/chat", Some(query)).await;
    assert_eq!(offered(&world), ["search"]);
    // A tool that is not there is an error which names those that are.
    world.create("wrong", &["shell"]).await;
    let turn = world.ask("wrong", "Hello").await;
    assert_eq!(turn["reason"], "there is no tool shell here: the tools are search, grep, read, calculate");
}

#[tokio::test(flavor = "multi_thread")]
async fn tools_of_an_mcp_server_are_called_with_its_token() {
    // Another sessiond is the MCP server: it has sessions, and a key.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let dir = tempfile::tempdir().unwrap();
    let key = format!("sk_{}", "a".repeat(40));
    let mut peer = Served::start(dir.path(), "127.0.0.1:0", &[("SESSIOND_API_KEY", &key)]);
    let created = reqwest::Client::new()
        .post(format!("{}/sessions", peer.url))
        .bearer_auth(&key)
        .json(&json!({"session_id": "of-the-peer"}))
        .send()
        .await
        .unwrap();
    assert_eq!(created.status(), 201);
    let servers = format!("peer={}/mcp", peer.url);
    let tokens = format!("peer={key}");
    let environment = [
        ("SESSIOND_ASSISTANT_MCP", &*servers),
        ("SESSIOND_ASSISTANT_MCP_TOKENS", &*tokens),
        // Its tools have long descriptions.
        ("SESSIOND_MODEL_WINDOW", "100000"),
    ];
    let world = World::start(&environment).await;
    world.create("mine", &["peer"]).await;
    let turn = world.ask("mine", "Hello").await;
    assert_eq!(turn["reason"], Value::Null, "{turn}");
    let request = world.model.requests().pop().unwrap();
    let names: Vec<_> = request["tools"]
        .as_array()
        .unwrap_or_else(|| panic!("{request}"))
        .iter()
        .map(|tool| tool["function"]["name"].as_str().unwrap().to_owned())
        .collect();
    let list: &'static str = names
        .iter()
        .find(|name| name.contains("list_sessions"))
        .unwrap_or_else(|| panic!("{names:?}"))
        .clone()
        .leak();
    assert!(names.iter().all(|name| name.starts_with("peer_")), "{names:?}");
    world.model.will([Says::Calls("", vec![call(list, json!({}))]), Says::Text("There is one.")]);
    let turn = world.ask("mine", "Which sessions are there?").await;
    let called = tools(&turn);
    assert!(called[0].1 == "completed" && called[0].2.contains("of-the-peer"), "{turn}");
    assert!(!serde_json::to_string(&world.events("mine").await).unwrap().contains(&key));

    // A server that has gone fails the call, and then its tools are missing: the turn is answered and says so.
    peer.kill();
    world.model.will([Says::Calls("", vec![call(list, json!({}))]), Says::Text("It is gone.")]);
    let turn = world.ask("mine", "And now?").await;
    assert_eq!((&turn["answer"], tools(&turn)[0].1), (&json!("It is gone."), "failed"), "{turn}");
    let turn = world.ask("mine", "And later?").await;
    assert_eq!(turn["answer"], "Done.", "{turn}");
    assert!(turn["reason"].as_str().unwrap().contains("the tools of peer are missing"), "{turn}");
}

/// An MCP server of which each call of its tool takes for ever; and how many calls it has had.
async fn endless() -> (String, Arc<std::sync::atomic::AtomicUsize>) {
    let calls = Arc::new(std::sync::atomic::AtomicUsize::new(0));
    let counted = calls.clone();
    let answer = move |body: String| {
        let counted = counted.clone();
        async move {
            let request: Value = serde_json::from_str(&body).unwrap();
            let result = match request["method"].as_str().unwrap() {
                "initialize" => json!({
                    "protocolVersion": request["params"]["protocolVersion"], "capabilities": {"tools": {}},
                    "serverInfo": {"name": "endless", "version": "1"}
                }),
                "tools/list" => json!({"tools": [{"name": "wait", "inputSchema": {"type": "object"}}]}),
                "tools/call" => {
                    counted.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
                    tokio::time::sleep(Duration::from_secs(3600)).await;
                    json!({})
                }
                _ => return StatusCode::ACCEPTED.into_response(),
            };
            let response = json!({"jsonrpc": "2.0", "id": request["id"], "result": result});
            ([("content-type", "application/json")], response.to_string()).into_response()
        }
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, Router::new().route("/mcp", post(answer))).await });
    (format!("http://{address}/mcp"), calls)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_that_hangs_can_be_stopped_and_a_killed_server_makes_it_no_second_time() {
    let (url, calls) = endless().await;
    let count = || calls.load(std::sync::atomic::Ordering::SeqCst);
    let servers = format!("slow={url}");
    let environment = [("SESSIOND_ASSISTANT_MCP", &*servers)];
    let mut world = World::start(&environment).await;
    world.create("mine", &["slow"]).await;
    let script =
        || [Says::Calls("I wait.", vec![call("slow_wait", json!({"for": "ever"}))]), Says::Text("I waited.")];
    world.model.will(script());
    let body = Some(json!({"text": "Wait"}));
    let turn = world.expect(201, Method::POST, "/sessions/mine/turns", body.clone()).await;
    let first = turn["turn_id"].as_str().unwrap().to_owned();
    world.until_event("mine", "tool_called").await;
    world.expect(200, Method::POST, &format!("/sessions/mine/turns/{first}/stop"), Some(json!({}))).await;
    let turn = world.expect(200, Method::GET, &format!("/sessions/mine/turns/{first}?wait=10s"), None).await;
    assert_eq!((&turn["status"], &turn["answer"]), (&json!("stopped"), &json!("I wait.")), "{turn}");
    assert_eq!(tools(&turn), [("slow_wait", "called", "")]);

    world.create("killed", &["slow"]).await;
    world.model.will(script());
    let turn = world.expect(201, Method::POST, "/sessions/killed/turns", body).await;
    let second = turn["turn_id"].as_str().unwrap().to_owned();
    world.until_event("killed", "tool_called").await;
    let begin = Instant::now();
    while count() < 2 {
        assert!(begin.elapsed() < Duration::from_secs(10));
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    world.restart();
    let turn =
        world.expect(200, Method::GET, &format!("/sessions/killed/turns/{second}?wait=60s"), None).await;
    assert_eq!((&turn["status"], &turn["answer"]), (&json!("interrupted"), &json!("I wait.")), "{turn}");
    assert_eq!(tools(&turn), [("slow_wait", "called", "")]);
    assert_eq!(count(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn calls_are_streamed_where_they_stand_in_the_answer() {
    let world = World::start(&[]).await;
    world.create("mine", &["calculate"]).await;
    let expression = call("calculate", json!({"expression": "2^10"}));
    world.model.will([Says::Calls("I calculate.", vec![expression]), Says::Text("It is 1024.")]);
    let response = world
        .request(Method::POST, "/chat")
        .header("accept", "text/event-stream")
        .json(&json!({"message": "2^10?", "session_id": "mine"}))
        .send()
        .await
        .unwrap();
    let stream = response.text().await.unwrap();
    let place = |text: &str| stream.find(text).unwrap_or_else(|| panic!("{text} is not in {stream}"));
    assert!(place("I calculate.") < place("event: tool"), "{stream}");
    assert!(place("event: tool") < place("It is 1024."), "{stream}");
    assert!(stream.contains("\"status\":\"completed\",\"text\":\"1024\""), "{stream}");
    // OpenAI's clients are not to call them: they get the text alone.
    let answer: Value = world
        .request(Method::POST, "/v1/chat/completions")
        .header("x-session-id", "mine")
        .json(&json!({"model": "assistant", "messages": [{"role": "user", "content": "Again?"}]}))
        .send()
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    assert_eq!(answer["choices"][0]["message"]["content"], "Done.");
}

#[test]
fn a_server_with_tools_that_do_not_exist_does_not_start() {
    for (variables, said) in [
        (&[("SESSIOND_ASSISTANT_TOOLS", "shell")][..], "there is no tool shell here"),
        (&[("SESSIOND_ASSISTANT_MCP", "crm")][..], "NAME=VALUE"),
        (&[("SESSIOND_ASSISTANT_MCP", "crm=ftp://host")][..], "needs an address of HTTP"),
        (&[("SESSIOND_ASSISTANT_MCP", "c r m=http://host/mcp")][..], "cannot be the name"),
        (&[("SESSIOND_ASSISTANT_MCP_TOKENS", "crm=hush-hush")][..], "which assistant_mcp does not have"),
    ] {
        let dir = tempfile::tempdir().unwrap();
        let output = Command::new(binary())
            .args(["serve", "--listen", "127.0.0.1:0", "--dir"])
            .arg(dir.path())
            .envs(variables.iter().copied())
            .stdin(Stdio::null())
            .output()
            .unwrap();
        let error = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!output.status.success() && error.contains(said), "{error}");
        assert!(!error.contains("hush-hush"), "{error}");
    }
}
