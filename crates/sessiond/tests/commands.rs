//! The commands for what HTTP can do, through the local directory and through a server.
#![allow(clippy::unwrap_used, reason = "tests may panic")]

mod support;

use serde_json::{Value, json};
use support::Place;

const PLAN: &str = r#"{
    "session_id": "sess_plan", "orchestrator": "lead://one",
    "participants": [{"agent_id": "opencode://backend", "role": "implementer"}],
    "workflow": [
        {"name": "design", "required_agents": ["lead://one"]},
        {"name": "build", "required_agents": ["opencode://backend"]},
        {"name": "review", "required_agents": ["lead://one"]}
    ],
    "shared_context": {"project": "notifications"}
}"#;

/// Commands with the flags that choose a client.
struct Commands<'a> {
    place: &'a Place,
    client: &'a [&'a str],
}

impl Commands<'_> {
    fn with<'b>(&'b self, line: &'b str) -> Vec<&'b str> {
        line.split_whitespace().chain(self.client.iter().copied()).collect()
    }

    fn ok(&self, line: &str) -> String {
        self.place.ok(&self.with(line))
    }

    fn json(&self, line: &str) -> Value {
        self.place.json(&self.with(line))
    }

    fn fails(&self, line: &str) -> String {
        self.place.fails(&self.with(line))
    }
}

