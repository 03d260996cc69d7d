//! Programs that report to a server: what they record reaches it in order and once, whatever becomes of it meanwhile.
#![allow(clippy::unwrap_used, reason = "tests may panic")]

mod support;

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use sessiond::execution::config::Server;
use sessiond::execution::spool::{self, Waiting};
use sessiond::execution::{Durability, Error, FunctionNode, Session, function_node};
use sessiond::{Client, Code, SessionId, Status, api};
use support::{PATIENCE, Place, Running};

fn id(text: &str) -> SessionId {
    SessionId::parse(text).unwrap()
}

type Doubled = std::future::Ready<Result<u64, sessiond::execution::Failure>>;

fn double() -> FunctionNode<impl Fn(u64) -> Doubled + Send + Sync, u64> {
    function_node("Double", |number: u64| std::future::ready(Ok(number * 2)))
}

/// A server that can be killed and comes back under its address.
struct Restarting {
    place: Place,
    url: String,
    running: Option<Running>,
}

impl Restarting {
    fn new() -> Self {
        let place = Place::new();
        let (running, url) = place.serve(&[]);
        Self { place, url, running: Some(running) }
    }

    /// An address at which nobody answers yet.
    fn away() -> Self {
        let mut server = Self::new();
        server.kill();
        server
    }

    fn kill(&mut self) {
        self.running = None;
    }

    fn come_back(&mut self) {
        let listen = self.url.trim_start_matches("http://").to_owned();
        let mut running = self.place.start(&["serve", "--listen", &listen]);
        running.line_with("sessiond listens on ");
        self.running = Some(running);
    }

    fn named(&self) -> Server {
        Server::new(&self.url, None)
    }

    fn client(&self) -> Client {
        Client::connect(&self.url, None).unwrap()
    }
}

/// The calls that the server has: number, input and output, in the order of its journal.
async fn calls(client: &Client, session: &SessionId) -> Vec<(u64, Value, Value)> {
    let mut calls = std::collections::BTreeMap::<u64, (Value, Value)>::new();
    let mut after = Some(0);
    while after.is_some() {
        let page = client.events(session, api::ListEvents { after, limit: Some(100) }).await.unwrap();
        for event in page.events.iter().filter(|event| event.kind == "calls_recorded") {
            for call in event.data.read::<serde_json::Value>().unwrap()["calls"].as_array().unwrap() {
                let number = call["call"].as_u64().unwrap();
                let known = calls.entry(number).or_default();
                if call.get("node").is_some() {
                    assert!(known.0.is_null(), "call {number} began once");
                    known.0 = call["input"].clone();
                }
                if call.get("status").is_some() {
                    assert!(known.1.is_null(), "call {number} ended once");
                    known.1 = call["output"].clone();
                }
            }
        }
        after = page.next_cursor;
    }
    calls.into_iter().map(|(number, (input, output))| (number, input, output)).collect()
}

