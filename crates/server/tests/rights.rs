//! Every route × {no key, wrong role, another owner's session}.
#![allow(clippy::unwrap_used)]

mod support;

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use sessiond_api::operations::{self, Access, Operation};
use sessiond_core::Role;
use support::{Bench, message, problem, tutorial_session};

/// What belongs to the owner, and what a request to each route could say of it.
struct Owned {
    task: String,
}

impl Owned {
    async fn new(owner: &Bench) -> Self {
        owner.expect(201, Method::POST, "/sessions", Some(tutorial_session("owned"))).await;
        owner.expect(200, Method::POST, "/sessions/owned/workflow/advance", None).await;
        let schedule = json!({"schedule_id": "nightly", "cron": "@daily"});
        owner.expect(201, Method::POST, "/schedules", Some(schedule)).await;
        let task = json!({"task_type": "t", "delegatee": "opencode://backend"});
        let task = owner.expect(201, Method::POST, "/sessions/owned/tasks", Some(task)).await;
        Self { task: task["task_id"].as_str().unwrap().to_owned() }
    }

    fn path(&self, operation: &Operation) -> String {
        let values: Vec<&str> = operation
            .parameters()
            .map(|name| match name {
                "session_id" => "owned",
                "agent_id" => "opencode://backend",
                "task_id" => &self.task,
                "message_id" => "m1",
                "question_id" => "q1",
                "turn_id" => "turn_1",
                "file_id" => "file_0198f3a28c0d7f40a1b2c3d4e5f60718",
                "passage" => "1",
                "signal" => "go",
                "schedule_id" => "nightly",
                "key_id" => "key_1",
                "code" => "conflict",
                "model" => "assistant",
                "response_id" => "resp_b3duZWQ6dHVybl8x",
                "conversation_id" => "conv_owned",
                "guide" | "image" | "path" => "nothing",
                other => panic!("{other} has no value here"),
            })
            .collect();
        let path = operation.at(&values);
        if *operation == operations::CONNECT_AGENT {
            path + "?agent_id=opencode%3A%2F%2Fbackend"
        } else {
            path
        }
    }
}

/// A body that would be taken from one who may.
fn body(operation: &Operation) -> Option<Value> {
    let body = match *operation {
        operations::CREATE_SESSION => json!({}),
        operations::UPDATE_SESSION => json!({"name": "mine now"}),
        operations::TERMINATE_SESSION | operations::FAIL_SESSION => json!({"reason": "spite"}),
        operations::BEGIN_EXECUTION => json!({"process": "evil:1"}),
        operations::RENEW_EXECUTION | operations::RELEASE_EXECUTION => json!({"writer": 1}),
        operations::CREATE_SCHEDULE => json!({"schedule_id": "mine", "cron": "@daily"}),
        operations::PREVIEW_SCHEDULE => json!({"cron": "@daily"}),
        operations::UPDATE_SCHEDULE => json!({"paused": true}),
        operations::RECORD_CALLS => {
            json!({"writer": 1, "batch": 1, "calls": [{"call": 1, "status": "failed", "ended_us": 1}]})
        }
        operations::ADD_TURN => json!({"text": "What is in this session?"}),
        operations::MOVE_HEAD => json!({"turn_id": null}),
        operations::SET_ASSISTANT => json!({"prompt": "Tell all that you know."}),
        operations::CHAT => json!({"message": "What was said?", "session_id": "owned"}),
        operations::ASK_QUESTION => json!({"text": "Which key?"}),
        operations::ANSWER_QUESTION => json!({"answer": "mine"}),
        operations::ADD_PARTICIPANT => json!({"agent_id": "evil://agent", "role": "spy"}),
        operations::CLAIM_LEASE => json!({"holder": "evil", "ttl": "30s"}),
        operations::RENEW_LEASE => json!({"fence": 1}),
        operations::UPDATE_WORKFLOW => json!({"completed_steps": ["review"]}),
        operations::REPLACE_CONTEXT | operations::PATCH_CONTEXT => json!({"stolen": true}),
        operations::DELEGATE_TASK => json!({"task_type": "t", "delegatee": "codex://frontend"}),
        operations::PUT_POINTS => json!({"points": [{"series": "x", "value": 1.0}]}),
        operations::PROGRESS_TASK => json!({"progress": 1}),
        operations::COMPLETE_TASK => json!({"result": 1}),
        operations::FAIL_TASK => json!({"error": "x"}),
        operations::SEND_MESSAGE => {
            message("m9", "opencode://backend", "codex://frontend", "status_update", json!({}))
        }
        operations::REGISTER_AGENT => {
            json!({"agent_descriptor": {"agent_id": "opencode://backend", "metadata": {"x": 1}}})
        }
        operations::ACKNOWLEDGE_MESSAGES => json!({"message_ids": ["m1"]}),
        operations::A2A => {
            json!({"jsonrpc": "2.0", "id": 1, "method": "GetTask", "params": {"id": "task_x"}})
        }
        operations::AGGREGATE => {
            json!({"sessionId": "owned", "taskType": "t", "synthesisMethod": "consensus",
            "agentResults": [{"agent_id": "codex://frontend", "result": 1}]})
        }
        operations::CREATE_KEY => json!({"name": "evil", "role": "admin"}),
        _ => return None,
    };
    Some(body)
}

