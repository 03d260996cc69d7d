//! Sessions of Rust programs, on a store in a directory of their own.

#![allow(clippy::unwrap_used)]

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use serde_json::{Value, json};
use sessiond_execution::{Builder, Durability, Error, Node, Secret, Session, call, function_node};
use tempfile::TempDir;

fn builder(dir: &TempDir) -> Builder {
    Session::builder().dir(dir.path().join(".sessiond"))
}

fn echo() -> impl Node<Input = String, Output = String> {
    function_node("NodeA", |text: String| async move { Ok(text) })
}

/// Checks that a saved state has the members that its schema names, all that are required and no others.
fn fits_its_schema(state: &Value) {
    let schema: Value = serde_json::from_str(include_str!("../../../docs/saved-state.schema.json")).unwrap();
    fits(state, &schema);
    let of = |list: &str| schema["properties"][list]["items"].clone();
    state["calls"].as_array().unwrap().iter().for_each(|call| fits(call, &of("calls")));
    state["runs"].as_array().unwrap().iter().for_each(|run| fits(run, &of("runs")));
}

fn fits(value: &Value, schema: &Value) {
    let members = value.as_object().unwrap();
    let known = schema["properties"].as_object().unwrap();
    for name in schema["required"].as_array().unwrap() {
        assert!(members.contains_key(name.as_str().unwrap()), "{name} is not in {value}");
    }
    for (name, member) in members {
        let known = known.get(name).unwrap_or_else(|| panic!("{name} is not in the schema: {value}"));
        if let Some(values) = known["enum"].as_array() {
            assert!(values.contains(member), "{member} is no {name}");
        }
    }
}

/// The calls of a saved state, by node.
fn calls<'a>(state: &'a Value, node: &str) -> Vec<&'a Value> {
    state["calls"].as_array().unwrap().iter().filter(|call| call["node"] == node).collect()
}

#[tokio::test]
async fn a_call_gives_what_its_node_gives_and_is_recorded() {
    let dir = TempDir::new().unwrap();
    let session = builder(&dir).context([("key", "value")]).name("first").start().await.unwrap();
    let answer: String = session.call(&echo(), "Hello World").await.unwrap();
    assert_eq!(answer, "Hello World");
    assert_eq!(session.context().get::<String>("key").as_deref(), Some("value"));
    let info = session.info();
    assert_eq!((info.runs, info.calls, info.completed, info.open), (1, 1, 1, 0));
    let id = session.id().clone();
    session.close().await.unwrap();
    let file = dir.path().join(format!(".sessiond/sessions/first_{id}.json"));
    let state: Value = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
    fits_its_schema(&state);
    assert_eq!(state["session"]["status"], "completed");
    assert_eq!(state["session"]["shared_context"], json!({ "key": "value" }));
    assert_eq!(calls(&state, "NodeA")[0]["input"], "Hello World");
    assert_eq!(calls(&state, "NodeA")[0]["output"], "Hello World");
    assert_eq!(state["runs"][0]["status"], "completed");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    }
}

#[tokio::test]
async fn calls_of_a_node_are_its_children() {
    let dir = TempDir::new().unwrap();
    let session = builder(&dir).start().await.unwrap();
    let parent = function_node("Parent", |names: Vec<String>| async move {
        let mut all = Vec::new();
        for name in names {
            all.push(call(&echo(), name).await?);
        }
        Ok(all.join("+"))
    });
    let both = session.call(&parent, vec!["a".to_owned(), "b".to_owned()]).await.unwrap();
    assert_eq!(both, "a+b");
    let state = session.payload().await.unwrap();
    let parent = calls(&state, "Parent")[0]["call"].clone();
    let children = calls(&state, "NodeA");
    assert_eq!(children.iter().map(|call| &call["position"]).collect::<Vec<_>>(), [&json!(0), &json!(1)]);
    assert!(children.iter().all(|call| call["parent"] == parent));
    session.close().await.unwrap();
}

