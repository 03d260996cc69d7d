//! Finding the passages that answer a question.

use super::segment::{Kind, segment};
use super::{Index, IndexError, PASSAGES, Passage};

/// Terms of a question at most.
const TERMS: usize = 32;

/// What to search, and how much to return.
#[derive(Debug, Clone)]
pub struct Search {
    /// Passages at most.
    pub limit: usize,
    /// The ids of the files to search; all if `None`.
    pub files: Option<Vec<String>>,
}

impl Default for Search {
    fn default() -> Self {
        Self { limit: 8, files: None }
    }
}

/// A passage that was found.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// The passage.
    pub passage: Passage,
    /// The name of its file.
    pub name: String,
    /// How well it answers; greater is better. Scores of two questions cannot be compared.
    pub score: f64,
}

impl Index {
    /// The passages that answer a question best, best first. Any text is a question; no sign in it has a meaning of its own.
    ///
    /// # Errors
    ///
    /// If the index cannot be read.
    pub fn search(&self, question: &str, options: &Search) -> Result<Vec<Found>, IndexError> {
        self.done(self.find(question, options))
    }

    fn find(&self, question: &str, options: &Search) -> rusqlite::Result<Vec<Found>> {
        let mut terms: Vec<String> = Vec::new();
        segment(question, |term, kind| {
            if kind != Kind::Single && terms.len() < TERMS && !terms.iter().any(|known| known == term) {
                terms.push(term.to_owned());
            }
        });
        if terms.is_empty() || options.limit == 0 {
            return Ok(Vec::new());
        }
        let files = options.files.as_deref().map(|files| self.numbers(files)).transpose()?;
        let quoted: Vec<String> =
            terms.iter().map(|term| format!("\"{}\"", term.replace('"', "\"\""))).collect();
        let sql =
            "SELECT rowid, bm25(terms, 2.0, 1.0) AS score FROM terms WHERE terms MATCH ?1 ORDER BY score";
        let mut statement = self.connection.prepare_cached(sql)?;
        let mut rows = statement.query([quoted.join(" OR ")])?;
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            let (id, score): (i64, f64) = (row.get(0)?, row.get(1)?);
            if files.as_ref().is_some_and(|files| !files.contains(&(id / PASSAGES))) {
                continue;
            }
            if let Some((passage, name)) = self.load(id)? {
                found.push(Found { passage, name, score: -score });
            }
            if found.len() >= options.limit {
                break;
            }
        }
        Ok(found)
    }
}
