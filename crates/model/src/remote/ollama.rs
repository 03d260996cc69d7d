//! Ollama's `/api/chat`, whose pieces are lines.

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::format::{Fault, Format, Gathered};
use crate::{Finish, Message, Request, ToolCall, ToolChoice, Usage};

/// The body of a request.
pub(super) fn request(request: &Request, model: &str, streaming: bool) -> Value {
    let mut body = Map::new();
    let mut set = |name: &str, value: Value| _ = body.insert(name.to_owned(), value);
    set("model", model.into());
    set("messages", conversation(&request.messages));
    // It knows no choice: a model that may call none is told of none.
    if !request.tools.is_empty() && request.tool_choice != ToolChoice::None {
        let tools = request.tools.iter().map(|tool| json!({"type": "function", "function": tool}));
        set("tools", tools.collect());
    }
    if let Some(schema) = &request.response_schema {
        set("format", schema.schema.clone());
    }
    let mut options = Map::new();
    let mut option = |name: &str, value: Option<Value>| {
        if let Some(value) = value {
            options.insert(name.to_owned(), value);
        }
    };
    option("temperature", request.temperature.map(Value::from));
    option("top_p", request.top_p.map(Value::from));
    option("num_predict", request.max_tokens.map(Value::from));
    option("seed", request.seed.map(Value::from));
    option("stop", (!request.stop.is_empty()).then(|| json!(request.stop)));
    set("options", Value::Object(options));
    set("stream", streaming.into());
    Value::Object(body)
}

fn conversation(messages: &[Message]) -> Value {
    let mut names = Map::new();
    let each = messages.iter().map(|message| match message {
        Message::System { content } => json!({"role": "system", "content": content}),
        Message::User { content } => json!({"role": "user", "content": content}),
        Message::Assistant { content, tool_calls } => {
            let mut said = json!({"role": "assistant", "content": content});
            if !tool_calls.is_empty() {
                let calls = tool_calls.iter().map(|call| {
                    names.insert(call.id.clone(), call.name.clone().into());
                    let arguments =
                        if call.arguments.is_object() { call.arguments.clone() } else { json!({}) };
                    json!({"function": {"name": call.name, "arguments": arguments}})
                });
                said["tool_calls"] = calls.collect();
            }
            said
        }
        Message::Tool { call_id, content } => {
            let name = names.get(call_id).cloned().unwrap_or_else(|| call_id.clone().into());
            json!({"role": "tool", "tool_name": name, "content": content})
        }
    });
    each.collect()
}

/// An answer, or a piece of one.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Piece {
    model: Option<String>,
    message: Said,
    done: bool,
    done_reason: Option<String>,
    prompt_eval_count: Option<u64>,
    eval_count: Option<u64>,
    error: Option<Value>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Said {
    content: Option<String>,
    /// What the model thinks.
    thinking: Option<String>,
    tool_calls: Option<Vec<Call>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Call {
    id: Option<String>,
    function: Function,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Function {
    name: String,
    arguments: Option<Value>,
}

/// Reads its answers.
pub(super) struct Ollama;

impl Format for Ollama {
    fn take(&mut self, piece: Value, gathered: &mut Gathered) -> Result<String, Fault> {
        let piece: Piece = serde_json::from_value(piece)?;
        if let Some(error) = piece.error {
            return Err(Fault::Reported(error));
        }
        gathered.model = piece.model.or(gathered.model.take());
        gathered.reasoning.push_str(piece.message.thinking.as_deref().unwrap_or_default());
        for call in piece.message.tool_calls.into_iter().flatten() {
            let arguments = match call.function.arguments {
                None | Some(Value::Null) => json!({}),
                Some(Value::String(text)) => ToolCall::read_arguments(&text),
                Some(arguments) => arguments,
            };
            gathered.call(call.id, call.function.name, arguments);
        }
        if piece.done {
            gathered.finish = Some(match piece.done_reason.as_deref() {
                None | Some("stop") => Finish::Stop,
                Some("length") => Finish::Length,
                Some(other) => Finish::Other(other.to_owned()),
            });
            if let Some(output_tokens) = piece.eval_count {
                // A prompt that it knows already is not counted.
                let input_tokens = piece.prompt_eval_count.unwrap_or_default();
                gathered.usage = Some(Usage { input_tokens, output_tokens, cached_tokens: None });
            }
        }
        Ok(piece.message.content.unwrap_or_default())
    }
}
