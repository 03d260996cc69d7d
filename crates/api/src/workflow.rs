//! The plan.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use sessiond_core::{
    AgentId, Join, OnFailure, Priority, RetryPolicy, Span, StepQuestion, StepStatus, Timestamp,
};
use utoipa::ToSchema;

crate::operations::operations! {
    /// Sets the plan, or the state of its steps.
    UPDATE_WORKFLOW = Operation::put("/sessions/{session_id}/workflow").changes_a_session();
    /// Completes a step.
    ADVANCE_WORKFLOW = Operation::post("/sessions/{session_id}/workflow/advance").changes_a_session();
}

/// A step of a plan, as given.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewStep {
    /// Its name, unique in the plan.
    #[schema(example = "implementation")]
    pub name: String,
    /// The agents that must each complete a task in it, unless `join` says otherwise. A step without required agents is
    /// completed manually.
    #[serde(default)]
    pub required_agents: Vec<AgentId>,
    /// Agents that may also work in it; a failure of their tasks does not fail the step.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub optional_agents: Vec<AgentId>,
    /// Its purpose.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The steps that must be complete before it starts. If no step of a plan names any, the steps run in the given order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub dependencies: Vec<String>,
    /// The question that is asked when it starts: its work begins with the answer, and a rejected step fails. A step with a
    /// question and without required agents is complete with the answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub question: Option<StepQuestion>,
    /// Whose work it waits for: `all` of its required agents, the `first` of them, or a number of them. Default: `all`.
    #[serde(default, skip_serializing_if = "Join::is_all")]
    pub join: Join,
    /// The consequence of a task that fails for good.
    #[serde(default)]
    pub on_failure: OnFailure,
    /// Its expected outputs, for readers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub outputs: Vec<String>,
    /// Its expected duration, for readers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub estimated_duration: Option<String>,
    /// The task that each required agent receives when the step starts. Without it, the orchestrator delegates.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub task: Option<TaskTemplate>,
}

/// The task that a plan itself delegates.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TaskTemplate {
    /// The type of work.
    #[schema(example = "implementation")]
    pub task_type: String,
    /// The input of the work.
    #[serde(default)]
    pub payload: Value,
    /// Its priority in the inbox.
    #[serde(default)]
    pub priority: Priority,
    /// The time limit of one attempt once it is accepted. Default: `300s`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "300s")]
    pub timeout: Option<Span>,
    /// The time in which an attempt must be accepted. Default: `24h`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "24h")]
    pub start_within: Option<Span>,
    /// The longest time without a report on an attempt that is in progress. Default: no limit but `timeout`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "60s")]
    pub heartbeat: Option<Span>,
    /// When and how often a failed attempt is retried.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_policy: Option<RetryPolicy>,
    /// The agents that receive the task next, in order, if the agent fails for good.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fallback_agents: Vec<AgentId>,
}

impl From<TaskTemplate> for sessiond_core::TaskTemplate {
    fn from(wire: TaskTemplate) -> Self {
        Self {
            task_type: wire.task_type,
            payload: wire.payload,
            priority: wire.priority,
            timeout: wire.timeout,
            start_within: wire.start_within,
            heartbeat: wire.heartbeat,
            retry_policy: wire.retry_policy,
            fallback_agents: wire.fallback_agents,
        }
    }
}

impl From<&sessiond_core::TaskTemplate> for TaskTemplate {
    fn from(core: &sessiond_core::TaskTemplate) -> Self {
        Self {
            task_type: core.task_type.clone(),
            payload: core.payload.clone(),
            priority: core.priority,
            timeout: core.timeout,
            start_within: core.start_within,
            heartbeat: core.heartbeat,
            retry_policy: core.retry_policy.clone(),
            fallback_agents: core.fallback_agents.clone(),
        }
    }
}

