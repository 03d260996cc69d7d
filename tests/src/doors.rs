//! The conformance suite of the two clients: what holds for one must hold for the other.
//!
//! Each case is a function that takes a client on an empty store; `tests/doors.rs` runs all of them through both, and
//! those of `executions.rs`.

use std::time::Duration;

use futures_util::StreamExt;
use serde_json::{Value, json};
use sessiond_api::{self as api, Code, Problem};
use sessiond_client::{Client, Conditions, Import, WatchItem};
use sessiond_core::{AgentId, SessionId, Span, Status, TaskStatus};

/// The members of a request, written as JSON.
pub fn request<T: serde::de::DeserializeOwned>(json: Value) -> T {
    api::from_value(json).expect("the request is valid")
}

/// An agent's id.
pub fn agent(id: &str) -> AgentId {
    AgentId::parse(id).expect("the id is valid")
}

fn session_id(id: &str) -> SessionId {
    SessionId::parse(id).expect("the id is valid")
}

/// The session of seed 003's tutorial.
pub fn tutorial() -> api::CreateSession {
    request(json!({
        "orchestrator": "claude-code://orchestrator",
        "participants": [
            { "agent_id": "opencode://backend", "role": "implementer" },
            { "agent_id": "codex://frontend", "role": "implementer" },
            { "agent_id": "claude-code://qa", "role": "reviewer" }
        ],
        "workflow": [
            { "name": "design", "required_agents": ["claude-code://orchestrator"] },
            { "name": "implementation", "required_agents": ["opencode://backend", "codex://frontend"] },
            { "name": "review", "required_agents": ["claude-code://qa"] }
        ],
        "shared_context": { "project": "feature/notifications", "requirements": ["real-time updates", "audit logs"] }
    }))
}

pub(crate) fn code<T: std::fmt::Debug>(result: Result<T, Problem>) -> Code {
    result.expect_err("it is refused").code
}

async fn register(client: &Client, id: &str) {
    client
        .register_agent(request(json!({ "agent_descriptor": { "agent_id": id, "framework": "test" } })))
        .await
        .expect("the agent registers");
}

fn task_request(session: &SessionId, message_id: &str, to: &str) -> api::Message {
    request(json!({
        "message_id": message_id,
        "timestamp": "2025-02-02T11:00:00Z",
        "sender": { "agent_id": "claude-code://orchestrator", "framework": "claude-code", "session_id": session },
        "recipient": { "agent_id": to, "framework": "opencode" },
        "message_type": "task_request",
        "priority": "high",
        "payload": { "task_type": "implementation", "context": { "component": "notification-service" } },
        "routing": {
            "timeout": "300s",
            "retry_policy": { "max_retries": 1, "backoff": "linear" },
            "delivery_mode": "async"
        }
    }))
}

