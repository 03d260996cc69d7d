//! A process under load is killed at random moments, again and again on one store. After each, everything that was
//! acknowledged is there, once and in order, and of what was not, nothing or all.
#![allow(missing_docs, clippy::unwrap_used)]

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command as Process, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::json;
use sessiond_core::*;
use sessiond_engine::{Engine, Options};
use sessiond_store::{MessageState, Store};
use sessiond_store_sqlite::Sqlite;

const DIR: &str = "SESSIOND_CRASH_DIR";
const SESSIONS: usize = 6;
const WORKERS: usize = 12;

fn session(n: usize) -> SessionId {
    SessionId::parse(format!("s{n}")).unwrap()
}

fn agent() -> AgentId {
    AgentId::parse("a://worker").unwrap()
}

fn store(dir: &Path) -> Arc<dyn Store> {
    Arc::new(Sqlite::open(dir, sessiond_store_sqlite::Options::default()).unwrap())
}

/// The child: works until it is killed, and says what was acknowledged. Only the parent starts it for real.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_process_that_is_killed() {
    let Some(dir) = std::env::var_os(DIR) else { return };
    // Snapshots and their reading must meet the kills too.
    let options = Options { snapshot_every: 40, ..Options::default() };
    let engine = Engine::open(store(Path::new(&dir)), options).await.unwrap();
    let me = Principal::local();
    for n in 0..SESSIONS {
        let worker = NewParticipant { agent_id: agent(), framework: None, role: "worker".into() };
        let new = CreateSession {
            session_id: session(n),
            kind: Kind::Workflow,
            name: None,
            client_id: None,
            orchestrator: None,
            participants: vec![worker],
            workflow: None,
            shared_context: None,
            labels: BTreeMap::new(),
            expires_in: None,
            parent: None,
            idle_timeout: None,
            token: None,
            process: None,
            lease: None,
            batch: None,
        };
        // It exists already when this is not the first child.
        let _ = engine.create(new, &me, None).await;
    }
    let mut workers = tokio::task::JoinSet::new();
    for worker in 0..WORKERS {
        let (engine, me) = (engine.clone(), me.clone());
        workers.spawn(async move {
            let id = session(worker % SESSIONS);
            let key = format!("w{worker}");
            let document = engine.session(&me, &id).await.unwrap().context.document.clone();
            let mut n = document[&key].as_u64().unwrap_or(0);
            loop {
                n += 1;
                let patch = Command::Context(context::Command::Patch(json!({ &key: n })));
                let reply = engine.execute(&id, Envelope::new(me.clone(), patch), None).await.unwrap();
                say(&format!("patched {id} {} {key} {n}", reply.session.revision));
                let task = DelegateTask {
                    task_type: "work".into(),
                    delegator: None,
                    delegatee: agent(),
                    payload: json!({ "n": n }),
                    step: None,
                    priority: Priority::Medium,
                    timeout: Some(Span::from_secs(3600)),
                    start_within: None,
                    heartbeat: None,
                    retry_policy: None,
                    fallback_agents: Vec::new(),
                    message_id: None,
                    deliver_at: None,
                };
                let reply = engine
                    .execute(
                        &id,
                        Envelope::new(me.clone(), Command::Tasks(tasks::Command::Delegate(task))),
                        None,
                    )
                    .await;
                let Ok(reply) = reply else { continue }; // the session has as many tasks as it may
                let task = reply.receipt.task_id().cloned().unwrap();
                say(&format!("delegated {id} {} {task} {n}", reply.session.revision));
                if n % 2 == 0 {
                    let change = TaskChange::Complete(json!({ "n": n }));
                    let report =
                        TaskReport { task: task.clone(), attempt: Some(1), by: Some(agent()), change };
                    let report = Envelope::new(me.clone(), Command::Tasks(tasks::Command::Report(report)));
                    let reply = engine.execute(&id, report, None).await.unwrap();
                    say(&format!("completed {id} {} {task} {n}", reply.session.revision));
                }
            }
        });
    }
    workers.join_next().await;
}

/// One line to the parent, at once.
fn say(line: &str) {
    let mut out = std::io::stdout().lock();
    writeln!(out, "ACK {line}").unwrap();
    out.flush().unwrap();
}

#[derive(Default)]
struct Acknowledged {
    /// The last number that each worker's patch was acknowledged with.
    patches: BTreeMap<(String, String), u64>,
    delegated: BTreeSet<(String, String)>,
    completed: BTreeSet<(String, String)>,
    revisions: BTreeMap<String, u64>,
    lines: usize,
}

