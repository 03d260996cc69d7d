//! What the agents find in directories that were made to be hard.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::symlink;
use std::path::Path;

use super::*;

fn write(root: &Path, path: &str, content: impl AsRef<[u8]>) {
    let path = root.join(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, content).unwrap();
}

fn titles(findings: &[Finding]) -> Vec<&str> {
    findings.iter().map(|finding| finding.title.as_str()).collect()
}

#[test]
fn an_empty_directory_has_nothing_to_find() {
    let dir = tempfile::tempdir().unwrap();
    let (limits, watcher) = (Limits::default(), Watcher::nobody());
    assert_eq!(inventory(dir.path(), &limits, &watcher).unwrap(), Inventory::default());
    assert_eq!(duplicates(dir.path(), &limits, &watcher).unwrap(), Duplicates::default());
    assert_eq!(hygiene(dir.path(), &limits, &watcher).unwrap(), Hygiene::default());
}

#[test]
fn files_are_counted_by_language_and_size_and_skipped_directories_are_named() {
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path();
    write(root, "src/main.rs", "fn main() {\n}\n");
    write(root, "src/lib.rs", "// no newline at the end");
    write(root, "notes.md", "# Notes\n");
    write(root, "data.bin", [0u8; 5000]);
    write(root, "node_modules/a/index.js", "x\n");
    write(root, "cache/CACHEDIR.TAG", "Signature: 8a477f597d28d172789f06886806bc55\n");
    write(root, "target/real.txt", "this is no build output\n");
    let found = inventory(root, &Limits::default(), &Watcher::nobody()).unwrap();
    assert_eq!((found.files, found.lines, found.binary_files), (5, 5, 1));
    let languages: Vec<_> =
        found.languages.iter().map(|row| (row.name.as_str(), row.files, row.lines)).collect();
    assert_eq!(languages, [("Rust", 2, 3), ("Plain text", 1, 1), ("Markdown", 1, 1)]);
    assert_eq!(found.other[0].name, ".bin");
    assert_eq!(found.largest[0].path, "data.bin");
    let left_out: Vec<_> = found.left_out.iter().map(|place| place.path.as_str()).collect();
    assert_eq!(left_out, ["cache", "node_modules"]);
}

#[test]
fn the_same_directory_gives_the_same_answer_and_a_limit_cuts_at_the_same_place() {
    let dir = tempfile::tempdir().unwrap();
    for i in 0..50 {
        write(dir.path(), &format!("d{}/f{i}.txt", i % 7), format!("{}\n", i % 5));
    }
    let limits = Limits { entries: 30, ..Limits::default() };
    let once = duplicates(dir.path(), &limits, &Watcher::nobody()).unwrap();
    assert_eq!(once, duplicates(dir.path(), &limits, &Watcher::nobody()).unwrap());
    assert_eq!(once.limits_reached, ["only the first 30 entries were looked at"]);
    let counted = inventory(dir.path(), &limits, &Watcher::nobody()).unwrap();
    assert_eq!(counted.files + counted.directories, 30);
}

#[test]
fn identical_files_are_grouped_and_two_names_of_one_file_are_not() {
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path();
    let large = "x".repeat(10_000);
    write(root, "a.txt", &large);
    write(root, "b/copy.txt", &large);
    write(root, "c.txt", format!("{}y", &large[1..]));
    fs::hard_link(root.join("a.txt"), root.join("hard.txt")).unwrap();
    write(root, "empty.log", "");
    write(root, "pkg/__init__.py", "");
    let found = duplicates(root, &Limits::default(), &Watcher::nobody()).unwrap();
    assert_eq!((found.groups, found.wasted_bytes), (1, 10_000));
    assert_eq!(found.worst[0].paths, ["a.txt", "b/copy.txt"]);
    assert_eq!(titles(&found.findings), ["1 group of identical files wastes 9.8 KiB", "1 file is empty"]);
}

#[test]
fn hygiene_names_what_should_not_stay_and_shows_no_secret() {
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path();
    let secret = format!("ghp_{}", "Zk3Jq8Lw2Rt6Yv9Bn4Xc7Md1Fh5Gs0Pa8Ue2");
    let mark = "FIXME";
    write(root, "deploy.sh", format!("export TOKEN={secret}\n# {mark} rotate it\n"));
    write(root, "merge.py", "<<<<<<< HEAD\na\n=======\nb\n>>>>>>> other\n");
    write(root, "mixed.c", "a\r\nb\n");
    write(root, "latin1.txt", b"caf\xe9\n");
    write(root, ".env", "A=1\n# B=2\nC=\n");
    write(root, ".env.example", "A=1\n");
    write(root, "Makefile", "all:\n");
    write(root, "long.rs", "x\n".repeat(1_200));
    symlink("nowhere", root.join("broken")).unwrap();
    symlink("/", root.join("out")).unwrap();
    fs::write(root.join(OsStr::from_bytes(b"bad\xff.txt")), "x").unwrap();
    let found = hygiene(root, &Limits::default(), &Watcher::nobody()).unwrap();
    assert_eq!(
        titles(&found.findings),
        [
            "1 line looks like it holds a secret",
            "1 merge conflict was never resolved",
            "1 environment file has values in it",
            "1 file mixes line endings",
            "1 text file is not UTF-8",
            "1 source file has more than 1,000 lines",
            &format!("1 {mark} is open"),
            "1 symbolic link leads nowhere",
            "1 symbolic link leads out of the directory",
            "1 name is hard to type or to share",
            "There is no README",
            "There is no licence file",
        ]
    );
    let json = serde_json::to_string(&found).unwrap();
    assert!(!json.contains(&secret[4..]), "{json}");
    assert!(json.contains("bad\\\\xff.txt"), "{json}");
}

#[test]
fn a_pipe_is_not_opened_and_what_cannot_be_read_is_reported() {
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path();
    let made = std::process::Command::new("mkfifo").arg(root.join("pipe")).status().unwrap();
    assert!(made.success());
    write(root, "locked/file.txt", "x");
    fs::set_permissions(root.join("locked"), std::os::unix::fs::PermissionsExt::from_mode(0o000)).unwrap();
    let readable_all_the_same = fs::read_dir(root.join("locked")).is_ok(); // root may
    let found = inventory(root, &Limits::default(), &Watcher::nobody()).unwrap();
    fs::set_permissions(root.join("locked"), std::os::unix::fs::PermissionsExt::from_mode(0o700)).unwrap();
    let titles = titles(&found.findings);
    assert!(titles.contains(&"1 pipe, socket or device"), "{titles:?}");
    assert_eq!(titles.contains(&"1 file or directory could not be read"), !readable_all_the_same);
}

#[test]
fn cancelled_work_ends() {
    let dir = tempfile::tempdir().unwrap();
    write(dir.path(), "a.txt", "x");
    let cancellation = CancellationToken::new();
    cancellation.cancel();
    let watcher = Watcher::new(watch::Sender::default(), cancellation);
    assert!(inventory(dir.path(), &Limits::default(), &watcher).is_err());
}
