//! Messages from one agent's WebSocket to another's.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, client_async_with_config};

use crate::bench::Bench;
use crate::http::Connection;
use crate::load::Latencies;
use crate::report::{Section, count, ms};
use crate::served::Served;

/// How long a pair pauses between two messages when there is little to do.
const PAUSE: Duration = Duration::from_millis(10);

pub async fn run(bench: &Bench) -> anyhow::Result<Section> {
    let dir = bench.fresh()?;
    let served = Served::start(bench, &dir.path().join("store")).await?;
    let mut section = Section::new(
        "Messages, WebSocket to WebSocket",
        ["pairs", "of a session", "messages/s", "send → receive, median", "p99", "max"],
    );
    section.how(
        "An agent sends a `status_update` of about 450 bytes, the other receives and acknowledges it; both are \
         connected to `sessiond serve`. The message is durable before it is handed on, and so is its delivery \
         attempt: two syncs lie between sending and receiving, and a third makes the acknowledgement durable. One \
         pair pauses 10 ms between messages; of 64 pairs each sends when the one before is through. A message of a \
         session is an event of it too.",
    );
    for (pairs, in_session) in [(1, false), (1, true), (64, false), (64, true)] {
        bench.quiet().await?;
        let (rate, latencies) = measure(bench, &served, pairs, in_session).await?;
        section.row([
            pairs.to_string(),
            if in_session { "yes" } else { "no" }.to_owned(),
            count(rate),
            ms(latencies.median()),
            ms(latencies.p99()),
            ms(latencies.max()),
        ]);
    }
    served.stop().await?;
    Ok(section)
}

async fn measure(
    bench: &Bench,
    served: &Served,
    pairs: usize,
    in_session: bool,
) -> anyhow::Result<(f64, Latencies)> {
    let run = if in_session { "s" } else { "d" };
    let mut connection = served.connect().await?;
    let mut all = Vec::new();
    for n in 0..pairs {
        let name = format!("{run}{pairs}-{n}");
        let (from, to) = (format!("bench://from-{name}"), format!("bench://to-{name}"));
        for agent in [&from, &to] {
            register(&mut connection, agent).await?;
        }
        let session = in_session.then(|| format!("messages-{name}"));
        if let Some(session) = &session {
            let request = json!({
                "session_id": session,
                "participants": [{ "agent_id": from, "role": "sender" }, { "agent_id": to, "role": "receiver" }],
            });
            connection.post("/sessions", &request).await?.ok()?;
        }
        let (sender, receiver) =
            (Socket::connect(served.address, &from).await?, Socket::connect(served.address, &to).await?);
        let pause = (pairs == 1).then_some(PAUSE);
        all.push(Pair { name, from, to, session, sender, receiver, pause });
    }
    let begin = Instant::now() + Duration::from_millis(500);
    let time = bench.run_time();
    let tasks: Vec<_> = all.into_iter().map(|pair| tokio::spawn(pair.talk(begin, begin + time))).collect();
    let mut latencies = Latencies::default();
    for task in tasks {
        latencies.add(&task.await??);
    }
    Ok((latencies.len() as f64 / time.as_secs_f64(), latencies))
}

/// Makes an agent known.
pub async fn register(connection: &mut Connection, agent: &str) -> anyhow::Result<()> {
    let request = json!({ "agent_descriptor": { "agent_id": agent, "framework": "bench" } });
    connection.post("/agents/register", &request).await?.ok()
}

/// An agent's WebSocket.
pub struct Socket(WebSocketStream<MaybeTlsStream<TcpStream>>);

impl Socket {
    /// Connects, and waits until the inbox is this connection's.
    pub async fn connect(address: SocketAddr, agent: &str) -> anyhow::Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        let url = format!("ws://{address}/ws?agent_id={}", agent.replace(':', "%3A").replace('/', "%2F"));
        // Small, because there may be ten thousand.
        let config = WebSocketConfig::default().read_buffer_size(4096).write_buffer_size(0);
        let stream = MaybeTlsStream::Plain(stream);
        let (stream, _) = client_async_with_config(url, stream, Some(config)).await?;
        let mut socket = Self(stream);
        let first = socket.next().await?;
        if first["type"] != "connected" {
            bail!("{agent} is not connected: {first}");
        }
        Ok(socket)
    }

    async fn send(&mut self, frame: &Value) -> anyhow::Result<()> {
        Ok(self.0.send(Message::text(frame.to_string())).await?)
    }

    async fn next(&mut self) -> anyhow::Result<Value> {
        loop {
            match self.0.next().await.context("the server closed the connection")?? {
                Message::Text(text) => return Ok(serde_json::from_str(&text)?),
                Message::Close(frame) => bail!("the server closed the connection: {frame:?}"),
                _ => {}
            }
        }
    }
}

struct Pair {
    name: String,
    from: String,
    to: String,
    session: Option<String>,
    sender: Socket,
    receiver: Socket,
    pause: Option<Duration>,
}

impl Pair {
    async fn talk(mut self, begin: Instant, end: Instant) -> anyhow::Result<Latencies> {
        let mut latencies = Latencies::default();
        let mut count = 0;
        loop {
            let id = format!("m-{}-{count}", self.name);
            count += 1;
            let message = self.message(&id);
            let sent = Instant::now();
            if sent >= end {
                return Ok(latencies);
            }
            self.sender.send(&message).await?;
            let received = self.receiver.next().await?;
            let took = sent.elapsed();
            if received["message_id"] != id.as_str() {
                bail!("another message came: {received}");
            }
            if sent >= begin {
                latencies.record(took);
            }
            let answer = self.sender.next().await?;
            if answer["type"] != "sent" {
                bail!("the message was refused: {answer}");
            }
            self.receiver.send(&json!({ "type": "ack", "message_ids": [id] })).await?;
            if let Some(pause) = self.pause {
                tokio::time::sleep(pause).await;
            }
        }
    }

    fn message(&self, id: &str) -> Value {
        let mut sender = json!({ "agent_id": self.from, "framework": "bench" });
        if let Some(session) = &self.session {
            sender["session_id"] = json!(session);
        }
        json!({ "type": "send", "message": {
            "message_id": id,
            "timestamp": "2025-02-02T11:00:00Z",
            "sender": sender,
            "recipient": { "agent_id": self.to, "framework": "bench" },
            "message_type": "status_update",
            "payload": {
                "state": "working",
                "progress": 0.42,
                "note": "the second pass over the files has begun; nothing to report so far, and nothing is missing",
            },
        } })
    }
}
