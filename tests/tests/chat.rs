//! `sessiond chat` with the built binary and a model that the test scripts: one question, and a conversation on a terminal.
#![allow(missing_docs, clippy::unwrap_used)]

use std::io::{Read as _, Write as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use sessiond_tests::model::Model;
use sessiond_tests::server::{Served, binary, signal};
use sessiond_tests::terminal::Terminal;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::AbortHandle;

/// A directory, a model, and perhaps a server.
struct World {
    model: Model,
    model_url: String,
    dir: tempfile::TempDir,
    server: Option<Served>,
}

/// How a run ended.
#[derive(Debug)]
struct Ran {
    code: i32,
    stdout: String,
    stderr: String,
}

impl World {
    /// A world whose conversations are on a store.
    async fn local() -> Self {
        let model = Model::default();
        let model_url = model.start().await;
        Self { model, model_url, dir: tempfile::tempdir().unwrap(), server: None }
    }

    /// A world whose conversations are at a server.
    async fn served() -> Self {
        let mut world = Self::local().await;
        world.server = Some(world.serve("127.0.0.1:0"));
        world
    }

    fn serve(&self, listen: &str) -> Served {
        let environment = [("SESSIOND_MODEL_URL", &*self.model_url), ("SESSIOND_MODEL", "scripted")];
        Served::start(&self.dir.path().join("served"), listen, &environment)
    }

    fn environment(&self) -> Vec<(&str, &str)> {
        let mut environment = vec![("USER", "ada"), ("HOME", self.dir.path().to_str().unwrap())];
        match &self.server {
            Some(server) => environment.push(("SESSIOND_URL", &server.url)),
            None => {
                environment.extend([("SESSIOND_MODEL_URL", &*self.model_url), ("SESSIOND_MODEL", "scripted")])
            }
        }
        environment
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(binary());
        command.args(arguments).current_dir(self.dir.path()).stdin(Stdio::null());
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).envs(self.environment());
        command
    }

    fn run(&self, arguments: &[&str]) -> Ran {
        ran(self.command(arguments).spawn().unwrap())
    }

    fn run_with(&self, arguments: &[&str], input: &[u8]) -> Ran {
        let mut child = self.command(arguments).stdin(Stdio::piped()).spawn().unwrap();
        // A program that has seen enough closes its end.
        let _ = child.stdin.take().unwrap().write_all(input);
        ran(child)
    }

    fn ok(&self, arguments: &[&str]) -> String {
        let ran = self.run(arguments);
        assert_eq!(ran.code, 0, "{arguments:?}: {ran:?}");
        ran.stdout
    }

    fn json(&self, arguments: &[&str]) -> Value {
        serde_json::from_str(&self.ok(&[arguments, &["--json"]].concat())).unwrap()
    }

    /// Starts it, and waits until a text is on its standard output.
    fn start(&self, arguments: &[&str], text: &str) -> Running {
        let mut child = self.command(arguments).spawn().unwrap();
        let mut stdout = child.stdout.take().unwrap();
        let mut said = String::new();
        let mut bytes = [0; 64];
        while !said.contains(text) {
            let read = stdout.read(&mut bytes).unwrap();
            assert!(read > 0, "it ended without '{text}': {said}");
            said.push_str(std::str::from_utf8(&bytes[..read]).unwrap());
        }
        Running { child, stdout, said }
    }

    fn terminal(&self, arguments: &[&str]) -> Terminal {
        let mut terminal = Terminal::start(&binary(), arguments, self.dir.path(), &self.environment());
        terminal.wait(PROMPT);
        terminal
    }

    /// The last session, with its turns.
    fn last(&self) -> (String, Vec<Value>) {
        let sessions = self.json(&["session", "list", "--sort", "updated"]);
        let id = sessions["sessions"][0]["session_id"].as_str().unwrap().to_owned();
        let turns = self.json(&["session", "events", &id, "--all"]);
        let turns = turns["events"].as_array().unwrap().iter();
        (id, turns.filter(|event| event["type"] == "turn_ended").map(|event| event["data"].clone()).collect())
    }
}

