//! Any work that is delegated, and any report on it.

use std::sync::Arc;

use proptest::prelude::*;
use proptest::sample::Index;
use serde_json::{Value, json};
use sessiond_core::*;

use super::{Fixture, any_agent, any_json, name, span, step_name};

#[derive(Debug, Clone)]
pub enum AnyTasks {
    Delegate { from: Option<u8>, to: u8, step: Option<u8>, request: AnyRequest },
    Report { task: Index, attempt: Option<i8>, by: Option<u8>, change: AnyChange },
    Undelivered { task: Index, stale: bool },
}

#[derive(Debug, Clone)]
pub struct AnyRequest {
    pub timeout: Option<u32>,
    pub start_within: Option<u32>,
    pub heartbeat: Option<u32>,
    pub retries: u32,
    pub fallbacks: Vec<u8>,
    /// How much later than now it is delivered; earlier, if negative.
    pub later: Option<i16>,
}

#[derive(Debug, Clone)]
pub enum AnyChange {
    Accept,
    Progress(Value),
    Complete(Value),
    Fail(Value, Option<bool>),
    Cancel,
}

pub fn any_tasks() -> impl Strategy<Value = AnyTasks> {
    let delegate =
        (prop::option::of(any_agent()), any_agent(), prop::option::weighted(0.3, 0u8..6), any_request());
    let report = (
        any::<Index>(),
        prop::option::weighted(0.2, -1i8..2),
        prop::option::weighted(0.4, any_agent()),
        any_change(),
    );
    prop_oneof![
        6 => delegate.prop_map(|(from, to, step, request)| AnyTasks::Delegate { from, to, step, request }),
        1 => (any::<Index>(), any::<bool>()).prop_map(|(task, stale)| AnyTasks::Undelivered { task, stale }),
        12 => report.prop_map(|(task, attempt, by, change)| AnyTasks::Report { task, attempt, by, change }),
    ]
}

pub fn any_request() -> impl Strategy<Value = AnyRequest> {
    let span = || prop::option::of(0u32..20_000);
    let later = prop::option::weighted(0.2, any::<i16>());
    (span(), span(), span(), 0u32..3, prop::collection::vec(any_agent(), 0..3), later).prop_map(
        |(timeout, start_within, heartbeat, retries, fallbacks, later)| AnyRequest {
            timeout,
            start_within,
            heartbeat,
            retries,
            fallbacks,
            later,
        },
    )
}

pub fn later(fixture: &Fixture, by: Option<i16>) -> Option<Timestamp> {
    by.map(|by| Timestamp::from_millis(fixture.now + i64::from(by)))
}

fn any_change() -> impl Strategy<Value = AnyChange> {
    prop_oneof![
        3 => Just(AnyChange::Accept),
        1 => any_json().prop_map(AnyChange::Progress),
        6 => any_json().prop_map(AnyChange::Complete),
        3 => (any_json(), any::<Option<bool>>()).prop_map(|(error, retryable)| AnyChange::Fail(error, retryable)),
        1 => Just(AnyChange::Cancel),
    ]
}

/// A task of the session: mostly an open one, or few reports would be taken.
pub fn chosen<'a>(fixture: &'a Fixture, index: &Index) -> Option<&'a Arc<Task>> {
    let tasks: Vec<_> = fixture.session.tasks.values().collect();
    let open: Vec<_> = tasks.iter().copied().filter(|task| task.status.is_open()).collect();
    match (tasks.as_slice(), open.as_slice()) {
        ([], _) => None,
        (_, [_, ..]) if index.index(5) > 0 => Some(*index.get(&open)),
        _ => Some(*index.get(&tasks)),
    }
}

impl AnyTasks {
    pub fn build(self, fixture: &Fixture) -> Command {
        match self {
            AnyTasks::Delegate { from, to, step, request } => {
                Command::Tasks(tasks::Command::Delegate(DelegateTask {
                    task_type: "work".into(),
                    delegator: from.map(name),
                    delegatee: name(to),
                    payload: json!({ "n": 0.1 }),
                    step: step.map(step_name),
                    priority: Priority::Low,
                    timeout: span(request.timeout),
                    start_within: span(request.start_within),
                    heartbeat: span(request.heartbeat),
                    retry_policy: request.policy(),
                    fallback_agents: request.fallbacks(),
                    message_id: None,
                    deliver_at: later(fixture, request.later),
                }))
            }
            AnyTasks::Undelivered { task, stale } => {
                let task = chosen(fixture, &task);
                Command::Tasks(tasks::Command::Undelivered {
                    task: task.map_or(TaskId::parse("task_unknown").unwrap(), |task| task.id.clone()),
                    attempt: task.map_or(1, |task| task.attempt - u32::from(stale)),
                    why: "the agent never acknowledged it".into(),
                })
            }
            AnyTasks::Report { task, attempt, by, change } => {
                let task = chosen(fixture, &task);
                Command::Tasks(tasks::Command::Report(TaskReport {
                    task: task.map_or(TaskId::parse("task_unknown").unwrap(), |task| task.id.clone()),
                    attempt: attempt.and_then(|offset| task?.attempt.checked_add_signed(offset.into())),
                    by: by.map(|n| match task {
                        // Mostly the right one, or few reports would be taken.
                        Some(task) if n < 3 => task.assignee.clone(),
                        _ => name(n),
                    }),
                    change: match change {
                        AnyChange::Accept => TaskChange::Accept,
                        AnyChange::Progress(value) => TaskChange::Progress(value),
                        AnyChange::Complete(value) => TaskChange::Complete(value),
                        AnyChange::Fail(error, retryable) => TaskChange::Fail { error, retryable },
                        AnyChange::Cancel => TaskChange::Cancel { reason: None },
                    },
                }))
            }
        }
    }
}

impl AnyRequest {
    pub fn policy(&self) -> Option<RetryPolicy> {
        Some(RetryPolicy {
            max_retries: self.retries,
            backoff: Backoff::Exponential,
            ..RetryPolicy::default()
        })
    }

    pub fn fallbacks(&self) -> Vec<AgentId> {
        self.fallbacks.iter().map(|n| name(*n)).collect()
    }
}
