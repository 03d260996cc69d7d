//! `sessiond chat`: a conversation with an assistant.

mod answer;
mod conversation;
mod history;
mod interactive;
mod prompt;
mod slash;

use std::io::{self, IsTerminal as _, Read as _};
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context as _;
use clap::{Args, ValueHint};
use sessiond_client::Client;
use sessiond_core::{AnswerMode, SessionId, limits};

use super::common::Connection;
use super::input::{sets, words};
use super::{Context, Usage, complete};
use crate::client::{Missing, open_answering};
use crate::signals::Signals;
use answer::Outcome;
use conversation::{Conversation, Which};

/// Have a conversation with an assistant
///
/// With a message it prints the answer. Without one, on a terminal, it is a conversation: /help shows its commands.
#[derive(Debug, Args)]
#[command(
    after_help = "One argument that could be an id is a session, and any other is the message; a message of one word goes after -m. \
What standard input has is added to the message.

Without a session it begins a new one. A session's token as the key (SESSIOND_API_KEY) means that session.

On a store, this process asks the model itself: SESSIOND_MODEL_URL and SESSIOND_MODEL name it. On a server, the server does.

Ctrl-C stops an answer, which keeps what there is of it. Exit code 1 means that there is no whole answer.

Examples:
  sessiond chat                                     a conversation in the terminal
  sessiond chat 'What is a session?'                one question
  sessiond chat --continue 'And a journal?'         the next one
  sessiond chat sess_0198f3                         continue that conversation
  git diff | sessiond chat 'Write a commit message.'
  sessiond chat --file contract.pdf --mode query 'How long is the notice period?'
  sessiond chat -m Hello --json | jq -r .answer"
)]
pub struct Chat {
    /// The session's id, or the beginning of it [default: a new session]
    #[arg(value_name = "SESSION", add = complete::sessions())]
    first: Option<String>,
    /// The message
    #[arg(value_name = "MESSAGE", conflicts_with = "text")]
    second: Option<String>,
    /// The message
    #[arg(long = "message", short = 'm', value_name = "TEXT")]
    text: Option<String>,
    /// Continue the last conversation of this client
    #[arg(long = "continue", short = 'c')]
    last: bool,
    /// Name of the new session [default: the beginning of the first message]
    #[arg(long, conflicts_with = "last")]
    name: Option<String>,
    /// File to add before the message; repeatable
    #[arg(long = "file", short = 'f', value_name = "PATH", value_hint = ValueHint::FilePath)]
    files: Vec<PathBuf>,
    /// What answers are made of: chat, or query for the files alone [default: chat]
    #[arg(long, value_name = "MODE", value_parser = words::<AnswerMode>(sets::ANSWER_MODES), hide_possible_values = true, default_value = "chat", hide_default_value = true)]
    mode: AnswerMode,
    /// The session's model from now on
    #[arg(long, value_name = "NAME")]
    model: Option<String>,
    /// The session's prompt from now on: how the assistant is to behave
    #[arg(long, value_name = "TEXT")]
    system: Option<String>,
    /// The client of the sessions, also CLIENT_ID [default: the user's name]
    #[arg(long, value_name = "ID", env = "CLIENT_ID", hide_env = true)]
    client_id: Option<String>,
    #[command(flatten, next_help_heading = "Connection options")]
    connection: Connection,
}

impl Chat {
    pub async fn run(mut self, context: Context) -> anyhow::Result<ExitCode> {
        let (session, message) = self.named()?;
        let message = with_input(message.as_deref(), session.as_ref())?;
        if message.is_none() && context.out.json {
            return Err(Usage(
                "--json is for one message: give it as an argument, after -m, or on standard input".into(),
            )
            .into());
        }
        // Until here, Ctrl-C ends the program: it may wait for its input.
        let mut signals = Signals::catch()?;
        let config = context.preferred();
        let token = config.get("url").and(config.get("api_key")).and_then(sessiond_engine::session_of_token);
        let which = match (session, token) {
            (Some(session), _) => Which::Named(session),
            (None, Some(session)) => Which::Named(session),
            (None, None) if self.last => Which::Last,
            (None, None) => Which::New,
        };
        if self.name.is_some() && which != Which::New {
            return Err(Usage(
                "--name is for a new session; `sessiond session update` changes a name".into(),
            )
            .into());
        }
        let missing = if which == Which::New { Missing::Create } else { Missing::Refuse };
        let client = open_answering(&config, missing).await?;
        let done = self.talk(&client, &context, which, message, &mut signals).await;
        client.close().await;
        done
    }

