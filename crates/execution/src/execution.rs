//! An execution: one process's hold on a session that it records. It is what the sessions of all languages share: how
//! a call is found in the record or put down in it, and how the whole begins and ends. How a language runs its nodes,
//! and how it stops them, is its own.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use parking_lot::Mutex;
use serde_json::{Map, Value};
use sessiond_api as api;
use sessiond_api::Problem;
use sessiond_background::Origin;
use sessiond_client::Conditions;
use sessiond_core::{CallBegan, CallEnded, CallKind, ExecutionEnd, Json, Kind, SessionId, Status, limits};
use sessiond_recording::{Destination, Opening, Runner, Running, Store, journal, run, stores};
use sessiond_turns::redact;

use crate::ambient::{self, now_us};
use crate::branch::Branch;
use crate::comparison::{Beside, Keys};
use crate::config::{Durability, Settings};
use crate::context::{Context, History};
use crate::error::Error;
use crate::info::Info;
use crate::recorder::{Recorder, Refused, Start, Ticket};
use crate::replay::{CallNumber, Cuts, Found, Outcome, Replay, ReplayBuilder, Sequence, Turn};
use crate::saved;
use crate::values::{self, Values};

/// The most nodes of which it is known that their calls run again.
const NODES: usize = 1000;

/// One process's hold on a session that it records.
pub struct Execution {
    id: SessionId,
    name: Option<String>,
    settings: Settings,
    store: Store,
    destination: Destination,
    recorder: Recorder,
    replay: Replay,
    replayed: AtomicU64,
    root: Arc<Branch>,
    context: Context,
    keys: Keys,
    values: Values,
    /// The nodes some of whose calls run again when the session is resumed, and why.
    unrepeatable: Mutex<BTreeMap<Arc<str>, String>>,
    /// Those of them of which nobody has been told yet.
    untold: Mutex<Vec<Arc<str>>>,
    has_untold: AtomicBool,
    /// Whether the session had completed already: it is read, and nothing is put down.
    ended: bool,
    /// The process that it belongs to: none that is forked from it may use it.
    origin: Origin,
    /// That this process runs the session, until it is closed.
    running: Mutex<Option<Running>>,
    /// When the store was last asked whether this is still its writer, in microseconds since the epoch.
    asked_us: AtomicU64,
}

/// How often, in microseconds, the store is asked at a call whether another process has become the session's writer, or
/// somebody ended the session.
const ASK_US: u64 = 20_000;
/// How long a call waits for the answer.
const ANSWER: Duration = Duration::from_millis(500);

/// What a new execution is to be.
#[derive(Debug, Default)]
pub struct NewExecution {
    /// Its id; made up when absent.
    pub id: Option<SessionId>,
    /// What people call it.
    pub name: Option<String>,
    /// The session that it belongs to, which must be there.
    pub parent: Option<SessionId>,
    /// The context at the beginning.
    pub context: Context,
}

/// A call that is to be made.
#[derive(Debug)]
pub struct NewCall<'a> {
    /// The branch that makes it.
    pub branch: &'a Branch,
    /// Its place in that branch, from 0: [`Branch::next_call`] gives it.
    pub position: u32,
    /// The node that is called.
    pub node: &'a Arc<str>,
    /// What kind of node it is.
    pub kind: CallKind,
    /// The input as JSON without secrets.
    pub input: String,
    /// What tells the input from others with the same JSON.
    pub beside: Beside,
}

/// What becomes of a call that is to be made.
#[derive(Debug)]
pub enum Begun {
    /// It is put down, and its code is to be run.
    Run {
        /// Its number.
        call: CallNumber,
        /// The line of the calls that it makes.
        branch: Branch,
        /// When it first began, in microseconds since the epoch, if it was begun before.
        since_us: Option<u64>,
    },
    /// It was done before: this is what it came to.
    Recorded {
        /// Its number then.
        call: CallNumber,
        /// What it came to.
        outcome: Outcome,
        /// Whether that is to be given now; else when [`Execution::sequence`] comes to its turn, which then passes.
        at_once: bool,
    },
}

