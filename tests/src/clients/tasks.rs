//! What holds of tasks for both clients.

use futures_util::StreamExt;
use serde_json::json;
use sessiond_api::{self as api};
use sessiond_client::{Client, Conditions, WatchItem};
use sessiond_core::TaskStatus;

use super::{request, tutorial};

/// A task that takes too long is tried again, then goes to the fallback agent.
pub async fn a_late_task_goes_to_the_fallback(client: Client) {
    let created = client.create_session(tutorial(), Conditions::default()).await.expect("it is created");
    let id = created.session_id;
    let task: api::DelegateTask = request(json!({
        "task_type": "x", "delegatee": "opencode://backend", "start_within": "200ms",
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