#[tokio::test]
async fn a_resumed_session_runs_only_what_had_not_completed() {
    let dir = TempDir::new().unwrap();
    let ran = Arc::new(AtomicUsize::new(0));
    let step = {
        let ran = ran.clone();
        move |fails: bool| {
            let ran = ran.clone();
            function_node("Step", move |n: u32| {
                let ran = ran.clone();
                async move {
                    ran.fetch_add(1, Ordering::SeqCst);
                    if fails && n == 3 { Err("not yet".into()) } else { Ok(n * 10) }
                }
            })
        }
    };
    let program = |fails: bool| {
        let step = step(fails);
        function_node("Program", move |count: u32| {
            let step = step.clone();
            async move {
                let mut sum = 0;
                for n in 0..count {
                    sum += call(&step, n).await?;
                }
                Ok(sum)
            }
        })
    };
    let session = builder(&dir).start().await.unwrap();
    let id = session.id().clone();
    let error = session.call(&program(true), 5u32).await.unwrap_err();
    assert!(matches!(error, Error::Node { .. }), "{error}");
    session.fail(error.to_string()).await.unwrap();
    assert_eq!(ran.swap(0, Ordering::SeqCst), 4);

    let session = builder(&dir).resume(&id).await.unwrap();
    assert_eq!(session.call(&program(false), 5u32).await.unwrap(), 100);
    assert_eq!(ran.swap(0, Ordering::SeqCst), 2);
    assert_eq!(session.info().replayed, 3);
    fits_its_schema(&session.payload().await.unwrap());
    session.close().await.unwrap();

    // A session that has completed gives what it gave, and runs nothing, whatever is called.
    let over = builder(&dir).resume(&id).await.unwrap();
    assert_eq!(over.call(&program(false), 5u32).await.unwrap(), 100);
    let error = over.call(&program(false), 6u32).await.unwrap_err();
    assert!(matches!(error, Error::Ended { .. }), "{error}");
    over.close().await.unwrap();
    assert_eq!(ran.swap(0, Ordering::SeqCst), 0);
    let taken = builder(&dir).id(id.clone()).start().await.map(|_| ()).unwrap_err();
    assert!(matches!(&taken, Error::Record(problem) if problem.code.as_str() == "session_exists"), "{taken}");

    let again = builder(&dir).fork(&id, 9).await.unwrap();
    assert_eq!(again.call(&program(false), 5u32).await.unwrap(), 100);
    assert_eq!(ran.swap(0, Ordering::SeqCst), 0);
    again.close().await.unwrap();

    // From the call of step 1 on everything runs again, and nothing before it.
    let fork = builder(&dir).fork(&id, 3).await.unwrap();
    assert_ne!(fork.id(), &id);
    assert_eq!(fork.call(&program(false), 5u32).await.unwrap(), 100);
    assert_eq!(ran.swap(0, Ordering::SeqCst), 4);
    fork.close().await.unwrap();
}

#[tokio::test]
async fn a_program_that_differs_from_the_record_is_told_where() {
    let dir = TempDir::new().unwrap();
    let session = builder(&dir).start().await.unwrap();
    let id = session.id().clone();
    session.call(&echo(), "one").await.unwrap();
    session.fail("stopped here").await.unwrap();
    let session = builder(&dir).resume(&id).await.unwrap();
    let other = function_node("NodeB", |text: String| async move { Ok(text) });
    let error = session.call(&other, "one").await.unwrap_err();
    assert!(error.to_string().contains("NodeA was called then, NodeB is called now"), "{error}");
    session.fail("differs").await.unwrap();
    let session = builder(&dir).resume(&id).await.unwrap();
    let error = session.call(&echo(), "two").await.unwrap_err();
    assert!(error.to_string().contains("NodeA is called with another input"), "{error}");
    session.close().await.unwrap();
}

