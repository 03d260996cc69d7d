//! Workflow: the plan as a graph of steps, and how far it is.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::command::{NewStep, WorkflowUpdate};
use crate::decide::Draft;
use crate::event::{Event, EventBody, StepChange};
use crate::{
    AgentId, Outcome, Priority, Rejection, RetryPolicy, Revision, Session, Span, TaskStatus, Timestamp,
    Violation, limits,
};

/// The plan.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Workflow {
    /// Its steps, in the order given.
    pub steps: Vec<Step>,
}

/// A step of the plan and its state.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Step {
    /// Its name, unique in the plan.
    pub name: String,
    /// What it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Who must have completed a task in it before it is complete.
    pub required_agents: Vec<AgentId>,
    /// Who may work in it too; when such a task fails, the step does not.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub optional_agents: Vec<AgentId>,
    /// The steps that must be complete before it starts.
    #[serde(default)]
    pub dependencies: Vec<String>,
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
    /// What it is now.
    pub status: StepStatus,
    /// Why it is that, when not by the plan alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// When it last started.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started_at: Option<Timestamp>,
    /// The revision at which it last started; tasks from before do not count for it.
    #[serde(default)]
    pub started_revision: Revision,
    /// When it last ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<Timestamp>,
}

/// The task that a plan itself delegates when a step starts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TaskTemplate {
    /// What kind of work.
    pub task_type: String,
    /// What for.
    #[serde(default)]
    pub payload: Value,
    /// Orders the inbox.
    #[serde(default)]
    pub priority: Priority,
    /// The time that one attempt may take.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timeout: Option<Span>,
    /// When and how often a failed attempt is made again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_policy: Option<RetryPolicy>,
    /// Who is asked next.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fallback_agents: Vec<AgentId>,
}

/// What a failed task means for its step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OnFailure {
    /// The step fails, and the session with it.
    #[default]
    Fail,
    /// The failed task counts as done, and the plan goes on.
    Continue,
    /// The task is delegated anew, [`limits::STEP_RETRIES`] times; then the step fails.
    Retry,
}

/// What a step is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
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

impl fmt::Display for StepStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Pending => "pending",
            Self::Active => "active",
            Self::Completed => "completed",
            Self::Failed => "failed",
        })
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

/// Whether `agent` has done its part in `step` since the step started.
pub(crate) fn has_finished(session: &Session, step: &Step, agent: &AgentId) -> bool {
    session.tasks.values().any(|task| {
        let ends_well = match task.status {
            TaskStatus::Completed => true,
            TaskStatus::Failed | TaskStatus::Timeout => step.on_failure == OnFailure::Continue,
            _ => false,
        };
        ends_well
            && task.delegatee == *agent
            && task.step.as_deref() == Some(step.name.as_str())
            && task.revision >= step.started_revision
    })
}

/// The only active step that waits for `agent`: one that requires it, else one that it may work in.
pub(crate) fn waiting_step(session: &Session, agent: &AgentId) -> Option<String> {
    let workflow = session.workflow.as_ref()?;
    let active = || workflow.steps.iter().filter(|step| step.status == StepStatus::Active);
    let only = |mut steps: Box<dyn Iterator<Item = &Step> + '_>| match (steps.next(), steps.next()) {
        (Some(step), None) => Some(step.name.clone()),
        _ => None,
    };
    let requires = |step: &&Step| step.required_agents.contains(agent) && !has_finished(session, step, agent);
    if active().any(|step| requires(&step)) {
        return only(Box::new(active().filter(requires)));
    }
    only(Box::new(active().filter(|step| step.optional_agents.contains(agent))))
}

