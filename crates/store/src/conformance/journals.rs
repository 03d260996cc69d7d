//! Journals: numbering, conflicts, batches, snapshots, trimming and deletion.

use super::*;
use crate::{Answer, Loaded, MessageQuery, Point, Records, Snapshot, TaskQuery, TaskRow};
use sessiond_core::TaskStatus;

fn numbers(records: &[Record]) -> Vec<Revision> {
    records.iter().map(|record| record.seq).collect()
}

async fn read(store: &Arc<dyn Store>, id: &str, after: Revision) -> Records {
    let records = store.events(&session(id), after, 10_000).await;
    records.expect("it is read").expect("the session exists")
}

async fn exists(store: &Arc<dyn Store>, id: &str) -> bool {
    let records = store.events(&session(id), 0, 1).await.expect("it is read");
    let loaded = store.load(&session(id), 1).await.expect("it is read");
    assert_eq!(records.is_some(), loaded.is_some());
    records.is_some()
}

fn snapshot(revision: Revision, format: u32) -> Snapshot {
    Snapshot { revision, format, state: format!("state {revision} of format {format}").into_bytes() }
}

fn put_snapshot(id: &str, revision: Revision, format: u32) -> Op {
    Op::PutSnapshot { session_id: session(id), snapshot: snapshot(revision, format) }
}

fn trim(id: &str, through: Revision) -> Op {
    let session_id = session(id);
    Op::Trim { session_id, through }
}

pub async fn a_session_begins_at_revision_1_and_goes_on_without_gaps(backend: &dyn Backend) {
    let store = open(backend).await;
    assert!(!exists(&store, "a").await);
    assert_eq!(do_one(&store, op(append("a", 0, 1))).await, Done::Ok);
    assert_eq!(do_one(&store, op(append("a", 1, 3))).await, Done::Ok);
    done(&store, vec![op(append("a", 4, 1)), op(append("a", 5, 2))]).await;
    let records = read(&store, "a", 0).await;
    assert_eq!(records.records, (1..=7).map(record).collect::<Vec<_>>());
    assert_eq!((records.first, records.revision), (1, 7));
}

pub async fn an_append_with_a_gap_in_its_numbers_is_an_error_and_nothing_of_its_batch_is_kept(
    backend: &dyn Backend,
) {
    let store = open(backend).await;
    done(&store, vec![op(append("a", 0, 1))]).await;
    for numbers in [vec![3], vec![1], vec![2, 4], vec![2, 2], vec![3, 2]] {
        let mut gap = append("a", 1, 0);
        gap.records = numbers.iter().copied().map(record).collect();
        let result = store.write(vec![op(append("b", 0, 1)), op(gap), op(append("a", 1, 1))]).await;
        assert!(result.is_err(), "{numbers:?}");
        assert!(!exists(&store, "b").await);
        assert_eq!(read(&store, "a", 0).await.revision, 1);
    }
}

pub async fn a_session_begins_with_an_event_and_a_row_in_lists(backend: &dyn Backend) {
    let store = open(backend).await;
    let mut without_row = append("a", 0, 1);
    without_row.summary = None;
    assert!(store.write(vec![op(without_row)]).await.is_err());
    assert!(store.write(vec![op(append("a", 0, 0))]).await.is_err());
    assert!(!exists(&store, "a").await);
}

pub async fn an_append_at_another_revision_is_refused_with_the_present_one(backend: &dyn Backend) {
    let store = open(backend).await;
    let conflict = |actual| Refusal::Conflict { actual };
    assert_eq!(refused(&store, op(append("a", 4, 1))).await, conflict(0));
    done(&store, vec![op(append("a", 0, 2))]).await;
    for expected in [0, 1, 3] {
        assert_eq!(refused(&store, op(append("a", expected, 1))).await, conflict(2));
        let send = Write::Enqueue(Box::new(message("m")));
        let refusal = refused(&store, with(append("a", expected, 1), vec![send])).await;
        assert_eq!(refusal, conflict(2));
    }
    assert_eq!(numbers(&read(&store, "a", 0).await.records), [1, 2]);
}

