//! Sends a request, tries it again where that may help, and says what a refusal means.

use std::error::Error as _;
use std::fmt;
use std::sync::{Arc, Once};
use std::time::Duration;

use backon::{ExponentialBuilder, Retryable};
use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderName, HeaderValue, RETRY_AFTER};
use reqwest::{Response, StatusCode, Url};
use serde_json::Value;

use super::format::Fault;
use super::{Api, Settings, chat, overflow};
use crate::Error;
use crate::error::beginning;

/// How long a connection may take to come about.
const CONNECT: Duration = Duration::from_secs(10);
/// The pause before the second try; each one after it is twice as long, with some jitter.
const FIRST_PAUSE: Duration = Duration::from_millis(500);
/// A service that asks for more patience than this gets it from the caller, not from here.
const PATIENCE: Duration = Duration::from_secs(60);
/// How long a service may take to say what it knows of its model.
const ASKING: Duration = Duration::from_secs(5);
/// The largest answer that is read, in bytes.
pub(super) const LARGEST: usize = 32 * 1024 * 1024;
/// How much of what a service says of an error is kept, in bytes.
const DETAIL: usize = 1000;

/// What speaks to the address; cheap to clone.
#[derive(Clone)]
pub(super) struct Sender {
    client: reqwest::Client,
    endpoint: Url,
    /// Where an answer in pieces is asked for, which is elsewhere for some.
    streaming: Url,
    api: Api,
    /// Kept to take it out of what the service says.
    key: Option<Arc<str>>,
    timeout: Duration,
    retries: usize,
}

impl fmt::Debug for Sender {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Sender").field("endpoint", &self.endpoint.as_str()).finish_non_exhaustive()
    }
}

impl Sender {
    pub(super) fn new(settings: &Settings) -> Result<Self, Error> {
        let (endpoint, streaming) = (settings.endpoint(false)?, settings.endpoint(true)?);
        install_tls();
        let mut builder = reqwest::Client::builder()
            .connect_timeout(CONNECT)
            .read_timeout(settings.timeout)
            .tcp_keepalive(Duration::from_secs(30))
            .user_agent(concat!("sessiond/", env!("CARGO_PKG_VERSION")))
            // An answer that points elsewhere must not take the key there.
            .redirect(reqwest::redirect::Policy::none());
        if is_loopback(&endpoint) {
            // A proxy for the outer world has no way to this machine's own addresses.
            builder = builder.no_proxy();
        }
        let mut headers = HeaderMap::new();
        if let Some(key) = &settings.key {
            let (name, text) = match settings.api {
                Api::Anthropic => (HeaderName::from_static("x-api-key"), key.clone()),
                Api::Gemini => (HeaderName::from_static("x-goog-api-key"), key.clone()),
                Api::Chat | Api::Responses | Api::Ollama => (AUTHORIZATION, format!("Bearer {key}")),
            };
            let mut value = HeaderValue::from_str(&text).map_err(|_| {
                Error::Settings("the model's key has a character that no header may hold".into())
            })?;
            value.set_sensitive(true);
            headers.insert(name, value);
        }
        if settings.api == Api::Anthropic {
            headers.insert("anthropic-version", HeaderValue::from_static("2023-06-01"));
        }
        builder = builder.default_headers(headers);
        let client = builder
            .build()
            .map_err(|error| Error::Settings(format!("no HTTP client can be made: {error}")))?;
        Ok(Self {
            client,
            endpoint,
            streaming,
            api: settings.api,
            key: settings.key.as_deref().map(Arc::from),
            timeout: settings.timeout,
            retries: settings.retries,
        })
    }

    /// Whether this is OpenAI itself.
    pub(super) fn is_official(&self) -> bool {
        self.endpoint.host_str() == Some("api.openai.com")
    }

    /// Sends it and gives an answer of success, of which nothing has been read.
    pub(super) async fn send(&self, body: &Value) -> Result<Response, Error> {
        self.again(|| self.once(&self.streaming, body)).await
    }

    /// Sends it and reads the answer; one that breaks off is asked for again.
    pub(super) async fn send_for_text(&self, body: &Value) -> Result<String, Error> {
        self.again(|| async { self.read(self.once(&self.endpoint, body).await?).await }).await
    }

    /// What the service says at another address: nothing if it refuses, an error if it cannot be reached.
    pub(super) async fn ask(&self, url: Url, body: Option<Value>) -> Result<Option<Value>, ()> {
        let request = match &body {
            Some(body) => self.client.post(url).json(body),
            None => self.client.get(url),
        };
        let response = match request.timeout(ASKING).send().await {
            Ok(response) => response,
            // One that takes this long does so again.
            Err(error) if error.is_timeout() && !error.is_connect() => return Ok(None),
            Err(_) => return Err(()),
        };
        let is_answer = response.status().is_success();
        let text = self.read(response).await.map_err(drop)?;
        Ok(serde_json::from_str(&text).ok().filter(|_| is_answer))
    }

    async fn again<T, F: Future<Output = Result<T, Error>>>(
        &self,
        attempt: impl FnMut() -> F,
    ) -> Result<T, Error> {
        let backoff = ExponentialBuilder::default()
            .with_min_delay(FIRST_PAUSE)
            .with_max_times(self.retries)
            .with_jitter();
        attempt
            .retry(backoff)
            // An answer that took too long would most likely do so again.
            .when(|error| error.is_retryable() && !matches!(error, Error::Timeout { .. }))
            .adjust(|error, pause| match error {
                Error::RateLimited { retry_after: Some(wait), .. } => {
                    pause.map(|pause| pause.max(*wait)).filter(|_| *wait <= PATIENCE)
                }
                _ => pause,
            })
            .notify(|error, pause| tracing::debug!(%error, ?pause, "asking the model again"))
            .await
    }

