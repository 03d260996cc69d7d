//! What the door's operations are to the engine: a request becomes a command, a state becomes a view.

use std::time::Duration;

use async_trait::async_trait;
use futures_util::{StreamExt, stream};
use serde_json::Value;
use sessiond_api as api;
use sessiond_api::{Code, Problem};
use sessiond_core::{
    AgentId, CallBatch, Command, MessageId, Rejection, Revision, Session, SessionId, TaskChange, TaskId,
    TaskReport, calls, context, lifecycle, limits, participants, tasks, workflow,
};
use sessiond_engine::{NewKey, RegisteredAgent, Registration, Reply, Response, WatchItem as EngineItem};
use sessiond_store::TaskQuery;

use super::{Embedded, RecordPage, convert, problem};
use crate::{Call, ContextView, Door, Export, Import, Watch, WatchItem};

/// Events that an export reads at once.
const EXPORT_READ: usize = 1000;

impl Embedded {
    /// Has a command decided, and gives the session after it.
    async fn change(
        &self,
        id: &SessionId,
        operation: &str,
        request: &impl serde::Serialize,
        call: Call,
        command: Command,
    ) -> Result<api::Session, Problem> {
        let reply = self.execute(id, operation, request, call, command).await?;
        Ok(api::Session::from(&*reply.session))
    }

    /// Has a report on a task decided, and gives the task after it.
    async fn report(
        &self,
        task: &TaskId,
        operation: &str,
        request: &impl serde::Serialize,
        call: Call,
        report: TaskReport,
    ) -> Result<api::Task, Problem> {
        let id = self.session_of(task).await?;
        let operation = format!("{operation} {task}");
        match self
            .execute(&id, &operation, request, call, Command::Tasks(tasks::Command::Report(report)))
            .await
        {
            Ok(reply) => task_view(&reply, task),
            Err(problem) => Err(hide_session(problem)),
        }
    }

    /// An agent as the caller may see it: the address that its messages are posted to can hold a secret.
    fn agent_view(&self, agent: RegisteredAgent) -> Result<api::Agent, Problem> {
        let mut view = convert::agent(agent)?;
        if !self.principal.acts_as(&view.agent_id) {
            view.descriptor.endpoints = None;
        }
        Ok(view)
    }

    /// The session that a task belongs to, whoever may see it.
    async fn session_of(&self, task: &TaskId) -> Result<SessionId, Problem> {
        match self.engine.task_session(task).await.map_err(problem)? {
            Some(id) => Ok(id),
            None => Err(Rejection::TaskNotFound.into()),
        }
    }

    async fn see(&self, id: &SessionId) -> Result<std::sync::Arc<Session>, Problem> {
        self.engine.session(&self.principal, id).await.map_err(problem)
    }
}

/// To whom may not see the session, the task does not exist.
fn hide_session(problem: Problem) -> Problem {
    match problem.code {
        Code::SessionNotFound => Rejection::TaskNotFound.into(),
        _ => problem,
    }
}

/// Refuses a condition that could not be kept: a caller must not believe that it was.
fn unconditional(call: &Call) -> Result<(), Problem> {
    if call.expected_revision.is_none() {
        return Ok(());
    }
    let detail = "this is done whatever the session's revision is; leave the header out";
    Err(Problem::invalid("If-Match", detail))
}

fn task_view(reply: &Reply, task: &TaskId) -> Result<api::Task, Problem> {
    let session = &reply.session;
    let found = session.tasks.get(task).ok_or_else(|| Problem::from(Rejection::TaskNotFound))?;
    Ok(api::Task::view(&session.id, found))
}

fn context_view(session: &Session) -> ContextView {
    ContextView { document: Value::clone(&session.context.document), revision: session.revision }
}

