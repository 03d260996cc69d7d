//! Random programs that fail at random places and are resumed: whatever the program, it gives in the end what it would
//! have given at once, and no call runs again that had completed.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;
use std::pin::Pin;
use std::sync::Arc;

use parking_lot::Mutex;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde::{Deserialize, Serialize};
use sessiond_execution::{Builder, Durability, Failure, FunctionNode, Session, function_node};
use tempfile::TempDir;

/// A program: it calls its parts, one after the other or side by side, and sums up what they give.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Tree {
    id: u32,
    side_by_side: bool,
    parts: Vec<Tree>,
}

impl Tree {
    fn sum(&self) -> u32 {
        self.id + self.parts.iter().map(Tree::sum).sum::<u32>()
    }

    fn number(&mut self, next: &mut u32) {
        self.id = *next;
        *next += 1;
        for part in &mut self.parts {
            part.number(next);
        }
    }
}

fn any_tree() -> impl Strategy<Value = Tree> {
    let leaf = Just(Tree { id: 0, side_by_side: false, parts: vec![] });
    let tree = leaf.prop_recursive(4, 24, 4, |part| {
        (any::<bool>(), prop::collection::vec(part, 0..4)).prop_map(|(side_by_side, parts)| Tree {
            id: 0,
            side_by_side,
            parts,
        })
    });
    tree.prop_map(|mut tree| {
        tree.number(&mut 1);
        tree
    })
}

/// What happened to each part: how often it ran, and whether it completed.
#[derive(Default)]
struct Log {
    ran: BTreeMap<u32, u32>,
    completed: BTreeMap<u32, u32>,
    /// The part that fails when it runs, once.
    fails: Option<u32>,
}

type Work = Pin<Box<dyn Future<Output = Result<u32, Failure>> + Send>>;
type Part = FunctionNode<Box<dyn Fn(Tree) -> Work + Send + Sync>, Tree>;

fn part(log: Arc<Mutex<Log>>) -> Part {
    let run: Box<dyn Fn(Tree) -> Work + Send + Sync> = Box::new(move |tree| {
        let log = log.clone();
        Box::pin(async move {
            *log.lock().ran.entry(tree.id).or_default() += 1;
            if log.lock().fails.take_if(|id| *id == tree.id).is_some() {
                return Err("as it was to".into());
            }
            let session = Session::current().unwrap();
            let node = part(log.clone());
            let mut sum = tree.id;
            if tree.side_by_side {
                for result in session.call_batch(&node, tree.parts).await {
                    sum += result?;
                }
            } else {
                for inner in tree.parts {
                    sum += session.call(&node, inner).await?;
                }
            }
            *log.lock().completed.entry(tree.id).or_default() += 1;
            Ok(sum)
        })
    });
    function_node("Part", run)
}

async fn run(builder: impl Fn() -> Builder, tree: &Tree, failures: &[u32]) {
    let log = Arc::new(Mutex::new(Log::default()));
    let count = u32::try_from(format!("{tree:?}").matches("Tree").count()).unwrap();
    let mut session = builder().start().await.unwrap();
    let id = session.id().clone();
    for failure in failures {
        log.lock().fails = Some(failure % count + 1);
        match session.call(&part(log.clone()), tree.clone()).await {
            Ok(sum) => assert_eq!(sum, tree.sum()),
            Err(error) => assert!(error.to_string().contains("as it was to"), "{error}"),
        }
        session.fail("for now").await.unwrap();
        session = builder().resume(&id).await.unwrap();
    }
    log.lock().fails = None;
    assert_eq!(session.call(&part(log.clone()), tree.clone()).await.unwrap(), tree.sum());
    session.close().await.unwrap();
    let log = log.lock();
    assert_eq!(log.completed.len(), count as usize);
    assert!(log.completed.values().all(|times| *times == 1), "{:?} for {tree:?}", log.completed);
}

#[test]
fn a_program_that_fails_and_is_resumed_gives_what_it_would_have_given() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let dir = TempDir::new().unwrap();
    let cases = if std::env::var_os("SESSIOND_LONG").is_some() { 500 } else { 40 };
    let programs = (any_tree(), prop::collection::vec(any::<u32>(), 0..4), any::<bool>());
    TestRunner::new(Config { cases, failure_persistence: None, ..Config::default() })
        .run(&programs, |(tree, failures, sync)| {
            let durability = if sync { Durability::Sync } else { Durability::Async };
            let builder = || {
                Session::builder().dir(dir.path()).durability(durability).save_state(false).max_concurrency(2)
            };
            runtime.block_on(run(builder, &tree, &failures));
            Ok(())
        })
        .unwrap();
}