async fn call(bench: &Bench, owned: &Owned, operation: &Operation) -> reqwest::Response {
    let mut request = bench.request(operation.method.as_str().parse().unwrap(), &owned.path(operation));
    if *operation == operations::IMPORT_SESSION {
        request = request.header("content-type", "application/jsonl").body("{}");
    }
    if *operation == operations::CONNECT_AGENT {
        request = request.header("connection", "upgrade").header("upgrade", "websocket");
        request = request
            .header("sec-websocket-version", "13")
            .header("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ==");
    }
    if let Some(body) = body(operation) {
        request = request.json(&body);
    }
    request.send().await.unwrap()
}

#[tokio::test]
async fn without_a_key_only_public_routes_answer_and_with_a_wrong_one_none() {
    let bench = Bench::keyed().await;
    let owned = Owned::new(&bench).await;
    for key in [None, Some("sk_guessed"), Some("")] {
        let nobody = bench.as_key(key);
        for route in operations::all() {
            let response = call(&nobody, &owned, route).await;
            if route.access == Access::Public && key.is_none() {
                assert_ne!(response.status(), 401, "{route:?}");
            } else {
                assert_eq!(response.status(), 401, "{route:?}");
                assert!(response.headers().contains_key("www-authenticate"), "{route:?}");
                problem(response, StatusCode::UNAUTHORIZED, "unauthenticated").await;
            }
        }
    }
    bench.stop().await;
}

#[tokio::test]
async fn a_key_of_the_wrong_role_is_forbidden() {
    let bench = Bench::keyed().await;
    let owned = Owned::new(&bench).await;
    let client = bench.as_role("client", Role::Client, &[]).await;
    let agent = bench.as_role("agent", Role::Agent, &["*"]).await;
    for route in operations::all() {
        let refused: &[&Bench] = match route.access {
            Access::Public | Access::AnyKey => &[],
            Access::Agents => &[&client],
            Access::Admin => &[&client, &agent],
        };
        for bench in refused {
            let response = call(bench, &owned, route).await;
            assert_eq!(response.status(), 403, "{route:?}");
            problem(response, StatusCode::FORBIDDEN, "forbidden").await;
        }
    }
    bench.stop().await;
}

