//! Registered agents, and keys.

use std::sync::Arc;

use sessiond_core::{AgentId, AgentPattern, Role, Timestamp};

/// An agent that was registered.
#[derive(Debug, Clone, PartialEq)]
pub struct AgentRecord {
    /// Who.
    pub agent_id: AgentId,
    /// The principal who registered it.
    pub owner: String,
    /// Its registration as JSON, as it was given.
    pub registration: Arc<str>,
    /// When it was first registered.
    pub registered_at: Timestamp,
}

/// A key. The secret itself is not kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyRecord {
    /// Names the key; not secret.
    pub key_id: String,
    /// SHA-256 of the secret.
    pub hash: [u8; 32],
    /// Whom the key stands for: the owner of the sessions that it creates.
    pub name: String,
    /// What it may do at all.
    pub role: Role,
    /// Which agents it may act as.
    pub agents: Vec<AgentPattern>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it expires.
    pub expires_at: Option<Timestamp>,
    /// When it was revoked.
    pub revoked_at: Option<Timestamp>,
}
