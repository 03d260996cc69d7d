//! Delegation: how a task begins, by a participant's wish, by the plan, or as the same work anew.

use std::sync::Arc;

use serde_json::{Map, Value};

use crate::session::Rejection;
use crate::session::draft::Draft;
use crate::values::check::Checks;
use crate::values::json::{bytes_of, metadata_bytes};
use crate::values::{AgentId, Limit, MessageId, Span, TaskId, Timestamp, limits};
use crate::workflow::waiting::waiting_step;
use crate::workflow::{Step, StepStatus, TaskTemplate};

use super::{DelegateTask, SentRequest, Task, TaskDelegated, TaskStatus, TaskUpdated, notice};

/// Asks a participant for work.
pub(crate) fn delegate(draft: &mut Draft<'_>, new: DelegateTask) -> Result<TaskId, Rejection> {
    let mut checks = Checks::default();
    checks.title("/task_type", &new.task_type);
    checks.payload("/payload", &new.payload);
    check(&mut checks, "", &new, draft);
    checks.done()?;
    delegate_checked(draft, new, Map::new(), None)
}

/// Checks what a request says of how its task is worked; `at` is the pointer of the object that says it.
pub(crate) fn check(checks: &mut Checks, at: &str, new: &DelegateTask, draft: &Draft<'_>) {
    let spans = [("timeout", new.timeout), ("start_within", new.start_within), ("heartbeat", new.heartbeat)];
    for (name, span) in spans {
        checks.span(format!("{at}/{name}"), span, limits::SPAN_MS);
    }
    if let Some(policy) = &new.retry_policy {
        policy.check(checks, &format!("{at}/retry_policy"));
    }
    checks.fallback_agents(
        &format!("{at}/fallback_agents"),
        &new.fallback_agents,
        Some(&new.delegatee),
        |agent| draft.session().takes_part(agent),
    );
}

/// Begins a task whose fields were checked. `metadata` is what its sender attaches to the request, and `sent` what else it
/// wrote there.
pub(crate) fn delegate_checked(
    draft: &mut Draft<'_>,
    new: DelegateTask,
    metadata: Map<String, Value>,
    sent: Option<SentRequest>,
) -> Result<TaskId, Rejection> {
    let session = &draft.session();
    for agent in new.delegator.iter().chain([&new.delegatee]) {
        if !session.takes_part(agent) {
            return Err(Rejection::ParticipantNotFound(agent.clone()));
        }
    }
    if let Some(id) = &new.message_id
        && session.open_tasks().any(|task| task.request_id == *id)
    {
        return Err(Rejection::invalid(
            "/message_id",
            format!("an open task was requested by message {id} already"),
        ));
    }
    let step = match new.step {
        Some(name) => {
            let workflow = session.workflow.as_ref().ok_or(Rejection::NoWorkflow)?;
            let step = workflow.step(&name).ok_or_else(|| Rejection::StepNotFound(name.clone()))?;
            if step.status != StepStatus::Active {
                return Err(Rejection::StepNotActive { name, status: step.status });
            }
            Some(name)
        }
        None => waiting_step(session, &new.delegatee),
    };
    begin(
        draft,
        Beginning {
            template: TaskTemplate {
                task_type: new.task_type,
                payload: new.payload,
                priority: new.priority,
                timeout: new.timeout,
                start_within: new.start_within,
                heartbeat: new.heartbeat,
                retry_policy: new.retry_policy,
                fallback_agents: new.fallback_agents,
            },
            delegator: new.delegator,
            delegatee: new.delegatee,
            step,
            step_retry: 0,
            retry_of: None,
            message_id: new.message_id,
            metadata,
            deliver_at: new.deliver_at,
            sent: sent.map(Arc::new),
        },
    )
}

/// Delegates the task that the plan names for `agent` in `step`.
pub(crate) fn delegate_planned(
    draft: &mut Draft<'_>,
    step: &Step,
    template: &TaskTemplate,
    agent: &AgentId,
) -> Result<(), Rejection> {
    let mut template = template.clone();
    // One list serves all agents of the step, so an agent may be in its own.
    template.fallback_agents.retain(|fallback| fallback != agent);
    let beginning = Beginning {
        template,
        delegator: None,
        delegatee: agent.clone(),
        step: Some(step.name.clone()),
        step_retry: 0,
        retry_of: None,
        message_id: None,
        metadata: Map::new(),
        deliver_at: None,
        sent: None,
    };
    begin(draft, beginning).map(drop)
}

