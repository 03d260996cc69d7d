//! How questions are asked, answered and closed.

use std::sync::Arc;

use serde_json::{Value, json};

use crate::session::draft::Draft;
use crate::session::facet_state::FacetState;
use crate::session::{Effect, Principal, Rejection, Role, Session, Timer, TimerAction};
use crate::tasks;
use crate::values::check::Checks;
use crate::values::{AgentId, Invalid, QuestionId, Timestamp, Violation, limits};
use crate::workflow::{StepQuestion, progress};

use super::{
    AskQuestion, Asker, Question, QuestionAnswered, QuestionAsked, QuestionClosed, QuestionKind,
    QuestionStatus, schema,
};

/// The timer of a question's deadline.
pub(crate) fn timer(question: &QuestionId) -> String {
    format!("question/{question}")
}

/// The schema of the answer to an approval.
pub fn approval_schema() -> Value {
    json!({
        "type": "object",
        "properties": {
            "approved": { "type": "boolean" },
            "comment": { "type": "string" },
        },
        "required": ["approved"],
        "additionalProperties": false,
    })
}

/// Whether `principal` may answer it: who is named, or else who commands the session. An administrator may always.
pub(crate) fn may_answer(
    principal: &Principal,
    session: &Session,
    question: &QuestionId,
) -> Result<(), Rejection> {
    let Some(question) = session.questions.all.get(question) else {
        return Ok(()); // To be told that it is not there.
    };
    let names = &question.asked.answerers;
    let may = match names.as_slice() {
        [] => principal.commands(session),
        names => principal.role == Role::Admin || names.iter().any(|name| is_named(principal, session, name)),
    };
    if may {
        return Ok(());
    }
    let detail = match names.as_slice() {
        [] => "only the session's owner or orchestrator may answer this question".to_owned(),
        names => format!("only {} may answer this question", names.join(", ")),
    };
    Err(Rejection::Forbidden(detail))
}

fn is_named(principal: &Principal, session: &Session, name: &str) -> bool {
    let agent = AgentId::parse(name).ok();
    *name == principal.name
        || agent.is_some_and(|agent| session.takes_part(&agent) && principal.acts_as(&agent))
}

/// Whether `principal` may withdraw it: who asked, or who commands the session.
pub(crate) fn may_withdraw(
    principal: &Principal,
    session: &Session,
    question: &QuestionId,
) -> Result<(), Rejection> {
    let Some(question) = session.questions.all.get(question) else {
        return Ok(());
    };
    if principal.commands(session) || is_named(principal, session, &question.asked_by) {
        return Ok(());
    }
    let detail =
        "only the one that asked, or the session's owner or orchestrator, may withdraw this question";
    Err(Rejection::Forbidden(detail.into()))
}

/// Asks a question. One that was asked under its id already is left as it is.
pub(crate) fn ask(draft: &mut Draft<'_>, ask: AskQuestion) -> Result<QuestionId, Rejection> {
    let AskQuestion { id, kind, text, details, schema, asker, answerers, timeout, default } = ask;
    let mut checks = Checks::default();
    checks.span("/timeout", timeout, limits::EXPIRY_MS);
    if default.is_some() && timeout.is_none() {
        checks.wrong("/default", "a default is the answer at the deadline: give a timeout too");
    }
    let session = draft.session();
    if asker.task_id.as_ref().is_some_and(|task| !session.tasks.contains_key(task)) {
        checks.wrong("/asker/task_id", "the session has no such task");
    }
    let steps = session.workflow.as_ref().map(|workflow| workflow.steps.as_slice()).unwrap_or_default();
    if asker.step.as_ref().is_some_and(|name| !steps.iter().any(|step| step.name == *name)) {
        checks.wrong("/asker/step", "the workflow has no such step");
    }
    checks.done()?;
    let deadline = timeout.map(|span| draft.now().after(span));
    let question_id = id.unwrap_or_else(|| draft.question_id());
    let asked = QuestionAsked {
        question_id: question_id.clone(),
        kind,
        text,
        details,
        schema,
        asker,
        answerers,
        deadline,
        default,
        by_plan: false,
    };
    check_asked(&asked)?;
    if let Some(present) = draft.session().questions.all.get(&question_id)
        && present.status != QuestionStatus::Withdrawn
    {
        // Its answer was lost on the way, or its program runs again.
        if is_same(&present.asked, &asked) {
            return Ok(question_id);
        }
        return Err(Rejection::QuestionExists(question_id));
    }
    if let Some(at) = deadline {
        let action = TimerAction::QuestionDeadline { question: question_id.clone() };
        draft.effect(Effect::SetTimer(Timer { key: timer(&question_id), at, action }));
    }
    let task_id = asked.asker.task_id.clone();
    draft.emit(asked)?;
    draft.session().questions.check_counts()?;
    if let Some(task_id) = task_id {
        tasks::input::wait(draft, &task_id)?;
    }
    Ok(question_id)
}

