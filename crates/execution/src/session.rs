//! Sessions of Rust programs: nodes that call nodes, with a time for each top-level call, and a stop for all.

use std::future::poll_fn;
use std::pin::pin;
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU32, Ordering};
use std::sync::{Arc, OnceLock};
use std::task::Poll;
use std::time::Duration;

use futures_util::stream::{self, StreamExt};
use serde::Serialize;
use serde_json::Value;
use sessiond_background as background;
use sessiond_core::{CallEnded, CallError, CallStatus, ExecutionEnd, Json, SessionId, Usage};
use sessiond_turns::redact;
use tokio::task_local;
use tokio_util::sync::CancellationToken;

use crate::ambient::now_us;
use crate::config::{Config, Durability, Server, Settings};
use crate::context::Context;
use crate::error::{BoxError, Error, Failure};
use crate::execution::{Begun, Execution, NewCall, NewExecution, Place, fitting};
use crate::info::Info;
use crate::node::Node;
use crate::publisher::{Publisher, SubscriberInfo, Subscription, Update};
use crate::recorder::Ticket;
use crate::replay::CallNumber;

task_local! {
    /// The call in which this code runs.
    static FRAME: Arc<Frame>;
}

/// An execution session; cheap to clone. Calls that it makes are recorded, and can be taken up by [`Session::resume`].
#[derive(Clone)]
pub struct Session {
    shared: Arc<Shared>,
}

struct Shared {
    execution: Execution,
    publisher: Publisher,
    stop: CancellationToken,
    reason: OnceLock<Arc<str>>,
    closed: AtomicBool,
    root: Arc<Root>,
}

/// What all top-level calls have in common.
#[derive(Default)]
struct Root {
    calls: AtomicU32,
}

/// A call that runs: what the calls that it makes need to know of it.
struct Frame {
    session: Session,
    call: CallNumber,
    place: Place,
    calls: AtomicU32,
}

/// What is called with each message that is broadcast.
type Callback = Box<dyn Fn(&str) -> Result<(), BoxError> + Send>;

/// Begins a session.
#[derive(Default)]
pub struct Builder {
    id: Option<SessionId>,
    name: Option<String>,
    context: Context,
    config: Config,
    callbacks: Vec<Callback>,
}

/// How a session ended beside its calls.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Closed {
    /// How each subscriber did; one that missed or failed something says so here.
    pub subscribers: Vec<SubscriberInfo>,
}

impl Builder {
    /// The session's id; made up when absent.
    #[must_use]
    pub fn id(mut self, id: SessionId) -> Self {
        self.id = Some(id);
        self
    }

    /// What people call it.
    #[must_use]
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// The context at the beginning.
    ///
    /// # Panics
    /// When a value cannot be written as JSON: a map whose keys are no strings, for one.
    #[must_use]
    pub fn context<K: Into<String>, V: Serialize>(self, values: impl IntoIterator<Item = (K, V)>) -> Self {
        self.context.update(values).expect("a context holds what can be written as JSON");
        self
    }

    /// How long a top-level call may take.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.config.timeout = Some(timeout);
        self
    }

    /// Whether the first error of any call stops the session.
    #[must_use]
    pub fn end_on_error(mut self, end: bool) -> Self {
        self.config.end_on_error = Some(end);
        self
    }

    /// Whether agents fill `{key}` in their prompts from the context.
    #[must_use]
    pub fn prompt_injection(mut self, fill: bool) -> Self {
        self.config.prompt_injection = Some(fill);
        self
    }

    /// Whether the state is written to a file when the session closes.
    #[must_use]
    pub fn save_state(mut self, save: bool) -> Self {
        self.config.save_state = Some(save);
        self
    }

    /// When calls are on disk.
    #[must_use]
    pub fn durability(mut self, durability: Durability) -> Self {
        self.config.durability = Some(durability);
        self
    }

    /// Calls of one batch that run at the same time.
    #[must_use]
    pub fn max_concurrency(mut self, calls: usize) -> Self {
        self.config.max_concurrency = Some(calls);
        self
    }

    /// Where the store and the saved states are.
    #[must_use]
    pub fn dir(mut self, dir: impl Into<std::path::PathBuf>) -> Self {
        self.config.dir = Some(dir.into());
        self
    }

    /// The server that is to have the record, which then waits on this machine's disk while it is away.
    #[must_use]
    pub fn server(mut self, server: Server) -> Self {
        self.config.server = Some(server);
        self
    }

    /// Calls this with each message that a node broadcasts, in order, on a task of its own. What it fails with, and what
    /// it was too slow for, stands in [`Session::subscribers`].
    #[must_use]
    pub fn broadcast_callback(
        mut self,
        callback: impl Fn(&str) -> Result<(), BoxError> + Send + 'static,
    ) -> Self {
        self.callbacks.push(Box::new(callback));
        self
    }

    /// Begins it. Within a node of another session, the new one is recorded where that is, unless it says otherwise,
    /// and belongs to it when both are recorded in one place.
    pub async fn start(mut self) -> Result<Session, Error> {
        let mut outer = Session::current();
        if let Some(outer) = &outer {
            let Settings { dir, server, .. } = outer.settings();
            self.config.dir.get_or_insert_with(|| dir.clone());
            self.config.server.get_or_insert_with(|| server.clone().unwrap_or_else(Server::none));
        }
        let settings = self.config.settle();
        outer = outer.filter(|outer| settings.is_recorded_with(outer.settings()));
        if let Some(outer) = &outer {
            outer.shared.execution.opened().await?;
        }
        let parent = outer.map(|outer| outer.id().clone());
        let new = NewExecution { id: self.id, name: self.name, parent, context: self.context };
        let execution = Execution::start(new, settings).await?;
        Ok(Session::over(execution, self.callbacks))
    }

    /// Takes up the session with this id instead; see [`Session::resume`].
    pub async fn resume(self, id: &SessionId) -> Result<Session, Error> {
        let execution = Execution::resume(id.clone(), self.context, self.config.settle()).await?;
        Ok(Session::over(execution, self.callbacks))
    }

    /// Goes on in a copy of the session with this id instead; see [`Session::fork`].
    pub async fn fork(self, id: &SessionId, at: CallNumber) -> Result<Session, Error> {
        let execution = Execution::fork(id, at, self.config.settle()).await?;
        execution
            .context()
            .update(self.context.snapshot())
            .map_err(|error| value_error("the context", "input", &error))?;
        Ok(Session::over(execution, self.callbacks))
    }
}

