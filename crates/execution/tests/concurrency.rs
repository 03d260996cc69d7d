//! Concurrent programs that are resumed: each call is found by its branch, and outcomes keep their order.
#![allow(clippy::unwrap_used)]

use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use parking_lot::Mutex;
use sessiond_execution::{Builder, Error, Failure, Node, Session, branch, call, function_node, sleep};
use tempfile::TempDir;

type Ran = Arc<Mutex<Vec<String>>>;

/// A node that takes as long as chance has it.
fn step(ran: &Ran) -> impl Node<Input = String, Output = String> + Clone + use<> {
    let ran = ran.clone();
    function_node("step", move |what: String| {
        let ran = ran.clone();
        async move {
            ran.lock().push(what.clone());
            tokio::time::sleep(any_time()).await;
            if what.starts_with("fails") { Err(Failure::from(format!("no {what}"))) } else { Ok(what) }
        }
    })
}

/// Up to 5 ms.
fn any_time() -> Duration {
    use std::hash::{BuildHasher, RandomState};
    Duration::from_micros(RandomState::new().hash_one(0) % 5000)
}

fn builder(dir: &TempDir) -> Builder {
    Session::builder().dir(dir.path()).save_state(false)
}

/// Runs a program in a session that then fails, resumes it twice, and holds what it gives each time.
async fn holds<F: Future<Output = Vec<String>>>(program: impl Fn(Session, Ran) -> F) -> Vec<String> {
    let dir = TempDir::new().unwrap();
    let ran = Ran::default();
    let session = builder(&dir).start().await.unwrap();
    let id = session.id().clone();
    let first = program(session.clone(), ran.clone()).await;
    session.fail("for now").await.unwrap();
    ran.lock().clear();
    for _ in 0..2 {
        let session = builder(&dir).resume(&id).await.unwrap();
        assert_eq!(program(session.clone(), ran.clone()).await, first);
        assert_eq!(*ran.lock(), Vec::<String>::new(), "nothing runs again");
        session.fail("again").await.unwrap();
    }
    first
}

async fn pipe(session: Session, ran: Ran, name: &str) -> String {
    let node = step(&ran);
    let one = session.call(&node, format!("{name} 1")).await.unwrap();
    let same = session.call(&node, "same".to_owned()).await.unwrap();
    format!("{one}, {same}, {}", session.call(&node, format!("{name} 3")).await.unwrap())
}

#[tokio::test]
async fn pipelines_that_run_at_once_get_their_own_results() {
    holds(|session, ran| async move {
        let a = session.branch("pipe", pipe(session.clone(), ran.clone(), "a"));
        let b = session.branch("pipe", pipe(session.clone(), ran.clone(), "b"));
        let c = tokio::spawn(session.branch("spawned", {
            let (session, ran) = (session.clone(), ran.clone());
            async move { pipe(session, ran, "c").await }
        }));
        let (a, b) = tokio::join!(a, b);
        vec![a, b, c.await.unwrap()]
    })
    .await;
}

#[tokio::test]
async fn branches_within_a_node_are_those_of_its_call() {
    holds(|session, ran| async move {
        let node = function_node("both", move |name: String| {
            let ran = ran.clone();
            async move {
                let part = |part: &'static str| {
                    let (node, name) = (step(&ran), name.clone());
                    branch(part, async move {
                        let one = call(&node, format!("{name} {part}")).await?;
                        Ok::<_, Error>(one + &call(&node, "same".to_owned()).await?)
                    })
                };
                let (x, y) = tokio::join!(part("x"), part("x"));
                Ok(x? + &y?)
            }
        });
        let results = session.call_batch(&node, ["a".to_owned(), "b".to_owned()]).await;
        results.into_iter().map(Result::unwrap).collect()
    })
    .await;
}

#[tokio::test]
async fn what_ended_first_ends_first_again() {
    holds(|session, ran| async move {
        let node = step(&ran);
        let mut work: FuturesUnordered<_> =
            (0..6).map(|n| session.branch("search", session.call(&node, format!("{n}")))).collect();
        let mut found = Vec::new();
        while let Some(result) = work.next().await {
            found.push(session.call(&node, format!("then {}", result.unwrap())).await.unwrap());
        }
        found
    })
    .await;
}

#[tokio::test]
async fn a_failure_that_the_program_handled_is_returned_again_and_a_call_that_it_dropped_is_dropped_again() {
    let first = holds(|session, ran| async move {
        let node = step(&ran);
        let failed = session.call(&node, "fails".to_owned()).await.unwrap_err();
        let slow = function_node("slow", |(): ()| async {
            tokio::time::sleep(Duration::from_secs(100)).await;
            Ok(())
        });
        let dropped = tokio::time::timeout(Duration::from_millis(50), session.call(&slow, ())).await;
        vec![
            failed.to_string(),
            format!("{}", dropped.is_err()),
            session.call(&node, "end".to_owned()).await.unwrap(),
        ]
    })
    .await;
    assert_eq!(first, ["step failed: no fails", "true", "end"]);
}

#[tokio::test]
async fn a_failure_that_ended_the_program_runs_again() {
    let dir = TempDir::new().unwrap();
    let ran = Ran::default();
    let session = builder(&dir).start().await.unwrap();
    let id = session.id().clone();
    session.call(&step(&ran), "fails".to_owned()).await.unwrap_err();
    session.fail("it failed").await.unwrap();
    let session = builder(&dir).resume(&id).await.unwrap();
    session.call(&step(&ran), "fails".to_owned()).await.unwrap_err();
    assert_eq!(*ran.lock(), ["fails", "fails"]);
}

#[tokio::test]
async fn the_context_is_what_it_was_then() {
    holds(|session, ran| async move {
        let node = step(&ran);
        let count = |name: &'static str| {
            let (session, node) = (session.clone(), node.clone());
            session.clone().branch(name, async move {
                let mut seen = Vec::new();
                for _ in 0..3 {
                    let n: u32 = session.context().get(name).unwrap_or(0);
                    session.context().put(name, n + 1).unwrap();
                    let total: u32 = session.context().get("total").unwrap_or(0);
                    session.context().put("total", total + 1).unwrap();
                    seen.push(session.call(&node, format!("{name} {n}")).await.unwrap());
                }
                seen.join(" ")
            })
        };
        let (a, b) = tokio::join!(count("a"), count("b"));
        vec![a, b, session.context().get::<u32>("total").unwrap().to_string()]
    })
    .await;
}

#[tokio::test]
async fn a_pause_continues_where_it_was() {
    let dir = TempDir::new().unwrap();
    let pauses = function_node("pauses", |(): ()| async {
        sleep(Duration::from_millis(400)).await?;
        Ok(())
    });
    let session = builder(&dir).start().await.unwrap();
    let id = session.id().clone();
    let _ = tokio::time::timeout(Duration::from_millis(50), session.call(&pauses, ())).await;
    session.fail("for now").await.unwrap();
    tokio::time::sleep(Duration::from_millis(400)).await;
    let session = builder(&dir).resume(&id).await.unwrap();
    let began = Instant::now();
    session.call(&pauses, ()).await.unwrap();
    assert!(began.elapsed() < Duration::from_millis(350));
}

#[tokio::test]
async fn a_secret_that_the_program_writes_again_is_what_it_reads() {
    holds(|session, ran| async move {
        session.context().put("api_key", "k1").unwrap();
        let name = session.call(&step(&ran), "name".to_owned()).await.unwrap();
        vec![name, session.context().get::<String>("api_key").unwrap()]
    })
    .await;
}
