//! The demo's assistant: a session with a few of the directory's files, which is asked about them.

use std::path::{Path, PathBuf};
use std::time::Instant;

use serde::{Deserialize, Serialize};
use sessiond_api::{self as api, Code, CreateSession, GetTurn, ListTurns, Turn};
use sessiond_client::{Client, Conditions};
use sessiond_core::{FileId, Kind, SessionId, Span, TurnStatus};
use tokio_util::task::AbortOnDropHandle;

use super::scan::{self, Chosen, plural};
use super::screen::Lines;
use crate::output::{bytes, duration};

/// How long an answer may take, so that the demo stays short.
const ANSWER: Span = Span::from_secs(30);
/// The first question.
const ABOUT: &str = "What are these files about?";

/// What the assistant was asked, and what it answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asked {
    /// Its session, in which more can be asked.
    pub session_id: SessionId,
    /// The names of the files that it has.
    pub files: Vec<String>,
    /// Their size.
    pub bytes: u64,
    /// The answers, in the order of the questions.
    pub answers: Vec<Answered>,
}

/// An answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answered {
    /// The question.
    pub question: String,
    /// The whole answer, or the part before its end.
    pub answer: String,
    /// The places that it cites.
    pub cited: Vec<String>,
    /// Why there is no whole answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// The work with the assistant, beside that of the agents. It stops when this is dropped, and can be resumed.
pub struct Asking {
    lines: Lines,
    work: Option<AbortOnDropHandle<anyhow::Result<Option<Asked>>>>,
}

/// The assistant's session beside that of the agents.
pub fn id_of(beside: &SessionId) -> anyhow::Result<SessionId> {
    Ok(SessionId::parse(format!("{beside}_assistant"))?)
}

impl Asking {
    /// Starts it. `page` is where people can ask more.
    pub fn start(client: Client, id: SessionId, root: &Path, page: String, lines: Lines) -> Self {
        let work = Work { client, id, lines: lines.clone() };
        let root = root.to_owned();
        let task = tokio::spawn(async move { work.run(root, &page).await });
        Self { lines, work: Some(AbortOnDropHandle::new(task)) }
    }

    /// Waits for the answers; none if no file can be asked about. A failure is shown, and is not the demo's.
    pub async fn end(&mut self) -> Option<Asked> {
        match self.work.take()?.await {
            Ok(Ok(asked)) => asked,
            Ok(Err(error)) => {
                self.lines.line(&format!("assistant   failed: {error:#}"));
                None
            }
            Err(error) => {
                tracing::warn!(%error, "the work with the assistant ended unexpectedly");
                None
            }
        }
    }
}

struct Work {
    client: Client,
    id: SessionId,
    lines: Lines,
}

impl Work {
    async fn run(&self, root: PathBuf, page: &str) -> anyhow::Result<Option<Asked>> {
        let chosen = tokio::task::spawn_blocking(move || scan::documents(&root)).await??;
        if chosen.is_empty() {
            self.lines.line("assistant   not asked: no small file has a text");
            return Ok(None);
        }
        self.session().await?;
        let added = self.files(&chosen).await?;
        if added.is_empty() {
            self.lines.line("assistant   not asked: no file can be read");
            return Ok(None);
        }
        let mut asked = Asked {
            session_id: self.id.clone(),
            files: added.iter().map(|(file, _)| file.name.clone()).collect(),
            bytes: added.iter().map(|(file, _)| file.bytes).sum(),
            answers: Vec::new(),
        };
        self.lines.line(&format!("assistant   has {}: {}", count(&asked), asked.files.join(", ")));
        let ids: Vec<FileId> = added.iter().map(|(_, id)| id.clone()).collect();
        let mut questions = vec![(ABOUT.to_owned(), ids)];
        if let Some(heading) = added.iter().find_map(|(file, _)| file.heading.as_ref()) {
            questions.push((format!("What do the files say about “{heading}”?"), Vec::new()));
        }
        for (question, files) in questions {
            asked.answers.push(self.ask(question, files).await?);
        }
        self.lines.line(&format!("assistant   ask more: {page}"));
        Ok(Some(asked))
    }

