//! Messages: into a session, where a request is a task, or straight into an inbox.

use std::sync::Arc;
use std::time::Duration;

use sessiond_core::{
    Command, DeliveryMode, Envelope, Fence, Message, MessageKind, MessageType, Principal, Rejection,
    RetryPolicy, Routing, Session, SessionId, Span, Task, TaskId, limits, messages,
};
use sessiond_store::{MessageQuery, Op, Refusal};
use sha2::{Digest, Sha256};

use crate::actor::Feed;
use crate::answers::{Idempotency, MESSAGE_SCOPE};
use crate::rows::enqueue;
use crate::{Engine, Error};

/// What became of a message.
#[derive(Debug, Clone)]
pub struct Sent {
    /// The task that it made or speaks of, as it is now.
    pub task: Option<Arc<Task>>,
    /// The response, for a synchronous one.
    pub response: Option<Response>,
    /// Whether it only said that its sender lives.
    pub heartbeat: bool,
}

/// The response to a synchronous message.
#[derive(Debug, Clone)]
pub enum Response {
    /// The task ended.
    Task(Arc<Task>),
    /// An answering message came.
    Message(Box<Message>),
}

impl Engine {
    /// Sends a message. The same message again has no second effect and gets the first answer.
    pub async fn send(
        &self,
        principal: &Principal,
        message: Message,
        fence: Option<Fence>,
    ) -> Result<Sent, Error> {
        let sender = message.sender.agent_id.clone();
        if message.message_type == MessageType::Heartbeat {
            principal.must_act_as(&sender)?;
            if message.delayed_until(self.now()).is_some() {
                let detail = "a heartbeat says that its sender is alive now: leave deliver_at out";
                return Err(Rejection::invalid("/deliver_at", detail).into());
            }
            if self.is_registered(&sender) {
                self.shared.presences.of(&sender).heard(self.now(), None);
            }
            return Ok(Sent { task: None, response: None, heartbeat: true });
        }
        let session_id = message.sender.session_id.clone().or(message.recipient.session_id.clone());
        let of_session = session_id.as_ref().map_or("", SessionId::as_str);
        let idempotency = Idempotency {
            // Each sender chooses its own ids, in each session anew. None of the three has a line break in it.
            scope: format!("{MESSAGE_SCOPE}{}\n{sender}\n{of_session}", principal.name),
            key: message.message_id.to_string(),
            digest: Sha256::digest(serde_json::to_vec(&message).expect("a message has only string keys"))
                .into(),
        };
        let wait = (message.routing.delivery_mode == DeliveryMode::Sync)
            .then(|| wait_of(&message.routing, session_id.is_some()));
        match session_id {
            Some(id) => self.send_in_session(principal, id, message, fence, idempotency, wait).await,
            None => self.send_alone(principal, message, idempotency, wait).await,
        }
    }

    async fn send_in_session(
        &self,
        principal: &Principal,
        id: SessionId,
        mut message: Message,
        fence: Option<Fence>,
        idempotency: Idempotency,
        wait: Option<Duration>,
    ) -> Result<Sent, Error> {
        message.sender.session_id = Some(id.clone());
        let recipient = &message.recipient.agent_id;
        let session = self.session(principal, &id).await?;
        // Answers to what the plan itself asked for go to the engine, which is no participant.
        if !recipient.is_engine() && !session.takes_part(recipient) && !self.is_registered(recipient) {
            return Err(Error::AgentNotFound(recipient.clone()));
        }
        let envelope = Envelope {
            fence,
            ..Envelope::new(principal.clone(), Command::Messages(messages::Command::Send(message)))
        };
        let reply = self.execute(&id, envelope, Some(idempotency)).await?;
        let task_id = reply.receipt.task_id().cloned();
        let task = task_id.as_ref().and_then(|task| reply.session.tasks.get(task)).cloned();
        let response = match (wait, &task_id) {
            (Some(wait), Some(task_id)) => Some(Response::Task(self.task_end(&id, task_id, wait).await?)),
            _ => None,
        };
        let task = match &response {
            Some(Response::Task(task)) => Some(task.clone()),
            _ => task,
        };
        Ok(Sent { task, response, heartbeat: false })
    }

    async fn send_alone(
        &self,
        principal: &Principal,
        message: Message,
        idempotency: Idempotency,
        wait: Option<Duration>,
    ) -> Result<Sent, Error> {
        principal.must_act_as(&message.sender.agent_id)?;
        let recipient = message.recipient.agent_id.clone();
        if !self.is_registered(&recipient) {
            return Err(Error::AgentNotFound(recipient));
        }
        let now = self.now();
        message.check_alone(now)?;
        self.may_write_to(principal, &message).await?;
        if wait.is_some() && !self.is_registered(&message.sender.agent_id) {
            let detail = "an answer outside a session reaches registered agents alone: register the sender, \
                          or send it with delivery_mode async";
            return Err(Rejection::invalid("/routing/delivery_mode", detail).into());
        }
        let answer = idempotency.clone().answer(None, "{}".to_owned(), now);
        let not_before = message.delayed_until(now).unwrap_or(now);
        let op = Op::Enqueue {
            message: Box::new(enqueue(&message, now, not_before, MessageKind::Message)),
            answer: Some(answer),
        };
        let engine = self.clone();
        self.whole(async move {
            match engine.write(op).await? {
                Ok(_) => {
                    engine.shared.presences.wake(&recipient);
                    metrics::counter!("sessiond_messages_total").increment(1);
                    Ok(())
                }
                Err(Refusal::Answered(answer)) => idempotency.same(&answer),
                Err(refusal) => Err(refusal.into()),
            }
        })
        .await?;
        let response = match wait {
            Some(wait) => Some(Response::Message(Box::new(self.reply_to(&message, wait).await?))),
            None => None,
        };
        Ok(Sent { task: None, response, heartbeat: false })
    }

