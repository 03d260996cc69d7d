//! Tasks over all sessions.
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]
#![allow(missing_docs)]

mod common;

use common::*;
use sessiond_core::*;
use sessiond_store::TaskQuery;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_page_of_tasks_is_filled_with_those_that_the_caller_may_see() {
    let dir = tempfile::tempdir().unwrap();
    let engine = open(dir.path()).await;
    let agents = vec![AgentPattern("a://*".into())];
    let client = Principal::new("client", Role::Client, agents.clone());
    let agent = Principal::new("agent", Role::Agent, agents);
    engine.create(new_session("own"), &client, None).await.unwrap();
    engine.execute(&id("own"), delegate("m"), None).await.unwrap();
    for other in ["x", "y", "z"] {
        engine.create(new_session(other), &me(), None).await.unwrap();
        engine.execute(&id(other), delegate(other), None).await.unwrap();
    }
    let sessions = async |principal: &Principal, limit| {
        let page = engine.tasks(principal, TaskQuery { limit, ..TaskQuery::default() }).await.unwrap();
        page.items.into_iter().map(|(session, _)| session.to_string()).collect::<Vec<_>>()
    };
    // A client takes no part by its patterns.
    assert_eq!(sessions(&client, 1).await, ["own"]);
    assert_eq!(sessions(&client, 9).await, ["own"]);
    assert_eq!(sessions(&agent, 9).await, ["z", "y", "x", "own"]);
    assert_eq!(sessions(&me(), 2).await, ["z", "y"]);
    engine.shutdown().await;
}
