//! The embedded store keeps the contract, and what else it promises.

#![allow(clippy::unwrap_used, reason = "the helpers of tests are test code")]

use std::os::unix::fs::PermissionsExt;
use std::sync::Arc;

use async_trait::async_trait;
use sessiond_core::{AgentId, SessionId, Timestamp};
use sessiond_store::conformance::Backend;
use sessiond_store::conformance::fixtures::{self, op, timer};
use sessiond_store::{
    Append, Done, Error, Journals, Lists, Op, Point, Record, Refusal, Snapshot, Store, Write,
};
use sessiond_store_sqlite::{FILE, Options, Sqlite};

struct Directory(tempfile::TempDir);

#[async_trait]
impl Backend for Directory {
    async fn open(&self) -> Result<Arc<dyn Store>, Error> {
        Ok(Arc::new(Sqlite::open(self.0.path(), Options::default())?))
    }

    async fn set_format(&self, format: u32) {
        let file = rusqlite::Connection::open(self.0.path().join(FILE)).unwrap();
        let sql = "UPDATE meta SET value = ?1 WHERE key = 'format'";
        assert_eq!(file.execute(sql, [format]).unwrap(), 1);
    }

    async fn flushes(&self) -> u64 {
        // Each transaction leaves a notice for other processes.
        let file = rusqlite::Connection::open(self.0.path().join(FILE)).unwrap();
        let sql = "SELECT coalesce(max(id), 0) FROM changes";
        let newest: i64 = file.query_row(sql, [], |row| row.get(0)).unwrap();
        newest.try_into().unwrap()
    }
}

async fn directory() -> Directory {
    Directory(tempfile::tempdir().unwrap())
}

sessiond_store::conformance_tests!(directory);

#[tokio::test]
async fn the_directory_and_its_files_are_for_their_owner_alone() {
    let parent = tempfile::tempdir().unwrap();
    let dir = parent.path().join("deep").join(".sessiond");
    let store = Sqlite::open(&dir, Options::default()).unwrap();
    assert_eq!(store.location(), dir.join(FILE).display().to_string());
    let mode = |path: &std::path::Path| path.metadata().unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&dir), 0o700);
    let mut files = 0;
    for entry in dir.read_dir().unwrap() {
        assert_eq!(mode(&entry.unwrap().path()), 0o600);
        files += 1;
    }
    assert_eq!(files, 3, "the database, its log and the log's index");
}

#[tokio::test]
async fn a_clean_stop_leaves_all_in_the_database_itself() {
    let directory = directory().await;
    let store = directory.open().await.unwrap();
    let id = SessionId::parse("a").unwrap();
    let _listens = store.changes();
    for revision in 0..100 {
        store.write(vec![append("a", revision, "x")]).await.unwrap().pop().unwrap().unwrap();
        assert!(store.events(&id, 0, 9).await.unwrap().is_some());
    }
    store.close().await;
    let copy = tempfile::tempdir().unwrap();
    std::fs::copy(directory.0.path().join(FILE), copy.path().join(FILE)).unwrap();
    let copied = Sqlite::open(copy.path(), Options::default()).unwrap();
    assert_eq!(copied.events(&id, 0, 999).await.unwrap().unwrap().records.len(), 100);
    let left: Vec<_> =
        directory.0.path().read_dir().unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left, [FILE], "the log is not removed");
}

#[tokio::test]
async fn a_log_without_its_database_is_refused_and_kept() {
    let directory = directory().await;
    let store = directory.open().await.unwrap();
    store.write(vec![append("a", 0, "x")]).await.unwrap().pop().unwrap().unwrap();
    for database in [None, Some("")] {
        // What a process leaves that was killed.
        let killed = tempfile::tempdir().unwrap();
        let (file, log) = (killed.path().join(FILE), killed.path().join(format!("{FILE}-wal")));
        std::fs::copy(directory.0.path().join(format!("{FILE}-wal")), &log).unwrap();
        let bytes = log.metadata().unwrap().len();
        assert!(bytes > 0);
        if let Some(text) = database {
            std::fs::write(&file, text).unwrap();
        }
        let refused = Sqlite::open(killed.path(), Options::default()).err().unwrap().to_string();
        assert!(refused.contains(&format!("{FILE}-wal")) && refused.contains("backup"), "{refused}");
        assert_eq!(log.metadata().unwrap().len(), bytes, "the log is thrown away");
        // With its database it is what it was.
        std::fs::copy(directory.0.path().join(FILE), &file).unwrap();
        let whole = Sqlite::open(killed.path(), Options::default()).unwrap();
        let id = SessionId::parse("a").unwrap();
        assert!(whole.events(&id, 0, 9).await.unwrap().is_some());
    }
}

