//! A program is killed at random moments and resumed until it comes to its end. Every call that was recorded as
//! completed when it was killed is given again and not run again.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeSet;
use std::fs::OpenOptions;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use sessiond_api::{Code, ListEvents};
use sessiond_client::Client;
use sessiond_core::SessionId;
use sessiond_execution::{Durability, Error, Failure, Session, call, function_node};
use tempfile::TempDir;

const DIR: &str = "SESSIOND_EXECUTION_CRASH_DIR";
const DURABILITY: &str = "SESSIOND_EXECUTION_CRASH_DURABILITY";
/// Groups of steps, and steps of each group that run side by side.
const GROUPS: u64 = 12;
const STEPS: u64 = 8;

fn id() -> SessionId {
    SessionId::parse("crashing").unwrap()
}

/// What a step does that can be seen from outside.
fn effect(dir: &Path, step: u64) -> Result<(), Failure> {
    let mut log = OpenOptions::new().create(true).append(true).open(dir.join("effects"))?;
    log.write_all(format!("{step}\n").as_bytes())?;
    Ok(())
}

fn effects(dir: &Path) -> Vec<u64> {
    let text = std::fs::read_to_string(dir.join("effects")).unwrap_or_default();
    text.lines().filter_map(|line| line.parse().ok()).collect()
}

/// The child: begins or resumes the session and runs the program. Only the parent starts it for real.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_program_that_is_killed() {
    let Some(dir) = std::env::var_os(DIR).map(PathBuf::from) else { return };
    let durability =
        if std::env::var(DURABILITY).unwrap() == "sync" { Durability::Sync } else { Durability::Async };
    let builder = || Session::builder().dir(dir.join("store")).durability(durability).max_concurrency(3);
    let session = match builder().resume(&id()).await {
        Ok(session) => session,
        Err(Error::Record(problem)) if problem.code == Code::SessionNotFound => {
            builder().id(id()).start().await.unwrap()
        }
        Err(error) => panic!("{error}"),
    };
    let effects = dir.clone();
    let step = function_node("Step", move |step: u64| {
        let dir = effects.clone();
        async move {
            effect(&dir, step)?;
            tokio::time::sleep(Duration::from_millis(step % 3)).await;
            Ok(step * 2)
        }
    });
    let group = function_node("Group", move |group: u64| {
        let step = step.clone();
        async move {
            let session = Session::current().ok_or("there is a session")?;
            let steps = (0..STEPS).map(|n| group * STEPS + n);
            let mut sum = 0;
            for result in session.call_batch(&step, steps).await {
                sum += result?;
            }
            Ok(sum)
        }
    });
    let program = function_node("Program", move |groups: u64| {
        let group = group.clone();
        async move {
            let mut sum = 0;
            for n in 0..groups {
                sum += call(&group, n).await?;
            }
            Ok(sum)
        }
    });
    let sum = session.call(&program, GROUPS).await.unwrap();
    session.close().await.unwrap();
    std::fs::write(dir.join("sum"), sum.to_string()).unwrap();
}

/// The steps that are recorded as completed.
async fn recorded(dir: &Path) -> BTreeSet<u64> {
    let client = Client::open(&dir.join("store")).await.unwrap();
    let mut steps = BTreeSet::new();
    let mut inputs = std::collections::HashMap::new();
    let mut after = Some(0);
    while let Some(cursor) = after {
        let query = ListEvents { after: Some(cursor), limit: Some(1_000) };
        // Killed before the session itself was written.
        let Ok(page) = client.events(&id(), query).await else { break };
        for event in page.events.iter().filter(|event| event.kind == "calls_recorded") {
            for call in event.data.read::<serde_json::Value>().unwrap()["calls"].as_array().unwrap() {
                let number = call["call"].as_u64().unwrap();
                if call["node"] == "Step" {
                    inputs.insert(number, call["input"].as_u64().unwrap());
                }
                if let (Some(step), true) = (inputs.get(&number), call["status"] == "completed") {
                    steps.insert(*step);
                }
            }
        }
        after = page.next_cursor;
    }
    client.close().await;
    steps
}

async fn killed_and_resumed(durability: &str, kills: usize) {
    let (mut done, mut seed) = (0, 0x9e37_79b9_u64);
    while done < kills {
        let dir = TempDir::new().unwrap();
        let mut known = BTreeSet::new();
        while !dir.path().join("sum").exists() {
            let before = effects(dir.path()).len();
            let mut child = Command::new(std::env::current_exe().unwrap())
                .args(["--exact", "the_program_that_is_killed", "--nocapture"])
                .env(DIR, dir.path())
                .env(DURABILITY, durability)
                .stdout(Stdio::null())
                .stderr(Stdio::piped())
                .spawn()
                .unwrap();
            // From when it works on, for a random while.
            let begin = Instant::now();
            while effects(dir.path()).len() == before
                && child.try_wait().unwrap().is_none()
                && begin.elapsed() < Duration::from_secs(60)
            {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            tokio::time::sleep(Duration::from_millis((seed >> 33) % 40)).await;
            child.kill().unwrap();
            let output = child.wait_with_output().unwrap();
            done += 1;
            let again: Vec<u64> = effects(dir.path())
                .split_off(before)
                .into_iter()
                .filter(|step| known.contains(step))
                .collect();
            let said = String::from_utf8_lossy(&output.stderr);
            assert!(again.is_empty(), "steps {again:?} were recorded and ran again\n{said}");
            let recorded = recorded(dir.path()).await;
            assert!(known.is_subset(&recorded), "what was recorded is gone: {known:?}, {recorded:?}");
            known = recorded;
            assert!(!said.contains("panicked"), "{said}");
        }
        let all = GROUPS * STEPS;
        assert_eq!(std::fs::read_to_string(dir.path().join("sum")).unwrap(), (all * (all - 1)).to_string());
        assert_eq!(known, (0..all).collect());
    }
}

fn kills() -> usize {
    if std::env::var_os("SESSIOND_LONG").is_some() { 100 } else { 10 }
}

#[tokio::test]
async fn what_was_recorded_before_a_kill_is_not_run_again() {
    killed_and_resumed("async", kills()).await;
}

#[tokio::test]
async fn with_durability_sync_too() {
    killed_and_resumed("sync", kills()).await;
}