#[tokio::test]
async fn another_owners_session_is_not_there_and_stays_as_it_is() {
    let bench = Bench::keyed().await;
    for agent in ["opencode://backend", "codex://frontend", "other://agent"] {
        let registration = json!({"agent_descriptor": {"agent_id": agent}, "open_to": ["owner"]});
        bench.expect(201, Method::POST, "/agents/register", Some(registration)).await;
    }
    let owner = bench.as_role("owner", Role::Client, &[]).await;
    let owned = Owned::new(&owner).await;
    let before = owner.expect(200, Method::GET, "/sessions/owned", None).await;
    let other = bench.as_role("other", Role::Client, &[]).await;
    let stranger = bench.as_role("stranger", Role::Agent, &["other://*"]).await;
    for route in operations::all() {
        let expected = match (*route, route.parameters().next()) {
            (operations::GET_AGENT | operations::A2A_CARD, _) => continue,
            // Its answers are the protocol's own: `a2a.rs` tries them.
            (operations::A2A, _) => continue,
            // An agent of somebody else's scope.
            (operations::SEND_MESSAGE | operations::CONNECT_AGENT, _) | (_, Some("agent_id")) => 403,
            (operations::AGGREGATE | operations::CHAT, _)
            | (_, Some("session_id" | "task_id" | "schedule_id")) => 404,
            _ => continue,
        };
        for bench in [&other, &stranger] {
            let response = call(bench, &owned, route).await;
            let status = response.status();
            let text = response.text().await.unwrap();
            assert_eq!(status, expected, "{route:?} as {}: {text}", bench.key().unwrap().len());
            let problem: Value = serde_json::from_str(&text).unwrap();
            let code = problem["code"].as_str().unwrap();
            let fine = if expected == 404 {
                ["session_not_found", "task_not_found", "schedule_not_found"].contains(&code)
            } else {
                code == "forbidden"
            };
            assert!(fine, "{route:?}: {text}");
        }
    }
    for bench in [&other, &stranger] {
        for (path, member) in [("/sessions", "sessions"), ("/tasks", "tasks"), ("/schedules", "schedules")] {
            assert_eq!(bench.expect(200, Method::GET, path, None).await[member], json!([]), "{path}");
        }
    }
    for path in ["/messages", "/messages?recipient=opencode%3A%2F%2Fbackend"] {
        problem(stranger.get(path).await, StatusCode::FORBIDDEN, "forbidden").await;
    }
    let own = stranger.expect(200, Method::GET, "/messages?recipient=other%3A%2F%2Fagent", None).await;
    assert_eq!(own["messages"], json!([]));
    let taken = call(&stranger, &owned, &operations::REGISTER_AGENT).await;
    assert!([403, 409].contains(&taken.status().as_u16()), "{}", taken.status());
    // An id that is taken tells nothing about whose session it is.
    let again = other.post("/sessions", json!({"session_id": "owned"})).await;
    problem(again, StatusCode::CONFLICT, "session_exists").await;
    assert_eq!(owner.expect(200, Method::GET, "/sessions/owned", None).await, before);
    // Those who take part do see it.
    let backend = bench.as_role("backend", Role::Agent, &["opencode://*"]).await;
    assert_eq!(backend.expect(200, Method::GET, "/sessions/owned", None).await["session_id"], "owned");
    let only_owner = backend.post("/sessions/owned/terminate", json!({"reason": "x"})).await;
    problem(only_owner, StatusCode::FORBIDDEN, "forbidden").await;
    bench.stop().await;
}

#[tokio::test]
async fn a_browser_at_another_name_of_a_server_without_keys_gets_a_page_that_says_what_to_do() {
    let bench = Bench::keyless().await;
    let visit = async |host: &str, accept: &str| {
        let request = bench.request(Method::GET, "/console/").header("host", host).header("accept", accept);
        request.send().await.unwrap()
    };
    let html = "text/html,application/xhtml+xml,*/*;q=0.8";
    let refused = visit("box.lan:8080", html).await;
    assert_eq!(refused.status(), StatusCode::FORBIDDEN);
    assert!(refused.headers()["content-type"].to_str().unwrap().starts_with("text/html"));
    let page = refused.text().await.unwrap();
    for part in ["<code>box.lan</code>", "--allow-hosts box.lan", "http://localhost:8080/console/"] {
        assert!(page.contains(part), "{part} is not in {page}");
    }
    let page = visit("<script>.lan", html).await.text().await.unwrap();
    assert!(!page.contains("<script>"), "{page}");
    // A program gets the problem, and so does a page elsewhere.
    problem(visit("box.lan", "*/*").await, StatusCode::FORBIDDEN, "origin_refused").await;
    let elsewhere = bench.request(Method::GET, "/sessions").header("origin", "http://evil.example");
    let elsewhere = elsewhere.header("accept", html).send().await.unwrap();
    problem(elsewhere, StatusCode::FORBIDDEN, "origin_refused").await;
}