impl Execution {
    /// Begins a session in the embedded store of `settings.dir`. With durability `Sync`, or with an id or a name that
    /// may have to be refused, the session is on disk when this returns, else soon after.
    pub async fn start(new: NewExecution, settings: Settings) -> Result<Self, Error> {
        // An id that somebody chose may be taken, and a name may not be one: that must be told before anything runs.
        let is_chosen = new.id.is_some() || new.name.is_some();
        let at_once = settings.durability == Durability::Sync || is_chosen;
        let id = match new.id {
            Some(id) => id,
            None => SessionId::parse(format!("sess_{}", ambient::id()))
                .map_err(|error| Problem::invalid("session_id", error.to_string()))?,
        };
        let create = api::CreateSession {
            session_id: Some(id.clone()),
            kind: Some(Kind::Execution),
            name: new.name.clone(),
            parent: new.parent,
            shared_context: new.context.initial(),
            process: Some(process(&settings.program)),
            ..api::CreateSession::default()
        };
        let opening = Opening::New { create: Box::new(create), key: ambient::id() };
        let store = match &settings.server {
            Some(server) => Store::sent_on(stores::spool(&settings.dir, server).await?.begin(&id)?),
            None => Store::local(stores::engine(&settings.dir).await?),
        };
        // A new id is nobody's; one that somebody chose, and that runs already, is refused by the store.
        let running = Running::claim(&store_dir(&settings, &store), &id, false)?.ok();
        values::sweep_once(&settings.dir, settings.server.is_none().then(|| store.client.clone()));
        let destination = Destination::new(&store, id.clone(), opening);
        if at_once {
            open(&destination).await?;
        }
        if is_chosen && let Some(hold) = store.hold.clone() {
            run(async move { hold.accepted().await }).await?;
        }
        let recorder = Recorder::start(destination.clone(), settings.durability, Start::default());
        let replay = Replay::default();
        let root = Arc::new(Branch::root(&replay));
        new.context.record(recorder.clone(), replay.sequence.clone(), root.clone());
        let values = Values::new(&settings.dir, &id);
        Ok(Self {
            id,
            name: new.name,
            store,
            destination,
            recorder,
            replay,
            replayed: AtomicU64::new(0),
            root,
            context: new.context,
            keys: Keys::new(&settings.dir),
            values,
            unrepeatable: Mutex::default(),
            untold: Mutex::default(),
            has_untold: AtomicBool::new(false),
            settings,
            ended: false,
            origin: Origin::here(),
            running: Mutex::new(running),
            asked_us: AtomicU64::new(now_us()),
        })
    }

    /// Takes up a session that another process recorded. Calls that had completed give what they gave; the rest is
    /// done again, or, when the session itself had completed, refused. Values of `context` come before those that were recorded.
    ///
    /// A session that another process runs is refused, unless it is to be taken over: that process is then told at its
    /// next call.
    pub async fn resume(
        id: SessionId,
        context: Context,
        settings: Settings,
        take_over: bool,
    ) -> Result<Self, Error> {
        Self::take_up(id, None, context, settings, take_over).await
    }

    /// Goes on in a copy of a session, from the point at which its call `at` began: calls with smaller numbers that had
    /// completed by then give what they gave.
    pub async fn fork(of: &SessionId, at: CallNumber, settings: Settings) -> Result<Self, Error> {
        let source = of.clone();
        let keep = at.saturating_sub(1);
        let copy = match &settings.server {
            Some(server) => {
                let spool = stores::spool(&settings.dir, server).await?;
                run(async move { spool.fork(&source).await }).await?
            }
            None => {
                let client = stores::engine(&settings.dir).await?;
                run(async move { client.fork_session(&source, api::Fork::default(), Conditions::default()).await })
                    .await?
            }
        };
        let id = SessionId::parse(copy.session_id.to_string())
            .map_err(|error| Problem::invalid("session_id", error.to_string()))?;
        let kept = Values::new(&settings.dir, &id).copy(&Values::new(&settings.dir, of));
        if let Err(error) = kept {
            tracing::warn!(session = %id, %error, "results beside the journal are not copied: their calls run again");
        }
        Self::take_up(id, Some(keep), Context::default(), settings, false).await
    }

