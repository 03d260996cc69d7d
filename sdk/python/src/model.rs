//! Language models, and how an agent and its model take turns.

use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt;
use parking_lot::Mutex;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString};
use sessiond_execution::model::{self, Answer, Api, Delta, Message, Remote, Request, Settings};
use sessiond_turns::turns::{self, AgentError, Options, Turns as Talk};
use sessiond_turns::usage::Prices;

use crate::bridge::{Listener, Work};
use crate::plain::{self, Json};

/// A language model: an address with OpenAI's chat completions, or another of the interfaces that services have.
///
/// Args:
///     url: The address, such as `http://127.0.0.1:8081/v1`.
///     model: The model's name there.
///     key: The key, if it asks for one; it is shown nowhere.
///     timeout: Seconds for which the service may send nothing (600).
///     retries: How often a request is tried again when the service or the connection fails (4).
///     input_price: What a million tokens cost that the model reads, in US dollars.
///     output_price: What a million tokens cost that it writes.
///     api: The interface of the address: `chat` and `responses` are OpenAI's, `anthropic`, `gemini` and `ollama` theirs.
///     more: What is added to each request as it stands, among the service's own settings of how words are drawn.
#[pyclass(frozen, module = "sessiond")]
pub struct Model {
    /// None when the environment names it.
    settings: Option<Settings>,
    /// With the process that its connections belong to.
    known: Mutex<(u32, Arc<dyn model::Model>)>,
    /// Where it is, without what may hold a key.
    address: String,
    name: String,
    provider: String,
    prices: Option<Prices>,
}

#[pymethods]
impl Model {
    #[new]
    #[pyo3(signature = (
        url, model, key=None, *, timeout=None, retries=None, input_price=None, output_price=None, api="chat", more=None
    ))]
    #[allow(clippy::too_many_arguments, reason = "they are keywords in Python")]
    fn new(
        py: Python<'_>,
        url: String,
        model: String,
        key: Option<&Bound<'_, PyAny>>,
        timeout: Option<f64>,
        retries: Option<usize>,
        input_price: Option<f64>,
        output_price: Option<f64>,
        api: &str,
        more: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<Self> {
        let mut settings = Settings::new(url, model);
        settings.api = Api::of_name(api).ok_or_else(|| {
            let names = "chat, responses, anthropic, gemini and ollama";
            PyValueError::new_err(format!("there is no interface {api:?}; there are {names}"))
        })?;
        if let Some(more) = more {
            settings.more = plain::read(more, "what is added to a request")?;
        }
        if let Some(key) = key {
            // A text, or a `Secret` that holds one.
            let key: String = match key.cast::<PyString>() {
                Ok(key) => key.to_cow()?.into_owned(),
                Err(_) => key.call_method0("expose")?.extract()?,
            };
            settings = settings.with_key(key);
        }
        if let Some(seconds) = timeout {
            settings.timeout = Duration::try_from_secs_f64(seconds).map_err(|_| {
                PyValueError::new_err(format!("timeout is a number of seconds, not {seconds}"))
            })?;
        }
        if let Some(retries) = retries {
            settings.retries = retries;
        }
        let address = settings.url.split(['?', '#']).next().unwrap_or_default().to_owned();
        let prices = match (input_price, output_price) {
            (None, None) => None,
            (input, output) => {
                Some(Prices { input: input.unwrap_or_default(), output: output.unwrap_or_default() })
            }
        };
        Self::hold(Some(settings), address, prices).map_err(|error| raised(py, &error))
    }

    /// The model that the environment names: `SESSIOND_MODEL_URL`, `SESSIOND_MODEL` and `SESSIOND_MODEL_KEY`.
    #[staticmethod]
    fn from_env(py: Python<'_>) -> PyResult<Self> {
        py.detach(|| Self::hold(None, "the environment".to_owned(), None)).map_err(|error| raised(py, &error))
    }

    /// The model's name, as its provider knows it.
    #[getter]
    fn name(&self) -> &str {
        &self.name
    }

    /// Who runs it: `openai` for an address with OpenAI's interface, `anthropic`, `gemini`, `ollama`, and `gguf` for this
    /// process.
    #[getter]
    fn provider(&self) -> &str {
        &self.provider
    }

    fn __repr__(&self) -> String {
        format!("<Model {} of {}>", self.name, self.address)
    }

    /// What a million tokens cost, that are read and that are written.
    #[getter]
    fn prices(&self) -> Option<(f64, f64)> {
        self.prices.map(|prices| (prices.input, prices.output))
    }

    /// Asks it. `tell` is called on the loop of `call_soon` with `text` and a piece, when it is streamed, and in the end
    /// with `answer` and the answer, or `error` and an exception.
    fn ask(
        &self,
        py: Python<'_>,
        request: &Json,
        streams: bool,
        call_soon: Py<PyAny>,
        tell: Py<PyAny>,
    ) -> PyResult<Work> {
        let request: Request = serde_json::from_str(&request.text)
            .map_err(|error| PyValueError::new_err(format!("the request will not do: {error}")))?;
        let model = self.model().map_err(|error| raised(py, &error))?;
        let listener = Listener::new(call_soon, tell);
        Work::begin(async move {
            let (outcome, listener) = if streams {
                stream(&*model, request, listener).await
            } else {
                (model.complete(request).await, Some(listener))
            };
            let Some(listener) = listener else { return };
            listener
                .tell(move |py| match outcome {
                    Ok(answer) => Ok(("answer", plain::write(py, &answer)?)),
                    Err(error) => Ok(("error", raised(py, &error).into_value(py).into_bound(py).into_any())),
                })
                .await;
        })
    }
}

