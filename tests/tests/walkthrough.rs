//! The commands of README's tour, of the tutorial and of guides, run as they stand, against the built binary.
#![allow(missing_docs, clippy::unwrap_used)]

mod needs_curl {
    use std::path::Path;
    use std::process::Command;

    use serde_json::{Value, json};
    use sessiond_tests::server::{Served, binary};

    /// Runs a script with the address in place of README's own, and gives what it printed.
    fn run(script: &str, server: &Served, environment: &[(&str, &str)]) -> String {
        run_in(Path::new("."), script, server, environment)
    }

    /// The same in a directory, with the binary in the path.
    fn run_in(dir: &Path, script: &str, server: &Served, environment: &[(&str, &str)]) -> String {
        let address = server.url.trim_start_matches("http://");
        let script = script.replace("localhost:8080", address);
        let program = binary();
        let path = std::env::var_os("PATH").unwrap();
        let paths = program.parent().map(Path::to_owned).into_iter().chain(std::env::split_paths(&path));
        let output = Command::new("bash")
            .args(["-euo", "pipefail", "-c", &script])
            .current_dir(dir)
            .env("PATH", std::env::join_paths(paths).unwrap())
            .envs(environment.iter().copied())
            .output();
        let output = output.unwrap();
        let error = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{script}\n{error}\n{}", String::from_utf8_lossy(&output.stdout));
        String::from_utf8(output.stdout).unwrap()
    }

    fn documents(printed: &str) -> Vec<Value> {
        serde_json::Deserializer::from_str(printed).into_iter().map(Result::unwrap).collect()
    }

    /// The blocks of a document that are commands.
    fn commands(document: &str, language: &str) -> Vec<String> {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(document);
        let text = std::fs::read_to_string(path).unwrap();
        let begin = format!("```{language}\n");
        text.split(&begin).skip(1).map(|rest| rest.split_once("```").unwrap().0.to_owned()).collect()
    }

    #[test]
    fn the_guide_to_durable_programs_works_as_it_stands() {
        let dir = tempfile::tempdir().unwrap();
        let server = Served::start(&dir.path().join(".sessiond"), "127.0.0.1:0", &[]);
        let blocks = commands("docs/durable.md", "sh");
        assert_eq!(blocks.len(), 8);
        let run = |block: &str| run_in(dir.path(), block, &server, &[]);
        assert_eq!(run(&blocks[0]), "sess_deploy\n");
        let asked = documents(&run(&blocks[1]));
        assert_eq!((&asked[0]["status"], &asked[1]["kind"]), (&json!("open"), &json!("approval")));
        let again = documents(&run(&blocks[1]));
        assert_eq!(asked, again, "the same question is asked once");
        let answered = run(&blocks[2]);
        let lines: Vec<&str> = answered.lines().collect();
        assert!(lines[1].starts_with("sess_deploy") && lines[1].contains(" waiting "), "{answered}");
        assert!(lines[3].starts_with("region ") && lines[4].starts_with("rollout "), "{answered}");
        assert_eq!(lines[5..7], ["region is answered", "rollout is answered"]);
        assert!(lines[9].contains("go ahead"), "{answered}");
        let waited = &documents(&run(&blocks[3]))[0];
        assert_eq!((&waited["status"], &waited["answer"]), (&json!("answered"), &json!("us")));
        let sent = run(&blocks[4]);
        assert!(sent.starts_with("price is sent, as event 6\n"), "{sent}");
        let received = &documents(&run(&blocks[5]))[0]["signals"];
        assert_eq!((&received[0]["value"], received.as_array().unwrap().len()), (&json!({ "eur": 13 }), 1));
        assert_eq!(run(&blocks[6]), "sess_deploy is terminated\n");
        // With --watch it would not end.
        let once: Vec<&str> = blocks[7].lines().filter(|line| !line.contains("--watch")).collect();
        assert_eq!(once.len(), 2);
        assert_eq!(run(&once.join("\n")).lines().count(), 2);
    }

