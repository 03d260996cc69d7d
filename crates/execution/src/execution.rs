//! An execution: one process's hold on a session that it records. It is what the sessions of all languages share: how
//! a call is found in the record or put down in it, and how the whole begins and ends. How a language runs its nodes,
//! and how it stops them, is its own.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use sessiond_api as api;
use sessiond_api::Problem;
use sessiond_client::Conditions;
use sessiond_core::{CallBegan, CallEnded, CallKind, ExecutionEnd, Json, Kind, SessionId, Status, limits};
use sessiond_recording::{Destination, Opening, Store, journal, run, stores};
use sha2::{Digest, Sha256};

use crate::ambient::{self, now_us};
use crate::config::{Durability, Settings};
use crate::context::Context;
use crate::error::Error;
use crate::info::Info;
use crate::recorder::{Recorder, Ticket};
use crate::replay::{CallNumber, Cuts, Found, Replay, ReplayBuilder};
use crate::saved;

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
    context: Context,
    /// Whether the session had completed already: it is read, and nothing is put down.
    ended: bool,
}

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
    /// The call that makes it; none for the program itself.
    pub parent: Option<CallNumber>,
    /// What the record has of the call that makes it; none for the program itself, or when that call is new.
    pub replay: Place,
    /// The how-manieth call of that one it is, from 0.
    pub position: u32,
    /// The node that is called.
    pub node: &'a Arc<str>,
    /// What kind of node it is.
    pub kind: CallKind,
    /// The input as JSON without secrets.
    pub input: String,
}

/// Where a call stands in what an earlier process recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// It is the program itself.
    Root,
    /// It takes up this call.
    Recorded(CallNumber),
    /// It is new: so are all calls that it makes.
    New,
}