/// Checks a plan and gives it its first state. `at` is the pointer of the list of steps.
pub(crate) fn plan(session: &Session, new: Vec<NewStep>, at: &str) -> Result<Vec<Step>, Rejection> {
    if new.len() > limits::STEPS {
        return Err(Rejection::LimitReached { what: "steps of a workflow", limit: limits::STEPS as u64 });
    }
    let mut violations = Vec::new();
    let mut wrong = |pointer: String, detail: String| violations.push(Violation::new(pointer, detail));
    let mut names = BTreeMap::new();
    for (i, step) in new.iter().enumerate() {
        if let Some(first) = names.insert(step.name.as_str(), i) {
            wrong(format!("{at}/{i}/name"), format!("step {first} has the name '{}' already", step.name));
        }
    }
    for (i, step) in new.iter().enumerate() {
        for (field, agents) in
            [("required_agents", &step.required_agents), ("optional_agents", &step.optional_agents)]
        {
            for (j, agent) in agents.iter().enumerate() {
                if !session.takes_part(agent) {
                    wrong(
                        format!("{at}/{i}/{field}/{j}"),
                        format!("{agent} does not take part in the session"),
                    );
                }
            }
        }
        for (j, dependency) in step.dependencies.iter().enumerate() {
            if !names.contains_key(dependency.as_str()) {
                wrong(format!("{at}/{i}/dependencies/{j}"), format!("there is no step '{dependency}'"));
            }
        }
        for (j, agent) in step.task.iter().flat_map(|task| &task.fallback_agents).enumerate() {
            if !session.takes_part(agent) {
                let pointer = format!("{at}/{i}/task/fallback_agents/{j}");
                wrong(pointer, format!("{agent} does not take part in the session"));
            }
        }
    }
    let in_order = new.iter().all(|step| step.dependencies.is_empty());
    if violations.is_empty()
        && let Some(i) = cycle(&new)
    {
        let detail = format!("step '{}' depends on itself, directly or through others", new[i].name);
        violations.push(Violation::new(format!("{at}/{i}/dependencies"), detail));
    }
    if !violations.is_empty() {
        return Err(Rejection::Invalid(violations));
    }
    let mut before: Option<String> = None;
    let steps = new.into_iter().map(|step| {
        let earlier = session.workflow.as_ref().and_then(|workflow| workflow.step(&step.name));
        let dependencies = if in_order { before.take().into_iter().collect() } else { step.dependencies };
        before = Some(step.name.clone());
        Step {
            dependencies,
            status: earlier.map_or(StepStatus::Pending, |e| e.status),
            reason: earlier.and_then(|e| e.reason.clone()),
            started_at: earlier.and_then(|e| e.started_at),
            started_revision: earlier.map_or(0, |e| e.started_revision),
            ended_at: earlier.and_then(|e| e.ended_at),
            name: step.name,
            description: step.description,
            required_agents: step.required_agents,
            optional_agents: step.optional_agents,
            on_failure: step.on_failure,
            outputs: step.outputs,
            estimated_duration: step.estimated_duration,
            task: step.task,
        }
    });
    Ok(steps.collect())
}

/// The first step on a cycle (Kahn, "Topological sorting of large networks", 1962).
fn cycle(steps: &[NewStep]) -> Option<usize> {
    let mut done = BTreeSet::new();
    loop {
        let before = done.len();
        for step in steps {
            if step.dependencies.iter().all(|dependency| done.contains(dependency.as_str())) {
                done.insert(step.name.as_str());
            }
        }
        if done.len() == steps.len() {
            return None;
        }
        if done.len() == before {
            return steps.iter().position(|step| !done.contains(step.name.as_str()));
        }
    }
}

