//! The line that a person types: editing, history, several lines, and the completion of commands.

use anyhow::Context as _;
use rustix::termios::{OptionalActions, Termios, tcgetattr, tcsetattr};
use rustyline::completion::{Completer, FilenameCompleter, Pair};
use rustyline::error::ReadlineError;
use rustyline::highlight::Highlighter;
use rustyline::hint::Hinter;
use rustyline::history::MemHistory;
use rustyline::validate::{ValidationContext, ValidationResult, Validator};
use rustyline::{Config, Editor, Helper};

use super::slash;
use crate::output::printable_lines;
use crate::signals::{Signal, Signals};

/// Messages that the arrow keys find.
const HISTORY: usize = 1000;
/// Turns off what marks pasted text, in case that the editor cannot.
const NO_PASTE_MARKS: &str = "\x1b[?2004l";
/// What begins and ends a message of several lines.
const QUOTES: &str = "\"\"\"";

type Lines = Editor<Assistance, MemHistory>;

/// What was entered.
#[derive(Debug, PartialEq, Eq)]
pub enum Entered {
    /// A text.
    Text(String),
    /// Ctrl-C.
    Interrupted,
    /// Ctrl-D, or the terminal is gone.
    Left,
}

/// The prompt. Its history is in memory alone: what was said is in the session, and is removed with it.
pub struct Prompt {
    lines: Option<Lines>,
    terminal: Option<Termios>,
}

impl Prompt {
    pub fn new() -> anyhow::Result<Self> {
        let config = Config::builder().max_history_size(HISTORY)?.history_ignore_dups(true)?.build();
        let history = MemHistory::with_config(&config);
        let mut lines = Lines::with_history(config, history)?;
        lines.set_helper(Some(Assistance { files: FilenameCompleter::new() }));
        Ok(Self { lines: Some(lines), terminal: tcgetattr(std::io::stdin()).ok() })
    }

    /// Adds a message to the history.
    pub fn remember(&mut self, message: &str) {
        if let Some(lines) = &mut self.lines {
            let _ = lines.add_history_entry(printable_lines(message));
        }
    }

    /// Forgets all messages.
    pub fn forget(&mut self) {
        if let Some(lines) = &mut self.lines {
            let _ = lines.clear_history();
        }
    }

    /// Reads a text, which begins as `initial` and may be edited.
    pub async fn read(
        &mut self,
        prompt: &'static str,
        initial: &str,
        signals: &mut Signals,
    ) -> anyhow::Result<Entered> {
        let Some(mut lines) = self.lines.take() else { return Ok(Entered::Left) };
        let initial = initial.to_owned();
        let mut reading = tokio::task::spawn_blocking(move || {
            let read = lines.readline_with_initial(prompt, (&initial, ""));
            (lines, read)
        });
        let (lines, read) = loop {
            tokio::select! {
                done = &mut reading => break done?,
                signal = signals.what() => match signal {
                    // One that came when an answer had just ended.
                    Signal::Interrupt => {}
                    Signal::Terminate => {
                        // The editor still waits for a key, in a thread that ends with the process.
                        if let Some(terminal) = &self.terminal {
                            let _ = tcsetattr(std::io::stdin(), OptionalActions::Now, terminal);
                        }
                        println!("{NO_PASTE_MARKS}");
                        return Ok(Entered::Left);
                    }
                },
            }
        };
        self.lines = Some(lines);
        match read {
            Ok(text) => Ok(Entered::Text(text)),
            Err(ReadlineError::Interrupted) => Ok(Entered::Interrupted),
            Err(ReadlineError::Eof) => Ok(Entered::Left),
            Err(error) => Err(error).context("cannot read from the terminal"),
        }
    }
}

/// The message that a text is: without the quotes around it, and without the backslashes that continue lines.
pub fn message(text: &str) -> String {
    let trimmed = text.trim();
    match trimmed.strip_prefix(QUOTES) {
        Some(rest) => rest.strip_suffix(QUOTES).unwrap_or(rest).trim_matches('\n').to_owned(),
        None => trimmed.replace("\\\n", "\n"),
    }
}

/// Whether a text continues on the next line.
fn continues(text: &str) -> bool {
    match text.trim_start().strip_prefix(QUOTES) {
        Some(rest) => !rest.trim_end().ends_with(QUOTES),
        None => {
            let backslashes = text.len() - text.trim_end_matches('\\').len();
            backslashes % 2 == 1
        }
    }
}

/// What helps somebody who types.
struct Assistance {
    files: FilenameCompleter,
}

impl Validator for Assistance {
    fn validate(&self, context: &mut ValidationContext<'_>) -> rustyline::Result<ValidationResult> {
        Ok(if continues(context.input()) {
            ValidationResult::Incomplete
        } else {
            ValidationResult::Valid(None)
        })
    }
}

impl Completer for Assistance {
    type Candidate = Pair;

    fn complete(
        &self,
        line: &str,
        place: usize,
        context: &rustyline::Context<'_>,
    ) -> rustyline::Result<(usize, Vec<Pair>)> {
        let typed = line.get(..place).unwrap_or_default();
        match typed.split_once(' ') {
            Some(("/upload" | "/export", _)) => self.files.complete(line, place, context),
            None if typed.starts_with('/') => {
                let names = slash::names().filter(|name| name.starts_with(typed));
                Ok((
                    0,
                    names
                        .map(|name| Pair { display: name.into(), replacement: format!("{name} ") })
                        .collect(),
                ))
            }
            _ => Ok((place, Vec::new())),
        }
    }
}

impl Hinter for Assistance {
    type Hint = String;
}

impl Highlighter for Assistance {}

impl Helper for Assistance {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_of_several_lines_is_quoted_or_its_lines_end_with_a_backslash() {
        for (text, more) in [
            ("one", false),
            ("one\\", true),
            ("one\\\\", false),
            ("one\\\ntwo", false),
            ("\"\"\"", true),
            ("\"\"\"one\ntwo", true),
            ("\"\"\"one\ntwo\"\"\"", false),
            ("\"\"\"one\"\"\" ", false),
            ("say \"\"\"", false),
        ] {
            assert_eq!(continues(text), more, "{text}");
        }
        assert_eq!(message("\"\"\"\none\n  two\n\"\"\""), "one\n  two");
        assert_eq!(message("one\\\ntwo"), "one\ntwo");
        assert_eq!(message("  one "), "one");
    }
}
