//! Tasks: work that a participant is asked for, its attempts, and what becomes of it.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::command::{DelegateTask, TaskChange, TaskReport};
use crate::decide::Draft;
use crate::event::{Event, EventBody, TaskUpdate};
use crate::{
    AgentId, Effect, Message, MessageId, MessageType, Party, Priority, Rejection, RetryPolicy, Revision,
    Routing, Span, Step, StepStatus, TaskId, TaskTemplate, Timer, TimerAction, Timestamp, limits,
};

/// Work that a participant is asked for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Task {
    /// Its id.
    pub id: TaskId,
    /// What kind of work.
    pub task_type: String,
    /// Who asks; absent when the plan itself, or a person, does.
    pub delegator: Option<AgentId>,
    /// Who was asked first; a step waits for it.
    pub delegatee: AgentId,
    /// Who has it now: the delegatee, or a fallback agent.
    pub assignee: AgentId,
    /// What for.
    pub payload: Arc<Value>,
    /// The step that it belongs to.
    pub step: Option<String>,
    /// How often the step has started this work anew.
    pub step_retry: u32,
    /// Orders the inbox.
    pub priority: Priority,
    /// The time that one attempt may take.
    pub timeout: Span,
    /// When and how often a failed attempt is made again.
    pub retry_policy: RetryPolicy,
    /// Who is asked next, in this order.
    pub fallback_agents: Vec<AgentId>,
    /// What it is now.
    pub status: TaskStatus,
    /// The attempt that is under way, or was the last; the first is 1.
    pub attempt: u32,
    /// How many of the attempts were retries with the present assignee.
    pub retries: u32,
    /// The message that carried the first request; responses refer to it.
    pub request_id: MessageId,
    /// The message that carries the request of the present attempt.
    pub message_id: MessageId,
    /// The revision at which it was delegated.
    pub revision: Revision,
    /// When it was delegated.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// When the present attempt was accepted.
    pub started_at: Option<Timestamp>,
    /// When the present attempt is over time.
    pub deadline: Timestamp,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// How far it is, in the agent's own words.
    pub progress: Option<Value>,
    /// What it gave.
    pub result: Option<Arc<Value>>,
    /// Why the last attempt failed, or why it was cancelled.
    pub error: Option<Arc<Value>>,
    /// The attempts that have ended, oldest first.
    pub attempts: Vec<Attempt>,
}

/// An attempt that has ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Attempt {
    /// Its number.
    pub attempt: u32,
    /// Who made it.
    pub agent_id: AgentId,
    /// How it ended.
    pub status: TaskStatus,
    /// When it was accepted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started_at: Option<Timestamp>,
    /// When it ended.
    pub ended_at: Timestamp,
    /// Why it failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<Arc<Value>>,
}

/// What a task is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TaskStatus {
    /// Its request waits in an inbox, or for a retry.
    Pending,
    /// An agent has accepted it.
    InProgress,
    /// It gave a result.
    Completed,
    /// Every attempt failed.
    Failed,
    /// The last attempt took too long.
    Timeout,
    /// It is wanted no more.
    Cancelled,
}

impl TaskStatus {
    /// Whether it can still change.
    pub fn is_open(self) -> bool {
        matches!(self, Self::Pending | Self::InProgress)
    }

    /// The name on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::InProgress => "in_progress",
            Self::Completed => "completed",
            Self::Failed => "failed",
            Self::Timeout => "timeout",
            Self::Cancelled => "cancelled",
        }
    }
}

impl fmt::Display for TaskStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Task {
    /// The task that a `task_delegated` event begins.
    pub(crate) fn delegated(event: &Event) -> Option<Self> {
        let EventBody::TaskDelegated {
            task_id,
            task_type,
            delegator,
            delegatee,
            payload,
            step,
            step_retry,
            priority,
            timeout,
            retry_policy,
            fallback_agents,
            message_id,
            deadline,
        } = &event.body
        else {
            return None;
        };
        Some(Self {
            id: task_id.clone(),
            task_type: task_type.clone(),
            delegator: delegator.clone(),
            delegatee: delegatee.clone(),
            assignee: delegatee.clone(),
            payload: payload.clone(),
            step: step.clone(),
            step_retry: *step_retry,
            priority: *priority,
            timeout: *timeout,
            retry_policy: retry_policy.clone(),
            fallback_agents: fallback_agents.clone(),
            status: TaskStatus::Pending,
            attempt: 1,
            retries: 0,
            request_id: message_id.clone(),
            message_id: message_id.clone(),
            revision: event.seq,
            created_at: event.time,
            updated_at: event.time,
            started_at: None,
            deadline: *deadline,
            ended_at: None,
            progress: None,
            result: None,
            error: None,
            attempts: Vec::new(),
        })
    }

