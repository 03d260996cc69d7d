//! Keys.

use std::fmt;

use serde::{Deserialize, Serialize};
use sessiond_core::{AgentPattern, Principal, Role, Span, Timestamp};
use utoipa::ToSchema;

crate::operations::operations! {
    /// Lists all keys.
    LIST_KEYS = Operation::get("/keys").admin();
    /// Creates a key.
    CREATE_KEY = Operation::post("/keys").admin().keyed();
    /// Revokes a key.
    REVOKE_KEY = Operation::delete("/keys/{key_id}").admin();
    /// Says who the caller is.
    WHOAMI = Operation::get("/whoami");
}

/// Makes a key.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateKey {
    /// Whom the key stands for: the owner of the sessions that it creates. Several keys may share a name; `local`,
    /// `sessiond` and `admin` are taken.
    #[schema(example = "backend-team")]
    pub name: String,
    /// What it may do at all.
    pub role: Role,
    /// Which agents it may act as: ids, or prefixes that end in `*`. For the role `agent` alone.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(example = json!(["opencode://*"]))]
    pub agents: Vec<AgentPattern>,
    /// How long it is valid; for ever when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "720h")]
    pub expires_in: Option<Span>,
}

/// A key without its secret.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Key {
    /// Names the key; not secret.
    #[schema(example = "key_0198f3")]
    pub key_id: String,
    /// Whom it stands for.
    pub name: String,
    /// What it may do at all.
    pub role: Role,
    /// Which agents it may act as.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub agents: Vec<AgentPattern>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it expires.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Timestamp>,
    /// When it was revoked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revoked_at: Option<Timestamp>,
}

/// A key with its secret, which is shown this once and not kept.
#[derive(Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct CreatedKey {
    /// The key.
    #[serde(flatten)]
    pub key: Key,
    /// What to send as `Authorization: Bearer …`. Empty in the answer to a repeat: the secret is not kept.
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

/// Who the caller is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Whoami {
    /// Whom the key stands for: the owner of the sessions that it creates. `local` where no key is needed.
    #[schema(example = "backend-team")]
    pub name: String,
    /// What the caller may do at all.
    pub role: Role,
    /// Which agents the caller may act as: ids, or prefixes that end in `*`; an administrator may act as all.
    #[schema(example = json!(["opencode://*"]))]
    pub agents: Vec<AgentPattern>,
    /// Whether the server needs no key, because it listens on its own machine alone and has none.
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
        Self { name: principal.name.clone(), role: principal.role, agents, keyless }
    }
}
