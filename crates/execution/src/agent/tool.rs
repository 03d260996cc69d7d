//! What an agent's model may have called: any node, other agents among them.

use std::fmt;
use std::sync::Arc;

use futures_util::future::BoxFuture;
use schemars::{JsonSchema, schema_for};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use sessiond_core::{CallKind, Usage};
use sessiond_model::Tool;

use super::{AgentInput, AgentNode, turns};
use crate::error::{Error, Failure};
use crate::node::{Node, function_node};
use crate::session::Session;

/// A node that a model may have called; cheap to clone.
#[derive(Clone)]
pub struct AgentTool {
    /// What the model is told of it.
    pub(crate) definition: Tool,
    call: Arc<Call>,
}

/// Reads arguments, and makes the call of them. What is wrong with them is for the model to read.
type Call =
    dyn Fn(Session, &Value) -> Result<BoxFuture<'static, Result<String, Error>>, String> + Send + Sync;

impl AgentTool {
    /// A tool of which everything is said: `call` reads the arguments, or says what is wrong with them, and gives the call
    /// that is made with them, whose result is the text that the model reads.
    pub(crate) fn new(
        definition: Tool,
        call: impl Fn(Session, &Value) -> Result<BoxFuture<'static, Result<String, Error>>, String>
        + Send
        + Sync
        + 'static,
    ) -> Self {
        Self { definition, call: Arc::new(call) }
    }

    /// Calls it. What the model can mend is a text for it; what ends the agent is an error.
    pub(crate) async fn call(&self, session: &Session, arguments: &Value) -> Result<String, Error> {
        let call = match (self.call)(session.clone(), arguments) {
            Ok(call) => call,
            Err(wrong) => {
                return Ok(format!("The arguments of {} do not fit: {wrong}", self.definition.name));
            }
        };
        match call.await {
            Ok(text) => Ok(text),
            Err(
                error @ (Error::Node { .. }
                | Error::Timeout { .. }
                | Error::Name { .. }
                | Error::Value { .. }),
            ) => Ok(format!("Error: {error}")),
            Err(error) => Err(error),
        }
    }
}

impl fmt::Debug for AgentTool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("AgentTool").field(&self.definition.name).finish()
    }
}

/// Makes a tool of an async function. The model is told of its arguments by their JSON Schema: the documentation of the
/// type's members is what it reads.
///
/// ```
/// # use sessiond_execution::tool;
/// #[derive(serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
/// struct Place {
///     /// The city's name.
///     city: String,
/// }
/// let weather = tool("get_weather", "The weather of a city.", |place: Place| async move {
///     Ok(format!("It is sunny in {}.", place.city))
/// });
/// ```
pub fn tool<F, I, O, Fut>(name: &str, description: &str, function: F) -> AgentTool
where
    F: Fn(I) -> Fut + Send + Sync + 'static,
    Fut: Future<Output = Result<O, Failure>> + Send + 'static,
    I: Serialize + DeserializeOwned + JsonSchema + Send + 'static,
    O: Serialize + DeserializeOwned + Send + 'static,
{
    node_tool(function_node(name, function), description)
}

/// Makes a tool of a node.
pub fn node_tool<N>(node: N, description: &str) -> AgentTool
where
    N: Node<Input: DeserializeOwned + JsonSchema> + 'static,
{
    let definition = Tool::new(turns::tool_name(node.name()), description, schema::<N::Input>());
    let node = Arc::new(AsTool(node));
    AgentTool::new(definition, move |session, arguments| {
        let input: N::Input = serde_json::from_value(arguments.clone()).map_err(|error| error.to_string())?;
        let node = node.clone();
        Ok(Box::pin(async move {
            let output = session.call(&*node, input).await?;
            serde_json::to_value(output).map(text_of).map_err(|error| Error::Value {
                node: node.0.name().clone(),
                what: "output",
                detail: error.to_string(),
            })
        }))
    })
}

impl<T: Serialize + DeserializeOwned + Send + Sync + 'static> From<AgentNode<T>> for AgentTool {
    fn from(agent: AgentNode<T>) -> Self {
        let parameters = json!({
            "type": "object",
            "properties": { "user_input": { "type": "string", "description": "What it is asked." } },
            "required": ["user_input"],
            "additionalProperties": false,
        });
        let definition =
            Tool::new(turns::tool_name(agent.name()), agent.description().to_owned(), parameters);
        Self::new(definition, move |session, arguments| {
            let Some(text) = arguments["user_input"].as_str() else {
                return Err("user_input must be a text".to_owned());
            };
            let (agent, input) = (agent.clone(), AgentInput::from(text));
            Ok(Box::pin(async move { Ok(session.call(&agent, input).await?.text) }))
        })
    }
}

/// A node that is called as a tool, and recorded as one.
struct AsTool<N>(N);

impl<N: Node> Node for AsTool<N> {
    type Input = N::Input;
    type Output = N::Output;

    fn name(&self) -> &Arc<str> {
        self.0.name()
    }

    fn kind(&self) -> CallKind {
        match self.0.kind() {
            CallKind::Function => CallKind::Tool,
            kind => kind,
        }
    }

    fn usage(&self, output: &N::Output) -> Option<Usage> {
        self.0.usage(output)
    }

    fn run(&self, input: N::Input) -> impl Future<Output = Result<N::Output, Failure>> + Send {
        self.0.run(input)
    }
}

/// What a model is told of a type.
pub(super) fn schema<T: JsonSchema>() -> Value {
    let mut schema = schema_for!(T).to_value();
    if let Some(members) = schema.as_object_mut() {
        members.shift_remove("$schema");
        members.shift_remove("title");
        // What takes nothing is an object all the same.
        members.entry("type").or_insert_with(|| "object".into());
    }
    schema
}

/// What a model reads of a value: a text as it is, anything else as JSON.
pub(crate) fn text_of(value: Value) -> String {
    match value {
        Value::String(text) => text,
        other => other.to_string(),
    }
}
