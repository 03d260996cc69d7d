//! Durable appends of one event of about 200 bytes: embedded, over HTTP, and to Redis Streams.

use anyhow::Context;
use serde_json::{Value, json};
use sessiond_api as api;
use sessiond_client::{Client, Conditions};
use sessiond_core::SessionId;

use crate::bench::Bench;
use crate::http::Connection;
use crate::load::{self, Rates, drive};
use crate::redis::{self, Redis};
use crate::report::{Section, count, ms};
use crate::served::Served;

/// What DEPENDENCIES.md measured of SQLite on such a machine: appends a second from 1 client and from 64.
const SQLITE_LINE: &[(usize, f64)] = &[(1, 4_300.0), (64, 29_000.0)];
/// Brings an event to about 200 bytes in the journal.
const NOTE: &str = "the second pass over the files has begun, nothing to report so far";

/// What events are appended through.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Door {
    /// The engine in this process
    Embedded,
    /// `sessiond serve`
    Http,
    /// Redis Streams, the peer
    Redis,
}

pub async fn run(bench: &Bench, clients: &[usize], doors: &[Door]) -> anyhow::Result<Section> {
    let sessions = bench.either(1_000, 256);
    let (dir, served_dir) = (bench.fresh()?, bench.fresh()?);
    let embedded = Client::open(&dir.path().join("store")).await?;
    let ids = begin(&embedded, sessions).await?;
    let bytes = event_bytes(&embedded, &ids[0]).await?;
    let mut served = None;
    if doors.contains(&Door::Http) {
        let started = Served::start(bench, &served_dir.path().join("store")).await?;
        begin_served(&started, sessions).await?;
        served = Some(started);
    }
    let wants_redis = doors.contains(&Door::Redis);
    let redis = if wants_redis { Redis::start(bench).await? } else { None };

    let mut section = Section::new(
        "Durable appends",
        ["clients", "by", "events/s, best run", "worst run", "median", "p99", "processor time an event"],
    );
    section.how(format!(
        "One event of {bytes} bytes a request (a patch of the shared context), to {sessions} sessions in turn; each \
         client waits for the answer before it goes on. Embedded: `Client::open` in the measuring process. HTTP: \
         `sessiond serve` as a process of its own, one kept connection a client. Both acknowledge when SQLite has \
         synced its log (WAL, synchronous=FULL). {} runs of {} s, the three in turn; the best of each stands here. Processor \
         time is that of the process that answers; embedded, the clients are in it.",
        bench.repeats(),
        bench.run_time().as_secs_f64()
    ));
    match &redis {
        Some(redis) => section.how(format!(
            "Redis {}: `XADD` of {bytes} bytes to {sessions} streams, `appendonly yes, appendfsync always`, one \
             connection a client: it acknowledges when its log is synced. It checks, keeps and answers nothing of \
             what a session does; it is the yardstick for a durable log behind a socket.",
            redis.version
        )),
        None if !wants_redis => {}
        None => section.how(format!("SKIPPED: Redis Streams; redis-server is missing ({}).", redis::PACKAGE)),
    }
    for &clients in clients {
        anyhow::ensure!(
            (1..=sessions).contains(&clients),
            "there are {sessions} sessions for 1 client or more"
        );
        let mut rates = [Rates::default(), Rates::default(), Rates::default()];
        let shares = share(&ids, clients);
        let mut embedded_clients: Vec<_> = shares
            .iter()
            .map(|ids| Embedded { client: embedded.clone(), ids: ids.clone(), count: 0 })
            .collect();
        let (mut http_clients, mut redis_clients) = (Vec::new(), Vec::new());
        for ids in &shares {
            if let Some(served) = &served {
                let paths = ids.iter().map(|id| format!("/sessions/{id}/context")).collect();
                http_clients.push(Http { connection: served.connect().await?, paths, count: 0 });
            }
            if let Some(redis) = &redis {
                let streams = ids.iter().map(SessionId::to_string).collect();
                redis_clients.push(redis.adder(streams, vec![b'x'; bytes]).await?);
            }
        }
        for _ in 0..bench.repeats() {
            if doors.contains(&Door::Embedded) {
                embedded_clients =
                    run_one(bench, embedded_clients, &mut rates[0], std::process::id()).await?;
            }
            if let Some(served) = &served {
                http_clients = run_one(bench, http_clients, &mut rates[1], served.process()).await?;
            }
            if let Some(redis) = &redis {
                redis_clients = run_one(bench, redis_clients, &mut rates[2], redis.process()).await?;
            }
        }
        rows(&mut section, clients, &rates);
    }
    embedded.close().await;
    if let Some(served) = served {
        served.stop().await?;
    }
    Ok(section)
}

