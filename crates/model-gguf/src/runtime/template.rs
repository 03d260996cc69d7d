//! Makes a prompt of a conversation by a model's own chat template.

use minijinja::syntax::SyntaxConfig;
use minijinja::value::Kwargs;
use minijinja::{Environment, Error as JinjaError, ErrorKind};
use minijinja_contrib::pycompat::unknown_method_callback;
use serde::Serialize;
use serde_json::ser::PrettyFormatter;
use serde_json::{Value, json};
use sessiond_model::{Error, Message, Request, Tool, ToolCall, ToolChoice};

/// What stands around a tool call in the answers of most open models.
pub(super) const CALL_BEGINS: &str = "<tool_call>";
/// And after it.
pub(super) const CALL_ENDS: &str = "</tool_call>";

/// A chat template.
pub(super) struct Template {
    environment: Environment<'static>,
    /// Whether it has a place for tools itself.
    knows_tools: bool,
}

/// How many steps a template may take: a message takes some dozens.
const FUEL: u64 = 10_000_000;

/// The template's name in its environment.
const NAME: &str = "chat";

impl Template {
    pub(super) fn new(source: &str) -> Result<Self, JinjaError> {
        let mut environment = Environment::new();
        // As the library does it that templates are written for.
        environment.set_syntax(SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build()?);
        environment.set_unknown_method_callback(unknown_method_callback);
        // Templates come with the file, and one that never ends would stop the model for everybody.
        environment.set_fuel(Some(FUEL));
        environment.add_function("raise_exception", |text: String| -> Result<String, JinjaError> {
            Err(JinjaError::new(ErrorKind::InvalidOperation, text))
        });
        environment.add_filter("tojson", to_json);
        environment.add_template_owned(NAME, source.to_owned())?;
        Ok(Self { environment, knows_tools: source.contains("tools") })
    }

    /// The prompt of a request, up to where the answer begins.
    ///
    /// What is said is text, whatever marks are in it: `quiet` is given every text of the request, and gives one in which no
    /// mark is read.
    pub(super) fn prompt(
        &self,
        request: &Request,
        (begin, end): (Option<&str>, &str),
        quiet: impl Fn(&str) -> String,
    ) -> Result<String, Error> {
        let tools = if request.tool_choice == ToolChoice::None { &[][..] } else { &request.tools };
        let (mut messages, mut tools): (Vec<Value>, Value) = match tools {
            [] => (request.messages.iter().map(|message| self.message(message)).collect(), Value::Null),
            tools if self.knows_tools => {
                let tools = tools.iter().map(|tool| json!({"type": "function", "function": tool}));
                (request.messages.iter().map(|message| self.message(message)).collect(), tools.collect())
            }
            tools => (self.with_tools_told(request, tools), Value::Null),
        };
        messages.iter_mut().for_each(|message| every_text(message, &quiet));
        every_text(&mut tools, &quiet);
        let context = json!({
            "messages": messages,
            "tools": tools,
            "add_generation_prompt": true,
            "bos_token": begin.unwrap_or_default(),
            "eos_token": end,
        });
        let rendered = self
            .environment
            .get_template(NAME)
            .and_then(|template| template.render(minijinja::value::Serde(&context)));
        rendered
            .map_err(|error| Error::Refused(format!("the model's chat template does not take it: {error}")))
    }

    /// The messages with the tools in the first one, which is the system's.
    fn with_tools_told(&self, request: &Request, tools: &[Tool]) -> Vec<Value> {
        let told = tell(tools);
        let mut messages = Vec::new();
        let rest = match request.messages.split_first() {
            Some((Message::System { content }, rest)) => {
                messages.push(json!({"role": "system", "content": format!("{content}\n\n{told}")}));
                rest
            }
            _ => {
                messages.push(json!({"role": "system", "content": told}));
                &request.messages[..]
            }
        };
        messages.extend(rest.iter().map(|message| self.message(message)));
        messages
    }

    fn message(&self, message: &Message) -> Value {
        match message {
            Message::System { content } => json!({"role": "system", "content": content}),
            Message::User { content } => json!({"role": "user", "content": content}),
            Message::Assistant { content, tool_calls } if self.knows_tools && !tool_calls.is_empty() => {
                let calls = tool_calls.iter().map(|call| {
                    let function = json!({"name": call.name, "arguments": call.arguments});
                    json!({"id": call.id, "type": "function", "function": function})
                });
                json!({"role": "assistant", "content": content, "tool_calls": calls.collect::<Value>()})
            }
            Message::Assistant { content, tool_calls } => {
                let calls = tool_calls.iter().map(write_call);
                let parts: Vec<_> =
                    Some(content.clone()).filter(|text| !text.is_empty()).into_iter().chain(calls).collect();
                json!({"role": "assistant", "content": parts.join("\n")})
            }
            Message::Tool { call_id, content } if self.knows_tools => {
                json!({"role": "tool", "tool_call_id": call_id, "content": content})
            }
            // A template that knows no tools mostly knows no such role either.
            Message::Tool { content, .. } => {
                json!({"role": "user", "content": format!("<tool_response>\n{content}\n</tool_response>")})
            }
        }
    }
}

