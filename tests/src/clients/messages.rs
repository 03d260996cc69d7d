//! What holds of messages and inboxes for both clients.

use std::time::Duration;

use serde_json::json;
use sessiond_api::{self as api, Code};
use sessiond_client::{Client, Conditions};
use sessiond_core::Span;

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
