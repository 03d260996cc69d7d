//! Conversations with assistants: 50 answers that are streamed at once, and what other requests notice of them.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use serde::Deserialize;
use serde_json::json;
use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;
use tokio::task::{JoinHandle, JoinSet};

use crate::bench::Bench;
use crate::http::Connection;
use crate::load::Latencies;
use crate::machine;
use crate::model::Model;
use crate::report::{Section, count, ms};
use crate::served::Served;

/// Answers that are streamed at once.
const CHATS: usize = 50;
/// Between two tokens: 50 a second.
const PAUSE: Duration = Duration::from_millis(20);
/// Sessions that nobody talks to.
const IDLE: usize = 100;
/// Between two requests beside the streams.
const REST: Duration = Duration::from_millis(5);
/// What is not measured at the beginning of the streams.
const WARM: Duration = Duration::from_secs(1);

const HEALTH: Duration = Duration::from_millis(20);
const OTHERS: Duration = Duration::from_millis(50);
const TOKEN: Duration = Duration::from_millis(2);

/// What is measured of the same load.
struct Measured {
    tokens: Latencies,
    health: Latencies,
    read: Latencies,
    patch: Latencies,
    /// Commits in a second. Each is synced once.
    commits: f64,
    /// The server's processor time in a second, of one processor.
    processor: f64,
}

pub async fn run(bench: &Bench) -> anyhow::Result<Section> {
    let mut section =
        Section::new("Answers that are streamed", ["what", "chats", "number", "median", "p99", "max"]);
    let time = bench.either(Duration::from_secs(20), Duration::from_secs(2));
    let chats = bench.either(CHATS, 10);
    section.how(format!(
        "`sessiond serve` with a model's service in the measuring process, which sends 50 tokens a second to each chat; each client \
         reads its turn as an event stream. A token's time is from the service's sending it to the client's having it. \
         Beside the streams, one client each reads `/health`, reads one of {IDLE} idle sessions, and patches the context of one, \
         which is durable, with {} ms between two requests. For {} s, after one. Service, server and clients share the processors.",
        REST.as_millis(),
        time.as_secs()
    ));
    bench.quiet().await?;
    let direct = direct(chats, time).await?;
    let mut row = |what: &str, chats: usize, latencies: &Latencies| {
        section.row([
            what.to_owned(),
            chats.to_string(),
            count(latencies.len() as f64),
            ms(latencies.median()),
            ms(latencies.p99()),
            ms(latencies.max()),
        ]);
    };
    row("token, the service's own stream without sessiond", chats, &direct);
    let mut loads = Vec::new();
    for chats in [0, 1, chats] {
        bench.quiet().await?;
        let measured = streams(bench, chats, time).await?;
        if chats > 0 {
            row("token, from the service to the client", chats, &measured.tokens);
        }
        row("`/health`", chats, &measured.health);
        row("reading an idle session", chats, &measured.read);
        row("patching an idle session", chats, &measured.patch);
        loads.push((chats, measured));
    }
    let without = loads.first().map_or(0.0, |(_, measured)| measured.processor);
    for (chats, measured) in loads.iter().filter(|(chats, _)| *chats > 0) {
        let all = measured.processor - without;
        section.how(format!(
            "With {chats} {}: {:.0} commits a second with those of the patches, one sync each; the streams took {:.1} % of a processor \
             in the server, {:.2} % each.",
            if *chats == 1 { "chat" } else { "chats" },
            measured.commits,
            all * 100.0,
            all * 100.0 / *chats as f64
        ));
    }
    let (_, most) = loads.last().context("nothing was measured")?;
    let mut aim = |aim: &str, measured: Duration, most: Duration| {
        section.aim(format!("{chats} chats: {aim}"), ms(measured), measured < most);
    };
    aim("`/health` within 20 ms, p99", most.health.p99(), HEALTH);
    aim("a request of an idle session within 50 ms, p99", most.read.p99().max(most.patch.p99()), OTHERS);
    aim("a token within 2 ms, median", most.tokens.median(), TOKEN);
    Ok(section)
}

