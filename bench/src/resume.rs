//! A long execution after it was recorded: what it costs to resume it, and to write its saved state. Both read the whole
//! journal.

use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use serde_json::{Value, json};
use sessiond_execution::{Builder, Durability, Session, background, function_node};
use tempfile::TempDir;

use crate::bench::Bench;
use crate::machine;
use crate::report::{Section, count, mb, ms, short};

pub async fn run(bench: &Bench) -> anyhow::Result<Section> {
    let calls: u32 = bench.either(100_000, 5_000);
    let node = function_node("Answer", |input: Value| async move { Ok(input) });
    bench.quiet().await?;
    let dir = bench.fresh()?;

    let (mut record, mut resume, mut save) = (Times::default(), Times::default(), Times::default());
    let clock = Clock::start()?;
    let session = builder(&dir).start().await?;
    let id = session.id().clone();
    for n in 0..calls {
        session.call(&node, value(n)).await?;
    }
    session.close().await?;
    record.add(clock)?;

    let mut saved = 0;
    for _ in 0..5 {
        // Like a program that was started anew: nothing of the session is in memory.
        background::close().await;
        let clock = Clock::start()?;
        let session = builder(&dir).resume(&id).await?;
        resume.add(clock)?;
        let output = session.call(&node, value(0)).await?;
        ensure!(output == value(0) && session.info().replayed == 1, "the first call was not replayed");
        let clock = Clock::start()?;
        let path = session.save().await?;
        save.add(clock)?;
        saved = std::fs::metadata(path)?.len();
        session.close().await?;
    }
    background::close().await;

    let mut section = Section::new(
        "Resume and save, in Rust",
        ["what", "median", "fastest", "a call", "processor time", "processor time a call"],
    );
    section.how(format!(
        "One process, the engine in it. {} top-level calls of one session with durability `exit`, each with {} bytes \
         of nested JSON as its input and as its output. Record: from the session's start to its close, once. Resume: \
         from opening the store to the moment in which the program can ask for its first call; the engine was closed \
         before, and the store's file is in the system's page cache. Save: writing the saved state ({}) to its file, \
         with fsync. Five times each; a figure for a call is the median through the number of calls. Processor time \
         is that of all threads of the process (median).",
        count(f64::from(calls)),
        value(calls - 1).to_string().len(),
        mb(saved)
    ));
    for (what, mut times) in [("record", record), ("resume", resume), ("save", save)] {
        section.row(times.row(what, calls)?);
    }
    Ok(section)
}

fn builder(dir: &TempDir) -> Builder {
    let timeout = Duration::from_secs(3_600);
    Session::builder().dir(dir.path()).durability(Durability::Exit).save_state(false).timeout(timeout)
}

/// What a call takes and gives, of about 200 bytes.
fn value(n: u32) -> Value {
    json!({
        "id": n,
        "question": "which way from the harbour to the station is shorter, and how long does it take",
        "place": { "name": "station", "at": [59.33, 18.06] },
        "options": { "walk": true, "limits": { "minutes": 45, "stops": 3 } },
    })
}

/// A measurement that has begun.
struct Clock {
    begin: Instant,
    processor: Duration,
}

impl Clock {
    fn start() -> anyhow::Result<Self> {
        Ok(Self { begin: Instant::now(), processor: processor()? })
    }
}

/// What was measured of one thing.
#[derive(Default)]
struct Times {
    wall: Vec<Duration>,
    processor: Vec<Duration>,
}

impl Times {
    fn add(&mut self, clock: Clock) -> anyhow::Result<()> {
        self.wall.push(clock.begin.elapsed());
        self.processor.push(processor()?.saturating_sub(clock.processor));
        Ok(())
    }

    fn row(&mut self, what: &str, calls: u32) -> anyhow::Result<[String; 6]> {
        self.wall.sort();
        self.processor.sort();
        let fastest = *self.wall.first().context("nothing was measured")?;
        let (wall, processor) = (self.wall[self.wall.len() / 2], self.processor[self.processor.len() / 2]);
        let each = |time: Duration| short(time / calls);
        Ok([what.to_owned(), ms(wall), ms(fastest), each(wall), ms(processor), each(processor)])
    }
}

fn processor() -> anyhow::Result<Duration> {
    machine::processor_time(std::process::id()).context("this process's processor time cannot be read")
}
