//! Sessions: begin one, find one, change one, list them.

use std::sync::Arc;

use sessiond_core::{
    Command, CreateSession, Decision, Effect, Envelope, Kind, Principal, Rejection, Revision, Role, Session,
    SessionId, Status, Timer, TimerAction, conversation, lifecycle, participants,
};
use sessiond_store::{Append, ListQuery, Loaded, Op, Page, Refusal, ScheduleChange, SummaryRow};

use crate::actor::{Firing, Slot};
use crate::answers::{Idempotency, Kept};
use crate::journal::Fold;
use crate::reply::Reply;
use crate::{Engine, Error, rows, timers};

/// How often a session is read anew because it changed hands while it was read.
const OPENS: usize = 8;
/// A state and events of more bytes than this are read off the threads that serve requests: reading takes some milliseconds
/// a megabyte.
const LARGE: usize = 256 * 1024;

impl Engine {
    /// Begins a session.
    pub async fn create(
        &self,
        new: CreateSession,
        principal: &Principal,
        idempotency: Option<Idempotency>,
    ) -> Result<Reply, Error> {
        self.create_for(new, principal, idempotency, None).await
    }

    /// Creates a session, and changes the schedule that it is created for in the same transaction; [`Error::Conflict`] when
    /// that is at another revision.
    pub(crate) async fn create_for(
        &self,
        mut new: CreateSession,
        principal: &Principal,
        idempotency: Option<Idempotency>,
        schedule: Option<ScheduleChange>,
    ) -> Result<Reply, Error> {
        let parent = new.parent.clone();
        if let Some(parent) = &parent
            && let Err(error) = self.check_parent(principal, parent).await
        {
            // The parent may have ended since the same request was done.
            let again = match &idempotency {
                Some(idempotency) => self.answered(idempotency).await?,
                None => None,
            };
            return again.ok_or(error);
        }
        for agent in new.orchestrator.iter().chain(new.participants.iter().map(|new| &new.agent_id)) {
            self.must_consent(principal, agent)?;
        }
        if new.kind == Kind::Assistant {
            new.idle_timeout = self.shared.options.session_timeout;
        }
        let moment = self.moment();
        let decision = sessiond_core::create(new, principal, &moment)?;
        let summary = rows::summary(&decision.session);
        let mut append = rows::append(&decision, 0, Some(summary), idempotency.clone(), &moment);
        append.schedule = schedule.map(Box::new);
        let engine = self.clone();
        self.whole(async move {
            let scheduled = append.schedule.is_some();
            let reply = engine.begin(decision, append, idempotency).await?;
            if scheduled {
                engine.shared.schedules.now();
            }
            if let Some(parent) = parent {
                engine.end_orphan(&parent, &reply.session.id).await?;
            }
            Ok(reply)
        })
        .await
    }

    /// Writes the first append of a session, and keeps the session in memory.
    pub(crate) async fn begin(
        &self,
        decision: Decision,
        append: Append,
        idempotency: Option<Idempotency>,
    ) -> Result<Reply, Error> {
        let events = append.records.len() as u64;
        match self.write(Op::Append(Box::new(append))).await? {
            Ok(_) => {
                metrics::counter!("sessiond_events_total").increment(events);
                self.act_on(&decision.session.id, &decision.effects);
                let session = Arc::new(decision.session);
                self.keep(Session::clone(&session), 0)?;
                // What is in memory under its id by now may be another session already.
                Ok(Reply::new(session, decision.receipt))
            }
            // The schedule that it was to be created for has changed.
            Err(Refusal::NotFound) => Err(Error::Conflict),
            Err(refusal) => self.not_created(refusal, idempotency).await,
        }
    }

    async fn check_parent(&self, principal: &Principal, parent: &SessionId) -> Result<(), Error> {
        match self.session(principal, parent).await {
            Ok(session) if session.status == Status::Active => Ok(()),
            Ok(session) => {
                Err(Rejection::invalid("/parent", format!("that session is {}", session.status)).into())
            }
            Err(Error::Rejected(Rejection::SessionNotFound)) => {
                Err(Rejection::invalid("/parent", "there is no such session").into())
            }
            Err(other) => Err(other),
        }
    }

