//! A call that runs, and what it is told of the calls that it makes.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use pyo3::prelude::*;
use pyo3::types::{PyDict, PyTuple};
use sessiond_core::{CallEnded, CallError, CallKind, CallStatus};
use sessiond_execution::execution::{Begun, Execution, NewCall, Place, fitting};
use sessiond_execution::{Ticket, now_us};
use sessiond_turns::usage::usage;

use crate::errors::raised;
use crate::model::Model;
use crate::{plain, read, write};

/// A call that runs, or the program itself, which makes the top-level calls.
#[pyclass(frozen, module = "sessiond._native")]
pub struct Frame {
    execution: Arc<Execution>,
    /// None for the program itself.
    call: Option<u64>,
    place: Place,
    /// The calls that it has made.
    calls: AtomicU32,
    over: AtomicBool,
}

/// A call that was done before: its result.
#[pyclass(frozen, get_all, module = "sessiond._native")]
pub struct Recorded {
    value: Py<PyAny>,
}

impl Frame {
    /// The program itself.
    pub fn root(execution: Arc<Execution>) -> Self {
        Self {
            execution,
            call: None,
            place: Place::Root,
            calls: AtomicU32::new(0),
            over: AtomicBool::new(false),
        }
    }

    /// The frame of a call that this one makes.
    fn runs(&self, py: Python<'_>, call: u64, place: Place) -> PyResult<Py<PyAny>> {
        let frame = Self {
            execution: self.execution.clone(),
            call: Some(call),
            place,
            calls: AtomicU32::new(0),
            over: AtomicBool::new(false),
        };
        Ok(Py::new(py, frame)?.into_any())
    }

    fn put_down(&self, py: Python<'_>, ended: CallEnded) -> PyResult<()> {
        let Some(call) = self.call else { return Ok(()) };
        // A node that was abandoned may come to its end later; what was said of it first stands.
        if self.over.swap(true, Ordering::AcqRel) {
            return Ok(());
        }
        let ticket = self.execution.end(call, ended);
        self.settle(py, ticket)
    }

    fn settle(&self, py: Python<'_>, ticket: Ticket) -> PyResult<()> {
        if !self.execution.must_settle() {
            return Ok(());
        }
        let execution = self.execution.clone();
        py.detach(|| sessiond_recording::wait(async move { execution.settled(ticket).await }))
            .map_err(|error| raised(py, &error))
    }
}

#[pymethods]
impl Frame {
    /// The call's number; none for the program itself.
    #[getter]
    fn call(&self) -> Option<u64> {
        self.call
    }

    /// Puts down that this call makes another, and gives its frame; or what it gave before.
    fn begin<'py>(
        &self,
        py: Python<'py>,
        node: &str,
        kind: &str,
        args: &Bound<'py, PyTuple>,
        kwargs: Option<&Bound<'py, PyDict>>,
    ) -> PyResult<Py<PyAny>> {
        let node = node.into();
        let position = self.calls.fetch_add(1, Ordering::Relaxed);
        let new = |input| NewCall {
            parent: self.call,
            replay: self.place,
            position,
            node: &node,
            kind: kind_of(kind),
            input,
        };
        let input = write::write_arguments(args, kwargs)?.json;
        match self.execution.begin(new(input)).map_err(|error| raised(py, &error))? {
            Begun::Run { call, place } => self.runs(py, call, place),
            Begun::Recorded { call, output } => match read::read(py, output.as_str()) {
                Ok(value) => Ok(Py::new(py, Recorded { value: value.unbind() })?.into_any()),
                // The program has changed since, or its classes are not loaded here: the call is done again.
                Err(_) => {
                    let input = write::write_arguments(args, kwargs)?.json;
                    let again = self.execution.begin_again(new(input), call);
                    let (call, place) = again.map_err(|error| raised(py, &error))?;
                    self.runs(py, call, place)
                }
            },
        }
    }

    /// The call gave this. Gives whether that could be recorded so that it can be given again.
    fn completed(&self, py: Python<'_>, value: &Bound<'_, PyAny>) -> PyResult<bool> {
        let written = write::write(value)?;
        let mut ended = CallEnded::new(CallStatus::Completed, now_us());
        (ended.output, ended.output_omitted) = fitting(written.json);
        ended.opaque = written.opaque || ended.output.is_none();
        let again = !ended.opaque;
        self.put_down(py, ended)?;
        Ok(again)
    }

    /// As `completed`, for a call of a model that gave this answer.
    fn completed_model(&self, py: Python<'_>, answer: &Bound<'_, PyAny>, model: &Model) -> PyResult<()> {
        let written = write::write(answer)?;
        let mut ended = CallEnded::new(CallStatus::Completed, now_us());
        (ended.output, ended.output_omitted) = fitting(written.json);
        ended.opaque = written.opaque || ended.output.is_none();
        ended.usage = Some(usage(&plain::read(answer, "an answer")?, model.known_prices()));
        self.put_down(py, ended)
    }

    /// The call did not give a result: `failed`, `timeout`, `cancelled` or `abandoned`.
    #[pyo3(signature = (status, kind=None, message=None, trace=None))]
    fn ended(
        &self,
        py: Python<'_>,
        status: &str,
        kind: Option<String>,
        message: Option<String>,
        trace: Option<String>,
    ) -> PyResult<()> {
        let status = match status {
            "timeout" => CallStatus::Timeout,
            "cancelled" => CallStatus::Cancelled,
            "abandoned" => CallStatus::Abandoned,
            _ => CallStatus::Failed,
        };
        let mut ended = CallEnded::new(status, now_us());
        ended.error = kind.map(|kind| CallError { kind, message: message.unwrap_or_default(), trace });
        self.put_down(py, ended)
    }

    fn __repr__(&self) -> String {
        match self.call {
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
