//! Calls of a session's nodes: which call the code runs in, and how a call begins, ends, is late, or is stopped.

use std::future::poll_fn;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::task::Poll;

use futures_util::future::Either;
use futures_util::stream::{self, StreamExt};
use serde::Serialize;
use serde_json::Value;
use sessiond_core::{CallEnded, CallError, CallStatus, Json, Usage};
use sessiond_turns::redact;
use tokio::task_local;

use super::Session;
use sha2::{Digest, Sha256};

use crate::ambient::now_us;
use crate::branch::{BRANCH, Branch};
use crate::comparison::Beside;
use crate::error::{Error, Failure};
use crate::execution::{Begun, NewCall};
use crate::node::Node;
use crate::publisher::Update;
use crate::recorder::Ticket;
use crate::replay::CallNumber;

task_local! {
    /// The call in which this code runs.
    static FRAME: Arc<Frame>;
}

/// A call that runs, or the program itself: what the calls that it makes need to know of it.
pub(super) struct Frame {
    session: Session,
    branch: Arc<Branch>,
    /// When the call first began, in microseconds since the epoch, if an earlier process began it.
    pub(super) since_us: Option<u64>,
}

impl Frame {
    /// The one in which this code runs.
    pub(super) fn current() -> Option<Arc<Self>> {
        FRAME.try_with(Arc::clone).ok()
    }

    /// Runs something in it.
    async fn run<T>(self, work: impl Future<Output = T>) -> T {
        BRANCH.scope(self.branch.clone(), FRAME.scope(Arc::new(self), work)).await
    }
}

impl Session {
    /// The session in whose node this code runs.
    pub fn current() -> Option<Self> {
        FRAME.try_with(|frame| frame.session.clone()).ok()
    }

    /// Calls a node. In a node of this session it is a call of that node; else it is a top-level call, which has the
    /// session's timeout. A call that is dropped is cancelled, and so are the calls that it made.
    pub async fn call<N: Node>(&self, node: &N, input: impl Into<N::Input>) -> Result<N::Output, Error> {
        self.call_from(&self.here(), node, input.into()).await
    }

    /// Makes a branch of this code's concurrency: work that runs beside other work of the same node, or of the program.
    ///
    /// A resumed program finds its calls by their place in their branch. Calls that are made one after the other need
    /// none; where futures that make several calls are joined, selected or spawned, each is to be a branch, made in an
    /// order that does not depend on time.
    pub fn branch<T, F: Future<Output = T>>(
        &self,
        name: &str,
        work: F,
    ) -> impl Future<Output = T> + use<T, F> {
        let branch = self.shared.execution.branch(&self.here(), name).into();
        Frame { session: self.clone(), branch, since_us: None }.run(work)
    }

    async fn call_from<N: Node>(
        &self,
        branch: &Arc<Branch>,
        node: &N,
        input: N::Input,
    ) -> Result<N::Output, Error> {
        match branch.call {
            Some(_) => self.run(branch, node, input, None).await,
            None => self.top(branch, node, input).await,
        }
    }

    /// Calls a node once for each input, at most `max_concurrency` at a time, and gives the results in their order.
    pub async fn call_batch<N: Node>(
        &self,
        node: &N,
        inputs: impl IntoIterator<Item = N::Input>,
    ) -> Vec<Result<N::Output, Error>> {
        // They begin in their order, so that all of them are of one branch.
        let branch = Arc::new(self.shared.execution.branch(&self.here(), "*batch"));
        let calls: Vec<_> = inputs.into_iter().map(|input| self.call_from(&branch, node, input)).collect();
        stream::iter(calls).buffered(self.settings().max_concurrency).collect().await
    }

    /// The branch of this session in which this code runs.
    fn here(&self) -> Arc<Branch> {
        Frame::current()
            .filter(|frame| Arc::ptr_eq(&frame.session.shared, &self.shared))
            .map_or_else(|| self.shared.execution.root(), |frame| frame.branch.clone())
    }

    /// A top-level call: over its time, or stopped, it and what it called is dropped, and with that cancelled.
    async fn top<N: Node>(&self, branch: &Branch, node: &N, input: N::Input) -> Result<N::Output, Error> {
        let ending = Arc::new(AtomicU8::new(CANCELLED));
        let within = self.settings().timeout;
        let mut call = pin!(self.run(branch, node, input, Some(ending.clone())));
        let mut stopped = pin!(self.shared.stop.cancelled());
        let mut late = pin!(tokio::time::sleep(within));
        let result = poll_fn(|task| {
            if let Poll::Ready(result) = call.as_mut().poll(task) {
                return Poll::Ready(result);
            }
            if stopped.as_mut().poll(task).is_ready() {
                return Poll::Ready(Err(self.stopped()));
            }
            if late.as_mut().poll(task).is_ready() {
                ending.store(TIMEOUT, Ordering::Relaxed);
                return Poll::Ready(Err(Error::Timeout { node: node.name().clone(), within }));
            }
            Poll::Pending
        })
        .await;
        if result.is_err() && self.settings().end_on_error {
            self.stop("a call failed, and end_on_error is set");
        }
        result
    }

