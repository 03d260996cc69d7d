//! How one turn is answered: requests to the model, and between them the tools that it calls.

use std::time::Instant;

use futures_util::StreamExt;
use sessiond_core::{AnswerTool, CallTool, Usage, limits};
use sessiond_engine::{TurnOutput, TurnResult, TurnToRun};
use sessiond_model::{Answer, Delta, Error, Finish, Model, Request};
use sessiond_turns::turns::{Options, Turns, Wanted};

use crate::prompt;
use crate::tools::{InTurn, Offered, cut};
use crate::window::{Budget, Fitted, fit, limited};

/// Tool calls of a turn, and the model's requests: a model that does not stop calling is asked for its answer.
const CALLS: u32 = 32;
const REQUESTS: u32 = 24;
/// The fewest bytes of a result: with less room, nothing more is called.
const ROOM: usize = 1_000;

/// What a person is told of an answer for which earlier turns were left out.
const LEFT_OUT: &str = "the conversation is longer than the model reads: the earlier turns were left out, because no summary of them \
could be written";

/// What answers one turn.
pub(crate) struct Work<'a> {
    pub(crate) model: &'a dyn Model,
    pub(crate) offered: Offered,
    pub(crate) within: InTurn,
    pub(crate) output: &'a TurnOutput,
}

/// Why there is no whole answer.
enum Unanswered {
    Model(Error),
    /// In words for a person.
    Other(String),
}

