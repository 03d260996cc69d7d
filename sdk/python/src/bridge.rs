//! Work that goes on in the background while an event loop waits for it, and what it tells that loop.

use std::sync::Arc;
use std::time::Duration;

use parking_lot::RwLock;
use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;
use pyo3::types::PyAny;
use sessiond_background::{self as background, Origin, PerProcess};
use tokio::task::JoinHandle;

/// Whether the interpreter is ending. Who holds it for reading may use the interpreter; one that ended meanwhile would take
/// the process with it.
static ENDING: PerProcess<RwLock<bool>> = PerProcess::new();
/// How long an interpreter that ends waits for who uses it.
const PATIENCE: Duration = Duration::from_secs(2);

fn ending() -> Arc<RwLock<bool>> {
    ENDING.get(RwLock::default)
}

/// Uses the interpreter from a thread of the background that may be held up; nothing when it is ending.
pub fn attached<T>(work: impl FnOnce(Python<'_>) -> T) -> Option<T> {
    let known = ending();
    let ending = known.read();
    if *ending { None } else { Python::try_attach(work) }
}

/// Has nothing tell anything any more; called when the interpreter ends.
#[pyfunction]
pub fn shut(py: Python<'_>) {
    py.detach(|| {
        if let Some(mut ending) = ending().try_write_for(PATIENCE) {
            *ending = true;
        }
    });
}

/// Where a piece of work tells what came of it: a function, and how to have an event loop call it.
pub struct Listener {
    call_soon: Py<PyAny>,
    tell: Py<PyAny>,
}

impl Listener {
    /// `call_soon` is the `call_soon_threadsafe` of the loop that waits, `tell` what is called there.
    pub fn new(call_soon: Py<PyAny>, tell: Py<PyAny>) -> Self {
        Self { call_soon, tell }
    }

    /// Has `tell` called with what `make` makes. Gives the listener back, or nothing when the loop is there no more.
    ///
    /// The interpreter's lock is waited for on a thread that may be held up: what is recorded is written by another.
    pub async fn tell<M>(self, make: M) -> Option<Self>
    where
        M: for<'py> FnOnce(Python<'py>) -> PyResult<(&'static str, Bound<'py, PyAny>)> + Send + 'static,
    {
        let told = background::spawn_blocking(move || {
            let told = attached(|py| {
                // Whoever waits must be told something.
                let told = make(py);
                let (what, value) =
                    told.unwrap_or_else(|error| ("error", error.into_value(py).into_bound(py).into_any()));
                self.call_soon.call1(py, (&self.tell, what, value))
            });
            matches!(told, Some(Ok(_))).then_some(self)
        });
        told.await.ok().flatten()
    }
}

/// Work in the background. When it is cancelled, or nobody holds it any more, it is dropped where it stands.
#[pyclass(frozen, module = "sessiond._native")]
pub struct Work {
    task: JoinHandle<()>,
    origin: Origin,
}

impl Work {
    /// Begins it.
    pub fn begin(work: impl Future<Output = ()> + Send + 'static) -> PyResult<Self> {
        // Not waited for: who ends the interpreter may wait for somebody who waits for this thread.
        if ending().try_read().is_none_or(|ending| *ending) {
            return Err(PyRuntimeError::new_err("the program is ending, so nothing can be asked any more"));
        }
        Ok(Self { task: background::spawn(work), origin: Origin::here() })
    }
}

#[pymethods]
impl Work {
    /// Ends it, unless it has ended.
    fn cancel(&self) {
        // In a forked process, it is not there.
        if self.origin.is_this_process() {
            self.task.abort();
        }
    }
}

impl Drop for Work {
    fn drop(&mut self) {
        self.cancel();
    }
}
