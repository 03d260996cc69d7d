//! What a model answers.

use std::time::Duration;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::{Error, Message, ToolCall};

/// One answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Answer {
    /// The text; empty when the model only called tools.
    pub text: String,
    /// What the model said in declining to answer, which is the text or a part of it; nothing when it did not decline.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refusal: Option<String>,
    /// The tools that it wants called, in its order.
    pub tool_calls: Vec<ToolCall>,
    /// Why it ended.
    pub finish: Finish,
    /// What it cost in tokens; nothing when the service does not say.
    pub usage: Option<Usage>,
    /// Whether the service has read less than it was sent: it cut the beginning of the conversation off.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_cut: bool,
    /// From the first try's sending to the answer's end.
    pub latency: Duration,
    /// The model as the provider names it.
    pub model: String,
    /// Who ran it: `openai` for an address, `gguf` for this process.
    pub provider: String,
}

impl Answer {
    /// The answer as the message that continues the conversation.
    pub fn message(&self) -> Message {
        Message::Assistant { content: self.text.clone(), tool_calls: self.tool_calls.clone() }
    }

    /// Reads a structured answer.
    ///
    /// # Errors
    /// [`Error::Unreadable`] when the text is not what `T` is read from; the message says where and shows the beginning.
    pub fn parse<T: DeserializeOwned>(&self) -> Result<T, Error> {
        serde_json::from_str(&self.text).map_err(|error| {
            let cut = if self.finish == Finish::Length { ", and it was cut off at max_tokens" } else { "" };
            Error::unreadable(
                format!("the answer does not have the shape that was asked for: {error}{cut}"),
                &self.text,
            )
        })
    }
}

/// Why an answer ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Finish {
    /// The model was done, or came to a stop text.
    Stop,
    /// `max_tokens` or the model's own limit was reached.
    Length,
    /// It waits for the tools that it called.
    ToolCalls,
    /// The service held something back.
    Filtered,
    /// Anything else, in the service's word.
    Other(String),
}

/// What a request and its answer cost.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Usage {
    /// Tokens of the request.
    pub input_tokens: u64,
    /// Tokens of the answer.
    pub output_tokens: u64,
    /// Tokens of the request that were in a cache, and were not read again; nothing when the service does not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cached_tokens: Option<u64>,
}