/// Delegates the same work anew, as `on_failure: retry` asks.
pub(crate) fn delegate_again(draft: &mut Draft<'_>, task: &Task) -> Result<(), Rejection> {
    let retry_of = Some(task.id.clone());
    begin(draft, Beginning { retry_of, ..Beginning::like(task, task.step_retry + 1) }).map(drop)
}

/// Delegates the same work in a fork, where the copied task belongs to the session that it was copied from.
pub(crate) fn delegate_copy(draft: &mut Draft<'_>, task: &Task) -> Result<(), Rejection> {
    begin(draft, Beginning::like(task, task.step_retry)).map(drop)
}

/// Gives a task that has ended another attempt, by the agent that was asked first.
pub(crate) fn reopen(draft: &mut Draft<'_>, task: &Task) -> Result<(), Rejection> {
    let is_there = draft.session().takes_part(&task.delegatee);
    let assignee = if is_there { &task.delegatee } else { &task.assignee }.clone();
    let message_id = draft.message_id();
    let now = draft.now();
    draft.emit(TaskUpdated {
        status: TaskStatus::Pending,
        attempt: task.attempt.saturating_add(1),
        assignee,
        message_id: Some(message_id),
        retry_at: Some(task.request_at(now)),
        deadline: Some(task.start_by(now)),
        ..task.update()
    })?;
    notice::request(draft, &task.id, now);
    Ok(())
}

/// What a task begins with.
struct Beginning {
    template: TaskTemplate,
    delegator: Option<AgentId>,
    delegatee: AgentId,
    step: Option<String>,
    step_retry: u32,
    retry_of: Option<TaskId>,
    message_id: Option<MessageId>,
    metadata: Map<String, Value>,
    deliver_at: Option<Timestamp>,
    sent: Option<Arc<SentRequest>>,
}

impl Beginning {
    fn like(task: &Task, step_retry: u32) -> Self {
        Self {
            template: TaskTemplate {
                task_type: task.task_type.clone(),
                payload: Value::clone(&task.payload),
                priority: task.priority,
                timeout: Some(task.timeout),
                start_within: task.start_within,
                heartbeat: task.heartbeat,
                retry_policy: Some(task.retry_policy.clone()),
                fallback_agents: task.fallback_agents.clone(),
            },
            delegator: task.delegator.clone(),
            delegatee: task.delegatee.clone(),
            step: task.step.clone(),
            step_retry,
            retry_of: None,
            message_id: None,
            metadata: task.metadata.clone(),
            deliver_at: task.deliver_at,
            sent: None,
        }
    }
}

fn begin(draft: &mut Draft<'_>, beginning: Beginning) -> Result<TaskId, Rejection> {
    Limit::Tasks.allows(draft.session().tasks.len() + 1)?;
    let payload = bytes_of(&beginning.template.payload);
    draft.session().check_room(payload + metadata_bytes(&beginning.metadata))?;
    let task_id = draft.task_id();
    let message_id = beginning.message_id.unwrap_or_else(|| draft.message_id());
    let template = beginning.template;
    let timeout = template.timeout.unwrap_or(Span::from_millis(limits::TASK_TIMEOUT_MS));
    let start_within = template.start_within.unwrap_or(Span::from_millis(limits::TASK_START_MS));
    let requested = beginning.deliver_at.map_or(draft.now(), |at| at.max(draft.now()));
    let deadline = requested.after(start_within);
    draft.emit(TaskDelegated {
        task_id: task_id.clone(),
        task_type: template.task_type,
        delegator: beginning.delegator,
        delegatee: beginning.delegatee,
        payload: Arc::new(template.payload),
        step: beginning.step,
        step_retry: beginning.step_retry,
        retry_of: beginning.retry_of,
        priority: template.priority,
        timeout,
        start_within: Some(start_within),
        heartbeat: template.heartbeat,
        retry_policy: template.retry_policy.unwrap_or_default(),
        fallback_agents: template.fallback_agents,
        message_id,
        metadata: beginning.metadata,
        deadline,
        deliver_at: beginning.deliver_at,
        sent: beginning.sent,
    })?;
    notice::request(draft, &task_id, draft.now());
    Ok(task_id)
}
