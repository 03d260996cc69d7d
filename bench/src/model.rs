//! A model's service that costs little: its answers are as long and as fast as the bench says, and each token is the time at
//! which it was sent.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::Context;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio::time::MissedTickBehavior;

/// The service, with OpenAI's chat completions; it stops when this is dropped.
pub struct Model {
    address: SocketAddr,
    script: Arc<Script>,
    accepting: JoinHandle<()>,
}

struct Script {
    origin: Instant,
    tokens: AtomicU64,
    pause_us: AtomicU64,
}

impl Model {
    /// Starts it. Times are since `origin`, in nanoseconds.
    pub async fn start(origin: Instant) -> anyhow::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let address = listener.local_addr()?;
        let script = Script { origin, tokens: AtomicU64::new(1), pause_us: AtomicU64::new(0) };
        let script = Arc::new(script);
        let served = script.clone();
        let accepting = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let script = served.clone();
                // A client that leaves is no fault.
                tokio::spawn(async move { drop(script.serve(stream).await) });
            }
        });
        Ok(Self { address, script, accepting })
    }

    /// What answers are from now on: so many tokens, with a pause before each.
    pub fn answers(&self, tokens: u64, pause: Duration) {
        self.script.tokens.store(tokens, Ordering::Relaxed);
        let pause = u64::try_from(pause.as_micros()).unwrap_or(u64::MAX);
        self.script.pause_us.store(pause, Ordering::Relaxed);
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// What a server is started with to have this model.
    pub fn environment(&self) -> [(&'static str, String); 2] {
        [
            ("SESSIOND_MODEL_URL", format!("http://{}/v1", self.address)),
            ("SESSIOND_MODEL", "bench".to_owned()),
        ]
    }
}

impl Drop for Model {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

impl Script {
    async fn serve(&self, mut stream: TcpStream) -> anyhow::Result<()> {
        stream.set_nodelay(true)?;
        let mut received = Vec::new();
        loop {
            let streams = request(&mut stream, &mut received).await?;
            let tokens = self.tokens.load(Ordering::Relaxed);
            if streams {
                self.stream(&mut stream, tokens).await?;
            } else {
                let choice =
                    r#"{"index":0,"message":{"role":"assistant","content":"ok"},"finish_reason":"stop"}"#;
                let body = format!(r#"{{"model":"bench","choices":[{choice}]}}"#);
                let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length:";
                stream.write_all(format!("{head} {}\r\n\r\n{body}", body.len()).as_bytes()).await?;
            }
        }
    }

    async fn stream(&self, stream: &mut TcpStream, tokens: u64) -> anyhow::Result<()> {
        let head = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n";
        stream.write_all(head.as_bytes()).await?;
        let pause = Duration::from_micros(self.pause_us.load(Ordering::Relaxed));
        let mut pace = (!pause.is_zero()).then(|| tokio::time::interval(pause));
        if let Some(pace) = &mut pace {
            pace.set_missed_tick_behavior(MissedTickBehavior::Delay);
        }
        for _ in 0..tokens {
            if let Some(pace) = &mut pace {
                pace.tick().await;
            }
            let now = nanos(self.origin);
            let event =
                format!("data: {{\"choices\":[{{\"index\":0,\"delta\":{{\"content\":\"{now} \"}}}}]}}\n\n");
            chunk(stream, &event).await?;
        }
        let end = r#"{"choices":[{"index":0,"delta":{},"finish_reason":"stop"}],"usage":{"prompt_tokens":20,"completion_tokens":"#;
        chunk(stream, &format!("data: {end}{tokens}}}}}\n\ndata: [DONE]\n\n")).await?;
        stream.write_all(b"0\r\n\r\n").await?;
        Ok(())
    }
}

/// Reads a request; whether its answer is to be streamed.
async fn request(stream: &mut TcpStream, received: &mut Vec<u8>) -> anyhow::Result<bool> {
    received.clear();
    loop {
        if let Some(end) = received.windows(4).position(|four| four == b"\r\n\r\n") {
            let head = String::from_utf8_lossy(&received[..end]).to_ascii_lowercase();
            let length = head.lines().find_map(|line| line.strip_prefix("content-length:"));
            let length: usize = length.context("a request without a length")?.trim().parse()?;
            while received.len() < end + 4 + length {
                more(stream, received).await?;
            }
            let body: serde_json::Value = serde_json::from_slice(&received[end + 4..])?;
            return Ok(body["stream"] == true);
        }
        more(stream, received).await?;
    }
}

async fn more(stream: &mut TcpStream, received: &mut Vec<u8>) -> anyhow::Result<()> {
    anyhow::ensure!(stream.read_buf(received).await? > 0, "the client has left");
    Ok(())
}

async fn chunk(stream: &mut TcpStream, text: &str) -> anyhow::Result<()> {
    stream.write_all(format!("{:x}\r\n{text}\r\n", text.len()).as_bytes()).await?;
    Ok(())
}

/// Nanoseconds since a moment.
fn nanos(origin: Instant) -> u64 {
    u64::try_from(origin.elapsed().as_nanos()).unwrap_or(u64::MAX)
}
