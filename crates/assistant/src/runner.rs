//! Answers turns with a language model.

use std::sync::Arc;

use async_trait::async_trait;
use futures_util::StreamExt;
use sessiond_core::Usage;
use sessiond_engine::{TurnOutput, TurnResult, TurnRunner, TurnToRun};
use sessiond_model::{Answer, Delta, Error, Finish, Model};

use crate::prompt;

/// Answers the turns of all sessions with one model.
#[derive(Debug)]
pub struct Assistants {
    /// The model, or why there is none.
    model: Result<Arc<dyn Model>, String>,
}

impl Assistants {
    /// Assistants with that model.
    pub fn new(model: Arc<dyn Model>) -> Self {
        Self { model: Ok(model) }
    }

    /// Assistants that answer that no model is configured, and why.
    pub fn without_model(reason: impl Into<String>) -> Self {
        Self { model: Err(reason.into()) }
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
        match answer(&**model, &turn, output).await {
            Ok(result) => result,
            Err(error) => TurnResult { failure: Some(error.to_string()), ..TurnResult::default() },
        }
    }
}

async fn answer(model: &dyn Model, turn: &TurnToRun, output: &TurnOutput) -> Result<TurnResult, Error> {
    let mut parts = model.stream(prompt::request(turn)).await?;
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
                return Ok(TurnResult {
                    failure: None,
                    finish: Some(finish(&answer.finish)),
                    usage: usage(&answer),
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

fn usage(answer: &Answer) -> Option<Usage> {
    let used = answer.usage.unwrap_or_default();
    Some(Usage {
        model: Some(answer.model.clone()),
        provider: Some(answer.provider.clone()),
        input_tokens: used.input_tokens,
        output_tokens: used.output_tokens,
        cached_tokens: used.cached_tokens,
        latency_us: u64::try_from(answer.latency.as_micros()).ok(),
        ..Usage::default()
    })
}