#[async_trait]
impl Door for Embedded {
    async fn create_session(&self, request: api::CreateSession, call: Call) -> Result<api::Session, Problem> {
        let idempotency = self.idempotency(&call, "create", &request)?;
        let fresh = SessionId::parse(self.engine.fresh_id("sess"))
            .map_err(|error| Problem::new(Code::Internal, format!("no session id could be made: {error}")))?;
        let reply = self.engine.create(request.into_core(fresh), &self.principal, idempotency).await;
        Ok(api::Session::from(&*reply.map_err(problem)?.session))
    }

    async fn session(&self, id: &SessionId) -> Result<api::Session, Problem> {
        Ok(api::Session::from(&*self.see(id).await?))
    }

    async fn sessions(&self, query: api::ListSessions) -> Result<api::SessionPage, Problem> {
        let query = convert::list_query(query)?;
        let page = self.engine.list(&self.principal, query).await.map_err(problem)?;
        let sessions = page.items.into_iter().map(convert::summary).collect();
        Ok(api::SessionPage { sessions, next_cursor: page.next_cursor })
    }

    async fn counts(&self) -> Result<api::Counts, Problem> {
        if self.principal.role != sessiond_core::Role::Admin {
            return Err(Problem::new(Code::Forbidden, "only an administrator's key may count all sessions"));
        }
        Ok(convert::counts(&self.engine.counts().await.map_err(problem)?))
    }

    async fn update_session(
        &self,
        id: &SessionId,
        request: api::UpdateSession,
        call: Call,
    ) -> Result<api::Session, Problem> {
        let api::UpdateSession { name, labels, expires_in } = request.clone();
        self.change(
            id,
            "update",
            &request,
            call,
            Command::Lifecycle(lifecycle::Command::Update { name, labels, expires_in }),
        )
        .await
    }

    async fn delete_session(&self, id: &SessionId, call: Call) -> Result<(), Problem> {
        self.engine.delete(&self.principal, id, call.expected_revision).await.map_err(problem)
    }

    async fn complete_session(
        &self,
        id: &SessionId,
        request: api::Complete,
        call: Call,
    ) -> Result<api::Session, Problem> {
        let api::Complete { summary, artifacts } = request.clone();
        self.change(
            id,
            "complete",
            &request,
            call,
            Command::Lifecycle(lifecycle::Command::Complete { summary, artifacts }),
        )
        .await
    }

    async fn terminate_session(
        &self,
        id: &SessionId,
        request: api::Terminate,
        call: Call,
    ) -> Result<api::Session, Problem> {
        let api::Terminate { reason, details } = request.clone();
        self.change(
            id,
            "terminate",
            &request,
            call,
            Command::Lifecycle(lifecycle::Command::Terminate { reason, details }),
        )
        .await
    }

    async fn fail_session(
        &self,
        id: &SessionId,
        request: api::FailSession,
        call: Call,
    ) -> Result<api::Session, Problem> {
        let api::FailSession { reason, details } = request.clone();
        self.change(
            id,
            "fail",
            &request,
            call,
            Command::Lifecycle(lifecycle::Command::Fail { reason, details }),
        )
        .await
    }

    async fn fork_session(
        &self,
        id: &SessionId,
        request: api::Fork,
        call: Call,
    ) -> Result<api::Session, Problem> {
        let idempotency = self.idempotency(&call, &format!("fork {id}"), &request)?;
        let copy = match request.session_id {
            Some(copy) => copy,
            None => SessionId::parse(self.engine.fresh_id("sess")).map_err(|error| {
                Problem::new(Code::Internal, format!("no session id could be made: {error}"))
            })?,
        };
        let reply = self.engine.fork(&self.principal, id, request.at_revision, copy, idempotency).await;
        Ok(api::Session::from(&*reply.map_err(problem)?.session))
    }

