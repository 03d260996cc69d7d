//! A proxy for one client: whatever reaches it goes to a server with the token of the client's own session.
//!
//! It creates that session when something first needs it, and keeps it over restarts. It never passes a visitor's own
//! credential on, and as its own needs none, it takes nothing from web pages elsewhere (`auth/origin.rs`).

use std::io::{self, Write as _};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::header::{
    AUTHORIZATION, CONNECTION, CONTENT_TYPE, COOKIE, HOST, LOCATION, ORIGIN, REFERER, TRANSFER_ENCODING,
    UPGRADE,
};
use axum::http::{HeaderMap, HeaderName, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::{Json, Router};
use hyper::body::Body as _;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sessiond_api::{Code, operations};
use sessiond_core::limits;
use tokio::sync::Mutex;

use crate::auth::origin;
use crate::respond::{Answer, Failure};

/// How long the server may take to accept a connection.
const CONNECT: Duration = Duration::from_secs(10);
/// How long the server may send nothing: twice as long as a stream without news is silent, and more.
const SILENT: Duration = Duration::from_secs(90);
/// The longest answer that the proxy reads itself.
const READ: usize = 16 * 1024 * 1024;

/// What a proxy is for.
#[derive(Debug, Clone)]
pub struct ProxyOptions {
    /// The server's address, such as `http://127.0.0.1:8000`.
    pub backend: String,
    /// The key that creates sessions; none for a server without keys.
    pub api_key: Option<String>,
    /// The client that its sessions are of.
    pub client_id: String,
    /// The file that keeps the session and its token. Only its owner may read it.
    pub file: PathBuf,
    /// Host names under which it may be addressed beside `localhost` and loopback addresses.
    pub allow_hosts: Vec<String>,
}

/// A proxy for one client; cheap to clone.
#[derive(Clone)]
pub struct Proxy(Arc<Shared>);

struct Shared {
    options: ProxyOptions,
    http: reqwest::Client,
    /// The session, once it is known. Who needs one waits here for the one that is being created.
    own: Mutex<Option<Own>>,
}

/// The client's own session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Own {
    backend: String,
    client_id: String,
    session_id: String,
    token: String,
}

impl Proxy {
    /// A proxy, with the session that an earlier one has kept.
    ///
    /// # Errors
    /// The file of the session cannot be read.
    pub fn new(options: ProxyOptions) -> io::Result<Self> {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = reqwest::Client::builder().connect_timeout(CONNECT).read_timeout(SILENT);
        let http = http.redirect(reqwest::redirect::Policy::none()).build().map_err(io::Error::other)?;
        let kept = match std::fs::read(&options.file) {
            Ok(bytes) => serde_json::from_slice::<Own>(&bytes).ok(),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(error),
        };
        // Another server's session, or another client's, is none of this one.
        let own = kept.filter(|own| own.backend == options.backend && own.client_id == options.client_id);
        Ok(Self(Arc::new(Shared { options, http, own: Mutex::new(own) })))
    }

    /// What answers on its ports; `page` is the port for people, whose first page is the console.
    pub fn router(&self, page: bool) -> Router {
        let proxy = self.clone();
        Router::new().fallback(move |request: Request| {
            let proxy = proxy.clone();
            async move { proxy.answer(request, page).await.unwrap_or_else(IntoResponse::into_response) }
        })
    }

    async fn answer(&self, request: Request, page: bool) -> Answer {
        origin::check(&request, &self.0.options.allow_hosts, false).or_else(|failure| {
            // A link to a page of ours is harmless.
            let is_page = matches!(*request.method(), Method::GET) && is_public(request.uri().path());
            if is_page { origin::check(&request, &self.0.options.allow_hosts, true) } else { Err(failure) }
        })?;
        if request.headers().contains_key(UPGRADE) {
            return Err(Failure::new(
                Code::NotFound,
                "this address takes no WebSockets: use the server's own",
            ));
        }
        match (request.method(), request.uri().path()) {
            (&Method::GET, "/") if page => {
                Ok((StatusCode::TEMPORARY_REDIRECT, [(LOCATION, "/console/")]).into_response())
            }
            (&Method::GET, "/health") => Ok(self.health().await),
            (&Method::GET, path) if is_public(path) => self.forward(request, None).await,
            (&Method::GET, path) if path == operations::LIST_SESSIONS.path => self.list(request).await,
            (&Method::POST, path) if path == operations::CREATE_SESSION.path => self.create(request).await,
            _ => self.as_client(request).await,
        }
    }

    /// Whether the server behind it answers.
    async fn health(&self) -> Response {
        let asked = self.0.http.get(self.address("/health")).timeout(CONNECT).send().await;
        let main_server = match asked {
            Ok(response) if response.status().is_success() => "healthy",
            Ok(_) => "unhealthy",
            Err(_) => "unreachable",
        };
        let body =
            json!({"status": "healthy", "client_id": self.0.options.client_id, "main_server": main_server});
        Json(body).into_response()
    }

