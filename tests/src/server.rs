//! The built binary as a server on a free port.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// The built binary; `cargo xtask test` builds it before the tests run.
pub fn binary() -> PathBuf {
    let mut path = std::env::current_exe().expect("a test knows its own file");
    path.pop(); // deps
    path.pop(); // debug or release
    path.push("sessiond");
    assert!(path.exists(), "build the binary first: cargo build -p sessiond");
    path
}

/// `sessiond serve`, as a process of its own. It is killed when this is dropped.
pub struct Served {
    child: Child,
    /// Where it listens, such as `http://127.0.0.1:40123`.
    pub url: String,
}

impl Served {
    /// Starts a server on the store in `dir`, and waits until it listens.
    pub fn start(dir: &Path, listen: &str, environment: &[(&str, &str)]) -> Self {
        let mut child = Command::new(binary())
            .args(["serve", "--listen", listen, "--dir"])
            .arg(dir)
            .envs(environment.iter().copied())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the binary starts");
        let out = child.stdout.take().expect("it was asked for");
        let mut lines = BufReader::new(out).lines();
        let line = lines.next().expect("it says where it listens").expect("it is text");
        let url = line.split_whitespace().find(|word| word.starts_with("http://"));
        let url = url.unwrap_or_else(|| panic!("no address in '{line}'")).to_owned();
        Self { child, url }
    }

    /// Sends it a signal, such as `-STOP`.
    pub fn signal(&self, name: &str) {
        signal(self.child.id(), name);
    }

    /// Kills it as a power cut would, as far as a process can tell.
    pub fn kill(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Sends a process a signal, such as `-INT`.
pub fn signal(process: u32, signal: &str) {
    let sent = Command::new("kill").args([signal, &process.to_string()]).status().expect("there is kill");
    assert!(sent.success(), "process {process} has ended");
}

impl Drop for Served {
    fn drop(&mut self) {
        self.kill();
    }
}
