//! A2A: messages make tasks and answer questions.

use super::*;

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
