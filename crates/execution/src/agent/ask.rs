//! What an agent calls beside its tools: its model, and the prompt that it begins with.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use futures_util::StreamExt;
use sessiond_core::{CallKind, Usage};
use sessiond_model::{Answer, Delta, Message, Model, Request};
use sessiond_turns::usage::{Prices, usage};
use tokio::sync::mpsc;

use super::input::AgentInput;
use crate::error::{Error, Failure};
use crate::node::Node;

/// One request to a model, as a node.
pub(super) struct Ask<'a> {
    pub name: &'a Arc<str>,
    pub model: &'a dyn Model,
    pub prices: Option<Prices>,
    /// Who gets the text as it is written.
    pub pieces: Option<&'a mpsc::Sender<String>>,
    /// Whether any of it was given to them.
    pub given: AtomicBool,
}

impl Node for Ask<'_> {
    type Input = Request;
    type Output = Answer;

    fn name(&self) -> &Arc<str> {
        self.name
    }

    fn kind(&self) -> CallKind {
        CallKind::Model
    }

    fn usage(&self, answer: &Answer) -> Option<Usage> {
        Some(usage(answer, self.prices))
    }

    async fn run(&self, request: Request) -> Result<Answer, Failure> {
        let Some(pieces) = self.pieces else { return Ok(self.model.complete(request).await?) };
        let mut parts = self.model.stream(request).await?;
        while let Some(part) = parts.next().await {
            match part? {
                Delta::Text(text) => {
                    self.given.store(true, Ordering::Relaxed);
                    // Who takes no more pieces drops the whole.
                    let _ = pieces.send(text).await;
                }
                Delta::Reasoning(_) | Delta::ToolCall(_) => {}
                Delta::End(answer) => return Ok(*answer),
            }
        }
        Err("the model's answer has no end".into())
    }
}

/// The messages that an agent begins with, when they depend on the context: recorded, so that who resumes begins with the
/// same although the context has changed since.
pub(super) struct Opening<F> {
    pub name: Arc<str>,
    pub messages: F,
}

impl<F: Fn(AgentInput) -> Result<Vec<Message>, Error> + Send + Sync> Node for Opening<F> {
    type Input = AgentInput;
    type Output = Vec<Message>;

    fn name(&self) -> &Arc<str> {
        &self.name
    }

    fn kind(&self) -> CallKind {
        CallKind::Other
    }

    async fn run(&self, input: AgentInput) -> Result<Vec<Message>, Failure> {
        Ok((self.messages)(input)?)
    }
}
