//! What an agent is asked, and what it gives.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use sessiond_model::Message;
use sessiond_turns::usage::Used;

/// What an agent is asked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum AgentInput {
    /// A text, in which `{key}` is filled from the context.
    Text(String),
    /// Messages, which are taken as they are.
    Messages(Vec<Message>),
}

impl From<&str> for AgentInput {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for AgentInput {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<Vec<Message>> for AgentInput {
    fn from(messages: Vec<Message>) -> Self {
        Self::Messages(messages)
    }
}

/// What an agent gives.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AgentResult<T = Value> {
    /// The model's last answer, as it wrote it.
    pub text: String,
    /// The answer as what `AgentNode::output` names.
    pub structured: Option<T>,
    /// The whole conversation.
    pub messages: Vec<Message>,
    /// What the agent's own requests used.
    pub usage: Used,
}

impl<T> fmt::Display for AgentResult<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}
