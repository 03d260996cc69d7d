//! The commands on files, through the local directory and through a server.
#![allow(clippy::unwrap_used, reason = "tests may panic")]

mod support;

use rustix::process::Signal;
use serde_json::Value;
use support::{Place, Ran};

const NOTES: &str = "# Notice\n\nThe notice period is three months.\n";

/// What both clients must do alike; `client` are the flags that choose one.
fn walk(place: &Place, client: &[&str]) {
    let run = |arguments: &[&str]| -> Ran { place.run(&[arguments, client].concat()) };
    let ok = |arguments: &[&str]| {
        let ran = run(arguments);
        assert_eq!(ran.code, 0, "{arguments:?}: {}", ran.stderr);
        ran.stdout
    };
    let fails = |arguments: &[&str]| {
        let ran = run(arguments);
        assert_eq!(ran.code, 1, "{arguments:?}: {}", ran.stdout);
        ran.stderr
    };
    let json_of = |arguments: &[&str]| -> Value {
        serde_json::from_str(&ok(&[arguments, &["--json"]].concat())).unwrap()
    };
    place.write("in/notes.md", NOTES);
    place.write("in/zeros.bin", [0; 64]);
    ok(&["session", "create", "--id", "mine"]);
    assert!(run(&["file", "list", "mine"]).stderr.contains("mine has no files"));

    // Several files, of which one has no text: each has its result, and the others are added.
    let some = run(&["file", "add", "mine", "in/notes.md", "in/zeros.bin", "in/missing.md"]);
    assert_eq!(some.code, 1);
    assert!(some.stdout.starts_with("notes.md is added: file_"), "{}", some.stdout);
    assert_eq!(some.stdout.lines().count(), 1);
    assert!(some.stderr.contains("zeros.bin: ") && some.stderr.contains("missing.md: "), "{}", some.stderr);
    assert!(some.stderr.contains("2 of 3 files were not added"), "{}", some.stderr);
    assert!(fails(&["file", "add", "mine", "in/zeros.bin"]).contains("file_unreadable"));
    let several = run(&["file", "add", "mine", "in/notes.md", "in/zeros.bin", "--json"]);
    let results: Value = serde_json::from_str(&several.stdout).unwrap();
    assert_eq!((several.code, results["files"].as_array().unwrap().len()), (1, 2));
    assert!(results["files"][0]["replaced"].is_string(), "{results}");
    assert_eq!(results["files"][1]["problem"]["code"], "file_unreadable");
    assert!(ok(&["file", "add", "mine", "in/notes.md", "--name", "b.md"]).starts_with("b.md is added: "));
    assert_eq!(run(&["file", "add", "mine", "in/notes.md", "in/notes.md", "--name", "x"]).code, 2);
    let error = fails(&["file", "add", "mine", "in"]);
    assert!(error.contains("in: it is a directory") && error.contains("invalid_input"), "{error}");

    let list = ok(&["file", "list", "mine"]);
    let row: Vec<&str> = list.lines().nth(1).unwrap().split_whitespace().collect();
    assert_eq!(row[1..5], ["notes.md", "text/markdown", "45", "B"], "{list}");
    let ids = ok(&["file", "list", "mine", "-o", "name"]);
    let id = ids.lines().next().unwrap();
    assert_eq!(json_of(&["file", "list", "mine"])["files"][0]["file_id"], id);

    let found = ok(&["file", "search", "mine", "notice period", "--limit", "1"]);
    assert!(found.starts_with('[') && found.contains(".md") && found.contains("three months"), "{found}");
    let found = json_of(&["file", "search", "mine", "notice period"]);
    assert!(found["passages"][0]["text"].as_str().unwrap().contains("three months"), "{found}");
    assert!(run(&["file", "search", "mine", "zebra"]).stderr.contains("no passage of mine fits"));

    // A file that is there stays as it is.
    assert_eq!(ok(&["file", "get", "mine", "notes.md", "--output", "-"]), NOTES);
    let here = place.path().join("notes.md");
    ok(&["file", "get", "mine", id]);
    assert_eq!(std::fs::read_to_string(&here).unwrap(), NOTES);
    place.write("notes.md", "my own");
    assert!(fails(&["file", "get", "mine", "notes.md"]).contains("--force"));
    assert_eq!(std::fs::read_to_string(&here).unwrap(), "my own");
    ok(&["file", "get", "mine", "notes.md", "--force"]);
    assert_eq!(std::fs::read_to_string(&here).unwrap(), NOTES);
    ok(&["file", "get", "mine", "notes.md", "-o", "in", "--force"]);
    assert!(fails(&["file", "get", "mine", "file_"]).contains("is the beginning of 2 files"));
    let error = fails(&["file", "get", "mine", "other.md"]);
    assert!(error.contains("file_not_found") && error.contains("file list"), "{error}");
    let left = std::fs::read_dir(place.path()).unwrap().flatten();
    assert!(!left.into_iter().any(|entry| entry.file_name().to_string_lossy().starts_with(".sessiond-")));

    assert!(fails(&["file", "remove", "mine", "b.md"]).contains("--yes"));
    assert!(fails(&["file", "remove", "mine", &id[..30], "--yes"]).contains("give the whole id"));
    assert_eq!(ok(&["file", "remove", "mine", "b.md", "--yes"]), "b.md is removed from mine\n");
    ok(&["file", "remove", "mine", id, "--yes"]);
    assert_eq!(json_of(&["file", "list", "mine"])["bytes"], 0);
}

#[test]
fn files_are_in_the_local_directory() {
    walk(&Place::new(), &[]);
}

#[test]
fn files_are_at_a_server_all_the_same() {
    let place = Place::new();
    let (server, url) = place.serve(&["--dir", "served"]);
    walk(&place, &["--url", &url]);
    server.signal(Signal::TERM);
    let (code, said) = server.end();
    assert_eq!(code, Some(0), "{said}");
}