    /// The client's own sessions: all of its key's, or without a key the one that it has.
    async fn list(&self, request: Request) -> Answer {
        let own = self.own().await?;
        if let Some(key) = self.0.options.api_key.clone() {
            let mut response = self.forward(request, Some(&key)).await?;
            if response.status() != StatusCode::OK {
                return Ok(response);
            }
            let body = to_bytes(std::mem::take(response.body_mut()), READ).await;
            let mut list: Value = read(body.map_err(|error| error.to_string()))?;
            list["session_id"] = own.session_id.into();
            return Ok(Json(list).into_response());
        }
        let path = operations::GET_SESSION.at(&[&own.session_id]);
        let asked = self.0.http.get(self.address(&path)).bearer_auth(&own.token).send().await;
        let response = asked.map_err(|error| self.away(&error))?;
        if !response.status().is_success() {
            return Ok(self.lost(&own, response).await);
        }
        let session: Value = read(response.bytes().await.map_err(|error| error.to_string()))?;
        let turns = session["conversation"]["turns"].as_u64().unwrap_or_default();
        let active = u64::from(session["status"] == "active");
        let stats = json!({
            "total_sessions": 1, "active_sessions": active, "oldest_session": session["created_at"], "newest_session": session["created_at"], "turns": turns,
            "files_count": session["files"]["count"].as_u64().unwrap_or_default(),
            "storage_bytes": session["files"]["bytes"].as_u64().unwrap_or_default()
        });
        let body = json!({"sessions": [summary(&session)], "next_cursor": null, "stats": stats, "session_id": own.session_id});
        Ok(Json(body).into_response())
    }

    /// Creates a session, which is the client's own from then on.
    async fn create(&self, request: Request) -> Answer {
        let body = to_bytes(request.into_body(), limits::BODY_BYTES).await;
        let body =
            body.map_err(|_| Failure::new(Code::BodyTooLarge, "the body is too large, or broke off"))?;
        let mut create: Value = if body.is_empty() { json!({}) } else { read(Ok(body))? };
        if let Some(create) = create.as_object_mut() {
            create.entry("client_id").or_insert_with(|| self.0.options.client_id.clone().into());
        }
        let mut own = self.0.own.lock().await;
        self.begin(&mut own, create).await
    }

    /// Asks the server for a session and keeps it; the answer is the server's.
    async fn begin(&self, own: &mut Option<Own>, create: Value) -> Answer {
        let mut request = self.0.http.post(self.address(operations::CREATE_SESSION.path)).json(&create);
        if let Some(key) = &self.0.options.api_key {
            request = request.bearer_auth(key);
        }
        let response = request.send().await.map_err(|error| self.away(&error))?;
        let status = response.status();
        let kind = response.headers().get(CONTENT_TYPE).cloned();
        let body = response.bytes().await.map_err(|error| self.away(&error))?;
        if status == StatusCode::CREATED {
            let session: Value = read(Ok(body.clone()))?;
            let text = |name: &str| session[name].as_str().map(str::to_owned);
            let (Some(session_id), Some(token)) = (text("session_id"), text("token")) else {
                let detail = "the server gave no token for the session: create one of kind assistant";
                return Err(Failure::new(Code::InvalidInput, detail));
            };
            let ProxyOptions { backend, client_id, .. } = self.0.options.clone();
            let begun = Own { backend, client_id, session_id, token };
            self.keep(Some(&begun))?;
            *own = Some(begun);
        }
        let mut response = (status, body).into_response();
        if let Some(kind) = kind {
            response.headers_mut().insert(CONTENT_TYPE, kind);
        }
        Ok(response)
    }

    /// The client's session; one is created when it has none.
    async fn own(&self) -> Result<Own, Failure> {
        let mut own = self.0.own.lock().await;
        if let Some(own) = &*own {
            return Ok(own.clone());
        }
        let answer = self.begin(&mut own, json!({"client_id": self.0.options.client_id})).await?;
        match &*own {
            Some(own) => Ok(own.clone()),
            None => {
                let status = answer.status();
                let detail = format!(
                    "the server at {} creates no session for this client (HTTP {status}): see that its key is right",
                    self.0.options.backend
                );
                Err(Failure::new(Code::Unavailable, detail))
            }
        }
    }

    /// Passes a request on as the client.
    async fn as_client(&self, request: Request) -> Answer {
        let own = self.own().await?;
        let deletes = request.method() == Method::DELETE
            && request.uri().path() == operations::DELETE_SESSION.at(&[&own.session_id]);
        let response = self.forward(request, Some(&own.token)).await?;
        if deletes && response.status().is_success() {
            self.forget(&own).await;
        }
        if response.status() == StatusCode::UNAUTHORIZED {
            self.forget(&own).await;
            return Err(gone());
        }
        Ok(response)
    }

    /// The answer of a server that does not know the session any more, or says that it expired.
    async fn lost(&self, own: &Own, response: reqwest::Response) -> Response {
        if response.status() == StatusCode::UNAUTHORIZED {
            self.forget(own).await;
            return gone().into_response();
        }
        passed_on(response)
    }