    /// The session and the message that the arguments are.
    fn named(&mut self) -> anyhow::Result<(Option<SessionId>, Option<String>)> {
        let (session, message) = match (self.first.take(), self.second.take()) {
            (Some(session), Some(message)) => (Some(session), Some(message)),
            (Some(message), None)
                if self.text.is_none() && (self.last || SessionId::parse(&*message).is_err()) =>
            {
                (None, Some(message))
            }
            (session, _) => (session, self.text.take()),
        };
        if session.is_some() && self.last {
            return Err(
                Usage("--continue and SESSION name two sessions: leave one of them out".into()).into()
            );
        }
        let parse = |session: String| SessionId::parse(session).map_err(|error| Usage(error.to_string()));
        Ok((session.map(parse).transpose()?, message))
    }

    async fn talk(
        self,
        client: &Client,
        context: &Context,
        which: Which,
        message: Option<String>,
        signals: &mut Signals,
    ) -> anyhow::Result<ExitCode> {
        let owner = self.client_id.unwrap_or_else(user);
        let ready = async {
            let mut conversation = Conversation::open(client, context.out, which, owner, self.name).await?;
            conversation.mode = self.mode;
            conversation.set_assistant(self.model, self.system).await?;
            for path in &self.files {
                conversation.upload(path).await?;
            }
            anyhow::Ok(conversation)
        };
        let mut conversation = tokio::select! {
            conversation = ready => conversation?,
            () = signals.next() => return Ok(ExitCode::from(130)),
        };
        let Some(message) = message else {
            return interactive::run(&mut conversation, signals).await;
        };
        match conversation.ask(message, signals).await? {
            Outcome::Left => Ok(ExitCode::from(130)),
            Outcome::Ended(turn) => {
                if context.out.json {
                    context.out.json(&turn)?;
                }
                match turn.problem() {
                    None => Ok(ExitCode::SUCCESS),
                    Some(_) if conversation.was_stopped => Ok(ExitCode::from(130)),
                    Some(problem) => Err(problem.into()),
                }
            }
        }
    }
}

/// The message of the arguments with what standard input has, unless that is a terminal.
fn with_input(message: Option<&str>, session: Option<&SessionId>) -> anyhow::Result<Option<String>> {
    let mut parts: Vec<String> = message.map(ToOwned::to_owned).into_iter().collect();
    let input = input()?;
    parts.extend(input.clone().filter(|input| !input.trim().is_empty()));
    let whole = parts.join("\n\n");
    if whole.len() > limits::TURN_BYTES {
        let detail = format!("a message may have {} bytes at most; --file adds a file", limits::TURN_BYTES);
        return Err(Usage(detail).into());
    }
    let person = io::stdin().is_terminal() && io::stdout().is_terminal();
    if whole.trim().is_empty() && (message.is_some() || !person) {
        let mut detail =
            "the message is empty: give it as an argument, after -m, or on standard input".to_owned();
        if let Some(session) = session {
            detail += &format!("; \"{session}\" is taken for a session, because it could be an id");
        }
        return Err(Usage(detail).into());
    }
    Ok(Some(whole).filter(|whole| !whole.is_empty()))
}

/// The text of a pipe or a file on standard input. Other devices have none.
fn input() -> anyhow::Result<Option<String>> {
    use rustix::fs::FileType;
    let kind = rustix::fs::fstat(io::stdin()).map(|stat| FileType::from_raw_mode(stat.st_mode));
    if !matches!(kind, Ok(FileType::Fifo | FileType::RegularFile | FileType::Socket)) {
        return Ok(None);
    }
    let mut bytes = Vec::new();
    let most = limits::TURN_BYTES as u64 + 1;
    io::stdin().take(most).read_to_end(&mut bytes).context("cannot read standard input")?;
    match String::from_utf8(bytes) {
        Ok(text) => Ok(Some(text)),
        // A character may have been cut in two.
        Err(error) if error.as_bytes().len() as u64 == most && error.utf8_error().error_len().is_none() => {
            Ok(Some(String::from_utf8_lossy(error.as_bytes()).into_owned()))
        }
        Err(_) => Err(Usage("standard input is not text; --file adds a file".into()).into()),
    }
}

/// The name of the user of this computer.
fn user() -> String {
    let named = |name| std::env::var(name).ok().filter(|user| !user.trim().is_empty());
    named("USER").or_else(|| named("LOGNAME")).unwrap_or_else(|| "me".into())
}
