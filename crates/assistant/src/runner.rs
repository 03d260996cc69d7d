//! Answers turns with a language model.

use std::collections::HashSet;
use std::sync::Arc;

use async_trait::async_trait;
use futures_util::StreamExt;
use parking_lot::Mutex;
use sessiond_core::{Compact, SessionId, Usage};
use sessiond_engine::{TurnOutput, TurnResult, TurnRunner, TurnToRun};
use sessiond_model::{Answer, Delta, Error, Finish, Model};

use crate::compact;
use crate::window::{Fitted, fit};

/// Answers the turns of all sessions with one model.
#[derive(Debug)]
pub struct Assistants {
    /// The model, or why there is none.
    model: Result<Arc<dyn Model>, String>,
    /// The sessions of which earlier turns are being summarised: one summary of each at a time.
    compacting: Mutex<HashSet<SessionId>>,
}

impl Assistants {
    /// Assistants with that model.
    pub fn new(model: Arc<dyn Model>) -> Self {
        Self { model: Ok(model), compacting: Mutex::default() }
    }

    /// Assistants that answer that no model is configured, and why.
    pub fn without_model(reason: impl Into<String>) -> Self {
        Self { model: Err(reason.into()), compacting: Mutex::default() }
    }
}

#[async_trait]
impl TurnRunner for Assistants {
    async fn run(&self, turn: TurnToRun, output: &TurnOutput) -> TurnResult {
        let model = match &self.model {
            Ok(model) => model,
            Err(reason) => {
                output.text(&format!("I cannot answer: {reason}"));
                return TurnResult { finish: Some("stop".into()), ..TurnResult::default() };
            }
        };
        if let Some(wanted) = turn.assistant.model.as_deref()
            && wanted != model.name()
        {
            let failure =
                format!("there is no model {wanted} here: set the assistant's model to {}", model.name());
            return TurnResult { failure: Some(failure), ..TurnResult::default() };
        }
        fitted(&**model, turn, output).await
    }

    async fn compact(&self, turn: TurnToRun, answer: String) -> Option<Compact> {
        let model = self.model.as_ref().ok()?;
        let id = turn.session_id.clone();
        if !self.compacting.lock().insert(id.clone()) {
            return None;
        }
        // The work may be dropped at any moment.
        let _done = Done { all: &self.compacting, id };
        compact::after(&**model, turn, answer).await
    }
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
