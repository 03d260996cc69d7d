//! How an execution begins: as a new session, in one that another process recorded, or in a copy of one.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64};

use parking_lot::Mutex;
use serde_json::{Map, Value};
use sessiond_api as api;
use sessiond_api::{Code, Problem};
use sessiond_background::Origin;
use sessiond_client::Conditions;
use sessiond_core::{Inputs, Kind, SessionId, Status, limits};
use sessiond_recording::spool::Hold;
use sessiond_recording::{Destination, Opening, Runner, Running, Server, Store, journal, run, stores};
use sessiond_turns::redact;

use super::{Execution, NewExecution, line, open, shorten};
use crate::ambient;
use crate::branch::Branch;
use crate::comparison::Keys;
use crate::config::{Durability, Settings};
use crate::context::{Context, History};
use crate::error::Error;
use crate::recorder::{Recorder, Start};
use crate::recover::Recovery;
use crate::replay::{CallNumber, Cuts, Replay, ReplayBuilder};
use crate::values::{self, Values};

impl Execution {
    /// Begins a session in the embedded store of `settings.dir`. With durability `Sync`, or with an id or a name that
    /// may have to be refused, the session is on disk when this returns, else soon after.
    pub async fn start(new: NewExecution, settings: Settings) -> Result<Self, Error> {
        new.context.fits()?;
        // An id that somebody chose may be taken, and a name may not be one: that must be told before anything runs.
        let is_chosen = new.id.is_some() || new.name.is_some();
        let recovery = settings.recover.clone().map(Recovery::here).transpose()?;
        let at_once = settings.durability == Durability::Sync || is_chosen || recovery.is_some();
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
        if let Some(recovery) = recovery {
            recovery.keep(&settings.dir, &id)?;
        }
        let opened = Opened { id, name: new.name, settings, store, destination, running, ended: false };
        Ok(opened.execution(Start::default(), Replay::default(), new.context))
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
        given.fits()?;
        let begin = api::BeginExecution { process: process(&settings.program), keep, take_over, lease: None };
        let store = match &settings.server {
            Some(server) => Store::sent_on(taken_up(&settings, server, &id, begin.clone()).await?),
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
            Destination::new(&store, id.clone(), Opening::Again(begin))
        };
        // From here on the session is this process's, and nobody adds to what is read next.
        open(&destination).await?;
        if let Some(command) = settings.recover.clone().filter(|_| !ended) {
            Recovery::here(command)?.keep(&settings.dir, &id)?;
        }
        let mut cuts = Cuts::default();
        if session.forked_from.is_some() || keep.is_some() {
            journal::each(&client, &id, Inputs::Skipped, |seq, event| {
                cuts.take(seq, &event);
                Ok::<_, Problem>(())
            })
            .await?;
        }
        let mut builder = ReplayBuilder::new(cuts.finish());
        journal::each(&client, &id, Inputs::Skipped, |seq, event| {
            builder.take(seq, event);
            Ok::<_, Problem>(())
        })
        .await?;
        let start = Start { call: builder.last, order: builder.last_order };
        let (replay, mut history) = builder.finish(ended);
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
            history.all_fit(limits::CONTEXT_BYTES)?;
        }
        let opened = Opened { id, name: session.name, settings, store, destination, running, ended };
        let execution = opened.execution(start, replay, Context::resumed(history));
        if !ended {
            for (order, key, value) in writes {
                execution.recorder.restored(order, key, value);
            }
        }
        Ok(execution)
    }
}

/// A session that is this process's from now on, or is to be, and may have ended.
struct Opened {
    id: SessionId,
    name: Option<String>,
    settings: Settings,
    store: Store,
    destination: Destination,
    running: Option<Running>,
    ended: bool,
}

impl Opened {
    /// Begins to record it, behind what is recorded.
    fn execution(self, start: Start, replay: Replay, context: Context) -> Execution {
        let Self { id, name, settings, store, destination, running, ended } = self;
        let recorder = Recorder::start(destination.clone(), settings.durability, start);
        let root = Arc::new(Branch::root(&replay));
        context.record(recorder.clone(), replay.sequence.clone(), root.clone());
        Execution {
            keys: Keys::new(&settings.dir),
            values: Values::new(&settings.dir, &id),
            id,
            name,
            settings,
            store,
            destination,
            recorder,
            replay,
            replayed: AtomicU64::new(0),
            root,
            context,
            unrepeatable: Mutex::default(),
            untold: Mutex::default(),
            has_untold: AtomicBool::new(false),
            ended,
            origin: Origin::here(),
            running: Mutex::new(running),
        }
    }
}

/// Brings a session here from its server, which lets no other process write it from then on. One that runs elsewhere is
/// refused, unless it is to be taken over.
async fn taken_up(
    settings: &Settings,
    server: &Server,
    id: &SessionId,
    begin: api::BeginExecution,
) -> Result<Arc<Hold>, Error> {
    let (spool, session) = (stores::spool(&settings.dir, server).await?, id.clone());
    let taken_up = {
        let spool = spool.clone();
        run(async move { spool.take_up(&session, begin).await }).await
    };
    match taken_up {
        Err(problem) if problem.code == Code::ExecutionRunning => {
            let (remote, session) = (spool.remote().clone(), id.clone());
            let session = run(async move { remote.session(&session).await }).await?;
            let process = session.calls.map_or_else(String::new, |calls| calls.process);
            let holder = format!("{process}, in another directory or on another machine,");
            Err(Error::Running { session: id.as_str().into(), holder })
        }
        taken_up => Ok(taken_up?),
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

/// Who writes: the program and its process.
fn process(program: &str) -> String {
    let mut program = line(program);
    shorten(&mut program, limits::NAME_BYTES / 2);
    format!("{program} (process {})", std::process::id())
}
