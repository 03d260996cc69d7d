//! A call that runs, and what it is told of the calls that it makes.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use pyo3::prelude::*;
use pyo3::types::{PyDict, PyTuple};
use sessiond_core::{CallEnded, CallError, CallKind, CallStatus};
use sessiond_execution::execution::{Begun, Execution, NewCall, fitting};
use sessiond_execution::replay::Outcome;
use sessiond_execution::{Branch, Durability, Ticket, now_us};
use sessiond_turns::usage::usage;

use crate::errors::{exception, raised};
use crate::execution::json_of;
use crate::model::Model;
use crate::write::Written;
use crate::{plain, read, write};

/// From how many bytes on a result is put down without the interpreter's lock.
const LARGE: usize = 1 << 20;

/// A branch of a call that runs, or of the program itself, which makes the top-level calls.
#[pyclass(frozen, module = "sessiond._native")]
pub struct Frame {
    execution: Arc<Execution>,
    branch: Arc<Branch>,
    /// Whether the call's end was put down.
    over: Arc<AtomicBool>,
    /// What is on disk when the call's end is.
    end: Arc<OnceLock<Ticket>>,
    /// When the call first began, in microseconds since the epoch, if an earlier process began it.
    since_us: Option<u64>,
    /// The node that runs; none for the program itself.
    node: Option<Arc<str>>,
    /// Whether what has no other form is pickled.
    pickle: bool,
}

/// A call that was done before: what it came to.
#[pyclass(frozen, get_all, module = "sessiond._native")]
pub struct Recorded {
    /// The call's number.
    call: u64,
    /// `completed`, `failed`, `timeout`, `cancelled` or `abandoned`.
    status: &'static str,
    /// What it gave.
    value: Py<PyAny>,
    /// What it raised; None when it gave something, or was cancelled.
    error: Option<Py<PyAny>>,
    /// The turn in which that is given; None when it is given at once.
    turn: Option<u32>,
    /// Seconds that it took.
    took: f64,
}

impl Frame {
    /// The program itself.
    pub fn root(execution: Arc<Execution>, pickle: bool) -> Self {
        let branch = execution.root();
        let (over, end) = Default::default();
        Self { execution, branch, over, end, since_us: None, node: None, pickle }
    }

    fn begun(&self, py: Python<'_>, begun: Begun, node: &Arc<str>) -> PyResult<Py<PyAny>> {
        match begun {
            Begun::Run { branch, since_us, .. } => {
                let execution = self.execution.clone();
                let node = Some(node.clone());
                let ((over, end), pickle) = (Default::default(), self.pickle);
                let frame = Self { execution, branch: branch.into(), over, end, since_us, node, pickle };
                Ok(Py::new(py, frame)?.into_any())
            }
            Begun::Recorded { call, outcome, at_once } => {
                let recorded = Recorded {
                    call,
                    status: outcome.status.as_str(),
                    value: match &outcome.output {
                        Some(output) => read::read(py, output.as_str(), self.pickle)?.unbind(),
                        None => py.None(),
                    },
                    error: error_of(py, &outcome, self.pickle),
                    turn: (!at_once).then_some(outcome.turn.0),
                    took: outcome.took_us as f64 / 1e6,
                };
                Ok(Py::new(py, recorded)?.into_any())
            }
        }
    }

    fn ensure_here(&self, py: Python<'_>) -> PyResult<()> {
        self.execution.ensure_here().map_err(|error| raised(py, &error))
    }

    /// Puts down how the call ended, unless that is known.
    fn put_down(&self, ended: CallEnded) {
        let Some(call) = self.branch.call else { return };
        // A node that was abandoned may come to its end later; what was said of it first stands.
        if !self.execution.is_here() || self.over.swap(true, Ordering::AcqRel) {
            return;
        }
        self.execution.close_branch(&self.branch);
        let ticket = self.execution.end(call, ended);
        // It is put down once.
        let _ = self.end.set(ticket);
    }

