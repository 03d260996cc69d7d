//! Bad input of every kind gets a problem, never a 500, and changes nothing.
#![allow(clippy::unwrap_used)]

mod support;

use std::time::Duration;

use reqwest::{Method, StatusCode};
use serde_json::{Map, Value, json};
use sessiond_api::operations;
use sessiond_core::limits;
use support::{Bench, problem, tutorial_session};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

fn paths() -> impl Iterator<Item = (Method, String)> {
    operations::all().map(|route| {
        let path = route
            .path
            .replace("{session_id}", "s")
            .replace("{agent_id}", "opencode%3A%2F%2Fbackend")
            .replace("{task_id}", "task_1")
            .replace("{message_id}", "m1")
            .replace("{key_id}", "key_1");
        (route.method.as_str().parse().unwrap(), path)
    })
}

#[tokio::test]
async fn no_body_makes_the_server_fail() {
    let bench = Bench::keyless().await;
    bench.register("opencode://backend").await;
    let session = bench.expect(201, Method::POST, "/sessions", Some(tutorial_session("s"))).await;
    let deep = format!("{}1{}", "[".repeat(5_000), "]".repeat(5_000));
    let deep_object = format!("{}1{}", "{\"a\":".repeat(100), "}".repeat(100));
    let bodies: Vec<Vec<u8>> = [
        "",
        " ",
        "{",
        "[",
        "nul",
        "{}{}",
        "[]",
        "null",
        "1",
        "-1e999",
        "\"text\"",
        "true",
        "{\"a\":}",
        "{'a':1}",
        "{\"unknown_member\":1}",
        "{\"session_id\":\"a/b\"}",
        "{\"session_id\":5}",
        "{\"participants\":{}}",
        "{\"participants\":[null]}",
        "{\"workflow\":[{\"name\":\"\"}]}",
        "{\"reason\":null}",
        "{\"ttl\":\"forever\"}",
        "{\"steps\":[{\"name\":\"a\",\"dependencies\":[\"a\"]}]}",
        "{\"message_ids\":\"all\"}",
        "{\"fence\":-1}",
        "{\"agent_descriptor\":1}",
        "{\"name\":\"\\ud800\"}",
        "{\"task_type\":\"\\u0000\"}",
        &deep,
        &deep_object,
    ]
    .iter()
    .map(|body| body.as_bytes().to_vec())
    .chain([b"\xff\xfe".to_vec(), b"{\"name\":\"\xc3\x28\"}".to_vec(), b"\x00".to_vec(), vec![b' '; 100_000]])
    .collect();
    for (method, path) in paths().filter(|(method, _)| *method != Method::GET && *method != Method::DELETE) {
        for kind in [
            "application/json",
            "application/jsonl",
            "text/plain",
            "",
            "application/json; charset=utf-8",
            "\u{fc}",
        ] {
            for body in &bodies {
                let mut request = bench.request(method.clone(), &path).body(body.clone());
                if let Ok(kind) = reqwest::header::HeaderValue::from_bytes(kind.as_bytes()) {
                    request = request.header("content-type", kind);
                }
                let response = request.send().await.unwrap();
                let status = response.status();
                let shown = String::from_utf8_lossy(&body[..body.len().min(60)]).into_owned();
                assert!(status.as_u16() < 500, "{method} {path} {kind} {shown:?}: {status}");
                if !status.is_success() {
                    let code: Value = response.json().await.unwrap();
                    assert!(code["code"].is_string(), "{method} {path} {shown:?}");
                }
            }
        }
    }
    let after = bench.expect(200, Method::GET, "/sessions/s", None).await;
    assert_eq!(after["orchestrator"], session["orchestrator"]);
    bench.stop().await;
}

