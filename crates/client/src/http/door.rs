//! Which request each operation is.

use std::time::Duration;

use async_trait::async_trait;
use futures_util::{StreamExt, stream};
use reqwest::Response;
use serde_json::Value;
use sessiond_api as api;
use sessiond_api::{Code, Problem};
use sessiond_core::{AgentId, DeliveryMode, MessageId, Revision, SessionId, TaskId, limits};

use super::{Http, answer, segment, watch};
use crate::{Call, ContextView, Door, Export, Import, Watch};

/// An export that sends nothing for this long has broken off.
const EXPORT_SILENCE: Duration = Duration::from_secs(60);

#[async_trait]
impl Door for Http {
    async fn create_session(&self, request: api::CreateSession, call: Call) -> Result<api::Session, Problem> {
        self.post("/sessions").call(call).json(&request).read().await
    }

    async fn session(&self, id: &SessionId) -> Result<api::Session, Problem> {
        self.get(session(id, "")).read().await
    }

    async fn sessions(&self, query: api::ListSessions) -> Result<api::SessionPage, Problem> {
        self.get("/sessions").query(&query).read().await
    }

    async fn counts(&self) -> Result<api::Counts, Problem> {
        self.get("/sessions/counts").read().await
    }

    async fn update_session(
        &self,
        id: &SessionId,
        request: api::UpdateSession,
        call: Call,
    ) -> Result<api::Session, Problem> {
        self.patch(session(id, "")).call(call).json(&request).read().await
    }

    async fn delete_session(&self, id: &SessionId, call: Call) -> Result<(), Problem> {
        self.delete(session(id, "")).call(call).done().await
    }

    async fn complete_session(
        &self,
        id: &SessionId,
        request: api::Complete,
        call: Call,
    ) -> Result<api::Session, Problem> {
        self.post(session(id, "/complete")).call(call).json(&request).read().await
    }

    async fn terminate_session(
        &self,
        id: &SessionId,
        request: api::Terminate,
        call: Call,
    ) -> Result<api::Session, Problem> {
        self.post(session(id, "/terminate")).call(call).json(&request).read().await
    }

    async fn fail_session(
        &self,
        id: &SessionId,
        request: api::FailSession,
        call: Call,
    ) -> Result<api::Session, Problem> {
        self.post(session(id, "/fail")).call(call).json(&request).read().await
    }

    async fn fork_session(
        &self,
        id: &SessionId,
        request: api::Fork,
        call: Call,
    ) -> Result<api::Session, Problem> {
        self.post(session(id, "/fork")).call(call).json(&request).read().await
    }

    async fn export_session(&self, id: &SessionId) -> Result<Export, Problem> {
        let response = self.get(session(id, "/export")).streaming().send().await?;
        Ok(lines(response))
    }

    async fn import_session(&self, import: Import, call: Call) -> Result<api::Imported, Problem> {
        let query: Vec<_> = import.session_id.iter().map(|id| ("session_id", id.as_str())).collect();
        self.post("/sessions/import").call(call).query(&query).lines(import.lines).read().await
    }

    async fn summary(&self, id: &SessionId) -> Result<String, Problem> {
        let response = self.get(session(id, "/summary")).send().await?;
        response.text().await.map_err(|error| answer::broken(&error))
    }

    async fn add_participant(
        &self,
        id: &SessionId,
        request: api::AddParticipant,
        call: Call,
    ) -> Result<api::Session, Problem> {
        self.post(session(id, "/participants")).call(call).json(&request).read().await
    }

    async fn remove_participant(
        &self,
        id: &SessionId,
        agent: &AgentId,
        call: Call,
    ) -> Result<api::Session, Problem> {
        self.delete(participant(id, agent, "")).call(call).read().await
    }

    async fn claim_lease(
        &self,
        id: &SessionId,
        agent: &AgentId,
        request: api::ClaimLease,
        call: Call,
    ) -> Result<api::ClaimedLease, Problem> {
        self.post(participant(id, agent, "/lease")).call(call).json(&request).read().await
    }

    async fn renew_lease(
        &self,
        id: &SessionId,
        agent: &AgentId,
        request: api::RenewLease,
    ) -> Result<api::ClaimedLease, Problem> {
        self.put(participant(id, agent, "/lease")).json(&request).read().await
    }

    async fn release_lease(&self, id: &SessionId, agent: &AgentId, call: Call) -> Result<(), Problem> {
        self.delete(participant(id, agent, "/lease")).call(call).done().await
    }

    async fn update_workflow(
        &self,
        id: &SessionId,
        request: api::UpdateWorkflow,
        call: Call,
    ) -> Result<api::Session, Problem> {
        self.put(session(id, "/workflow")).call(call).json(&request).read().await
    }

