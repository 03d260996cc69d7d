//! The commands of README's tour and of the tutorial, run as they stand, against the built binary.
#![allow(missing_docs, clippy::unwrap_used)]

mod needs_curl {
    use std::path::Path;
    use std::process::Command;

    use serde_json::{Value, json};
    use sessiond_tests::server::Served;

    /// Runs a script with the address in place of README's own, and gives what it printed.
    fn run(script: &str, server: &Served, environment: &[(&str, &str)]) -> String {
        let address = server.url.trim_start_matches("http://");
        let script = script.replace("localhost:8080", address);
        let output = Command::new("bash")
            .args(["-euo", "pipefail", "-c", &script])
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

    #[test]
    fn the_tour_of_the_readme_works_as_it_stands() {
        let dir = tempfile::tempdir().unwrap();
        let server = Served::start(dir.path(), "127.0.0.1:0", &[]);
        let readme = Path::new(env!("CARGO_MANIFEST_DIR")).join("../README.md");
        let readme = std::fs::read_to_string(readme).unwrap();
        let blocks: Vec<&str> =
            readme.split("```bash\n").skip(1).map(|rest| rest.split_once("```").unwrap().0).collect();
        assert_eq!(blocks.len(), 6);
        let created = &documents(&run(blocks[0], &server, &[]))[0];
        assert_eq!(created["workflow"]["current_step"], "design");
        let advanced = documents(&run(blocks[1], &server, &[]));
        assert_eq!(advanced[0]["workflow"]["current_step"], "implementation");
        let sent = documents(&run(blocks[2], &server, &[]));
        assert_eq!((&sent[0]["success"], &sent[0]["status"]), (&json!(true), &json!("pending")));
        let again = documents(&run(blocks[2], &server, &[]));
        assert_eq!(sent, again, "sent again, the answer is the same");
        let worked = documents(&run(blocks[3], &server, &[]));
        assert_eq!(worked[1]["messages"][0]["message_id"], "task_impl_backend");
        assert_eq!((&worked[2]["task_id"], &worked[2]["status"]), (&sent[0]["task_id"], &json!("completed")));
        let seen = documents(&run(blocks[4], &server, &[]));
        assert_eq!(
            (&seen[0]["total_tasks"], &seen[0]["shared_context"]["latestCommit"]),
            (&json!(1), &json!("abc123"))
        );
        assert_eq!(seen[1]["events"][0]["seq"], 6);
        let ended = run(blocks[5], &server, &[]);
        assert!(
            ended.contains("\"status\":\"completed\"") && ended.contains("All tasks completed successfully"),
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
