//! Agents at a real server: what they promise about tasks, repeats, cancellation and connections.
#![allow(clippy::unwrap_used, reason = "tests may panic")]

mod support;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use serde_json::{Value, json};
use sessiond_agent::{Agent, Error, Failure, Handler, Options, TaskContext};
use sessiond_api as api;
use sessiond_client::{Client, Conditions};
use sessiond_core::TaskStatus;
use support::{Bench, agent, soon};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::sync::{Notify, mpsc};

const ONE: &str = "test://one";
const TWO: &str = "test://two";

/// A handler that tells of each task that it is given, and never ends by itself.
fn stubborn(told: mpsc::UnboundedSender<TaskContext>) -> impl Handler {
    move |task: TaskContext| {
        let told = told.clone();
        async move {
            told.send(task.clone()).unwrap();
            task.cancellation().cancelled().await;
            Err(Failure::new("cancelled", "as asked"))
        }
    }
}

#[tokio::test]
async fn a_task_is_worked_on_with_what_the_steps_before_it_gave() {
    let bench = Bench::start().await;
    let first = Agent::start(bench.options(ONE), |task: TaskContext| async move {
        assert_eq!(
            (task.task_type.as_str(), task.step.as_deref(), task.attempt),
            ("design", Some("design"), 1)
        );
        assert!(task.inputs.is_empty());
        task.progress(json!({ "done": 1 })).await;
        Ok::<_, Failure>(json!({ "plan": task.payload["for"] }))
    });
    let second = Agent::start(bench.options(TWO), |task: TaskContext| async move {
        Ok::<_, Failure>(json!({ "inputs": task.inputs, "shared": task.shared_context }))
    });
    assert!(soon(first.connected()).await && soon(second.connected()).await);
    let session = bench.session(&[("design", ONE, json!({ "for": "x" })), ("build", TWO, json!({}))]).await;
    let built = bench.until_is(&session, "build", TaskStatus::Completed).await;
    let result = built.result.unwrap();
    assert_eq!(result["inputs"], json!({ "design": { ONE: { "plan": "x" } } }));
    assert_eq!(result["shared"], json!({ "shared": true }));
    let designed = bench.task_of(&session, "design").await;
    assert_eq!(designed.progress, Some(json!({ "done": 1 })));
    bench.until_acknowledged(ONE).await;
    bench.until_acknowledged(TWO).await;
    soon(first.stop()).await.unwrap();
    soon(second.stop()).await.unwrap();
}

/// A handler that asks a region and an approval, and gives both answers.
fn asking() -> impl Handler {
    |task: TaskContext| async move {
        let region = api::AskQuestion { text: "Which region?".into(), ..Default::default() };
        let region = task.ask(region).await?;
        let rollout = api::AskQuestion {
            kind: sessiond_core::QuestionKind::Approval,
            text: "Roll out?".into(),
            timeout: task.payload["within"].as_str().map(|within| within.parse().unwrap()),
            ..Default::default()
        };
        let rollout = task.ask(rollout).await?;
        Ok::<_, Failure>(json!({ "region": region, "rollout": rollout["approved"] }))
    }
}

