//! Agents: nodes that ask a language model, and call the tools that it wants called.
//!
//! A call of an agent is recorded as a tree: the agent, each request to its model, each tool. A program that is resumed
//! therefore gets the answers that the model gave, and does not ask again.

mod ask;
mod input;
#[cfg(feature = "mcp")]
mod mcp;
mod node;
mod stream;
mod tool;

pub use input::{AgentInput, AgentResult};
pub use node::AgentNode;
pub use stream::AgentStream;
pub use tool::{AgentTool, node_tool, tool};
