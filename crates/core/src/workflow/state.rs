//! The plan as a graph of steps, and how far it is.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::messages::{Priority, RetryPolicy};
use crate::questions::QuestionKind;
use crate::session::Progress;
use crate::session::facet_state::FacetState;
use crate::values::json::{json_bytes, present};
use crate::values::{AgentId, Exceeded, Limit, Span, Timestamp};

/// The plan.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Workflow {
    /// Its steps, in the order given.
    pub steps: Vec<Step>,
}

/// A step of the plan and its state.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "schema", schema(as = PlannedStep))]
pub struct Step {
    /// Its name, unique in the plan.
    pub name: String,
    /// Its purpose.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The agents that must each complete a task in it.
    pub required_agents: Vec<AgentId>,
    /// Agents that may also work in it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub optional_agents: Vec<AgentId>,
    /// The steps that must be complete before it starts.
    #[serde(default)]
    pub dependencies: Vec<String>,
    /// Whose work it waits for: `all` of its required agents, the `first` of them, or that many of them.
    #[serde(default, skip_serializing_if = "Join::is_all")]
    pub join: Join,
    /// The question that is asked when it starts. Its work begins with the answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub question: Option<StepQuestion>,
    /// The consequence of a task that fails for good: `fail`, `continue` or `retry`.
    #[serde(default)]
    pub on_failure: OnFailure,
    /// Its expected outputs, for readers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub outputs: Vec<String>,
    /// Its expected duration, for readers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub estimated_duration: Option<String>,
    /// The task that each required agent receives when the step starts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub task: Option<TaskTemplate>,
    /// `pending`, `active`, `completed` or `failed`.
    pub status: StepStatus,
    /// Why it has this status, if not through the plan alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// When it last started.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started_at: Option<Timestamp>,
    /// The revision at which it last started; earlier tasks do not count for it.
    #[serde(default)]
    pub started_revision: u64,
    /// When it last ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<Timestamp>,
}

/// The task that a plan itself delegates when a step starts.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct TaskTemplate {
    /// The type of work.
    pub task_type: String,
    /// The input of the work.
    #[serde(default)]
    pub payload: Value,
    /// Its priority in the inbox.
    #[serde(default)]
    pub priority: Priority,
    /// The time limit of one attempt once it is accepted. Default: `300s`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timeout: Option<Span>,
    /// The time in which an attempt must be accepted. Default: `24h`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start_within: Option<Span>,
    /// The longest time without a report on an attempt that is in progress.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub heartbeat: Option<Span>,
    /// When and how often a failed attempt is retried.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_policy: Option<RetryPolicy>,
    /// The agents that receive the task next, in order, if the agent fails for good.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fallback_agents: Vec<AgentId>,
}

/// The question that a step asks when it starts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct StepQuestion {
    /// `input`, or `approval`: a rejected step fails. Default: `approval`.
    #[serde(default = "approval")]
    pub kind: QuestionKind,
    /// The text of the question.
    pub text: String,
    /// The facts for an answer.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub details: Option<Value>,
    /// The JSON schema of the answer to an input.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub schema: Option<Value>,
    /// The only answerers: names of keys, and ids of agents. Default: everybody who commands the session.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub answerers: Vec<String>,
    /// The time for an answer. Default: no limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timeout: Option<Span>,
    /// The answer if nobody answers in time.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub default: Option<Value>,
}

fn approval() -> QuestionKind {
    QuestionKind::Approval
}

/// Whose work a step waits for: `all`, `first`, or a number of agents.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged, expecting = "it is `all`, `first` or a number of agents")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum Join {
    /// All of its required agents, or the first of them.
    Word(JoinWord),
    /// That many of its required agents.
    Number(u32),
}

/// Whose work a step waits for, in a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum JoinWord {
    /// Every required agent has completed a task, and none of their tasks is open.
    All,
    /// One required agent has completed a task.
    First,
}

