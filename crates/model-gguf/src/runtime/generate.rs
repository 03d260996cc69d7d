//! Writes an answer, one token after the other.

use std::hash::{BuildHasher, Hasher, RandomState};
use std::time::Instant;

use candle_core::{Device, Tensor};
use candle_transformers::generation::LogitsProcessor;
use candle_transformers::models::llama::Cache;
use llguidance::Matcher;
use serde_json::json;
use sessiond_model::{Answer, Delta, Error, Finish, Request, ToolCall, ToolChoice, Usage};

use super::file::Loaded;
use super::grammar::{Grammars, Held};
use super::output::{Output, Piece, call_id};
use super::template::CALL_BEGINS;

/// The provider's name in answers.
pub(super) const PROVIDER: &str = "gguf";
/// How freely a model draws when the request does not say it.
const TEMPERATURE: f64 = 0.7;
/// How many tokens of a prompt are read before it is asked whether anybody still waits for the answer.
const STEP: usize = 128;

/// Where the parts of an answer go. `false` says that nobody waits for it any more.
pub(super) trait Listener {
    fn hear(&mut self, delta: Delta) -> bool;
    fn is_there(&self) -> bool;
}

/// Answers a request. Nothing is given when nobody waits for the answer any more.
pub(super) fn answer(
    loaded: &Loaded,
    grammars: &Grammars,
    request: &Request,
    (name, started): (&str, Instant),
    listener: &mut impl Listener,
) -> Result<(), Error> {
    check(request)?;
    let held = Held::of(request)?;
    let vocabulary = &loaded.vocabulary;
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
    let mut run =
        Run { loaded, cache: loaded.nothing_read.clone(), sampler: sampler(request), matcher, position: 0 };
    let Some(mut logits) = run.read_prompt(&prompt, listener)? else { return Ok(()) };

    let mut output = Output::new(stops, looks_for_calls);
    let mut said =
        Said { hidden: matches!(held, Some(Held::Arguments(..) | Held::Call(_))), ..Said::default() };
    let mut written = 0;
    let finish = loop {
        if written == most {
            break Finish::Length;
        }
        let Some(token) = run.next(&logits)? else { break Finish::Stop };
        written += 1;
        if !said.take(output.feed(vocabulary.bytes(token)), listener) {
            return Ok(());
        }
        if output.is_stopped() || run.is_complete() {
            break Finish::Stop;
        }
        if written < most {
            logits = run.read(&[token])?;
        }
    };
    if !said.take(output.end(), listener) {
        return Ok(());
    }
    if finish == Finish::Stop
        && let Some(call) = held.as_ref().and_then(|held| said.held_call(held))
        && !said.take(vec![Piece::Call(call)], listener)
    {
        return Ok(());
    }
    let answer = Answer {
        finish: if finish == Finish::Stop && !said.calls.is_empty() { Finish::ToolCalls } else { finish },
        text: if said.hidden { String::new() } else { said.text },
        tool_calls: said.calls,
        usage: Some(Usage {
            input_tokens: prompt.len() as u64,
            output_tokens: written as u64,
            cached_tokens: None,
        }),
        refusal: None,
        is_cut: false,
        latency: started.elapsed(),
        model: name.to_owned(),
        provider: PROVIDER.to_owned(),
    };
    listener.hear(Delta::End(Box::new(answer)));
    Ok(())
}

/// The tokens of a request.
pub(super) fn prompt(loaded: &Loaded, request: &Request) -> Result<Vec<u32>, Error> {
    let vocabulary = &loaded.vocabulary;
    let mut prompt = loaded.template.prompt(request, vocabulary.begin.as_deref(), &vocabulary.end)?;
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
    cache: Cache,
    sampler: LogitsProcessor,
    matcher: Option<Matcher>,
    position: usize,
}

impl Run<'_> {
    /// Reads the prompt; nothing when nobody waits any more.
    fn read_prompt(&mut self, prompt: &[u32], listener: &impl Listener) -> Result<Option<Tensor>, Error> {
        let mut logits = None;
        for step in prompt.chunks(STEP) {
            if !listener.is_there() {
                return Ok(None);
            }
            logits = Some(self.read(step)?);
        }
        Ok(logits)
    }

    /// Reads tokens and gives what may come next, by likelihood.
    fn read(&mut self, tokens: &[u32]) -> Result<Tensor, Error> {
        let logits = Tensor::new(tokens, &Device::Cpu)
            .and_then(|input| input.unsqueeze(0))
            .and_then(|input| self.loaded.weights.forward(&input, self.position, &mut self.cache))
            .and_then(|logits| logits.squeeze(0))
            .map_err(failed)?;
        self.position += tokens.len();
        Ok(logits)
    }

    /// Draws the next token; nothing at the answer's end.
    fn next(&mut self, logits: &Tensor) -> Result<Option<u32>, Error> {
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
