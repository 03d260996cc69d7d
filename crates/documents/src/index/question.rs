//! A question as groups of terms: each word with its other forms.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use super::common::is_common;
use super::segment::{Kind, segment};

/// Characters of a question that are read.
const CHARACTERS: usize = 20_000;
/// Different words of a question that are looked up.
const WORDS: usize = 48;

/// What a common word counts beside another.
const COMMON: f32 = 0.15;

/// A question.
#[derive(Debug, Default)]
pub(super) struct Question {
    pub(super) groups: Vec<Group>,
    /// Which group each of its terms is of, and how much it counts there.
    pub(super) terms: HashMap<String, (usize, f32), BuildHasherDefault<Quick>>,
    /// The groups that follow each other.
    pub(super) follows: Vec<(usize, usize)>,
}

/// Hashes terms in less time than the standard hasher. The few keys are looked up for each word of each candidate.
#[derive(Debug, Default)]
pub(super) struct Quick(u64);

impl Hasher for Quick {
    fn write(&mut self, bytes: &[u8]) {
        for chunk in bytes.chunks(8) {
            let word = chunk.iter().fold(0, |word, &byte| (word << 8) | u64::from(byte));
            self.0 = (self.0.rotate_left(5) ^ word).wrapping_mul(0x517C_C1B7_2722_0A95);
        }
    }

    fn finish(&self) -> u64 {
        self.0 ^ (self.0 >> 32)
    }
}

/// A word of a question, and its other forms.
#[derive(Debug)]
pub(super) struct Group {
    /// The terms, how much each counts, and how many passages have it, as far as they were counted.
    pub(super) terms: Vec<(String, f32, u32)>,
    pub(super) kind: Kind,
    pub(super) is_common: bool,
    /// How much the word counts in the question.
    pub(super) weight: f32,
    /// The passages that have it, as far as they were counted.
    pub(super) passages: u32,
    /// The weight times the rarity.
    pub(super) value: f32,
}

impl Question {
    /// The words of a text.
    pub(super) fn new(text: &str) -> Self {
        let end = text.char_indices().nth(CHARACTERS).map_or(text.len(), |(end, _)| end);
        let mut question = Self::default();
        let mut before: Option<usize> = None;
        segment(&text[..end], |term, kind| {
            if matches!(kind, Kind::Single | Kind::Last) {
                return;
            }
            let Some(group) = question.add(term, kind, 1.0) else { return };
            if matches!(kind, Kind::Word | Kind::Pair) {
                if let Some(before) = before.filter(|&before| before != group)
                    && !question.follows.contains(&(before, group))
                {
                    question.follows.push((before, group));
                }
                before = Some(group);
            }
        });
        question
    }

    /// The group of a term, a new one if the question has no such term yet.
    pub(super) fn add(&mut self, term: &str, kind: Kind, weight: f32) -> Option<usize> {
        if let Some(&(group, _)) = self.terms.get(term) {
            return Some(group);
        }
        if self.groups.len() == WORDS {
            return None;
        }
        let is_common = is_common(term);
        // A form of a word counts less than the word, so that one word does not count several times.
        let of_kind = if kind == Kind::Variant { 0.7 } else { 1.0 };
        let group = Group {
            terms: vec![(term.to_owned(), 1.0, 0)],
            kind,
            is_common,
            weight: weight * of_kind * if is_common { COMMON } else { 1.0 },
            passages: 0,
            value: 0.0,
        };
        self.terms.insert(term.to_owned(), (self.groups.len(), 1.0));
        self.groups.push(group);
        Some(self.groups.len() - 1)
    }

    /// Adds another form of a group's word.
    pub(super) fn add_form(&mut self, group: usize, term: &str, weight: f32) -> Option<&mut u32> {
        if self.terms.contains_key(term) {
            return None;
        }
        self.terms.insert(term.to_owned(), (group, weight));
        let terms = &mut self.groups[group].terms;
        terms.push((term.to_owned(), weight, 0));
        terms.last_mut().map(|(.., passages)| passages)
    }

    /// What two words that follow each other count.
    pub(super) fn pair(&self, one: usize, other: usize) -> f32 {
        self.groups[one].value.min(self.groups[other].value)
    }
}

/// How many characters two words begin with in common if one may be an inflection of the other.
pub(super) fn stem(word: &str) -> Option<&str> {
    let length = word.chars().count();
    let ending = match length {
        0..=3 => return None,
        4..=5 => 1,
        6..=7 => 2,
        _ => 3,
    };
    let end = word.char_indices().nth(length - ending).map_or(word.len(), |(end, _)| end);
    (!word.starts_with(|character: char| character.is_ascii_digit())).then(|| &word[..end])
}

/// How much an inflection counts beside the word itself; `None` if it is another word.
pub(super) fn likeness(word: &str, other: &str) -> Option<f32> {
    let shared = word.chars().zip(other.chars()).take_while(|(one, other)| one == other).count();
    let longest = word.chars().count().max(other.chars().count());
    (longest - shared <= 4).then(|| 0.8 * shared as f32 / longest as f32)
}
