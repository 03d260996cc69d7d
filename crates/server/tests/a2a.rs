//! A2A: what the protocol says of messages, tasks, states and errors, and the rights that hold for it as for the routes.
#![allow(clippy::unwrap_used)]

mod support;

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

#[tokio::test]
async fn every_request_has_an_answer_whatever_it_is() {
    let bench = keyless().await;
    let send = |body: String| {
        let request = bench.request(Method::POST, PATH).header("a2a-version", "1.0");
        request.header("content-type", "application/json").body(body).send()
    };
    let get_task = json!({"jsonrpc": "2.0", "id": 1, "method": "GetTask", "params": {"id": "task_x"}});
    let with = |member: &str, value: Value| {
        let mut request = get_task.clone();
        request[member] = value;
        request.to_string()
    };
    let without = |member: &str| {
        let mut request = get_task.clone();
        request.as_object_mut().unwrap().remove(member);
        request.to_string()
    };
    let nested = "[".repeat(100_000);
    for (body, code, id) in [
        (String::new(), PARSE_ERROR, json!(null)),
        ("{".to_owned(), PARSE_ERROR, json!(null)),
        ("\u{feff}{}".to_owned(), PARSE_ERROR, json!(null)),
        (nested, PARSE_ERROR, json!(null)),
        ("[]".to_owned(), INVALID_REQUEST, json!(null)),
        (format!("[{get_task}]"), INVALID_REQUEST, json!(null)),
        ("null".to_owned(), INVALID_REQUEST, json!(null)),
        ("7".to_owned(), INVALID_REQUEST, json!(null)),
        ("{}".to_owned(), INVALID_REQUEST, json!(null)),
        (with("jsonrpc", json!("1.0")), INVALID_REQUEST, json!(1)),
        (with("jsonrpc", json!(2.0)), INVALID_REQUEST, json!(1)),
        (without("jsonrpc"), INVALID_REQUEST, json!(1)),
        (without("method"), INVALID_REQUEST, json!(1)),
        (with("method", json!(7)), INVALID_REQUEST, json!(1)),
        (with("method", json!("")), METHOD_NOT_FOUND, json!(1)),
        (with("method", json!("getTask")), METHOD_NOT_FOUND, json!(1)),
        (with("method", json!("GetTask ")), METHOD_NOT_FOUND, json!(1)),
        (with("params", json!([])), INVALID_PARAMS, json!(1)),
        (with("params", json!(null)), INVALID_PARAMS, json!(1)),
        (with("params", json!("task_x")), INVALID_PARAMS, json!(1)),
        (with("params", json!({})), INVALID_PARAMS, json!(1)),
        (with("params", json!({"id": 7})), INVALID_PARAMS, json!(1)),
        (with("params", json!({"id": "x", "historyLength": "many"})), INVALID_PARAMS, json!(1)),
        (without("params"), INVALID_PARAMS, json!(1)),
        (get_task.to_string().replace("\"task_x\"", "18446744073709551616"), INVALID_PARAMS, json!(1)),
        (
            get_task.to_string().replace("\"id\":\"task_x\"", "\"id\":\"x\",\"n\":[-9223372036854775809]"),
            INVALID_PARAMS,
            json!(1),
        ),
        (
            get_task.to_string().replace("\"task_x\"", "\"x\",\"n\":[1e300,-1e30,0.1]"),
            TASK_NOT_FOUND,
            json!(1),
        ),
        (get_task.to_string(), TASK_NOT_FOUND, json!(1)),
        (with("params", json!({"id": ""})), TASK_NOT_FOUND, json!(1)),
        (with("params", json!({"id": "../x", "unknown": 1})), TASK_NOT_FOUND, json!(1)),
        (with("id", json!("a")), TASK_NOT_FOUND, json!("a")),
        (with("id", json!(u64::MAX)), TASK_NOT_FOUND, json!(u64::MAX)),
        (with("id", json!(-1)), TASK_NOT_FOUND, json!(-1)),
        (with("id", json!(null)), TASK_NOT_FOUND, json!(null)),
        (without("id"), TASK_NOT_FOUND, json!(null)),
        (with("id", json!(1.5)), INVALID_REQUEST, json!(null)),
        (with("id", json!(true)), INVALID_REQUEST, json!(null)),
        (with("id", json!({})), INVALID_REQUEST, json!(null)),
    ] {
        let response = send(body.clone()).await.unwrap();
        let shown = &body[..body.len().min(200)];
        assert_eq!(response.status(), 200, "{shown}");
        let response: Value = response.json().await.unwrap();
        assert_eq!((&response["error"]["code"], &response["id"]), (&json!(code), &id), "{shown}: {response}");
        assert_eq!(response["jsonrpc"], "2.0");
    }
    let other = bench.request(Method::POST, PATH).header("content-type", "text/plain").body("{}");
    problem(other.send().await.unwrap(), StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported_media_type").await;
    problem(bench.get(PATH).await, StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed").await;
    bench.stop().await;
}

#[tokio::test]
async fn only_versions_that_are_spoken_are_answered() {
    let bench = keyless().await;
    for (header, query, code) in [
        (Some("1.0"), "", TASK_NOT_FOUND),
        (Some(" 1.0 "), "", TASK_NOT_FOUND),
        (Some("1.0.7"), "", TASK_NOT_FOUND),
        (None, "?A2A-Version=1.0", TASK_NOT_FOUND),
        (None, "?a2a-version=1.0", TASK_NOT_FOUND),
        (None, "", VERSION),
        (Some(""), "", VERSION),
        (Some("0.3"), "", VERSION),
        (Some("0.3"), "?A2A-Version=1.0", VERSION),
        (Some("1"), "", VERSION),
        (Some("1.1"), "", VERSION),
        (Some("1.0."), "", VERSION),
        (Some("1.0.x"), "", VERSION),
        (Some("2.0"), "", VERSION),
    ] {
        let body = json!({"jsonrpc": "2.0", "id": 1, "method": "GetTask", "params": {"id": "task_x"}});
        let mut request = bench.request(Method::POST, &format!("{PATH}{query}")).json(&body);
        if let Some(version) = header {
            request = request.header("A2A-Version", version);
        }
        let response: Value = request.send().await.unwrap().json().await.unwrap();
        assert_eq!(response["error"]["code"], code, "{header:?} {query}: {response}");
    }
    bench.stop().await;
}

#[tokio::test]
async fn a_message_is_a_task_of_a_session_for_an_agent_that_knows_nothing_of_a2a() {
    let bench = keyless().await;
    let parts = json!([
        {"text": "Look at this"},
        {"data": {"b": 1, "a": [1.5, null, true]}, "metadata": {"x": 1}},
        {"url": "https://example.com/a.png", "mediaType": "image/png", "filename": "a.png"},
        {"raw": "AAEC", "mediaType": "application/octet-stream"},
        {"text": "and this"},
    ]);
    let sent =
        json!({"messageId": "m1", "role": "ROLE_USER", "parts": parts, "metadata": {"k": {"z": 1, "y": 2}}});
    let task = begin(&bench, sent.clone()).await;
    assert_eq!(task["status"]["state"], "TASK_STATE_SUBMITTED");
    // The agent reads its inbox as always.
    let inbox = bench.expect(200, Method::GET, "/agents/opencode%3A%2F%2Fbackend/inbox", None).await;
    let request = &inbox["messages"][0];
    assert_eq!(
        (&request["message_type"], &request["metadata"]["task_id"]),
        (&json!("task_request"), &task["id"])
    );
    let payload = &request["payload"];
    let payload = payload.get("payload").unwrap_or(payload);
    let text = payload.to_string();
    assert!(text.contains("Look at this\\nand this"), "{text}");
    let ours = bench.expect(200, Method::GET, &format!("/tasks/{}", id(&task)), None).await;
    assert_eq!(ours["payload"]["prompt"], "Look at this\nand this");
    assert_eq!(ours["payload"]["message"], sent);
    assert_eq!(ours["session_id"], task["contextId"]);
    let path = format!("/sessions/{}", task["contextId"].as_str().unwrap());
    let session = bench.expect(200, Method::GET, &path, None).await;
    assert_eq!((&session["kind"], &session["name"]), (&json!("workflow"), &json!("Look at this")));
    // The protocol shows the message as it was sent.
    let said = &get(&bench, &task).await["history"][0];
    assert_eq!(said["parts"], parts);
    for (member, value) in
        [("messageId", json!("m1")), ("taskId", task["id"].clone()), ("contextId", task["contextId"].clone())]
    {
        assert_eq!(said[member], value, "{said}");
    }
    assert_eq!(said["metadata"], sent["metadata"]);
    // A second message of the conversation is a second task, and a second agent joins it.
    let more = begin(&bench, message("m2", "more", json!({"contextId": task["contextId"]}))).await;
    assert_eq!(more["contextId"], task["contextId"]);
    assert_ne!(more["id"], task["id"]);
    bench.register("codex://frontend").await;
    let params = json!({"message": message("m3", "you too", json!({"contextId": task["contextId"]})),
        "configuration": {"returnImmediately": true}});
    let other = call_at(&bench, "/a2a/codex%3A%2F%2Ffrontend", "SendMessage", params).await;
    assert_eq!(other["result"]["task"]["contextId"], task["contextId"], "{other}");
    // Each agent has its own tasks.
    fails(&bench, TASK_NOT_FOUND, "GetTask", json!({"id": other["result"]["task"]["id"]})).await;
    bench.stop().await;
}

#[tokio::test]
async fn every_state_of_a_task_has_its_state_of_the_protocol() {
    let bench = keyless().await;
    let new = |name: &'static str| begin(&bench, message(name, name, json!({})));
    let task = new("done").await;
    assert_eq!(state(&bench, &task).await, "TASK_STATE_SUBMITTED");
    report(&bench, &task, "accept", json!({})).await;
    let working = get(&bench, &task).await;
    assert_eq!(working["status"]["state"], "TASK_STATE_WORKING");
    assert!(working["status"].get("message").is_none() && working.get("artifacts").is_none(), "{working}");
    for (progress, part) in [
        (json!("half"), json!({"text": "half"})),
        (json!({"percent": 50}), json!({"data": {"percent": 50}})),
        (json!(0.5), json!({"data": 0.5})),
        (json!({"parts": [{"url": "https://example.com"}]}), json!({"url": "https://example.com"})),
    ] {
        report(&bench, &task, "progress", json!({"progress": progress})).await;
        let said = &get(&bench, &task).await["status"]["message"];
        assert_eq!((&said["parts"], &said["role"]), (&json!([part]), &json!("ROLE_AGENT")), "{said}");
    }
    for (result, parts) in [
        (json!("text"), Some(json!([{"text": "text"}]))),
        (json!({"files": 3}), Some(json!([{"data": {"files": 3}}]))),
        (json!([1, 2]), Some(json!([{"data": [1, 2]}]))),
        (json!(false), Some(json!([{"data": false}]))),
        (json!(null), None),
        (json!({"parts": []}), Some(json!([{"data": {"parts": []}}]))),
        (json!({"parts": [{"nothing": 1}]}), Some(json!([{"data": {"parts": [{"nothing": 1}]}}]))),
        (
            json!({"parts": [{"text": "a"}, {"raw": "AAEC", "filename": "b"}]}),
            Some(json!([{"text": "a"}, {"raw": "AAEC", "filename": "b"}])),
        ),
    ] {
        let task = begin(&bench, message(&result.to_string(), "x", json!({}))).await;
        report(&bench, &task, "complete", json!({"result": result})).await;
        let done = get(&bench, &task).await;
        assert_eq!(done["status"]["state"], "TASK_STATE_COMPLETED");
        assert_eq!(done["artifacts"].get(0).map(|artifact| &artifact["parts"]), parts.as_ref(), "{done}");
    }
    for (error, expected, text) in [
        (json!("it broke"), "TASK_STATE_FAILED", "it broke"),
        (json!({"code": "x", "message": "it broke"}), "TASK_STATE_FAILED", "it broke"),
        (json!({"code": "rejected", "message": "not my work"}), "TASK_STATE_REJECTED", "not my work"),
    ] {
        let task = begin(&bench, message(&error.to_string(), "x", json!({}))).await;
        report(&bench, &task, "fail", json!({"error": error, "retryable": false})).await;
        let failed = get(&bench, &task).await;
        assert_eq!(failed["status"]["state"], expected);
        assert_eq!(failed["status"]["message"]["parts"][0]["text"], text, "{failed}");
    }
    let task = new("cancel").await;
    let cancelled = ok(&bench, "CancelTask", json!({"id": id(&task)})).await;
    assert_eq!(cancelled["status"]["state"], "TASK_STATE_CANCELED");
    assert_eq!(state(&bench, &task).await, "TASK_STATE_CANCELED");
    // A task that nobody began over A2A, whose attempt takes too long.
    let path = format!("/sessions/{}/tasks", task["contextId"].as_str().unwrap());
    let body = json!({"task_type": "t", "delegatee": AGENT, "payload": {"a": 1}, "timeout": "1ms",
        "retry_policy": {"max_retries": 0}});
    let late = bench.expect(201, Method::POST, &path, Some(body)).await;
    let late = json!({"id": late["task_id"]});
    let shown = get(&bench, &late).await;
    assert_eq!(shown["history"][0]["parts"], json!([{"data": {"a": 1}}]), "{shown}");
    report(&bench, &late, "accept", json!({})).await;
    let ended = async {
        while state(&bench, &late).await != "TASK_STATE_FAILED" {
            tokio::task::yield_now().await;
        }
    };
    timeout(SOON, ended).await.unwrap();
    bench.stop().await;
}

#[tokio::test]
async fn the_same_message_makes_one_task_however_often_it_is_sent() {
    let bench = Bench::keyed().await;
    for agent in [AGENT, "codex://frontend"] {
        let registration = json!({"agent_descriptor": {"agent_id": agent}, "open_to": ["*"]});
        bench.expect(201, Method::POST, "/agents/register", Some(registration)).await;
    }
    let owner = bench.as_role("owner", Role::Client, &[]).await;
    let other = bench.as_role("other", Role::Client, &[]).await;
    let data = |first: &str, second: &str| {
        let mut data = serde_json::Map::new();
        for name in [first, second] {
            data.insert(name.to_owned(), json!({"z": 1, "a": {"y": 2, "b": 3}}));
        }
        message("m", "x", json!({"metadata": data}))
    };
    let sends = (0..8).map(|n| {
        let (owner, message) = (&owner, if n % 2 == 0 { data("p", "q") } else { data("q", "p") });
        async move { begin(owner, message).await }
    });
    let tasks = futures_util::future::join_all(sends).await;
    assert!(tasks.iter().all(|task| task["id"] == tasks[0]["id"]), "{tasks:?}");
    assert_eq!(owner.expect(200, Method::GET, "/tasks", None).await["tasks"].as_array().unwrap().len(), 1);
    assert_eq!(
        owner.expect(200, Method::GET, "/sessions", None).await["sessions"].as_array().unwrap().len(),
        1
    );
    // Also when the task, and then its session, is over.
    report(&bench, &tasks[0], "complete", json!({"result": 1})).await;
    let again = ok(&owner, "SendMessage", json!({"message": data("q", "p")})).await;
    assert_eq!(
        (&again["task"]["id"], &again["task"]["status"]["state"]),
        (&tasks[0]["id"], &json!("TASK_STATE_COMPLETED"))
    );
    let session = format!("/sessions/{}/complete", tasks[0]["contextId"].as_str().unwrap());
    owner.expect(200, Method::POST, &session, None).await;
    let again = ok(&owner, "SendMessage", json!({"message": data("p", "q")})).await;
    assert_eq!(again["task"]["id"], tasks[0]["id"]);
    // Another message under the same id, another agent and another sender.
    for (text, more) in [("y", json!({})), ("x", json!({"metadata": {"p": 1}}))] {
        fails(&owner, INVALID_PARAMS, "SendMessage", json!({"message": message("m", text, more)})).await;
    }
    let params = json!({"message": data("p", "q"), "configuration": {"returnImmediately": true}});
    let elsewhere = call_at(&owner, "/a2a/codex%3A%2F%2Ffrontend", "SendMessage", params).await;
    assert_ne!(elsewhere["result"]["task"]["id"], tasks[0]["id"]);
    assert!(elsewhere["result"]["task"]["id"].is_string(), "{elsewhere}");
    assert_ne!(begin(&other, data("p", "q")).await["id"], tasks[0]["id"]);
    bench.stop().await;
}

#[tokio::test]
async fn a_message_to_a_task_that_asks_is_the_answer() {
    let bench = keyless().await;
    let answers = |task: &Value, id: &str, part: Value| {
        let message = json!({"messageId": id, "role": "ROLE_USER", "taskId": task["id"], "parts": [part]});
        json!({"message": message, "configuration": {"returnImmediately": true}})
    };
    let enumeration = json!({"schema": {"enum": ["eu", "us"]}});
    let cases = [
        (enumeration.clone(), json!({"text": "eu"}), Some(json!("eu"))),
        (enumeration.clone(), json!({"data": "us"}), Some(json!("us"))),
        (enumeration.clone(), json!({"text": "mars"}), None),
        (enumeration, json!({"data": 7}), None),
        (json!({"schema": {"type": "integer"}}), json!({"text": "42"}), Some(json!(42))),
        (json!({"schema": {"type": "string"}}), json!({"text": "42"}), Some(json!("42"))),
        (json!({}), json!({"text": "two words"}), Some(json!("two words"))),
        (json!({}), json!({"data": {"any": [1]}}), Some(json!({"any": [1]}))),
        (json!({"kind": "approval"}), json!({"text": "Yes."}), Some(json!({"approved": true}))),
        (json!({"kind": "approval"}), json!({"text": "reject"}), Some(json!({"approved": false}))),
        (
            json!({"kind": "approval"}),
            json!({"data": {"approved": true, "comment": "fine"}}),
            Some(json!({"approved": true, "comment": "fine"})),
        ),
        (json!({"kind": "approval"}), json!({"text": "perhaps"}), None),
    ];
    for (n, (question, part, expected)) in cases.into_iter().enumerate() {
        let task = begin(&bench, message(&format!("begin{n}"), "x", json!({}))).await;
        report(&bench, &task, "accept", json!({})).await;
        let asked = ask(&bench, &task, question.clone()).await;
        let shown = get(&bench, &task).await;
        assert_eq!(shown["status"]["state"], "TASK_STATE_INPUT_REQUIRED");
        let said = &shown["status"]["message"]["parts"];
        assert_eq!(
            (&said[0]["text"], &said[1]["data"]["question_id"]),
            (&json!("Which region?"), &json!(asked))
        );
        let params = answers(&task, &format!("answer{n}"), part.clone());
        let path = format!("/sessions/{}/questions/{asked}", task["contextId"].as_str().unwrap());
        let Some(expected) = expected else {
            fails(&bench, INVALID_PARAMS, "SendMessage", params).await;
            assert_eq!(bench.expect(200, Method::GET, &path, None).await["status"], "open", "{part}");
            continue;
        };
        let given = ok(&bench, "SendMessage", params.clone()).await;
        assert_eq!(given["task"]["status"]["state"], "TASK_STATE_WORKING", "{question} {part}");
        assert_eq!(
            bench.expect(200, Method::GET, &path, None).await["answer"],
            expected,
            "{question} {part}"
        );
        let history = &given["task"]["history"];
        let roles: Vec<_> =
            history.as_array().unwrap().iter().map(|said| said["role"].as_str().unwrap()).collect();
        assert_eq!(roles, ["ROLE_USER", "ROLE_AGENT", "ROLE_USER"]);
        // The answer again, when the task asks for something else, works on, or is over: nothing happens.
        let next = ask(&bench, &task, json!({"text": "And now?", "schema": {"enum": ["never"]}})).await;
        let again = ok(&bench, "SendMessage", params.clone()).await;
        assert_eq!(again["task"]["status"]["message"]["parts"][1]["data"]["question_id"], json!(next));
        ok(&bench, "SendMessage", answers(&task, &format!("next{n}"), json!({"text": "never"}))).await;
        ok(&bench, "SendMessage", params.clone()).await;
        report(&bench, &task, "complete", json!({"result": 1})).await;
        let again = ok(&bench, "SendMessage", params).await;
        assert_eq!(again["task"]["status"]["state"], "TASK_STATE_COMPLETED");
        let late = answers(&task, &format!("late{n}"), json!({"text": "eu"}));
        fails(&bench, UNSUPPORTED, "SendMessage", late).await;
    }
    // A task that asks nothing takes no answer, and a file is none.
    let task = begin(&bench, message("quiet", "x", json!({}))).await;
    fails(&bench, UNSUPPORTED, "SendMessage", answers(&task, "a", json!({"text": "eu"}))).await;
    ask(&bench, &task, json!({})).await;
    fails(&bench, CONTENT_TYPE, "SendMessage", answers(&task, "b", json!({"url": "https://example.com"})))
        .await;
    let elsewhere = begin(&bench, message("elsewhere", "x", json!({}))).await;
    let mut crossed = answers(&task, "c", json!({"text": "eu"}));
    crossed["message"]["contextId"] = elsewhere["contextId"].clone();
    fails(&bench, INVALID_PARAMS, "SendMessage", crossed).await;
    bench.stop().await;
}

#[tokio::test]
async fn what_an_agent_does_not_take_is_refused_before_anything_happens() {
    let bench = Bench::keyless().await;
    let capabilities = json!({"input_types": ["text/plain", "image/*"], "output_types": ["text/markdown"]});
    let descriptor = json!({"agent_descriptor": {"agent_id": AGENT, "capabilities": capabilities}});
    bench.expect(201, Method::POST, "/agents/register", Some(descriptor)).await;
    let with = |parts: Value| {
        json!({"message": {"messageId": "m", "role": "ROLE_USER", "parts": parts},
        "configuration": {"returnImmediately": true}})
    };
    for part in [
        json!({"data": {}}),
        json!({"raw": "AAEC"}),
        json!({"url": "https://example.com"}),
        json!({"url": "https://example.com", "mediaType": "application/pdf"}),
        json!({"text": "<p>", "mediaType": "text/html"}),
    ] {
        fails(&bench, CONTENT_TYPE, "SendMessage", with(json!([{"text": "x"}, part]))).await;
    }
    for parts in [
        json!([]),
        json!([{}]),
        json!([{"kind": "text"}]),
        json!([{"text": 7}]),
        json!([{"text": "x", "url": "https://example.com"}]),
        json!([{"raw": "no base64!", "mediaType": "image/png"}]),
        json!("x"),
        json!([null]),
        json!([{"text": "x".repeat(1024 * 1024)}]),
    ] {
        fails(&bench, INVALID_PARAMS, "SendMessage", with(parts)).await;
    }
    let valid = json!([{"text": "x", "mediaType": "Text/Plain; charset=utf-8"}, {"raw": "AAEC", "mediaType": "image/png"}]);
    for (pointer, value) in [
        ("/message/role", json!("ROLE_AGENT")),
        ("/message/role", json!("user")),
        ("/message/role", json!(null)),
        ("/message/messageId", json!("")),
        ("/message/messageId", json!(7)),
        ("/message", json!(null)),
        ("/configuration/historyLength", json!(-1)),
    ] {
        let mut params = with(valid.clone());
        match params.pointer_mut(pointer) {
            Some(place) => *place = value,
            None => params["configuration"]["historyLength"] = value,
        }
        fails(&bench, INVALID_PARAMS, "SendMessage", params).await;
    }
    let mut push = with(valid.clone());
    push["configuration"]["taskPushNotificationConfig"] = json!({"url": "https://example.com"});
    fails(&bench, PUSH_NOT_SUPPORTED, "SendMessage", push).await;
    for method in ["Create", "Get", "Delete"] {
        let method = format!("{method}TaskPushNotificationConfig");
        fails(&bench, PUSH_NOT_SUPPORTED, &method, json!({"taskId": "x", "id": "y"})).await;
    }
    fails(&bench, PUSH_NOT_SUPPORTED, "ListTaskPushNotificationConfigs", json!({"taskId": "x"})).await;
    fails(&bench, UNSUPPORTED, "GetExtendedAgentCard", json!({})).await;
    assert_eq!(bench.expect(200, Method::GET, "/sessions", None).await["sessions"], json!([]));
    ok(&bench, "SendMessage", with(valid)).await;
    bench.stop().await;
}

#[tokio::test]
async fn a_message_waits_for_the_end_of_its_task_or_for_a_question() {
    let bench = keyless().await;
    for last in ["complete", "fail", "cancel", "ask"] {
        let params = json!({"message": message(last, "x", json!({})), "configuration": {"historyLength": 0}});
        let sending = ok(&bench, "SendMessage", params);
        let working = async {
            let task = loop {
                let path = "/tasks?status=pending";
                let open = bench.expect(200, Method::GET, path, None).await["tasks"].take();
                match open.as_array().unwrap().first() {
                    Some(task) => break json!({"id": task["task_id"], "contextId": task["session_id"]}),
                    None => tokio::task::yield_now().await,
                }
            };
            report(&bench, &task, "accept", json!({})).await;
            match last {
                "complete" => report(&bench, &task, last, json!({"result": "r"})).await,
                "fail" => report(&bench, &task, last, json!({"error": "e", "retryable": false})).await,
                "cancel" => report(&bench, &task, last, json!({})).await,
                _ => drop(ask(&bench, &task, json!({})).await),
            }
        };
        let (sent, ()) = timeout(SOON, async { tokio::join!(sending, working) }).await.unwrap();
        let expected = match last {
            "complete" => "TASK_STATE_COMPLETED",
            "fail" => "TASK_STATE_FAILED",
            "cancel" => "TASK_STATE_CANCELED",
            _ => "TASK_STATE_INPUT_REQUIRED",
        };
        assert_eq!(sent["task"]["status"]["state"], expected, "{sent}");
        assert!(sent["task"].get("history").is_none(), "{sent}");
    }
    bench.stop().await;
}

#[tokio::test]
async fn a_stream_tells_all_that_happens_and_ends_once() {
    let bench = keyless().await;
    let mut stream =
        Stream::open(&bench, "SendStreamingMessage", json!({"message": message("m", "x", json!({}))})).await;
    let (kind, task) = stream.next().await.unwrap();
    assert_eq!((kind.as_str(), &task["status"]["state"]), ("task", &json!("TASK_STATE_SUBMITTED")));
    let mut other = Stream::open(&bench, "SubscribeToTask", json!({"id": id(&task)})).await;
    assert_eq!(other.next().await.unwrap().0, "task");
    report(&bench, &task, "accept", json!({})).await;
    for progress in ["one", "two", "two", "three"] {
        report(&bench, &task, "progress", json!({"progress": progress})).await;
    }
    ask(&bench, &task, json!({})).await;
    // It is the client's turn: the stream of its message ends.
    let told = [
        "TASK_STATE_WORKING",
        "TASK_STATE_WORKING one",
        "TASK_STATE_WORKING two",
        "TASK_STATE_WORKING three",
        "TASK_STATE_INPUT_REQUIRED Which region?",
    ];
    assert_eq!(stream.rest().await, told);
    let answer = json!({"message": message("a", "eu", json!({"taskId": task["id"]}))});
    let mut answered = Stream::open(&bench, "SendStreamingMessage", answer).await;
    assert_eq!(answered.next().await.unwrap().1["status"]["state"], "TASK_STATE_WORKING");
    report(&bench, &task, "progress", json!({"progress": "four"})).await;
    report(&bench, &task, "complete", json!({"result": {"files": 3}})).await;
    let end = ["TASK_STATE_WORKING four", "artifact", "TASK_STATE_COMPLETED"];
    assert_eq!(answered.rest().await, end);
    // The other stream went on, and saw the same.
    let mut all: Vec<_> = told.iter().map(|told| (*told).to_owned()).collect();
    all.push("TASK_STATE_WORKING three".to_owned());
    all.extend(end.iter().map(|told| (*told).to_owned()));
    assert_eq!(other.rest().await, all);
    // What is over is told at once; it cannot be subscribed to.
    let mut again =
        Stream::open(&bench, "SendStreamingMessage", json!({"message": message("m", "x", json!({}))})).await;
    let (kind, task) = again.next().await.unwrap();
    assert_eq!((kind.as_str(), &task["status"]["state"]), ("task", &json!("TASK_STATE_COMPLETED")));
    assert_eq!(task["artifacts"][0]["parts"], json!([{"data": {"files": 3}}]));
    assert!(again.next().await.is_none());
    fails(&bench, UNSUPPORTED, "SubscribeToTask", json!({"id": id(&task)})).await;
    // The end of the session is the end of the task.
    let mut last =
        Stream::open(&bench, "SendStreamingMessage", json!({"message": message("n", "x", json!({}))})).await;
    let (_, task) = last.next().await.unwrap();
    let session = format!("/sessions/{}", task["contextId"].as_str().unwrap());
    bench.expect(204, Method::DELETE, &session, None).await;
    assert_eq!(last.rest().await.last().unwrap().split(' ').next(), Some("TASK_STATE_CANCELED"));
    bench.stop().await;
}

#[tokio::test]
async fn what_the_caller_may_not_see_does_not_exist() {
    let bench = Bench::keyed().await;
    let registration = json!({"agent_descriptor": {"agent_id": AGENT}, "open_to": ["owner", "other"]});
    bench.expect(201, Method::POST, "/agents/register", Some(registration)).await;
    let owner = bench.as_role("owner", Role::Client, &[]).await;
    let task = begin(&owner, message("m", "x", json!({}))).await;
    ask(&owner, &task, json!({})).await;
    let other = bench.as_role("other", Role::Client, &[]).await;
    let agent = bench.as_role("agent", Role::Agent, &["codex://*"]).await;
    for stranger in [&other, &agent] {
        for (method, params) in [
            ("GetTask", json!({"id": id(&task)})),
            ("CancelTask", json!({"id": id(&task)})),
            ("SubscribeToTask", json!({"id": id(&task)})),
            ("SendMessage", json!({"message": message("n", "eu", json!({"taskId": task["id"]}))})),
            (
                "SendMessage",
                json!({"message": message("n", "eu", json!({"taskId": task["id"], "contextId": "x"}))}),
            ),
            ("SendMessage", json!({"message": message("n", "eu", json!({"contextId": task["contextId"]}))})),
            ("SendStreamingMessage", json!({"message": message("n", "eu", json!({"taskId": task["id"]}))})),
            (
                "SendStreamingMessage",
                json!({"message": message("n", "eu", json!({"contextId": task["contextId"]}))}),
            ),
        ] {
            let known = fails(stranger, TASK_NOT_FOUND, method, params.clone()).await;
            if params["message"]["taskId"].is_null() && params["id"].is_null() {
                continue;
            }
            let unknown = params.to_string().replace(id(&task), "task_none");
            let unknown =
                fails(stranger, TASK_NOT_FOUND, method, serde_json::from_str(&unknown).unwrap()).await;
            assert_eq!(known["message"], unknown["message"], "{method}");
        }
    }
    assert_eq!(state(&owner, &task).await, "TASK_STATE_INPUT_REQUIRED");
    // Whose agent it is decides who may give it work; a key that may not is told so by HTTP.
    let params = json!({"message": message("n", "x", json!({}))});
    problem(request(&agent, PATH, "SendMessage", params.clone()).await, StatusCode::FORBIDDEN, "forbidden")
        .await;
    // The agent's own key sees its tasks.
    let own = bench.as_role("own", Role::Agent, &["opencode://*"]).await;
    assert_eq!(get(&own, &task).await["id"], task["id"]);
    // An agent that is not registered has no endpoint.
    for path in ["/a2a/none%3A%2F%2Fagent", "/a2a/none%3A%2F%2Fagent/.well-known/agent-card.json"] {
        let response = match path.ends_with("json") {
            true => owner.get(path).await,
            false => request(&owner, path, "SendMessage", params.clone()).await,
        };
        problem(response, StatusCode::NOT_FOUND, "agent_not_found").await;
    }
    bench.stop().await;
}

#[tokio::test]
async fn a_card_says_what_an_agent_can_do_and_where_it_is() {
    let bench = Bench::keyless().await;
    let register = |capabilities: Value, metadata: Value| {
        let descriptor = json!({"agent_id": AGENT, "capabilities": capabilities, "metadata": metadata});
        bench.post("/agents/register", json!({"agent_descriptor": descriptor}))
    };
    let skill = json!({"id": "s", "name": "S", "description": "d", "tags": ["t"], "examples": ["e"]});
    for (capabilities, expected) in [
        (json!(null), json!([["task", ["opencode"]]])),
        (json!({}), json!([["task", ["opencode"]]])),
        (
            json!({"languages": ["rust", "go"], "review": true, "off": false, "input_types": ["text/plain"]}),
            json!([["languages", ["go", "rust"]], ["review", ["review"]]]),
        ),
        (
            json!({"tools": {"search": true, "shell": false, "sql": ["postgres"]}}),
            json!([["tools", ["postgres", "search"]]]),
        ),
        (json!({"skills": [skill, {"id": "broken"}]}), json!([["s", ["t"]]])),
    ] {
        assert!(register(capabilities.clone(), json!({})).await.status().is_success());
        let card = bench.expect(200, Method::GET, &format!("{PATH}/.well-known/agent-card.json"), None).await;
        let skills = card["skills"].as_array().unwrap();
        let skills: Vec<_> = skills.iter().map(|skill| json!([skill["id"], skill["tags"]])).collect();
        assert_eq!(json!(skills), expected, "{capabilities}");
        for member in ["name", "description", "version"] {
            assert!(card[member].as_str().is_some_and(|text| !text.is_empty()), "{card}");
        }
        assert_eq!(card["supportedInterfaces"][0]["url"], format!("{}{PATH}", bench.url), "{card}");
        assert_eq!(
            (&card["capabilities"]["streaming"], &card["capabilities"]["pushNotifications"]),
            (&json!(true), &json!(false))
        );
        assert!(card.get("securitySchemes").is_none(), "{card}");
    }
    // Whoever looks for a capability finds the card.
    register(json!({"languages": ["rust"]}), json!({})).await;
    let found = bench.expect(200, Method::GET, "/agents?capability=rust", None).await;
    let path = found["agents"][0]["agent_card"].as_str().unwrap();
    assert_eq!(bench.expect(200, Method::GET, path, None).await["skills"][0]["tags"], json!(["rust"]));
    let described = json!({"name": "Backend", "description": "Builds it.", "version": "3"});
    register(json!({"input_types": ["image/*"], "output_types": ["text"]}), described).await;
    let path = format!("{PATH}/.well-known/agent-card.json");
    let card = bench.expect(200, Method::GET, &path, None).await;
    assert_eq!(
        json!([card["name"], card["description"], card["version"]]),
        json!(["Backend", "Builds it.", "3"])
    );
    assert_eq!(card["defaultInputModes"], json!(["image/*"]));
    assert_eq!(card["defaultOutputModes"], json!(["text/plain", "application/json"]));
    // Behind a proxy that ends TLS; and a server with keys says that it wants one.
    let proxied =
        bench.request(Method::GET, &path).header("x-forwarded-proto", "https").send().await.unwrap();
    let proxied: Value = proxied.json().await.unwrap();
    let url = proxied["supportedInterfaces"][0]["url"].as_str().unwrap();
    assert!(url.starts_with("https://127.0.0.1:") && url.ends_with(PATH), "{url}");
    let admin = bench.as_role("admin", Role::Admin, &[]).await;
    let card = admin.expect(200, Method::GET, &path, None).await;
    assert_eq!(card["securitySchemes"]["bearer"]["httpAuthSecurityScheme"]["scheme"], "Bearer", "{card}");
    assert_eq!(card["securityRequirements"], json!([{"schemes": {"bearer": {"list": []}}}]));
    problem(bench.get(&path).await, StatusCode::UNAUTHORIZED, "unauthenticated").await;
    bench.stop().await;
}

#[tokio::test]
async fn a_task_that_has_ended_cannot_be_cancelled() {
    let bench = keyless().await;
    for end in ["complete", "fail", "cancel"] {
        let task = begin(&bench, message(end, "x", json!({}))).await;
        let body = if end == "fail" { json!({"error": "e", "retryable": false}) } else { json!({}) };
        report(&bench, &task, end, body).await;
        fails(&bench, TASK_NOT_CANCELABLE, "CancelTask", json!({"id": id(&task)})).await;
    }
    bench.stop().await;
}

#[tokio::test]
async fn a_list_has_what_the_caller_may_see_the_last_changed_first() {
    let bench = Bench::keyed().await;
    for agent in [AGENT, "codex://frontend"] {
        let registration = json!({"agent_descriptor": {"agent_id": agent}, "open_to": ["*"]});
        bench.expect(201, Method::POST, "/agents/register", Some(registration)).await;
    }
    let owner = bench.as_role("owner", Role::Client, &[]).await;
    let other = bench.as_role("other", Role::Client, &[]).await;
    let mut tasks = Vec::new();
    for n in 0..5 {
        let context = tasks.first().map(|task: &Value| task["contextId"].clone()).filter(|_| n < 3);
        let more = context.map_or(json!({}), |context| json!({"contextId": context}));
        tasks.push(begin(&owner, message(&format!("m{n}"), "x", more)).await);
    }
    report(&bench, &tasks[0], "accept", json!({})).await;
    report(&bench, &tasks[1], "complete", json!({"result": "r"})).await;
    ask(&owner, &tasks[3], json!({})).await;
    begin(&other, message("m", "x", json!({}))).await;
    let params = json!({"message": message("m", "x", json!({"contextId": tasks[0]["contextId"]})),
        "configuration": {"returnImmediately": true}});
    call_at(&owner, "/a2a/codex%3A%2F%2Ffrontend", "SendMessage", params).await;
    let list = async |params: Value| {
        let page = ok(&owner, "ListTasks", params).await;
        let ids =
            page["tasks"].as_array().unwrap().iter().map(|task| id(task).to_owned()).collect::<Vec<_>>();
        (ids, page)
    };
    let names = |of: &[usize]| of.iter().map(|n| id(&tasks[*n]).to_owned()).collect::<Vec<_>>();
    let (all, page) = list(json!({})).await;
    assert_eq!(
        (&page["totalSize"], &page["pageSize"], &page["nextPageToken"]),
        (&json!(5), &json!(5), &json!(""))
    );
    assert_eq!(all[..2], names(&[1, 0]), "{page}");
    let sorted = |ids: Vec<String>| ids.into_iter().collect::<std::collections::BTreeSet<_>>();
    assert_eq!(sorted(all.clone()), sorted(names(&[0, 1, 2, 3, 4])));
    assert!(
        page["tasks"][0].get("artifacts").is_none() && page["tasks"][0]["history"][0]["parts"].is_array()
    );
    for (params, expected) in [
        (json!({"contextId": tasks[0]["contextId"]}), names(&[0, 1, 2])),
        (json!({"contextId": tasks[0]["contextId"], "status": "TASK_STATE_SUBMITTED"}), names(&[2])),
        (json!({"status": "TASK_STATE_WORKING"}), names(&[0])),
        (json!({"status": "TASK_STATE_COMPLETED"}), names(&[1])),
        (json!({"status": "TASK_STATE_INPUT_REQUIRED"}), names(&[3])),
        (json!({"status": "TASK_STATE_SUBMITTED"}), names(&[2, 4])),
        (
            json!({"status": "TASK_STATE_UNSPECIFIED", "contextId": "", "pageToken": ""}),
            names(&[0, 1, 2, 3, 4]),
        ),
        (json!({"statusTimestampAfter": "2999-01-01T00:00:00Z"}), vec![]),
        (json!({"statusTimestampAfter": "2020-01-01T00:00:00.5Z"}), names(&[0, 1, 2, 3, 4])),
        (json!({"contextId": "sess_none"}), vec![]),
        (json!({"contextId": "no id!"}), vec![]),
    ] {
        assert_eq!(sorted(list(params.clone()).await.0), sorted(expected), "{params}");
    }
    let (_, page) =
        list(json!({"includeArtifacts": true, "historyLength": 0, "status": "TASK_STATE_COMPLETED"})).await;
    assert_eq!(page["tasks"][0]["artifacts"][0]["parts"], json!([{"text": "r"}]));
    assert!(page["tasks"][0].get("history").is_none());
    // Page by page it is the same list.
    let (mut paged, mut token) = (Vec::new(), String::new());
    loop {
        let (ids, page) = list(json!({"pageSize": 2, "pageToken": token})).await;
        assert_eq!(page["totalSize"], 5);
        paged.extend(ids);
        token = page["nextPageToken"].as_str().unwrap().to_owned();
        if token.is_empty() {
            break;
        }
    }
    assert_eq!(paged, all);
    for params in [
        json!({"pageSize": 0}),
        json!({"pageSize": 101}),
        json!({"pageSize": -1}),
        json!({"pageToken": "x"}),
        json!({"pageToken": "1:"}),
        json!({"status": "working"}),
        json!({"historyLength": -1}),
        json!({"statusTimestampAfter": "yesterday"}),
    ] {
        fails(&owner, INVALID_PARAMS, "ListTasks", params).await;
    }
    let theirs = ok(&other, "ListTasks", json!({"contextId": tasks[0]["contextId"]})).await;
    assert_eq!((&theirs["tasks"], &theirs["totalSize"]), (&json!([]), &json!(0)));
    bench.stop().await;
}

#[tokio::test]
async fn clients_of_the_version_0_3_get_their_own_names_and_forms() {
    let bench = keyless().await;
    let send = async |method: &str, params: Value| {
        let body = json!({"jsonrpc": "2.0", "id": "a", "method": method, "params": params});
        bench.request(Method::POST, PATH).json(&body).send().await.unwrap()
    };
    let call =
        async |method: &str, params: Value| -> Value { send(method, params).await.json().await.unwrap() };
    let parts = json!([
        {"kind": "text", "text": "look"},
        {"kind": "data", "data": {"a": 1}, "metadata": {"k": 1}},
        {"kind": "data", "data": {"value": [1]}, "metadata": {"data_part_compat": true}},
        {"kind": "file", "file": {"uri": "https://example.com/a", "name": "a", "mimeType": "image/png"}},
        {"kind": "file", "file": {"bytes": "AAEC"}},
    ]);
    let message = json!({"kind": "message", "messageId": "m", "role": "user", "parts": parts});
    let params = json!({"message": message, "configuration": {"blocking": false, "historyLength": 0}});
    let task = call("message/send", params.clone()).await["result"].take();
    assert_eq!((&task["kind"], &task["status"]["state"]), (&json!("task"), &json!("submitted")), "{task}");
    let said = &task["history"][0];
    assert_eq!(
        (&said["kind"], &said["role"], &said["parts"]),
        (&json!("message"), &json!("user"), &parts),
        "{said}"
    );
    // The agent sees the same as from a client of 1.0, and the same message again is the same task.
    let ours = bench.expect(200, Method::GET, &format!("/tasks/{}", id(&task)), None).await;
    assert_eq!(
        ours["payload"]["message"]["parts"],
        json!([
            {"text": "look"},
            {"data": {"a": 1}, "metadata": {"k": 1}},
            {"data": [1], "metadata": {}},
            {"url": "https://example.com/a", "filename": "a", "mediaType": "image/png"},
            {"raw": "AAEC"},
        ])
    );
    assert_eq!(call("message/send", params).await["result"]["id"], task["id"]);
    let mut stream =
        Stream { response: send("tasks/resubscribe", json!({"id": id(&task)})).await, text: String::new() };
    assert_eq!(stream.response().await.unwrap()["result"]["kind"], "task");
    report(&bench, &task, "progress", json!({"progress": 7})).await;
    ask(&bench, &task, json!({})).await;
    let shown = call("tasks/get", json!({"id": id(&task)})).await["result"].take();
    assert_eq!(shown["status"]["state"], "input-required");
    let answer = json!({"messageId": "b", "role": "user", "taskId": id(&task), "parts": [{"kind": "text", "text": "eu"}]});
    let answered = json!({"message": answer, "configuration": {"blocking": false}});
    assert_eq!(call("message/send", answered).await["result"]["status"]["state"], "working");
    report(&bench, &task, "complete", json!({"result": "r"})).await;
    let mut updates = Vec::new();
    while let Some(mut response) = stream.response().await {
        let update = response["result"].take();
        updates.push(json!([update["kind"], update["status"]["state"], update["final"]]));
    }
    assert_eq!(
        json!(updates),
        json!([
            ["status-update", "working", false],
            ["status-update", "input-required", false],
            ["status-update", "working", false],
            ["artifact-update", null, null],
            ["status-update", "completed", true],
        ])
    );
    let done = call("tasks/get", json!({"id": id(&task)})).await["result"].take();
    assert_eq!(done["artifacts"][0]["parts"], json!([{"kind": "text", "text": "r"}]));
    for (method, params, code) in [
        ("tasks/cancel", json!({"id": id(&task)}), TASK_NOT_CANCELABLE),
        ("tasks/get", json!({"id": "task_none"}), TASK_NOT_FOUND),
        ("tasks/resubscribe", json!({"id": id(&task)}), UNSUPPORTED),
        ("tasks/pushNotificationConfig/set", json!({"taskId": id(&task)}), PUSH_NOT_SUPPORTED),
        ("tasks/list", json!({}), METHOD_NOT_FOUND),
        (
            "message/send",
            json!({"message": {"messageId": "c", "role": "ROLE_USER", "parts": parts}}),
            INVALID_PARAMS,
        ),
        (
            "message/send",
            json!({"message": {"messageId": "c", "role": "user", "parts": [{"text": "x"}]}}),
            INVALID_PARAMS,
        ),
        (
            "message/send",
            json!({"message": {"messageId": "c", "role": "user", "parts": [{"kind": "file"}]}}),
            INVALID_PARAMS,
        ),
    ] {
        let response = call(method, params).await;
        assert_eq!(response["error"]["code"], code, "{method}: {response}");
    }
    // Each version has its own names.
    fails(&bench, METHOD_NOT_FOUND, "message/send", json!({})).await;
    let card = bench.expect(200, Method::GET, &format!("{PATH}/.well-known/agent-card.json"), None).await;
    assert_eq!(
        json!([card["url"], card["preferredTransport"], card["protocolVersion"]]),
        json!([format!("{}{PATH}", bench.url), "JSONRPC", "0.3.0"])
    );
    let spoken: Vec<_> = card["supportedInterfaces"]
        .as_array()
        .unwrap()
        .iter()
        .map(|at| at["protocolVersion"].clone())
        .collect();
    assert_eq!(json!(spoken), json!(["1.0", "0.3"]));
    bench.stop().await;
}

#[tokio::test]
async fn a_client_may_choose_the_id_of_a_new_context() {
    let bench = Bench::keyed().await;
    let registration = json!({"agent_descriptor": {"agent_id": AGENT}, "open_to": ["*"]});
    bench.expect(201, Method::POST, "/agents/register", Some(registration)).await;
    let owner = bench.as_role("owner", Role::Client, &[]).await;
    let other = bench.as_role("other", Role::Client, &[]).await;
    let chosen = "2f1ccd0ae1f54c4d9f6e8d2a3b4c5d6e";
    let sends = (0..6).map(|n| {
        let more = json!({"contextId": chosen});
        begin(&owner, message(&format!("m{}", n % 3), "x", more))
    });
    let tasks = futures_util::future::join_all(sends).await;
    assert!(tasks.iter().all(|task| task["contextId"] == chosen), "{tasks:?}");
    assert_eq!(ok(&owner, "ListTasks", json!({"contextId": chosen})).await["totalSize"], 3);
    assert_eq!(
        owner.expect(200, Method::GET, "/sessions", None).await["sessions"].as_array().unwrap().len(),
        1
    );
    let theirs = json!({"message": message("m", "x", json!({"contextId": chosen}))});
    fails(&other, TASK_NOT_FOUND, "SendMessage", theirs).await;
    for id in ["a b", "a/b", "..", "counts", "import", &"x".repeat(200)] {
        let params = json!({"message": message("n", "x", json!({"contextId": id}))});
        fails(&owner, INVALID_PARAMS, "SendMessage", params).await;
    }
    owner.expect(200, Method::POST, &format!("/sessions/{chosen}/complete"), None).await;
    let late = json!({"message": message("late", "x", json!({"contextId": chosen}))});
    fails(&owner, UNSUPPORTED, "SendMessage", late).await;
    bench.stop().await;
}
