//! What holds of sessions for both clients.

use std::time::Duration;

use futures_util::StreamExt;
use serde_json::{Value, json};
use sessiond_api::{self as api, Code};
use sessiond_client::{Client, Conditions, Import, WatchItem};
use sessiond_core::Status;

use super::{code, request, session_id, tutorial};

/// The same request with the same key has one effect and one answer; another request under it is refused.
pub async fn a_key_makes_a_request_idempotent(client: Client) {
    let first = client.create_session(tutorial(), Conditions::once("k1")).await.expect("it is created");
    let again = client.create_session(tutorial(), Conditions::once("k1")).await.expect("it is answered");
    assert_eq!(first, again);
    assert_eq!(client.sessions(request(json!({}))).await.expect("they are listed").sessions.len(), 1);
    let other = client.create_session(api::CreateSession::default(), Conditions::once("k1")).await;
    assert_eq!(code(other), Code::IdempotencyMismatch);

    let id = &first.session_id;
    let done =
        client.complete_session(id, request(json!({})), Conditions::once("k2")).await.expect("it completes");
    let again = client
        .complete_session(id, request(json!({})), Conditions::once("k2"))
        .await
        .expect("it is answered");
    assert_eq!(done, again, "also when the session would refuse it by now");
    assert_eq!(
        code(client.complete_session(id, request(json!({})), Conditions::default()).await),
        Code::SessionEnded
    );
}

/// A fork goes on from any revision; the original does not notice.
pub async fn a_fork_goes_on_alone(client: Client) {
    let created = client.create_session(tutorial(), Conditions::default()).await.expect("it is created");
    let id = created.session_id;
    client.patch_context(&id, json!({ "x": 1 }), Conditions::default()).await.expect("it is patched");
    let at = client.session(&id).await.expect("it is read").revision;
    client.patch_context(&id, json!({ "x": 2 }), Conditions::default()).await.expect("it is patched");
    let fork = client.fork_session(&id, request(json!({ "at_revision": at })), Conditions::default()).await;
    let fork = fork.expect("it is forked");
    assert_eq!(fork.shared_context["x"], 1);
    assert_eq!(fork.forked_from.as_ref().map(|from| from.revision), Some(at));
    client
        .patch_context(&fork.session_id, json!({ "x": 3 }), Conditions::default())
        .await
        .expect("it goes on");
    assert_eq!(client.context(&id).await.expect("it is read").document["x"], 2);
    let forks = client.sessions(request(json!({ "forked_from": id }))).await.expect("they are listed");
    assert_eq!(forks.sessions.len(), 1);
    let beyond =
        client.fork_session(&id, request(json!({ "at_revision": 9999 })), Conditions::default()).await;
    assert_eq!(code(beyond), Code::InvalidInput);
}

/// An ended session that is exported, deleted and imported is what it was, and is marked.
pub async fn an_export_can_be_imported(client: Client) {
    let created = client.create_session(tutorial(), Conditions::default()).await.expect("it is created");
    let id = created.session_id;
    client
        .complete_session(&id, request(json!({ "summary": "done" })), Conditions::default())
        .await
        .expect("it completes");
    let before = client.session(&id).await.expect("it is read");
    let lines: Vec<String> = client
        .export_session(&id)
        .await
        .expect("it is exported")
        .map(|line| line.expect("a line"))
        .collect()
        .await;
    assert_eq!(lines.len() as u64, before.revision + 1);
    let import = Import { lines: lines.join("\n"), session_id: None };
    assert_eq!(code(client.import_session(import.clone(), Conditions::default()).await), Code::SessionExists);
    client.delete_session(&id, Conditions::default()).await.expect("it is deleted");
    assert_eq!(code(client.session(&id).await), Code::SessionNotFound);
    let imported =
        client.import_session(import.clone(), Conditions::default()).await.expect("it is imported");
    assert_eq!(imported.events, before.revision);
    let after = client.session(&id).await.expect("it is read");
    assert_eq!(after.imported_from.as_ref().map(|from| from.revision), Some(before.revision));
    assert_eq!(unmarked(after, &before), before);
    let broken = Import { lines: lines[..2].join("\n"), session_id: None };
    assert_eq!(code(client.import_session(broken, Conditions::default()).await), Code::ImportInvalid);
}

/// An imported session that had ended, without the mark that an import leaves.
pub fn unmarked(imported: api::Session, before: &api::Session) -> api::Session {
    api::Session {
        imported_from: None,
        revision: before.revision,
        updated_at: before.updated_at,
        last_activity: before.last_activity,
        ..imported
    }
}

