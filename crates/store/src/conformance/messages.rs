//! Messages: limits, ids, withdrawal, deletion and lists.

use super::inboxes::{AGAIN, ack, connect, depth, inbox, send, state, take, take_op};
use super::*;
use crate::{AgentRecord, Answer, Inbox, MessageQuery, MessageRecord, MessageState};
use Priority::{Critical, High, Low};

fn limited(id: &str, inbox_limit: u64) -> Enqueue {
    Enqueue { inbox_limit, ..message(id) }
}

pub async fn a_full_inbox_refuses_a_message_and_its_append(backend: &dyn Backend) {
    let store = open(backend).await;
    let full = Refusal::InboxFull(agent("to"));
    assert_eq!(refused(&store, enqueue(limited("z", 0))).await, full);
    done(&store, vec![enqueue(limited("a", 2)), enqueue(limited("b", 2))]).await;
    assert_eq!(refused(&store, enqueue(limited("c", 2))).await, full);
    let send = Write::Enqueue(Box::new(limited("c", 2)));
    let refusal = refused(&store, with(append("s", 0, 1), vec![send.clone()])).await;
    assert_eq!(refusal, full);
    assert_eq!(store.load(&session("s"), 1).await.unwrap(), None);
    // What is being delivered still counts; what is acknowledged does not.
    assert_eq!(take(&store, 1_000, 9).await, ["a", "b"]);
    assert_eq!(refused(&store, enqueue(limited("c", 2))).await, full);
    assert_eq!(ack(&store, &["a"]).await, Done::Count(1));
    done(&store, vec![with(append("s", 0, 1), vec![send])]).await;
    assert_eq!(depth(&store).await, 2);
}

pub async fn an_optional_message_is_dropped_by_a_full_inbox(backend: &dyn Backend) {
    let store = open(backend).await;
    let optional = |id: &str| Enqueue { kind: sessiond_core::MessageKind::Notice, ..limited(id, 1) };
    done(&store, vec![enqueue(optional("a")), enqueue(optional("b"))]).await;
    let send = |id: &str| Write::Enqueue(Box::new(optional(id)));
    done(&store, vec![with(append("s", 0, 1), vec![send("c"), send("a")])]).await;
    assert_eq!(take(&store, 1_000, 9).await, ["a"]);
    assert_eq!(depth(&store).await, 1);
    assert_eq!(state(&store, "b").await, None);
    assert!(store.load(&session("s"), 1).await.unwrap().is_some());
}

pub async fn an_inbox_takes_a_message_id_once(backend: &dyn Backend) {
    let store = open(backend).await;
    let exists = Refusal::MessageExists(message_id("a"));
    done(&store, vec![enqueue(message("a"))]).await;
    assert_eq!(refused(&store, enqueue(message("a"))).await, exists);
    assert_eq!(ack(&store, &["a"]).await, Done::Count(1));
    assert_eq!(refused(&store, send("other", "a", High)).await, exists);
    let optional = Enqueue { kind: sessiond_core::MessageKind::Notice, ..message("a") };
    assert_eq!(do_one(&store, enqueue(optional)).await, Done::Ok);
    assert_eq!(depth(&store).await, 0);
    let twice = || Write::Enqueue(Box::new(message("b")));
    let refusal = refused(&store, with(append("s", 0, 1), vec![twice(), twice()])).await;
    assert_eq!(refusal, Refusal::MessageExists(message_id("b")));
    assert_eq!(state(&store, "b").await, None);
}

pub async fn a_message_id_is_free_in_another_inbox(backend: &dyn Backend) {
    let store = open(backend).await;
    let other = Enqueue { recipient: agent("other"), ..message("a") };
    done(&store, vec![enqueue(message("a")), enqueue(other)]).await;
    assert_eq!(take(&store, 1_000, 9).await, ["a"]);
    assert_eq!(ack(&store, &["a"]).await, Done::Count(1));
    let left = store.inbox(&agent("other"), at(1_000)).await.unwrap();
    assert_eq!(left.depth, 1);
}

pub async fn two_messages_of_one_append_are_counted_together(backend: &dyn Backend) {
    let store = open(backend).await;
    let send = |id: &str| Write::Enqueue(Box::new(limited(id, 2)));
    let three = vec![send("a"), send("b"), send("c")];
    let refusal = refused(&store, with(append("s", 0, 1), three)).await;
    assert_eq!(refusal, Refusal::InboxFull(agent("to")));
    assert_eq!(depth(&store).await, 0);
    let withdraw = Write::Withdraw { recipient: agent("to"), message_id: message_id("a"), dead: false };
    let exchanged = vec![send("a"), send("b"), withdraw, send("c")];
    done(&store, vec![with(append("s", 0, 1), exchanged)]).await;
    assert_eq!(depth(&store).await, 2);
    assert_eq!(take(&store, 1_000, 9).await, ["b", "c"]);
}