    async fn once(&self, endpoint: &Url, body: &Value) -> Result<Response, Error> {
        let response = self.client.post(endpoint.clone()).json(body).send().await;
        let response = response.map_err(|error| self.broken(&error))?;
        let status = response.status();
        if status.is_success() {
            return Ok(response);
        }
        let retry_after = retry_after(response.headers());
        // What cannot be read of the reason is less important than the status.
        let text = self.read(response).await.unwrap_or_default();
        Err(self.refusal(status, retry_after, &text))
    }

    async fn read(&self, mut response: Response) -> Result<String, Error> {
        let mut bytes = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| self.broken(&error))? {
            if bytes.len() + chunk.len() > LARGEST {
                return Err(Error::unreadable(format!("it is larger than {LARGEST} bytes"), ""));
            }
            bytes.extend_from_slice(&chunk);
        }
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }

    /// What a connection's failure means.
    pub(super) fn broken(&self, error: &reqwest::Error) -> Error {
        if error.is_timeout() && !error.is_connect() {
            return Error::Timeout { after: self.timeout };
        }
        // The innermost cause is what tells a refused connection from an unknown name.
        let mut cause: &dyn std::error::Error = error;
        while let Some(inner) = cause.source() {
            cause = inner;
        }
        let detail = if error.source().is_none() && error.is_timeout() {
            "no connection within 10 seconds".to_owned()
        } else {
            cause.to_string()
        };
        Error::Unreachable { address: self.address(), detail: self.clean(&detail) }
    }

    /// The address without its query, in which some services want a key.
    pub(super) fn address(&self) -> String {
        let mut address = self.endpoint.clone();
        address.set_query(None);
        address.into()
    }

    /// What it means that a piece of an answer could not be taken in.
    pub(super) fn fault(&self, fault: Fault, piece: &str) -> Error {
        match fault {
            Fault::Reported(error) => self.failed(&error),
            Fault::Unreadable(error) => {
                let name = self.api.answer_name();
                Error::unreadable(format!("it is no {name}: {error}"), &self.clean(piece))
            }
        }
    }

    /// What an error that came in an answer of success means.
    fn failed(&self, error: &Value) -> Error {
        let detail = chat::error(error).map_or_else(|| error.to_string(), |(message, _)| message);
        let window = overflow::too_long(Some(error), &detail);
        let detail = self.clean(&detail);
        match window {
            Some(window) => Error::TooLong { detail, window },
            None => Error::Failed { detail },
        }
    }

    fn refusal(&self, status: StatusCode, retry_after: Option<Duration>, text: &str) -> Error {
        let body: Option<Value> = serde_json::from_str(text).ok();
        let said = body.as_ref().and_then(chat::error);
        let (message, code) = said.unwrap_or_else(|| (text.to_owned(), None));
        let too_long = match status.as_u16() {
            400 | 413 | 422 | 500 => overflow::too_long(body.as_ref(), &message),
            _ => None,
        };
        let message = self.clean(&message);
        let detail = if message.is_empty() { status.to_string() } else { format!("{message} ({status})") };
        if let Some(window) = too_long {
            return Error::TooLong { detail, window };
        }
        match status.as_u16() {
            401 | 403 => Error::Authentication { detail },
            // Waiting fills no account.
            429 if code.as_deref() == Some("insufficient_quota") => Error::Refused(detail),
            429 => Error::RateLimited { detail, retry_after },
            // With a time to come back, a service that is down is one that takes no more.
            503 if retry_after.is_some() => Error::RateLimited { detail, retry_after },
            408 | 425 | 500.. => Error::Failed { detail },
            404 => Error::Refused(format!(
                "{detail}; see that SESSIOND_MODEL_URL is the service's address up to /v1 and that it has the model"
            )),
            300..=399 => {
                Error::Refused(format!("{detail}; it points elsewhere: set SESSIOND_MODEL_URL to that"))
            }
            _ => Error::Refused(detail),
        }
    }

    /// The beginning of what a service says, without the key.
    pub(super) fn clean(&self, text: &str) -> String {
        let text = match &self.key {
            Some(key) => text.replace(&**key, "…"),
            None => text.to_owned(),
        };
        beginning(&text, DETAIL).to_owned()
    }
}

/// How long a service asks to wait: in seconds, or in milliseconds as OpenAI says it too. A date is not read, because
/// the clocks of two machines differ.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let number = |name: &str| headers.get(name)?.to_str().ok()?.trim().parse::<f64>().ok();
    let seconds =
        number("retry-after-ms").map(|wait| wait / 1000.0).or_else(|| number(RETRY_AFTER.as_str()))?;
    Duration::try_from_secs_f64(seconds).ok()
}

fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let literal = host.trim_start_matches('[').trim_end_matches(']').parse::<std::net::IpAddr>();
    host == "localhost" || literal.is_ok_and(|address| address.is_loopback())
}

/// Makes ring the process's TLS provider, unless the program has chosen one.
fn install_tls() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        // An error means that there is one already, which is as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
    });
}
