//! What the operations on messages are to the engine.

use async_trait::async_trait;
use sessiond_api::{self as api, Problem};
use sessiond_core::{AgentId, MessageId};
use sessiond_engine::Response;
use sessiond_store::{MessageQuery, MessageRecord, MessageState};

use super::{Embedded, addressable, page_limit, problem, unconditional};
use crate::Conditions;
use crate::traits::Messages;

#[async_trait]
impl Messages for Embedded {
    async fn send_message(
        &self,
        message: api::Message,
        conditions: Conditions,
    ) -> Result<api::Sent, Problem> {
        unconditional(&conditions)?;
        // A request becomes a task, whose id follows from the message's.
        for parameter in ["message_id", "task_id"] {
            addressable(parameter, message.message_id.as_str(), "/message_id")?;
        }
        let (message_id, deliver_at) = (message.message_id.clone(), message.deliver_at);
        let sent = self.engine.send(&self.principal, message, conditions.fence).await.map_err(problem)?;
        let mut answer = match &sent.task {
            Some(task) => api::Sent::of_task(message_id, task.id.clone(), task.status),
            None => api::Sent::queued(message_id),
        };
        answer.deliver_at = deliver_at;
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
        let query = message_query(query)?;
        let page = self.engine.messages(&self.principal, query).await.map_err(problem)?;
        let messages = page.items.into_iter().map(message).collect::<Result<_, _>>()?;
        Ok(api::MessagePage { messages, next_cursor: page.next_cursor })
    }

    async fn requeue_message(&self, agent: &AgentId, message: &MessageId) -> Result<(), Problem> {
        self.engine.requeue(&self.principal, agent, message).await.map_err(problem)
    }
}

fn message_query(query: api::ListMessages) -> Result<MessageQuery, Problem> {
    let state = query.state.map(|state| match state {
        api::MessageState::Queued => MessageState::Queued,
        api::MessageState::Acknowledged => MessageState::Acked,
        api::MessageState::Dead => MessageState::Dead,
        api::MessageState::Withdrawn => MessageState::Withdrawn,
    });
    Ok(MessageQuery {
        recipient: query.recipient,
        session_id: query.session_id,
        state,
        in_reply_to: None,
        cursor: query.cursor,
        limit: page_limit(query.limit)?,
    })
}

fn message(record: MessageRecord) -> Result<api::MessageInfo, Problem> {
    let state = match record.state {
        MessageState::Queued => api::MessageState::Queued,
        MessageState::Acked => api::MessageState::Acknowledged,
        MessageState::Dead => api::MessageState::Dead,
        MessageState::Withdrawn => api::MessageState::Withdrawn,
    };
    Ok(api::MessageInfo {
        message: stored_message(&record.message.body)?,
        state,
        attempts: record.attempts,
        accepted_at: record.message.at,
        ended_at: record.ended_at,
    })
}

pub(super) fn stored_message(body: &str) -> Result<api::Message, Problem> {
    serde_json::from_str(body).map_err(|error| {
        tracing::error!(%error, "a stored message cannot be read");
        Problem::new(api::Code::Internal, "a stored message cannot be read; the server's log says more")
    })
}
