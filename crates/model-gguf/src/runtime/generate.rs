//! Writes an answer, one token after the other.

use std::hash::{BuildHasher, Hasher, RandomState};
use std::sync::Arc;
use std::time::Instant;

use candle_core::{Device, Tensor};
use candle_transformers::generation::LogitsProcessor;
use llguidance::Matcher;
use serde_json::json;
use sessiond_model::{Answer, Delta, Error, Finish, Message, Request, ToolCall, ToolChoice, Usage};

use super::file::Loaded;
use super::grammar::{Grammars, Held};
use super::output::{Output, Piece, call_id};
use super::prefixes::{Prefixes, State};
use super::template::CALL_BEGINS;

/// The provider's name in answers.
pub(super) const PROVIDER: &str = "gguf";
/// How freely a model draws when the request does not say it.
const TEMPERATURE: f64 = 0.7;
/// How many tokens of a prompt are read in a step: it is asked then whether anybody still waits, and the others get their turn.
const STEP: usize = 128;

/// Where the parts of an answer go. `false` says that nobody waits for it any more.
pub(super) trait Listener {
    fn hear(&mut self, delta: Delta) -> bool;
    fn is_there(&self) -> bool;
}

/// An answer that is being written, step by step.
pub(super) struct Generation<'a> {
    loaded: &'a Loaded,
    run: Run<'a>,
    /// What the answer is held to.
    held: Option<Held>,
    /// The conversation, whose beginnings are kept.
    key: Option<String>,
    prompt: Vec<u32>,
    /// How many tokens of the prompt were in the cache.
    cached: usize,
    /// How many tokens the prompt has in common with those of other conversations, if that is to be kept.
    shared: usize,
    /// What has been written, as far as the model has read it itself.
    written: Vec<u32>,
    /// Tokens that were drawn.
    drawn: usize,
    most: usize,
    output: Output,
    said: Said,
    name: Arc<str>,
    started: Instant,
}

/// Whether there is more to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    More,
    /// The answer has ended, or nobody waits for it any more.
    Done,
}

impl<'a> Generation<'a> {
    /// Begins an answer.
    pub(super) fn begin(
        loaded: &'a Loaded,
        grammars: &Grammars,
        prefixes: &mut Prefixes,
        request: &Request,
        (name, started): (Arc<str>, Instant),
    ) -> Result<Self, Error> {
        check(request)?;
        let held = Held::of(request)?;
        let prompt = prompt(loaded, request)?;
        if prompt.is_empty() {
            return Err(Error::Refused("the model's chat template makes nothing of the messages".into()));
        }
        let room = loaded.context.saturating_sub(prompt.len());
        if room == 0 {
            return Err(too_long(loaded, &prompt.len().to_string()));
        }
        let most = request.max_tokens.map_or(room, |most| room.min(most as usize));
        let matcher = held.as_ref().map(|held| grammars.matcher(held)).transpose()?;
        let looks_for_calls =
            held.is_none() && !request.tools.is_empty() && request.tool_choice != ToolChoice::None;
        // A structured answer ends by itself; a stop text could only break it.
        let stops = if held.is_none() { request.stop.as_slice() } else { &[] };
        let (cached, state) = match prefixes.find(request.cache_key.as_deref(), &prompt) {
            Some((cached, state)) => (cached, state),
            None => (0, State { cache: loaded.nothing_read.clone(), logits: None }),
        };
        let shared = if cached == 0 { common(loaded, request, &prompt) } else { 0 };
        Ok(Self {
            loaded,
            run: Run { loaded, state, sampler: sampler(request), matcher, position: cached },
            key: request.cache_key.clone(),
            cached,
            shared,
            written: Vec::new(),
            drawn: 0,
            most,
            output: Output::new(stops, looks_for_calls),
            said: Said {
                hidden: matches!(held, Some(Held::Arguments(..) | Held::Call(_))),
                ..Said::default()
            },
            held,
            prompt,
            name,
            started,
        })
    }

