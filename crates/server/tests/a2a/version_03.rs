//! A2A: clients of the version 0.3.

use super::*;

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
