//! Finding a text as it is written.

use aho_corasick::AhoCorasick;
use rusqlite::params;

use super::{Index, IndexError, PASSAGES, json};
use crate::Place;

/// Characters of a searched text at most.
const LONGEST: usize = 1_000;
/// Passages that are read at once, and those that are read with them.
const BLOCK: i64 = 1_000;
const BESIDE: i64 = 4;
/// Characters of a line at most that are returned.
const LINE: usize = 500;

/// What to look for it in, and how much to return.
#[derive(Debug, Clone)]
pub struct Grep {
    /// Matches at most.
    pub limit: usize,
    /// The ids of the files to look in; all if `None`.
    pub files: Option<Vec<String>>,
    /// Whether `A` is not `a`.
    pub case_sensitive: bool,
    /// How many lines before and after each match are returned with it.
    pub context: usize,
}

impl Default for Grep {
    fn default() -> Self {
        Self { limit: 50, files: None, case_sensitive: false, context: 0 }
    }
}

/// A line that has the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Match {
    /// The file's id.
    pub file: String,
    /// The file's name.
    pub name: String,
    /// The number of the part in the document, from 1.
    pub part: u32,
    /// Where the part is.
    pub place: Place,
    /// The heading above the part.
    pub heading: Option<String>,
    /// The number of the line in its part, from 1.
    pub line: u32,
    /// The characters of the part before the match.
    pub start: u32,
    /// The characters of the part before the end of the match.
    pub end: u32,
    /// The line with the match and those around it, with `\n` between them. A long one is cut on both sides.
    pub text: String,
}

impl Index {
    /// The lines that have a text, in the order of the files. Each line is returned once.
    ///
    /// # Errors
    ///
    /// If the index cannot be read.
    pub fn grep(&self, text: &str, options: &Grep) -> Result<Vec<Match>, IndexError> {
        self.done(self.lines_with(text, options))
    }

    pub(super) fn lines_with(&self, text: &str, options: &Grep) -> rusqlite::Result<Vec<Match>> {
        let wanted: String = text.chars().take(LONGEST).collect();
        let mut found = Vec::new();
        if wanted.is_empty() || options.limit == 0 {
            return Ok(found);
        }
        let matcher = Matcher::new(&wanted, options.case_sensitive);
        let files = options.files.as_deref().map(|files| self.numbers(files)).transpose()?;
        let mut parts = self.connection.prepare_cached(
            "SELECT parts.file, parts.number, parts.place, parts.heading, files.id, files.name, parts.first_passage,
                    parts.passages
             FROM parts JOIN files ON files.number = parts.file ORDER BY parts.file, parts.number",
        )?;
        let mut rows = parts.query([])?;
        while let Some(row) = rows.next()? {
            let file: i64 = row.get(0)?;
            if files.as_ref().is_some_and(|files| !files.contains(&file)) {
                continue;
            }
            let (first, passages): (i64, i64) = (row.get(6)?, row.get(7)?);
            let (first, end) = (file * PASSAGES + first, file * PASSAGES + first + passages);
            let mut last_line = 0;
            for block in (first..end).step_by(BLOCK as usize) {
                // What is beside a block completes the matches and the lines at its ends.
                let stretch = self.stretch(
                    (block - 1).max(first),
                    (block + BLOCK + BESIDE).min(end),
                    block,
                    block + BLOCK,
                )?;
                let text = stretch.text.as_str();
                // Counted from match to match, because there may be many.
                let (mut at, mut line, mut characters) = (0, stretch.line, stretch.characters);
                for (start, end) in matcher.find(text) {
                    if !stretch.wanted.contains(&start) {
                        continue;
                    }
                    let between = &text[at..start];
                    line += between.bytes().filter(|&byte| byte == b'\n').count() as u32;
                    characters += between.chars().count() as u32;
                    at = start;
                    if line == last_line {
                        continue;
                    }
                    last_line = line;
                    found.push(Match {
                        file: row.get(4)?,
                        name: row.get(5)?,
                        part: row.get(1)?,
                        place: json(row, 2)?,
                        heading: row.get(3)?,
                        line,
                        start: characters,
                        end: characters + text[start..end].chars().count() as u32,
                        text: around(text, start, end, options.context),
                    });
                    if found.len() >= options.limit {
                        return Ok(found);
                    }
                }
            }
        }
        Ok(found)
    }

