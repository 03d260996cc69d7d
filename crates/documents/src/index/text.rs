//! Reading the text of a file, whole or a range of it.

use rusqlite::params;

use super::{Index, IndexError, PASSAGES, json};
use crate::{Place, Shape};

/// Which part of a text to read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Range {
    /// Everything.
    All,
    /// Characters, counted through the file from 0; the second is not included.
    Characters(u32, u32),
    /// Lines, counted through the file from 1; the last is included.
    Lines(u32, u32),
    /// Parts, counted from 1: pages, slides, sheets or sections; the last is included.
    Parts(u32, u32),
}

/// The text of a file or of a range of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text {
    /// The file's name.
    pub name: String,
    /// The title that it gives itself.
    pub title: Option<String>,
    /// The text, part by part. Parts without text are left out.
    pub sections: Vec<Section>,
    /// The characters of the file before the end of the text: where to continue.
    pub end: u32,
    /// The characters of the whole file.
    pub characters: u32,
    /// The lines of the whole file.
    pub lines: u32,
    /// The parts of the whole file.
    pub parts: u32,
}

/// The text of one part, or of a range of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Section {
    /// The number of the part in the document, from 1.
    pub part: u32,
    /// Where the part is.
    pub place: Place,
    /// The heading above it.
    pub heading: Option<String>,
    /// What its lines are.
    pub shape: Shape,
    /// The characters of the part before the text.
    pub start: u32,
    /// The characters of the part before the end of the text.
    pub end: u32,
    /// The text: exactly that range of the part.
    pub text: String,
}

impl Index {
    /// The text of a file, or of a range of it; `None` if the file is not in the index. A range that goes beyond the end is cut.
    ///
    /// # Errors
    ///
    /// If the index cannot be read.
    pub fn read(&self, file: &str, range: &Range) -> Result<Option<Text>, IndexError> {
        self.done((|| {
            let Some(number) = self.number(file)? else { return Ok(None) };
            // One transaction, so that a file that is replaced meanwhile is not read half.
            let transaction = self.connection.unchecked_transaction()?;
            let text = self.read_in(number, range)?;
            transaction.finish()?;
            Ok(text)
        })())
    }

    fn read_in(&self, file: i64, range: &Range) -> rusqlite::Result<Option<Text>> {
        let mut statement = self
            .connection
            .prepare_cached("SELECT name, title, characters, lines FROM files WHERE number = ?1")?;
        let mut rows = statement.query([file])?;
        let Some(row) = rows.next()? else { return Ok(None) };
        let mut read = Text {
            name: row.get(0)?,
            title: row.get(1)?,
            sections: Vec::new(),
            end: 0,
            characters: row.get(2)?,
            lines: row.get(3)?,
            parts: 0,
        };
        let mut statement = self.connection.prepare_cached(
            "SELECT number, place, heading, shape, characters_before, lines_before, characters, lines, first_passage, passages
             FROM parts WHERE file = ?1 ORDER BY number",
        )?;
        let mut rows = statement.query(params![file])?;
        while let Some(row) = rows.next()? {
            let number: u32 = row.get(0)?;
            read.parts = number;
            let (before, lines_before, characters, lines): (u32, u32, u32, u32) =
                (row.get(4)?, row.get(5)?, row.get(6)?, row.get(7)?);
            let within = |from: u32, to: u32| {
                let clamp = |at: u32| at.saturating_sub(before).min(characters) as usize;
                (clamp(from) < clamp(to)).then(|| (clamp(from), clamp(to)))
            };
            let wanted = match *range {
                Range::All => within(0, u32::MAX),
                Range::Characters(from, to) => within(from, to),
                Range::Parts(first, last) => {
                    (first..=last).contains(&number).then(|| within(0, u32::MAX)).flatten()
                }
                Range::Lines(first, last) => {
                    let (begin, end) = (lines_before + 1, lines_before + lines);
                    (first <= end && last >= begin).then(|| within(0, u32::MAX)).flatten()
                }
            };
            let Some((mut from, mut to)) = wanted else { continue };
            let first = file * PASSAGES + row.get::<_, i64>(8)?;
            let ids = (first, first + row.get::<_, i64>(9)?);
            let (text, start) = match *range {
                Range::Lines(first, last) => {
                    let (first, last) =
                        (first.saturating_sub(lines_before), last.saturating_sub(lines_before));
                    let (text, start, line) =
                        self.joined(ids, "last_line >= ?3 AND first_line <= ?4", (first, last))?;
                    let (skipped, end) =
                        lines_of(&text, first.max(line) - line + 1, last + 1 - line.min(last));
                    (from, to) = (start as usize + skipped, start as usize + end);
                    (text, start)
                }
                _ => {
                    let (text, start, _) =
                        self.joined(ids, "\"end\" > ?3 AND start < ?4", (from as u32, to as u32))?;
                    (text, start)
                }
            };
            read.end = before + to as u32;
            read.sections.push(Section {
                part: number,
                place: json(row, 1)?,
                heading: row.get(2)?,
                shape: json(row, 3)?,
                start: from as u32,
                end: to as u32,
                text: text.chars().skip(from - start as usize).take(to - from).collect(),
            });
        }
        Ok(Some(read))
    }
}

impl Index {
    /// The text of those of some passages that a condition is true of, the characters of the part before it, and its first line.
    /// The passages are consecutive, and of one part.
    fn joined(
        &self,
        ids: (i64, i64),
        condition: &str,
        of: (u32, u32),
    ) -> rusqlite::Result<(String, u32, u32)> {
        let sql = format!(
            "SELECT start, \"end\", text, first_line FROM passages WHERE id >= ?1 AND id < ?2 AND {condition} ORDER BY id"
        );
        let mut statement = self.connection.prepare_cached(&sql)?;
        let mut rows = statement.query(params![ids.0, ids.1, of.0, of.1])?;
        let (mut joined, mut begin, mut before) = (String::new(), None, 0_u32);
        while let Some(row) = rows.next()? {
            let (start, end): (u32, u32) = (row.get(0)?, row.get(1)?);
            if begin.is_none() {
                begin = Some((start, row.get(3)?));
                before = start;
            }
            joined.extend(row.get_ref(2)?.as_str()?.chars().skip(before.saturating_sub(start) as usize));
            before = end;
        }
        let (start, line) = begin.unwrap_or((0, 1));
        Ok((joined, start, line))
    }
}

/// Where lines are in a text, in characters. Lines are counted from 1.
fn lines_of(text: &str, first: u32, last: u32) -> (usize, usize) {
    let (mut from, mut to, mut line) = (None, None, 1);
    let mut characters = 0;
    for character in text.chars() {
        if line >= first && from.is_none() {
            from = Some(characters);
        }
        characters += 1;
        if character == '\n' {
            line += 1;
            if line > last && to.is_none() {
                to = Some(characters);
            }
        }
    }
    let to = to.unwrap_or(characters);
    (from.unwrap_or(to), to)
}