    /// Reads a part of the prompt, or writes a token.
    pub(super) fn step(
        &mut self,
        prefixes: &mut Prefixes,
        listener: &mut impl Listener,
    ) -> Result<Step, Error> {
        if !listener.is_there() {
            return Ok(Step::Done);
        }
        let read = self.run.position;
        if read < self.prompt.len() {
            let mut end = self.prompt.len().min(read + STEP);
            if read < self.shared {
                end = end.min(self.shared);
            }
            self.run.read(&self.prompt[read..end])?;
            if end == self.shared {
                prefixes.keep(None, &self.prompt[..end], self.run.state.clone());
            }
            if end == self.prompt.len()
                && let Some(key) = &self.key
            {
                prefixes.keep(Some(key), &self.prompt, self.run.state.clone());
            }
            return Ok(Step::More);
        }
        if self.drawn == self.most {
            return self.end(Finish::Length, prefixes, listener);
        }
        let Some(token) = self.run.next()? else { return self.end(Finish::Stop, prefixes, listener) };
        self.drawn += 1;
        if !self.said.take(self.output.feed(self.loaded.vocabulary.bytes(token)), listener) {
            return Ok(Step::Done);
        }
        if self.output.is_stopped() || self.run.is_complete() {
            return self.end(Finish::Stop, prefixes, listener);
        }
        if self.drawn < self.most {
            self.run.read(&[token])?;
            self.written.push(token);
        }
        Ok(Step::More)
    }

    fn end(
        &mut self,
        finish: Finish,
        prefixes: &mut Prefixes,
        listener: &mut impl Listener,
    ) -> Result<Step, Error> {
        if let Some(key) = &self.key {
            // The next prompt most likely continues so.
            let tokens = [&self.prompt[..], &self.written].concat();
            prefixes.keep(Some(key), &tokens, self.run.state.clone());
        }
        if !self.said.take(self.output.end(), listener) {
            return Ok(Step::Done);
        }
        if finish == Finish::Stop
            && let Some(call) = self.held.as_ref().and_then(|held| self.said.held_call(held))
            && !self.said.take(vec![Piece::Call(call)], listener)
        {
            return Ok(Step::Done);
        }
        let said = std::mem::take(&mut self.said);
        let answer = Answer {
            finish: if finish == Finish::Stop && !said.calls.is_empty() { Finish::ToolCalls } else { finish },
            text: if said.hidden { String::new() } else { said.text },
            tool_calls: said.calls,
            usage: Some(Usage {
                input_tokens: self.prompt.len() as u64,
                output_tokens: self.drawn as u64,
                cached_tokens: Some(self.cached as u64),
            }),
            refusal: None,
            is_cut: false,
            latency: self.started.elapsed(),
            model: self.name.to_string(),
            provider: PROVIDER.to_owned(),
        };
        listener.hear(Delta::End(Box::new(answer)));
        Ok(Step::Done)
    }
}

/// How many tokens of a prompt are before the first message of a person: what the system says, and the tools. Whatever the
/// person says, these are the same.
fn common(loaded: &Loaded, request: &Request, tokens: &[u32]) -> usize {
    let system = request.messages.iter().take_while(|message| matches!(message, Message::System { .. }));
    let with = |text: &str| {
        let messages = system.clone().cloned().chain([Message::user(text)]);
        prompt(loaded, &Request { messages: messages.collect(), ..request.clone() })
    };
    // Two messages that have no token in common.
    let (Ok(one), Ok(other)) = (with("A"), with("7")) else { return 0 };
    let same = one.iter().zip(&other).take_while(|(one, other)| one == other).count();
    if tokens.starts_with(&one[..same]) && same < tokens.len() { same } else { 0 }
}

/// The tokens of a request.
pub(super) fn prompt(loaded: &Loaded, request: &Request) -> Result<Vec<u32>, Error> {
    let vocabulary = &loaded.vocabulary;
    let mut prompt =
        loaded
            .template
            .prompt(request, (vocabulary.begin.as_deref(), &vocabulary.end), |text| vocabulary.quiet(text))?;
    if let Some(Held::Arguments(name, _)) = Held::of(request)? {
        // The model then knows whose arguments it writes.
        prompt.push_str(&format!("{CALL_BEGINS}\n{{\"name\": {}, \"arguments\": ", json!(name)));
    }
    // Cutting a text into tokens takes a while too, and the others wait.
    let fewest = prompt.len() / vocabulary.longest();
    if fewest >= loaded.context {
        return Err(too_long(loaded, &format!("at least {fewest}")));
    }
    vocabulary.encode(&prompt)
}