    async fn advance_workflow(
        &self,
        id: &SessionId,
        request: api::Advance,
        call: Call,
    ) -> Result<api::Session, Problem> {
        self.post(session(id, "/workflow/advance")).call(call).json(&request).read().await
    }

    async fn context(&self, id: &SessionId) -> Result<ContextView, Problem> {
        context(self.get(session(id, "/context")).send().await?).await
    }

    async fn replace_context(
        &self,
        id: &SessionId,
        document: Value,
        call: Call,
    ) -> Result<ContextView, Problem> {
        context(self.put(session(id, "/context")).call(call).json(&document).send().await?).await
    }

    async fn patch_context(&self, id: &SessionId, patch: Value, call: Call) -> Result<ContextView, Problem> {
        context(self.patch(session(id, "/context")).call(call).merge_patch(&patch).send().await?).await
    }

    async fn begin_execution(
        &self,
        id: &SessionId,
        request: api::BeginExecution,
        call: Call,
    ) -> Result<api::Execution, Problem> {
        self.post(session(id, "/execution")).call(call).json(&request).read().await
    }

    async fn record_calls(
        &self,
        id: &SessionId,
        request: api::RecordCalls,
        call: Call,
    ) -> Result<api::Recorded, Problem> {
        self.post(session(id, "/calls")).repeatable().call(call).json(&request).read().await
    }

    async fn delegate_task(
        &self,
        id: &SessionId,
        request: api::DelegateTask,
        call: Call,
    ) -> Result<api::Task, Problem> {
        self.post(session(id, "/tasks")).call(call).json(&request).read().await
    }

    async fn session_tasks(&self, id: &SessionId, query: api::ListTasks) -> Result<api::TaskPage, Problem> {
        self.get(session(id, "/tasks")).query(&query).read().await
    }

    async fn tasks(&self, query: api::ListTasks) -> Result<api::TaskPage, Problem> {
        self.get("/tasks").query(&query).read().await
    }

    async fn task(&self, id: &TaskId) -> Result<api::Task, Problem> {
        self.get(task(id, "")).read().await
    }

    async fn accept_task(
        &self,
        id: &TaskId,
        request: api::TaskReportMeta,
        call: Call,
    ) -> Result<api::Task, Problem> {
        self.post(task(id, "/accept")).call(call).json(&request).read().await
    }

    async fn progress_task(
        &self,
        id: &TaskId,
        request: api::ProgressTask,
        call: Call,
    ) -> Result<api::Task, Problem> {
        self.post(task(id, "/progress")).call(call).json(&request).read().await
    }

    async fn complete_task(
        &self,
        id: &TaskId,
        request: api::CompleteTask,
        call: Call,
    ) -> Result<api::Task, Problem> {
        self.post(task(id, "/complete")).call(call).json(&request).read().await
    }

    async fn fail_task(&self, id: &TaskId, request: api::FailTask, call: Call) -> Result<api::Task, Problem> {
        self.post(task(id, "/fail")).call(call).json(&request).read().await
    }

    async fn cancel_task(
        &self,
        id: &TaskId,
        request: api::CancelTask,
        call: Call,
    ) -> Result<api::Task, Problem> {
        self.post(task(id, "/cancel")).call(call).json(&request).read().await
    }

    async fn events(&self, id: &SessionId, query: api::ListEvents) -> Result<api::EventPage, Problem> {
        self.get(session(id, "/events")).query(&query).read().await
    }

    async fn watch(&self, id: &SessionId, after: Option<Revision>) -> Result<Watch, Problem> {
        watch::open(self.clone(), session(id, "/events"), after).await
    }

    async fn send_message(&self, message: api::Message, call: Call) -> Result<api::Sent, Problem> {
        let mut request = self.post("/messages/send").call(call).json(&message);
        if message.routing.delivery_mode == DeliveryMode::Sync {
            let wait = message.routing.timeout.map(Duration::from);
            request = request.waiting(wait.unwrap_or(Duration::from_millis(limits::WAIT_MS)));
        }
        request.read().await
    }

    async fn messages(&self, query: api::ListMessages) -> Result<api::MessagePage, Problem> {
        self.get("/messages").query(&query).read().await
    }

    async fn requeue_message(&self, agent_id: &AgentId, message: &MessageId) -> Result<(), Problem> {
        let message = segment(message);
        self.post(agent(agent_id, &format!("/inbox/{message}/requeue"))).done().await
    }

