//! Sends an agent's messages in the order in which they came. One that waits for its response does so on the side.

use std::sync::Arc;

use axum::extract::ws::Message;
use sessiond_api as api;
use sessiond_client::traits::Messages as _;
use sessiond_client::{Conditions, Embedded};
use sessiond_core::DeliveryMode;
use sessiond_engine::Stay;
use tokio::sync::{Semaphore, mpsc};
use tokio::task::JoinSet;

use super::frame;
use super::out::Out;

/// A message to send.
pub(super) type Order = Box<api::Message>;

/// Messages that wait to be sent; when there are as many, the connection reads nothing more.
const QUEUE: usize = 64;
/// Synchronous messages of one connection that wait at the same time.
const WAITING: usize = 16;

/// Starts the task; it ends when the connection drops its end, or its caller may no longer stay.
pub(super) fn start(client: Embedded, stay: Stay, out: Out) -> mpsc::Sender<Order> {
    let (orders, incoming) = mpsc::channel(QUEUE);
    let engine = client.engine().clone();
    tokio::spawn(async move {
        tokio::select! {
            biased;
            () = engine.ended(&stay) => {}
            () = run(client, out, incoming) => {}
        }
    });
    orders
}

async fn run(client: Embedded, out: Out, mut incoming: mpsc::Receiver<Order>) {
    let permits = Arc::new(Semaphore::new(WAITING));
    // Dropped with this task, which ends those that still wait.
    let mut waiting = JoinSet::new();
    loop {
        let order = tokio::select! {
            order = incoming.recv() => order,
            Some(_) = waiting.join_next() => continue,
        };
        let Some(message) = order else {
            return;
        };
        if message.routing.delivery_mode == DeliveryMode::Sync {
            let Ok(permit) = permits.clone().acquire_owned().await else {
                return;
            };
            let (client, out) = (client.clone(), out.clone());
            waiting.spawn(async move {
                send(&client, &out, *message).await;
                drop(permit);
            });
        } else {
            send(&client, &out, *message).await;
        }
    }
}

async fn send(client: &Embedded, out: &Out, message: api::Message) {
    let id = message.message_id.clone();
    let answer = match client.send_message(message, Conditions::default()).await {
        Ok(sent) => frame::sent(&sent),
        Err(problem) => frame::problem(&problem, Some(id.as_str())),
    };
    // The connection is gone: the message stands, and the same one sent again gets the same answer.
    let _ = out.send(Message::text(answer)).await;
}
