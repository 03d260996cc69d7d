//! The connection to the server: made, kept, and made again.

mod poll;
mod socket;

use sessiond_api::{Heartbeat, InboxMessage, Problem, RegisterAgent};
use sessiond_core::{AgentId, MessageId};
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::retry::Delays;
use crate::work::is_final;
use crate::{Error, Options, limits};

/// What comes from the server.
pub(crate) enum Incoming {
    /// The inbox is read from now on.
    Up,
    /// It is not, for a while.
    Down,
    /// A message.
    Message(Box<InboxMessage>),
}

/// What goes to the server.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Outgoing {
    /// A message is done with.
    Ack(MessageId),
    /// The agent lives, and these requests wait in it.
    Heartbeat(Heartbeat),
}

/// The connection as the agent's loop holds it.
pub(crate) struct Link {
    incoming: mpsc::Receiver<Incoming>,
    outgoing: mpsc::Sender<Outgoing>,
    ended: Option<JoinHandle<Result<(), Error>>>,
}

impl Link {
    /// Connects, and goes on connecting until `close` is cancelled. `held` counts the messages that the agent has
    /// not acknowledged.
    pub(crate) fn open(options: &Options, held: watch::Receiver<usize>, close: CancellationToken) -> Self {
        let (to_agent, incoming) = mpsc::channel(limits::WINDOW);
        let (outgoing, from_agent) = mpsc::channel(2 * limits::WINDOW);
        let line = Line { options: options.clone(), incoming: to_agent, outgoing: from_agent, held, close };
        Self { incoming, outgoing, ended: Some(tokio::spawn(line.run())) }
    }

    /// The next thing; none when the connection has ended for good.
    pub(crate) async fn receive(&mut self) -> Option<Incoming> {
        self.incoming.recv().await
    }

    /// Sends when there is a connection. What does not fit is dropped: a message whose acknowledgement was lost
    /// comes again and is acknowledged again, and the next heartbeat says the same.
    pub(crate) fn send(&self, outgoing: Outgoing) {
        if let Err(error) = self.outgoing.try_send(outgoing) {
            tracing::debug!(%error, "not sent");
        }
    }

    /// Why it ended.
    pub(crate) async fn ended(&mut self) -> Result<(), Error> {
        match self.ended.take() {
            Some(ended) => ended.await.unwrap_or(Err(Error::Crashed)),
            None => Ok(()),
        }
    }
}

/// The connection's own side.
pub(crate) struct Line {
    options: Options,
    incoming: mpsc::Sender<Incoming>,
    outgoing: mpsc::Receiver<Outgoing>,
    held: watch::Receiver<usize>,
    close: CancellationToken,
}

/// How one connection ended.
pub(crate) enum Closed {
    /// It was closed from here.
    Here,
    /// It broke, or could not be made; it is to be made again. Whether it had been good says how soon.
    Lost { why: String, was_up: bool },
    /// There can be no WebSocket: something on the way does not speak it.
    NoSocket(String),
    /// A newer connection reads the inbox.
    TakenOver,
    /// The server will not have the agent.
    Refused(Problem),
}

impl Line {
    async fn run(mut self) -> Result<(), Error> {
        let mut delays = Delays::new();
        let mut poll_until: Option<Instant> = None;
        loop {
            let closed = self.once(&mut poll_until).await;
            let (why, was_up) = match closed {
                Closed::Here => return Ok(()),
                Closed::TakenOver => return Err(Error::TakenOver),
                Closed::Refused(problem) => return Err(Error::Refused(problem)),
                Closed::NoSocket(why) => {
                    tracing::warn!(why, "no WebSocket can be had; reading the inbox by long polls");
                    poll_until = Some(Instant::now() + limits::POLL_SPELL);
                    continue;
                }
                Closed::Lost { why, was_up } => (why, was_up),
            };
            if was_up {
                delays = Delays::new();
                if self.incoming.send(Incoming::Down).await.is_err() {
                    return Ok(());
                }
            }
            let delay = delays.next();
            tracing::warn!(why, delay_ms = delay.as_millis(), "not connected; trying again");
            tokio::select! {
                () = self.close.cancelled() => return Ok(()),
                () = tokio::time::sleep(delay) => {}
            }
        }
    }

    /// Registers, connects, and serves one connection to its end.
    async fn once(&mut self, poll_until: &mut Option<Instant>) -> Closed {
        let registered = tokio::select! {
            () = self.close.cancelled() => return Closed::Here,
            registered = self.options.client.register_agent(self.registration()) => registered,
        };
        if let Err(problem) = registered {
            if is_final(&problem) {
                return Closed::Refused(problem);
            }
            return Closed::Lost { why: problem.to_string(), was_up: false };
        }
        match (&self.options.socket, *poll_until) {
            (None, _) => self.poll(None).await,
            (Some(_), Some(until)) if Instant::now() < until => {
                *poll_until = None;
                self.poll(Some(until)).await
            }
            (Some(socket), _) => {
                let socket = socket.clone();
                self.socket(&socket).await
            }
        }
    }

    fn registration(&self) -> RegisterAgent {
        RegisterAgent {
            agent_descriptor: self.options.descriptor.clone(),
            health_check_url: None,
            status_endpoint: None,
            open_to: self.options.open_to.clone(),
            authentication: None,
        }
    }

    fn agent_id(&self) -> &AgentId {
        self.options.agent_id()
    }
}