    async fn run<N: Node>(
        &self,
        branch: &Branch,
        node: &N,
        input: N::Input,
        ending: Option<Arc<AtomicU8>>,
    ) -> Result<N::Output, Error> {
        if self.shared.stop.is_cancelled() {
            return Err(self.stopped());
        }
        let name = node.name();
        let unreadable = |error| Error::value(name, "input", &error);
        let (text, secret) = redact::to_json(&input).map_err(unreadable)?;
        let mut beside = Beside::default();
        if secret {
            let whole = serde_json::to_string(&input).map_err(unreadable)?;
            beside.digests.push(Sha256::digest(whole.as_bytes()).into());
            beside.is_secret = true;
        }
        let begun = self.shared.execution.begin(NewCall {
            branch,
            position: branch.next_call(),
            node: name,
            kind: node.kind(),
            input: text,
            beside,
        })?;
        let (call, inner, since_us) = match begun {
            Begun::Run { call, branch, since_us } => (call, Arc::new(branch), since_us),
            Begun::Recorded { outcome, at_once, .. } => return self.again(name, outcome, at_once).await,
        };
        if self.shared.publisher.is_heard() {
            let parent = branch.call;
            self.shared.publisher.publish(&Update::CallBegan { call, parent, node: name.clone() });
        }
        let frame = Frame { session: self.clone(), branch: inner.clone(), since_us };
        let running = Running { session: self, call, branch: inner.clone(), node: name, ending, over: false };
        match frame.run(node.run(input)).await {
            Ok(output) => {
                let ticket = running.completed(&output, node.usage(&output));
                if self.shared.execution.must_settle() {
                    self.shared.execution.settled(ticket).await?;
                }
                self.after_record(&inner).await;
                Ok(output)
            }
            Err(source) => {
                let error = running.failed(source);
                self.after_record(&inner).await;
                if self.settings().end_on_error {
                    self.stop("a call failed, and end_on_error is set");
                }
                Err(error)
            }
        }
    }
}

/// Makes a branch of this code's concurrency from within a node; see [`Session::branch`].
pub fn branch<T, F: Future<Output = T>>(name: &str, work: F) -> impl Future<Output = T> + use<T, F> {
    match Session::current() {
        Some(session) => Either::Left(session.branch(name, work)),
        None => Either::Right(work),
    }
}

/// Calls a node from within a node.
pub async fn call<N: Node>(node: &N, input: impl Into<N::Input>) -> Result<N::Output, Error> {
    match Session::current() {
        Some(session) => session.call(node, input).await,
        None => Err(Error::Closed),
    }
}

const CANCELLED: u8 = 0;
const TIMEOUT: u8 = 1;

/// A call that runs. When it is dropped before it came to its end, it is put down as cancelled.
struct Running<'a> {
    session: &'a Session,
    call: CallNumber,
    branch: Arc<Branch>,
    node: &'a Arc<str>,
    /// How a top-level call ends when it is dropped.
    ending: Option<Arc<AtomicU8>>,
    over: bool,
}

impl Running<'_> {
    fn completed(mut self, output: &impl Serialize, usage: Option<Usage>) -> Ticket {
        let mut ended = CallEnded::new(CallStatus::Completed, now_us());
        ended.usage = usage;
        match redact::to_json(output) {
            Ok((text, secret)) => {
                self.session.shared.execution.give(&mut ended, text, secret);
            }
            Err(error) => {
                // The node did its work; only the record cannot hold what it gave.
                ended.opaque = true;
                ended.output = Some(Json::from(&Value::String(format!("not JSON: {error}"))));
            }
        }
        self.put_down(ended)
    }

    fn failed(mut self, Failure(source): Failure) -> Error {
        // What an inner call failed with, and this one passed on, is that error still.
        let error = match source.downcast::<Error>() {
            Ok(error) => *error,
            Err(source) => Error::Node { node: self.node.clone(), source: source.into() },
        };
        let mut ended = CallEnded::new(CallStatus::Failed, now_us());
        ended.error = Some(CallError {
            kind: error.kind().to_owned(),
            message: error.to_string(),
            trace: trace(&error),
            value: None,
        });
        self.put_down(ended);
        error
    }

    fn put_down(&mut self, ended: CallEnded) -> Ticket {
        self.over = true;
        let status = ended.status.as_str();
        self.session.shared.execution.close_branch(&self.branch);
        let ticket = self.session.shared.execution.end(self.call, ended);
        if self.session.shared.publisher.is_heard() {
            self.session.shared.publisher.publish(&Update::CallEnded {
                call: self.call,
                node: self.node.clone(),
                status,
            });
        }
        ticket
    }
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        if self.over {
            return;
        }
        let timeout = self.ending.as_ref().is_some_and(|ending| ending.load(Ordering::Relaxed) == TIMEOUT);
        let mut ended =
            CallEnded::new(if timeout { CallStatus::Timeout } else { CallStatus::Cancelled }, now_us());
        if std::thread::panicking() {
            ended = CallEnded::new(CallStatus::Failed, now_us());
            ended.error = Some(CallError {
                kind: "Panic".to_owned(),
                message: format!("{} panicked", self.node),
                trace: None,
                value: None,
            });
        }
        self.put_down(ended);
    }
}

/// What an error came of, one cause a line.
fn trace(error: &Error) -> Option<String> {
    let mut causes = Vec::new();
    let mut cause = std::error::Error::source(error).and_then(std::error::Error::source);
    while let Some(error) = cause {
        causes.push(error.to_string());
        cause = error.source();
    }
    (!causes.is_empty()).then(|| causes.join("\n"))
}
