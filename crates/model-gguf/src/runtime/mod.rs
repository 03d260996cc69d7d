//! A GGUF file that is run in this process, on its processors.
//!
//! `file.rs` and `weights.rs` read it, `vocabulary.rs` and `template.rs` make the tokens of a prompt by what the file itself says,
//! `generate.rs` writes the answer, `grammar.rs` holds it to a schema, and `output.rs` makes text and tool calls of it.

mod file;
mod generate;
mod grammar;
mod output;
mod template;
mod vocabulary;
mod weights;

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use async_trait::async_trait;
use sessiond_core::limits;
use sessiond_model::{AnswerStream, Delta, Error, Known, Model, Request, Window, estimate};
use tokio::sync::mpsc;
use tokio::sync::mpsc::error::TrySendError;
use tokio_stream::wrappers::UnboundedReceiverStream;

use generate::{Listener, PROVIDER};
use grammar::Grammars;

/// A model that runs in this process; cheap to clone. Its memory is freed when the last clone is gone.
///
/// It answers one request at a time, since one alone uses every processor. Up to [`limits::MODEL_QUEUE`] others wait their
/// turn; one more is [`Error::RateLimited`].
#[derive(Clone)]
pub struct Gguf {
    name: Arc<str>,
    loaded: Arc<file::Loaded>,
    jobs: mpsc::Sender<Job>,
}

/// A request that waits.
struct Job {
    request: Request,
    /// What the model is called in the answer.
    name: Arc<str>,
    started: Instant,
    /// Without a bound, because the model's context is one, and a slow reader must not keep the others waiting.
    deltas: mpsc::UnboundedSender<Result<Delta, Error>>,
}

impl Gguf {
    /// Loads a file. Models of the architecture `llama` with a byte-level BPE tokenizer and a chat template are known,
    /// which SmolLM and Llama 3 are; at most [`limits::MODEL_CONTEXT`] tokens of their context are used.
    ///
    /// # Errors
    /// [`Error::Settings`] when the file cannot be read, or is of another kind.
    pub async fn load(path: impl AsRef<Path>) -> Result<Self, Error> {
        let path = path.as_ref().to_owned();
        tokio::task::spawn_blocking(move || Self::open(path)).await.map_err(|error| stopped(&error))?
    }

    /// The same for callers that may wait: it takes some seconds.
    ///
    /// # Errors
    /// As there.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, Error> {
        let loaded = Arc::new(file::load(path.as_ref())?);
        let name = Arc::from(loaded.name.as_str());
        let (jobs, waiting) = mpsc::channel(limits::MODEL_QUEUE);
        std::thread::Builder::new()
            .name("model".into())
            .spawn({
                let loaded = loaded.clone();
                move || work(&loaded, waiting)
            })
            .map_err(|error| stopped(&error))?;
        Ok(Self { name, loaded, jobs })
    }

    /// The same model under another name than its file's.
    pub fn with_name(self, name: impl Into<String>) -> Self {
        Self { name: name.into().into(), ..self }
    }
}

fn stopped(error: &dyn fmt::Display) -> Error {
    Error::Failed { detail: format!("loading the model stopped: {error}") }
}

/// Works one request after the other off, until nobody can send any more.
fn work(loaded: &file::Loaded, mut waiting: mpsc::Receiver<Job>) {
    let grammars = Grammars::new(&loaded.vocabulary.tokens);
    while let Some(Job { request, name, started, mut deltas }) = waiting.blocking_recv() {
        // A fault in the libraries ends this answer, not those after it.
        let done = catch_unwind(AssertUnwindSafe(|| {
            generate::answer(loaded, &grammars, &request, (&name, started), &mut deltas)
        }));
        let error = match done {
            Ok(Ok(())) => continue,
            Ok(Err(error)) => error,
            Err(_) => Error::Failed { detail: "the model's program has a fault; the log has more".into() },
        };
        // Nobody waits for it any more when this fails.
        let _ = deltas.send(Err(error));
    }
}

impl Listener for mpsc::UnboundedSender<Result<Delta, Error>> {
    fn hear(&mut self, delta: Delta) -> bool {
        self.send(Ok(delta)).is_ok()
    }

    fn is_there(&self) -> bool {
        !self.is_closed()
    }
}

#[async_trait]
impl Model for Gguf {
    fn name(&self) -> &str {
        &self.name
    }

    fn provider(&self) -> &str {
        PROVIDER
    }

    async fn window(&self) -> Window {
        Window { tokens: self.loaded.context as u64, known: Known::Told }
    }

    fn count(&self, request: &Request) -> u64 {
        // A template that does not take the messages says so when they are sent.
        generate::prompt(&self.loaded, request).map_or_else(
            |error| match error {
                Error::TooLong { .. } => u64::MAX,
                _ => estimate(request),
            },
            |tokens| tokens.len() as u64,
        )
    }

    async fn stream(&self, request: Request) -> Result<AnswerStream, Error> {
        let (deltas, parts) = mpsc::unbounded_channel();
        let job = Job { request, name: self.name.clone(), started: Instant::now(), deltas };
        self.jobs.try_send(job).map_err(|error| match error {
            TrySendError::Full(_) => Error::RateLimited {
                detail: format!("{} requests wait for it already", limits::MODEL_QUEUE),
                retry_after: None,
            },
            TrySendError::Closed(_) => Error::Failed { detail: "it has stopped".into() },
        })?;
        Ok(Box::pin(UnboundedReceiverStream::new(parts)))
    }
}

impl fmt::Debug for Gguf {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Gguf").field("name", &self.name).finish_non_exhaustive()
    }
}
