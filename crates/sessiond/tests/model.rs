//! `sessiond model serve` with a real model and the official openai client, and what the program says without models.
#![allow(clippy::unwrap_used, reason = "tests may panic")]

mod support;

use support::Place;

#[cfg(not(feature = "gguf"))]
#[test]
fn a_program_without_models_says_how_to_build_one_with_them() {
    let said = Place::new().fails(&["model", "serve", "model.gguf"]);
    assert!(said.contains("--features gguf"), "{said}");
}

#[test]
fn a_model_is_shown_with_its_window_and_where_that_is_known_from() {
    let place = Place::new();
    let show = |variables: &[(&str, &str)], arguments: &[&str]| {
        let mut command = place.command(&[&["model", "show"], arguments].concat());
        // Nobody listens there.
        command.env("SESSIOND_MODEL_URL", "http://127.0.0.1:9").env("SESSIOND_MODEL", "small");
        command.envs(variables.iter().copied());
        let output = command.output().unwrap();
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).unwrap()
    };
    let said = show(&[], &[]);
    assert!(said.contains("8192 tokens, which is assumed: set SESSIOND_MODEL_WINDOW"), "{said}");
    let said = show(&[("SESSIOND_MODEL_WINDOW", "32768"), ("SESSIOND_MODEL_API", "ollama")], &["--json"]);
    let said: serde_json::Value = serde_json::from_str(&said).unwrap();
    let expected =
        serde_json::json!({"name": "small", "provider": "ollama", "window": 32768, "window_known": "set"});
    assert_eq!(said, expected);
}

#[cfg(feature = "gguf")]
mod needs_gguf {
    use std::io::{BufRead as _, BufReader};
    use std::path::{Path, PathBuf};
    use std::process::{Command, Stdio};
    use std::time::{Duration, Instant};

    use rustix::process::Signal;

    use super::Place;
    use super::support::Running;

    fn root() -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
    }

    /// The file that `SESSIOND_TEST_GGUF` names, or the one in `target/models`.
    fn file() -> String {
        let path = std::env::var_os("SESSIOND_TEST_GGUF").map(PathBuf::from).or_else(|| {
            let files =
                std::fs::read_dir(root().join("target/models")).ok()?.map(|entry| entry.unwrap().path());
            files.filter(|path| path.extension().is_some_and(|extension| extension == "gguf")).min()
        });
        let path = path.expect("there is no target/models/*.gguf; `cargo xtask test` says how to get it");
        path.to_str().unwrap().to_owned()
    }

    /// A server with the model, and its address.
    fn serve(place: &Place, mut command: Command) -> (Running, String) {
        command.args(["--listen", "127.0.0.1:0"]);
        let mut server = place.start_command(command);
        let line = server.line_with(" listens on ");
        let url = line.split_whitespace().last().unwrap().to_owned();
        (server, url)
    }

    #[test]
    fn the_official_client_for_python_is_served_with_its_key_and_needs_openai() {
        let place = Place::new();
        let mut command = place.command(&["model", "serve", &file(), "--name", "small"]);
        command.env("SESSIOND_MODEL_KEY", "sk-1234");
        let (server, url) = serve(&place, command);
        let output = Command::new(root().join("target/openai/bin/python"))
            .arg(root().join("tests/openai/client.py"))
            .args([&url, "small", "sk-1234"])
            .env("NO_PROXY", "127.0.0.1")
            .output()
            .unwrap();
        let (said, wrong) =
            (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(output.status.success() && said.trim().ends_with("came to its end"), "{said}{wrong}");
        server.signal(Signal::TERM);
        assert_eq!(server.end().0, Some(0));
    }

    #[test]
    fn without_a_key_other_machines_and_web_pages_elsewhere_are_kept_out_and_needs_curl() {
        let place = Place::new();
        let said = place.fails(&["model", "serve", &file(), "--listen", "0.0.0.0:0"]);
        assert!(said.contains("SESSIOND_MODEL_KEY") && said.contains("127.0.0.1"), "{said}");
        let (server, url) = serve(&place, place.command(&["model", "serve", &file()]));
        let curl = |arguments: &[&str]| {
            let output = Command::new("curl")
                .args(["-s", "-w", " %{http_code}", "--noproxy", "*"])
                .args(arguments)
                .output()
                .unwrap();
            String::from_utf8(output.stdout).unwrap()
        };
        let models = format!("{url}/models");
        assert!(curl(&[&models]).ends_with(" 200"));
        for header in ["Host: evil.example", "Origin: http://evil.example", "Sec-Fetch-Site: cross-site"] {
            let said = curl(&[&models, "-H", header]);
            assert!(said.starts_with(r#"{"error":{"#) && said.ends_with(" 403"), "{header}: {said}");
        }
        assert!(curl(&[&models, "-d", "{}"]).ends_with(" 405"));
        assert!(curl(&[&format!("{url}/embeddings")]).ends_with(" 404"));
        // An answer that is under way does not keep the server from its end for long.
        let body = r#"{"messages": [{"role": "user", "content": "Tell me a long story."}], "stream": true}"#;
        let completions = format!("{url}/chat/completions");
        let mut reader = Command::new("curl")
            .args(["-sN", "--noproxy", "*", &completions, "-H", "content-type: application/json", "-d", body])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut first = String::new();
        BufReader::new(reader.stdout.as_mut().unwrap()).read_line(&mut first).unwrap();
        assert!(first.starts_with("data: {"), "{first}");
        let asked = Instant::now();
        server.signal(Signal::INT);
        assert_eq!(server.end().0, Some(0));
        assert!(asked.elapsed() < Duration::from_secs(20), "{:?}", asked.elapsed());
        reader.wait().unwrap();
    }

    #[test]
    fn a_file_that_is_no_model_is_named_and_needs_no_gguf() {
        let place = Place::new();
        place.write("model.gguf", "no model");
        let said = place.fails(&["model", "serve", "model.gguf", "--listen", "127.0.0.1:0"]);
        assert!(said.contains("model.gguf") && said.contains("no GGUF file"), "{said}");
    }
}