/// Sets the plan, or the state of its steps, by hand.
pub(crate) fn update(draft: &mut Draft<'_>, update: WorkflowUpdate) -> Result<(), Rejection> {
    if let Some(new) = update.steps {
        let steps = plan(&draft.session, new, "/steps")?;
        let gone: Vec<String> = draft
            .session
            .workflow
            .iter()
            .flat_map(|workflow| workflow.named(StepStatus::Active))
            .filter(|name| !steps.iter().any(|step| step.name == *name))
            .map(str::to_owned)
            .collect();
        for name in gone {
            crate::task::cancel_in_step(draft, &name, "the step is no longer in the plan")?;
        }
        draft.emit(EventBody::WorkflowUpdated { steps })?;
    }
    let Some(workflow) = draft.session.workflow.clone() else {
        let by_hand =
            [update.completed_steps.is_some(), update.pending_steps.is_some(), update.current_step.is_some()];
        return if by_hand.contains(&true) { Err(Rejection::NoWorkflow) } else { Ok(()) };
    };

    let mut wanted: BTreeMap<&str, StepStatus> = BTreeMap::new();
    let mut violations = Vec::new();
    let completed = update.completed_steps.iter().flatten().enumerate();
    let completed = completed.map(|(i, n)| (format!("/completed_steps/{i}"), n, StepStatus::Completed));
    let pending = update.pending_steps.iter().flatten().enumerate();
    let pending = pending.map(|(i, n)| (format!("/pending_steps/{i}"), n, StepStatus::Pending));
    let current = update.current_step.iter().map(|n| ("/current_step".to_owned(), n, StepStatus::Active));
    for (pointer, name, status) in completed.chain(pending).chain(current) {
        if workflow.step(name).is_none() {
            violations.push(Violation::new(pointer, format!("there is no step '{name}'")));
        } else if wanted.insert(name, status).is_some_and(|earlier| earlier != status) {
            violations.push(Violation::new(pointer, format!("step '{name}' stands in two lists")));
        }
    }
    let after = |name: &str| {
        wanted
            .get(name)
            .copied()
            .or_else(|| workflow.step(name).map(|step| step.status))
            .unwrap_or(StepStatus::Pending)
    };
    if let Some(name) = &update.current_step {
        let waits_for = workflow
            .step(name)
            .and_then(|s| s.dependencies.iter().find(|d| after(d) != StepStatus::Completed));
        if let Some(dependency) = waits_for {
            let detail = format!("step '{name}' waits for '{dependency}', which is not complete");
            violations.push(Violation::new("/current_step", detail));
        }
    }
    if !violations.is_empty() {
        return Err(Rejection::Invalid(violations));
    }
    let changes: Vec<StepChange> = workflow
        .steps
        .iter()
        .filter_map(|step| {
            let status = *wanted.get(step.name.as_str())?;
            let reason = Some("set by hand".to_owned());
            (status != step.status).then(|| StepChange { name: step.name.clone(), status, reason })
        })
        .collect();
    for change in &changes {
        if change.status != StepStatus::Active {
            crate::task::cancel_in_step(draft, &change.name, "the step was set by hand")?;
        }
    }
    advance_with(draft, changes)
}

/// Ends the named step, or the only active one, by hand.
pub(crate) fn advance(draft: &mut Draft<'_>, step: Option<String>) -> Result<(), Rejection> {
    let workflow = draft.session.workflow.clone().ok_or(Rejection::NoWorkflow)?;
    let name = match step {
        Some(name) => name,
        None => {
            let mut active: Vec<String> = workflow.named(StepStatus::Active).map(str::to_owned).collect();
            match (active.pop(), active.is_empty()) {
                (Some(only), true) => only,
                (last, _) => {
                    active.extend(last);
                    return Err(Rejection::StepAmbiguous(active));
                }
            }
        }
    };
    let step = workflow.step(&name).ok_or_else(|| Rejection::StepNotFound(name.clone()))?;
    if step.status != StepStatus::Active {
        return Err(Rejection::StepNotActive { name, status: step.status });
    }
    crate::task::cancel_in_step(draft, &name, "the step was ended by hand")?;
    let reason = Some("ended by hand".to_owned());
    advance_with(draft, vec![StepChange { name, status: StepStatus::Completed, reason }])
}

