//! Inboxes: order, redelivery, tokens, and dead letters.

use super::*;
use crate::{Inbox, MessageQuery, MessageState};
use Priority::{Critical, High, Low, Medium};
use sessiond_core::{Fence, MessageKind};

pub(super) const AGAIN: i64 = 60_000;

struct Taken {
    /// Ids and attempts.
    deliveries: Vec<(String, u32)>,
    exhausted: Vec<String>,
}

pub(super) fn take_op(now: i64, limit: usize, fence: Option<Fence>) -> Op {
    Op::Take { agent_id: agent("to"), fence, now: at(now), again_at: at(now + AGAIN), limit, max_attempts: 3 }
}

async fn take_as(store: &Arc<dyn Store>, now: i64, limit: usize, fence: Option<Fence>) -> Taken {
    let Done::Taken { deliveries, exhausted } = do_one(store, take_op(now, limit, fence)).await else {
        panic!("a take answers with what was taken");
    };
    let expected_body = |id: &MessageId| format!(r#"{{"id":"{id}"}}"#);
    for delivery in &deliveries {
        assert_eq!(*delivery.body, *expected_body(&delivery.message_id));
        let page = store.messages(MessageQuery { limit: 999, ..MessageQuery::default() }).await.unwrap();
        let mut kept = page.items.iter().map(|record| &record.message);
        let kept = kept.find(|kept| kept.message_id == delivery.message_id).unwrap();
        assert_eq!(delivery.accepted_at, kept.at);
    }
    for letter in &exhausted {
        assert_eq!(*letter.body, *expected_body(&letter.message_id));
    }
    Taken {
        deliveries: deliveries
            .into_iter()
            .map(|delivery| (delivery.message_id.to_string(), delivery.attempt))
            .collect(),
        exhausted: exhausted.into_iter().map(|letter| letter.message_id.to_string()).collect(),
    }
}

/// The ids of what is taken at `now`.
pub(super) async fn take(store: &Arc<dyn Store>, now: i64, limit: usize) -> Vec<String> {
    let taken = take_as(store, now, limit, None).await;
    taken.deliveries.into_iter().map(|(id, _)| id).collect()
}

/// The attempts of what is taken at `now`, and what is exhausted.
async fn attempts(store: &Arc<dyn Store>, now: i64) -> Taken {
    take_as(store, now, 99, None).await
}

fn ack_op(ids: &[&str], fence: Option<Fence>) -> Op {
    Op::Ack {
        agent_id: agent("to"),
        fence,
        message_ids: ids.iter().map(|id| message_id(id)).collect(),
        now: at(5_000),
    }
}

pub(super) async fn ack(store: &Arc<dyn Store>, ids: &[&str]) -> Done {
    do_one(store, ack_op(ids, None)).await
}

pub(super) async fn connect(store: &Arc<dyn Store>, now: i64) -> Fence {
    let agent_id = agent("to");
    match do_one(store, Op::Connect { agent_id, now: at(now) }).await {
        Done::Fence(fence) => fence,
        other => panic!("{other:?}"),
    }
}

fn requeue(id: &str) -> Op {
    Op::Requeue { agent_id: agent("to"), message_id: message_id(id), inbox_limit: 100, now: at(7_000) }
}

fn bury(id: &str, now: i64, onward: Option<Enqueue>) -> Op {
    let onward = onward.map(Box::new);
    Op::Bury { agent_id: agent("to"), message_id: message_id(id), onward, now: at(now) }
}

pub(super) fn send(stream: &str, id: &str, priority: Priority) -> Op {
    enqueue(Enqueue { sender: agent(stream), priority, ..message(id) })
}

pub(super) async fn state(store: &Arc<dyn Store>, id: &str) -> Option<MessageState> {
    let found = store.message(&agent("to"), &message_id(id)).await;
    found.expect("it is read").map(|record| record.state)
}

pub(super) async fn depth(store: &Arc<dyn Store>) -> u64 {
    inbox(store, 1_000).await.depth
}

pub(super) async fn inbox(store: &Arc<dyn Store>, now: i64) -> Inbox {
    store.inbox(&agent("to"), at(now)).await.expect("it is read")
}

pub async fn messages_of_a_stream_come_in_the_order_of_acceptance(backend: &dyn Backend) {
    let store = open(backend).await;
    let ids = ["m3", "m1", "m2", "m9", "m4"];
    done(&store, ids[..3].iter().map(|id| enqueue(message(id))).collect()).await;
    done(&store, ids[3..].iter().map(|id| enqueue(message(id))).collect()).await;
    assert_eq!(take(&store, 1_000, 2).await, ids[..2]);
    assert_eq!(take(&store, 1_000, 9).await, ids[2..]);
    assert!(take(&store, 1_000, 9).await.is_empty());
}

pub async fn a_stream_of_higher_priority_comes_first(backend: &dyn Backend) {
    let store = open(backend).await;
    done(
        &store,
        vec![
            send("a", "low", Low),
            send("b", "medium", Medium),
            send("c", "critical", Critical),
            send("d", "high", High),
            send("e", "medium2", Medium),
        ],
    )
    .await;
    let order = ["critical", "high", "medium", "medium2", "low"];
    assert_eq!(take(&store, 1_000, 9).await, order);
}

pub async fn a_message_inherits_the_priority_of_a_later_one_of_its_stream(backend: &dyn Backend) {
    let store = open(backend).await;
    done(
        &store,
        vec![send("a", "a1", Low), send("b", "b1", High), send("a", "a2", Medium), send("a", "a3", Critical)],
    )
    .await;
    assert_eq!(take(&store, 1_000, 9).await, ["a1", "a2", "a3", "b1"]);
}

pub async fn a_priority_is_inherited_within_a_stream_alone(backend: &dyn Backend) {
    let store = open(backend).await;
    let of = |sender: &str, of_session: Option<&str>, id: &str, priority| {
        enqueue(Enqueue {
            session_id: of_session.map(session),
            sender: agent(sender),
            priority,
            ..message(id)
        })
    };
    done(
        &store,
        vec![
            of("a", Some("s"), "other_sender", Low),
            of("b", Some("t"), "other_session", Low),
            of("b", None, "no_session", Low),
            of("b", Some("s"), "same", Low),
            of("c", None, "between", Medium),
            of("b", Some("s"), "high", High),
        ],
    )
    .await;
    let order = ["same", "high", "between", "other_sender", "other_session", "no_session"];
    assert_eq!(take(&store, 1_000, 9).await, order);
    done(&store, vec![of("b", None, "none1", Low), of("d", None, "medium", Medium)]).await;
    done(&store, vec![of("b", None, "none2", High)]).await;
    assert_eq!(take(&store, 1_000, 9).await, ["none1", "none2", "medium"]);
}

pub async fn a_later_message_of_low_priority_does_not_inherit_from_an_earlier_one(backend: &dyn Backend) {
    let store = open(backend).await;
    done(&store, vec![send("a", "a1", High), send("b", "b1", Medium), send("a", "a2", Low)]).await;
    assert_eq!(take(&store, 1_000, 9).await, ["a1", "b1", "a2"]);
}

pub async fn a_message_is_not_due_before_its_time_and_holds_up_no_other(backend: &dyn Backend) {
    let store = open(backend).await;
    let later = Enqueue { not_before: at(3_000), priority: Critical, ..message("later") };
    done(&store, vec![enqueue(later), enqueue(message("now"))]).await;
    // What need not wait is due also when the clock was set back since it was accepted.
    assert_eq!(inbox(&store, 999).await.next_due, Some(at(3_000)));
    assert_eq!(take(&store, 1_000, 9).await, ["now"]);
    assert!(take(&store, 2_999, 9).await.is_empty());
    assert_eq!(inbox(&store, 2_999).await.next_due, Some(at(3_000)));
    // What is due already, and is not taken, does not hide what is due later.
    let last = Enqueue { not_before: at(5_000), ..message("last") };
    done(&store, vec![enqueue(last)]).await;
    assert_eq!(inbox(&store, 4_000).await.next_due, Some(at(5_000)));
    assert_eq!(take(&store, 3_000, 9).await, ["later"]);
}

pub async fn what_is_taken_is_handed_out_again_when_its_time_has_come(backend: &dyn Backend) {
    let store = open(backend).await;
    done(&store, vec![enqueue(message("a")), enqueue(message("b"))]).await;
    assert_eq!(take(&store, 1_000, 1).await, ["a"]);
    // What is being delivered holds up nothing behind it.
    assert_eq!(take(&store, 2_000, 9).await, ["b"]);
    assert!(take(&store, 1_000 + AGAIN - 1, 9).await.is_empty());
    let again = attempts(&store, 1_000 + AGAIN).await;
    assert_eq!(again.deliveries, [("a".to_owned(), 2)]);
    let again = attempts(&store, 2_000 + AGAIN).await;
    assert_eq!(again.deliveries, [("b".to_owned(), 2)]);
    assert_eq!(depth(&store).await, 2);
}

pub async fn an_attempt_is_counted_across_a_restart(backend: &dyn Backend) {
    let store = open(backend).await;
    done(&store, vec![enqueue(message("a"))]).await;
    assert_eq!(attempts(&store, 1_000).await.deliveries, [("a".to_owned(), 1)]);
    store.close().await;
    let store = open(backend).await;
    assert!(take(&store, 1_000, 9).await.is_empty());
    let again = attempts(&store, 1_000 + AGAIN).await;
    assert_eq!(again.deliveries, [("a".to_owned(), 2)]);
    let record = store.message(&agent("to"), &message_id("a")).await;
    assert_eq!(record.unwrap().unwrap().attempts, 2);
}

pub async fn a_new_reader_gets_what_the_one_before_left_and_the_old_token_is_refused(backend: &dyn Backend) {
    let store = open(backend).await;
    let before_any = refused(&store, take_op(1_000, 9, Some(1))).await;
    assert_eq!(before_any, Refusal::FenceStale { present: 0 });
    let later = Enqueue { not_before: at(9_000), ..message("later") };
    done(&store, vec![enqueue(message("a")), enqueue(message("b")), enqueue(later)]).await;
    let old = connect(&store, 1_000).await;
    let taken = take_as(&store, 1_000, 9, Some(old)).await;
    assert_eq!(taken.deliveries.len(), 2);
    assert_eq!(do_one(&store, ack_op(&["a"], Some(old))).await, Done::Count(1));
    let new = connect(&store, 1_500).await;
    assert!(new > old);
    assert_eq!(inbox(&store, 1_500).await.fence, new);
    let stale = Refusal::FenceStale { present: new };
    assert_eq!(refused(&store, take_op(1_500, 9, Some(old))).await, stale);
    assert_eq!(refused(&store, ack_op(&["b"], Some(old))).await, stale);
    assert_eq!(refused(&store, ack_op(&["b"], Some(new + 1))).await, stale);
    assert_eq!(state(&store, "b").await, Some(MessageState::Queued));
    let taken = take_as(&store, 1_500, 9, Some(new)).await;
    assert_eq!(taken.deliveries, [("b".to_owned(), 2)], "and what is not yet due is left");
    assert_eq!(do_one(&store, ack_op(&["b"], Some(new))).await, Done::Count(1));
}

pub async fn readers_without_a_token_share_an_inbox(backend: &dyn Backend) {
    let store = open(backend).await;
    let other = open(backend).await;
    done(&store, (0..6).map(|n| enqueue(message(&format!("m{n}")))).collect()).await;
    connect(&store, 1_000).await;
    let mut all = take(&store, 1_000, 2).await;
    all.extend(take(&other, 1_000, 2).await);
    all.extend(take(&store, 1_000, 2).await);
    assert_eq!(all, ["m0", "m1", "m2", "m3", "m4", "m5"]);
    assert_eq!(ack(&other, &["m0", "m5"]).await, Done::Count(2));
}

pub async fn an_acknowledged_message_is_not_delivered_again(backend: &dyn Backend) {
    let store = open(backend).await;
    assert_eq!(ack(&store, &["a"]).await, Done::Count(0));
    done(&store, vec![enqueue(message("a")), enqueue(message("b"))]).await;
    assert_eq!(take(&store, 1_000, 9).await, ["a", "b"]);
    assert_eq!(ack(&store, &["a", "none", "a"]).await, Done::Count(1));
    assert_eq!(ack(&store, &["a"]).await, Done::Count(0));
    assert_eq!(depth(&store).await, 1);
    assert_eq!(state(&store, "a").await, Some(MessageState::Acked));
    assert_eq!(take(&store, 1_000 + AGAIN, 9).await, ["b"]);
    let record = store.message(&agent("to"), &message_id("a")).await;
    assert_eq!(record.unwrap().unwrap().ended_at, Some(at(5_000)));
}

pub async fn a_message_delivered_too_often_is_reported_until_it_is_buried(backend: &dyn Backend) {
    let store = open(backend).await;
    done(&store, vec![enqueue(message("a"))]).await;
    let mut now = 1_000;
    for attempt in 1..=3 {
        assert_eq!(attempts(&store, now).await.deliveries, [("a".to_owned(), attempt)]);
        now += AGAIN;
    }
    for _ in 0..2 {
        let taken = attempts(&store, now).await;
        assert!(taken.deliveries.is_empty());
        assert_eq!(taken.exhausted, ["a"]);
        assert_eq!((depth(&store).await, state(&store, "a").await), (1, Some(MessageState::Queued)));
    }
    assert_eq!(do_one(&store, bury("a", now, None)).await, Done::Ok);
    assert_eq!(refused(&store, bury("a", now, None)).await, Refusal::NotFound);
    assert_eq!(depth(&store).await, 0);
    let record = store.message(&agent("to"), &message_id("a")).await.unwrap().unwrap();
    assert_eq!((record.state, record.attempts), (MessageState::Dead, 3));
    assert_eq!(record.ended_at, Some(at(now)));
    let taken = attempts(&store, now + AGAIN).await;
    assert!(taken.deliveries.is_empty() && taken.exhausted.is_empty());
    assert_eq!(ack(&store, &["a"]).await, Done::Count(0));
}

/// Delivers `ids` until they are exhausted.
async fn kill(store: &Arc<dyn Store>, ids: &[&str]) {
    done(store, ids.iter().map(|id| enqueue(message(id))).collect()).await;
    for attempt in 0..3 {
        assert_eq!(take(store, 1_000 + attempt * AGAIN, 99).await.len(), ids.len());
    }
}

pub async fn a_message_is_buried_and_passed_on_in_one_operation_or_not_at_all(backend: &dyn Backend) {
    let store = open(backend).await;
    kill(&store, &["a", "b"]).await;
    let now = 1_000 + 3 * AGAIN;
    let onward =
        |id: &str, inbox_limit| Some(Enqueue { recipient: agent("next"), inbox_limit, ..message(id) });
    assert_eq!(do_one(&store, bury("a", now, onward("a", 1))).await, Done::Ok);
    assert_eq!(store.inbox(&agent("next"), at(now)).await.unwrap().depth, 1);
    let full = refused(&store, bury("b", now, onward("b", 1))).await;
    assert_eq!(full, Refusal::InboxFull(agent("next")));
    assert_eq!(state(&store, "b").await, Some(MessageState::Queued), "nothing of a refused one is done");
    let twice = refused(&store, bury("b", now, onward("a", 9))).await;
    assert_eq!(twice, Refusal::MessageExists(message_id("a")));
    // What does not wait any more is not passed on.
    assert_eq!(refused(&store, bury("a", now, onward("c", 9))).await, Refusal::NotFound);
    assert_eq!(refused(&store, bury("none", now, onward("c", 9))).await, Refusal::NotFound);
    assert_eq!(store.inbox(&agent("next"), at(now)).await.unwrap().depth, 1);
    assert_eq!(depth(&store).await, 1);
}

pub async fn a_delivery_that_reached_nobody_is_taken_back_with_its_attempt(backend: &dyn Backend) {
    let store = open(backend).await;
    let release = |deliveries: &[(&str, u32)]| Op::Release {
        agent_id: agent("to"),
        deliveries: deliveries.iter().map(|(id, attempt)| (message_id(id), *attempt)).collect(),
        now: at(2_000),
    };
    assert_eq!(do_one(&store, release(&[("a", 1)])).await, Done::Count(0));
    done(&store, ["a", "b", "c"].iter().map(|id| enqueue(message(id))).collect()).await;
    assert_eq!(do_one(&store, release(&[("a", 0)])).await, Done::Count(0), "it was never taken");
    assert_eq!(take(&store, 1_000, 9).await, ["a", "b", "c"]);
    assert_eq!(ack(&store, &["b"]).await, Done::Count(1));
    // One was acknowledged, and one is said to have been taken at another time.
    let released = do_one(&store, release(&[("a", 1), ("b", 1), ("c", 2), ("none", 1)])).await;
    assert_eq!(released, Done::Count(1));
    assert_eq!(attempts(&store, 2_000).await.deliveries, [("a".to_owned(), 1)]);
    assert_eq!(state(&store, "b").await, Some(MessageState::Acked));
}

pub async fn a_dead_letter_is_not_put_back_into_a_full_inbox(backend: &dyn Backend) {
    let store = open(backend).await;
    kill(&store, &["a"]).await;
    do_one(&store, bury("a", 9_000, None)).await;
    do_one(&store, enqueue(message("b"))).await;
    let into = |inbox_limit| Op::Requeue {
        agent_id: agent("to"),
        message_id: message_id("a"),
        inbox_limit,
        now: at(9_000),
    };
    assert_eq!(refused(&store, into(1)).await, Refusal::InboxFull(agent("to")));
    assert_eq!(state(&store, "a").await, Some(MessageState::Dead));
    assert_eq!(do_one(&store, into(2)).await, Done::Ok);
    assert_eq!(depth(&store).await, 2);
}

pub async fn what_is_exhausted_does_not_use_up_the_limit_of_a_take(backend: &dyn Backend) {
    let store = open(backend).await;
    kill(&store, &["a", "b", "c"]).await;
    done(&store, vec![enqueue(message("d")), enqueue(message("e")), enqueue(message("f"))]).await;
    let taken = take_as(&store, 1_000 + 3 * AGAIN, 2, None).await;
    assert_eq!(taken.exhausted, ["a", "b", "c"]);
    assert_eq!(taken.deliveries, [("d".to_owned(), 1), ("e".to_owned(), 1)]);
    assert_eq!(depth(&store).await, 6);
}

pub async fn a_dead_letter_is_put_back_in_its_old_place_as_if_never_delivered(backend: &dyn Backend) {
    let store = open(backend).await;
    kill(&store, &["a"]).await;
    let now = 1_000 + 3 * AGAIN;
    do_one(&store, bury("a", now, None)).await;
    done(&store, vec![send("other", "o", High), send("from", "b", Critical)]).await;
    assert_eq!(do_one(&store, requeue("a")).await, Done::Ok);
    assert_eq!(depth(&store).await, 3);
    let taken = attempts(&store, now).await;
    let expected = [("a".to_owned(), 1), ("b".to_owned(), 1), ("o".to_owned(), 1)];
    assert_eq!(taken.deliveries, expected);
    let record = store.message(&agent("to"), &message_id("a")).await.unwrap().unwrap();
    assert_eq!((record.state, record.ended_at), (MessageState::Queued, None));
}

pub async fn a_message_put_back_raises_none_that_came_after_it(backend: &dyn Backend) {
    let store = open(backend).await;
    done(&store, vec![send("from", "a", High)]).await;
    for attempt in 0..3 {
        assert_eq!(take(&store, 1_000 + attempt * AGAIN, 9).await, ["a"]);
    }
    let now = 1_000 + 3 * AGAIN;
    do_one(&store, bury("a", now, None)).await;
    done(&store, vec![send("from", "b", Low), send("other", "o", Medium), requeue("a")]).await;
    assert_eq!(take(&store, now, 9).await, ["a", "o", "b"]);
}

pub async fn a_take_hands_out_a_message_once_also_when_it_is_due_again_at_once(backend: &dyn Backend) {
    let store = open(backend).await;
    kill(&store, &["a"]).await;
    done(&store, vec![enqueue(message("d")), enqueue(message("e"))]).await;
    let now = at(1_000 + 3 * AGAIN);
    let take = Op::Take { agent_id: agent("to"), fence: None, now, again_at: now, limit: 3, max_attempts: 3 };
    let Done::Taken { deliveries, exhausted } = do_one(&store, take).await else {
        panic!("a take answers with what was taken");
    };
    let ids: Vec<&str> = deliveries.iter().map(|delivery| delivery.message_id.as_str()).collect();
    assert_eq!((ids, exhausted.len()), (vec!["d", "e"], 1));
}

pub async fn only_a_dead_letter_can_be_put_back(backend: &dyn Backend) {
    let store = open(backend).await;
    assert_eq!(refused(&store, requeue("a")).await, Refusal::NotFound);
    done(&store, vec![enqueue(message("a"))]).await;
    assert_eq!(refused(&store, requeue("a")).await, Refusal::NotFound);
    assert_eq!(ack(&store, &["a"]).await, Done::Count(1));
    assert_eq!(refused(&store, requeue("a")).await, Refusal::NotFound);
    assert_eq!(depth(&store).await, 0);
}

fn request(id: &str) -> Enqueue {
    Enqueue { kind: MessageKind::Request, ..message(id) }
}

pub async fn a_held_message_is_handed_out_to_each_new_reader_and_never_by_time(backend: &dyn Backend) {
    let store = open(backend).await;
    done(&store, vec![enqueue(request("a")), enqueue(request("b"))]).await;
    assert_eq!(take(&store, 1_000, 9).await, ["a", "b"]);
    let hold = Write::Hold { recipient: agent("to"), message_id: message_id("a") };
    done(&store, vec![with(append("s", 0, 1), vec![hold])]).await;
    assert_eq!(take(&store, 1_000 + AGAIN, 9).await, ["b"]);
    assert_eq!(
        inbox(&store, 1_000 + AGAIN).await.next_due,
        Some(at(1_000 + 2 * AGAIN)),
        "what is held is never due"
    );
    // More readers than a message that is not held has deliveries.
    let later = 1_000 + 9 * AGAIN;
    for attempt in 2..8 {
        if attempt % 2 == 0 {
            connect(&store, later).await;
        } else {
            let offer = Op::Offer { agent_id: agent("to"), now: at(later) };
            assert_eq!(do_one(&store, offer).await, Done::Count(1));
        }
        let taken = attempts(&store, later).await;
        assert!(taken.deliveries.contains(&("a".to_owned(), attempt)), "{:?}", taken.deliveries);
        assert!(!taken.exhausted.contains(&"a".to_owned()));
    }
    assert_eq!(depth(&store).await, 2);
    assert_eq!(ack(&store, &["a"]).await, Done::Count(1), "its task was accepted before");
}

pub async fn a_reader_that_names_a_message_has_more_time_for_it(backend: &dyn Backend) {
    let store = open(backend).await;
    done(&store, vec![enqueue(message("a")), enqueue(message("b")), enqueue(message("c"))]).await;
    assert_eq!(take(&store, 1_000, 2).await, ["a", "b"]);
    let extend = Op::Extend {
        agent_id: agent("to"),
        message_ids: ["a", "c", "none"].map(message_id).into(),
        again_at: at(1_000 + 5 * AGAIN),
    };
    assert_eq!(do_one(&store, extend).await, Done::Count(1), "only what was handed out");
    assert_eq!(take(&store, 1_000 + AGAIN, 9).await, ["b", "c"]);
    assert!(take(&store, 1_000 + 5 * AGAIN, 9).await.contains(&"a".to_owned()));
}

pub async fn an_acknowledged_request_that_was_not_held_is_told(backend: &dyn Backend) {
    let store = open(backend).await;
    done(&store, vec![enqueue(request("a")), enqueue(message("b"))]).await;
    let acked = do_one(&store, ack_op(&["a", "b"], None)).await;
    assert_eq!(acked, Done::Acked { count: 2, requests: vec![r#"{"id":"a"}"#.into()] });
    assert_eq!(ack(&store, &["a"]).await, Done::Count(0));
}

pub async fn a_message_is_taken_back_as_a_dead_letter_when_it_could_not_be_delivered(backend: &dyn Backend) {
    let store = open(backend).await;
    done(&store, vec![enqueue(request("a"))]).await;
    let withdraw = Write::Withdraw { recipient: agent("to"), message_id: message_id("a"), dead: true };
    done(&store, vec![with(append("s", 0, 1), vec![withdraw])]).await;
    assert_eq!(state(&store, "a").await, Some(MessageState::Dead));
    assert_eq!(depth(&store).await, 0);
}