fn walk(place: &Place, client: &[&str]) {
    let run = Commands { place, client };
    place.write("plan.json", PLAN);
    assert_eq!(run.ok("session create --file plan.json -o name"), "sess_plan\n");

    // Steps.
    let steps = run.json("step list sess_plan");
    assert_eq!(steps["steps"][0]["status"], "active");
    assert_eq!(run.ok("step list sess_plan -o name"), "design\nbuild\nreview\n");
    assert_eq!(run.ok("step complete sess_plan"), "design is completed; active: build\n");
    assert!(run.fails("step complete sess_plan nope").contains("step_not_found"));
    assert!(run.fails("step start sess_plan review").contains("error: "));

    // The shared context.
    assert_eq!(
        run.ok("context set sess_plan branch main"),
        "the shared context of sess_plan is changed, at revision 7\n"
    );
    let patched = run.json(r#"context patch sess_plan {"retries":{"most":3},"project":null}"#);
    assert_eq!(patched["document"], json!({ "branch": "main", "retries": { "most": 3 } }));
    assert_eq!(run.ok("context get sess_plan branch"), "main\n");
    assert_eq!(run.ok("context get sess_plan /retries/most"), "3\n");
    assert!(run.fails("context get sess_plan nope").contains("has no \"nope\""));
    let stale = run.fails("context set sess_plan branch other --revision 1");
    assert!(stale.contains("revision_stale"), "{stale}");
    // A member is set as a whole, not merged into what is there.
    let set = run.json(r#"context set sess_plan retries {"least":1,"none":null}"#);
    assert_eq!(set["document"]["retries"], json!({ "least": 1, "none": null }));
    assert_eq!(run.json("context set sess_plan nothing null")["document"].get("nothing"), Some(&json!(null)));
    let stale = run.fails("context set sess_plan retries {} --revision 1");
    assert!(stale.contains("revision_stale"), "{stale}");
    run.ok(r#"context patch sess_plan {"nothing":null}"#);
    let history = run.json("context history sess_plan");
    assert_eq!(history["events"].as_array().unwrap().len(), 5);
    assert_eq!(
        run.json(r#"context set sess_plan --all {"fresh":true}"#)["document"],
        json!({ "fresh": true })
    );

    // Participants.
    let added = run.json("participant add sess_plan qa://tester --role tester");
    assert_eq!(added["participants"].as_array().unwrap().len(), 3);
    assert_eq!(run.ok("participant list sess_plan -o name"), "lead://one\nopencode://backend\nqa://tester\n");
    assert!(run.fails("participant remove sess_plan qa://tester").contains("--yes"));
    assert_eq!(
        run.ok("participant remove sess_plan qa://tester --yes"),
        "qa://tester is removed from sess_plan\n"
    );
    assert_eq!(run.json("participant list sess_plan")["participants"][2]["status"], "left");

    // Leases, signals and telemetry.
    let claim = "lease claim sess_pl opencode://backend --holder host/1 --ttl 60s -o name";
    assert_eq!(run.ok(claim), "1\n");
    assert!(run.ok("participant list sess_plan -o wide").contains("host/1"));
    let other = "lease claim sess_plan opencode://backend --holder host/2";
    assert!(run.fails(other).contains("error: "), "it is held");
    assert_eq!(run.json("lease renew sess_plan opencode://backend --fence 1")["fence"], 1);
    assert!(run.fails("lease release sess_plan opencode://backend --fence 2").contains("error: "));
    assert_eq!(
        run.ok("lease release sess_plan opencode://backend --fence 1"),
        "the lease of opencode://backend is released\n"
    );
    run.ok("session signal sess_plan go 1");
    run.ok("session signal sess_plan price 2");
    assert_eq!(run.json("session signals sess_plan --all")["signals"][1]["value"], 2);
    assert_eq!(run.ok("session signals sess_plan --name go -o name"), "go\n");
    assert_eq!(run.ok("session telemetry sess_plan -o name"), "");
    assert_eq!(run.json("session telemetry sess_plan")["points"], json!([]));
    let all = run.json("session events sess_plan --all");
    assert_eq!((&all["next_cursor"], &all["events"][0]["seq"]), (&Value::Null, &json!(1)));

    // Tasks, by the beginnings of their ids.
    let delegate =
        r#"task delegate sess_plan implementation --to opencode://backend --payload {"n":9007199254740993}"#;
    let task = run.ok(delegate).trim().to_owned();
    let short = &task[..task.len() - 1];
    assert_eq!(run.json(&format!("task show {short}"))["payload"]["n"], 9_007_199_254_740_993_u64);
    assert_eq!(
        run.ok(&format!("task accept {short} --as opencode://backend")),
        format!("{task} is in_progress\n")
    );
    assert_eq!(run.json(&format!("task progress {task} halfway"))["progress"], "halfway");
    assert!(run.fails(&format!("task complete {task} --as lead://one")).contains("error: "));
    let failed = run.json(&format!("task fail {task} --error broken --final"));
    assert_eq!((&failed["status"], &failed["error"]), (&json!("failed"), &json!("broken")));
    assert_eq!(run.ok("task list --status failed -o name"), format!("{task}\n"));
    assert!(run.ok("task list --session sess_plan --agent opencode://backend").contains(&task));
    assert_eq!(run.json(&format!("task retry {task}"))["status"], "pending");
    assert_eq!(
        run.json(&format!(r#"task complete {task} --result {{"files":3}}"#))["result"],
        json!({ "files": 3 })
    );
    let shown = run.ok(&format!("task show {task}"));
    assert!(shown.contains(r#"result     {"files":3}"#) && shown.contains("ATTEMPT"), "{shown}");
    let other = run.ok("task delegate sess_plan more --to lead://one").trim().to_owned();
    assert_eq!(run.ok(&format!("task cancel {other} --reason no")), format!("{other} is cancelled\n"));
    assert!(run.fails("task show task_nope").contains("task \"task_nope\" not found (task_not_found)"));

    // Aggregation of what the tasks gave.
    let aggregated = run.json("aggregate sess_plan --step build");
    assert_eq!(aggregated["unified_result"], json!({ "files": 3 }));
    assert!(run.ok("aggregate sess_plan --type implementation --method manual").contains("result"));
    assert!(run.fails("aggregate sess_plan --step design").contains("no completed tasks"));

    // Messages and inboxes.
    let send = r#"inbox send --from lead://one --to opencode://backend --type status_update --session sess_plan --id msg_one --payload {"a":1}"#;
    assert_eq!(run.ok(send), "msg_one: queued\n");
    assert_eq!(run.ok("inbox list opencode://backend -o name"), "msg_one\n");
    let received = run.json("inbox receive opencode://backend");
    assert_eq!(received["messages"][0]["payload"], json!({ "a": 1 }));
    assert_eq!(run.ok("inbox ack opencode://backend msg_o"), "1 message is acknowledged\n");
    assert_eq!(
        run.ok("message list opencode://backend --state acknowledged -o name").lines().last(),
        Some("msg_one")
    );
    assert!(run.fails("inbox requeue opencode://backend msg_one").contains("error: "));
    assert_eq!(run.ok("inbox requeue opencode://backend --all"), "opencode://backend has no dead letters\n");

    // Schedules.
    let made = run.ok("schedule create --id nightly --cron @daily --orchestrator lead://one --step look=lead://one --label team=blue");
    assert_eq!(made.lines().filter(|line| line.ends_with("T00:00:00.000Z")).count(), 3, "{made}");
    assert!(run.fails("schedule create --id nightly --every 1h").contains("schedule_exists"));
    assert!(run.fails("schedule create --id x --cron 61").contains("invalid_input"));
    assert!(
        run.ok("schedule create --id new-year --at 2999-01-01T08:00:00Z")
            .contains("2999-01-01T08:00:00.000Z")
    );
    assert_eq!(run.ok("schedule list -o name"), "new-year\nnightly\n");
    assert_eq!(run.ok("schedule list -o name --limit 1"), "new-year\n");
    assert_eq!(run.ok("schedule list -o name --all"), "new-year\nnightly\n");
    assert!(run.ok("schedule list").contains("@daily"));
    assert_eq!(run.ok("schedule pause night"), "nightly is paused\n");
    assert_eq!(run.json("schedule show nightly")["next_at"], Value::Null);
    assert!(run.ok("schedule resume nightly").starts_with("nightly is resumed; next: "));
    assert!(run.ok("schedule run nightly -o name").starts_with("nightly_2"));
    assert!(run.ok("schedule show nightly").contains(" created"));
    assert!(run.fails("schedule delete nightly").contains("--yes"));
    assert!(run.fails("schedule delete night --yes").contains("give the whole id"));
    assert_eq!(run.ok("schedule delete nightly --yes"), "nightly is deleted\n");
    assert!(run.fails("schedule show nightly").contains("schedule_not_found"));

    // Agents.
    assert!(run.json("agent list")["agents"].is_array());
    assert!(run.fails("agent show opencode://backend").contains("agent_not_found"));
    assert!(run.fails("agent remove opencode://backend --yes").contains("agent_not_found"));

    // The session itself.
    assert_eq!(run.ok("session rename sess_plan notes"), "sess_plan is named notes\n");
    assert_eq!(
        run.json("session label sess_plan team=blue run=1")["labels"],
        json!({ "run": "1", "team": "blue" })
    );
    assert_eq!(run.json("session label sess_plan run-")["labels"], json!({ "team": "blue" }));
    assert_eq!(run.ok("session label sess_plan"), "LABEL  VALUE\nteam   blue\n");
    let events = run.json("session events sess_plan --type session_updated");
    assert_eq!(events["events"].as_array().unwrap().len(), 3);
    assert!(run.ok("session events sess_plan --limit 2").lines().count() == 3);
    assert_eq!(run.ok("session fail sess_plan --reason broken"), "sess_plan is failed\n");

    // Who and where.
    assert_eq!(run.json("whoami")["role"], "admin");
    let status = run.json("status");
    assert_eq!((&status["status"], &status["sessions"]["total"]), (&json!("ready"), &json!(2)));
    assert!(run.ok("status").contains("version"));
}

#[test]
fn the_commands_work_on_the_local_directory() {
    walk(&Place::new(), &[]);
}

#[test]
fn the_commands_work_at_a_server_all_the_same() {
    let place = Place::new();
    let (_server, url) = place.serve(&["--dir", "served"]);
    walk(&place, &["--url", &url]);
    let run = Commands { place: &place, client: &["--url", &url] };
    assert_eq!(run.ok("open --print"), format!("{url}/console/\n"));
    assert_eq!(run.ok("open sess_p --print"), format!("{url}/console/sessions/sess_plan\n"));
    assert_eq!(run.json("open --print")["opened"], false);
}

#[test]
fn a_beginning_of_an_id_names_it_and_an_ambiguous_one_lists_the_candidates() {
    let place = Place::new();
    for id in ["sess_1", "sess_12", "sess_2", "other"] {
        place.ok(&["session", "create", "--id", id]);
    }
    assert_eq!(place.ok(&["session", "show", "o", "-o", "name"]), "other\n");
    assert_eq!(place.ok(&["session", "show", "sess_1", "-o", "name"]), "sess_1\n", "an exact id always wins");
    let error = place.fails(&["session", "show", "sess"]);
    assert!(
        error.contains("the beginning of 3 sessions: (invalid_input)\n  sess_1\n  sess_12\n  sess_2"),
        "{error}"
    );
    // The middle of an id is not its beginning.
    assert!(place.fails(&["session", "show", "ess_2"]).contains("session \"ess_2\" not found"));
    assert_eq!(place.ok(&["session", "delete", "sess_2", "--yes"]), "sess_2 is deleted\n");
    // Nobody is asked here: what cannot be undone takes whole ids alone, though the one that was meant is gone.
    for command in [
        &["session", "delete", "sess_", "--yes"][..],
        &["session", "delete", "sess_12x", "--yes"],
        &["session", "cancel", "oth"],
        &["session", "terminate", "oth", "--reason", "x"],
        &["context", "set", "oth", "--all", "{}"],
    ] {
        place.fails(command);
    }
    assert_eq!(place.ok(&["session", "delete", "sess_1", "--yes"]), "sess_1 is deleted\n");
    let again = place.fails(&["session", "delete", "sess_1", "--yes"]);
    assert!(again.contains("\"sess_1\" is only the beginning of sess_12; give the whole id"), "{again}");
    assert_eq!(place.ok(&["session", "show", "sess_12", "-o", "name"]), "sess_12\n");
    assert_eq!(place.ok(&["session", "cancel", "other"]), "other is terminated\n");
}

#[test]
fn an_error_is_json_where_json_was_asked_for() {
    let place = Place::new();
    place.ok(&["session", "create", "--id", "sess_a"]);
    let check = |arguments: &[&str], code: i32, problem: &str| {
        let ran = place.run(arguments);
        assert_eq!(ran.code, code, "{arguments:?}: {}", ran.stderr);
        let said: Value =
            serde_json::from_str(&ran.stderr).unwrap_or_else(|_| panic!("{arguments:?}: {}", ran.stderr));
        assert_eq!(said["code"], problem, "{arguments:?}: {said}");
        for member in ["type", "title", "status", "detail", "retryable"] {
            assert!(!said[member].is_null(), "{arguments:?} has no {member}: {said}");
        }
        assert_eq!(ran.stdout, "");
    };
    check(&["session", "show", "nope", "--json"], 1, "session_not_found");
    check(&["task", "show", "nope", "-o", "json"], 1, "task_not_found");
    check(&["step", "complete", "sess_a", "--output=json", "x"], 1, "no_workflow");
    check(&["session", "list", "--json", "--status", "bogus"], 2, "invalid_input");
    check(&["session", "show", "--json"], 2, "invalid_input");
    check(&["session", "list", "--json", "--dir", "elsewhere"], 1, "unknown");
    check(&["session", "list", "--json", "--url", "http://127.0.0.1:1"], 1, "unreachable");
    // Before the command, too, and where it is not clear which command is meant.
    check(&["--json", "session", "show", "nope"], 1, "session_not_found");
    check(&["--json", "schedule", "list", "--bogus"], 2, "invalid_input");
    check(&["schedule", "--json", "show", "nope"], 1, "schedule_not_found");
    check(&["--json", "nonsense"], 2, "invalid_input");
    check(&["--json", "session", "list", "-o", "name"], 2, "invalid_input");
    check(&["open", "--dir", "elsewhere", "--json"], 2, "invalid_input");
    for words in
        [&["session", "list", "--search=--json", "--bogus"][..], &["session", "show", "--", "--json", "x"]]
    {
        assert!(place.run(words).stderr.starts_with("error: "), "{words:?}");
    }
    let listed = place.json(&["--json", "session", "list"]);
    assert_eq!(listed["sessions"][0]["session_id"], "sess_a");
    // The exit code and the words are the same without it.
    let ran = place.run(&["session", "show", "nope"]);
    assert!(ran.code == 1 && ran.stderr.starts_with("error: session \"nope\" not found"), "{}", ran.stderr);
}

#[test]
fn a_text_keeps_its_lines_and_tabs() {
    let place = Place::new();
    place.ok(&["session", "create", "--id", "sess_a"]);
    let patch = json!({ "text": "a\tb\n\tc\x1b[2Jd\re" }).to_string();
    place.ok(&["context", "patch", "sess_a", &patch]);
    assert_eq!(place.ok(&["context", "get", "sess_a", "text"]), "a\tb\n\tc [2Jd e\n");
}

#[test]
fn a_key_without_rights_gets_what_it_may_see_and_clear_errors() {
    let place = Place::new();
    place.ok(&["key", "create", "--name", "ops", "--role", "admin"]);
    let secret = place.ok(&["key", "create", "--name", "team", "--role", "client"]).trim().to_owned();
    let (_server, url) = place.serve(&[]);
    let client = ["--url", &url, "--api-key", &secret];
    let run = Commands { place: &place, client: &client };
    assert_eq!(run.json("whoami")["name"], "team");
    assert!(run.ok("whoami").contains("no agent"));
    let status = run.json("status");
    assert_eq!((&status["status"], &status["sessions"]), (&json!("ready"), &Value::Null));
    assert!(run.fails("key list").contains("forbidden"));
    assert!(run.fails("inbox list").contains("forbidden"));
    let nobody = ["--url", &url, "--api-key", "wrong"];
    let run = Commands { place: &place, client: &nobody };
    assert!(run.fails("whoami").contains("unauthenticated"));
    assert!(run.fails("status").contains("unauthenticated"));
}

#[test]
fn on_a_terminal_ids_are_whole_at_every_width_and_times_are_relative() {
    let place = Place::new();
    let id = "sess_with-a-very-long-id-that-nobody-would-type";
    let name = "Ein Name – größer als ein Fenster, der viele Worte hat";
    place.ok(&[
        "session",
        "create",
        "--id",
        id,
        "--name",
        name,
        "--participant",
        "opencode://a-long-name-of-an-agent=implementer",
        "--step",
        "build=opencode://a-long-name-of-an-agent",
    ]);
    place.ok(&["session", "create", "--name", "x"]);
    for columns in [0, 1, 20, 40, 47, 48, 60, 80, 100, 120, 300] {
        let list = place.on_terminal(columns, &["session", "list"]);
        let lines: Vec<&str> = list.lines().collect();
        assert_eq!(lines.len(), 3, "{columns}: {list}");
        assert!(lines.iter().any(|line| line.split(' ').next() == Some(id)), "{columns}: {list}");
        let widest = lines.iter().map(|line| line.chars().count()).max().unwrap();
        assert!(columns == 0 || widest <= columns.max(id.len()), "{columns}: {list}");
        let show = place.on_terminal(columns, &["session", "show", id]);
        assert!(show.lines().any(|line| line.split_whitespace().any(|word| word == id)), "{columns}: {show}");
        assert!(
            !show.contains("opencode://a") || show.contains("opencode://a-long-name-of-an-agent"),
            "{show}"
        );
    }
    assert!(
        place.on_terminal(0, &["session", "list"]).contains(name),
        "a terminal without a size has no limit"
    );
    assert!(place.on_terminal(40, &["session", "list", "-o", "wide"]).contains(name));
    let list = place.on_terminal(120, &["session", "list"]);
    assert!(list.contains(" ago") || list.contains(" now"), "{list}");
    let piped = place.ok(&["session", "list"]);
    assert!(!piped.contains(" ago") && piped.contains("Z  ") && piped.contains(name), "{piped}");
}

#[test]
fn what_anybody_wrote_moves_no_cursor_whatever_shows_it() {
    let place = Place::new();
    let evil = r#"{"text":"a\u001b[2Jb\u202ec\nd"}"#;
    place.write("plan.json", PLAN);
    place.write(
        "name.json",
        r#"{"session_id": "sess_name", "name": "a\u001b[2Jb", "labels": {"k": "v\u001b[1A"}}"#,
    );
    place.ok(&["session", "create", "--file", "plan.json"]);
    // Names and labels have no such characters.
    assert!(place.fails(&["session", "create", "--file", "name.json"]).contains("/name"));
    place.ok(&["step", "complete", "sess_plan"]);
    place.ok(&["context", "patch", "sess_plan", evil]);
    let task = place.ok(&[
        "task",
        "delegate",
        "sess_plan",
        "build",
        "--to",
        "opencode://backend",
        "--payload",
        evil,
    ]);
    let task = task.trim();
    place.ok(&["task", "progress", task, evil]);
    place.ok(&["task", "complete", task, "--result", evil]);
    place.ok(&[
        "inbox",
        "send",
        "--from",
        "lead://one",
        "--to",
        "opencode://backend",
        "--type",
        "status_update",
        "--session",
        "sess_plan",
        "--payload",
        evil,
    ]);
    for command in [
        "session list -o wide",
        "session show sess_plan --context",
        "session events sess_plan -o wide",
        "session summary sess_plan",
        "session watch sess_plan --after 0 --json",
        "step list sess_plan",
        "participant list sess_plan",
        "task list -o wide",
        &format!("task show {task}"),
        &format!("task show {task} --json"),
        "context get sess_plan",
        "context get sess_plan text",
        "context history sess_plan",
        "inbox list opencode://backend --all",
        "inbox receive opencode://backend",
        "aggregate sess_plan",
    ] {
        if command.contains("watch") {
            place.ok(&["session", "cancel", "sess_plan"]);
        }
        let shown = place.ok(&command.split(' ').collect::<Vec<_>>());
        let misleading = |c: char| (c.is_control() && c != '\n') || c == '\u{202e}';
        assert!(!shown.contains(misleading), "{command}: {shown:?}");
        assert!(!command.contains(task) || shown.contains("[2J"), "{command}: {shown}");
    }
}

#[test]
fn colours_are_for_terminals_unless_somebody_wants_them() {
    let place = Place::new();
    place.ok(&["session", "create", "--id", "sess_a"]);
    let coloured = |arguments: &[&str], variables: &[(&str, &str)]| {
        let mut command = place.command(&[&["session", "list"], arguments].concat());
        let output = command.envs(variables.iter().copied()).output().unwrap();
        String::from_utf8(output.stdout).unwrap().contains('\u{1b}')
    };
    assert!(!coloured(&[], &[]));
    assert!(coloured(&["--color", "always"], &[]));
    assert!(coloured(&["--color", "always"], &[("NO_COLOR", "1")]), "a flag beats the environment");
    assert!(coloured(&[], &[("CLICOLOR_FORCE", "1")]));
    assert!(!coloured(&["--color", "never"], &[("CLICOLOR_FORCE", "1")]));
    assert!(!coloured(&[], &[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")]));
}

#[test]
fn bash_completes_the_id_of_an_agent_as_one_word() {
    let place = Place::new();
    place.ok(&["session", "create", "--id", "sess_a"]);
    let script = r#"
        source <(sessiond completions bash)
        [[ "$COMP_WORDBREAKS" == *:* ]] && echo "a colon breaks words"
        COMP_WORDS=(sessiond session show sess_) COMP_CWORD=3 COMP_TYPE=9
        complete_with=$(complete -p sessiond | sed 's/.*-F \([^ ]*\).*/\1/')
        "$complete_with" sessiond sess_ show
        echo "${COMPREPLY[@]}"
    "#;
    let program = std::path::Path::new(env!("CARGO_BIN_EXE_sessiond")).parent().unwrap();
    let path = format!("{}:{}", program.display(), std::env::var("PATH").unwrap());
    let bash = std::process::Command::new("bash")
        .args(["--noprofile", "--norc", "-c", script])
        .current_dir(place.path())
        .env("PATH", path)
        .output()
        .unwrap();
    assert_eq!(
        String::from_utf8_lossy(&bash.stdout).trim(),
        "sess_a",
        "{}",
        String::from_utf8_lossy(&bash.stderr)
    );
}

#[test]
fn completions_know_commands_words_ids_and_agents() {
    let place = Place::new();
    place.ok(&["session", "create", "--id", "sess_a", "--name", "first"]);
    place.ok(&["session", "create", "--id", "sess_b"]);
    place.ok(&["task", "list"]);
    let complete = |words: &[&str]| {
        let mut command = place.command(&[&["--", "sessiond"], words].concat());
        let index = words.len().to_string();
        command.env("SESSIOND_COMPLETE", "bash").env("_CLAP_COMPLETE_INDEX", index).env("_CLAP_IFS", "\n");
        command.env("_CLAP_COMPLETE_COMP_TYPE", "9").env("_CLAP_COMPLETE_SPACE", "false");
        String::from_utf8(command.output().unwrap().stdout).unwrap()
    };
    assert!(complete(&["sess"]).contains("session"));
    assert_eq!(
        complete(&["session", "list", "--status", ""]),
        "active\ncompleted\nterminated\nfailed\nexpired"
    );
    let mut ids: Vec<String> = complete(&["session", "show", "sess_"]).lines().map(Into::into).collect();
    ids.sort();
    assert_eq!(ids, ["sess_a", "sess_b"]);
    assert_eq!(complete(&["step", "list", "sess_b"]), "sess_b");
    assert_eq!(complete(&["session", "show", "--dir", "elsewhere", "sess_"]), "", "there is no store there");
    assert!(!place.path().join("elsewhere").exists());
    // Completions only read: the session of a time that has come is not theirs to create.
    place.ok(&["schedule", "create", "--id", "soon", "--at", "2999-01-01T08:00:00Z"]);
    let store = place.path().join(".sessiond/sessiond.db");
    let written = std::fs::metadata(&store).unwrap().modified().unwrap();
    assert_eq!(complete(&["schedule", "show", "so"]), "soon");
    assert_eq!(std::fs::metadata(&store).unwrap().modified().unwrap(), written);
}
