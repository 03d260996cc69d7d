//! `sessiond mcp` and `/mcp` with the official clients for Python and TypeScript; the modules' names say which a test needs.
#![allow(clippy::unwrap_used, reason = "tests may panic")]

mod support;

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;

use support::Place;

const PROGRAM: &str = env!("CARGO_BIN_EXE_sessiond");

/// Where the clients lie; `xtask/src/tools.rs` says how to get them.
fn clients() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/mcp")
}

/// The last line of each script.
const END: &str = "came to its end";

/// A script of `tests/mcp/`, which must say that it has come to its end.
fn finishes(mut command: Command, script: &str, arguments: &[&OsStr]) {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/mcp").join(script);
    let output = command.arg(script).args(arguments).env("NO_PROXY", "127.0.0.1").output().unwrap();
    let (said, wrong) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success() && said.trim().ends_with(END), "{said}{wrong}");
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
        let arguments = [url.as_ref(), PROGRAM.as_ref(), place.path().as_os_str()];
        finishes(Command::new(clients().join("bin/python")), "two_clients.py", &arguments);
    }

    #[test]
    fn every_tool_answers_as_its_schema_says() {
        let place = Place::new();
        let (_server, url) = place.serve(&[]);
        finishes(Command::new(clients().join("bin/python")), "every_tool.py", &[url.as_ref()]);
    }
}

mod needs_node_mcp {
    use super::*;

    #[test]
    fn clients_of_both_lines_of_the_sdk_finish_a_session_together() {
        let place = Place::new();
        let (_server, url) = place.serve(&[]);
        let clients = clients().canonicalize().unwrap();
        let arguments = [clients.as_os_str(), url.as_ref(), PROGRAM.as_ref(), place.path().as_os_str()];
        finishes(Command::new("node"), "two_clients.mjs", &arguments);
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