#[tokio::test]
async fn a_top_level_call_over_its_time_is_cancelled_with_its_children() {
    let dir = TempDir::new().unwrap();
    let session = builder(&dir).timeout(Duration::from_millis(50)).start().await.unwrap();
    let slow = function_node("Slow", |(): ()| async move {
        tokio::time::sleep(Duration::from_secs(60)).await;
        Ok(())
    });
    let outer = {
        let slow = slow.clone();
        function_node("Outer", move |(): ()| {
            let slow = slow.clone();
            async move { Ok(call(&slow, ()).await?) }
        })
    };
    for _ in 0..2 {
        let error = session.call(&outer, ()).await.unwrap_err();
        assert!(matches!(error, Error::Timeout { .. }), "{error}");
    }
    let state = session.payload().await.unwrap();
    fits_its_schema(&state);
    assert!(calls(&state, "Outer").iter().all(|call| call["status"] == "timeout"), "{state}");
    assert!(calls(&state, "Slow").iter().all(|call| call["status"] == "cancelled"), "{state}");
    session.close().await.unwrap();
}

#[tokio::test]
async fn end_on_error_stops_the_session_and_cancels_the_siblings() {
    let dir = TempDir::new().unwrap();
    let session = builder(&dir).end_on_error(true).start().await.unwrap();
    let work = function_node("Work", |fails: bool| async move {
        if fails {
            tokio::task::yield_now().await;
            return Err("broken".into());
        }
        tokio::time::sleep(Duration::from_secs(60)).await;
        Ok(())
    });
    let results = session.call_batch(&work, [false, true, false]).await;
    assert!(matches!(results[1], Err(Error::Node { .. })));
    assert!(matches!(results[0], Err(Error::Stopped { .. })));
    assert!(matches!(results[2], Err(Error::Stopped { .. })));
    assert!(matches!(session.call(&work, false).await, Err(Error::Stopped { .. })));
    assert_eq!(session.info().cancelled, 2);
    session.close().await.unwrap();
}

