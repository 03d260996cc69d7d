//! `decide`: the one way in. It checks a command against the state and says which events it makes and what must
//! follow once they are durable. It changes nothing itself: the state that it returns is the caller's to keep or drop.

use crate::lifecycle::rules::end;
use crate::lifecycle::{Outcome, SessionFailed, Status};
use crate::participants::Fence;
use crate::participants::rules::check_fence;
use crate::values::{AgentId, Exceeded, Limit};
use crate::{context, lifecycle};

use super::draft::{Decision, Draft, Moment, Receipt};
use super::{Command, Envelope, Principal, Rejection, Role, Session};

/// Decides a command on a session that exists.
pub fn decide(session: &Session, envelope: Envelope, moment: &Moment) -> Result<Decision, Rejection> {
    let Envelope { principal, agent, expected_revision, fence, mut command } = envelope;
    authorize(&principal, session, &command)?;
    if let Some(expected) = expected_revision
        && expected != session.revision
    {
        return Err(Rejection::RevisionStale { expected, actual: session.revision });
    }
    let is_timer = command.is_timer();
    if session.status != Status::Active && !command.reopens(session) {
        if is_timer || command.is_repeated(session) {
            return Ok(Draft::new(session.clone(), moment, principal.name).decided(Receipt::Nothing));
        }
        return Err(match session.has_expired(moment.now) {
            true => Rejection::SessionExpired,
            false => Rejection::SessionEnded(session.status),
        });
    }
    if session.revision >= Limit::Events.most() && !command.ends() {
        if is_timer {
            // A refused timer would come back for ever, and without timers the session is dead.
            return fail_at_limit(session, principal.name, moment, Limit::Events);
        }
        return Err(Exceeded(Limit::Events).into());
    }
    let agent = if is_timer { None } else { writer(&principal, session, agent, fence, &command)? };
    if let Some(agent) = &agent
        && command.is_fenced()
    {
        check_fence(session, agent, fence)?;
    }
    command.sign(session, agent.as_ref());
    let must_settle = is_timer || command.must_settle();
    let actor = agent.as_ref().map_or(principal.name, AgentId::to_string);
    let mut draft = Draft::new(session.clone(), moment, actor.clone()).settling(must_settle);
    match command.decide(&mut draft) {
        // What a task gave cannot be taken in, because the plan would then ask for one task too many: nobody could
        // ever end the task, so the session ends instead.
        Err(Rejection::LimitReached(Exceeded(
            limit @ (Limit::Tasks | Limit::Questions | Limit::OpenQuestions | Limit::QuestionsBytes),
        ))) if must_settle => fail_at_limit(session, actor, moment, limit),
        // A report that is itself too large is refused before it makes an event; its agent can send a smaller one.
        Err(Rejection::LimitReached(Exceeded(limit @ Limit::SessionBytes)))
            if must_settle && !draft.is_empty() =>
        {
            fail_at_limit(session, actor, moment, limit)
        }
        result => result.map(|receipt| draft.decided(receipt)),
    }
}

fn fail_at_limit(
    session: &Session,
    actor: String,
    moment: &Moment,
    limit: Limit,
) -> Result<Decision, Rejection> {
    let what = match limit {
        Limit::Events => "events".to_owned(),
        Limit::Tasks => "tasks".to_owned(),
        Limit::SessionBytes => "bytes in its tasks".to_owned(),
        other => other.to_string(),
    };
    let mut draft = Draft::new(session.clone(), moment, actor);
    let reason = format!("it would need more than {} {what}", limit.most());
    let outcome = Outcome { reason: Some(reason.clone()), ..Outcome::default() };
    end(&mut draft, SessionFailed { outcome }, &reason)?;
    Ok(draft.decided(Receipt::Nothing))
}

/// Checks the writer of what is not in the journal, such as telemetry: as with a command, only who may speak for the
/// agent, and only with the present token of its lease while it has one.
pub fn authorize_writer(
    principal: &Principal,
    session: &Session,
    agent: Option<AgentId>,
    fence: Option<Fence>,
) -> Result<(), Rejection> {
    let like = Command::from(context::Command::Patch(serde_json::Value::Null));
    authorize(principal, session, &like)?;
    match writer(principal, session, agent, fence, &like)? {
        Some(agent) => check_fence(session, &agent, fence),
        None => Ok(()),
    }
}

/// The agent in whose name a command is given, if in any: as the command says, else as the caller says, else as
/// follows from its key. A process that lost its lease must not get around that by leaving its name out.
fn writer(
    principal: &Principal,
    session: &Session,
    said: Option<AgentId>,
    fence: Option<Fence>,
    command: &Command,
) -> Result<Option<AgentId>, Rejection> {
    let from_key = || follows_from_key(principal, session, fence, command);
    let agent = match command.writer().or(said.as_ref()) {
        Some(agent) => Some(agent.clone()),
        None => from_key()?,
    };
    match &agent {
        Some(agent) if !principal.speaks_for(agent, session) => {
            Err(Rejection::Forbidden(format!("this key may not act as {agent}")))
        }
        None if fence.is_some() => {
            Err(Rejection::invalid("", "a fencing token belongs to an agent: say which one writes"))
        }
        _ => Ok(agent),
    }
}

/// The agent that a caller who names none writes as. The owner and an administrator may write as themselves.
fn follows_from_key(
    principal: &Principal,
    session: &Session,
    fence: Option<Fence>,
    command: &Command,
) -> Result<Option<AgentId>, Rejection> {
    if let Some(agent) = command.default_writer(principal, session, fence) {
        return Ok(Some(agent));
    }
    if principal.role != Role::Agent || principal.name == session.owner {
        return Ok(None);
    }
    let mine: Vec<_> =
        session.present().filter(|participant| principal.acts_as(&participant.agent_id)).collect();
    match mine.as_slice() {
        [] => Ok(None),
        [only] => Ok(Some(only.agent_id.clone())),
        several if several.iter().any(|participant| participant.lease.is_some()) => {
            Err(Rejection::Forbidden(
                "this key may act as several participants, of which one is leased: say which one writes"
                    .into(),
            ))
        }
        _ => Ok(None),
    }
}

/// Whether `principal` may do `command` to `session`. A session that it may not see is not found, not forbidden.
pub fn authorize(principal: &Principal, session: &Session, command: &Command) -> Result<(), Rejection> {
    if !principal.sees(session) {
        return Err(Rejection::SessionNotFound);
    }
    let is_for_tokens = matches!(
        command,
        Command::Conversation(_) | Command::Files(_) | Command::Lifecycle(lifecycle::Command::Update { .. })
    );
    if !is_for_tokens {
        principal.must_have_a_key("do this")?;
    }
    command.authorize(principal, session)
}