    /// Ends a session whose parent ended without success while it began.
    async fn end_orphan(&self, parent: &SessionId, child: &SessionId) -> Result<(), Error> {
        let parent = self.open_session(parent).await?.session();
        if matches!(parent.status, Status::Active | Status::Completed) {
            return Ok(());
        }
        let reason = "its parent session ended".to_owned();
        let command = Command::Lifecycle(lifecycle::Command::Terminate {
            reason,
            details: Some(format!("the parent is {}", parent.id)),
        });
        match self.execute_own(child, command).await {
            Ok(_) | Err(Error::Rejected(_)) => Ok(()),
            Err(error) => Err(error),
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
            (refusal, _) => Err(refusal.into()),
        }
    }

    /// A session's state after its last durable event. One that the caller may not see is not found, and an assistant's
    /// that has expired is known to nobody but an administrator.
    pub async fn session(&self, principal: &Principal, id: &SessionId) -> Result<Arc<Session>, Error> {
        let session = self.open_session(id).await?.session();
        if !principal.sees(&session) {
            return Err(Rejection::SessionNotFound.into());
        }
        // An administrator may still look at it.
        if principal.role != Role::Admin && session.has_expired(self.now()) {
            return Err(Rejection::SessionExpired.into());
        }
        Ok(session)
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
        mut envelope: Envelope,
        idempotency: Option<Idempotency>,
    ) -> Result<Reply, Error> {
        if let Command::Conversation(command) = &mut envelope.command {
            self.bring_ahead(id, command).await?;
        }
        if let Command::Participants(participants::Command::Add(new)) = &envelope.command
            && let Err(refused) = self.must_consent(&envelope.principal, &new.agent_id)
        {
            // Who may not see the session is told no more than that.
            self.session(&envelope.principal, id).await?;
            return Err(refused);
        }
        self.execute_for(id, envelope, idempotency, None).await
    }

    /// Gives a command that may end the running turn the text that this process has of it.
    async fn bring_ahead(&self, id: &SessionId, command: &mut conversation::Command) -> Result<(), Error> {
        let (conversation::Command::Add { ahead, .. } | conversation::Command::Stop { ahead, .. }) = command
        else {
            return Ok(());
        };
        let session = self.open_session(id).await?.session();
        if let Some(running) = &session.conversation.running {
            *ahead = self.shared.lives.ahead(id, &running.turn);
        }
        Ok(())
    }

    /// Has a command decided and made durable, which may come of a timer.
    async fn execute_for(
        &self,
        id: &SessionId,
        envelope: Envelope,
        idempotency: Option<Idempotency>,
        fires: Option<Firing>,
    ) -> Result<Reply, Error> {
        // A slot that is unloaded between the look-up and the command answers closed; the next look-up loads it again.
        for _ in 0..3 {
            let slot = self.open_session(id).await?;
            match slot.command(envelope.clone(), idempotency.clone(), fires.clone()).await {
                Err(Error::Closed) if !self.is_closed() => self.forget(&slot),
                other => return other,
            }
        }
        Err(Error::Closed)
    }

    /// Sessions that the caller may see.
    pub async fn list(&self, principal: &Principal, mut query: ListQuery) -> Result<Page<SummaryRow>, Error> {
        query.visible_to = rows::visibility(principal);
        Ok(self.shared.store.list(query).await?)
    }

