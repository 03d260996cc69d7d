//! Anthropic's messages.

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::format::{Fault, Format, Gathered};
use crate::{Finish, Message, Request, ToolCall, ToolChoice, Usage};

/// The most tokens of an answer when nobody says, which the service wants to be told.
const MAX_TOKENS: u32 = 8192;

/// The body of a request.
pub(super) fn request(request: &Request, model: &str, streaming: bool) -> Value {
    let mut body = Map::new();
    let mut set = |name: &str, value: Value| _ = body.insert(name.to_owned(), value);
    set("model", model.into());
    set("max_tokens", request.max_tokens.unwrap_or(MAX_TOKENS).into());
    let (system, messages) = conversation(&request.messages);
    if !system.is_empty() {
        set("system", system.into());
    }
    set("messages", messages);
    if !request.tools.is_empty() {
        let tools = request.tools.iter().map(|tool| {
            json!({"name": tool.name, "description": tool.description, "input_schema": tool.parameters})
        });
        set("tools", tools.collect());
        match &request.tool_choice {
            ToolChoice::Auto => {}
            ToolChoice::None => set("tool_choice", json!({"type": "none"})),
            ToolChoice::Required => set("tool_choice", json!({"type": "any"})),
            ToolChoice::Function(name) => set("tool_choice", json!({"type": "tool", "name": name})),
        }
    }
    if let Some(schema) = &request.response_schema {
        let format = json!({"type": "json_schema", "schema": schema.schema});
        set("output_config", json!({"format": format}));
    }
    for (name, value) in [("temperature", request.temperature), ("top_p", request.top_p)] {
        if let Some(value) = value {
            set(name, value.into());
        }
    }
    if !request.stop.is_empty() {
        set("stop_sequences", json!(request.stop));
    }
    if streaming {
        set("stream", true.into());
    }
    Value::Object(body)
}

/// What the system says, and the rest, in which the two sides take turns.
fn conversation(messages: &[Message]) -> (String, Value) {
    let mut system = Vec::new();
    let mut turns: Vec<(&str, Vec<Value>)> = Vec::new();
    let mut add = |role: &'static str, block: Value| match turns.last_mut() {
        Some((last, blocks)) if *last == role => blocks.push(block),
        _ => turns.push((role, vec![block])),
    };
    for message in messages {
        match message {
            Message::System { content } => system.push(content.as_str()),
            Message::User { content } => add("user", json!({"type": "text", "text": content})),
            Message::Assistant { content, tool_calls } => {
                // The service takes no text that is empty.
                if !content.trim().is_empty() {
                    add("assistant", json!({"type": "text", "text": content}));
                }
                for call in tool_calls {
                    let input = if call.arguments.is_object() { call.arguments.clone() } else { json!({}) };
                    add(
                        "assistant",
                        json!({"type": "tool_use", "id": call.id, "name": call.name, "input": input}),
                    );
                }
            }
            Message::Tool { call_id, content } => {
                add("user", json!({"type": "tool_result", "tool_use_id": call_id, "content": content}));
            }
        }
    }
    let turns = turns.into_iter().map(|(role, content)| json!({"role": role, "content": content}));
    (system.join("\n\n"), turns.collect())
}

