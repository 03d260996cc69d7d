//! The inbox by long polls.

use sessiond_api::{AckMessages, ReceiveMessages};
use sessiond_core::Span;
use tokio::time::Instant;

use super::{Closed, Incoming, Line, Outgoing};
use crate::limits;
use crate::work::is_final;

impl Line {
    /// Reads the inbox until the connection breaks or is closed; after `until` it ends so that the WebSocket is
    /// tried again.
    pub(super) async fn poll(&mut self, until: Option<Instant>) -> Closed {
        let mut was_up = false;
        let mut held = self.held.clone();
        loop {
            if until.is_some_and(|until| Instant::now() >= until) {
                return Closed::Lost { why: "time to try the WebSocket again".into(), was_up };
            }
            // Those that the agent holds count against the window, as they do on a WebSocket.
            let room = limits::WINDOW.saturating_sub(*held.borrow_and_update());
            let client = self.options.client.clone();
            let agent_id = self.agent_id().clone();
            let query = ReceiveMessages {
                // The first poll answers at once, so that the agent soon knows that it is connected.
                wait: was_up.then(|| Span::from_secs(limits::POLL_WAIT.as_secs())),
                limit: Some(room.max(1)),
                fence: None,
            };
            let receive = async {
                if room == 0 {
                    std::future::pending::<()>().await;
                }
                client.receive(&agent_id, query).await
            };
            // Kept over the loop below: a poll that is dropped may take its messages with it.
            tokio::pin!(receive);
            let page = loop {
                tokio::select! {
                    biased;
                    () = self.close.cancelled() => return self.flush().await,
                    Some(outgoing) = self.outgoing.recv() => {
                        if let Err(closed) = self.deliver(outgoing, was_up).await {
                            return closed;
                        }
                    }
                    page = &mut receive => break page,
                    changed = held.changed(), if room == 0 => {
                        if changed.is_err() {
                            return Closed::Here;
                        }
                        break Ok(sessiond_api::InboxPage { messages: Vec::new() });
                    }
                }
            };
            let page = match page {
                Ok(page) => page,
                Err(problem) if is_final(&problem) => return Closed::Refused(problem),
                Err(problem) => return Closed::Lost { why: problem.to_string(), was_up },
            };
            if !was_up {
                was_up = true;
                tracing::info!(agent_id = %self.agent_id(), "connected by long poll");
                if self.incoming.send(Incoming::Up).await.is_err() {
                    return Closed::Here;
                }
            }
            let taken = page.messages.len();
            for message in page.messages {
                if self.incoming.send(Incoming::Message(Box::new(message))).await.is_err() {
                    return Closed::Here;
                }
            }
            if taken > 0 {
                // The agent counts what it was handed before the next poll asks how much room there is.
                tokio::task::yield_now().await;
            }
        }
    }

    async fn deliver(&mut self, outgoing: Outgoing, was_up: bool) -> Result<(), Closed> {
        let agent_id = self.agent_id().clone();
        let client = self.options.client.clone();
        let sent = match outgoing {
            Outgoing::Heartbeat(beat) => client.heartbeat(&agent_id, beat).await,
            Outgoing::Ack(first) => {
                let mut message_ids = vec![first];
                let mut beat = None;
                while let Ok(next) = self.outgoing.try_recv() {
                    match next {
                        Outgoing::Ack(id) => message_ids.push(id),
                        Outgoing::Heartbeat(next) => beat = Some(next),
                    }
                }
                if let Some(beat) = beat {
                    // The acknowledgement that follows says whether the server is there.
                    drop(client.heartbeat(&agent_id, beat).await);
                }
                client.ack(&agent_id, AckMessages { message_ids, fence: None }).await.map(drop)
            }
        };
        match sent {
            Ok(()) => Ok(()),
            Err(problem) if is_final(&problem) => Err(Closed::Refused(problem)),
            Err(problem) => Err(Closed::Lost { why: problem.to_string(), was_up }),
        }
    }

    /// The last acknowledgements, before the end.
    async fn flush(&mut self) -> Closed {
        while let Ok(outgoing) = self.outgoing.try_recv() {
            if self.deliver(outgoing, true).await.is_err() {
                break;
            }
        }
        Closed::Here
    }
}
