//! What comes to an execution from outside: answers to its questions, signals, and its end.

use std::sync::Weak;
use std::time::Duration;

use sessiond_api as api;
use sessiond_api::{Code, Problem};
use sessiond_client::{Client, Conditions};
use sessiond_core::{QuestionId, QuestionStatus, Span, Status};
use sessiond_recording::end_of;

use super::{Execution, open};
use crate::error::Error;

/// How long one request waits for an answer or a signal.
const WAIT: Span = Span::from_secs(30);
/// How long a server that does not answer is left alone.
const AWAY: Duration = Duration::from_secs(1);
/// How often the session is looked at in the store of this machine: who ends it is noticed within a second.
const LOOK: Duration = Duration::from_millis(500);
/// How often it is looked at on a server.
const LOOK_AWAY: Duration = Duration::from_secs(1);

impl Execution {
    /// Asks a question, which is on disk when this returns, after everything that is recorded so far. The same question
    /// under the same id is asked once, whichever process asks it.
    ///
    /// # Errors
    /// What the store or the server says of the question. A server that does not answer is waited for.
    pub async fn ask(&self, question: api::AskQuestion) -> Result<api::Question, Error> {
        self.flush().await?;
        let client = self.outside();
        loop {
            match client.ask_question(&self.id, question.clone(), Conditions::default()).await {
                // The server has the session when what is recorded here has been sent there.
                Err(problem) if self.is_passing(&problem) => self.stay_away(&problem).await,
                other => return Ok(other?),
            }
        }
    }

    /// Waits until a question is answered or closed.
    ///
    /// # Errors
    /// What the store or the server says. A server that does not answer is waited for.
    pub async fn answer(&self, question: &QuestionId) -> Result<api::Question, Error> {
        let client = self.outside();
        loop {
            let query = api::GetQuestion { wait: Some(WAIT) };
            match client.question(&self.id, question, query).await {
                Ok(found) if found.status != QuestionStatus::Open => return Ok(found),
                Ok(_) => {}
                Err(problem) if self.is_passing(&problem) => self.stay_away(&problem).await,
                Err(problem) => return Err(problem.into()),
            }
        }
    }

    /// Waits for the first signals of a name after a revision.
    ///
    /// # Errors
    /// What the store or the server says. A server that does not answer is waited for.
    pub async fn signals(&self, name: &str, after: u64) -> Result<Vec<api::Signal>, Error> {
        open(&self.destination).await?;
        let client = self.outside();
        loop {
            let query = api::ListSignals {
                name: Some(name.to_owned()),
                after: Some(after),
                wait: Some(WAIT),
                ..api::ListSignals::default()
            };
            match client.signals(&self.id, query).await {
                Ok(page) if page.signals.is_empty() => {}
                Ok(page) => return Ok(page.signals),
                Err(problem) if self.is_passing(&problem) => self.stay_away(&problem).await,
                Err(problem) => return Err(problem.into()),
            }
        }
    }

    /// Waits until the session takes nothing more from this process: somebody ended or deleted it, another process took it
    /// over, or it can no longer be recorded. From then on every call fails with that.
    ///
    /// None when nobody holds it any more.
    pub async fn ended(this: Weak<Self>) -> Option<Problem> {
        let mut has_begun = false;
        loop {
            let is_away = this.upgrade()?.store.hold.is_some();
            tokio::time::sleep(if is_away { LOOK_AWAY } else { LOOK }).await;
            let this = this.upgrade()?;
            if let Some(problem) = this.recorder.failure() {
                return Some(problem);
            }
            // The writer watches the store; who ends a session on a server is found there.
            let Some(hold) = &this.store.hold else { continue };
            // One that failed is resumed there when what is recorded here arrives.
            has_begun = has_begun || matches!(hold.delivered().await, Ok(true));
            if has_begun && let Some(problem) = this.end_at(hold.remote()).await {
                return Some(problem);
            }
        }
    }

    async fn end_at(&self, server: &Client) -> Option<Problem> {
        match server.session(&self.id).await {
            Ok(session) if session.status != Status::Active && !self.recorder.has_ended() => {
                let problem = end_of(&session);
                tracing::error!(session = %self.id, %problem, "the session takes no further calls");
                self.recorder.fail(problem.clone());
                Some(problem)
            }
            _ => None,
        }
    }

    /// Who has the questions and the signals: the server, when it has the record.
    fn outside(&self) -> Client {
        self.store.hold.as_ref().map_or_else(|| self.store.client.clone(), |hold| hold.remote().clone())
    }

    /// Whether a server that says this may do better later.
    fn is_passing(&self, problem: &Problem) -> bool {
        let Some(hold) = &self.store.hold else { return false };
        let is_away = matches!(problem.code, Code::Unreachable | Code::Unavailable | Code::Internal);
        is_away || (problem.code == Code::SessionNotFound && hold.refused().is_none())
    }

    async fn stay_away(&self, problem: &Problem) {
        tracing::debug!(session = %self.id, %problem, "the server is asked again");
        if let Some(hold) = &self.store.hold {
            hold.written();
        }
        tokio::time::sleep(AWAY).await;
    }
}
