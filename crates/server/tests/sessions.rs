//! Sessions over HTTP, as the tutorial has them and beyond.
#![allow(clippy::unwrap_used)]

mod support;

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use sessiond_core::Role;
use support::{Bench, message, problem, tutorial_session};

const GET: Method = Method::GET;
const POST: Method = Method::POST;
const PUT: Method = Method::PUT;
const PATCH: Method = Method::PATCH;
const DELETE: Method = Method::DELETE;

#[tokio::test]
async fn the_seeds_tutorial_comes_true() {
    let bench = Bench::keyless().await;
    for agent in ["claude-code://orchestrator", "opencode://backend", "codex://frontend", "claude-code://qa"]
    {
        bench.register(agent).await;
    }
    let response = bench.post("/sessions", tutorial_session("sess_tutorial")).await;
    assert_eq!(response.status(), 201);
    assert_eq!(response.headers()["location"], "/sessions/sess_tutorial");
    let tag = response.headers()["etag"].to_str().unwrap().to_owned();
    let session: Value = response.json().await.unwrap();
    assert_eq!(tag, format!("\"{}\"", session["revision"]));
    assert_eq!((&session["kind"], &session["status"]), (&json!("workflow"), &json!("active")));
    assert_eq!(session["participants"][1]["status"], "active");
    assert_eq!(session["workflow"]["current_step"], "design");

    let joined = json!({"agent_id": "opencode://security", "framework": "opencode", "role": "reviewer"});
    bench.expect(201, POST, "/sessions/sess_tutorial/participants", Some(joined)).await;
    let path = "/sessions/sess_tutorial/participants/opencode%3A%2F%2Fsecurity";
    let left = bench.expect(200, DELETE, path, None).await;
    assert_eq!(left["participants"].as_array().unwrap().last().unwrap()["status"], "left");

    let update =
        json!({"current_step": "implementation", "completed_steps": ["design"], "pending_steps": ["review"]});
    let session = bench.expect(200, PUT, "/sessions/sess_tutorial/workflow", Some(update)).await;
    assert_eq!(session["workflow"]["current_step"], "implementation");
    assert_eq!(session["workflow"]["completed_steps"], json!(["design"]));

    let patch = json!({"branch": "feature/notifications", "latestCommit": "abc123"});
    let context = bench.expect(200, PATCH, "/sessions/sess_tutorial/context", Some(patch)).await;
    assert_eq!(
        (&context["project"], &context["branch"]),
        (&json!("feature/notifications"), &json!("feature/notifications"))
    );
    assert_eq!(bench.expect(200, GET, "/sessions/sess_tutorial/context", None).await, context);

    let request = json!({
        "message_id": "task_impl_backend", "timestamp": "2025-02-02T11:00:00Z",
        "sender": {"agent_id": "claude-code://orchestrator", "framework": "claude-code", "session_id": "sess_tutorial"},
        "recipient": {"agent_id": "opencode://backend", "framework": "opencode"},
        "message_type": "task_request", "priority": "high",
        "payload": {"task_type": "implementation", "context": {"component": "notification-service"}},
        "routing": {"timeout": "300s", "retry_policy": {"max_retries": 1, "backoff": "linear"}, "delivery_mode": "async"}
    });
    let sent = bench.expect(200, POST, "/messages/send", Some(request.clone())).await;
    assert_eq!((&sent["success"], &sent["message_id"]), (&json!(true), &json!("task_impl_backend")));
    assert_eq!(sent["status"], "pending");
    let again = bench.expect(200, POST, "/messages/send", Some(request)).await;
    assert_eq!(again, sent, "the same message again is answered as the first time");

    let task = sent["task_id"].as_str().unwrap();
    let task = bench.expect(200, GET, &format!("/tasks/{task}"), None).await;
    assert_eq!((&task["step"], &task["status"]), (&json!("implementation"), &json!("pending")));

    let outcome =
        json!({"summary": "All tasks completed successfully", "artifacts": ["s3://artifacts/build.zip"]});
    let done = bench.expect(200, POST, "/sessions/sess_tutorial/complete", Some(outcome)).await;
    assert_eq!(done["status"], "completed");
    assert_eq!(done["outcome"]["artifacts"], json!(["s3://artifacts/build.zip"]));
    let response = bench.get("/sessions/sess_tutorial/summary").await;
    assert!(response.headers()["content-type"].to_str().unwrap().starts_with("text/markdown"));
    assert!(response.text().await.unwrap().contains("All tasks completed successfully"));

    let ended = bench.post("/sessions/sess_tutorial/terminate", json!({"reason": "timeout"})).await;
    problem(ended, StatusCode::CONFLICT, "session_ended").await;
    bench.stop().await;
}