    async fn export_session(&self, id: &SessionId) -> Result<Export, Problem> {
        let (header, revision) = self.engine.export_header(&self.principal, id).await.map_err(problem)?;
        // The beginning must still be kept: half a journal is no export.
        self.engine.events(&self.principal, id, 0, 1).await.map_err(problem)?;
        let (door, id) = (self.clone(), id.clone());
        let pages = stream::try_unfold(0u64, move |after| {
            let (door, id) = (door.clone(), id.clone());
            async move {
                if after >= revision {
                    return Ok::<_, Problem>(None);
                }
                let limit = usize::try_from(revision - after).unwrap_or(usize::MAX).min(EXPORT_READ);
                let page = door.engine.events(&door.principal, &id, after, limit).await.map_err(problem)?;
                let Some(last) = page.records.last().map(|record| record.seq) else {
                    return Ok(None);
                };
                Ok(Some((page.records, last)))
            }
        });
        let lines = pages.flat_map(|page| match page {
            Ok(records) => {
                stream::iter(records.into_iter().map(|r| Ok(r.json.to_string())).collect::<Vec<_>>())
            }
            Err(problem) => stream::iter(vec![Err(problem)]),
        });
        Ok(Box::pin(stream::iter([Ok(header)]).chain(lines)))
    }

    async fn import_session(&self, import: Import, call: Call) -> Result<api::Imported, Problem> {
        let Import { lines, session_id } = import;
        if lines.len() > limits::IMPORT_BYTES {
            let detail = format!("an import has {} bytes at most", limits::IMPORT_BYTES);
            return Err(Problem::new(Code::BodyTooLarge, detail));
        }
        let idempotency = self.idempotency(&call, "import", &(&lines, &session_id))?;
        let imported = self.engine.import(&self.principal, &lines, session_id, idempotency).await;
        let (reply, events) = imported.map_err(problem)?;
        Ok(api::Imported { session_id: reply.session.id.clone(), revision: reply.session.revision, events })
    }

    async fn summary(&self, id: &SessionId) -> Result<String, Problem> {
        Ok(sessiond_core::summary::markdown(&*self.see(id).await?))
    }

    async fn add_participant(
        &self,
        id: &SessionId,
        request: api::AddParticipant,
        call: Call,
    ) -> Result<api::Session, Problem> {
        let command = Command::Participants(participants::Command::Add(request.clone().into()));
        self.change(id, "add_participant", &request, call, command).await
    }

    async fn remove_participant(
        &self,
        id: &SessionId,
        agent: &AgentId,
        call: Call,
    ) -> Result<api::Session, Problem> {
        let command = Command::Participants(participants::Command::Remove { agent: agent.clone() });
        self.change(id, "remove_participant", agent, call, command).await
    }

    async fn claim_lease(
        &self,
        id: &SessionId,
        agent: &AgentId,
        request: api::ClaimLease,
        call: Call,
    ) -> Result<api::ClaimedLease, Problem> {
        let api::ClaimLease { holder, ttl } = request.clone();
        let command =
            Command::Participants(participants::Command::ClaimLease { agent: agent.clone(), holder, ttl });
        let reply = self.execute(id, &format!("claim_lease {agent}"), &request, call, command).await?;
        let fence = reply.receipt.fence().unwrap_or_default();
        Ok(api::ClaimedLease {
            agent_id: agent.clone(),
            fence,
            expires_at: reply.session.updated_at.after(ttl),
        })
    }

    async fn renew_lease(
        &self,
        id: &SessionId,
        agent: &AgentId,
        request: api::RenewLease,
    ) -> Result<api::ClaimedLease, Problem> {
        let renewed = self.engine.renew_lease(&self.principal, id, agent, request.fence).await;
        let expires_at = renewed.map_err(problem)?;
        Ok(api::ClaimedLease { agent_id: agent.clone(), fence: request.fence, expires_at })
    }

    async fn release_lease(&self, id: &SessionId, agent: &AgentId, call: Call) -> Result<(), Problem> {
        let command = Command::Participants(participants::Command::ReleaseLease { agent: agent.clone() });
        self.execute(id, "release_lease", agent, call, command).await.map(drop)
    }