/// The tutorial of seed 003 comes true, step by step.
pub async fn the_tutorial_works(client: Client) {
    let created = client.create_session(tutorial(), Conditions::default()).await.expect("it is created");
    let id = &created.session_id;
    let workflow = created.workflow.as_ref().expect("it has a workflow");
    assert_eq!(workflow.current_step.as_deref(), Some("design"));
    assert_eq!(workflow.pending_steps, ["implementation", "review"]);
    assert_eq!(created.participants.len(), 4, "the orchestrator takes part");
    assert!(created.participants.iter().all(|p| p.status == sessiond_core::ParticipantStatus::Active));

    let security = json!({ "agent_id": "opencode://security", "framework": "opencode", "role": "reviewer" });
    client.add_participant(id, request(security.clone()), Conditions::default()).await.expect("it joins");
    let again = client.add_participant(id, request(security), Conditions::default()).await;
    assert_eq!(code(again), Code::ParticipantExists);

    let update = json!({ "current_step": "implementation", "completed_steps": ["design"], "pending_steps": ["review"] });
    let session =
        client.update_workflow(id, request(update), Conditions::default()).await.expect("it is updated");
    assert_eq!(session.workflow.expect("it stays").current_step.as_deref(), Some("implementation"));

    let context = client.context(id).await.expect("it is read");
    let mut document = Value::clone(&context.document);
    document["branch"] = json!("feature/notifications");
    document["latestCommit"] = json!("abc123");
    let replaced = client
        .replace_context(id, document, Conditions::expecting(context.revision))
        .await
        .expect("it is replaced");
    assert_eq!(replaced.document["project"], "feature/notifications");
    let stale = client.replace_context(id, json!({}), Conditions::expecting(context.revision)).await;
    assert_eq!(code(stale), Code::RevisionStale);

    let request_of = |id: &SessionId| task_request(id, "task_impl_backend", "opencode://backend");
    let sent = client.send_message(request_of(id), Conditions::default()).await.expect("it is sent");
    assert!(sent.success);
    assert_eq!(sent.message_id, "task_impl_backend");
    assert_eq!(sent.status, "pending");
    let task_id = sent.task_id.clone().expect("it made a task");
    let again =
        client.send_message(request_of(id), Conditions::default()).await.expect("the same again is answered");
    assert_eq!(again, sent, "the same message again returns the first answer");

    let task = client.task(&task_id).await.expect("it is found");
    assert_eq!(
        task.step.as_deref(),
        Some("implementation"),
        "it is tied to the step that waits for the agent"
    );
    assert_eq!(task.timeout, Span::from_secs(300));

    register(&client, "opencode://backend").await;
    let backend = agent("opencode://backend");
    let inbox = client.receive(&backend, request(json!({ "limit": 5 }))).await.expect("it is read");
    assert_eq!(inbox.messages.len(), 1);
    assert_eq!(inbox.messages[0].attempt, 1);
    assert_eq!(inbox.messages[0].message.message_id, "task_impl_backend");
    assert_eq!(inbox.messages[0].message.metadata["task_id"], json!(task_id));

    let response = json!({
        "message_id": "resp_1",
        "timestamp": "2025-02-02T11:05:00Z",
        "sender": { "agent_id": "opencode://backend", "session_id": id },
        "recipient": { "agent_id": "claude-code://orchestrator" },
        "message_type": "task_response",
        "payload": { "result": { "files": 3 } },
        "in_reply_to": "task_impl_backend"
    });
    let answered = client.send_message(request(response), Conditions::default()).await.expect("it is sent");
    assert_eq!(answered.task_id.as_ref(), Some(&task_id), "the reply correlates with its task");
    assert_eq!(client.task(&task_id).await.expect("it is found").status, TaskStatus::Completed);
    let acked =
        client.ack(&backend, request(json!({ "message_ids": ["task_impl_backend"] }))).await.expect("acked");
    assert!(acked.acknowledged <= 1);

    let done =
        json!({ "summary": "All tasks completed successfully", "artifacts": ["s3://artifacts/build.zip"] });
    let session =
        client.complete_session(id, request(done), Conditions::default()).await.expect("it completes");
    assert_eq!(session.status, Status::Completed);
    assert_eq!(session.outcome.expect("it has one").artifacts, ["s3://artifacts/build.zip"]);
    let late =
        client.terminate_session(id, request(json!({ "reason": "timeout" })), Conditions::default()).await;
    assert_eq!(code(late), Code::SessionEnded);
    let summary = client.summary(id).await.expect("it is written");
    assert!(summary.contains("All tasks completed successfully"), "{summary}");
}

