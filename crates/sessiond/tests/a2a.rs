//! A2A with the official clients, and agents that know nothing of it; the modules' names say which client a test needs.
#![allow(clippy::unwrap_used, reason = "tests may panic")]

mod support;

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;

use support::{Place, Running};

/// Where the clients lie; `xtask/src/tools.rs` says how to get them.
fn clients() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/a2a")
}

/// A script of `tests/a2a/`, which must say that it has come to its end.
fn finishes(mut command: Command, script: &str, arguments: &[&OsStr]) {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/a2a").join(script);
    let output = command.arg(script).args(arguments).env("NO_PROXY", "127.0.0.1").output().unwrap();
    let (said, wrong) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success() && said.trim().ends_with("came to its end"), "{said}{wrong}");
}

/// An agent that counts the words of a text, and one that waits for the file `gate`.
fn agents(place: &Place, url: &str) -> [Running; 2] {
    let words = r#"text=$(grep -o '"prompt": *"[^"]*"' | head -n 1 | cut -d '"' -f 4); printf '{"words": %d}' $(echo "$text" | wc -w)"#;
    let slow = "echo 'progress: waiting' >&2; until [ -e gate ]; do sleep 0.05; done; echo done";
    [("shell://words", words), ("shell://slow", slow)].map(|(id, command)| {
        let mut agent = place.start(&["agent", "run", "--id", id, "--exec", command, "--url", url]);
        agent.line_with("connected");
        agent
    })
}

mod needs_python_a2a {
    use super::*;

    #[test]
    fn the_official_client_works_with_agents_that_know_nothing_of_a2a() {
        let place = Place::new();
        let (_server, url) = place.serve(&[]);
        let _agents = agents(&place, &url);
        let gate = place.path().join("gate");
        let arguments = [url.as_ref(), gate.as_os_str()];
        finishes(Command::new(clients().join("bin/python")), "client.py", &arguments);
    }
}

mod needs_node_a2a {
    use super::*;

    #[test]
    fn the_official_client_works_with_agents_that_know_nothing_of_a2a() {
        let place = Place::new();
        let (_server, url) = place.serve(&[]);
        let _agents = agents(&place, &url);
        let (clients, gate) = (clients().canonicalize().unwrap(), place.path().join("gate"));
        let arguments = [clients.as_os_str(), url.as_ref(), gate.as_os_str()];
        finishes(Command::new("node"), "client.mjs", &arguments);
    }
}
