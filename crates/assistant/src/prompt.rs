//! The request to the model. It only grows at its end: what was sent in a turn stands in the same place and in the same
//! words in every later one, so that a provider's cache of the beginning fits. No clock and no counter is in it.

use sessiond_core::SessionId;
use sessiond_engine::{Exchange, Summary, TurnToRun};
use sessiond_model::{Message, Request};
use sha2::{Digest, Sha256};

/// The prompt of an assistant that has none of its own.
pub(crate) const PROMPT: &str = "You are a helpful assistant. Answer in the language of the question.";

/// The request of a turn: the prompt, the summary of earlier turns, what was said since, and the message.
///
/// Messages without an answer, of turns that failed or were stopped before the first word, go together with the next one:
/// many models insist that user and assistant take turns.
pub(crate) fn request(turn: &TurnToRun) -> Request {
    let prompt = turn.assistant.prompt.as_deref().filter(|prompt| !prompt.trim().is_empty());
    let mut messages = vec![Message::system(prompt.unwrap_or(PROMPT))];
    let mut unanswered: Vec<String> = turn.summary.iter().map(summarised).collect();
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
        cache_key: Some(cache_key(&turn.session_id)),
        ..Request::default()
    }
}

/// What stands in the place of earlier turns, as the model reads it. It is a part of the next message, because many models
/// take only one system message, and begin with a user's.
fn summarised(summary: &Summary) -> String {
    match summary.text.as_deref().filter(|text| !text.trim().is_empty()) {
        Some(text) => format!(
            "[Your summary of the conversation before this message:]\n{text}\n[The conversation continues:]"
        ),
        None => "[The conversation before this message was too long, and is left out.]".to_owned(),
    }
}

/// What the requests of a session have in common, which is not its id: services see it.
fn cache_key(session: &SessionId) -> String {
    let hash =
        Sha256::new().chain_update(b"sessiond prompt cache\0").chain_update(session.as_str()).finalize();
    hash.iter().take(16).map(|byte| format!("{byte:02x}")).collect()
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
            turn_id: TurnId::parse("before").unwrap(),
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
            summary: None,
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
    fn a_summary_is_a_part_of_the_first_message() {
        let mut turn = turn(&[("three", "3")], "four");
        turn.summary = Some(Summary { text: Some("- They count.".into()) });
        let messages = request(&turn).messages;
        let Message::User { content } = &messages[1] else { panic!("{messages:?}") };
        assert!(content.contains("- They count.") && content.ends_with("\n\nthree"), "{content}");
        assert_eq!(messages[2..], [Message::assistant("3"), Message::user("four")]);
        turn.summary = Some(Summary::default());
        let Message::User { content } = &request(&turn).messages[1] else { panic!() };
        assert!(content.contains("left out"), "{content}");
    }

    #[test]
    fn the_requests_of_a_session_have_a_key_in_common_that_is_not_its_id() {
        let mut other = turn(&[], "Hello");
        other.session_id = SessionId::parse("other").unwrap();
        let key = |turn: &TurnToRun| request(turn).cache_key.unwrap();
        assert_eq!(key(&turn(&[], "Hello")), key(&turn(&[("one", "1")], "two")));
        assert_ne!(key(&turn(&[], "Hello")), key(&other));
        assert!(!key(&other).contains("other"));
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