    /// Drops a session with everything that belongs to it. Only its owner or an administrator may. One that is active ends
    /// first: its agents are told to stop, and its children end with it.
    pub async fn delete(
        &self,
        principal: &Principal,
        id: &SessionId,
        expected: Option<Revision>,
    ) -> Result<(), Error> {
        let slot = match self.open_session(id).await {
            Ok(slot) => slot,
            // A damaged session can at least be deleted.
            Err(Error::Rejected(Rejection::Corrupt(_))) if principal.role == Role::Admin => {
                let op = Op::DeleteSession { session_id: id.clone(), expected_revision: None };
                self.write(op).await?.map_err(|_| Rejection::SessionNotFound)?;
                self.remove_directory(id).await;
                return Ok(());
            }
            Err(error) => return Err(error),
        };
        let session = slot.session();
        if !principal.sees(&session) {
            return Err(Rejection::SessionNotFound.into());
        }
        if !principal.commands(&session) {
            return Err(Rejection::Forbidden("only the session's owner may delete it".into()).into());
        }
        drop((slot, session));
        let (engine, id) = (self.clone(), id.clone());
        self.whole(async move { engine.end_and_drop(&id, expected).await }).await
    }

    /// Removes the copy of a session that is elsewhere. Nothing ends with it: not the session, nor its children.
    pub async fn drop_copy(&self, id: &SessionId) -> Result<(), Error> {
        let slot = self.open_session(id).await?;
        let (engine, id) = (self.clone(), id.clone());
        self.whole(async move {
            let op = Op::DeleteSession { session_id: id.clone(), expected_revision: None };
            engine.write(op).await?.map_err(|_| Rejection::SessionNotFound)?;
            engine.forget(&slot);
            slot.delete().await;
            engine.remove_directory(&id).await;
            Ok(())
        })
        .await
    }

    /// Ends a session, then drops it at the revision at which it ended. The caller's condition is decided with the first
    /// change: the end of an active session, or the removal of one that has ended.
    async fn end_and_drop(&self, id: &SessionId, expected: Option<Revision>) -> Result<(), Error> {
        for _ in 0..OPENS {
            let slot = self.open_session(id).await?;
            let _removal = slot.remove();
            let session = slot.session();
            let (expected, revision) = if session.status == Status::Active {
                let reason = "the session was deleted".to_owned();
                let end = Command::Lifecycle(lifecycle::Command::Terminate { reason, details: None });
                let envelope =
                    Envelope { expected_revision: expected, ..Envelope::new(Principal::engine(), end) };
                match self.execute(id, envelope, None).await {
                    Ok(reply) => (None, reply.session.revision),
                    // It ended by itself.
                    Err(Error::Rejected(Rejection::SessionEnded(_) | Rejection::SessionExpired)) => continue,
                    Err(error) => return Err(error),
                }
            } else {
                (expected, expected.unwrap_or(session.revision))
            };
            timers::end_children(self, id).await?;
            let op = Op::DeleteSession { session_id: id.clone(), expected_revision: Some(revision) };
            match self.write(op).await? {
                Ok(_) => {
                    self.forget(&slot);
                    slot.delete().await;
                    self.remove_directory(id).await;
                    return Ok(());
                }
                Err(Refusal::Conflict { actual }) => {
                    if let Some(expected) = expected {
                        return Err(Rejection::RevisionStale { expected, actual }.into());
                    }
                    // Another process let it continue.
                    slot.refresh().await;
                }
                Err(_) => return Err(Rejection::SessionNotFound.into()),
            }
        }
        Err(Error::Conflict)
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
        let present = self.shared.sessions.lock().get(&kept.session_id).map(|slot| slot.session());
        let session = match present {
            Some(session) if session.revision == kept.revision => session,
            _ => Arc::new(self.replay(&kept.session_id, kept.revision).await?),
        };
        if session.created_at != kept.created_at {
            return Err(Rejection::SessionNotFound.into());
        }
        Ok(Reply { session, receipt: kept.receipt, repeated: true })
    }

    /// The session in memory, read from the store if need be.
    pub(crate) async fn open_session(&self, id: &SessionId) -> Result<Arc<Slot>, Error> {
        for _ in 0..OPENS {
            if self.is_closed() {
                return Err(Error::Closed);
            }
            let present = self.shared.sessions.lock().get(id).cloned();
            let slot = match present {
                Some(slot) => slot,
                None => self.load(id).await?,
            };
            if slot.checked().await {
                slot.touch(self);
                return Ok(slot);
            }
            // It was deleted while it was read, or another process made another one under its id.
            self.forget(&slot);
        }
        Err(Error::Conflict)
    }

