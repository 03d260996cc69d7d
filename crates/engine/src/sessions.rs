//! Sessions: begin one, find one, change one, list them.

use std::sync::Arc;

use sessiond_core::{
    Command, CreateSession, Effect, Envelope, Principal, Receipt, Rejection, Revision, Session, SessionId,
    Status,
};
use sessiond_store::{ListQuery, Op, Page, Refusal, SummaryRow};

use crate::actor::{self, Slot};
use crate::answers::{Idempotency, Kept};
use crate::{Engine, Error};

/// The answer to a command.
#[derive(Debug, Clone)]
pub struct Reply {
    /// The state after the command, which is durable.
    pub session: Arc<Session>,
    /// What else the caller is told.
    pub receipt: Receipt,
    /// Whether the same request was done before, and this is the answer that it got then.
    pub repeated: bool,
}

impl Reply {
    pub(crate) fn new(session: Arc<Session>, receipt: Receipt) -> Self {
        Self { session, receipt, repeated: false }
    }
}

impl Engine {
    /// Begins a session.
    pub async fn create(
        &self,
        new: CreateSession,
        principal: &Principal,
        idempotency: Option<Idempotency>,
    ) -> Result<Reply, Error> {
        if let Some(parent) = &new.parent {
            let parent = self.session(principal, parent).await.map_err(|error| match error {
                Error::Rejected(Rejection::SessionNotFound) => {
                    Rejection::invalid("/parent", "there is no such session").into()
                }
                other => other,
            })?;
            if parent.status != Status::Active {
                return Err(
                    Rejection::invalid("/parent", format!("that session is {}", parent.status)).into()
                );
            }
        }
        let moment = self.moment();
        let decision = sessiond_core::create(new, principal, &moment)?;
        let summary = actor::summary(&decision.session);
        let append = actor::append(&decision, 0, Some(summary), idempotency.clone(), &moment);
        match self.write(Op::Append(Box::new(append))).await? {
            Ok(_) => {
                metrics::counter!("sessiond_events_total").increment(decision.events.len() as u64);
                self.act_on(&decision.effects);
                let slot = self.keep(decision.session, 0);
                Ok(Reply::new(slot.session(), decision.receipt))
            }
            Err(refusal) => self.not_created(refusal, idempotency).await,
        }
    }

    /// What it means that a session could not be begun.
    pub(crate) async fn not_created(
        &self,
        refusal: Refusal,
        idempotency: Option<Idempotency>,
    ) -> Result<Reply, Error> {
        match (refusal, idempotency) {
            (Refusal::Answered(answer), Some(idempotency)) => self.answer_again(&idempotency, &answer).await,
            (Refusal::Conflict { .. }, Some(idempotency)) => {
                self.answered(&idempotency).await?.ok_or_else(|| Rejection::SessionExists.into())
            }
            (Refusal::Conflict { .. }, None) => Err(Rejection::SessionExists.into()),
            (refusal, _) => Err(actor::refused(refusal)),
        }
    }

    /// A session's state after its last durable event. One that the caller may not see is not found.
    pub async fn session(&self, principal: &Principal, id: &SessionId) -> Result<Arc<Session>, Error> {
        let session = self.open_session(id).await?.session();
        if principal.sees(&session) { Ok(session) } else { Err(Rejection::SessionNotFound.into()) }
    }

    /// A session's state at an earlier revision, made from its journal.
    pub async fn session_at(
        &self,
        principal: &Principal,
        id: &SessionId,
        revision: Revision,
    ) -> Result<Arc<Session>, Error> {
        let session = self.session(principal, id).await?;
        if session.revision == revision { Ok(session) } else { self.replay(id, revision).await.map(Arc::new) }
    }

    /// Has a command decided and made durable.
    pub async fn execute(
        &self,
        id: &SessionId,
        envelope: Envelope,
        idempotency: Option<Idempotency>,
    ) -> Result<Reply, Error> {
        // A slot that is unloaded between the look-up and the command answers closed; the next look-up loads it again.
        for _ in 0..3 {
            let slot = self.open_session(id).await?;
            match slot.command(envelope.clone(), idempotency.clone()).await {
                Err(Error::Closed) if !self.is_closed() => self.forget(&slot),
                other => return other,
            }
        }
        Err(Error::Closed)
    }

    /// Sessions that the caller may see.
    pub async fn list(&self, principal: &Principal, mut query: ListQuery) -> Result<Page<SummaryRow>, Error> {
        query.visible_to = match principal.role {
            sessiond_core::Role::Admin => None,
            _ => Some((
                principal.name.clone(),
                principal.agents.iter().map(|pattern| pattern.0.clone()).collect(),
            )),
        };
        Ok(self.shared.store.list(query).await?)
    }