#[tokio::test]
async fn the_whole_journal_is_exported_imported_and_forked() {
    let bench = Bench::keyless().await;
    bench.expect(201, POST, "/sessions", Some(tutorial_session("original"))).await;
    bench.expect(200, PATCH, "/sessions/original/context", Some(json!({"a": 1}))).await;
    let response = bench.get("/sessions/original/export").await;
    assert_eq!(response.headers()["content-type"], "application/jsonl");
    let lines = response.text().await.unwrap();
    assert!(lines.ends_with('\n') && lines.lines().count() > 2, "{lines}");
    let imported = bench
        .request(POST, "/sessions/import?session_id=copy")
        .header("content-type", "application/jsonl")
        .body(lines.clone())
        .send()
        .await
        .unwrap();
    assert_eq!(imported.status(), 201, "{}", imported.text().await.unwrap());
    assert_eq!(imported.headers()["location"], "/sessions/copy");
    let copy = bench.expect(200, GET, "/sessions/copy", None).await;
    assert_eq!(copy["shared_context"]["a"], 1);

    let forked = bench
        .expect(201, POST, "/sessions/original/fork", Some(json!({"at_revision": 1, "session_id": "f"})))
        .await;
    assert_eq!(forked["forked_from"], json!({"session_id": "original", "revision": 1}));
    bench.expect(201, POST, "/sessions/original/fork", None).await;
    let broken = bench
        .request(POST, "/sessions/import")
        .header("content-type", "application/jsonl")
        .body(lines.replace("\"seq\":2", "\"seq\":7"))
        .send()
        .await
        .unwrap();
    problem(broken, StatusCode::UNPROCESSABLE_ENTITY, "import_invalid").await;

    bench.expect(204, DELETE, "/sessions/copy", None).await;
    problem(bench.get("/sessions/copy").await, StatusCode::NOT_FOUND, "session_not_found").await;
    let counts = bench.expect(200, GET, "/sessions/counts", None).await;
    assert_eq!(counts["total"], 3);
    bench.stop().await;
}

#[tokio::test]
async fn the_same_key_has_one_effect_and_another_request_under_it_is_refused() {
    let bench = Bench::keyless().await;
    let create =
        |body: Value| bench.request(POST, "/sessions").header("idempotency-key", "k1").json(&body).send();
    let first: Value = create(json!({"name": "a"})).await.unwrap().json().await.unwrap();
    let second = create(json!({"name": "a"})).await.unwrap();
    assert_eq!(second.status(), 201);
    let second: Value = second.json().await.unwrap();
    assert_eq!(first["session_id"], second["session_id"]);
    let other = create(json!({"name": "b"})).await.unwrap();
    problem(other, StatusCode::UNPROCESSABLE_ENTITY, "idempotency_mismatch").await;
    assert_eq!(bench.expect(200, GET, "/sessions", None).await["sessions"].as_array().unwrap().len(), 1);
    bench.stop().await;
}

#[tokio::test]
async fn a_change_on_an_old_revision_is_refused() {
    let bench = Bench::keyless().await;
    let session = bench.expect(201, POST, "/sessions", Some(json!({"session_id": "s"}))).await;
    let revision = session["revision"].as_u64().unwrap();
    let put = |tag: String| {
        bench.request(PUT, "/sessions/s/context").header("if-match", tag).json(&json!({})).send()
    };
    let response = put(format!("\"{revision}\"")).await.unwrap();
    assert_eq!(response.status(), 200);
    assert_eq!(response.headers()["etag"].to_str().unwrap(), format!("\"{}\"", revision + 1));
    problem(put(format!("\"{revision}\"")).await.unwrap(), StatusCode::PRECONDITION_FAILED, "revision_stale")
        .await;
    assert_eq!(put("*".to_owned()).await.unwrap().status(), 200);
    problem(put("yesterday".to_owned()).await.unwrap(), StatusCode::UNPROCESSABLE_ENTITY, "invalid_input")
        .await;
    bench.stop().await;
}

