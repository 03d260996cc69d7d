//! The commands of a conversation on a terminal.

use std::path::PathBuf;

use anyhow::bail;
use sessiond_core::{AnswerMode, Assistant};

use super::answer::Outcome;
use super::conversation::Conversation;
use super::prompt::{Entered, Prompt, message};
use crate::commands::file;
use crate::output::printable_lines;
use crate::signals::Signals;

/// The commands: their names, their arguments, and what they do.
const COMMANDS: &[(&str, &str, &str)] = &[
    ("/help", "", "this list"),
    ("/files", "", "list the files that answers are made of"),
    ("/upload", "PATH", "add a file; the next message is about it"),
    ("/remove", "FILE", "remove a file, by its name or its id"),
    ("/retry", "", "ask the last message again"),
    ("/edit", "", "change the last message, and ask it instead"),
    ("/history", "", "show the conversation"),
    ("/export", "[PATH]", "write the conversation to a file, as Markdown"),
    ("/mode", "[MODE]", "chat, or query: answers from the files alone"),
    ("/model", "[NAME]", "show or set the model; - is the server's"),
    ("/system", "[TEXT]", "show or set the prompt: how the assistant is to behave; - is none"),
    ("/clear", "", "remove the turns of the conversation"),
    ("/quit", "", "leave; the conversation stays"),
];

/// What follows a command.
pub enum Next {
    /// The next message.
    Continue,
    /// The command had an answer.
    Answered(Outcome),
    /// Nothing: somebody leaves.
    Quit,
}

/// The names of the commands.
pub fn names() -> impl Iterator<Item = &'static str> {
    COMMANDS.iter().map(|(name, ..)| *name)
}

/// Performs a command.
pub async fn perform(
    conversation: &mut Conversation<'_>,
    prompt: &mut Prompt,
    line: &str,
    signals: &mut Signals,
) -> anyhow::Result<Next> {
    let (name, argument) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
    let argument = argument.trim();
    match name {
        "/quit" | "/exit" | "/bye" => return Ok(Next::Quit),
        "/retry" => return Ok(Next::Answered(conversation.retry(None, signals).await?)),
        "/edit" => {
            let before = conversation.last_message().await?;
            let Entered::Text(text) = prompt.read("edit> ", &printable_lines(&before), signals).await? else {
                return Ok(Next::Continue);
            };
            let text = message(&text);
            if text.is_empty() {
                return Ok(Next::Continue);
            }
            prompt.remember(&text);
            return Ok(Next::Answered(conversation.retry(Some(text), signals).await?));
        }
        "/clear" => {
            let question = "Remove all turns? y: yes, f: and the files too, n: no [n] ";
            let keep_files = match prompt.read(question, "", signals).await? {
                Entered::Text(answer) if answer.trim() == "y" => true,
                Entered::Text(answer) if answer.trim() == "f" => false,
                _ => return Ok(Next::Continue),
            };
            conversation.clear(keep_files).await?;
            prompt.forget();
            return Ok(Next::Continue);
        }
        _ => {}
    }
    tokio::select! {
        done = short(conversation, name, argument) => done?,
        () = signals.next() => eprintln!("{name} is stopped"),
    }
    Ok(Next::Continue)
}

/// Performs a command without an answer, which Ctrl-C may stop.
async fn short(conversation: &mut Conversation<'_>, name: &str, argument: &str) -> anyhow::Result<()> {
    let out = conversation.out;
    match (name, argument) {
        ("/help" | "/?", _) => {
            for (name, argument, help) in COMMANDS {
                out.line(format_args!("  {:<17} {help}", format!("{name} {argument}")))?;
            }
            out.line("")?;
            out.line("Lines that end with \\, or are between \"\"\" and \"\"\", are one message, as is pasted text.")?;
            out.line("Ctrl-C stops an answer; a second one leaves. Ctrl-D leaves.")?;
        }
        ("/files", _) => match conversation.session() {
            Some(session) => file::list(conversation.client, session, out).await?,
            None => eprintln!("there are no files; /upload PATH adds one"),
        },
        ("/upload", "") => bail!("/upload takes the path of a file"),
        ("/upload", path) => conversation.upload(&typed_path(path)).await?,
        ("/remove", "") => bail!("/remove takes the name or the id of a file; /files lists them"),
        ("/remove", file) => conversation.remove(file).await?,
        ("/history", _) => conversation.print_history().await?,
        ("/export", path) => {
            conversation.export(Some(path).filter(|path| !path.is_empty()).map(typed_path)).await?
        }
        ("/mode", "") => out.line(conversation.mode)?,
        ("/mode", mode) => {
            let known =
                [AnswerMode::Chat, AnswerMode::Query].into_iter().find(|known| known.to_string() == mode);
            let Some(known) = known else { bail!("there is no mode \"{mode}\": it is chat or query") };
            conversation.mode = known;
        }
        ("/model", "") => {
            out.line(conversation.assistant().model.as_deref().unwrap_or("the server's own"))?
        }
        ("/model", name) => {
            let assistant = Assistant { model: set(name), ..conversation.assistant().clone() };
            conversation.change_assistant(assistant).await?;
        }
        ("/system", "") => out.lines_of(conversation.assistant().prompt.as_deref().unwrap_or("none"))?,
        ("/system", text) => {
            let assistant = Assistant { prompt: set(text), ..conversation.assistant().clone() };
            conversation.change_assistant(assistant).await?;
        }
        (name, _) => {
            bail!("there is no command {name}: /help lists them; a message may begin with a blank and then /")
        }
    }
    Ok(())
}

/// A value, or none for `-`.
fn set(value: &str) -> Option<String> {
    Some(value.to_owned()).filter(|value| value != "-")
}

/// A path as people type it: in quotes, with a blank behind a backslash, or from their own directory.
fn typed_path(typed: &str) -> PathBuf {
    let inner = ['"', '\''].iter().find_map(|quote| typed.strip_prefix(*quote)?.strip_suffix(*quote));
    let path = inner.map_or_else(|| typed.replace("\\ ", " "), ToOwned::to_owned);
    match (path.strip_prefix("~/"), std::env::var_os("HOME")) {
        (Some(rest), Some(home)) => PathBuf::from(home).join(rest),
        _ => path.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_taken_as_people_type_it() {
        for (typed, path) in [
            ("a.md", "a.md"),
            ("'my notes.md'", "my notes.md"),
            ("\"my notes.md\"", "my notes.md"),
            ("my\\ notes.md", "my notes.md"),
            ("my notes.md", "my notes.md"),
        ] {
            assert_eq!(typed_path(typed), PathBuf::from(path));
        }
        let home = std::env::var_os("HOME").unwrap_or_default();
        assert_eq!(typed_path("~/a.md"), PathBuf::from(home).join("a.md"));
    }
}
