//! What the operations on keys are to the engine, and what a new key may say of itself.

use async_trait::async_trait;
use sessiond_api::{self as api, Problem};
use sessiond_core::{AgentId, AgentPattern, Role, limits};
use sessiond_engine::{NewKey, UNSTORED};
use sessiond_store::KeyRecord;

use super::{Embedded, problem, unconditional};
use crate::Conditions;
use crate::traits::Keys;

#[async_trait]
impl Keys for Embedded {
    async fn create_key(
        &self,
        request: api::CreateKey,
        conditions: Conditions,
    ) -> Result<api::CreatedKey, Problem> {
        unconditional(&conditions)?;
        let idempotency = self.idempotency(&conditions, "create_key", &request)?;
        check(&request)?;
        let api::CreateKey { name, role, agents, expires_in } = request;
        let new = NewKey { name, role, agents, expires_in };
        let made = self.engine.create_key_once(&self.principal, new, idempotency).await;
        let (key, secret) = made.map_err(problem)?;
        let secret = secret.map(|secret| secret.reveal().to_owned()).unwrap_or_default();
        Ok(api::CreatedKey { key: key_view(key), secret })
    }

    async fn keys(&self) -> Result<api::KeyPage, Problem> {
        let keys = self.engine.keys(&self.principal).map_err(problem)?;
        Ok(api::KeyPage { keys: keys.into_iter().map(key_view).collect() })
    }

    async fn revoke_key(&self, key_id: &str) -> Result<api::Key, Problem> {
        self.engine.revoke_key(&self.principal, key_id).await.map(key_view).map_err(problem)
    }
}

fn key_view(key: KeyRecord) -> api::Key {
    api::Key {
        key_id: key.key_id,
        name: key.name,
        role: key.role,
        agents: key.agents,
        created_at: key.created_at,
        expires_at: key.expires_at,
        revoked_at: key.revoked_at,
    }
}

/// Refuses a key with a wrong name or wrong patterns.
fn check(new: &api::CreateKey) -> Result<(), Problem> {
    let wrong_name = |detail: String| Err(Problem::invalid("/name", detail));
    let name = &new.name;
    if name.trim().is_empty() || name.len() > limits::NAME_BYTES {
        return wrong_name(format!("a name has 1 to {} bytes", limits::NAME_BYTES));
    }
    if name.chars().any(char::is_control) {
        return wrong_name("a name is one line of text, without control characters".to_owned());
    }
    if UNSTORED.contains(&name.as_str()) {
        return wrong_name(format!("{name} is the name of an owner that needs no key; take another"));
    }
    let wrong_agents = |detail: String| Err(Problem::invalid("/agents", detail));
    if new.agents.len() > limits::STEP_NAMES {
        return wrong_agents(format!("at most {} patterns", limits::STEP_NAMES));
    }
    if new.role != Role::Agent && !new.agents.is_empty() {
        return wrong_agents("only a key with the role agent acts as some agents; leave them out".to_owned());
    }
    match new.agents.iter().find(|pattern| !is_pattern(pattern)) {
        Some(AgentPattern(pattern)) => {
            wrong_agents(format!("{pattern:?} is neither an agent's id nor the beginning of one and a `*`"))
        }
        None => Ok(()),
    }
}

/// Whether some agent's id matches.
fn is_pattern(AgentPattern(pattern): &AgentPattern) -> bool {
    let is_id = |text: String| AgentId::parse(text).is_ok();
    match pattern.strip_suffix('*') {
        Some(prefix) => {
            // A beginning is one that some ending makes an id.
            ["", "x", "/x", "//x", "://x", "x://x"].iter().any(|end| is_id(format!("{prefix}{end}")))
        }
        None => is_id(pattern.clone()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pointer(name: &str, role: Role, agents: &[&str]) -> Option<String> {
        let agents = agents.iter().map(|pattern| AgentPattern((*pattern).to_owned())).collect();
        let new = api::CreateKey { name: name.to_owned(), role, agents, expires_in: None };
        check(&new).err().map(|problem| problem.errors[0].pointer.clone())
    }

    #[test]
    fn a_pattern_is_an_agents_id_or_the_beginning_of_one() {
        for fine in ["*", "a*", "a:*", "a:/*", "a://*", "a://b*", "a://b", "claude-code://team/*"] {
            assert_eq!(pointer("team", Role::Agent, &[fine]), None, "{fine}");
        }
        for wrong in ["", "**", "a*b", "*://x", "a://*x*", "a", "a b*", "://*", "a://b c", "a://b\n*", "ä*"]
        {
            assert_eq!(
                pointer("team", Role::Agent, &["a://*", wrong]).as_deref(),
                Some("/agents"),
                "{wrong}"
            );
        }
    }

    #[test]
    fn only_a_key_of_an_agent_has_patterns() {
        for role in [Role::Client, Role::Admin] {
            assert_eq!(pointer("team", role, &["a://*"]).as_deref(), Some("/agents"), "{role:?}");
            assert_eq!(pointer("team", role, &[]), None, "{role:?}");
        }
        assert_eq!(pointer("team", Role::Agent, &[]), None);
    }

    #[test]
    fn a_name_is_one_line_and_nobody_elses() {
        for wrong in ["", "  ", "a\nb", "a\u{7f}", "local", "sessiond", "admin", &"x".repeat(10_000)] {
            assert_eq!(pointer(wrong, Role::Client, &[]).as_deref(), Some("/name"), "{wrong:?}");
        }
        assert_eq!(pointer("Büro 3", Role::Client, &[]), None);
    }
}