    /// Folds one update.
    pub(crate) fn apply(&mut self, update: &TaskUpdate, time: Timestamp) {
        let ends_attempt = !update.status.is_open() || update.attempt != self.attempt;
        if ends_attempt && self.status.is_open() {
            let status =
                if update.status == TaskStatus::Pending { TaskStatus::Failed } else { update.status };
            self.attempts.push(Attempt {
                attempt: self.attempt,
                agent_id: self.assignee.clone(),
                status,
                started_at: self.started_at,
                ended_at: time,
                error: update.error.clone(),
            });
        }
        if update.attempt != self.attempt {
            if update.assignee == self.assignee {
                self.retries += 1;
            } else {
                self.retries = 0;
                let tried = self.fallback_agents.iter().position(|agent| *agent == update.assignee);
                self.fallback_agents.drain(..tried.map_or(0, |at| at + 1));
            }
            self.started_at = None;
            self.progress = None;
        }
        if update.status == TaskStatus::InProgress && self.started_at.is_none() {
            self.started_at = Some(time);
        }
        self.status = update.status;
        self.attempt = update.attempt;
        self.assignee = update.assignee.clone();
        self.updated_at = time;
        if let Some(progress) = &update.progress {
            self.progress = Some(progress.clone());
        }
        if let Some(result) = &update.result {
            self.result = Some(result.clone());
        }
        if let Some(error) = &update.error {
            self.error = Some(error.clone());
        }
        if let Some(message_id) = &update.message_id {
            self.message_id = message_id.clone();
        }
        if let Some(deadline) = update.deadline {
            self.deadline = deadline;
        }
        if !update.status.is_open() {
            self.ended_at = Some(time);
        }
    }

    /// An update that changes nothing yet.
    fn update(&self) -> TaskUpdate {
        TaskUpdate {
            task_id: self.id.clone(),
            status: self.status,
            attempt: self.attempt,
            assignee: self.assignee.clone(),
            progress: None,
            result: None,
            error: None,
            message_id: None,
            retry_at: None,
            deadline: None,
        }
    }

    fn timer(&self) -> String {
        format!("task:{}", self.id)
    }
}

/// Asks a participant for work.
pub(crate) fn delegate(draft: &mut Draft<'_>, new: DelegateTask) -> Result<TaskId, Rejection> {
    let session = &draft.session;
    if !session.takes_part(&new.delegatee) {
        return Err(Rejection::ParticipantNotFound(new.delegatee));
    }
    for (i, agent) in new.fallback_agents.iter().enumerate() {
        if !session.takes_part(agent) {
            let detail = format!("{agent} does not take part in the session");
            return Err(Rejection::invalid(format!("/fallback_agents/{i}"), detail));
        }
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
        None => crate::workflow::waiting_step(session, &new.delegatee),
    };
    let template = TaskTemplate {
        task_type: new.task_type,
        payload: new.payload,
        priority: new.priority,
        timeout: new.timeout,
        retry_policy: new.retry_policy,
        fallback_agents: new.fallback_agents,
    };
    begin(draft, template, new.delegator, new.delegatee, step, 0, new.message_id)
}

/// Delegates the task that the plan names for `agent` in `step`.
pub(crate) fn delegate_planned(
    draft: &mut Draft<'_>,
    step: &Step,
    template: &TaskTemplate,
    agent: &AgentId,
) -> Result<(), Rejection> {
    let template = template.clone();
    begin(draft, template, None, agent.clone(), Some(step.name.clone()), 0, None).map(drop)
}

/// Delegates the same work anew, as `on_failure: retry` asks.
pub(crate) fn delegate_again(draft: &mut Draft<'_>, task: &Task) -> Result<(), Rejection> {
    begin_like(draft, task, task.step_retry + 1)
}

/// Delegates the same work in a fork, where the copied task belongs to the session that it was copied from.
pub(crate) fn delegate_copy(draft: &mut Draft<'_>, task: &Task) -> Result<(), Rejection> {
    begin_like(draft, task, task.step_retry)
}

