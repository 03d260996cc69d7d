//! MCP over HTTP: the protocol's revisions, the tools, and the rights that hold for them as for the routes.
#![allow(clippy::unwrap_used)]

mod support;

use std::time::{Duration, Instant};

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use sessiond_core::Role;
use support::{Bench, problem, tutorial_session};

/// The revisions that clients speak: the newest, which has no handshake, and those that begin with one.
const NEWEST: &str = "2026-07-28";
const WITH_HANDSHAKE: [&str; 4] = ["2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"];

/// Sends one request, and gives the whole JSON-RPC answer.
async fn ask(bench: &Bench, version: &str, agent: Option<&str>, method: &str, params: Value) -> Value {
    let mut params = params;
    let mut request = bench
        .request(Method::POST, "/mcp")
        .header("accept", "application/json, text/event-stream")
        .header("mcp-protocol-version", version);
    if let Some(agent) = agent {
        request = request.header("x-agent-id", agent);
    }
    if version == NEWEST {
        params["_meta"] = json!({
            "io.modelcontextprotocol/protocolVersion": version,
            "io.modelcontextprotocol/clientInfo": {"name": "test", "version": "1"},
            "io.modelcontextprotocol/clientCapabilities": {}
        });
        request = request.header("mcp-method", method);
        for name in ["name", "uri"] {
            if let Some(name) = params[name].as_str() {
                request = request.header("mcp-name", name);
            }
        }
    }
    let body = json!({"jsonrpc": "2.0", "id": 1, "method": method, "params": params});
    let response = request.json(&body).send().await.unwrap();
    let status = response.status();
    let text = response.text().await.unwrap();
    // What comes before the answer are notifications.
    let data = text
        .lines()
        .filter_map(|line| line.strip_prefix("data:"))
        .map(str::trim)
        .rfind(|data| !data.is_empty());
    serde_json::from_str(data.unwrap_or(&text)).unwrap_or_else(|_| panic!("{status}: {text}"))
}

/// Calls a tool; its result or problem, and whether it is an error.
async fn tool(bench: &Bench, agent: Option<&str>, name: &str, arguments: Value) -> (Value, bool) {
    let params = json!({"name": name, "arguments": arguments});
    let answer = ask(bench, NEWEST, agent, "tools/call", params).await;
    let result = &answer["result"];
    assert!(result.is_object(), "{name}: {answer}");
    assert!(result["content"][0]["text"].is_string(), "{name}: {answer}");
    if result["isError"] == true {
        // It would have to be as the tool's schema says.
        assert_eq!(result.get("structuredContent"), None, "{name}: {answer}");
        return (result["_meta"]["sessiond/problem"].clone(), true);
    }
    (result["structuredContent"].clone(), false)
}

async fn done(bench: &Bench, agent: Option<&str>, name: &str, arguments: Value) -> Value {
    let (result, failed) = tool(bench, agent, name, arguments).await;
    assert!(!failed, "{name}: {result}");
    result
}

