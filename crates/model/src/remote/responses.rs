//! OpenAI's responses.

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::chat::Details;
use super::format::{Fault, Format, Gathered};
use crate::{Finish, Message, Request, ToolCall, ToolChoice, Usage};

/// The body of a request.
pub(super) fn request(request: &Request, model: &str, streaming: bool) -> Value {
    let mut body = Map::new();
    let mut set = |name: &str, value: Value| _ = body.insert(name.to_owned(), value);
    set("model", model.into());
    set("input", request.messages.iter().flat_map(items).collect());
    // The conversation is sent whole each time; nothing has to be kept there.
    set("store", false.into());
    if !request.tools.is_empty() {
        let tools = request.tools.iter().map(|tool| {
            json!({
                "type": "function", "name": tool.name, "description": tool.description,
                "parameters": tool.parameters, "strict": false
            })
        });
        set("tools", tools.collect());
        match &request.tool_choice {
            ToolChoice::Auto => {}
            ToolChoice::None => set("tool_choice", "none".into()),
            ToolChoice::Required => set("tool_choice", "required".into()),
            ToolChoice::Function(name) => set("tool_choice", json!({"type": "function", "name": name})),
        }
    }
    if let Some(schema) = &request.response_schema {
        let format = json!({
            "type": "json_schema", "name": schema.name, "schema": schema.schema, "strict": schema.strict
        });
        set("text", json!({"format": format}));
    }
    for (name, value) in [("temperature", request.temperature), ("top_p", request.top_p)] {
        if let Some(value) = value {
            set(name, value.into());
        }
    }
    if let Some(most) = request.max_tokens {
        set("max_output_tokens", most.into());
    }
    if streaming {
        set("stream", true.into());
    }
    Value::Object(body)
}

fn items(message: &Message) -> Vec<Value> {
    match message {
        Message::System { content } => vec![json!({"role": "system", "content": content})],
        Message::User { content } => vec![json!({"role": "user", "content": content})],
        Message::Assistant { content, tool_calls } => {
            let said = (!content.is_empty()).then(|| json!({"role": "assistant", "content": content}));
            let calls = tool_calls.iter().map(|call| {
                json!({
                    "type": "function_call", "call_id": call.id, "name": call.name,
                    "arguments": call.write_arguments()
                })
            });
            said.into_iter().chain(calls).collect()
        }
        Message::Tool { call_id, content } => {
            vec![json!({"type": "function_call_output", "call_id": call_id, "output": content})]
        }
    }
}

/// An answer.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Whole {
    status: Option<String>,
    incomplete_details: Option<Incomplete>,
    error: Option<Value>,
    model: Option<String>,
    output: Vec<Item>,
    usage: Option<Tokens>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Incomplete {
    reason: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Item {
    #[serde(rename = "type")]
    kind: String,
    content: Option<Vec<Content>>,
    /// What the model thought, in brief.
    summary: Option<Vec<Content>>,
    id: Option<String>,
    call_id: Option<String>,
    name: String,
    arguments: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Content {
    text: Option<String>,
    refusal: Option<String>,
}

#[derive(Debug, Default, Clone, Copy, Deserialize)]
#[serde(default)]
struct Tokens {
    input_tokens: u64,
    output_tokens: u64,
    input_tokens_details: Option<Details>,
}

/// Reads its answers.
pub(super) struct Responses;

impl Format for Responses {
    fn take(&mut self, mut piece: Value, gathered: &mut Gathered) -> Result<String, Fault> {
        let kind = piece.get("type").and_then(Value::as_str).unwrap_or_default().to_owned();
        let delta = |piece: &Value| piece.get("delta").and_then(Value::as_str).unwrap_or_default().to_owned();
        Ok(match kind.as_str() {
            "response.output_text.delta" => delta(&piece),
            "response.reasoning_summary_text.delta" | "response.reasoning_text.delta" => {
                gathered.reasoning.push_str(&delta(&piece));
                String::new()
            }
            "response.refusal.delta" => {
                let text = delta(&piece);
                gathered.refusal.get_or_insert_default().push_str(&text);
                text
            }
            "response.completed" | "response.incomplete" | "response.failed" => {
                take_whole(serde_json::from_value(piece["response"].take())?, gathered)?
            }
            "error" => return Err(Fault::Reported(piece)),
            kind if kind.starts_with("response.") => String::new(),
            // One that is no event is a whole answer.
            _ => take_whole(serde_json::from_value(piece)?, gathered)?,
        })
    }
}

/// Takes in what a service gives in the end. Its texts are given in pieces before, when it gives any.
fn take_whole(whole: Whole, gathered: &mut Gathered) -> Result<String, Fault> {
    if let Some(error) = whole.error {
        return Err(Fault::Reported(error));
    }
    let given = !gathered.text.is_empty();
    let is_thought = !gathered.reasoning.is_empty();
    let mut added = String::new();
    for item in whole.output {
        for content in item.content.into_iter().flatten() {
            if let Some(refusal) = content.refusal.filter(|refusal| !refusal.is_empty()) {
                added.push_str(&refusal);
                if !given {
                    gathered.refusal.get_or_insert_default().push_str(&refusal);
                }
            }
            let text = content.text.as_deref().unwrap_or_default();
            match item.kind.as_str() {
                "message" => added.push_str(text),
                "reasoning" if !is_thought => gathered.reasoning.push_str(text),
                _ => {}
            }
        }
        for part in item.summary.into_iter().flatten().filter(|_| !is_thought) {
            gathered.reasoning.push_str(part.text.as_deref().unwrap_or_default());
        }
        if item.kind == "function_call" {
            let arguments = ToolCall::read_arguments(&item.arguments);
            gathered.call(item.call_id.or(item.id), item.name, arguments);
        }
    }
    gathered.model = whole.model.or(gathered.model.take());
    gathered.usage = whole.usage.map(|Tokens { input_tokens, output_tokens, input_tokens_details }| Usage {
        input_tokens,
        output_tokens,
        cached_tokens: input_tokens_details.and_then(|details| details.cached_tokens),
    });
    let reason = whole.incomplete_details.and_then(|details| details.reason);
    gathered.finish = Some(match (whole.status.as_deref(), reason.as_deref()) {
        (_, Some("max_output_tokens")) => Finish::Length,
        (_, Some("content_filter")) => Finish::Filtered,
        (_, Some(other)) => Finish::Other(other.to_owned()),
        (None | Some("completed"), None) => Finish::Stop,
        (Some(other), None) => Finish::Other(other.to_owned()),
    });
    Ok(if given { String::new() } else { added })
}