    /// Waits where much is yet to be written. With durability `Sync`, the caller waits, with `settled`.
    fn keep_up(&self, py: Python<'_>) -> PyResult<()> {
        if self.execution.settings().durability == Durability::Sync { Ok(()) } else { self.settled(py) }
    }

    fn give(&self, py: Python<'_>, ended: &mut CallEnded, value: &Bound<'_, PyAny>) -> PyResult<()> {
        let mut written = write::write(value, self.pickle)?;
        let json = std::mem::take(&mut written.json);
        if json.len() > LARGE {
            py.detach(|| self.execution.give(ended, json, written.opaque));
        } else {
            self.execution.give(ended, json, written.opaque);
        }
        if ended.opaque
            && let Some(node) = &self.node
        {
            self.execution.runs_again(node, format!("its result is not recorded: {}", written.why(py)));
        }
        Ok(())
    }
}

#[pymethods]
impl Frame {
    /// The call's number; none for the program itself.
    #[getter]
    fn call(&self) -> Option<u64> {
        self.branch.call
    }

    /// The number that the call had when it first began; none for the program itself.
    #[getter]
    fn first(&self) -> Option<u64> {
        self.branch.first_call()
    }

    /// The turn in which what the call comes to is given, until the record is over.
    #[getter]
    fn turn(&self) -> u32 {
        self.execution.turn_of(&self.branch).0
    }

    /// When the call first began, in seconds since the epoch, if an earlier process began it.
    #[getter]
    fn since(&self) -> Option<f64> {
        self.since_us.map(|since| since as f64 / 1e6)
    }

    /// A branch that this one makes, which is named by what it runs.
    fn branch(&self, name: &str) -> Self {
        let branch = self.execution.branch(&self.branch, name).into();
        let (execution, over, end) = (self.execution.clone(), self.over.clone(), self.end.clone());
        Self {
            execution,
            branch,
            over,
            end,
            since_us: self.since_us,
            node: self.node.clone(),
            pickle: self.pickle,
        }
    }