/// A step completes when its required agents have, and what depends on it starts by itself.
pub async fn a_plan_runs_by_itself(client: Client) {
    let work = json!({ "task_type": "work", "timeout": "5m" });
    let created: api::CreateSession = request(json!({
        "session_id": "plan",
        "participants": [{ "agent_id": "a://1", "role": "worker" }, { "agent_id": "a://2", "role": "worker" }],
        "workflow": [
            { "name": "first", "required_agents": ["a://1"], "task": work },
            { "name": "left", "required_agents": ["a://1"], "dependencies": ["first"], "task": work },
            { "name": "right", "required_agents": ["a://2"], "dependencies": ["first"], "task": work },
            { "name": "last", "required_agents": ["a://1", "a://2"], "dependencies": ["left", "right"], "task": work }
        ]
    }));
    client.create_session(created, Conditions::default()).await.expect("it is created");
    let id = session_id("plan");
    let mut order = Vec::new();
    loop {
        let open = client
            .session_tasks(&id, request(json!({ "status": "pending" })))
            .await
            .expect("tasks are listed");
        let Some(task) = open.tasks.first() else { break };
        order.push(task.step.clone().expect("it has a step"));
        let by = json!({ "agent_id": task.assignee, "attempt": task.attempt });
        client
            .accept_task(&task.task_id, request(by.clone()), Conditions::default())
            .await
            .expect("it is accepted");
        let result = json!({ "result": { "step": task.step }, "agent_id": task.assignee, "attempt": 1 });
        let done = client
            .complete_task(&task.task_id, request(result), Conditions::default())
            .await
            .expect("it is done");
        assert_eq!(done.status, TaskStatus::Completed);
        let again = client.accept_task(&task.task_id, request(by), Conditions::default()).await;
        assert_eq!(code(again), Code::TaskClosed);
    }
    assert_eq!(order, ["first", "left", "right", "last", "last"]);
    let session = client.session(&id).await.expect("it is read");
    let workflow = session.workflow.expect("it has one");
    assert_eq!(workflow.completed_steps, ["first", "left", "right", "last"]);
    assert_eq!((workflow.current_step, session.open_tasks, session.total_tasks), (None, 0, 5));
    let row = client.sessions(request(json!({}))).await.expect("they are listed").sessions.remove(0);
    assert_eq!((row.completed_steps, row.total_steps, row.open_tasks, row.total_tasks), (4, 4, 0, 5));
    let progress = row.progress.expect("it has a plan");
    assert_eq!(
        (progress.unit.as_str(), progress.done, progress.total, progress.failed),
        ("steps", 4, Some(4), 0)
    );
}

/// The same request with the same key has one effect and one answer; another request under it is refused.
pub async fn a_key_makes_a_request_idempotent(client: Client) {
    let first = client.create_session(tutorial(), Conditions::once("k1")).await.expect("it is created");
    let again = client.create_session(tutorial(), Conditions::once("k1")).await.expect("it is answered");
    assert_eq!(first, again);
    assert_eq!(client.sessions(request(json!({}))).await.expect("they are listed").sessions.len(), 1);
    let other = client.create_session(api::CreateSession::default(), Conditions::once("k1")).await;
    assert_eq!(code(other), Code::IdempotencyMismatch);

    let id = &first.session_id;
    let done =
        client.complete_session(id, request(json!({})), Conditions::once("k2")).await.expect("it completes");
    let again = client
        .complete_session(id, request(json!({})), Conditions::once("k2"))
        .await
        .expect("it is answered");
    assert_eq!(done, again, "also when the session would refuse it by now");
    assert_eq!(
        code(client.complete_session(id, request(json!({})), Conditions::default()).await),
        Code::SessionEnded
    );
}

