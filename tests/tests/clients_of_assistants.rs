//! `sessiond client N`: a client's page and proxy, with the built binary.
#![allow(missing_docs, clippy::unwrap_used)]

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use reqwest::{Method, Response, StatusCode};
use serde_json::{Value, json};
use sessiond_tests::server::{Served, binary};

/// `sessiond client N` on free ports.
struct Client {
    child: Child,
    page: String,
    proxy: String,
    http: reqwest::Client,
}

impl Client {
    fn start(number: u16, backend: &str, dir: &Path, environment: &[(&str, &str)]) -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let number = number.to_string();
        let mut child = Command::new(binary())
            .args(["client", &number, "--page-port", "0", "--proxy-port", "0", "--dir"])
            .arg(dir)
            .env("BACKEND_URL", backend)
            .envs(environment.iter().copied())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let line = BufReader::new(child.stdout.take().unwrap()).lines().next().unwrap().unwrap();
        let mut urls = line
            .split_whitespace()
            .filter(|word| word.starts_with("http://"))
            .map(|word| word.trim_end_matches([',', ')']).to_owned());
        let http = reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build();
        Self { page: urls.next().unwrap(), proxy: urls.next().unwrap(), child, http: http.unwrap() }
    }

    fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        self.http.request(method, format!("{}{path}", self.proxy))
    }

    async fn get(&self, path: &str) -> Response {
        self.request(Method::GET, path).send().await.unwrap()
    }

    async fn chat(&self, message: &str) -> Value {
        let body = json!({"message": message});
        read(200, self.request(Method::POST, "/chat").json(&body).send().await.unwrap()).await
    }

    /// The client's own session.
    async fn session(&self) -> String {
        let list = read(200, self.get("/sessions").await).await;
        assert_eq!(list["sessions"][0]["session_id"], list["session_id"], "{list}");
        serde_json::from_value::<sessiond_api::SessionPage>(list.clone())
            .expect("it is a list as a server's");
        list["session_id"].as_str().unwrap().to_owned()
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

async fn read(status: u16, response: Response) -> Value {
    let actual = response.status();
    let text = response.text().await.unwrap();
    assert_eq!(actual, StatusCode::from_u16(status).unwrap(), "{text}");
    serde_json::from_str(&text).unwrap_or(Value::Null)
}

/// A server whose assistants have no model, and say so.
fn serve(dir: &Path, environment: &[(&str, &str)]) -> Served {
    Served::start(dir, "127.0.0.1:0", environment)
}

#[tokio::test(flavor = "multi_thread")]
async fn each_client_has_a_session_of_its_own_and_finds_no_other() {
    let dir = tempfile::tempdir().unwrap();
    let server = serve(dir.path(), &[]);
    let two = Client::start(2, &server.url, dir.path(), &[]);
    let three = Client::start(3, &server.url, dir.path(), &[("CLIENT_ID", "team-lead")]);
    let health = read(200, two.get("/health").await).await;
    assert_eq!(health, json!({"status": "healthy", "client_id": "client-2", "main_server": "healthy"}));
    // The first contacts of a client create one session.
    let contacts = (0..8).map(|_| two.chat("Hello"));
    let sessions: Vec<_> = futures_util::future::join_all(contacts).await;
    let own = sessions[0]["session_id"].as_str().unwrap();
    assert!(sessions.iter().all(|answer| answer["session_id"] == own), "{sessions:?}");
    assert_eq!(two.session().await, own);
    let other = three.session().await;
    assert_ne!(other, own);
    let view = read(
        200,
        two.request(Method::GET, &format!("/sessions/{own}"))
            .header("x-session-id", own)
            .send()
            .await
            .unwrap(),
    );
    assert_eq!(view.await["client_id"], "client-2");
    // Whatever a visitor sends, the proxy asks as its client.
    for path in ["", "/turns", "/events"] {
        for key in [None, Some("guessed")] {
            let mut request = two.request(Method::GET, &format!("/sessions/{other}{path}"));
            if let Some(key) = key {
                request = request.bearer_auth(key).header("x-agent-api-key", key);
            }
            assert_eq!(read(404, request.send().await.unwrap()).await["code"], "session_not_found");
        }
    }
    let stolen =
        two.request(Method::POST, "/chat").header("x-session-id", &other).json(&json!({"message": "Hi"}));
    assert_eq!(read(404, stolen.send().await.unwrap()).await["code"], "session_not_found");
    for path in ["/keys", "/sessions/counts"] {
        assert_eq!(two.get(path).await.status(), 403, "{path}");
    }
    let list = read(200, three.get("/sessions").await).await;
    assert_eq!(
        (&list["sessions"].as_array().unwrap().len(), &list["stats"]["total_sessions"]),
        (&1, &json!(1))
    );
    // A page elsewhere gets nothing, and neither does another name.
    for (name, value) in
        [("origin", "http://evil.example"), ("host", "evil.example"), ("sec-fetch-site", "cross-site")]
    {
        let response = two.request(Method::GET, "/sessions").header(name, value).send().await.unwrap();
        assert_eq!(read(403, response).await["code"], "origin_refused", "{name}");
    }
    let root = two.http.get(&two.page).send().await.unwrap();
    assert_eq!((root.status().as_u16(), root.headers()["location"].to_str().unwrap()), (307, "/console/"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_keeps_its_session_until_that_is_deleted() {
    let dir = tempfile::tempdir().unwrap();
    let server = serve(dir.path(), &[]);
    let client = Client::start(2, &server.url, dir.path(), &[]);
    let own = client.session().await;
    drop(client);
    let kept = dir.path().join("client-2.json");
    let mode = std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(&kept).unwrap().permissions());
    assert_eq!(mode & 0o777, 0o600);
    let client = Client::start(2, &server.url, dir.path(), &[]);
    assert_eq!(client.session().await, own);
    // An answer streams through it.
    let stream = client.request(Method::POST, "/chat").header("accept", "text/event-stream");
    let stream = stream.json(&json!({"message": "Hello"})).send().await.unwrap();
    assert_eq!(stream.headers()["content-type"], "text/event-stream");
    assert!(stream.text().await.unwrap().contains("event: end"));
    // Cleared, and then deleted: the next request begins another one.
    let path = format!("/sessions/{own}");
    read(200, client.request(Method::POST, &format!("{path}/clear")).json(&json!({})).send().await.unwrap())
        .await;
    assert_eq!(client.request(Method::DELETE, &path).send().await.unwrap().status(), 204);
    assert!(!kept.exists());
    let second = client.session().await;
    assert_ne!(second, own);
    // Deleted by somebody else: that is told once.
    let deleted = client.http.delete(format!("{}/sessions/{second}", server.url)).send().await.unwrap();
    assert_eq!(deleted.status(), 204);
    let body = json!({"message": "Hello"});
    let told = client.request(Method::POST, "/chat").json(&body).send().await.unwrap();
    assert_eq!(read(404, told).await["code"], "session_not_found");
    let third = client.chat("Hello").await["session_id"].clone();
    assert_ne!(third, json!(second));
    // A new one on purpose.
    let fourth = client.request(Method::POST, "/sessions").json(&json!({})).send().await.unwrap();
    let fourth = read(201, fourth).await["session_id"].clone();
    assert_eq!(client.session().await, fourth.as_str().unwrap());
    // Another server's session is none of this one.
    let elsewhere = tempfile::tempdir().unwrap();
    let other_server = serve(elsewhere.path(), &[]);
    drop(client);
    let client = Client::start(2, &other_server.url, dir.path(), &[]);
    assert_ne!(json!(client.session().await), fourth);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_away_or_wants_a_key_is_told() {
    let dir = tempfile::tempdir().unwrap();
    let mut server = serve(dir.path(), &[("SESSIOND_API_KEY", "sk_admin")]);
    let client = Client::start(2, &server.url, dir.path(), &[]);
    let chat = || client.request(Method::POST, "/chat").json(&json!({"message": "Hello"})).send();
    let problem = read(503, chat().await.unwrap()).await;
    assert!(problem["detail"].as_str().unwrap().contains("key"), "{problem}");
    drop(client);
    let client = Client::start(2, &server.url, dir.path(), &[("SESSIOND_API_KEY", "sk_admin")]);
    let own = client.session().await;
    // With a key, the list has all sessions of the key.
    let list = read(200, client.get("/sessions").await).await;
    assert_eq!((&list["stats"]["total_sessions"], &list["session_id"]), (&json!(1), &json!(own)));
    server.kill();
    let away = client.request(Method::POST, "/chat").json(&json!({"message": "Hello"})).send().await.unwrap();
    let problem = read(503, away).await;
    assert!(problem["detail"].as_str().unwrap().contains(&server.url), "{problem}");
    assert_eq!(read(200, client.get("/health").await).await["main_server"], "unreachable");
}

#[test]
fn a_wrong_number_or_a_taken_port_is_named() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let dir = tempfile::tempdir().unwrap();
    let run = |arguments: &[&str]| {
        let mut command = Command::new(binary());
        let output = command.arg("client").args(arguments).current_dir(dir.path()).output().unwrap();
        (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    for number in ["0", "500", "x"] {
        assert_eq!(run(&[number]).0, Some(2), "{number}");
    }
    let (code, said) = run(&["2", "--page-port", &port, "--proxy-port", "0"]);
    assert!(code == Some(1) && said.contains(&port) && said.contains("--page-port"), "{said}");
    assert!(!said.contains("--listen"), "{said}");
}

/// Runs `sessiond check isolation` on a server, and gives its report.
fn check_isolation(url: &str) -> (Option<i32>, Value) {
    let output =
        Command::new(binary()).args(["check", "isolation", "--json", "--url", url]).output().unwrap();
    (output.status.code(), serde_json::from_slice(&output.stdout).unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_check_of_isolation_finds_nothing_in_a_server_and_everything_in_one_that_asks_nobody() {
    let dir = tempfile::tempdir().unwrap();
    let server = serve(dir.path(), &[]);
    let _ = rustls::crypto::ring::default_provider().install_default();
    // Whatever has the name of something that is shown, the check deletes its own sessions alone.
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    for id in ["assistant", "isolation-check"] {
        let body = json!({"session_id": id, "client_id": "me"});
        read(201, http.post(format!("{}/sessions", server.url)).json(&body).send().await.unwrap()).await;
    }
    let (code, report) = check_isolation(&server.url);
    for id in ["assistant", "isolation-check"] {
        let deleted = http.delete(format!("{}/sessions/{id}", server.url)).send().await.unwrap();
        assert_eq!(deleted.status(), 204, "{id} is still there");
    }
    assert_eq!((code, &report["faults"]), (Some(0), &json!([])), "{report}");
    assert!(report["operations"].as_u64().unwrap() > 50, "{report}");
    // What stands before this one drops the credentials of its visitors.
    let behind = server.url.clone();
    let open = axum::Router::new().fallback(move |request: axum::extract::Request| {
        let (url, http) = (format!("{behind}{}", request.uri()), http.clone());
        async move {
            let (parts, body) = request.into_parts();
            let body = axum::body::to_bytes(body, usize::MAX).await.unwrap();
            let mut forward = http.request(parts.method, url).body(body);
            for name in ["content-type", "x-session-id"] {
                if let Some(value) = parts.headers.get(name) {
                    forward = forward.header(name, value);
                }
            }
            let answer = forward.send().await.unwrap();
            (answer.status(), answer.bytes().await.unwrap())
        }
    });
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, open).await });
    let (code, report) = tokio::task::spawn_blocking(move || check_isolation(&url)).await.unwrap();
    let faults = report["faults"].to_string();
    assert_eq!(code, Some(1), "{report}");
    for fault in ["GET /sessions/{session_id}: another's", "a wrong token gets 200", "changed by another"] {
        assert!(faults.contains(fault), "{fault}: {faults}");
    }
    // Neither leaves a session behind.
    let left = reqwest::get(format!("{}/sessions", server.url)).await.unwrap();
    assert_eq!(read(200, left).await["sessions"], json!([]));
}

mod needs_curl {
    use super::*;

    /// Runs a line of a guide with the ports of these servers, and gives what it prints.
    fn run(line: &str, ports: &[(&str, &str)], session: &str) -> Value {
        let mut line = line.replace("{session_id}", session);
        for (port, url) in ports {
            line = line.replace(&format!("http://localhost:{port}"), url);
        }
        let output = Command::new("bash").args(["-c", &line]).output().unwrap();
        let text = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success(), "{line}: {text}");
        if text.is_empty() { Value::Null } else { serde_json::from_str(&text).unwrap() }
    }

    /// The command lines by which people have used such a system before, as they are.
    #[tokio::test(flavor = "multi_thread")]
    async fn what_people_type_works_with_and_without_a_key() {
        for key in [None, Some("sk_admin")] {
            let dir = tempfile::tempdir().unwrap();
            let mut environment = vec![("SESSION_TIMEOUT", "60")];
            environment.extend(key.map(|key| ("SESSIOND_API_KEY", key)));
            let server = serve(dir.path(), &environment);
            let two = Client::start(2, &server.url, dir.path(), &environment);
            let three = Client::start(3, &server.url, dir.path(), &environment);
            let ports =
                [("8000", server.url.as_str()), ("8002", two.proxy.as_str()), ("8003", three.proxy.as_str())];
            let run = |line: &str, session: &str| run(line, &ports, session);
            // On the server itself a key is needed where one is configured.
            let with_key = key.map_or(String::new(), |key| format!(" -H 'authorization: Bearer {key}'"));
            let created = run(
                "curl -X POST http://localhost:8002/sessions \\\n  -H \"Content-Type: application/json\" \\\n  \
                 -d '{\"client_id\": \"my_client\"}'",
                "",
            );
            assert_eq!(created["client_id"], "my_client");
            for member in ["session_id", "created_at", "last_activity", "expires_at", "message", "token"] {
                assert!(created[member].is_string(), "{member}: {created}");
            }
            let own = created["session_id"].as_str().unwrap();
            let line =
                "curl http://localhost:8002/sessions/{session_id} \\\n  -H \"x-session-id: {session_id}\"";
            assert_eq!(run(line, own)["session_id"], own);
            let list = run(&format!("curl http://localhost:8000/sessions{with_key}"), "");
            assert_eq!(list["sessions"].as_array().unwrap().len(), 1, "{list}");
            let ids =
                ["8002", "8003"].map(|port| run(&format!("curl http://localhost:{port}/sessions -s"), ""));
            assert_eq!(ids[0]["session_id"], own);
            assert!(ids[1]["session_id"].is_string() && ids[1]["session_id"] != own, "{ids:?}");
            let now = run("curl http://localhost:8002/sessions -s", "")["session_id"].clone();
            let now = now.as_str().unwrap();
            let document = dir.path().join("document1.md");
            std::fs::write(&document, "# Notes\n\nThe meeting is on Friday.\n").unwrap();
            let uploaded =
                run(&format!("curl -s -F file=@{} http://localhost:8002/upload", document.display()), "");
            assert_eq!(
                (&uploaded["filename"], &uploaded["session_id"]),
                (&json!("document1.md"), &json!(now))
            );
            for member in ["message", "file_path", "size", "type", "timestamp"] {
                assert!(!uploaded[member].is_null(), "{member}: {uploaded}");
            }
            let content = format!("http://localhost:8002{}", uploaded["file_path"].as_str().unwrap());
            let content = run(&format!("curl -s {content} | jq -R -s ."), "");
            assert_eq!(content, "# Notes\n\nThe meeting is on Friday.\n");
            let files = run("curl -s http://localhost:8002/sessions/{session_id}/files", now);
            assert_eq!(files["files"].as_array().unwrap().len(), 1, "{files}");
            let stats = run(&format!("curl http://localhost:8000/sessions{with_key}"), "")["stats"].clone();
            assert_eq!((&stats["files_count"], &stats["storage_bytes"]), (&json!(1), &json!(35)), "{stats}");
            assert_eq!(
                (&stats["total_sessions"], &stats["session_timeout_minutes"]),
                (&json!(2), &json!(60))
            );
            run("curl http://localhost:8000/health", "");
            for port in ["8002", "8003"] {
                assert_eq!(
                    run(&format!("curl http://localhost:{port}/health"), "")["main_server"],
                    "healthy"
                );
            }
            let line = "curl -X POST http://localhost:8002/sessions/{session_id}/clear \\\n  -H \"x-session-id: {session_id}\"";
            assert_eq!(run(line, own)["session_id"], own);
            let line = "curl -X DELETE http://localhost:8002/sessions/{session_id} \\\n  -H \"x-session-id: {session_id}\"";
            assert_eq!(run(line, own), Value::Null);
            let old = ids[1]["session_id"].as_str().unwrap();
            run(&format!("curl -X DELETE http://localhost:8000/sessions/{{session_id}}{with_key}"), old);
            let stats = run(&format!("curl http://localhost:8000/sessions{with_key}"), "")["stats"].clone();
            assert_eq!(stats["total_sessions"], 0);
        }
    }
}