    async fn take_up(
        id: SessionId,
        keep: Option<CallNumber>,
        given: Context,
        settings: Settings,
        take_over: bool,
    ) -> Result<Self, Error> {
        let store = match &settings.server {
            Some(server) => {
                let (spool, id) = (stores::spool(&settings.dir, server).await?, id.clone());
                Store::sent_on(run(async move { spool.take_up(&id).await }).await?)
            }
            None => Store::local(stores::engine(&settings.dir).await?),
        };
        let claim = Running::claim(&store_dir(&settings, &store), &id, take_over)?;
        let client = store.client.clone();
        let session = {
            let (client, id) = (client.clone(), id.clone());
            run(async move { client.session(&id).await }).await?
        };
        let ended = session.status == Status::Completed;
        let running = match claim {
            // A session that has completed is only read, which anybody may.
            _ if ended => None,
            Ok(running) => Some(running),
            Err(runner) => {
                let recorded = session.calls.map(|calls| calls.process).unwrap_or_default();
                return Err(Error::Running {
                    session: id.as_str().into(),
                    holder: holder(runner, &recorded),
                });
            }
        };
        let destination = if ended {
            Destination::ended(&store, id.clone())
        } else {
            let opening = Opening::Again(api::BeginExecution { process: process(&settings.program), keep });
            Destination::new(&store, id.clone(), opening)
        };
        // From here on the session is this process's, and nobody adds to what is read next.
        open(&destination).await?;
        let mut cuts = Cuts::default();
        if session.forked_from.is_some() || keep.is_some() {
            journal::each(&client, &id, |seq, event| {
                cuts.take(seq, &event);
                Ok::<_, Problem>(())
            })
            .await?;
        }
        let mut builder = ReplayBuilder::new(cuts.finish());
        journal::each(&client, &id, |seq, event| {
            builder.take(seq, event);
            Ok::<_, Problem>(())
        })
        .await?;
        let start = Start { call: builder.last, order: builder.last_order };
        let recorder = Recorder::start(destination.clone(), settings.durability, start);
        let (replay, mut history) = builder.finish();
        let document = session.shared_context.as_object().cloned().unwrap_or_default();
        let mut writes = Vec::new();
        for (key, value) in given.snapshot() {
            writes.push((0, key.clone(), Some(redact::member(&key, &value))));
            history.record(0, key, Some(value));
        }
        if keep.is_some() {
            // The copy has what was written later, too.
            writes.extend(changes(&document, &history).map(|(key, value)| (start.order, key, value)));
        }
        if !ended {
            for (order, key, value) in writes {
                recorder.restored(order, key, value);
            }
        }
        let context = Context::resumed(history);
        let root = Arc::new(Branch::root(&replay));
        context.record(recorder.clone(), replay.sequence.clone(), root.clone());
        let values = Values::new(&settings.dir, &id);
        Ok(Self {
            id,
            name: session.name,
            store,
            destination,
            recorder,
            replay,
            replayed: AtomicU64::new(0),
            root,
            context,
            keys: Keys::new(&settings.dir),
            values,
            unrepeatable: Mutex::default(),
            untold: Mutex::default(),
            has_untold: AtomicBool::new(false),
            settings,
            ended,
            origin: Origin::here(),
            running: Mutex::new(running),
            asked_us: AtomicU64::new(now_us()),
        })
    }

    /// Whether this is the process that the execution belongs to. One that was forked from it may not use it.
    pub fn is_here(&self) -> bool {
        self.origin.is_here()
    }

    /// An error in a process that was forked from the one that the execution belongs to: nothing that it waits for would
    /// ever come.
    pub fn ensure_here(&self) -> Result<(), Error> {
        if self.origin.is_this_process() {
            Ok(())
        } else {
            Err(Error::Forked { session: self.id.as_str().into() })
        }
    }