impl Default for Join {
    fn default() -> Self {
        Self::ALL
    }
}

impl Join {
    /// The work of all.
    pub const ALL: Self = Self::Word(JoinWord::All);

    /// Whether it is the work of all.
    pub fn is_all(&self) -> bool {
        *self == Self::ALL
    }

    /// Of how many agents the work is needed, when not that of all.
    pub(crate) fn number(self) -> Option<usize> {
        match self {
            Self::Word(JoinWord::All) => None,
            Self::Word(JoinWord::First) => Some(1),
            Self::Number(number) => Some(number as usize),
        }
    }
}

/// The consequence of a failed task for its step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[derive(strum::Display, strum::IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum OnFailure {
    /// The step fails, and the session with it.
    #[default]
    Fail,
    /// The failed task counts as done, and the plan goes on.
    Continue,
    /// The task is delegated anew, [`crate::values::limits::STEP_RETRIES`] times; then the step fails.
    Retry,
}

/// The status of a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[derive(strum::Display, strum::IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum StepStatus {
    /// It waits for its dependencies.
    Pending,
    /// It is worked on.
    Active,
    /// It is done.
    Completed,
    /// It failed.
    Failed,
}

impl StepStatus {
    /// Whether it can still change by the plan.
    pub fn is_open(self) -> bool {
        matches!(self, Self::Pending | Self::Active)
    }
}

impl Step {
    /// Whether somebody set its status, so that it does not follow from its tasks. Older journals say `by hand`.
    pub fn is_manual(&self) -> bool {
        let said = |reason: &String| reason.ends_with(" manually") || reason.ends_with(" by hand");
        self.reason.as_ref().is_some_and(said)
    }
}

impl Workflow {
    /// The step with that name.
    pub fn step(&self, name: &str) -> Option<&Step> {
        self.steps.iter().find(|step| step.name == name)
    }

    /// The names of the steps in that state, in the order of the plan.
    pub fn named(&self, status: StepStatus) -> impl Iterator<Item = &str> {
        self.steps.iter().filter(move |step| step.status == status).map(|step| step.name.as_str())
    }

    /// Whether every step has ended.
    pub fn is_done(&self) -> bool {
        self.steps.iter().all(|step| !step.status.is_open())
    }
}

/// Whether a plan keeps the limits.
pub(crate) fn check(steps: &[Step]) -> Result<(), Exceeded> {
    Limit::Steps.allows(steps.len())?;
    for step in steps {
        Limit::NameBytes.allows(step.name.len())?;
        for names in [step.required_agents.len(), step.optional_agents.len(), step.dependencies.len()] {
            Limit::StepNames.allows(names)?;
        }
    }
    Limit::PlanBytes.allows(json_bytes(&steps))
}

impl FacetState for Option<Arc<Workflow>> {
    fn progress(&self) -> Option<Progress> {
        let steps = &self.as_ref()?.steps;
        let count = |is: fn(StepStatus) -> bool| steps.iter().filter(|step| is(step.status)).count() as u64;
        let failed = count(|status| status == StepStatus::Failed);
        Progress::of("steps", count(|status| !status.is_open()), steps.len() as u64, failed)
    }

    fn check(&self) -> Result<(), Exceeded> {
        self.as_ref().map_or(Ok(()), |workflow| check(&workflow.steps))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_join_says_what_it_may_be() {
        for (text, join) in
            [("\"all\"", Join::ALL), ("\"first\"", Join::Word(JoinWord::First)), ("2", Join::Number(2))]
        {
            assert_eq!(serde_json::from_str::<Join>(text).unwrap(), join);
        }
        for text in ["\"some\"", "-1", "{}", "null", "1.5"] {
            let error = serde_json::from_str::<Join>(text).unwrap_err().to_string();
            assert_eq!(error, "it is `all`, `first` or a number of agents", "{text}");
        }
    }
}
