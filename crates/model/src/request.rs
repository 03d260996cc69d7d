//! What is asked of a model.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{Message, Tool};

/// One request. What is not set is left to the model's own default.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Request {
    /// The conversation so far, oldest first.
    pub messages: Vec<Message>,
    /// What the model may ask to be called.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tools: Vec<Tool>,
    /// Whether it may, must or must not call one; without tools it means nothing.
    #[serde(skip_serializing_if = "is_auto")]
    pub tool_choice: ToolChoice,
    /// The shape that the text of the answer has to have.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub response_schema: Option<Schema>,
    /// How freely words are drawn: 0 takes the likeliest each time, 2 is wild.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub temperature: Option<f64>,
    /// Draws from the likeliest words alone whose probabilities add up to this, over 0 and at most 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub top_p: Option<f64>,
    /// The most tokens that the answer may have.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_tokens: Option<u32>,
    /// Texts that end the answer and are not part of it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub stop: Vec<String>,
    /// What the drawing starts from: the same seed and request give the same answer, where the model keeps to that.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seed: Option<u64>,
    /// What requests have in common whose beginnings are the same, such as those of one conversation. A cache of beginnings
    /// is looked for and kept under it. It says nothing of its own: no name and no id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cache_key: Option<String>,
    /// The conversation that it belongs to, for the traces of a program. It is never sent.
    #[serde(skip)]
    pub conversation: Option<String>,
}

fn is_auto(choice: &ToolChoice) -> bool {
    *choice == ToolChoice::Auto
}

impl Request {
    /// A request with these messages and nothing else set.
    pub fn new(messages: impl IntoIterator<Item = Message>) -> Self {
        Self { messages: messages.into_iter().collect(), ..Self::default() }
    }
}

/// Whether a model calls a tool.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ToolChoice {
    /// As it sees fit.
    #[default]
    Auto,
    /// It answers with text.
    None,
    /// It calls one of them.
    Required,
    /// It calls the one of this name.
    Function(String),
}

/// The shape of a structured answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Schema {
    /// A name for it, which some services show to the model: letters, digits, `_` and `-`.
    pub name: String,
    /// The JSON Schema.
    pub schema: Value,
    /// Whether the service must hold the model to it. Some then take only schemas in which every property is required
    /// and `additionalProperties` is false.
    pub strict: bool,
}

impl Schema {
    /// A schema that the model is held to.
    pub fn new(name: impl Into<String>, schema: Value) -> Self {
        Self { name: name.into(), schema, strict: true }
    }
}
