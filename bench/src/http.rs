//! A client that costs little, as load generators have: one connection that is kept, one request at a time.
//!
//! On two cores the client's work is taken from the server's, so it must not be more than the peer's client has.

use std::io::Write;
use std::net::SocketAddr;

use anyhow::{Context, bail, ensure};
use serde::de::DeserializeOwned;
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// A connection that is kept.
pub struct Connection {
    stream: TcpStream,
    host: String,
    sent: Vec<u8>,
    received: Vec<u8>,
}

/// An answer.
pub struct Answer<'a> {
    pub status: u16,
    pub body: &'a [u8],
}

impl Answer<'_> {
    /// The body, when the request succeeded.
    pub fn json<T: DeserializeOwned>(&self) -> anyhow::Result<T> {
        ensure!(
            (200..300).contains(&self.status),
            "status {}: {}",
            self.status,
            String::from_utf8_lossy(self.body)
        );
        Ok(serde_json::from_slice(self.body)?)
    }

    pub fn ok(&self) -> anyhow::Result<()> {
        ensure!(
            (200..300).contains(&self.status),
            "status {}: {}",
            self.status,
            String::from_utf8_lossy(self.body)
        );
        Ok(())
    }
}

impl Connection {
    pub async fn open(address: SocketAddr) -> anyhow::Result<Self> {
        let stream = TcpStream::connect(address).await.context("the server takes no connection")?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, host: address.to_string(), sent: Vec::new(), received: Vec::new() })
    }

    pub async fn get(&mut self, path: &str) -> anyhow::Result<Answer<'_>> {
        self.request("GET", path, b"").await
    }

    pub async fn post(&mut self, path: &str, body: &Value) -> anyhow::Result<Answer<'_>> {
        self.request("POST", path, &serde_json::to_vec(body)?).await
    }

    /// Sends a request and reads its answer; the body is JSON.
    pub async fn request(&mut self, method: &str, path: &str, body: &[u8]) -> anyhow::Result<Answer<'_>> {
        self.send(method, path, "application/json", body).await?;
        self.received.clear();
        let (head, length) = loop {
            if let Some(end) = self.received.windows(4).position(|four| four == b"\r\n\r\n") {
                break (end + 4, length(&self.received[..end])?);
            }
            self.more().await?;
        };
        while self.received.len() < head + length {
            self.more().await?;
        }
        let status = std::str::from_utf8(self.received.get(9..12).unwrap_or_default())?.parse()?;
        Ok(Answer { status, body: &self.received[head..head + length] })
    }

    /// Opens an event stream, and gives what comes after the answer's head.
    pub async fn watch(mut self, path: &str) -> anyhow::Result<(TcpStream, Vec<u8>)> {
        self.send("GET", path, "text/event-stream", b"").await?;
        self.streamed().await
    }

    /// The same of a request that changes something.
    pub async fn post_and_watch(mut self, path: &str, body: &Value) -> anyhow::Result<(TcpStream, Vec<u8>)> {
        self.send("POST", path, "text/event-stream", &serde_json::to_vec(body)?).await?;
        self.streamed().await
    }

    async fn streamed(mut self) -> anyhow::Result<(TcpStream, Vec<u8>)> {
        self.received.clear();
        loop {
            if let Some(end) = self.received.windows(4).position(|four| four == b"\r\n\r\n") {
                ensure!(self.received.starts_with(b"HTTP/1.1 20"), "the stream is refused");
                return Ok((self.stream, self.received.split_off(end + 4)));
            }
            self.more().await?;
        }
    }

    async fn send(&mut self, method: &str, path: &str, accept: &str, body: &[u8]) -> anyhow::Result<()> {
        self.sent.clear();
        write!(self.sent, "{method} {path} HTTP/1.1\r\nhost: {}\r\naccept: {accept}\r\n", self.host)?;
        if body.is_empty() {
            self.sent.extend_from_slice(b"\r\n");
        } else {
            write!(self.sent, "content-type: application/json\r\ncontent-length: {}\r\n\r\n", body.len())?;
            self.sent.extend_from_slice(body);
        }
        Ok(self.stream.write_all(&self.sent).await?)
    }

    async fn more(&mut self) -> anyhow::Result<()> {
        self.received.reserve(4096);
        if self.stream.read_buf(&mut self.received).await? == 0 {
            bail!("the server closed the connection");
        }
        Ok(())
    }
}

/// How long the body is. The server always says so, but for a 204 and streams.
fn length(head: &[u8]) -> anyhow::Result<usize> {
    for line in head.split(|byte| *byte == b'\n').skip(1) {
        if let Some(value) = line.strip_prefix(b"content-length: ") {
            return Ok(std::str::from_utf8(value.trim_ascii())?.parse()?);
        }
    }
    ensure!(head.starts_with(b"HTTP/1.1 204"), "an answer without a length");
    Ok(0)
}
