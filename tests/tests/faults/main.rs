//! A server whose disk fails: nothing is acknowledged that is not on disk, reading goes on, `/ready` says so, and writing
//! goes on by itself when the disk works again.
#![cfg(target_os = "linux")]
#![allow(missing_docs, clippy::unwrap_used)]

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use sessiond_api::Code;
use sessiond_client::{Client, Conditions};
use sessiond_core::SessionId;
use sessiond_tests::server::Served;

/// How the disk fails.
struct Fault {
    /// `sync`, `write` or `read`.
    call: &'static str,
    /// The number of the error.
    error: i32,
    /// Every so many of these calls fail.
    every: u32,
    /// What a write then answers at worst.
    code: Code,
}

const EIO: i32 = 5;
const ENOSPC: i32 = 28;
const EROFS: i32 = 30;

const FAULTS: &[Fault] = &[
    Fault { call: "sync", error: EIO, every: 1, code: Code::Internal },
    Fault { call: "sync", error: EIO, every: 3, code: Code::Internal },
    Fault { call: "write", error: EIO, every: 11, code: Code::Internal },
    Fault { call: "write", error: ENOSPC, every: 1, code: Code::StoreFull },
    Fault { call: "write", error: ENOSPC, every: 5, code: Code::StoreFull },
    Fault { call: "write", error: EROFS, every: 1, code: Code::Internal },
    Fault { call: "read", error: EIO, every: 9, code: Code::Internal },
];

/// Compiles what makes the calls fail.
fn shim(dir: &Path) -> String {
    let library = dir.join("shim.so");
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/faults/shim.c");
    let compiler = std::env::var_os("CC").unwrap_or_else(|| "cc".into());
    let compiled = Command::new(compiler)
        .args(["-shared", "-fPIC", "-O1", "-o"])
        .args([&library, &source])
        .arg("-ldl")
        .output()
        .expect("there is a C compiler, as for SQLite");
    assert!(compiled.status.success(), "{}", String::from_utf8_lossy(&compiled.stderr));
    library.to_str().unwrap().to_owned()
}

/// The values of the context's member `n`, in the order in which they were written.
async fn written(client: &Client, id: &SessionId) -> Vec<u64> {
    let mut values = Vec::new();
    let mut after = 0;
    loop {
        let query = serde_json::from_value(json!({ "after": after, "limit": 1000 })).unwrap();
        let page = client.events(id, query).await.unwrap();
        for event in page.events {
            after += 1;
            assert_eq!(event.seq, after, "the journal has no gap");
            values.extend(event.data.read::<Value>().unwrap()["patch"]["n"].as_u64());
        }
        if page.next_cursor.is_none() {
            return values;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_failing_disk_refuses_is_not_acknowledged_and_work_goes_on_when_it_works_again() {
    let dir = tempfile::tempdir().unwrap();
    let (store, control) = (dir.path().join("store"), dir.path().join("faults"));
    let shim = shim(dir.path());
    let environment = [("LD_PRELOAD", &*shim), ("SESSIOND_FAULTS", control.to_str().unwrap())];
    let id = SessionId::parse("disk").unwrap();
    let mut acknowledged = Vec::new();
    let mut n = 0;
    for (number, fault) in FAULTS.iter().enumerate() {
        let what = format!("{} with error {}, every {}", fault.call, fault.error, fault.every);
        let mut server = Served::start(&store, "127.0.0.1:0", &environment);
        let client = Client::connect(&server.url, None).unwrap();
        if number == 0 {
            let new = serde_json::from_value(json!({ "session_id": id })).unwrap();
            client.create_session(new, Conditions::default()).await.unwrap();
        }
        let patch = |n: u64| client.patch_context(&id, json!({ "n": n }), Conditions::default());
        std::fs::write(&control, format!("{} {} {}", fault.call, fault.error, fault.every)).unwrap();
        let (mut done, mut failed) = (0, 0);
        for _ in 0..20 {
            n += 1;
            match patch(n).await {
                Ok(_) => {
                    acknowledged.push(n);
                    done += 1;
                }
                Err(problem) => {
                    assert!(
                        [fault.code, Code::Internal, Code::Unavailable].contains(&problem.code),
                        "{what}: {problem:?}"
                    );
                    assert!(problem.retryable, "{what}: {problem:?}");
                    failed += 1;
                }
            }
        }
        if fault.every == 1 {
            assert_eq!(done, 0, "{what}: nothing is acknowledged that is not on disk");
            assert!(
                !client.ready().await.is_ok_and(|health| health.status == "ok"),
                "{what}: it is not ready"
            );
        }
        if fault.call != "read" {
            assert!(failed > 0, "{what}: the fault met a write");
            let seen = client.context(&id).await.expect("reading goes on").document["n"].as_u64();
            assert_eq!(seen, acknowledged.last().copied(), "{what}: what is read is what was acknowledged");
        }
        std::fs::remove_file(&control).unwrap();
        let begun = Instant::now();
        loop {
            n += 1;
            match patch(n).await {
                Ok(_) => break acknowledged.push(n),
                Err(problem) => assert!(begun.elapsed() < Duration::from_secs(20), "{what}: {problem}"),
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        // What `/ready` found is given again for a second.
        while let Err(problem) = client.ready().await {
            assert!(begun.elapsed() < Duration::from_secs(20), "{what}: it is ready again: {problem}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        server.kill();
    }
    let server = Served::start(&store, "127.0.0.1:0", &[]);
    let client = Client::connect(&server.url, None).unwrap();
    let written = written(&client, &id).await;
    assert!(written.is_sorted(), "in the order of the requests");
    let lost: Vec<_> = acknowledged.iter().filter(|n| !written.contains(n)).collect();
    assert!(lost.is_empty(), "acknowledged and lost: {lost:?}");
}
