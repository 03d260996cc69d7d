//! OpenAI's chat completions as a server reads and writes them: a [`Chat`] becomes a [`Request`], and [`Head`] and [`Pieces`] make
//! the response of an [`Answer`] and of its parts.

use crate::{
    Answer, Delta, Finish, Known, Message, Request, Schema, Tool, ToolCall, ToolChoice, Usage, Window,
};
use serde::Deserialize;
use serde_json::{Number, Value, json};

/// The body of a request. What is not known is passed over, as the services do it.
#[derive(Debug, Deserialize)]
pub struct Chat {
    messages: Vec<Said>,
    #[serde(default)]
    tools: Option<Vec<Offered>>,
    #[serde(default)]
    tool_choice: Option<Value>,
    #[serde(default)]
    response_format: Option<Format>,
    #[serde(default)]
    temperature: Option<f64>,
    #[serde(default)]
    top_p: Option<f64>,
    #[serde(default)]
    max_tokens: Option<u32>,
    #[serde(default)]
    max_completion_tokens: Option<u32>,
    #[serde(default)]
    stop: Option<Stop>,
    #[serde(default)]
    seed: Option<Number>,
    #[serde(default)]
    prompt_cache_key: Option<String>,
    #[serde(default)]
    n: Option<u32>,
    #[serde(default)]
    stream: Option<bool>,
    #[serde(default)]
    stream_options: Option<StreamOptions>,
}

#[derive(Debug, Deserialize)]
struct Said {
    role: String,
    #[serde(default)]
    content: Option<Content>,
    #[serde(default)]
    tool_calls: Option<Vec<Called>>,
    #[serde(default)]
    tool_call_id: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Content {
    Text(String),
    Parts(Vec<Part>),
}

#[derive(Debug, Deserialize)]
struct Part {
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    text: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Called {
    id: String,
    function: Function,
}

#[derive(Debug, Deserialize)]
struct Function {
    name: String,
    #[serde(default)]
    arguments: String,
}

#[derive(Debug, Deserialize)]
struct Offered {
    function: Offer,
}

#[derive(Debug, Deserialize)]
struct Offer {
    name: String,
    #[serde(default)]
    description: Option<String>,
    #[serde(default)]
    parameters: Option<Value>,
}

#[derive(Debug, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Format {
    Text,
    JsonObject,
    JsonSchema { json_schema: Shape },
}

#[derive(Debug, Deserialize)]
struct Shape {
    name: String,
    #[serde(default)]
    schema: Option<Value>,
    #[serde(default)]
    strict: Option<bool>,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Stop {
    One(String),
    Several(Vec<String>),
}

#[derive(Debug, Default, Deserialize)]
struct StreamOptions {
    #[serde(default)]
    include_usage: bool,
}

/// The members of a [`Chat`].
pub const MEMBERS: &[&str] = &[
    "messages",
    "tools",
    "tool_choice",
    "response_format",
    "temperature",
    "top_p",
    "max_tokens",
    "max_completion_tokens",
    "stop",
    "seed",
    "prompt_cache_key",
    "n",
    "stream",
    "stream_options",
];

/// What is wrong with a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invalid {
    /// The parameter, such as `messages[0]`.
    pub param: String,
    /// What is wrong, and what would be right.
    pub detail: String,
}

impl Chat {
    /// Whether the answer is wanted in pieces.
    pub fn is_streamed(&self) -> bool {
        self.stream.unwrap_or_default()
    }

    /// Whether the last piece is to have the tokens.
    pub fn wants_usage(&self) -> bool {
        self.stream_options.as_ref().is_some_and(|options| options.include_usage)
    }