pub async fn a_refused_operation_keeps_none_of_the_others_from_being_done(backend: &dyn Backend) {
    let store = open(backend).await;
    let ops = vec![
        op(append("a", 0, 1)),
        op(append("a", 0, 1)),
        op(append("b", 7, 1)),
        Op::DeleteSession { session_id: session("none"), expected_revision: None },
        op(append("a", 1, 1)),
        op(append("b", 0, 2)),
    ];
    let answers = store.write(ops).await.expect("the batch is written");
    let expected = vec![
        Ok(Done::Ok),
        Err(Refusal::Conflict { actual: 1 }),
        Err(Refusal::Conflict { actual: 0 }),
        Err(Refusal::NotFound),
        Ok(Done::Ok),
        Ok(Done::Ok),
    ];
    assert_eq!(answers, expected);
    assert_eq!(read(&store, "a", 0).await.revision, 2);
    assert_eq!(read(&store, "b", 0).await.revision, 2);
    assert_eq!(store.write(Vec::new()).await.expect("nothing is written"), []);
}

pub async fn a_refused_append_leaves_nothing_behind(backend: &dyn Backend) {
    let store = open(backend).await;
    done(&store, vec![enqueue(message("taken")), op(append("a", 0, 1))]).await;
    for expected in [0, 1] {
        let id = if expected == 0 { "b" } else { "a" };
        let mut all = append(id, expected, 2);
        all.tasks = vec![TaskRow {
            task_id: task_id("t"),
            session_id: session(id),
            assignee: agent("to"),
            status: TaskStatus::Pending,
        }];
        all.answers = vec![answer("k", 1_000)];
        all.writes = vec![
            Write::SetTimer(timer("t", 5)),
            Write::Enqueue(Box::new(message("fresh"))),
            Write::Enqueue(Box::new(message("taken"))),
        ];
        let refusal = refused(&store, op(all)).await;
        assert_eq!(refusal, Refusal::MessageExists(message_id("taken")));
    }
    assert!(!exists(&store, "b").await);
    assert_eq!(read(&store, "a", 0).await.revision, 1);
    assert_eq!(store.task(&task_id("t")).await.unwrap(), None);
    assert_eq!(store.answer("scope", "k").await.unwrap(), None);
    assert_eq!(store.due_timers(at(9_000), 9).await.unwrap(), (vec![], None));
    assert_eq!(store.inbox(&agent("to"), at(9_000)).await.unwrap().depth, 1);
    let fresh = store.message(&agent("to"), &message_id("fresh")).await;
    assert_eq!(fresh.unwrap(), None);
}

pub async fn an_append_without_events_writes_what_follows_and_keeps_the_revision(backend: &dyn Backend) {
    let store = open(backend).await;
    done(&store, vec![op(append("a", 0, 1))]).await;
    let mut empty = append("a", 1, 0);
    empty.answers = vec![answer("k", 1_000)];
    done(&store, vec![with(empty, vec![Write::SetTimer(timer("t", 5))])]).await;
    assert_eq!(read(&store, "a", 0).await.revision, 1);
    assert_eq!(store.due_timers(at(9), 9).await.unwrap().0.len(), 1);
    assert_eq!(store.answer("scope", "k").await.unwrap(), Some(answer("k", 1_000)));
    let refusal = refused(&store, op(append("a", 0, 1))).await;
    assert_eq!(refusal, Refusal::Conflict { actual: 1 });
}

pub async fn an_answer_is_kept_with_its_append_and_refuses_the_same_request_again(backend: &dyn Backend) {
    let store = open(backend).await;
    let mut first = append("a", 0, 1);
    first.answers = vec![answer("k", 1_000)];
    done(&store, vec![op(first)]).await;
    assert_eq!(store.answer("scope", "k").await.unwrap(), Some(answer("k", 1_000)));
    // The answer counts before the revision: who asks again asks at a revision that has passed.
    for expected in [0, 1] {
        let mut again = append("a", expected, 1);
        again.answers = vec![Answer { digest: [8; 32], ..answer("k", 1_000) }];
        assert_eq!(refused(&store, op(again)).await, Refusal::Answered(answer("k", 1_000)));
    }
    let mut other = append("a", 1, 1);
    other.answers = vec![Answer { scope: "other".into(), ..answer("k", 1_000) }];
    done(&store, vec![op(other)]).await;
    assert_eq!(read(&store, "a", 0).await.revision, 2);
}

pub async fn events_are_read_from_a_number_on_up_to_a_limit(backend: &dyn Backend) {
    let store = open(backend).await;
    done(&store, vec![op(append("a", 0, 9)), op(append("b", 0, 2))]).await;
    let page = |after, limit| {
        let store = store.clone();
        async move {
            let records = store.events(&session("a"), after, limit).await;
            numbers(&records.unwrap().unwrap().records)
        }
    };
    assert_eq!(page(0, 3).await, [1, 2, 3]);
    assert_eq!(page(3, 3).await, [4, 5, 6]);
    assert_eq!(page(7, 9).await, [8, 9]);
    assert!(page(9, 9).await.is_empty());
    assert!(page(99, 9).await.is_empty());
    assert!(page(0, 0).await.is_empty());
}

