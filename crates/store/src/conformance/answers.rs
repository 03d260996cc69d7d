//! Kept answers, and what purging drops.

use super::*;
pub async fn an_answer_is_kept_once(backend: &dyn Backend) {
    let store = open(backend).await;
    assert_eq!(store.answer("scope", "k").await.unwrap(), None);
    assert_eq!(do_one(&store, Op::PutAnswer(answer("k", 1))).await, Done::Ok);
    let refusal = refused(&store, Op::PutAnswer(answer("k", 2))).await;
    assert_eq!(refusal, Refusal::Answered(answer("k", 1)));
    assert_eq!(store.answer("scope", "k").await.unwrap(), Some(answer("k", 1)));
    assert_eq!(store.answer("other", "k").await.unwrap(), None);
    assert_eq!(store.answer("scope", "K").await.unwrap(), None);
}

fn purge(before: i64) -> Op {
    Op::Purge { answers_before: at(before), messages_before: at(before) }
}

fn ack(id: &str, millis: i64) -> Op {
    Op::Ack { agent_id: agent("to"), fence: None, message_ids: vec![message_id(id)], now: at(millis) }
}

pub async fn purging_drops_old_answers_and_ended_messages_alone(backend: &dyn Backend) {
    let store = open(backend).await;
    let ops = vec![
        Op::PutAnswer(answer("old", 99)),
        Op::PutAnswer(answer("new", 100)),
        enqueue(message("old")),
        enqueue(message("new")),
        enqueue(message("waits")),
        ack("old", 99),
        ack("new", 100),
    ];
    done(&store, ops).await;
    assert_eq!(do_one(&store, purge(100)).await, Done::Count(2));
    assert_eq!(store.answer("scope", "old").await.unwrap(), None);
    assert_eq!(store.answer("scope", "new").await.unwrap(), Some(answer("new", 100)));
    let known = |id: &'static str| {
        let store = store.clone();
        async move {
            let found = store.message(&agent("to"), &message_id(id)).await;
            found.unwrap().is_some()
        }
    };
    assert!(!known("old").await && known("new").await && known("waits").await);
    assert_eq!(do_one(&store, purge(1_000_000)).await, Done::Count(2));
    assert!(!known("new").await && known("waits").await);
    assert_eq!(store.inbox(&agent("to"), at(1_000)).await.unwrap().depth, 1);
    // An id is free again once its message is forgotten.
    done(&store, vec![enqueue(message("old"))]).await;
}

pub async fn purging_is_repeated_until_nothing_is_left(backend: &dyn Backend) {
    let store = open(backend).await;
    let answers = (0..5_000).map(|n| Op::PutAnswer(answer(&n.to_string(), n)));
    done(&store, answers.collect()).await;
    let mut purged = 0;
    loop {
        match do_one(&store, purge(4_500)).await {
            Done::Count(0) => break,
            Done::Count(some) => purged += some,
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(purged, 4_500);
    assert_eq!(store.answer("scope", "4499").await.unwrap(), None);
    assert!(store.answer("scope", "4500").await.unwrap().is_some());
}
