//! Who asks, and what they may do to a session.

use serde::{Deserialize, Serialize};

use crate::values::{AgentId, SessionId};

use super::{Rejection, Session};

/// The permissions of a key. The rules of a session apply in addition.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Owns sessions and works on those alone; no agent, no inbox.
    Client,
    /// Acts as the agents of its scope: their inboxes, their tasks, the sessions that they take part in.
    Agent,
    /// Everything.
    Admin,
}

/// Which agents a key may act as: an exact id, or a prefix that ends in `*`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(transparent)]
pub struct AgentPattern(pub String);

impl AgentPattern {
    /// Whether `agent` is one of them.
    pub fn matches(&self, agent: &AgentId) -> bool {
        match self.0.strip_suffix('*') {
            Some(prefix) => agent.as_str().starts_with(prefix),
            None => agent.as_str() == self.0,
        }
    }
}

/// What the tokens of sessions, and the names of their holders, begin with.
pub const TOKEN_PREFIX: &str = "st_";

/// Who asks.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Principal {
    /// The subject: the owner of the sessions that it creates.
    pub name: String,
    /// What it may do at all.
    pub role: Role,
    /// Which agents it may act as; an administrator may act as any.
    pub agents: Vec<AgentPattern>,
    /// The only session that it may use, if it has the token of that session. It then owns nothing and creates nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session: Option<SessionId>,
}

impl Principal {
    /// The holder of a key: its name, its role, and the agents that it may act as.
    pub fn new(name: impl Into<String>, role: Role, agents: Vec<AgentPattern>) -> Self {
        Self { name: name.into(), role, agents, session: None }
    }

    /// The person at this machine: a process on the store, or a caller on loopback while no key is configured.
    pub fn local() -> Self {
        Self::new("local", Role::Admin, Vec::new())
    }

    /// The engine itself: timers and what follows from them.
    pub fn engine() -> Self {
        Self::new("sessiond", Role::Admin, Vec::new())
    }

    /// The holder of a session's token. Its name is that of the session, so that it is nobody else's.
    pub fn of_session(session: SessionId) -> Self {
        let name = format!("{TOKEN_PREFIX}{session}");
        Self { session: Some(session), ..Self::new(name, Role::Client, Vec::new()) }
    }

    /// Refuses the holder of a session's token; `what` is what only the holder of a key may do.
    pub fn must_have_a_key(&self, what: &str) -> Result<(), Rejection> {
        match &self.session {
            None => Ok(()),
            Some(_) => Err(Rejection::Forbidden(format!("a session's token may not {what}; use a key"))),
        }
    }

    /// Whether it may act as `agent`.
    pub fn acts_as(&self, agent: &AgentId) -> bool {
        match self.role {
            Role::Admin => true,
            Role::Agent => self.agents.iter().any(|pattern| pattern.matches(agent)),
            Role::Client => false,
        }
    }

    /// Refuses an agent that it may not act as.
    pub fn must_act_as(&self, agent: &AgentId) -> Result<(), Rejection> {
        if self.acts_as(agent) {
            return Ok(());
        }
        Err(Rejection::Forbidden(format!("this key may not act as {agent}")))
    }

    /// Whether it may see the session: it owns it or takes part in it.
    pub fn sees(&self, session: &Session) -> bool {
        self.commands(session) || session.present().any(|participant| self.acts_as(&participant.agent_id))
    }

    /// Whether it commands the session: an administrator, its owner, its orchestrator while that takes part, or the holder of
    /// its token.
    pub fn commands(&self, session: &Session) -> bool {
        if let Some(own) = &self.session {
            return *own == session.id;
        }
        self.role == Role::Admin
            || self.name == session.owner
            || session
                .orchestrator
                .as_ref()
                .is_some_and(|agent| self.acts_as(agent) && session.takes_part(agent))
    }

    /// Whether it may send in the name of `agent` within `session`.
    pub fn speaks_for(&self, agent: &AgentId, session: &Session) -> bool {
        self.acts_as(agent) || (self.name == session.owner && session.orchestrator.as_ref() == Some(agent))
    }
}

/// Whether `principal` may copy the session into one of its own: who may not command the original could otherwise
/// command its participants in the copy.
pub fn authorize_fork(principal: &Principal, session: &Session) -> Result<(), Rejection> {
    if !principal.sees(session) {
        return Err(Rejection::SessionNotFound);
    }
    principal.must_have_a_key("create sessions")?;
    if !principal.commands(session) {
        let detail = "only the session's owner or orchestrator may fork it";
        return Err(Rejection::Forbidden(detail.into()));
    }
    Ok(())
}

/// Refuses a principal that may not act as `agent` in this session.
pub(crate) fn as_agent(principal: &Principal, session: &Session, agent: &AgentId) -> Result<(), Rejection> {
    if principal.speaks_for(agent, session) {
        Ok(())
    } else {
        Err(Rejection::Forbidden(format!("this key may not act as {agent}")))
    }
}

/// Refuses a principal that does not command the session; `what` is what only its owner or orchestrator may do.
pub(crate) fn commands(principal: &Principal, session: &Session, what: &str) -> Result<(), Rejection> {
    if principal.commands(session) {
        Ok(())
    } else {
        Err(Rejection::Forbidden(format!("only the session's owner or orchestrator may {what}")))
    }
}

/// Refuses everybody but the engine's own timers.
pub(crate) fn timers_alone(principal: &Principal, session: &Session) -> Result<(), Rejection> {
    if principal.commands(session) {
        Ok(())
    } else {
        Err(Rejection::Forbidden("only the engine's timers may do this".into()))
    }
}
