//! Executions: each batch of calls is recorded once.

use std::sync::Arc;

use serde_json::json;
use sessiond_client::Conditions;
use sessiond_core::SessionId;
use tokio::task::JoinSet;

use super::create;
use crate::run::{Shared, request};

const EXECUTIONS: usize = 2;
/// Calls a batch.
const CALLS: u64 = 20;

pub async fn spawn(workers: &mut JoinSet<()>, shared: &Arc<Shared>) {
    for n in 0..EXECUTIONS {
        let id = create(shared, n, json!({ "session_id": format!("calls{n}"), "kind": "execution" })).await;
        workers.spawn(record(shared.clone(), id, n));
    }
}

async fn record(shared: Arc<Shared>, id: SessionId, n: usize) {
    let client = shared.client(n);
    let begin = json!({ "process": format!("host:{n}") });
    let begun = shared
        .must(|| {
            client.begin_execution(&id, request(begin.clone()), Conditions::once(format!("{id} begins")))
        })
        .await;
    assert_eq!(begun.writer, 1);
    let mut batch = 0;
    while !shared.ending() {
        batch += 1;
        let calls: Vec<_> = ((batch - 1) * CALLS + 1..=batch * CALLS)
            .map(|call| {
                json!({ "call": call, "node": "node", "position": call, "key": "9f", "began_us": 10, "input": { "n": call },
                    "status": "completed", "ended_us": 20, "output": call })
            })
            .collect();
        let calls = json!({ "writer": 1, "batch": batch, "calls": calls });
        shared.must(|| client.record_calls(&id, request(calls.clone()), Conditions::default())).await;
    }
    let session = shared.must(|| client.session(&id)).await;
    let counted = session.calls.unwrap();
    assert_eq!((counted.total, counted.completed), (batch * CALLS, batch * CALLS));
    assert_eq!(session.revision, batch + 2, "a batch is one event");
}
