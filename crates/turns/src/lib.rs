//! How an agent and its model take turns.
//!
//! [`turns::Turns`] is a conversation under way: what is asked next, which tools are called, when an answer will do. It
//! calls nothing by itself, so that agents of all languages and all kinds of session share it. [`tool::Tool`] is what a
//! model may have called, [`prompt`] fills prompts from a context, and [`redact`] keeps secrets out of what is recorded.
//! With the feature `mcp`, `mcp::McpServer` gives the tools of MCP servers.

#[cfg(feature = "mcp")]
pub mod mcp;
pub mod prompt;
pub mod redact;
pub mod tool;
pub mod turns;
pub mod usage;
