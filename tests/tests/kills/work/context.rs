//! Patches of shared contexts by several writers, with watchers over all restarts.

use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::StreamExt;
use serde_json::json;
use sessiond_api::Code;
use sessiond_client::{Conditions, WatchItem};
use sessiond_core::{SessionId, Status};
use tokio::sync::Barrier;
use tokio::task::JoinSet;

use super::{create, journal, once};
use crate::run::{Shared, request};

const SESSIONS: usize = 3;
const WRITERS: usize = 2;

pub async fn spawn(workers: &mut JoinSet<()>, shared: &Arc<Shared>) {
    for n in 0..SESSIONS {
        let id = create(shared, n, json!({ "session_id": format!("context{n}"), "kind": "workflow" })).await;
        // The last of the writers ends the session, and with it the watcher.
        let last = Arc::new(Barrier::new(WRITERS));
        for writer in 0..WRITERS {
            workers.spawn(patch(shared.clone(), id.clone(), n + writer, writer, last.clone()));
        }
        workers.spawn(watch(shared.clone(), id, n));
    }
}

async fn patch(shared: Arc<Shared>, id: SessionId, worker: usize, writer: usize, last: Arc<Barrier>) {
    let client = shared.client(worker);
    let (mut n, mut revision) = (0, 0);
    while !shared.ending() {
        n += 1;
        let key = format!("{id} {writer}-{n}");
        let patch = || client.patch_context(&id, json!({ format!("w{writer}"): n }), Conditions::once(&*key));
        let at = shared.must(patch).await.revision;
        assert!(at > revision, "{id}: revision {at} was answered after {revision}");
        revision = at;
    }
    let name = format!("w{writer}");
    assert_eq!(shared.must(|| client.context(&id)).await.document[&name], n);
    let events = journal(&shared, worker, &id).await;
    let patched = events.iter().filter(|event| event.kind == "context_updated");
    let numbers: Vec<u64> = patched
        .filter_map(|event| event.data.read::<serde_json::Value>().unwrap()["patch"][&name].as_u64())
        .collect();
    assert!(numbers.is_sorted(), "{id}: the patches of a writer are in order");
    once("patches", numbers, 1..=n);
    if last.wait().await.is_leader() {
        let end = || {
            client.complete_session(
                &id,
                request(json!({ "summary": "done" })),
                Conditions::once(format!("{id} ends")),
            )
        };
        shared.must(end).await;
    }
}

/// Sees every event once and in order, whatever happens to the server.
async fn watch(shared: Arc<Shared>, id: SessionId, worker: usize) {
    let client = shared.client(worker);
    let mut seen = 0;
    let mut lost = Instant::now();
    'connection: loop {
        let mut watch = match client.watch(&id, Some(seen)).await {
            Ok(watch) => watch,
            Err(problem) => {
                assert!(problem.retryable || problem.code == Code::Unreachable, "{problem:?}");
                assert!(lost.elapsed() < Duration::from_secs(90), "{problem}");
                tokio::time::sleep(Duration::from_millis(20)).await;
                continue;
            }
        };
        while let Some(item) = watch.next().await {
            match item {
                Ok(WatchItem::Event(event)) => {
                    assert_eq!(event.seq, seen + 1, "{id}: a watcher sees every event once");
                    seen = event.seq;
                }
                Ok(WatchItem::Snapshot(_)) => {}
                Ok(WatchItem::Gap { after, first }) => panic!("{id} has a gap from {after} to {first}"),
                Err(_) => {
                    lost = Instant::now();
                    continue 'connection;
                }
            }
        }
        break;
    }
    let session = shared.must(|| client.session(&id)).await;
    assert_eq!(session.status, Status::Completed, "a watch ends with the session");
    assert_eq!(seen, session.revision, "{id}: the watcher has seen all");
}
