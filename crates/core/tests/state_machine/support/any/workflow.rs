//! Any plan, and any change of one.

use std::collections::BTreeSet;

use proptest::prelude::*;
use serde_json::json;
use sessiond_core::*;

use super::tasks::{AnyRequest, any_request};
use super::{any_agent, name, span, step_name};

#[derive(Debug, Clone)]
pub enum AnyWorkflow {
    Plan(Vec<AnyStep>),
    Lists { current: Option<u8>, completed: Vec<u8>, pending: Vec<u8> },
    Advance(Option<u8>),
}

#[derive(Debug, Clone)]
pub struct AnyStep {
    pub name: u8,
    pub required: Vec<u8>,
    pub optional: Vec<u8>,
    pub dependencies: Vec<u8>,
    pub on_failure: u8,
    pub join: u8,
    pub question: u8,
    pub template: Option<AnyRequest>,
}

pub fn any_workflow() -> impl Strategy<Value = AnyWorkflow> {
    let lists =
        (prop::option::of(0u8..6), prop::collection::vec(0u8..6, 0..3), prop::collection::vec(0u8..6, 0..2));
    prop_oneof![
        2 => any_plan().prop_map(AnyWorkflow::Plan),
        1 => lists.prop_map(|(current, completed, pending)| AnyWorkflow::Lists { current, completed, pending }),
        1 => prop::option::of(0u8..6).prop_map(AnyWorkflow::Advance),
    ]
}

fn any_step() -> impl Strategy<Value = AnyStep> {
    (
        0u8..5,
        prop::collection::vec(0u8..4, 0..3),
        prop::collection::vec(any_agent(), 0..2),
        prop::collection::vec(0u8..5, 0..2),
        0u8..3,
        (0u8..8, 0u8..9),
        prop::option::of(any_request()),
    )
        .prop_map(|(name, required, optional, dependencies, on_failure, (join, question), template)| {
            AnyStep { name, required, optional, dependencies, on_failure, join, question, template }
        })
}

/// A plan that may be right: its names differ and its dependencies point back. One in ten is left as it came.
pub fn any_plan() -> impl Strategy<Value = Vec<AnyStep>> {
    (prop::collection::vec(any_step(), 1..5), 0u8..10).prop_map(|(mut steps, wild)| {
        if wild > 0 {
            let mut earlier = BTreeSet::new();
            steps.retain(|step| earlier.insert(step.name));
            let names: Vec<u8> = steps.iter().map(|step| step.name).collect();
            for (i, step) in steps.iter_mut().enumerate() {
                step.dependencies.retain(|name| names[..i].contains(name));
                for list in [&mut step.required, &mut step.optional, &mut step.dependencies] {
                    let mut seen = BTreeSet::new();
                    list.retain(|item| seen.insert(*item));
                }
                if usize::from(step.join.saturating_sub(5)) > step.required.len() {
                    step.join = 5;
                }
                if step.required.is_empty() {
                    (step.join, step.template) = (0, None);
                }
                let required = step.required.clone();
                step.optional.retain(|agent| *agent < 4 && !required.contains(agent));
            }
        }
        steps
    })
}

impl AnyWorkflow {
    pub fn build(self) -> Command {
        match self {
            AnyWorkflow::Plan(steps) => Command::Workflow(workflow::Command::Update(WorkflowUpdate {
                steps: Some(steps.into_iter().map(AnyStep::build).collect()),
                ..WorkflowUpdate::default()
            })),
            AnyWorkflow::Lists { current, completed, pending } => {
                Command::Workflow(workflow::Command::Update(WorkflowUpdate {
                    steps: None,
                    current_step: current.map(step_name),
                    completed_steps: Some(completed.into_iter().map(step_name).collect()),
                    pending_steps: Some(pending.into_iter().map(step_name).collect()),
                }))
            }
            AnyWorkflow::Advance(step) => {
                Command::Workflow(workflow::Command::Advance { step: step.map(step_name) })
            }
        }
    }
}

impl AnyStep {
    pub fn build(self) -> NewStep {
        NewStep {
            name: step_name(self.name),
            required_agents: self.required.into_iter().map(name).collect(),
            optional_agents: self.optional.into_iter().map(name).collect(),
            dependencies: self.dependencies.into_iter().map(step_name).collect(),
            on_failure: [OnFailure::Fail, OnFailure::Continue, OnFailure::Retry]
                [usize::from(self.on_failure)],
            question: match self.question {
                0..7 => None,
                kind => Some(StepQuestion {
                    kind: if kind == 7 { QuestionKind::Approval } else { QuestionKind::Input },
                    text: "May it begin?".into(),
                    details: None,
                    schema: None,
                    answerers: vec![],
                    timeout: span(Some(9_000)),
                    default: None,
                }),
            },
            join: match self.join {
                0..4 => Join::ALL,
                4 | 5 => Join::Word(JoinWord::First),
                number => Join::Number(u32::from(number) - 5),
            },
            task: self.template.map(|request| TaskTemplate {
                task_type: "planned".into(),
                payload: json!({ "n": 1.1 }),
                priority: Priority::High,
                timeout: span(request.timeout),
                start_within: span(request.start_within),
                heartbeat: span(request.heartbeat),
                retry_policy: request.policy(),
                fallback_agents: request
                    .fallbacks()
                    .into_iter()
                    .collect::<BTreeSet<_>>()
                    .into_iter()
                    .collect(),
            }),
            ..NewStep::default()
        }
    }
}
