//! One process's hold on a session.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use pyo3::exceptions::{PyKeyError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyString};
use serde_json::{Map, Value};
use sessiond_api as api;
use sessiond_core::{ExecutionEnd, SessionId};
use sessiond_execution::execution::{Execution as Record, NewExecution};
use sessiond_execution::replay::Turn;
use sessiond_execution::{Config, Context, Durability, Error, Server, background};
use sessiond_recording::stores;

use crate::bridge::{Listener, Work, attached};
use crate::errors::raised;
use crate::frame::Frame;
use crate::kinds::Kinds;
use crate::{plain, write};

/// One process's hold on a session that it records.
#[pyclass(frozen, module = "sessiond._native")]
pub struct Execution {
    record: Arc<Record>,
    /// Whether what has no other form is pickled, and what was pickled is read.
    pickle: bool,
}

/// How a session behaves, as far as its record is concerned; Python settles what comes before what.
#[derive(FromPyObject)]
pub struct Settings {
    #[pyo3(item)]
    save_state: bool,
    #[pyo3(item)]
    durability: String,
    #[pyo3(item)]
    dir: PathBuf,
    #[pyo3(item)]
    url: String,
    #[pyo3(item)]
    api_key: Option<String>,
    #[pyo3(item)]
    program: String,
    #[pyo3(item)]
    pickle: bool,
    #[pyo3(item)]
    recover: Option<Vec<String>>,
}

impl Settings {
    /// As the native part has them.
    pub fn config(self) -> PyResult<sessiond_execution::Settings> {
        let durability = match self.durability.as_str() {
            "sync" => Durability::Sync,
            "async" => Durability::Async,
            "exit" => Durability::Exit,
            other => {
                let detail = format!("durability is 'sync', 'async' or 'exit', not {other:?}");
                return Err(PyValueError::new_err(detail));
            }
        };
        let config = Config {
            save_state: Some(self.save_state),
            durability: Some(durability),
            dir: Some(self.dir),
            timeout: Some(Duration::MAX),
            program: Some(self.program),
            server: Some(Server::new(self.url, self.api_key)),
            recover: self.recover,
            ..Config::default()
        };
        Ok(config.settle())
    }
}

#[pymethods]
impl Execution {
    /// Begins a session.
    #[staticmethod]
    fn start(
        py: Python<'_>,
        id: Option<&str>,
        name: Option<String>,
        parent: Option<&Self>,
        context: &Bound<'_, PyDict>,
        settings: Settings,
    ) -> PyResult<Self> {
        let new = NewExecution {
            id: id.map(session_id).transpose()?,
            name,
            parent: parent.map(|parent| parent.record.id().clone()),
            context: context_of(context, settings.pickle)?,
        };
        let pickle = settings.pickle;
        let settings = settings.config()?;
        let parent = parent.map(|parent| parent.record.clone());
        Self::hold(py, pickle, async move {
            if let Some(parent) = parent {
                parent.opened().await?;
            }
            Record::start(new, settings).await
        })
    }

    /// Takes up a session that was interrupted or failed.
    #[staticmethod]
    fn resume(
        py: Python<'_>,
        id: &str,
        context: &Bound<'_, PyDict>,
        settings: Settings,
        take_over: bool,
    ) -> PyResult<Self> {
        let pickle = settings.pickle;
        let (id, context, settings) = (session_id(id)?, context_of(context, pickle)?, settings.config()?);
        Self::hold(py, pickle, async move { Record::resume(id, context, settings, take_over).await })
    }

    /// Goes on in a copy of a session, from the point at which its call `at` began.
    #[staticmethod]
    fn fork(py: Python<'_>, id: &str, at: u64, settings: Settings) -> PyResult<Self> {
        let pickle = settings.pickle;
        let (id, settings) = (session_id(id)?, settings.config()?);
        Self::hold(py, pickle, async move { Record::fork(&id, at, settings).await })
    }

    /// The session's id.
    #[getter]
    fn id(&self) -> &str {
        self.record.id().as_str()
    }

    /// What people call it.
    #[getter]
    fn name(&self) -> Option<&str> {
        self.record.name()
    }

    /// The file that its state is saved in.
    #[getter]
    fn saved_path(&self) -> PathBuf {
        self.record.saved_path()
    }

    /// The frame of the program itself.
    fn root(&self) -> Frame {
        Frame::root(self.record.clone(), self.pickle)
    }

