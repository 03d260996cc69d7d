//! The place of a client's own history in a conversation.
//!
//! Clients of chat completions send what was said with every message, whole or cut off at its beginning, and the server
//! has it too. So what they send serves only to find the turn that the new message follows: the last one whose path ends
//! with it.

use std::collections::HashMap;

use sessiond_api::Turn;
use sessiond_core::TurnId;

/// Where a message belongs.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// After the turn of the conversation's head.
    Head,
    /// After this turn.
    After(TurnId),
    /// After this turn, whose path has the beginning of the client's history; so many of its messages have other answers
    /// or are unknown, and are not on the path.
    Apart(TurnId, usize),
}

/// The answered turns that lead to a turn, the last one first, each with the messages before it that were left without an
/// answer: those may stand in the client's history as a part of the next one.
struct Path<'a> {
    turns: &'a HashMap<&'a TurnId, &'a Turn>,
    next: Option<&'a Turn>,
}

impl<'a> Iterator for Path<'a> {
    type Item = (&'a Turn, Vec<&'a str>);

    fn next(&mut self) -> Option<Self::Item> {
        let before = |turn: &Turn| turn.parent.as_ref().and_then(|parent| self.turns.get(parent).copied());
        let mut turn = self.next?;
        while turn.answer.is_empty() {
            turn = before(turn)?;
        }
        let mut unanswered = Vec::new();
        self.next = before(turn);
        while let Some(earlier) = self.next.filter(|earlier| earlier.answer.is_empty()) {
            unanswered.insert(0, earlier.text.as_str());
            self.next = before(earlier);
        }
        Some((turn, unanswered))
    }
}

/// Where the message after `history` belongs among turns, which are in the order in which they were accepted.
pub(super) fn place(turns: &[Turn], head: Option<&TurnId>, history: &[(String, String)]) -> Place {
    if history.is_empty() {
        return Place::Head;
    }
    let by_id: HashMap<&TurnId, &Turn> = turns.iter().map(|turn| (&turn.turn_id, turn)).collect();
    let path =
        |end: Option<&TurnId>| Path { turns: &by_id, next: end.and_then(|end| by_id.get(end).copied()) };
    // The head's own path first, from its end; then the newest.
    let newest = turns.iter().rev().filter(|turn| !turn.answer.is_empty());
    for end in path(head).map(|(turn, _)| turn).chain(newest) {
        let mut path_to_it = path(Some(&end.turn_id));
        let is_its_end = history.iter().rev().all(|exchange| {
            path_to_it.next().is_some_and(|(turn, unanswered)| is_same(turn, &unanswered, exchange))
        });
        if is_its_end {
            // Between it and the head may be turns without an answer.
            let is_last = path(head).next().is_some_and(|(last, _)| last.turn_id == end.turn_id);
            return if is_last { Place::Head } else { Place::After(end.turn_id.clone()) };
        }
    }
    match longest_beginning(turns, history) {
        Some((turn, known)) => Place::Apart(turn.clone(), history.len() - known),
        None => Place::Head,
    }
}

/// The turn whose whole path is the longest beginning of the history, and how long that is.
fn longest_beginning<'a>(turns: &'a [Turn], history: &[(String, String)]) -> Option<(&'a TurnId, usize)> {
    // For each turn whose path is a beginning: how long it is, and what is left without an answer at its end.
    let mut known: HashMap<&TurnId, (usize, Vec<&str>)> = HashMap::new();
    let mut longest = None;
    for turn in turns {
        let before = match &turn.parent {
            None => Some((0, Vec::new())),
            Some(parent) => known.get(parent).cloned(),
        };
        let Some((length, mut unanswered)) = before else { continue };
        if turn.answer.is_empty() {
            unanswered.push(&turn.text);
            known.insert(&turn.turn_id, (length, unanswered));
        } else if history.get(length).is_some_and(|exchange| is_same(turn, &unanswered, exchange)) {
            known.insert(&turn.turn_id, (length + 1, Vec::new()));
            if longest.is_none_or(|(_, most)| length + 1 >= most) {
                longest = Some((&turn.turn_id, length + 1));
            }
        }
    }
    longest
}

/// Whether a turn is that exchange.
fn is_same(turn: &Turn, unanswered: &[&str], (message, answer): &(String, String)) -> bool {
    let same = |a: &str, b: &str| a.trim() == b.trim();
    let with_unanswered = || [unanswered, &[turn.text.as_str()]].concat().join("\n\n");
    same(&turn.answer, answer)
        && (same(&turn.text, message) || (!unanswered.is_empty() && same(&with_unanswered(), message)))
}

