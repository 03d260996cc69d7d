//! A2A: the states of tasks, their lists, and who sees them.

use super::*;

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
