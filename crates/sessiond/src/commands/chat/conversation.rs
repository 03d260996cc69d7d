//! The session of a conversation, and what is done with it.

use std::path::Path;

use anyhow::bail;
use sessiond_api::{self as api, Code, EventBody, Problem};
use sessiond_client::{Client, Conditions};
use sessiond_core::{AnswerMode, Assistant, FileId, Kind, SessionId, Status, TurnId, limits};

use super::answer::{self, Outcome};
use crate::commands::{find, upload};
use crate::output::{Output, printable};
use crate::signals::Signals;

/// Sessions of a client that are looked at for the last one.
const LOOKED_AT: usize = 200;
/// The characters of a message that name its session.
const NAME: usize = 60;

/// Which session a conversation is in.
#[derive(Debug, PartialEq, Eq)]
pub enum Which {
    /// One that is made with the first message.
    New,
    /// The one that the client used last.
    Last,
    /// This one, or the one whose id begins like this.
    Named(SessionId),
}

/// A conversation.
pub struct Conversation<'a> {
    pub client: &'a Client,
    pub out: Output,
    /// Where answers come from.
    pub mode: AnswerMode,
    /// Whether the last answer was stopped here.
    pub was_stopped: bool,
    /// The session; none before it is made.
    session: Option<SessionId>,
    /// What the session is to be.
    owner: String,
    name: Option<String>,
    /// The assistant, as far as it was set before there was a session.
    assistant: Assistant,
    /// The files that the next message is about.
    files: Vec<FileId>,
    /// The last event of the session that was looked at.
    seen: u64,
}

impl<'a> Conversation<'a> {
    /// Finds the session. A new one is made when it is needed, so that nothing is left of a conversation without a word.
    pub async fn open(
        client: &'a Client,
        out: Output,
        which: Which,
        owner: String,
        name: Option<String>,
    ) -> anyhow::Result<Self> {
        let found = match which {
            Which::New => {
                // A server that is not there, or a wrong key, is told before somebody writes a message.
                client.whoami().await?;
                None
            }
            Which::Last => Some(client.session(&last(client, &owner).await?).await?),
            Which::Named(id) => Some(named(client, &id).await?),
        };
        let mut conversation = Self {
            client,
            out,
            mode: AnswerMode::Chat,
            was_stopped: false,
            session: None,
            owner,
            name,
            assistant: Assistant::default(),
            files: Vec::new(),
            seen: 0,
        };
        if let Some(session) = found {
            if session.status != Status::Active {
                let detail = format!(
                    "session {} is {}: `sessiond chat` begins another conversation",
                    session.session_id, session.status
                );
                return Err(Problem::new(Code::SessionEnded, detail).into());
            }
            conversation.seen = session.revision;
            conversation.assistant =
                session.conversation.map(|conversation| conversation.assistant).unwrap_or_default();
            conversation.session = Some(session.session_id);
        }
        Ok(conversation)
    }

    /// The session; none before it is made.
    pub fn session(&self) -> Option<&SessionId> {
        self.session.as_ref()
    }

    /// The assistant.
    pub fn assistant(&self) -> &Assistant {
        &self.assistant
    }

    /// The session, which is made if there is none yet. `first` is its first message.
    async fn made(&mut self, first: &str) -> Result<SessionId, Problem> {
        if let Some(session) = &self.session {
            return Ok(session.clone());
        }
        let name = self.name.clone().or_else(|| name_of(first));
        let request = api::CreateSession {
            kind: Some(Kind::Assistant),
            client_id: Some(self.owner.clone()),
            name,
            ..api::CreateSession::default()
        };
        let session = self.client.create_session(request, Conditions::default()).await?;
        let id = self.session.insert(session.session_id).clone();
        self.seen = session.revision;
        if self.assistant != Assistant::default() {
            self.client.set_assistant(&id, self.assistant.clone(), Conditions::default()).await?;
        }
        Ok(id)
    }

    /// Sets the model and the prompt, where they are named.
    pub async fn set_assistant(
        &mut self,
        model: Option<String>,
        prompt: Option<String>,
    ) -> Result<(), Problem> {
        let mut assistant = self.assistant.clone();
        assistant.model = model.or(assistant.model);
        assistant.prompt = prompt.or(assistant.prompt);
        self.change_assistant(assistant).await
    }

