//! Reading files in a process of its own, by the built program.

#![allow(clippy::unwrap_used, reason = "tests may panic")]

#[path = "../../extract/tests/reading/fixtures.rs"]
mod fixtures;
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

/// A PDF of forms within each other, each drawn three times by the one before: it takes years.
fn slow_pdf() -> Vec<u8> {
    let form = |next: usize| {
        let stream = "/X Do /X Do /X Do";
        format!(
            "<< /Type /XObject /Subtype /Form /BBox [0 0 1 1] /Resources << /XObject << /X {next} 0 R >> >> /Length {} >>\nstream\n{stream}\nendstream",
            stream.len()
        )
    };
    let mut objects = vec![
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        "<< /Type /Pages /Count 1 /Kids [3 0 R] >>".to_owned(),
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] /Resources << /XObject << /X 5 0 R >> >> /Contents 4 0 R >>".to_owned(),
        "<< /Length 5 >>\nstream\n/X Do\nendstream".to_owned(),
    ];
    objects.extend((5..40).map(|number| form(number + 1)));
    objects.push(
        "<< /Type /XObject /Subtype /Form /BBox [0 0 1 1] /Length 0 >>\nstream\n\nendstream".to_owned(),
    );
    fixtures::pdf_with(&objects)
}

/// A PDF whose form draws itself: it uses up the stack.
fn endless_pdf() -> Vec<u8> {
    let form = "<< /Type /XObject /Subtype /Form /BBox [0 0 1 1] /Resources << /XObject << /X 5 0 R >> >> /Length 5 >>\nstream\n/X Do\nendstream";
    fixtures::pdf_with(&[
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        "<< /Type /Pages /Count 1 /Kids [3 0 R] >>".to_owned(),
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] /Resources << /XObject << /X 5 0 R >> >> /Contents 4 0 R >>".to_owned(),
        "<< /Length 5 >>\nstream\n/X Do\nendstream".to_owned(),
        form.to_owned(),
    ])
}

/// A PDF of a page whose stream needs more memory than a file may use, as a vector doubles when it grows: compressed twice, it is small.
fn large_pdf() -> Vec<u8> {
    let inflated = vec![b' '; usize::try_from(limits::ADDRESS_SPACE / 4 * 3).unwrap()];
    let stream = fixtures::deflated(&fixtures::deflated(&inflated));
    fixtures::pdf_with_stream("/Filter [/FlateDecode /FlateDecode]", &stream)
}

#[tokio::test]
async fn each_of_200_damaged_copies_of_a_pdf_is_answered() {
    let good = fixtures::pdf(&["A first page.\nWith lines.", "A second page.", "A third page."]);
    let reader = reader();
    let mut state = 7u64;
    let mut random = move |below: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(state >> 33).unwrap() % below
    };
    let mut reading = tokio::task::JoinSet::new();
    for _ in 0..200 {
        let mut copy = good.clone();
        let place = random(copy.len());
        copy[place] ^= 1 << random(8);
        let reader = reader.clone();
        reading.spawn(async move { reader.read_bytes(copy, "a.pdf").await });
    }
    let (mut read, mut refused) = (0, 0);
    while let Some(answer) = reading.join_next().await {
        match answer.unwrap() {
            Ok(document) => read += usize::from(!document.parts.is_empty()),
            Err(Unreadable { reason, detail }) => {
                assert!(!matches!(reason, Reason::Unavailable | Reason::TooSlow), "{detail}");
                refused += 1;
            }
        }
    }
    assert_eq!(read + refused, 200);
    assert!(read > 50, "{read}");
}

#[tokio::test]
async fn each_cut_or_damaged_copy_of_an_office_file_is_answered() {
    let files = [
        fixtures::docx(&fixtures::paragraph("words").repeat(50), &[]),
        fixtures::xlsx(&[(
            "S",
            &format!("<sheetData><row r=\"1\">{}</row></sheetData>", fixtures::text_cell("A1", "words")),
        )]),
        fixtures::doc(b"Some words.\r"),
        fixtures::xls("words", 1.0),
    ];
    let reader = reader();
    let mut reading = tokio::task::JoinSet::new();
    for file in &files {
        for tenth in 1..10 {
            let at = file.len() * tenth / 10;
            let mut flipped = file.clone();
            flipped[at] ^= 0x55;
            for copy in [file[..at].to_vec(), flipped] {
                let reader = reader.clone();
                reading.spawn(async move { reader.read_bytes(copy, "file").await });
            }
        }
    }
    while let Some(answer) = reading.join_next().await {
        if let Err(Unreadable { reason, detail }) = answer.unwrap() {
            assert!(!matches!(reason, Reason::Unavailable | Reason::TooSlow), "{detail}");
        }
    }
}

#[tokio::test]
async fn memory_stack_and_processor_time_have_limits() {
    assert_eq!(refused("a.pdf", endless_pdf()).await, Reason::TooLarge);
    assert_eq!(refused("a.pdf", large_pdf()).await, Reason::TooLarge);
    let mut options = Options::new(env!("CARGO_BIN_EXE_sessiond"));
    options.wall_clock = Duration::from_secs(2);
    let slow = Reader::new(options).read_bytes(slow_pdf(), "a.pdf").await.unwrap_err();
    assert_eq!(slow.reason, Reason::TooSlow);
}

#[tokio::test]
async fn a_process_stays_responsive_while_20_hostile_files_are_read() {
    let mut options = Options::new(env!("CARGO_BIN_EXE_sessiond"));
    options.wall_clock = Duration::from_secs(1);
    let reader = Reader::new(options);
    let hostile = [
        slow_pdf(),
        endless_pdf(),
        fixtures::docx(&"<w:tbl><w:tr><w:tc>".repeat(100_000), &[]),
        vec![0; 4_000_000],
    ];
    let mut reading = tokio::task::JoinSet::new();
    for file in hostile.iter().cycle().take(20) {
        let (reader, file) = (reader.clone(), file.clone());
        reading.spawn(async move { reader.read_bytes(file, "a").await });
    }
    let mut longest = Duration::ZERO;
    loop {
        let begun = Instant::now();
        tokio::select! {
            () = tokio::time::sleep(Duration::from_millis(5)) => longest = longest.max(begun.elapsed()),
            answer = reading.join_next() => match answer {
                Some(answer) => assert!(answer.unwrap().is_err()),
                None => break,
            },
        }
    }
    assert!(longest < Duration::from_secs(1), "{longest:?}");
}
