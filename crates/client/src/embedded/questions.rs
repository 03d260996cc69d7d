//! What the operations on questions are to the engine.

use async_trait::async_trait;
use sessiond_api::{self as api, Code, Problem};
use sessiond_core::{Command, QuestionId, Rejection, Session, SessionId, limits, questions};
use sessiond_engine::Error;
use sessiond_store::{Error as StoreError, ListQuery};

use super::{Embedded, addressable, page_limit, problem};
use crate::Conditions;
use crate::traits::Questions;

#[async_trait]
impl Questions for Embedded {
    async fn ask_question(
        &self,
        id: &SessionId,
        request: api::AskQuestion,
        conditions: Conditions,
    ) -> Result<api::Question, Problem> {
        if let Some(id) = &request.question_id {
            addressable("question_id", id.as_str(), "/question_id")?;
        }
        let accepted = self.accept(conditions, &format!("ask_question {id}"), &request)?;
        let command = Command::Questions(questions::Command::Ask(Box::new(request.into())));
        let reply = self.execute(id, accepted, command).await?;
        match reply.receipt.question_id() {
            Some(question) => view(&reply.session, question),
            None => Err(Problem::new(Code::Internal, "the question was asked, but its id is not known")),
        }
    }

    async fn session_questions(
        &self,
        id: &SessionId,
        query: api::ListSessionQuestions,
    ) -> Result<api::QuestionPage, Problem> {
        let limit = page_limit(query.limit)?;
        let after = match query.cursor.as_deref().map(str::parse::<u64>) {
            Some(Ok(after)) => after,
            Some(Err(_)) => return Err(problem(Error::Store(StoreError::Cursor))),
            None => 0,
        };
        let session = self.see(id).await?;
        let wanted = session.questions.in_order().into_iter().filter(|question| {
            question.seq > after && query.status.is_none_or(|status| question.status == status)
        });
        let mut page = Page::default();
        let mut next_cursor = None;
        for question in wanted {
            let question = api::Question::view(id, question);
            if page.questions.len() >= limit || !page.fits(&question) {
                next_cursor = page.questions.last().map(|last: &api::Question| last.revision.to_string());
                break;
            }
            page.push(question);
        }
        Ok(api::QuestionPage { questions: page.questions, next_cursor })
    }

    async fn questions(&self, query: api::ListQuestions) -> Result<api::QuestionPage, Problem> {
        let limit = page_limit(query.limit)?;
        let mut cursor = query.cursor;
        let mut page = Page::default();
        loop {
            // One session at a time, so that the page can end behind any of them.
            let sessions =
                ListQuery { waiting: Some(true), cursor: cursor.take(), limit: 1, ..ListQuery::default() };
            let sessions = self.engine.list(&self.principal, sessions).await.map_err(problem)?;
            for row in sessions.items {
                match self.engine.session(&self.principal, &row.session_id).await {
                    Ok(session) => {
                        let open = session.questions.open();
                        open.iter()
                            .for_each(|question| page.push(api::Question::view(&session.id, question)));
                    }
                    // It ended meanwhile, or the caller left it.
                    Err(Error::Rejected(Rejection::SessionNotFound)) => {}
                    Err(error) => return Err(problem(error)),
                }
            }
            cursor = sessions.next_cursor;
            if cursor.is_none() || page.questions.len() >= limit || page.bytes > limits::PAGE_BYTES {
                return Ok(api::QuestionPage { questions: page.questions, next_cursor: cursor });
            }
        }
    }

    async fn question(
        &self,
        id: &SessionId,
        question: &QuestionId,
        query: api::GetQuestion,
    ) -> Result<api::Question, Problem> {
        let is_closed =
            |session: &Session| session.questions.all.get(question).is_none_or(|found| !found.is_open());
        let session = match query.wait {
            None => self.see(id).await?,
            Some(wait) => {
                let waited = self.engine.wait_for(&self.principal, id, wait.into(), is_closed).await;
                waited.map_err(problem)?
            }
        };
        view(&session, question)
    }

    async fn answer_question(
        &self,
        id: &SessionId,
        question: &QuestionId,
        request: api::AnswerQuestion,
        conditions: Conditions,
    ) -> Result<api::Question, Problem> {
        let accepted = self.accept(conditions, &format!("answer_question {question} {id}"), &request)?;
        let answer = request.answer;
        let command = questions::Command::Answer { question: question.clone(), answer };
        let reply = self.execute(id, accepted, Command::Questions(command)).await?;
        view(&reply.session, question)
    }

    async fn withdraw_question(
        &self,
        id: &SessionId,
        question: &QuestionId,
        request: api::WithdrawQuestion,
        conditions: Conditions,
    ) -> Result<api::Question, Problem> {
        let accepted = self.accept(conditions, &format!("withdraw_question {question} {id}"), &request)?;
        let reason = request.reason;
        let command = questions::Command::Withdraw { question: question.clone(), reason };
        let reply = self.execute(id, accepted, Command::Questions(command)).await?;
        view(&reply.session, question)
    }
}

fn view(session: &Session, question: &QuestionId) -> Result<api::Question, Problem> {
    let found = session.questions.all.get(question).ok_or(Rejection::QuestionNotFound)?;
    Ok(api::Question::view(&session.id, found))
}

/// A page, and about how many bytes it has.
#[derive(Default)]
struct Page {
    questions: Vec<api::Question>,
    bytes: usize,
}

impl Page {
    /// Whether there is room for another; the first always fits.
    fn fits(&self, question: &api::Question) -> bool {
        self.questions.is_empty() || self.bytes + bytes(question) <= limits::PAGE_BYTES
    }

    fn push(&mut self, question: api::Question) {
        self.bytes += bytes(&question);
        self.questions.push(question);
    }
}

fn bytes(question: &api::Question) -> usize {
    serde_json::to_vec(question).map_or(0, |text| text.len())
}
