//! The machine: what it is, what else it does, and what a process of it uses.

use std::fmt::{self, Display};
use std::time::Duration;

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use serde::Serialize;

/// What the machine is. Neither its name nor a path on it is anybody's business.
#[derive(Debug, Serialize)]
pub struct Machine {
    cores: usize,
    processor: String,
    memory_bytes: u64,
    system: String,
}

impl Machine {
    pub fn look() -> Self {
        let processor =
            field("/proc/cpuinfo", "model name").unwrap_or_else(|| "unknown processor".to_owned());
        let release = read("/proc/sys/kernel/osrelease");
        Self {
            cores: std::thread::available_parallelism().map_or(1, usize::from),
            processor,
            memory_bytes: kilobytes("/proc/meminfo", "MemTotal").unwrap_or_default(),
            system: format!("{} {}", std::env::consts::OS, release.trim()),
        }
    }
}

impl Display for Machine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { cores, processor, memory_bytes, system } = self;
        write!(
            f,
            "Machine: {cores} cores ({processor}), {:.0} GB of memory, {system}.",
            *memory_bytes as f64 / 1e9
        )
    }
}

/// What others did with the machine in the moments before the runs.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Busy {
    /// The share of the processors that was in use just before each run.
    processors: Vec<f64>,
    /// What a durable write of 4 KiB took just before each run, in milliseconds (median).
    disk_ms: Vec<f64>,
}

impl Busy {
    pub fn note(&mut self, share: f64, disk: Duration) {
        self.processors.push(share);
        self.disk_ms.push(disk.as_secs_f64() * 1e3);
    }
}

impl Display for Busy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (Some((share, most)), Some((disk, slowest))) =
            (median_and_max(&self.processors), median_and_max(&self.disk_ms))
        else {
            return Ok(());
        };
        write!(
            f,
            "In the moments before the {} runs other programs used {:.0} % of its processors (median; at most {:.0} \
             %), and a durable write of 4 KiB took {disk:.2} ms (median; at most {slowest:.2} ms).",
            self.processors.len(),
            share * 100.0,
            most * 100.0
        )
    }
}

fn median_and_max(numbers: &[f64]) -> Option<(f64, f64)> {
    let mut sorted = numbers.to_vec();
    sorted.sort_by(f64::total_cmp);
    Some((*sorted.get(sorted.len() / 2)?, *sorted.last()?))
}

/// The share of the processors that is in use, over a moment.
pub async fn busy() -> f64 {
    let before = ticks();
    tokio::time::sleep(Duration::from_millis(300)).await;
    let after = ticks();
    let total = after.0.saturating_sub(before.0);
    let idle = after.1.saturating_sub(before.1);
    if total == 0 { 0.0 } else { 1.0 - idle as f64 / total as f64 }
}

/// All ticks of all processors since the start, and those without work.
fn ticks() -> (u64, u64) {
    let stat = read("/proc/stat");
    let numbers: Vec<u64> =
        stat.lines().next().unwrap_or_default().split_whitespace().skip(1).flat_map(str::parse).collect();
    // The eighth is time that the host gave to others; after it come shares of the first ones.
    let total = numbers.iter().take(8).sum();
    let idle = numbers.iter().skip(3).take(2).sum();
    (total, idle)
}

/// The resident memory of a process, in bytes.
pub fn resident(process: u32) -> Option<u64> {
    kilobytes(&format!("/proc/{process}/status"), "VmRSS")
}

/// The processor time that a process has used so far.
pub fn processor_time(process: u32) -> Option<Duration> {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    // The name, in brackets, may hold spaces; user and system time are the 12th and 13th fields after it.
    let mut fields = stat.rsplit_once(')')?.1.split_whitespace().skip(11);
    let ticks = fields.next()?.parse::<u64>().ok()? + fields.next()?.parse::<u64>().ok()?;
    Some(Duration::from_millis(ticks * 1_000 / rustix::param::clock_ticks_per_second()))
}

/// Allows as many open files as may be had without rights.
pub fn raise_open_files() {
    let limit = getrlimit(Resource::Nofile);
    // When it is refused, fewer connections are made, and the report says so.
    let _ = setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, maximum: limit.maximum });
}

/// How many files this process may have open.
pub fn open_files() -> u64 {
    getrlimit(Resource::Nofile).current.unwrap_or(u64::MAX)
}

fn read(file: &str) -> String {
    std::fs::read_to_string(file).unwrap_or_default()
}

fn field(file: &str, name: &str) -> Option<String> {
    let text = read(file);
    let line = text.lines().find(|line| line.starts_with(name))?;
    Some(line.split_once(':')?.1.trim().to_owned())
}

fn kilobytes(file: &str, name: &str) -> Option<u64> {
    let value = field(file, name)?;
    Some(value.split_whitespace().next()?.parse::<u64>().ok()? * 1024)
}