/// What becomes of a call that is to be made.
#[derive(Debug)]
pub enum Begun {
    /// It is put down, and its code is to be run.
    Run {
        /// Its number.
        call: CallNumber,
        /// Where the calls that it makes stand.
        place: Place,
    },
    /// It was done before: this is what it gave.
    Recorded {
        /// Its number then.
        call: CallNumber,
        /// What it gave.
        output: Json,
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
            shared_context: new.context.take_changes(),
            process: Some(process(&settings.program)),
            ..api::CreateSession::default()
        };
        let opening = Opening::New { create: Box::new(create), key: ambient::id() };
        let store = match &settings.server {
            Some(server) => Store::sent_on(stores::spool(&settings.dir, server).await?.begin(&id)?),
            None => Store::local(stores::engine(&settings.dir).await?),
        };
        let destination = Destination::new(&store, id.clone(), opening);
        if at_once {
            open(&destination).await?;
        }
        if is_chosen && let Some(hold) = store.hold.clone() {
            run(async move { hold.accepted().await }).await?;
        }
        let recorder = Recorder::start(
            destination.clone(),
            new.context.clone(),
            settings.durability,
            0,
            Info::default(),
        );
        Ok(Self {
            id,
            name: new.name,
            settings,
            store,
            destination,
            recorder,
            replay: Replay::default(),
            replayed: AtomicU64::new(0),
            context: new.context,
            ended: false,
        })
    }

    /// Takes up a session that another process recorded. Calls that had completed give what they gave; the rest is
    /// done again, or, when the session itself had completed, refused. Values of `context` come before those that were recorded.
    pub async fn resume(id: SessionId, context: Context, settings: Settings) -> Result<Self, Error> {
        Self::take_up(id, None, context, settings).await
    }

    /// Goes on in a copy of a session, from the point at which its call `at` began: calls with smaller numbers that had
    /// completed by then give what they gave.
    pub async fn fork(id: &SessionId, at: CallNumber, settings: Settings) -> Result<Self, Error> {
        let source = id.clone();
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
        Self::take_up(id, Some(keep), Context::default(), settings).await
    }

    async fn take_up(
        id: SessionId,
        keep: Option<CallNumber>,
        given: Context,
        settings: Settings,
    ) -> Result<Self, Error> {
        let store = match &settings.server {
            Some(server) => {
                let (spool, id) = (stores::spool(&settings.dir, server).await?, id.clone());
                Store::sent_on(run(async move { spool.take_up(&id).await }).await?)
            }
            None => Store::local(stores::engine(&settings.dir).await?),
        };
        let client = store.client.clone();
        let session = {
            let (client, id) = (client.clone(), id.clone());
            run(async move { client.session(&id).await }).await?
        };
        let mut values = session.shared_context.as_object().cloned().unwrap_or_default();
        values.extend(given.snapshot());
        let context = Context::new(values);
        let ended = session.status == Status::Completed;
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
            builder.take(seq, &event);
            Ok::<_, Problem>(())
        })
        .await?;
        // A session that has completed is only read.
        let recorded = if ended { Context::default() } else { context.clone() };
        let recorder = Recorder::start(
            destination.clone(),
            recorded,
            settings.durability,
            builder.last,
            Info::default(),
        );
        Ok(Self {
            id,
            name: session.name,
            settings,
            store,
            destination,
            recorder,
            replay: builder.finish(),
            replayed: AtomicU64::new(0),
            context,
            ended,
        })
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

    /// Looks a call up in the record, and puts it down when it is to be run.
    pub fn begin(&self, call: NewCall<'_>) -> Result<Begun, Error> {
        if call.node.trim().is_empty() || call.node.len() > limits::NAME_BYTES {
            return Err(Error::Name { node: call.node.clone() });
        }
        let key = key(&call.input);
        let recorded = match call.replay {
            Place::New => Found::Nothing,
            _ if self.replay.is_empty() => Found::Nothing,
            Place::Root => self.replay.find(None, call.position, call.node, &key),
            Place::Recorded(parent) => self.replay.find(Some(parent), call.position, call.node, &key),
        };
        let resumes = match recorded {
            Found::Output { call, output } => {
                self.replayed.fetch_add(1, Ordering::Relaxed);
                return Ok(Begun::Recorded { call, output });
            }
            Found::Differs(difference) => return Err(Error::Differs(difference)),
            _ if self.ended => return Err(Error::Ended { node: call.node.clone() }),
            Found::Again(call) => Some(call),
            Found::Nothing => None,
        };
        let (call, place) = self.put_down(call, key, resumes);
        Ok(Begun::Run { call, place })
    }

    /// Puts a call down that was done before, as the call `recorded`, but whose output cannot be made into a value of
    /// this program again: it is to be run again. Gives its new number, and where the calls that it makes stand.
    pub fn begin_again(&self, call: NewCall<'_>, recorded: CallNumber) -> Result<(CallNumber, Place), Error> {
        if self.ended {
            return Err(Error::Ended { node: call.node.clone() });
        }
        self.replayed.fetch_sub(1, Ordering::Relaxed);
        let key = key(&call.input);
        Ok(self.put_down(call, key, Some(recorded)))
    }

    fn put_down(&self, call: NewCall<'_>, key: String, resumes: Option<CallNumber>) -> (CallNumber, Place) {
        let (input, input_omitted) = fitting(call.input);
        let number = self.recorder.began(CallBegan {
            parent: call.parent,
            node: call.node.clone(),
            kind: call.kind,
            position: call.position,
            key,
            resumes,
            began_us: now_us(),
            input,
            input_omitted,
        });
        (number, resumes.map_or(Place::New, Place::Recorded))
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
        open(&self.destination).await?;
        self.recorder.flush().await?;
        Ok(())
    }

    /// Writes everything, ends the session, and saves its state when it is to be saved.
    pub async fn close(&self, mut end: ExecutionEnd) -> Result<(), Error> {
        if self.ended {
            return Ok(());
        }
        if let ExecutionEnd::Failed { reason } = &mut end {
            *reason = line(reason);
        }
        self.recorder.close(end).await?;
        if self.settings.save_state {
            self.save().await?;
        }
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

async fn open(destination: &Destination) -> Result<(), Problem> {
    let destination = destination.clone();
    run(async move { destination.open().await }).await
}

/// What tells one input from another: the first 16 bytes of its SHA-256, in hexadecimal.
fn key(input: &str) -> String {
    use std::fmt::Write;
    Sha256::digest(input.as_bytes())[..16].iter().fold(String::with_capacity(32), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// A JSON text as it is recorded, or the number of its bytes when it is too large or nests too deep for that.
pub fn fitting(json: String) -> (Option<Json>, Option<u64>) {
    let bytes = json.len();
    if bytes > limits::PAYLOAD_BYTES {
        return (None, Some(bytes as u64));
    }
    // What nests deeper than a session takes is rare, and looking for it costs more than counting what could nest.
    let nests = json.bytes().filter(|byte| matches!(byte, b'[' | b'{')).count() > limits::JSON_DEPTH;
    match Json::parse(json) {
        Ok(json) if !nests || json.check(limits::JSON_DEPTH).is_ok() => (Some(json), None),
        _ => (None, Some(bytes as u64)),
    }
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