#[tokio::test]
async fn a_server_without_keys_answers_to_this_machine_alone() {
    let bench = Bench::keyless().await;
    for route in operations::all() {
        let path = route.path.replace(['{', '}'], "");
        let response = bench
            .request(route.method.as_str().parse().unwrap(), &path)
            .header("host", "evil.example")
            .send()
            .await
            .unwrap();
        problem(response, StatusCode::FORBIDDEN, "origin_refused").await;
        let response = bench
            .request(route.method.as_str().parse().unwrap(), &path)
            .header("origin", "http://evil.example")
            .send()
            .await;
        problem(response.unwrap(), StatusCode::FORBIDDEN, "origin_refused").await;
    }
    let own = bench.request(Method::GET, "/sessions").header("origin", &bench.url).send().await.unwrap();
    assert_eq!(own.status(), 200);
    assert!(own.headers().get("access-control-allow-origin").is_none());
    // The first key ends this: from then on everybody needs one.
    let admin = bench.as_role("admin", Role::Admin, &[]).await;
    problem(bench.get("/sessions").await, StatusCode::UNAUTHORIZED, "unauthenticated").await;
    assert_eq!(admin.get("/sessions").await.status(), 200);
    bench.stop().await;
}

#[tokio::test]
async fn a_second_key_of_one_scope_cannot_take_an_agent_over() {
    let bench = Bench::keyed().await;
    let first = bench.as_role("first", Role::Agent, &["pair://*"]).await;
    let second = bench.as_role("second", Role::Agent, &["pair://*"]).await;
    let agent = "/agents/pair%3A%2F%2Fa";
    let descriptor = |by: &str| json!({"agent_descriptor": {"agent_id": "pair://a", "metadata": {"by": by}}});
    first.expect(201, Method::POST, "/agents/register", Some(descriptor("first"))).await;
    let taken = second.post("/agents/register", descriptor("second")).await;
    problem(taken, StatusCode::CONFLICT, "agent_exists").await;
    let deleted = second.request(Method::DELETE, agent).send().await.unwrap();
    problem(deleted, StatusCode::CONFLICT, "agent_exists").await;
    let present = second.expect(200, Method::GET, agent, None).await;
    assert_eq!(
        (&present["owner"], &present["descriptor"]["metadata"]["by"]),
        (&json!("first"), &json!("first"))
    );
    first.expect(204, Method::DELETE, agent, None).await;
    // Of two who find it free at once, one gets it.
    for _ in 0..20 {
        let (one, two) = tokio::join!(
            first.post("/agents/register", descriptor("first")),
            second.post("/agents/register", descriptor("second"))
        );
        let mut statuses = [one.status().as_u16(), two.status().as_u16()];
        statuses.sort_unstable();
        assert_eq!(statuses, [201, 409]);
        bench.expect(204, Method::DELETE, agent, None).await;
    }
    bench.stop().await;
}