    /// The request, or what is wrong with it.
    ///
    /// # Errors
    /// What is wrong, and where.
    pub fn into_request(self) -> Result<Request, Invalid> {
        let wrong = |param: String, detail: String| Invalid { param, detail };
        if self.messages.is_empty() {
            return Err(wrong("messages".into(), "there are no messages".into()));
        }
        if self.n.is_some_and(|n| n != 1) {
            return Err(wrong("n".into(), "n is 1: one answer is given to a request".into()));
        }
        let messages =
            self.messages.into_iter().enumerate().map(|(index, said)| {
                message(said).map_err(|detail| wrong(format!("messages[{index}]"), detail))
            });
        let messages = messages.collect::<Result<_, _>>()?;
        let tool_choice = self.tool_choice.as_ref().map_or(Ok(ToolChoice::Auto), tool_choice);
        let tools = self.tools.into_iter().flatten().map(|Offered { function }| Tool {
            name: function.name,
            description: function.description.unwrap_or_default(),
            parameters: function.parameters.unwrap_or_else(|| json!({"type": "object", "properties": {}})),
        });
        Ok(Request {
            messages,
            tools: tools.collect(),
            tool_choice: tool_choice.map_err(|detail| wrong("tool_choice".into(), detail))?,
            response_schema: match self.response_format {
                None | Some(Format::Text) => None,
                Some(Format::JsonObject) => Some(Schema::new("object", json!({"type": "object"}))),
                Some(Format::JsonSchema { json_schema }) => Some(Schema {
                    name: json_schema.name,
                    schema: json_schema.schema.unwrap_or_else(|| json!({})),
                    strict: json_schema.strict.unwrap_or_default(),
                }),
            },
            temperature: self.temperature,
            top_p: self.top_p,
            max_tokens: self.max_completion_tokens.or(self.max_tokens),
            stop: match self.stop {
                None => Vec::new(),
                Some(Stop::One(text)) => vec![text],
                Some(Stop::Several(texts)) => texts,
            },
            // Some send numbers below zero.
            seed: self.seed.and_then(|seed| seed.as_u64().or_else(|| seed.as_i64().map(i64::cast_unsigned))),
            cache_key: self.prompt_cache_key.filter(|key| !key.is_empty()),
            conversation: None,
        })
    }
}

fn message(said: Said) -> Result<Message, String> {
    let content = match said.content {
        None => String::new(),
        Some(Content::Text(text)) => text,
        Some(Content::Parts(parts)) => {
            let texts = parts.into_iter().map(|part| match part.text {
                Some(text) if part.kind == "text" => Ok(text),
                _ => Err(format!(
                    "this model reads text alone, and a message has a part of the type {:?}",
                    part.kind
                )),
            });
            texts.collect::<Result<Vec<_>, _>>()?.concat()
        }
    };
    Ok(match said.role.as_str() {
        "system" | "developer" => Message::System { content },
        "user" => Message::User { content },
        "assistant" => {
            let calls = said.tool_calls.into_iter().flatten().map(|call| ToolCall {
                id: call.id,
                name: call.function.name,
                arguments: ToolCall::read_arguments(&call.function.arguments),
            });
            Message::Assistant { content, tool_calls: calls.collect() }
        }
        "tool" => Message::Tool { call_id: said.tool_call_id.unwrap_or_default(), content },
        other => {
            return Err(format!("no message has the role {other:?}; system, user, assistant and tool have"));
        }
    })
}

fn tool_choice(choice: &Value) -> Result<ToolChoice, String> {
    match choice.as_str() {
        Some("auto") => return Ok(ToolChoice::Auto),
        Some("none") => return Ok(ToolChoice::None),
        Some("required") => return Ok(ToolChoice::Required),
        _ => {}
    }
    match choice.pointer("/function/name").and_then(Value::as_str) {
        Some(name) => Ok(ToolChoice::Function(name.to_owned())),
        None if choice.is_null() => Ok(ToolChoice::Auto),
        None => Err("tool_choice is auto, none, required, or names a function".to_owned()),
    }
}

/// The list of models, which is one.
pub fn models(name: &str, window: Window, now: u64) -> Value {
    let mut model = json!({"id": name, "object": "model", "created": now, "owned_by": "sessiond"});
    if window.known != Known::Assumed {
        // As vLLM names it.
        model["max_model_len"] = window.tokens.into();
    }
    json!({"object": "list", "data": [model]})
}

/// The kind of an error.
#[derive(Debug, Clone, Copy)]
pub enum Kind {
    /// The request is wrong.
    Invalid,
    /// The key is.
    Key,
    /// The caller may not ask.
    Forbidden,
    /// There are too many requests.
    Limit,
    /// The conversation has more tokens than the model reads.
    TooLong,
    /// The server failed.
    Server,
}

/// An error's body.
pub fn error(kind: Kind, detail: &str) -> Value {
    let (kind, code) = match kind {
        Kind::Invalid => ("invalid_request_error", None),
        Kind::Key => ("invalid_request_error", Some("invalid_api_key")),
        Kind::Forbidden => ("permission_error", None),
        Kind::Limit => ("rate_limit_error", Some("rate_limit_exceeded")),
        Kind::TooLong => ("invalid_request_error", Some("context_length_exceeded")),
        Kind::Server => ("server_error", None),
    };
    json!({"error": {"message": detail, "type": kind, "param": null, "code": code}})
}

/// What every answer begins with.
#[derive(Debug, Clone)]
pub struct Head {
    id: String,
    model: String,
    created: u64,
}

impl Head {
    /// The beginning of the answer of that id, by that model, at that time in seconds since 1970.
    pub fn new(id: String, model: &str, created: u64) -> Self {
        Self { id, model: model.to_owned(), created }
    }

