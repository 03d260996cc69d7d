//! What the operations on agents are to the engine.

use async_trait::async_trait;
use serde::Deserialize;
use serde_json::Value;
use sessiond_api::{self as api, Code, Problem};
use sessiond_core::AgentId;
use sessiond_engine::{Health, RegisteredAgent, Registration, Webhook, WebhookState};

use super::{Embedded, page_limit, problem, registration};
use crate::traits::Agents;

impl Embedded {
    /// An agent as the caller may see it: the address that its messages are posted to can hold a secret.
    fn agent_view(&self, agent: RegisteredAgent) -> Result<api::Agent, Problem> {
        let mut view = view(agent)?;
        let webhook = self.engine.webhook(&view.agent_id).map(webhook);
        let silent = matches!(view.status, api::AgentHealth::Unreachable | api::AgentHealth::Gone);
        if silent && webhook.as_ref().is_some_and(|webhook| webhook.status == api::WebhookStatus::Working) {
            // An endpoint says nothing until there is something to post.
            view.status = api::AgentHealth::Connected;
        }
        if self.principal.acts_as(&view.agent_id) {
            view.webhook = webhook;
        } else {
            view.descriptor.endpoints = None;
        }
        Ok(view)
    }
}

#[async_trait]
impl Agents for Embedded {
    async fn register_agent(&self, request: api::RegisterAgent) -> Result<api::Registered, Problem> {
        let agent_id = request.agent_descriptor.agent_id.clone();
        let registration = registration::to_keep(&request)?;
        let done = self.engine.register(&self.principal, &agent_id, registration).await.map_err(problem)?;
        self.engine.renew_webhook(&agent_id);
        Ok(api::Registered { success: true, agent_id, created: done == Registration::Created })
    }

    async fn agents(&self, query: api::ListAgents) -> Result<api::AgentPage, Problem> {
        let limit = page_limit(query.limit)?;
        if query.capability.as_deref().is_some_and(|name| name.trim().is_empty()) {
            return Err(Problem::invalid("capability", "it is empty"));
        }
        let wanted = |registration: &str| {
            query.capability.as_ref().is_none_or(|name| has_capability(registration, name.trim()))
        };
        let page = self
            .engine
            .agents(&self.principal, query.cursor.clone(), limit, wanted)
            .await
            .map_err(problem)?;
        let agents = page.items.into_iter().map(|agent| self.agent_view(agent)).collect::<Result<_, _>>()?;
        Ok(api::AgentPage { agents, next_cursor: page.next_cursor })
    }

    async fn agent(&self, agent: &AgentId) -> Result<api::Agent, Problem> {
        self.agent_view(self.engine.agent(&self.principal, agent).await.map_err(problem)?)
    }

    async fn delete_agent(&self, agent: &AgentId) -> Result<(), Problem> {
        self.engine.unregister(&self.principal, agent).await.map_err(problem)
    }

    async fn heartbeat(&self, agent: &AgentId, request: api::Heartbeat) -> Result<(), Problem> {
        let said = said(request.status)?;
        self.engine.heartbeat(&self.principal, agent, said, request.waiting).await.map_err(problem)
    }
}

/// Whether a registration names a capability: anywhere, or within the member before its first colon.
fn has_capability(registration: &str, name: &str) -> bool {
    #[derive(Deserialize)]
    struct Registration {
        agent_descriptor: Descriptor,
    }
    #[derive(Deserialize)]
    struct Descriptor {
        #[serde(default)]
        capabilities: Value,
    }
    let Ok(Registration { agent_descriptor }) = serde_json::from_str(registration) else { return false };
    let all = agent_descriptor.capabilities;
    let within = name.split_once(':').and_then(|(member, name)| Some((all.get(member.trim())?, name.trim())));
    let names = |value: &Value, name: &str| names(value, &name.to_lowercase());
    names(&all, name) || within.is_some_and(|(value, name)| names(value, name))
}