#[tokio::test]
async fn secrets_are_used_and_not_recorded() {
    let dir = TempDir::new().unwrap();
    let session =
        builder(&dir).context([("api_key", "sk-hidden-1"), ("plain", "shown")]).start().await.unwrap();
    let node = function_node("Login", |input: Value| async move { Ok(input) });
    let input = json!({ "password": "hidden-2", "user": "shown" });
    assert_eq!(session.call(&node, input.clone()).await.unwrap(), input);
    assert_eq!(session.context().get::<String>("api_key").as_deref(), Some("sk-hidden-1"));
    session.context().put("other", Secret::new("hidden-3")).unwrap();
    session.close().await.unwrap();
    let mut read = 0;
    let mut folders = vec![dir.path().to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let bytes = std::fs::read(&path).unwrap();
            read += bytes.windows(5).filter(|window| window == b"shown").count();
            assert!(!bytes.windows(6).any(|window| window == b"hidden"), "{}", path.display());
        }
    }
    assert!(read > 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_slow_or_failing_subscriber_holds_nobody_up_and_is_reported() {
    let dir = TempDir::new().unwrap();
    let session = builder(&dir)
        .broadcast_callback(|message| if message == "3" { Err("cannot".into()) } else { Ok(()) })
        .start()
        .await
        .unwrap();
    let _never_read = session.subscribe("slow");
    for n in 0..2_000 {
        session.broadcast(&n.to_string());
    }
    while session.subscribers()[0].failed == 0 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let closed = session.close().await.unwrap();
    let [callback, slow] = closed.subscribers.as_slice() else { panic!("{closed:?}") };
    assert_eq!(callback.last_error.as_deref(), Some("cannot"));
    assert_eq!((slow.name.as_str(), slow.delivered, slow.dropped), ("slow", 1_024, 976));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sessions_at_once_and_nested_ones_are_apart() {
    let dir = TempDir::new().unwrap();
    let outer = builder(&dir).name("outer").context([("who", "outer")]).start().await.unwrap();
    let inner_dir = dir.path().join(".sessiond");
    let nest = function_node("Nest", move |(): ()| {
        let dir = inner_dir.clone();
        async move {
            let inner = Session::builder().dir(dir).context([("who", "inner")]).start().await?;
            let text = inner.call(&echo(), "inside").await?;
            let parent = inner.payload().await?["session"]["parent"].clone();
            inner.close().await?;
            let who = Session::current().and_then(|session| session.context().get::<String>("who"));
            Ok(json!([text, parent, who]))
        }
    });
    let told = outer.call(&nest, ()).await.unwrap();
    assert_eq!(told, json!(["inside", outer.id().as_str(), "outer"]));
    assert_eq!(outer.info().calls, 1);

    let mut tasks = Vec::new();
    for n in 0..20 {
        let builder = builder(&dir).context([("n", n)]);
        tasks.push(tokio::spawn(async move {
            let session = builder.start().await.unwrap();
            for _ in 0..20 {
                session.call(&echo(), n.to_string()).await.unwrap();
            }
            let state = session.payload().await.unwrap();
            session.close().await.unwrap();
            (n, state)
        }));
    }
    for task in tasks {
        let (n, state) = task.await.unwrap();
        let calls = calls(&state, "NodeA");
        assert_eq!(calls.len(), 20);
        let input = json!(n.to_string());
        assert!(calls.iter().all(|call| call["input"] == input));
    }
    outer.close().await.unwrap();
}

#[tokio::test]
async fn who_lost_a_session_is_told_at_its_calls_and_when_it_closes() {
    let is_stale =
        |error: &Error| matches!(error, Error::Record(problem) if problem.code.as_str() == "writer_stale");
    for durability in [Durability::Async, Durability::Sync, Durability::Exit] {
        let dir = TempDir::new().unwrap();
        let session = builder(&dir).durability(durability).start().await.unwrap();
        session.flush().await.unwrap();
        // Another process takes the session up: this one may not write any more.
        let other = builder(&dir).take_over(true).resume(session.id()).await.unwrap();
        let told = async {
            loop {
                if let Err(error) = session.call(&echo(), "too late").await {
                    return error;
                }
                // Lets the time run out.
                tokio::task::yield_now().await;
            }
        };
        let error = tokio::time::timeout(Duration::from_secs(20), told).await.unwrap();
        assert!(is_stale(&error), "{error}");
        let error = session.close().await.unwrap_err();
        assert!(is_stale(&error), "{error}");
        other.close().await.unwrap();
    }
}

#[tokio::test]
async fn what_a_session_does_not_take_is_cut_or_refused_before_it_is_recorded() {
    let dir = TempDir::new().unwrap();
    let session = builder(&dir).start().await.unwrap();
    for name in ["", " ", &"n".repeat(257)] {
        let node = function_node(name, |(): ()| async move { Ok(()) });
        assert!(matches!(session.call(&node, ()).await, Err(Error::Name { .. })));
    }
    let wordy = function_node("Wordy", |(): ()| async move {
        let told: Result<(), _> = Err("ä".repeat(100_000).into());
        told
    });
    session.call(&wordy, ()).await.unwrap_err();
    let large = function_node("Large", |text: String| async move { Ok(text) });
    session.call(&large, "x".repeat(2_000_000)).await.unwrap();
    let mut deep = json!(0);
    for _ in 0..100 {
        deep = json!([deep]);
    }
    let nested = function_node("Nested", |value: Value| async move { Ok(value) });
    session.call(&nested, deep).await.unwrap();
    let state = session.payload().await.unwrap();
    fits_its_schema(&state);
    assert_eq!(calls(&state, "Large")[0]["input_omitted"], 2_000_002);
    assert_eq!(calls(&state, "Large")[0]["output_omitted"], 2_000_002);
    assert!(calls(&state, "Large")[0]["output_sha256"].is_string());
    assert_eq!(calls(&state, "Nested")[0]["output_omitted"], 201);
    assert!(calls(&state, "Wordy")[0]["error"]["message"].as_str().unwrap().len() <= 64 * 1024);
    session.close().await.unwrap();
}

#[tokio::test]
async fn with_durability_sync_each_call_is_on_disk_before_its_result_is_used() {
    let dir = TempDir::new().unwrap();
    let session = builder(&dir).durability(Durability::Sync).start().await.unwrap();
    for n in 1..=3 {
        session.call(&echo(), "x").await.unwrap();
        let reader = sessiond_client::Client::open(&dir.path().join(".sessiond")).await.unwrap();
        let seen = reader.session(session.id()).await.unwrap();
        assert_eq!(seen.calls.unwrap().completed, n);
        reader.close().await;
    }
    session.close().await.unwrap();
}