pub async fn a_page_of_large_events_ends_early_and_has_at_least_one(backend: &dyn Backend) {
    let store = open(backend).await;
    let sizes = [limits::PAGE_BYTES / 2, limits::PAGE_BYTES / 2, 20, limits::PAGE_BYTES + 1, 20, 20];
    let mut large = append("a", 0, 6);
    for (record, size) in large.records.iter_mut().zip(sizes) {
        record.json = format!("\"{}\"", "x".repeat(size - 2)).into();
    }
    let written = large.records.clone();
    done(&store, vec![op(large)]).await;
    let page = async |after| store.events(&session("a"), after, 9).await.unwrap().unwrap();
    assert_eq!(numbers(&page(0).await.records), [1, 2]);
    assert_eq!(numbers(&page(2).await.records), [3]);
    assert_eq!(numbers(&page(3).await.records), [4]);
    assert_eq!(numbers(&page(4).await.records), [5, 6]);
    assert_eq!(page(0).await.revision, 6, "there are more");
    // Opening a session reads all.
    assert_eq!(store.load(&session("a"), 1).await.unwrap().unwrap().records, written);
}

pub async fn opening_reads_the_newest_snapshot_and_the_events_after_it(backend: &dyn Backend) {
    let store = open(backend).await;
    done(&store, vec![op(append("a", 0, 5)), put_snapshot("a", 2, 1)]).await;
    done(&store, vec![put_snapshot("a", 4, 1), op(append("a", 5, 1))]).await;
    let expected =
        Loaded { snapshot: Some(snapshot(4, 1)), records: vec![record(5), record(6)], revision: 6 };
    assert_eq!(store.load(&session("a"), 1).await.unwrap(), Some(expected));
    assert_eq!(store.load(&session("b"), 1).await.unwrap(), None);
}

pub async fn a_snapshot_of_another_format_is_passed_over(backend: &dyn Backend) {
    let store = open(backend).await;
    done(&store, vec![op(append("a", 0, 3)), put_snapshot("a", 2, 1)]).await;
    let loaded = store.load(&session("a"), 2).await.unwrap().unwrap();
    assert_eq!(loaded.snapshot, None);
    assert_eq!(numbers(&loaded.records), [1, 2, 3]);
    done(&store, vec![put_snapshot("a", 3, 2)]).await;
    let loaded = store.load(&session("a"), 2).await.unwrap().unwrap();
    assert_eq!(loaded.snapshot, Some(snapshot(3, 2)));
    let loaded = store.load(&session("a"), 1).await.unwrap().unwrap();
    assert_eq!(loaded.snapshot, Some(snapshot(2, 1)));
}

pub async fn an_older_snapshot_does_not_replace_a_newer_one(backend: &dyn Backend) {
    let store = open(backend).await;
    done(&store, vec![op(append("a", 0, 5)), put_snapshot("a", 4, 1), put_snapshot("a", 3, 1)]).await;
    let loaded = store.load(&session("a"), 1).await.unwrap().unwrap();
    assert_eq!(loaded.snapshot, Some(snapshot(4, 1)));
}

pub async fn a_snapshot_needs_its_session_and_its_revision(backend: &dyn Backend) {
    let store = open(backend).await;
    assert_eq!(refused(&store, put_snapshot("a", 1, 1)).await, Refusal::NotFound);
    done(&store, vec![op(append("a", 0, 2))]).await;
    assert_eq!(refused(&store, put_snapshot("a", 3, 1)).await, Refusal::NotFound);
    assert_eq!(do_one(&store, put_snapshot("a", 2, 1)).await, Done::Ok);
}