#[tokio::test]
async fn leases_are_claimed_renewed_and_released() {
    let bench = Bench::keyless().await;
    bench.expect(201, POST, "/sessions", Some(tutorial_session("s"))).await;
    let path = "/sessions/s/participants/opencode%3A%2F%2Fbackend/lease";
    let lease = bench.expect(200, POST, path, Some(json!({"holder": "host/1", "ttl": "30s"}))).await;
    let held = bench.post(path, json!({"holder": "host/2", "ttl": "30s"})).await;
    problem(held, StatusCode::CONFLICT, "lease_held").await;
    bench.expect(200, PUT, path, Some(json!({"fence": lease["fence"]}))).await;
    let stale = bench.send(PUT, path, json!({"fence": 999})).await;
    problem(stale, StatusCode::CONFLICT, "fence_stale").await;
    let released =
        bench.request(DELETE, path).header("fencing-token", lease["fence"].to_string()).send().await.unwrap();
    assert_eq!(released.status(), 204);
    bench.stop().await;
}

#[tokio::test]
async fn tasks_go_from_delegation_to_their_result() {
    let bench = Bench::keyless().await;
    bench.expect(201, POST, "/sessions", Some(tutorial_session("s"))).await;
    bench.expect(200, POST, "/sessions/s/workflow/advance", None).await;
    let body = json!({"task_type": "implementation", "delegatee": "opencode://backend", "payload": {"x": 1}});
    let response = bench.post("/sessions/s/tasks", body).await;
    assert_eq!(response.status(), 201);
    let location = response.headers()["location"].to_str().unwrap().to_owned();
    let task: Value = response.json().await.unwrap();
    assert_eq!(location, format!("/tasks/{}", task["task_id"].as_str().unwrap()));
    let accepted = bench.expect(200, POST, &format!("{location}/accept"), None).await;
    assert_eq!(accepted["status"], "in_progress");
    bench
        .expect(200, POST, &format!("{location}/progress"), Some(json!({"progress": {"percent": 50}})))
        .await;
    let done =
        bench.expect(200, POST, &format!("{location}/complete"), Some(json!({"result": {"ok": true}}))).await;
    assert_eq!((&done["status"], &done["result"]), (&json!("completed"), &json!({"ok": true})));
    problem(
        bench.post(&format!("{location}/fail"), json!({"error": "late"})).await,
        StatusCode::CONFLICT,
        "task_closed",
    )
    .await;
    for (path, count) in
        [("/sessions/s/tasks", 1), ("/tasks?status=completed", 1), ("/tasks?status=failed", 0)]
    {
        let page = bench.expect(200, GET, path, None).await;
        assert_eq!(page["tasks"].as_array().unwrap().len(), count, "{path}");
    }
    bench.stop().await;
}