#[tokio::test]
async fn what_has_lost_its_files_acknowledges_nothing() {
    let removed = |file: &str, dir: &std::path::Path| std::fs::remove_file(dir.join(file)).unwrap();
    type Loss<'a> = (&'a str, &'a dyn Fn(&std::path::Path));
    let losses: [Loss<'_>; 4] = [
        ("the directory", &|dir| std::fs::remove_dir_all(dir).unwrap()),
        ("the database", &|dir| removed(FILE, dir)),
        ("the log", &|dir| removed(&format!("{FILE}-wal"), dir)),
        ("the database, replaced", &|dir| {
            std::fs::rename(dir.join(FILE), dir.join("kept")).unwrap();
            std::fs::copy(dir.join("kept"), dir.join(FILE)).unwrap();
        }),
    ];
    for (what, lose) in losses {
        let parent = tempfile::tempdir().unwrap();
        let dir = parent.path().join("store");
        let store = Sqlite::open(&dir, Options::default()).unwrap();
        assert_eq!(store.write(vec![Op::Probe]).await.unwrap(), [Ok(Done::Ok)], "{what}");
        lose(&dir);
        for op in [Op::Probe, append("a", 0, "x")] {
            let refused = store.write(vec![op]).await.unwrap_err().to_string();
            assert!(refused.contains("removed or replaced"), "{what}: {refused}");
        }
    }
}

#[tokio::test]
async fn a_probe_writes() {
    let directory = directory().await;
    let store = directory.open().await.unwrap();
    let other = rusqlite::Connection::open(directory.0.path().join(FILE)).unwrap();
    let version = || other.query_row("PRAGMA data_version", [], |row| row.get::<_, i64>(0)).unwrap();
    for _ in 0..3 {
        let before = version();
        assert_eq!(store.write(vec![Op::Probe]).await.unwrap(), [Ok(Done::Ok)]);
        assert_ne!(version(), before);
    }
}

#[tokio::test]
async fn large_messages_are_taken_a_few_at_a_time_and_a_clock_that_goes_back_hides_none() {
    let directory = directory().await;
    let store = directory.open().await.unwrap();
    let agent = AgentId::parse("test://to").unwrap();
    let later = Timestamp::from_millis(3_600_000);
    for n in 0..10 {
        let mut message = fixtures::message(&format!("m{n}"));
        message.at = later;
        message.not_before = later;
        message.body = "x".repeat(1 << 20).into();
        let op = Op::Enqueue { message: Box::new(message), answer: None };
        store.write(vec![op]).await.unwrap().pop().unwrap().unwrap();
    }
    let mut taken = Vec::new();
    for _ in 0..3 {
        // An hour before the messages were accepted.
        let op = Op::Take {
            agent_id: agent.clone(),
            fence: None,
            now: Timestamp::from_millis(1),
            again_at: later,
            limit: 64,
            max_attempts: 16,
        };
        let Ok(Done::Taken { deliveries, .. }) = store.write(vec![op]).await.unwrap().pop().unwrap() else {
            panic!("a take takes");
        };
        assert!((1..=4).contains(&deliveries.len()), "{} MiB at once", deliveries.len());
        taken.extend(deliveries.into_iter().map(|delivery| delivery.message_id.to_string()));
    }
    assert!(taken.into_iter().eq((0..10).map(|n| format!("m{n}"))));
}