    async fn load(&self, id: &SessionId) -> Result<Arc<Slot>, Error> {
        let loaded = self.shared.store.load(id, Session::FORMAT).await?;
        let loaded = loaded.ok_or(Error::Rejected(Rejection::SessionNotFound))?;
        let revision = loaded.revision;
        let bytes = loaded.snapshot.as_ref().map_or(0, |kept| kept.state.len())
            + loaded.records.iter().map(|record| record.json.len()).sum::<usize>();
        let restored =
            if bytes < LARGE { restore(&loaded)? } else { self.compute(move || restore(&loaded)).await? };
        match restored {
            Some((session, snapshot)) => self.keep(session, snapshot),
            None => {
                tracing::warn!(session = %id, "the journal is replayed instead of its snapshot");
                self.keep(self.replay(id, revision).await?, 0)
            }
        }
    }

    /// Keeps a session in memory, unless somebody else was faster. Under its id another session may have been before.
    pub(crate) fn keep(&self, session: Session, snapshot: Revision) -> Result<Arc<Slot>, Error> {
        let mut sessions = self.shared.sessions.lock();
        // After the shutdown has emptied the map, nobody would end the actor.
        if self.is_closed() {
            return Err(Error::Closed);
        }
        if let Some(slot) = sessions.get(&session.id) {
            let is_same = slot.session().created_at == session.created_at;
            if is_same && !slot.is_deleted() {
                return Ok(slot.clone());
            }
            slot.replaced();
        }
        let slot = Slot::start(self, session, snapshot);
        sessions.insert(slot.id.clone(), slot.clone());
        Ok(slot)
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
    pub(crate) fn act_on(&self, session: &SessionId, effects: &[Effect]) {
        for effect in effects {
            match effect {
                Effect::Deliver { message, .. } => self.shared.presences.wake(&message.recipient.agent_id),
                Effect::SetTimer(Timer { action: TimerAction::BeginTurn, .. }) if self.answers_turns() => {
                    let (engine, session) = (self.clone(), session.clone());
                    self.spawn(async move {
                        if let Err(error) = engine.begin_turn(&session, None).await {
                            tracing::debug!(%session, %error, "the next turn begins by its timer");
                            engine.shared.timers.now();
                        }
                    });
                }
                Effect::SetTimer(timer) => self.shared.timers.at(timer.at),
                // A connection that is full has room when one of its messages is taken back.
                Effect::Withdraw { recipient, .. } => self.shared.presences.wake(recipient),
                Effect::Hold { .. } | Effect::ClearTimer(_) => {}
            }
        }
    }

    /// A command of the engine itself.
    pub(crate) async fn execute_own(&self, id: &SessionId, command: Command) -> Result<Reply, Error> {
        self.execute(id, Envelope::new(Principal::engine(), command), None).await
    }

    /// A command that comes of a timer. It changes nothing when the timer no longer stands where it did.
    pub(crate) async fn fire_own(
        &self,
        id: &SessionId,
        command: Command,
        fires: Firing,
    ) -> Result<Reply, Error> {
        self.execute_for(id, Envelope::new(Principal::engine(), command), None, Some(fires)).await
    }
}

/// The state that was loaded, and the revision of its snapshot; none if the snapshot cannot be read.
fn restore(loaded: &Loaded) -> Result<Option<(Session, Revision)>, Error> {
    let mut fold = Fold::default();
    let mut snapshot = 0;
    if let Some(kept) = &loaded.snapshot {
        match serde_json::from_slice(&kept.state) {
            Ok(state) => (fold, snapshot) = (Fold(Some(state)), kept.revision),
            Err(error) => {
                tracing::warn!(%error, "a snapshot cannot be read");
                return Ok(None);
            }
        }
    }
    fold.take(&loaded.records)?;
    Ok(Some((fold.end()?, snapshot)))
}
