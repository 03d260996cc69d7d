//! Executions: what a recorded call costs a Rust program, by when it is on disk, and what a million of them leave in
//! memory.

use std::time::{Duration, Instant};

use anyhow::Context;
use sessiond_execution::{Builder, Durability, Node, Session, call, function_node};
use tempfile::TempDir;

use crate::bench::Bench;
use crate::machine;
use crate::report::{Section, count, mb, short};

/// The aim for a call that is on disk when its session closes.
const CALL: Duration = Duration::from_micros(2);
/// The aim for what a million recorded calls leave in memory.
const MEMORY: u64 = 200_000_000;

pub async fn run(bench: &Bench) -> anyhow::Result<Section> {
    let mut section = Section::new("Executions, in Rust", ["what", "`exit`", "`async`", "`sync`"]);
    section.how(
        "One process, the engine in it, `SQLite` with WAL and synchronous=FULL. A node takes a number and gives it. \
         Sequential and parallel calls are those of one parent, in a session of their own; a figure is the time of \
         all calls, without the session's start and close, through their number. `exit`: on disk when the session \
         closes, or when 16 MB wait; `async`: written behind; `sync`: on disk before the result is used. The median \
         of five sessions.",
    );
    let mut worst = Duration::ZERO;
    let durabilities = [Durability::Exit, Durability::Async, Durability::Sync];
    for (what, calls, parallel) in [
        ("1,000 sequential calls, each", 1_000, false),
        ("100,000 sequential calls, each", 100_000, false),
        ("1,000 parallel calls, each", 1_000, true),
        ("10,000 parallel calls, each", 10_000, true),
    ] {
        let mut row = vec![what.to_owned()];
        for durability in durabilities {
            // Each waits for its own fsync: a hundred thousand of them tell no more than a thousand.
            if durability == Durability::Sync && calls > 10_000 {
                row.push(String::new());
                continue;
            }
            let each = calls_of(bench, durability, calls, parallel).await?;
            if durability == Durability::Exit && !parallel {
                worst = worst.max(each);
            }
            row.push(short(each));
        }
        section.row(row);
    }
    let mut row = vec!["an empty session, start to close, saved".to_owned()];
    for durability in durabilities {
        row.push(short(empty(bench, durability).await?));
    }
    section.row(row);
    section.aim(
        "a sequential call in under 2 µs with durability `exit`, also the 100,000th",
        short(worst),
        worst < CALL,
    );

    let calls = bench.either(1_000_000, 20_000);
    let (grown, took) = many(bench, calls).await?;
    section.row([
        format!("{} calls, resident memory gained", count(calls as f64)),
        String::new(),
        mb(grown),
        String::new(),
    ]);
    section.row([
        format!("{} calls, to the session's close, each", count(calls as f64)),
        String::new(),
        short(took),
        String::new(),
    ]);
    section.aim(
        format!("{} recorded calls gain 200 MB at most", count(calls as f64)),
        mb(grown),
        grown <= MEMORY,
    );
    Ok(section)
}

fn number() -> impl Node<Input = u64, Output = u64> + Clone + 'static {
    function_node("Number", |n: u64| async move { Ok(n) })
}

fn builder(dir: &TempDir, durability: Durability) -> Builder {
    Session::builder().dir(dir.path()).durability(durability).timeout(Duration::from_secs(3_600))
}

async fn calls_of(
    bench: &Bench,
    durability: Durability,
    calls: u64,
    parallel: bool,
) -> anyhow::Result<Duration> {
    let program = function_node("Program", move |(): ()| async move {
        let number = number();
        let begin = Instant::now();
        if parallel {
            let session = Session::current().ok_or("no session")?;
            for result in session.call_batch(&number, 0..calls).await {
                result?;
            }
        } else {
            for n in 0..calls {
                call(&number, n).await?;
            }
        }
        Ok(begin.elapsed().as_nanos() as u64)
    });
    let mut times = Vec::new();
    for _ in 0..bench.either(5, 1) {
        bench.quiet().await?;
        let dir = bench.fresh()?;
        let session = builder(&dir, durability).max_concurrency(10_000).save_state(false).start().await?;
        let nanos = session.call(&program, ()).await?;
        session.close().await?;
        times.push(Duration::from_nanos(nanos) / u32::try_from(calls)?);
    }
    times.sort();
    Ok(times[times.len() / 2])
}

async fn empty(bench: &Bench, durability: Durability) -> anyhow::Result<Duration> {
    let dir = bench.fresh()?;
    let mut times = Vec::new();
    for _ in 0..bench.either(50, 5) {
        let begin = Instant::now();
        builder(&dir, durability).start().await?.close().await?;
        times.push(begin.elapsed());
    }
    times.sort();
    Ok(times[times.len() / 2])
}

/// What many recorded calls leave in memory while their session is open, and what each costs to its close.
async fn many(bench: &Bench, calls: u64) -> anyhow::Result<(u64, Duration)> {
    bench.quiet().await?;
    let dir = bench.fresh()?;
    let before = machine::resident(std::process::id()).context("this process's memory cannot be read")?;
    let begin = Instant::now();
    let session = builder(&dir, Durability::Async).start().await?;
    let number = number();
    for n in 0..calls {
        session.call(&number, n).await?;
    }
    let after = machine::resident(std::process::id()).context("this process's memory cannot be read")?;
    session.close().await?;
    let took = begin.elapsed() / u32::try_from(calls)?;
    Ok((after.saturating_sub(before), took))
}
