//! An agent's WebSocket: its inbox comes out of it, acknowledgements and messages go into it.
//!
//! Three tasks share a connection, so that none can hold up another: this one reads frames and the inbox, the writer
//! writes what is queued, and the sender sends the agent's messages in their order. A peer that reads nothing makes
//! the writer give up; one that answers no ping is closed.

mod frame;
mod out;
mod sender;

use std::time::Duration;

use axum::extract::ws::{CloseFrame, Message, WebSocket, WebSocketUpgrade};
use axum::response::Response;
use futures_util::stream::{SplitSink, SplitStream};
use futures_util::{SinkExt, StreamExt};
use sessiond_api::{Code, Problem};
use sessiond_client::Embedded;
use sessiond_client::traits::Agents as _;
use sessiond_core::AgentId;
use sessiond_engine::{Error, InboxConnection, Stay};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::{Instant, MissedTickBehavior};

use crate::app::App;
use crate::auth::stay::ENDED;
use frame::Incoming;
use out::{Out, Outgoing};

/// How long the closing handshake may take.
const CLOSING: Duration = Duration::from_secs(2);
/// Room for the answers to a peer's pings, which the library writes by itself, beside a frame. A peer that pings and
/// reads nothing fills it, and is then cut off.
const PONG_BYTES: usize = 64 * 1024;
/// Small buffers: most connections are idle most of the time, and there may be many.
const BUFFER_BYTES: usize = 4 * 1024;

/// Another connection took over.
const TAKEN_OVER: u16 = 4001;
/// The peer answered no ping.
const SILENT: u16 = 4002;
/// The agent is unknown, or its key no longer valid (RFC 6455, "policy violation").
const POLICY: u16 = 1008;
/// The server failed.
const FAILED: u16 = 1011;
/// The server restarts; connect again.
const RESTART: u16 = 1012;

/// Why a connection ends: the code and the words of its close frame.
type Ending = (u16, String);

/// Answers the handshake and takes over from there.
pub(crate) fn accept(
    app: App,
    client: Embedded,
    stay: Stay,
    agent: AgentId,
    upgrade: WebSocketUpgrade,
) -> Response {
    let token = app.tasks.token();
    upgrade
        .protocols(["sessiond"])
        .read_buffer_size(BUFFER_BYTES)
        .write_buffer_size(BUFFER_BYTES)
        .max_write_buffer_size(app.options.body_bytes + PONG_BYTES)
        .max_message_size(app.options.body_bytes)
        .max_frame_size(app.options.body_bytes)
        .on_upgrade(move |socket| async move {
            serve(app, client, stay, agent, socket).await;
            drop(token);
        })
}

async fn serve(app: App, client: Embedded, stay: Stay, agent: AgentId, socket: WebSocket) {
    metrics::gauge!("sessiond_websockets").increment(1);
    let (sink, stream) = socket.split();
    let (out, outgoing) = out::channel();
    let writer = tokio::spawn(write(sink, outgoing));
    // Only a handshake that succeeded takes the inbox over.
    let ending = match client.engine().connect_inbox(client.principal(), &agent).await {
        Ok(inbox) => {
            let connection =
                Connection { app, client, stay, agent, inbox, stream, out, heard: Instant::now() };
            connection.run(writer).await
        }
        Err(error) => {
            let ending = ending(error);
            let closing = Closing { stream, out, writer };
            closing.close(Some(ending.clone())).await;
            Some(ending)
        }
    };
    metrics::gauge!("sessiond_websockets").decrement(1);
    tracing::debug!(?ending, "a WebSocket was closed");
}

struct Connection {
    app: App,
    client: Embedded,
    stay: Stay,
    agent: AgentId,
    inbox: InboxConnection,
    stream: SplitStream<WebSocket>,
    out: Out,
    /// When the peer last gave a sign of life.
    heard: Instant,
}

impl Connection {
    async fn run(mut self, mut writer: JoinHandle<()>) -> Option<Ending> {
        let (engine, stay) = (self.app.engine.clone(), self.stay.clone());
        let ending = tokio::select! {
            biased;
            // What it had said before and is not done yet is not done any more.
            () = engine.ended(&stay) => Some((POLICY, ENDED.to_owned())),
            ending = self.converse() => ending,
            // The peer reads nothing, or is gone: there is nobody to tell.
            _ = &mut writer => return None,
        };
        let Self { stream, out, inbox, .. } = self;
        // From here on the inbox is free for the agent's next connection.
        drop(inbox);
        Closing { stream, out, writer }.close(ending.clone()).await;
        ending
    }

