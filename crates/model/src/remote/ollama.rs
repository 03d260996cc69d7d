//! Ollama's `/api/chat`, whose pieces are lines.

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::format::{Fault, Format, Parts, finish};
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

/// What has come of an answer so far.
#[derive(Debug, Default)]
pub(super) struct Gathered {
    text: String,
    model: Option<String>,
    usage: Option<Usage>,
    calls: Vec<ToolCall>,
    finish: Option<String>,
}

impl Format for Gathered {
    fn take(&mut self, piece: Value) -> Result<String, Fault> {
        let piece: Piece = serde_json::from_value(piece)?;
        if let Some(error) = piece.error {
            return Err(Fault::Reported(error));
        }
        self.model = piece.model.or(self.model.take());
        for call in piece.message.tool_calls.into_iter().flatten() {
            let id = call.id.filter(|id| !id.is_empty());
            self.calls.push(ToolCall {
                id: id.unwrap_or_else(|| format!("call_{}", self.calls.len())),
                name: call.function.name,
                arguments: match call.function.arguments {
                    None | Some(Value::Null) => json!({}),
                    Some(Value::String(text)) => ToolCall::read_arguments(&text),
                    Some(arguments) => arguments,
                },
            });
        }
        if piece.done {
            self.finish = Some(piece.done_reason.unwrap_or_else(|| "stop".to_owned()));
            if let Some(output_tokens) = piece.eval_count {
                // A prompt that it knows already is not counted.
                let input_tokens = piece.prompt_eval_count.unwrap_or_default();
                self.usage = Some(Usage { input_tokens, output_tokens });
            }
        }
        let added = piece.message.content.unwrap_or_default();
        self.text.push_str(&added);
        Ok(added)
    }

    fn is_finished(&self) -> bool {
        self.finish.is_some()
    }

    fn is_empty(&self) -> bool {
        self.text.is_empty() && self.calls.is_empty() && self.finish.is_none()
    }

    fn parts(&mut self) -> Parts {
        let gathered = std::mem::take(self);
        let said = gathered.finish.map(|word| match word.as_str() {
            "stop" => Finish::Stop,
            "length" => Finish::Length,
            _ => Finish::Other(word),
        });
        Parts {
            finish: finish(said, !gathered.calls.is_empty()),
            tool_calls: gathered.calls,
            text: gathered.text,
            refusal: None,
            usage: gathered.usage,
            model: gathered.model,
        }
    }
}