    /// What is known of the calls so far.
    fn info<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        self.ensure_here(py)?;
        let info = self.record.info();
        let dict = PyDict::new(py);
        for (name, count) in [
            ("runs", info.runs),
            ("calls", info.calls),
            ("open", info.open),
            ("completed", info.completed),
            ("failed", info.failed),
            ("timeout", info.timeout),
            ("cancelled", info.cancelled),
            ("abandoned", info.abandoned),
            ("replayed", info.replayed),
            ("input_tokens", info.input_tokens),
            ("output_tokens", info.output_tokens),
        ] {
            dict.set_item(name, count)?;
        }
        dict.set_item("cost", info.cost)?;
        Ok(dict)
    }

    /// Those of `runs_again` that are new since this was last asked.
    fn untold(&self) -> Vec<(String, String)> {
        let nodes = self.record.unrepeatable();
        let untold = self.record.untold();
        untold.iter().filter_map(|node| Some((node.to_string(), nodes.get(node)?.clone()))).collect()
    }

    /// The nodes whose calls run again when the session is resumed, or have run again, and why.
    fn runs_again(&self) -> BTreeMap<String, String> {
        let nodes = self.record.unrepeatable();
        nodes.into_iter().map(|(node, why)| (node.to_string(), why)).collect()
    }

    /// The keys of the values that the context has now.
    fn context_keys(&self) -> Vec<String> {
        self.record.context().keys()
    }

    /// The place in the session's order of a value that the context has now.
    fn context_order(&self, key: &str) -> Option<u64> {
        self.record.context().order_of(key)
    }

    /// A value that the context has now, as it was recorded; ValueError when it cannot be made again.
    fn context_value<'py>(&self, py: Python<'py>, key: &str) -> PyResult<Bound<'py, PyAny>> {
        match self.record.context().find(key) {
            Some((_, value)) => crate::read::value_of_context(py, &value, self.pickle)
                .map_err(|absent| PyValueError::new_err(absent.to_string())),
            None => Err(PyKeyError::new_err(key.to_owned())),
        }
    }

    /// Whether a value is another than the context has under its key: it was changed in place, which nobody recorded.
    fn context_differs(&self, key: &str, value: &Bound<'_, PyAny>) -> PyResult<bool> {
        let Some((_, known)) = self.record.context().find(key) else { return Ok(false) };
        Ok(json_of(value, self.pickle)? != known)
    }

    /// The turn that a resumed program waits for, by its number.
    #[getter]
    fn turn(&self) -> u32 {
        self.record.sequence().next().0
    }

    /// The turn after all others, by its number.
    #[getter]
    fn last_turn(&self) -> u32 {
        self.record.sequence().end().0
    }

    /// Whether a resumed program has come to where it was.
    #[getter]
    fn is_replayed(&self) -> bool {
        self.record.sequence().is_over()
    }

    /// What happens in a turn has happened again.
    fn pass_turn(&self, turn: u32) {
        self.record.sequence().pass(Turn(turn));
    }

    /// What comes before a turn is waited for no longer.
    fn skip_to(&self, turn: u32) {
        self.record.sequence().skip_to(Turn(turn));
    }

    /// Asks a question and waits until it is closed. `tell` is called on the loop of `call_soon` with `asked` and then with
    /// `closed`, each with the question, or with `error` and an exception.
    fn ask(&self, question: &Bound<'_, PyAny>, call_soon: Py<PyAny>, tell: Py<PyAny>) -> PyResult<Work> {
        self.ensure_here(question.py())?;
        let question: api::AskQuestion = plain::read(question, "this question")?;
        let (record, listener) = (self.record.clone(), Listener::new(call_soon, tell));
        Work::begin(async move {
            let asked = record.ask(question).await;
            let id = asked.as_ref().ok().map(|asked| asked.question_id.clone());
            let listener = listener.tell(move |py| told(py, "asked", asked)).await;
            if let (Some(id), Some(listener)) = (id, listener) {
                let closed = record.answer(&id).await;
                listener.tell(move |py| told(py, "closed", closed)).await;
            }
        })
    }

    /// Waits for the signals of a name after a revision. `tell` is called on the loop of `call_soon` with `signals` and those,
    /// or with `error` and an exception.
    fn signals(
        &self,
        py: Python<'_>,
        name: String,
        after: u64,
        call_soon: Py<PyAny>,
        tell: Py<PyAny>,
    ) -> PyResult<Work> {
        self.ensure_here(py)?;
        let (record, listener) = (self.record.clone(), Listener::new(call_soon, tell));
        Work::begin(async move {
            let signals = record.signals(&name, after).await;
            listener.tell(move |py| told(py, "signals", signals)).await;
        })
    }

    /// Has `tell` called, on a thread of the background, with the error that every call fails with from then on: when somebody
    /// ends the session, or takes it over.
    fn ended(&self, py: Python<'_>, tell: Py<PyAny>) -> PyResult<Work> {
        self.ensure_here(py)?;
        let record = Arc::downgrade(&self.record);
        Work::begin(async move {
            let Some(problem) = Record::ended(record).await else { return };
            let told = sessiond_background::spawn_blocking(move || {
                attached(|py| {
                    let error = raised(py, &Error::from(problem)).into_value(py);
                    if let Err(error) = tell.call1(py, (error,)) {
                        error.write_unraisable(py, None);
                    }
                })
            });
            drop(told.await);
        })
    }

    /// Writes everything that is recorded so far.
    fn flush(&self, py: Python<'_>) -> PyResult<()> {
        self.wait(py, |record| async move { record.flush().await })
    }

    /// Writes the state to its file.
    fn save(&self, py: Python<'_>) -> PyResult<PathBuf> {
        self.wait(py, |record| async move { record.save().await })
    }

    /// The state, as JSON.
    fn payload<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyBytes>> {
        let bytes = self.wait(py, |record| async move { record.payload().await })?;
        Ok(PyBytes::new(py, &bytes))
    }

    /// Writes everything and ends the session: well, or as failed for a reason. `fatal` names the calls whose error it
    /// was.
    #[pyo3(signature = (failed=None, fatal=Vec::new()))]
    fn close(&self, py: Python<'_>, failed: Option<String>, fatal: Vec<u64>) -> PyResult<()> {
        let end = failed.map_or(ExecutionEnd::Completed, |reason| ExecutionEnd::Failed { reason });
        self.wait(py, |record| async move { record.close(end, fatal).await })
    }

    /// Writes everything and leaves the session as it is, so that it can be resumed.
    fn leave(&self, py: Python<'_>) -> PyResult<()> {
        self.wait(py, |record| async move { record.leave().await })
    }
}