    async fn update_workflow(
        &self,
        id: &SessionId,
        request: api::UpdateWorkflow,
        call: Call,
    ) -> Result<api::Session, Problem> {
        let command = Command::Workflow(workflow::Command::Update(request.clone().into()));
        self.change(id, "update_workflow", &request, call, command).await
    }

    async fn advance_workflow(
        &self,
        id: &SessionId,
        request: api::Advance,
        call: Call,
    ) -> Result<api::Session, Problem> {
        let command = Command::Workflow(workflow::Command::Advance { step: request.step.clone() });
        self.change(id, "advance_workflow", &request, call, command).await
    }

    async fn context(&self, id: &SessionId) -> Result<ContextView, Problem> {
        Ok(context_view(&*self.see(id).await?))
    }

    async fn replace_context(
        &self,
        id: &SessionId,
        document: Value,
        call: Call,
    ) -> Result<ContextView, Problem> {
        let command = Command::Context(context::Command::Replace(document.clone()));
        let reply = self.execute(id, "replace_context", &document, call, command).await?;
        Ok(context_view(&reply.session))
    }

    async fn patch_context(&self, id: &SessionId, patch: Value, call: Call) -> Result<ContextView, Problem> {
        let command = Command::Context(context::Command::Patch(patch.clone()));
        let reply = self.execute(id, "patch_context", &patch, call, command).await?;
        Ok(context_view(&reply.session))
    }

    async fn begin_execution(
        &self,
        id: &SessionId,
        request: api::BeginExecution,
        call: Call,
    ) -> Result<api::Execution, Problem> {
        let api::BeginExecution { process, keep } = request.clone();
        let command = Command::Calls(calls::Command::Begin { process, keep });
        let reply = self.execute(id, "begin_execution", &request, call, command).await?;
        let writer = reply.receipt.writer().unwrap_or_default();
        Ok(api::Execution { writer, session: api::Session::from(&*reply.session) })
    }

    async fn record_calls(
        &self,
        id: &SessionId,
        request: api::RecordCalls,
        call: Call,
    ) -> Result<api::Recorded, Problem> {
        let api::RecordCalls { writer, batch, calls, context, end } = request.clone();
        let command =
            Command::Calls(calls::Command::Record(CallBatch { writer, batch, calls, context, end }));
        let reply = self.execute(id, "record_calls", &request, call, command).await?;
        Ok(api::Recorded { revision: reply.session.revision })
    }

    async fn delegate_task(
        &self,
        id: &SessionId,
        request: api::DelegateTask,
        call: Call,
    ) -> Result<api::Task, Problem> {
        let command = Command::Tasks(tasks::Command::Delegate(request.clone().into()));
        let reply = self.execute(id, "delegate_task", &request, call, command).await?;
        match reply.receipt.task_id() {
            Some(task) => task_view(&reply, task),
            None => Err(Problem::new(Code::Internal, "the task was made, but its id is not known")),
        }
    }

    async fn session_tasks(&self, id: &SessionId, query: api::ListTasks) -> Result<api::TaskPage, Problem> {
        let limit = convert::page_limit(query.limit)?;
        let session = self.see(id).await?;
        let after = match &query.cursor {
            Some(cursor) => Some(TaskId::parse(cursor.clone()).map_err(|_| {
                Problem::new(Code::InvalidCursor, "the cursor is not one that this list gave")
            })?),
            None => None,
        };
        let wanted = |task: &sessiond_core::Task| {
            query.assignee.as_ref().is_none_or(|agent| task.assignee == *agent)
                && query.status.is_none_or(|status| task.status == status)
                && query.step.as_ref().is_none_or(|step| task.step.as_ref() == Some(step))
                && after.as_ref().is_none_or(|after| task.id > *after)
        };
        let mut tasks: Vec<api::Task> = session
            .tasks
            .values()
            .filter(|task| wanted(task))
            .take(limit + 1)
            .map(|task| api::Task::view(&session.id, task))
            .collect();
        let more = tasks.len() > limit;
        tasks.truncate(limit);
        let next_cursor = tasks.last().filter(|_| more).map(|task| task.task_id.to_string());
        Ok(api::TaskPage { tasks, next_cursor })
    }