/// An answer, or an event of one.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Piece {
    #[serde(rename = "type")]
    kind: String,
    error: Option<Value>,
    /// In a whole answer.
    content: Vec<Block>,
    stop_reason: Option<String>,
    model: Option<String>,
    usage: Option<Tokens>,
    /// At the beginning of one in pieces.
    message: Option<Box<Piece>>,
    index: usize,
    content_block: Option<Block>,
    delta: Option<Change>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Block {
    #[serde(rename = "type")]
    kind: String,
    text: String,
    /// What the model thinks.
    thinking: String,
    id: String,
    name: String,
    input: Value,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Change {
    text: Option<String>,
    thinking: Option<String>,
    partial_json: Option<String>,
    stop_reason: Option<String>,
}

#[derive(Debug, Default, Clone, Copy, Deserialize)]
#[serde(default)]
struct Tokens {
    input_tokens: Option<u64>,
    output_tokens: Option<u64>,
    cache_creation_input_tokens: Option<u64>,
    cache_read_input_tokens: Option<u64>,
}

/// Reads its answers.
#[derive(Debug, Default)]
pub(super) struct Anthropic {
    input_tokens: Option<u64>,
    output_tokens: Option<u64>,
    cached_tokens: Option<u64>,
    /// Tool calls by the number of their block, with the text of their arguments.
    calls: Vec<(usize, ToolCall, String)>,
}

impl Anthropic {
    fn block(&mut self, number: usize, block: Block, gathered: &mut Gathered) -> String {
        match block.kind.as_str() {
            "text" => block.text,
            "tool_use" => {
                self.calls.push((
                    number,
                    ToolCall { id: block.id, name: block.name, arguments: block.input },
                    String::new(),
                ));
                String::new()
            }
            "thinking" => {
                gathered.reasoning.push_str(&block.thinking);
                String::new()
            }
            _ => String::new(),
        }
    }

    fn counted(&mut self, tokens: Option<Tokens>) {
        let Some(tokens) = tokens else { return };
        if let Some(read) = tokens.input_tokens {
            self.cached_tokens = tokens.cache_read_input_tokens;
            let cached = [tokens.cache_creation_input_tokens, tokens.cache_read_input_tokens];
            self.input_tokens = Some(read + cached.into_iter().flatten().sum::<u64>());
        }
        self.output_tokens = tokens.output_tokens.or(self.output_tokens);
    }
}

impl Format for Anthropic {
    fn take(&mut self, piece: Value, gathered: &mut Gathered) -> Result<String, Fault> {
        let piece: Piece = serde_json::from_value(piece)?;
        if let Some(error) = piece.error {
            return Err(Fault::Reported(error));
        }
        let mut added = String::new();
        if let Some(message) = piece.message {
            gathered.model = message.model;
            self.counted(message.usage);
        }
        self.counted(piece.usage);
        for (number, block) in piece.content.into_iter().enumerate() {
            added.push_str(&self.block(number, block, gathered));
        }
        if let Some(block) = piece.content_block {
            added.push_str(&self.block(piece.index, block, gathered));
        }
        if let Some(change) = piece.delta {
            added.push_str(change.text.as_deref().unwrap_or_default());
            gathered.reasoning.push_str(change.thinking.as_deref().unwrap_or_default());
            if let Some(json) = change.partial_json
                && let Some((_, _, arguments)) =
                    self.calls.iter_mut().rfind(|(number, _, _)| *number == piece.index)
            {
                arguments.push_str(&json);
            }
            gathered.finish = change.stop_reason.map(finish).or(gathered.finish.take());
        }
        gathered.finish = piece.stop_reason.map(finish).or(gathered.finish.take());
        gathered.model = piece.model.or(gathered.model.take());
        Ok(added)
    }

    fn end(&mut self, gathered: &mut Gathered) {
        for (_, mut call, arguments) in self.calls.drain(..) {
            if !arguments.is_empty() || !call.arguments.is_object() {
                call.arguments = ToolCall::read_arguments(&arguments);
            }
            gathered.calls.push(call);
        }
        // It is filtered only when it declines.
        gathered.refusal = matches!(gathered.finish, Some(Finish::Filtered)).then(|| gathered.text.clone());
        gathered.usage = self.input_tokens.zip(self.output_tokens).map(|(input_tokens, output_tokens)| {
            Usage { input_tokens, output_tokens, cached_tokens: self.cached_tokens }
        });
    }
}

/// Why it says that an answer ended.
fn finish(word: String) -> Finish {
    match word.as_str() {
        "end_turn" | "stop_sequence" => Finish::Stop,
        "tool_use" => Finish::ToolCalls,
        "max_tokens" | "model_context_window_exceeded" => Finish::Length,
        "refusal" => Finish::Filtered,
        _ => Finish::Other(word),
    }
}
