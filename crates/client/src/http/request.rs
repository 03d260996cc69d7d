//! What a request is, and when it is tried again.

use std::time::Duration;

use backon::{ExponentialBuilder, Retryable};
use bytes::Bytes;
use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, IF_MATCH};
use reqwest::{Method, Response, Url};
use serde::Serialize;
use serde::de::DeserializeOwned;
use sessiond_api::operations::{self, Operation, Repeat};
use sessiond_api::{Code, Problem};
use uuid::Uuid;

use super::{Http, answer};
use crate::Conditions;

/// How long an answer may take that waits for nothing but the server.
const ANSWER: Duration = Duration::from_secs(60);
/// How much longer than the server waits for a message the client waits for the answer.
pub(super) const MARGIN: Duration = Duration::from_secs(20);
/// Tries after the first: at 100, 200, 400 and 800 milliseconds and some jitter.
const TRIES: usize = 4;
/// A server that asks for more patience than this gets it from the caller, not from here.
const PATIENCE: Duration = Duration::from_secs(5);

/// A request that is being put together. The first fault on the way is kept and told when it is sent.
pub(super) struct Request<'a> {
    http: &'a Http,
    method: Method,
    /// Whether a repeat has no second effect.
    repeatable: bool,
    url: String,
    query: Option<String>,
    headers: HeaderMap,
    body: Bytes,
    timeout: Option<Duration>,
    fault: Option<Problem>,
}

/// A try that failed.
struct Failure {
    problem: Problem,
    /// Whether nothing was sent, so that any request may be tried again.
    unsent: bool,
}

impl<'a> Request<'a> {
    pub(super) fn new(http: &'a Http, operation: &Operation, values: &[&str]) -> Self {
        let mut headers = HeaderMap::new();
        if operation.repeat == Repeat::Keyed {
            // A caller's own key replaces it.
            let key = HeaderValue::from_str(&Uuid::new_v4().to_string());
            headers.extend(key.ok().map(|key| (HeaderName::from_static("idempotency-key"), key)));
        }
        Self {
            url: format!("{}{}", http.base, operation.at(values)),
            http,
            method: method(operation.method),
            repeatable: operation.repeat != Repeat::Unsafe,
            query: None,
            headers,
            body: Bytes::new(),
            timeout: Some(ANSWER),
            fault: None,
        }
    }

    /// Sets a header.
    pub(super) fn header(mut self, name: &'static str, value: impl AsRef<str>) -> Self {
        match HeaderValue::from_str(value.as_ref()) {
            Ok(value) => _ = self.headers.insert(HeaderName::from_static(name), value),
            Err(_) => self.fail(Problem::invalid(name, "it has a character that is not allowed in a header")),
        }
        self
    }

    /// Sets the conditions.
    pub(super) fn conditions(mut self, conditions: Conditions) -> Self {
        if let Some(key) = conditions.idempotency_key {
            self = self.header("idempotency-key", key);
        }
        if let Some(revision) = conditions.expected_revision {
            self.headers
                .extend(HeaderValue::from_str(&format!("\"{revision}\"")).ok().map(|tag| (IF_MATCH, tag)));
        }
        if let Some(fence) = conditions.fence {
            self = self.header("fencing-token", fence.to_string());
        }
        if let Some(agent) = conditions.agent {
            self = self.header("x-agent-id", agent.as_str());
        }
        self
    }

    /// Sets the query's parameters.
    pub(super) fn query(mut self, query: &impl Serialize) -> Self {
        match serde_urlencoded::to_string(query) {
            Ok(query) => self.query = (!query.is_empty()).then_some(query),
            Err(error) => self.fail(Problem::invalid("", format!("the query cannot be written: {error}"))),
        }
        self
    }

    /// Sets a JSON body.
    pub(super) fn json(self, body: &impl Serialize) -> Self {
        self.body_of("application/json", serde_json::to_vec(body))
    }

    /// Sets a JSON merge patch as the body.
    pub(super) fn merge_patch(self, body: &impl Serialize) -> Self {
        self.body_of("application/merge-patch+json", serde_json::to_vec(body))
    }

    /// Sets a JSON Lines document as the body; it may take as long as it is large.
    pub(super) fn lines(mut self, lines: String) -> Self {
        self.timeout = None;
        self.body_of("application/jsonl", Ok(lines.into_bytes()))
    }

    /// Lets the server wait for that long before it answers.
    pub(super) fn waiting(mut self, wait: Duration) -> Self {
        self.timeout = Some(ANSWER.max(wait + MARGIN));
        self
    }