/// The instructions of a turn with the exchanges that its client has and the conversation has not.
pub(super) fn with(instructions: Option<String>, unknown: &[(String, String)]) -> Option<String> {
    if unknown.is_empty() {
        return instructions;
    }
    let told = told(unknown);
    Some(match instructions {
        Some(own) => format!("{own}\n\n{told}"),
        None => told,
    })
}

/// What a client has of a conversation and the conversation has not, for the model to read.
fn told(unknown: &[(String, String)]) -> String {
    let mut text = "The user's client has this as the conversation so far:".to_owned();
    for (message, answer) in unknown {
        text.push_str("\n\nUser: ");
        text.push_str(message);
        text.push_str("\n\nAssistant: ");
        text.push_str(answer);
    }
    text
}

#[cfg(test)]
mod tests {
    use sessiond_core::{SessionId, Timestamp, TurnStatus};

    use super::*;

    fn turn(id: &str, parent: Option<&str>, text: &str, answer: &str) -> Turn {
        let name = |id: &str| TurnId::parse(id).unwrap();
        Turn {
            turn_id: name(id),
            session_id: SessionId::parse("s").unwrap(),
            parent: parent.map(name),
            status: TurnStatus::Completed,
            text: text.into(),
            instructions: None,
            answer: answer.into(),
            files: vec![],
            mode: Default::default(),
            settings: Default::default(),
            sources: vec![],
            citations: vec![],
            tools: vec![],
            reasoning: None,
            finish: None,
            reason: None,
            usage: None,
            asked_by: "me".into(),
            queued_at: Timestamp::from_millis(0),
            began_at: None,
            ended_at: None,
            revision: 0,
        }
    }

    /// a1 ─ a2 ─ a3 (head), and b2 ─ b3 beside a2 and a3.
    fn conversation() -> Vec<Turn> {
        vec![
            turn("a1", None, "one", "1"),
            turn("a2", Some("a1"), "two", "2"),
            turn("b2", Some("a1"), "TWO", "II"),
            turn("b3", Some("b2"), "three", "3"),
            turn("a3", Some("a2"), "three", "3"),
        ]
    }

    fn at(history: &[(&str, &str)]) -> Place {
        let history: Vec<_> = history.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect();
        place(&conversation(), Some(&TurnId::parse("a3").unwrap()), &history)
    }

    fn after(id: &str) -> Place {
        Place::After(TurnId::parse(id).unwrap())
    }

    #[test]
    fn a_message_follows_the_turn_that_its_history_ends_with() {
        let (one, two, three, other) = (("one", "1"), ("two", "2"), ("three", "3"), ("TWO", "II"));
        assert_eq!(at(&[]), Place::Head);
        assert_eq!(at(&[one, two, three]), Place::Head);
        assert_eq!(at(&[one, two]), after("a2"));
        assert_eq!(at(&[one]), after("a1"));
        assert_eq!(at(&[one, other]), after("b2"));
        assert_eq!(at(&[one, other, three]), after("b3"));
        // Cut off at its beginning: the head's own branch is meant, unless only another one ends so.
        assert_eq!(at(&[three]), Place::Head);
        assert_eq!(at(&[other, three]), after("b3"));
        assert_eq!(at(&[(" one\n", "1 "), two]), after("a2"));
    }

    #[test]
    fn what_the_conversation_does_not_know_is_told_apart() {
        let (one, new) = (("one", "1"), ("new", "n"));
        assert_eq!(at(&[one, new]), Place::Apart(TurnId::parse("a1").unwrap(), 1));
        assert_eq!(at(&[one, ("two", "another answer"), new]), Place::Apart(TurnId::parse("a1").unwrap(), 2));
        // Nothing of it is known: a client that has cut off or summed up what it had.
        assert_eq!(at(&[new]), Place::Head);
        assert_eq!(at(&[new, one]), Place::Head);
    }

    #[test]
    fn messages_without_an_answer_may_stand_in_the_next_one() {
        let turns =
            [turn("a", None, "one", ""), turn("b", Some("a"), "two", "2"), turn("c", Some("b"), "three", "")];
        let head = TurnId::parse("c").unwrap();
        for message in ["one\n\ntwo", "two"] {
            assert_eq!(place(&turns, Some(&head), &[(message.to_owned(), "2".to_owned())]), Place::Head);
        }
        assert_eq!(place(&[], None, &[("a".to_owned(), "b".to_owned())]), Place::Head);
    }
}
