//! The request to the model. It only grows at its end: what was sent in a turn stands in the same place and in the same
//! words in every later one, so that a provider's cache of the beginning fits. No clock and no counter is in it.

use sessiond_engine::{Exchange, TurnToRun};
use sessiond_model::{Message, Request};

/// The prompt of an assistant that has none of its own.
pub(crate) const PROMPT: &str = "You are a helpful assistant. Answer in the language of the question.";

/// The request of a turn: the prompt, what was said before, and the message.
///
/// Messages without an answer, of turns that failed or were stopped before the first word, go together with the next one:
/// many models insist that user and assistant take turns.
pub(crate) fn request(turn: &TurnToRun) -> Request {
    let prompt = turn.assistant.prompt.as_deref().filter(|prompt| !prompt.trim().is_empty());
    let mut messages = vec![Message::system(prompt.unwrap_or(PROMPT))];
    let mut unanswered = Vec::new();
    for Exchange { message, instructions, answer, .. } in &turn.before {
        unanswered.push(said(message, instructions.as_deref()));
        if !answer.is_empty() {
            messages.push(Message::user(std::mem::take(&mut unanswered).join("\n\n")));
            messages.push(Message::assistant(answer));
        }
    }
    unanswered.push(said(&turn.text, turn.instructions.as_deref()));
    messages.push(Message::user(unanswered.join("\n\n")));
    Request {
        messages,
        temperature: turn.assistant.temperature,
        max_tokens: turn.assistant.max_tokens,
        ..Request::default()
    }
}

/// A message with the instructions for it, as the model reads it.
fn said(message: &str, instructions: Option<&str>) -> String {
    match instructions {
        Some(instructions) => format!("{instructions}\n\n{message}"),
        None => message.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use sessiond_core::{Assistant, SessionId, TurnId, TurnStatus};

    use super::*;

    fn turn(before: &[(&str, &str)], text: &str) -> TurnToRun {
        let exchange = |(message, answer): &(&str, &str)| Exchange {
            status: TurnStatus::Completed,
            message: (*message).to_owned(),
            instructions: None,
            answer: (*answer).to_owned(),
        };
        TurnToRun {
            session_id: SessionId::parse("s").unwrap(),
            turn_id: TurnId::parse("t").unwrap(),
            assistant: Assistant::default(),
            text: text.to_owned(),
            instructions: None,
            before: before.iter().map(exchange).collect(),
        }
    }

    #[test]
    fn a_request_begins_as_the_one_before_it_with_its_answer() {
        let said = [("one", "1"), ("two", "2"), ("three", "3"), ("four", "4")];
        for n in 0..said.len() {
            let mut before = request(&turn(&said[..n], said[n].0)).messages;
            before.push(Message::assistant(said[n].1));
            let after = request(&turn(&said[..=n], "next")).messages;
            assert_eq!(after[..before.len()], before);
            assert_eq!(after[before.len()..], [Message::user("next")]);
        }
    }

    #[test]
    fn user_and_assistant_take_turns_whatever_was_left_without_an_answer() {
        let turn = turn(&[("one", ""), ("two", ""), ("three", "3"), ("four", "")], "five");
        let messages = request(&turn).messages;
        let expected =
            [Message::user("one\n\ntwo\n\nthree"), Message::assistant("3"), Message::user("four\n\nfive")];
        assert_eq!(messages[1..], expected);
    }

    #[test]
    fn the_assistant_has_its_own_prompt_and_a_turn_its_own_instructions() {
        let mut turn = turn(&[], "Hello");
        turn.assistant.prompt = Some("Speak like a pirate.".into());
        turn.assistant.temperature = Some(0.5);
        turn.instructions = Some("In one word.".into());
        let request = request(&turn);
        let expected = [Message::system("Speak like a pirate."), Message::user("In one word.\n\nHello")];
        assert_eq!(request.messages, expected);
        assert_eq!(request.temperature, Some(0.5));
    }
}
