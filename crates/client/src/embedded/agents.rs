//! What the operations on agents are to the engine.

use async_trait::async_trait;
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
        let page = self.engine.agents(&self.principal, query.cursor, limit).await.map_err(problem)?;
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

fn view(agent: RegisteredAgent) -> Result<api::Agent, Problem> {
    let registration: api::RegisterAgent =
        serde_json::from_str(&agent.record.registration).map_err(|error| {
            tracing::error!(agent = %agent.record.agent_id, %error, "a registration cannot be read");
            Problem::new(Code::Internal, "a registration cannot be read; the server's log says more")
        })?;
    let descriptor = registration.agent_descriptor;
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
