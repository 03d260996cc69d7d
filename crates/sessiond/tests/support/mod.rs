//! The built program in a directory of its own.
#![allow(dead_code, clippy::unwrap_used, reason = "each test program uses a part of it, and tests may panic")]

use std::ffi::OsStr;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

/// How long anything may take before the test has failed.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// A directory to run the program in.
pub struct Place {
    dir: tempfile::TempDir,
}

/// How a run ended.
pub struct Ran {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Place {
    pub fn new() -> Self {
        Self { dir: tempfile::tempdir().unwrap() }
    }

    pub fn path(&self) -> &Path {
        self.dir.path()
    }

    pub fn write(&self, path: &str, content: impl AsRef<[u8]>) {
        let path = self.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, content).unwrap();
    }

    /// The program, with none of the variables of the one who runs the tests.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_sessiond"));
        command.args(arguments).current_dir(self.path()).stdin(Stdio::null());
        for (name, _) in std::env::vars_os() {
            let name = name.to_string_lossy();
            if name.starts_with("SESSIOND_")
                || matches!(
                    &*name,
                    "AGENT_BUS_API_KEY" | "COLUMNS" | "RUST_BACKTRACE" | "NO_COLOR" | "CLICOLOR_FORCE"
                )
            {
                command.env_remove(OsStr::new(&*name));
            }
        }
        command
    }

    /// Runs it to its end.
    pub fn run(&self, arguments: &[&str]) -> Ran {
        ran(self.command(arguments).output().unwrap())
    }

    /// Runs it with something on standard input.
    pub fn run_with_input(&self, arguments: &[&str], input: &str) -> Ran {
        let mut child = self
            .command(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
        ran(child.wait_with_output().unwrap())
    }

    /// Runs it, which must succeed, and gives what it wrote.
    pub fn ok(&self, arguments: &[&str]) -> String {
        let ran = self.run(arguments);
        assert_eq!(ran.code, 0, "{arguments:?}: {}", ran.stderr);
        ran.stdout
    }

    /// The same, as JSON.
    pub fn json(&self, arguments: &[&str]) -> Value {
        let mut all = arguments.to_vec();
        all.push("--json");
        serde_json::from_str(&self.ok(&all)).unwrap()
    }

    /// Runs it, which must fail, and gives what it said.
    pub fn fails(&self, arguments: &[&str]) -> String {
        let ran = self.run(arguments);
        assert_eq!(ran.code, 1, "{arguments:?}: {}{}", ran.stdout, ran.stderr);
        ran.stderr
    }

    /// Runs it on a terminal with that many columns, and gives what the terminal shows, without colours.
    pub fn on_terminal(&self, columns: usize, arguments: &[&str]) -> String {
        let quoted: Vec<String> = arguments.iter().map(|argument| format!("'{argument}'")).collect();
        let line = format!("stty cols {columns}; {} {}", env!("CARGO_BIN_EXE_sessiond"), quoted.join(" "));
        let mut command = Command::new("script");
        command.args(["-qec", &line, "/dev/null"]).current_dir(self.path()).stdin(Stdio::null());
        command.env_remove("COLUMNS").env_remove("SESSIOND_URL").env("NO_COLOR", "1");
        ran(command.output().unwrap()).stdout.replace("\r\n", "\n")
    }

    /// Starts it and lets it run.
    pub fn start(&self, arguments: &[&str]) -> Running {
        self.start_command(self.command(arguments))
    }

    pub fn start_command(&self, mut command: Command) -> Running {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let (said, lines) = mpsc::channel();
        let stdout = BufReader::new(child.stdout.take().unwrap());
        let stderr = BufReader::new(child.stderr.take().unwrap());
        let to_stdout = said.clone();
        std::thread::spawn(move || {
            stdout.lines().map_while(Result::ok).for_each(|line| drop(to_stdout.send(line)))
        });
        std::thread::spawn(move || {
            stderr.lines().map_while(Result::ok).for_each(|line| drop(said.send(line)))
        });
        Running { child, lines, heard: Vec::new(), passed_over: Vec::new() }
    }

    /// Starts a server on a free port, and gives its address too.
    pub fn serve(&self, more: &[&str]) -> (Running, String) {
        let mut arguments = vec!["serve", "--listen", "127.0.0.1:0"];
        arguments.extend(more);
        let mut server = self.start(&arguments);
        let line = server.line_with("sessiond listens on ");
        let url = line.split_whitespace().nth(3).unwrap().to_owned();
        (server, url)
    }
}

fn ran(output: Output) -> Ran {
    Ran {
        code: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

/// A program that runs. It is killed when the test forgets it.
pub struct Running {
    child: Child,
    lines: mpsc::Receiver<String>,
    heard: Vec<String>,
    /// What nobody has waited for yet.
    passed_over: Vec<String>,
}

impl Running {
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Waits for a line that holds this.
    pub fn line_with(&mut self, text: &str) -> String {
        // What is said on two streams comes in any order.
        if let Some(place) = self.passed_over.iter().position(|line| line.contains(text)) {
            return self.passed_over.remove(place);
        }
        let end = Instant::now() + PATIENCE;
        while let Ok(line) = self.lines.recv_timeout(end.saturating_duration_since(Instant::now())) {
            self.heard.push(line.clone());
            if line.contains(text) {
                return line;
            }
            self.passed_over.push(line);
        }
        panic!("it never said '{text}', but:\n{}", self.heard.join("\n"));
    }

    /// Types something, into a program whose standard input is a pipe.
    pub fn type_in(&mut self, text: &str) {
        self.child.stdin.as_mut().unwrap().write_all(text.as_bytes()).unwrap();
    }

    pub fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.child), signal).unwrap();
    }

    /// Waits for its end, and gives its exit code and all that it said.
    pub fn end(mut self) -> (Option<i32>, String) {
        let end = Instant::now() + PATIENCE;
        let code = loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                break status.code();
            }
            assert!(Instant::now() < end, "it does not end; it said:\n{}", self.heard.join("\n"));
            std::thread::sleep(Duration::from_millis(5));
        };
        while let Ok(line) = self.lines.recv_timeout(Duration::from_secs(5)) {
            self.heard.push(line);
        }
        (code, self.heard.join("\n"))
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// Waits until something is so.
pub fn until(what: &str, mut so: impl FnMut() -> bool) {
    let end = Instant::now() + PATIENCE;
    while !so() {
        assert!(Instant::now() < end, "{what}: it takes too long");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// The processes whose command line holds this text.
pub fn processes_with(text: &str) -> Vec<u32> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir("/proc").into_iter().flatten().flatten() {
        let Some(pid) = entry.file_name().to_str().and_then(|name| name.parse().ok()) else { continue };
        let mut line = Vec::new();
        // A process may end meanwhile.
        let read = std::fs::File::open(entry.path().join("cmdline"))
            .and_then(|mut file| file.read_to_end(&mut line));
        if read.is_ok() && String::from_utf8_lossy(&line).replace('\0', " ").contains(text) {
            found.push(pid);
        }
    }
    found
}
