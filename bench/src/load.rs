//! Closed-loop load: each client asks, waits for the answer, and asks again.

use std::time::{Duration, Instant};

use hdrhistogram::Histogram;

use crate::machine;

/// What is not measured at the beginning of a run: connections, caches and allocators settle.
const WARM: Duration = Duration::from_millis(500);

/// One client.
pub trait Client: Send + 'static {
    /// Asks once, and waits for the answer.
    fn once(&mut self) -> impl Future<Output = anyhow::Result<()>> + Send;
}

/// How long things took.
#[derive(Debug, Clone)]
pub struct Latencies(Histogram<u64>);

impl Default for Latencies {
    fn default() -> Self {
        // Three digits, from a microsecond to a minute.
        Self(Histogram::new_with_bounds(1, 60_000_000, 3).expect("the bounds are in order"))
    }
}

impl Latencies {
    pub fn record(&mut self, took: Duration) {
        self.0.saturating_record(u64::try_from(took.as_micros()).unwrap_or(u64::MAX).max(1));
    }

    pub fn add(&mut self, other: &Self) {
        self.0.add(&other.0).expect("all have the same bounds");
    }

    pub fn len(&self) -> u64 {
        self.0.len()
    }

    pub fn quantile(&self, share: f64) -> Duration {
        Duration::from_micros(self.0.value_at_quantile(share))
    }

    pub fn median(&self) -> Duration {
        self.quantile(0.5)
    }

    pub fn p99(&self) -> Duration {
        self.quantile(0.99)
    }

    pub fn max(&self) -> Duration {
        Duration::from_micros(self.0.max())
    }
}

/// What a run gave.
#[derive(Debug, Clone)]
pub struct Rate {
    pub per_second: f64,
    pub latencies: Latencies,
    /// What the process that answers used of the processors for each request.
    pub processor_time: Option<Duration>,
}

/// Runs of the same load: the best stands for all, since whatever else the machine does only ever takes away.
#[derive(Debug, Default)]
pub struct Rates(Vec<Rate>);

impl Rates {
    pub fn add(&mut self, rate: Rate) {
        self.0.push(rate);
    }

    pub fn best(&self) -> Option<&Rate> {
        self.0.iter().max_by(|a, b| a.per_second.total_cmp(&b.per_second))
    }

    /// The lowest of the rates.
    pub fn lowest(&self) -> f64 {
        self.0.iter().map(|rate| rate.per_second).fold(f64::INFINITY, f64::min)
    }
}

/// Lets all clients ask for that long, and gives them back for the next time. `process` is the one that answers.
pub async fn drive<C: Client>(
    clients: Vec<C>,
    time: Duration,
    process: u32,
) -> anyhow::Result<(Vec<C>, Rate)> {
    let used_before = machine::processor_time(process);
    let begin = Instant::now() + WARM;
    let end = begin + time;
    let tasks: Vec<_> = clients
        .into_iter()
        .map(|mut client| {
            tokio::spawn(async move {
                let mut latencies = Latencies::default();
                let mut requests = 0;
                loop {
                    let asked = Instant::now();
                    if asked >= end {
                        return anyhow::Ok((client, latencies, requests));
                    }
                    client.once().await?;
                    requests += 1;
                    let answered = Instant::now();
                    if answered >= begin && answered < end {
                        latencies.record(answered - asked);
                    }
                }
            })
        })
        .collect();
    let mut all = Latencies::default();
    let mut clients = Vec::with_capacity(tasks.len());
    let mut requests = 0;
    for task in tasks {
        let (client, latencies, asked) = task.await??;
        all.add(&latencies);
        clients.push(client);
        requests += asked;
    }
    let used = machine::processor_time(process).zip(used_before).map(|(after, before)| after - before);
    let rate = Rate {
        per_second: all.len() as f64 / time.as_secs_f64(),
        latencies: all,
        processor_time: used.map(|used| used / requests.max(1)),
    };
    Ok((clients, rate))
}
