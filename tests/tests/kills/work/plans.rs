//! Plans of three steps, with an agent that works on them: each plan completes, and each step has one task.

use std::sync::Arc;

use serde_json::{Value, json};
use sessiond_api::Code;
use sessiond_client::Conditions;
use sessiond_core::{Status, TaskId};
use tokio::task::JoinSet;

use super::{create, journal, once, register};
use crate::run::{Shared, request};

const PLANNERS: usize = 2;
const STEPS: [&str; 3] = ["design", "build", "review"];

pub fn spawn(workers: &mut JoinSet<()>, shared: &Arc<Shared>) {
    for n in 0..PLANNERS {
        workers.spawn(plan(shared.clone(), n));
    }
}

async fn plan(shared: Arc<Shared>, n: usize) {
    let client = shared.client(n);
    let agent = register(&shared, n, &format!("a://planner{n}")).await;
    let mut number = 0;
    while !shared.ending() {
        number += 1;
        let steps: Vec<Value> = STEPS
            .iter()
            .map(|step| json!({ "name": step, "required_agents": [agent], "task": { "task_type": step } }))
            .collect();
        let id = create(
            &shared,
            n,
            json!({ "session_id": format!("plan{n}-{number}"), "orchestrator": format!("a://orchestrator{n}"),
                "participants": [{ "agent_id": agent, "role": "works" }], "workflow": steps }),
        )
        .await;
        while shared.must(|| client.session(&id)).await.workflow.unwrap().completed_steps != STEPS {
            let page = shared.must(|| client.receive(&agent, request(json!({ "wait": "500ms" })))).await;
            for received in page.messages {
                if let Some(task) = received.message.metadata["task_id"].as_str() {
                    let task = TaskId::parse(task).unwrap();
                    let key = format!("{task}-{}", received.attempt);
                    let accept = || {
                        client.accept_task(&task, request(json!({})), Conditions::once(format!("{key}-a")))
                    };
                    let complete = || {
                        client.complete_task(
                            &task,
                            request(json!({ "result": task })),
                            Conditions::once(format!("{key}-c")),
                        )
                    };
                    for told in [shared.ask(accept).await, shared.ask(complete).await] {
                        // It was delivered again although it was done.
                        if let Err(problem) = told {
                            assert_eq!(problem.code, Code::TaskClosed, "{problem:?}");
                        }
                    }
                }
                let message = received.message.message_id.clone();
                shared.must(|| client.ack(&agent, request(json!({ "message_ids": [message] })))).await;
            }
        }
        let end = || {
            client.complete_session(
                &id,
                request(json!({ "summary": "done" })),
                Conditions::once(format!("{id} ends")),
            )
        };
        assert_eq!(shared.must(end).await.status, Status::Completed, "{id}");
        let events = journal(&shared, n, &id).await;
        let delegated = events.iter().filter(|event| event.kind == "task_delegated");
        let steps =
            delegated.map(|event| event.data.read::<Value>().unwrap()["step"].as_str().unwrap().to_owned());
        once("steps", steps, STEPS.map(str::to_owned));
    }
}
