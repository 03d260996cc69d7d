//! The kinds of work. Each goes on until the end of the run, and then checks what it did.

mod calls;
mod context;
mod created;
mod messages;
mod plans;
mod points;
mod tasks;

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Value, json};
use sessiond_api as api;
use sessiond_client::Conditions;
use sessiond_core::{AgentId, SessionId};
use tokio::task::JoinSet;

use crate::run::{Shared, request};

/// Starts every kind of work.
pub async fn spawn(workers: &mut JoinSet<()>, shared: &Arc<Shared>) {
    context::spawn(workers, shared).await;
    points::spawn(workers, shared).await;
    messages::spawn(workers, shared).await;
    tasks::spawn(workers, shared).await;
    calls::spawn(workers, shared).await;
    created::spawn(workers, shared);
    plans::spawn(workers, shared);
}

/// Creates a session, once.
async fn create(shared: &Shared, worker: usize, session: Value) -> SessionId {
    // It has one member that no other session has.
    let key = format!("create {} {}", session["session_id"], session["name"]);
    let create = || {
        let new: api::CreateSession = request(session.clone());
        shared.client(worker).create_session(new, Conditions::once(&*key))
    };
    shared.must(create).await.session_id
}

/// Registers an agent, so that it can read its inbox.
async fn register(shared: &Shared, worker: usize, agent: &str) -> AgentId {
    let descriptor = json!({ "agent_descriptor": { "agent_id": agent } });
    shared.must(|| shared.client(worker).register_agent(request(descriptor.clone()))).await;
    AgentId::parse(agent).unwrap()
}

/// The whole journal of a session, whose numbers have no gap.
async fn journal(shared: &Shared, worker: usize, id: &SessionId) -> Vec<api::Event> {
    let mut events: Vec<api::Event> = Vec::new();
    loop {
        let after = events.len();
        let read = || shared.client(worker).events(id, request(json!({ "after": after, "limit": 1000 })));
        let page = shared.must(read).await;
        for event in page.events {
            assert_eq!(event.seq, events.len() as u64 + 1, "{id} has a gap");
            events.push(event);
        }
        if page.next_cursor.is_none() {
            return events;
        }
    }
}

/// Each of these is there once.
fn once<T: Ord + std::fmt::Debug>(
    what: &str,
    found: impl IntoIterator<Item = T>,
    expected: impl IntoIterator<Item = T>,
) {
    let mut counts: BTreeMap<T, (usize, usize)> = BTreeMap::new();
    found.into_iter().for_each(|one| counts.entry(one).or_default().0 += 1);
    expected.into_iter().for_each(|one| counts.entry(one).or_default().1 += 1);
    let wrong: Vec<_> =
        counts.iter().filter(|(_, (found, expected))| (*found, *expected) != (1, 1)).take(10).collect();
    assert!(wrong.is_empty(), "{what}, each with how often it is there and was acknowledged: {wrong:?}");
}
