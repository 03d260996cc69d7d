//! Messages: into a session, where a request is a task, or straight into an inbox.

use std::sync::Arc;
use std::time::Duration;

use sessiond_core::{
    Command, DeliveryMode, Envelope, Fence, Message, MessageType, Principal, Receipt, Session, SessionId,
    Span, Task, TaskId, limits,
};
use sessiond_store::{MessageQuery, Op, Refusal};
use sha2::{Digest, Sha256};

use crate::actor::{Feed, enqueue, refused};
use crate::answers::Idempotency;
use crate::{Engine, Error};

/// The scope of the answers to messages; what the caller's key is, is the message's id.
pub(crate) const SCOPE: &str = "message/";

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
            crate::inbox::acts_as(principal, &sender)?;
            self.shared.hub.desk(&sender).heard(self.now(), None);
            return Ok(Sent { task: None, response: None, heartbeat: true });
        }
        let idempotency = Idempotency {
            scope: format!("{SCOPE}{}", principal.name),
            key: message.message_id.to_string(),
            digest: Sha256::digest(serde_json::to_vec(&message).expect("a message has only string keys"))
                .into(),
        };
        let wait = (message.routing.delivery_mode == DeliveryMode::Sync).then(|| self.wait_of(&message));
        let session_id = message.sender.session_id.clone().or(message.recipient.session_id.clone());
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
        let envelope = Envelope { fence, ..Envelope::new(principal.clone(), Command::Send(message)) };
        let reply = self.execute(&id, envelope, Some(idempotency)).await?;
        let Receipt { task_id, .. } = reply.receipt;
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
        crate::inbox::acts_as(principal, &message.sender.agent_id)?;
        let recipient = message.recipient.agent_id.clone();
        if !self.is_registered(&recipient) {
            return Err(Error::AgentNotFound(recipient));
        }
        check_size(&message)?;
        let now = self.now();
        let answer = idempotency.clone().answer("{}".to_owned(), now);
        let op = Op::Enqueue { message: Box::new(enqueue(&message, now, now, false)), answer: Some(answer) };
        match self.write(op).await? {
            Ok(_) => self.shared.hub.wake(&recipient),
            Err(Refusal::Answered(answer)) => idempotency.same(&answer)?,
            Err(refusal) => return Err(refused(refusal)),
        }
        metrics::counter!("sessiond_messages_total").increment(1);
        let response = match wait {
            Some(wait) => Some(Response::Message(Box::new(self.reply_to(&message, wait).await?))),
            None => None,
        };
        Ok(Sent { task: None, response, heartbeat: false })
    }

    /// How long a synchronous sender waits: as long as its request may take with all its attempts, within limits.
    fn wait_of(&self, message: &Message) -> Duration {
        let timeout = message.routing.timeout.unwrap_or(Span::from_millis(limits::TASK_TIMEOUT_MS));
        Duration::from(timeout).min(Duration::from_millis(limits::WAIT_MS))
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
                    Ok(Feed::Record(_)) | Err(tokio::sync::broadcast::error::RecvError::Lagged(_)) => {}
                    Ok(Feed::Deleted) | Err(tokio::sync::broadcast::error::RecvError::Closed) => {
                        return Err(sessiond_core::Rejection::SessionNotFound.into());
                    }
                }
            }
        };
        tokio::select! {
            result = tokio::time::timeout(wait, wait_for_end) => result.unwrap_or(Err(Error::ResponseTimeout)),
            () = self.shared.stop.cancelled() => Err(Error::Closed),
        }
    }

    /// Waits until a message answers one that was sent outside any session.
    async fn reply_to(&self, message: &Message, wait: Duration) -> Result<Message, Error> {
        let sender = &message.sender.agent_id;
        let mut bell = self.shared.hub.desk(sender).subscribe();
        let query = MessageQuery {
            recipient: Some(sender.clone()),
            in_reply_to: Some(message.message_id.clone()),
            limit: 1,
            ..MessageQuery::default()
        };
        let look = async {
            loop {
                bell.mark_unchanged();
                let found = self.shared.store.messages(query.clone()).await?.items.into_iter().next();
                if let Some(reply) = found.and_then(|record| serde_json::from_str(&record.message.body).ok())
                {
                    return Ok(reply);
                }
                // The sender's own inbox rings when the reply comes.
                if bell.changed().await.is_err() {
                    return Err(Error::Closed);
                }
            }
        };
        tokio::select! {
            result = tokio::time::timeout(wait, look) => result.unwrap_or(Err(Error::ResponseTimeout)),
            () = self.shared.stop.cancelled() => Err(Error::Closed),
        }
    }
}

/// Outside a session nothing else looks at a message's size.
fn check_size(message: &Message) -> Result<(), Error> {
    let payload = serde_json::to_vec(&message.payload).map_or(0, |json| json.len());
    if payload > limits::PAYLOAD_BYTES {
        let detail = format!(
            "it may have {} bytes at most; store what is larger elsewhere and name it",
            limits::PAYLOAD_BYTES
        );
        return Err(sessiond_core::Rejection::invalid("/payload", detail).into());
    }
    Ok(())
}
