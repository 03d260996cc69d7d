//! Tools of MCP servers, as nodes and as tools of agents.

use std::sync::Arc;

use serde_json::Value;
use sessiond_core::CallKind;
use sessiond_turns::mcp::McpTool;
use sessiond_turns::tool::{Tool, text_of};

use super::tool::AgentTool;
use crate::error::Failure;
use crate::node::Node;
use crate::session::Session;

impl Node for McpTool {
    type Input = Value;
    type Output = Value;

    fn name(&self) -> &Arc<str> {
        &self.name
    }

    fn kind(&self) -> CallKind {
        CallKind::Tool
    }

    async fn run(&self, arguments: Value) -> Result<Value, Failure> {
        let Value::Object(arguments) = arguments else {
            return Err(format!("the arguments of {} are an object", self.name).into());
        };
        Ok(self.call(arguments).await?)
    }
}

impl From<McpTool> for AgentTool {
    fn from(tool: McpTool) -> Self {
        // The server checks the arguments, and says what is wrong with them.
        Self::from(Tool::new(tool.definition.clone(), move |session: Session, arguments| {
            let (tool, arguments) = (tool.clone(), arguments.clone());
            Ok(Box::pin(async move { Ok(text_of(session.call(&tool, arguments).await?)) }))
        }))
    }
}
