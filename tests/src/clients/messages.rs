//! What holds of messages and inboxes for both clients.

use std::time::Duration;

use serde_json::json;
use sessiond_api::{self as api, Code};
use sessiond_client::{Client, Conditions};
use sessiond_core::{Span, TaskStatus, limits};
use sessiond_engine::{Clock as _, System};

use super::{agent, code, register, request, task_request, tutorial};

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

/// A message with a time is accepted at once and delivered then; cancelling its task takes it back.
pub async fn a_delayed_message_is_accepted_at_once_and_comes_at_its_time(client: Client) {
    let now = System.now();
    let reader = agent("claude-code://qa");
    register(&client, reader.as_str()).await;
    let message = |id: &str, after: Span| -> api::Message {
        request(json!({
            "message_id": id, "timestamp": "2025-02-02T11:00:00Z", "deliver_at": now.after(after),
            "sender": { "agent_id": "a://sender" }, "recipient": { "agent_id": reader },
            "message_type": "status_update", "payload": { "n": id }
        }))
    };
    for (id, after) in [("hour", Span::from_secs(3600)), ("soon", Span::from_millis(300))] {
        let sent = client.send_message(message(id, after), Conditions::default()).await.expect("it is sent");
        assert_eq!((sent.status.as_str(), sent.deliver_at), ("queued", Some(now.after(after))));
    }
    assert_eq!(client.agent(&reader).await.expect("it is known").inbox_depth, 2);
    let woken = client.receive(&reader, request(json!({ "wait": "20s" }))).await.expect("it is read");
    let ids: Vec<_> = woken.messages.iter().map(|m| m.message.message_id.to_string()).collect();
    assert_eq!(ids, ["soon"]);
    assert!(System.now() >= now.after(Span::from_millis(300)));
    let far = message("far", Span::from_millis(limits::DELIVER_AHEAD_MS + 60_000));
    let refused = client.send_message(far, Conditions::default()).await.expect_err("it is too far ahead");
    assert_eq!((refused.code, refused.errors[0].pointer.as_str()), (Code::InvalidInput, "/deliver_at"));

    let created = client.create_session(tutorial(), Conditions::default()).await.expect("it is created");
    let mut asked = task_request(&created.session_id, "later", reader.as_str());
    asked.deliver_at = Some(now.after(Span::from_secs(3600)));
    let sent = client.send_message(asked.clone(), Conditions::default()).await.expect("it is sent");
    let task = client.task(&sent.task_id.expect("a task")).await.expect("it is there");
    assert_eq!((task.status, task.deliver_at), (TaskStatus::Pending, asked.deliver_at));
    assert!(task.deadline > now.after(Span::from_secs(3600)));
    client.cancel_task(&task.task_id, request(json!({})), Conditions::default()).await.expect("cancelled");
    let query = request(json!({ "recipient": reader, "state": "withdrawn" }));
    let withdrawn = client.messages(query).await.expect("a list").messages;
    assert_eq!(withdrawn.iter().map(|m| m.message.message_id.as_str()).collect::<Vec<_>>(), ["later"]);
    assert_eq!(withdrawn[0].message.deliver_at, asked.deliver_at, "it is kept as it was sent");
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
