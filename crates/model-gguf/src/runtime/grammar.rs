//! Holds a model to a JSON Schema, by letting it choose only among the tokens that can go on to JSON of that schema.

use std::sync::{Arc, OnceLock};

use llguidance::api::TopLevelGrammar;
use llguidance::{Matcher, ParserFactory};
use serde_json::{Value, json};
use sessiond_model::{Error, Request, Tool, ToolChoice};
use toktrie::{ApproximateTokEnv, TokEnv, TokTrie};

/// Makes grammars for one vocabulary.
pub(super) struct Grammars {
    environment: TokEnv,
    /// Takes a moment to make, and most requests need none.
    factory: OnceLock<Result<ParserFactory, String>>,
}

/// What an answer is held to.
pub(super) enum Held {
    /// Text of a schema.
    Text(Value),
    /// The arguments of this tool.
    Arguments(String, Value),
    /// A call of one of several tools: name and arguments.
    Call(Value),
}

impl Held {
    /// What a request holds its answer to.
    pub(super) fn of(request: &Request) -> Result<Option<Self>, Error> {
        let arguments = |tool: &Tool| Held::Arguments(tool.name.clone(), tool.parameters.clone());
        match (&request.tool_choice, request.tools.as_slice()) {
            (ToolChoice::Function(name), tools) => match tools.iter().find(|tool| tool.name == *name) {
                Some(tool) => Ok(Some(arguments(tool))),
                None => {
                    Err(Error::Refused(format!("tool_choice names {name:?}, which is not among the tools")))
                }
            },
            (ToolChoice::Required, []) => Err(Error::Refused("a tool is required, and there is none".into())),
            (ToolChoice::Required, [tool]) => Ok(Some(arguments(tool))),
            (ToolChoice::Required, tools) => one_of(tools).map(|schema| Some(Held::Call(schema))),
            _ => Ok(request.response_schema.as_ref().map(|schema| Held::Text(schema.schema.clone()))),
        }
    }

    fn schema(&self) -> &Value {
        match self {
            Held::Text(schema) | Held::Arguments(_, schema) | Held::Call(schema) => schema,
        }
    }
}

fn one_of(tools: &[Tool]) -> Result<Value, Error> {
    let calls = tools.iter().map(|tool| {
        // A reference within a tool's schema would lead to elsewhere in the schema of all.
        if tool.parameters.to_string().contains("\"$ref\"") {
            return Err(Error::Refused(format!(
                "the parameters of {:?} have a $ref: name the function in tool_choice, or write its schema without",
                tool.name
            )));
        }
        Ok(json!({
            "type": "object",
            "properties": {"name": {"const": tool.name}, "arguments": tool.parameters},
            "required": ["name", "arguments"],
            "additionalProperties": false
        }))
    });
    Ok(json!({"anyOf": calls.collect::<Result<Vec<_>, _>>()?}))
}

impl Grammars {
    pub(super) fn new(tokens: &TokTrie) -> Self {
        // Where a text has several ways to be cut, the model chooses; nothing here depends on the usual one.
        let environment: TokEnv = Arc::new(ApproximateTokEnv::new(tokens.clone()));
        Self { environment, factory: OnceLock::new() }
    }

    /// What follows the answer token by token and says which may come next.
    pub(super) fn matcher(&self, held: &Held) -> Result<Matcher, Error> {
        let factory = self.factory.get_or_init(|| {
            let mut factory =
                ParserFactory::new_simple(&self.environment).map_err(|error| error.to_string())?;
            factory.quiet();
            Ok(factory)
        });
        let factory = factory.as_ref().map_err(|error| Error::Failed { detail: error.clone() })?;
        let mut schema = held.schema().clone();
        if let Some(schema) = schema.as_object_mut() {
            // A small model that may write blanks between values may go on doing so.
            schema.insert("x-guidance".into(), json!({"whitespace_flexible": false}));
        }
        let parser = factory
            .create_parser(TopLevelGrammar::from_json_schema(schema))
            .map_err(|error| Error::Refused(format!("the schema cannot be kept to: {error:#}")))?;
        Ok(Matcher::new(Ok(parser)))
    }
}