/// A session that ends without success ends those that belong to it.
pub async fn an_end_reaches_the_children(client: Client) {
    let parent =
        client.create_session(tutorial(), Conditions::default()).await.expect("it is created").session_id;
    let child: api::CreateSession = request(json!({ "parent": parent }));
    let child = client.create_session(child, Conditions::default()).await.expect("it is created").session_id;
    let stop = request(json!({ "reason": "timeout", "details": "Frontend agent offline" }));
    client.terminate_session(&parent, stop, Conditions::default()).await.expect("it is terminated");
    for _ in 0..100 {
        if client.session(&child).await.expect("it is read").status == Status::Terminated {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("the child goes on");
}

/// A session expires by itself.
pub async fn a_session_expires(client: Client) {
    let brief: api::CreateSession = request(json!({ "expires_in": "300ms" }));
    let id = client.create_session(brief, Conditions::default()).await.expect("it is created").session_id;
    let mut watch = client.watch(&id, Some(0)).await.expect("it is watched");
    let mut last = String::new();
    while let Some(Ok(WatchItem::Event(event))) = watch.next().await {
        last = event.kind;
    }
    assert_eq!(last, "session_expired");
}

/// Lists have filters and cursors.
pub async fn lists_have_filters_and_cursors(client: Client) {
    for i in 0..25 {
        let label = if i % 5 == 0 { "a" } else { "b" };
        let new = json!({ "session_id": format!("s{i:02}"), "labels": { "team": label }, "name": format!("Work {i}") });
        client.create_session(request(new), Conditions::default()).await.expect("it is created");
    }
    let mut seen = Vec::new();
    let mut cursor = Value::Null;
    loop {
        let mut query = json!({ "limit": 10 });
        if !cursor.is_null() {
            query["cursor"] = cursor;
        }
        let page = client.sessions(request(query)).await.expect("they are listed");
        seen.extend(page.sessions.into_iter().map(|s| s.session_id.to_string()));
        match page.next_cursor {
            Some(next) => cursor = json!(next),
            None => break,
        }
    }
    let expected: Vec<_> = (0..25).rev().map(|i| format!("s{i:02}")).collect();
    assert_eq!(seen, expected, "newest first, each once");
    let count =
        async |query: Value| client.sessions(request(query)).await.expect("they are listed").sessions.len();
    assert_eq!(count(json!({ "label": "team=a" })).await, 5);
    assert_eq!(count(json!({ "q": "work 7" })).await, 1);
    assert_eq!(count(json!({ "status": "completed" })).await, 0);
    assert_eq!(count(json!({ "kind": "workflow" })).await, 25);
    let all = client.sessions(request(json!({ "reverse": true }))).await.expect("they are listed").sessions;
    let ids: Vec<_> = all.iter().map(|session| session.session_id.to_string()).collect();
    assert_eq!(ids, expected.into_iter().rev().collect::<Vec<_>>(), "oldest first");
    let time = all[12].created_at;
    let before = all.iter().filter(|session| session.created_at < time).count();
    assert_eq!(count(json!({ "created_until": time })).await, before);
    assert_eq!(count(json!({ "created_since": time })).await, 25 - before);
    let changed = all[12].updated_at;
    let before = all.iter().filter(|session| session.updated_at < changed).count();
    let query = json!({ "updated_since": changed, "sort": "updated", "reverse": true });
    assert_eq!(count(query).await, 25 - before);
    assert_eq!(count(json!({ "updated_until": changed })).await, before);
    assert_eq!(code(client.sessions(request(json!({ "cursor": "nonsense!" }))).await), Code::InvalidCursor);
    assert_eq!(client.counts().await.expect("they are counted").total, 25);
}

/// Wrong input is named by a pointer.
pub async fn wrong_input_is_named(client: Client) {
    let cyclic: api::CreateSession = request(json!({
        "participants": [{ "agent_id": "a://1", "role": "x" }],
        "workflow": [
            { "name": "one", "required_agents": ["a://1"], "dependencies": ["two"] },
            { "name": "two", "required_agents": ["a://stranger"], "dependencies": ["one", "three"] }
        ]
    }));
    let problem = client.create_session(cyclic, Conditions::default()).await.expect_err("it is refused");
    let pointers: Vec<_> = problem.errors.iter().map(|error| error.pointer.as_str()).collect();
    assert_eq!(problem.code, Code::InvalidInput);
    assert!(pointers.contains(&"/workflow/1/required_agents/0"), "{pointers:?}");
    assert!(pointers.contains(&"/workflow/1/dependencies/1"), "{pointers:?}");
    let missing = session_id("nobody");
    assert_eq!(code(client.session(&missing).await), Code::SessionNotFound);
    let patched = client.patch_context(&missing, json!({}), Conditions::default()).await;
    assert_eq!(code(patched), Code::SessionNotFound);
}
