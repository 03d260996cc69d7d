//! Consent: whose agents a caller may take into a session, or write to.
//!
//! An agent that nobody registered is free. One that a key registered belongs to that key's team: to the key itself, and to
//! every key that may act as the agent. Others may enlist it when its registration says so (`open_to`), and write to it
//! when they share an active session with it, or answer it.

use sessiond_core::{AgentId, AgentPattern, Message, Principal, Rejection, Session, Status};
use sessiond_store::{ListQuery, Visibility};

use crate::{Engine, Error};

/// Sessions of a sender that are looked through for one that the recipient takes part in.
const MATES: usize = 1_000;

impl Engine {
    /// Refuses to enlist an agent of another team that has not agreed to it.
    pub(crate) fn must_consent(&self, principal: &Principal, agent: &AgentId) -> Result<(), Error> {
        if self.consents(principal, agent) {
            return Ok(());
        }
        let detail = format!(
            "{agent} belongs to another key: its registration must name '{}' in open_to before it can be enlisted",
            principal.name
        );
        Err(Rejection::Forbidden(detail).into())
    }

    /// Refuses to enlist any of those who take part in a session that is begun from outside.
    pub(crate) fn all_must_consent(&self, principal: &Principal, session: &Session) -> Result<(), Error> {
        if session.status != Status::Active {
            return Ok(());
        }
        session.present().try_for_each(|participant| self.must_consent(principal, &participant.agent_id))
    }

    fn consents(&self, principal: &Principal, agent: &AgentId) -> bool {
        if principal.acts_as(agent) {
            return true;
        }
        let Some(record) = self.registration(agent) else {
            return true;
        };
        let is_open = || {
            let registration: serde_json::Value =
                serde_json::from_str(&record.registration).unwrap_or_default();
            let names = registration.get("open_to").and_then(|names| names.as_array().cloned());
            names
                .is_some_and(|names| names.iter().any(|name| name == "*" || *name == principal.name.as_str()))
        };
        record.owner == principal.name || is_open()
    }

    /// Refuses a message outside any session to an agent of another team, unless both take part in an active session, or it
    /// answers a message of the recipient.
    pub(crate) async fn may_write_to(&self, principal: &Principal, message: &Message) -> Result<(), Error> {
        let (sender, recipient) = (&message.sender.agent_id, &message.recipient.agent_id);
        if self.consents(principal, recipient) {
            return Ok(());
        }
        if let Some(request) = &message.in_reply_to
            && let Some(asked) = self.shared.store.message(sender, request).await?
            && asked.message.sender == *recipient
        {
            return Ok(());
        }
        let query = ListQuery {
            visible_to: Some(Visibility {
                owner: String::new(),
                agents: vec![AgentPattern(sender.to_string())],
            }),
            status: Some(Status::Active),
            limit: MATES,
            ..ListQuery::default()
        };
        let page = self.shared.store.list(query).await?;
        if page.items.iter().any(|session| session.members.contains(recipient)) {
            return Ok(());
        }
        let detail = format!(
            "{recipient} belongs to another key, and takes part in no active session with {sender}: its registration \
             must name '{}' in open_to",
            principal.name
        );
        Err(Rejection::Forbidden(detail).into())
    }
}
