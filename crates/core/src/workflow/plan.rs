//! A plan as given: what it must satisfy, and the steps that it becomes.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;

use crate::questions;
use crate::session::{Rejection, Session};
use crate::values::check::Checks;
use crate::values::json::json_bytes;
use crate::values::{AgentId, Limit, limits};

use super::{NewStep, Step, StepStatus, TaskTemplate};

/// Checks a plan and gives it its first state; a step that keeps its name keeps its state. `at` is the pointer of the
/// list of steps. When no step names a dependency, they run in the order given.
pub(crate) fn check(session: &Session, new: Vec<NewStep>, at: &str) -> Result<Vec<Step>, Rejection> {
    Limit::Steps.allows(new.len())?;
    let mut checks = Checks::default();
    let mut names = BTreeMap::new();
    for (i, step) in new.iter().enumerate() {
        checks.title(format!("{at}/{i}/name"), &step.name);
        if let Some(first) = names.insert(step.name.as_str(), i) {
            let detail = format!("step {first} has the name '{}' already", step.name);
            checks.wrong(format!("{at}/{i}/name"), detail);
        }
    }
    for (i, step) in new.iter().enumerate() {
        check_step(&mut checks, session, &format!("{at}/{i}"), step, &names);
    }
    if checks.is_fine()
        && let Some(i) = cycle(&new)
    {
        let detail = format!("step '{}' depends on itself, directly or through others", new[i].name);
        checks.wrong(format!("{at}/{i}/dependencies"), detail);
    }
    checks.done()?;
    let steps = with_state(session, new);
    Limit::PlanBytes.allows(json_bytes(&json!(steps)))?;
    Ok(steps)
}

fn check_step(
    checks: &mut Checks,
    session: &Session,
    at: &str,
    step: &NewStep,
    names: &BTreeMap<&str, usize>,
) {
    // The agents of a step that is complete may have left since.
    let earlier = session.workflow.as_ref().and_then(|workflow| workflow.step(&step.name));
    let is_complete = earlier.is_some_and(|step| step.status == StepStatus::Completed);
    let takes_part =
        |agent: &AgentId| session.takes_part(agent) || (is_complete && session.participant(agent).is_some());
    checks.text_if_any(format!("{at}/description"), step.description.as_ref());
    checks.name_if_any(format!("{at}/estimated_duration"), step.estimated_duration.as_ref());
    if step.outputs.len() > limits::STEP_NAMES {
        let detail = format!("it may have at most {} items", limits::STEP_NAMES);
        checks.wrong(format!("{at}/outputs"), detail);
    } else {
        for (j, output) in step.outputs.iter().enumerate() {
            checks.name(format!("{at}/outputs/{j}"), output);
        }
    }
    for (field, agents) in
        [("required_agents", &step.required_agents), ("optional_agents", &step.optional_agents)]
    {
        checks.each_once(&format!("{at}/{field}"), agents.iter().map(AgentId::as_str), limits::STEP_NAMES);
        for (j, agent) in agents.iter().take(limits::STEP_NAMES).enumerate() {
            if !takes_part(agent) {
                let detail = format!("{agent} does not take part in the session");
                checks.wrong(format!("{at}/{field}/{j}"), detail);
            } else if field == "optional_agents" && step.required_agents.contains(agent) {
                let detail = format!("{agent} is required by this step already");
                checks.wrong(format!("{at}/{field}/{j}"), detail);
            }
        }
    }
    let dependencies = step.dependencies.iter();
    let pointer = format!("{at}/dependencies");
    checks.each_once(&pointer, dependencies.map(String::as_str), limits::STEP_NAMES);
    for (j, dependency) in step.dependencies.iter().take(limits::STEP_NAMES).enumerate() {
        if !names.contains_key(dependency.as_str()) {
            let detail = format!("there is no step '{dependency}'");
            checks.wrong(format!("{pointer}/{j}"), detail);
        }
    }
    if let Some(number) = step.join.number()
        && !(1..=step.required_agents.len()).contains(&number)
    {
        let detail =
            format!("it has {} required agents, so it cannot wait for {number}", step.required_agents.len());
        checks.wrong(format!("{at}/join"), detail);
    }
    if let Some(question) = &step.question {
        for violation in questions::rules::wrong_in(question) {
            checks.wrong(format!("{at}/question{}", violation.pointer), violation.detail);
        }
    }
    if let Some(task) = &step.task {
        if step.required_agents.is_empty() {
            checks.wrong(format!("{at}/task"), "nobody would receive it: name required_agents");
        }
        check_template(checks, &format!("{at}/task"), task, takes_part);
    }
}

fn check_template(checks: &mut Checks, at: &str, task: &TaskTemplate, takes_part: impl Fn(&AgentId) -> bool) {
    checks.title(format!("{at}/task_type"), &task.task_type);
    checks.payload(format!("{at}/payload"), &task.payload);
    let spans =
        [("timeout", task.timeout), ("start_within", task.start_within), ("heartbeat", task.heartbeat)];
    for (name, span) in spans {
        checks.span(format!("{at}/{name}"), span, limits::SPAN_MS);
    }
    if let Some(policy) = &task.retry_policy {
        policy.check(checks, &format!("{at}/retry_policy"));
    }
    // The template serves all required agents, so one of them may stand in for another.
    let pointer = format!("{at}/fallback_agents");
    checks.fallback_agents(&pointer, &task.fallback_agents, None, takes_part);
}

fn with_state(session: &Session, new: Vec<NewStep>) -> Vec<Step> {
    let in_order = new.iter().all(|step| step.dependencies.is_empty());
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
            question: step.question,
            join: step.join,
            on_failure: step.on_failure,
            outputs: step.outputs,
            estimated_duration: step.estimated_duration,
            task: step.task,
        }
    });
    steps.collect()
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
            return on_cycle(steps, &done);
        }
    }
}

/// Of the steps that cannot be ordered some only depend on a cycle, so this follows the dependencies until one
/// comes back.
fn on_cycle(steps: &[NewStep], ordered: &BTreeSet<&str>) -> Option<usize> {
    let mut name = steps.iter().map(|s| s.name.as_str()).find(|n| !ordered.contains(n))?;
    let mut seen = BTreeSet::new();
    while seen.insert(name) {
        let step = steps.iter().find(|step| step.name == name)?;
        name = step.dependencies.iter().map(String::as_str).find(|d| !ordered.contains(d))?;
    }
    steps.iter().position(|step| step.name == name)
}