    /// Forgets the session, unless there is another one by now.
    async fn forget(&self, gone: &Own) {
        let mut own = self.0.own.lock().await;
        if own.as_ref() == Some(gone) {
            *own = None;
            if let Err(failure) = self.keep(None) {
                tracing::warn!(detail = failure.0.detail, "a session is forgotten in memory alone");
            }
        }
    }

    /// Writes the session to its file, or removes that.
    fn keep(&self, own: Option<&Own>) -> Result<(), Failure> {
        let file = &self.0.options.file;
        let write = || match own {
            Some(own) => {
                let dir = file.parent().unwrap_or(std::path::Path::new("."));
                sessiond_client::store::make_directory(dir)?;
                // Made with mode 0600, and put in its place whole.
                let mut whole = tempfile::NamedTempFile::new_in(dir)?;
                whole.write_all(serde_json::to_string(own)?.as_bytes())?;
                whole.as_file().sync_all()?;
                whole.persist(file).map_err(|error| error.error).map(drop)
            }
            None => match std::fs::remove_file(file) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
                _ => Ok(()),
            },
        };
        write().map_err(|error| {
            let detail = format!("the session cannot be kept in {}: {error}", file.display());
            Failure::new(Code::Unavailable, detail)
        })
    }

    /// Passes a request on with that credential and no other.
    async fn forward(&self, request: Request, secret: Option<&str>) -> Answer {
        let (parts, body) = request.into_parts();
        let path = parts.uri.path_and_query().map_or("/", |path| path.as_str());
        let mut forward = self.0.http.request(parts.method, self.address(path));
        forward = forward.headers(kept(parts.headers, &[AUTHORIZATION, COOKIE, HOST, ORIGIN, REFERER]));
        if let Some(secret) = secret {
            forward = forward.bearer_auth(secret);
        }
        if body.size_hint().exact() != Some(0) {
            forward = forward.body(reqwest::Body::wrap_stream(body.into_data_stream()));
        }
        let response = forward.send().await.map_err(|error| self.away(&error))?;
        Ok(passed_on(response))
    }

    fn address(&self, path: &str) -> String {
        format!("{}{path}", self.0.options.backend.trim_end_matches('/'))
    }

    fn away(&self, error: &reqwest::Error) -> Failure {
        tracing::debug!(%error, "the server does not answer");
        let detail = format!("the server at {} does not answer; retry when it runs", self.0.options.backend);
        sessiond_api::Problem::new(Code::Unavailable, detail).retry_after(1).into()
    }
}

/// What needs no session: pages, documents and states of the server.
fn is_public(path: &str) -> bool {
    let first = path.trim_start_matches('/').split('/').next().unwrap_or_default();
    matches!(first, "" | "console" | "docs" | "openapi.json" | "ready")
}

/// A session as a list has it.
fn summary(session: &Value) -> Value {
    const SAME: &[&str] = &[
        "session_id",
        "kind",
        "name",
        "status",
        "revision",
        "owner",
        "client_id",
        "labels",
        "open_tasks",
        "total_tasks",
        "open_questions",
        "created_at",
        "updated_at",
        "expires_at",
        "ended_at",
    ];
    // An assistant has no plan and, unless somebody added one, no participants.
    let mut summary = json!({"participants": [], "completed_steps": 0, "total_steps": 0});
    for name in SAME {
        if let Some(value) = session.get(name) {
            summary[*name] = value.clone();
        }
    }
    summary
}

fn gone() -> Failure {
    Failure::new(Code::SessionNotFound, "the client's session was deleted; the next request begins a new one")
}

fn read(bytes: Result<axum::body::Bytes, String>) -> Result<Value, Failure> {
    let bytes = bytes.map_err(|error| Failure::new(Code::MalformedRequest, error))?;
    Ok(sessiond_api::parse(&bytes)?)
}

/// The server's answer, as it comes.
fn passed_on(response: reqwest::Response) -> Response {
    let (status, headers) = (response.status(), response.headers().clone());
    let mut answer = Response::new(Body::from_stream(response.bytes_stream()));
    *answer.status_mut() = status;
    *answer.headers_mut() = kept(headers, &[]);
    answer
}

/// Headers without those of one connection, those that say who asks, and `others`.
fn kept(mut headers: HeaderMap, others: &[HeaderName]) -> HeaderMap {
    for name in [CONNECTION, TRANSFER_ENCODING, UPGRADE].iter().chain(others) {
        headers.remove(name);
    }
    for name in ["keep-alive", "proxy-connection", "te", "trailer", "x-agent-api-key", "x-agent-id"] {
        headers.remove(name);
    }
    let fetch: Vec<_> =
        headers.keys().filter(|name| name.as_str().starts_with("sec-fetch-")).cloned().collect();
    for name in fetch {
        headers.remove(name);
    }
    headers
}
