//! The peer: Redis Streams, with every write synced before it is acknowledged.
//!
//! The client speaks the protocol (RESP) with as little work as ours speaks HTTP, so that neither side wins by its
//! client.

use std::io::Write;
use std::net::{Ipv4Addr, SocketAddr};
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context, bail, ensure};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::process::{Child, Command};

use crate::bench::Bench;
use crate::load;

/// What puts `redis-server` on a Debian machine.
pub const PACKAGE: &str = "apt-get install redis-server";

/// A Redis that runs; it is killed when this is dropped.
pub struct Redis {
    child: Child,
    _dir: TempDir,
    address: SocketAddr,
    pub version: String,
}

impl Redis {
    /// Starts one; nothing when it is not installed.
    pub async fn start(bench: &Bench) -> anyhow::Result<Option<Self>> {
        let Ok(about) = Command::new("redis-server").arg("--version").output().await else {
            return Ok(None);
        };
        let about = String::from_utf8_lossy(&about.stdout).into_owned();
        let version = about.split("v=").nth(1).and_then(|rest| rest.split(' ').next()).unwrap_or("?");
        let dir = bench.fresh()?;
        let address = free_port()?;
        let port = address.port().to_string();
        let child = Command::new("redis-server")
            .args(["--bind", "127.0.0.1", "--port", &port, "--daemonize", "no", "--save", ""])
            .args(["--appendonly", "yes", "--appendfsync", "always", "--dir"])
            .arg(dir.path())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .kill_on_drop(true)
            .spawn()?;
        for _ in 0..500 {
            if let Ok(mut client) = Adder::open(address, Vec::new(), Vec::new()).await {
                client.command(&[b"PING"]).await?;
                let version = version.to_owned();
                return Ok(Some(Self { child, _dir: dir, address, version }));
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        bail!("redis-server does not answer")
    }

    /// Its number among the processes; 0 when it has ended.
    pub fn process(&self) -> u32 {
        self.child.id().unwrap_or_default()
    }

    /// A client that adds `entry` to these streams in turn.
    pub async fn adder(&self, streams: Vec<String>, entry: Vec<u8>) -> anyhow::Result<Adder> {
        Adder::open(self.address, streams, entry).await
    }
}

/// A client that adds to streams.
pub struct Adder {
    stream: TcpStream,
    streams: Vec<String>,
    next: usize,
    entry: Vec<u8>,
    sent: Vec<u8>,
    received: Vec<u8>,
}

impl Adder {
    async fn open(address: SocketAddr, streams: Vec<String>, entry: Vec<u8>) -> anyhow::Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, streams, next: 0, entry, sent: Vec::new(), received: Vec::new() })
    }

    /// Sends a command whose answer is a line, or a text.
    async fn command(&mut self, words: &[&[u8]]) -> anyhow::Result<()> {
        self.sent.clear();
        write!(self.sent, "*{}\r\n", words.len())?;
        for word in words {
            write!(self.sent, "${}\r\n", word.len())?;
            self.sent.extend_from_slice(word);
            self.sent.extend_from_slice(b"\r\n");
        }
        self.stream.write_all(&self.sent).await?;
        self.received.clear();
        // A text has its length on a line before it.
        while !self.received.ends_with(b"\r\n")
            || (self.received.starts_with(b"$") && self.received.iter().filter(|b| **b == b'\n').count() < 2)
        {
            self.received.reserve(256);
            ensure!(self.stream.read_buf(&mut self.received).await? > 0, "Redis closed the connection");
        }
        let answer = String::from_utf8_lossy(&self.received);
        ensure!(!answer.starts_with('-'), "Redis refuses: {}", answer.trim());
        Ok(())
    }
}

impl load::Client for Adder {
    async fn once(&mut self) -> anyhow::Result<()> {
        let stream = self.streams.get(self.next % self.streams.len().max(1)).context("no streams")?.clone();
        self.next += 1;
        let entry = std::mem::take(&mut self.entry);
        let added = self.command(&[b"XADD", stream.as_bytes(), b"*", b"e", &entry]).await;
        self.entry = entry;
        added
    }
}

/// An address that was free a moment ago.
fn free_port() -> anyhow::Result<SocketAddr> {
    Ok(std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?)
}