#[tokio::test]
async fn agents_poll_their_inboxes_and_acknowledge() {
    let bench = Bench::keyless().await;
    let unknown = message("m0", "a://one", "b://two", "status_update", json!({}));
    bench.register("a://one").await;
    problem(bench.post("/messages/send", unknown).await, StatusCode::NOT_FOUND, "agent_not_found").await;
    bench.register("b://two").await;
    let descriptor = json!({"agent_descriptor": {"agent_id": "b://two", "framework": "b"}});
    assert_eq!(bench.post("/agents/register", descriptor).await.status(), 200, "known already");
    for id in ["m1", "m2"] {
        let sent = message(id, "a://one", "b://two", "status_update", json!({"n": id}));
        bench.expect(200, POST, "/messages/send", Some(sent)).await;
    }
    let page = bench.expect(200, GET, "/agents/b%3A%2F%2Ftwo/inbox?wait=1s", None).await;
    let ids: Vec<_> =
        page["messages"].as_array().unwrap().iter().map(|message| &message["message_id"]).collect();
    assert_eq!(ids, ["m1", "m2"]);
    assert_eq!(page["messages"][0]["attempt"], 1);
    let listed = bench.expect(200, GET, "/messages?recipient=b%3A%2F%2Ftwo", None).await;
    assert_eq!(page["messages"][1]["accepted_at"], listed["messages"][0]["accepted_at"]);
    assert!(page["messages"][1]["accepted_at"].is_string());
    let acked = bench
        .expect(200, POST, "/agents/b%3A%2F%2Ftwo/inbox/ack", Some(json!({"message_ids": ["m1", "m2"]})))
        .await;
    assert_eq!(acked["acknowledged"], 2);
    bench.expect(204, POST, "/agents/b%3A%2F%2Ftwo/heartbeat", Some(json!({"status": "busy"}))).await;
    let agent = bench.expect(200, GET, "/agents/b%3A%2F%2Ftwo", None).await;
    assert_eq!((&agent["status"], &agent["inbox_depth"]), (&json!("busy"), &json!(0)));
    let page = bench.expect(200, GET, "/messages?recipient=b%3A%2F%2Ftwo&state=acknowledged", None).await;
    assert_eq!(page["messages"].as_array().unwrap().len(), 2);
    bench.expect(204, DELETE, "/agents/b%3A%2F%2Ftwo", None).await;
    problem(bench.get("/agents/b%3A%2F%2Ftwo").await, StatusCode::NOT_FOUND, "agent_not_found").await;
    bench.stop().await;
}

#[tokio::test]
async fn telemetry_aggregations_health_and_metrics_answer() {
    let bench = Bench::keyless().await;
    bench.expect(201, POST, "/sessions", Some(tutorial_session("s"))).await;
    let points =
        json!({"points": [{"series": "loss", "step": 1, "value": 0.5}, {"series": "log", "text": "hello"}]});
    bench.expect(204, POST, "/sessions/s/telemetry", Some(points)).await;
    let page = bench.expect(200, GET, "/sessions/s/telemetry?series=loss", None).await;
    assert_eq!(page["points"][0]["value"], 0.5);
    let aggregate = json!({"sessionId": "s", "taskType": "review", "synthesisMethod": "consensus", "agentResults": [
        {"agent_id": "claude-code://qa", "result": {"verdict": "pass"}, "confidence": 0.9},
        {"agent_id": "codex://frontend", "result": {"verdict": "pass"}, "confidence": 0.5},
        {"agent_id": "opencode://backend", "result": {"verdict": "fail"}, "confidence": 0.7}]});
    let one = bench.expect(200, POST, "/aggregations", Some(aggregate)).await;
    assert_eq!(one["unified_result"], json!({"verdict": "pass"}));
    assert_eq!(one["conflicts"].as_array().unwrap().len(), 1);
    assert_eq!(bench.expect(200, GET, "/health", None).await["status"], "ok");
    assert_eq!(bench.expect(200, GET, "/ready", None).await["status"], "ready");
    let metrics = bench.get("/metrics").await.text().await.unwrap();
    assert!(metrics.contains("sessiond_http_requests_total"), "{metrics}");
    assert!(metrics.contains("route=\"/sessions/{session_id}/telemetry\""), "{metrics}");
    bench.stop().await;
}

#[tokio::test]
async fn keys_are_made_shown_once_and_revoked() {
    let bench = Bench::keyed().await;
    let created = bench.expect(201, POST, "/keys", Some(json!({"name": "team", "role": "client"}))).await;
    let secret = created["secret"].as_str().unwrap();
    let team = bench.as_key(Some(secret));
    assert_eq!(team.expect(201, POST, "/sessions", Some(json!({}))).await["owner"], "team");
    let with_header =
        reqwest::Client::new().get(format!("{}/sessions", bench.url)).header("x-agent-api-key", secret);
    assert_eq!(with_header.send().await.unwrap().status(), 200);
    let keys = bench.get("/keys").await.text().await.unwrap();
    assert!(!keys.contains(secret), "a secret is shown once");
    let id = created["key_id"].as_str().unwrap();
    bench.expect(200, DELETE, &format!("/keys/{id}"), None).await;
    problem(team.get("/sessions").await, StatusCode::UNAUTHORIZED, "unauthenticated").await;
    bench.stop().await;
}