impl From<NewStep> for sessiond_core::NewStep {
    fn from(wire: NewStep) -> Self {
        Self {
            name: wire.name,
            description: wire.description,
            required_agents: wire.required_agents,
            optional_agents: wire.optional_agents,
            dependencies: wire.dependencies,
            question: wire.question,
            join: wire.join,
            on_failure: wire.on_failure,
            outputs: wire.outputs,
            estimated_duration: wire.estimated_duration,
            task: wire.task.map(Into::into),
        }
    }
}

/// Replaces the plan, or sets the state of its steps manually.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UpdateWorkflow {
    /// The step to start; its dependencies must be complete.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub current_step: Option<String>,
    /// The steps to mark as complete.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub completed_steps: Option<Vec<String>>,
    /// The steps to reset.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pending_steps: Option<Vec<String>>,
    /// The whole new plan; steps that keep their name keep their state.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub steps: Option<Vec<NewStep>>,
}

impl From<UpdateWorkflow> for sessiond_core::WorkflowUpdate {
    fn from(wire: UpdateWorkflow) -> Self {
        Self {
            steps: wire.steps.map(|steps| steps.into_iter().map(Into::into).collect()),
            current_step: wire.current_step,
            completed_steps: wire.completed_steps,
            pending_steps: wire.pending_steps,
        }
    }
}

/// Completes a step manually.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Advance {
    /// The step. Default: the only active step.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step: Option<String>,
}

/// The plan and its progress.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Workflow {
    /// The first step that is active.
    pub current_step: Option<String>,
    /// All steps that are active.
    pub active_steps: Vec<String>,
    /// The steps that are complete.
    pub completed_steps: Vec<String>,
    /// The pending steps.
    pub pending_steps: Vec<String>,
    /// The steps that failed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub failed_steps: Vec<String>,
    /// All steps, in the given order.
    pub steps: Vec<Step>,
}

/// A step of the plan and its state.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Step {
    /// Its name.
    pub name: String,
    /// Its status.
    pub status: StepStatus,
    /// The agents that must each complete a task in it.
    pub required_agents: Vec<AgentId>,
    /// Agents that may also work in it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub optional_agents: Vec<AgentId>,
    /// Its purpose.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The steps that must be complete before it starts.
    pub dependencies: Vec<String>,
    /// The question that is asked when it starts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub question: Option<StepQuestion>,
    /// Whose work it waits for: `all` of its required agents, the `first` of them, or a number of them.
    #[serde(default)]
    pub join: Join,
    /// The consequence of a task that fails for good.
    pub on_failure: OnFailure,
    /// Its expected outputs, for readers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub outputs: Vec<String>,
    /// Its expected duration, for readers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub estimated_duration: Option<String>,
    /// The task that each required agent receives when it starts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub task: Option<TaskTemplate>,
    /// Why it has this status, if not through the plan alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// When it last started.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started_at: Option<Timestamp>,
    /// When it last ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<Timestamp>,
}

impl From<&sessiond_core::Workflow> for Workflow {
    fn from(core: &sessiond_core::Workflow) -> Self {
        let named = |status| core.named(status).map(str::to_owned).collect::<Vec<_>>();
        let active_steps = named(StepStatus::Active);
        Self {
            current_step: active_steps.first().cloned(),
            active_steps,
            completed_steps: named(StepStatus::Completed),
            pending_steps: named(StepStatus::Pending),
            failed_steps: named(StepStatus::Failed),
            steps: core.steps.iter().map(Step::from).collect(),
        }
    }
}

impl From<&sessiond_core::Step> for Step {
    fn from(core: &sessiond_core::Step) -> Self {
        Self {
            name: core.name.clone(),
            status: core.status,
            required_agents: core.required_agents.clone(),
            optional_agents: core.optional_agents.clone(),
            description: core.description.clone(),
            dependencies: core.dependencies.clone(),
            question: core.question.clone(),
            join: core.join,
            on_failure: core.on_failure,
            outputs: core.outputs.clone(),
            estimated_duration: core.estimated_duration.clone(),
            task: core.task.as_ref().map(Into::into),
            reason: core.reason.clone(),
            started_at: core.started_at,
            ended_at: core.ended_at,
        }
    }
}