async fn refused(bench: &Bench, agent: Option<&str>, name: &str, arguments: Value) -> String {
    let (result, failed) = tool(bench, agent, name, arguments).await;
    assert!(failed, "{name}: {result}");
    result["code"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn every_revision_of_the_protocol_finds_the_same_tools() {
    let bench = Bench::keyless().await;
    let discovered = ask(&bench, NEWEST, None, "server/discover", json!({})).await;
    let versions = discovered["result"]["supportedVersions"].as_array().unwrap().clone();
    assert!(versions.contains(&json!(NEWEST)), "{discovered}");
    let newest = ask(&bench, NEWEST, None, "tools/list", json!({})).await["result"]["tools"].clone();
    for version in WITH_HANDSHAKE {
        let hello = json!({"protocolVersion": version, "capabilities": {},
            "clientInfo": {"name": "test", "version": "1"}});
        let initialized = ask(&bench, version, None, "initialize", hello).await;
        assert_eq!(initialized["result"]["protocolVersion"], version, "{initialized}");
        assert_eq!(initialized["result"]["serverInfo"]["name"], "sessiond");
        assert!(initialized["result"]["instructions"].as_str().unwrap().contains("wait_for_work"));
        let tools = ask(&bench, version, None, "tools/list", json!({})).await;
        assert_eq!(tools["result"]["tools"], newest, "{version}");
    }
    assert_eq!(newest.as_array().unwrap().len(), 30);
    // There is nothing to GET and nothing to DELETE.
    for method in [Method::GET, Method::DELETE] {
        let response = bench.request(method, "/mcp").send().await.unwrap();
        problem(response, StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed").await;
    }
    bench.stop().await;
}

#[tokio::test]
async fn a_plan_is_worked_to_its_end_by_tools_alone() {
    let bench = Bench::keyless().await;
    let (lead, worker) = (Some("test://lead"), Some("test://worker"));
    let plan = json!({"session_id": "s", "orchestrator": "test://lead",
        "participants": [{"agent_id": "test://worker", "role": "implementer"}],
        "steps": [{"name": "build", "required_agents": ["test://worker"],
            "task": {"task_type": "build", "payload": {"what": "it"}, "timeout": "10m"}},
            {"name": "review", "required_agents": ["test://lead"]}],
        "shared_context": {"branch": "main"}});
    assert_eq!(done(&bench, lead, "create_session", plan).await["status"], "active");
    let joined = done(&bench, worker, "join_session", json!({"session_id": "s"})).await;
    assert_eq!((&joined["you_are"], &joined["shared_context"]), (&json!("test://worker"), &Value::Null));
    done(&bench, lead, "join_session", json!({"session_id": "s"})).await;

    let work = done(&bench, worker, "wait_for_work", json!({})).await;
    let task = work["messages"][0]["metadata"]["task_id"].as_str().unwrap().to_owned();
    let claimed = done(&bench, worker, "claim_task", json!({"task_id": task})).await;
    assert_eq!((&claimed["status"], &claimed["payload"]["what"]), (&json!("in_progress"), &json!("it")));
    assert_eq!(bench.expect(200, Method::GET, "/agents/test%3A%2F%2Fworker", None).await["inbox_depth"], 0);
    done(&bench, worker, "progress_task", json!({"task_id": task, "progress": "half"})).await;
    let note = json!({"session_id": "s", "title": "finding", "text": "it builds", "artifacts": ["out/it"]});
    done(&bench, worker, "add_note", note).await;
    let read =
        done(&bench, lead, "read_context", json!({"session_id": "s", "pointer": "/notes/finding"})).await;
    assert_eq!(
        (&read["context"]["by"], &read["context"]["text"]),
        (&json!("test://worker"), &json!("it builds"))
    );
    done(&bench, worker, "complete_task", json!({"task_id": task, "result": {"files": 3}})).await;

    let plan = done(&bench, lead, "read_plan", json!({"session_id": "s"})).await;
    assert_eq!((&plan["plan"]["current_step"], &plan["open_tasks"]), (&json!("review"), &json!([])));
    let asked = json!({"session_id": "s", "delegatee": "test://worker", "task_type": "explain"});
    let asked = done(&bench, lead, "delegate_task", asked).await;
    let work = done(&bench, worker, "wait_for_work", json!({})).await;
    assert_eq!(work["messages"][0]["metadata"]["task_id"], asked["task_id"]);
    done(&bench, worker, "fail_task", json!({"task_id": asked["task_id"], "error": "no words"})).await;
    let told = done(&bench, lead, "read_inbox", json!({})).await;
    assert_eq!(told["messages"][0]["message_type"], "error");
    let ids = json!({"message_ids": [told["messages"][0]["message_id"]]});
    assert_eq!(done(&bench, lead, "acknowledge", ids).await["acknowledged"], 1);
    done(&bench, lead, "end_step", json!({"session_id": "s", "step": "review"})).await;
    let ended = done(&bench, lead, "complete_session", json!({"session_id": "s", "summary": "good"})).await;
    assert_eq!(ended["status"], "completed");

    let state = ask(&bench, NEWEST, None, "resources/read", json!({"uri": "sessiond://sessions/s"})).await;
    let text = state["result"]["contents"][0]["text"].as_str().unwrap();
    assert_eq!(serde_json::from_str::<Value>(text).unwrap()["outcome"]["summary"], "good");
    let journal =
        ask(&bench, NEWEST, None, "resources/read", json!({"uri": "sessiond://sessions/s/events?after=1"}))
            .await;
    let text = journal["result"]["contents"][0]["text"].as_str().unwrap();
    assert_eq!(serde_json::from_str::<Value>(text).unwrap()["events"][0]["seq"], 2);
    let listed = ask(&bench, NEWEST, None, "resources/list", json!({})).await;
    assert_eq!(listed["result"]["resources"][0]["uri"], "sessiond://sessions/s");
    assert_eq!(listed["result"]["resources"][0]["description"], "completed workflow, 2/2 steps");
    let new = json!({"session_id": "x", "kind": "execution"});
    bench.expect(201, Method::POST, "/sessions", Some(new)).await;
    let begun = bench.expect(200, Method::POST, "/sessions/x/execution", Some(json!({"process": "p"}))).await;
    let call = |call, status| {
        json!({"call": call, "node": "n", "position": 0, "key": "ab", "began_us": 1, "status": status,
        "ended_us": 2, "error": {"type": "E", "message": "no"}})
    };
    let batch =
        json!({"writer": begun["writer"], "batch": 1, "calls": [call(1, "failed"), call(2, "timeout")]});
    bench.expect(200, Method::POST, "/sessions/x/calls", Some(batch)).await;
    let listed = ask(&bench, NEWEST, None, "resources/list", json!({})).await;
    assert_eq!(listed["result"]["resources"][0]["description"], "active execution, 2/2 calls, 2 failed");
    bench.stop().await;
}

#[tokio::test]
async fn who_waits_is_woken_by_an_event_or_a_message_and_not_kept_longer_than_asked() {
    let bench = Bench::keyless().await;
    let (a, b) = (Some("test://a"), Some("test://b"));
    done(&bench, a, "create_session", json!({"session_id": "s"})).await;
    for agent in [a, b] {
        done(&bench, agent, "join_session", json!({"session_id": "s"})).await;
    }
    let begun = Instant::now();
    let idle = done(&bench, a, "wait_for_work", json!({"session_id": "s", "timeout_seconds": 1})).await;
    assert_eq!(
        (&idle["timed_out"], &idle["messages"], &idle["events"]),
        (&json!(true), &json!([]), &json!([]))
    );
    assert!(begun.elapsed() < Duration::from_secs(5));
    let later = async {
        tokio::time::sleep(Duration::from_millis(300)).await;
        done(&bench, b, "patch_context", json!({"session_id": "s", "patch": {"x": 1}})).await
    };
    let after = json!({"session_id": "s", "after": idle["revision"]});
    let (woken, _) = tokio::join!(done(&bench, a, "wait_for_work", after), later);
    assert_eq!(woken["events"][0]["type"], "context_updated", "{woken}");
    let later = async {
        tokio::time::sleep(Duration::from_millis(300)).await;
        let message = json!({"to": "test://a", "session_id": "s", "payload": {"hello": true}});
        done(&bench, b, "send_message", message).await
    };
    let after = json!({"session_id": "s", "after": woken["revision"]});
    let (woken, _) = tokio::join!(done(&bench, a, "wait_for_work", after), later);
    assert_eq!(woken["messages"][0]["payload"]["hello"], true, "{woken}");
    assert_eq!(refused(&bench, a, "wait_for_work", json!({"timeout_seconds": 51})).await, "invalid_input");
    bench.stop().await;
}

#[tokio::test]
async fn a_lease_makes_one_client_the_only_one_that_acts_as_its_agent() {
    let bench = Bench::keyless().await;
    let (a, lead) = (Some("test://a"), Some("test://lead"));
    let session = json!({"session_id": "s", "orchestrator": "test://lead",
        "participants": [{"agent_id": "test://a", "role": "implementer"}]});
    done(&bench, lead, "create_session", session).await;
    let id = || json!({"session_id": "s"});
    let with = |more: Value| {
        let mut all = id();
        all.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        all
    };
    done(&bench, a, "join_session", id()).await;
    let ttl = || with(json!({"ttl": "10m", "holder": "laptop"}));
    let first = done(&bench, a, "hold_lease", ttl()).await;
    assert_eq!((&first["agent_id"], &first["fence"]), (&json!("test://a"), &json!(1)));
    assert_eq!(refused(&bench, a, "hold_lease", with(json!({"ttl": "10m"}))).await, "lease_held");

    // Each tool that acts in the agent's name.
    let asked = json!({"session_id": "s", "delegatee": "test://a", "task_type": "t", "max_retries": 3});
    let task = done(&bench, lead, "delegate_task", asked).await["task_id"].clone();
    let note = json!({"title": "n", "text": "t"});
    let message = json!({"to": "test://lead", "payload": "hello"});
    let ask = json!({"delegatee": "test://lead", "task_type": "t"});
    let of_task = |more: Value| {
        let mut all = json!({"task_id": task});
        all.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        all
    };
    let calls = [
        ("join_session", id()),
        ("patch_context", with(json!({"patch": {"x": 1}}))),
        ("add_note", with(note)),
        ("send_message", with(message)),
        ("delegate_task", with(ask)),
        ("claim_task", of_task(json!({}))),
        ("progress_task", of_task(json!({"progress": 1}))),
        ("fail_task", of_task(json!({"error": "e"}))),
        ("complete_task", of_task(json!({"result": 1}))),
    ];
    for (name, arguments) in &calls {
        for fence in [json!(null), json!(7)] {
            let mut arguments = arguments.clone();
            arguments["fence"] = fence;
            assert_eq!(refused(&bench, a, name, arguments).await, "fence_stale", "{name}");
        }
    }
    for (name, mut arguments) in calls {
        arguments["fence"] = first["fence"].clone();
        if name == "complete_task" {
            // The attempt before has failed, and the next one is not accepted yet.
            continue;
        }
        done(&bench, a, name, arguments).await;
    }

    let renewed = done(&bench, a, "hold_lease", with(json!({"fence": 1}))).await;
    assert!(renewed["expires_at"].as_str() > first["expires_at"].as_str(), "{renewed} {first}");
    assert_eq!(refused(&bench, a, "hold_lease", with(json!({"fence": 2}))).await, "fence_stale");
    assert_eq!(
        refused(&bench, a, "hold_lease", with(json!({"fence": 1, "ttl": "1m"}))).await,
        "invalid_input"
    );
    // Its holder may take it anew, and what it was given before is worth nothing then.
    assert_eq!(done(&bench, a, "hold_lease", ttl()).await["fence"], 2);
    assert_eq!(refused(&bench, a, "release_lease", with(json!({"fence": 1}))).await, "fence_stale");
    assert_eq!(done(&bench, a, "release_lease", with(json!({"fence": 2}))).await["released"], true);
    done(&bench, a, "patch_context", with(json!({"patch": {"x": 2}}))).await;
    let fence = done(&bench, lead, "hold_lease", with(json!({"ttl": "10m"}))).await["fence"].clone();
    for name in ["end_step", "complete_session"] {
        assert_eq!(refused(&bench, lead, name, id()).await, "fence_stale", "{name}");
    }
    done(&bench, lead, "complete_session", with(json!({"fence": fence}))).await;
    bench.stop().await;
}

#[tokio::test]
async fn all_tasks_of_a_session_can_be_seen_and_none_that_is_open_is_missing_from_the_plan() {
    let bench = Bench::keyless().await;
    let lead = Some("test://lead");
    let session = json!({"session_id": "s", "orchestrator": "test://lead"});
    done(&bench, lead, "create_session", session).await;
    done(&bench, lead, "join_session", json!({"session_id": "s"})).await;
    let ask = json!({"session_id": "s", "delegatee": "test://lead", "task_type": "t"});
    for number in 0..101 {
        let task = done(&bench, lead, "delegate_task", ask.clone()).await["task_id"].clone();
        if number < 99 {
            done(&bench, lead, "fail_task", json!({"task_id": task, "error": "no"})).await;
        } else if number == 99 {
            done(&bench, lead, "claim_task", json!({"task_id": task})).await;
        }
    }
    let first = done(&bench, lead, "get_session", json!({"session_id": "s"})).await;
    assert_eq!(first["tasks"].as_array().unwrap().len(), 100);
    let rest = json!({"session_id": "s", "cursor": first["next_cursor"]});
    let rest = done(&bench, lead, "get_session", rest).await;
    assert_eq!((rest["tasks"].as_array().unwrap().len(), &rest["next_cursor"]), (1, &Value::Null));
    let plan = done(&bench, lead, "read_plan", json!({"session_id": "s"})).await;
    let open: Vec<_> = plan["open_tasks"].as_array().unwrap().iter().map(|task| &task["status"]).collect();
    assert_eq!(open, ["in_progress", "pending"]);
    bench.stop().await;
}

#[tokio::test]
async fn a_key_has_the_rights_that_it_has_elsewhere_and_no_others() {
    let bench = Bench::keyed().await;
    let keyless = bench.as_key(None);
    let response = keyless.post("/mcp", json!({"jsonrpc": "2.0", "id": 1, "method": "tools/list"})).await;
    problem(response, StatusCode::UNAUTHORIZED, "unauthenticated").await;

    let owner = bench.as_role("owner", Role::Client, &[]).await;
    owner.expect(201, Method::POST, "/sessions", Some(tutorial_session("owned"))).await;
    let stranger = bench.as_role("stranger", Role::Agent, &["other://*"]).await;
    let me = Some("other://agent");
    assert_eq!(done(&stranger, me, "list_sessions", json!({})).await["sessions"], json!([]));
    let id = json!({"session_id": "owned"});
    for name in ["get_session", "read_plan", "read_context", "join_session", "end_step", "complete_session"] {
        assert_eq!(refused(&stranger, me, name, id.clone()).await, "session_not_found", "{name}");
    }
    let patch = json!({"session_id": "owned", "patch": {"stolen": true}});
    assert_eq!(refused(&stranger, me, "patch_context", patch).await, "session_not_found");
    let read =
        ask(&stranger, NEWEST, me, "resources/read", json!({"uri": "sessiond://sessions/owned"})).await;
    assert_eq!(read["error"]["data"]["code"], "session_not_found", "{read}");
    let listen = json!({"notifications": {"resourceSubscriptions": ["sessiond://sessions/owned"]}});
    let listened = ask(&stranger, NEWEST, me, "subscriptions/listen", listen).await;
    assert_eq!(listened["error"]["data"]["code"], "session_not_found", "{listened}");
    // Nobody reads an inbox of somebody else's agent, whoever the header says it is.
    let backend = Some("opencode://backend");
    assert_eq!(refused(&stranger, backend, "read_inbox", json!({})).await, "forbidden");
    assert_eq!(refused(&stranger, backend, "wait_for_work", json!({})).await, "forbidden");
    assert_eq!(refused(&owner, backend, "read_inbox", json!({})).await, "forbidden");
    assert_eq!(done(&owner, None, "get_session", id).await["session_id"], "owned");
    bench.stop().await;
}

#[tokio::test]
async fn what_is_wrong_is_told_to_the_model_with_what_to_do() {
    let bench = Bench::keyless().await;
    let call = |name: &'static str, arguments: Value| {
        ask(&bench, NEWEST, None, "tools/call", json!({"name": name, "arguments": arguments}))
    };
    let answer = call("get_session", json!({"session_id": "nothing"})).await;
    let text = answer["result"]["content"][0]["text"].as_str().unwrap();
    assert!(text.starts_with("session_not_found: ") && text.contains("list_sessions"), "{text}");
    let answer = call("claim_task", json!({"task_id": "t", "agent_id": "no-framework"})).await;
    let text = answer["result"]["content"][0]["text"].as_str().unwrap();
    assert!(text.starts_with("invalid_input: ") && text.contains("/agent_id"), "{text}");
    let answer = call("read_inbox", json!({})).await;
    let text = answer["result"]["content"][0]["text"].as_str().unwrap();
    assert!(text.contains("say who you are"), "{text}");
    let answer = call("fly", json!({})).await;
    assert!(answer["error"]["message"].as_str().unwrap().contains("wait_for_work"), "{answer}");
    bench.stop().await;
}

#[tokio::test]
async fn what_is_no_mcp_or_too_large_is_refused_as_elsewhere() {
    let options = sessiond_server::Options { body_bytes: 4096, ..support::options() };
    let bench = Bench::with(options, None).await;
    let patch = json!({"session_id": "s", "patch": {"x": "x".repeat(8192)}});
    let body = json!({"jsonrpc": "2.0", "id": 1, "method": "tools/call",
        "params": {"name": "patch_context", "arguments": patch}});
    let request = bench.request(Method::POST, "/mcp").header("accept", "application/json, text/event-stream");
    problem(request.json(&body).send().await.unwrap(), StatusCode::PAYLOAD_TOO_LARGE, "body_too_large").await;
    let refused = bench.post("/mcp", json!({"jsonrpc": "2.0", "id": 1, "method": "tools/list"})).await;
    let told = problem(refused, StatusCode::BAD_REQUEST, "malformed_request").await;
    assert!(told["detail"].as_str().unwrap().contains("text/event-stream"), "{told}");
    bench.stop().await;
}

#[tokio::test]
async fn schedules_are_kept_by_their_owner_through_tools() {
    let bench = Bench::keyless().await;
    let lead = Some("test://lead");
    let plan = json!({"schedule_id": "nightly", "cron": "0 3 * * *", "time_zone": "Europe/Berlin", "catch_up": "6h",
        "session": {"name": "n", "labels": {"team": "blue"}, "steps": [{"name": "look"}]}});
    let made = done(&bench, lead, "create_schedule", plan.clone()).await;
    assert_eq!((&made["catch_up"], &made["session"]["labels"]), (&json!("6h"), &json!({"team": "blue"})));
    assert_eq!(made["upcoming"].as_array().unwrap().len(), 3);
    assert_eq!(refused(&bench, lead, "create_schedule", plan).await, "schedule_exists");
    let named = json!({"every": "1h", "session": {"session_id": "x"}});
    assert_eq!(refused(&bench, lead, "create_schedule", named).await, "invalid_input");
    let id = || json!({"schedule_id": "nightly"});
    let paused = done(&bench, lead, "pause_schedule", id()).await;
    assert_eq!((&paused["paused"], &paused["next_at"]), (&json!(true), &Value::Null));
    let session = done(&bench, lead, "run_schedule", id()).await;
    assert_eq!((&session["name"], &session["labels"]["schedule"]), (&json!("n"), &json!("nightly")));
    let resumed =
        done(&bench, lead, "pause_schedule", json!({"schedule_id": "nightly", "paused": false})).await;
    assert!(resumed["next_at"].is_string(), "{resumed}");
    let listed = done(&bench, lead, "list_schedules", json!({})).await;
    assert_eq!(listed["schedules"][0]["last"]["session_id"], session["session_id"]);
    assert_eq!(done(&bench, lead, "delete_schedule", id()).await["deleted"], true);
    for name in ["delete_schedule", "pause_schedule", "run_schedule"] {
        assert_eq!(refused(&bench, lead, name, id()).await, "schedule_not_found", "{name}");
    }
    bench.stop().await;
}