/// A program of which something was read.
struct Running {
    child: Child,
    stdout: std::process::ChildStdout,
    said: String,
}

impl Running {
    fn signal(&self, signal: &str) {
        sessiond_tests::server::signal(self.child.id(), signal);
    }

    fn end(mut self) -> Ran {
        self.stdout.read_to_string(&mut self.said).unwrap();
        let mut ran = ran(self.child);
        ran.stdout = self.said;
        ran
    }
}

fn ran(child: Child) -> Ran {
    let output = child.wait_with_output().unwrap();
    Ran {
        code: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

/// What invites a message, when the line can be edited.
const PROMPT: &str = ">>> \r\u{1b}[4C\u{1b}[?2026l";

fn words(count: usize) -> String {
    (0..count).map(|n| format!("w{n} ")).collect()
}

/// What both a server and a store do alike.
fn walk(world: &World) {
    let answered = world.run(&["chat", "Please: words 3"]);
    assert_eq!((answered.code, &*answered.stdout, &*answered.stderr), (0, "w0 w1 w2 \n", ""));
    let sessions = world.json(&["session", "list"]);
    let session = &sessions["sessions"][0];
    assert_eq!(
        (&session["kind"], &session["name"], &session["client_id"]),
        (&json!("assistant"), &json!("Please: words 3"), &json!("ada"))
    );
    let id = session["session_id"].as_str().unwrap();

    // The same conversation: the last one, or a named one.
    world.ok(&["chat", "--continue", "words 1"]);
    world.ok(&["chat", "-c", "-m", "words 1"]);
    let turn = world.json(&["chat", &id[..20], "words 2"]);
    assert_eq!(
        (&turn["answer"], &turn["status"], &turn["session_id"]),
        (&json!("w0 w1 "), &json!("completed"), &json!(id))
    );
    let sent = world.model.requests.lock().last().unwrap()["messages"].as_array().unwrap().clone();
    assert_eq!(sent.iter().filter(|message| message["role"] == "user").count(), 4);
    assert!(
        world
            .run(&["chat", "-c", "words 1", "--client-id", "other"])
            .stderr
            .contains("no conversation to continue")
    );

    // Standard input is added to the message, or is the message.
    assert_eq!(world.run_with(&["chat", "-c", "Explain this:"], b"words 4").stdout, words(4) + "\n");
    let sent =
        world.model.requests.lock().last().unwrap()["messages"].as_array().unwrap().last().unwrap().clone();
    assert_eq!(sent["content"], "Explain this:\n\nwords 4");
    assert_eq!(world.run_with(&["chat", "-c"], b"words 2\n").stdout, "w0 w1 \n");

    // The prompt and the model are the session's from then on.
    world.ok(&["chat", "-c", "words 1", "--system", "Be brief."]);
    world.ok(&["chat", "-c", "words 1"]);
    assert_eq!(world.model.requests.lock().last().unwrap()["messages"][0]["content"], "Be brief.");

    // What a model writes moves no cursor.
    assert_eq!(world.ok(&["chat", "-c", "escape 1"]), "a [2Jb c\n");

    // A file is added before the question, which is about it.
    std::fs::write(world.dir.path().join("notes.md"), "# Notice\n\nThirty days.\n").unwrap();
    let cited = world.run(&["chat", "-c", "--file", "notes.md", "--mode", "query", "notice: cite 1"]);
    assert_eq!(
        (cited.code, &*cited.stdout),
        (0, "It says so [1].\n\n[1] notes.md, Notice\n"),
        "{}",
        cited.stderr
    );
    assert!(cited.stderr.starts_with("notes.md is added: "), "{}", cited.stderr);
    let turns = world.last().1.len();
    let missing = world.run(&["chat", "-c", "--file", "missing.md", "words 1"]);
    assert_eq!((missing.code, &*missing.stdout), (1, ""));
    assert!(missing.stderr.contains("missing.md"), "{}", missing.stderr);
    assert_eq!(world.last().1.len(), turns, "no question is asked about a file that is missing");

    // A turn without a whole answer keeps what there is of it.
    let broken = world.run(&["chat", "-c", "-m", "break"]);
    assert_eq!((broken.code, &*broken.stdout), (1, "w0 w1 \n"));
    assert!(broken.stderr.contains("model_unavailable"), "{}", broken.stderr);
    let broken = world.run(&["chat", "-c", "-m", "break", "--json"]);
    let turn: Value = serde_json::from_str(&broken.stdout).unwrap();
    let problem: Value = serde_json::from_str(&broken.stderr).unwrap();
    assert_eq!(
        (broken.code, &turn["status"], &problem["code"]),
        (1, &json!("failed"), &json!("model_unavailable"))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_is_answered_at_a_server() {
    walk(&World::served().await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_is_answered_on_a_store() {
    walk(&World::local().await);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_work_is_said_at_once_with_what_to_do() {
    let world = World::served().await;
    let fails = |arguments: &[&str], input: &[u8], code: i32, says: &str| {
        let ran = world.run_with(arguments, input);
        assert_eq!((ran.code, &*ran.stdout), (code, ""), "{arguments:?}: {}", ran.stderr);
        assert!(ran.stderr.contains(says), "{arguments:?}: {}", ran.stderr);
    };
    fails(
        &["chat", "--url", "http://127.0.0.1:9", "a question"],
        b"",
        1,
        "is `sessiond serve` running there?",
    );
    fails(&["chat", "--dir", "nowhere", "sess_1", "a question"], b"", 1, "there is no store at nowhere");
    fails(&["chat", "--api-key", "wrong", "a question"], b"", 1, "unauthenticated");
    fails(
        &["chat", "sess_none", "a question"],
        b"",
        1,
        "\"sess_none\" not found; a message of one word goes after -m",
    );
    fails(&["chat", "hello"], b"", 2, "\"hello\" is taken for a session");
    fails(&["chat"], b"", 2, "the message is empty");
    fails(&["chat", " "], b" \n", 2, "the message is empty");
    fails(&["chat", "what is it"], b"\xff\xfe\x00", 2, "standard input is not text; --file adds a file");
    fails(&["chat", "what is it"], &vec![b'a'; (1 << 20) + 7], 2, "1048576 bytes at most");
    fails(&["chat", "a question", "--mode", "poem"], b"", 2, "possible values: chat, query");
    fails(&["chat", "sess_1", "a question", "-c"], b"", 2, "--continue and SESSION name two sessions");
    fails(&["chat", "sess_1", "a question", "--name", "b"], b"", 2, "--name is for a new session");
    fails(&["chat", "-m", "a question", "--name", " "], b"", 1, "/name");
    assert_eq!(world.json(&["session", "list"])["sessions"], json!([]), "nothing was made");

    world.ok(&["session", "create", "--id", "ended"]);
    world.ok(&["session", "complete", "ended"]);
    fails(&["chat", "ended", "a question"], b"", 1, "ended is completed: `sessiond chat` begins another");
    world.ok(&["session", "create", "--id", "short", "--expires-in", "1s"]);
    tokio::time::sleep(Duration::from_millis(1500)).await;
    fails(&["chat", "short", "a question"], b"", 1, "short is expired");
    // Every kind of session may have a conversation.
    world.ok(&["session", "create", "--id", "plan", "--orchestrator", "claude-code://lead"]);
    assert_eq!(world.ok(&["chat", "plan", "words 2"]), "w0 w1 \n");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_of_a_session_is_enough() {
    let world = World::served().await;
    for id in ["mine", "other"] {
        world.ok(&["session", "create", "--id", id]);
    }
    let token = world.json(&["session", "token", "mine"])["token"].as_str().unwrap().to_owned();
    assert_eq!(world.ok(&["chat", "--api-key", &token, "two: words 2"]), "w0 w1 \n");
    assert_eq!(world.ok(&["chat", "--api-key", &token, "mine", "words 1"]), "w0 \n");
    assert_eq!(world.last().0, "mine");
    let other = world.run(&["chat", "--api-key", &token, "other", "words 1"]);
    assert_eq!(other.code, 1);
    assert!(other.stderr.contains("not_found") || other.stderr.contains("forbidden"), "{}", other.stderr);
}

#[tokio::test(flavor = "multi_thread")]
async fn ctrl_c_stops_the_answer_which_keeps_its_text() {
    for world in [World::served().await, World::local().await] {
        let running = world.start(&["chat", "many: words 3000"], "w2 ");
        running.signal("-INT");
        let ran = running.end();
        assert_eq!(ran.code, 130, "{}", ran.stderr);
        assert!(ran.stderr.contains("the answer is stopped"), "{}", ran.stderr);
        let (_, turns) = world.last();
        assert_eq!((&turns[0]["status"], turns.len()), (&json!("stopped"), 1));
        let kept = turns[0]["text"].as_str().unwrap();
        assert!(kept.starts_with("w0 w1 w2 ") && ran.stdout.starts_with(kept), "{kept}: {}", ran.stdout);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_ctrl_c_leaves_a_server_that_does_not_respond() {
    let world = World::served().await;
    let running = world.start(&["chat", "many: words 3000"], "w2 ");
    let server = world.server.as_ref().unwrap();
    server.signal("-STOP");
    running.signal("-INT");
    tokio::time::sleep(Duration::from_millis(500)).await;
    running.signal("-INT");
    let ran = running.end();
    server.signal("-CONT");
    assert_eq!(ran.code, 130, "{}", ran.stderr);
}

#[tokio::test(flavor = "multi_thread")]
async fn ctrl_c_ends_an_upload() {
    let world = World::local().await;
    // Nobody ever writes to it.
    assert!(Command::new("mkfifo").arg(world.dir.path().join("pipe")).status().unwrap().success());
    let child = world.command(&["chat", "--file", "pipe", "a question"]).spawn().unwrap();
    let end = Instant::now() + Duration::from_secs(60);
    while !world.dir.path().join(".sessiond").exists() {
        assert!(Instant::now() < end);
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    tokio::time::sleep(Duration::from_millis(500)).await;
    signal(child.id(), "-INT");
    assert_eq!(ran(child).code, 130);
    assert_eq!(world.last().1.len(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn to_end_the_program_stops_no_answer_at_a_server() {
    let world = World::served().await;
    let running = world.start(&["chat", "many: words 60"], "w2 ");
    running.signal("-TERM");
    assert_eq!(running.end().code, 130);
    let end = Instant::now() + Duration::from_secs(60);
    while world.last().1.is_empty() {
        assert!(Instant::now() < end);
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert_eq!(world.last().1[0]["text"], words(60));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_continues_after_a_lost_connection() {
    let mut world = World::served().await;
    let server = world.server.as_mut().unwrap();
    let (proxy, cut) = proxy(server.url.trim_start_matches("http://").to_owned()).await;
    let direct = std::mem::replace(&mut server.url, proxy);
    let running = world.start(&["chat", "many: words 100"], "w5 ");
    cut.lock().drain(..).for_each(|connection| connection.abort());
    let ran = running.end();
    assert_eq!((ran.code, ran.stdout), (0, words(100) + "\n"));
    assert!(ran.stderr.contains("connecting again"), "{}", ran.stderr);
    world.server.as_mut().unwrap().url = direct;
}

/// Passes connections on to an address, until they are cut.
async fn proxy(to: String) -> (String, std::sync::Arc<parking_lot::Mutex<Vec<AbortHandle>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let open = std::sync::Arc::new(parking_lot::Mutex::new(Vec::new()));
    let all = open.clone();
    tokio::spawn(async move {
        while let Ok((mut from, _)) = listener.accept().await {
            let to = to.clone();
            let task = tokio::spawn(async move {
                let mut to = TcpStream::connect(to).await.unwrap();
                let _ = tokio::io::copy_bidirectional(&mut from, &mut to).await;
            });
            all.lock().push(task.abort_handle());
        }
    });
    (url, open)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_server_leaves_the_answer_so_far() {
    let mut world = World::served().await;
    let running = world.start(&["chat", "many: words 3000"], "w80 ");
    let mut server = world.server.take().unwrap();
    server.kill();
    let address = server.url.trim_start_matches("http://").to_owned();
    world.server = Some(world.serve(&address));
    let ran = running.end();
    assert_eq!(ran.code, 1, "{}", ran.stderr);
    assert!(ran.stderr.contains("interrupted"), "{}", ran.stderr);
    let (_, turns) = world.last();
    assert_eq!(turns[0]["status"], "interrupted");
    let kept = turns[0]["text"].as_str().unwrap();
    assert!(!kept.is_empty() && ran.stdout.starts_with(kept), "{kept}: {}", ran.stdout);
    assert_eq!(ran.stdout.matches("w0 ").count(), 1, "nothing is printed twice");
    assert_eq!(world.ok(&["chat", "-c", "words 1"]), "w0 \n");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_is_told_that_the_model_no_longer_reads_all_of_it() {
    let world = World::local().await;
    let message = format!("{}: words 2", "lorem ipsum ".repeat(120));
    let ask = |arguments: &[&str]| {
        let mut command = world.command(&[&["chat", "-m", &message], arguments].concat());
        let ran = ran(command.env("SESSIOND_MODEL_WINDOW", "1200").spawn().unwrap());
        assert_eq!((ran.code, &*ran.stdout), (0, "w0 w1 \n"), "{}", ran.stderr);
        ran.stderr
    };
    assert_eq!(ask(&[]), "");
    let told = (0..6).any(|_| ask(&["-c"]).contains("note: for the model, earlier turns are "));
    assert!(told);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_conversation_on_a_terminal() {
    for world in [World::served().await, World::local().await] {
        conversation(&world).await;
    }
}

async fn conversation(world: &World) {
    let dir = world.dir.path();
    std::fs::write(dir.join("my notes.md"), "# Notice\n\nThirty days.\n").unwrap();
    let mut terminal = world.terminal(&["chat", "--name", "talk"]);
    let mut said = |keys: &str| {
        terminal.keys(&format!("{keys}\r"));
        terminal.wait(PROMPT)
    };
    assert!(said("words 3").contains("\nw0 w1 w2 \n\n"));
    // A long answer is broken between words.
    let long = said("many: words 30");
    let lines: Vec<&str> = long.lines().skip(1).filter(|line| line.contains("w1")).collect();
    assert!(lines.len() >= 2 && lines.iter().all(|line| line.trim_end().len() <= 60), "{long}");
    assert!(said("escape 1").contains("\na [2Jb c\n"));
    assert!(said("think 1").contains("Thinking: Let me see.\n\nw0 \n"));
    // A message of several lines.
    said("\"\"\"one\rtwo: words 1\"\"\"");
    let sent =
        world.model.requests.lock().last().unwrap()["messages"].as_array().unwrap().last().unwrap().clone();
    assert_eq!(sent["content"], "one\ntwo: words 1");
    said("a paste: \x1b[200~one\nwords 1\x1b[201~");
    let sent =
        world.model.requests.lock().last().unwrap()["messages"].as_array().unwrap().last().unwrap().clone();
    assert_eq!(sent["content"], "a paste: one\nwords 1");

    assert!(said("/help").contains("/upload PATH"));
    assert!(said("/nonsense").contains("error: there is no command /nonsense"));
    assert!(said("/upload missing.md").contains("error: missing.md"));
    assert!(said("/upload 'my notes.md'").contains("my notes.md is added"));
    assert!(said("/files").contains("my notes.md"));
    assert!(said("/mode poem").contains("it is chat or query"));
    said("/mode query");
    assert!(said("notice: cite 1").contains("It says so [1].\n\n[1] my notes.md, Notice\n"));
    assert!(said("/mode").contains("\nquery\n"));
    said("/mode chat");
    assert!(said("/remove my notes.md").contains("my notes.md is removed"));
    said("/system Be brief.");
    assert!(said("/system").contains("\nBe brief.\n"));
    assert!(said("words 2").contains("\nw0 w1 \n"));
    assert!(said("/retry").contains("\nw0 w1 \n"));
    assert_eq!(world.model.requests.lock().last().unwrap()["messages"][0]["content"], "Be brief.");
    terminal.keys("/edit\r");
    terminal.wait("words 2");
    // The editor has the message: its number becomes another.
    terminal.keys("\x7f5\r");
    assert!(terminal.wait(PROMPT).contains("\nw0 w1 w2 w3 w4 \n"));
    terminal.keys("/export talk.md\r");
    assert!(terminal.wait(PROMPT).contains("talk.md has 8 turns"));
    let text = std::fs::read_to_string(dir.join("talk.md")).unwrap();
    assert!(
        text.starts_with("# talk\n\n## You\n")
            && text.contains("\nwords 5\n")
            && !text.contains("\nwords 2\n"),
        "{text}"
    );
    assert!(text.contains("\n- [1] my notes.md, Notice\n"), "{text}");
    terminal.keys("/export talk.md\r");
    assert!(terminal.wait(PROMPT).contains("error: cannot write talk.md"));

    // Ctrl-C stops an answer, and the conversation continues. The arrow finds the message again.
    terminal.keys("many: words 3000\r");
    terminal.wait("w3 ");
    terminal.keys("\x03");
    assert!(terminal.wait(PROMPT).contains("note: the answer is stopped"));
    assert_eq!(world.last().1.last().unwrap()["status"], "stopped");
    terminal.keys("\x1b[A");
    terminal.wait("many: words 3000");
    terminal.keys("\x03");
    terminal.wait("another Ctrl-C leaves");
    terminal.wait(PROMPT);
    terminal.keys("\x04");
    let (code, all) = terminal.end();
    let (id, _) = world.last();
    assert!(
        code == Some(0) && all.contains(&format!("`sessiond chat {id}` continues this conversation")),
        "{all}"
    );

    // Later: the conversation is there, and its messages are in the history.
    let mut terminal = world.terminal(&["chat", "-c"]);
    assert!(terminal.all().contains(&format!("{id} has 9 turns")), "{}", terminal.all());
    terminal.keys("/history\r");
    assert!(terminal.wait(PROMPT).contains("(stopped: "));
    terminal.keys("\x1b[A\x1b[A\x1b[A");
    terminal.wait("words 5");
    terminal.keys("\r");
    assert!(terminal.wait(PROMPT).contains("\nw0 w1 w2 w3 w4 \n"));
    terminal.keys("/clear\r");
    terminal.wait("Remove all turns?");
    terminal.keys("y\r");
    terminal.wait(PROMPT);
    terminal.keys("/history\r");
    assert!(terminal.wait(PROMPT).contains("nothing was said yet"));
    terminal.keys("\x03");
    terminal.wait("another Ctrl-C leaves");
    terminal.wait(PROMPT);
    terminal.keys("\x03");
    assert_eq!(terminal.end().0, Some(130));
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_left_of_a_conversation_without_a_word() {
    let world = World::served().await;
    let mut terminal = world.terminal(&["chat", "--name", "nothing"]);
    terminal.keys("/files\r");
    terminal.wait("there are no files");
    terminal.wait(PROMPT);
    terminal.keys("/quit\r");
    assert_eq!(terminal.end().0, Some(0));
    assert_eq!(world.json(&["session", "list"])["sessions"], json!([]));
    assert!(!Path::new(world.dir.path()).join(".sessiond").exists());
    assert_eq!(world.model.sent.load(Ordering::SeqCst), 0);
}