    /// An error when nothing more can be recorded: the store says so, another process is the writer, or the session was
    /// ended from outside.
    fn ensure_writable(&self) -> Result<(), Error> {
        if self.recorder.has_ended() {
            return Err(Error::Closed);
        }
        // A server that refuses a key may be given another one; the record waits for it.
        let refused = self.store.hold.as_ref().and_then(|hold| hold.refused());
        if let Some(problem) =
            refused.filter(|refused| matches!(refused.code, api::Code::WriterStale | api::Code::SessionEnded))
        {
            self.recorder.fail(problem.clone());
            return Err(problem.into());
        }
        let now = now_us();
        if now.saturating_sub(self.asked_us.load(Ordering::Relaxed)) < ASK_US {
            return Ok(());
        }
        self.asked_us.store(now, Ordering::Relaxed);
        let (client, id, writer) =
            (self.store.client.clone(), self.id.clone(), self.destination.known_writer());
        let Some(writer) = writer else { return Ok(()) };
        let session = sessiond_background::wait_for(ANSWER, async move { client.session(&id).await });
        match session {
            Ok(Ok(session)) => {
                let problem = if session.calls.is_some_and(|calls| calls.writer > writer) {
                    Problem::new(api::Code::WriterStale, "another process has taken the session over")
                } else if session.status != Status::Active {
                    let detail = format!("somebody ended the session: it is {}", session.status.as_str());
                    Problem::new(api::Code::SessionEnded, detail)
                } else {
                    return Ok(());
                };
                tracing::error!(session = %self.id, %problem, "the session takes no further calls");
                self.recorder.fail(problem.clone());
                Err(problem.into())
            }
            // The next batch finds out.
            _ => Ok(()),
        }
    }

    /// Waits until the session itself is on disk: before that no other can belong to it.
    pub async fn opened(&self) -> Result<(), Error> {
        open(&self.destination).await?;
        Ok(())
    }

    /// The session's id.
    pub fn id(&self) -> &SessionId {
        &self.id
    }

    /// What people call it.
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// How it behaves.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Values that every node can read and change.
    pub fn context(&self) -> &Context {
        &self.context
    }

    /// The line of the program itself.
    pub fn root(&self) -> Arc<Branch> {
        self.root.clone()
    }

    /// A branch that another one makes; see [`Branch`].
    pub fn branch(&self, of: &Branch, name: &str) -> Branch {
        of.branch(&self.replay, name)
    }

    /// The order in which a resumed program does again what it did.
    pub fn sequence(&self) -> &Arc<Sequence> {
        &self.replay.sequence
    }

    /// Looks a call up in the record, and puts it down when it is to be run.
    pub fn begin(&self, call: NewCall<'_>) -> Result<Begun, Error> {
        if call.node.trim().is_empty() || call.node.len() > limits::NAME_BYTES {
            return Err(Error::Name { node: call.node.clone() });
        }
        let key = self.keys.key(&call.input, &call.beside);
        let (found, began) = call.branch.find(call.position, call.node, &key);
        let found = self.sure(found, call.node);
        let until = (!matches!(found, Found::Nothing)).then_some(began);
        for write in call.branch.skip_writes(until) {
            self.replay.sequence.pass(write.turn);
        }
        match found {
            Found::Outcome { call, outcome } => {
                self.replayed.fetch_add(1, Ordering::Relaxed);
                // One that was cancelled ends when it is cancelled again.
                let at_once = if outcome.is_cancelled() {
                    self.replay.sequence.pass(began);
                    false
                } else {
                    self.replay.sequence.begin(began, outcome.turn)
                };
                Ok(Begun::Recorded { call, outcome, at_once })
            }
            Found::Differs(difference) => Err(Error::Differs(difference)),
            _ if self.ended => Err(Error::Ended { node: call.node.clone() }),
            Found::Unsure { call: recorded, began_us, outcome } => {
                self.replay.sequence.pass(began);
                self.replay.sequence.pass(outcome.turn);
                self.put_down(call, key, Some((recorded, began_us)))
            }
            Found::Again { call: recorded, began_us } => {
                self.replay.sequence.pass(began);
                self.put_down(call, key, Some((recorded, began_us)))
            }
            Found::Nothing => self.put_down(call, key, None),
        }
    }

