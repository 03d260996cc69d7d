//! The commands on sessions, through the local directory and through a server.
#![allow(clippy::unwrap_used, reason = "tests may panic")]

mod support;

use std::process::Stdio;

use rustix::process::Signal;
use serde_json::{Value, json};
use sessiond_client::Conditions;
use sessiond_core::SessionId;
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
    let last: Vec<&str> = watched.lines().last().unwrap().split_whitespace().collect();
    assert_eq!(last[2..], ["session_completed", "done"], "{watched}");

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
    // A directory without a store is none either.
    assert!(place.fails(&["session", "list", "--dir", "."]).contains("there is no store at ."));
    assert_eq!(std::fs::read_dir(place.path()).unwrap().count(), 0);
}

#[test]
fn what_is_wrong_with_a_command_is_told_before_a_store_is_made() {
    let place = Place::new();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let taken = taken.local_addr().unwrap().to_string();
    place.write("bad.json", "{");
    for (arguments, says) in [
        (&["serve", "--listen", "x"][..], "127.0.0.1:8080"),
        (&["serve", "--listen", &taken], "is taken"),
        (&["serve", "--listen", "0.0.0.0:0"], "no key is configured"),
        (&["serve", "--log-level", "loud"], "error, warn, info"),
        (&["demo", "--listen", "x"], "127.0.0.1:8080"),
        (&["session", "create", "--file", "missing.json"], "cannot read missing.json"),
        (&["session", "create", "--file", "bad.json"], "in bad.json"),
        (&["session", "create", "--context", "{"], "--context"),
        (&["session", "import", "missing.jsonl"], "cannot read missing.jsonl"),
        (&["session", "create", "--dir", "mysql://x"], "not an address of a store"),
    ] {
        let error = place.fails(arguments);
        assert!(error.contains(says), "{arguments:?}: {error}");
        let left: Vec<_> =
            std::fs::read_dir(place.path()).unwrap().map(|file| file.unwrap().file_name()).collect();
        assert_eq!(left, ["bad.json"], "{arguments:?}");
    }
}

#[test]
fn a_store_that_does_not_open_says_why_and_what_to_do() {
    let place = Place::new();
    place.write("file", "x");
    place.write("junk/sessiond.db", "this is not a database at all, and long enough to be sure of it");
    for command in [&["serve", "--listen", "127.0.0.1:0"][..], &["session", "create"]] {
        let at = |dir| place.fails(&[command, &["--dir", dir]].concat());
        let error = at("file");
        assert!(error.contains("file is not a directory: use another path"), "{error}");
        let error = at("junk");
        assert!(error.contains("the store in junk") && error.contains("restore it from a backup"), "{error}");
    }
}

#[tokio::test]
async fn a_question_is_shown_and_answered_as_its_kind_wants() {
    let place = Place::new();
    place.ok(&["session", "create", "--id", "sess_a"]);
    let client = sessiond_client::Client::open(&place.path().join(".sessiond")).await.unwrap();
    let session = SessionId::parse("sess_a").unwrap();
    for question in [
        json!({ "question_id": "number", "text": "Which?\u{1b}[2J\nSay it.", "schema": { "enum": ["1", "2"] }, "timeout": "1h" }),
        json!({ "question_id": "rollout", "text": "Roll out?", "kind": "approval" }),
    ] {
        let question = serde_json::from_value(question).unwrap();
        client.ask_question(&session, question, Conditions::default()).await.unwrap();
    }
    client.close().await;
    let shown = place.ok(&["session", "show", "sess_a"]);
    let row = |name: &str| shown.lines().find(|line| line.starts_with(name)).unwrap().to_owned();
    assert!(row("status").ends_with(" waiting") && shown.starts_with("session "), "{shown}");
    // What anybody wrote stays on its line, and moves no cursor.
    assert!(row("number ").ends_with("Which? [2J Say it.") && !shown.contains('\u{1b}'), "{shown}");
    let answer = |more: &[&str]| place.run(&[&["session", "answer", "sess_a"], more].concat());
    let ran = answer(&["1"]);
    assert!(
        ran.code == 1 && ran.stderr.contains("number, rollout: name one with --question"),
        "{}",
        ran.stderr
    );
    let ran = answer(&["--approve", "--question", "number"]);
    assert!(ran.code == 1 && ran.stderr.contains("not an approval"), "{}", ran.stderr);
    let ran = answer(&["yes", "--question", "rollout"]);
    assert!(ran.code == 1 && ran.stderr.contains("--approve or --reject"), "{}", ran.stderr);
    let ran = answer(&["--comment", "why"]);
    assert!(ran.code == 2 && ran.stderr.contains("<--approve|--reject>"), "{}", ran.stderr);
    let ran = answer(&["1", "--question", "nobody"]);
    assert!(ran.code == 1 && ran.stderr.contains("session questions"), "{}", ran.stderr);
    // Only a text keeps the schema.
    assert_eq!(answer(&["1", "--question", "number"]).stdout, "number is answered\n");
    assert_eq!(answer(&["--reject", "--comment", "too early"]).stdout, "rollout is answered\n");
    let ran = answer(&["--approve", "--question", "rollout"]);
    assert!(ran.code == 1 && ran.stderr.contains("question_closed"), "{}", ran.stderr);
    let all = place.ok(&["session", "questions", "sess_a", "--all"]);
    assert!(
        all.contains("too early") && place.ok(&["session", "show", "sess_a"]).contains(" active\n"),
        "{all}"
    );
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