/// A watcher sees a snapshot, then every event once and in order, and the end.
pub async fn a_watch_misses_nothing(client: Client) {
    let created = client.create_session(tutorial(), Conditions::default()).await.expect("it is created");
    let id = created.session_id.clone();
    let mut watch = client.watch(&id, None).await.expect("it is watched");
    let Some(Ok(WatchItem::Snapshot(snapshot))) = watch.next().await else {
        panic!("a snapshot comes first")
    };
    assert_eq!(snapshot.revision, created.revision);
    let mut from_start = client.watch(&id, Some(0)).await.expect("it is watched from the beginning");
    for i in 0..50 {
        client.patch_context(&id, json!({ "i": i }), Conditions::default()).await.expect("it is patched");
    }
    client.complete_session(&id, request(json!({})), Conditions::default()).await.expect("it completes");
    let last = client.session(&id).await.expect("it is read").revision;
    for (watch, after) in [(&mut watch, created.revision), (&mut from_start, 0)] {
        let mut seen = after;
        while let Some(item) = watch.next().await {
            let WatchItem::Event(event) = item.expect("nothing fails") else { panic!("only events follow") };
            assert_eq!(event.seq, seen + 1, "no gap and no repeat");
            seen = event.seq;
        }
        assert_eq!(seen, last, "the watch ends after the last event");
    }
}

/// Events are read in pages; their numbers have no gaps.
pub async fn events_come_in_pages(client: Client) {
    let created = client.create_session(tutorial(), Conditions::default()).await.expect("it is created");
    let id = created.session_id;
    let mut after = Some(0);
    let mut numbers = Vec::new();
    while let Some(cursor) = after {
        let page =
            client.events(&id, request(json!({ "after": cursor, "limit": 2 }))).await.expect("it is read");
        numbers.extend(page.events.iter().map(|event| event.seq));
        after = page.next_cursor;
    }
    assert_eq!(numbers, (1..=created.revision).collect::<Vec<_>>());
}

/// Messages outside a session: an unknown recipient, redelivery order, acknowledgement, duplicates.
pub async fn messages_wait_until_acknowledged(client: Client) {
    let message = |id: &str, priority: &str| -> api::Message {
        request(json!({
            "message_id": id, "timestamp": "2025-02-02T11:00:00Z",
            "sender": { "agent_id": "a://sender" }, "recipient": { "agent_id": "a://reader" },
            "message_type": "status_update", "priority": priority, "payload": { "n": id }
        }))
    };
    assert_eq!(
        code(client.send_message(message("m0", "low"), Conditions::default()).await),
        Code::AgentNotFound
    );
    register(&client, "a://reader").await;
    for (id, priority) in [("m1", "low"), ("m2", "medium"), ("m3", "medium")] {
        let sent =
            client.send_message(message(id, priority), Conditions::default()).await.expect("it is sent");
        assert_eq!((sent.task_id, sent.status.as_str()), (None, "queued"));
    }
    let same =
        client.send_message(message("m3", "medium"), Conditions::default()).await.expect("it is answered");
    assert!(same.success);
    assert_eq!(
        code(client.send_message(message("m3", "critical"), Conditions::default()).await),
        Code::IdempotencyMismatch
    );
    let reader = agent("a://reader");
    let taken = client.receive(&reader, request(json!({ "limit": 10 }))).await.expect("it is read");
    let order: Vec<_> = taken.messages.iter().map(|m| m.message.message_id.to_string()).collect();
    assert_eq!(order, ["m1", "m2", "m3"], "the order of one sender holds, whatever the priorities");
    let empty = client.receive(&reader, request(json!({}))).await.expect("it is read");
    assert!(empty.messages.is_empty(), "what is being worked on is not delivered again at once");
    let ids = json!({ "message_ids": ["m1", "m2", "unknown"] });
    assert_eq!(client.ack(&reader, request(ids.clone())).await.expect("acked").acknowledged, 2);
    assert_eq!(client.ack(&reader, request(ids)).await.expect("acked").acknowledged, 0);
    assert_eq!(client.agent(&reader).await.expect("it is known").inbox_depth, 1);
}

