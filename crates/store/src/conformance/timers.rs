//! Timers: setting, moving, clearing, and which is due.

use super::*;
use sessiond_core::{Timer, TimerAction};

async fn due(store: &Arc<dyn Store>, now: i64, limit: usize) -> (Vec<String>, Option<i64>) {
    let (timers, next) = store.due_timers(at(now), limit).await.expect("they are read");
    let name =
        |row: &crate::TimerRow| format!("{} {} {}", row.session_id, row.timer.key, row.timer.at.millis());
    (timers.iter().map(name).collect(), next.map(Timestamp::millis))
}

async fn set(store: &Arc<dyn Store>, timers: &[(&str, i64)]) {
    let writes = timers.iter().map(|(key, millis)| Write::SetTimer(timer(key, *millis)));
    done(store, vec![with(append("a", 0, 1), writes.collect())]).await;
}

async fn then(store: &Arc<dyn Store>, write: Write) {
    done(store, vec![with(append("a", 1, 0), vec![write])]).await;
}

pub async fn a_timer_is_due_at_its_time_and_the_soonest_comes_first(backend: &dyn Backend) {
    let store = open(backend).await;
    assert_eq!(due(&store, 999, 9).await, (vec![], None));
    set(&store, &[("late", 30), ("soon", 10), ("mid", 20)]).await;
    assert_eq!(due(&store, 9, 9).await, (vec![], Some(10)));
    assert_eq!(due(&store, 10, 9).await, (vec!["a soon 10".into()], Some(20)));
    let all: Vec<String> = ["a soon 10", "a mid 20", "a late 30"].map(String::from).into();
    assert_eq!(due(&store, 99, 9).await, (all, None));
    let (timers, _) = store.due_timers(at(10), 9).await.unwrap();
    assert_eq!(timers[0].timer, timer("soon", 10));
}

pub async fn the_time_of_the_next_timer_is_told_beyond_those_that_are_due(backend: &dyn Backend) {
    let store = open(backend).await;
    set(&store, &[("one", 10), ("two", 20), ("three", 30)]).await;
    assert_eq!(due(&store, 25, 1).await, (vec!["a one 10".into()], Some(20)));
    let two: Vec<String> = ["a one 10", "a two 20"].map(String::from).into();
    assert_eq!(due(&store, 25, 2).await, (two, Some(30)));
    assert_eq!(due(&store, 25, 0).await, (vec![], Some(10)));
}

pub async fn a_timer_set_again_replaces_the_one_of_its_key(backend: &dyn Backend) {
    let store = open(backend).await;
    set(&store, &[("t", 10), ("t", 40)]).await;
    assert_eq!(due(&store, 99, 9).await.0, ["a t 40"]);
    let changed = Timer { action: TimerAction::EndChildren, ..timer("t", 20) };
    then(&store, Write::SetTimer(changed.clone())).await;
    let (timers, _) = store.due_timers(at(99), 9).await.unwrap();
    assert_eq!(timers.len(), 1);
    assert_eq!(timers[0].timer, changed);
}

pub async fn a_timer_is_cleared_by_its_session(backend: &dyn Backend) {
    let store = open(backend).await;
    set(&store, &[("t", 10), ("u", 10)]).await;
    then(&store, Write::ClearTimer("t".into())).await;
    then(&store, Write::ClearTimer("none".into())).await;
    assert_eq!(due(&store, 99, 9).await.0, ["a u 10"]);
}

pub async fn a_fired_timer_is_cleared_unless_it_was_set_anew(backend: &dyn Backend) {
    let store = open(backend).await;
    set(&store, &[("t", 10), ("u", 10)]).await;
    then(&store, Write::SetTimer(timer("t", 50))).await;
    let clear = |key: &str| Op::ClearTimer { session_id: session("a"), key: key.into(), at: at(10) };
    done(&store, vec![clear("t"), clear("u"), clear("none")]).await;
    assert_eq!(due(&store, 99, 9).await.0, ["a t 50"]);
}