impl Session {
    /// A session that is to begin.
    pub fn builder() -> Builder {
        Builder::default()
    }

    /// Takes up a session that was interrupted or failed. The program runs again from its beginning: calls that had
    /// completed give what they gave then, without running; the rest is executed. When the program calls something
    /// else than it did, that call fails with [`Error::Differs`].
    pub async fn resume(id: &SessionId) -> Result<Self, Error> {
        Self::builder().resume(id).await
    }

    /// Goes on in a copy of a session, from the point at which its call `at` began.
    pub async fn fork(id: &SessionId, at: CallNumber) -> Result<Self, Error> {
        Self::builder().fork(id, at).await
    }

    /// The session in whose node this code runs.
    pub fn current() -> Option<Self> {
        FRAME.try_with(|frame| frame.session.clone()).ok()
    }

    fn over(execution: Execution, callbacks: Vec<Callback>) -> Self {
        let publisher = Publisher::default();
        for callback in callbacks {
            let mut subscription = publisher.subscribe("broadcast_callback");
            background::spawn_blocking(move || {
                while let Some(update) = subscription.next_blocking() {
                    if let Update::Broadcast { message } = update
                        && let Err(error) = callback(&message)
                    {
                        tracing::warn!(%error, "a broadcast callback failed");
                        subscription.failed(error.to_string());
                    }
                }
            });
        }
        Self {
            shared: Arc::new(Shared {
                execution,
                publisher,
                stop: CancellationToken::new(),
                reason: OnceLock::new(),
                closed: AtomicBool::new(false),
                root: Arc::default(),
            }),
        }
    }

    /// Its id, by which it is resumed.
    pub fn id(&self) -> &SessionId {
        self.shared.execution.id()
    }

    /// How it behaves.
    pub fn settings(&self) -> &Settings {
        self.shared.execution.settings()
    }

    /// Values that every node can read and change.
    pub fn context(&self) -> &Context {
        self.shared.execution.context()
    }

    /// Calls a node. In a node of this session it is a call of that node; else it is a top-level call, which has the
    /// session's timeout. A call that is dropped is cancelled, and so are the calls that it made.
    pub async fn call<N: Node>(&self, node: &N, input: impl Into<N::Input>) -> Result<N::Output, Error> {
        match self.frame() {
            Some(frame) => self.run(Some(&frame), node, input.into(), None).await,
            None => self.top(node, input.into()).await,
        }
    }

    /// Calls a node once for each input, at most `max_concurrency` at a time, and gives the results in their order.
    pub async fn call_batch<N: Node>(
        &self,
        node: &N,
        inputs: impl IntoIterator<Item = N::Input>,
    ) -> Vec<Result<N::Output, Error>> {
        let frame = self.frame();
        let calls: Vec<_> = inputs
            .into_iter()
            .map(|input| async {
                match &frame {
                    Some(frame) => self.run(Some(frame), node, input, None).await,
                    None => self.top(node, input).await,
                }
            })
            .collect();
        stream::iter(calls).buffered(self.settings().max_concurrency).collect().await
    }

    /// Tells whoever listens.
    pub fn broadcast(&self, message: &str) {
        if self.shared.publisher.is_heard() {
            self.shared.publisher.publish(&Update::Broadcast { message: message.into() });
        }
    }

    /// Tells of what happens from now on.
    pub fn subscribe(&self, name: &str) -> Subscription {
        self.shared.publisher.subscribe(name)
    }

    /// How each subscriber does.
    pub fn subscribers(&self) -> Vec<SubscriberInfo> {
        self.shared.publisher.info()
    }