/// Asks what a step of the plan asks when it starts.
pub(crate) fn ask_for_step(
    draft: &mut Draft<'_>,
    step: &str,
    question: &StepQuestion,
) -> Result<(), Rejection> {
    let question_id = draft.question_id();
    let deadline = question.timeout.map(|span| draft.now().after(span));
    if let Some(at) = deadline {
        let action = TimerAction::QuestionDeadline { question: question_id.clone() };
        draft.effect(Effect::SetTimer(Timer { key: timer(&question_id), at, action }));
    }
    draft.emit(asked_by(question, question_id, Some(step), deadline))?;
    Ok(draft.session().questions.check_counts()?)
}

fn asked_by(
    question: &StepQuestion,
    question_id: QuestionId,
    step: Option<&str>,
    deadline: Option<Timestamp>,
) -> QuestionAsked {
    QuestionAsked {
        question_id,
        kind: question.kind,
        text: question.text.clone(),
        details: question.details.clone(),
        schema: question.schema.clone(),
        asker: Asker { step: step.map(str::to_owned), ..Asker::default() },
        answerers: question.answerers.clone(),
        deadline,
        default: question.default.clone(),
        by_plan: true,
    }
}

/// What is wrong with the question of a step.
pub(crate) fn wrong_in(question: &StepQuestion) -> Vec<Violation> {
    let mut checks = Checks::default();
    checks.span("/timeout", question.timeout, limits::EXPIRY_MS);
    if question.default.is_some() && question.timeout.is_none() {
        checks.wrong("/default", "a default is the answer at the deadline: give a timeout too");
    }
    let mut wrong = checks.done().err().map(|Invalid(violations)| violations).unwrap_or_default();
    let id = QuestionId::parse("question").expect("letters are allowed in a question id");
    if let Err(Rejection::Invalid(violations)) = check_asked(&asked_by(question, id, None, None)) {
        wrong.extend(violations);
    }
    wrong
}

/// Nobody needs the answers to the open questions that were asked for something: it has ended.
pub(crate) fn release(
    draft: &mut Draft<'_>,
    reason: &str,
    is_for: impl Fn(&Asker) -> bool,
) -> Result<(), Rejection> {
    let open: Vec<Arc<Question>> = draft
        .session()
        .questions
        .open()
        .into_iter()
        .filter(|question| is_for(&question.asked.asker))
        .cloned()
        .collect();
    for question in open {
        clear_timer(draft, &question);
        draft.emit(QuestionClosed {
            question_id: question.asked.question_id.clone(),
            status: QuestionStatus::Withdrawn,
            reason: Some(reason.to_owned()),
        })?;
    }
    Ok(())
}

/// A question was closed: what it was asked for continues.
fn closed(draft: &mut Draft<'_>, id: &QuestionId) -> Result<(), Rejection> {
    let Some(question) = draft.session().questions.all.get(id).cloned() else {
        return Ok(());
    };
    if let Some(task) = &question.asked.asker.task_id {
        tasks::input::closed(draft, task, &question)?;
    }
    match &question.asked.asker.step {
        Some(step) if question.asked.by_plan => progress::question_closed(draft, step),
        _ => Ok(()),
    }
}

/// Whether both ask for the same: a deadline counts from when it is asked, and its program may have restarted.
fn is_same(one: &QuestionAsked, other: &QuestionAsked) -> bool {
    one.kind == other.kind && one.text == other.text && one.schema == other.schema
}

/// Answers a question.
pub(crate) fn answer(draft: &mut Draft<'_>, id: QuestionId, answer: Value) -> Result<(), Rejection> {
    let question = open(draft.session(), &id)?;
    check_answer_size("/answer", &answer)?;
    check_answer("/answer", &question.asked, &answer)?;
    clear_timer(draft, &question);
    draft.emit(QuestionAnswered { question_id: id.clone(), answer })?;
    draft.session().questions.check_counts()?;
    closed(draft, &id)
}