impl Model {
    fn hold(
        settings: Option<Settings>,
        address: String,
        prices: Option<Prices>,
    ) -> Result<Self, model::Error> {
        let model = connect(settings.as_ref())?;
        let (name, provider) = (model.name().to_owned(), model.provider().to_owned());
        let known = Mutex::new((std::process::id(), model));
        Ok(Self { settings, known, address, name, provider, prices })
    }

    /// The model, with connections of this process: those of the process that it was forked from are not its own.
    fn model(&self) -> Result<Arc<dyn model::Model>, model::Error> {
        let mut known = self.known.lock();
        if known.0 != std::process::id() {
            *known = (std::process::id(), connect(self.settings.as_ref())?);
        }
        Ok(known.1.clone())
    }

    /// What a million tokens cost, when that is known.
    pub fn known_prices(&self) -> Option<Prices> {
        self.prices
    }
}

fn connect(settings: Option<&Settings>) -> Result<Arc<dyn model::Model>, model::Error> {
    match settings {
        Some(settings) => Ok(Arc::new(Remote::new(settings.clone())?)),
        None => model::from_env(),
    }
}

async fn stream(
    model: &dyn model::Model,
    request: Request,
    mut listener: Listener,
) -> (Result<Answer, model::Error>, Option<Listener>) {
    let mut parts = match model.stream(request).await {
        Ok(parts) => parts,
        Err(error) => return (Err(error), Some(listener)),
    };
    while let Some(part) = parts.next().await {
        match part {
            Ok(Delta::Text(text)) => {
                let told = listener.tell(move |py| Ok(("text", PyString::new(py, &text).into_any()))).await;
                let Some(same) = told else { break };
                listener = same;
            }
            Ok(Delta::Reasoning(_) | Delta::ToolCall(_)) => {}
            Ok(Delta::End(answer)) => return (Ok(*answer), Some(listener)),
            Err(error) => return (Err(error), Some(listener)),
        }
    }
    (Err(model::Error::Unreadable("the answer has no end".to_owned())), None)
}

/// A tool that a model wants called: its name, the arguments, and why it is not to be called.
type Wanted<'py> = (String, Bound<'py, PyAny>, Option<String>);

/// A conversation of an agent with its model: what is asked next, and what is to be called.
#[pyclass(frozen, module = "sessiond._native")]
pub struct Turns {
    talk: Mutex<Talk>,
}

#[pymethods]
impl Turns {
    #[new]
    fn new(options: &Bound<'_, PyDict>, messages: &Bound<'_, PyAny>, model: &Model) -> PyResult<Self> {
        let mut options: Options = plain::read(options, "an agent's setting")?;
        options.prices = model.prices;
        let messages: Vec<Message> = plain::read(messages, "a message")?;
        Ok(Self { talk: Mutex::new(Talk::new(options, messages)) })
    }