fn begin_like(draft: &mut Draft<'_>, task: &Task, step_retry: u32) -> Result<(), Rejection> {
    let template = TaskTemplate {
        task_type: task.task_type.clone(),
        payload: Value::clone(&task.payload),
        priority: task.priority,
        timeout: Some(task.timeout),
        retry_policy: Some(task.retry_policy.clone()),
        fallback_agents: task.fallback_agents.clone(),
    };
    begin(
        draft,
        template,
        task.delegator.clone(),
        task.delegatee.clone(),
        task.step.clone(),
        step_retry,
        None,
    )
    .map(drop)
}

fn begin(
    draft: &mut Draft<'_>,
    template: TaskTemplate,
    delegator: Option<AgentId>,
    delegatee: AgentId,
    step: Option<String>,
    step_retry: u32,
    message_id: Option<MessageId>,
) -> Result<TaskId, Rejection> {
    if draft.session.tasks.len() >= limits::TASKS {
        return Err(Rejection::LimitReached { what: "tasks of a session", limit: limits::TASKS as u64 });
    }
    let task_id = draft.task_id();
    let message_id = message_id.unwrap_or_else(|| draft.message_id());
    let timeout = template.timeout.unwrap_or(Span::from_millis(limits::TASK_TIMEOUT_MS));
    let deadline = draft.moment.now.after(timeout);
    draft.emit(EventBody::TaskDelegated {
        task_id: task_id.clone(),
        task_type: template.task_type,
        delegator,
        delegatee,
        payload: Arc::new(template.payload),
        step,
        step_retry,
        priority: template.priority,
        timeout,
        retry_policy: template.retry_policy.unwrap_or_default(),
        fallback_agents: template.fallback_agents,
        message_id,
        deadline,
    })?;
    request(draft, &task_id, None);
    Ok(task_id)
}

/// Sends the request of the present attempt, and sets the timer that ends the attempt.
fn request(draft: &mut Draft<'_>, task_id: &TaskId, not_before: Option<Timestamp>) {
    let Some(task) = draft.session.tasks.get(task_id).cloned() else {
        return;
    };
    let session_id = draft.session.id.clone();
    let mut metadata = Map::new();
    metadata.insert("task_id".into(), json!(task.id));
    metadata.insert("task_attempt".into(), json!(task.attempt));
    if let Some(step) = &task.step {
        metadata.insert("step".into(), json!(step));
    }
    let sender = task.delegator.clone().unwrap_or_else(|| draft.engine_agent());
    let mut payload = Value::clone(&task.payload);
    if let Value::Object(members) = &mut payload {
        members.entry("task_type").or_insert_with(|| json!(task.task_type));
    } else {
        metadata.insert("task_type".into(), json!(task.task_type));
    }
    let message = Message {
        message_id: task.message_id.clone(),
        timestamp: draft.moment.now,
        sender: Party::new(sender).in_session(session_id.clone()),
        recipient: Party::new(task.assignee.clone()).in_session(session_id),
        message_type: MessageType::TaskRequest,
        priority: task.priority,
        payload,
        routing: Routing {
            timeout: Some(task.timeout),
            retry_policy: Some(task.retry_policy.clone()),
            fallback_agents: task.fallback_agents.clone(),
            ..Routing::default()
        },
        metadata,
        in_reply_to: None,
    };
    draft.effects.push(Effect::Deliver { message: Box::new(message), not_before, optional: false });
    draft.effects.push(Effect::SetTimer(Timer {
        key: task.timer(),
        at: task.deadline,
        action: TimerAction::TaskDeadline { task: task.id.clone(), attempt: task.attempt },
    }));
}

