//! A server on a store of its own, and what tests say to it.
#![allow(dead_code, clippy::unwrap_used)]

use std::sync::{Arc, Once};
use std::time::Duration;

use reqwest::{Method, Response, StatusCode};
use serde_json::{Value, json};
use sessiond_core::{AgentPattern, Principal, Role};
use sessiond_engine::{Engine, NewKey};
use sessiond_server::{AdminKey, Handle, Options, Rates, Server};
use sessiond_store_sqlite::Sqlite;

/// The administrator's key of servers that have keys.
pub const ADMIN: &str = "an-admin-key-for-tests";

/// A server that runs on a store in a temporary directory.
pub struct Bench {
    pub engine: Engine,
    pub url: String,
    pub handle: Option<Handle>,
    http: reqwest::Client,
    key: Option<String>,
    _dir: Arc<tempfile::TempDir>,
}

/// What a test's server listens on.
pub fn options() -> Options {
    Options {
        listen: "127.0.0.1:0".to_owned(),
        heartbeat: Duration::from_millis(200),
        ping: Duration::from_secs(2),
        grace: Duration::from_secs(3),
        // Some tests try many wrong keys.
        rates: Rates { failures: None, ..Rates::default() },
        ..Options::default()
    }
}

pub async fn engine(dir: &tempfile::TempDir) -> Engine {
    let store = Sqlite::open(dir.path(), sessiond_store_sqlite::Options::default()).unwrap();
    Engine::open(Arc::new(store), sessiond_engine::Options::default()).await.unwrap()
}

impl Bench {
    /// A server without keys.
    pub async fn keyless() -> Self {
        Self::with(options(), None).await
    }

    /// A server with an administrator's key; the caller has it.
    pub async fn keyed() -> Self {
        let options = Options { admin_key: Some(AdminKey::new(ADMIN).unwrap()), ..options() };
        Self::with(options, Some(ADMIN.to_owned())).await
    }

    pub async fn with(options: Options, key: Option<String>) -> Self {
        install_tls();
        let dir = tempfile::tempdir().unwrap();
        let engine = engine(&dir).await;
        let handle = Server::bind(engine.clone(), options).await.unwrap().start();
        Self {
            engine,
            url: handle.url(),
            handle: Some(handle),
            http: reqwest::Client::builder()
                .no_proxy()
                .redirect(reqwest::redirect::Policy::none())
                .build()
                .unwrap(),
            key,
            _dir: Arc::new(dir),
        }
    }

    /// The same server, called with another key.
    pub fn as_key(&self, key: Option<&str>) -> Self {
        Self {
            engine: self.engine.clone(),
            url: self.url.clone(),
            handle: None,
            http: self.http.clone(),
            key: key.map(str::to_owned),
            _dir: self._dir.clone(),
        }
    }

    /// The same server, called with a fresh key of that role.
    pub async fn as_role(&self, name: &str, role: Role, agents: &[&str]) -> Self {
        let new = NewKey {
            name: name.to_owned(),
            role,
            agents: agents.iter().map(|agent| AgentPattern((*agent).to_owned())).collect(),
            expires_in: None,
        };
        let (_, secret) = self.engine.create_key(&Principal::engine(), new).await.unwrap();
        self.as_key(Some(secret.reveal()))
    }

    pub fn key(&self) -> Option<&str> {
        self.key.as_deref()
    }

    pub fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        let request = self.http.request(method, format!("{}{path}", self.url));
        match &self.key {
            Some(key) => request.bearer_auth(key),
            None => request,
        }
    }

    pub async fn get(&self, path: &str) -> Response {
        self.request(Method::GET, path).send().await.unwrap()
    }

    pub async fn send(&self, method: Method, path: &str, body: Value) -> Response {
        self.request(method, path).json(&body).send().await.unwrap()
    }

    pub async fn post(&self, path: &str, body: Value) -> Response {
        self.send(Method::POST, path, body).await
    }

    /// A request that must give `status`; its JSON.
    pub async fn expect(&self, status: u16, method: Method, path: &str, body: Option<Value>) -> Value {
        let request = self.request(method.clone(), path);
        let request = match &body {
            Some(body) => request.json(body),
            None => request,
        };
        let response = request.send().await.unwrap();
        let actual = response.status();
        let text = response.text().await.unwrap();
        assert_eq!(actual.as_u16(), status, "{method} {path} {body:?}: {text}");
        serde_json::from_str(&text).unwrap_or(Value::Null)
    }

    /// Registers an agent.
    pub async fn register(&self, agent: &str) {
        let body = json!({"agent_descriptor": {"agent_id": agent, "framework": agent.split("://").next()}});
        let response = self.post("/agents/register", body).await;
        assert!(response.status().is_success(), "{agent}: {}", response.text().await.unwrap());
    }

    pub async fn stop(mut self) {
        if let Some(handle) = self.handle.take() {
            handle.stop().await;
        }
        self.engine.shutdown().await;
    }
}

/// A problem, whole and of that status and code.
pub async fn problem(response: Response, status: StatusCode, code: &str) -> Value {
    let actual = response.status();
    let kind = response.headers().get("content-type").map(|value| value.to_str().unwrap().to_owned());
    let text = response.text().await.unwrap();
    assert_eq!(actual, status, "{text}");
    assert_eq!(kind.as_deref(), Some("application/problem+json"), "{text}");
    let problem: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(problem["code"], code, "{text}");
    assert_eq!(problem["type"], format!("/docs/errors/{code}"));
    assert_eq!(problem["status"], status.as_u16());
    problem
}

/// The body of the tutorial's session.
pub fn tutorial_session(id: &str) -> Value {
    json!({
        "session_id": id,
        "orchestrator": "claude-code://orchestrator",
        "participants": [
            {"agent_id": "opencode://backend", "role": "implementer"},
            {"agent_id": "codex://frontend", "role": "implementer"},
            {"agent_id": "claude-code://qa", "role": "reviewer"}
        ],
        "workflow": [
            {"name": "design", "required_agents": ["claude-code://orchestrator"]},
            {"name": "implementation", "required_agents": ["opencode://backend", "codex://frontend"]},
            {"name": "review", "required_agents": ["claude-code://qa"]}
        ],
        "shared_context": {"project": "feature/notifications", "requirements": ["real-time updates", "audit logs"]}
    })
}

/// A message.
pub fn message(id: &str, sender: &str, recipient: &str, kind: &str, payload: Value) -> Value {
    json!({
        "message_id": id, "timestamp": "2025-02-02T11:00:00Z",
        "sender": {"agent_id": sender}, "recipient": {"agent_id": recipient},
        "message_type": kind, "payload": payload
    })
}

pub fn install_tls() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let _ = rustls::crypto::ring::default_provider().install_default();
    });
}
