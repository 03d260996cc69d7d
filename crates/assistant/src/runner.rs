//! Answers turns with a language model.

use std::collections::HashSet;
use std::io;
use std::sync::Arc;

use async_trait::async_trait;
use parking_lot::Mutex;
use sessiond_core::{AnswerMode, Compact, SessionId, Source};
use sessiond_engine::{TurnOutput, TurnResult, TurnRunner, TurnToRun};
use sessiond_model::{Model, Request, Tool};

use crate::answer::Work;
use crate::library::Library;
use crate::tools::{InTurn, Tools};
use crate::{citations, compact, prompt, sources};

/// Answers the turns of all sessions with one model.
#[derive(Debug)]
pub struct Assistants {
    /// The model, or why there is none.
    model: Result<Arc<dyn Model>, String>,
    /// The files of the sessions.
    library: Option<Library>,
    /// The tools that their models may call.
    tools: Tools,
    /// The sessions of which earlier turns are being summarised: one summary of each at a time.
    compacting: Mutex<HashSet<SessionId>>,
}

/// The answer of `query` when no file has it.
const NOTHING: &str = "I found nothing about this in the files.";
/// Passages that are quoted when there is no model.
const QUOTED: usize = 3;
/// The bytes of each in the answer; the citation has more of it.
const QUOTE: usize = 500;

impl Assistants {
    /// Assistants with that model.
    pub fn new(model: Arc<dyn Model>) -> Self {
        Self { model: Ok(model), library: None, tools: Tools::default(), compacting: Mutex::default() }
    }

    /// Assistants without a model: they say why, and quote the passages of the files that fit best.
    pub fn without_model(reason: impl Into<String>) -> Self {
        Self {
            model: Err(reason.into()),
            library: None,
            tools: Tools::default(),
            compacting: Mutex::default(),
        }
    }

    /// The same, with files.
    pub fn with_files(self, library: Library) -> Self {
        Self { library: Some(library), ..self }
    }

    /// The same, with tools.
    pub fn with_tools(self, tools: Tools) -> Self {
        Self { tools, ..self }
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
        let offered = match self.tools.of(&turn, self.library.is_some()).await {
            Ok(offered) => offered,
            Err(failure) => return failed(failure),
        };
        let given = match self.give(model, &turn, &offered.definitions()).await {
            Ok(given) => given,
            Err(error) => return failed(files_failed(&error)),
        };
        let mut known: Vec<Source> =
            turn.before.iter().flat_map(|said| &said.sources).chain(&given.sources).cloned().collect();
        if turn.mode == AnswerMode::Query && known.is_empty() && offered.tools.is_empty() {
            output.text(NOTHING);
            return TurnResult { finish: Some("stop".into()), ..TurnResult::default() };
        }
        let next = turn.next_source.saturating_add(given.sources.len() as u32);
        let before = known.len() - given.sources.len();
        output.sources(given.sources);
        let files = turn.library.clone();
        let within = InTurn::new(self.library.as_ref(), &turn, known.clone(), next);
        let mut result = Work { model, offered, within, output }.answer(given.turn).await;
        known.truncate(before);
        known.extend(output.given());
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
        let tools = self.tools.of(&turn, self.library.is_some()).await.ok()?.definitions();
        compact::after(&**model, turn, &tools, answer).await
    }
}

/// A turn whose messages have their sources, and the sources that are new in it.
struct Given {
    turn: TurnToRun,
    sources: Vec<Source>,
}

impl Assistants {
    /// Chooses what a turn is given of the session's files.
    async fn give(&self, model: &dyn Model, turn: &TurnToRun, tools: &[Tool]) -> io::Result<Given> {
        let expanded = self.with_sources(turn.clone()).await?;
        let Some(library) = &self.library else { return Ok(Given { turn: expanded, sources: Vec::new() }) };
        let request = prompt::request(&expanded, tools);
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
            let lines = citations::shortened(&citation.quote, QUOTE).replace('\n', "\n> ");
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