    #[test]
    fn the_guide_to_a2a_works_as_it_stands() {
        let dir = tempfile::tempdir().unwrap();
        let server = Served::start(&dir.path().join(".sessiond"), "127.0.0.1:0", &[]);
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/a2a.md");
        let guide = std::fs::read_to_string(path).unwrap();
        let agent = guide.lines().find_map(|line| line.strip_prefix("    sessiond agent run ")).unwrap();
        let mut agent = Command::new("bash")
            .args(["-c", &format!("exec {} agent run --url {} {agent}", binary().display(), server.url)])
            .stderr(std::process::Stdio::null())
            .spawn()
            .unwrap();
        let run = |block: &str| run_in(dir.path(), block, &server, &[]);
        let blocks = commands("docs/a2a.md", "sh");
        assert_eq!(blocks.len(), 3);
        run("timeout 60 bash -c 'until sessiond agent show shell://count; do sleep 0.1; done'");
        let card = &documents(&run(&blocks[0]))[0];
        assert_eq!(
            (&card["name"], &card["capabilities"]["streaming"]),
            (&json!("shell://count"), &json!(true))
        );
        let sent = &documents(&run(&blocks[1]))[0]["result"]["task"];
        assert_eq!(sent["status"]["state"], "TASK_STATE_COMPLETED", "{sent}");
        assert_eq!(sent["artifacts"][0]["parts"], json!([{"data": 3}]));
        let streamed = run(&blocks[2]);
        let updates: Vec<Value> = streamed
            .lines()
            .filter_map(|line| line.strip_prefix("data: "))
            .map(|data| serde_json::from_str::<Value>(data).unwrap()["result"].take())
            .collect();
        assert_eq!(updates[0]["task"]["history"][0]["messageId"], "m-2", "{streamed}");
        assert_eq!(
            updates.last().unwrap()["statusUpdate"]["status"]["state"],
            "TASK_STATE_COMPLETED",
            "{streamed}"
        );
        agent.kill().unwrap();
        agent.wait().unwrap();
    }

    #[test]
    fn the_guide_to_schedules_works_as_it_stands() {
        let dir = tempfile::tempdir().unwrap();
        let server = Served::start(&dir.path().join(".sessiond"), "127.0.0.1:0", &[]);
        let blocks = commands("docs/schedules.md", "sh");
        assert_eq!(blocks.len(), 3);
        let run = |block: &str| run_in(dir.path(), block, &server, &[]);
        let created = run(&blocks[0]);
        assert_eq!(created.matches(":00:00.000Z").count(), 3, "{created}");
        assert!(created.contains("0 3 * * * Europe/Berlin") && created.contains("SCHEDULE "), "{created}");
        let ran = run(&blocks[1]);
        assert!(ran.starts_with("nightly is paused\nnightly is resumed; next: "), "{ran}");
        assert!(ran.matches("nightly_2").count() == 3 && ran.contains(" created"), "{ran}");
        assert_eq!(run(&blocks[2]), "nightly is deleted\n");
        let body: Value = serde_json::from_str(&commands("docs/schedules.md", "json")[0]).unwrap();
        let posted = format!(
            "curl -sf -X POST localhost:8080/schedules -H 'content-type: application/json' -d '{body}'"
        );
        assert_eq!(documents(&run(&posted))[0]["schedule_id"], "nightly");
    }

    #[test]
    fn the_tour_of_the_readme_works_as_it_stands() {
        let dir = tempfile::tempdir().unwrap();
        let server = Served::start(&dir.path().join(".sessiond"), "127.0.0.1:0", &[]);
        let blocks = commands("README.md", "bash");
        assert_eq!(blocks.len(), 7);
        let run = |block: &str| run_in(dir.path(), block, &server, &[]);
        let created = run(&blocks[0]);
        let (id, steps) = created.split_once('\n').unwrap();
        assert_eq!(id, "sess_notifications");
        assert_eq!(
            steps,
            commands("README.md", "text")[0],
            "the table in the tour is the one that is printed"
        );
        assert!(run(&blocks[1]).starts_with("design is completed; active: implementation\n"));
        let sent = documents(&run(&blocks[2]));
        assert_eq!((&sent[0]["success"], &sent[0]["status"]), (&json!(true), &json!("pending")));
        let again = documents(&run(&blocks[2]));
        assert_eq!(sent, again, "sent again, the answer is the same");
        let worked = run(&blocks[3]);
        let task = sent[0]["task_id"].as_str().unwrap();
        assert!(
            worked.contains("task_impl_backend") && worked.ends_with(&format!("{task} is completed\n")),
            "{worked}"
        );
        let delegated = run(&blocks[4]);
        let mut agent = Command::new(binary())
            .args(["agent", "run", "--id", "codex://frontend", "--exec", "cat", "--url", &server.url])
            .stderr(std::process::Stdio::null())
            .spawn()
            .unwrap();
        run(
            "timeout 60 bash -c 'until sessiond step list sess_notifications | grep -q \"^review *active\"; do sleep 0.1; done'",
        );
        agent.kill().unwrap();
        agent.wait().unwrap();
        let shown = run(&blocks[5]);
        assert!(shown.contains(delegated.trim()) && shown.contains("claude-code://qa"), "{shown}");
        assert!(shown.contains("\n6    "), "{shown}");
        let ended = run(&blocks[6]);
        assert!(
            ended.contains("sess_notifications is completed")
                && ended.contains("All tasks completed successfully"),
            "{ended}"
        );
    }

