//! OpenAI's chat completions: how a request is written, and how an answer is read, whole or in pieces.
//!
//! Services that call themselves compatible differ in what they leave out, so that everything may be missing here and
//! some things may have another shape: contents that are null or a list of parts, arguments that are an object.

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::format::{Fault, Format, Gathered};
use crate::{Finish, Message, Request, ToolCall, ToolChoice, Usage};

/// The body of a request.
pub(super) fn request(request: &Request, model: &str, official: bool, streaming: bool) -> Value {
    let mut body = Map::new();
    let mut set = |name: &str, value: Value| _ = body.insert(name.to_owned(), value);
    set("model", model.into());
    set("messages", request.messages.iter().map(message).collect());
    if !request.tools.is_empty() {
        let tools = request.tools.iter().map(|tool| json!({"type": "function", "function": tool}));
        set("tools", tools.collect());
        match &request.tool_choice {
            ToolChoice::Auto => {}
            ToolChoice::None => set("tool_choice", "none".into()),
            ToolChoice::Required => set("tool_choice", "required".into()),
            ToolChoice::Function(name) => {
                set("tool_choice", json!({"type": "function", "function": {"name": name}}));
            }
        }
    }
    if let Some(schema) = &request.response_schema {
        set("response_format", json!({"type": "json_schema", "json_schema": schema}));
    }
    let numbers = [("temperature", request.temperature), ("top_p", request.top_p)];
    for (name, value) in numbers {
        if let Some(value) = value {
            set(name, value.into());
        }
    }
    if let Some(most) = request.max_tokens {
        // The original has given its parameter a new name and refuses the old one for new models; the others know the
        // old one.
        set(if official { "max_completion_tokens" } else { "max_tokens" }, most.into());
    }
    if !request.stop.is_empty() {
        set("stop", json!(request.stop));
    }
    if let Some(seed) = request.seed {
        set("seed", seed.into());
    }
    if streaming {
        set("stream", true.into());
        set("stream_options", json!({"include_usage": true}));
    }
    Value::Object(body)
}

fn message(message: &Message) -> Value {
    match message {
        Message::System { content } => json!({"role": "system", "content": content}),
        Message::User { content } => json!({"role": "user", "content": content}),
        Message::Assistant { content, tool_calls } if tool_calls.is_empty() => {
            json!({"role": "assistant", "content": content})
        }
        Message::Assistant { content, tool_calls } => {
            let calls = tool_calls.iter().map(|call| {
                let function = json!({"name": call.name, "arguments": call.write_arguments()});
                json!({"id": call.id, "type": "function", "function": function})
            });
            let content = Some(content).filter(|content| !content.is_empty());
            json!({"role": "assistant", "content": content, "tool_calls": calls.collect::<Value>()})
        }
        Message::Tool { call_id, content } => {
            json!({"role": "tool", "tool_call_id": call_id, "content": content})
        }
    }
}