    /// Sets the assistant.
    pub async fn change_assistant(&mut self, assistant: Assistant) -> Result<(), Problem> {
        if assistant == self.assistant {
            return Ok(());
        }
        if let Some(session) = &self.session {
            self.client.set_assistant(session, assistant.clone(), Conditions::default()).await?;
        }
        self.assistant = assistant;
        Ok(())
    }

    /// Adds a file, which the next message is about.
    pub async fn upload(&mut self, path: &Path) -> anyhow::Result<()> {
        let name = upload::name(path);
        let session = self.made(&name).await?;
        let added = upload::add(self.client, &session, &name, path).await?;
        let Some(file) = added.file else {
            match added.problem {
                Some(problem) => return Err(problem.into()),
                None => bail!("the server did not say what became of {}", printable(&name)),
            }
        };
        let done = if added.replaced.is_some() { "replaced" } else { "added" };
        eprintln!("{} is {done}: {} characters", printable(&file.name), file.characters);
        for note in &file.notes {
            eprintln!("note: {}", printable(note));
        }
        self.files.retain(|known| added.replaced.as_ref() != Some(known));
        self.files.push(file.file_id);
        Ok(())
    }

    /// Sends a message, and shows the answer while it comes.
    pub async fn ask(&mut self, text: String, signals: &mut Signals) -> anyhow::Result<Outcome> {
        let turn = tokio::select! {
            sent = self.send(text) => sent?,
            () = signals.next() => return Ok(Outcome::Left),
        };
        self.answer(&turn, signals).await
    }

    async fn send(&mut self, text: String) -> anyhow::Result<api::Turn> {
        let session = self.made(&text).await?;
        let request =
            api::AddTurn { text, files: self.files.clone(), mode: self.mode, ..api::AddTurn::default() };
        let turn = self.client.add_turn(&session, request, Conditions::default()).await?;
        self.files.clear();
        Ok(turn)
    }

    /// Asks the last message again, or another one in its place.
    pub async fn retry(&mut self, text: Option<String>, signals: &mut Signals) -> anyhow::Result<Outcome> {
        let turn = tokio::select! {
            sent = self.send_again(text) => sent?,
            () = signals.next() => return Ok(Outcome::Left),
        };
        self.answer(&turn, signals).await
    }

    async fn send_again(&self, text: Option<String>) -> anyhow::Result<api::Turn> {
        let (session, turn) = self.head().await?;
        let request = api::RetryTurn { text, ..api::RetryTurn::default() };
        Ok(self.client.retry_turn(&session, &turn, request, Conditions::default()).await?)
    }

    /// The last message.
    pub async fn last_message(&self) -> anyhow::Result<String> {
        let (session, turn) = self.head().await?;
        Ok(self.client.turn(&session, &turn, api::GetTurn::default()).await?.text)
    }

    /// The last turn of the selected branch.
    async fn head(&self) -> anyhow::Result<(SessionId, TurnId)> {
        let Some(session) = &self.session else { bail!("nothing was said yet") };
        let conversation = self.client.session(session).await?.conversation;
        match conversation.and_then(|conversation| conversation.head) {
            Some(turn) => Ok((session.clone(), turn)),
            None => bail!("nothing was said yet"),
        }
    }

    /// The turn that is answered at present.
    pub async fn running(&self) -> Result<Option<api::Turn>, Problem> {
        let Some(session) = &self.session else { return Ok(None) };
        match self.client.session(session).await?.conversation.and_then(|conversation| conversation.running) {
            Some(turn) => Ok(Some(self.client.turn(session, &turn, api::GetTurn::default()).await?)),
            None => Ok(None),
        }
    }

    /// Removes a file.
    pub async fn remove(&mut self, typed: &str) -> anyhow::Result<()> {
        let Some(session) = &self.session else { bail!("there are no files") };
        let file = find::file(&self.client.files(session).await?.files, typed)?;
        self.client.delete_file(session, &file.file_id, Conditions::default()).await?;
        self.files.retain(|known| *known != file.file_id);
        eprintln!("{} is removed", printable(&file.name));
        Ok(())
    }