    /// The tutorial's request, word for word; `sessionId` and the key come from the environment.
    const REQUEST: &str = r#"
curl -X POST http://localhost:8080/messages/send \
  -H "Content-Type: application/json" \
  -H "x-agent-api-key: ${AGENT_BUS_API_KEY}" \
  -d '{
    "message_id": "task_impl_backend",
    "timestamp": "2025-02-02T11:00:00Z",
    "sender": {
      "agent_id": "claude-code://orchestrator",
      "framework": "claude-code",
      "session_id": "'"$sessionId"'"
    },
    "recipient": { "agent_id": "opencode://backend", "framework": "opencode" },
    "message_type": "task_request",
    "priority": "high",
    "payload": { "task_type": "implementation", "context": { "component": "notification-service" } },
    "routing": {
      "timeout": "300s",
      "retry_policy": { "max_retries": 1, "backoff": "linear" },
      "delivery_mode": "async"
    }
  }'
"#;

    #[test]
    fn the_tutorials_request_works_with_its_key_and_not_without() {
        let dir = tempfile::tempdir().unwrap();
        let server = Served::start(dir.path(), "127.0.0.1:0", &[("AGENT_BUS_API_KEY", "dev-key")]);
        let create = r#"curl -sf localhost:8080/sessions -H 'x-agent-api-key: dev-key' -H 'content-type: application/json' -d '{
            "session_id": "sess_tutorial", "orchestrator": "claude-code://orchestrator",
            "participants": [{ "agent_id": "opencode://backend", "role": "implementer" }],
            "workflow": [{ "name": "implementation", "required_agents": ["opencode://backend"] }] }'"#;
        run(create, &server, &[]);
        let request = REQUEST.replace("curl -X", "curl -s -X");
        let with = [("sessionId", "sess_tutorial"), ("AGENT_BUS_API_KEY", "dev-key")];
        let answer = &documents(&run(&request, &server, &with))[0];
        assert_eq!(answer["success"], true);
        assert_eq!(
            (&answer["message_id"], &answer["status"]),
            (&json!("task_impl_backend"), &json!("pending"))
        );
        assert!(answer["task_id"].as_str().unwrap().starts_with("task_"));
        let wrong = [("sessionId", "sess_tutorial"), ("AGENT_BUS_API_KEY", "another")];
        assert_eq!(documents(&run(&request, &server, &wrong))[0]["code"], "unauthenticated");
        let stranger = [("sessionId", "sess_other"), ("AGENT_BUS_API_KEY", "dev-key")];
        assert_eq!(documents(&run(&request, &server, &stranger))[0]["code"], "session_not_found");
    }

    #[test]
    fn what_was_acknowledged_over_http_survives_a_kill_of_the_server() {
        let dir = tempfile::tempdir().unwrap();
        let mut last = 0;
        for round in 0..5 {
            let mut server = Served::start(dir.path(), "127.0.0.1:0", &[]);
            if round == 0 {
                run(
                    "curl -sf localhost:8080/sessions -H 'content-type: application/json' -d '{\"session_id\":\"s\"}'",
                    &server,
                    &[],
                );
            } else {
                let context = &documents(&run("curl -sf localhost:8080/sessions/s/context", &server, &[]))[0];
                assert_eq!(context["n"], last, "round {round}");
            }
            for _ in 0..10 {
                last += 1;
                let patch = format!(
                    "curl -sf -X PATCH localhost:8080/sessions/s/context -H 'content-type: application/json' -d '{{\"n\":{last}}}'"
                );
                run(&patch, &server, &[]);
            }
            server.kill();
        }
    }
}
