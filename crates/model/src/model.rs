//! The interface that every provider has.

use std::fmt::Debug;
use std::pin::Pin;

use async_trait::async_trait;
use futures_util::{Stream, StreamExt};

use crate::window::{Window, estimate};
use crate::{Answer, Error, Request, ToolCall};

/// A part of an answer that is under way.
#[derive(Debug, Clone, PartialEq)]
pub enum Delta {
    /// More text.
    Text(String),
    /// More of what the model thinks before it answers, as far as the service tells. It is not a part of the answer.
    Reasoning(String),
    /// A tool call, when it is whole.
    ToolCall(ToolCall),
    /// The answer as a whole; nothing comes after it.
    End(Box<Answer>),
}

/// The parts of an answer. Dropping it ends the work on the answer.
pub type AnswerStream = Pin<Box<dyn Stream<Item = Result<Delta, Error>> + Send>>;

/// A language model.
///
/// A provider *must* end a stream with [`Delta::End`] or with an error, and with nothing after it. The texts before it
/// *must* add up to the answer's text, and the tool calls be the answer's. It *must* give up the work when the future or
/// the stream is dropped. No error *may* hold a key.
#[async_trait]
pub trait Model: Send + Sync + Debug {
    /// The model's name, as the provider knows it.
    fn name(&self) -> &str;

    /// Who runs it: `openai` for an address, `gguf` for this process.
    fn provider(&self) -> &str;

    /// How many tokens a request and its answer may have together.
    async fn window(&self) -> Window {
        Window::default()
    }

    /// The tokens of a request: exact where the model's tokenizer is here, and otherwise [`estimate`], corrected by what the
    /// service has reported. It *must not* be much less than the service counts.
    fn count(&self, request: &Request) -> u64 {
        estimate(request)
    }

    /// The parts of an answer as they come.
    ///
    /// # Errors
    /// What kept the answer from beginning. What breaks it off later comes in the stream.
    async fn stream(&self, request: Request) -> Result<AnswerStream, Error>;

    /// A whole answer.
    ///
    /// # Errors
    /// What kept it from coming.
    async fn complete(&self, request: Request) -> Result<Answer, Error> {
        let mut parts = self.stream(request).await?;
        while let Some(part) = parts.next().await {
            if let Delta::End(answer) = part? {
                return Ok(*answer);
            }
        }
        Err(Error::unreadable("the answer has no end", ""))
    }
}
