//! A2A: requests and versions, and what is refused.

use super::*;

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
