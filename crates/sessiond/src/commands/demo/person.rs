//! The person at the terminal, who may answer the demo's question there.

use std::io::IsTerminal as _;

use serde_json::{Value, json};
use sessiond_api::{AnswerQuestion, Event, EventBody};
use sessiond_client::{Client, Conditions};
use sessiond_core::{QuestionId, QuestionStatus, SessionId};
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::task::JoinHandle;

use super::plan::FINDINGS;
use super::screen::Screen;

/// The person at the terminal.
pub struct Person {
    client: Client,
    session: SessionId,
    /// Whether there is one.
    there: bool,
    reads: Option<JoinHandle<()>>,
}

impl Person {
    pub fn new(client: Client, session: SessionId, watched: bool) -> Self {
        Self { client, session, there: watched && std::io::stdin().is_terminal(), reads: None }
    }

    /// Shows a question, and takes its answer from the terminal while it is open.
    pub fn event(&mut self, event: &Event, screen: &Screen) {
        match event.body() {
            Ok(EventBody::QuestionAsked(asked)) => {
                screen.line(&format!("question    {}", asked.text));
                for (number, (_, words)) in (1..).zip(FINDINGS) {
                    screen.line(&format!("              {number}  {words}"));
                }
                let here = if self.there { "type 1 or 2 and Enter, or " } else { "" };
                screen
                    .line(&format!("            {here}answer it in the console; after 10 s the answer is 1"));
                if self.there {
                    let (client, session) = (self.client.clone(), self.session.clone());
                    self.reads = Some(tokio::spawn(answer(client, session, asked.question_id)));
                }
            }
            Ok(EventBody::QuestionAnswered(answered)) => {
                self.stop();
                screen.line(&format!("question    answered: {}", words(&answered.answer)));
            }
            Ok(EventBody::QuestionClosed(closed)) if closed.status == QuestionStatus::Expired => {
                self.stop();
                screen.line(&format!("question    nobody answered: {}", FINDINGS[0].1));
            }
            _ => {}
        }
    }

    fn stop(&mut self) {
        if let Some(reads) = self.reads.take() {
            reads.abort();
        }
    }
}

impl Drop for Person {
    fn drop(&mut self) {
        self.stop();
    }
}

/// Reads lines until one is an answer. An answer that comes too late is nobody's fault.
async fn answer(client: Client, session: SessionId, question: QuestionId) {
    let mut lines = BufReader::new(tokio::io::stdin()).lines();
    while let Ok(Some(line)) = lines.next_line().await {
        let Some(answer) = chosen(&line) else { continue };
        let request = AnswerQuestion { answer: json!(answer) };
        if let Err(problem) =
            client.answer_question(&session, &question, request, Conditions::default()).await
        {
            tracing::debug!(%problem, "the answer was not taken");
        }
        return;
    }
}

/// The answer that a line stands for: its number or its word.
fn chosen(line: &str) -> Option<&'static str> {
    let line = line.trim();
    let number = line.parse::<usize>().ok().and_then(|number| number.checked_sub(1));
    let chosen = match number {
        Some(index) => FINDINGS.get(index),
        None => FINDINGS.iter().find(|(word, _)| *word == line),
    };
    chosen.map(|(word, _)| *word)
}

/// An answer in words.
fn words(answer: &Value) -> &str {
    let word = answer.as_str().unwrap_or_default();
    FINDINGS.iter().find(|(known, _)| *known == word).map_or(word, |(_, words)| words)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_a_number_or_a_word() {
        assert_eq!(chosen("1\n"), Some("all"));
        assert_eq!(chosen(" 2 "), Some("important"));
        assert_eq!(chosen("important"), Some("important"));
        for wrong in ["", "0", "3", "-1", "maybe"] {
            assert_eq!(chosen(wrong), None, "{wrong}");
        }
    }
}