fn too_long(loaded: &Loaded, tokens: &str) -> Error {
    let context = loaded.context;
    Error::TooLong {
        detail: format!("it has {tokens} tokens, and the model's context is {context}"),
        window: Some(context as u64),
    }
}

/// What has been said.
#[derive(Default)]
struct Said {
    text: String,
    calls: Vec<ToolCall>,
    /// Whether the text is a call in the making, which nobody is shown.
    hidden: bool,
}

impl Said {
    fn take(&mut self, pieces: Vec<Piece>, listener: &mut impl Listener) -> bool {
        for piece in pieces {
            let heard = match piece {
                Piece::Text(text) => {
                    self.text.push_str(&text);
                    self.hidden || listener.hear(Delta::Text(text))
                }
                Piece::Call(call) => {
                    self.calls.push(call.clone());
                    listener.hear(Delta::ToolCall(call))
                }
            };
            if !heard {
                return false;
            }
        }
        listener.is_there()
    }

    /// The call that a model was held to.
    fn held_call(&self, held: &Held) -> Option<ToolCall> {
        let arguments = ToolCall::read_arguments(&self.text);
        match held {
            Held::Text(_) => None,
            Held::Arguments(name, _) => Some(ToolCall { id: call_id(), name: name.clone(), arguments }),
            Held::Call(_) => Some(ToolCall {
                id: call_id(),
                name: arguments.get("name")?.as_str()?.to_owned(),
                arguments: arguments.get("arguments")?.clone(),
            }),
        }
    }
}

/// One answer's own state.
struct Run<'a> {
    loaded: &'a Loaded,
    state: State,
    sampler: LogitsProcessor,
    matcher: Option<Matcher>,
    position: usize,
}

impl Run<'_> {
    /// Reads tokens, and what may come next is known.
    fn read(&mut self, tokens: &[u32]) -> Result<(), Error> {
        let logits = Tensor::new(tokens, &Device::Cpu)
            .and_then(|input| input.unsqueeze(0))
            .and_then(|input| self.loaded.weights.forward(&input, self.position, &mut self.state.cache))
            .and_then(|logits| logits.squeeze(0))
            .map_err(failed)?;
        self.state.logits = Some(logits);
        self.position += tokens.len();
        Ok(())
    }

    /// Draws the next token; nothing at the answer's end.
    fn next(&mut self) -> Result<Option<u32>, Error> {
        let logits = self.state.logits.as_ref().ok_or_else(|| failed("nothing has been read"))?;
        let token = match &mut self.matcher {
            None => self.sampler.sample(logits).map_err(failed)?,
            Some(matcher) => {
                let allowed = matcher.compute_mask().map_err(failed)?;
                let mut scores = logits.to_vec1::<f32>().map_err(failed)?;
                for (token, score) in scores.iter_mut().enumerate() {
                    if !allowed.get(token) {
                        *score = f32::NEG_INFINITY;
                    }
                }
                let scores = Tensor::new(scores, &Device::Cpu).map_err(failed)?;
                self.sampler.sample(&scores).map_err(failed)?
            }
        };
        if self.loaded.vocabulary.is_end(token) {
            return Ok(None);
        }
        if let Some(matcher) = &mut self.matcher {
            matcher.consume_token(token).map_err(failed)?;
        }
        Ok(Some(token))
    }

    /// Whether the answer has the shape that it is held to, and nothing can follow.
    fn is_complete(&self) -> bool {
        self.matcher.as_ref().is_some_and(Matcher::is_stopped)
    }
}

/// Refuses numbers that nothing can be drawn with.
fn check(request: &Request) -> Result<(), Error> {
    if request.temperature.is_some_and(|temperature| !(0.0..=2.0).contains(&temperature)) {
        return Err(Error::Refused("the temperature is between 0 and 2".into()));
    }
    if request.top_p.is_some_and(|top_p| !(top_p > 0.0 && top_p <= 1.0)) {
        return Err(Error::Refused("top_p is over 0 and at most 1".into()));
    }
    Ok(())
}

fn sampler(request: &Request) -> LogitsProcessor {
    // Without a seed, each answer has one of its own.
    let seed = request.seed.unwrap_or_else(|| RandomState::new().build_hasher().finish());
    LogitsProcessor::new(seed, Some(request.temperature.unwrap_or(TEMPERATURE)), request.top_p)
}

fn failed(error: impl std::fmt::Display) -> Error {
    Error::Failed { detail: error.to_string() }
}
