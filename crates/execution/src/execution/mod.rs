//! An execution: one process's hold on a session that it records. It is what the sessions of all languages share: how
//! a call is found in the record or put down in it, and how the whole begins and ends. How a language runs its nodes,
//! and how it stops them, is its own.

mod calls;
mod closing;
mod opening;
mod outside;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use parking_lot::Mutex;
use sessiond_api::Problem;
use sessiond_background::Origin;
use sessiond_core::{CallKind, SessionId, limits};
use sessiond_recording::{Destination, Running, Store, run};

pub use calls::fitting;

use crate::branch::Branch;
use crate::comparison::{Beside, Keys};
use crate::config::Settings;
use crate::context::Context;
use crate::error::Error;
use crate::info::Info;
use crate::recorder::Recorder;
use crate::replay::{CallNumber, Outcome, Replay, Sequence};
use crate::values::Values;

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

    /// Why nothing more can be recorded, if that is so.
    pub fn failure(&self) -> Option<Problem> {
        self.recorder.failure()
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

    /// What is known of the calls so far.
    pub fn info(&self) -> Info {
        Info { replayed: self.replayed.load(Ordering::Relaxed), ..self.recorder.info() }
    }
}

async fn open(destination: &Destination) -> Result<(), Problem> {
    let destination = destination.clone();
    run(async move { destination.open().await }).await
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
