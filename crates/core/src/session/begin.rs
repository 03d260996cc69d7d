//! How a session begins: new, or as a copy of another.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::calls::{CallBatch, ExecutionLease, NewWriter};
use crate::conversation::TurnStatus;
use crate::lifecycle::{ForkPoint, Kind, SessionCreated, SessionForked, SessionImported, Status};
use crate::participants::NewParticipant;
use crate::tasks::cancel::mark_cancelled;
use crate::tasks::{Task, delegation};
use crate::values::check::Checks;
use crate::values::{AgentId, SessionId, Span, limits};
use crate::workflow::{NewStep, WorkflowUpdated, plan, progress};
use crate::{calls, context, conversation, lifecycle, participants};

use super::draft::{Decision, Draft, Moment, Receipt};
use super::{Effect, Event, Principal, Rejection, Role, Session, Timer, TimerAction};

/// What a new session is to be. Schedules keep it: a stored format, in the shape of the wire.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CreateSession {
    /// Its id.
    pub session_id: SessionId,
    /// Which facet leads it.
    pub kind: Kind,
    /// What people call it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The person or program that it serves.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_id: Option<String>,
    /// The agent that leads the work; it takes part.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub orchestrator: Option<AgentId>,
    /// Who else takes part.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub participants: Vec<NewParticipant>,
    /// The plan.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub workflow: Option<Vec<NewStep>>,
    /// The shared context at the beginning.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shared_context: Option<Value>,
    /// Free labels to find it by.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub labels: BTreeMap<String, String>,
    /// How long it may live.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_in: Option<Span>,
    /// The time without use after which it expires, if it does not expire after a time that was said.
    #[serde(skip)]
    pub idle_timeout: Option<Span>,
    /// The session that it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<SessionId>,
    /// The SHA-256 of its token, in hexadecimal digits.
    #[serde(skip)]
    pub token: Option<String>,
    /// The process that begins to write it at once, for an execution.
    #[serde(skip)]
    pub process: Option<String>,
    /// The lease that this process takes.
    #[serde(skip)]
    pub lease: Option<ExecutionLease>,
    /// That process's first batch.
    #[serde(skip)]
    pub batch: Option<CallBatch>,
}

/// Begins a session.
pub fn create(new: CreateSession, principal: &Principal, moment: &Moment) -> Result<Decision, Rejection> {
    check(&new)?;
    principal.must_have_a_key("create sessions")?;
    let idle_timeout = new.idle_timeout.filter(|_| new.expires_in.is_none());
    let expires_at = new.expires_in.or(idle_timeout).map(|span| moment.now.after(span));
    let actor = match &new.orchestrator {
        Some(agent) if principal.role == Role::Agent && principal.acts_as(agent) => agent.to_string(),
        _ => principal.name.clone(),
    };
    let mut labels = new.labels;
    labels.retain(|_, value| !value.is_empty());
    let first = Event {
        seq: 1,
        time: moment.now,
        actor,
        body: SessionCreated {
            session_id: new.session_id,
            kind: new.kind,
            name: new.name,
            owner: principal.name.clone(),
            client_id: new.client_id,
            orchestrator: new.orchestrator.clone(),
            labels,
            expires_at,
            idle_timeout,
            parent: new.parent,
            shared_context: new.shared_context,
        }
        .into(),
    };
    let mut draft = Draft::begin(first, moment)?;
    if let Some(sha256) = new.token {
        lifecycle::rules::issue_token(&mut draft, sha256)?;
    }
    if let Some(agent_id) = new.orchestrator
        && !new.participants.iter().any(|participant| participant.agent_id == agent_id)
    {
        participants::rules::add(
            &mut draft,
            NewParticipant { agent_id, framework: None, role: "orchestrator".into() },
        )?;
    }
    for participant in new.participants {
        participants::rules::add(&mut draft, participant)?;
    }
    if let Some(steps) = new.workflow {
        let steps = plan::check(draft.session(), steps, "/workflow")?;
        draft.emit(WorkflowUpdated { steps })?;
        progress::advance_with(&mut draft, Vec::new())?;
    }
    if let Some(at) = expires_at {
        let key = lifecycle::rules::EXPIRY_TIMER.into();
        draft.effect(Effect::SetTimer(Timer { key, at, action: TimerAction::Expire }));
    }
    if let Some(process) = new.process {
        let writer = NewWriter { process, lease: new.lease, ..NewWriter::default() };
        calls::rules::begin(&mut draft, writer)?;
    }
    if let Some(batch) = new.batch {
        calls::rules::record(&mut draft, batch).map_err(|rejection| rejection.within("/batch"))?;
    }
    Ok(draft.decided(Receipt::Nothing))
}