    /// A whole answer.
    pub fn answer(&self, answer: &Answer) -> Value {
        let mut message = json!({
            "role": "assistant",
            "content": Some(&answer.text).filter(|text| !text.is_empty() || answer.tool_calls.is_empty()),
            "refusal": null
        });
        if !answer.tool_calls.is_empty() {
            message["tool_calls"] = answer.tool_calls.iter().map(call).collect();
        }
        let choice = json!({"index": 0, "message": message, "logprobs": null, "finish_reason": finish(&answer.finish)});
        let mut body = self.body("chat.completion", json!([choice]));
        if let Some(usage) = &answer.usage {
            body["usage"] = tokens(usage);
        }
        body
    }

    /// An answer in pieces; whether its tokens are told is the caller's wish.
    pub fn pieces(self, told: bool) -> Pieces {
        Pieces { head: self, told, calls: 0 }
    }

    fn body(&self, object: &str, choices: Value) -> Value {
        json!({"id": self.id, "object": object, "created": self.created, "model": self.model, "choices": choices})
    }
}

/// The pieces of an answer.
#[derive(Debug)]
pub struct Pieces {
    head: Head,
    told: bool,
    /// Tool calls so far.
    calls: usize,
}

impl Pieces {
    /// What comes first.
    pub fn opening(&self) -> Value {
        self.piece(json!({"role": "assistant", "content": ""}), None)
    }

    /// What a part of the answer is.
    pub fn of(&mut self, delta: &Delta) -> Vec<Value> {
        match delta {
            Delta::Text(text) => vec![self.piece(json!({"content": text}), None)],
            Delta::Reasoning(text) => vec![self.piece(json!({"reasoning_content": text}), None)],
            Delta::ToolCall(called) => {
                let mut call = call(called);
                call["index"] = self.calls.into();
                self.calls += 1;
                vec![self.piece(json!({"tool_calls": [call]}), None)]
            }
            Delta::End(answer) => {
                let mut pieces = vec![self.piece(json!({}), Some(finish(&answer.finish)))];
                if let Some(usage) = answer.usage.as_ref().filter(|_| self.told) {
                    let mut piece = self.head.body("chat.completion.chunk", json!([]));
                    piece["usage"] = tokens(usage);
                    pieces.push(piece);
                }
                pieces
            }
        }
    }

    fn piece(&self, delta: Value, finish: Option<&str>) -> Value {
        let choice = json!({"index": 0, "delta": delta, "logprobs": null, "finish_reason": finish});
        self.head.body("chat.completion.chunk", json!([choice]))
    }
}

fn call(call: &ToolCall) -> Value {
    let function = json!({"name": call.name, "arguments": call.write_arguments()});
    json!({"id": call.id, "type": "function", "function": function})
}

fn finish(finish: &Finish) -> &str {
    match finish {
        Finish::Stop => "stop",
        Finish::Length => "length",
        Finish::ToolCalls => "tool_calls",
        Finish::Filtered => "content_filter",
        Finish::Other(word) => word,
    }
}

fn tokens(usage: &Usage) -> Value {
    let mut tokens = json!({
        "prompt_tokens": usage.input_tokens,
        "completion_tokens": usage.output_tokens,
        "total_tokens": usage.input_tokens + usage.output_tokens
    });
    if let Some(cached) = usage.cached_tokens {
        tokens["prompt_tokens_details"] = json!({"cached_tokens": cached});
    }
    tokens
}