    /// Waits until a task ends.
    async fn task_end(&self, id: &SessionId, task_id: &TaskId, wait: Duration) -> Result<Arc<Task>, Error> {
        let slot = self.open_session(id).await?;
        let mut feed = slot.subscribe();
        let ended =
            |session: &Session| session.tasks.get(task_id).filter(|task| !task.status.is_open()).cloned();
        let wait_for_end = async {
            loop {
                if let Some(task) = ended(&slot.session()) {
                    return Ok(task);
                }
                match feed.recv().await {
                    // What a lagging reader missed shows in the state all the same.
                    Ok(Feed::Record(_) | Feed::Stored(_))
                    | Err(tokio::sync::broadcast::error::RecvError::Lagged(_)) => {}
                    Ok(Feed::Deleted) | Err(tokio::sync::broadcast::error::RecvError::Closed) => {
                        return Err(Rejection::SessionNotFound.into());
                    }
                }
            }
        };
        tokio::select! {
            result = self.within(wait, wait_for_end) => result.unwrap_or(Err(Error::ResponseTimeout)),
            () = self.shared.stop.cancelled() => Err(Error::Closed),
        }
    }

    /// Waits until a message answers one that was sent outside any session.
    async fn reply_to(&self, message: &Message, wait: Duration) -> Result<Message, Error> {
        let sender = &message.sender.agent_id;
        let mut changes = self.shared.presences.of(sender).subscribe();
        let query = MessageQuery {
            recipient: Some(sender.clone()),
            in_reply_to: Some(message.message_id.clone()),
            limit: limits::PAGE_DEFAULT,
            ..MessageQuery::default()
        };
        let look = async {
            loop {
                changes.mark_unchanged();
                let mut query = query.clone();
                loop {
                    let page = self.shared.store.messages(query.clone()).await?;
                    let mut replies = page
                        .items
                        .iter()
                        .filter_map(|record| serde_json::from_str(&record.message.body).ok());
                    if let Some(reply) = replies.find(|reply| answers(reply, message)) {
                        return Ok(reply);
                    }
                    query.cursor = page.next_cursor;
                    if query.cursor.is_none() {
                        break;
                    }
                }
                // The sender's own inbox rings when the reply comes.
                if changes.changed().await.is_err() {
                    return Err(Error::Closed);
                }
            }
        };
        tokio::select! {
            result = self.within(wait, look) => result.unwrap_or(Err(Error::ResponseTimeout)),
            () = self.shared.stop.cancelled() => Err(Error::Closed),
        }
    }
}

/// How long a synchronous sender waits, within limits: in a session as long as its request may take with all its attempts
/// by all who may be asked, else as long as one may take, because nothing is tried again there.
fn wait_of(routing: &Routing, in_session: bool) -> Duration {
    let timeout = routing.timeout.map_or(limits::TASK_TIMEOUT_MS, Span::millis);
    let policy = routing.retry_policy.clone().unwrap_or_default();
    let (retries, agents) = match in_session {
        true => (policy.max_retries.min(limits::RETRIES), 1 + routing.fallback_agents.len() as u64),
        false => (0, 1),
    };
    let unjittered = RetryPolicy { jitter: false, ..policy };
    let delays = (1..=retries).map(|retry| unjittered.delay(retry, 0).millis());
    let of_one = delays.fold(timeout, |sum, delay| sum.saturating_add(delay).saturating_add(timeout));
    Duration::from_millis(of_one.saturating_mul(agents).min(limits::WAIT_MS))
}

/// Whether a message comes from one of those that the request went, or may have gone, to.
fn answers(reply: &Message, request: &Message) -> bool {
    let by = &reply.sender.agent_id;
    *by == request.recipient.agent_id || request.routing.fallback_agents.contains(by)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_synchronous_sender_waits_for_all_attempts_of_all_who_may_be_asked() {
        let seconds = |routing: &Routing, in_session| wait_of(routing, in_session).as_secs();
        let mut routing = Routing { timeout: Some(Span::from_secs(10)), ..Routing::default() };
        assert_eq!((seconds(&routing, true), seconds(&routing, false)), (10, 10));
        routing.retry_policy =
            Some(RetryPolicy { max_retries: 2, base: Some(Span::from_secs(1)), ..RetryPolicy::default() });
        assert_eq!(seconds(&routing, true), 10 + 1 + 10 + 2 + 10);
        routing.fallback_agents = vec![sessiond_core::AgentId::parse("a://b").unwrap()];
        assert_eq!((seconds(&routing, true), seconds(&routing, false)), (66, 10));
        routing.retry_policy = Some(RetryPolicy { max_retries: u32::MAX, ..RetryPolicy::default() });
        assert_eq!(seconds(&routing, true), limits::WAIT_MS / 1000);
    }
}