/// Answers the session's next open question, once it is asked, and gives its id.
async fn answer(bench: &Bench, session: &sessiond_core::SessionId, answer: Value) -> String {
    let query = || serde_json::from_value(json!({ "status": "open" })).unwrap();
    let open = async {
        loop {
            let page = bench.client.session_questions(session, query()).await.unwrap();
            if let Some(question) = page.questions.into_iter().next() {
                return question;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    let question = soon(open).await;
    assert!(question.asker.task_id.is_some(), "the task asks");
    let request = serde_json::from_value(json!({ "answer": answer })).unwrap();
    let id = &question.question_id;
    bench.client.answer_question(session, id, request, Conditions::default()).await.unwrap();
    id.to_string()
}

#[tokio::test]
async fn a_task_asks_and_an_agent_that_is_started_again_is_given_the_same_answers() {
    let mut bench = Bench::start().await;
    let first = Agent::start(bench.options(ONE), asking());
    assert!(soon(first.connected()).await);
    let session = bench.session(&[("deploy", ONE, json!({}))]).await;
    let region = answer(&bench, &session, json!("us")).await;
    bench.hang_up().await;
    soon(first.stop()).await.unwrap();
    bench.answer_again().await;
    let second = Agent::start(bench.options(ONE), asking());
    let rollout = answer(&bench, &session, json!({ "approved": true })).await;
    assert_ne!(region, rollout, "the region is not asked again");
    let done = bench.until_is(&session, "deploy", TaskStatus::Completed).await;
    assert_eq!((done.attempt, done.result), (1, Some(json!({ "region": "us", "rollout": true }))));
    soon(second.stop()).await.unwrap();
}

#[tokio::test]
async fn a_question_without_an_answer_fails_its_task_and_says_so() {
    let bench = Bench::start().await;
    let running = Agent::start(bench.options(ONE), asking());
    assert!(soon(running.connected()).await);
    let session = bench.session(&[("deploy", ONE, json!({ "within": "100ms" }))]).await;
    answer(&bench, &session, json!("us")).await;
    let failed = bench.until_is(&session, "deploy", TaskStatus::Failed).await;
    let error = failed.error.unwrap();
    assert_eq!(error["code"], "question_expired", "{error}");
    assert!(error["detail"].as_str().unwrap().contains("Roll out?"), "{error}");
    soon(running.stop()).await.unwrap();
}

#[tokio::test]
async fn a_handler_that_fails_or_panics_fails_its_task_and_the_agent_goes_on() {
    let bench = Bench::start().await;
    let running = Agent::start(bench.options(ONE), |task: TaskContext| async move {
        match task.payload["how"].as_str() {
            Some("panic") => panic!("on purpose"),
            Some("io") => Err(Failure::from(std::io::Error::other("the disk is gone"))),
            _ => Err(Failure::new("broken", "it is broken").with("part", 7)),
        }
    });
    assert!(soon(running.connected()).await);
    for (how, error) in [
        (
            "panic",
            json!({ "code": "panic", "detail": "the agent's handler panicked; the agent's log says where" }),
        ),
        ("io", json!({ "code": "failed", "detail": "the disk is gone" })),
        ("other", json!({ "code": "broken", "detail": "it is broken", "part": 7 })),
    ] {
        let session = bench.session(&[("work", ONE, json!({ "how": how }))]).await;
        let task = bench.until_is(&session, "work", TaskStatus::Failed).await;
        assert_eq!(task.error, Some(error));
    }
    bench.until_acknowledged(ONE).await;
}

#[tokio::test]
async fn a_cancelled_task_stops_its_handler_and_makes_room_for_the_next() {
    let bench = Bench::start().await;
    let (told, mut tasks) = mpsc::unbounded_channel();
    let running = Agent::start(bench.options(ONE), stubborn(told));
    assert!(soon(running.connected()).await);
    let session = bench.session(&[("work", ONE, json!({}))]).await;
    let task = soon(tasks.recv()).await.unwrap();
    bench.cancel(&task.task_id).await;
    soon(task.cancellation().cancelled()).await;
    assert_eq!(bench.task_of(&session, "work").await.status, TaskStatus::Cancelled);
    bench.session(&[("work", ONE, json!({}))]).await;
    let next = soon(tasks.recv()).await.unwrap();
    assert_ne!(next.task_id, task.task_id);
}

#[tokio::test]
async fn a_request_whose_task_runs_or_waits_for_a_place_is_no_dead_letter_and_runs_once() {
    let options = sessiond_engine::Options { ack_timeout: Duration::from_millis(10), ..Default::default() };
    let bench = Bench::with(options).await;
    let (runs, go_on) = (Arc::new(AtomicUsize::new(0)), Arc::new(Notify::new()));
    let handler = {
        let (runs, go_on) = (runs.clone(), go_on.clone());
        move |_: TaskContext| {
            let (runs, go_on) = (runs.clone(), go_on.clone());
            async move {
                runs.fetch_add(1, Ordering::SeqCst);
                go_on.notified().await;
                Ok::<_, Failure>(Value::Null)
            }
        }
    };
    let running = Agent::start(bench.options(ONE), handler);
    assert!(soon(running.connected()).await);
    let first = bench.session(&[("work", ONE, json!({}))]).await;
    let second = bench.session(&[("work", ONE, json!({}))]).await;
    let queued = async || {
        let query = api::ListMessages { recipient: Some(agent(ONE)), ..Default::default() };
        let messages = bench.client.messages(query).await.unwrap().messages;
        messages.iter().map(|message| (message.state, message.attempts)).collect::<Vec<_>>()
    };
    // Far longer than as many deliveries as a message may have would take.
    for _ in 0..40 {
        tokio::time::sleep(Duration::from_millis(10)).await;
        for (state, attempts) in queued().await {
            assert_eq!(state, api::MessageState::Queued);
            assert!(attempts < sessiond_core::limits::DELIVERY_ATTEMPTS / 2, "{attempts} deliveries");
        }
    }
    for session in [first, second] {
        go_on.notify_one();
        bench.until_is(&session, "work", TaskStatus::Completed).await;
    }
    assert_eq!(runs.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn what_an_agent_leaves_behind_is_given_to_its_next_process() {
    let bench = Bench::start().await;
    let (told, mut tasks) = mpsc::unbounded_channel();
    let first = Agent::start(bench.options(ONE), stubborn(told));
    assert!(soon(first.connected()).await);
    let session = bench.session(&[("work", ONE, json!({}))]).await;
    soon(tasks.recv()).await.unwrap();
    soon(first.stop()).await.unwrap();
    assert_eq!(bench.task_of(&session, "work").await.status, TaskStatus::InProgress);
    let _second =
        Agent::start(
            bench.options(ONE),
            |task: TaskContext| async move { Ok::<_, Failure>(json!(task.attempt)) },
        );
    let task = bench.until_is(&session, "work", TaskStatus::Completed).await;
    assert_eq!((task.result, task.attempt), (Some(json!(1)), 1));
}

#[tokio::test]
async fn a_stopped_agent_lets_a_task_end_that_needs_less_than_its_grace() {
    let bench = Bench::start().await;
    let begun = Arc::new(Notify::new());
    let mut options = bench.options(ONE);
    options.grace = Duration::from_secs(10);
    let running = Agent::start(options, {
        let begun = begun.clone();
        move |_: TaskContext| {
            let begun = begun.clone();
            async move {
                begun.notify_one();
                tokio::time::sleep(Duration::from_millis(200)).await;
                Ok::<_, Failure>(json!("in time"))
            }
        }
    });
    assert!(soon(running.connected()).await);
    let session = bench.session(&[("work", ONE, json!({}))]).await;
    soon(begun.notified()).await;
    soon(running.stop()).await.unwrap();
    let task = bench.task_of(&session, "work").await;
    assert_eq!((task.status, task.result), (TaskStatus::Completed, Some(json!("in time"))));
    bench.until_acknowledged(ONE).await;
}

#[tokio::test]
async fn no_more_tasks_run_at_once_than_the_agent_allows() {
    let bench = Bench::start().await;
    let (now, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let mut options = bench.options(ONE);
    options.concurrency = 2;
    let running = Agent::start(options, {
        let (now, most) = (now.clone(), most.clone());
        move |_: TaskContext| {
            let (now, most) = (now.clone(), most.clone());
            async move {
                most.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                tokio::time::sleep(Duration::from_millis(30)).await;
                now.fetch_sub(1, Ordering::SeqCst);
                Ok::<_, Failure>(Value::Null)
            }
        }
    });
    assert!(soon(running.connected()).await);
    let mut sessions = Vec::new();
    for _ in 0..7 {
        sessions.push(bench.session(&[("work", ONE, json!({}))]).await);
    }
    for session in &sessions {
        bench.until_is(session, "work", TaskStatus::Completed).await;
    }
    assert_eq!(most.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn a_task_that_takes_longer_than_the_agent_allows_fails_as_timeout() {
    let bench = Bench::start().await;
    let (told, _tasks) = mpsc::unbounded_channel();
    let mut options = bench.options(ONE);
    options.timeout = Some(Duration::from_millis(100));
    let running = Agent::start(options, stubborn(told));
    assert!(soon(running.connected()).await);
    let session = bench.session(&[("work", ONE, json!({}))]).await;
    let task = bench.until_is(&session, "work", TaskStatus::Failed).await;
    assert_eq!(task.error.unwrap()["code"], "timeout");
}

#[tokio::test]
async fn a_result_that_the_server_does_not_take_fails_the_task_and_says_why() {
    let bench = Bench::start().await;
    let running = Agent::start(bench.options(ONE), |_: TaskContext| async move {
        Ok::<_, Failure>(json!("x".repeat(sessiond_core::limits::PAYLOAD_BYTES + 1)))
    });
    assert!(soon(running.connected()).await);
    let session = bench.session(&[("work", ONE, json!({}))]).await;
    let task = bench.until_is(&session, "work", TaskStatus::Failed).await;
    assert_eq!(task.error.unwrap()["code"], "result_refused");
}

#[tokio::test]
async fn a_second_process_takes_over_and_the_first_ends_and_says_so() {
    let bench = Bench::start().await;
    let idle = |_: TaskContext| async { Ok::<_, Failure>(Value::Null) };
    let first = Agent::start(bench.options(ONE), idle);
    assert!(soon(first.connected()).await);
    let second = Agent::start(bench.options(ONE), idle);
    assert!(matches!(soon(first.wait()).await, Err(Error::TakenOver)));
    assert!(soon(second.connected()).await);
}

#[tokio::test]
async fn an_agent_connects_again_when_the_server_comes_back() {
    let mut bench = Bench::start().await;
    let running =
        Agent::start(bench.options(ONE), |_: TaskContext| async { Ok::<_, Failure>(json!("late")) });
    assert!(soon(running.connected()).await);
    bench.hang_up().await;
    let session = bench.session(&[("work", ONE, json!({}))]).await;
    bench.answer_again().await;
    let task = bench.until_is(&session, "work", TaskStatus::Completed).await;
    assert_eq!(task.result, Some(json!("late")));
}

#[tokio::test]
async fn an_agent_reads_its_inbox_by_long_polls_where_it_is_told_to() {
    let bench = Bench::start().await;
    let mut options = bench.options(ONE);
    options.socket = None;
    let running = Agent::start(options, |_: TaskContext| async { Ok::<_, Failure>(json!("polled")) });
    // The embedded client has no WebSocket at all.
    let embedded = Agent::start(Options::through(bench.client.clone(), agent(TWO)), |_: TaskContext| async {
        Ok::<_, Failure>(json!("embedded"))
    });
    assert!(soon(running.connected()).await && soon(embedded.connected()).await);
    let session = bench.session(&[("one", ONE, json!({})), ("two", TWO, json!({}))]).await;
    let task = bench.until_is(&session, "two", TaskStatus::Completed).await;
    assert_eq!(task.result, Some(json!("embedded")));
    assert_eq!(bench.task_of(&session, "one").await.result, Some(json!("polled")));
    bench.until_acknowledged(ONE).await;
    bench.until_acknowledged(TWO).await;
}

#[tokio::test]
async fn where_no_websocket_can_be_had_the_inbox_is_polled() {
    let bench = Bench::start().await;
    // Something on the way that knows nothing of WebSockets.
    let proxy = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = proxy.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = proxy.accept().await {
            let mut request = [0; 2048];
            drop(stream.read(&mut request).await);
            let answer = b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
            drop(stream.write_all(answer).await);
        }
    });
    let mut options = bench.options(ONE);
    options.socket.as_mut().unwrap().url = format!("http://{address}");
    let running = Agent::start(options, |_: TaskContext| async { Ok::<_, Failure>(json!("polled")) });
    assert!(soon(running.connected()).await);
    let session = bench.session(&[("work", ONE, json!({}))]).await;
    bench.until_is(&session, "work", TaskStatus::Completed).await;
}

#[tokio::test]
async fn a_refused_key_ends_the_agent_at_once() {
    let bench = Bench::start().await;
    let key = json!({ "name": "ops", "role": "admin" });
    bench.client.create_key(serde_json::from_value(key).unwrap(), Conditions::default()).await.unwrap();
    let running = Agent::start(bench.options(ONE), |_: TaskContext| async { Ok::<_, Failure>(Value::Null) });
    let Err(Error::Refused(problem)) = soon(running.wait()).await else {
        panic!("it goes on without a key");
    };
    assert_eq!(problem.code, api::Code::Unauthenticated);
}

#[tokio::test]
async fn a_request_outside_any_session_is_answered_by_a_message() {
    let bench = Bench::start().await;
    let running = Agent::start(bench.options(ONE), |task: TaskContext| async move {
        task.progress("nobody hears this").await;
        Ok::<_, Failure>(json!({ "kind": task.task_type, "session": task.session_id.is_none() }))
    });
    assert!(soon(running.connected()).await);
    // The one who asks has an inbox of its own, because the answer is a message.
    let asker = Client::connect(&bench.url, None).unwrap();
    let descriptor = json!({ "agent_descriptor": { "agent_id": TWO } });
    asker.register_agent(serde_json::from_value(descriptor).unwrap()).await.unwrap();
    let request = json!({ "message_id": "m1", "timestamp": "2025-02-02T11:00:00Z", "sender": { "agent_id": TWO },
        "recipient": { "agent_id": ONE }, "message_type": "task_request", "payload": { "task_type": "sum" },
        "routing": { "delivery_mode": "sync", "timeout": "15s" } });
    let sent = soon(asker.send_message(serde_json::from_value(request).unwrap(), Conditions::default()))
        .await
        .unwrap();
    let response = sent.response.unwrap();
    assert_eq!(response["result"], json!({ "kind": "sum", "session": true }), "{response}");
    bench.until_acknowledged(ONE).await;
}

#[tokio::test]
async fn messages_that_are_no_tasks_are_handled_one_at_a_time_in_their_order() {
    struct Reader(mpsc::UnboundedSender<Value>);
    #[async_trait]
    impl Handler for Reader {
        async fn task(&self, _: TaskContext) -> Result<Value, Failure> {
            Ok(Value::Null)
        }
        async fn message(&self, message: api::Message) {
            let number = message.payload["number"].as_u64().unwrap();
            // The first takes longest: side by side, the others would overtake it.
            tokio::time::sleep(Duration::from_millis(20 - 4 * number)).await;
            self.0.send(message.payload).unwrap();
        }
    }
    let bench = Bench::start().await;
    let (read, mut payloads) = mpsc::unbounded_channel();
    let running = Agent::start(bench.options(ONE), Reader(read));
    assert!(soon(running.connected()).await);
    for number in 0..5 {
        let message = json!({ "message_id": format!("m{number}"), "timestamp": "2025-02-02T11:00:00Z",
            "sender": { "agent_id": TWO }, "recipient": { "agent_id": ONE }, "message_type": "status_update",
            "payload": { "number": number } });
        bench
            .client
            .send_message(serde_json::from_value(message).unwrap(), Conditions::default())
            .await
            .unwrap();
    }
    for number in 0..5 {
        assert_eq!(soon(payloads.recv()).await.unwrap()["number"], number);
    }
    bench.until_acknowledged(ONE).await;
}