    /// Puts down that this call makes another, and gives its frame; or what it came to before.
    fn begin<'py>(
        &self,
        py: Python<'py>,
        node: &str,
        kind: &str,
        args: &Bound<'py, PyTuple>,
        kwargs: Option<&Bound<'py, PyDict>>,
    ) -> PyResult<Py<PyAny>> {
        if !self.execution.is_here() {
            self.ensure_here(py)?;
        }
        let node = node.into();
        let position = self.branch.next_call();
        let new = |written: Written| NewCall {
            branch: &self.branch,
            position,
            node: &node,
            kind: kind_of(kind),
            input: written.json,
            beside: written.beside,
        };
        let input = write::write_arguments(args, kwargs)?;
        let begun = self.execution.begin(new(input)).map_err(|error| raised(py, &error))?;
        let recorded = match &begun {
            Begun::Recorded { call, outcome, .. } => Some((*call, outcome.turn)),
            Begun::Run { .. } => None,
        };
        match (self.begun(py, begun, &node), recorded) {
            // The program has changed since, or its classes are not loaded here: the call is done again.
            (Err(error), Some((call, turn))) => {
                self.execution.runs_again(&node, error.value(py).to_string());
                let input = write::write_arguments(args, kwargs)?;
                let again = self.execution.begin_again(new(input), call, turn);
                self.begun(py, again.map_err(|error| raised(py, &error))?, &node)
            }
            (begun, _) => begun,
        }
    }

    /// Records a value of the context, and gives the place of that in the session's order.
    fn context_put(&self, py: Python<'_>, key: &str, value: &Bound<'_, PyAny>) -> PyResult<u64> {
        self.ensure_here(py)?;
        let value = json_of(value, self.pickle)?;
        let put = self.execution.context().set(&self.branch, key, Some(value));
        put.map_err(|error| raised(py, &error))
    }

    /// Records that a value of the context is gone.
    fn context_delete(&self, py: Python<'_>, key: &str) -> PyResult<()> {
        self.ensure_here(py)?;
        let gone = self.execution.context().set(&self.branch, key, None);
        gone.map(|_| ()).map_err(|error| raised(py, &error))
    }

    /// The call gave this. When that cannot be recorded so that it can be given again, notes that the node runs again.
    /// Says whether there is something new to tell of that.
    fn completed(&self, py: Python<'_>, value: &Bound<'_, PyAny>) -> PyResult<bool> {
        let mut ended = CallEnded::new(CallStatus::Completed, now_us());
        self.give(py, &mut ended, value)?;
        self.put_down(ended);
        self.keep_up(py)?;
        Ok(self.execution.has_untold())
    }

    /// As `completed`, for a call of a model that gave this answer.
    fn completed_model(&self, py: Python<'_>, answer: &Bound<'_, PyAny>, model: &Model) -> PyResult<bool> {
        let mut ended = CallEnded::new(CallStatus::Completed, now_us());
        self.give(py, &mut ended, answer)?;
        ended.usage = Some(usage(&plain::read(answer, "an answer")?, model.known_prices()));
        self.put_down(ended);
        self.keep_up(py)?;
        Ok(self.execution.has_untold())
    }

    /// The call did not give a result: `failed`, `timeout`, `cancelled` or `abandoned`. `error` is what it raised.
    #[pyo3(signature = (status, kind=None, message=None, trace=None, error=None, output=None))]
    #[allow(clippy::too_many_arguments)]
    fn ended(
        &self,
        py: Python<'_>,
        status: &str,
        kind: Option<String>,
        message: Option<String>,
        trace: Option<String>,
        error: Option<&Bound<'_, PyAny>>,
        output: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<()> {
        let status = match status {
            "timeout" => CallStatus::Timeout,
            "cancelled" => CallStatus::Cancelled,
            "abandoned" => CallStatus::Abandoned,
            _ => CallStatus::Failed,
        };
        let mut ended = CallEnded::new(status, now_us());
        let written = |value: Option<&Bound<'_, PyAny>>| {
            let written = value.and_then(|value| write::write(value, self.pickle).ok())?;
            (!written.opaque).then(|| fitting(written.json).0).flatten()
        };
        let mut value = written(error);
        if value.is_none()
            && let Some(error) = error
        {
            // What is raised in its place keeps as much of it as can be restored.
            let replayed = py
                .import("sessiond._error_values")
                .and_then(|module| module.call_method1("replayed", (error,)));
            value = written(replayed.ok().as_ref());
        }
        ended.error = kind.map(|kind| CallError { kind, message: message.unwrap_or_default(), trace, value });
        ended.output = written(output);
        self.put_down(ended);
        self.settled(py)
    }

    /// Waits until the call's end is on disk, where it has to be, or until not too much is yet to be written.
    fn settled(&self, py: Python<'_>) -> PyResult<()> {
        let Some(ticket) = self.end.get().copied() else { return Ok(()) };
        if !self.execution.must_settle() {
            return Ok(());
        }
        let execution = self.execution.clone();
        py.detach(|| sessiond_recording::wait(async move { execution.settled(ticket).await }))
            .map_err(|error| raised(py, &error))
    }

    fn __repr__(&self) -> String {
        match self.branch.call {
            Some(call) => format!("<call {call}>"),
            None => "<program>".to_owned(),
        }
    }
}

fn kind_of(kind: &str) -> CallKind {
    match kind {
        "agent" => CallKind::Agent,
        "model" => CallKind::Model,
        "tool" => CallKind::Tool,
        "function" => CallKind::Function,
        _ => CallKind::Other,
    }
}

/// What a recorded call raises again: the error as it was, or one that tells of it.
fn error_of(py: Python<'_>, outcome: &Outcome, pickle: bool) -> Option<Py<PyAny>> {
    let error = outcome.error.as_ref()?;
    let made = error.value.as_ref().and_then(|value| read::read(py, value.as_str(), pickle).ok());
    let made = made.filter(|made| made.is_instance_of::<pyo3::exceptions::PyBaseException>());
    Some(made.map_or_else(
        || {
            let told = (error.kind.clone(), error.message.clone());
            exception(py, "ReplayedError", told).into_value(py).into_any()
        },
        Bound::unbind,
    ))
}