#[tokio::test]
async fn what_is_wrong_is_named() {
    let bench = Bench::keyless().await;
    bench.expect(201, Method::POST, "/sessions", Some(tutorial_session("s"))).await;
    let pointer = |problem: Value| problem["errors"][0]["pointer"].as_str().unwrap_or_default().to_owned();
    let unprocessable = StatusCode::UNPROCESSABLE_ENTITY;

    let cyclic =
        json!({"workflow": [{"name": "a", "dependencies": ["b"]}, {"name": "b", "dependencies": ["a"]}]});
    let found = problem(bench.post("/sessions", cyclic).await, unprocessable, "invalid_input").await;
    assert!(pointer(found).starts_with("/workflow/"));
    let mut stranger = tutorial_session("s2");
    stranger["workflow"][1]["required_agents"][0] = json!("nobody://here");
    let found = problem(bench.post("/sessions", stranger).await, unprocessable, "invalid_input").await;
    assert_eq!(pointer(found), "/workflow/1/required_agents/0");

    for (path, parameter) in [
        ("/sessions?limit=x", "limit"),
        ("/sessions?status=finished", "status"),
        ("/sessions?nonsense=1", "nonsense"),
        ("/sessions/s/events?after=-1", "after"),
        ("/agents/nonsense", "agent_id"),
        ("/agents/opencode%3A%2F%2Fbackend/inbox?wait=soon", "wait"),
        ("/sessions/a%20b", "session_id"),
        ("/tasks/a%2Fb", "task_id"),
        ("/ws", "query"),
        ("/ws?agent_id=x", "agent_id"),
    ] {
        let found = problem(bench.get(path).await, unprocessable, "invalid_input").await;
        assert!(pointer(found.clone()).contains(parameter) || parameter == "query", "{path}: {found}");
    }
    problem(bench.get("/sessions?cursor=zzz").await, unprocessable, "invalid_cursor").await;
    problem(bench.get("/sessions/%ff%fe").await, StatusCode::BAD_REQUEST, "malformed_request").await;
    problem(bench.get("/session").await, StatusCode::NOT_FOUND, "not_found").await;
    problem(bench.get("/agents/opencode://backend").await, StatusCode::NOT_FOUND, "not_found").await;
    for (name, value) in
        [("If-Match", "x"), ("Fencing-Token", "x"), ("x-agent-id", "x"), ("Idempotency-Key", "")]
    {
        let request = bench.request(Method::PUT, "/sessions/s/context").header(name, value).json(&json!({}));
        let found = problem(request.send().await.unwrap(), unprocessable, "invalid_input").await;
        assert_eq!(pointer(found), name);
    }
    let request = bench.request(Method::GET, "/sessions/s/events").header("last-event-id", "x");
    let response = request.header("accept", "text/event-stream").send().await.unwrap();
    assert_eq!(pointer(problem(response, unprocessable, "invalid_input").await), "Last-Event-ID");
    bench.stop().await;
}