/// Puts another text in the place of each, except for the roles of messages and the types of tools, which templates compare.
fn every_text(value: &mut Value, change: &impl Fn(&str) -> String) {
    match value {
        Value::String(text) => *text = change(text),
        Value::Array(values) => values.iter_mut().for_each(|value| every_text(value, change)),
        Value::Object(members) => {
            let texts = members.iter_mut().filter(|(name, _)| !matches!(name.as_str(), "role" | "type"));
            texts.for_each(|(_, value)| every_text(value, change));
        }
        _ => {}
    }
}

/// Writes JSON as it is; the filter of that name in minijinja escapes what HTML does not bear.
fn to_json(value: &minijinja::Value, options: Kwargs) -> Result<String, JinjaError> {
    let indent: Option<usize> = options.get("indent")?;
    // `ensure_ascii` and the like change nothing that a model would notice.
    let mut text = Vec::new();
    let written = match indent {
        Some(width) => {
            let blanks = " ".repeat(width.min(8));
            let pretty = PrettyFormatter::with_indent(blanks.as_bytes());
            value.serialize(&mut serde_json::Serializer::with_formatter(&mut text, pretty))
        }
        None => value.serialize(&mut serde_json::Serializer::new(&mut text)),
    };
    written.map_err(|error| JinjaError::new(ErrorKind::BadSerialization, error.to_string()))?;
    Ok(String::from_utf8_lossy(&text).into_owned())
}

/// A call as a model writes it.
fn write_call(call: &ToolCall) -> String {
    format!("{CALL_BEGINS}\n{}\n{CALL_ENDS}", json!({"name": call.name, "arguments": call.arguments}))
}

/// Tells a model of tools in the words that most open models have been trained on.
fn tell(tools: &[Tool]) -> String {
    let tools: Vec<_> =
        tools.iter().map(|tool| json!({"type": "function", "function": tool}).to_string()).collect();
    format!(
        "You may call functions to help with the user's request. Their signatures are between <tools> and </tools>:\n\
         <tools>\n{}\n</tools>\n\n\
         For each call, write a JSON object with its name and arguments between {CALL_BEGINS} and {CALL_ENDS}:\n\
         {CALL_BEGINS}\n{{\"name\": <function>, \"arguments\": <object>}}\n{CALL_ENDS}",
        tools.join("\n")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHATML: &str = "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\\n' + message['content'].strip() \
                          + '<|im_end|>\\n' }}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}";

    fn prompt(source: &str, request: &Request) -> Result<String, Error> {
        Template::new(source).unwrap().prompt(request, (Some("<s>"), "</s>"), str::to_owned)
    }

    #[test]
    fn a_template_writes_the_prompt() {
        let request = Request::new([Message::system(" Be brief. "), Message::user("Hi")]);
        let expected = "<|im_start|>system\nBe brief.<|im_end|>\n<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n";
        assert_eq!(prompt(CHATML, &request).unwrap(), expected);
    }

    #[test]
    fn a_template_without_a_place_for_tools_has_them_in_the_system_message() {
        let mut request = Request::new([Message::user("Weather?")]);
        request.tools = vec![Tool::new("weather", "Of a city.", json!({"type": "object"}))];
        let call = ToolCall { id: "1".into(), name: "weather".into(), arguments: json!({}) };
        request.messages.push(Message::Assistant { content: String::new(), tool_calls: vec![call] });
        request.messages.push(Message::tool("1", "rain"));
        let text = prompt(CHATML, &request).unwrap();
        assert!(text.starts_with("<|im_start|>system\nYou may call functions"), "{text}");
        assert!(text.contains("\"name\":\"weather\",\"description\":\"Of a city.\""), "{text}");
        assert!(
            text.contains("<tool_call>\n{\"name\":\"weather\",\"arguments\":{}}\n</tool_call><|im_end|>"),
            "{text}"
        );
        assert!(text.contains("user\n<tool_response>\nrain\n</tool_response>"), "{text}");
        request.tool_choice = ToolChoice::None;
        assert!(!prompt(CHATML, &request).unwrap().contains("<tools>"));
    }

    #[test]
    fn a_template_with_a_place_for_tools_gets_them_there() {
        let source = "{{ bos_token }}{% for tool in tools %}{{ tool.function | tojson }} {% endfor %}{{ messages | length }}";
        let mut request = Request::new([Message::user("Weather?")]);
        request.tools = vec![Tool::new("weather", "<b>", json!({}))];
        let expected = r#"<s>{"name":"weather","description":"<b>","parameters":{}} 1"#;
        assert_eq!(prompt(source, &request).unwrap(), expected);
    }

    #[test]
    fn what_a_template_refuses_is_a_refused_request() {
        let source = "{{ raise_exception('roles must alternate') }}";
        let error = prompt(source, &Request::new([])).unwrap_err();
        assert!(
            matches!(&error, Error::Refused(detail) if detail.contains("roles must alternate")),
            "{error:?}"
        );
    }
}
