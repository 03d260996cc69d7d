//! A program on a terminal, by `script` of util-linux.

use std::io::{Read as _, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use parking_lot::Mutex;

/// How long anything may take before the test has failed.
const PATIENCE: Duration = Duration::from_secs(60);

/// The terminal. The program is killed when this is dropped.
pub struct Terminal {
    child: Child,
    keyboard: ChildStdin,
    screen: Arc<Mutex<Vec<u8>>>,
    seen: usize,
}

impl Terminal {
    /// Starts a program in a directory, on a terminal with 60 columns. Its arguments have no quotes.
    pub fn start(program: &Path, arguments: &[&str], dir: &Path, environment: &[(&str, &str)]) -> Self {
        let quoted: String = arguments.iter().map(|argument| format!(" '{argument}'")).collect();
        let line = format!("stty cols 60; exec '{}'{quoted}", program.display());
        let mut child = Command::new("script")
            .args(["-qec", &line, "/dev/null"])
            .current_dir(dir)
            .env_remove("COLUMNS")
            .envs([("TERM", "xterm"), ("NO_COLOR", "1"), ("SHELL", "/bin/sh")])
            .envs(environment.iter().copied())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn()
            .expect("script is installed");
        let keyboard = child.stdin.take().expect("it was asked for");
        let mut out = child.stdout.take().expect("it was asked for");
        let screen = Arc::new(Mutex::new(Vec::new()));
        let written = screen.clone();
        std::thread::spawn(move || {
            let mut bytes = [0; 4096];
            while let Ok(read @ 1..) = out.read(&mut bytes) {
                written.lock().extend_from_slice(&bytes[..read]);
            }
        });
        Self { child, keyboard, screen, seen: 0 }
    }

    /// Types keys.
    pub fn keys(&mut self, keys: &str) {
        self.keyboard.write_all(keys.as_bytes()).expect("the terminal is there");
        self.keyboard.flush().expect("the terminal is there");
    }

    /// Waits for a text after those that were waited for, and answers what came before it.
    pub fn wait(&mut self, text: &str) -> String {
        let end = Instant::now() + PATIENCE;
        loop {
            {
                let screen = self.screen.lock();
                let new = &screen[self.seen..];
                if let Some(place) = new.windows(text.len()).position(|part| part == text.as_bytes()) {
                    self.seen += place + text.len();
                    return String::from_utf8_lossy(&new[..place]).replace("\r\n", "\n");
                }
            }
            assert!(Instant::now() < end, "'{text}' never came:\n{}", self.all());
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// Everything that the program wrote.
    pub fn all(&self) -> String {
        String::from_utf8_lossy(&self.screen.lock()).replace("\r\n", "\n")
    }

    /// Waits for the end of the program, and answers its exit code.
    pub fn end(mut self) -> (Option<i32>, String) {
        let end = Instant::now() + PATIENCE;
        loop {
            if let Some(status) = self.child.try_wait().expect("it is a child") {
                return (status.code(), self.all());
            }
            assert!(Instant::now() < end, "it does not end:\n{}", self.all());
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