    /// What the record says, with the output that is kept beside the journal. What cannot be given again without a doubt
    /// is told, and done again, unless the session is only read.
    fn sure(&self, found: Found, node: &Arc<str>) -> Found {
        let (call, began_us, mut outcome, is_unsure) = match found {
            Found::Unsure { call, began_us, outcome } => (call, began_us, outcome, true),
            Found::Outcome { call, outcome } => (call, now_us(), outcome, false),
            other => return other,
        };
        if is_unsure {
            self.runs_again(node, "its input has something that cannot be compared with what it was");
        }
        let stored = outcome.output.as_ref().and_then(values::stood_for).map(|name| self.values.find(name));
        let is_missing = match stored {
            Some(Ok(output)) => {
                outcome.output = Some(output);
                false
            }
            Some(Err(error)) => {
                self.runs_again(node, format!("its recorded result is not on this machine: {error}"));
                true
            }
            None => false,
        };
        if is_missing || (is_unsure && !self.ended) {
            Found::Unsure { call, began_us, outcome }
        } else {
            Found::Outcome { call, outcome }
        }
    }

    /// Notes that calls of a node run again when the session is resumed, or have run again.
    pub fn runs_again(&self, node: &Arc<str>, why: impl Into<String>) {
        let mut nodes = self.unrepeatable.lock();
        if !nodes.contains_key(node) && nodes.len() < NODES {
            nodes.insert(node.clone(), why.into());
            self.untold.lock().push(node.clone());
            self.has_untold.store(true, Ordering::Release);
        }
    }

    /// Whether [`Execution::untold`] has something.
    pub fn has_untold(&self) -> bool {
        self.has_untold.load(Ordering::Acquire)
    }

    /// The nodes that are in [`Execution::unrepeatable`] since this was last asked.
    pub fn untold(&self) -> Vec<Arc<str>> {
        self.has_untold.store(false, Ordering::Release);
        std::mem::take(&mut *self.untold.lock())
    }

    /// The nodes some of whose calls run again when the session is resumed, and why.
    pub fn unrepeatable(&self) -> BTreeMap<Arc<str>, String> {
        self.unrepeatable.lock().clone()
    }

    /// Puts what a call gave into how it ended. What is too large for the journal, or nests too deep, is kept beside it.
    /// An `opaque` output is for people alone.
    pub fn give(&self, ended: &mut CallEnded, json: String, opaque: bool) {
        let bytes = json.len();
        let large = match fit(json) {
            Ok(output) => {
                (ended.output, ended.opaque) = (Some(output), opaque);
                return;
            }
            Err(json) => json,
        };
        ended.output_omitted = Some(bytes as u64);
        let sync = self.settings.durability == Durability::Sync;
        ended.output_sha256 = if opaque { None } else { self.values.keep(&large, sync).ok() };
        ended.opaque = ended.output_sha256.is_none();
    }

    /// Puts a call down that was done before, as the call `recorded`, but whose outcome cannot be made into a value of
    /// this program again: it is to be run again.
    pub fn begin_again(&self, call: NewCall<'_>, recorded: CallNumber, turn: Turn) -> Result<Begun, Error> {
        if self.ended {
            return Err(Error::Ended { node: call.node.clone() });
        }
        self.replayed.fetch_sub(1, Ordering::Relaxed);
        self.replay.sequence.pass(turn);
        let key = self.keys.key(&call.input, &call.beside);
        self.put_down(call, key, Some((recorded, now_us())))
    }

    fn put_down(
        &self,
        call: NewCall<'_>,
        key: String,
        resumes: Option<(CallNumber, u64)>,
    ) -> Result<Begun, Error> {
        self.ensure_writable()?;
        let (input, input_omitted) = fitting(call.input);
        let number = self.recorder.began(CallBegan {
            parent: call.branch.call,
            node: call.node.clone(),
            kind: call.kind,
            branch: call.branch.path(),
            position: call.position,
            began_order: None,
            key,
            resumes: resumes.map(|(call, _)| call),
            began_us: now_us(),
            input,
            input_omitted,
        });
        let number = number.map_err(|refused| match refused {
            Refused::Failed(problem) => problem.into(),
            Refused::Ended => Error::Closed,
        })?;
        let branch = Branch::of_call(&self.replay, number, resumes.map(|(call, _)| call));
        Ok(Begun::Run { call: number, branch, since_us: resumes.map(|(_, since)| since) })
    }

