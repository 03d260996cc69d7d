//! Tasks: claiming them, reporting on them, and asking others.

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;
use sessiond_api as api;
use sessiond_api::Problem;
use sessiond_client::Conditions;
use sessiond_core::{AgentId, Backoff, Fence, MessageId, Priority, SessionId, Span, TaskId};

use crate::mcp::Mcp;

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ClaimTask {
    /// The task: metadata.task_id of its request.
    #[schemars(with = "String")]
    task_id: TaskId,
    /// The request's message_id, which is acknowledged as well. Default: that of the first request.
    #[schemars(with = "Option<String>")]
    message_id: Option<MessageId>,
    /// The request's metadata.task_attempt. If the task has moved to another attempt, the claim is rejected.
    attempt: Option<u32>,
    /// The agent that you act as. Default: the identity of your connection.
    #[schemars(with = "Option<String>")]
    agent_id: Option<AgentId>,
    /// The fencing token of your lease, from hold_lease; only if you hold one.
    fence: Option<Fence>,
}

pub(super) async fn claim_task(mcp: &Mcp, input: ClaimTask) -> Result<api::Task, Problem> {
    let agent = mcp.actor(input.agent_id)?;
    let request = api::TaskReportMeta { attempt: input.attempt, agent_id: Some(agent.clone()) };
    let task = mcp.client().accept_task(&input.task_id, request, as_agent(&agent, input.fence)).await?;
    acknowledge(mcp, &agent, input.message_id, &task).await;
    Ok(task)
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ProgressTask {
    /// The task.
    #[schemars(with = "String")]
    task_id: TaskId,
    /// The progress, as text or any JSON.
    progress: Value,
    /// The agent that you act as. Default: the identity of your connection.
    #[schemars(with = "Option<String>")]
    agent_id: Option<AgentId>,
    /// The fencing token of your lease, from hold_lease; only if you hold one.
    fence: Option<Fence>,
}

pub(super) async fn progress_task(mcp: &Mcp, input: ProgressTask) -> Result<api::Task, Problem> {
    let agent = mcp.actor(input.agent_id)?;
    let request =
        api::ProgressTask { progress: input.progress, attempt: None, agent_id: Some(agent.clone()) };
    mcp.client().progress_task(&input.task_id, request, as_agent(&agent, input.fence)).await
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct CompleteTask {
    /// The task.
    #[schemars(with = "String")]
    task_id: TaskId,
    /// The result, as text or any JSON: enough for others to continue.
    #[serde(default)]
    result: Value,
    /// The attempt that you worked on, from claim_task. If the task has moved to another attempt, the result is rejected.
    attempt: Option<u32>,
    /// The agent that you act as. Default: the identity of your connection.
    #[schemars(with = "Option<String>")]
    agent_id: Option<AgentId>,
    /// The fencing token of your lease, from hold_lease; only if you hold one.
    fence: Option<Fence>,
}

pub(super) async fn complete_task(mcp: &Mcp, input: CompleteTask) -> Result<api::Task, Problem> {
    let agent = mcp.actor(input.agent_id)?;
    let request =
        api::CompleteTask { result: input.result, attempt: input.attempt, agent_id: Some(agent.clone()) };
    let task = mcp.client().complete_task(&input.task_id, request, as_agent(&agent, input.fence)).await?;
    acknowledge(mcp, &agent, None, &task).await;
    Ok(task)
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct FailTask {
    /// The task.
    #[schemars(with = "String")]
    task_id: TaskId,
    /// The reason, as text or any JSON.
    error: Value,
    /// False if another attempt of yours would fail too: the next fallback agent then receives the task. Default: true.
    retryable: Option<bool>,
    /// The attempt that you worked on, from claim_task.
    attempt: Option<u32>,
    /// The agent that you act as. Default: the identity of your connection.
    #[schemars(with = "Option<String>")]
    agent_id: Option<AgentId>,
    /// The fencing token of your lease, from hold_lease; only if you hold one.
    fence: Option<Fence>,
}

pub(super) async fn fail_task(mcp: &Mcp, input: FailTask) -> Result<api::Task, Problem> {
    let agent = mcp.actor(input.agent_id)?;
    let request = api::FailTask {
        error: input.error,
        retryable: input.retryable,
        attempt: input.attempt,
        agent_id: Some(agent.clone()),
    };
    mcp.client().fail_task(&input.task_id, request, as_agent(&agent, input.fence)).await
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct DelegateTask {
    /// The session.
    #[schemars(with = "String")]
    session_id: SessionId,
    /// The participant that is to do it, framework://name.
    #[schemars(with = "String")]
    delegatee: AgentId,
    /// The type of work, such as implementation or review.
    task_type: String,
    /// The exact instructions: everything that the agent needs to know.
    #[serde(default)]
    payload: Value,
    /// The step that it belongs to. Default: the only active step that waits for the delegatee.
    step: Option<String>,
    /// low, medium (the default), high or critical.
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    priority: Priority,
    /// The time limit of one attempt once it is accepted, such as 30m. Default: 300s, which is short for a coding agent.
    #[schemars(with = "Option<String>")]
    timeout: Option<Span>,
    /// The time in which the task must be accepted, such as 10m. Default: 24h.
    #[schemars(with = "Option<String>")]
    start_within: Option<Span>,
    /// The maximum number of retries. Default: 0.
    max_retries: Option<u32>,
    /// The agents that receive the task next if the delegatee fails for good.
    #[serde(default)]
    #[schemars(with = "Vec<String>")]
    fallback_agents: Vec<AgentId>,
    /// The agent that you act as, which receives the result. Default: the identity of your connection.
    #[schemars(with = "Option<String>")]
    agent_id: Option<AgentId>,
    /// The fencing token of your lease, from hold_lease; only if you hold one.
    fence: Option<Fence>,
}

pub(super) async fn delegate_task(mcp: &Mcp, input: DelegateTask) -> Result<api::Task, Problem> {
    let agent = mcp.actor(input.agent_id).ok();
    let request = api::DelegateTask {
        task_type: input.task_type,
        delegatee: input.delegatee,
        delegator: agent.clone(),
        payload: input.payload,
        step: input.step,
        priority: input.priority,
        timeout: input.timeout,
        start_within: input.start_within,
        heartbeat: None,
        retry_policy: input.max_retries.map(retries),
        fallback_agents: input.fallback_agents,
    };
    let conditions = Conditions { agent, fence: input.fence, ..Conditions::default() };
    mcp.client().delegate_task(&input.session_id, request, conditions).await
}

/// That many attempts after the first, with the delays that the engine would choose.
pub(super) fn retries(max_retries: u32) -> api::RetryPolicy {
    api::RetryPolicy { max_retries, backoff: Backoff::default(), base: None, cap: None, jitter: true }
}

fn as_agent(agent: &AgentId, fence: Option<Fence>) -> Conditions {
    Conditions { agent: Some(agent.clone()), fence, ..Conditions::default() }
}

/// The request of a task that is claimed or done need not come again: from here on the task's deadline guards it.
async fn acknowledge(mcp: &Mcp, agent: &AgentId, message: Option<MessageId>, task: &api::Task) {
    let message_ids = vec![message.unwrap_or_else(|| task.message_id.clone())];
    let acknowledged = mcp.client().ack(agent, api::AckMessages { message_ids, fence: None }).await;
    if let Err(problem) = acknowledged {
        // The claim itself stands; the request comes once more, and is acknowledged then.
        tracing::debug!(%problem, "a task's request cannot be acknowledged");
    }
}