#[tokio::test]
async fn a_deleted_session_leaves_no_row_behind() {
    let directory = directory().await;
    let store = directory.open().await.unwrap();
    let session_id = SessionId::parse("a").unwrap();
    let mut begin = append("a", 0, "x");
    if let Op::Append(append) = &mut begin {
        append.writes.push(Write::SetTimer(timer("t", 5)));
        let row = append.summary.as_mut().unwrap();
        row.labels.insert("key".into(), "value".into());
        row.members.push(AgentId::parse("test://a").unwrap());
    }
    let mut ops = vec![begin];
    ops.extend((1..5_000).map(|revision| append("a", revision, "x")));
    let point = Point {
        series: "loss".into(),
        time: Timestamp::from_millis(1),
        step: None,
        value: Some(1.0),
        text: None,
    };
    let points = vec![point; 5_000];
    ops.push(Op::PutPoints { session_id: session_id.clone(), points, keep: 10_000, answer: None });
    let snapshot = Snapshot { revision: 5_000, format: 1, state: vec![1, 2, 3] };
    ops.push(Op::PutSnapshot { session_id: session_id.clone(), snapshot });
    ops.push(Op::DeleteSession { session_id, expected_revision: None });
    let answers = store.write(ops).await.unwrap();
    assert!(answers.iter().all(Result::is_ok));
    // What it leaves is removed by and by.
    let file = rusqlite::Connection::open(directory.0.path().join(FILE)).unwrap();
    let tables = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'
                  AND name NOT IN ('meta', 'changes', 'counts')";
    let tables: Vec<String> =
        file.prepare(tables).unwrap().query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
    assert!(tables.len() > 15);
    let mut left = tables.clone();
    for _ in 0..500 {
        left.retain(|table| {
            let sql = format!("SELECT count(*) FROM {table}");
            file.query_row(&sql, [], |row| row.get::<_, i64>(0)).unwrap() > 0
        });
        if left.is_empty() {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    panic!("rows are left in {left:?}");
}

/// Whether any file of the store has these bytes.
fn holds(dir: &std::path::Path, text: &str) -> bool {
    dir.read_dir().unwrap().any(|entry| {
        let content = std::fs::read(entry.unwrap().path()).unwrap();
        content.windows(text.len()).any(|window| window == text.as_bytes())
    })
}

#[tokio::test]
async fn what_is_deleted_or_replaced_leaves_the_files() {
    for delete in [true, false] {
        for size in [1, 100, 3_000, 40_000] {
            let dir = tempfile::tempdir().unwrap();
            let store = Sqlite::open(dir.path(), Options::default()).unwrap();
            let session_id = SessionId::parse("a").unwrap();
            for revision in 0..4 {
                let text = format!("{} secret", "x".repeat(size));
                store.write(vec![append("a", revision, &text)]).await.unwrap()[0].as_ref().unwrap();
            }
            assert!(holds(dir.path(), "secret"));
            // A part is in the database itself already.
            assert!(store.erase().await.unwrap());
            assert!(holds(dir.path(), "secret"), "the session is still there");
            let op = if delete {
                Op::DeleteSession { session_id, expected_revision: None }
            } else {
                let replaced = |seq| Record { seq, json: "{}".into() };
                Op::ReplaceEvents { session_id, records: (1..=4).map(replaced).collect() }
            };
            store.write(vec![op]).await.unwrap()[0].as_ref().unwrap();
            // A reader keeps the log in use, and nobody waits for it.
            let reader = rusqlite::Connection::open(dir.path().join(FILE)).unwrap();
            reader.execute_batch("BEGIN; SELECT count(*) FROM events;").unwrap();
            store.write(vec![append("b", 0, "another")]).await.unwrap()[0].as_ref().unwrap();
            assert!(!store.erase().await.unwrap());
            reader.execute_batch("COMMIT").unwrap();
            assert!(store.erase().await.unwrap());
            assert!(!holds(dir.path(), "secret"), "{size} bytes, deleted: {delete}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_batch_that_fails_in_its_middle_is_undone_and_fails_no_other() {
    let directory = directory().await;
    let store = directory.open().await.unwrap();
    let agent_id = AgentId::parse("test://damaged").unwrap();
    let now = Timestamp::from_millis(1);
    let connect = Op::Connect { agent_id: agent_id.clone(), now };
    store.write(vec![connect.clone()]).await.unwrap();
    let file = rusqlite::Connection::open(directory.0.path().join(FILE)).unwrap();
    file.execute("UPDATE inboxes SET fence = -1", []).unwrap();
    for revision in 0..20 {
        let bad = store.write(vec![append("bad", 0, "x"), connect.clone(), append("after", 0, "x")]);
        let good = |id: &'static str| store.write(vec![append(id, revision, "x")]);
        let (bad, a, b, c) = tokio::join!(bad, good("a"), good("b"), good("c"));
        assert!(matches!(bad, Err(Error::Failed(_))), "{bad:?}");
        for good in [a, b, c] {
            assert_eq!(good.unwrap(), [Ok(Done::Ok)]);
        }
        // The key that the undone session had is another's now.
        let late = store.write(vec![append("bad", 1, "x")]).await.unwrap();
        assert_eq!(late, [Err(Refusal::Conflict { actual: 0 })]);
    }
    let counts = store.counts().await.unwrap();
    assert_eq!(counts.sessions.values().sum::<u64>(), 3);
}

#[tokio::test]
async fn a_full_store_loses_nothing_and_goes_on_when_there_is_space() {
    let dir = tempfile::tempdir().unwrap();
    let options = Options { max_bytes: Some(2 << 20), ..Options::default() };
    let store = Sqlite::open(dir.path(), options).unwrap();
    let mut kept = 0;
    // A batch of one small append and one large, so that a half batch would show.
    let full = loop {
        let small = append("small", kept, "x");
        let large = append(&format!("large{kept}"), 0, &"y".repeat(100_000));
        match store.write(vec![small, large]).await {
            Ok(answers) => assert!(answers.iter().all(Result::is_ok), "{answers:?}"),
            Err(error) => break error,
        }
        kept += 1;
    };
    assert!(matches!(full, Error::Full), "{full}");
    assert!(kept > 5);
    let sessions = || async {
        let counts = store.counts().await.unwrap();
        counts.sessions.values().sum::<u64>()
    };
    assert_eq!(sessions().await, kept + 1);
    assert_eq!(revision(&store, "small").await, Some(kept));
    assert_eq!(revision(&store, &format!("large{kept}")).await, None);
    // Those that share a transaction with one that does not fit are not its victims.
    let large = append("too-large", 0, &"y".repeat(3 << 20));
    let small = append("small", kept, "x");
    let (large, small) = tokio::join!(store.write(vec![large]), store.write(vec![small]));
    assert!(matches!(large, Err(Error::Full)));
    assert_eq!(small.unwrap(), [Ok(Done::Ok)]);
    // Space is made with the store's own means, and is used again.
    for n in 0..3 {
        let session_id = SessionId::parse(format!("large{n}")).unwrap();
        let answers =
            store.write(vec![Op::DeleteSession { session_id, expected_revision: None }]).await.unwrap();
        assert_eq!(answers, [Ok(Done::Ok)]);
    }
    let small = append("small", kept + 1, "x");
    let large = append("again", 0, &"y".repeat(100_000));
    let answers = store.write(vec![small, large]).await.unwrap();
    assert_eq!(answers, [Ok(Done::Ok), Ok(Done::Ok)]);
    assert_eq!(revision(&store, "small").await, Some(kept + 2));
    assert_eq!(sessions().await, kept + 1 - 3 + 1);
}

async fn revision(store: &Sqlite, id: &str) -> Option<u64> {
    let loaded = store.load(&SessionId::parse(id).unwrap(), 1).await.unwrap();
    loaded.map(|loaded| loaded.revision)
}

/// An append of one event with this text.
fn append(id: &str, expected_revision: u64, text: &str) -> Op {
    let record = Record { seq: expected_revision + 1, json: format!(r#"{{"text":"{text}"}}"#).into() };
    op(Append { records: vec![record], ..fixtures::append(id, expected_revision, 1) })
}