    /// What to ask next.
    fn request(&self, py: Python<'_>) -> PyResult<Json> {
        let request = self.talk.lock().request().map_err(|error| failed(py, &error))?;
        Json::new(py, &request)
    }

    /// Takes in an answer, and gives the tools to call for it: name, arguments, and why it is not to be called.
    fn answered<'py>(&self, py: Python<'py>, answer: &Bound<'py, PyAny>) -> PyResult<Vec<Wanted<'py>>> {
        let answer: Answer = plain::read(answer, "an answer")?;
        let wanted = self.talk.lock().answered(&answer);
        wanted
            .into_iter()
            .map(|wanted| Ok((wanted.name, plain::to_python(py, &wanted.arguments)?, wanted.refused)))
            .collect()
    }

    /// Takes in what the tools gave.
    fn results(&self, texts: Vec<String>) {
        self.talk.lock().results(texts);
    }

    /// The text of the last answer.
    #[getter]
    fn text(&self) -> String {
        self.talk.lock().text().to_owned()
    }

    /// The last answer as JSON; ValueError when it is none.
    fn value<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let value = self.talk.lock().value().map_err(PyValueError::new_err)?;
        plain::to_python(py, &value)
    }

    /// Takes in what is wrong with the last answer; AgentError when that was said often enough.
    fn wrong(&self, py: Python<'_>, detail: &str) -> PyResult<()> {
        self.talk.lock().wrong(detail).map_err(|error| failed(py, &error))
    }

    /// The whole conversation.
    fn messages<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        plain::write(py, &self.talk.lock().messages())
    }

    /// What is to be remembered of it.
    fn memory<'py>(&self, py: Python<'py>, most: usize) -> PyResult<Bound<'py, PyAny>> {
        plain::write(py, &self.talk.lock().memory(most))
    }

    /// Tokens that were read and written, and what they cost.
    fn used(&self) -> (u64, u64, Option<f64>) {
        let used = self.talk.lock().used();
        (used.input_tokens, used.output_tokens, used.cost)
    }
}

/// Checks an agent's settings; ValueError when they will not do.
#[pyfunction]
pub fn check_agent(options: &Bound<'_, PyDict>) -> PyResult<()> {
    plain::read::<Options>(options, "an agent's setting").map(|_| ())
}

/// A node's name as models take the name of a tool.
#[pyfunction]
pub fn tool_name(node: &str) -> String {
    sessiond_turns::tool::tool_name(node)
}

/// The key of the context under which a memory is.
#[pyfunction]
pub fn memory_key(name: &str) -> String {
    turns::memory_key(name)
}

/// Fills `{key}` in a prompt with what `value` gives for the key, unless that is None.
#[pyfunction]
pub fn fill(prompt: &str, value: &Bound<'_, PyAny>) -> PyResult<String> {
    let mut failure = None;
    let filled = sessiond_turns::prompt::fill(prompt, |key| {
        let text = value.call1((key,)).and_then(|text| text.extract::<Option<String>>());
        text.unwrap_or_else(|error| {
            failure.get_or_insert(error);
            None
        })
    });
    failure.map_or(Ok(filled), Err)
}

/// The exception that stands for an error of a model.
fn raised(py: Python<'_>, error: &model::Error) -> PyErr {
    let code = match error {
        model::Error::Settings(_) => "settings",
        model::Error::Unreachable { .. } => "unreachable",
        model::Error::Timeout { .. } => "timeout",
        model::Error::RateLimited { .. } => "rate_limited",
        model::Error::Authentication { .. } => "authentication",
        model::Error::Refused(_) => "refused",
        model::Error::TooLong { .. } => "too_long",
        model::Error::Failed { .. } => "failed",
        model::Error::Unreadable(_) => "unreadable",
    };
    crate::errors::exception(py, "ModelError", (error.to_string(), code, error.is_retryable()))
}

/// The exception that stands for an agent's failure.
fn failed(py: Python<'_>, error: &AgentError) -> PyErr {
    let code = match error {
        AgentError::Turns(_) => "max_turns",
        AgentError::Output { .. } => "output",
    };
    crate::errors::exception(py, "AgentError", (error.to_string(), code))
}