    async fn tasks(&self, query: api::ListTasks) -> Result<api::TaskPage, Problem> {
        if query.step.is_some() {
            return Err(Problem::invalid("step", "steps belong to a session; ask GET /sessions/{id}/tasks"));
        }
        let query = TaskQuery {
            visible_to: None, // The engine fills it in.
            assignee: query.assignee,
            status: query.status,
            cursor: query.cursor,
            limit: convert::page_limit(query.limit)?,
        };
        let page = self.engine.tasks(&self.principal, query).await.map_err(problem)?;
        let tasks = page.items.iter().map(|(id, task)| api::Task::view(id, task)).collect();
        Ok(api::TaskPage { tasks, next_cursor: page.next_cursor })
    }

    async fn task(&self, task: &TaskId) -> Result<api::Task, Problem> {
        let session = self.see(&self.session_of(task).await?).await.map_err(hide_session)?;
        let found = session.tasks.get(task).ok_or_else(|| Problem::from(Rejection::TaskNotFound))?;
        Ok(api::Task::view(&session.id, found))
    }

    async fn accept_task(
        &self,
        task: &TaskId,
        request: api::TaskReportMeta,
        call: Call,
    ) -> Result<api::Task, Problem> {
        let api::TaskReportMeta { attempt, agent_id: by } = request.clone();
        let report = TaskReport { task: task.clone(), attempt, by, change: TaskChange::Accept };
        self.report(task, "accept", &request, call, report).await
    }

    async fn progress_task(
        &self,
        task: &TaskId,
        request: api::ProgressTask,
        call: Call,
    ) -> Result<api::Task, Problem> {
        let api::ProgressTask { progress, attempt, agent_id: by } = request.clone();
        let report = TaskReport { task: task.clone(), attempt, by, change: TaskChange::Progress(progress) };
        self.report(task, "progress", &request, call, report).await
    }

    async fn complete_task(
        &self,
        task: &TaskId,
        request: api::CompleteTask,
        call: Call,
    ) -> Result<api::Task, Problem> {
        let api::CompleteTask { result, attempt, agent_id: by } = request.clone();
        let report = TaskReport { task: task.clone(), attempt, by, change: TaskChange::Complete(result) };
        self.report(task, "complete", &request, call, report).await
    }

    async fn fail_task(
        &self,
        task: &TaskId,
        request: api::FailTask,
        call: Call,
    ) -> Result<api::Task, Problem> {
        let api::FailTask { error, attempt, agent_id: by } = request.clone();
        let report = TaskReport { task: task.clone(), attempt, by, change: TaskChange::Fail(error) };
        self.report(task, "fail", &request, call, report).await
    }

    async fn cancel_task(
        &self,
        task: &TaskId,
        request: api::CancelTask,
        call: Call,
    ) -> Result<api::Task, Problem> {
        let change = TaskChange::Cancel { reason: request.reason.clone() };
        let report = TaskReport { task: task.clone(), attempt: None, by: None, change };
        self.report(task, "cancel", &request, call, report).await
    }

    async fn events(&self, id: &SessionId, query: api::ListEvents) -> Result<api::EventPage, Problem> {
        let RecordPage { records, revision, next_cursor } = self.records(id, query).await?;
        let events = records.iter().map(convert::event).collect::<Result<Vec<_>, _>>()?;
        Ok(api::EventPage { events, revision, next_cursor })
    }