    /// Goes on until there is a reason to end; nothing when the peer itself ended.
    async fn converse(&mut self) -> Option<Ending> {
        let sender = sender::start(self.client.clone(), self.stay.clone(), self.out.clone());
        let hello = frame::connected(&self.agent, self.inbox.fence());
        self.out.send(Message::text(hello)).await.ok()?;
        let mut ping = tokio::time::interval(self.app.options.ping);
        ping.set_missed_tick_behavior(MissedTickBehavior::Delay);
        ping.reset();
        let shutdown = self.app.shutdown.clone();
        loop {
            tokio::select! {
                () = shutdown.cancelled() => {
                    return Some((RESTART, "the server is shutting down; connect again".to_owned()));
                }
                _ = ping.tick() => {
                    if let Some(ending) = self.look() {
                        return Some(ending);
                    }
                    // A full queue says that the peer is slow to read; the writer decides when that is too slow.
                    self.out.try_send(Message::Ping(Default::default()));
                }
                incoming = self.stream.next() => {
                    self.heard = Instant::now();
                    self.inbox.heard(None);
                    match incoming {
                        Some(Ok(Message::Text(text))) => self.incoming(&text, &sender).await?,
                        Some(Ok(Message::Binary(_))) => {
                            let problem = Problem::new(Code::UnsupportedMediaType, "frames are text, each one JSON object");
                            tell(&self.out, frame::problem(&problem, None)).await?;
                        }
                        Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
                        Some(Ok(Message::Close(_)) | Err(_)) | None => return None,
                    }
                }
                delivery = deliver(&self.out, &mut self.inbox) => match delivery {
                    Ok(()) => {}
                    Err(error) => return Some(self.lost(error)),
                },
            }
        }
    }

    /// Whether there is a reason to end that nobody tells.
    fn look(&self) -> Option<Ending> {
        if self.heard.elapsed() > self.app.options.ping * 3 {
            return Some((SILENT, "no answer to several pings".to_owned()));
        }
        None
    }

    async fn incoming(&mut self, text: &str, sender: &mpsc::Sender<sender::Order>) -> Option<()> {
        let answer = match frame::read(text) {
            Ok(Incoming::Send(message)) => return sender.send(message).await.ok(),
            Ok(Incoming::Ack(ids)) => self.inbox.ack(ids).await.map(drop).map_err(sessiond_client::problem),
            Ok(Incoming::Heartbeat(heartbeat)) => self.client.heartbeat(&self.agent, heartbeat).await,
            Err(broken) => {
                let text = frame::problem(&broken.problem, broken.message_id.as_deref());
                return tell(&self.out, text).await;
            }
        };
        match answer {
            Ok(()) => Some(()),
            Err(problem) => tell(&self.out, frame::problem(&problem, None)).await,
        }
    }

    fn lost(&self, error: Error) -> Ending {
        match error {
            Error::InboxTaken { .. } if !self.client.engine().is_registered(&self.agent) => {
                ending(Error::AgentNotFound(self.agent.clone()))
            }
            other => ending(other),
        }
    }
}

async fn tell(out: &Out, frame: String) -> Option<()> {
    out.send(Message::text(frame)).await.ok()
}

/// Puts the next message into the queue. Room is waited for first, so that a message is not taken from the inbox for
/// a peer that is not reading.
async fn deliver(out: &Out, inbox: &mut InboxConnection) -> Result<(), Error> {
    let Ok(room) = out.room().await else {
        // The writer is gone, which ends the connection at another place.
        return std::future::pending().await;
    };
    let delivery = inbox.next().await?;
    room.put(Message::text(frame::delivery(&delivery)));
    Ok(())
}

fn ending(error: Error) -> Ending {
    let code = match &error {
        Error::InboxTaken { .. } => TAKEN_OVER,
        Error::AgentNotFound(_) | Error::Forbidden(_) => POLICY,
        Error::Closed => RESTART,
        _ => FAILED,
    };
    // What the caller may know of a failure is in its problem.
    let reason = match error {
        Error::AgentNotFound(agent) => format!("{agent} is not registered: POST /agents/register first"),
        other => sessiond_client::problem(other).detail,
    };
    (code, reason)
}

/// Writes what is queued. A peer that takes nothing for too long is cut off by its connection.
async fn write(mut sink: SplitSink<WebSocket, Message>, mut outgoing: Outgoing) {
    while let Some(message) = outgoing.next().await {
        let last = matches!(message, Message::Close(_));
        match sink.send(message).await {
            Ok(()) if !last => {}
            _ => break,
        }
    }
}

/// What is left of a connection that ends.
struct Closing {
    stream: SplitStream<WebSocket>,
    out: Out,
    writer: JoinHandle<()>,
}

impl Closing {
    /// Says why and waits a moment for the peer to say goodbye.
    async fn close(self, ending: Option<Ending>) {
        let Self { mut stream, out, mut writer } = self;
        let goodbye = async {
            if let Some((code, mut reason)) = ending {
                // A close frame has room for 123 bytes of reason (RFC 6455).
                let mut end = reason.len().min(123);
                while !reason.is_char_boundary(end) {
                    end -= 1;
                }
                reason.truncate(end);
                let _ = out.send(Message::Close(Some(CloseFrame { code, reason: reason.into() }))).await;
            }
            drop(out);
            while let Some(Ok(_)) = stream.next().await {}
            let _ = (&mut writer).await;
        };
        if tokio::time::timeout(CLOSING, goodbye).await.is_err() {
            writer.abort();
        }
    }
}