impl Execution {
    /// Waits for something that is done in the background, which a forked process does not have.
    fn wait<T, F>(&self, py: Python<'_>, work: impl FnOnce(Arc<Record>) -> F) -> PyResult<T>
    where
        T: Send + 'static,
        F: Future<Output = Result<T, Error>> + Send + 'static,
    {
        self.ensure_here(py)?;
        wait(py, work(self.record.clone()))
    }

    fn ensure_here(&self, py: Python<'_>) -> PyResult<()> {
        self.record.ensure_here().map_err(|error| raised(py, &error))
    }
    fn hold(
        py: Python<'_>,
        pickle: bool,
        record: impl Future<Output = Result<Record, Error>> + Send + 'static,
    ) -> PyResult<Self> {
        Ok(Self { record: Arc::new(wait(py, record)?), pickle })
    }
}

/// What came of something, for a listener.
fn told<'py, T: serde::Serialize>(
    py: Python<'py>,
    what: &'static str,
    outcome: Result<T, Error>,
) -> PyResult<(&'static str, Bound<'py, PyAny>)> {
    match outcome {
        Ok(value) => Ok((what, plain::write(py, &value)?)),
        Err(error) => Err(raised(py, &error)),
    }
}

/// Ends what the background of this process holds open.
#[pyfunction]
pub fn close_engines(py: Python<'_>) {
    py.detach(|| {
        let _ = sessiond_recording::wait(async {
            stores::close().await;
            Ok::<_, Error>(())
        });
    });
}

/// Lets nothing begin in the store, and waits until nothing goes on there; called just before this process forks.
#[pyfunction]
pub fn forks() {
    background::before_fork();
}

/// Goes on; called in the process that forked.
#[pyfunction]
pub fn went_on() {
    background::after_fork();
}

/// Notes that this process was forked from another one; called in the new process, before anything else.
#[pyfunction]
pub fn forked() {
    sessiond_background::forked();
}

/// Waits for something without the interpreter's lock.
pub fn wait<T: Send + 'static>(
    py: Python<'_>,
    work: impl Future<Output = Result<T, Error>> + Send + 'static,
) -> PyResult<T> {
    py.detach(|| sessiond_recording::wait(work)).map_err(|error| raised(py, &error))
}

/// The id of a session.
pub fn session_id(text: &str) -> PyResult<SessionId> {
    SessionId::parse(text).map_err(|error| PyValueError::new_err(format!("the session's id: {error}")))
}

fn context_of(values: &Bound<'_, PyDict>, pickle: bool) -> PyResult<Context> {
    let mut context = Map::new();
    for (key, value) in values {
        context.insert(context_name(key.cast()?), json_of(&value, pickle)?);
    }
    Ok(Context::new(context))
}

/// A key of the context as it is recorded: `_context.py` has the same of one that is no Unicode.
fn context_name(key: &Bound<'_, PyString>) -> String {
    key.to_cow().map_or_else(|_| format!("$text:{}", Kinds::escape(key)), Cow::into_owned)
}

/// A value as the context holds it: what was written, taken apart again.
pub fn json_of(value: &Bound<'_, PyAny>, pickle: bool) -> PyResult<Value> {
    let written = write::write(value, pickle)?;
    serde_json::from_str(&written.json).map_err(|error| PyValueError::new_err(error.to_string()))
}
