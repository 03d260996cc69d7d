//! Servers under all kinds of work at once are killed at random moments, also while they start, on one directory. What was
//! acknowledged is there once and in order, a request that is repeated with its key has one effect, and every watcher has
//! seen every event. `--long` kills far more often.
#![allow(missing_docs, clippy::unwrap_used)]

mod run;
mod work;

use std::time::Duration;

use run::Plan;

/// Whether the long variants run.
fn long() -> bool {
    std::env::var_os("SESSIOND_LONG").is_some()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn all_kinds_of_work_survive_the_kills_of_a_server() {
    let kills = if long() { 150 } else { 4 };
    run::run(Plan { servers: 1, kills, within: Duration::from_millis(1600) }).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_servers_on_one_directory_survive_each_others_kills() {
    let kills = if long() { 40 } else { 2 };
    run::run(Plan { servers: 2, kills, within: Duration::from_millis(2500) }).await;
}
