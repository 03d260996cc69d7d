//! A2A over HTTP. The protocol has its own messages, so there is no wire type.

crate::operations::operations! {
    /// Takes one JSON-RPC request to an agent.
    A2A = Operation::post("/a2a/{agent_id}").fails_with(&[Code::AgentNotFound]);
    /// Reads an agent's card.
    A2A_CARD = Operation::get("/a2a/{agent_id}/.well-known/agent-card.json").fails_with(&[Code::AgentNotFound]);
}
