//! Schedules: which times there are, and which of them a session is made for.

use proptest::prelude::*;
use sessiond_core::{
    CreateSession, Kind, Moment, Overlap, Schedule, ScheduleId, SchedulePlan, SessionId, Span, Timestamp,
    Timing, limits,
};

use crate::support::{client, refusal};

fn time(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn moment(now: Timestamp) -> Moment {
    Moment { now, nonce: 7 }
}

fn plan(timing: Timing) -> SchedulePlan {
    let session = CreateSession {
        session_id: SessionId::parse("s").unwrap(),
        kind: Kind::Workflow,
        name: None,
        client_id: None,
        orchestrator: None,
        participants: vec![],
        workflow: None,
        shared_context: None,
        labels: Default::default(),
        expires_in: None,
        parent: None,
        idle_timeout: None,
        token: None,
        process: None,
        lease: None,
        batch: None,
    };
    SchedulePlan { timing, session, overlap: Overlap::Skip, catch_up: None, paused: false }
}

fn cron(expression: &str, zone: Option<&str>) -> Timing {
    Timing { cron: Some(expression.into()), time_zone: zone.map(str::to_owned), ..Timing::default() }
}

fn made(plan: SchedulePlan, now: &str) -> Result<Schedule, sessiond_core::Rejection> {
    Schedule::new(ScheduleId::parse("s").unwrap(), plan, client("owner"), &moment(time(now)))
}

fn next(timing: Timing, now: &str, count: usize) -> Vec<String> {
    let times = made(plan(timing), now).unwrap().upcoming(time(now), count);
    times.iter().map(|time| time.to_string().replace(":00.000Z", "Z")).collect()
}

#[test]
fn a_cron_expression_is_read_in_its_time_zone_also_where_the_clock_changes() {
    // The clock jumps from 02:00 to 03:00: a fixed time in between comes right after it.
    let berlin = Some("Europe/Berlin");
    assert_eq!(
        next(cron("30 2 * * *", berlin), "2026-03-28T00:00:00Z", 3),
        ["2026-03-28T01:30Z", "2026-03-29T01:00Z", "2026-03-30T00:30Z"]
    );
    // It goes back from 03:00 to 02:00: a fixed time comes once, the first time.
    assert_eq!(
        next(cron("30 2 * * *", berlin), "2026-10-24T12:00:00Z", 2),
        ["2026-10-25T00:30Z", "2026-10-26T01:30Z"]
    );
    // A step counts in both hours, and not at all in the one that there is not.
    assert_eq!(
        next(cron("*/30 * * * *", berlin), "2026-10-24T23:45:00Z", 5),
        [
            "2026-10-25T00:00Z",
            "2026-10-25T00:30Z",
            "2026-10-25T01:00Z",
            "2026-10-25T01:30Z",
            "2026-10-25T02:00Z"
        ]
    );
    assert_eq!(
        next(cron("*/30 * * * *", berlin), "2026-03-29T00:15:00Z", 3),
        ["2026-03-29T00:30Z", "2026-03-29T01:00Z", "2026-03-29T01:30Z"]
    );
    assert_eq!(next(cron("@daily", None), "2026-03-29T00:15:00Z", 1), ["2026-03-30T00:00Z"]);
    assert_eq!(next(cron("0 9 * * MON-FRI", None), "2026-05-01T10:00:00Z", 1), ["2026-05-04T09:00Z"]);
}

#[test]
fn an_interval_counts_from_the_creation_and_a_single_time_comes_once() {
    let every = Timing { every: Some(Span::from_secs(5400)), ..Timing::default() };
    assert_eq!(next(every, "2026-01-01T00:00:00.7Z", 2), ["2026-01-01T01:30Z", "2026-01-01T03:00Z"]);
    let at = Timing { at: Some(time("2026-01-01T08:00:00Z")), ..Timing::default() };
    assert_eq!(next(at.clone(), "2026-01-01T00:00:00Z", 9), ["2026-01-01T08:00Z"]);
    let past = made(plan(at), "2026-02-01T00:00:00Z").unwrap();
    assert_eq!(past.due(time("2026-02-01T00:00:00Z")), [time("2026-01-01T08:00:00Z")], "the past is now");
    assert_eq!(past.after(time("2026-01-01T08:00:00Z")).next_at, None);
}

#[test]
fn what_has_no_times_is_refused_with_its_place() {
    let every = |every| Timing { every: Some(every), ..Timing::default() };
    let wrong = |timing: Timing| refusal(made(plan(timing), "2026-01-01T00:00:00Z").map(drop));
    for expression in ["", "x", "* * * *", "* * * * * *", "60 * * * *", "* * * * 8", "@never", "0 0 30 2 *"] {
        let why = wrong(cron(expression, None));
        assert!(why.starts_with("/cron: it "), "{expression:?}: {why}");
    }
    assert!(wrong(cron("@daily", Some("Mars/Olympus"))).starts_with("/time_zone: "));
    for span in [0, 59_000, 60_500] {
        assert!(wrong(every(Span::from_millis(span))).starts_with("/every: "), "{span}");
    }
    assert!(
        wrong(Timing { time_zone: Some("Europe/Berlin".into()), ..every(Span::from_secs(60)) })
            .starts_with("/time_zone: ")
    );
    assert!(wrong(Timing::default()).contains("exactly one of cron, every and at"));
    assert!(
        wrong(Timing { cron: Some("@daily".into()), ..every(Span::from_secs(60)) }).contains("exactly one")
    );
    let long =
        SchedulePlan { catch_up: Some(Span::from_millis(limits::SPAN_MS + 1)), ..plan(cron("@daily", None)) };
    assert!(refusal(made(long, "2026-01-01T00:00:00Z").map(drop)).starts_with("/catch_up: "));
    let mut wrong_session = plan(cron("@daily", None));
    wrong_session.session.name = Some("two\nlines".into());
    assert!(refusal(made(wrong_session, "2026-01-01T00:00:00Z").map(drop)).starts_with("/session/name: "));
    assert!(ScheduleId::parse("x".repeat(limits::SCHEDULE_ID_BYTES + 1)).is_err());
    let longest = ScheduleId::parse("x".repeat(limits::SCHEDULE_ID_BYTES)).unwrap();
    let schedule = Schedule::new(
        longest,
        plan(cron("@daily", None)),
        client("o"),
        &moment(time("2026-01-01T00:00:00Z")),
    );
    assert_eq!(
        schedule.unwrap().session_id(time("2026-01-02T00:00:00Z")).as_str(),
        format!("{}_20260102T000000Z", "x".repeat(limits::SCHEDULE_ID_BYTES))
    );
}

#[test]
fn of_missed_times_the_latest_is_made_up_for_or_those_in_the_window() {
    let hourly = |catch_up| SchedulePlan { catch_up, ..plan(cron("@hourly", None)) };
    let due = |catch_up: Option<u64>, now: &str| {
        let schedule =
            made(hourly(catch_up.map(|hours| Span::from_secs(hours * 3600))), "2026-01-01T00:30:00Z")
                .unwrap();
        let due = schedule.due(time(now));
        due.iter().map(|time| time.to_string()[..13].to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(due(None, "2026-01-01T00:59:59Z"), Vec::<String>::new());
    assert_eq!(due(None, "2026-01-01T01:00:00Z"), ["2026-01-01T01"]);
    assert_eq!(due(None, "2026-02-01T00:30:00Z"), ["2026-02-01T00"], "the latest of all");
    assert_eq!(due(None, "2026-02-01T01:00:10Z"), ["2026-02-01T01"], "one that is on time is the latest");
    assert_eq!(due(Some(0), "2026-02-01T00:30:00Z"), Vec::<String>::new());
    assert_eq!(due(Some(0), "2026-02-01T00:00:30Z"), ["2026-02-01T00"], "it is on time");
    assert_eq!(due(Some(3), "2026-02-01T00:30:00Z"), ["2026-01-31T22", "2026-01-31T23", "2026-02-01T00"]);
    assert_eq!(due(Some(720), "2026-02-01T00:30:00Z").len(), limits::SCHEDULE_CATCH_UP);
}

#[test]
fn a_schedule_that_is_resumed_goes_on_from_then_and_a_new_timing_begins_anew() {
    let schedule = made(plan(cron("@hourly", None)), "2026-01-01T00:30:00Z").unwrap();
    let change = |schedule: &Schedule, plan: SchedulePlan, now: &str| {
        schedule.changed(plan, schedule.owner.clone(), &moment(time(now))).unwrap()
    };
    let paused =
        change(&schedule, SchedulePlan { paused: true, ..schedule.plan.clone() }, "2026-01-01T00:40:00Z");
    assert_eq!((paused.next_at, paused.revision), (None, 2));
    assert!(paused.upcoming(time("2026-01-01T00:40:00Z"), 3).is_empty());
    let resumed =
        change(&paused, SchedulePlan { paused: false, ..paused.plan.clone() }, "2026-01-01T05:30:00Z");
    assert_eq!(resumed.next_at, Some(time("2026-01-01T06:00:00Z")));
    let renamed = change(
        &resumed,
        SchedulePlan { overlap: Overlap::Allow, ..resumed.plan.clone() },
        "2026-01-01T06:30:00Z",
    );
    assert_eq!(renamed.next_at, resumed.next_at, "what is due stays due");
    let daily = change(
        &renamed,
        SchedulePlan { timing: cron("@daily", None), ..renamed.plan.clone() },
        "2026-01-01T06:30:00Z",
    );
    assert_eq!(daily.next_at, Some(time("2026-01-02T00:00:00Z")));
}

fn any_timing() -> impl Strategy<Value = Timing> {
    let field = |most: u32| {
        prop_oneof![
            3 => Just("*".to_owned()),
            2 => (0..most).prop_map(|n| n.to_string()),
            1 => (2..most.min(20)).prop_map(|n| format!("*/{n}")),
            1 => (0..most / 2, 0..most / 2).prop_map(move |(a, b)| format!("{a}-{}", a + b)),
        ]
    };
    let zone = prop::sample::select(vec![
        "UTC",
        "Europe/Berlin",
        "America/New_York",
        "Australia/Lord_Howe",
        "Asia/Kolkata",
    ]);
    prop_oneof![
        4 => (field(60), field(24), prop_oneof![3 => Just("*".to_owned()), 1 => (1u32..29).prop_map(|n| n.to_string())], zone)
            .prop_map(|(minute, hour, day, zone)| cron(&format!("{minute} {hour} {day} * *"), Some(zone))),
        1 => (60u64..200_000).prop_map(|secs| Timing { every: Some(Span::from_secs(secs)), ..Timing::default() }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, ..ProptestConfig::default() })]

    /// However often and however late an engine looks, and wherever it is stopped between two times: each time is made once,
    /// in order, and none is missed that the window has.
    #[test]
    fn times_strictly_increase_and_none_is_missed_however_often_an_engine_looks(
        timing in any_timing(),
        begin in 1_767_225_600_000i64..1_830_297_600_000,
        looks in prop::collection::vec((1u64..40_000_000, 0usize..8), 1..20),
    ) {
        let begin = Timestamp::from_millis(begin);
        let plan = SchedulePlan { catch_up: Some(Span::from_millis(limits::SPAN_MS)), ..plan(timing) };
        let mut schedule =
            Schedule::new(ScheduleId::parse("s").unwrap(), plan, client("owner"), &moment(begin)).unwrap();
        let mut made: Vec<Timestamp> = Vec::new();
        let mut expected: Vec<Timestamp> = Vec::new();
        let mut now = begin;
        for (later, stop) in looks {
            now = now.after(Span::from_millis(later));
            let all: Vec<Timestamp> =
                std::iter::successors(schedule.next_at, |at| schedule.after(*at).next_at).take_while(|at| *at <= now).collect();
            let due = schedule.due(now);
            // Only of very many are the first passed over.
            prop_assert!(due.len() == all.len() || due.len() >= limits::SCHEDULE_CATCH_UP);
            prop_assert_eq!(&due[..], &all[all.len() - due.len()..]);
            expected.extend(&due);
            for time in due.into_iter().take(if stop == 0 { usize::MAX } else { stop }) {
                prop_assert!(made.last().is_none_or(|last| *last < time));
                made.push(time);
                schedule = schedule.after(time);
            }
            expected.truncate(made.len());
            prop_assert!(schedule.next_at.is_none_or(|next| next > made.last().copied().unwrap_or(begin)));
        }
        prop_assert_eq!(made, expected);
        let upcoming = schedule.upcoming(now, 5);
        prop_assert!(upcoming.windows(2).all(|pair| pair[0] < pair[1]));
        prop_assert!(upcoming.first().is_none_or(|first| *first > now));
    }
}