    /// Lets the answer take as long as it likes: it is a stream.
    pub(super) fn streaming(mut self) -> Self {
        self.timeout = None;
        self
    }

    /// Sends it, again where that is safe, and gives an answer of success.
    pub(super) async fn send(self) -> Result<Response, Problem> {
        if let Some(fault) = self.fault {
            return Err(fault);
        }
        let mut url = Url::parse(&self.url)
            .map_err(|error| Problem::new(Code::Internal, format!("the path is not a valid URL: {error}")))?;
        url.set_query(self.query.as_deref());
        let backoff = ExponentialBuilder::default()
            .with_min_delay(Duration::from_millis(100))
            .with_max_times(TRIES)
            .with_jitter();
        (|| self.try_once(url.clone()))
            .retry(backoff)
            .when(|failure: &Failure| failure.unsent || (self.repeatable && passes(&failure.problem)))
            .adjust(|failure, delay| patience(&failure.problem, delay))
            .notify(|failure, delay| tracing::debug!(problem = %failure.problem, ?delay, "trying again"))
            .await
            .map_err(|failure| failure.problem)
    }

    /// Sends it once and gives an answer of success.
    pub(super) async fn send_once(self) -> Result<Response, Problem> {
        let mut url = Url::parse(&self.url)
            .map_err(|error| Problem::new(Code::Internal, format!("the path is not a valid URL: {error}")))?;
        url.set_query(self.query.as_deref());
        self.try_once(url).await.map_err(|failure| failure.problem)
    }

    /// Sends it once with files as the body, which may take as long as they are large, and reads a JSON answer.
    pub(super) async fn upload<T: DeserializeOwned>(
        self,
        form: reqwest::multipart::Form,
    ) -> Result<T, Problem> {
        if let Some(fault) = self.fault {
            return Err(fault);
        }
        let request = self.http.client.request(self.method, &self.url).headers(self.headers).multipart(form);
        match request.send().await {
            Ok(response) if response.status().is_success() => answer::read(response).await,
            Ok(response) => Err(answer::problem(response).await),
            Err(error) => Err(answer::unreachable(&self.http.base, &error)),
        }
    }

    /// Sends it and reads a JSON answer.
    pub(super) async fn read<T: DeserializeOwned>(self) -> Result<T, Problem> {
        answer::read(self.send().await?).await
    }

    /// Sends it; there is nothing to read.
    pub(super) async fn done(self) -> Result<(), Problem> {
        self.send().await.map(drop)
    }

    async fn try_once(&self, url: Url) -> Result<Response, Failure> {
        let mut request = self
            .http
            .client
            .request(self.method.clone(), url)
            .headers(self.headers.clone())
            .body(self.body.clone());
        if let Some(timeout) = self.timeout {
            request = request.timeout(timeout);
        }
        match request.send().await {
            Ok(response) if response.status().is_success() => Ok(response),
            Ok(response) => Err(Failure { problem: answer::problem(response).await, unsent: false }),
            Err(error) => Err(Failure {
                problem: answer::unreachable(&self.http.base, &error),
                unsent: error.is_connect(),
            }),
        }
    }

    fn body_of(mut self, kind: &'static str, body: Result<Vec<u8>, serde_json::Error>) -> Self {
        match body {
            Ok(body) => {
                self.headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
                self.body = body.into();
            }
            Err(error) => self.fail(Problem::invalid("", format!("the request cannot be written: {error}"))),
        }
        self
    }

    fn fail(&mut self, problem: Problem) {
        self.fault.get_or_insert(problem);
    }
}

fn method(method: operations::Method) -> Method {
    match method {
        operations::Method::Get => Method::GET,
        operations::Method::Put => Method::PUT,
        operations::Method::Post => Method::POST,
        operations::Method::Patch => Method::PATCH,
        operations::Method::Delete => Method::DELETE,
    }
}

/// Whether the problem is likely to have passed in a moment. A full inbox, a held lease and a full disk are not: the
/// caller decides about those, and learns of them at once, as from the embedded client.
fn passes(problem: &Problem) -> bool {
    problem.retryable
        && matches!(problem.code, Code::Unreachable | Code::Unavailable | Code::Conflict | Code::Internal)
}

fn patience(problem: &Problem, delay: Option<Duration>) -> Option<Duration> {
    let asked = Duration::from_secs(problem.retry_after.unwrap_or(0));
    delay.filter(|_| asked <= PATIENCE).map(|delay| delay.max(asked))
}
