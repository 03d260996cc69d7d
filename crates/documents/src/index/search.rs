//! Finding the passages that answer a question.
//!
//! FTS5's own ranking reads a row's size and positions for each passage that has any word of the question, which takes 40 ms for
//! 30,000 passages. So the ranking is in two steps: the rarer words choose candidates, by the passages that FTS5 lists for each;
//! then the candidates' texts are read, and ranked by BM25 with all words, their order and the headings.

use std::cmp::Reverse;

use rusqlite::params;

use super::candidates::{CANDIDATES, Candidates};
use super::question::Question;
use super::{Grep, Index, IndexError, PASSAGES, Passage};

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
    /// The title that the file gives itself.
    pub title: Option<String>,
    /// How well it answers; greater is better. Scores of two questions cannot be compared.
    pub score: f64,
}

impl Index {
    /// The passages that answer a question best, best first. Any text is a question; no sign in it has a meaning of its own.
    ///
    /// A passage need not have all words, and may have other forms of them. If none has any, words that begin with those of the
    /// question are looked for, and then texts that contain them.
    ///
    /// # Errors
    ///
    /// If the index cannot be read.
    pub fn search(&self, question: &str, options: &Search) -> Result<Vec<Found>, IndexError> {
        let found = (|| {
            // One transaction, so that the steps see the same files.
            let transaction = self.connection.unchecked_transaction()?;
            let found = self.find(question, options)?;
            transaction.finish()?;
            Ok(found)
        })();
        self.done(found)
    }

    fn find(&self, text: &str, options: &Search) -> rusqlite::Result<Vec<Found>> {
        let files = options.files.as_deref().map(|files| self.numbers(files)).transpose()?;
        let sql = "SELECT coalesce(sum(passages), 0) FROM files";
        let all: u32 = self.connection.prepare_cached(sql)?.query_row([], |row| row.get(0))?;
        if options.limit == 0 || all == 0 || files.as_ref().is_some_and(Vec::is_empty) {
            return Ok(Vec::new());
        }
        let mut question = Question::new(text);
        self.count(&mut question, all)?;
        let candidates = Candidates::new(files.as_deref());
        let mut scores = self.candidates(&question, all, candidates)?;
        if scores.is_empty() {
            scores = self.beginning_with(&question, Candidates::new(files.as_deref()))?;
        }
        if scores.is_empty() {
            return self.containing(text, &question, options);
        }
        let most = (options.limit * 2).max(CANDIDATES);
        let mut chosen: Vec<(i64, f32)> = scores.into_iter().collect();
        let order =
            |one: &(i64, f32), other: &(i64, f32)| other.1.total_cmp(&one.1).then(one.0.cmp(&other.0));
        if chosen.len() > most {
            chosen.select_nth_unstable_by(most, order);
            chosen.truncate(most);
        }
        chosen.sort_unstable_by(order);
        self.ranked(&question, &chosen, options.limit)
    }

    /// The passages that contain the question, or its longest words, within other words.
    fn containing(&self, text: &str, question: &Question, options: &Search) -> rusqlite::Result<Vec<Found>> {
        let mut words: Vec<&str> = question
            .groups
            .iter()
            .filter(|group| !group.is_common)
            .map(|group| group.terms[0].0.as_str())
            .collect();
        words.sort_by_key(|word| Reverse(word.chars().count()));
        words.retain(|word| word.chars().nth(2).is_some());
        words.truncate(2);
        let mut found: Vec<Found> = Vec::new();
        for (index, wanted) in [text.trim()].into_iter().chain(words).enumerate() {
            let grep = Grep { limit: options.limit, files: options.files.clone(), ..Grep::default() };
            for line in self.lines_with(wanted, &grep)? {
                let Some(of) = self.number(&line.file)? else { continue };
                let sql = "SELECT id FROM passages WHERE id >= ?1 AND id < ?2 AND part = ?3 AND start <= ?4 AND \"end\" > ?4
                           ORDER BY id LIMIT 1";
                let range = params![of * PASSAGES, (of + 1) * PASSAGES, line.part, line.start];
                let id: i64 = self.connection.prepare_cached(sql)?.query_row(range, |row| row.get(0))?;
                let Some(next) = self.load(id)? else { continue };
                let is_known = |known: &Found| known.passage == next.passage;
                if found.len() < options.limit && !found.iter().any(is_known) {
                    found.push(Found { score: 1.0 / (1.0 + index as f64), ..next });
                }
            }
        }
        Ok(found)
    }
}
