//! Schedules: one session for each time, whatever happens between two writes and however many processes there are.
#![allow(clippy::unwrap_used, missing_docs)]

mod common;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use common::interposed::{Hooks, Interposed};
use common::*;
use sessiond_core::*;
use sessiond_engine::{Engine, Error, NewKey, Options};
use sessiond_store::{ListQuery, ScheduleRow};
use sessiond_store_sqlite::Sqlite;

fn sid(text: &str) -> ScheduleId {
    ScheduleId::parse(text).unwrap()
}

fn hourly() -> SchedulePlan {
    SchedulePlan {
        timing: Timing { cron: Some("@hourly".into()), ..Timing::default() },
        session: CreateSession { participants: vec![], orchestrator: None, ..new_session("s") },
        overlap: Overlap::Allow,
        catch_up: None,
        paused: false,
    }
}

fn hours(hours: u64) -> Span {
    Span::from_secs(hours * 3600)
}

async fn create(engine: &Engine, name: &str, plan: SchedulePlan) -> Schedule {
    engine.create_schedule(&me(), sid(name), plan, None).await.unwrap()
}

/// The ids of all sessions, oldest first.
async fn sessions(engine: &Engine) -> Vec<String> {
    let page = engine.list(&me(), ListQuery { limit: 999, ..ListQuery::default() }).await.unwrap();
    let mut ids: Vec<String> = page.items.iter().map(|row| row.session_id.to_string()).collect();
    ids.sort();
    ids
}

async fn schedule(engine: &Engine, name: &str) -> Schedule {
    engine.schedule(&me(), &sid(name)).await.unwrap()
}