pub async fn a_timer_is_moved_while_it_exists(backend: &dyn Backend) {
    let store = open(backend).await;
    set(&store, &[("t", 10)]).await;
    let postpone = |id: &str, key: &str| Op::MoveTimer {
        session_id: session(id),
        key: key.into(),
        from: None,
        at: at(70),
    };
    assert_eq!(do_one(&store, postpone("a", "t")).await, Done::Ok);
    assert_eq!(due(&store, 69, 9).await, (vec![], Some(70)));
    assert_eq!(refused(&store, postpone("a", "u")).await, Refusal::NotFound);
    assert_eq!(refused(&store, postpone("b", "t")).await, Refusal::NotFound);
    then(&store, Write::ClearTimer("t".into())).await;
    assert_eq!(refused(&store, postpone("a", "t")).await, Refusal::NotFound);
}

pub async fn a_timer_is_moved_only_from_where_it_is_said_to_stand(backend: &dyn Backend) {
    let store = open(backend).await;
    set(&store, &[("t", 10)]).await;
    let (session_id, key) = (session("a"), "t".to_owned());
    let from = |from| Op::MoveTimer {
        session_id: session_id.clone(),
        key: key.clone(),
        from: Some(at(from)),
        at: at(70),
    };
    assert_eq!(refused(&store, from(11)).await, Refusal::NotFound);
    assert_eq!(do_one(&store, from(10)).await, Done::Ok);
    assert_eq!(refused(&store, from(10)).await, Refusal::NotFound);
    assert_eq!(due(&store, 99, 9).await.0, ["a t 70"]);
}

pub async fn an_append_that_comes_of_a_timer_clears_it(backend: &dyn Backend) {
    let store = open(backend).await;
    set(&store, &[("t", 10), ("u", 10)]).await;
    let fires = |revision, key: &str, millis| Append {
        fires: Some((key.into(), at(millis))),
        ..append("a", revision, 1)
    };
    done(&store, vec![op(fires(1, "t", 10))]).await;
    assert_eq!(due(&store, 99, 9).await.0, ["a u 10"]);
    // What follows from the append may set it anew.
    let again = vec![Write::SetTimer(timer("u", 50))];
    done(&store, vec![with(fires(2, "u", 10), again)]).await;
    assert_eq!(due(&store, 99, 9).await.0, ["a u 50"]);
}

pub async fn an_append_that_comes_of_a_timer_which_was_moved_is_refused(backend: &dyn Backend) {
    let store = open(backend).await;
    set(&store, &[("t", 10), ("u", 10)]).await;
    let fires = |id: &str, revision, key: &str| {
        let fires = Some((key.into(), at(10)));
        op(Append { fires, ..append(id, revision, 1) })
    };
    let moved = Op::MoveTimer { session_id: session("a"), key: "t".into(), from: None, at: at(70) };
    done(&store, vec![moved]).await;
    assert_eq!(refused(&store, fires("a", 1, "t")).await, Refusal::NotFound);
    assert_eq!(refused(&store, fires("a", 1, "none")).await, Refusal::NotFound);
    assert_eq!(refused(&store, fires("a", 0, "u")).await, Refusal::Conflict { actual: 1 });
    assert_eq!(refused(&store, fires("new", 0, "t")).await, Refusal::NotFound);
    assert_eq!(due(&store, 99, 9).await.0, ["a u 10", "a t 70"]);
    assert_eq!(store.load(&session("a"), 1).await.unwrap().unwrap().revision, 1);
    assert!(store.load(&session("new"), 1).await.unwrap().is_none());
}

pub async fn timers_of_two_sessions_with_one_key_are_two(backend: &dyn Backend) {
    let store = open(backend).await;
    set(&store, &[("t", 10)]).await;
    done(&store, vec![with(append("b", 0, 1), vec![Write::SetTimer(timer("t", 20))])]).await;
    assert_eq!(due(&store, 99, 9).await.0, ["a t 10", "b t 20"]);
    then(&store, Write::ClearTimer("t".into())).await;
    assert_eq!(due(&store, 99, 9).await.0, ["b t 20"]);
}