/// Whether a value has a text, or a member that is true, of this name in small letters.
fn names(value: &Value, name: &str) -> bool {
    let same = |text: &str| text.to_lowercase() == name;
    match value {
        Value::String(text) => same(text),
        Value::Array(items) => items.iter().any(|item| names(item, name)),
        Value::Object(members) => members
            .iter()
            .any(|(member, value)| (*value == Value::Bool(true) && same(member)) || names(value, name)),
        _ => false,
    }
}

fn view(agent: RegisteredAgent) -> Result<api::Agent, Problem> {
    let registration: api::RegisterAgent =
        serde_json::from_str(&agent.record.registration).map_err(|error| {
            tracing::error!(agent = %agent.record.agent_id, %error, "a registration cannot be read");
            Problem::new(Code::Internal, "a registration cannot be read; the server's log says more")
        })?;
    let descriptor = registration.agent_descriptor;
    let agent_card = api::operations::A2A_CARD.at(&[agent.record.agent_id.as_str()]);
    Ok(api::Agent {
        framework: descriptor
            .framework
            .clone()
            .unwrap_or_else(|| agent.record.agent_id.framework().to_owned()),
        agent_id: agent.record.agent_id,
        owner: agent.record.owner,
        status: health(agent.health),
        last_seen: agent.last_seen,
        registered_at: agent.record.registered_at,
        inbox_depth: agent.inbox_depth,
        latency_ms: agent.latency_ms,
        webhook: None,
        agent_card,
        tasks: agent
            .tasks
            .into_iter()
            .map(|task| api::AgentTask {
                task_id: task.task_id,
                session_id: task.session_id,
                status: task.status,
            })
            .collect(),
        descriptor,
    })
}

fn webhook(webhook: Webhook) -> api::Webhook {
    api::Webhook {
        status: match webhook.state {
            WebhookState::Working => api::WebhookStatus::Working,
            WebhookState::Failing => api::WebhookStatus::Failing,
            WebhookState::Disabled => api::WebhookStatus::Disabled,
        },
        failures: webhook.failures,
        last_error: webhook.error,
        last_accepted_at: webhook.taken_at,
        next_attempt_at: webhook.next_at,
    }
}

fn health(health: Health) -> api::AgentHealth {
    match health {
        Health::Connected => api::AgentHealth::Connected,
        Health::Idle => api::AgentHealth::Idle,
        Health::Busy => api::AgentHealth::Busy,
        Health::Unreachable => api::AgentHealth::Unreachable,
        Health::Gone => api::AgentHealth::Gone,
    }
}

/// What an agent may say of itself.
fn said(health: Option<api::AgentHealth>) -> Result<Option<Health>, Problem> {
    match health {
        None => Ok(None),
        Some(api::AgentHealth::Idle) => Ok(Some(Health::Idle)),
        Some(api::AgentHealth::Busy) => Ok(Some(Health::Busy)),
        Some(_) => Err(Problem::invalid(
            "/status",
            "an agent reports `idle` or `busy`; the server derives the other states",
        )),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_capability_is_named_anywhere_or_within_a_member() {
        let registration = json!({"agent_descriptor": {"agent_id": "a://b", "capabilities": {
            "languages": ["Rust", "go"], "tools": {"git": true, "shell": false, "mcp": ["github:issues"]},
            "performance_profile": {"speed": "fast", "parallel": 4}}}})
        .to_string();
        for (name, has) in [
            ("rust", true),
            ("GO", true),
            ("git", true),
            ("shell", false),
            ("github:issues", true),
            ("fast", true),
            ("languages", false),
            ("languages:rust", true),
            ("languages: go", true),
            ("languages:fast", false),
            ("tools:git", true),
            ("tools:github:issues", true),
            ("nothing:rust", false),
            ("ru", false),
            ("4", false),
        ] {
            assert_eq!(has_capability(&registration, name), has, "{name}");
        }
        assert!(!has_capability(r#"{"agent_descriptor": {"agent_id": "a://b"}}"#, "rust"));
        assert!(has_capability(r#"{"agent_descriptor": {"agent_id": "a://b", "capabilities": ["x"]}}"#, "x"));
    }
}
