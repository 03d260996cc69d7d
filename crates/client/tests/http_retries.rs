//! When the HTTP client tries again, and when it does not.
#![allow(clippy::unwrap_used)]

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use serde_json::json;
use sessiond_api::{Code, Complete, CreateSession, ListSessions, UpdateWorkflow};
use sessiond_client::{Client, Conditions};
use sessiond_core::{Revision, SessionId};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// What the server does with a request.
enum Reaction {
    Answer(&'static str, &'static str, String),
    /// Closes the connection without an answer.
    HangUp,
}

/// A server that reacts as it is told to, and keeps what it was asked.
struct Script {
    client: Client,
    requests: Arc<Mutex<Vec<String>>>,
}

impl Script {
    async fn new(reactions: Vec<Reaction>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let requests = Arc::new(Mutex::new(Vec::new()));
        let seen = requests.clone();
        tokio::spawn(async move {
            let mut reactions = VecDeque::from(reactions);
            loop {
                let (mut stream, _) = listener.accept().await.unwrap();
                let request = read(&mut stream).await;
                seen.lock().unwrap().push(request);
                if let Some(Reaction::Answer(status, kind, body)) = reactions.pop_front() {
                    let length = body.len();
                    let answer = format!(
                        "HTTP/1.1 {status}\r\ncontent-type: {kind}\r\ncontent-length: {length}\r\n\
                         connection: close\r\n\r\n{body}"
                    );
                    stream.write_all(answer.as_bytes()).await.unwrap();
                }
            }
        });
        Self { client: Client::connect(&url, Some("sk_secret")).unwrap(), requests }
    }

    /// The values of a header over all requests.
    fn headers(&self, name: &str) -> Vec<Option<String>> {
        let value = |request: &String| {
            request.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": ").map(str::to_owned))
        };
        self.requests.lock().unwrap().iter().map(value).collect()
    }
}

async fn read(stream: &mut TcpStream) -> String {
    let mut request = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        let count = stream.read(&mut buffer).await.unwrap();
        request.extend_from_slice(&buffer[..count]);
        let text = String::from_utf8_lossy(&request);
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap_or("0");
            if body.len() >= length.parse().unwrap() {
                return text.into_owned();
            }
        }
        if count == 0 {
            return text.into_owned();
        }
    }
}

fn problem(code: Code) -> Reaction {
    let problem = serde_json::to_string(&sessiond_api::Problem::new(code, "why")).unwrap();
    let status = match code {
        Code::Unavailable => "503 Service Unavailable",
        _ => "429 Too Many Requests",
    };
    Reaction::Answer(status, "application/problem+json", problem)
}

fn page() -> Reaction {
    let page = json!({"sessions": [], "next_cursor": null});
    Reaction::Answer("200 OK", "application/json", page.to_string())
}

fn session() -> Reaction {
    let session = json!({
        "session_id": "s", "kind": "workflow", "name": null, "status": "active", "revision": 1, "owner": "local",
        "shared_context": {}, "labels": {}, "open_tasks": 0, "total_tasks": 0, "created_at": "2025-02-02T11:00:00Z",
        "updated_at": "2025-02-02T11:00:00Z", "last_activity": "2025-02-02T11:00:00Z", "expires_at": null,
        "outcome": null
    });
    Reaction::Answer("201 Created", "application/json", session.to_string())
}

fn id() -> SessionId {
    SessionId::parse("s").unwrap()
}

#[tokio::test]
async fn a_read_is_tried_again_when_the_connection_breaks_or_the_server_cannot() {
    let script = Script::new(vec![Reaction::HangUp, problem(Code::Unavailable), page()]).await;
    script.client.sessions(ListSessions::default()).await.unwrap();
    assert_eq!(script.headers("authorization"), vec![Some("Bearer sk_secret".to_owned()); 3]);
}

#[tokio::test]
async fn a_post_is_tried_again_under_one_key() {
    let script = Script::new(vec![Reaction::HangUp, problem(Code::Unavailable), session()]).await;
    script.client.create_session(CreateSession::default(), Conditions::default()).await.unwrap();
    let keys = script.headers("idempotency-key");
    assert_eq!(keys.len(), 3);
    assert!(keys[0].is_some() && keys.iter().all(|key| *key == keys[0]), "{keys:?}");

    let script = Script::new(vec![Reaction::HangUp, session()]).await;
    script.client.complete_session(&id(), Complete::default(), Conditions::once("mine")).await.unwrap();
    assert_eq!(script.headers("idempotency-key"), vec![Some("mine".to_owned()); 2]);
}

#[tokio::test]
async fn a_change_that_may_have_happened_is_not_sent_twice() {
    for reaction in [Reaction::HangUp, problem(Code::Unavailable)] {
        let script = Script::new(vec![reaction, session()]).await;
        let call = Conditions::expecting(Revision::from(7u8));
        let answer = script.client.update_workflow(&id(), UpdateWorkflow::default(), call).await;
        assert!(answer.unwrap_err().retryable);
        assert_eq!(script.headers("if-match"), [Some("\"7\"".to_owned())], "sent once");
    }
}

#[tokio::test]
async fn what_the_caller_decides_about_is_told_at_once() {
    let script = Script::new(vec![problem(Code::InboxFull), page()]).await;
    let problem = script.client.sessions(ListSessions::default()).await.unwrap_err();
    assert_eq!(problem.code, Code::InboxFull);
    assert_eq!(script.requests.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn an_answer_that_is_no_problem_is_told_for_what_it_is() {
    let page = "<html>nginx says no</html>".to_owned();
    let script = Script::new(vec![Reaction::Answer("404 Not Found", "text/html", page.clone())]).await;
    let problem = script.client.session(&id()).await.unwrap_err();
    assert_eq!((problem.code, problem.status), (Code::NotFound, 404));
    assert!(
        problem.detail.contains("is not a sessiond server") && problem.detail.contains("nginx"),
        "{problem}"
    );
    let script = Script::new(vec![Reaction::Answer("200 OK", "text/html", page)]).await;
    assert_eq!(script.client.session(&id()).await.unwrap_err().code, Code::Internal);
}

#[tokio::test]
async fn a_server_that_is_not_there_is_told_with_what_to_do() {
    // A port that was free a moment ago.
    let address = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let client = Client::connect(&format!("http://{address}"), None).unwrap();
    let problem = client.session(&id()).await.unwrap_err();
    assert_eq!(problem.code, Code::Unreachable);
    assert!(problem.detail.contains("sessiond serve") && problem.detail.contains("refused"), "{problem}");
}