/// A long poll returns as soon as a message comes.
pub async fn a_long_poll_wakes_up(client: Client) {
    register(&client, "a://reader").await;
    let waiting = {
        let client = client.clone();
        tokio::spawn(
            async move { client.receive(&agent("a://reader"), request(json!({ "wait": "20s" }))).await },
        )
    };
    tokio::time::sleep(Duration::from_millis(100)).await;
    let message = json!({
        "message_id": "m1", "timestamp": "2025-02-02T11:00:00Z",
        "sender": { "agent_id": "a://sender" }, "recipient": { "agent_id": "a://reader" },
        "message_type": "status_update"
    });
    client.send_message(request(message), Conditions::default()).await.expect("it is sent");
    let woken = tokio::time::timeout(Duration::from_secs(10), waiting).await.expect("it wakes up");
    assert_eq!(woken.expect("no panic").expect("it is read").messages.len(), 1);
}

/// A synchronous request holds its answer until the response.
pub async fn a_synchronous_request_waits_for_its_response(client: Client) {
    let created = client.create_session(tutorial(), Conditions::default()).await.expect("it is created");
    let id = created.session_id;
    register(&client, "claude-code://qa").await;
    let worker = {
        let client = client.clone();
        tokio::spawn(async move {
            let qa = agent("claude-code://qa");
            let inbox = client.receive(&qa, request(json!({ "wait": "20s" }))).await.expect("it is read");
            let task: String =
                inbox.messages[0].message.metadata["task_id"].as_str().expect("a task").to_owned();
            let task = sessiond_core::TaskId::parse(task).expect("an id");
            let result = request(json!({ "result": "fine", "agent_id": qa }));
            client.complete_task(&task, result, Conditions::default()).await.expect("it is done");
        })
    };
    let mut message = task_request(&id, "sync_1", "claude-code://qa");
    message.routing.delivery_mode = sessiond_core::DeliveryMode::Sync;
    let sent = client.send_message(message, Conditions::default()).await.expect("it is answered");
    assert_eq!((sent.status.as_str(), sent.response), ("completed", Some(json!("fine"))));
    worker.await.expect("the worker works");
    let mut message = task_request(&id, "sync_2", "claude-code://qa");
    message.routing.delivery_mode = sessiond_core::DeliveryMode::Sync;
    message.routing.timeout = Some(Span::from_millis(300));
    message.routing.retry_policy = None;
    let late = client.send_message(message, Conditions::default()).await;
    match late {
        Ok(sent) => assert_eq!(sent.status, "timeout"),
        Err(problem) => assert_eq!(problem.code, Code::ResponseTimeout),
    }
}

/// A lease makes its holder the only writer; after it has passed on, the old token is refused.
pub async fn a_lease_fences_writers(client: Client) {
    let created = client.create_session(tutorial(), Conditions::default()).await.expect("it is created");
    let id = created.session_id;
    let backend = agent("opencode://backend");
    let claim = |holder: &str| request::<api::ClaimLease>(json!({ "holder": holder, "ttl": "400ms" }));
    let lease =
        client.claim_lease(&id, &backend, claim("one"), Conditions::default()).await.expect("it is given");
    assert_eq!(
        code(client.claim_lease(&id, &backend, claim("two"), Conditions::default()).await),
        Code::LeaseHeld
    );
    let with = |fence| Conditions {
        fence: Some(fence),
        agent: Some(agent("opencode://backend")),
        ..Conditions::default()
    };
    client.patch_context(&id, json!({ "a": 1 }), with(lease.fence)).await.expect("the holder writes");
    let renewed = client.renew_lease(&id, &backend, request(json!({ "fence": lease.fence }))).await;
    assert!(renewed.expect("it is renewed").expires_at >= lease.expires_at);
    tokio::time::sleep(Duration::from_millis(1500)).await;
    let dead = client.patch_context(&id, json!({ "a": 2 }), with(lease.fence)).await;
    assert_eq!(code(dead), Code::FenceStale, "who was declared dead cannot write");
    let stale = client.renew_lease(&id, &backend, request(json!({ "fence": lease.fence }))).await;
    assert_eq!(code(stale), Code::FenceStale);
    let next =
        client.claim_lease(&id, &backend, claim("two"), Conditions::default()).await.expect("it is given");
    assert!(next.fence > lease.fence);
    client.release_lease(&id, &backend, with(next.fence)).await.expect("it is given back");
}