    /// Drops a session with everything that belongs to it. Only its owner or an administrator may.
    pub async fn delete(
        &self,
        principal: &Principal,
        id: &SessionId,
        expected: Option<Revision>,
    ) -> Result<(), Error> {
        let slot = self.open_session(id).await?;
        let session = slot.session();
        if !principal.sees(&session) {
            return Err(Rejection::SessionNotFound.into());
        }
        if !principal.commands(&session) {
            return Err(Rejection::Forbidden("only the session's owner may delete it".into()).into());
        }
        if let Some(expected) = expected
            && expected != session.revision
        {
            return Err(Rejection::RevisionStale { expected, actual: session.revision }.into());
        }
        let _ = self.write(Op::DeleteSession { session_id: id.clone() }).await?;
        self.forget(&slot);
        slot.delete().await;
        Ok(())
    }

    /// The answer that the same request got before, if it came before.
    pub(crate) async fn answered(&self, idempotency: &Idempotency) -> Result<Option<Reply>, Error> {
        match self.shared.store.answer(&idempotency.scope, &idempotency.key).await? {
            Some(answer) => self.answer_again(idempotency, &answer).await.map(Some),
            None => Ok(None),
        }
    }

    /// Gives a kept answer again: the state is made anew as it was.
    pub(crate) async fn answer_again(
        &self,
        idempotency: &Idempotency,
        answer: &sessiond_store::Answer,
    ) -> Result<Reply, Error> {
        idempotency.same(answer)?;
        let kept = Kept::read(answer)?;
        let session = self.replay(&kept.session_id, kept.revision).await?;
        Ok(Reply { session: Arc::new(session), receipt: kept.receipt, repeated: true })
    }

    /// The session in memory, read from the store if need be.
    pub(crate) async fn open_session(&self, id: &SessionId) -> Result<Arc<Slot>, Error> {
        if self.is_closed() {
            return Err(Error::Closed);
        }
        if let Some(slot) = self.shared.sessions.lock().get(id) {
            slot.touch(self);
            return Ok(slot.clone());
        }
        let loaded = self.shared.store.load(id, Session::FORMAT).await?;
        let loaded = loaded.ok_or(Error::Rejected(Rejection::SessionNotFound))?;
        let mut snapshot = 0;
        let mut session = None;
        if let Some(kept) = &loaded.snapshot {
            match serde_json::from_slice::<Session>(&kept.state) {
                Ok(state) => {
                    snapshot = kept.revision;
                    session = Some(state);
                }
                Err(error) => {
                    tracing::warn!(session = %id, %error, "a snapshot cannot be read; the journal is replayed instead");
                    let session = self.replay(id, loaded.revision).await?;
                    return Ok(self.keep(session, 0));
                }
            }
        }
        for record in &loaded.records {
            let event = actor::read_event(record)?;
            match &mut session {
                None => session = Some(Session::begin(&event).map_err(Rejection::from)?),
                Some(session) => session.apply(&event).map_err(Rejection::from)?,
            }
        }
        let session = session.ok_or(Error::Rejected(Rejection::SessionNotFound))?;
        Ok(self.keep(session, snapshot))
    }

    /// Keeps a session in memory, unless somebody else was faster.
    pub(crate) fn keep(&self, session: Session, snapshot: Revision) -> Arc<Slot> {
        let mut sessions = self.shared.sessions.lock();
        if let Some(slot) = sessions.get(&session.id) {
            return slot.clone();
        }
        let slot = Slot::start(self, session, snapshot);
        sessions.insert(slot.id.clone(), slot.clone());
        slot
    }

    /// Drops a slot from memory, if it is still the one that is used.
    pub(crate) fn forget(&self, slot: &Arc<Slot>) {
        let mut sessions = self.shared.sessions.lock();
        if sessions.get(&slot.id).is_some_and(|present| Arc::ptr_eq(present, slot)) {
            sessions.remove(&slot.id);
        }
    }

    /// Does what follows from a commit in this process: wakes who waits for it. What must be done stands in the store
    /// already, so nothing is lost when this process ends here.
    pub(crate) fn act_on(&self, effects: &[Effect]) {
        for effect in effects {
            match effect {
                Effect::Deliver { message, .. } => self.shared.hub.wake(&message.recipient.agent_id),
                Effect::SetTimer(timer) => self.shared.timers.at(timer.at),
                Effect::Withdraw { .. } | Effect::ClearTimer(_) => {}
            }
        }
    }

    /// A command of the engine itself.
    pub(crate) async fn execute_own(&self, id: &SessionId, command: Command) -> Result<Reply, Error> {
        self.execute(id, Envelope::new(Principal::engine(), command), None).await
    }
}
