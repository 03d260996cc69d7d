//! Google's `generateContent`.

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::format::{Fault, Format, Gathered};
use crate::{Finish, Message, Request, ToolChoice, Usage};

/// What stands between the id of a call and the signature that the service wants back with it.
const SIGNED: &str = "#signature:";

/// The body of a request.
pub(super) fn request(request: &Request) -> Value {
    let mut body = Map::new();
    let system: Vec<&str> = request
        .messages
        .iter()
        .filter_map(|message| match message {
            Message::System { content } => Some(content.as_str()),
            _ => None,
        })
        .collect();
    if !system.is_empty() {
        body.insert("systemInstruction".to_owned(), json!({"parts": [{"text": system.join("\n\n")}]}));
    }
    body.insert("contents".to_owned(), conversation(&request.messages));
    if !request.tools.is_empty() {
        let tools = request.tools.iter().map(|tool| {
            json!({"name": tool.name, "description": tool.description, "parametersJsonSchema": tool.parameters})
        });
        body.insert("tools".to_owned(), json!([{"functionDeclarations": tools.collect::<Value>()}]));
        let mode = match &request.tool_choice {
            ToolChoice::Auto => None,
            ToolChoice::None => Some(json!({"mode": "NONE"})),
            ToolChoice::Required => Some(json!({"mode": "ANY"})),
            ToolChoice::Function(name) => Some(json!({"mode": "ANY", "allowedFunctionNames": [name]})),
        };
        if let Some(mode) = mode {
            body.insert("toolConfig".to_owned(), json!({"functionCallingConfig": mode}));
        }
    }
    body.insert("generationConfig".to_owned(), settings(request));
    Value::Object(body)
}

fn settings(request: &Request) -> Value {
    let mut settings = Map::new();
    let mut set = |name: &str, value: Option<Value>| {
        if let Some(value) = value {
            settings.insert(name.to_owned(), value);
        }
    };
    set("temperature", request.temperature.map(Value::from));
    set("topP", request.top_p.map(Value::from));
    set("maxOutputTokens", request.max_tokens.map(Value::from));
    set("seed", request.seed.map(Value::from));
    set("stopSequences", (!request.stop.is_empty()).then(|| json!(request.stop)));
    if let Some(schema) = &request.response_schema {
        set("responseMimeType", Some("application/json".into()));
        set("responseJsonSchema", Some(schema.schema.clone()));
    }
    Value::Object(settings)
}

/// The two sides, which take turns. A tool's result is known to the service by the tool's name.
fn conversation(messages: &[Message]) -> Value {
    let mut turns: Vec<(&str, Vec<Value>)> = Vec::new();
    let mut names = Map::new();
    let mut add = |role: &'static str, part: Value| match turns.last_mut() {
        Some((last, parts)) if *last == role => parts.push(part),
        _ => turns.push((role, vec![part])),
    };
    for message in messages {
        match message {
            Message::System { .. } => {}
            Message::User { content } => add("user", json!({"text": content})),
            Message::Assistant { content, tool_calls } => {
                if !content.is_empty() {
                    add("model", json!({"text": content}));
                }
                for call in tool_calls {
                    names.insert(call.id.clone(), call.name.clone().into());
                    let arguments =
                        if call.arguments.is_object() { call.arguments.clone() } else { json!({}) };
                    let mut part = json!({"functionCall": {"name": call.name, "args": arguments}});
                    if let Some((_, signature)) = call.id.split_once(SIGNED) {
                        part["thoughtSignature"] = signature.into();
                    }
                    add("model", part);
                }
            }
            Message::Tool { call_id, content } => {
                let name = names.get(call_id).cloned().unwrap_or_else(|| call_id.clone().into());
                let result = match serde_json::from_str(content) {
                    Ok(Value::Object(result)) => Value::Object(result),
                    _ => json!({"result": content}),
                };
                add("user", json!({"functionResponse": {"name": name, "response": result}}));
            }
        }
    }
    turns.into_iter().map(|(role, parts)| json!({"role": role, "parts": parts})).collect()
}

/// An answer, or a piece of one.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Piece {
    candidates: Vec<Candidate>,
    usage_metadata: Option<Tokens>,
    model_version: Option<String>,
    prompt_feedback: Option<Feedback>,
    error: Option<Value>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Candidate {
    content: Content,
    finish_reason: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Content {
    parts: Vec<Part>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Part {
    text: Option<String>,
    /// Whether it is what the model thinks, and not what it says.
    thought: bool,
    thought_signature: Option<String>,
    function_call: Option<FunctionCall>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct FunctionCall {
    id: Option<String>,
    name: String,
    args: Option<Value>,
}

#[derive(Debug, Default, Clone, Copy, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Tokens {
    prompt_token_count: u64,
    candidates_token_count: u64,
    thoughts_token_count: u64,
    cached_content_token_count: Option<u64>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Feedback {
    block_reason: Option<String>,
}

/// Reads its answers.
pub(super) struct Gemini;

impl Format for Gemini {
    fn take(&mut self, piece: Value, gathered: &mut Gathered) -> Result<String, Fault> {
        // Without streaming some versions give a list of one.
        let piece = match piece {
            Value::Array(mut pieces) if !pieces.is_empty() => pieces.swap_remove(0),
            piece => piece,
        };
        let piece: Piece = serde_json::from_value(piece)?;
        if let Some(error) = piece.error {
            return Err(Fault::Reported(error));
        }
        gathered.model = piece.model_version.or(gathered.model.take());
        if let Some(tokens) = piece.usage_metadata {
            gathered.usage = Some(Usage {
                input_tokens: tokens.prompt_token_count,
                output_tokens: tokens.candidates_token_count + tokens.thoughts_token_count,
                cached_tokens: tokens.cached_content_token_count,
            });
        }
        if let Some(reason) = piece.prompt_feedback.and_then(|feedback| feedback.block_reason) {
            // What was asked is not answered at all.
            gathered.finish = Some(finish(reason));
        }
        let mut added = String::new();
        if let Some(candidate) = piece.candidates.into_iter().next() {
            for part in candidate.content.parts {
                if let Some(call) = part.function_call {
                    gathered.call(call.id, call.name, call.args.unwrap_or_else(|| json!({})));
                    if let (Some(signature), Some(call)) = (part.thought_signature, gathered.calls.last_mut())
                    {
                        call.id = format!("{}{SIGNED}{signature}", call.id);
                    }
                } else {
                    let text = if part.thought { &mut gathered.reasoning } else { &mut added };
                    text.push_str(part.text.as_deref().unwrap_or_default());
                }
            }
            gathered.finish = candidate.finish_reason.map(finish).or(gathered.finish.take());
        }
        Ok(added)
    }
}

/// Why it says that an answer ended.
fn finish(word: String) -> Finish {
    match word.as_str() {
        "STOP" | "FINISH_REASON_UNSPECIFIED" => Finish::Stop,
        "MAX_TOKENS" => Finish::Length,
        "SAFETY" | "RECITATION" | "BLOCKLIST" | "PROHIBITED_CONTENT" | "SPII" | "OTHER" | "IMAGE_SAFETY" => {
            Finish::Filtered
        }
        _ => Finish::Other(word),
    }
}
