//! `sessiond agent --exec` at a server, and what becomes of a task whose agent is killed.
#![allow(clippy::unwrap_used, reason = "tests may panic")]

mod support;

use rustix::process::Signal;
use serde_json::json;
use support::{Place, until};

const PLAN: &str = r#"{
    "session_id": "sess_work",
    "participants": [{"agent_id": "tools://worker", "role": "worker"}],
    "workflow": [{"name": "work", "required_agents": ["tools://worker"],
        "task": {"task_type": "count", "payload": {"words": ["a", "b"]}}}]
}"#;

const ONE: [&str; 3] = ["agent", "--id", "tools://worker"];

#[test]
fn an_agent_that_is_killed_in_the_middle_is_given_its_task_again() {
    let place = Place::new();
    let (_server, url) = place.serve(&[]);
    // It waits where the test wants it to, the first time; the second time it gives a result.
    let line = "echo begun >> log; [ -e go ] || sleep 600; printf '{\"attempt\": %s}' $SESSIOND_ATTEMPT";
    let arguments: Vec<&str> = ONE.into_iter().chain(["--exec", line, "--url", &url]).collect();
    let mut first = place.start(&arguments);
    first.line_with("connected");
    place.write("plan.json", PLAN);
    place.ok(&["session", "create", "--file", "plan.json", "--url", &url]);
    let begun = || std::fs::read_to_string(place.path().join("log")).unwrap_or_default().lines().count();
    until("the command begins", || begun() == 1);
    first.signal(Signal::KILL);
    drop(first.end());
    let task = || place.json(&["session", "show", "sess_work", "--url", &url])["open_tasks"].clone();
    assert_eq!(task(), json!(1));

    place.write("go", "");
    let mut second = place.start(&arguments);
    second.line_with("task completed");
    assert_eq!((begun(), task()), (2, json!(0)));
    let shown = place.ok(&["session", "show", "sess_work", "--url", &url]);
    assert!(shown.contains("completed"), "{shown}");
    let exported = place.ok(&["session", "export", "sess_work", "--url", &url]);
    assert!(exported.contains(r#""result":{"attempt":1}"#), "{exported}");
    second.signal(Signal::TERM);
    let (code, said) = second.end();
    assert_eq!(code, Some(0), "{said}");
}

#[test]
fn a_directory_that_is_named_goes_before_a_server_that_the_environment_names() {
    let place = Place::new();
    place.write("plan.json", PLAN);
    place.ok(&["session", "create", "--file", "plan.json", "--dir", "here"]);
    let line = ["agent", "run", "--id", "tools://worker", "--exec", "echo 1", "--dir", "here"];
    let mut command = place.command(&line);
    command.env("SESSIOND_URL", "http://127.0.0.1:1");
    place.start_command(command).line_with("task completed");
}

#[test]
fn the_key_reaches_the_server_and_not_the_command() {
    let place = Place::new();
    place.write("sessiond.toml", "api_key = \"the-only-key\"\n");
    let (_server, url) = place.serve(&[]);
    let line = "printf '\"%s|%s\"' \"$SESSIOND_API_KEY$AGENT_BUS_API_KEY\" the-only-key";
    let mut command = place.command(&["agent", "--id", "tools://worker", "--exec", line, "--url", &url]);
    command.env("SESSIOND_API_KEY", "the-only-key");
    let mut agent = place.start_command(command);
    agent.line_with("connected");
    place.write("plan.json", PLAN);
    place.ok(&["session", "create", "--file", "plan.json", "--url", &url]);
    agent.line_with("task completed");
    let exported = place.ok(&["session", "export", "sess_work", "--url", &url]);
    assert!(exported.contains(r#""result":"|[redacted]""#), "{exported}");
}

#[test]
fn an_agent_works_on_the_local_directory_too() {
    let place = Place::new();
    place.ok(&["session", "create", "--id", "sess_empty"]);
    let mut agent =
        place.start(&["agent", "--id", "tools://worker", "--exec", "echo local", "--dir", ".sessiond"]);
    agent.line_with("connected by long poll");
    place.write("plan.json", PLAN);
    place.ok(&["session", "create", "--file", "plan.json"]);
    agent.line_with("task completed");
    agent.signal(Signal::INT);
    let (code, said) = agent.end();
    assert_eq!(code, Some(0), "{said}");
}

#[test]
fn an_agent_whose_id_another_process_takes_over_says_so() {
    let place = Place::new();
    let (_server, url) = place.serve(&[]);
    let arguments: Vec<&str> = ONE.into_iter().chain(["--exec", "true", "--url", &url]).collect();
    let mut first = place.start(&arguments);
    first.line_with("connected");
    let mut second = place.start(&arguments);
    second.line_with("connected");
    first.line_with("another process has connected as this agent");
    assert_eq!(first.end().0, Some(1));
}

#[test]
fn a_preset_gives_the_task_to_its_program_as_a_prompt() {
    use std::os::unix::fs::PermissionsExt as _;
    let place = Place::new();
    let (_server, url) = place.serve(&[]);
    place.write("bin/claude", "#!/bin/sh\necho \"arguments: $*\"\ncat\n");
    let program = place.path().join("bin/claude");
    std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
    let mut command = place.command(&[
        "agent",
        "--id",
        "tools://worker",
        "--preset",
        "claude",
        "--url",
        &url,
        "--",
        "--model",
        "small",
    ]);
    let path = std::env::var("PATH").unwrap();
    command.env("PATH", format!("{}:{path}", program.parent().unwrap().display()));
    let mut agent = place.start_command(command);
    agent.line_with("connected");
    place.write(
        "plan.json",
        PLAN.replace(r#""words": ["a", "b"]"#, r#""prompt": "Count the words.", "text": "a b""#),
    );
    place.ok(&["session", "create", "--file", "plan.json", "--url", &url]);
    agent.line_with("task completed");
    let exported = place.ok(&["session", "export", "sess_work", "--url", &url]);
    assert!(exported.contains(r#""result":"arguments: -p --model small\nCount the words.\n"#), "{exported}");
    assert!(exported.contains(r#"\"text\": \"a b\""#), "{exported}");
    let agents = place.run(&["session", "show", "sess_work", "--url", &url]).stdout;
    assert!(agents.contains("completed"), "{agents}");
}

#[test]
fn an_agent_whose_program_or_directory_does_not_exist_is_refused_at_its_start() {
    let place = Place::new();
    for arguments in [
        &["--exec", "no-such-program --flag"][..],
        &["--exec", "./no-such-file"],
        &["--exec", "true", "--workdir", "/no/such/directory"],
        &["--preset", "claude"],
    ] {
        let mut command = place.command(&[&ONE[..], arguments, &["--url", "http://127.0.0.1:9"]].concat());
        command.env("PATH", "/usr/bin:/bin");
        let refused = place.start_command(command);
        let (code, said) = refused.end();
        assert_eq!(code, Some(2), "{arguments:?}: {said}");
    }
}