/// An answer, or a piece of one.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Chat {
    /// Missing in a piece that only says what it all cost.
    choices: Option<Vec<Choice>>,
    usage: Option<Tokens>,
    model: Option<String>,
    /// What some services send in the place of an answer, or amid a stream.
    error: Option<Value>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Choice {
    /// In a whole answer.
    message: Option<Said>,
    /// In a piece.
    delta: Option<Said>,
    finish_reason: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Said {
    content: Option<Value>,
    /// What the model thinks: OpenAI tells nothing of it, and others have one of these names for it, or both.
    reasoning_content: Option<Value>,
    reasoning: Option<Value>,
    /// What a model says that declines to answer.
    refusal: Option<String>,
    tool_calls: Option<Vec<Call>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Call {
    index: Option<usize>,
    id: Option<String>,
    function: Function,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Function {
    name: Option<String>,
    arguments: Option<Value>,
}

#[derive(Debug, Default, Clone, Copy, Deserialize)]
#[serde(default)]
struct Tokens {
    prompt_tokens: Option<u64>,
    completion_tokens: Option<u64>,
    prompt_tokens_details: Option<Details>,
    /// DeepSeek's name for it.
    prompt_cache_hit_tokens: Option<u64>,
}

/// What the tokens of a request were; in OpenAI's responses too.
#[derive(Debug, Default, Clone, Copy, Deserialize)]
#[serde(default)]
pub(super) struct Details {
    pub(super) cached_tokens: Option<u64>,
}

/// Reads its answers.
#[derive(Debug, Default)]
pub(super) struct ChatCompletions {
    calls: Vec<Started>,
}

/// A tool call of which not everything may have come.
#[derive(Debug)]
struct Started {
    index: usize,
    id: String,
    name: String,
    arguments: String,
}

impl Started {
    /// Whether a piece under the same number belongs to another call.
    fn is_another(&self, piece: &Call) -> bool {
        match piece.id.as_deref().filter(|id| !id.is_empty()) {
            Some(id) => !self.id.is_empty() && self.id != id,
            None => {
                piece.function.name.as_deref().is_some_and(|name| !name.is_empty())
                    && serde_json::from_str::<Map<String, Value>>(&self.arguments).is_ok()
            }
        }
    }
}

impl ChatCompletions {
    fn call(&mut self, call: Call) {
        // Without a number, one with an id of its own begins a call and one without continues the last.
        let of_id = || self.calls.iter().find(|started| call.id.as_ref().is_some_and(|id| *id == started.id));
        let index = match (call.index, &call.id) {
            (Some(index), _) => index,
            (None, None) if !self.calls.is_empty() => self.calls[self.calls.len() - 1].index,
            (None, _) => match of_id() {
                Some(started) => started.index,
                None => self.calls.iter().map(|started| started.index + 1).max().unwrap_or_default(),
            },
        };
        // Some number every call 0: another id begins another call, and so does a name after arguments that are whole.
        let known = self.calls.iter().rposition(|started| started.index == index);
        let place = known.filter(|place| !self.calls[*place].is_another(&call)).unwrap_or_else(|| {
            self.calls.push(Started {
                index,
                id: String::new(),
                name: String::new(),
                arguments: String::new(),
            });
            self.calls.len() - 1
        });
        let started = &mut self.calls[place];
        // Some repeat id and name in each piece.
        if let Some(id) = call.id.filter(|id| !id.is_empty()) {
            started.id = id;
        }
        if let Some(name) = call.function.name.filter(|name| !name.is_empty()) {
            started.name = name;
        }
        match call.function.arguments {
            None | Some(Value::Null) => {}
            Some(Value::String(text)) => started.arguments.push_str(&text),
            Some(object) => started.arguments = object.to_string(),
        }
    }
}

impl Format for ChatCompletions {
    fn take(&mut self, piece: Value, gathered: &mut Gathered) -> Result<String, Fault> {
        let chat: Chat = serde_json::from_value(piece)?;
        if let Some(error) = chat.error {
            return Err(Fault::Reported(error));
        }
        if let Some(model) = chat.model.filter(|model| !model.is_empty()) {
            gathered.model = Some(model);
        }
        if let Some(tokens) = chat.usage
            && let (Some(input_tokens), Some(output_tokens)) =
                (tokens.prompt_tokens, tokens.completion_tokens)
        {
            let cached = tokens.prompt_tokens_details.and_then(|details| details.cached_tokens);
            let cached_tokens = cached.or(tokens.prompt_cache_hit_tokens);
            gathered.usage = Some(Usage { input_tokens, output_tokens, cached_tokens });
        }
        let mut added = String::new();
        if let Some(choice) = chat.choices.into_iter().flatten().next() {
            if let Some(said) = choice.message.or(choice.delta) {
                let thought = said.reasoning_content.filter(|text| !text.is_null()).or(said.reasoning);
                thought.iter().for_each(|text| read_text(text, &mut gathered.reasoning));
                said.content.iter().for_each(|content| read_text(content, &mut added));
                if let Some(refusal) = said.refusal.filter(|refusal| !refusal.is_empty()) {
                    added.push_str(&refusal);
                    gathered.refusal.get_or_insert_default().push_str(&refusal);
                }
                said.tool_calls.into_iter().flatten().for_each(|call| self.call(call));
            }
            gathered.finish = choice.finish_reason.map(finish).or(gathered.finish.take());
        }
        Ok(added)
    }

    fn end(&mut self, gathered: &mut Gathered) {
        for call in self.calls.drain(..).filter(|call| !call.name.is_empty()) {
            gathered.call(Some(call.id), call.name, ToolCall::read_arguments(&call.arguments));
        }
    }
}

/// Why it says that an answer ended.
fn finish(word: String) -> Finish {
    match word.as_str() {
        "stop" | "" | "eos" => Finish::Stop,
        "tool_calls" | "function_call" => Finish::ToolCalls,
        "length" | "max_tokens" => Finish::Length,
        "content_filter" => Finish::Filtered,
        _ => Finish::Other(word),
    }
}

/// Adds the text of a content, which is a text or a list of parts.
fn read_text(content: &Value, text: &mut String) {
    match content {
        Value::String(more) => text.push_str(more),
        Value::Array(parts) => {
            parts.iter().filter_map(|part| part.get("text")?.as_str()).for_each(|more| text.push_str(more));
        }
        _ => {}
    }
}

/// What a body that reports an error says, and the service's own code for it.
pub(super) fn error(body: &Value) -> Option<(String, Option<String>)> {
    // Some put it into a list.
    let body = body.get(0).unwrap_or(body);
    let inner = body.get("error").unwrap_or(body);
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let message = text(inner)
        .or_else(|| ["message", "detail", "title"].iter().find_map(|name| text(inner.get(name)?)))?;
    Some((message, inner.get("code").and_then(text)))
}

#[cfg(test)]
mod tests {
    use super::super::format::Reader;
    use super::*;
    use crate::{Schema, Tool};

    fn gather(pieces: &[Value]) -> Option<Gathered> {
        let mut reader = Reader::new(Box::new(ChatCompletions::default()));
        for piece in pieces {
            reader.take(piece.clone()).unwrap();
        }
        reader.end()
    }

    #[test]
    fn a_request_is_written_as_the_services_read_it() {
        let call = ToolCall { id: "c1".into(), name: "weather".into(), arguments: json!({"city": "Bonn"}) };
        let mut asked = Request::new([
            Message::system("Be brief."),
            Message::user("Weather?"),
            Message::Assistant { content: String::new(), tool_calls: vec![call] },
            Message::tool("c1", "rain"),
        ]);
        asked.tools = vec![Tool::new("weather", "Of a city.", json!({"type": "object"}))];
        asked.tool_choice = ToolChoice::Function("weather".into());
        asked.response_schema = Some(Schema::new("report", json!({"type": "object"})));
        asked.temperature = Some(0.5);
        asked.max_tokens = Some(9);
        asked.stop = vec!["\n".into()];
        asked.seed = Some(7);
        let expected = json!({
            "model": "m",
            "messages": [
                {"role": "system", "content": "Be brief."},
                {"role": "user", "content": "Weather?"},
                {"role": "assistant", "content": null, "tool_calls": [
                    {"id": "c1", "type": "function", "function": {"name": "weather", "arguments": "{\"city\":\"Bonn\"}"}}
                ]},
                {"role": "tool", "tool_call_id": "c1", "content": "rain"}
            ],
            "tools": [{"type": "function", "function": {
                "name": "weather", "description": "Of a city.", "parameters": {"type": "object"}
            }}],
            "tool_choice": {"type": "function", "function": {"name": "weather"}},
            "response_format": {"type": "json_schema", "json_schema": {
                "name": "report", "schema": {"type": "object"}, "strict": true
            }},
            "temperature": 0.5,
            "max_tokens": 9,
            "stop": ["\n"],
            "seed": 7,
            "stream": true,
            "stream_options": {"include_usage": true}
        });
        assert_eq!(request(&asked, "m", false, true), expected);
        let official = request(&asked, "m", true, false);
        assert_eq!((official.get("max_tokens"), official["max_completion_tokens"].as_u64()), (None, Some(9)));
    }

    #[test]
    fn what_is_not_set_is_not_sent() {
        let body = request(&Request::new([Message::user("Hi")]), "m", false, false);
        assert_eq!(body, json!({"model": "m", "messages": [{"role": "user", "content": "Hi"}]}));
    }

    #[test]
    fn a_tool_call_that_comes_in_pieces_is_put_together() {
        let piece = |call: Value| json!({"choices": [{"delta": {"content": null, "tool_calls": [call]}}]});
        let gathered = gather(&[
            piece(json!({"index": 0, "id": "a", "function": {"name": "f", "arguments": ""}})),
            piece(json!({"index": 0, "function": {"arguments": "{\"x\":"}})),
            piece(json!({"index": 1, "id": "b", "function": {"name": "g", "arguments": "{}"}})),
            piece(json!({"index": 0, "function": {"arguments": "1}"}})),
            json!({"choices": [{"delta": {}, "finish_reason": "tool_calls"}]}),
            json!({"choices": [], "usage": {"prompt_tokens": 3, "completion_tokens": 4}}),
        ])
        .unwrap();
        let calls = &gathered.calls;
        assert_eq!(calls.len(), 2);
        assert_eq!((calls[0].id.as_str(), &calls[0].arguments), ("a", &json!({"x": 1})));
        assert_eq!((calls[1].name.as_str(), &calls[1].arguments), ("g", &json!({})));
        assert_eq!(gathered.finish(), Finish::ToolCalls);
        assert_eq!(gathered.usage, Some(Usage { input_tokens: 3, output_tokens: 4, cached_tokens: None }));
    }

    #[test]
    fn calls_that_share_a_number_are_told_apart() {
        let piece = |call: Value| json!({"choices": [{"delta": {"tool_calls": [call]}}]});
        let named = |id: &str, name: &str, arguments: &str| {
            piece(json!({"index": 0, "id": id, "function": {"name": name, "arguments": arguments}}))
        };
        let more = |arguments: &str| piece(json!({"index": 0, "function": {"arguments": arguments}}));
        let called = |pieces: &[Value]| {
            let calls = gather(pieces).unwrap().calls;
            calls.into_iter().map(|call| (call.id, call.name, call.arguments)).collect::<Vec<_>>()
        };
        let expected = |ids: [&str; 2]| {
            vec![
                (ids[0].to_owned(), "f".to_owned(), json!({"x": 1})),
                (ids[1].to_owned(), "f".to_owned(), json!({"x": 2})),
            ]
        };
        // Each is whole, or comes in pieces.
        assert_eq!(
            called(&[named("a", "f", "{\"x\":1}"), named("b", "f", "{\"x\":2}")]),
            expected(["a", "b"])
        );
        let pieces = [named("a", "f", ""), more("{\"x\":1}"), named("b", "f", "{\"x\""), more(":2}")];
        assert_eq!(called(&pieces), expected(["a", "b"]));
        // The id is repeated in each piece, or there is none at all.
        let pieces = [named("a", "f", "{\"x\":"), named("a", "f", "1}"), named("b", "f", "{\"x\":2}")];
        assert_eq!(called(&pieces), expected(["a", "b"]));
        assert_eq!(
            called(&[named("", "f", "{\"x\":1}"), named("", "f", "{\"x\":2}")]),
            expected(["call_0", "call_1"])
        );
    }

    #[test]
    fn services_that_diverge_are_understood() {
        // No number, no id, arguments as an object, `stop` in spite of the call, no usage.
        let call = json!({"function": {"name": "f", "arguments": {"x": 1}}});
        let gathered = gather(&[
            json!({"choices": [{"message": {"content": null, "tool_calls": [call]}, "finish_reason": "stop"}]}),
        ])
        .unwrap();
        let calls = &gathered.calls;
        assert_eq!((calls[0].id.as_str(), &calls[0].arguments), ("call_0", &json!({"x": 1})));
        assert_eq!((gathered.finish(), gathered.usage), (Finish::ToolCalls, None));
        // Numbers are missing in pieces: what has no id continues.
        let piece = |call: Value| json!({"choices": [{"delta": {"tool_calls": [call]}}]});
        let gathered = gather(&[
            piece(json!({"id": "a", "function": {"name": "f", "arguments": "{\"x\""}})),
            piece(json!({"function": {"arguments": ":2}"}})),
            piece(json!({"id": "b", "function": {"name": "g"}})),
        ])
        .unwrap();
        let calls = &gathered.calls;
        assert_eq!(
            (calls.len(), &calls[0].arguments, &calls[1].arguments),
            (2, &json!({"x": 2}), &json!({}))
        );
        // The content is a list of parts.
        let parts = json!([{"type": "text", "text": "a"}, {"type": "image"}, {"type": "text", "text": "b"}]);
        assert_eq!(gather(&[json!({"choices": [{"message": {"content": parts}}]})]).unwrap().text, "ab");
        // An index may skip numbers, and null may stand for a list.
        assert!(
            gather(&[json!({"choices": null}), json!({"choices": [{"delta": {"tool_calls": null}}]})])
                .is_none()
        );
    }

    #[test]
    fn errors_are_found_in_every_shape_that_services_send() {
        let text = |body: Value| error(&body).map(|(message, _)| message);
        assert_eq!(text(json!({"error": {"message": "a", "code": "b"}})).as_deref(), Some("a"));
        assert_eq!(text(json!({"error": "a"})).as_deref(), Some("a"));
        assert_eq!(text(json!({"detail": "a"})).as_deref(), Some("a"));
        assert_eq!(text(json!({"title": "a"})).as_deref(), Some("a"));
        assert_eq!(text(json!({"x": 1})), None);
    }
}
