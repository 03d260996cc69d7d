//! The events of the plan.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::session::payload::{At, Payload};
use crate::session::{Rejection, Session};

use super::state::check;
use super::{Step, StepStatus, Workflow};

/// The plan was set or replaced. A step that keeps its name keeps its state.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct WorkflowUpdated {
    /// The whole plan.
    pub steps: Vec<Step>,
}

/// Steps started, ended or were set manually.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct WorkflowAdvanced {
    /// The changes, in order.
    pub steps: Vec<StepChange>,
    /// The first active step after the changes.
    pub current_step: Option<String>,
    /// Whether the last step has ended; false if absent.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub workflow_completed: bool,
}

/// A step that changed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct StepChange {
    /// The step.
    pub name: String,
    /// Its new status.
    pub status: StepStatus,
    /// Why, if not through the plan alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Whether a failed step is active again with the work that was done in it; false if absent.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub resumed: bool,
}

impl StepChange {
    /// A change by the plan itself.
    pub(crate) fn new(name: String, status: StepStatus) -> Self {
        Self { name, status, reason: None, resumed: false }
    }
}

impl Payload for WorkflowUpdated {
    fn fold(&self, session: &mut Session, _: At) -> Result<(), String> {
        session.workflow = Some(Arc::new(Workflow { steps: self.steps.clone() }));
        Ok(())
    }

    fn check(&self, _: &Session) -> Result<(), Rejection> {
        Ok(check(&self.steps)?)
    }
}

impl Payload for WorkflowAdvanced {
    fn fold(&self, session: &mut Session, at: At) -> Result<(), String> {
        let workflow = session.workflow.as_mut().ok_or("there is no workflow")?;
        let workflow = Arc::make_mut(workflow);
        for change in &self.steps {
            let step = workflow
                .steps
                .iter_mut()
                .find(|step| step.name == change.name)
                .ok_or_else(|| format!("there is no step '{}'", change.name))?;
            step.status = change.status;
            step.reason = change.reason.clone();
            match change.status {
                StepStatus::Active if change.resumed => step.ended_at = None,
                StepStatus::Active => {
                    step.started_at = Some(at.time);
                    step.started_revision = at.seq;
                    step.ended_at = None;
                }
                StepStatus::Pending => {
                    step.started_at = None;
                    step.ended_at = None;
                }
                StepStatus::Completed | StepStatus::Failed => step.ended_at = Some(at.time),
            }
        }
        Ok(())
    }

    /// It changes steps that were checked when the plan was given.
    fn check(&self, _: &Session) -> Result<(), Rejection> {
        Ok(())
    }
}