#[tokio::test]
async fn where_an_agent_listens_is_told_to_who_may_act_as_it() {
    let bench = Bench::keyed().await;
    let url = "http://127.0.0.1:9/inbox?token=secret";
    let descriptor = json!({"agent_descriptor": {
        "agent_id": "hook://a", "endpoints": {"http": url}, "capabilities": {"tools": ["x"]}
    }});
    let own = bench.as_role("own", Role::Agent, &["hook://*"]).await;
    own.expect(201, Method::POST, "/agents/register", Some(descriptor)).await;
    for may in [&own, &bench] {
        let agent = may.expect(200, Method::GET, "/agents/hook%3A%2F%2Fa", None).await;
        assert_eq!(agent["descriptor"]["endpoints"]["http"], url);
    }
    let client = bench.as_role("client", Role::Client, &[]).await;
    let stranger = bench.as_role("stranger", Role::Agent, &["other://*"]).await;
    for may_not in [&client, &stranger] {
        let agent = may_not.expect(200, Method::GET, "/agents/hook%3A%2F%2Fa", None).await;
        assert_eq!(agent["descriptor"]["capabilities"]["tools"], json!(["x"]));
        for path in ["/agents", "/agents/hook%3A%2F%2Fa"] {
            let text = may_not.get(path).await.text().await.unwrap();
            assert!(!text.contains("token=secret"), "{path}: {text}");
        }
    }
    bench.stop().await;
}

#[tokio::test]
async fn a_clients_key_sees_nothing_by_agents() {
    let bench = Bench::keyed().await;
    let patterned = json!({"name": "client", "role": "client", "agents": ["opencode://*"]});
    let refused = bench.post("/keys", patterned).await;
    let refused = problem(refused, StatusCode::UNPROCESSABLE_ENTITY, "invalid_input").await;
    assert_eq!(refused["errors"][0]["pointer"], "/agents");
    let reserved = bench.post("/keys", json!({"name": "local", "role": "client"})).await;
    let reserved = problem(reserved, StatusCode::UNPROCESSABLE_ENTITY, "invalid_input").await;
    assert_eq!(reserved["errors"][0]["pointer"], "/name");
    // One that was made before they were refused.
    bench.expect(201, Method::POST, "/sessions", Some(tutorial_session("s"))).await;
    let client = bench.as_role("client", Role::Client, &["opencode://*"]).await;
    problem(client.get("/sessions/s").await, StatusCode::NOT_FOUND, "session_not_found").await;
    assert_eq!(client.expect(200, Method::GET, "/sessions", None).await["sessions"], json!([]));
    assert_eq!(client.expect(200, Method::GET, "/tasks", None).await["tasks"], json!([]));
    bench.stop().await;
}

#[tokio::test]
async fn a_holder_that_was_fenced_out_writes_no_telemetry() {
    let bench = Bench::keyed().await;
    bench.expect(201, Method::POST, "/sessions", Some(tutorial_session("s"))).await;
    let agent = bench.as_role("agent", Role::Agent, &["opencode://*"]).await;
    let lease = "/sessions/s/participants/opencode%3A%2F%2Fbackend/lease";
    let claim = json!({"holder": "one", "ttl": "30s"});
    let old = agent.expect(200, Method::POST, lease, Some(claim.clone())).await["fence"].clone();
    let new = agent.expect(200, Method::POST, lease, Some(claim)).await["fence"].clone();
    let write = async |fence: Option<&Value>| {
        let mut request = agent.request(Method::POST, "/sessions/s/telemetry");
        if let Some(fence) = fence {
            request = request.header("fencing-token", fence.to_string());
        }
        request.json(&json!({"points": [{"series": "x", "value": 1.0}]})).send().await.unwrap()
    };
    problem(write(Some(&old)).await, StatusCode::CONFLICT, "fence_stale").await;
    problem(write(None).await, StatusCode::CONFLICT, "fence_stale").await;
    assert_eq!(write(Some(&new)).await.status(), 204);
    let kept = agent.expect(200, Method::GET, "/sessions/s/telemetry", None).await;
    assert_eq!(kept["points"].as_array().unwrap().len(), 1, "{kept}");
    bench.stop().await;
}

