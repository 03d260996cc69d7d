//! How an agent and its model take turns: what is asked, which tools the model may have, and when an answer will do.
//! It does nothing by itself, so that the agents of all languages share it.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use sessiond_model::{Answer, Finish, Message, Request, Schema, Tool, ToolChoice};

use crate::usage::{Prices, Used};

/// Requests of one call of an agent, when nobody says.
const MAX_TURNS: u32 = 50;
/// How often a model is asked again for an answer of the right shape.
const CORRECTIONS: u32 = 2;

/// How an agent asks its model.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Options {
    /// What the model may ask to be called.
    pub tools: Vec<Tool>,
    /// The JSON Schema of the answer; any text will do without one.
    pub output: Option<Value>,
    /// How freely words are drawn.
    pub temperature: Option<f64>,
    /// The part of the likeliest words that is drawn from.
    pub top_p: Option<f64>,
    /// The most tokens of one answer.
    pub max_tokens: Option<u32>,
    /// Texts that end an answer.
    pub stop: Vec<String>,
    /// What the drawing starts from.
    pub seed: Option<u64>,
    /// The most tools that are called in one call of the agent; any number when absent.
    pub max_tool_calls: Option<u32>,
    /// The most requests in one call of the agent; 50 when absent.
    pub max_turns: Option<u32>,
    /// What tokens cost, when that is known.
    pub prices: Option<Prices>,
}

/// What keeps an agent from a result.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AgentError {
    /// It asked too often.
    #[error(
        "the model was asked {0} times and still wants tools called; allow more with max_turns, or fewer tool calls with \
         max_tool_calls"
    )]
    Turns(u32),
    /// No answer had the right shape.
    #[error(
        "the model gave no answer of the shape that was asked for, {times} times: {detail}; its last answer was {text:?}"
    )]
    Output {
        /// How often it tried.
        times: u32,
        /// What was wrong with the last answer.
        detail: String,
        /// The beginning of the last answer.
        text: String,
    },
}

/// A tool that the model wants called.
#[derive(Debug, Clone, PartialEq)]
pub struct Wanted {
    /// Which.
    pub name: String,
    /// With these arguments, which are an object when it is to be called.
    pub arguments: Value,
    /// Why it is not to be called, for the model to read.
    pub refused: Option<String>,
}

/// A conversation under way.
#[derive(Debug, Clone)]
pub struct Turns {
    options: Options,
    messages: Vec<Message>,
    /// Messages that it began with.
    began: usize,
    requests: u32,
    tool_calls: u32,
    corrections: u32,
    /// Whether the model is to answer in the right shape now, and to call nothing any more.
    shaping: bool,
    used: Used,
    text: String,
    cut: bool,
    /// The ids of the tool calls that wait for their results.
    waiting: Vec<String>,
}

impl Turns {
    /// Begins with these messages.
    pub fn new(options: Options, messages: Vec<Message>) -> Self {
        Self {
            // One who has no tools is asked for the right shape from the beginning.
            shaping: options.output.is_some() && options.tools.is_empty(),
            options,
            began: messages.len(),
            messages,
            requests: 0,
            tool_calls: 0,
            corrections: 0,
            used: Used::default(),
            text: String::new(),
            cut: false,
            waiting: Vec::new(),
        }
    }

    /// What to ask next.
    ///
    /// # Errors
    /// [`AgentError::Turns`] when it was asked often enough.
    pub fn request(&mut self) -> Result<Request, AgentError> {
        let most = self.options.max_turns.unwrap_or(MAX_TURNS).max(1);
        if self.requests >= most {
            return Err(AgentError::Turns(most));
        }
        self.requests += 1;
        let options = &self.options;
        let schema = options.output.as_ref().filter(|_| self.shaping);
        let enough = options.max_tool_calls.is_some_and(|most| self.tool_calls >= most);
        Ok(Request {
            messages: self.messages.clone(),
            tools: options.tools.clone(),
            tool_choice: if !options.tools.is_empty() && (self.shaping || enough) {
                ToolChoice::None
            } else {
                ToolChoice::Auto
            },
            response_schema: schema.map(|schema| Schema {
                name: "answer".to_owned(),
                strict: is_strict(schema),
                schema: schema.clone(),
            }),
            temperature: options.temperature,
            top_p: options.top_p,
            max_tokens: options.max_tokens,
            stop: options.stop.clone(),
            seed: options.seed,
            ..Request::default()
        })
    }

    /// Takes in an answer, and gives the tools that are to be called for it, in the model's order. None are left to call
    /// when the answer is text.
    pub fn answered(&mut self, answer: &Answer) -> Vec<Wanted> {
        if let Some(usage) = &answer.usage {
            self.used.input_tokens += usage.input_tokens;
            self.used.output_tokens += usage.output_tokens;
            if let Some(prices) = &self.options.prices {
                *self.used.cost.get_or_insert(0.0) += prices.cost(usage);
            }
        }
        self.messages.push(answer.message());
        self.text.clone_from(&answer.text);
        self.cut = answer.finish == Finish::Length;
        self.waiting = answer.tool_calls.iter().map(|call| call.id.clone()).collect();
        answer
            .tool_calls
            .iter()
            .map(|call| {
                let refused = self.refusal(&call.name, &call.arguments);
                self.tool_calls += u32::from(refused.is_none());
                Wanted { name: call.name.clone(), arguments: call.arguments.clone(), refused }
            })
            .collect()
    }