pub async fn trimming_drops_events_and_tells_readers_where_the_journal_begins(backend: &dyn Backend) {
    let store = open(backend).await;
    done(&store, vec![op(append("a", 0, 9)), put_snapshot("a", 6, 1)]).await;
    done(&store, vec![trim("a", 4)]).await;
    let records = read(&store, "a", 0).await;
    assert_eq!(numbers(&records.records), [5, 6, 7, 8, 9]);
    assert_eq!((records.first, records.revision), (5, 9));
    // Trimming less than was trimmed already changes nothing.
    done(&store, vec![trim("a", 2), trim("a", 4)]).await;
    assert_eq!(read(&store, "a", 0).await.first, 5);
    done(&store, vec![trim("a", 6), op(append("a", 9, 1))]).await;
    let loaded = store.load(&session("a"), 1).await.unwrap().unwrap();
    assert_eq!(loaded.snapshot, Some(snapshot(6, 1)));
    assert_eq!(numbers(&loaded.records), [7, 8, 9, 10]);
    done(&store, vec![put_snapshot("a", 10, 1), trim("a", 10)]).await;
    let records = read(&store, "a", 0).await;
    assert_eq!((records.records.len(), records.first, records.revision), (0, 11, 10));
    done(&store, vec![op(append("a", 10, 1))]).await;
    assert_eq!(numbers(&read(&store, "a", 0).await.records), [11]);
}

pub async fn events_are_replaced_under_their_numbers(backend: &dyn Backend) {
    let store = open(backend).await;
    let other = open(backend).await;
    let replaced = |numbers: &[Revision]| {
        let records = numbers.iter().map(|seq| Record { seq: *seq, json: format!("{{\"n\":{seq}}}").into() });
        Op::ReplaceEvents { session_id: session("a"), records: records.collect() }
    };
    assert_eq!(refused(&store, replaced(&[1])).await, Refusal::NotFound);
    done(&store, vec![op(append("a", 0, 4)), op(append("b", 0, 4))]).await;
    // One that is not there is not made.
    done(&store, vec![replaced(&[2, 3, 9])]).await;
    for reader in [&store, &other] {
        let records = read(reader, "a", 0).await;
        assert_eq!(numbers(&records.records), [1, 2, 3, 4]);
        assert_eq!((records.first, records.revision), (1, 4));
        assert_eq!(records.records[0], record(1));
        assert_eq!(&*records.records[1].json, "{\"n\":2}");
        assert_eq!(&*records.records[2].json, "{\"n\":3}");
        assert_eq!(read(reader, "b", 0).await.records, (1..=4).map(record).collect::<Vec<_>>());
    }
}

pub async fn trimming_is_refused_without_a_snapshot_that_replaces_the_events(backend: &dyn Backend) {
    let store = open(backend).await;
    assert_eq!(refused(&store, trim("a", 1)).await, Refusal::NotFound);
    done(&store, vec![op(append("a", 0, 9))]).await;
    assert_eq!(refused(&store, trim("a", 1)).await, Refusal::NotFound);
    done(&store, vec![put_snapshot("a", 5, 1)]).await;
    assert_eq!(refused(&store, trim("a", 6)).await, Refusal::NotFound);
    assert_eq!(read(&store, "a", 0).await.first, 1);
}

pub async fn a_long_journal_is_trimmed_and_deleted_at_once_for_every_reader(backend: &dyn Backend) {
    let store = open(backend).await;
    let other = open(backend).await;
    done(&store, vec![op(append("a", 0, 9_000)), put_snapshot("a", 8_990, 1)]).await;
    done(&store, vec![trim("a", 8_000)]).await;
    for reader in [&store, &other] {
        let records = read(reader, "a", 0).await;
        assert_eq!((records.first, records.records.len()), (8_001, 1_000));
    }
    let session_id = session("a");
    done(&store, vec![Op::DeleteSession { session_id, expected_revision: None }, op(append("a", 0, 2))])
        .await;
    for reader in [&store, &other] {
        assert_eq!(numbers(&read(reader, "a", 0).await.records), [1, 2]);
    }
    // What is left of the old one may be swept up meanwhile; none of the new one is.
    tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    assert_eq!(numbers(&read(&store, "a", 0).await.records), [1, 2]);
}