fn withdraw(id: &str) -> Write {
    Write::Withdraw { recipient: agent("to"), message_id: message_id(id), dead: false }
}

pub async fn a_withdrawn_message_is_not_delivered_and_makes_room(backend: &dyn Backend) {
    let store = open(backend).await;
    let send = |id: &str| Write::Enqueue(Box::new(limited(id, 2)));
    let writes = vec![withdraw("none"), send("a"), send("b")];
    done(&store, vec![with(append("s", 0, 1), writes)]).await;
    assert_eq!(take(&store, 1_000, 1).await, ["a"]);
    // Also what is being delivered can be taken back, and the room is there for what follows.
    let writes = vec![withdraw("a"), withdraw("a"), send("c"), send("d")];
    let refusal = refused(&store, with(append("s", 1, 1), writes)).await;
    assert_eq!(refusal, Refusal::InboxFull(agent("to")));
    let writes = vec![withdraw("a"), withdraw("a"), send("c")];
    done(&store, vec![with(append("s", 1, 1), writes)]).await;
    assert_eq!(depth(&store).await, 2);
    let record = store.message(&agent("to"), &message_id("a")).await.unwrap().unwrap();
    assert_eq!((record.state, record.ended_at), (MessageState::Withdrawn, Some(at(1_000))));
    assert_eq!(take(&store, 1_000 + AGAIN, 9).await, ["b", "c"]);
    assert_eq!(ack(&store, &["a"]).await, Done::Count(0));
}

pub async fn what_was_acknowledged_cannot_be_withdrawn(backend: &dyn Backend) {
    let store = open(backend).await;
    done(&store, vec![enqueue(message("a")), enqueue(message("b"))]).await;
    assert_eq!(ack(&store, &["a"]).await, Done::Count(1));
    done(&store, vec![with(append("s", 0, 1), vec![withdraw("a")])]).await;
    assert_eq!(state(&store, "a").await, Some(MessageState::Acked));
    assert_eq!(depth(&store).await, 1);
}

pub async fn an_inbox_tells_its_depth_its_oldest_message_and_when_the_next_is_due(backend: &dyn Backend) {
    let store = open(backend).await;
    assert_eq!(inbox(&store, 1_000).await, Inbox::default());
    let accepted = |id: &str, millis, priority| {
        enqueue(Enqueue { at: at(millis), priority, sender: agent(id), ..message(id) })
    };
    done(&store, vec![accepted("a", 200, Low), accepted("b", 300, High)]).await;
    let expected = Inbox { exists: true, depth: 2, fence: 0, oldest: Some(at(200)), next_due: None };
    assert_eq!(inbox(&store, 1_000).await, expected);
    assert_eq!(take(&store, 1_000, 1).await, ["b"]);
    // The other is due still, and this one will be again.
    let again = Some(at(1_000 + AGAIN));
    assert_eq!(inbox(&store, 1_000).await, Inbox { next_due: again, ..expected });
    assert_eq!(take(&store, 2_000, 1).await, ["a"]);
    let taken = inbox(&store, 2_000).await;
    assert_eq!((taken.depth, taken.next_due), (2, Some(at(1_000 + AGAIN))));
    ack(&store, &["a"]).await;
    assert_eq!(inbox(&store, 2_000).await.oldest, Some(at(300)));
    ack(&store, &["b"]).await;
    assert_eq!(inbox(&store, 2_000).await, Inbox { exists: true, ..Inbox::default() });
}

pub async fn a_message_outside_a_session_is_kept_with_its_answer(backend: &dyn Backend) {
    let store = open(backend).await;
    let answer = Answer {
        session_id: None,
        scope: "send".into(),
        key: "a".into(),
        digest: [1; 32],
        body: "sent".into(),
        at: at(1_000),
    };
    let send = |id: &str| Op::Enqueue { message: Box::new(limited(id, 1)), answer: Some(answer.clone()) };
    done(&store, vec![send("a")]).await;
    assert_eq!(store.answer("send", "a").await.unwrap(), Some(answer.clone()));
    assert_eq!(refused(&store, send("b")).await, Refusal::Answered(answer.clone()));
    assert_eq!(depth(&store).await, 1);
    let mut other = send("b");
    if let Op::Enqueue { answer: Some(answer), .. } = &mut other {
        answer.key = "b".into();
    }
    assert_eq!(refused(&store, other).await, Refusal::InboxFull(agent("to")));
    assert_eq!(store.answer("send", "b").await.unwrap(), None);
}

