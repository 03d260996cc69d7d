//! What is said to a model, and the tools that it may ask for.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// One message of a conversation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "role", rename_all = "lowercase")]
pub enum Message {
    /// How the model shall behave.
    System {
        /// The text.
        content: String,
    },
    /// What a person, or a program in their place, says.
    User {
        /// The text.
        content: String,
    },
    /// What the model said before.
    Assistant {
        /// The text; empty when it only called tools.
        #[serde(default)]
        content: String,
        /// The tools that it called.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        tool_calls: Vec<ToolCall>,
    },
    /// What a tool gave.
    Tool {
        /// The [`ToolCall::id`] that this answers.
        call_id: String,
        /// The result, as text that the model reads.
        content: String,
    },
}

impl Message {
    /// A system message.
    pub fn system(content: impl Into<String>) -> Self {
        Self::System { content: content.into() }
    }

    /// A user's message.
    pub fn user(content: impl Into<String>) -> Self {
        Self::User { content: content.into() }
    }

    /// An assistant's message without tool calls.
    pub fn assistant(content: impl Into<String>) -> Self {
        Self::Assistant { content: content.into(), tool_calls: Vec::new() }
    }

    /// The result of a tool call.
    pub fn tool(call_id: impl Into<String>, content: impl Into<String>) -> Self {
        Self::Tool { call_id: call_id.into(), content: content.into() }
    }
}

/// A model's wish that a tool be called.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ToolCall {
    /// What its result is sent back under.
    pub id: String,
    /// The tool's name, as the model wrote it; it need not be one that it was offered.
    pub name: String,
    /// The arguments. Models make mistakes: what they wrote is here as a JSON string when it is no JSON.
    pub arguments: Value,
}

impl ToolCall {
    /// Reads arguments as models write them: nothing counts as an empty object.
    pub fn read_arguments(text: &str) -> Value {
        match text.trim() {
            "" => Value::Object(serde_json::Map::new()),
            trimmed => serde_json::from_str(trimmed).unwrap_or_else(|_| Value::String(text.to_owned())),
        }
    }

    /// The arguments as the text that the wire and the templates carry.
    pub fn write_arguments(&self) -> String {
        match &self.arguments {
            // What was no JSON goes back as it came.
            Value::String(text) => text.clone(),
            other => other.to_string(),
        }
    }
}

/// A function that the model may ask the caller to call.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Tool {
    /// Letters, digits, `_` and `-`, at most 64 of them: what the services take.
    pub name: String,
    /// What it does and when to use it, for the model.
    pub description: String,
    /// The JSON Schema of its arguments, an object's.
    pub parameters: Value,
}

impl Tool {
    /// A tool with this schema for its arguments.
    pub fn new(name: impl Into<String>, description: impl Into<String>, parameters: Value) -> Self {
        Self { name: name.into(), description: description.into(), parameters }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn arguments_that_are_no_json_are_kept_as_the_model_wrote_them() {
        assert_eq!(ToolCall::read_arguments(" {\"a\": 1} "), json!({"a": 1}));
        assert_eq!(ToolCall::read_arguments(""), json!({}));
        let broken =
            ToolCall { id: "1".into(), name: "f".into(), arguments: ToolCall::read_arguments("{\"a\": ") };
        assert_eq!(broken.arguments, json!("{\"a\": "));
        assert_eq!(broken.write_arguments(), "{\"a\": ");
    }

    #[test]
    fn a_message_is_stored_with_its_role_and_read_again() {
        let call = ToolCall { id: "c1".into(), name: "weather".into(), arguments: json!({"city": "Bonn"}) };
        let messages = [
            Message::system("Be brief."),
            Message::Assistant { content: String::new(), tool_calls: vec![call] },
            Message::tool("c1", "rain"),
        ];
        let stored = serde_json::to_value(&messages).unwrap();
        assert_eq!(stored[2], json!({"role": "tool", "call_id": "c1", "content": "rain"}));
        assert_eq!(serde_json::from_value::<Vec<Message>>(stored).unwrap(), messages);
    }
}