    async fn watch(&self, id: &SessionId, after: Option<Revision>) -> Result<Watch, Problem> {
        let watch = self.engine.watch(&self.principal, id, after).await.map_err(problem)?;
        Ok(Box::pin(stream::unfold(watch, |mut watch| async move {
            let item = match watch.next().await? {
                Ok(EngineItem::Snapshot(session)) => {
                    Ok(WatchItem::Snapshot(Box::new(api::Session::from(&*session))))
                }
                Ok(EngineItem::Record(record)) => convert::event(&record).map(WatchItem::Event),
                Ok(EngineItem::Gap { after, first }) => Ok(WatchItem::Gap { after, first }),
                Err(error) => Err(problem(error)),
            };
            Some((item, watch))
        })))
    }

    async fn send_message(&self, message: api::Message, call: Call) -> Result<api::Sent, Problem> {
        unconditional(&call)?;
        let message_id = message.message_id.clone();
        let sent = self.engine.send(&self.principal, message, call.fence).await.map_err(problem)?;
        let mut answer = match &sent.task {
            Some(task) => api::Sent::of_task(message_id, task.id.clone(), task.status),
            None => api::Sent::queued(message_id),
        };
        if sent.heartbeat {
            answer.status = "received".to_owned();
        }
        match sent.response {
            Some(Response::Task(task)) => {
                answer.response = task.result.as_deref().or(task.error.as_deref()).cloned();
            }
            Some(Response::Message(reply)) => {
                answer.status = "completed".to_owned();
                answer.response = Some(reply.payload);
            }
            None => {}
        }
        Ok(answer)
    }

    async fn messages(&self, query: api::ListMessages) -> Result<api::MessagePage, Problem> {
        let query = convert::message_query(query)?;
        let page = self.engine.messages(&self.principal, query).await.map_err(problem)?;
        let messages = page.items.into_iter().map(convert::message).collect::<Result<_, _>>()?;
        Ok(api::MessagePage { messages, next_cursor: page.next_cursor })
    }

    async fn requeue_message(&self, agent: &AgentId, message: &MessageId) -> Result<(), Problem> {
        self.engine.requeue(&self.principal, agent, message).await.map_err(problem)
    }

    async fn register_agent(&self, request: api::RegisterAgent) -> Result<api::Registered, Problem> {
        let agent_id = request.agent_descriptor.agent_id.clone();
        let registration = crate::registration::to_keep(&request)?;
        let done = self.engine.register(&self.principal, &agent_id, registration).await.map_err(problem)?;
        Ok(api::Registered { success: true, agent_id, created: done == Registration::Created })
    }

    async fn agents(&self, query: api::ListAgents) -> Result<api::AgentPage, Problem> {
        let limit = convert::page_limit(query.limit)?;
        let after = match query.cursor {
            Some(cursor) => Some(AgentId::parse(cursor).map_err(|_| {
                Problem::new(Code::InvalidCursor, "the cursor is not one that this list gave")
            })?),
            None => None,
        };
        let mut agents =
            self.engine.agents(&self.principal, after.as_ref(), limit + 1).await.map_err(problem)?;
        let more = agents.len() > limit;
        agents.truncate(limit);
        let agents = agents.into_iter().map(|agent| self.agent_view(agent)).collect::<Result<Vec<_>, _>>()?;
        let next_cursor = agents.last().filter(|_| more).map(|agent| agent.agent_id.to_string());
        Ok(api::AgentPage { agents, next_cursor })
    }

    async fn agent(&self, agent: &AgentId) -> Result<api::Agent, Problem> {
        self.agent_view(self.engine.agent(&self.principal, agent).await.map_err(problem)?)
    }

    async fn delete_agent(&self, agent: &AgentId) -> Result<(), Problem> {
        self.engine.unregister(&self.principal, agent).await.map_err(problem)
    }

    async fn heartbeat(&self, agent: &AgentId, request: api::Heartbeat) -> Result<(), Problem> {
        let said = convert::said(request.status)?;
        self.engine.heartbeat(&self.principal, agent, said).map_err(problem)
    }

