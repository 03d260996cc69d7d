//! Messages between agents: each is delivered, in order for its sender, and a redelivery has a higher attempt.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::json;
use sessiond_client::Conditions;
use tokio::sync::Mutex;
use tokio::task::JoinSet;

use super::{create, once, register};
use crate::run::{Shared, request};

const SENDERS: usize = 3;
const RECIPIENTS: usize = 2;

/// What was delivered to a recipient: by sender and number, the attempts.
type Delivered = BTreeMap<(usize, u64), Vec<u32>>;

/// What the senders have done, and how many still send.
#[derive(Default)]
struct Sent {
    /// By recipient.
    messages: Mutex<BTreeMap<usize, Vec<(usize, u64)>>>,
    senders: AtomicUsize,
}

pub async fn spawn(workers: &mut JoinSet<()>, shared: &Arc<Shared>) {
    let agents = (0..SENDERS).map(sender).chain((0..RECIPIENTS).map(recipient));
    let participants: Vec<_> = agents.map(|agent| json!({ "agent_id": agent, "role": "talks" })).collect();
    create(shared, 0, json!({ "session_id": "messages", "participants": participants })).await;
    let sent = Arc::new(Sent { senders: AtomicUsize::new(SENDERS), ..Sent::default() });
    for n in 0..SENDERS {
        workers.spawn(send(shared.clone(), n, sent.clone()));
    }
    for n in 0..RECIPIENTS {
        workers.spawn(receive(shared.clone(), n, sent.clone()));
    }
}

fn sender(n: usize) -> String {
    format!("a://sender{n}")
}

fn recipient(n: usize) -> String {
    format!("a://recipient{n}")
}

async fn send(shared: Arc<Shared>, n: usize, sent: Arc<Sent>) {
    let client = shared.client(n);
    let mut number = 0;
    while !shared.ending() {
        number += 1;
        let to = number as usize % RECIPIENTS;
        let message = json!({
            "message_id": format!("{n}-{number}"), "timestamp": "2026-01-01T00:00:00Z",
            "sender": { "agent_id": sender(n), "framework": "a", "session_id": "messages" },
            "recipient": { "agent_id": recipient(to), "framework": "a" },
            "message_type": "status_update", "payload": { "sender": n, "number": number },
        });
        shared.must(|| client.send_message(request(message.clone()), Conditions::default())).await;
        sent.messages.lock().await.entry(to).or_default().push((n, number));
    }
    sent.senders.fetch_sub(1, Ordering::Release);
}

async fn receive(shared: Arc<Shared>, n: usize, sent: Arc<Sent>) {
    let client = shared.client(n);
    let agent = register(&shared, n, &recipient(n)).await;
    let mut delivered = Delivered::new();
    let mut last = BTreeMap::new();
    let mut taken = 0;
    // Two empty answers after the last message: what is not acknowledged is delivered again after a second.
    let mut empty = 0;
    while empty < 2 {
        let none_sends = sent.senders.load(Ordering::Acquire) == 0;
        let page =
            shared.must(|| client.receive(&agent, request(json!({ "wait": "3s", "limit": 16 })))).await;
        empty = if none_sends && page.messages.is_empty() { empty + 1 } else { 0 };
        for received in page.messages {
            let payload = &received.message.payload;
            let (sender, number) =
                (payload["sender"].as_u64().unwrap() as usize, payload["number"].as_u64().unwrap());
            let attempts = delivered.entry((sender, number)).or_default();
            assert!(
                attempts.last().is_none_or(|before| *before < received.attempt),
                "{sender}-{number} was delivered as {attempts:?} and then as {}",
                received.attempt
            );
            // A later attempt tells that an answer was lost with the server, and what follows it may have come before.
            if received.attempt == 1 {
                let before = last.insert(sender, number);
                assert!(
                    before.is_none_or(|before| before < number),
                    "{sender}: {before:?} came before {number}"
                );
            }
            attempts.push(received.attempt);
            taken += 1;
            // Some are forgotten, as by an agent that dies.
            if taken % 7 != 0 {
                let id = received.message.message_id.clone();
                shared.must(|| client.ack(&agent, request(json!({ "message_ids": [id] })))).await;
            }
        }
    }
    let sent = sent.messages.lock().await.remove(&n).unwrap_or_default();
    once("messages", delivered.into_keys(), sent);
}