#[tokio::test]
async fn a_path_tells_which_methods_it_takes() {
    let bench = Bench::keyless().await;
    let response = bench.request(Method::DELETE, "/sessions").send().await.unwrap();
    assert_eq!(response.headers()["allow"], "GET, POST, HEAD, OPTIONS");
    problem(response, StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed").await;
    let response = bench.request("BREW".parse().unwrap(), "/sessions").send().await.unwrap();
    problem(response, StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed").await;
    let response = bench.request(Method::OPTIONS, "/sessions").send().await.unwrap();
    assert_eq!(
        (response.status().as_u16(), &response.headers()["allow"]),
        (204, &"GET, POST, HEAD, OPTIONS".parse().unwrap())
    );
    let response = bench.request(Method::HEAD, "/sessions").send().await.unwrap();
    assert_eq!(response.status(), 200);
    assert!(response.text().await.unwrap().is_empty());
    bench.stop().await;
}

#[tokio::test]
async fn too_much_is_refused_with_an_answer() {
    let bench = Bench::keyless().await;
    let large = vec![b' '; limits::BODY_BYTES + 1];
    let request = bench.request(Method::POST, "/sessions").header("content-type", "application/json");
    problem(
        request.body(large.clone()).send().await.unwrap(),
        StatusCode::PAYLOAD_TOO_LARGE,
        "body_too_large",
    )
    .await;
    // Without a length that is announced.
    let chunks = futures_util::stream::iter(
        large.chunks(64 * 1024).map(|chunk| Ok::<_, std::io::Error>(chunk.to_vec())).collect::<Vec<_>>(),
    );
    let request = bench.request(Method::POST, "/sessions").header("content-type", "application/json");
    let response = request.body(reqwest::Body::wrap_stream(chunks)).send().await.unwrap();
    problem(response, StatusCode::PAYLOAD_TOO_LARGE, "body_too_large").await;
    let request = bench.request(Method::GET, "/sessions").header("x-large", "x".repeat(limits::HEADER_BYTES));
    problem(request.send().await.unwrap(), StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE, "headers_too_large")
        .await;
    let context = json!({"x": "y".repeat(limits::CONTEXT_BYTES)});
    bench.expect(201, Method::POST, "/sessions", Some(json!({"session_id": "s"}))).await;
    let status = bench.send(Method::PUT, "/sessions/s/context", context).await.status();
    assert!([413, 422].contains(&status.as_u16()), "{status}");
    bench.stop().await;
}

#[tokio::test]
async fn bytes_that_are_no_request_end_one_connection_and_nothing_else() {
    let bench = Bench::keyless().await;
    let address = bench.url.trim_start_matches("http://");
    for bytes in [&b"\x16\x03\x01\x02\x00"[..], b"GET\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"GET /sessions HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: x\r\n\r\n",
        b"POST /sessions HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 10\r\nContent-Type: application/json\r\n\r\n{"] {
        let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
        stream.write_all(bytes).await.unwrap();
        stream.shutdown().await.unwrap();
        let mut answer = Vec::new();
        let read = tokio::time::timeout(Duration::from_secs(5), stream.read_to_end(&mut answer)).await;
        assert!(read.is_ok(), "{:?} hangs", String::from_utf8_lossy(bytes));
        assert!(!answer.starts_with(b"HTTP/1.1 5"), "{}", String::from_utf8_lossy(&answer));
    }
    assert_eq!(bench.get("/health").await.status(), 200);
    bench.stop().await;
}

/// Requests that are read whole, so that what is within them is reached.
fn requests() -> Vec<(Method, &'static str, Value)> {
    let step = json!({"name": "a", "required_agents": ["t://a"], "task": {"task_type": "x", "payload": {}}});
    let parties = json!({
        "message_id": "m", "timestamp": "2025-02-02T11:00:00Z", "sender": {"agent_id": "t://a"},
        "recipient": {"agent_id": "t://b"}, "message_type": "task_request", "payload": {"task_type": "x"},
        "routing": {"timeout": "5s", "retry_policy": {"max_retries": 2, "backoff": "linear"}}
    });
    let call = json!({"call": 1, "node": "n", "position": 0, "key": "ab", "began_us": 1, "status": "failed",
        "ended_us": 2, "error": {"type": "E", "message": "m"}, "usage": {"model": "m"}});
    vec![
        (
            Method::POST,
            "/sessions",
            json!({"participants": [{"agent_id": "t://a", "role": "x"}],
            "workflow": [step], "kind": "workflow", "labels": {"a": "b"}}),
        ),
        (Method::PATCH, "/sessions/s", json!({"name": "x"})),
        (Method::POST, "/sessions/s/complete", json!({"summary": "x"})),
        (Method::POST, "/sessions/s/terminate", json!({"reason": "x"})),
        (Method::POST, "/sessions/s/fail", json!({"reason": "x"})),
        (Method::POST, "/sessions/s/fork", json!({"session_id": "x"})),
        (Method::POST, "/sessions/s/participants", json!({"agent_id": "t://a", "role": "x"})),
        (
            Method::POST,
            "/sessions/s/tasks",
            json!({"delegatee": "t://a", "task_type": "x",
            "retry_policy": {"max_retries": 2, "backoff": "linear"}}),
        ),
        (Method::PUT, "/sessions/s/workflow", json!({"steps": [step]})),
        (Method::POST, "/sessions/s/workflow/advance", json!({"step": "a"})),
        (
            Method::POST,
            "/sessions/s/calls",
            json!({"writer": 1, "batch": 1, "calls": [call],
            "writes": [{"order": 1, "key": "a", "value": 1}], "end": {"status": "failed", "reason": "x"}}),
        ),
        (Method::POST, "/sessions/s/execution", json!({"process": "x"})),
        (Method::POST, "/sessions/s/questions", json!({"text": "x"})),
        (Method::POST, "/sessions/s/signals/x", json!({"value": 1})),
        (Method::POST, "/sessions/s/telemetry", json!({"points": [{"series": "x", "value": 1}]})),
        (Method::POST, "/messages/send", parties),
        (
            Method::POST,
            "/agents/register",
            json!({"agent_descriptor": {"agent_id": "t://a",
            "endpoints": {"http": "https://example.com"}}, "authentication": {"webhook_secret": null}}),
        ),
        (Method::POST, "/agents/opencode%3A%2F%2Fbackend/heartbeat", json!({"status": "idle"})),
        (Method::POST, "/agents/opencode%3A%2F%2Fbackend/inbox/ack", json!({"message_ids": ["x"]})),
        (Method::POST, "/keys", json!({"name": "x", "role": "admin"})),
        (
            Method::POST,
            "/aggregations",
            json!({"session_id": "s", "task_type": "x", "agent_results": [{"agent_id": "t://a", "result": {}}],
                "synthesis_method": "manual"}),
        ),
        (Method::POST, "/tasks/task_1/accept", json!({"agent_id": "t://a"})),
        (Method::POST, "/tasks/task_1/complete", json!({"result": {}})),
        (Method::POST, "/tasks/task_1/cancel", json!({"reason": "x"})),
    ]
}

/// All documents in which one object is another value. `any` says where an object is any JSON, which is left as it is.
fn with_each_object(
    document: &Value,
    any: &dyn Fn(&str) -> bool,
    other: &dyn Fn(&Map<String, Value>) -> Value,
) -> Vec<Value> {
    fn replace(
        at: &Value,
        name: &str,
        any: &dyn Fn(&str) -> bool,
        other: &dyn Fn(&Map<String, Value>) -> Value,
        whole: &dyn Fn(Value) -> Value,
        found: &mut Vec<Value>,
    ) {
        match at {
            Value::Object(members) if !any(name) => {
                found.push(whole(other(members)));
                for (name, member) in members {
                    let with = |new: Value| {
                        let mut changed = members.clone();
                        changed.insert(name.clone(), new);
                        whole(Value::Object(changed))
                    };
                    replace(member, name, any, other, &with, found);
                }
            }
            Value::Array(items) => {
                for (i, item) in items.iter().enumerate() {
                    let with = |new: Value| {
                        let mut changed = items.clone();
                        changed[i] = new;
                        whole(Value::Array(changed))
                    };
                    replace(item, name, any, other, &with, found);
                }
            }
            _ => {}
        }
    }
    let mut found = Vec::new();
    replace(document, "", any, other, &|new| new, &mut found);
    found
}

/// All documents that have an array with the members' values in the place of one object.
fn with_arrays(document: &Value, any: &dyn Fn(&str) -> bool) -> Vec<Value> {
    with_each_object(document, any, &|members| Value::Array(members.values().cloned().collect()))
}

#[tokio::test]
async fn a_member_that_is_not_known_is_taken_nowhere() {
    let bench = Bench::keyless().await;
    bench.register("opencode://backend").await;
    bench.expect(201, Method::POST, "/sessions", Some(tutorial_session("s"))).await;
    let any = |name: &str| {
        [
            "payload",
            "result",
            "value",
            "details",
            "schema",
            "default",
            "metadata",
            "shared_context",
            "labels",
            "authentication",
            "capabilities",
        ]
        .contains(&name)
    };
    let misspelt = |members: &Map<String, Value>| {
        let mut members = members.clone();
        members.insert("time_out".to_owned(), json!("5s"));
        Value::Object(members)
    };
    for (method, path, body) in requests() {
        for wrong in with_each_object(&body, &any, &misspelt) {
            let response = bench.send(method.clone(), path, wrong.clone()).await;
            let status = response.status().as_u16();
            let problem: Value = response.json().await.unwrap();
            assert_eq!(status, 422, "{method} {path} {wrong}: {problem}");
            let pointer = problem["errors"][0]["pointer"].as_str().unwrap_or_default();
            assert!(pointer.ends_with("/time_out"), "{method} {path} {wrong}: {problem}");
        }
    }
}

#[tokio::test]
async fn an_array_is_an_object_nowhere() {
    let bench = Bench::keyless().await;
    bench.register("opencode://backend").await;
    bench.expect(201, Method::POST, "/sessions", Some(tutorial_session("s"))).await;
    let any = |name: &str| ["payload", "result", "value", "details", "schema", "default"].contains(&name);
    for (method, path, body) in requests() {
        for wrong in with_arrays(&body, &any).into_iter().chain([json!([])]) {
            let response = bench.send(method.clone(), path, wrong.clone()).await;
            let status = response.status().as_u16();
            let text = response.text().await.unwrap();
            assert_eq!(status, 422, "{method} {path} {wrong}: {text}");
            assert!(text.contains("invalid type: sequence, expected "), "{method} {path} {wrong}: {text}");
        }
    }
    // The same in an import.
    let lines = bench.get("/sessions/s/export").await.text().await.unwrap();
    for line in 0..lines.lines().count() {
        let document: Value = serde_json::from_str(lines.lines().nth(line).unwrap()).unwrap();
        let any = |name: &str| ["shared_context", "context", "patch"].contains(&name) || any(name);
        for wrong in with_arrays(&document, &any) {
            let changed: Vec<String> = (lines.lines().enumerate())
                .map(|(n, text)| if n == line { wrong.to_string() } else { text.to_owned() })
                .collect();
            let request = bench.request(Method::POST, "/sessions/import?session_id=copy");
            let request = request.header("content-type", "application/jsonl").body(changed.join("\n"));
            let status = request.send().await.unwrap().status();
            assert_eq!(status, 422, "{wrong}");
        }
    }
    bench.stop().await;
}

#[tokio::test]
async fn an_integer_is_kept_or_refused_and_never_changed() {
    let bench = Bench::keyless().await;
    bench.register("a://one").await;
    bench.register("opencode://backend").await;
    bench.expect(201, Method::POST, "/sessions", Some(tutorial_session("s"))).await;
    let exactly = |integer: &str| {
        [
            (Method::PATCH, "/sessions/s/context", format!(r#"{{"n": {{"m": [{integer}]}}}}"#), "/n/m/0"),
            (Method::POST, "/sessions/s/signals/x", format!(r#"{{"value": {integer}}}"#), "/value"),
            (
                Method::POST,
                "/messages/send",
                format!(
                    r#"{{"message_id": "m{integer}", "timestamp": "2025-02-02T11:00:00Z", "sender": {{"agent_id": "a://one"}},
                    "recipient": {{"agent_id": "a://one"}}, "message_type": "status_update", "payload": {{"n": {integer}}}}}"#
                ),
                "/payload/n",
            ),
            (
                Method::POST,
                "/sessions/s/tasks",
                format!(
                    r#"{{"delegatee": "opencode://backend", "task_type": "t", "payload": {{"n": {integer}}}}}"#
                ),
                "/payload/n",
            ),
        ]
    };
    let send = async |method: Method, path: &str, body: String| {
        let request = bench.request(method, path).header("content-type", "application/json").body(body);
        request.send().await.unwrap()
    };
    for integer in ["123456789012345678901234567890", "18446744073709551616", "-9223372036854775809"] {
        for (method, path, body, pointer) in exactly(integer) {
            let response = send(method, path, body).await;
            let problem = problem(response, StatusCode::UNPROCESSABLE_ENTITY, "invalid_input").await;
            assert_eq!(problem["errors"][0]["pointer"], pointer, "{path}");
        }
    }
    for integer in ["18446744073709551615", "-9223372036854775808", "9223372036854775809"] {
        for (method, path, body, _) in exactly(integer) {
            let response = send(method, path, body).await;
            assert!(response.status().is_success(), "{path}: {}", response.text().await.unwrap());
        }
        for path in
            ["/sessions/s/context", "/sessions/s/signals", "/agents/a%3A%2F%2Fone/inbox", "/sessions/s/tasks"]
        {
            let text = bench.get(path).await.text().await.unwrap();
            assert!(text.contains(integer), "{path}: {text}");
        }
    }
    bench.stop().await;
}

#[tokio::test]
async fn no_id_is_made_that_no_path_can_name() {
    let bench = Bench::keyless().await;
    bench.register("a://one").await;
    bench.expect(201, Method::POST, "/sessions", Some(json!({"session_id": "s"}))).await;
    let lines = bench.get("/sessions/s/export").await.text().await.unwrap();
    for id in ["counts", "import"] {
        bench.expect(422, Method::POST, "/sessions", Some(json!({"session_id": id}))).await;
        bench.expect(422, Method::POST, "/sessions/s/fork", Some(json!({"session_id": id}))).await;
        for (query, body) in [
            (format!("?session_id={id}"), lines.clone()),
            (String::new(), lines.replace("\"s\"", &format!("\"{id}\""))),
        ] {
            let request = bench.request(Method::POST, &format!("/sessions/import{query}"));
            let response =
                request.header("content-type", "application/jsonl").body(body).send().await.unwrap();
            problem(response, StatusCode::UNPROCESSABLE_ENTITY, "invalid_input").await;
        }
    }
    for id in [".", "..", "ack"] {
        let message = support::message(id, "a://one", "a://one", "status_update", json!({}));
        bench.expect(422, Method::POST, "/messages/send", Some(message)).await;
    }
    for id in [".", "..", "..."] {
        let question = json!({"question_id": id, "text": "?"});
        bench.expect(422, Method::POST, "/sessions/s/questions", Some(question)).await;
    }
    bench.stop().await;
}
