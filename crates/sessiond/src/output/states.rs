//! The states of each noun, and what each means to a person. `docs/states.md` is this table.

use anstyle::AnsiColor;

/// What has states.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Noun {
    /// A session.
    Session,
    /// A step of a plan.
    Step,
    /// A task, or one of its attempts.
    Task,
    /// An agent.
    Agent,
    /// A participant in a session.
    Participant,
    /// A message.
    Message,
    /// A question.
    Question,
    /// A schedule.
    Schedule,
    /// What came of a schedule's time.
    Run,
    /// A key.
    Key,
    /// A server.
    Server,
}

/// What a state means to a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// It is under way.
    Live,
    /// It is as it should be.
    Good,
    /// Somebody may want to look.
    Warn,
    /// Something is wrong.
    Bad,
    /// Nothing happens.
    Idle,
}

impl Tone {
    /// The colour of its states; none for the terminal's own.
    pub fn colour(self) -> Option<AnsiColor> {
        match self {
            Self::Live => Some(AnsiColor::Cyan),
            Self::Good => Some(AnsiColor::Green),
            Self::Warn => Some(AnsiColor::Yellow),
            Self::Bad => Some(AnsiColor::Red),
            Self::Idle => None,
        }
    }
}

/// All states that are printed.
const STATES: &[(Noun, &str, Tone)] = &[
    (Noun::Session, "active", Tone::Live),
    (Noun::Session, "waiting", Tone::Warn),
    (Noun::Session, "completed", Tone::Good),
    (Noun::Session, "failed", Tone::Bad),
    (Noun::Session, "terminated", Tone::Warn),
    (Noun::Session, "expired", Tone::Warn),
    (Noun::Step, "pending", Tone::Idle),
    (Noun::Step, "active", Tone::Live),
    (Noun::Step, "stopped", Tone::Warn),
    (Noun::Step, "completed", Tone::Good),
    (Noun::Step, "failed", Tone::Bad),
    (Noun::Task, "pending", Tone::Idle),
    (Noun::Task, "in_progress", Tone::Live),
    (Noun::Task, "waiting", Tone::Warn),
    (Noun::Task, "completed", Tone::Good),
    (Noun::Task, "failed", Tone::Bad),
    (Noun::Task, "timeout", Tone::Bad),
    (Noun::Task, "cancelled", Tone::Warn),
    (Noun::Agent, "connected", Tone::Good),
    (Noun::Agent, "idle", Tone::Good),
    (Noun::Agent, "busy", Tone::Live),
    (Noun::Agent, "unreachable", Tone::Warn),
    (Noun::Agent, "gone", Tone::Idle),
    (Noun::Agent, "unregistered", Tone::Idle),
    (Noun::Participant, "active", Tone::Good),
    (Noun::Participant, "busy", Tone::Live),
    (Noun::Participant, "waiting", Tone::Warn),
    (Noun::Participant, "left", Tone::Idle),
    (Noun::Participant, "session_terminated", Tone::Idle),
    (Noun::Message, "queued", Tone::Live),
    (Noun::Message, "acknowledged", Tone::Good),
    (Noun::Message, "handled", Tone::Good),
    (Noun::Message, "withdrawn", Tone::Idle),
    (Noun::Message, "dead", Tone::Bad),
    (Noun::Question, "open", Tone::Warn),
    (Noun::Question, "answered", Tone::Good),
    (Noun::Question, "expired", Tone::Warn),
    (Noun::Question, "withdrawn", Tone::Idle),
    (Noun::Schedule, "active", Tone::Good),
    (Noun::Schedule, "paused", Tone::Warn),
    (Noun::Schedule, "finished", Tone::Idle),
    (Noun::Run, "created", Tone::Good),
    (Noun::Run, "skipped", Tone::Warn),
    (Noun::Run, "failed", Tone::Bad),
    (Noun::Key, "valid", Tone::Good),
    (Noun::Key, "expired", Tone::Warn),
    (Noun::Key, "revoked", Tone::Idle),
    (Noun::Server, "ok", Tone::Good),
    (Noun::Server, "ready", Tone::Good),
];

/// The tone of a state; one of a newer server has none.
pub fn tone(noun: Noun, name: &str) -> Tone {
    STATES.iter().find(|state| state.0 == noun && state.1 == name).map_or(Tone::Idle, |state| state.2)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// The states of the page that the command line prints too: noun, name and colour.
    fn documented() -> BTreeSet<(String, String, String)> {
        let page =
            std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/states.md")).unwrap();
        let mut noun = String::new();
        let mut found = BTreeSet::new();
        for line in page.lines() {
            if let Some(heading) = line.strip_prefix("## ") {
                noun = heading.trim_end_matches('s').to_lowercase();
            }
            let cells: Vec<&str> = line.split('|').map(str::trim).collect();
            if let ["", name, _, colour, _, ""] = cells[..]
                && name.starts_with('`')
                && !["call", "turn", "webhook"].contains(&noun.as_str())
            {
                found.insert((noun.clone(), name.trim_matches('`').to_owned(), colour.to_owned()));
            }
        }
        found
    }

    #[test]
    fn the_states_of_the_command_line_are_those_of_the_page() {
        let colour = |tone: Tone| match tone.colour() {
            Some(AnsiColor::Cyan) => "blue",
            Some(AnsiColor::Green) => "green",
            Some(AnsiColor::Yellow) => "yellow",
            Some(AnsiColor::Red) => "red",
            _ => "grey",
        };
        let printed: BTreeSet<_> = STATES
            .iter()
            .filter(|(noun, ..)| *noun != Noun::Server)
            .map(|(noun, name, tone)| {
                (format!("{noun:?}").to_lowercase(), (*name).to_owned(), colour(*tone).to_owned())
            })
            .collect();
        assert_eq!(printed, documented());
    }
}
