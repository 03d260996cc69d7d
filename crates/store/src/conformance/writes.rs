//! Writes of many callers at once: what they share, and what they do not.

use super::*;

pub async fn many_small_writes_at_once_are_all_done(backend: &dyn Backend) {
    let store = open(backend).await;
    let clients: Vec<_> = (0..64)
        .map(|n| {
            let store = store.clone();
            let id = format!("s{n}");
            tokio::spawn(async move {
                for revision in 0..20 {
                    done(&store, vec![op(append(&id, revision, 1))]).await;
                    // One that is refused among those that share its transaction.
                    refused(&store, op(append(&id, revision, 1))).await;
                }
            })
        })
        .collect();
    for client in clients {
        client.await.expect("a client ends");
    }
    for n in 0..64 {
        let records = store.events(&session(&format!("s{n}")), 0, 99).await;
        let records = records.unwrap().unwrap();
        let numbers: Vec<Revision> = records.records.iter().map(|record| record.seq).collect();
        assert!(numbers.into_iter().eq(1..=20));
    }
}

pub async fn concurrent_writers_share_flushes(backend: &dyn Backend) {
    let store = open(backend).await;
    let before = backend.flushes().await;
    // While the first batch is written, the others come.
    let first = (0..2_000).map(|n| op(append(&format!("first{n}"), 0, 1))).collect();
    let batches = std::iter::once(first).chain((0..400).map(|n| vec![op(append(&format!("s{n}"), 0, 1))]));
    let writers: Vec<_> = batches
        .map(|batch| {
            let store = store.clone();
            tokio::spawn(async move { done(&store, batch).await })
        })
        .collect();
    for writer in writers {
        writer.await.expect("a writer ends");
    }
    let flushes = backend.flushes().await - before;
    assert!(flushes <= 100, "401 batches took {flushes} flushes");
}

pub async fn a_batch_that_fails_takes_none_of_the_others_with_it(backend: &dyn Backend) {
    let store = open(backend).await;
    let writers: Vec<_> = (0..100)
        .map(|n| {
            let store = store.clone();
            tokio::spawn(async move {
                let good = op(append(&format!("s{n}"), 0, 1));
                // A gap in the numbers is an error and no refusal.
                let bad = Append { records: vec![record(9)], ..append(&format!("bad{n}"), 0, 1) };
                let batch = if n % 3 == 0 { vec![good, op(bad)] } else { vec![good] };
                (n, store.write(batch).await)
            })
        })
        .collect();
    for writer in writers {
        let (n, outcome) = writer.await.expect("a writer ends");
        match outcome {
            Ok(answers) => assert_eq!((n % 3 != 0, answers), (true, vec![Ok(Done::Ok)]), "{n}"),
            Err(error) => assert!(n % 3 == 0 && matches!(error, Error::Failed(_)), "{n}: {error}"),
        }
        let there = store.load(&session(&format!("s{n}")), 1).await.unwrap().is_some();
        assert_eq!(there, n % 3 != 0, "{n}");
    }
}
