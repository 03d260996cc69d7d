//! Tasks: each is delegated once, and what was completed stays completed.

use std::sync::Arc;

use serde_json::json;
use sessiond_api::Code;
use sessiond_client::Conditions;
use sessiond_core::SessionId;
use tokio::task::JoinSet;

use super::{create, journal, once};
use crate::run::{Shared, request};

const WORKERS: usize = 3;

pub async fn spawn(workers: &mut JoinSet<()>, shared: &Arc<Shared>) {
    for n in 0..WORKERS {
        let participants = json!([{ "agent_id": agent(n), "role": "works" }]);
        let id =
            create(shared, n, json!({ "session_id": format!("tasks{n}"), "participants": participants }))
                .await;
        workers.spawn(delegate(shared.clone(), id, n));
    }
}

fn agent(n: usize) -> String {
    format!("a://worker{n}")
}

async fn delegate(shared: Arc<Shared>, id: SessionId, n: usize) {
    let client = shared.client(n);
    let mut tasks = Vec::new();
    let mut full = false;
    while !shared.ending() && !full {
        let number = tasks.len();
        let key = format!("{id} {number}");
        let task = json!({ "task_type": "work", "delegatee": agent(n), "payload": { "number": number } });
        let delegated =
            shared.ask(|| client.delegate_task(&id, request(task.clone()), Conditions::once(&*key))).await;
        let task = match delegated {
            Ok(task) => task.task_id,
            // The session has as many tasks as it may.
            Err(problem) => {
                assert_eq!(problem.code, Code::LimitReached, "{problem:?}");
                full = true;
                continue;
            }
        };
        let accept =
            || client.accept_task(&task, request(json!({})), Conditions::once(format!("{key}-accept")));
        shared.must(accept).await;
        if number % 3 != 0 {
            let result = json!({ "result": { "number": number } });
            let complete = || {
                client.complete_task(&task, request(result.clone()), Conditions::once(format!("{key}-end")))
            };
            shared.must(complete).await;
        }
        tasks.push(task);
    }
    let events = journal(&shared, n, &id).await;
    let of = |kind: &str| -> Vec<_> {
        let events = events.iter().filter(|event| event.kind == kind);
        events
            .map(|event| {
                event.data.read::<serde_json::Value>().unwrap()["task_id"].as_str().unwrap().to_owned()
            })
            .collect()
    };
    once("delegated tasks", of("task_delegated"), tasks.iter().map(ToString::to_string));
    for (number, task) in tasks.iter().enumerate().rev().take(100) {
        let task = shared.must(|| client.task(task)).await;
        let expected = if number % 3 == 0 { "in_progress" } else { "completed" };
        assert_eq!(json!(task.status), expected, "{}", task.task_id);
        assert_eq!(task.payload["number"], number);
    }
}
