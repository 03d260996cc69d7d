//! MCP over HTTP. The protocol has its own messages, so there is no wire type.

crate::operations::operations! {
    /// Takes one JSON-RPC message.
    MCP = Operation::post("/mcp").takes(&[Header::AgentId]);
}