    /// Puts down that a call ended. Of an error that is longer than a session takes, the beginning is kept.
    pub fn end(&self, call: CallNumber, mut ended: CallEnded) -> Ticket {
        if let Some(error) = &mut ended.error {
            if error.kind.trim().is_empty() {
                "Error".clone_into(&mut error.kind);
            }
            shorten(&mut error.kind, limits::NAME_BYTES);
            shorten(&mut error.message, limits::TEXT_BYTES);
            if let Some(trace) = &mut error.trace {
                shorten(trace, limits::TEXT_BYTES);
            }
        }
        self.recorder.ended(call, ended)
    }

    /// A call that took up a recorded one has ended: what that one had recorded and this one did not ask for is waited
    /// for no longer.
    pub fn close_branch(&self, branch: &Branch) {
        if let Some(call) = branch.resumes() {
            self.replay.close(call);
        }
    }

    /// Waits until a call is as durable as the session is to be, and there is room for the next.
    pub async fn settled(&self, ticket: Ticket) -> Result<(), Error> {
        if self.settings.durability == Durability::Sync {
            self.recorder.durable(ticket).await?;
        } else if self.recorder.is_full() {
            self.recorder.flush().await?;
        }
        Ok(())
    }

    /// Whether [`Execution::settled`] has something to wait for.
    pub fn must_settle(&self) -> bool {
        self.settings.durability == Durability::Sync || self.recorder.is_full()
    }

    /// What is known of the calls so far.
    pub fn info(&self) -> Info {
        Info { replayed: self.replayed.load(Ordering::Relaxed), ..self.recorder.info() }
    }

    /// Writes everything that is recorded so far, and the session itself.
    pub async fn flush(&self) -> Result<(), Error> {
        self.ensure_here()?;
        open(&self.destination).await?;
        self.recorder.flush().await?;
        Ok(())
    }

    /// Writes everything, ends the session, and saves its state when it is to be saved. The first end counts: closing it
    /// again waits for that.
    ///
    /// `fatal` names the calls whose error ended the program: they run again when it is resumed.
    pub async fn close(&self, mut end: ExecutionEnd, fatal: Vec<CallNumber>) -> Result<(), Error> {
        if self.ended {
            return Ok(());
        }
        if let ExecutionEnd::Failed { reason } = &mut end {
            *reason = line(reason);
        }
        let closed = self.recorder.close(end, fatal).await;
        self.end_running(closed).await
    }

    /// Writes everything, and leaves the session as it is: interrupted, so that it can be resumed.
    pub async fn leave(&self) -> Result<(), Error> {
        if self.ended {
            return Ok(());
        }
        let left = self.recorder.leave().await;
        self.end_running(left).await
    }

    async fn end_running(&self, written: Result<(), Problem>) -> Result<(), Error> {
        let saved = match written {
            Ok(()) if self.settings.save_state => self.save().await.map(drop),
            written => written.map_err(Error::from),
        };
        // From here on another process may take the session up.
        drop(self.running.lock().take());
        saved?;
        self.deliver().await
    }

    /// Waits until the server has what is recorded, when one is to have it, or gives no answer.
    async fn deliver(&self) -> Result<(), Error> {
        let Some(hold) = self.store.hold.clone() else { return Ok(()) };
        let server = hold.server().to_owned();
        if !run(async move { hold.delivered().await }).await? {
            tracing::warn!(
                session = %self.id, server,
                "the server is away: the rest is sent when a program next runs here, or by `sessiond spool send`"
            );
        }
        Ok(())
    }

    /// The file that the state is saved in.
    pub fn saved_path(&self) -> PathBuf {
        saved::path(&self.settings.dir, self.name.as_deref(), self.id.as_str())
    }

    /// Writes the state, as far as it is recorded, to its file.
    pub async fn save(&self) -> Result<PathBuf, Error> {
        self.flush_open().await?;
        let path = self.saved_path();
        let mut pending = saved::Pending::begin(&path)?;
        self.write_state(pending.writer()).await?;
        pending.finish()?;
        Ok(path)
    }

    /// The state, as far as it is recorded, as its file has it.
    pub async fn payload(&self) -> Result<Vec<u8>, Error> {
        self.flush_open().await?;
        self.write_state(Vec::new()).await
    }

