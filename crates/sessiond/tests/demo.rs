//! `sessiond demo`: to its end, interrupted and taken up again, and where it cannot start.
#![allow(clippy::unwrap_used, reason = "tests may panic")]

mod support;

use rustix::process::Signal;
use support::{Place, processes_with, until};

/// Files that take a while with `--pace`, and one that is worth a line in the report.
fn files(place: &Place, count: usize) {
    for i in 0..count {
        place.write(&format!("work/f{i}.txt"), format!("file {i}\n"));
    }
    place.write("work/merge.py", "<<<<<<< ours\na\n=======\nb\n>>>>>>> theirs\n");
}

#[test]
fn the_demo_works_a_session_to_its_report_and_leaves_nothing_behind() {
    let place = Place::new();
    files(&place, 12);
    let ran = place.run(&["demo", "work", "--exit", "--listen", "127.0.0.1:0"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(ran.stdout.starts_with("# What is in `"), "{}", ran.stdout);
    assert!(ran.stdout.contains("1 merge conflict was never resolved (do this first)"), "{}", ran.stdout);
    assert!(ran.stdout.contains("13 files in 1 directory"), "{}", ran.stdout);
    for line in [
        "inventory   asked of surveyor://inventory",
        "hygiene     completed after",
        "is complete; its report",
    ] {
        assert!(ran.stderr.contains(line), "{line} is not in:\n{}", ran.stderr);
    }
    // The session is there for whoever wants to look.
    let session = &place.json(&["session", "list", "--kind", "workflow"])["sessions"][0];
    assert_eq!(
        (session["status"].as_str(), session["completed_steps"].as_u64()),
        (Some("completed"), Some(4))
    );
    let id = session["session_id"].as_str().unwrap();
    // The execution beside it: the program, its list, one directory, and the one file of code.
    assert!(ran.stderr.contains("the execution made 4 calls"), "{}", ran.stderr);
    assert!(ran.stderr.contains("1 file of code with 5 lines, 0 of them blank"), "{}", ran.stderr);
    let execution = place.json(&["session", "show", &format!("{id}_lines")]);
    assert_eq!(
        (execution["kind"].as_str(), execution["status"].as_str()),
        (Some("execution"), Some("completed"))
    );
    assert_eq!(execution["calls"]["completed"], 4);
    // An assistant was asked about the text files. There is no model, so that it quotes them.
    for line in [
        "assistant   has 6 files of ",
        "assistant   asked: What are these files about?",
        "assistant   answered",
    ] {
        assert!(ran.stderr.contains(line), "{line} is not in:\n{}", ran.stderr);
    }
    assert!(ran.stdout.contains("\n## Asked of an assistant\n"), "{}", ran.stdout);
    assert!(ran.stdout.contains("> > file 0\n") && ran.stdout.contains("Cited: `f0.txt"), "{}", ran.stdout);
    let assistant = format!("{id}_assistant");
    assert_eq!(place.json(&["session", "show", &assistant])["status"], "active", "more can be asked");
    let shown = place.json(&["session", "show", id]);
    let artifact = shown["outcome"]["artifacts"][0].as_str().unwrap();
    assert_eq!(std::fs::read_to_string(place.path().join(artifact)).unwrap(), ran.stdout);
    assert_eq!(shown["outcome"]["summary"].as_str().unwrap(), ran.stdout);
    assert_eq!(shown["shared_context"]["report"]["totals"]["files"], 13);
    assert!(processes_with(&place.path().join("work").display().to_string()).is_empty());
}

#[test]
fn the_report_is_json_too_and_a_heading_is_asked_about() {
    let place = Place::new();
    place.write(
        "work/README.md",
        "# A shop\n\nIt sells bicycles.\n\n## Opening hours\n\nFrom nine to five.\n",
    );
    let ran = place.run(&["demo", "work", "--exit", "--json", "--listen", "127.0.0.1:0"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let report: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(report["totals"]["files"], 1);
    let asked = &report["assistant"];
    assert_eq!(asked["files"], serde_json::json!(["README.md"]));
    assert_eq!(asked["answers"][1]["question"], "What do the files say about “Opening hours”?");
    assert!(asked["answers"][1]["answer"].as_str().unwrap().contains("From nine to five."), "{asked}");
    assert!(report["markdown"].as_str().unwrap().contains("## Asked of an assistant"));
}

#[test]
fn an_interrupted_demo_ends_cleanly_and_goes_on_where_it_was() {
    let place = Place::new();
    files(&place, 40);
    for i in 0..40 {
        place.write(&format!("work/code/f{i}.py"), format!("print({i})\n"));
    }
    let work = place.path().join("work").canonicalize().unwrap().display().to_string();
    // Slow enough that it is interrupted halfway on a busy machine too.
    let mut demo = place.start(&["demo", "work", "--exit", "--listen", "127.0.0.1:0", "--pace", "200ms"]);
    demo.line_with("surveyor://inventory works on it");
    until("the agents run", || processes_with(&format!("--root {work}")).len() == 4);
    until("the execution has measured some files", || {
        let execution = &place.json(&["session", "list", "--kind", "execution"])["sessions"][0];
        let Some(id) = execution["session_id"].as_str() else { return false };
        place.json(&["session", "show", id])["calls"]["completed"].as_u64() > Some(5)
    });
    demo.signal(Signal::INT);
    let (code, said) = demo.end();
    assert_eq!(code, Some(130), "{said}");
    assert!(said.contains("the same command resumes the session"), "{said}");
    until("the agents are gone", || processes_with(&format!("--root {work}")).is_empty());
    let execution = &place.json(&["session", "list", "--kind", "execution"])["sessions"][0];
    assert_eq!(execution["status"], "failed", "it was stopped in order");
    assert_eq!(place.json(&["session", "list", "--kind", "workflow"])["sessions"][0]["status"], "active");

    let ran = place.run(&["demo", "work", "--exit", "--listen", "127.0.0.1:0"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(ran.stderr.contains("going on with sess_"), "{}", ran.stderr);
    assert!(ran.stderr.contains("41 files of code"), "{}", ran.stderr);
    assert!(ran.stderr.contains("calls had been made before"), "{}", ran.stderr);
    let sessions = place.json(&["session", "list", "--kind", "workflow"]);
    assert_eq!(sessions["sessions"].as_array().unwrap().len(), 1);
    assert_eq!(sessions["sessions"][0]["status"], "completed");
    // What the first demo had asked is not asked again.
    let assistants = place.json(&["session", "list", "--kind", "assistant"]);
    assert_eq!(assistants["sessions"].as_array().unwrap().len(), 1);
    let id = assistants["sessions"][0]["session_id"].as_str().unwrap();
    assert_eq!(place.json(&["session", "show", id])["conversation"]["turns"], 1);
    assert!(ran.stdout.contains("## Asked of an assistant"), "{}", ran.stdout);
}

#[test]
fn an_interrupted_demo_of_another_directory_is_not_mixed_up_with_this_one() {
    let place = Place::new();
    files(&place, 30);
    place.write("other/only.txt", "x");
    let mut demo = place.start(&["demo", "work", "--exit", "--listen", "127.0.0.1:0", "--pace", "50ms"]);
    demo.line_with("surveyor://inventory works on it");
    demo.signal(Signal::INT);
    drop(demo.end());
    let ran = place.run(&["demo", "other", "--exit", "--listen", "127.0.0.1:0"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(ran.stdout.contains("1 file in 1 directory"), "{}", ran.stdout);
    let ran = place.run(&["demo", "work", "--exit", "--listen", "127.0.0.1:0"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(ran.stdout.contains("31 files in 1 directory"), "{}", ran.stdout);
    assert!(ran.stderr.contains("going on with sess_"), "{}", ran.stderr);
}

#[test]
fn an_agent_that_dies_is_started_again_and_the_report_comes_all_the_same() {
    let place = Place::new();
    files(&place, 40);
    let work = place.path().join("work").canonicalize().unwrap().display().to_string();
    let mut demo = place.start(&["demo", "work", "--exit", "--listen", "127.0.0.1:0", "--pace", "20ms"]);
    demo.line_with("surveyor://inventory works on it");
    let surveyor = processes_with("demo-agent surveyor --url").into_iter().find(|pid| {
        let line = std::fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
        String::from_utf8_lossy(&line).contains(&work)
    });
    let pid = rustix::process::Pid::from_raw(i32::try_from(surveyor.unwrap()).unwrap()).unwrap();
    rustix::process::kill_process(pid, Signal::KILL).unwrap();
    demo.line_with("an agent has died; starting it again");
    let (code, said) = demo.end();
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("merge conflict"), "{said}");
}

#[test]
fn the_demo_goes_on_serving_until_it_is_interrupted() {
    let place = Place::new();
    let mut demo = place.start(&["demo", "--listen", "127.0.0.1:0"]);
    let line = demo.line_with("sessiond serves http://");
    let url = line.split_whitespace().nth(2).unwrap().to_owned();
    demo.line_with("Still serving");
    let listed = place.json(&["session", "list", "--kind", "workflow", "--url", &url]);
    assert_eq!(listed["sessions"][0]["status"], "completed");
    demo.signal(Signal::INT);
    let (code, said) = demo.end();
    assert_eq!(code, Some(0), "{said}");
}

#[test]
fn on_a_terminal_the_demo_can_be_watched_and_answered() {
    let place = Place::new();
    files(&place, 5);
    let line =
        format!("stty cols 100; exec {} demo work --listen 127.0.0.1:0", env!("CARGO_BIN_EXE_sessiond"));
    let mut command = std::process::Command::new("script");
    command.args(["-qec", &line, "/dev/null"]).current_dir(place.path()).stdin(std::process::Stdio::piped());
    command.env_remove("SESSIOND_URL").env("NO_COLOR", "1").env("TERM", "xterm");
    let mut demo = place.start_command(command);
    // It is read when the question is there. Words that are no answer are passed over.
    demo.type_in("both\n2\n");
    demo.line_with("Its console: http://");
    let workflow = &place.json(&["session", "list", "--kind", "workflow"])["sessions"][0];
    assert_eq!(workflow["status"], "completed");
    let tasks = place.json(&["task", "list"]);
    let hygiene = tasks["tasks"].as_array().unwrap().iter().find(|task| task["step"] == "hygiene").unwrap();
    assert_eq!(
        (&hygiene["attempt"], &hygiene["attempts"][0]["error"]["code"]),
        (&2.into(), &"on_purpose".into())
    );
    assert_eq!(place.ok(&["agent", "list"]), "", "the agents have said goodbye");
    demo.type_in("\u{3}");
    let (code, said) = demo.end();
    assert_eq!(code, Some(0), "{said}");
    for line in [
        "is retried after",
        "Which findings shall the report have?",
        "answered: only those that want attention",
        "1 merge conflict was never resolved",
    ] {
        assert!(said.contains(line), "{line} is not in: {said}");
    }
    assert!(!said.contains("# What is in"), "a person reads no Markdown: {said}");
    assert!(said.contains("An assistant has ") && said.contains("What are these files about?"), "{said}");
    assert!(!said.contains("the largest file has"), "it does not want attention: {said}");
}

#[test]
fn a_taken_port_is_a_clear_error_with_the_way_out() {
    let place = Place::new();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let error = place.fails(&["demo", "--exit", "--listen", &address]);
    assert!(error.contains("is taken") && error.contains("--listen 127.0.0.1:"), "{error}");
}

#[test]
fn a_directory_that_is_none_is_a_clear_error() {
    let place = Place::new();
    place.write("file.txt", "x");
    assert!(place.fails(&["demo", "file.txt"]).contains("is not a directory"));
    assert!(place.fails(&["demo", "missing"]).contains("cannot inspect missing"));
    assert!(!place.path().join(".sessiond").exists());
}

#[test]
fn a_server_with_keys_gives_its_agents_one_that_does_not_outlive_them() {
    let place = Place::new();
    files(&place, 3);
    place.ok(&["key", "create", "--name", "ops", "--role", "admin"]);
    let ran = place.run(&["demo", "work", "--exit", "--listen", "127.0.0.1:0"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let keys = place.json(&["key", "list"]);
    let demo = keys["keys"].as_array().unwrap().iter().find(|key| key["name"] == "demo").unwrap();
    assert!(!demo["revoked_at"].is_null(), "{demo}");
}