impl Acknowledged {
    fn take(&mut self, line: &str) {
        let words: Vec<&str> = line.split(' ').collect();
        let [_, what, session, revision, name, n] = words[..] else { return };
        self.lines += 1;
        let revision: u64 = revision.parse().unwrap();
        let last = self.revisions.entry(session.to_owned()).or_default();
        *last = (*last).max(revision);
        match what {
            "patched" => drop(self.patches.insert((session.into(), name.into()), n.parse().unwrap())),
            "delegated" => drop(self.delegated.insert((session.into(), name.into()))),
            "completed" => drop(self.completed.insert((session.into(), name.into()))),
            _ => panic!("{line}"),
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_acknowledged_survives_a_kill() {
    let kills = if std::env::var_os("SESSIOND_LONG").is_some() { 200 } else { 20 };
    let dir = tempfile::tempdir().unwrap();
    let mut acknowledged = Acknowledged::default();
    // A fixed seed: a failure can be looked at again, as far as the scheduler lets it.
    let mut random = 0x2545_f491_4f6c_dd1d_u64;
    for kill in 0..kills {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        let after = Duration::from_millis(30 + random % 250);
        run_and_kill(dir.path(), after, &mut acknowledged);
        check(dir.path(), &mut acknowledged).await;
        // Journals grow with each kill; a fresh store now and then keeps the checks quick.
        if kill % 10 == 9 {
            for entry in std::fs::read_dir(dir.path()).unwrap() {
                std::fs::remove_file(entry.unwrap().path()).unwrap();
            }
            assert!(acknowledged.lines > 100, "the child does work: {}", acknowledged.lines);
            acknowledged = Acknowledged::default();
        }
    }
}

/// Runs the child, kills it some time after its first acknowledgement, and takes in all that it said.
fn run_and_kill(dir: &Path, after: Duration, acknowledged: &mut Acknowledged) {
    let mut child = Process::new(std::env::current_exe().unwrap())
        .args(["--exact", "the_process_that_is_killed", "--nocapture"])
        .env(DIR, dir)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let stdout = child.stdout.take().unwrap();
    let reader = std::thread::spawn(move || {
        let mut lines = Vec::new();
        let mut first = None;
        for line in BufReader::new(stdout).lines().map_while(Result::ok) {
            // The harness may write before the first line of the child's own.
            if let Some(at) = line.find("ACK ") {
                first.get_or_insert_with(Instant::now);
                lines.push(line[at..].to_owned());
            }
        }
        lines
    });
    std::thread::sleep(Duration::from_millis(150) + after);
    child.kill().unwrap();
    child.wait().unwrap();
    for line in reader.join().unwrap() {
        acknowledged.take(&line);
    }
}

async fn check(dir: &Path, acknowledged: &mut Acknowledged) {
    let store = store(dir);
    let engine = Engine::open(store.clone(), Options { timers: false, ..Options::default() }).await.unwrap();
    let me = Principal::local();
    let far = Timestamp::from_millis(i64::MAX);
    let (timers, _) = store.due_timers(far, 1_000_000).await.unwrap();
    let timers: BTreeSet<(String, String)> =
        timers.into_iter().map(|row| (row.session_id.to_string(), row.timer.key)).collect();
    for n in 0..SESSIONS {
        let id = session(n);
        let Ok(opened) = engine.session(&me, &id).await else {
            assert!(!acknowledged.revisions.contains_key(id.as_str()), "{id} was acknowledged and is gone");
            continue;
        };
        let mut events = Vec::new();
        loop {
            let page = store.events(&id, events.len() as u64, 1000).await.unwrap().unwrap();
            if page.records.is_empty() {
                break;
            }
            events.extend(
                page.records.iter().map(|record| serde_json::from_str::<Event>(&record.json).unwrap()),
            );
        }
        for (at, event) in events.iter().enumerate() {
            assert_eq!(event.seq, at as u64 + 1, "numbers have no gaps");
        }
        check_order(&events);
        let replayed = Session::replay(&events).unwrap().unwrap();
        assert_eq!(*opened, replayed, "snapshot and tail give what the whole journal gives");
        let last = acknowledged.revisions.get(id.as_str()).copied().unwrap_or(0);
        assert!(replayed.revision >= last, "{id} is at {}, but {last} was acknowledged", replayed.revision);
        for task in replayed.tasks.values() {
            let message = store.message(&task.assignee, &task.message_id).await.unwrap();
            let state = message.map(|record| record.state);
            let timer = timers.contains(&(id.to_string(), format!("task:{}", task.id)));
            // A task, its message and its timer come and go in one transaction.
            let expected = if task.status.is_open() { MessageState::Queued } else { MessageState::Withdrawn };
            assert_eq!((state, timer), (Some(expected), task.status.is_open()), "{id} {}", task.id);
        }
        let of_session = |set: &BTreeSet<(String, String)>| -> Vec<TaskId> {
            let mine = set.iter().filter(|(session, _)| session == id.as_str());
            mine.map(|(_, task)| TaskId::parse(task.clone()).unwrap()).collect()
        };
        for task in of_session(&acknowledged.delegated) {
            assert!(replayed.tasks.contains_key(&task), "{task} was acknowledged and is gone");
        }
        for task in of_session(&acknowledged.completed) {
            assert_eq!(replayed.tasks[&task].status, TaskStatus::Completed);
        }
    }
    for ((id, worker), n) in &mut acknowledged.patches {
        let session = engine.session(&me, &SessionId::parse(id.clone()).unwrap()).await.unwrap();
        let kept = session.context.document[worker].as_u64().unwrap_or(0);
        assert!(kept == *n || kept == *n + 1, "{worker} wrote {n}, the store has {kept}");
        // What was written and not acknowledged has been seen now, and the next child goes on from it.
        *n = kept;
    }
    engine.shutdown().await;
}

/// Each worker's numbers stand in the journal once and in order.
fn check_order(events: &[Event]) {
    let mut last: BTreeMap<&str, u64> = BTreeMap::new();
    for event in events {
        let EventBody::ContextUpdated(ContextUpdated { patch: Some(patch), .. }) = &event.body else {
            continue;
        };
        for (worker, n) in patch.as_object().unwrap() {
            let before = last.insert(worker, n.as_u64().unwrap()).unwrap_or(0);
            assert_eq!(n.as_u64(), Some(before + 1), "{worker} after {before}");
        }
    }
}
