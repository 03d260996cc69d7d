//! Schedules.

use super::*;
use crate::{ScheduleChange, ScheduleQuery, ScheduleRow};
use sessiond_core::ScheduleId;

fn id(text: &str) -> ScheduleId {
    ScheduleId::parse(text).unwrap()
}

fn row(name: &str, owner: &str, revision: u64, next_at: Option<i64>) -> ScheduleRow {
    ScheduleRow {
        schedule_id: id(name),
        owner: owner.into(),
        revision,
        next_at: next_at.map(at),
        body: format!(r#"{{"ä": "{revision}'"}}"#).into(),
    }
}

fn put(row: &ScheduleRow, expected: u64) -> Op {
    Op::PutSchedule { row: Box::new(row.clone()), expected, most: 3, answer: None }
}

fn delete(name: &str, expected: Option<u64>) -> Op {
    Op::DeleteSchedule { schedule_id: id(name), expected }
}

pub async fn a_schedule_changes_only_at_the_expected_revision(backend: &dyn Backend) {
    let store = open(backend).await;
    let (first, second) = (row("a", "ann", 1, Some(5_000)), row("a", "ann", 2, None));
    assert_eq!(refused(&store, put(&second, 1)).await, Refusal::Conflict { actual: 0 });
    // Of two who make it at once, one succeeds.
    let answers = store.write(vec![put(&first, 0), put(&second, 0)]).await.unwrap();
    assert_eq!(answers, [Ok(Done::Ok), Err(Refusal::Conflict { actual: 1 })]);
    assert_eq!(store.schedule(&id("a")).await.unwrap(), Some(first));
    done(&store, vec![put(&second, 1)]).await;
    assert_eq!(refused(&store, put(&second, 1)).await, Refusal::Conflict { actual: 2 });
    let reopened = open(backend).await;
    assert_eq!(reopened.schedule(&id("a")).await.unwrap(), Some(second));
    assert_eq!(refused(&store, delete("a", Some(1))).await, Refusal::Conflict { actual: 2 });
    done(&store, vec![delete("a", Some(2))]).await;
    assert_eq!(refused(&store, delete("a", None)).await, Refusal::NotFound);
    assert_eq!(store.schedule(&id("a")).await.unwrap(), None);
}

pub async fn an_owner_has_only_so_many_schedules(backend: &dyn Backend) {
    let store = open(backend).await;
    let all: Vec<Op> = ["a", "b", "c"].iter().map(|name| put(&row(name, "ann", 1, None), 0)).collect();
    done(&store, all).await;
    assert_eq!(refused(&store, put(&row("d", "ann", 1, None), 0)).await, Refusal::LimitReached);
    done(&store, vec![put(&row("d", "bob", 1, None), 0), put(&row("a", "ann", 2, None), 1)]).await;
    done(&store, vec![delete("a", None), put(&row("e", "ann", 1, None), 0)]).await;
}

pub async fn a_schedule_with_a_kept_answer_is_made_once(backend: &dyn Backend) {
    let store = open(backend).await;
    let once = |name: &str, time| Op::PutSchedule {
        row: Box::new(row(name, "ann", 1, None)),
        expected: 0,
        most: 3,
        answer: Some(answer("k", time)),
    };
    done(&store, vec![once("a", 1)]).await;
    assert_eq!(refused(&store, once("b", 2)).await, Refusal::Answered(answer("k", 1)));
    assert_eq!(store.schedule(&id("b")).await.unwrap(), None);
}

pub async fn a_session_is_begun_with_its_schedule_or_not_at_all(backend: &dyn Backend) {
    let store = open(backend).await;
    let begin = |session: &str, name: &str, expected: u64| {
        let change = ScheduleChange { row: row(name, "ann", expected + 1, Some(9_000)), expected };
        op(Append { schedule: Some(Box::new(change)), ..append(session, 0, 1) })
    };
    assert_eq!(refused(&store, begin("s", "a", 1)).await, Refusal::NotFound);
    done(&store, vec![put(&row("a", "ann", 1, Some(5_000)), 0), begin("s", "a", 1)]).await;
    assert_eq!(store.schedule(&id("a")).await.unwrap(), Some(row("a", "ann", 2, Some(9_000))));
    // Neither changes when the schedule has, or when the session is there.
    assert_eq!(refused(&store, begin("t", "a", 1)).await, Refusal::NotFound);
    assert_eq!(refused(&store, begin("s", "a", 2)).await, Refusal::Conflict { actual: 1 });
    assert!(store.load(&session("t"), 1).await.unwrap().is_none());
    let reopened = open(backend).await;
    assert_eq!(reopened.schedule(&id("a")).await.unwrap().unwrap().revision, 2);
    // Of two at once, one succeeds.
    let answers = store.write(vec![begin("t", "a", 2), begin("u", "a", 2)]).await.unwrap();
    assert_eq!(answers, [Ok(Done::Ok), Err(Refusal::NotFound)]);
}

pub async fn schedules_are_listed_by_id_in_pages_and_by_owner(backend: &dyn Backend) {
    let store = open(backend).await;
    let rows = [("c", "ann"), ("a", "bob"), ("b", "ann"), ("d", "bob")];
    done(&store, rows.iter().map(|(name, owner)| put(&row(name, owner, 1, None), 0)).collect()).await;
    let list = async |owner: Option<&str>, cursor, limit| {
        let query = ScheduleQuery { owner: owner.map(str::to_owned), cursor, limit };
        let page = store.schedules(query).await.unwrap();
        let ids: Vec<String> = page.items.iter().map(|row| row.schedule_id.to_string()).collect();
        (ids.concat(), page.next_cursor)
    };
    let (first, cursor) = list(None, None, 3).await;
    assert_eq!(first, "abc");
    assert_eq!(list(None, cursor, 3).await, ("d".into(), None));
    let (first, cursor) = list(Some("ann"), None, 1).await;
    assert_eq!(first, "b");
    assert_eq!(list(Some("ann"), cursor, 1).await, ("c".into(), None));
    let strange = ScheduleQuery { cursor: Some("zz".into()), limit: 1, ..ScheduleQuery::default() };
    assert!(matches!(store.schedules(strange).await, Err(crate::Error::Cursor)));
}

pub async fn schedules_are_due_by_their_next_time_soonest_first(backend: &dyn Backend) {
    let store = open(backend).await;
    let rows = [("a", Some(3_000)), ("b", Some(1_000)), ("c", None), ("d", Some(2_000))];
    done(&store, rows.iter().map(|(name, next)| put(&row(name, name, 1, *next), 0)).collect()).await;
    let due = async |now, limit| {
        let (rows, next) = store.due_schedules(at(now), limit).await.unwrap();
        let ids: Vec<String> = rows.iter().map(|row| row.schedule_id.to_string()).collect();
        (ids.concat(), next)
    };
    assert_eq!(due(999, 9).await, (String::new(), Some(at(1_000))));
    assert_eq!(due(2_000, 9).await, ("bd".into(), Some(at(3_000))));
    assert_eq!(due(9_000, 2).await, ("bd".into(), Some(at(3_000))));
    assert_eq!(due(9_000, 9).await, ("bda".into(), None));
    done(&store, vec![put(&row("b", "b", 2, Some(8_000)), 1)]).await;
    assert_eq!(due(3_000, 9).await, ("da".into(), Some(at(8_000))));
}
