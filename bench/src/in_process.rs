//! A model in the server's process: what a second turn reads of its prompt, beside llama.cpp's server.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, BufReader};
use tokio::process::{Child, Command};

use crate::bench::Bench;
use crate::http::Connection;
use crate::report::{Section, ms};
use crate::served::Served;

/// The peer: llama.cpp's own server, built by others.
const PEER: &str = "xllamacpp==2026.10.11549";
const SCRIPT: &str = "bench/python/llama_cpp.py";
/// The tokens of an answer.
const ANSWER: u64 = 32;
/// How long the peer may take to read its model.
const PATIENCE: Duration = Duration::from_secs(120);

/// What is asked, after a text in the first message.
const QUESTIONS: [&str; 3] =
    ["What is this about? Answer in one sentence.", "And in other words?", "Which word is the longest?"];

/// A turn as a client saw it.
struct Turn {
    prompt: u64,
    cached: u64,
    written: u64,
    first: Duration,
    took: Duration,
    text: String,
}

pub async fn run(bench: &Bench) -> anyhow::Result<Section> {
    let columns = ["turn", "by", "prompt, tokens", "read of it", "first token", "tokens a second"];
    let mut section = Section::new("A model in the process", columns);
    let Some(file) = model(bench)? else {
        section.how("Not measured: there is no GGUF file in `target/models`.");
        return Ok(section);
    };
    let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
    section.how(format!(
        "One conversation with {name} by its file: a text of 300 words with a question, and two short questions; answers of at most \
         {ANSWER} tokens, temperature 0. `sessiond serve` has a session of it, which is durable; its client reads the turn's event \
         stream. Its first token is from sending the message to having the text."
    ));
    bench.quiet().await?;
    let ours = match ours(bench, &file).await {
        Ok(ours) => ours,
        Err(error) => {
            section.how(format!("Not measured: {error:#}."));
            return Ok(section);
        }
    };
    rows(&mut section, "sessiond", &ours);
    match theirs(bench, &file).await {
        Ok(theirs) => {
            rows(&mut section, "llama.cpp", &theirs);
            section.how(format!(
                "llama.cpp: its server as {PEER} packs it, with as many threads, one slot, and its own cache of prompts; its client \
                 sends the whole conversation each time. It has no sessions and keeps nothing on disk."
            ));
        }
        Err(error) => section.how(format!("No peer ran: {error:#}.")),
    }
    for (number, pair) in (2..).zip(ours.windows(2)) {
        let [before, turn] = pair else { continue };
        let new = turn.prompt.saturating_sub(before.prompt + before.written);
        let read = turn.prompt - turn.cached;
        let aim = format!("turn {number}: only the {new} new tokens of {} are read", turn.prompt);
        // The last token of an answer was written, and never read.
        section.aim(aim, format!("{read}"), read <= new + 1);
    }
    Ok(section)
}

fn rows(section: &mut Section, by: &str, turns: &[Turn]) {
    for (number, turn) in (1..).zip(turns) {
        let Turn { prompt, cached, written, first, took, .. } = turn;
        let rate = written.saturating_sub(1) as f64 / took.saturating_sub(*first).as_secs_f64().max(1e-9);
        section.row([
            number.to_string(),
            by.to_owned(),
            prompt.to_string(),
            (prompt - cached).to_string(),
            ms(*first),
            if *written > 1 { format!("{rate:.1}") } else { String::new() },
        ]);
    }
}

/// The first GGUF file in `target/models`.
fn model(bench: &Bench) -> anyhow::Result<Option<PathBuf>> {
    let Ok(files) = std::fs::read_dir(bench.target().join("models")) else { return Ok(None) };
    let mut files: Vec<PathBuf> = files.map(|file| Ok(file?.path())).collect::<std::io::Result<_>>()?;
    files.retain(|file| file.extension().is_some_and(|extension| extension == "gguf"));
    files.sort();
    Ok(files.into_iter().next())
}

/// The messages of the conversation.
fn messages() -> Vec<String> {
    let sentence =
        "The notice period of the office lease is six months, and the deposit is three months' rent. ";
    let text = sentence.repeat(18);
    let first = format!("{text}\n\n{}", QUESTIONS[0]);
    std::iter::once(first).chain(QUESTIONS[1..].iter().map(|question| (*question).to_owned())).collect()
}

