//! The shared context of a session. Its document is any JSON object, so it has no wire type.

crate::operations::operations! {
    /// Reads the shared context.
    GET_CONTEXT = Operation::get("/sessions/{session_id}/context");
    /// Replaces the shared context.
    REPLACE_CONTEXT = Operation::put("/sessions/{session_id}/context").changes_a_session();
    /// Patches the shared context (RFC 7396).
    PATCH_CONTEXT = Operation::patch("/sessions/{session_id}/context").changes_a_session();
}
