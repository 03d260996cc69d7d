//! A store with 100,000 sessions: how long the server takes to start on it, to list, and to open one.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::Context;
use rusqlite::{Connection, OpenFlags};
use serde_json::{Value, json};
use sessiond_api as api;
use sessiond_client::{Client, Conditions};
use sessiond_core::SessionId;
use tokio::task::JoinSet;

use crate::bench::Bench;
use crate::http;
use crate::load::Latencies;
use crate::report::{Section, count, ms};
use crate::served::Served;

/// Raised when what `fill` writes changes.
const CONTENT: u32 = 1;
/// Sessions that are made side by side, to share the disk's syncs.
const SIDE_BY_SIDE: usize = 256;
/// After as many sessions the engine is closed, so that not all of them stay in memory.
const ROUND: usize = 10_000;
/// The database's file in a store's directory.
const FILE: &str = "sessiond.db";

const EMPTY_AIM: Duration = Duration::from_millis(100);
const STORED_AIM: Duration = Duration::from_secs(1);

pub async fn run(bench: &Bench) -> anyhow::Result<Section> {
    let (dir, sessions) = store(bench).await?;
    let mut section = Section::new("Stored sessions", ["what", "store", "median", "p99", "max", "repeats"]);
    section.how(format!(
        "`sessiond serve` on an empty store and on one with {} sessions ({} MB), each a plan of three steps, three \
         participants, two labels and two patches. Start: from starting the process to `/ready` answering 200, which \
         makes a durable write. The rest over one HTTP connection. The file lies in the system's page cache.",
        count(sessions as f64),
        std::fs::metadata(dir.join(FILE))?.len() / 1_000_000
    ));
    let starts = bench.either(9, 3);
    let (mut on_empty, mut on_stored) = (Latencies::default(), Latencies::default());
    for _ in 0..starts {
        bench.quiet().await?;
        let empty = bench.fresh()?;
        let served = Served::start(bench, &empty.path().join("store")).await?;
        on_empty.record(served.ready_after);
        served.stop().await?;
        let served = Served::start(bench, &dir).await?;
        on_stored.record(served.ready_after);
        served.stop().await?;
    }
    let stored = format!("{} sessions", count(sessions as f64));
    row(&mut section, "start to `/ready`", "empty", &on_empty);
    row(&mut section, "start to `/ready`", &stored, &on_stored);

    bench.quiet().await?;
    let served = Served::start(bench, &dir).await?;
    let mut connection = served.connect().await?;
    let repeats = bench.either(100, 10);
    for (what, path) in [
        ("list, first page of 100", "/sessions?limit=100".to_owned()),
        ("list by label, 100 of 2 %", "/sessions?limit=100&label=team%3Dteam-7".to_owned()),
        ("list by status, 100", "/sessions?limit=100&status=active".to_owned()),
        ("list by name (`q=`), 1 found", format!("/sessions?limit=100&q={}", name(sessions / 2))),
        ("list by name (`q=`), none found", "/sessions?limit=100&q=nothing-like-this".to_owned()),
        ("counts", "/sessions/counts".to_owned()),
    ] {
        match asked(&mut connection, &path, repeats).await {
            Ok(latencies) => row(&mut section, what, &stored, &latencies),
            Err(error) => section.how(format!("SKIPPED: {what}: {error:#}.")),
        }
    }
    let latencies = pages(&mut connection, bench.either(100, 10)).await?;
    row(&mut section, "list, the pages after it by cursor", &stored, &latencies);
    let mut cold = Latencies::default();
    let wanted = bench.either(500, 50);
    for n in 0..wanted {
        // Spread over the whole store; none is asked for twice.
        let n = n * (sessions / wanted);
        let began = Instant::now();
        connection.get(&format!("/sessions/{}", id(n)?)).await?.ok()?;
        cold.record(began.elapsed());
    }
    row(&mut section, "open a session that is not in memory", &stored, &cold);
    served.stop().await?;

    let (empty, stored) = (on_empty.median(), on_stored.median());
    section.aim("`/ready` within 100 ms on an empty store", ms(empty), empty <= EMPTY_AIM);
    let aim = format!("`/ready` within 1 s with {} sessions", count(sessions as f64));
    section.aim(aim, ms(stored), stored <= STORED_AIM);
    Ok(section)
}

fn row(section: &mut Section, what: &str, store: &str, latencies: &Latencies) {
    section.row([
        what.to_owned(),
        store.to_owned(),
        ms(latencies.median()),
        ms(latencies.p99()),
        ms(latencies.max()),
        latencies.len().to_string(),
    ]);
}

