//! 1,000 watchers on one session: how long an event takes from its sender to each of them.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use futures_util::StreamExt;
use serde_json::json;
use sessiond_api as api;
use sessiond_client::{Client, Conditions, WatchItem};
use sessiond_core::SessionId;
use tokio::io::AsyncReadExt;
use tokio::task::JoinSet;

use crate::bench::Bench;
use crate::http::Connection;
use crate::load::Latencies;
use crate::report::{Section, ms};
use crate::served::Served;

/// Between two events.
const PACE: Duration = Duration::from_millis(50);
/// The member of the patch that holds when it was sent, in nanoseconds since the run began.
const MARK: &[u8] = b"\"sent_ns\":";
const AIM: Duration = Duration::from_millis(5);
/// For a watcher that something is lost on.
const PATIENCE: Duration = Duration::from_secs(60);

pub async fn run(bench: &Bench) -> anyhow::Result<Section> {
    let watchers = bench.either(1_000, 100);
    let events: u64 = bench.either(200, 20);
    let mut section =
        Section::new("Watchers of one session", ["client", "watchers", "events", "median", "p99", "max"]);
    section.how(format!(
        "{events} events, one every {} ms; measured from sending the patch to each watcher's having the event, so a \
         durable write is in it. HTTP: an event stream and a connection a watcher, read by the measuring process on \
         the same cores. Embedded: `Client::watch` in the process that writes.",
        PACE.as_millis()
    ));
    for http in [true, false] {
        let mut runs = Vec::new();
        for _ in 0..bench.repeats() {
            bench.quiet().await?;
            let latencies = if http {
                over_http(bench, watchers, events).await?
            } else {
                embedded(bench, watchers, events).await?
            };
            runs.push(latencies);
        }
        let door = if http { "HTTP" } else { "embedded" };
        runs.sort_by_key(Latencies::median);
        for latencies in &runs {
            section.row([
                door.to_owned(),
                watchers.to_string(),
                events.to_string(),
                ms(latencies.median()),
                ms(latencies.p99()),
                ms(latencies.max()),
            ]);
        }
        if let Some(best) = runs.first() {
            let aim = format!("{door}, {watchers} watchers: median under 5 ms");
            section.aim(aim, ms(best.median()), best.median() < AIM);
        }
    }
    Ok(section)
}

fn id() -> anyhow::Result<SessionId> {
    Ok(SessionId::parse("watched")?)
}

async fn over_http(bench: &Bench, watchers: usize, events: u64) -> anyhow::Result<Latencies> {
    let dir = bench.fresh()?;
    let served = Served::start(bench, &dir.path().join("store")).await?;
    let mut writer = served.connect().await?;
    writer.post("/sessions", &json!({ "session_id": id()? })).await?.ok()?;
    let origin = Instant::now();
    let mut tasks = JoinSet::new();
    for _ in 0..watchers {
        let stream = Stream::open(served.address).await?;
        tasks.spawn(tokio::time::timeout(PATIENCE, stream.read(origin, events)));
    }
    tokio::time::sleep(Duration::from_millis(500)).await;
    let mut pace = tokio::time::interval(PACE);
    for _ in 0..events {
        pace.tick().await;
        let body = json!({ "sent_ns": nanos(origin) }).to_string();
        writer.request("PATCH", &format!("/sessions/{}/context", id()?), body.as_bytes()).await?.ok()?;
    }
    let latencies = gather(tasks).await?;
    served.stop().await?;
    Ok(latencies)
}

async fn embedded(bench: &Bench, watchers: usize, events: u64) -> anyhow::Result<Latencies> {
    let dir = bench.fresh()?;
    let client = Client::open(&dir.path().join("store")).await?;
    let id = id()?;
    let request = api::CreateSession { session_id: Some(id.clone()), ..api::CreateSession::default() };
    client.create_session(request, Conditions::default()).await?;
    let origin = Instant::now();
    let mut tasks = JoinSet::new();
    for _ in 0..watchers {
        let mut watch = client.watch(&id, Some(1)).await?;
        tasks.spawn(tokio::time::timeout(PATIENCE, async move {
            let mut latencies = Latencies::default();
            while latencies.len() < events {
                if let WatchItem::Event(event) = watch.next().await.context("the watch ended")?? {
                    let sent = event.data.read::<serde_json::Value>()?["patch"]["sent_ns"]
                        .as_u64()
                        .context("the event has no mark")?;
                    latencies.record(Duration::from_nanos(nanos(origin).saturating_sub(sent)));
                }
            }
            Ok(latencies)
        }));
    }
    let mut pace = tokio::time::interval(PACE);
    for _ in 0..events {
        pace.tick().await;
        client.patch_context(&id, json!({ "sent_ns": nanos(origin) }), Conditions::default()).await?;
    }
    let latencies = gather(tasks).await?;
    client.close().await;
    Ok(latencies)
}

type Watched = Result<anyhow::Result<Latencies>, tokio::time::error::Elapsed>;

async fn gather(mut tasks: JoinSet<Watched>) -> anyhow::Result<Latencies> {
    let mut all = Latencies::default();
    while let Some(watched) = tasks.join_next().await {
        all.add(&watched?.context("a watcher waits for an event that does not come")??);
    }
    Ok(all)
}

fn nanos(origin: Instant) -> u64 {
    u64::try_from(origin.elapsed().as_nanos()).unwrap_or(u64::MAX)
}

/// An event stream. Frames end with an empty line; what frames the chunks of the body does not look like one.
struct Stream {
    socket: tokio::net::TcpStream,
    received: Vec<u8>,
}

impl Stream {
    async fn open(address: SocketAddr) -> anyhow::Result<Self> {
        let path = format!("/sessions/{}/events?after=1", id()?);
        let (socket, received) = Connection::open(address).await?.watch(&path).await?;
        Ok(Self { socket, received })
    }

    async fn read(mut self, origin: Instant, events: u64) -> anyhow::Result<Latencies> {
        let mut latencies = Latencies::default();
        loop {
            while let Some(end) = self.received.windows(2).position(|two| two == b"\n\n") {
                let now = nanos(origin);
                if let Some(sent) = mark(&self.received[..end]) {
                    latencies.record(Duration::from_nanos(now.saturating_sub(sent)));
                }
                self.received.drain(..end + 2);
            }
            if latencies.len() >= events {
                return Ok(latencies);
            }
            self.received.reserve(1024);
            if self.socket.read_buf(&mut self.received).await? == 0 {
                bail!("the event stream ended");
            }
        }
    }
}

/// When the event of a frame was sent.
fn mark(frame: &[u8]) -> Option<u64> {
    let at = frame.windows(MARK.len()).position(|part| part == MARK)? + MARK.len();
    let digits = frame[at..].iter().take_while(|byte| byte.is_ascii_digit());
    Some(digits.fold(0, |number, digit| number * 10 + u64::from(digit - b'0')))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mark_is_found_in_a_frame() {
        assert_eq!(mark(br#"data: {"data":{"patch":{"sent_ns":120}}}"#), Some(120));
        assert_eq!(mark(b": heartbeat"), None);
    }
}
