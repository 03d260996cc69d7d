//! Answers turns with a language model.

use std::collections::HashSet;
use std::io;
use std::sync::Arc;

use async_trait::async_trait;
use futures_util::StreamExt;
use parking_lot::Mutex;
use sessiond_core::{AnswerMode, Compact, SessionId, Source, Usage};
use sessiond_engine::{TurnOutput, TurnResult, TurnRunner, TurnToRun};
use sessiond_model::{Answer, Delta, Error, Finish, Model, Request};

use crate::library::Library;
use crate::window::{Fitted, fit};
use crate::{citations, compact, prompt, sources};

/// Answers the turns of all sessions with one model.
#[derive(Debug)]
pub struct Assistants {
    /// The model, or why there is none.
    model: Result<Arc<dyn Model>, String>,
    /// The files of the sessions.
    library: Option<Library>,
    /// The sessions of which earlier turns are being summarised: one summary of each at a time.
    compacting: Mutex<HashSet<SessionId>>,
}

/// The answer of `query` when no file has it.
const NOTHING: &str = "I found nothing about this in the files.";
/// Passages that are quoted when there is no model.
const QUOTED: usize = 3;

impl Assistants {
    /// Assistants with that model.
    pub fn new(model: Arc<dyn Model>) -> Self {
        Self { model: Ok(model), library: None, compacting: Mutex::default() }
    }

    /// Assistants without a model: they say why, and quote the passages of the files that fit best.
    pub fn without_model(reason: impl Into<String>) -> Self {
        Self { model: Err(reason.into()), library: None, compacting: Mutex::default() }
    }

    /// The same, with files.
    pub fn with_files(self, library: Library) -> Self {
        Self { library: Some(library), ..self }
    }
}

#[async_trait]
impl TurnRunner for Assistants {
    async fn run(&self, turn: TurnToRun, output: &TurnOutput) -> TurnResult {
        let failed = |failure: String| TurnResult { failure: Some(failure), ..TurnResult::default() };
        let model = match &self.model {
            Ok(model) => &**model,
            Err(reason) => {
                let quoted = self.quote(&turn, output, reason).await;
                return quoted.unwrap_or_else(|error| failed(files_failed(&error)));
            }
        };
        if let Some(wanted) = turn.assistant.model.as_deref()
            && wanted != model.name()
        {
            return failed(format!(
                "there is no model {wanted} here: set the assistant's model to {}",
                model.name()
            ));
        }
        let given = match self.give(model, &turn).await {
            Ok(given) => given,
            Err(error) => return failed(files_failed(&error)),
        };
        let known: Vec<Source> =
            turn.before.iter().flat_map(|said| &said.sources).chain(&given.sources).cloned().collect();
        if turn.mode == AnswerMode::Query && known.is_empty() {
            output.text(NOTHING);
            return TurnResult { finish: Some("stop".into()), ..TurnResult::default() };
        }
        output.sources(given.sources);
        let files = turn.library.clone();
        let mut result = fitted(model, given.turn, output).await;
        if let (Some(library), Some(files)) = (&self.library, files)
            && !known.is_empty()
        {
            match citations::of(library, &files, &known, &output.answer()).await {
                Ok(cited) => result.citations = cited,
                Err(error) => result.note = result.note.or(Some(files_failed(&error))),
            }
        }
        result
    }

    async fn compact(&self, turn: TurnToRun, answer: String) -> Option<Compact> {
        let model = self.model.as_ref().ok()?;
        let id = turn.session_id.clone();
        if !self.compacting.lock().insert(id.clone()) {
            return None;
        }
        // The work may be dropped at any moment.
        let _done = Done { all: &self.compacting, id };
        let turn = self.with_sources(turn).await.ok()?;
        compact::after(&**model, turn, answer).await
    }
}

/// A turn whose messages have their sources, and the sources that are new in it.
struct Given {
    turn: TurnToRun,
    sources: Vec<Source>,
}

impl Assistants {
    /// Chooses what a turn is given of the session's files.
    async fn give(&self, model: &dyn Model, turn: &TurnToRun) -> io::Result<Given> {
        let expanded = self.with_sources(turn.clone()).await?;
        let Some(library) = &self.library else { return Ok(Given { turn: expanded, sources: Vec::new() }) };
        let request = prompt::request(&expanded);
        let chosen = sources::choose(library, turn, Some(model), &request).await?;
        let text = prompt::with_sources(&turn.text, turn.mode, &chosen.sources, &chosen.texts);
        Ok(Given { turn: TurnToRun { text, ..expanded }, sources: chosen.sources })
    }

    /// The same turn, each message with the sources that it was given.
    async fn with_sources(&self, mut turn: TurnToRun) -> io::Result<TurnToRun> {
        let sources: Vec<Source> =
            turn.before.iter().flat_map(|said| &said.sources).chain(&turn.sources).cloned().collect();
        let texts = match (&self.library, &turn.library) {
            (Some(library), Some(files)) => library.texts(files, sources).await?,
            _ => vec![None; sources.len()],
        };
        let mut texts = texts.as_slice();
        for said in &mut turn.before {
            let (own, rest) = texts.split_at(said.sources.len().min(texts.len()));
            said.message = prompt::with_sources(&said.message, said.mode, &said.sources, own);
            texts = rest;
        }
        turn.text = prompt::with_sources(&turn.text, turn.mode, &turn.sources, texts);
        Ok(turn)
    }