    /// The session, which an interrupted demo may have begun.
    async fn session(&self) -> anyhow::Result<()> {
        match self.client.session(&self.id).await {
            Err(problem) if problem.code == Code::SessionNotFound => {
                let request = CreateSession {
                    session_id: Some(self.id.clone()),
                    kind: Some(Kind::Assistant),
                    name: Some("Questions about the files".to_owned()),
                    ..CreateSession::default()
                };
                self.client.create_session(request, Conditions::default()).await?;
                Ok(())
            }
            found => Ok(found.map(drop)?),
        }
    }

    /// The files that can be read, with their ids in the session.
    async fn files(&self, chosen: &[Chosen]) -> anyhow::Result<Vec<(Chosen, FileId)>> {
        let there = self.client.files(&self.id).await?.files;
        let mut added = Vec::new();
        for file in chosen {
            let id = match there.iter().find(|known| known.name == file.name) {
                Some(known) => Some(known.file_id.clone()),
                None => match self.client.add_file(&self.id, &file.name, &file.path, None).await {
                    Ok(added) => added.file.map(|file| file.file_id),
                    Err(problem) => {
                        tracing::info!(%problem, file = file.name, "the assistant does not get the file");
                        None
                    }
                },
            };
            added.extend(id.map(|id| (file.clone(), id)));
        }
        Ok(added)
    }

    /// The answer to a question, which an interrupted demo may have.
    async fn ask(&self, question: String, files: Vec<FileId>) -> anyhow::Result<Answered> {
        let began = Instant::now();
        let said = self.client.turns(&self.id, ListTurns::default()).await?.turns;
        let answered = |turn: &Turn| turn.text == question && turn.status == TurnStatus::Completed;
        if let Some(turn) = said.into_iter().find(answered) {
            return Ok(of(turn));
        }
        self.lines.line(&format!("assistant   asked: {question}"));
        let request = api::AddTurn { text: question, files, ..api::AddTurn::default() };
        let turn = self.client.add_turn(&self.id, request, Conditions::default()).await?;
        let wait = GetTurn { wait: Some(ANSWER) };
        let mut turn = self.client.turn(&self.id, &turn.turn_id, wait).await?;
        if turn.status.is_open() {
            turn = self.client.stop_turn(&self.id, &turn.turn_id, Conditions::default()).await?;
            turn.reason = Some(format!("it was not complete within {ANSWER}"));
        }
        let answered = of(turn);
        let took = duration(u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX));
        match &answered.reason {
            Some(reason) => self.lines.line(&format!("assistant   no whole answer: {reason}")),
            None => self
                .lines
                .line(&format!("assistant   answered after {took}: {}", first_line(&answered.answer))),
        }
        Ok(answered)
    }
}

fn of(turn: Turn) -> Answered {
    let cited = turn.citations.into_iter().map(|citation| match citation.place {
        Some(place) => format!("{}, {place}", citation.name),
        None => citation.name,
    });
    Answered {
        cited: cited.collect(),
        question: turn.text,
        answer: turn.answer,
        reason: turn
            .reason
            .or_else(|| (turn.status != TurnStatus::Completed).then(|| turn.status.as_str().to_owned())),
    }
}

/// The beginning of an answer, as one short line.
fn first_line(text: &str) -> String {
    let line = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    let mut short: String = line.chars().take(100).collect();
    if short.len() < text.trim_end().len() {
        short.push('…');
    }
    short
}

/// How many files the assistant has, and how large they are.
pub fn count(asked: &Asked) -> String {
    format!("{} of {}", plural(asked.files.len() as u64, "file", "files"), bytes(asked.bytes))
}
