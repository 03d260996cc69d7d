//! Passages: where a part's text is divided.

use std::ops::Range;

use unicode_segmentation::GraphemeCursor;

use crate::{Part, Shape};

/// A passage has this many characters at least, unless its part ends or a section does.
pub(crate) const SHORTEST: usize = 800;
/// A passage has this many characters at most, unless that would divide what a reader sees as one character.
pub(crate) const LONGEST: usize = 1_200;
/// How many characters at the end of a passage are the beginning of the next.
const OVERLAP: Range<usize> = 100..150;
/// Characters of a section at least that is a passage of its own.
const SECTION: usize = 400;
/// What a reader sees as one character is divided all the same if it has more than this.
const GRAPHEME: usize = 4_800;

/// Where a passage is in the text of its part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Bounds {
    pub(crate) bytes: Range<usize>,
    pub(crate) characters: Range<u32>,
    /// The first and the last line, from 1.
    pub(crate) lines: (u32, u32),
}

/// How well a text can be divided at a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    /// Inside a word.
    Character,
    Word,
    /// A sentence, or a line.
    Sentence,
    /// A sentence that ends with its line, or the beginning of a definition.
    Line,
    /// Paragraphs and rows.
    Paragraph,
    /// A heading follows.
    Section,
}

/// Divides a part. Every character is in a passage.
pub(crate) fn split(part: &Part) -> Vec<Bounds> {
    let text = part.text.as_str();
    let mut passages = Vec::new();
    let (mut start, mut characters, mut line) = (0, 0_u32, 1_u32);
    while start < text.len() {
        let mut window = Window::new(&text[start..], part.shape);
        let (end, next) = window.divide();
        let passage = &text[start..start + window.at[end]];
        let breaks = count(passage.trim_end_matches('\n'));
        passages.push(Bounds {
            bytes: start..start + window.at[end],
            characters: characters..characters + number(end),
            lines: (line, line + breaks),
        });
        if start + window.at[end] == text.len() {
            break;
        }
        line += count(&text[start..start + window.at[next]]);
        characters += number(next);
        start += window.at[next];
    }
    passages
}

fn count(text: &str) -> u32 {
    number(text.bytes().filter(|&byte| byte == b'\n').count())
}

fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

/// The text from the start of a passage, as far as the passage may go.
struct Window<'a> {
    text: &'a str,
    shape: Shape,
    /// Where each character begins, and where the last one ends.
    at: Vec<usize>,
    is_last: bool,
}

impl<'a> Window<'a> {
    fn new(text: &'a str, shape: Shape) -> Self {
        let mut window = Self { text, shape, at: Vec::with_capacity(LONGEST + 2), is_last: false };
        window.extend(LONGEST);
        window
    }

    /// Sees as far as a number of characters.
    fn extend(&mut self, characters: usize) {
        self.at.clear();
        self.at.extend(self.text.char_indices().map(|(at, _)| at).take(characters + 1));
        self.is_last = self.at.len() <= characters;
        if self.is_last {
            self.at.push(self.text.len());
        }
    }

    /// After how many characters the passage ends, and after how many the next one begins.
    fn divide(&mut self) -> (usize, usize) {
        let last = self.at.len() - 1;
        if self.is_last {
            return (last, last);
        }
        let section =
            (SECTION..SHORTEST).rev().find(|&end| self.rank(end) == Rank::Section && self.is_boundary(end));
        let end = section.or_else(|| self.best(SHORTEST..LONGEST + 1)).unwrap_or_else(|| {
            self.extend(GRAPHEME);
            let last = self.at.len() - 1;
            (LONGEST + 1..last).find(|&end| self.is_boundary(end)).unwrap_or(last)
        });
        if end + 1 == self.at.len() && self.is_last {
            return (end, end);
        }
        let next = match self.rank(end) {
            Rank::Section => None,
            _ if self.shape == Shape::Prose => self.best(end - OVERLAP.end..end - OVERLAP.start),
            _ => self.best(end - OVERLAP.end..end).filter(|&next| self.rank(next) >= Rank::Sentence),
        };
        (end, next.unwrap_or(end))
    }

    /// The last of the best places in a range.
    fn best(&self, range: Range<usize>) -> Option<usize> {
        let mut ranked: Vec<(Rank, usize)> = range.map(|at| (self.rank(at), at)).collect();
        ranked.sort_unstable();
        ranked.into_iter().rev().map(|(_, at)| at).find(|&at| self.is_boundary(at))
    }

    /// Whether a reader sees two characters there, not one.
    fn is_boundary(&self, at: usize) -> bool {
        GraphemeCursor::new(self.at[at], self.text.len(), true).is_boundary(self.text, 0) == Ok(true)
    }

    /// How well the text can be divided before a character.
    fn rank(&self, at: usize) -> Rank {
        let (before, after) = self.text.split_at(self.at[at]);
        before.chars().next_back().map_or(Rank::Character, |last| self.rank_of(before, last, after))
    }

    fn rank_of(&self, before: &str, last: char, after: &str) -> Rank {
        if last == '\n' {
            let is_paragraph = before.ends_with("\n\n");
            let is_indented = after.starts_with([' ', '\t']);
            return match self.shape {
                Shape::Table => Rank::Paragraph,
                Shape::Prose if is_heading(after) => Rank::Section,
                Shape::Code if is_paragraph && !is_indented => Rank::Section,
                _ if is_paragraph => Rank::Paragraph,
                Shape::Prose if ends_sentence(before.trim_end()) => Rank::Line,
                Shape::Code if !is_indented => Rank::Line,
                _ => Rank::Sentence,
            };
        }
        let is_space = last.is_whitespace();
        if ends_sentence(before) && !last.is_ascii() || (is_space && ends_sentence(before.trim_end())) {
            Rank::Sentence
        } else if is_space {
            Rank::Word
        } else {
            Rank::Character
        }
    }
}

/// Whether a line is a heading in Markdown.
fn is_heading(line: &str) -> bool {
    let text = line.trim_start_matches('#');
    (1..=6).contains(&(line.len() - text.len())) && text.starts_with(' ')
}

fn ends_sentence(text: &str) -> bool {
    text.ends_with(['.', '!', '?', '…', '。', '！', '？', '؟', '।', '۔', '։', '။', '។'])
}
