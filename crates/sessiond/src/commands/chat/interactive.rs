//! The conversation on a terminal.

use std::process::ExitCode;

use sessiond_api::{Code, Problem};

use super::answer::Outcome;
use super::conversation::Conversation;
use super::prompt::{Entered, Prompt, message};
use super::slash::{self, Next};
use crate::client::advice;
use crate::output::Failures;
use crate::signals::Signals;

/// What invites a message.
const PROMPT: &str = ">>> ";

/// Reads messages and shows answers until somebody leaves.
pub async fn run(conversation: &mut Conversation<'_>, signals: &mut Signals) -> anyhow::Result<ExitCode> {
    let mut prompt = Prompt::new()?;
    let (said, running) = tokio::select! {
        known = async { tokio::try_join!(conversation.path(), conversation.running()) } => known?,
        () = signals.next() => return Ok(ExitCode::from(130)),
    };
    said.iter().for_each(|turn| prompt.remember(&turn.text));
    conversation.greet(said.len());
    if let Some(turn) = running {
        conversation.out.lines_of(&format!("{PROMPT}{}", turn.text))?;
        if let Outcome::Left = conversation.answer(&turn, signals).await? {
            return Ok(ExitCode::from(130));
        }
    }
    let mut code = ExitCode::SUCCESS;
    let mut interrupted = false;
    loop {
        let text = match prompt.read(PROMPT, "", signals).await? {
            Entered::Text(text) => text,
            Entered::Interrupted if !interrupted => {
                interrupted = true;
                eprintln!("Ctrl-D, /quit or another Ctrl-C leaves");
                continue;
            }
            Entered::Interrupted => {
                code = ExitCode::from(130);
                break;
            }
            Entered::Left => break,
        };
        interrupted = false;
        if text.trim().is_empty() {
            continue;
        }
        let done = if text.starts_with('/') {
            prompt.remember(&text);
            slash::perform(conversation, &mut prompt, &text, signals).await
        } else {
            let message = message(&text);
            prompt.remember(&message);
            conversation.ask(message, signals).await.map(Next::Answered)
        };
        match done {
            Ok(Next::Continue) => {}
            Ok(Next::Answered(Outcome::Ended(turn))) => {
                conversation.out.line("")?;
                if let Some(problem) = turn.problem().filter(|_| !conversation.was_stopped) {
                    failed(&problem.into());
                }
            }
            Ok(Next::Answered(Outcome::Left)) => {
                code = ExitCode::from(130);
                break;
            }
            Ok(Next::Quit) => break,
            Err(error) if is_final(&error) => return Err(error),
            Err(error) => failed(&error),
        }
    }
    conversation.farewell();
    Ok(code)
}

/// Says what went wrong, and how to continue.
fn failed(error: &anyhow::Error) {
    let problem = error.chain().find_map(|cause| cause.downcast_ref::<Problem>());
    Failures { json: false }.print(error, false, problem.and_then(advice));
}

/// Whether no further message can have an answer, or nobody can see it.
fn is_final(error: &anyhow::Error) -> bool {
    let problem = error.chain().find_map(|cause| cause.downcast_ref::<Problem>());
    let is_over = |problem: &Problem| {
        matches!(
            problem.code,
            Code::SessionEnded
                | Code::SessionExpired
                | Code::SessionNotFound
                | Code::Unauthenticated
                | Code::Forbidden
        )
    };
    problem.is_some_and(is_over) || crate::output::is_broken_pipe(error)
}