    /// Removes all turns, and perhaps the files.
    pub async fn clear(&mut self, keep_files: bool) -> Result<(), Problem> {
        if let Some(session) = &self.session {
            let request = api::ClearConversation { keep_files };
            self.client.clear_conversation(session, request, Conditions::default()).await?;
            if !keep_files {
                self.files.clear();
            }
        }
        Ok(())
    }

    /// Says which conversation it is.
    pub fn greet(&self, turns: usize) {
        match &self.session {
            Some(session) => {
                eprintln!("{session} has {turns} turns; /history shows them, /help the commands")
            }
            None => eprintln!("a new conversation; /help shows the commands, Ctrl-D leaves"),
        }
    }

    /// Says how to continue.
    pub fn farewell(&self) {
        if let Some(session) = &self.session {
            eprintln!("`sessiond chat {session}` continues this conversation");
        }
    }

    /// Shows the answer of a turn while it comes.
    pub async fn answer(&mut self, turn: &api::Turn, signals: &mut Signals) -> anyhow::Result<Outcome> {
        self.was_stopped = false;
        let outcome = answer::follow(self, &turn.session_id, &turn.turn_id, signals).await?;
        if !self.out.json && matches!(outcome, Outcome::Ended(_)) {
            tokio::select! {
                // The answer is whole, whatever comes of this.
                told = self.notices(&turn.session_id) => {
                    if let Err(problem) = told {
                        tracing::debug!(%problem, "what else has happened is not known");
                    }
                }
                () = signals.next() => {}
            }
        }
        Ok(outcome)
    }

    /// Says what else has happened in the session.
    async fn notices(&mut self, session: &SessionId) -> Result<(), Problem> {
        loop {
            let query = api::ListEvents { after: Some(self.seen), limit: None };
            let page = match self.client.events(session, query).await {
                Err(problem) if problem.code == Code::EventGap => {
                    self.seen = self.client.session(session).await?.revision;
                    return Ok(());
                }
                page => page?,
            };
            for event in &page.events {
                if let Ok(EventBody::ConversationCompacted(compacted)) = event.body() {
                    let how = if compacted.text.is_some() { "summarised" } else { "left out" };
                    eprintln!(
                        "note: for the model, earlier turns are {how}: the conversation is long. /history has them"
                    );
                }
            }
            self.seen = page.events.last().map_or(self.seen, |event| event.seq);
            if page.next_cursor.is_none() {
                return Ok(());
            }
        }
    }
}

/// The session that a client used last.
async fn last(client: &Client, owner: &str) -> Result<SessionId, Problem> {
    let query = api::ListSessions {
        kind: Some(Kind::Assistant),
        status: Some(Status::Active),
        q: Some(owner.to_owned()),
        sort: Some(api::SessionSort::Updated),
        limit: Some(LOOKED_AT),
        ..api::ListSessions::default()
    };
    let sessions = client.sessions(query).await?.sessions;
    let found = sessions.into_iter().find(|session| session.client_id.as_deref() == Some(owner));
    let missing = || {
        let detail =
            format!("\"{owner}\" has no conversation to continue: leave --continue out to begin one");
        Problem::new(Code::SessionNotFound, detail)
    };
    Ok(found.ok_or_else(missing)?.session_id)
}

/// The session that was named.
async fn named(client: &Client, id: &SessionId) -> Result<api::Session, Problem> {
    find::session_view(client, id).await.map_err(|mut problem| {
        if problem.code == Code::SessionNotFound {
            problem.detail += "; a message of one word goes after -m";
        }
        problem
    })
}

/// A name that says what a message is about: the beginning of its first line.
fn name_of(message: &str) -> Option<String> {
    let line = printable(message.lines().find(|line| !line.trim().is_empty())?);
    let name: String = line.trim().chars().take(NAME).collect();
    let name = name[..name.floor_char_boundary(limits::NAME_BYTES)].trim();
    (!name.is_empty()).then(|| name.to_owned())
}