/// A task of the step has ended: what does that mean for the step?
pub(crate) fn task_ended(draft: &mut Draft<'_>, task: &crate::Task) -> Result<(), Rejection> {
    let (Some(name), Some(workflow)) = (&task.step, draft.session.workflow.clone()) else {
        return Ok(());
    };
    let Some(step) = workflow.step(name).filter(|step| step.status == StepStatus::Active) else {
        return Ok(());
    };
    let failed = matches!(task.status, TaskStatus::Failed | TaskStatus::Timeout);
    if failed && !step.optional_agents.contains(&task.delegatee) && step.on_failure != OnFailure::Continue {
        if step.on_failure == OnFailure::Retry && task.step_retry < limits::STEP_RETRIES {
            return crate::task::delegate_again(draft, task);
        }
        let reason = format!("{} {} in task {}", task.delegatee, task.status, task.id);
        let change =
            StepChange { name: name.clone(), status: StepStatus::Failed, reason: Some(reason.clone()) };
        emit_advanced(draft, vec![change])?;
        let outcome = Outcome {
            reason: Some(format!("step '{name}' failed")),
            details: Some(reason),
            ..Outcome::default()
        };
        return crate::lifecycle::end(draft, EventBody::SessionFailed { outcome }, "the session failed");
    }
    let done = !step.required_agents.is_empty()
        && step.required_agents.iter().all(|agent| has_finished(&draft.session, step, agent));
    if !done {
        return Ok(());
    }
    crate::task::cancel_in_step(draft, name, "the step is complete")?;
    let reason = failed.then(|| format!("{} {}, and the plan goes on", task.delegatee, task.status));
    advance_with(draft, vec![StepChange { name: name.clone(), status: StepStatus::Completed, reason }])
}

/// Makes the changes, starts what is ready after them, and delegates the tasks of the steps that start.
pub(crate) fn advance_with(draft: &mut Draft<'_>, mut changes: Vec<StepChange>) -> Result<(), Rejection> {
    let Some(workflow) = draft.session.workflow.clone() else {
        return Ok(());
    };
    let mut status: BTreeMap<&str, StepStatus> =
        workflow.steps.iter().map(|step| (step.name.as_str(), step.status)).collect();
    for change in &changes {
        if let Some(slot) = status.get_mut(change.name.as_str()) {
            *slot = change.status;
        }
    }
    for step in &workflow.steps {
        let ready = step.dependencies.iter().all(|d| status.get(d.as_str()) == Some(&StepStatus::Completed));
        if ready && status.get(step.name.as_str()) == Some(&StepStatus::Pending) {
            changes.retain(|change| change.name != step.name);
            changes.push(StepChange { name: step.name.clone(), status: StepStatus::Active, reason: None });
        }
    }
    let started: Vec<String> =
        changes.iter().filter(|c| c.status == StepStatus::Active).map(|c| c.name.clone()).collect();
    if changes.is_empty() {
        return Ok(());
    }
    emit_advanced(draft, changes)?;
    for step in workflow.steps.iter().filter(|step| started.contains(&step.name)) {
        let Some(template) = &step.task else { continue };
        for agent in &step.required_agents {
            crate::task::delegate_planned(draft, step, template, agent)?;
        }
    }
    Ok(())
}

fn emit_advanced(draft: &mut Draft<'_>, changes: Vec<StepChange>) -> Result<(), Rejection> {
    let Some(workflow) = &draft.session.workflow else {
        return Ok(());
    };
    let after = |step: &&Step| {
        changes
            .iter()
            .rev()
            .find(|change| change.name == step.name)
            .map_or(step.status, |change| change.status)
    };
    let current_step =
        workflow.steps.iter().find(|s| after(s) == StepStatus::Active).map(|step| step.name.clone());
    let workflow_completed = workflow.steps.iter().all(|step| !after(&step).is_open());
    draft.emit(EventBody::WorkflowAdvanced { steps: changes, current_step, workflow_completed })
}

/// Folds step changes.
pub(crate) fn apply(workflow: &mut Workflow, changes: &[StepChange], event: &Event) -> Result<(), String> {
    for change in changes {
        let step = workflow
            .steps
            .iter_mut()
            .find(|step| step.name == change.name)
            .ok_or_else(|| format!("there is no step '{}'", change.name))?;
        step.status = change.status;
        step.reason = change.reason.clone();
        match change.status {
            StepStatus::Active => {
                step.started_at = Some(event.time);
                step.started_revision = event.seq;
                step.ended_at = None;
            }
            StepStatus::Pending => {
                step.started_at = None;
                step.ended_at = None;
            }
            StepStatus::Completed | StepStatus::Failed => step.ended_at = Some(event.time),
        }
    }
    Ok(())
}