#[tokio::test]
async fn who_left_a_session_sees_no_more_of_it() {
    let bench = Bench::keyed().await;
    bench
        .expect(
            201,
            Method::POST,
            "/sessions",
            Some(json!({
                "session_id": "s", "participants": [{"agent_id": "a://leaver", "role": "x"}]
            })),
        )
        .await;
    let leaver = bench.as_role("leaver", Role::Agent, &["a://*"]).await;
    let mut stream = leaver
        .request(Method::GET, "/sessions/s/events?after=0")
        .header("accept", "text/event-stream")
        .send()
        .await
        .unwrap();
    assert_eq!(stream.status(), 200);
    bench.expect(200, Method::DELETE, "/sessions/s/participants/a%3A%2F%2Fleaver", None).await;
    problem(leaver.get("/sessions/s").await, StatusCode::NOT_FOUND, "session_not_found").await;
    let ended = async { while let Ok(Some(_)) = stream.chunk().await {} };
    tokio::time::timeout(std::time::Duration::from_secs(10), ended).await.expect("the stream ends");
    bench.stop().await;
}

#[tokio::test]
async fn a_repeat_does_not_show_a_session_made_anew_by_another() {
    let bench = Bench::keyed().await;
    let first = bench.as_role("first", Role::Client, &[]).await;
    let second = bench.as_role("second", Role::Client, &[]).await;
    let create = async |bench: &Bench, name: &str| {
        let request = bench.request(Method::POST, "/sessions").header("idempotency-key", "k");
        request.json(&json!({"session_id": "s", "name": name})).send().await.unwrap()
    };
    assert_eq!(create(&first, "first's").await.status(), 201);
    first.expect(204, Method::DELETE, "/sessions/s", None).await;
    assert_eq!(create(&second, "second's").await.status(), 201);
    let repeat = create(&first, "first's").await;
    let status = repeat.status();
    let text = repeat.text().await.unwrap();
    assert!(status.is_client_error() && !text.contains("second"), "{status}: {text}");
    bench.stop().await;
}

#[tokio::test]
async fn a_link_from_elsewhere_takes_nothing_out_of_an_inbox() {
    let bench = Bench::keyless().await;
    for agent in ["a://from", "a://to"] {
        bench.register(agent).await;
    }
    let sent = message("m1", "a://from", "a://to", "status_update", json!({}));
    bench.expect(200, Method::POST, "/messages/send", Some(sent)).await;
    let inbox = "/agents/a%3A%2F%2Fto/inbox";
    let from = |path: &str, site: &'static str| {
        let request = bench.request(Method::GET, path).header("sec-fetch-mode", "navigate");
        request.header("sec-fetch-site", site).send()
    };
    for site in ["cross-site", "same-site"] {
        problem(from(inbox, site).await.unwrap(), StatusCode::FORBIDDEN, "origin_refused").await;
        for page in ["/", "/docs", "/health"] {
            assert!(!from(page, site).await.unwrap().status().is_client_error(), "{page}");
        }
    }
    for site in ["same-origin", "none"] {
        assert_eq!(from("/sessions", site).await.unwrap().status(), 200, "{site}");
    }
    let inbox = bench.expect(200, Method::GET, inbox, None).await;
    assert_eq!(inbox["messages"][0]["attempt"], 1, "{inbox}");
    bench.stop().await;
}

#[tokio::test]
async fn everybody_with_a_key_is_told_who_they_are() {
    let bench = Bench::keyed().await;
    let whoami = async |bench: &Bench| bench.expect(200, Method::GET, "/whoami", None).await;
    let configured = json!({"name": "admin", "role": "admin", "agents": ["*"], "keyless": false});
    assert_eq!(whoami(&bench).await, configured);
    let agent = bench.as_role("backend", Role::Agent, &["opencode://*", "codex://one"]).await;
    let scope = json!(["opencode://*", "codex://one"]);
    assert_eq!(
        whoami(&agent).await,
        json!({"name": "backend", "role": "agent", "agents": scope, "keyless": false})
    );
    // A client acts as nobody, whatever its key had from former times.
    let client = bench.as_role("team", Role::Client, &["opencode://*"]).await;
    assert_eq!(
        whoami(&client).await,
        json!({"name": "team", "role": "client", "agents": [], "keyless": false})
    );
    bench.stop().await;
    let bench = Bench::keyless().await;
    let local = json!({"name": "local", "role": "admin", "agents": ["*"], "keyless": true});
    assert_eq!(whoami(&bench).await, local);
    bench.stop().await;
}

