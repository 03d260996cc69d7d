//! Workflow: the plan as a graph of steps. It is checked in `plan.rs` and moves in `progress.rs`.

mod events;
pub(crate) mod plan;
pub(crate) mod progress;
mod state;
pub(crate) mod waiting;

pub use events::{StepChange, WorkflowAdvanced, WorkflowUpdated};
pub use state::{Join, JoinWord, OnFailure, Step, StepQuestion, StepStatus, TaskTemplate, Workflow};

use serde::{Deserialize, Serialize};

use crate::session::access;
use crate::session::draft::{Draft, Receipt};
use crate::session::facet::Facet;
use crate::session::{Principal, Rejection, Session};
use crate::values::AgentId;

/// A step of a plan, as given.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct NewStep {
    /// Its name, unique in the plan.
    pub name: String,
    /// What it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Who must have completed a task in it before it is complete.
    #[serde(default)]
    pub required_agents: Vec<AgentId>,
    /// Who may work in it too.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub optional_agents: Vec<AgentId>,
    /// The steps that must be complete before it starts. When no step of a plan names any, they run in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub dependencies: Vec<String>,
    /// The question that is asked when it starts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub question: Option<StepQuestion>,
    /// Whose work it waits for.
    #[serde(default)]
    pub join: Join,
    /// What a failed task means.
    #[serde(default)]
    pub on_failure: OnFailure,
    /// What it should give, for people.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub outputs: Vec<String>,
    /// How long it should take, for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub estimated_duration: Option<String>,
    /// The task that each required agent is given when the step starts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub task: Option<TaskTemplate>,
}

/// A plan or its steps' state, set manually.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct WorkflowUpdate {
    /// The whole new plan.
    pub steps: Option<Vec<NewStep>>,
    /// The step to start.
    pub current_step: Option<String>,
    /// The steps to call complete.
    pub completed_steps: Option<Vec<String>>,
    /// The steps to set back.
    pub pending_steps: Option<Vec<String>>,
}

/// What can be asked of the plan.
#[derive(Debug, Clone, PartialEq, strum::IntoStaticStr, strum::VariantNames)]
#[strum(serialize_all = "snake_case")]
pub enum Command {
    /// Set the plan, or the state of its steps, manually.
    Update(WorkflowUpdate),
    /// Complete the named step, or the only active one, manually.
    Advance {
        /// Which.
        step: Option<String>,
    },
}

/// The facet.
pub(crate) enum Plan {}

impl Facet for Plan {
    type Command = Command;

    fn authorize(principal: &Principal, session: &Session, command: &Command) -> Result<(), Rejection> {
        match command {
            Command::Update(_) | Command::Advance { .. } => {
                access::commands(principal, session, "change its workflow")
            }
        }
    }

    fn decide(draft: &mut Draft<'_>, command: Command) -> Result<Receipt, Rejection> {
        match command {
            Command::Update(update) => progress::update(draft, update)?,
            Command::Advance { step } => progress::advance(draft, step)?,
        }
        Ok(Receipt::Nothing)
    }
}