/// Waits until the schedule has dealt with its times by that one.
async fn until_next(engine: &Engine, name: &str, next: &str) {
    let next = Some(next.parse().unwrap());
    eventually(name, async || schedule(engine, name).await.next_at == next).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_is_made_at_each_time_and_says_which_time_it_stands_for() {
    let dir = tempfile::tempdir().unwrap();
    let clock = manual_clock();
    let engine = open_with(dir.path(), by(&clock)).await;
    create(&engine, "report", hourly()).await;
    clock.advance(Span::from_millis(3_599_999));
    pause(std::time::Duration::from_millis(30)).await;
    assert!(sessions(&engine).await.is_empty(), "a millisecond is missing");
    clock.advance(Span::from_millis(1));
    until_next(&engine, "report", "2025-02-02T13:00:00Z").await;
    assert_eq!(sessions(&engine).await, ["report_20250202T120000Z"]);
    let session = engine.session(&me(), &id("report_20250202T120000Z")).await.unwrap();
    assert_eq!(session.labels["schedule"], "report");
    assert_eq!(session.labels["schedule_time"], "2025-02-02T12:00:00.000Z");
    let last = schedule(&engine, "report").await.last.unwrap();
    assert_eq!((last.outcome, last.session_id), (RunOutcome::Created, Some(session.id.clone())));
    engine.shutdown().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_processes_make_one_session_for_each_time() {
    let dir = tempfile::tempdir().unwrap();
    let clock = manual_clock();
    let (one, two) = (open_with(dir.path(), by(&clock)).await, open_with(dir.path(), by(&clock)).await);
    for name in ["a", "b", "c"] {
        create(&one, name, hourly()).await;
    }
    for hour in 12..18 {
        clock.advance(hours(1));
        for name in ["a", "b", "c"] {
            until_next(&two, name, &format!("2025-02-02T{}:00:00Z", hour + 1)).await;
        }
    }
    let all = sessions(&one).await;
    assert_eq!(all.len(), 18, "{all:?}");
    for name in ["a", "b", "c"] {
        assert_eq!(schedule(&one, name).await.last.unwrap().outcome, RunOutcome::Created);
    }
    one.shutdown().await;
    two.shutdown().await;
}

/// Ends the process right after the session of a schedule was created, when nothing else has been written.
struct Crash(AtomicUsize);

#[async_trait]
impl Hooks for Crash {
    async fn schedule(&self, _: &Sqlite, _: &ScheduleRow) -> bool {
        self.0.load(Ordering::SeqCst) == 0
    }

    async fn scheduled(&self, _: &Sqlite) -> bool {
        self.0.fetch_add(1, Ordering::SeqCst);
        false
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_is_made_once_also_if_its_process_ends_at_once_and_somebody_deletes_it() {
    let dir = tempfile::tempdir().unwrap();
    let clock = manual_clock();
    let store = Sqlite::open(dir.path(), sessiond_store_sqlite::Options::default()).unwrap();
    let store = Arc::new(Interposed { store, hooks: Crash(AtomicUsize::new(0)) });
    let engine = Engine::open(store, by(&clock)).await.unwrap();
    let plan = SchedulePlan { overlap: Overlap::Skip, ..hourly() };
    create(&engine, "report", plan).await;
    clock.advance(hours(1));
    eventually("the session is made", async || sessions(&engine).await.len() == 1).await;
    assert_eq!(sessions(&engine).await, ["report_20250202T120000Z"]);
    engine.shutdown().await;

    let look = open_with(dir.path(), Options { timers: false, ..by(&clock) }).await;
    look.delete(&me(), &id("report_20250202T120000Z"), None).await.unwrap();
    look.shutdown().await;
    let engine = open_with(dir.path(), by(&clock)).await;
    until_next(&engine, "report", "2025-02-02T13:00:00Z").await;
    clock.advance(hours(1));
    until_next(&engine, "report", "2025-02-02T14:00:00Z").await;
    assert_eq!(sessions(&engine).await, ["report_20250202T130000Z"]);
    let last = schedule(&engine, "report").await.last.unwrap();
    assert_eq!(
        (last.outcome, last.session_id.unwrap().as_str()),
        (RunOutcome::Created, "report_20250202T130000Z")
    );
    engine.shutdown().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_time_is_skipped_while_the_last_session_is_active() {
    let dir = tempfile::tempdir().unwrap();
    let clock = manual_clock();
    let engine = open_with(dir.path(), by(&clock)).await;
    create(&engine, "report", SchedulePlan { overlap: Overlap::Skip, ..hourly() }).await;
    clock.advance(hours(1));
    until_next(&engine, "report", "2025-02-02T13:00:00Z").await;
    clock.advance(hours(1));
    until_next(&engine, "report", "2025-02-02T14:00:00Z").await;
    assert_eq!(sessions(&engine).await, ["report_20250202T120000Z"]);
    let last = schedule(&engine, "report").await.last.unwrap();
    assert_eq!(last.outcome, RunOutcome::Skipped);
    assert!(last.error.unwrap().contains("report_20250202T120000Z is still active"));
    let complete = lifecycle::Command::Complete { summary: None, artifacts: vec![] };
    let envelope = Envelope::new(me(), Command::Lifecycle(complete));
    engine.execute(&id("report_20250202T120000Z"), envelope, None).await.unwrap();
    clock.advance(hours(1));
    until_next(&engine, "report", "2025-02-02T15:00:00Z").await;
    assert_eq!(sessions(&engine).await, ["report_20250202T120000Z", "report_20250202T140000Z"]);
    engine.shutdown().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_a_long_stop_the_latest_time_is_made_up_for_or_those_in_the_window() {
    let dir = tempfile::tempdir().unwrap();
    let clock = manual_clock();
    let engine = open_with(dir.path(), by(&clock)).await;
    create(&engine, "latest", hourly()).await;
    create(&engine, "window", SchedulePlan { catch_up: Some(hours(3)), ..hourly() }).await;
    create(&engine, "none", SchedulePlan { catch_up: Some(hours(0)), ..hourly() }).await;
    engine.shutdown().await;
    clock.advance(Span::from_secs(30 * 3600 + 1800));
    let engine = open_with(dir.path(), by(&clock)).await;
    for name in ["latest", "window", "none"] {
        until_next(&engine, name, "2025-02-03T18:00:00Z").await;
    }
    let expected = [
        "latest_20250203T170000Z",
        "window_20250203T150000Z",
        "window_20250203T160000Z",
        "window_20250203T170000Z",
    ];
    assert_eq!(sessions(&engine).await, expected);
    engine.shutdown().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_that_cannot_be_made_is_recorded_and_the_next_time_is_tried() {
    let dir = tempfile::tempdir().unwrap();
    let clock = manual_clock();
    let engine = open_with(dir.path(), by(&clock)).await;
    create(&engine, "report", hourly()).await;
    // Somebody else's session has the id.
    engine.create(new_session("report_20250202T120000Z"), &me(), None).await.unwrap();
    clock.advance(hours(1));
    until_next(&engine, "report", "2025-02-02T13:00:00Z").await;
    let last = schedule(&engine, "report").await.last.unwrap();
    assert_eq!((last.outcome, last.session_id), (RunOutcome::Failed, None));
    assert!(last.error.unwrap().contains("already exists"));
    clock.advance(hours(1));
    until_next(&engine, "report", "2025-02-02T14:00:00Z").await;
    assert_eq!(schedule(&engine, "report").await.last.unwrap().outcome, RunOutcome::Created);
    engine.shutdown().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_schedule_whose_key_was_revoked_makes_nothing_until_a_key_has_its_rights_again() {
    let dir = tempfile::tempdir().unwrap();
    let clock = manual_clock();
    let engine = open_with(dir.path(), by(&clock)).await;
    let key = |role| NewKey { name: "team".into(), role, agents: vec![], expires_in: None };
    let (record, secret) = engine.create_key(&me(), key(Role::Client)).await.unwrap();
    let team = engine.authenticate(secret.reveal()).unwrap();
    let made = engine.create_schedule(&team, sid("report"), hourly(), None).await.unwrap();
    assert_eq!(made.owner.name, "team");
    engine.revoke_key(&me(), &record.key_id).await.unwrap();
    // Another key of that name with other rights is not enough.
    engine.create_key(&me(), key(Role::Admin)).await.unwrap();
    clock.advance(hours(1));
    until_next(&engine, "report", "2025-02-02T13:00:00Z").await;
    let last = schedule(&engine, "report").await.last.unwrap();
    assert_eq!(last.outcome, RunOutcome::Failed);
    assert!(last.error.unwrap().contains("no valid key has the name team"));
    assert!(sessions(&engine).await.is_empty());
    engine.create_key(&me(), key(Role::Client)).await.unwrap();
    clock.advance(hours(1));
    until_next(&engine, "report", "2025-02-02T14:00:00Z").await;
    let session = engine.session(&team, &id("report_20250202T130000Z")).await.unwrap();
    assert_eq!(session.owner, "team");
    engine.shutdown().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_person_changes_while_a_session_is_made_stays() {
    let dir = tempfile::tempdir().unwrap();
    let clock = manual_clock();
    let engine = open_with(dir.path(), by(&clock)).await;
    let made = create(&engine, "report", hourly()).await;
    let stale = engine.change_schedule(&me(), &sid("report"), Some(7), |plan| plan).await;
    assert!(matches!(stale, Err(Error::ScheduleStale { expected: 7, actual: 1 })), "{stale:?}");
    let paused = |plan| SchedulePlan { paused: true, ..plan };
    let changed = engine.change_schedule(&me(), &sid("report"), Some(1), paused).await.unwrap();
    assert_eq!((changed.revision, changed.next_at), (2, None));
    clock.advance(hours(5));
    let session = engine.run_schedule(&me(), &sid("report")).await.unwrap();
    assert_eq!(session.id.as_str(), "report_20250202T160000Z", "also while it is paused");
    let after = schedule(&engine, "report").await;
    assert_eq!((after.plan.paused, after.next_at, after.created_at), (true, None, made.created_at));
    assert_eq!(after.last.unwrap().session_id, Some(session.id.clone()));
    engine.delete_schedule(&me(), &sid("report"), None).await.unwrap();
    assert!(matches!(engine.schedule(&me(), &sid("report")).await, Err(Error::ScheduleNotFound)));
    assert_eq!(sessions(&engine).await.len(), 1, "its sessions stay");
    engine.shutdown().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_key_does_not_see_a_schedule_and_agents_must_consent() {
    let dir = tempfile::tempdir().unwrap();
    let clock = manual_clock();
    let engine = open_with(dir.path(), by(&clock)).await;
    let client = |name: &str| Principal::new(name, Role::Client, Vec::new());
    engine.create_schedule(&client("ann"), sid("anns"), hourly(), None).await.unwrap();
    let bob = client("bob");
    assert!(matches!(engine.schedule(&bob, &sid("anns")).await, Err(Error::ScheduleNotFound)));
    assert!(matches!(engine.run_schedule(&bob, &sid("anns")).await, Err(Error::ScheduleNotFound)));
    assert!(matches!(engine.delete_schedule(&bob, &sid("anns"), None).await, Err(Error::ScheduleNotFound)));
    let changed = engine.change_schedule(&bob, &sid("anns"), None, |plan| plan).await;
    assert!(matches!(changed, Err(Error::ScheduleNotFound)));
    assert!(engine.schedules(&bob, None, 9).await.unwrap().schedules.is_empty());
    assert_eq!(engine.schedules(&client("ann"), None, 9).await.unwrap().schedules.len(), 1);
    let taken = engine.create_schedule(&bob, sid("anns"), hourly(), None).await;
    assert!(matches!(taken, Err(Error::ScheduleExists)));
    register(&engine, "a://worker").await;
    let with_agent = SchedulePlan { session: new_session("s"), ..hourly() };
    let refused = engine.create_schedule(&bob, sid("bobs"), with_agent, None).await;
    assert!(matches!(refused, Err(Error::Rejected(Rejection::Forbidden(_)))), "{refused:?}");
    engine.shutdown().await;
}