/// A task that takes too long is tried again, then goes to the fallback agent.
pub async fn a_late_task_goes_to_the_fallback(client: Client) {
    let created = client.create_session(tutorial(), Conditions::default()).await.expect("it is created");
    let id = created.session_id;
    let task: api::DelegateTask = request(json!({
        "task_type": "x", "delegatee": "opencode://backend", "timeout": "200ms",
        "retry_policy": { "max_retries": 1, "backoff": "exponential", "base": "100ms" },
        "fallback_agents": ["codex://frontend"]
    }));
    let task = client.delegate_task(&id, task, Conditions::default()).await.expect("it is delegated");
    let mut watch = client.watch(&id, Some(0)).await.expect("it is watched");
    let mut assignees = Vec::new();
    while let Some(Ok(WatchItem::Event(event))) = watch.next().await {
        if event.kind == "task_updated" {
            let (status, assignee) = (
                event.data.read::<serde_json::Value>().expect("an event holds JSON")["status"].clone(),
                event.data.read::<serde_json::Value>().expect("an event holds JSON")["assignee"].clone(),
            );
            assignees
                .push((status.as_str().unwrap_or("").to_owned(), assignee.as_str().unwrap_or("").to_owned()));
            if status == "timeout" {
                break;
            }
        }
    }
    // Each agent is tried as often as the policy says.
    let expected = [
        ("pending", "opencode://backend"),
        ("pending", "codex://frontend"),
        ("pending", "codex://frontend"),
        ("timeout", "codex://frontend"),
    ];
    let expected: Vec<_> = expected.iter().map(|(s, a)| ((*s).to_owned(), (*a).to_owned())).collect();
    assert_eq!(assignees, expected);
    let task = client.task(&task.task_id).await.expect("it is found");
    assert_eq!((task.status, task.attempts.len()), (TaskStatus::Timeout, 4));
}

/// A fork goes on from any revision; the original does not notice.
pub async fn a_fork_goes_on_alone(client: Client) {
    let created = client.create_session(tutorial(), Conditions::default()).await.expect("it is created");
    let id = created.session_id;
    client.patch_context(&id, json!({ "x": 1 }), Conditions::default()).await.expect("it is patched");
    let at = client.session(&id).await.expect("it is read").revision;
    client.patch_context(&id, json!({ "x": 2 }), Conditions::default()).await.expect("it is patched");
    let fork = client.fork_session(&id, request(json!({ "at_revision": at })), Conditions::default()).await;
    let fork = fork.expect("it is forked");
    assert_eq!(fork.shared_context["x"], 1);
    assert_eq!(fork.forked_from.as_ref().map(|from| from.revision), Some(at));
    client
        .patch_context(&fork.session_id, json!({ "x": 3 }), Conditions::default())
        .await
        .expect("it goes on");
    assert_eq!(client.context(&id).await.expect("it is read").document["x"], 2);
    let forks = client.sessions(request(json!({ "forked_from": id }))).await.expect("they are listed");
    assert_eq!(forks.sessions.len(), 1);
    let beyond =
        client.fork_session(&id, request(json!({ "at_revision": 9999 })), Conditions::default()).await;
    assert_eq!(code(beyond), Code::InvalidInput);
}