pub async fn deleting_a_session_removes_all_that_is_its_own(backend: &dyn Backend) {
    let store = open(backend).await;
    let mut all = append("a", 0, 3);
    all.tasks = vec![TaskRow {
        task_id: task_id("t"),
        session_id: session("a"),
        assignee: agent("to"),
        status: TaskStatus::Pending,
    }];
    let of_session = |id: &str| Enqueue { session_id: Some(session("a")), ..message(id) };
    all.writes = vec![Write::SetTimer(timer("t", 5)), Write::Enqueue(Box::new(of_session("m")))];
    let points = vec![Point { series: "loss".into(), time: at(1), step: None, value: Some(1.0), text: None }];
    let session_id = session("a");
    done(
        &store,
        vec![
            op(all),
            put_snapshot("a", 3, 1),
            Op::PutPoints { session_id: session_id.clone(), points, keep: 9, answer: None },
            op(append("b", 0, 1)),
            enqueue(message("stays")),
        ],
    )
    .await;
    let delete = || Op::DeleteSession { session_id: session("a"), expected_revision: None };
    assert_eq!(do_one(&store, delete()).await, Done::Ok);
    assert_eq!(refused(&store, delete()).await, Refusal::NotFound);
    assert!(!exists(&store, "a").await);
    assert!(exists(&store, "b").await);
    assert_eq!(store.task(&task_id("t")).await.unwrap(), None);
    let tasks = store.tasks(TaskQuery { limit: 9, ..TaskQuery::default() }).await;
    assert_eq!(tasks.unwrap().items, []);
    assert_eq!(store.due_timers(at(9), 9).await.unwrap(), (vec![], None));
    assert_eq!(store.points(&session_id, None, 0, 9).await.unwrap().0, []);
    assert_eq!(store.inbox(&agent("to"), at(9_000)).await.unwrap().depth, 1);
    let left = store
        .messages(MessageQuery { session_id: Some(session_id), limit: 9, ..MessageQuery::default() })
        .await;
    assert_eq!(left.unwrap().items, []);
    let counts = store.counts().await.unwrap();
    assert_eq!(counts.sessions.values().sum::<u64>(), 1);
}

pub async fn a_deleted_session_begins_again_at_revision_1(backend: &dyn Backend) {
    let store = open(backend).await;
    done(&store, vec![op(append("a", 0, 5)), put_snapshot("a", 5, 1)]).await;
    done(&store, vec![op(append("a", 5, 1))]).await;
    let session_id = session("a");
    done(&store, vec![Op::DeleteSession { session_id, expected_revision: None }]).await;
    let refusal = refused(&store, op(append("a", 6, 1))).await;
    assert_eq!(refusal, Refusal::Conflict { actual: 0 });
    done(&store, vec![op(append("a", 0, 1)), op(append("a", 1, 1))]).await;
    let loaded = store.load(&session("a"), 1).await.unwrap().unwrap();
    assert_eq!((loaded.snapshot, loaded.revision), (None, 2));
    assert_eq!(numbers(&loaded.records), [1, 2]);
}

pub async fn a_session_is_deleted_at_the_revision_that_is_expected(backend: &dyn Backend) {
    let store = open(backend).await;
    done(&store, vec![op(append("a", 0, 3))]).await;
    let delete = |expected| Op::DeleteSession { session_id: session("a"), expected_revision: Some(expected) };
    assert_eq!(refused(&store, delete(2)).await, Refusal::Conflict { actual: 3 });
    assert!(store.load(&session("a"), 1).await.unwrap().is_some());
    done(&store, vec![delete(3)]).await;
    assert!(store.load(&session("a"), 1).await.unwrap().is_none());
}

pub async fn what_a_deleted_session_answered_is_answered_for_no_other(backend: &dyn Backend) {
    let store = open(backend).await;
    let mut first = append("a", 0, 1);
    first.answers = vec![crate::Answer { session_id: Some(session("a")), ..answer("k", 1_000) }];
    let mut other = append("b", 0, 1);
    other.answers = vec![crate::Answer { session_id: Some(session("b")), ..answer("l", 1_000) }];
    done(&store, vec![op(first.clone()), op(other)]).await;
    assert_eq!(store.answer("scope", "k").await.unwrap(), Some(first.answers[0].clone()));
    done(&store, vec![Op::DeleteSession { session_id: session("a"), expected_revision: None }]).await;
    assert_eq!(store.answer("scope", "k").await.unwrap(), None);
    assert!(store.answer("scope", "l").await.unwrap().is_some());
    done(&store, vec![op(first)]).await;
}

pub async fn notices_of_a_deleted_session_wait_for_their_agents(backend: &dyn Backend) {
    let store = open(backend).await;
    let of_session = |id: &str, kind| {
        Write::Enqueue(Box::new(Enqueue { session_id: Some(session("a")), kind, ..message(id) }))
    };
    let writes = vec![
        of_session("told", sessiond_core::MessageKind::Notice),
        of_session("asked", sessiond_core::MessageKind::Request),
    ];
    done(&store, vec![super::with(append("a", 0, 1), writes)]).await;
    done(&store, vec![Op::DeleteSession { session_id: session("a"), expected_revision: None }]).await;
    assert_eq!(super::inboxes::take(&store, 1_000, 9).await, ["told"]);
    assert_eq!(super::inboxes::depth(&store).await, 1);
}