    fn refusal(&self, name: &str, arguments: &Value) -> Option<String> {
        let tools = &self.options.tools;
        if !tools.iter().any(|tool| tool.name == name) {
            let names: Vec<&str> = tools.iter().map(|tool| tool.name.as_str()).collect();
            return Some(match names.as_slice() {
                [] => "There are no tools. Answer with text.".to_owned(),
                names => format!("There is no tool {name:?}. The tools are {}.", names.join(", ")),
            });
        }
        if let Some(most) = self.options.max_tool_calls.filter(|most| self.tool_calls >= *most) {
            return Some(format!(
                "Not called: no more than {most} tool calls are allowed. Answer with what you know."
            ));
        }
        (!arguments.is_object()).then(|| format!("The arguments of {name} must be one JSON object."))
    }

    /// Takes in what the tools gave, in the order of [`Turns::answered`].
    pub fn results(&mut self, texts: impl IntoIterator<Item = String>) {
        let ids = std::mem::take(&mut self.waiting);
        self.messages.extend(ids.into_iter().zip(texts).map(|(id, text)| Message::tool(id, text)));
    }

    /// The text of the last answer.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The last answer as the JSON that it is to be.
    ///
    /// # Errors
    /// What is wrong with it, for the model to read.
    pub fn value(&self) -> Result<Value, String> {
        let text = unfenced(&self.text);
        serde_json::from_str(text).map_err(|error| {
            let cut = if self.cut { ", and it was cut off at max_tokens" } else { "" };
            format!("it is not JSON: {error}{cut}")
        })
    }

    /// Takes in that the last answer has not the right shape, so that the next request asks for one that has.
    ///
    /// # Errors
    /// [`AgentError::Output`] when that was said often enough.
    pub fn wrong(&mut self, detail: &str) -> Result<(), AgentError> {
        let schema = self.options.output.as_ref().map(ToString::to_string).unwrap_or_default();
        if !self.shaping {
            // It answered in its own words, as who calls tools does; now they are put into the right shape.
            self.shaping = true;
            let text = format!("Give your answer as JSON that fits this schema, and nothing else: {schema}");
            self.messages.push(Message::user(text));
            return Ok(());
        }
        self.corrections += 1;
        if self.corrections > CORRECTIONS {
            let beginning = &self.text[..self.text.floor_char_boundary(200)];
            return Err(AgentError::Output {
                times: self.corrections,
                detail: detail.to_owned(),
                text: beginning.to_owned(),
            });
        }
        let text = format!(
            "Your answer does not fit: {detail}. Answer again with JSON that fits this schema, and nothing else: {schema}"
        );
        self.messages.push(Message::user(text));
        Ok(())
    }

    /// The whole conversation.
    pub fn messages(&self) -> &[Message] {
        &self.messages
    }

    /// What the requests so far used.
    pub fn used(&self) -> Used {
        self.used
    }

    /// What is to be remembered of the conversation: what was said before and the last answer, without the system's
    /// message, the tools' and the corrections; of all that, the last `most` messages.
    pub fn memory(&self, most: usize) -> Vec<Message> {
        let said = |message: &&Message| match message {
            Message::User { .. } => true,
            Message::Assistant { content, .. } => !content.is_empty(),
            Message::System { .. } | Message::Tool { .. } => false,
        };
        let mut memory: Vec<Message> = self.messages[..self.began].iter().filter(said).cloned().collect();
        memory.push(Message::assistant(self.text.clone()));
        memory.split_off(memory.len().saturating_sub(most))
    }
}

/// The context's key under which an agent of this name, or all that share a memory of it, remember.
pub fn memory_key(name: &str) -> String {
    format!("memory/{name}")
}

/// A text without the fence that models like to put around JSON.
fn unfenced(text: &str) -> &str {
    let text = text.trim();
    let Some(inner) = text.strip_prefix("```").and_then(|inner| inner.strip_suffix("```")) else {
        return text;
    };
    inner.strip_prefix("json").unwrap_or(inner).trim()
}

/// Whether services that hold a model to a schema take this one: every property of every object is required, and there
/// are no others.
fn is_strict(schema: &Value) -> bool {
    match schema {
        Value::Object(members) => {
            let is_object = members.get("type").is_some_and(|kind| kind == "object");
            let properties = members.get("properties").and_then(Value::as_object);
            let required = members.get("required").and_then(Value::as_array);
            let all = properties.is_none_or(|properties| {
                properties.keys().all(|name| required.is_some_and(|names| names.iter().any(|n| n == name)))
            });
            let closed = members.get("additionalProperties") == Some(&Value::Bool(false));
            (!is_object || (all && closed)) && members.values().all(is_strict)
        }
        Value::Array(items) => items.iter().all(is_strict),
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_schema_is_strict_when_every_object_in_it_is_closed_and_whole() {
        let closed = json!({ "type": "object", "properties": { "a": { "type": "string" } }, "required": ["a"],
                             "additionalProperties": false });
        let with = |member: &str, value: Value| {
            let mut schema = closed.clone();
            schema[member] = value;
            schema
        };
        assert!(is_strict(&closed));
        assert!(!is_strict(&with("required", json!([]))));
        assert!(!is_strict(&with("additionalProperties", json!(true))));
        assert!(is_strict(&with("properties", json!({ "a": closed }))));
        assert!(!is_strict(&with("properties", json!({ "a": { "anyOf": [{ "type": "object" }] } }))));
    }

    #[test]
    fn json_is_found_in_the_fence_that_a_model_put_around_it() {
        for text in ["{}", " {} \n", "```json\n{}\n```", "```\n{}```"] {
            assert_eq!(unfenced(text), "{}", "{text}");
        }
        assert_eq!(unfenced("```no end"), "```no end");
    }
}