async fn run_one<C: load::Client>(
    bench: &Bench,
    clients: Vec<C>,
    rates: &mut Rates,
    process: u32,
) -> anyhow::Result<Vec<C>> {
    bench.quiet().await?;
    let (clients, rate) = drive(clients, bench.run_time(), process).await?;
    rates.add(rate);
    Ok(clients)
}

fn rows(section: &mut Section, clients: usize, rates: &[Rates; 3]) {
    for (door, rates) in ["embedded", "HTTP", "Redis Streams"].into_iter().zip(rates) {
        if let Some(best) = rates.best() {
            section.row([
                clients.to_string(),
                door.to_owned(),
                count(best.per_second),
                count(rates.lowest()),
                ms(best.latencies.median()),
                ms(best.latencies.p99()),
                best.processor_time.map_or_else(String::new, |time| format!("{} µs", time.as_micros())),
            ]);
        }
    }
    let [embedded, http, redis] = rates.each_ref().map(|rates| rates.best().map(|rate| rate.per_second));
    let line = SQLITE_LINE.iter().find(|(line, _)| *line == clients);
    if let (Some((_, line)), Some(embedded)) = (line, embedded) {
        let who = if clients == 1 { "1 client" } else { "64 clients" };
        let aim = format!("embedded, {who}: at least {} events/s", count(*line));
        section.aim(aim, count(embedded), embedded >= *line);
    }
    if let (64, Some(http), Some(redis)) = (clients, http, redis) {
        let aim = format!("HTTP, 64 clients: ahead of Redis Streams ({} events/s)", count(redis));
        section.aim(aim, count(http), http > redis);
    }
}

/// The sessions of each client.
fn share(ids: &[SessionId], clients: usize) -> Vec<Vec<SessionId>> {
    (0..clients).map(|client| ids.iter().skip(client).step_by(clients).cloned().collect()).collect()
}

fn patch(count: u64) -> Value {
    json!({ "progress": { "step": count, "note": NOTE } })
}

struct Embedded {
    client: Client,
    ids: Vec<SessionId>,
    count: u64,
}

impl load::Client for Embedded {
    async fn once(&mut self) -> anyhow::Result<()> {
        self.count += 1;
        let id = &self.ids[self.count as usize % self.ids.len()];
        self.client.patch_context(id, patch(self.count), Conditions::default()).await?;
        Ok(())
    }
}

struct Http {
    connection: Connection,
    paths: Vec<String>,
    count: u64,
}

impl load::Client for Http {
    async fn once(&mut self) -> anyhow::Result<()> {
        self.count += 1;
        let path = &self.paths[self.count as usize % self.paths.len()];
        let body = serde_json::to_vec(&patch(self.count))?;
        self.connection.request("PATCH", path, &body).await?.ok()
    }
}

fn id(n: usize) -> anyhow::Result<SessionId> {
    Ok(SessionId::parse(format!("bench-{n:04}"))?)
}

async fn begin(client: &Client, sessions: usize) -> anyhow::Result<Vec<SessionId>> {
    let mut ids = Vec::new();
    for n in 0..sessions {
        let id = id(n)?;
        let request = api::CreateSession { session_id: Some(id.clone()), ..api::CreateSession::default() };
        client.create_session(request, Conditions::default()).await?;
        ids.push(id);
    }
    Ok(ids)
}

async fn begin_served(served: &Served, sessions: usize) -> anyhow::Result<()> {
    let mut connection = served.connect().await?;
    for n in 0..sessions {
        connection.post("/sessions", &json!({ "session_id": id(n)? })).await?.ok()?;
    }
    Ok(())
}

/// How long the event is in the journal.
async fn event_bytes(client: &Client, id: &SessionId) -> anyhow::Result<usize> {
    client.patch_context(id, patch(1_000), Conditions::default()).await?;
    let page = client.events(id, api::ListEvents { after: Some(1), ..api::ListEvents::default() }).await?;
    Ok(serde_json::to_vec(page.events.first().context("no event was written")?)?.len())
}
