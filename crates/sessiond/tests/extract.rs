//! Reading files in a process of its own, by the built program.

mod support;

use std::path::Path;
use std::time::{Duration, Instant};

use sessiond_documents::read::{Options, limits};
use sessiond_documents::{Document, Reader, Reason, Shape, Unreadable};
use support::Place;

fn reader() -> Reader {
    Reader::new(Options::new(env!("CARGO_BIN_EXE_sessiond")))
}

async fn read(name: &str, bytes: impl Into<Vec<u8>>) -> Result<Document, Unreadable> {
    reader().read_bytes(bytes.into(), name).await
}

async fn refused(name: &str, bytes: impl Into<Vec<u8>>) -> Reason {
    read(name, bytes).await.unwrap_err().reason
}

/// A script in the place of the program that reads.
fn script(place: &Place, line: &str) -> Options {
    let path = place.path().join("script");
    std::fs::write(&path, format!("#!/bin/sh\n{line}\n")).unwrap();
    let mut options = Options::new("/bin/sh");
    options.arguments = vec![path.into()];
    options
}

#[tokio::test]
async fn a_file_is_read_by_its_path_and_from_memory() {
    let place = Place::new();
    place.write("upload-7", "# Ü\n\ntext");
    let document = reader().read(&place.path().join("upload-7"), "Übersicht.md").await.unwrap();
    assert_eq!(document.parts[0].heading.as_deref(), Some("Ü"));
    assert_eq!(read("Übersicht.md", "# Ü\n\ntext").await.unwrap(), document);
    let code = read("a\0b\n.py", "def f():\n    pass\n").await.unwrap();
    assert_eq!((code.parts[0].shape, code.parts[0].text.as_str()), (Shape::Code, "def f():\n    pass"));
}

#[tokio::test]
async fn what_has_no_text_or_is_no_file_is_refused() {
    assert_eq!(refused("a.txt", "").await, Reason::NoText);
    assert_eq!(refused("a.txt", " \n\t").await, Reason::NoText);
    assert_eq!(refused("a.txt", vec![0; 1_000_000]).await, Reason::Unsupported);
    assert_eq!(refused("a.txt", vec![0; limits::FILE_BYTES + 1]).await, Reason::TooLarge);
    let place = Place::new();
    let file = std::fs::File::create(place.path().join("zeros")).unwrap();
    file.set_len(limits::FILE_BYTES as u64 + 1).unwrap();
    let reason = async |path: &Path| reader().read(path, "a.txt").await.unwrap_err().reason;
    assert_eq!(reason(&place.path().join("zeros")).await, Reason::TooLarge);
    assert_eq!(reason(place.path()).await, Reason::Unsupported);
    let fifo = place.path().join("fifo");
    assert!(std::process::Command::new("mkfifo").arg(&fifo).status().unwrap().success());
    assert_eq!(reason(&fifo).await, Reason::Unsupported);
    assert_eq!(reason(&place.path().join("absent")).await, Reason::Unavailable);
}

#[tokio::test]
async fn a_crash_is_tried_once_more_and_then_the_files_fault() {
    let place = Place::new();
    let log = place.path().join("log");
    let options = script(&place, &format!("echo >> {}; kill -SEGV $$", log.display()));
    let crashed = Reader::new(options).read_bytes(b"a".to_vec(), "a").await.unwrap_err();
    assert_eq!(crashed.reason, Reason::Damaged);
    assert!(crashed.detail.contains("SIGSEGV"), "{crashed}");
    assert_eq!(std::fs::read_to_string(&log).unwrap().lines().count(), 2);
}

#[tokio::test]
async fn a_process_that_takes_too_long_or_does_not_start_says_so() {
    let place = Place::new();
    let mut options = script(&place, "sleep 60");
    options.wall_clock = Duration::from_millis(200);
    let begun = Instant::now();
    assert_eq!(Reader::new(options).read_bytes(vec![1], "a").await.unwrap_err().reason, Reason::TooSlow);
    assert!(begun.elapsed() < Duration::from_secs(10));
    let absent = Reader::new(Options::new(place.path().join("absent")));
    assert_eq!(absent.read_bytes(vec![1], "a").await.unwrap_err().reason, Reason::Unavailable);
    let mute = Reader::new(script(&place, "exit 3"));
    assert_eq!(mute.read_bytes(vec![1], "a").await.unwrap_err().reason, Reason::Unavailable);
}

#[tokio::test]
async fn the_process_sees_no_environment_but_the_name() {
    let place = Place::new();
    let out = place.path().join("out");
    let options = script(&place, &format!("/usr/bin/env > {}; exit 3", out.display()));
    let _ = Reader::new(options).read_bytes(vec![1], "secret.txt").await;
    let seen = std::fs::read_to_string(out).unwrap();
    let ours = |line: &&str| !["PWD=", "_=", "SHLVL=", "OLDPWD="].iter().any(|name| line.starts_with(name));
    assert_eq!(seen.lines().filter(ours).collect::<Vec<_>>(), ["SESSIOND_FILE_NAME=secret.txt"]);
}

#[tokio::test]
async fn only_so_many_files_are_read_at_once_and_who_leaves_makes_room() {
    let place = Place::new();
    let log = place.path().join("log");
    let reader = Reader::new(script(&place, &format!("echo $$ >> {}; exec sleep 60", log.display())));
    let begun = || std::fs::read_to_string(&log).unwrap_or_default().lines().count();
    let read = || {
        let reader = reader.clone();
        tokio::spawn(async move { reader.read_bytes(vec![1], "a").await })
    };
    let reading: Vec<_> = (0..5).map(|_| read()).collect();
    wait_until(|| begun() == limits::CONCURRENCY).await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert_eq!(begun(), limits::CONCURRENCY);
    for task in &reading {
        task.abort();
    }
    drop(reading);
    let last = read();
    wait_until(|| begun() == limits::CONCURRENCY + 1).await;
    last.abort();
    let pids = std::fs::read_to_string(&log).unwrap();
    wait_until(|| pids.lines().all(|pid| !Path::new("/proc").join(pid).exists())).await;
}

async fn wait_until(condition: impl Fn() -> bool) {
    let begun = Instant::now();
    while !condition() {
        assert!(begun.elapsed() < support::PATIENCE);
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

#[test]
fn the_command_prints_the_text_or_the_reason() {
    let place = Place::new();
    place.write("table.csv", b"Stra\xdfe;Ort\r\nA;B\r\n");
    let ran = place.run(&["extract", "table.csv"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (0, "Straße\tOrt\nA\tB\n"));
    assert!(ran.stderr.contains("windows-1252"), "{}", ran.stderr);
    place.write("picture.txt", b"\x89PNG\r\n\x1a\n");
    let ran = place.run(&["extract", "picture.txt"]);
    assert_eq!(ran.code, 1);
    assert!(ran.stderr.contains("(unsupported): it is a PNG picture"), "{}", ran.stderr);
    let json = place.run_with_input(&["extract", "--json", "--name", "a.md", "-"], "# A\n");
    assert_eq!(serde_json::from_str::<Document>(&json.stdout).unwrap().title.as_deref(), Some("A"));
}
