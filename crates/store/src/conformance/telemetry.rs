//! Telemetry points.

use super::*;
use crate::{Answer, Point};

fn point(series: &str, value: f64) -> Point {
    Point {
        series: series.into(),
        time: at(1_000),
        step: Some(-3),
        value: Some(value),
        text: Some("größer".into()),
    }
}

fn put(id: &str, points: Vec<Point>, keep: u64) -> Op {
    Op::PutPoints { session_id: session(id), points, keep, answer: None }
}

async fn read(store: &Arc<dyn Store>, series: Option<&str>, after: u64, limit: usize) -> (Vec<u64>, u64) {
    let (readings, first) = store.points(&session("a"), series, after, limit).await.expect("they are read");
    (readings.iter().map(|reading| reading.id).collect(), first)
}

pub async fn points_are_numbered_and_read_from_a_cursor_on(backend: &dyn Backend) {
    let store = open(backend).await;
    assert_eq!(read(&store, None, 0, 9).await, (vec![], 1));
    done(&store, vec![op(append("a", 0, 1))]).await;
    assert_eq!(read(&store, None, 0, 9).await, (vec![], 1));
    let bare = Point { step: None, value: None, text: None, ..point("log", 0.0) };
    let points = vec![point("loss", 0.1), bare.clone(), point("loss", -1e300)];
    done(&store, vec![put("a", points.clone(), 99), put("a", vec![bare], 99)]).await;
    let (readings, first) = store.points(&session("a"), None, 0, 9).await.unwrap();
    assert_eq!(first, 1);
    let ids: Vec<u64> = readings.iter().map(|reading| reading.id).collect();
    assert!(ids.is_sorted_by(|earlier, later| earlier < later), "{ids:?}");
    let read_back: Vec<Point> = readings.into_iter().map(|reading| reading.point).collect();
    assert_eq!(read_back[..3], points);
    assert_eq!(read(&store, None, ids[1], 1).await.0, ids[2..3]);
    assert_eq!(read(&store, None, ids[1], 9).await.0, ids[2..]);
    assert!(read(&store, None, ids[3], 9).await.0.is_empty());
    done(&store, vec![put("a", vec![], 99)]).await;
    assert_eq!(read(&store, None, 0, 9).await.0, ids);
}

pub async fn points_of_one_series_are_read_alone(backend: &dyn Backend) {
    let store = open(backend).await;
    let points = (0..6).map(|n| point(if n % 2 == 0 { "even" } else { "odd" }, f64::from(n)));
    done(&store, vec![op(append("a", 0, 1)), put("a", points.collect(), 99)]).await;
    assert_eq!(read(&store, Some("even"), 0, 9).await.0, [1, 3, 5]);
    assert_eq!(read(&store, Some("odd"), 2, 1).await.0, [4]);
    assert!(read(&store, Some("none"), 0, 9).await.0.is_empty());
}

pub async fn the_oldest_points_beyond_the_limit_go_and_readers_are_told(backend: &dyn Backend) {
    let store = open(backend).await;
    let some = |n: usize| vec![point("x", 1.0); n];
    done(&store, vec![op(append("a", 0, 1)), put("a", some(8), 10)]).await;
    assert_eq!(read(&store, None, 0, 99).await, ((1..=8).collect(), 1));
    done(&store, vec![put("a", some(5), 10)]).await;
    assert_eq!(read(&store, None, 0, 99).await, ((4..=13).collect(), 4));
    assert_eq!(read(&store, Some("x"), 2, 2).await, (vec![4, 5], 4));
    // A lower limit counts at once, also when more goes than one write removes.
    done(&store, vec![put("a", some(9_000), 10_000)]).await;
    done(&store, vec![put("a", some(1), 3)]).await;
    assert_eq!(read(&store, None, 0, 99).await, (vec![9_012, 9_013, 9_014], 9_012));
    assert_eq!(read(&store, Some("x"), 0, 99).await.0.len(), 3);
    // The numbers go on when nothing is kept.
    done(&store, vec![put("a", some(1), 0)]).await;
    assert_eq!(read(&store, None, 0, 99).await, (vec![], 9_016));
    done(&store, vec![put("a", some(1), 10)]).await;
    assert_eq!(read(&store, None, 0, 99).await, (vec![9_016], 9_016));
}

pub async fn points_with_a_kept_answer_are_added_once(backend: &dyn Backend) {
    let store = open(backend).await;
    let answer = |millis| Answer {
        session_id: None,
        scope: "scope".into(),
        key: "k".into(),
        digest: [3; 32],
        body: "{}".into(),
        at: at(millis),
    };
    let once = |millis| Op::PutPoints {
        session_id: session("a"),
        points: vec![point("x", 1.0)],
        keep: 9,
        answer: Some(answer(millis)),
    };
    assert_eq!(refused(&store, once(1)).await, Refusal::NotFound);
    assert_eq!(store.answer("scope", "k").await.unwrap(), None);
    done(&store, vec![op(append("a", 0, 1)), once(1)]).await;
    assert_eq!(refused(&store, once(2)).await, Refusal::Answered(answer(1)));
    assert_eq!(read(&store, None, 0, 9).await, (vec![1], 1));
    assert_eq!(store.answer("scope", "k").await.unwrap(), Some(answer(1)));
}

pub async fn points_need_their_session_and_go_with_it(backend: &dyn Backend) {
    let store = open(backend).await;
    let refusal = refused(&store, put("a", vec![point("x", 1.0)], 9)).await;
    assert_eq!(refusal, Refusal::NotFound);
    done(&store, vec![op(append("a", 0, 1)), put("a", vec![point("x", 1.0)], 9)]).await;
    let session_id = session("a");
    done(&store, vec![Op::DeleteSession { session_id, expected_revision: None }, op(append("a", 0, 1))])
        .await;
    assert_eq!(read(&store, None, 0, 9).await, (vec![], 1));
    done(&store, vec![put("a", vec![point("x", 2.0)], 9)]).await;
    assert_eq!(read(&store, None, 0, 9).await, (vec![1], 1));
}