    /// The answer without a model: the passages that fit best.
    async fn quote(&self, turn: &TurnToRun, output: &TurnOutput, reason: &str) -> io::Result<TurnResult> {
        let mut result = TurnResult { finish: Some("stop".into()), ..TurnResult::default() };
        let chosen = match &self.library {
            Some(library) => sources::choose(library, turn, None, &Request::default()).await?,
            None => sources::Chosen::default(),
        };
        if chosen.sources.is_empty() {
            output.text(&format!("I cannot answer: {reason}"));
            return Ok(result);
        }
        let mut text =
            format!("I cannot answer in my own words: {reason}\n\nThese passages of your files fit best:");
        let sources: Vec<_> = chosen.sources.into_iter().take(QUOTED).collect();
        for (source, passage) in sources.iter().zip(chosen.texts) {
            let citation = citations::citation(source.clone(), &passage.unwrap_or_default());
            let lines = citation.quote.replace('\n', "\n> ");
            let place = source.place.as_ref().map(|place| format!(", {place}")).unwrap_or_default();
            text.push_str(&format!("\n\n> {lines}\n\n{}{place} [{}]", source.name, source.number));
            result.citations.push(citation);
        }
        output.sources(sources);
        output.text(&text);
        Ok(result)
    }
}

fn files_failed(error: &io::Error) -> String {
    format!("the session's files cannot be read now: {error}")
}

/// Frees a session for its next summary.
struct Done<'a> {
    all: &'a Mutex<HashSet<SessionId>>,
    id: SessionId,
}

impl Drop for Done<'_> {
    fn drop(&mut self) {
        self.all.lock().remove(&self.id);
    }
}

/// Answers a turn with a request that fits. One that the service refuses as too long all the same is made shorter and sent
/// again, once.
async fn fitted(model: &dyn Model, turn: TurnToRun, output: &TurnOutput) -> TurnResult {
    let failed =
        |failure: String, compact| TurnResult { failure: Some(failure), compact, ..TurnResult::default() };
    let mut fitted = match fit(model, turn, false).await {
        Ok(fitted) => fitted,
        Err(failure) => return failed(failure, None),
    };
    let mut result = answer(model, &fitted, output).await;
    if let Err(Error::TooLong { .. }) = &result
        && output.is_empty()
    {
        let before = fitted.compact.take();
        fitted = match fit(model, fitted.turn, true).await {
            Ok(fitted) => fitted,
            Err(failure) => return failed(failure, before),
        };
        result = answer(model, &fitted, output).await;
    }
    let Fitted { compact, left_out, .. } = fitted;
    match result {
        Ok(result) => {
            let note = left_out.then(|| LEFT_OUT.to_owned());
            TurnResult { note: result.note.or(note), compact, ..result }
        }
        Err(error) => failed(error.to_string(), compact),
    }
}

/// What a person is told of an answer for which earlier turns were left out.
const LEFT_OUT: &str = "the conversation is longer than the model reads: the earlier turns were left out, because no summary of them \
could be written";

async fn answer(model: &dyn Model, fitted: &Fitted, output: &TurnOutput) -> Result<TurnResult, Error> {
    let turn = &fitted.turn;
    let mut parts = model.stream(fitted.request.clone()).await?;
    while let Some(part) = parts.next().await {
        match part? {
            Delta::Text(text) => {
                if !output.text(&text) {
                    tracing::warn!(session = %turn.session_id, turn = %turn.turn_id, "an answer was cut off at the limit");
                    return Ok(TurnResult { finish: Some("length".into()), ..TurnResult::default() });
                }
            }
            Delta::Reasoning(text) => _ = output.reasoning(&text),
            // Nothing is offered, so nothing is called.
            Delta::ToolCall(_) => {}
            Delta::End(answer) => {
                let read = answer.usage.unwrap_or_default().input_tokens;
                return Ok(TurnResult {
                    note: answer.is_cut.then(|| {
                        format!(
                            "the model's service has read only {read} tokens of the conversation and left its beginning out: \
                             set SESSIOND_MODEL_WINDOW to what it reads"
                        )
                    }),
                    finish: Some(finish(&answer.finish)),
                    usage: Some(usage(&answer)),
                    ..TurnResult::default()
                });
            }
        }
    }
    Ok(TurnResult { failure: Some("the model's answer has no end".into()), ..TurnResult::default() })
}

fn finish(finish: &Finish) -> String {
    match finish {
        Finish::Stop => "stop".into(),
        Finish::Length => "length".into(),
        Finish::ToolCalls => "tool_calls".into(),
        Finish::Filtered => "content_filter".into(),
        Finish::Other(word) => word.clone(),
    }
}

pub(crate) fn usage(answer: &Answer) -> Usage {
    let used = answer.usage.unwrap_or_default();
    Usage {
        model: Some(answer.model.clone()),
        provider: Some(answer.provider.clone()),
        input_tokens: used.input_tokens,
        output_tokens: used.output_tokens,
        cached_tokens: used.cached_tokens,
        latency_us: u64::try_from(answer.latency.as_micros()).ok(),
        ..Usage::default()
    }
}
