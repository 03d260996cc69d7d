//! Real programs under supervision.

#![cfg(unix)]

mod ending;
mod output;
mod starting;

use std::time::{Duration, Instant};

use sessiond_runner::Program;
use tokio::sync::mpsc;

/// Longer than anything here takes on a machine that is not stuck: a test that waits for this has failed.
const LONG: Duration = Duration::from_secs(30);

/// A program that reports the ids of its processes on standard error, one a line.
fn reporting(line: &str) -> (Program, mpsc::UnboundedReceiver<u32>) {
    let (tell, told) = mpsc::unbounded_channel();
    let program = Program::shell(line).timeout(LONG).on_stderr_line(move |line| {
        // A shell may add that a process of its own was terminated.
        if let Ok(pid) = line.parse() {
            // The test may have heard all that it wants.
            let _ = tell.send(pid);
        }
    });
    (program, told)
}

/// Whether a process is there and has not ended; one that nobody has reaped yet has ended.
fn is_alive(pid: u32) -> bool {
    match std::fs::read_to_string(format!("/proc/{pid}/stat")) {
        // The state follows the name, which stands in parentheses and may hold anything.
        Ok(stat) => !matches!(stat.rsplit(") ").next(), Some(rest) if rest.starts_with(['Z', 'X'])),
        Err(_) if std::path::Path::new("/proc/self/stat").exists() => false,
        // Without /proc, as on macOS.
        Err(_) => std::process::Command::new("kill")
            .args(["-0", &pid.to_string()])
            .stderr(std::process::Stdio::null())
            .status()
            .expect("`kill` is there")
            .success(),
    }
}

/// Waits until a condition holds, and fails if it never does.
async fn eventually(what: &str, mut condition: impl FnMut() -> bool) {
    let started = Instant::now();
    while !condition() {
        assert!(started.elapsed() < LONG, "it never came to be that {what}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}
