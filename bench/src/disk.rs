//! What the disk itself does: a durable write of 4 KiB, over and over. Nothing that is durable is faster for one client.

use std::fs::File;
use std::io::{Seek, SeekFrom, Write};
use std::time::{Duration, Instant};

use crate::bench::Bench;
use crate::load::Latencies;
use crate::report::{Section, count, ms};

const BLOCK: [u8; 4096] = [7; 4096];
/// Blocks of the file that is written over.
const BLOCKS: u64 = 4096;

pub fn run(bench: &Bench) -> anyhow::Result<Section> {
    let mut section = Section::new("The disk", ["4 KiB and fdatasync", "a second", "median", "p99", "max"]);
    section.how(
        "One thread writes 4 KiB and waits for fdatasync, on the file system of the stores: at the end of a file that \
         grows, and over a file that is there already, as a write-ahead log that has come round.",
    );
    for grows in [true, false] {
        let latencies = write(bench, grows, bench.run_time())?;
        let mean = bench.run_time().as_secs_f64() / latencies.len() as f64;
        section.row([
            if grows { "appended" } else { "written over" }.to_owned(),
            count(1.0 / mean),
            ms(latencies.median()),
            ms(latencies.p99()),
            ms(latencies.max()),
        ]);
    }
    Ok(section)
}

/// The median of a durable write just now.
pub fn moment(bench: &Bench) -> anyhow::Result<Duration> {
    Ok(write(bench, true, Duration::from_millis(200))?.median())
}

fn write(bench: &Bench, grows: bool, time: Duration) -> anyhow::Result<Latencies> {
    let dir = bench.fresh()?;
    let mut file = File::create(dir.path().join("raw"))?;
    if !grows {
        for _ in 0..BLOCKS {
            file.write_all(&BLOCK)?;
        }
        file.sync_all()?;
        file.rewind()?;
    }
    let mut latencies = Latencies::default();
    let mut blocks = 0;
    let begin = Instant::now();
    while begin.elapsed() < time {
        let asked = Instant::now();
        file.write_all(&BLOCK)?;
        file.sync_data()?;
        latencies.record(asked.elapsed());
        blocks += 1;
        if !grows && blocks % BLOCKS == 0 {
            file.seek(SeekFrom::Start(0))?;
        }
    }
    Ok(latencies)
}