/// Waits until nothing waits any more.
async fn sent(dir: &Path) {
    let began = Instant::now();
    while !waiting(dir).await.is_empty() {
        assert!(began.elapsed() < PATIENCE, "{:?}", waiting(dir).await);
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

async fn waiting(dir: &Path) -> Vec<Waiting> {
    spool::waiting(dir).await.unwrap()
}

#[tokio::test]
async fn a_session_is_reported_with_its_calls_its_context_and_its_end() {
    let server = Restarting::new();
    let dir = tempfile::tempdir().unwrap();
    let builder = || Session::builder().dir(dir.path()).server(server.named());
    let outer = builder().name("outer").context([("city", "Bonn")]).start().await.unwrap();
    let inner = function_node("Inner", |()| async {
        // Recorded where the session is that it begins in.
        let inner = Session::builder().start().await?;
        let id = inner.id().clone();
        inner.call(&double(), 4u64).await?;
        inner.close().await?;
        Ok(id)
    });
    for number in 0..5u64 {
        assert_eq!(outer.call(&double(), number).await.unwrap(), number * 2);
    }
    let child = outer.call(&inner, ()).await.unwrap();
    outer.context().put("city", "Köln").unwrap();
    let outer_id = outer.id().clone();
    let state = outer.payload().await.unwrap();
    outer.close().await.unwrap();

    let client = server.client();
    let there = client.session(&outer_id).await.unwrap();
    assert_eq!((there.status, there.name.as_deref()), (Status::Completed, Some("outer")));
    assert_eq!(*there.shared_context, json!({ "city": "Köln" }));
    let recorded = calls(&client, &outer_id).await;
    assert_eq!(recorded.len(), 6);
    assert_eq!(recorded[3], (4, json!(3), json!(6)));
    assert_eq!(client.session(&child).await.unwrap().parent, Some(outer_id.clone()));
    assert_eq!(state["calls"].as_array().unwrap().len(), 6);
    let saved = dir.path().join("sessions").join(format!("outer_{outer_id}.json"));
    let saved: Value = serde_json::from_slice(&std::fs::read(saved).unwrap()).unwrap();
    assert_eq!(saved["session"]["status"], "completed");
    sent(dir.path()).await;
}

#[tokio::test]
async fn calls_go_on_while_the_server_is_away_and_the_record_catches_up() {
    let mut server = Restarting::away();
    let dir = tempfile::tempdir().unwrap();
    let mut sessions = Vec::new();
    for durability in [Durability::Sync, Durability::Async, Durability::Exit] {
        let session = Session::builder()
            .dir(dir.path())
            .server(server.named())
            .durability(durability)
            .start()
            .await
            .unwrap();
        for number in 0..300u64 {
            session.call(&double(), number).await.unwrap();
        }
        sessions.push(session.id().clone());
        let began = Instant::now();
        session.fail("it was not to be").await.unwrap();
        assert!(began.elapsed() < Duration::from_secs(10), "a server that is away holds nobody up");
    }
    let ids: Vec<_> = waiting(dir.path()).await.into_iter().map(|waiting| waiting.session_id).collect();
    assert_eq!(ids, sessions);

    server.come_back();
    sent(dir.path()).await;
    let client = server.client();
    for session in &sessions {
        let there = client.session(session).await.unwrap();
        assert_eq!(there.status, Status::Failed);
        assert_eq!(there.outcome.unwrap().reason.as_deref(), Some("it was not to be"));
        let recorded = calls(&client, session).await;
        let expected: Vec<_> = (0..300).map(|n| (n + 1, json!(n), json!(n * 2))).collect();
        assert_eq!(recorded, expected);
    }
}

#[tokio::test]
async fn a_server_that_is_killed_again_and_again_has_each_call_once() {
    let mut server = Restarting::new();
    let dir = tempfile::tempdir().unwrap();
    let session = Session::builder().dir(dir.path()).server(server.named()).start().await.unwrap();
    for round in 0..6u64 {
        for number in 0..200u64 {
            session.call(&double(), round * 200 + number).await.unwrap();
            if number % 20 == 0 {
                tokio::time::sleep(Duration::from_millis(2 + round)).await;
            }
        }
        server.kill();
        server.come_back();
    }
    let id = session.id().clone();
    session.close().await.unwrap();
    sent(dir.path()).await;
    let recorded = calls(&server.client(), &id).await;
    let expected: Vec<_> = (0..1200).map(|n| (n + 1, json!(n), json!(n * 2))).collect();
    assert_eq!(recorded, expected);
    let there = server.client().session(&id).await.unwrap();
    assert_eq!((there.status, there.calls.unwrap().writer), (Status::Completed, 1));
}

#[tokio::test]
async fn another_machine_resumes_from_the_server_and_forks_there() {
    let server = Restarting::new();
    let (one, another) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let session = Session::builder().dir(one.path()).server(server.named()).start().await.unwrap();
    let id = session.id().clone();
    for number in 0..3u64 {
        session.call(&double(), number).await.unwrap();
    }
    session.context().put("seen", 3).unwrap();
    session.fail("broken off").await.unwrap();

    let resumed = Session::builder().dir(another.path()).server(server.named()).resume(&id).await.unwrap();
    assert_eq!(resumed.context().get::<u64>("seen"), None, "it was not written yet");
    for number in 0..5u64 {
        assert_eq!(resumed.call(&double(), number).await.unwrap(), number * 2);
    }
    assert_eq!(resumed.context().get::<u64>("seen"), Some(3));
    assert_eq!((resumed.info().replayed, resumed.info().calls), (3, 2));
    resumed.close().await.unwrap();
    let client = server.client();
    assert_eq!(calls(&client, &id).await.len(), 5);
    assert_eq!(client.session(&id).await.unwrap().status, Status::Completed);

    let fork = Session::builder().dir(one.path()).server(server.named()).fork(&id, 3).await.unwrap();
    for number in [0u64, 1, 7] {
        assert_eq!(fork.call(&double(), number).await.unwrap(), number * 2);
    }
    assert_eq!(fork.info().replayed, 2);
    let copy = fork.id().clone();
    fork.close().await.unwrap();
    assert_eq!(client.session(&copy).await.unwrap().status, Status::Completed);
    assert_eq!(calls(&client, &copy).await.last().unwrap().1, json!(7));

    let nowhere = Session::builder().dir(one.path()).server(server.named()).resume(&support_id()).await;
    assert!(matches!(nowhere, Err(Error::Record(problem)) if problem.code == Code::SessionNotFound));
    sent(one.path()).await;
    sent(another.path()).await;
}

fn support_id() -> SessionId {
    id("sess_that_nobody_made")
}

#[tokio::test]
async fn what_the_server_refuses_is_told_and_stays_here() {
    let place = Place::new();
    let (_running, url) = place.serve(&["--api-key", "right-key-0123456789"]);
    let dir = tempfile::tempdir().unwrap();
    let wrong = Server::new(&url, Some("wrong-key-0123456789".into()));
    let session = Session::builder().dir(dir.path()).server(wrong.clone()).start().await.unwrap();
    session.call(&double(), 1u64).await.unwrap();
    let refused = session.close().await.unwrap_err();
    assert!(matches!(&refused, Error::Record(problem) if problem.code == Code::Unauthenticated), "{refused}");
    assert!(!format!("{refused} {wrong:?}").contains("wrong-key"));
    assert_eq!(waiting(dir.path()).await.len(), 1);

    let right = Server::new(&url, Some("right-key-0123456789".into()));
    let chosen = || Session::builder().dir(dir.path()).server(right.clone()).id(id("chosen"));
    chosen().start().await.unwrap().close().await.unwrap();
    let taken = chosen().start().await.map(drop).unwrap_err();
    assert!(matches!(&taken, Error::Record(problem) if problem.code == Code::SessionExists), "{taken}");

    // This process may send it still; the command leaves it alone, and says so.
    let spool = |command: &str, key: &str| {
        let dir = dir.path().to_str().unwrap();
        place.run(&["spool", command, "--dir", dir, "--api-key", key, "--url", &url])
    };
    assert!(spool("list", "any").stdout.contains(&url));
    let ran = spool("send", "right-key-0123456789");
    assert_eq!(ran.code, 1, "{}{}", ran.stdout, ran.stderr);
    assert!(
        ran.stderr.contains("1 session still waits") && ran.stdout.contains("a program sends it"),
        "{}{}",
        ran.stdout,
        ran.stderr
    );
}

#[tokio::test]
async fn a_record_that_outgrows_the_spool_breaks_off_with_an_error_and_goes_on_when_it_is_resumed() {
    let mut server = Restarting::away();
    let dir = tempfile::tempdir().unwrap();
    let named = Server { spool_bytes: 100_000, ..server.named() };
    let builder = || Session::builder().dir(dir.path()).server(named.clone()).durability(Durability::Sync);
    let long = function_node("Long", |number: u64| async move { Ok("x".repeat(number as usize)) });
    let session = builder().start().await.unwrap();
    let id = session.id().clone();
    let mut calls = 0;
    let problem = loop {
        match session.call(&long, 9_000u64).await {
            Ok(_) => calls += 1,
            Err(error) => break error,
        }
    };
    assert!(matches!(&problem, Error::Record(problem) if problem.code == Code::LimitReached), "{problem}");
    assert_eq!(calls, 10);
    assert!(session.close().await.is_err());

    server.come_back();
    sent_of(dir.path(), &id).await;
    let resumed = builder().resume(&id).await.unwrap();
    for _ in 0..12 {
        resumed.call(&long, 9_000u64).await.unwrap();
    }
    assert_eq!(resumed.info().replayed, 10);
    resumed.close().await.unwrap();
    assert_eq!(server.client().session(&id).await.unwrap().status, Status::Completed);
}

/// Waits until the server has all of a session.
async fn sent_of(dir: &Path, id: &SessionId) {
    let began = Instant::now();
    while waiting(dir).await.iter().any(|waiting| waiting.session_id == *id && waiting.events > 0) {
        assert!(began.elapsed() < PATIENCE);
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

const CHILD: &str = "SESSIOND_TEST_SPOOL_CHILD";

/// The child: calls without end, until it is killed. Only the parent starts it for real.
#[tokio::test]
async fn the_program_that_is_killed() {
    let Some(child) = std::env::var_os(CHILD) else { return };
    let (dir, url) = child.to_str().unwrap().split_once('|').unwrap();
    let session = Session::builder()
        .dir(PathBuf::from(dir))
        .server(Server::new(url, None))
        .id(id("killed"))
        .durability(Durability::Sync)
        .start()
        .await
        .unwrap();
    for number in 0u64.. {
        session.call(&double(), number).await.unwrap();
        println!("called {number}");
    }
}

#[test]
fn what_a_killed_program_recorded_is_sent_by_the_command() {
    let mut server = Restarting::away();
    let dir = tempfile::tempdir().unwrap();
    let at = dir.path().to_str().unwrap().to_owned();
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["the_program_that_is_killed", "--exact", "--nocapture"]).stdin(Stdio::null());
    command.env(CHILD, format!("{at}|{}", server.url));
    let mut child = server.place.start_command(command);
    child.line_with("called 40");
    drop(child);

    let place = Place::new();
    let list = place.ok(&["spool", "list", "--dir", &at]);
    assert!(list.contains("killed") && list.contains(&server.url), "{list}");
    let refused = place.fails(&["spool", "send", "--dir", &at]);
    assert!(refused.contains("1 session still waits"), "{refused}");
    server.come_back();
    assert_eq!(place.ok(&["spool", "send", "--dir", &at]), "nothing waits any more\n");
    assert_eq!(place.json(&["spool", "list", "--dir", &at]), json!({ "waiting": [] }));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let recorded = runtime.block_on(calls(&server.client(), &id("killed")));
    assert!(recorded.len() >= 41, "{}", recorded.len());
    assert!(recorded.iter().take(41).all(|(number, input, output)| {
        (input, output) == (&json!(number - 1), &json!((number - 1) * 2))
    }));
    let gone = place.fails(&["spool", "drop", "killed", "--dir", &at]);
    assert!(gone.contains("killed does not wait"), "{gone}");
}
