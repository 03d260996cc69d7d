//! What holds of plans for both clients.

use serde_json::{Value, json};
use sessiond_api::{self as api, Code};
use sessiond_client::{Client, Conditions};
use sessiond_core::{SessionId, Span, Status, TaskStatus};

use super::{agent, code, register, request, session_id, task_request, tutorial};

/// The tutorial works, step by step.
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
