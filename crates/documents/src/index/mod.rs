//! The index of one session: its documents' texts, and the search in them.
//!
//! An index is derived data in one file. A file that is damaged or of another format is replaced by an empty index, and the
//! caller adds the documents again ([`Index::is_new`]).
//!
//! Calls block. A value is used by one thread at a time; for more readers, open the same file again.

mod candidates;
mod common;
mod database;
mod error;
mod grep;
mod question;
mod rank;
mod search;
mod segment;
mod split;
mod text;
mod write;

use std::path::{Path, PathBuf};

use rusqlite::{Connection, OptionalExtension, Row};

use crate::{Place, Shape};

pub use error::IndexError;
pub use grep::{Grep, Match};
pub use search::{Found, Search};
pub use text::{Range, Section, Text};
pub use write::Added;

/// Characters of a document at most.
pub const MAX_CHARACTERS: u32 = 20_000_000;

/// How many numbers each file has for its passages.
const PASSAGES: i64 = 1 << 20;

/// The index of one session.
#[derive(Debug)]
pub struct Index {
    path: PathBuf,
    connection: Connection,
    is_new: bool,
}

/// A file in an index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IndexedFile {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// The title that it gives itself.
    pub title: Option<String>,
    /// The characters of its text.
    pub characters: u32,
    /// The lines of its text.
    pub lines: u32,
    /// The passages that the text was divided into.
    pub passages: u32,
}

/// A piece of a file's text that search can find.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Passage {
    /// The file's id.
    pub file: String,
    /// Its number in the file, from 1.
    pub number: u32,
    /// The number of its part in the document, from 1.
    pub part: u32,
    /// Where the part is.
    pub place: Place,
    /// The heading above it.
    pub heading: Option<String>,
    /// What its lines are.
    pub shape: Shape,
    /// The first line of its table, if the passage begins below it.
    pub header: Option<String>,
    /// Its first and its last line, counted in its part from 1.
    pub lines: (u32, u32),
    /// The characters of its part before it.
    pub start: u32,
    /// The characters of its part before its end.
    pub end: u32,
    /// Its text: exactly that range of the part.
    pub text: String,
}

impl Passage {
    /// Its text for a reader who sees nothing else: a table's rows below the first line of the table, and no empty lines around.
    pub fn shown(&self) -> String {
        let text = self.text.trim_matches(['\n', '\r']).trim_end();
        match &self.header {
            Some(header) => format!("{header}\n{text}"),
            None => text.to_owned(),
        }
    }
}

impl Index {
    /// Opens the index in a file, and makes it if there is none. The directory must exist.
    ///
    /// A damaged file, and one of another format, is removed and made anew.
    ///
    /// # Errors
    ///
    /// If the file cannot be made or written, or the disk is full.
    pub fn open(path: &Path) -> Result<Self, IndexError> {
        let (connection, is_new) = database::open(path)?;
        Ok(Self { path: path.to_owned(), connection, is_new })
    }

    /// Whether [`Self::open`] made the file, because there was none that it could use. If the session has files, add them again.
    pub fn is_new(&self) -> bool {
        self.is_new
    }

    /// Deletes the file of an index.
    ///
    /// # Errors
    ///
    /// If the system does not permit it.
    pub fn delete(path: &Path) -> Result<(), IndexError> {
        database::remove(path)
    }

    /// The files in the index, in the order in which they were added.
    ///
    /// # Errors
    ///
    /// If the index cannot be read.
    pub fn files(&self) -> Result<Vec<IndexedFile>, IndexError> {
        self.done((|| {
            let sql = "SELECT id, name, title, characters, lines, passages FROM files ORDER BY number";
            let mut statement = self.connection.prepare_cached(sql)?;
            let files = statement.query_map([], |row| {
                Ok(IndexedFile {
                    id: row.get(0)?,
                    name: row.get(1)?,
                    title: row.get(2)?,
                    characters: row.get(3)?,
                    lines: row.get(4)?,
                    passages: row.get(5)?,
                })
            })?;
            files.collect()
        })())
    }

    /// One passage of a file.
    ///
    /// # Errors
    ///
    /// If the index cannot be read.
    pub fn passage(&self, file: &str, number: u32) -> Result<Option<Passage>, IndexError> {
        self.done((|| {
            let Some(of) = self.number(file)? else { return Ok(None) };
            if i64::from(number) >= PASSAGES {
                return Ok(None);
            }
            Ok(self.load(of * PASSAGES + i64::from(number))?.map(|found| found.passage))
        })())
    }

    /// The number of a file.
    fn number(&self, file: &str) -> rusqlite::Result<Option<i64>> {
        let mut statement = self.connection.prepare_cached("SELECT number FROM files WHERE id = ?1")?;
        statement.query_row([file], |row| row.get(0)).optional()
    }

    /// The numbers of files; those that are not in the index are left out.
    fn numbers(&self, files: &[String]) -> rusqlite::Result<Vec<i64>> {
        let mut numbers = Vec::with_capacity(files.len());
        for file in files {
            numbers.extend(self.number(file)?);
        }
        numbers.sort_unstable();
        numbers.dedup();
        Ok(numbers)
    }

    /// A passage by its id, as one that was found with no score.
    fn load(&self, id: i64) -> rusqlite::Result<Option<Found>> {
        let sql = "SELECT files.id, files.name, passages.part, parts.place, parts.heading, parts.shape, parts.header,
                          passages.first_line, passages.last_line, passages.start, passages.end, passages.text, files.title
                   FROM passages
                   JOIN files ON files.number = ?2
                   JOIN parts ON parts.file = files.number AND parts.number = passages.part
                   WHERE passages.id = ?1";
        let mut statement = self.connection.prepare_cached(sql)?;
        let passage = statement.query_row([id, id / PASSAGES], |row| {
            let start: u32 = row.get(9)?;
            let header: Option<String> = row.get(6)?;
            let passage = Passage {
                file: row.get(0)?,
                number: u32::try_from(id % PASSAGES).unwrap_or(u32::MAX),
                part: row.get(2)?,
                place: json(row, 3)?,
                heading: row.get(4)?,
                shape: json(row, 5)?,
                header: header.filter(|_| start > 0),
                lines: (row.get(7)?, row.get(8)?),
                start,
                end: row.get(10)?,
                text: row.get(11)?,
            };
            Ok(Found { passage, name: row.get(1)?, title: row.get(12)?, score: 0.0 })
        });
        passage.optional()
    }

    /// The result of work on the file. A damaged file is removed, so that the next to open it makes a new one.
    fn done<T>(&self, result: rusqlite::Result<T>) -> Result<T, IndexError> {
        result.map_err(|error| {
            let error = IndexError::from_sqlite(&self.path, &error);
            if matches!(error, IndexError::Damaged) {
                let _ = database::remove(&self.path);
            }
            error
        })
    }
}

/// A value that a column has as JSON.
fn json<T: serde::de::DeserializeOwned>(row: &Row<'_>, column: usize) -> rusqlite::Result<T> {
    let text: String = row.get(column)?;
    serde_json::from_str(&text).map_err(|error| {
        rusqlite::Error::FromSqlConversionFailure(column, rusqlite::types::Type::Text, Box::new(error))
    })
}