/// Continues a copy of `source` as another session. `source` is the state at the revision to fork at, and its journal up to
/// there is to be copied before the events that this gives. Open tasks belong to the source, so the copy cancels them for
/// itself and delegates the same work anew; a plan's own tasks that a step still waits for are delegated too, so that a
/// copy of an ended session continues too. Whether the principal may copy that session is for the caller to ask:
/// [`crate::authorize_fork`].
pub fn fork(
    source: &Session,
    session_id: SessionId,
    principal: &Principal,
    moment: &Moment,
) -> Result<Decision, Rejection> {
    copy(source, session_id, principal, moment, false)
}

/// Takes in a journal from outside, whose state is `source`, as a session of `owner`. One that has ended stays ended; one
/// that was active continues as a fork. Either is marked, because its events say what the document says.
pub fn import(
    source: &Session,
    session_id: SessionId,
    owner: String,
    principal: &Principal,
    moment: &Moment,
) -> Result<Decision, Rejection> {
    principal.must_have_a_key("create sessions")?;
    if source.status == Status::Active {
        return copy(source, session_id, principal, moment, true);
    }
    let from = ForkPoint { session_id: source.id.clone(), revision: source.revision };
    let mut draft = Draft::new(source.clone(), moment, principal.name.clone());
    draft.emit(SessionImported { session_id, owner, from })?;
    Ok(draft.decided(Receipt::Nothing))
}

fn copy(
    source: &Session,
    session_id: SessionId,
    principal: &Principal,
    moment: &Moment,
    imported: bool,
) -> Result<Decision, Rejection> {
    let from = ForkPoint { session_id: source.id.clone(), revision: source.revision };
    let mut draft = Draft::new(source.clone(), moment, principal.name.clone());
    draft.emit(SessionForked { session_id, owner: principal.name.clone(), from, imported })?;
    lifecycle::rules::renew(&mut draft)?;
    let open: Vec<Arc<Task>> = draft.session().open_tasks().cloned().collect();
    for task in &open {
        mark_cancelled(&mut draft, task, "it stays with the session that this one was forked from")?;
    }
    for task in &open {
        if draft.session().takes_part(&task.delegatee) {
            delegation::delegate_copy(&mut draft, task)?;
        }
    }
    let reason = "it stays with the session that this one was forked from";
    conversation::rules::end_open(&mut draft, TurnStatus::Interrupted, None, reason)?;
    // The revision may lie in the middle of what one command did, or after an end that cancelled the plan's tasks.
    progress::settle(&mut draft, progress::Missing::NotUnderWay)?;
    Ok(draft.decided(Receipt::Nothing))
}

fn check(new: &CreateSession) -> Result<(), Rejection> {
    let mut checks = Checks::default();
    checks.title_if_any("/name", new.name.as_ref());
    checks.title_if_any("/client_id", new.client_id.as_ref());
    checks.labels("/labels", &new.labels);
    checks.span("/expires_in", new.expires_in, limits::EXPIRY_MS);
    checks.span("/idle_timeout", new.idle_timeout, limits::EXPIRY_MS);
    if new.orchestrator.as_ref().is_some_and(|agent| agent.is_engine()) {
        checks.wrong("/orchestrator", "this name is reserved for the engine");
    }
    let agents = new.participants.iter().enumerate();
    for (i, participant) in agents {
        participants::rules::check(&mut checks, &format!("/participants/{i}"), participant);
        let earlier = &new.participants[..i];
        if earlier.iter().any(|p| p.agent_id == participant.agent_id) {
            let detail = format!("{} is listed twice", participant.agent_id);
            checks.wrong(format!("/participants/{i}/agent_id"), detail);
        }
        if i >= limits::PARTICIPANTS {
            break; // Adding them refuses the rest.
        }
    }
    if new.batch.is_some() && new.process.is_none() {
        checks.wrong("/batch", "a batch is recorded by a `process`");
    }
    if new.lease.is_some() && new.process.is_none() {
        checks.wrong("/lease", "a lease is that of a `process`");
    }
    if new.shared_context.as_ref().is_some_and(|document| !document.is_object()) {
        checks.wrong("/shared_context", "the shared context must be a JSON object");
    }
    checks.done()?;
    if let Some(document) = &new.shared_context {
        context::rules::check_document("/shared_context", document)?;
    }
    lifecycle::rules::check_label_count(&new.labels)
}
