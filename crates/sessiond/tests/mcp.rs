//! `sessiond mcp` and `/mcp` with the official Python client, which `cargo xtask test` looks for by this module's name.
#![allow(clippy::unwrap_used, reason = "tests may panic")]

mod support;

use std::path::Path;
use std::process::Command;

use support::Place;

/// The Python that has the client; `xtask/src/tools.rs` says how to make it.
fn python() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/mcp/bin/python")
}

mod needs_python_mcp {
    use super::*;

    #[test]
    fn two_clients_finish_a_session_together_with_an_agent_on_a_websocket() {
        let place = Place::new();
        let (_server, url) = place.serve(&[]);
        let mut agent = place.start(&[
            "agent",
            "--id",
            "tools://count",
            "--exec",
            "echo '{\"count\": 7}'",
            "--url",
            &url,
        ]);
        agent.line_with("connected");
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/mcp/two_clients.py");
        let output = Command::new(python())
            .arg(script)
            .args([&url, env!("CARGO_BIN_EXE_sessiond")])
            .arg(place.path())
            .env("NO_PROXY", "127.0.0.1")
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stdout);
        assert!(
            output.status.success() && said.contains("finished together"),
            "{said}{}",
            String::from_utf8_lossy(&output.stderr)
        );
    }
}

#[test]
fn what_is_no_client_is_told_so_and_one_that_leaves_is_no_failure() {
    let place = Place::new();
    let ran = place.run_with_input(&["mcp", "--dir", "own"], "");
    assert_eq!((ran.code, ran.stdout.as_str()), (0, ""), "{}", ran.stderr);
    let hello = r#"{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-06-18","capabilities":{},"clientInfo":{"name":"test","version":"1"}}}"#;
    let ran = place.run_with_input(&["mcp", "--dir", "own"], &format!("{hello}\n"));
    // Nothing but the protocol is on standard output.
    let answer: serde_json::Value = serde_json::from_str(ran.stdout.trim()).unwrap();
    assert_eq!(answer["result"]["protocolVersion"], "2025-06-18", "{answer}");
    assert_eq!(ran.code, 0, "{}", ran.stderr);
}
