//! Agents that run a command for each task: what the command is given, and what becomes of its end.
#![allow(clippy::unwrap_used, reason = "tests may panic")]

mod support;

use std::time::Duration;

use serde_json::{Value, json};
use sessiond_agent::exec::{Command, Exec, Options};
use sessiond_agent::{Agent, Handle};
use sessiond_api as api;
use sessiond_core::TaskStatus;
use support::{Bench, soon};

const ONE: &str = "test://one";

async fn agent(bench: &Bench, line: &str) -> Handle {
    let options =
        Options { secrets: vec!["the-secret-key".into()], ..Options::new(Command::Shell(line.into())) };
    let running = Agent::start(bench.options(ONE), Exec::new(options));
    assert!(soon(running.connected()).await);
    running
}

/// Runs one task through a command.
async fn run(line: &str, payload: Value, status: TaskStatus) -> api::Task {
    let bench = Bench::start().await;
    let _running = agent(&bench, line).await;
    let session = bench.session(&[("work", ONE, payload)]).await;
    bench.until_is(&session, "work", status).await
}

fn result(task: api::Task) -> Value {
    task.result.expect("the task completed")
}

#[tokio::test]
async fn the_task_comes_on_standard_input_and_as_a_file_that_goes_with_it() {
    let line = r#"cat > "$SESSIOND_TASK_FILE.copy"; cmp -s "$SESSIOND_TASK_FILE" "$SESSIOND_TASK_FILE.copy" || exit 9
        rm "$SESSIOND_TASK_FILE.copy"; stat -c '{"mode": "%a", "path": "%n", "task": ' "$SESSIOND_TASK_FILE"
        cat "$SESSIOND_TASK_FILE"; echo '}'"#;
    let task = run(line, json!({ "text": "größe" }), TaskStatus::Completed).await;
    let id = task.task_id.clone();
    let result = result(task);
    assert_eq!(result["mode"], "600");
    assert!(!std::path::Path::new(result["path"].as_str().unwrap()).exists());
    let document = &result["task"];
    assert_eq!(document["task_id"], json!(id));
    assert_eq!(document["payload"], json!({ "text": "größe" }));
    assert_eq!(document["shared_context"], json!({ "shared": true }));
    assert_eq!((&document["step"], &document["attempt"]), (&json!("work"), &json!(1)));
    assert!(document["time_left_ms"].as_u64().unwrap() <= 300_000);
}

