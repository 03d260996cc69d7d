//! A GGUF file that is run in this process, on its processors.
//!
//! `file.rs` and `weights.rs` read it, `vocabulary.rs` and `template.rs` make the tokens of a prompt by what the file itself says,
//! `generate.rs` writes the answer, `prefixes.rs` keeps what was read, `queue.rs` has the requests that wait, `grammar.rs` holds
//! an answer to a schema, and `output.rs` makes text and tool calls of it.

mod file;
mod generate;
mod grammar;
mod output;
mod prefixes;
mod queue;
mod template;
mod vocabulary;
mod weights;

use std::collections::VecDeque;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use async_trait::async_trait;
use sessiond_core::limits;
use sessiond_model::{AnswerStream, Delta, Error, Known, Model, Request, Window, estimate};
use tokio::sync::mpsc;
use tokio_stream::wrappers::UnboundedReceiverStream;

use generate::{Generation, Listener, PROVIDER, Step};
use grammar::Grammars;
use prefixes::Prefixes;
use queue::Queue;

/// A model that runs in this process; cheap to clone. Its memory is freed when the last clone is gone.
///
/// It answers up to four requests at a time, a token of each in turn. A conversation (requests with the same `cache_key`) has
/// two of them; up to [`limits::MODEL_QUEUE`] requests wait, those of conversations in turn; one more is
/// [`Error::RateLimited`]. One processor is left to the rest of the program.
///
/// What a conversation has said is not read again: the model keeps what it has read of each, up to the bytes that its
/// [`Options`] say, and forgets first what was not used for the longest time. Conversations share nothing of it but what
/// comes before the first message of a person.
#[derive(Clone)]
pub struct Gguf {
    name: Arc<str>,
    loaded: Arc<file::Loaded>,
    jobs: Arc<Jobs>,
}

/// What may be chosen for a model in the process.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// The most bytes of what is kept of conversations; [`limits::MODEL_CACHE_BYTES`] unless set, and 0 for nothing.
    pub cache_bytes: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self { cache_bytes: limits::MODEL_CACHE_BYTES }
    }
}

/// The requests that wait. The model's thread ends when nobody can send any more.
struct Jobs(Arc<Queue<Job>>);

impl Drop for Jobs {
    fn drop(&mut self) {
        self.0.close();
    }
}

/// How many requests are answered at a time.
const AT_ONCE: usize = 4;
/// How many of them a conversation has: its answer, and a summary of what was said before.
const OF_ONE: usize = 2;

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
        Self::open_with(path, Options::default())
    }

    /// The same with other options.
    ///
    /// # Errors
    /// As there.
    pub fn open_with(path: impl AsRef<Path>, options: Options) -> Result<Self, Error> {
        let loaded = Arc::new(file::load(path.as_ref())?);
        let name = Arc::from(loaded.name.as_str());
        let queue = Arc::new(Queue::new(limits::MODEL_QUEUE));
        // The numerical libraries take every processor otherwise, and a server would not get to answer anything else.
        let threads =
            std::thread::available_parallelism().map_or(1, |cores| cores.get().saturating_sub(1).max(1));
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .thread_name(|number| format!("model-{number}"))
            .build()
            .map_err(|error| stopped(&error))?;
        std::thread::Builder::new()
            .name("model".into())
            .spawn({
                let (loaded, queue) = (loaded.clone(), queue.clone());
                move || pool.install(|| work(&loaded, &queue, options.cache_bytes))
            })
            .map_err(|error| stopped(&error))?;
        Ok(Self { name, loaded, jobs: Arc::new(Jobs(queue)) })
    }

    /// The same model under another name than its file's.
    pub fn with_name(self, name: impl Into<String>) -> Self {
        Self { name: name.into().into(), ..self }
    }
}

fn stopped(error: &dyn fmt::Display) -> Error {
    Error::Failed { detail: format!("loading the model stopped: {error}") }
}

/// An answer that is worked on.
struct Active<'a> {
    key: Option<String>,
    deltas: mpsc::UnboundedSender<Result<Delta, Error>>,
    generation: Generation<'a>,
}

/// Works requests off, a step of each in turn, until nobody can send any more.
fn work(loaded: &file::Loaded, queue: &Queue<Job>, cache_bytes: usize) {
    let grammars = Grammars::new(&loaded.vocabulary.tokens);
    let mut prefixes = Prefixes::new(cache_bytes, loaded.token_bytes);
    let mut active: VecDeque<Active<'_>> = VecDeque::new();
    loop {
        while active.len() < AT_ONCE {
            let of = |key: &str| active.iter().filter(|active| active.key.as_deref() == Some(key)).count();
            let is_busy = |key: &str| of(key) >= OF_ONE;
            let Some((key, Job { request, name, started, deltas })) = queue.take(is_busy, active.is_empty())
            else {
                break;
            };
            // Nobody waits any more for one that has been given up.
            let begun = (!deltas.is_closed()).then(|| {
                unharmed(|| Generation::begin(loaded, &grammars, &mut prefixes, &request, (name, started)))
            });
            match begun {
                Some(Ok(generation)) => active.push_back(Active { key, deltas, generation }),
                Some(Err(error)) => _ = deltas.send(Err(error)),
                None => {}
            }
        }
        let Some(mut next) = active.pop_front() else { return };
        match unharmed(|| next.generation.step(&mut prefixes, &mut next.deltas)) {
            Ok(Step::More) => active.push_back(next),
            Ok(Step::Done) => {}
            // Nobody waits for it any more when this fails.
            Err(error) => _ = next.deltas.send(Err(error)),
        }
    }
}

/// A fault in the libraries ends this answer, not the others.
fn unharmed<T>(step: impl FnOnce() -> Result<T, Error>) -> Result<T, Error> {
    catch_unwind(AssertUnwindSafe(step)).unwrap_or_else(|_| {
        Err(Error::Failed { detail: "the model's program has a fault; the log has more".into() })
    })
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
        let key = job.request.cache_key.clone();
        self.jobs.0.push(key, job).map_err(|_| Error::RateLimited {
            detail: format!("{} requests wait for it already", limits::MODEL_QUEUE),
            retry_after: None,
        })?;
        Ok(Box::pin(UnboundedReceiverStream::new(parts)))
    }
}

impl fmt::Debug for Gguf {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Gguf").field("name", &self.name).finish_non_exhaustive()
    }
}
