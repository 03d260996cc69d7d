//! What sessions leave in the server's memory after they were used.

use std::time::{Duration, Instant};

use serde_json::json;
use tokio::task::JoinSet;

use crate::bench::Bench;
use crate::model::Model;
use crate::report::{Section, count, mb};
use crate::served::Served;

/// Sessions that are used one after the other by each client.
const SIDE_BY_SIDE: usize = 16;
/// Sessions before the first look at the memory: the allocator and the caches have what they need then.
const BEFORE: usize = 1_000;
/// A session leaves memory when it has not been used for a minute.
const LEAVE: Duration = Duration::from_secs(80);
const AIM: u64 = 5_000;

pub async fn run(bench: &Bench) -> anyhow::Result<Section> {
    let sessions = bench.either(10_000, 200);
    let before = bench.either(BEFORE, 50);
    let leave = bench.either(LEAVE, Duration::from_secs(1));
    let mut section =
        Section::new("Sessions that were used and left", ["`sessiond serve`", "resident", "each"]);
    section.how(format!(
        "Each session of an assistant has one message and its answer; the model's service is in the measuring process. VmRSS of the \
         server {} s after the last message, when no session is in memory; `each` is what {} more sessions added.",
        leave.as_secs(),
        count(sessions as f64)
    ));
    let model = Model::start(Instant::now()).await?;
    let dir = bench.fresh()?;
    let served = Served::start_with(bench, &dir.path().join("store"), &model.environment()).await?;
    use_all(&served, 0..before).await?;
    tokio::time::sleep(leave).await;
    let first = served.resident()?;
    section.row([format!("{} sessions used and left", count(before as f64)), mb(first), String::new()]);
    let began = Instant::now();
    use_all(&served, before..before + sessions).await?;
    let took = began.elapsed();
    let most = served.resident()?;
    section.row([
        format!("{} more, at the end of their use", count(sessions as f64)),
        mb(most),
        String::new(),
    ]);
    tokio::time::sleep(leave).await;
    let last = served.resident()?;
    let each = last.saturating_sub(first) / sessions as u64;
    section.row([
        format!("{} more, used and left", count(sessions as f64)),
        mb(last),
        format!("{} bytes", count(each as f64)),
    ]);
    served.stop().await?;
    section.how(format!(
        "Creating the sessions, and having each message answered, took {:.1} s with {SIDE_BY_SIDE} clients: {} a second.",
        took.as_secs_f64(),
        count(sessions as f64 / took.as_secs_f64())
    ));
    let aim = format!("{} sessions used and left: under 5 KB each", count(sessions as f64));
    section.aim(aim, format!("{:.1} KB", each as f64 / 1e3), each < AIM);
    Ok(section)
}

async fn use_all(served: &Served, numbers: std::ops::Range<usize>) -> anyhow::Result<()> {
    let mut tasks = JoinSet::new();
    for lane in 0..SIDE_BY_SIDE {
        let mut connection = served.connect().await?;
        let numbers = numbers.clone();
        tasks.spawn(async move {
            for n in numbers.skip(lane).step_by(SIDE_BY_SIDE) {
                let session = json!({ "session_id": format!("used-{n}"), "kind": "assistant" });
                connection.post("/sessions", &session).await?.ok()?;
                let message =
                    json!({ "session_id": format!("used-{n}"), "message": "How long is the notice period?" });
                connection.post("/chat", &message).await?.ok()?;
            }
            anyhow::Ok(())
        });
    }
    while let Some(done) = tasks.join_next().await {
        done??;
    }
    Ok(())
}