pub async fn an_agents_inbox_goes_with_it_and_tokens_still_grow(backend: &dyn Backend) {
    let store = open(backend).await;
    let delete = |owner: Option<&str>| Op::DeleteAgent {
        agent_id: agent("to"),
        expected_owner: owner.map(str::to_owned),
    };
    assert_eq!(refused(&store, delete(None)).await, Refusal::NotFound);
    let record = AgentRecord {
        agent_id: agent("to"),
        owner: "owner".into(),
        registration: "{}".into(),
        registered_at: at(1),
    };
    done(
        &store,
        vec![Op::PutAgent { record: Box::new(record), expected_owner: None }, enqueue(message("a"))],
    )
    .await;
    let fence = connect(&store, 1_000).await;
    assert_eq!(do_one(&store, delete(Some("owner"))).await, Done::Ok);
    assert_eq!(store.agent(&agent("to")).await.unwrap(), None);
    assert_eq!(depth(&store).await, 0);
    assert_eq!(state(&store, "a").await, None);
    let refusal = refused(&store, take_op(1_000, 9, Some(fence))).await;
    assert!(matches!(refusal, Refusal::FenceStale { .. }), "{refusal:?}");
    assert!(connect(&store, 1_000).await > fence);
    done(&store, vec![enqueue(message("a"))]).await;
    assert_eq!(take(&store, 1_000, 9).await, ["a"]);
}

pub async fn deleting_a_session_takes_its_messages_out_of_the_inboxes(backend: &dyn Backend) {
    let store = open(backend).await;
    let of_session = |id: &str, recipient: &str| {
        enqueue(Enqueue { session_id: Some(session("s")), recipient: agent(recipient), ..message(id) })
    };
    let ops = vec![
        op(append("s", 0, 1)),
        of_session("a", "to"),
        of_session("b", "to"),
        of_session("c", "other"),
        of_session("d", "to"),
        enqueue(message("stays")),
    ];
    done(&store, ops).await;
    ack(&store, &["d"]).await;
    assert_eq!(take(&store, 1_000, 1).await, ["a"]);
    let session_id = session("s");
    done(&store, vec![Op::DeleteSession { session_id, expected_revision: None }]).await;
    assert_eq!(depth(&store).await, 1);
    assert_eq!(
        store.inbox(&agent("other"), at(1_000)).await.unwrap(),
        Inbox { exists: true, ..Inbox::default() }
    );
    assert_eq!(take(&store, 1_000 + AGAIN, 9).await, ["stays"]);
    done(&store, vec![of_session("a", "to")]).await;
    assert_eq!(depth(&store).await, 2);
}

pub async fn a_page_of_large_messages_ends_early_and_has_at_least_one(backend: &dyn Backend) {
    let store = open(backend).await;
    let half = limits::PAGE_BYTES / 2 - 1_000;
    for (n, size) in [10, half, half, limits::PAGE_BYTES, 10].into_iter().enumerate() {
        let body = format!("\"{}\"", "x".repeat(size)).into();
        do_one(&store, enqueue(Enqueue { body, ..message(&format!("m{n}")) })).await;
    }
    let (mut pages, mut cursor) = (Vec::new(), None);
    loop {
        let query = MessageQuery { cursor, limit: 9, ..MessageQuery::default() };
        let page = store.messages(query).await.unwrap();
        let ids = page.items.iter().map(|record| record.message.message_id.to_string());
        pages.push(ids.collect::<Vec<_>>().join(" "));
        cursor = page.next_cursor;
        if cursor.is_none() {
            break;
        }
    }
    assert_eq!(pages, ["m4", "m3", "m2 m1 m0"]);
}

