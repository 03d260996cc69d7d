//! What somebody else does to a session than its program: answers, signals, and its end.

use sessiond_api as api;
use sessiond_api::{Code, Problem};
use sessiond_client::{Client, Conditions};
use sessiond_core::{QuestionId, SessionId};
use sessiond_recording::run;

use crate::config::Settings;
use crate::error::Error;
use crate::look::{open, within};

/// Lists open questions: those of a session, or of all that are to be seen.
pub async fn questions(settings: &Settings, id: Option<&SessionId>) -> Result<Vec<api::Question>, Error> {
    let client = client(settings).await?;
    let mut found = Vec::new();
    let mut cursor = None;
    loop {
        let (client, cursor_now, id) = (client.clone(), cursor.take(), id.cloned());
        let page = run(async move {
            match id {
                Some(id) => {
                    let query = api::ListSessionQuestions {
                        status: Some(sessiond_core::QuestionStatus::Open),
                        cursor: cursor_now,
                        limit: None,
                    };
                    within(client.session_questions(&id, query)).await
                }
                None => {
                    within(client.questions(api::ListQuestions { cursor: cursor_now, limit: None })).await
                }
            }
        })
        .await?;
        found.extend(page.questions);
        cursor = page.next_cursor;
        if cursor.is_none() {
            return Ok(found);
        }
    }
}

/// Answers a question of a session: the open one, when none is named and only one is open.
pub async fn answer(
    settings: &Settings,
    id: &SessionId,
    question: Option<QuestionId>,
    answer: serde_json::Value,
) -> Result<api::Question, Error> {
    let question = match question {
        Some(question) => question,
        None => only(id, &questions(settings, Some(id)).await?)?,
    };
    let (client, id) = (client(settings).await?, id.clone());
    let request = api::AnswerQuestion { answer };
    Ok(run(
        async move { within(client.answer_question(&id, &question, request, Conditions::default())).await },
    )
    .await?)
}

/// Sends a signal to a session.
pub async fn signal(
    settings: &Settings,
    id: &SessionId,
    name: String,
    value: serde_json::Value,
) -> Result<api::Signal, Error> {
    let (client, id) = (client(settings).await?, id.clone());
    let request = api::SendSignal { value };
    Ok(run(async move { within(client.send_signal(&id, &name, request, Conditions::default())).await })
        .await?)
}

/// Ends a session, and those that belong to it: its program stops within a second.
pub async fn cancel(
    settings: &Settings,
    id: &SessionId,
    reason: Option<String>,
) -> Result<api::Session, Error> {
    let (client, id) = (client(settings).await?, id.clone());
    let reason = reason.unwrap_or_else(|| "it was cancelled".to_owned());
    let request = api::Terminate { reason, details: None };
    Ok(run(async move { within(client.terminate_session(&id, request, Conditions::default())).await })
        .await?)
}

/// Who has the questions and the signals: the server, when there is one.
async fn client(settings: &Settings) -> Result<Client, Error> {
    match open(settings).await?.pop() {
        Some((client, _)) => Ok(client),
        None => Err(Problem::new(Code::Internal, "there is no store").into()),
    }
}

fn only(id: &SessionId, open: &[api::Question]) -> Result<QuestionId, Problem> {
    match open {
        [question] => Ok(question.question_id.clone()),
        [] => Err(Problem::new(Code::QuestionNotFound, format!("{id} has no open question"))),
        several => {
            let names: Vec<_> = several.iter().map(|question| question.question_id.to_string()).collect();
            let detail = format!("{id} has {} open questions: name one of {}", names.len(), names.join(", "));
            Err(Problem::new(Code::Conflict, detail))
        }
    }
}
