//! How many single-event appends a second the embedded store makes durable, and how long each takes, beside what the
//! disk itself can do.
//!
//!     cargo run --release -p sessiond-store-sqlite --example appends -- [seconds] [directory]
//!
//! A client appends one event of about 200 bytes to a session of its own, waits for the answer, and goes on.

use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use sessiond_core::Timestamp;
use sessiond_store::conformance::fixtures;
use sessiond_store::{Append, Op, Record, Store};
use sessiond_store_sqlite::{Options, Sqlite};

fn main() {
    let mut arguments = std::env::args().skip(1);
    let seconds = arguments.next().and_then(|text| text.parse().ok()).unwrap_or(3.0);
    let parent = arguments.next().map_or_else(std::env::temp_dir, PathBuf::from);
    let duration = Duration::from_secs_f64(seconds);
    let dir = tempfile::tempdir_in(parent).expect("a directory for the store");
    raw(dir.path(), duration);
    println!("clients  appends/s     p50     p99    p99.9     max");
    for clients in [1, 16, 64, 256] {
        let dir = dir.path().join(clients.to_string());
        let runtime = tokio::runtime::Runtime::new().expect("a runtime");
        let mut took = runtime.block_on(run(&dir, clients, duration));
        took.sort();
        let at = |share: f64| took[((took.len() - 1) as f64 * share) as usize].as_secs_f64() * 1e3;
        println!(
            "{clients:7} {:10.0} {:5.2} ms {:5.2} ms {:6.2} ms {:5.1} ms",
            took.len() as f64 / duration.as_secs_f64(),
            at(0.5),
            at(0.99),
            at(0.999),
            at(1.0)
        );
    }
}

/// A file that is written 4 KiB at a time and flushed after each: no store acknowledges one client faster.
fn raw(dir: &Path, duration: Duration) {
    let mut file = File::create(dir.join("raw")).expect("a file");
    let start = Instant::now();
    let mut flushes = 0;
    while start.elapsed() < duration {
        file.write_all(&[7; 4096]).expect("it is written");
        file.sync_data().expect("it is flushed");
        flushes += 1;
    }
    let each = start.elapsed().as_secs_f64() * 1e3 / f64::from(flushes);
    println!("the disk: 4 KiB and fdatasync in {each:.3} ms, {:.0} a second", 1e3 / each);
}

async fn run(dir: &Path, clients: usize, duration: Duration) -> Vec<Duration> {
    let store = Arc::new(Sqlite::open(dir, Options::default()).expect("the store opens"));
    let begin = (0..clients).map(|n| append(n, 0)).collect();
    store.write(begin).await.expect("the sessions begin");
    let start = Instant::now();
    let tasks: Vec<_> = (0..clients)
        .map(|n| {
            let store = store.clone();
            tokio::spawn(async move {
                let mut took = Vec::new();
                for revision in 1.. {
                    let begun = Instant::now();
                    if start.elapsed() > duration {
                        break;
                    }
                    let answers = store.write(vec![append(n, revision)]).await;
                    answers.expect("it is written").remove(0).expect("it is done");
                    took.push(begun.elapsed());
                }
                took
            })
        })
        .collect();
    let mut all = Vec::new();
    for task in tasks {
        all.extend(task.await.expect("a client ends"));
    }
    store.close().await;
    all
}

fn append(client: usize, revision: u64) -> Op {
    let id = format!("sess_0190f3c2-7b1a-7000-8000-{client:012}");
    let event = format!(
        r#"{{"seq":{},"time":"2025-02-02T11:00:00.000Z","type":"context_updated","actor":"local","data":{{"patch":{{"step":{revision},"loss":0.123456789,"note":"{}"}}}}}}"#,
        revision + 1,
        "x".repeat(60)
    );
    fixtures::op(Append {
        records: vec![Record { seq: revision + 1, json: event.into() }],
        updated_at: Timestamp::from_millis(1_750_000_000_000),
        ..fixtures::append(&id, revision, 1)
    })
}
