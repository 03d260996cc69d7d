//! What holds of the journal for both clients.

use futures_util::StreamExt;
use serde_json::json;
use sessiond_client::{Client, Conditions, WatchItem};

use super::{request, tutorial};

/// A watcher sees a snapshot, then every event once and in order, and the end.
pub async fn a_watch_misses_nothing(client: Client) {
    let created = client.create_session(tutorial(), Conditions::default()).await.expect("it is created");
    let id = created.session_id.clone();
    let mut watch = client.watch(&id, None).await.expect("it is watched");
    let Some(Ok(WatchItem::Snapshot(snapshot))) = watch.next().await else {
        panic!("a snapshot comes first")
    };
    assert_eq!(snapshot.revision, created.revision);
    let mut from_start = client.watch(&id, Some(0)).await.expect("it is watched from the beginning");
    for i in 0..50 {
        client.patch_context(&id, json!({ "i": i }), Conditions::default()).await.expect("it is patched");
    }
    client.complete_session(&id, request(json!({})), Conditions::default()).await.expect("it completes");
    let last = client.session(&id).await.expect("it is read").revision;
    for (watch, after) in [(&mut watch, created.revision), (&mut from_start, 0)] {
        let mut seen = after;
        while let Some(item) = watch.next().await {
            let WatchItem::Event(event) = item.expect("nothing fails") else { panic!("only events follow") };
            assert_eq!(event.seq, seen + 1, "no gap and no repeat");
            seen = event.seq;
        }
        assert_eq!(seen, last, "the watch ends after the last event");
    }
}

/// Events are read in pages; their numbers have no gaps.
pub async fn events_come_in_pages(client: Client) {
    let created = client.create_session(tutorial(), Conditions::default()).await.expect("it is created");
    let id = created.session_id;
    let mut after = Some(0);
    let mut numbers = Vec::new();
    while let Some(cursor) = after {
        let page =
            client.events(&id, request(json!({ "after": cursor, "limit": 2 }))).await.expect("it is read");
        numbers.extend(page.events.iter().map(|event| event.seq));
        after = page.next_cursor;
    }
    assert_eq!(numbers, (1..=created.revision).collect::<Vec<_>>());
}
