//! Resident memory of `sessiond serve`: idle, with many stored sessions, and with many idle connections.

use std::path::Path;
use std::time::Duration;

use tokio::task::JoinSet;

use crate::bench::Bench;
use crate::machine;
use crate::messages::{Socket, register};
use crate::report::{Section, count, mb};
use crate::served::Served;
use crate::stored;

/// How long a server is left alone before its memory is read.
const SETTLE: Duration = Duration::from_secs(3);
/// Connections that are made side by side.
const SIDE_BY_SIDE: usize = 64;
/// Files that are open besides connections.
const OTHER_FILES: u64 = 200;
const AIM: u64 = 30_000_000;

pub async fn run(bench: &Bench) -> anyhow::Result<Section> {
    let mut section = Section::new("Resident memory", ["`sessiond serve`", "resident", "each"]);
    section.how(
        "VmRSS of the process. Idle: three seconds after `/ready`. Connections: agents on WebSockets that have an \
         empty inbox and send nothing; `each` is what the connections added, over what the registered agents took. An opened session leaves memory \
         when it has not been used for a minute.",
    );
    let (stored, sessions) = stored::store(bench).await?;
    let empty = bench.fresh()?;
    let idle = resident(bench, &empty.path().join("store")).await?;
    section.row(["idle, empty store".to_owned(), mb(idle), String::new()]);
    let with_sessions = resident(bench, &stored).await?;
    section.row([
        format!("idle, {} stored sessions", count(sessions as f64)),
        mb(with_sessions),
        String::new(),
    ]);
    opened(bench, &mut section, &stored, sessions).await?;
    connections(bench, &mut section).await?;
    section.aim("30 MB resident when idle", mb(idle), idle <= AIM);
    let aim = format!("the same with {} stored sessions", count(sessions as f64));
    section.aim(aim, mb(with_sessions), with_sessions <= AIM);
    Ok(section)
}

async fn resident(bench: &Bench, dir: &Path) -> anyhow::Result<u64> {
    let served = Served::start(bench, dir).await?;
    tokio::time::sleep(SETTLE).await;
    let resident = served.resident()?;
    served.stop().await?;
    Ok(resident)
}

/// What a session takes that is in memory.
async fn opened(bench: &Bench, section: &mut Section, dir: &Path, sessions: usize) -> anyhow::Result<()> {
    let served = Served::start(bench, dir).await?;
    let mut connection = served.connect().await?;
    tokio::time::sleep(SETTLE).await;
    let before = served.resident()?;
    let opened = (sessions / 10).max(1);
    for n in 0..opened {
        connection.get(&format!("/sessions/{}", stored::id(n)?)).await?.ok()?;
    }
    let after = served.resident()?;
    let each = after.saturating_sub(before) / opened as u64;
    section.row([
        format!("{} of them opened and in memory", count(opened as f64)),
        mb(after),
        format!("{} bytes", count(each as f64)),
    ]);
    served.stop().await
}

async fn connections(bench: &Bench, section: &mut Section) -> anyhow::Result<()> {
    let wanted = bench.either(10_000, 500);
    let possible = machine::open_files().saturating_sub(OTHER_FILES);
    let connections = wanted.min(possible);
    if connections < wanted {
        section.how(format!(
            "Of {} connections only {} are made: a process may have {} files open here (`ulimit -Hn`).",
            count(wanted as f64),
            count(connections as f64),
            machine::open_files()
        ));
    }
    let dir = bench.fresh()?;
    let served = Served::start(bench, &dir.path().join("store")).await?;
    let mut tasks = JoinSet::new();
    for lane in 0..SIDE_BY_SIDE {
        let mut connection = served.connect().await?;
        tasks.spawn(async move {
            for n in (0..connections).skip(lane).step_by(SIDE_BY_SIDE) {
                register(&mut connection, &agent(n)).await?;
            }
            anyhow::Ok(())
        });
    }
    while let Some(done) = tasks.join_next().await {
        done??;
    }
    tokio::time::sleep(SETTLE).await;
    let registered = served.resident()?;
    let mut tasks = JoinSet::new();
    for lane in 0..SIDE_BY_SIDE {
        let address = served.address;
        tasks.spawn(async move {
            let mut sockets = Vec::new();
            for n in (0..connections).skip(lane).step_by(SIDE_BY_SIDE) {
                sockets.push(Socket::connect(address, &agent(n)).await?);
            }
            anyhow::Ok(sockets)
        });
    }
    let mut sockets = Vec::new();
    while let Some(connected) = tasks.join_next().await {
        sockets.extend(connected??);
    }
    tokio::time::sleep(SETTLE).await;
    let connected = served.resident()?;
    let names = count(connections as f64);
    section.row([format!("{names} registered agents"), mb(registered), String::new()]);
    let each = connected.saturating_sub(registered) / connections.max(1);
    section.row([
        format!("{names} registered agents, all connected"),
        mb(connected),
        format!("{} bytes", count(each as f64)),
    ]);
    drop(sockets);
    served.stop().await
}

fn agent(n: u64) -> String {
    format!("bench://agent-{n:05}")
}
