//! An event stream that is opened again at its cursor whenever it breaks.

use std::collections::VecDeque;
use std::time::Duration;

use backon::{BackoffBuilder, ExponentialBackoff, ExponentialBuilder};
use reqwest::Response;
use serde::de::DeserializeOwned;
use sessiond_api::operations::Operation;
use sessiond_api::{Code, Problem};

use super::request::Request;
use super::sse::{Frame, Parser};
use super::{Http, answer};

/// The server sends something at least every 15 seconds; after three times that the connection is dead.
const SILENCE: Duration = Duration::from_secs(45);
/// How long the server may be away before a reader gives up.
const AWAY: Duration = Duration::from_secs(300);

/// The stream.
pub(super) struct Live {
    http: Http,
    operation: &'static Operation,
    values: Vec<String>,
    /// The last event that was seen, as the server named it; nothing before the first one.
    pub(super) cursor: Option<String>,
    stream: Option<Response>,
    parser: Parser,
    frames: VecDeque<Frame>,
    backoff: ExponentialBackoff,
    /// How long to wait before the next connection.
    delay: Option<Duration>,
}

/// What happens to a stream.
pub(super) enum Step {
    /// The next event.
    Frame(Frame),
    /// The connection broke, and is made again.
    Broken(Problem),
}

impl Live {
    /// Opens the stream. The first connection is made here, so that a session that is not there is told at once.
    pub(super) async fn open(
        http: Http,
        operation: &'static Operation,
        values: &[&str],
        cursor: Option<String>,
    ) -> Result<Self, Problem> {
        let values = values.iter().map(|value| (*value).to_owned()).collect();
        let mut live = Self {
            http,
            operation,
            values,
            cursor,
            stream: None,
            parser: Parser::default(),
            frames: VecDeque::new(),
            backoff: backoff(),
            delay: None,
        };
        let response = live.request().send().await?;
        live.begin(response);
        Ok(live)
    }

    /// The next event, or that the connection broke. An error is final.
    pub(super) async fn next(&mut self) -> Result<Step, Problem> {
        loop {
            if let Some(frame) = self.frames.pop_front() {
                return Ok(Step::Frame(frame));
            }
            if let Some(delay) = self.delay {
                tokio::time::sleep(delay).await;
                self.delay = None;
            }
            if let Err(problem) = self.read().await {
                self.stream = None;
                let delay = if problem.retryable { self.backoff.next() } else { None };
                let Some(delay) = delay else { return Err(problem) };
                tracing::debug!(%problem, ?delay, "the event stream broke; connecting again");
                self.delay = Some(delay);
                return Ok(Step::Broken(problem));
            }
        }
    }

    /// Connects again: the server said that the stream breaks off for now.
    pub(super) fn reopen(&mut self) {
        self.stream = None;
    }

    /// Reads on, or connects.
    async fn read(&mut self) -> Result<(), Problem> {
        let Some(stream) = &mut self.stream else {
            let response = self.request().send_once().await?;
            self.begin(response);
            return Ok(());
        };
        match tokio::time::timeout(SILENCE, stream.chunk()).await {
            Ok(Ok(Some(bytes))) => {
                self.frames.extend(self.parser.feed(&bytes));
                self.backoff = backoff();
                Ok(())
            }
            Ok(Ok(None)) => {
                Err(Problem::new(Code::Unreachable, "the event stream ended before the session did"))
            }
            Ok(Err(error)) => Err(answer::broken(&error)),
            Err(_) => Err(Problem::new(Code::Unreachable, "the event stream fell silent")),
        }
    }

    fn request(&self) -> Request<'_> {
        let values: Vec<&str> = self.values.iter().map(String::as_str).collect();
        let request = self.http.request(self.operation, &values);
        let request = request.header("accept", "text/event-stream").streaming();
        match &self.cursor {
            Some(cursor) => request.header("last-event-id", cursor),
            None => request,
        }
    }

    fn begin(&mut self, response: Response) {
        self.parser = Parser::default();
        self.frames.clear();
        self.stream = Some(response);
    }
}

fn backoff() -> ExponentialBackoff {
    ExponentialBuilder::default()
        .with_min_delay(Duration::from_millis(100))
        .with_max_delay(Duration::from_secs(5))
        .without_max_times()
        .with_total_delay(Some(AWAY))
        .with_jitter()
        .build()
}

/// The data of an event.
pub(super) fn parse<T: DeserializeOwned>(data: &str) -> Result<T, Problem> {
    serde_json::from_str(data).map_err(|error| {
        let detail =
            format!("the event stream holds what this client cannot read ({error}): is the server newer?");
        let mut problem = Problem::new(Code::Internal, detail);
        // The same bytes would come again.
        problem.retryable = false;
        problem
    })
}