#[tokio::test]
async fn another_teams_agent_is_enlisted_and_written_to_with_its_consent_alone() {
    let bench = Bench::keyed().await;
    let team = bench.as_role("team", Role::Agent, &["a://*"]).await;
    let app = bench.as_role("app", Role::Client, &[]).await;
    let other = bench.as_role("other", Role::Agent, &["b://*"]).await;
    let registration =
        |name: &str, open_to: Value| json!({"agent_descriptor": {"agent_id": name}, "open_to": open_to});
    team.expect(201, Method::POST, "/agents/register", Some(registration("a://one", json!([])))).await;
    team.expect(201, Method::POST, "/agents/register", Some(registration("a://open", json!(["app"])))).await;
    other.expect(201, Method::POST, "/agents/register", Some(registration("b://one", json!([])))).await;

    let with = |id: &str, agent: &str| json!({"session_id": id, "participants": [{"agent_id": agent, "role": "worker"}]});
    let forbidden = async |response: reqwest::Response| {
        problem(response, StatusCode::FORBIDDEN, "forbidden").await;
    };
    forbidden(app.post("/sessions", with("s", "a://one")).await).await;
    forbidden(app.post("/sessions", json!({"session_id": "s", "orchestrator": "a://one"})).await).await;
    forbidden(other.post("/sessions", with("s", "a://open")).await).await;
    app.expect(201, Method::POST, "/sessions", Some(with("s", "a://open"))).await;
    app.expect(201, Method::POST, "/sessions", Some(with("free", "a://unregistered"))).await;
    let join = json!({"agent_id": "a://one", "role": "worker"});
    forbidden(app.post("/sessions/s/participants", join.clone()).await).await;
    problem(other.post("/sessions/s/participants", join).await, StatusCode::NOT_FOUND, "session_not_found")
        .await;
    // Who may not create such a session may not import it.
    team.expect(201, Method::POST, "/sessions", Some(with("own", "a://one"))).await;
    let exported = team.get("/sessions/own/export").await.text().await.unwrap();
    let import = app.request(Method::POST, "/sessions/import?session_id=copy");
    let import = import.header("content-type", "application/jsonl").body(exported).send().await.unwrap();
    forbidden(import).await;

    let chat = |id: &str, from: &str, to: &str| message(id, from, to, "status_update", json!({}));
    forbidden(other.post("/messages/send", chat("m1", "b://one", "a://one")).await).await;
    team.expect(200, Method::POST, "/messages/send", Some(chat("m1", "a://one", "a://open"))).await;
    // They meet in a session, or one of them asked.
    let mut both = with("meeting", "b://one");
    both["participants"].as_array_mut().unwrap().push(json!({"agent_id": "a://one", "role": "worker"}));
    bench.expect(201, Method::POST, "/sessions", Some(both)).await;
    other.expect(200, Method::POST, "/messages/send", Some(chat("m2", "b://one", "a://one"))).await;
    bench.expect(204, Method::DELETE, "/sessions/meeting", None).await;
    forbidden(other.post("/messages/send", chat("m3", "b://one", "a://one")).await).await;
    bench.expect(200, Method::POST, "/messages/send", Some(chat("m4", "a://one", "b://one"))).await;
    let mut reply = chat("m5", "b://one", "a://one");
    reply["in_reply_to"] = json!("m4");
    other.expect(200, Method::POST, "/messages/send", Some(reply)).await;
    bench.stop().await;
}
