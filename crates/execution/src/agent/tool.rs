//! What an agent's model may have called: any node, other agents among them.

use std::fmt;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use sessiond_core::{CallKind, Usage};
use sessiond_model::Tool as Definition;
use sessiond_turns::tool::{Tool, text_of};

use crate::error::{Error, Failure};
use crate::node::{Node, function_node};
use crate::session::Session;

/// A node that a model may have called; cheap to clone.
#[derive(Clone)]
pub struct AgentTool(Tool<Session, Error>);

impl AgentTool {
    /// What the model is told of it.
    pub(super) fn definition(&self) -> &Definition {
        self.0.definition()
    }

    /// Its name, as the model knows it.
    pub(super) fn name(&self) -> &str {
        &self.0.definition().name
    }

    /// Calls it. What the model can mend is a text for it; what ends the agent is an error.
    pub(super) async fn call(&self, session: &Session, arguments: &Value) -> Result<String, Error> {
        match self.0.call(session.clone(), arguments).await {
            Err(
                error @ (Error::Node { .. }
                | Error::Timeout { .. }
                | Error::Name { .. }
                | Error::Value { .. }),
            ) => Ok(format!("Error: {error}")),
            outcome => outcome,
        }
    }
}

impl From<Tool<Session, Error>> for AgentTool {
    fn from(tool: Tool<Session, Error>) -> Self {
        Self(tool)
    }
}

impl fmt::Debug for AgentTool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("AgentTool").field(&self.name()).finish()
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
    let name = node.name().clone();
    let node = Arc::new(AsTool(node));
    AgentTool(Tool::typed(&name, description, move |session: Session, input: N::Input| {
        let node = node.clone();
        async move {
            let output = session.call(&*node, input).await?;
            serde_json::to_value(output).map(text_of).map_err(|error| Error::Value {
                node: node.0.name().clone(),
                what: "output",
                detail: error.to_string(),
            })
        }
    }))
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