    async fn receive(&self, agent: &AgentId, query: api::ReceiveMessages) -> Result<api::InboxPage, Problem> {
        let wait: Duration = query.wait.unwrap_or_default().into();
        let limit = query.limit.unwrap_or(10);
        let taken = self.engine.receive(&self.principal, agent, query.fence, limit, wait).await;
        let messages = taken
            .map_err(problem)?
            .into_iter()
            .map(|delivery| {
                let message = convert::stored_message(&delivery.body)?;
                Ok(api::InboxMessage { message, attempt: delivery.attempt })
            })
            .collect::<Result<_, Problem>>()?;
        Ok(api::InboxPage { messages })
    }

    async fn ack(&self, agent: &AgentId, request: api::AckMessages) -> Result<api::Acknowledged, Problem> {
        let api::AckMessages { message_ids, fence } = request;
        let acknowledged =
            self.engine.ack(&self.principal, agent, fence, message_ids).await.map_err(problem)?;
        Ok(api::Acknowledged { acknowledged })
    }

    async fn aggregate(&self, request: api::Aggregate, call: Call) -> Result<api::Aggregation, Problem> {
        unconditional(&call)?;
        self.see(&request.session_id).await?;
        // Nothing is stored, so that a repeat's id must follow from the request.
        let id = match self.idempotency(&call, "aggregate", &request)? {
            Some(idempotency) => idempotency.id("agg"),
            None => self.engine.fresh_id("agg"),
        };
        Ok(sessiond_core::aggregation::aggregate(&request, id)?)
    }

    async fn create_key(&self, request: api::CreateKey, call: Call) -> Result<api::CreatedKey, Problem> {
        unconditional(&call)?;
        let idempotency = self.idempotency(&call, "create_key", &request)?;
        super::keys::check(&request)?;
        let api::CreateKey { name, role, agents, expires_in } = request;
        let new = NewKey { name, role, agents, expires_in };
        let made = self.engine.create_key_once(&self.principal, new, idempotency).await;
        let (key, secret) = made.map_err(problem)?;
        let secret = secret.map(|secret| secret.reveal().to_owned()).unwrap_or_default();
        Ok(api::CreatedKey { key: convert::key(key), secret })
    }

    async fn keys(&self) -> Result<api::KeyPage, Problem> {
        let keys = self.engine.keys(&self.principal).map_err(problem)?;
        Ok(api::KeyPage { keys: keys.into_iter().map(convert::key).collect() })
    }

    async fn revoke_key(&self, key_id: &str) -> Result<api::Key, Problem> {
        self.engine.revoke_key(&self.principal, key_id).await.map(convert::key).map_err(problem)
    }

    async fn put_points(&self, id: &SessionId, request: api::PutPoints, call: Call) -> Result<(), Problem> {
        unconditional(&call)?;
        let idempotency = self.idempotency(&call, &format!("put_points {id}"), &request)?;
        let Call { agent, fence, .. } = call;
        let now = self.engine.now();
        let points = request.points.into_iter().map(|point| convert::point(point, now)).collect();
        let put = self.engine.put_points(&self.principal, id, points, agent, fence, idempotency).await;
        put.map_err(problem)
    }

    async fn points(&self, id: &SessionId, query: api::ListPoints) -> Result<api::PointPage, Problem> {
        let limit = convert::page_limit(query.limit)?;
        let after = query.after.unwrap_or(0);
        let series = query.series.as_deref();
        let mut points =
            self.engine.points(&self.principal, id, series, after, limit + 1).await.map_err(problem)?;
        let more = points.len() > limit;
        points.truncate(limit);
        let next_cursor = points.last().filter(|_| more).map(|reading| reading.id);
        Ok(api::PointPage { points: points.into_iter().map(convert::reading).collect(), next_cursor })
    }

    fn location(&self) -> String {
        self.engine.location()
    }

    async fn close(&self) {
        self.engine.shutdown().await;
    }
}