/// An ended session that is exported, deleted and imported is what it was.
pub async fn an_export_can_be_imported(client: Client) {
    let created = client.create_session(tutorial(), Conditions::default()).await.expect("it is created");
    let id = created.session_id;
    client
        .complete_session(&id, request(json!({ "summary": "done" })), Conditions::default())
        .await
        .expect("it completes");
    let before = client.session(&id).await.expect("it is read");
    let lines: Vec<String> = client
        .export_session(&id)
        .await
        .expect("it is exported")
        .map(|line| line.expect("a line"))
        .collect()
        .await;
    assert_eq!(lines.len() as u64, before.revision + 1);
    let import = Import { lines: lines.join("\n"), session_id: None };
    assert_eq!(code(client.import_session(import.clone(), Conditions::default()).await), Code::SessionExists);
    client.delete_session(&id, Conditions::default()).await.expect("it is deleted");
    assert_eq!(code(client.session(&id).await), Code::SessionNotFound);
    let imported =
        client.import_session(import.clone(), Conditions::default()).await.expect("it is imported");
    assert_eq!(imported.events, before.revision);
    assert_eq!(client.session(&id).await.expect("it is read"), before);
    let broken = Import { lines: lines[..2].join("\n"), session_id: None };
    assert_eq!(code(client.import_session(broken, Conditions::default()).await), Code::ImportInvalid);
}