/// Takes in a report.
pub(crate) fn report(draft: &mut Draft<'_>, report: TaskReport) -> Result<(), Rejection> {
    let task = draft.session.tasks.get(&report.task).cloned().ok_or(Rejection::TaskNotFound)?;
    if !task.status.is_open() {
        return Err(Rejection::TaskClosed { task: task.id.clone(), status: task.status });
    }
    let cancels = matches!(report.change, TaskChange::Cancel { .. });
    let other_attempt = report.attempt.is_some_and(|attempt| attempt != task.attempt);
    let other_agent = report.by.as_ref().is_some_and(|agent| *agent != task.assignee);
    if other_attempt || (other_agent && !cancels) {
        let (attempt, assignee) = (task.attempt, task.assignee.clone());
        return Err(Rejection::AttemptStale { task: task.id.clone(), attempt, assignee });
    }
    match report.change {
        TaskChange::Accept if task.status == TaskStatus::InProgress => Ok(()),
        TaskChange::Accept => {
            draft.emit(EventBody::TaskUpdated(TaskUpdate { status: TaskStatus::InProgress, ..task.update() }))
        }
        TaskChange::Progress(progress) => draft.emit(EventBody::TaskUpdated(TaskUpdate {
            status: TaskStatus::InProgress,
            progress: Some(progress),
            ..task.update()
        })),
        TaskChange::Complete(result) => finish(
            draft,
            TaskUpdate { status: TaskStatus::Completed, result: Some(Arc::new(result)), ..task.update() },
        ),
        TaskChange::Fail(error) => fail_attempt(draft, &task, error, TaskStatus::Failed),
        TaskChange::Cancel { reason } => {
            cancel(draft, &task, reason.as_deref().unwrap_or("cancelled"))?;
            let task = draft.session.tasks.get(&report.task).cloned().ok_or(Rejection::TaskNotFound)?;
            crate::workflow::task_ended(draft, &task)
        }
    }
}

/// A timer: the attempt is over time.
pub(crate) fn deadline(draft: &mut Draft<'_>, task_id: &TaskId, attempt: u32) -> Result<(), Rejection> {
    let Some(task) = draft.session.tasks.get(task_id).cloned() else {
        return Ok(());
    };
    if !task.status.is_open() || task.attempt != attempt || draft.moment.now < task.deadline {
        return Ok(());
    }
    let error = json!({ "code": "timeout", "detail": format!("no result within {}", task.timeout) });
    fail_attempt(draft, &task, error, TaskStatus::Timeout)
}

/// The process that worked for `agent` is dead: what it had in progress is a failed attempt.
pub(crate) fn lose_assignee(draft: &mut Draft<'_>, agent: &AgentId) -> Result<(), Rejection> {
    let in_progress = |task: &&Arc<Task>| task.status == TaskStatus::InProgress && task.assignee == *agent;
    let lost: Vec<Arc<Task>> = draft.session.open_tasks().filter(in_progress).cloned().collect();
    for task in lost {
        // An earlier one may have ended the session, and with it this task.
        if draft.session.tasks.get(&task.id).is_some_and(|now| now.status.is_open()) {
            let error = json!({ "code": "lease_expired", "detail": format!("the process of {agent} was declared dead") });
            fail_attempt(draft, &task, error, TaskStatus::Failed)?;
        }
    }
    Ok(())
}

/// An attempt failed: try again, ask the next agent, or give up, as the task's own policy says.
fn fail_attempt(
    draft: &mut Draft<'_>,
    task: &Task,
    error: Value,
    status: TaskStatus,
) -> Result<(), Rejection> {
    let now = draft.moment.now;
    let retry = task.retries < task.retry_policy.max_retries && draft.session.takes_part(&task.assignee);
    let next = if retry {
        let retry_number = task.retries + 1;
        let delay = task.retry_policy.delay(retry_number, draft.random());
        Some((task.assignee.clone(), now.after(delay)))
    } else {
        let present = task.fallback_agents.iter().find(|agent| draft.session.takes_part(agent));
        present.map(|agent| (agent.clone(), now))
    };
    let error = Some(Arc::new(error));
    let Some((assignee, retry_at)) = next else {
        return finish(draft, TaskUpdate { status, error, ..task.update() });
    };
    withdraw(draft, task);
    let message_id = draft.message_id();
    draft.emit(EventBody::TaskUpdated(TaskUpdate {
        status: TaskStatus::Pending,
        attempt: task.attempt + 1,
        assignee,
        error,
        message_id: Some(message_id),
        retry_at: Some(retry_at),
        deadline: Some(retry_at.after(task.timeout)),
        ..task.update()
    }))?;
    request(draft, &task.id, Some(retry_at));
    Ok(())
}

/// Ends a task, tells its delegator, and lets its step go on.
fn finish(draft: &mut Draft<'_>, update: TaskUpdate) -> Result<(), Rejection> {
    let id = update.task_id.clone();
    draft.emit(EventBody::TaskUpdated(update))?;
    let Some(task) = draft.session.tasks.get(&id).cloned() else {
        return Ok(());
    };
    withdraw(draft, &task);
    draft.effects.push(Effect::ClearTimer(task.timer()));
    respond(draft, &task);
    crate::workflow::task_ended(draft, &task)
}