async fn asked(connection: &mut http::Connection, path: &str, repeats: usize) -> anyhow::Result<Latencies> {
    let mut latencies = Latencies::default();
    for _ in 0..repeats {
        let began = Instant::now();
        connection.get(path).await?.ok()?;
        latencies.record(began.elapsed());
    }
    Ok(latencies)
}

async fn pages(connection: &mut http::Connection, pages: usize) -> anyhow::Result<Latencies> {
    let mut latencies = Latencies::default();
    let mut page: Value = connection.get("/sessions?limit=100").await?.json()?;
    for _ in 0..pages {
        let Some(cursor) = page["next_cursor"].as_str() else {
            break;
        };
        let began = Instant::now();
        let answer = connection.get(&format!("/sessions?limit=100&cursor={cursor}")).await?;
        latencies.record(began.elapsed());
        page = answer.json()?;
    }
    Ok(latencies)
}

/// The store, from the last time where it still has the present format, and how many sessions it has.
pub async fn store(bench: &Bench) -> anyhow::Result<(PathBuf, usize)> {
    let sessions = bench.either(100_000, 2_000);
    let dir = bench.kept(&format!("sessions-{sessions}-{CONTENT}"));
    let done = dir.with_extension("done");
    if done.exists() {
        let fresh = bench.fresh()?;
        Client::open(fresh.path()).await?.close().await;
        if format(fresh.path())? == format(&dir)? {
            return Ok((dir, sessions));
        }
        std::fs::remove_file(&done)?;
    }
    if dir.exists() {
        std::fs::remove_dir_all(&dir)?;
    }
    fill(&dir, sessions).await.context("the store cannot be filled")?;
    std::fs::write(&done, "")?;
    Ok((dir, sessions))
}

/// The database's tables and indexes: two stores with the same ones have the same format.
fn format(dir: &Path) -> anyhow::Result<Vec<String>> {
    let connection = Connection::open_with_flags(dir.join(FILE), OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    let mut statement =
        connection.prepare("SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY name")?;
    let tables = statement.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
    Ok(tables)
}

async fn fill(dir: &Path, sessions: usize) -> anyhow::Result<()> {
    let began = Instant::now();
    for first in (0..sessions).step_by(ROUND) {
        let client = Client::open(dir).await?;
        let mut tasks = JoinSet::new();
        for lane in 0..SIDE_BY_SIDE {
            let client = client.clone();
            let lane = (first..sessions.min(first + ROUND)).skip(lane).step_by(SIDE_BY_SIDE);
            tasks.spawn(async move {
                for n in lane {
                    make(&client, n).await?;
                }
                anyhow::Ok(())
            });
        }
        while let Some(done) = tasks.join_next().await {
            done??;
        }
        client.close().await;
        eprintln!("   {} sessions in {:.0} s", first + ROUND, began.elapsed().as_secs_f64());
    }
    Ok(())
}

async fn make(client: &Client, n: usize) -> anyhow::Result<()> {
    let request: api::CreateSession = serde_json::from_value(json!({
        "session_id": id(n)?,
        "name": name(n),
        "orchestrator": "claude-code://orchestrator",
        "participants": [
            { "agent_id": "opencode://backend", "role": "implementer" },
            { "agent_id": format!("codex://frontend-{}", n % 100), "role": "implementer" },
        ],
        "workflow": [
            { "name": "design", "required_agents": ["claude-code://orchestrator"] },
            { "name": "implementation", "required_agents": ["opencode://backend"] },
            { "name": "review", "required_agents": [format!("codex://frontend-{}", n % 100)] },
        ],
        "shared_context": { "project": name(n), "requirements": ["real-time updates", "audit logs"] },
        "labels": { "team": format!("team-{}", n % 50), "stage": if n.is_multiple_of(10) { "production" } else { "test" } },
    }))?;
    let session = client.create_session(request, Conditions::default()).await?;
    for step in 0..2 {
        let patch = json!({ "progress": { "step": step, "note": "the next files are being read" } });
        client.patch_context(&session.session_id, patch, Conditions::default()).await?;
    }
    Ok(())
}

/// The id of one of its sessions.
pub fn id(n: usize) -> anyhow::Result<SessionId> {
    Ok(SessionId::parse(format!("stored-{n:06}"))?)
}

fn name(n: usize) -> String {
    format!("feature-{n:06}")
}