    /// The text of consecutive passages of one part. Matches are wanted that begin in some of them.
    fn stretch(&self, from: i64, to: i64, wanted_from: i64, wanted_to: i64) -> rusqlite::Result<Stretch> {
        let sql = "SELECT start, \"end\", text, first_line, id FROM passages WHERE id >= ?1 AND id < ?2 ORDER BY id";
        let mut statement = self.connection.prepare_cached(sql)?;
        let mut rows = statement.query(params![from, to])?;
        let mut stretch = Stretch { text: String::new(), characters: 0, line: 1, wanted: 0..usize::MAX };
        let mut before: Option<u32> = None;
        while let Some(row) = rows.next()? {
            let (start, end, id): (u32, u32, i64) = (row.get(0)?, row.get(1)?, row.get(4)?);
            let text = row.get_ref(2)?.as_str()?;
            let known = before.map_or(0, |before| before.saturating_sub(start) as usize);
            let at = text.char_indices().nth(known).map_or(text.len(), |(at, _)| at);
            if before.is_none() {
                (stretch.characters, stretch.line) = (start, row.get(3)?);
            }
            if id == wanted_from {
                stretch.wanted.start = stretch.text.len() - at.min(stretch.text.len());
            }
            if id == wanted_to {
                stretch.wanted.end = stretch.text.len() - at.min(stretch.text.len());
            }
            stretch.text.push_str(&text[at..]);
            before = Some(end);
        }
        Ok(stretch)
    }
}

/// A piece of a part's text.
struct Stretch {
    text: String,
    /// The characters of the part before it, and the number of its first line.
    characters: u32,
    line: u32,
    /// Where matches are wanted, in bytes.
    wanted: std::ops::Range<usize>,
}

/// Finds one text in others.
enum Matcher {
    /// Byte by byte, where letters of ASCII may differ in case.
    Bytes(AhoCorasick),
    /// Character by character, in lower case.
    Folded(Vec<char>),
    Nothing,
}

impl Matcher {
    fn new(wanted: &str, case_sensitive: bool) -> Self {
        if !case_sensitive && !wanted.is_ascii() {
            return Self::Folded(wanted.chars().map(lower).collect());
        }
        let mut builder = AhoCorasick::builder();
        let built = builder.ascii_case_insensitive(!case_sensitive).build([wanted]);
        built.map_or(Self::Nothing, Self::Bytes)
    }

    /// Where the text is, in bytes.
    fn find(&self, text: &str) -> Vec<(usize, usize)> {
        match self {
            Self::Nothing => Vec::new(),
            Self::Bytes(automaton) => {
                automaton.find_iter(text).map(|found| (found.start(), found.end())).collect()
            }
            Self::Folded(wanted) => {
                let characters: Vec<(usize, char)> =
                    text.char_indices().map(|(at, c)| (at, lower(c))).collect();
                let mut found = Vec::new();
                for (start, window) in characters.windows(wanted.len()).enumerate() {
                    if window.iter().map(|&(_, character)| character).eq(wanted.iter().copied()) {
                        let end = characters.get(start + wanted.len()).map_or(text.len(), |&(at, _)| at);
                        found.push((characters[start].0, end));
                    }
                }
                found
            }
        }
    }
}

/// A character in lower case, if that is one character.
fn lower(character: char) -> char {
    let mut lower = character.to_lowercase();
    match (lower.next(), lower.next()) {
        (Some(lower), None) => lower,
        _ => character,
    }
}

/// The lines of a match and those around it.
fn around(text: &str, start: usize, end: usize, context: usize) -> String {
    let first = text[..start].rmatch_indices('\n').nth(context).map_or(0, |(at, _)| at + 1);
    let last = text[end..].match_indices('\n').nth(context).map_or(text.len(), |(at, _)| end + at);
    let limit = LINE * (context + 1);
    let first = text[first..start].char_indices().rev().nth(limit).map_or(first, |(at, _)| first + at);
    let last = text[end..last].char_indices().nth(limit).map_or(last, |(at, _)| end + at);
    text[first..last].trim_end_matches('\n').to_owned()
}