/// Withdraws a question.
pub(crate) fn withdraw(
    draft: &mut Draft<'_>,
    id: QuestionId,
    reason: Option<String>,
) -> Result<(), Rejection> {
    let mut checks = Checks::default();
    checks.name_if_any("/reason", reason.as_ref());
    checks.done()?;
    let question = open(draft.session(), &id)?;
    clear_timer(draft, &question);
    draft.emit(QuestionClosed { question_id: id.clone(), status: QuestionStatus::Withdrawn, reason })?;
    closed(draft, &id)
}

/// A timer: a question's time ran out.
pub(crate) fn deadline(draft: &mut Draft<'_>, id: QuestionId) -> Result<(), Rejection> {
    let Ok(question) = open(draft.session(), &id) else {
        return Ok(());
    };
    if question.asked.deadline.is_none_or(|at| at > draft.now()) {
        return Ok(());
    }
    draft.emit(QuestionClosed { question_id: id.clone(), status: QuestionStatus::Expired, reason: None })?;
    closed(draft, &id)
}

fn open(session: &Session, id: &QuestionId) -> Result<Arc<Question>, Rejection> {
    let question = session.questions.all.get(id).ok_or(Rejection::QuestionNotFound)?;
    if !question.is_open() {
        return Err(Rejection::QuestionClosed { question: id.clone(), status: question.status });
    }
    Ok(question.clone())
}

fn clear_timer(draft: &mut Draft<'_>, question: &Question) {
    if question.asked.deadline.is_some() {
        draft.effect(Effect::ClearTimer(timer(&question.asked.question_id)));
    }
}

/// Checks what a question says by itself.
pub(crate) fn check_asked(asked: &QuestionAsked) -> Result<(), Rejection> {
    let mut checks = Checks::default();
    if asked.text.trim().is_empty() {
        checks.wrong("/text", "it may not be empty");
    }
    checks.text_if_any("/text", Some(&asked.text));
    if let Some(details) = &asked.details {
        checks.sized("/details", details, limits::ANSWER_BYTES);
    }
    let names = asked.answerers.iter();
    checks.each_once("/answerers", names.map(String::as_str), limits::ANSWERERS);
    for (i, name) in asked.answerers.iter().take(limits::ANSWERERS).enumerate() {
        checks.name(format!("/answerers/{i}"), name);
    }
    let askers = [asked.asker.call.is_some(), asked.asker.task_id.is_some(), asked.asker.step.is_some()];
    if askers.into_iter().filter(|is| *is).count() > 1 {
        checks.wrong("/asker", "a question is asked for one call, one task or one step");
    }
    checks.name_if_any("/asker/step", asked.asker.step.as_ref());
    match (&asked.schema, asked.kind) {
        (Some(_), QuestionKind::Approval) => {
            checks.wrong("/schema", "the answer to an approval has a schema of its own");
        }
        (Some(given), QuestionKind::Input) => {
            if let Err(detail) = schema::check(given) {
                checks.wrong("/schema", detail);
            }
        }
        (None, _) => {}
    }
    checks.done()?;
    if let Some(default) = &asked.default {
        check_answer_size("/default", default)?;
        check_answer("/default", asked, default)?;
    }
    Ok(())
}

/// Checks how large an answer is; `at` is its pointer.
pub(crate) fn check_answer_size(at: &str, answer: &Value) -> Result<(), Rejection> {
    let mut checks = Checks::default();
    checks.sized(at, answer, limits::ANSWER_BYTES);
    Ok(checks.done()?)
}

/// Checks an answer against the schema of its question; `at` is its pointer.
fn check_answer(at: &str, asked: &QuestionAsked, answer: &Value) -> Result<(), Rejection> {
    let wrong = match (asked.kind, &asked.schema) {
        (QuestionKind::Approval, _) => schema::wrong(&approval_schema(), answer),
        (QuestionKind::Input, Some(given)) => schema::wrong(given, answer),
        (QuestionKind::Input, None) => Vec::new(),
    };
    let mut checks = Checks::default();
    wrong.into_iter().for_each(|(pointer, detail)| checks.wrong(format!("{at}{pointer}"), detail));
    Ok(checks.done()?)
}
