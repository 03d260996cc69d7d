//! The commands on sessions, through the local directory and through a server.
#![allow(clippy::unwrap_used, reason = "tests may panic")]

mod support;

use std::process::Stdio;

use rustix::process::Signal;
use serde_json::{Value, json};
use support::Place;

const PLAN: &str = r#"{
    "session_id": "sess_plan", "name": "a plan", "orchestrator": "lead://one",
    "participants": [{"agent_id": "lead://one", "role": "orchestrator"}],
    "workflow": [{"name": "design"}, {"name": "build"}],
    "labels": {"team": "blue"}
}"#;

/// What both clients must do alike; `client` are the flags that choose one.
fn walk(place: &Place, client: &[&str]) {
    let with = |arguments: &[&str]| -> Vec<String> {
        arguments.iter().chain(client).map(|argument| (*argument).to_owned()).collect()
    };
    let ok = |arguments: &[&str]| {
        let all = with(arguments);
        place.ok(&all.iter().map(String::as_str).collect::<Vec<_>>())
    };
    let json_of = |arguments: &[&str]| -> Value {
        let mut all = with(arguments);
        all.push("--json".to_owned());
        serde_json::from_str(&place.ok(&all.iter().map(String::as_str).collect::<Vec<_>>())).unwrap()
    };

    place.write("plan.json", PLAN);
    assert_eq!(ok(&["session", "create", "--file", "plan.json", "--label", "run=1"]), "sess_plan\n");
    let created = ok(&["session", "create", "--name", "other", "--context", r#"{"branch": "main"}"#]);
    let other = created.trim();

    let list = ok(&["session", "list"]);
    let row = list.lines().find(|line| line.starts_with("sess_plan")).unwrap();
    let cells: Vec<&str> = row.split_whitespace().collect();
    assert_eq!(cells[1..5], ["workflow", "active", "0/2", "steps"]);
    assert!(list.starts_with("SESSION ") && row.ends_with("a plan"), "{list}");
    let listed = json_of(&["session", "list", "--label", "team=blue"]);
    assert_eq!(listed["sessions"].as_array().unwrap().len(), 1);
    assert_eq!(listed["sessions"][0]["labels"], json!({ "run": "1", "team": "blue" }));

    let shown = ok(&["session", "show", "sess_plan"]);
    assert!(
        shown.contains("design") && shown.contains("orchestrator") && !shown.contains('\u{1b}'),
        "{shown}"
    );
    assert_eq!(json_of(&["session", "show", other])["shared_context"], json!({ "branch": "main" }));

    let exported = ok(&["session", "export", "sess_plan"]);
    assert!(exported.lines().count() >= 4, "{exported}");
    ok(&["session", "export", "sess_plan", "--output", "plan.jsonl"]);
    assert_eq!(std::fs::read_to_string(place.path().join("plan.jsonl")).unwrap(), exported);
    assert_eq!(ok(&["session", "import", "plan.jsonl", "--id", "sess_copy"]), "sess_copy\n");
    assert_eq!(ok(&["session", "fork", "sess_plan", "--id", "sess_fork"]), "sess_fork\n");

    assert_eq!(
        ok(&["session", "complete", other, "--summary", "done", "--artifact", "s3://a/b.zip"]),
        format!("{other} is completed\n")
    );
    assert!(ok(&["session", "show", other]).ends_with("Outcome\ndone\nartifact: s3://a/b.zip\n"));
    assert!(ok(&["session", "summary", other]).starts_with('#'));
    let ended =
        json_of(&["session", "terminate", "sess_copy", "--reason", "timeout", "--details", "offline"]);
    assert_eq!((&ended["status"], &ended["outcome"]["details"]), (&json!("terminated"), &json!("offline")));

    let watched = ok(&["session", "watch", other, "--after", "0"]);
    assert!(watched.lines().next().unwrap().contains("session_created"), "{watched}");
    assert!(watched.lines().last().unwrap().ends_with("session_completed   done"), "{watched}");

    assert_eq!(ok(&["session", "delete", "sess_fork", "--yes"]), "sess_fork is deleted\n");
    let missing = with(&["session", "show", "sess_fork"]);
    let error = place.fails(&missing.iter().map(String::as_str).collect::<Vec<_>>());
    assert!(error.starts_with("error: ") && error.contains("session_not_found"), "{error}");
    assert!(error.contains("session list"), "{error}");
}

#[test]
fn sessions_live_in_the_local_directory() {
    walk(&Place::new(), &[]);
}

#[test]
fn sessions_live_at_a_server_all_the_same() {
    let place = Place::new();
    let (server, url) = place.serve(&["--dir", "served"]);
    walk(&place, &["--url", &url]);
    server.signal(Signal::TERM);
    let (code, said) = server.end();
    assert_eq!(code, Some(0), "{said}");
}

#[test]
fn a_command_that_reads_makes_no_store() {
    let place = Place::new();
    let error = place.fails(&["session", "list"]);
    assert!(error.contains("there is no store at .sessiond") && error.contains("--url"), "{error}");
    assert!(!place.path().join(".sessiond").exists());
}

#[test]
fn a_server_that_is_not_there_is_a_clear_error() {
    let error = Place::new().fails(&["session", "list", "--url", "http://127.0.0.1:1"]);
    assert!(error.contains("sessiond serve"), "{error}");
}

#[test]
fn a_wrong_request_is_named_by_its_place() {
    let place = Place::new();
    place.write("bad.json", r#"{"workflow": [{"name": "a", "required_agents": ["nobody"]}]}"#);
    let error = place.fails(&["session", "create", "--file", "bad.json"]);
    assert!(error.contains("in bad.json") && error.contains("/workflow/0/required_agents/0"), "{error}");
}

#[test]
fn nothing_is_deleted_without_a_yes() {
    let place = Place::new();
    place.ok(&["session", "create", "--id", "sess_a"]);
    assert!(place.fails(&["session", "delete", "sess_a"]).contains("--yes"));
    place.ok(&["session", "show", "sess_a"]);
}

#[test]
fn a_reader_that_goes_away_is_no_failure() {
    let place = Place::new();
    place.ok(&["session", "create", "--id", "sess_a"]);
    let mut child =
        place.command(&["session", "list"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // Nobody reads, from before the first line on.
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success());
    assert_eq!(String::from_utf8(output.stderr).unwrap(), "");
}

#[test]
fn keys_open_a_server_and_a_revoked_one_does_not() {
    let place = Place::new();
    let secret = place.ok(&["key", "create", "--name", "ops", "--role", "admin"]);
    let secret = secret.trim();
    let (_server, url) = place.serve(&[]);
    let error = place.fails(&["session", "list", "--url", &url]);
    assert!(error.contains("SESSIOND_API_KEY"), "{error}");
    let listed = place.json(&["key", "list", "--url", &url, "--api-key", secret]);
    let key_id = listed["keys"][0]["key_id"].as_str().unwrap().to_owned();
    assert!(place.ok(&["key", "list"]).contains("valid"));
    place.ok(&["key", "create", "--name", "other", "--role", "agent", "--agent", "a://*"]);
    place.ok(&["key", "revoke", &key_id]);
    support::until("the revoked key is refused", || {
        place.run(&["session", "list", "--url", &url, "--api-key", secret]).code == 1
    });
}

#[test]
fn messages_are_sent_from_the_command_line() {
    let place = Place::new();
    let (_server, url) = place.serve(&[]);
    let mut agent = place.start(&[
        "agent",
        "--id",
        "tools://upper",
        "--exec",
        "tr a-z A-Z < /dev/null; echo '{\"ok\": true}'",
        "--url",
        &url,
    ]);
    agent.line_with("connected");
    let session = "sess_messages";
    place.ok(&[
        "session",
        "create",
        "--id",
        session,
        "--orchestrator",
        "lead://one",
        "--participant",
        "tools://upper=worker",
        "--url",
        &url,
    ]);
    let send = [
        "message",
        "send",
        "--from",
        "lead://one",
        "--to",
        "tools://upper",
        "--session",
        session,
        "--url",
        &url,
    ];
    let with = |more: &[&'static str]| send.iter().copied().chain(more.iter().copied()).collect::<Vec<_>>();
    let answer = place.json(&with(&[
        "--payload",
        "{\"task_type\": \"x\"}",
        "--sync",
        "--timeout",
        "30s",
        "--id",
        "m1",
    ]));
    assert_eq!((&answer["message_id"], &answer["status"]), (&json!("m1"), &json!("completed")), "{answer}");
    assert_eq!(answer["response"]["ok"], true, "{answer}");
    let told = place.ok(&with(&["--type", "status_update", "--id", "m2"]));
    assert_eq!(told, "m2: queued\n");
    let error = place.fails(&["message", "send", "--from", "lead://one", "--to", "no://body", "--url", &url]);
    assert!(error.contains("agent_not_found"), "{error}");
}