/// The streams, and the requests beside them.
async fn streams(bench: &Bench, chats: usize, time: Duration) -> anyhow::Result<Measured> {
    let origin = Instant::now();
    let model = Model::start(origin).await?;
    let seconds = (WARM + time).as_secs() + 2;
    let tokens = seconds * 1_000 / u64::try_from(PAUSE.as_millis())?;
    model.answers(tokens, PAUSE);
    let dir = bench.fresh()?;
    let served = Served::start_with(bench, &dir.path().join("store"), &model.environment()).await?;
    let mut connection = served.connect().await?;
    for n in 0..IDLE {
        connection.post("/sessions", &json!({ "session_id": idle(n) })).await?.ok()?;
    }
    let mut readers = JoinSet::new();
    let begin = origin.elapsed() + WARM;
    let end = begin + time;
    for n in 0..chats {
        let id = format!("chat-{n}");
        connection.post("/sessions", &json!({ "session_id": id, "kind": "assistant" })).await?.ok()?;
        let connection = served.connect().await?;
        let (stream, rest) =
            connection.post_and_watch(&format!("/sessions/{id}/turns"), &json!({ "text": "go on" })).await?;
        readers.spawn(read(stream, rest, origin, begin..end, tokens));
    }
    let stop = Arc::new(AtomicBool::new(false));
    tokio::time::sleep(begin.saturating_sub(origin.elapsed())).await;
    let before = (commits(&mut connection).await?, machine::processor_time(served.process()), Instant::now());
    let health = beside(&served, &stop, |_| ("GET", "/health".to_owned(), Vec::new())).await?;
    let reading = beside(&served, &stop, |n| ("GET", format!("/sessions/{}", idle(n)), Vec::new())).await?;
    let patching = beside(&served, &stop, |n| {
        ("PATCH", format!("/sessions/{}/context", idle(n)), format!(r#"{{"n":{n}}}"#).into_bytes())
    })
    .await?;
    tokio::time::sleep(end.saturating_sub(origin.elapsed())).await;
    let after = (commits(&mut connection).await?, machine::processor_time(served.process()));
    let took = before.2.elapsed().as_secs_f64();
    stop.store(true, Ordering::Relaxed);
    let (health, reading, patching) = (health.await??, reading.await??, patching.await??);
    let mut tokens = Latencies::default();
    while let Some(read) = readers.join_next().await {
        tokens.add(&read??);
    }
    served.stop().await?;
    let used = after.1.zip(before.1).map_or(0.0, |(after, before)| (after - before).as_secs_f64());
    Ok(Measured {
        tokens,
        health,
        read: reading,
        patch: patching,
        commits: (after.0 - before.0) / took,
        processor: used / took,
    })
}

/// The same tokens, read from the service itself: what the measuring process and the machine take.
async fn direct(chats: usize, time: Duration) -> anyhow::Result<Latencies> {
    let origin = Instant::now();
    let model = Model::start(origin).await?;
    let tokens = u64::try_from((WARM + time).as_millis() / PAUSE.as_millis())? + 5;
    model.answers(tokens, PAUSE);
    let mut readers = JoinSet::new();
    for _ in 0..chats {
        let connection = Connection::open(model.address()).await?;
        let (stream, rest) =
            connection.post_and_watch("/v1/chat/completions", &json!({ "stream": true })).await?;
        readers.spawn(read(stream, rest, origin, WARM..WARM + time, tokens));
    }
    let mut latencies = Latencies::default();
    while let Some(read) = readers.join_next().await {
        latencies.add(&read??);
    }
    Ok(latencies)
}

fn idle(n: usize) -> String {
    format!("idle-{}", n % IDLE)
}

/// One client that asks, waits for the answer, rests, and asks again until it is stopped.
async fn beside(
    served: &Served,
    stop: &Arc<AtomicBool>,
    request: impl Fn(usize) -> (&'static str, String, Vec<u8>) + Send + 'static,
) -> anyhow::Result<JoinHandle<anyhow::Result<Latencies>>> {
    let mut connection = served.connect().await?;
    let stop = stop.clone();
    Ok(tokio::spawn(async move {
        let mut latencies = Latencies::default();
        let mut number = 0;
        while !stop.load(Ordering::Relaxed) {
            let (method, path, body) = request(number);
            let asked = Instant::now();
            connection.request(method, &path, &body).await?.ok()?;
            latencies.record(asked.elapsed());
            number += 1;
            tokio::time::sleep(REST).await;
        }
        Ok(latencies)
    }))
}

/// What of an event is read here: sessiond's, or the service's own.
#[derive(Deserialize)]
struct Event {
    text: Option<String>,
    #[serde(default)]
    choices: Vec<Choice>,
}

#[derive(Deserialize)]
struct Choice {
    delta: Delta,
}

#[derive(Deserialize)]
struct Delta {
    content: Option<String>,
}

/// Reads a stream to its last token, and notes how long those of the given time took.
async fn read(
    mut stream: TcpStream,
    mut received: Vec<u8>,
    origin: Instant,
    during: std::ops::Range<Duration>,
    tokens: u64,
) -> anyhow::Result<Latencies> {
    let mut latencies = Latencies::default();
    let mut seen = 0;
    while seen < tokens {
        let now = origin.elapsed();
        let end = received.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
        for line in received[..end].split(|byte| *byte == b'\n') {
            let Some(data) = line.strip_prefix(b"data: ") else { continue };
            let Ok(event) = serde_json::from_slice::<Event>(data) else { continue };
            let text = event.text.or_else(|| event.choices.into_iter().next()?.delta.content);
            for sent in text.iter().flat_map(|text| text.split_whitespace()) {
                let sent = Duration::from_nanos(sent.parse().context("a token is a time")?);
                seen += 1;
                if during.contains(&sent) {
                    latencies.record(now.saturating_sub(sent));
                }
            }
        }
        received.drain(..end);
        if seen < tokens {
            let read = stream.read_buf(&mut received).await?;
            ensure!(read > 0, "a stream ended after {seen} of {tokens} tokens");
        }
    }
    Ok(latencies)
}

/// How many commits the server has made.
async fn commits(connection: &mut Connection) -> anyhow::Result<f64> {
    let answer = connection.get("/metrics").await?;
    let text = String::from_utf8_lossy(answer.body).into_owned();
    let line = text.lines().find_map(|line| line.strip_prefix("sessiond_commit_seconds_count"));
    // The value comes after the labels.
    Ok(line.context("the server counts no commits")?.rsplit(' ').next().unwrap_or_default().parse()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn each_token_of_the_service_is_read_once_and_after_it_was_sent() {
        let latencies = direct(3, Duration::from_millis(200)).await.unwrap();
        let each = latencies.len() as f64 / 3.0;
        // 50 tokens a second.
        assert!((5.0..=11.0).contains(&each), "{each}");
    }
}