/// A session that ends without success ends those that belong to it.
pub async fn an_end_reaches_the_children(client: Client) {
    let parent =
        client.create_session(tutorial(), Conditions::default()).await.expect("it is created").session_id;
    let child: api::CreateSession = request(json!({ "parent": parent }));
    let child = client.create_session(child, Conditions::default()).await.expect("it is created").session_id;
    let stop = request(json!({ "reason": "timeout", "details": "Frontend agent offline" }));
    client.terminate_session(&parent, stop, Conditions::default()).await.expect("it is terminated");
    for _ in 0..100 {
        if client.session(&child).await.expect("it is read").status == Status::Terminated {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("the child goes on");
}

/// A session expires by itself.
pub async fn a_session_expires(client: Client) {
    let brief: api::CreateSession = request(json!({ "expires_in": "300ms" }));
    let id = client.create_session(brief, Conditions::default()).await.expect("it is created").session_id;
    let mut watch = client.watch(&id, Some(0)).await.expect("it is watched");
    let mut last = String::new();
    while let Some(Ok(WatchItem::Event(event))) = watch.next().await {
        last = event.kind;
    }
    assert_eq!(last, "session_expired");
}

/// Lists have filters and cursors.
pub async fn lists_have_filters_and_cursors(client: Client) {
    for i in 0..25 {
        let label = if i % 5 == 0 { "a" } else { "b" };
        let new = json!({ "session_id": format!("s{i:02}"), "labels": { "team": label }, "name": format!("Work {i}") });
        client.create_session(request(new), Conditions::default()).await.expect("it is created");
    }
    let mut seen = Vec::new();
    let mut cursor = Value::Null;
    loop {
        let mut query = json!({ "limit": 10 });
        if !cursor.is_null() {
            query["cursor"] = cursor;
        }
        let page = client.sessions(request(query)).await.expect("they are listed");
        seen.extend(page.sessions.into_iter().map(|s| s.session_id.to_string()));
        match page.next_cursor {
            Some(next) => cursor = json!(next),
            None => break,
        }
    }
    let expected: Vec<_> = (0..25).rev().map(|i| format!("s{i:02}")).collect();
    assert_eq!(seen, expected, "newest first, each once");
    let count =
        async |query: Value| client.sessions(request(query)).await.expect("they are listed").sessions.len();
    assert_eq!(count(json!({ "label": "team=a" })).await, 5);
    assert_eq!(count(json!({ "q": "work 7" })).await, 1);
    assert_eq!(count(json!({ "status": "completed" })).await, 0);
    assert_eq!(count(json!({ "kind": "workflow" })).await, 25);
    assert_eq!(code(client.sessions(request(json!({ "cursor": "nonsense!" }))).await), Code::InvalidCursor);
    assert_eq!(client.counts().await.expect("they are counted").total, 25);
}

/// Results are aggregated in the seed's words.
pub async fn results_are_aggregated(client: Client) {
    let id =
        client.create_session(tutorial(), Conditions::default()).await.expect("it is created").session_id;
    let aggregate: api::Aggregate = request(json!({
        "sessionId": id, "taskType": "review", "synthesisMethod": "consensus",
        "agentResults": [
            { "agent_id": "a://1", "result": { "verdict": "pass", "score": 8 }, "confidence": 0.9 },
            { "agent_id": "a://2", "result": { "verdict": "pass", "score": 7 }, "confidence": 0.8 },
            { "agent_id": "a://3", "result": { "verdict": "fail", "score": 2 }, "confidence": 0.4 }
        ]
    }));
    let result = client.aggregate(aggregate, Conditions::default()).await.expect("they are aggregated");
    assert_eq!(result.unified_result, json!({ "verdict": "pass", "score": 7 }));
    assert!(result.conflicts.iter().any(|conflict| conflict.field == "/verdict"));
    assert!((0.0..=1.0).contains(&result.confidence_score));
}

/// Telemetry has its own cursor.
pub async fn telemetry_has_its_own_cursor(client: Client) {
    let id =
        client.create_session(tutorial(), Conditions::default()).await.expect("it is created").session_id;
    let revision = client.session(&id).await.expect("it is read").revision;
    let points: Vec<_> =
        (0..30).map(|i| json!({ "series": "loss", "step": i, "value": 1.0 / f64::from(i + 1) })).collect();
    let points = request(json!({ "points": points }));
    client.put_points(&id, points, Conditions::default()).await.expect("they are added");
    let page =
        client.points(&id, request(json!({ "series": "loss", "limit": 20 }))).await.expect("they are read");
    assert_eq!(page.points.len(), 20);
    let rest =
        client.points(&id, request(json!({ "after": page.next_cursor }))).await.expect("they are read");
    assert_eq!((rest.points.len(), rest.next_cursor), (10, None));
    assert_eq!(client.session(&id).await.expect("it is read").revision, revision, "it makes no events");
}

/// A key is shown once, works until it is revoked, and its secret stands nowhere.
pub async fn keys_are_made_and_revoked(client: Client) {
    let key = json!({ "name": "team", "role": "agent", "agents": ["opencode://*"], "expires_in": "720h" });
    let created = client.create_key(request(key), Conditions::default()).await.expect("it is made");
    assert!(created.secret.len() > 40);
    let listed = client.keys().await.expect("they are listed").keys;
    assert!(!format!("{listed:?}").contains(&created.secret));
    let revoked = client.revoke_key(&created.key.key_id).await.expect("it is revoked");
    assert!(revoked.revoked_at.is_some());
    assert_eq!(code(client.revoke_key("key_unknown").await), Code::KeyNotFound);
}

/// Wrong input is named by a pointer.
pub async fn wrong_input_is_named(client: Client) {
    let cyclic: api::CreateSession = request(json!({
        "participants": [{ "agent_id": "a://1", "role": "x" }],
        "workflow": [
            { "name": "one", "required_agents": ["a://1"], "dependencies": ["two"] },
            { "name": "two", "required_agents": ["a://stranger"], "dependencies": ["one", "three"] }
        ]
    }));
    let problem = client.create_session(cyclic, Conditions::default()).await.expect_err("it is refused");
    let pointers: Vec<_> = problem.errors.iter().map(|error| error.pointer.as_str()).collect();
    assert_eq!(problem.code, Code::InvalidInput);
    assert!(pointers.contains(&"/workflow/1/required_agents/0"), "{pointers:?}");
    assert!(pointers.contains(&"/workflow/1/dependencies/1"), "{pointers:?}");
    let missing = session_id("nobody");
    assert_eq!(code(client.session(&missing).await), Code::SessionNotFound);
    let patched = client.patch_context(&missing, json!({}), Conditions::default()).await;
    assert_eq!(code(patched), Code::SessionNotFound);
}