pub async fn messages_are_listed_newest_first_by_each_filter(backend: &dyn Backend) {
    let store = open(backend).await;
    let reply = Enqueue {
        in_reply_to: Some(message_id("m0")),
        session_id: Some(session("s")),
        recipient: agent("other"),
        ..message("reply")
    };
    let mut ops: Vec<Op> = (0..5).map(|n| enqueue(message(&format!("m{n}")))).collect();
    ops.push(enqueue(reply));
    done(&store, ops).await;
    ack(&store, &["m1", "m3"]).await;
    let list = |query: MessageQuery| {
        let store = store.clone();
        async move {
            let page = store.messages(query).await.expect("it is read");
            let id = |record: &MessageRecord| record.message.message_id.to_string();
            (page.items.iter().map(id).collect::<Vec<_>>(), page.next_cursor)
        }
    };
    let all = MessageQuery { limit: 99, ..MessageQuery::default() };
    let order = ["reply", "m4", "m3", "m2", "m1", "m0"];
    assert_eq!(list(all.clone()).await, (order.map(String::from).into(), None));
    let (mut ids, mut cursor) = (Vec::new(), None);
    loop {
        let (page, next) = list(MessageQuery { limit: 4, cursor, ..all.clone() }).await;
        assert!(page.len() <= 4);
        ids.extend(page);
        cursor = next;
        if cursor.is_none() {
            break;
        }
    }
    assert_eq!(ids, order);
    let of_state = |state| MessageQuery { recipient: Some(agent("to")), state: Some(state), ..all.clone() };
    assert_eq!(list(of_state(MessageState::Acked)).await.0, ["m3", "m1"]);
    assert_eq!(list(of_state(MessageState::Queued)).await.0, ["m4", "m2", "m0"]);
    assert!(list(of_state(MessageState::Dead)).await.0.is_empty());
    for query in [
        MessageQuery { session_id: Some(session("s")), ..all.clone() },
        MessageQuery { in_reply_to: Some(message_id("m0")), ..all.clone() },
        MessageQuery { recipient: Some(agent("other")), ..all.clone() },
    ] {
        assert_eq!(list(query).await.0, ["reply"]);
    }
    let elsewhere = MessageQuery { recipient: Some(agent("nobody")), ..all.clone() };
    assert!(list(elsewhere).await.0.is_empty());
    let bad = MessageQuery { cursor: Some("nonsense".into()), ..all };
    assert!(matches!(store.messages(bad).await, Err(Error::Cursor)));
}

pub async fn a_message_is_read_back_as_it_was_written(backend: &dyn Backend) {
    let store = open(backend).await;
    let written = Enqueue {
        message_id: message_id("a"),
        recipient: agent("to"),
        sender: agent("someone"),
        session_id: Some(session("s")),
        in_reply_to: Some(message_id("before")),
        priority: Critical,
        body: r#"{"text":"ä \u0000 'quoted'"}"#.into(),
        at: at(1_234),
        not_before: at(5_678),
        // It says how it is accepted, and is not kept.
        inbox_limit: 0,
        sender_limit: 0,
        kind: sessiond_core::MessageKind::Notice,
    };
    let accepted = Enqueue { inbox_limit: 7, sender_limit: 7, ..written.clone() };
    done(&store, vec![enqueue(accepted)]).await;
    let expected =
        MessageRecord { message: written, state: MessageState::Queued, attempts: 0, ended_at: None };
    let found = store.message(&agent("to"), &message_id("a")).await;
    assert_eq!(found.unwrap(), Some(expected));
    assert_eq!(store.message(&agent("to"), &message_id("b")).await.unwrap(), None);
    assert_eq!(store.message(&agent("other"), &message_id("a")).await.unwrap(), None);
}

pub async fn a_sender_may_have_a_part_of_an_inbox(backend: &dyn Backend) {
    let store = open(backend).await;
    let of = |sender: &str, id: &str| {
        enqueue(Enqueue { sender: agent(sender), inbox_limit: 4, sender_limit: 2, ..message(id) })
    };
    done(&store, vec![of("a", "1"), of("a", "2")]).await;
    let full = Refusal::InboxFull(agent("to"));
    assert_eq!(refused(&store, of("a", "3")).await, full);
    let write =
        |id: &str| Write::Enqueue(Box::new(Enqueue { sender: agent("b"), sender_limit: 1, ..message(id) }));
    let refusal = refused(&store, with(append("s", 0, 1), vec![write("4"), write("5")])).await;
    assert_eq!(refusal, full, "those of one append are counted together");
    done(&store, vec![of("b", "4"), of("c", "5")]).await;
    assert_eq!(refused(&store, of("d", "6")).await, full);
    assert_eq!(ack(&store, &["1"]).await, Done::Count(1));
    done(&store, vec![of("a", "3")]).await;
}

pub async fn messages_that_wait_too_long_are_given_up_and_requests_are_not(backend: &dyn Backend) {
    let store = open(backend).await;
    let of = |id: &str, kind, millis| enqueue(Enqueue { kind, at: at(millis), ..message(id) });
    use sessiond_core::MessageKind::{Message, Notice, Request};
    let messages = vec![
        of("old", Message, 1_000),
        of("told", Notice, 1_000),
        of("asked", Request, 1_000),
        of("new", Message, 9_000),
    ];
    done(&store, messages).await;
    let mut given_up = 0;
    loop {
        match do_one(&store, Op::Expire { before: at(5_000), now: at(9_000) }).await {
            Done::Count(0) => break,
            Done::Count(some) => given_up += some,
            other => panic!("{other:?}"),
        }
    }
    assert_eq!((given_up, depth(&store).await), (2, 2));
    assert_eq!(state(&store, "old").await, Some(MessageState::Dead));
    assert_eq!(take(&store, 9_000, 9).await, ["asked", "new"]);
}