#[tokio::test]
async fn documents_are_pages_that_load_nothing_from_elsewhere() {
    let bench = Bench::keyless().await;
    for path in ["/docs", "/docs/errors", "/docs/errors/session_not_found"] {
        let response = bench.get(path).await;
        assert_eq!(response.status(), 200, "{path}");
        assert!(response.headers()["content-type"].to_str().unwrap().starts_with("text/html"));
        let html = response.text().await.unwrap();
        assert!(!html.contains("src=\"http") && !html.contains("<script"), "{path}");
    }
    let reference = bench.get("/docs").await.text().await.unwrap();
    for word in ["/sessions/{session_id}/workflow/advance", "curl -X POST", "x-agent-api-key"] {
        assert!(reference.contains(word), "{word}");
    }
    let document: Value = bench.get("/openapi.json").await.json().await.unwrap();
    assert_eq!(document["openapi"], "3.1.0");
    let picture = bench.get("/docs/images/console-session.png").await;
    assert_eq!(
        (picture.status().as_u16(), &picture.headers()["content-type"]),
        (200, &"image/png".parse().unwrap())
    );
    assert!(picture.bytes().await.unwrap().starts_with(b"\x89PNG"));
    for nothing in ["nothing.png", "..%2Fagents.md", "..%2F..%2FREADME.md"] {
        let path = format!("/docs/images/{nothing}");
        problem(bench.get(&path).await, StatusCode::NOT_FOUND, "not_found").await;
    }
    problem(bench.get("/docs/nothing").await, StatusCode::NOT_FOUND, "not_found").await;
    problem(bench.get("/docs/errors/nothing").await, StatusCode::NOT_FOUND, "not_found").await;
    bench.stop().await;
}

#[tokio::test]
async fn the_first_page_of_sessions_has_those_that_the_caller_may_see_in_numbers() {
    let bench = Bench::keyed().await;
    let empty = bench.expect(200, Method::GET, "/sessions", None).await;
    let none = json!({"total_sessions": 0, "active_sessions": 0, "session_timeout_minutes": null,
        "oldest_session": null, "newest_session": null, "turns": 0, "files_count": 0, "storage_bytes": 0});
    assert_eq!(empty["stats"], none);
    let me = bench.as_role("me", Role::Client, &[]).await;
    let other = bench.as_role("other", Role::Client, &[]).await;
    let mut created = Vec::new();
    for (owner, id) in [(&me, "a"), (&me, "b"), (&other, "c")] {
        let body = json!({"session_id": id, "client_id": "x"});
        let session = owner.expect(201, Method::POST, "/sessions", Some(body)).await;
        created.push(session["created_at"].clone());
        owner
            .expect(201, Method::POST, &format!("/sessions/{id}/turns"), Some(json!({"text": "hello"})))
            .await;
    }
    me.expect(201, Method::POST, "/sessions/a/turns", Some(json!({"text": "again"}))).await;
    me.expect(200, Method::POST, "/sessions/b/complete", None).await;
    let stats = async |caller: &Bench| {
        caller.expect(200, Method::GET, "/sessions?status=failed&limit=1", None).await["stats"].clone()
    };
    let expected = |sessions: u64, active: u64, oldest: &Value, newest: &Value, turns: u64| {
        json!({"total_sessions": sessions, "active_sessions": active, "session_timeout_minutes": null,
            "oldest_session": oldest, "newest_session": newest, "turns": turns,
            "files_count": 0, "storage_bytes": 0})
    };
    assert_eq!(stats(&me).await, expected(2, 1, &created[0], &created[1], 3));
    assert_eq!(stats(&other).await, expected(1, 1, &created[2], &created[2], 1));
    assert_eq!(stats(&bench).await, expected(3, 2, &created[0], &created[2], 4));
    let first = bench.expect(200, Method::GET, "/sessions?limit=2", None).await;
    let cursor = first["next_cursor"].as_str().unwrap();
    let second = bench.expect(200, Method::GET, &format!("/sessions?limit=2&cursor={cursor}"), None).await;
    assert_eq!(second.get("stats"), None);
    me.expect(200, Method::POST, "/sessions/a/clear", None).await;
    me.expect(204, Method::DELETE, "/sessions/b", None).await;
    assert_eq!(stats(&me).await, expected(1, 1, &created[0], &created[0], 0));
    bench.stop().await;
}