    /// What is known of the calls so far.
    pub fn info(&self) -> Info {
        self.shared.execution.info()
    }

    /// The state as its file has it, as far as it is recorded.
    pub async fn payload(&self) -> Result<Value, Error> {
        let bytes = self.shared.execution.payload().await?;
        serde_json::from_slice(&bytes).map_err(|error| value_error("the session", "output", &error))
    }

    /// Writes the state to its file while the session goes on.
    pub async fn save(&self) -> Result<std::path::PathBuf, Error> {
        self.shared.execution.save().await
    }

    /// Writes everything that is recorded so far.
    pub async fn flush(&self) -> Result<(), Error> {
        self.shared.execution.flush().await
    }

    /// Stops all calls that run, and takes no further ones.
    pub fn stop(&self, reason: &str) {
        let _ = self.shared.reason.set(reason.into());
        self.shared.stop.cancel();
    }

    /// Ends the session well: everything is recorded, and the state is saved. Calls that still run are stopped.
    pub async fn close(self) -> Result<Closed, Error> {
        self.end(ExecutionEnd::Completed).await
    }

    /// Ends the session because its program failed. It can be resumed.
    pub async fn fail(self, reason: impl Into<String>) -> Result<Closed, Error> {
        self.end(ExecutionEnd::Failed { reason: reason.into() }).await
    }

    async fn end(self, end: ExecutionEnd) -> Result<Closed, Error> {
        if self.shared.closed.swap(true, Ordering::AcqRel) {
            return Err(Error::Closed);
        }
        self.stop("it is closed");
        let subscribers = self.shared.publisher.close();
        self.shared.execution.close(end).await?;
        Ok(Closed { subscribers })
    }

    /// The call of this session in which this code runs.
    fn frame(&self) -> Option<Arc<Frame>> {
        FRAME
            .try_with(|frame| Arc::ptr_eq(&frame.session.shared, &self.shared).then(|| frame.clone()))
            .ok()
            .flatten()
    }

    /// A top-level call: over its time, or stopped, it and what it called is dropped, and with that cancelled.
    async fn top<N: Node>(&self, node: &N, input: N::Input) -> Result<N::Output, Error> {
        let ending = Arc::new(AtomicU8::new(CANCELLED));
        let within = self.settings().timeout;
        let mut call = pin!(self.run(None, node, input, Some(ending.clone())));
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

    fn stopped(&self) -> Error {
        if self.shared.closed.load(Ordering::Acquire) {
            return Error::Closed;
        }
        Error::Stopped {
            reason: self.shared.reason.get().cloned().unwrap_or_else(|| "somebody stopped it".into()),
        }
    }

    async fn run<N: Node>(
        &self,
        parent: Option<&Arc<Frame>>,
        node: &N,
        input: N::Input,
        ending: Option<Arc<AtomicU8>>,
    ) -> Result<N::Output, Error> {
        if self.shared.stop.is_cancelled() {
            return Err(self.stopped());
        }
        let name = node.name();
        let (text, _) = redact::to_json(&input).map_err(|error| value_error(name, "input", &error))?;
        let calls = parent.map_or(&self.shared.root.calls, |frame| &frame.calls);
        let begun = self.shared.execution.begin(NewCall {
            parent: parent.map(|frame| frame.call),
            replay: parent.map_or(Place::Root, |frame| frame.place),
            position: calls.fetch_add(1, Ordering::Relaxed),
            node: name,
            kind: node.kind(),
            input: text,
        })?;
        let (call, place) = match begun {
            Begun::Run { call, place } => (call, place),
            Begun::Recorded { output, .. } => {
                return serde_json::from_str(output.as_str())
                    .map_err(|error| value_error(name, "output", &error));
            }
        };
        if self.shared.publisher.is_heard() {
            let parent = parent.map(|frame| frame.call);
            self.shared.publisher.publish(&Update::CallBegan { call, parent, node: name.clone() });
        }
        let frame = Arc::new(Frame { session: self.clone(), call, place, calls: AtomicU32::new(0) });
        let running = Running { session: self, call, node: name, ending, over: false };
        match FRAME.scope(frame, node.run(input)).await {
            Ok(output) => {
                let ticket = running.completed(&output, node.usage(&output));
                if self.shared.execution.must_settle() {
                    self.shared.execution.settled(ticket).await?;
                }
                Ok(output)
            }
            Err(source) => {
                let error = running.failed(source);
                if self.settings().end_on_error {
                    self.stop("a call failed, and end_on_error is set");
                }
                Err(error)
            }
        }
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
                (ended.output, ended.output_omitted) = fitting(text);
                ended.opaque = secret || ended.output.is_none();
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
        });
        self.put_down(ended);
        error
    }

    fn put_down(&mut self, ended: CallEnded) -> Ticket {
        self.over = true;
        let status = ended.status.as_str();
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

fn value_error(node: &str, what: &'static str, error: &serde_json::Error) -> Error {
    Error::Value { node: node.into(), what, detail: error.to_string() }
}