impl Work<'_> {
    /// Answers a turn with requests that fit. A first one that the service refuses as too long all the same is made shorter and
    /// sent again, once.
    pub(crate) async fn answer(&self, turn: TurnToRun) -> TurnResult {
        let failed = |failure: String, compact| TurnResult {
            failure: Some(failure),
            compact,
            ..TurnResult::default()
        };
        let tools = self.offered.definitions();
        let mut fitted = match fit(self.model, turn, &tools, false).await {
            Ok(fitted) => fitted,
            Err(failure) => return failed(failure, None),
        };
        let mut result = self.converse(&fitted).await;
        if let Err(Unanswered::Model(Error::TooLong { .. })) = &result
            && self.output.is_empty()
        {
            let before = fitted.compact.take();
            fitted = match fit(self.model, fitted.turn, &tools, true).await {
                Ok(fitted) => fitted,
                Err(failure) => return failed(failure, before),
            };
            result = self.converse(&fitted).await;
        }
        let Fitted { compact, left_out, .. } = fitted;
        match result {
            Ok(result) => {
                let note = left_out.then(|| LEFT_OUT.to_owned()).or_else(|| self.offered.note.clone());
                TurnResult { note: result.note.or(note), compact, ..result }
            }
            Err(Unanswered::Model(error)) => failed(error.to_string(), compact),
            Err(Unanswered::Other(failure)) => failed(failure, compact),
        }
    }

    /// Asks the model, and calls what it wants called, until it has answered.
    async fn converse(&self, fitted: &Fitted) -> Result<TurnResult, Unanswered> {
        let Fitted { turn, request, .. } = fitted;
        let options = Options {
            tools: request.tools.clone(),
            max_tool_calls: Some(CALLS),
            max_turns: Some(REQUESTS),
            ..Options::default()
        };
        let mut turns = Turns::new(options, request.messages.clone());
        let budget = Budget::of(self.model, turn).await;
        let mut used: Option<Usage> = None;
        for round in 1.. {
            let asked = turns.request().map_err(|error| Unanswered::Other(error.to_string()))?;
            let (messages, tool_choice) = (asked.messages, asked.tool_choice);
            let asked = Request { messages, tool_choice, ..request.clone() };
            let tokens = self.model.count(&asked);
            let Some(answer) = self.stream(limited(asked, tokens, &budget), turn).await? else {
                let finish = Some("length".into());
                return Ok(TurnResult { finish, usage: used, ..TurnResult::default() });
            };
            used = Some(add(used, usage(&answer)));
            let wanted = turns.answered(&answer);
            if wanted.is_empty() {
                let read = answer.usage.unwrap_or_default().input_tokens;
                return Ok(TurnResult {
                    note: answer.is_cut.then(|| {
                        format!(
                            "the model's service has read only {read} tokens of the conversation and left its beginning out: \
                             set SESSIOND_MODEL_WINDOW to what it reads"
                        )
                    }),
                    finish: Some(finish(&answer.finish)),
                    usage: used,
                    ..TurnResult::default()
                });
            }
            // The results have half of what is left of the window, with three bytes a token, and each half of what is left of that.
            let tokens = tokens + answer.usage.unwrap_or_default().output_tokens;
            let left = budget.request().saturating_sub(tokens) / 2 * 3;
            let mut left = usize::try_from(left).unwrap_or(usize::MAX);
            let mut results = Vec::with_capacity(wanted.len());
            for (wanted, call) in wanted.into_iter().zip(&answer.tool_calls) {
                let room = (left / 2).max(left.min(ROOM)).min(limits::TOOL_BYTES);
                let text = self.call(wanted, &call.id, round, room).await;
                let text = text.ok_or_else(|| {
                    Unanswered::Other("what the tools gave could not be recorded".to_owned())
                })?;
                left = left.saturating_sub(text.len());
                results.push(text);
            }
            turns.results(results);
        }
        Err(Unanswered::Other("the model does not come to an end".to_owned()))
    }

    /// Makes one call, whose beginning and end are durable. None if they cannot be.
    async fn call(&self, wanted: Wanted, id: &str, round: u32, room: usize) -> Option<String> {
        let Wanted { name, arguments, refused } = wanted;
        let written = match &arguments {
            serde_json::Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        let is_long = written.len() > limits::TOOL_BYTES;
        let short = |text: &str| text[..text.floor_char_boundary(limits::NAME_BYTES)].to_owned();
        let call = CallTool {
            id: short(id),
            name: short(&name),
            arguments: if is_long { "{}".to_owned() } else { written },
            round,
        };
        let number = self.output.call(call).await?;
        let began = Instant::now();
        let result = match refused {
            Some(refused) => Err(refused),
            None if is_long => Err(format!("The arguments have more than {} bytes.", limits::TOOL_BYTES)),
            None if room < ROOM => {
                Err("There is no room left for results. Answer with what you know.".to_owned())
            }
            None => self.offered.call(self.within.call(number), &name, &arguments).await,
        };
        let failed = result.is_err();
        let text = cut(result.unwrap_or_else(|error| error), room.max(ROOM));
        let text = if text.is_empty() { "(empty)".to_owned() } else { text };
        self.output.sources(self.within.new_sources());
        let duration_ms = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.output.called(AnswerTool { number, failed, text: text.clone(), duration_ms }).await?;
        Some(text)
    }

    /// Streams one answer into the turn. None if it was cut off at the limit of an answer.
    async fn stream(&self, request: Request, turn: &TurnToRun) -> Result<Option<Answer>, Unanswered> {
        let mut parts = self.model.stream(request).await.map_err(Unanswered::Model)?;
        let before = self.output.answer();
        let mut between = (!before.is_empty() && !before.ends_with('\n')).then_some(prompt::BETWEEN);
        while let Some(part) = parts.next().await {
            match part.map_err(Unanswered::Model)? {
                Delta::Text(text) => {
                    let text = match between.take() {
                        Some(between) => format!("{between}{text}"),
                        None => text,
                    };
                    if !self.output.text(&text) {
                        tracing::warn!(session = %turn.session_id, turn = %turn.turn_id, "an answer was cut off at the limit");
                        return Ok(None);
                    }
                }
                Delta::Reasoning(text) => _ = self.output.reasoning(&text),
                // The end has all of them.
                Delta::ToolCall(_) => {}
                Delta::End(answer) => return Ok(Some(*answer)),
            }
        }
        Err(Unanswered::Other("the model's answer has no end".into()))
    }
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

/// What an answer used.
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

/// What several answers used together.
pub(crate) fn add(before: Option<Usage>, more: Usage) -> Usage {
    let Some(before) = before else { return more };
    Usage {
        input_tokens: before.input_tokens + more.input_tokens,
        output_tokens: before.output_tokens + more.output_tokens,
        cached_tokens: match (before.cached_tokens, more.cached_tokens) {
            (None, None) => None,
            (before, more) => Some(before.unwrap_or_default() + more.unwrap_or_default()),
        },
        latency_us: before.latency_us.zip(more.latency_us).map(|(before, more)| before + more),
        ..more
    }
}