#[tokio::test]
async fn its_fields_stand_in_the_environment() {
    let line = r#"printf '%s|%s|%s|%s|%s' "$SESSIOND_TASK_TYPE" "$SESSIOND_STEP" "$SESSIOND_ATTEMPT" \
        "$SESSIOND_AGENT_ID" "$SESSIOND_PAYLOAD""#;
    let task = run(line, json!({ "a": "it's; $(rm)" }), TaskStatus::Completed).await;
    assert_eq!(result(task), json!(r#"work|work|1|test://one|{"a":"it's; $(rm)"}"#));
}

#[tokio::test]
async fn json_is_the_result_as_it_is_and_text_is_a_string() {
    assert_eq!(
        result(run("echo '{\"n\": [1]}'", json!({}), TaskStatus::Completed).await),
        json!({ "n": [1] })
    );
    assert_eq!(result(run("echo two words", json!({}), TaskStatus::Completed).await), json!("two words"));
}

#[tokio::test]
async fn another_exit_code_fails_the_task_with_the_end_of_standard_error() {
    let task = run("echo half; echo the reason >&2; exit 3", json!({}), TaskStatus::Failed).await;
    assert_eq!(
        task.error.unwrap(),
        json!({ "code": "exit", "detail": "the program exited with code 3", "exit_code": 3, "stderr_tail": "the reason\n" })
    );
}

#[tokio::test]
async fn secrets_are_masked_in_results_errors_and_progress() {
    let line = "echo progress: using the-secret-key >&2; sleep 0.3; echo '{\"key\": \"the-secret-key\"}'";
    let task = run(line, json!({}), TaskStatus::Completed).await;
    assert_eq!(task.progress, Some(json!("using [redacted]")));
    assert_eq!(result(task), json!({ "key": "[redacted]" }));
    let task = run("echo the-secret-key >&2; exit 1", json!({}), TaskStatus::Failed).await;
    assert_eq!(task.error.unwrap()["stderr_tail"], "[redacted]\n");
}

#[tokio::test]
async fn lines_that_begin_with_progress_are_reported_and_the_newest_counts() {
    let line = r#"echo 'progress: {"done": 1}' >&2; echo noise >&2; sleep 0.3; echo done"#;
    let task = run(line, json!({}), TaskStatus::Completed).await;
    assert_eq!(task.progress, Some(json!({ "done": 1 })));
}

#[tokio::test]
async fn more_output_than_a_result_may_have_fails_the_task() {
    let task = run("head -c 3000000 /dev/zero | tr '\\0' x", json!({}), TaskStatus::Failed).await;
    let error = task.error.unwrap();
    assert_eq!((&error["code"], &error["limit"]), (&json!("output_too_large"), &json!(1024 * 1024)));
}

#[tokio::test]
async fn a_command_that_takes_too_long_is_killed_with_everything_that_it_started() {
    let bench = Bench::start().await;
    let mut options = bench.options(ONE);
    options.timeout = Some(Duration::from_millis(300));
    let dir = tempfile::tempdir().unwrap();
    let mark = dir.path().join("survivor");
    let line = format!("echo slow >&2; (sleep 1; touch {0}) & sleep 60", mark.display());
    let running = Agent::start(options, Exec::new(Options::new(Command::Shell(line.into()))));
    assert!(soon(running.connected()).await);
    let session = bench.session(&[("work", ONE, json!({}))]).await;
    let task = bench.until_is(&session, "work", TaskStatus::Failed).await;
    let error = task.error.unwrap();
    assert_eq!((&error["code"], &error["stderr_tail"]), (&json!("timeout"), &json!("slow\n")));
    tokio::time::sleep(Duration::from_millis(1_200)).await;
    assert!(!mark.exists(), "a child of the command goes on");
}

#[tokio::test]
async fn a_cancelled_task_kills_its_command() {
    let bench = Bench::start().await;
    let dir = tempfile::tempdir().unwrap();
    let (begun, mark) = (dir.path().join("begun"), dir.path().join("ended"));
    let line = format!(
        "trap 'touch {1}; exit 0' TERM; touch {0}; while :; do sleep 0.05; done",
        begun.display(),
        mark.display()
    );
    let _running = agent(&bench, &line).await;
    let session = bench.session(&[("work", ONE, json!({}))]).await;
    let task = bench.until_is(&session, "work", TaskStatus::InProgress).await;
    soon(async {
        while !begun.exists() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    })
    .await;
    bench.cancel(&task.task_id).await;
    soon(async {
        while !mark.exists() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    })
    .await;
    bench.until_acknowledged(ONE).await;
}

#[tokio::test]
async fn a_command_that_cannot_be_found_says_so() {
    let bench = Bench::start().await;
    let options = Options::new(Command::Preset(sessiond_agent::exec::Preset::Claude, Vec::new()));
    let options = Options { working_dir: Some("/nonexistent".into()), ..options };
    let running = Agent::start(bench.options(ONE), Exec::new(options));
    assert!(soon(running.connected()).await);
    let session = bench.session(&[("work", ONE, json!({}))]).await;
    let task = bench.until_is(&session, "work", TaskStatus::Failed).await;
    let error = task.error.unwrap();
    assert_eq!(error["code"], "not_started");
    assert!(error["detail"].as_str().unwrap().contains("/nonexistent"), "{error}");
}

#[tokio::test]
async fn an_agent_whose_program_does_not_start_fails_one_attempt_and_takes_no_more_tasks() {
    let bench = Bench::start().await;
    let place = tempfile::tempdir().unwrap();
    let dir = place.path().join("dir");
    std::fs::create_dir(&dir).unwrap();
    let options = Options { working_dir: Some(dir.clone()), ..Options::new(Command::Shell("true".into())) };
    let exec = Exec::new(options);
    exec.check().await.unwrap();
    std::fs::remove_dir(&dir).unwrap();
    let running = Agent::start(bench.options(ONE), exec);
    assert!(soon(running.connected()).await);
    let session = bench.session(&[("work", ONE, json!(1))]).await;
    let task = bench.until_is(&session, "work", TaskStatus::Failed).await;
    assert_eq!((task.attempts.len(), &task.error.unwrap()["code"]), (1, &json!("not_started")));
    assert!(matches!(soon(running.wait()).await, Err(sessiond_agent::Error::NotStarted(_))));
}