    async fn flush_open(&self) -> Result<(), Error> {
        self.ensure_here()?;
        open(&self.destination).await?;
        match self.recorder.flush().await {
            Ok(()) => Ok(()),
            // A record that was closed has nothing left to write.
            Err(_) if self.recorder.failure().is_none() => Ok(()),
            Err(problem) => Err(problem.into()),
        }
    }

    async fn write_state<W: std::io::Write>(&self, out: W) -> Result<W, Error> {
        let session = {
            let (client, id) = (self.store.client.clone(), self.id.clone());
            run(async move { client.session(&id).await }).await?
        };
        let path = self.saved_path().display().to_string();
        let fail = |error: std::io::Error| Error::Save { path: path.clone(), detail: error.to_string() };
        let mut writer = saved::Writer::begin(out, &session).map_err(fail)?;
        journal::each(&self.store.client, &self.id, |_, event| writer.take(event).map_err(fail)).await?;
        writer.finish().and_then(|mut out| out.flush().map(|()| out)).map_err(fail)
    }
}

/// The directory of the store that a session is recorded in.
fn store_dir(settings: &Settings, store: &Store) -> PathBuf {
    store.hold.as_ref().map_or_else(|| settings.dir.clone(), |hold| hold.dir().to_owned())
}

/// Names who runs a session, with what the session says of its writer.
fn holder(runner: Runner, recorded: &str) -> String {
    match runner {
        Runner::This => "this process".to_owned(),
        Runner::Other(Some(process)) if !recorded.contains(&process.to_string()) => {
            format!("process {process}")
        }
        Runner::Other(_) if recorded.is_empty() => "another process".to_owned(),
        Runner::Other(_) => recorded.to_owned(),
    }
}

async fn open(destination: &Destination) -> Result<(), Problem> {
    let destination = destination.clone();
    run(async move { destination.open().await }).await
}

/// What a document must be changed by to be what the history has now.
fn changes<'a>(
    document: &'a Map<String, Value>,
    history: &'a History,
) -> impl Iterator<Item = (String, Option<Value>)> + 'a {
    let gone = document.keys().filter(|key| history.find(key, |_| true).is_none());
    let gone = gone.map(|key| (key.clone(), None));
    let now = history.keys(|_| true).into_iter().filter_map(|key| {
        let (_, value) = history.find(&key, |_| true)?;
        (document.get(&key) != Some(value)).then(|| (key.clone(), Some(redact::member(&key, value))))
    });
    gone.chain(now)
}

/// A JSON text as it is recorded, or the number of its bytes when it is too large or nests too deep for that.
pub fn fitting(json: String) -> (Option<Json>, Option<u64>) {
    let bytes = json.len() as u64;
    fit(json).map_or((None, Some(bytes)), |json| (Some(json), None))
}

/// A JSON text as it is recorded, or the text itself when it is too large or nests too deep for that.
fn fit(json: String) -> Result<Json, String> {
    if json.len() > limits::PAYLOAD_BYTES {
        return Err(json);
    }
    // What nests deeper than a session takes is rare, and looking for it costs more than counting what could nest.
    let nests = json.bytes().filter(|byte| matches!(byte, b'[' | b'{')).count() > limits::JSON_DEPTH;
    let json = Json::parse(json).map_err(|_| String::new())?;
    if !nests || json.check(limits::JSON_DEPTH).is_ok() { Ok(json) } else { Err(json.as_str().to_owned()) }
}

/// Cuts a text where a character begins.
fn shorten(text: &mut String, bytes: usize) {
    if text.len() > bytes {
        text.truncate(text.floor_char_boundary(bytes));
    }
}

/// A reason as a session takes it: one line, which is not empty.
fn line(reason: &str) -> String {
    let mut line = reason.replace(char::is_control, " ");
    shorten(&mut line, limits::NAME_BYTES);
    if line.trim().is_empty() { "its program failed".to_owned() } else { line }
}

/// Who writes: the program and its process.
fn process(program: &str) -> String {
    let mut program = line(program);
    shorten(&mut program, limits::NAME_BYTES / 2);
    format!("{program} (process {})", std::process::id())
}
