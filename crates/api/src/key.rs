//! Keys.

use std::fmt;

use serde::{Deserialize, Serialize};
use sessiond_core::{AgentPattern, Principal, Role, SessionId, Span, Timestamp};
use utoipa::ToSchema;

crate::operations::operations! {
    /// Lists all keys.
    LIST_KEYS = Operation::get("/keys").admin();
    /// Creates a key.
    CREATE_KEY = Operation::post("/keys").admin().keyed();
    /// Revokes a key.
    REVOKE_KEY = Operation::delete("/keys/{key_id}").admin();
    /// Says who the caller is.
    WHOAMI = Operation::get("/whoami").with_token();
}

/// Creates a key.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateKey {
    /// The name of the key, which owns the sessions that it creates. Several keys may share a name; `local`,
    /// `sessiond` and `admin` are reserved.
    #[schema(example = "backend-team")]
    pub name: String,
    /// Its role.
    pub role: Role,
    /// The agents that it may act as: ids, or prefixes that end in `*`. Only for the role `agent`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(example = json!(["opencode://*"]))]
    pub agents: Vec<AgentPattern>,
    /// How long it is valid. Default: without limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "720h")]
    pub expires_in: Option<Span>,
}

/// A key without its secret.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Key {
    /// Its id; not secret.
    #[schema(example = "key_0198f3")]
    pub key_id: String,
    /// Its name.
    pub name: String,
    /// Its role.
    pub role: Role,
    /// The agents that it may act as.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub agents: Vec<AgentPattern>,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it expires.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Timestamp>,
    /// When it was revoked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revoked_at: Option<Timestamp>,
}

/// A key with its secret, which is shown only once and not stored.
#[derive(Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct CreatedKey {
    /// The key.
    #[serde(flatten)]
    pub key: Key,
    /// The secret, for `Authorization: Bearer …`. Empty in the response to a repeated request: the secret is not stored.
    #[schema(example = "sk_…")]
    pub secret: String,
}

impl fmt::Debug for CreatedKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CreatedKey").field("key", &self.key).field("secret", &"redacted").finish()
    }
}

/// All keys, oldest first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct KeyPage {
    /// The keys.
    pub keys: Vec<Key>,
}

/// The identity behind a request.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Whoami {
    /// The key's name, which owns the sessions that it creates. `local` if no key is needed.
    #[schema(example = "backend-team")]
    pub name: String,
    /// The key's role.
    pub role: Role,
    /// The agents that the key may act as: ids, or prefixes that end in `*`; an administrator may act as any agent.
    #[schema(example = json!(["opencode://*"]))]
    pub agents: Vec<AgentPattern>,
    /// The only session that the caller may use, if it sent the token of that session.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session_id: Option<SessionId>,
    /// Whether the server needs no key, because it has none and listens only on its own machine.
    pub keyless: bool,
}

impl Whoami {
    /// The caller that a principal stands for.
    pub fn of(principal: &Principal, keyless: bool) -> Self {
        let agents = match principal.role {
            Role::Admin => vec![AgentPattern("*".to_owned())],
            Role::Agent => principal.agents.clone(),
            // A pattern that a client's key may have from former times opens nothing.
            Role::Client => Vec::new(),
        };
        let session_id = principal.session.clone();
        Self { name: principal.name.clone(), role: principal.role, agents, session_id, keyless }
    }
}