    async fn register_agent(&self, request: api::RegisterAgent) -> Result<api::Registered, Problem> {
        self.post("/agents/register").json(&request).read().await
    }

    async fn agents(&self, query: api::ListAgents) -> Result<api::AgentPage, Problem> {
        self.get("/agents").query(&query).read().await
    }

    async fn agent(&self, agent_id: &AgentId) -> Result<api::Agent, Problem> {
        self.get(agent(agent_id, "")).read().await
    }

    async fn delete_agent(&self, agent_id: &AgentId) -> Result<(), Problem> {
        self.delete(agent(agent_id, "")).done().await
    }

    async fn heartbeat(&self, agent_id: &AgentId, request: api::Heartbeat) -> Result<(), Problem> {
        self.post(agent(agent_id, "/heartbeat")).json(&request).done().await
    }

    async fn receive(
        &self,
        agent_id: &AgentId,
        query: api::ReceiveMessages,
    ) -> Result<api::InboxPage, Problem> {
        let wait = query.wait.map(Duration::from).unwrap_or_default();
        self.get(agent(agent_id, "/inbox")).query(&query).waiting(wait).read().await
    }

    async fn ack(&self, agent_id: &AgentId, request: api::AckMessages) -> Result<api::Acknowledged, Problem> {
        self.post(agent(agent_id, "/inbox/ack")).json(&request).read().await
    }

    async fn aggregate(&self, request: api::Aggregate, call: Call) -> Result<api::Aggregation, Problem> {
        self.post("/aggregations").call(call).json(&request).read().await
    }

    async fn create_key(&self, request: api::CreateKey, call: Call) -> Result<api::CreatedKey, Problem> {
        self.post("/keys").call(call).json(&request).read().await
    }

    async fn keys(&self) -> Result<api::KeyPage, Problem> {
        self.get("/keys").read().await
    }

    async fn revoke_key(&self, key_id: &str) -> Result<api::Key, Problem> {
        self.delete(format!("/keys/{}", segment(key_id))).read().await
    }

    async fn put_points(&self, id: &SessionId, request: api::PutPoints, call: Call) -> Result<(), Problem> {
        self.post(session(id, "/telemetry")).call(call).json(&request).done().await
    }

    async fn points(&self, id: &SessionId, query: api::ListPoints) -> Result<api::PointPage, Problem> {
        self.get(session(id, "/telemetry")).query(&query).read().await
    }

    fn location(&self) -> String {
        self.base.clone()
    }

    async fn close(&self) {}
}

fn session(id: &SessionId, rest: &str) -> String {
    format!("/sessions/{}{rest}", segment(id))
}

fn participant(id: &SessionId, agent: &AgentId, rest: &str) -> String {
    format!("/sessions/{}/participants/{}{rest}", segment(id), segment(agent))
}

fn task(id: &TaskId, rest: &str) -> String {
    format!("/tasks/{}{rest}", segment(id))
}

fn agent(id: &AgentId, rest: &str) -> String {
    format!("/agents/{}{rest}", segment(id))
}

/// The context's document is the body, the session's revision its tag.
async fn context(response: Response) -> Result<ContextView, Problem> {
    let revision = answer::revision(&response).ok_or_else(|| {
        Problem::new(Code::Internal, "the answer has no ETag: is something between here and the server?")
    })?;
    Ok(ContextView { document: answer::read(response).await?, revision })
}

/// The lines of a body as they arrive.
fn lines(response: Response) -> Export {
    let begin = (response, Vec::new(), false);
    let lines = stream::unfold(begin, |(mut response, mut rest, done)| async move {
        if done {
            return None;
        }
        loop {
            if let Some(end) = rest.iter().position(|byte| *byte == b'\n') {
                let after = rest.split_off(end + 1);
                rest.truncate(end);
                return Some((text(rest), (response, after, false)));
            }
            match tokio::time::timeout(EXPORT_SILENCE, response.chunk()).await {
                Ok(Ok(Some(chunk))) => rest.extend_from_slice(&chunk),
                Ok(Ok(None)) if rest.is_empty() => return None,
                Ok(Ok(None)) => return Some((text(rest), (response, Vec::new(), true))),
                Ok(Err(error)) => return Some((Err(answer::broken(&error)), (response, Vec::new(), true))),
                Err(_) => {
                    let problem = Problem::new(Code::Unreachable, "the export stopped on the way");
                    return Some((Err(problem), (response, Vec::new(), true)));
                }
            }
        }
    });
    lines.boxed()
}

fn text(line: Vec<u8>) -> Result<String, Problem> {
    String::from_utf8(line).map_err(|_| Problem::new(Code::Internal, "a line of the export is not UTF-8"))
}
