//! How calls are found in the record, put down in it, and what is kept of what they take and give.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use sessiond_core::{CallBegan, CallEnded, Json, limits};

use super::{Begun, Execution, NewCall, shorten};
use crate::ambient::now_us;
use crate::branch::Branch;
use crate::config::Durability;
use crate::error::Error;
use crate::recorder::{Refused, Ticket};
use crate::replay::{CallNumber, Found, Turn};
use crate::values;

/// The most nodes of which it is known that their calls run again.
const NODES: usize = 1000;

impl Execution {
    /// Looks a call up in the record, and puts it down when it is to be run.
    pub fn begin(&self, call: NewCall<'_>) -> Result<Begun, Error> {
        if call.node.trim().is_empty()
            || call.node.len() > limits::NAME_BYTES
            || call.node.chars().any(char::is_control)
        {
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
                self.put_down(call, key, Some((recorded, began_us)), Some(outcome.turn))
            }
            Found::Again { call: recorded, began_us, ended } => {
                self.replay.sequence.pass(began);
                self.put_down(call, key, Some((recorded, began_us)), ended)
            }
            Found::Nothing => self.put_down(call, key, None, None),
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
        let key = self.keys.key(&call.input, &call.beside);
        self.put_down(call, key, Some((recorded, now_us())), Some(turn))
    }

    fn put_down(
        &self,
        call: NewCall<'_>,
        key: String,
        resumes: Option<(CallNumber, u64)>,
        ended: Option<Turn>,
    ) -> Result<Begun, Error> {
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
        let branch = Branch::of_call(&self.replay, number, resumes.map(|(call, _)| call), ended);
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

    /// The turn in which what a call that runs comes to is given, until the record is over: that in which it ended before,
    /// or, when it had not ended, the one after all that is recorded.
    pub fn turn_of(&self, branch: &Branch) -> Turn {
        branch.ended.unwrap_or_else(|| self.replay.sequence.end())
    }

    /// A call that took up a recorded one has ended: what that one had recorded and this one did not ask for is waited
    /// for no longer.
    pub fn close_branch(&self, branch: &Branch) {
        if let Some(ended) = branch.ended {
            self.replay.sequence.pass(ended);
        }
        if let Some(call) = branch.resumes() {
            self.replay.close(call);
        }
    }
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