/// Tells the delegator how its task ended, unless the assignee's own message does.
fn respond(draft: &mut Draft<'_>, task: &Task) {
    let Some(delegator) = task.delegator.clone().filter(|_| !draft.answered_by_message) else {
        return;
    };
    let session_id = draft.session.id.clone();
    let message_type =
        if task.status == TaskStatus::Completed { MessageType::TaskResponse } else { MessageType::Error };
    let mut payload = Map::new();
    payload.insert("task_id".into(), json!(task.id));
    payload.insert("status".into(), json!(task.status));
    if let Some(result) = &task.result {
        payload.insert("result".into(), Value::clone(result));
    }
    if let (Some(error), true) = (&task.error, task.status != TaskStatus::Completed) {
        payload.insert("error".into(), Value::clone(error));
    }
    let mut metadata = Map::new();
    metadata.insert("task_id".into(), json!(task.id));
    let message = Message {
        message_id: draft.message_id(),
        timestamp: draft.moment.now,
        sender: Party::new(task.assignee.clone()).in_session(session_id.clone()),
        recipient: Party::new(delegator).in_session(session_id),
        message_type,
        priority: task.priority,
        payload: Value::Object(payload),
        routing: Routing::default(),
        metadata,
        in_reply_to: Some(task.request_id.clone()),
    };
    draft.effects.push(Effect::Deliver { message: Box::new(message), not_before: None, optional: true });
}

/// Cancels the open tasks of one agent, or all.
pub(crate) fn cancel_open(
    draft: &mut Draft<'_>,
    agent: Option<&AgentId>,
    reason: &str,
) -> Result<(), Rejection> {
    let open: Vec<Arc<Task>> = draft
        .session
        .open_tasks()
        .filter(|task| agent.is_none_or(|agent| task.assignee == *agent))
        .cloned()
        .collect();
    open.iter().try_for_each(|task| cancel(draft, task, reason))
}

/// Cancels the open tasks of one step.
pub(crate) fn cancel_in_step(draft: &mut Draft<'_>, step: &str, reason: &str) -> Result<(), Rejection> {
    let open: Vec<Arc<Task>> =
        draft.session.open_tasks().filter(|task| task.step.as_deref() == Some(step)).cloned().collect();
    open.iter().try_for_each(|task| cancel(draft, task, reason))
}

fn cancel(draft: &mut Draft<'_>, task: &Task, reason: &str) -> Result<(), Rejection> {
    withdraw(draft, task);
    draft.effects.push(Effect::ClearTimer(task.timer()));
    notify_cancelled(draft, task, reason);
    mark_cancelled(draft, task, reason)
}

/// Marks a task cancelled, with no effects: what is to be taken back belongs to another session, or is gone.
pub(crate) fn mark_cancelled(draft: &mut Draft<'_>, task: &Task, reason: &str) -> Result<(), Rejection> {
    draft.emit(EventBody::TaskUpdated(TaskUpdate {
        status: TaskStatus::Cancelled,
        error: Some(Arc::new(json!({ "code": "cancelled", "detail": reason }))),
        ..task.update()
    }))
}

/// Tells an agent that works on the task that it may stop.
fn notify_cancelled(draft: &mut Draft<'_>, task: &Task, reason: &str) {
    if task.status != TaskStatus::InProgress {
        return;
    }
    let session_id = draft.session.id.clone();
    let sender = task.delegator.clone().unwrap_or_else(|| draft.engine_agent());
    let mut metadata = Map::new();
    metadata.insert("task_id".into(), json!(task.id));
    metadata.insert("task_attempt".into(), json!(task.attempt));
    let message = Message {
        message_id: draft.message_id(),
        timestamp: draft.moment.now,
        sender: Party::new(sender).in_session(session_id.clone()),
        recipient: Party::new(task.assignee.clone()).in_session(session_id),
        message_type: MessageType::StatusUpdate,
        priority: Priority::High,
        payload: json!({ "task_id": task.id, "status": TaskStatus::Cancelled, "reason": reason }),
        routing: Routing::default(),
        metadata,
        in_reply_to: Some(task.message_id.clone()),
    };
    draft.effects.push(Effect::Deliver { message: Box::new(message), not_before: None, optional: true });
}

/// Takes the request of the present attempt back from the inbox, when it is still there.
fn withdraw(draft: &mut Draft<'_>, task: &Task) {
    draft
        .effects
        .push(Effect::Withdraw { recipient: task.assignee.clone(), message_id: task.message_id.clone() });
}
