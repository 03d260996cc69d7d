//! Advice: what a person should look at, in short sentences.

use super::types::SynthesisMethod;
use super::value::{Kind, cut};
use super::{Voice, Vote};
use crate::AgentId;

/// How many names a sentence lists before it only counts.
const NAMED: usize = 5;
/// How long a name or a value may be in a sentence.
const CHARACTERS: usize = 60;

/// What was noticed on the way.
#[derive(Default)]
pub(super) struct Advice {
    ties: Fields,
    manual: Fields,
    mixed: Fields,
    minority: Fields,
    scattered: Fields,
    split: Fields,
    overruled: Fields,
    no_specialist: Fields,
    /// How many conflicts were too much to list.
    pub(super) omitted: u64,
}

/// The first few fields of which something is to be said, and how many there are.
#[derive(Default)]
struct Fields {
    names: Vec<String>,
    count: usize,
}

impl Fields {
    fn add(&mut self, at: &str, note: impl FnOnce() -> String) {
        self.count += 1;
        if self.names.len() < NAMED {
            let name = if at.is_empty() { "the result".to_owned() } else { cut(at, CHARACTERS) };
            self.names.push(name + &note());
        }
    }

    /// A sentence in which `{}` stands for the fields, when there are any.
    fn say(&self, sentence: &str, to: &mut Vec<String>) {
        if self.count > 0 {
            to.push(sentence.replacen("{}", &list(&self.names, self.count), 1));
        }
    }
}

impl Advice {
    pub(super) fn tie(&mut self, at: &str, groups: &[Vec<usize>], votes: &[Vote]) {
        self.ties.add(at, || {
            let said = groups.iter().take(2).map(|group| cut(&votes[group[0]].value.to_string(), CHARACTERS));
            let more = if groups.len() > 2 { " or another" } else { "" };
            format!(" ({}{more})", said.collect::<Vec<_>>().join(" or "))
        });
    }

    pub(super) fn manual(&mut self, at: &str) {
        self.manual.add(at, String::new);
    }

    pub(super) fn mixed(&mut self, at: &str) {
        self.mixed.add(at, String::new);
    }

    pub(super) fn no_specialist(&mut self, at: &str) {
        self.no_specialist.add(at, String::new);
    }

    /// A specialist decided, and that share of the power agrees.
    pub(super) fn overruled(&mut self, at: &str, agreeing: f64) {
        if agreeing < 0.5 {
            self.overruled.add(at, String::new);
        }
    }

    /// A leaf was chosen on which there is a difference.
    pub(super) fn chosen(&mut self, at: &str, kind: Kind, agreeing: f64, split_items: usize) {
        if split_items > 0 {
            let items = if split_items == 1 { "item" } else { "items" };
            self.split.add(at, || format!(" ({split_items} {items})"));
        }
        match kind {
            Kind::Number if agreeing < 0.75 => self.scattered.add(at, String::new),
            Kind::Label if agreeing <= 0.5 => self.minority.add(at, String::new),
            _ => {}
        }
    }

    /// The sentences, the most pressing first.
    pub(super) fn sentences(
        self,
        method: SynthesisMethod,
        voices: &[Voice],
        failed: &[AgentId],
        confidence: f64,
    ) -> Vec<String> {
        let mut all = Vec::new();
        self.ties.say("Decide manually, the agents are evenly split: {}.", &mut all);
        self.manual.say("Choose a value manually: the agents differ on {}.", &mut all);
        self.mixed.say("Ask the agents for one type of value: they gave different ones for {}.", &mut all);
        self.overruled
            .say("Check the specialist's choice: most of the weight says otherwise on {}.", &mut all);
        self.minority.say("Check what was chosen: no majority stands behind {}.", &mut all);
        self.scattered.say("Check the numbers, they lie far apart: {}.", &mut all);
        self.split.say("Check the lists: half of the weight names items that were left out of {}.", &mut all);
        let spoke = voices.iter().any(|voice| voice.specialist.is_some() && voice.has_say());
        if method == SynthesisMethod::SpecialistPriority && !spoke {
            all.push("No specialist gave a result: the others chose by consensus.".into());
        } else {
            self.no_specialist.say("No specialist spoke on {}: the others chose by consensus.", &mut all);
        }
        if !failed.is_empty() {
            let names: Vec<String> =
                failed.iter().take(NAMED).map(|agent| cut(agent.as_str(), CHARACTERS)).collect();
            let names = list(&names, failed.len());
            all.push(format!("Ask again, or go on without: {names} gave an error instead of a result."));
        }
        if let [only] = voices {
            all.push(format!(
                "Only {} gave a result: nothing confirms it.",
                cut(only.agent.as_str(), CHARACTERS)
            ));
        }
        if self.omitted > 0 {
            all.push(format!("Aggregate in parts: {} more conflicts are too large to list.", self.omitted));
        }
        if confidence < 0.5 {
            all.push(format!(
                "Have a person look before using this: the confidence is only {confidence:.2}."
            ));
        }
        all
    }
}

/// `a, b and c`, or `a, b and 7 more`.
fn list(names: &[String], count: usize) -> String {
    let mut parts = names.to_vec();
    if count > names.len() {
        parts.push(format!("{} more", count - names.len()));
    }
    match parts.pop() {
        Some(last) if !parts.is_empty() => format!("{} and {last}", parts.join(", ")),
        last => last.unwrap_or_default(),
    }
}