async fn ours(bench: &Bench, file: &Path) -> anyhow::Result<Vec<Turn>> {
    let dir = bench.fresh()?;
    let environment = [("SESSIOND_MODEL", file.display().to_string())];
    let served = Served::start_with(bench, &dir.path().join("store"), &environment).await?;
    let mut connection = served.connect().await?;
    connection.post("/sessions", &json!({ "session_id": "talk", "kind": "assistant" })).await?.ok()?;
    let assistant = json!({ "max_tokens": ANSWER, "temperature": 0.0 }).to_string();
    connection.request("PUT", "/sessions/talk/assistant", assistant.as_bytes()).await?.ok()?;
    let mut turns = Vec::new();
    for text in messages() {
        let connection = served.connect().await?;
        let turn = follow(connection, "/sessions/talk/turns", &json!({ "text": text })).await?;
        ensure!(turn.prompt > 0, "the model did not answer: {}", turn.text);
        turns.push(turn);
    }
    served.stop().await?;
    Ok(turns)
}

async fn theirs(bench: &Bench, file: &Path) -> anyhow::Result<Vec<Turn>> {
    let python = environment(bench).await?;
    let (_child, address) = peer(&python, file).await?;
    let mut said: Vec<Value> = Vec::new();
    let mut turns = Vec::new();
    for text in messages() {
        said.push(json!({ "role": "user", "content": text }));
        let body = json!({
            "messages": said, "max_tokens": ANSWER, "temperature": 0.0, "stream": true,
            "stream_options": { "include_usage": true },
        });
        let turn = follow(Connection::open(address).await?, "/v1/chat/completions", &body).await?;
        said.push(json!({ "role": "assistant", "content": turn.text }));
        turns.push(turn);
    }
    Ok(turns)
}

/// An environment of Python with the peer.
async fn environment(bench: &Bench) -> anyhow::Result<PathBuf> {
    let environment = bench.kept("llama-cpp");
    let python = environment.join("bin").join("python");
    if !python.exists() {
        quietly(Command::new("python3").args(["-m", "venv"]).arg(&environment)).await?;
    }
    let mut pip = Command::new(&python);
    pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--only-binary", ":all:"]);
    quietly(pip.arg(PEER)).await.with_context(|| format!("{PEER} cannot be installed"))?;
    Ok(python)
}

async fn quietly(command: &mut Command) -> anyhow::Result<()> {
    let status = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status().await?;
    ensure!(status.success(), "it ended with {status}");
    Ok(())
}

/// Starts the peer, and waits until it has read its model.
async fn peer(python: &Path, file: &Path) -> anyhow::Result<(Child, SocketAddr)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().context("the package has no parent")?;
    let port = std::net::TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port();
    let threads = std::thread::available_parallelism().map_or(1, usize::from).saturating_sub(1).max(1);
    let mut child = Command::new(python)
        .current_dir(root)
        .arg(SCRIPT)
        .arg(file)
        .args([port.to_string(), threads.to_string()])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .context("the peer cannot be started")?;
    let mut lines = BufReader::new(child.stdout.take().context("it has no output")?).lines();
    tokio::time::timeout(PATIENCE, lines.next_line()).await.context("the peer is not ready")??;
    Ok((child, SocketAddr::from(([127, 0, 0, 1], port))))
}

/// Sends a message, and reads the stream of its answer to its end.
async fn follow(connection: Connection, path: &str, body: &Value) -> anyhow::Result<Turn> {
    let sent = Instant::now();
    let (mut stream, mut received) = connection.post_and_watch(path, body).await?;
    let mut turn = Turn {
        prompt: 0,
        cached: 0,
        written: 0,
        first: Duration::ZERO,
        took: Duration::ZERO,
        text: String::new(),
    };
    loop {
        let end = received.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
        for line in received.drain(..end).collect::<Vec<_>>().split(|byte| *byte == b'\n') {
            let Some(data) = line.strip_prefix(b"data: ") else { continue };
            let Ok(event) = serde_json::from_slice::<Value>(data) else { continue };
            // A turn of sessiond at its end, or the usage of the service.
            let text = match (&event["answer"], &event["text"], &event["choices"][0]["delta"]["content"]) {
                (Value::Null, Value::String(text), _) | (_, _, Value::String(text)) => text.as_str(),
                _ => "",
            };
            if !text.is_empty() && turn.text.is_empty() {
                turn.first = sent.elapsed();
            }
            turn.text.push_str(text);
            let usage = &event["usage"];
            let number = |ours: &str, theirs: &str| usage[ours].as_u64().or(usage[theirs].as_u64());
            if let Some(prompt) = number("input_tokens", "prompt_tokens") {
                turn.prompt = prompt;
                turn.written = number("output_tokens", "completion_tokens").unwrap_or_default();
                let details = &usage["prompt_tokens_details"]["cached_tokens"];
                turn.cached = usage["cached_tokens"].as_u64().or(details.as_u64()).unwrap_or_default();
                turn.took = sent.elapsed();
                return Ok(turn);
            }
            // A turn that ended without a usage was not answered by a model.
            if event["status"].is_string() && !event["ended_at"].is_null() {
                return Ok(turn);
            }
        }
        ensure!(stream.read_buf(&mut received).await? > 0, "the stream ended without a usage");
    }
}
