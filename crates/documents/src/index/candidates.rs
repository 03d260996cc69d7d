//! The first step of a search: the passages whose texts are worth reading, by the words that they are listed for.

use std::collections::HashMap;

use rusqlite::params;

use super::question::{Question, likeness, stem};
use super::rank::{HEADING, saturated};
use super::segment::{Kind, is_single};
use super::{Index, PASSAGES};

/// Passages at most that all words of a question list, unless a single one lists more.
const LISTED: u32 = 6_000;
/// A word is counted as far as this. One that more passages have is too frequent to choose candidates.
const COUNTED: u32 = 2_000;
/// Passages of a collection in which a word may be in more than a third of them, and choose candidates.
const FEW: u32 = 200;
/// Frequent words that a passage has to have together.
const TOGETHER: usize = 4;
/// Occurrences of a word at most that are read one by one.
const OCCURRENCES: i64 = 6_000;
/// Candidates at least that are ranked by their texts.
pub(super) const CANDIDATES: usize = 32;
/// Other forms of a word at most, and terms that are compared to find them.
const FORMS: usize = 6;
const COMPARED: usize = 48;
/// Words of a question at most whose other forms are looked for.
const INFLECTED: usize = 12;

impl Index {
    /// Counts the passages of each word, and finds its other forms.
    pub(super) fn count(&self, question: &mut Question, all: u32) -> rusqlite::Result<()> {
        let mut inflected = 0;
        for group in 0..question.groups.len() {
            let (word, kind, is_common) = {
                let group = &question.groups[group];
                (group.terms[0].0.clone(), group.kind, group.is_common)
            };
            let mut passages = if is_common { COUNTED } else { self.passages(&word)? };
            question.groups[group].terms[0].2 = passages;
            if kind == Kind::Pair && passages == 0 {
                // The two characters apart are better than nothing.
                let singles: Vec<String> = word.chars().map(String::from).collect();
                for single in singles {
                    if let Some(counted) = question.add_form(group, &single, 0.3) {
                        *counted = self.passages(&single)?;
                        passages = passages.max(*counted);
                    }
                }
            } else if kind != Kind::Pair && !is_common && passages < COUNTED && inflected < INFLECTED {
                inflected += 1;
                for (form, weight) in self.forms(&word)? {
                    if let Some(counted) = question.add_form(group, &form, weight) {
                        *counted = self.passages(&form)?;
                        passages += *counted;
                    }
                }
            }
            if passages >= COUNTED {
                // There are more, and nobody counted them.
                passages = passages.max(all / 5);
            }
            let rarity = (all as f32 - passages.min(all) as f32 + 0.5) / (passages as f32 + 0.5);
            let group = &mut question.groups[group];
            group.passages = passages;
            group.value = group.weight * rarity.ln_1p();
        }
        Ok(())
    }

    /// How many passages have a term, at most [`COUNTED`].
    fn passages(&self, term: &str) -> rusqlite::Result<u32> {
        let sql = "SELECT count(*) FROM (SELECT 1 FROM terms WHERE terms MATCH ?1 LIMIT ?2)";
        self.connection.prepare_cached(sql)?.query_row(params![pattern(term), COUNTED], |row| row.get(0))
    }

    /// Terms that may be other forms of a word, the most alike first.
    fn forms(&self, word: &str) -> rusqlite::Result<Vec<(String, f32)>> {
        let Some(stem) = stem(word) else { return Ok(Vec::new()) };
        let sql = "SELECT term FROM vocabulary WHERE term >= ?1 AND term < ?2 LIMIT ?3";
        let mut statement = self.connection.prepare_cached(sql)?;
        let end = format!("{stem}\u{10FFFF}");
        let mut rows = statement.query(params![stem, end, COMPARED as i64])?;
        let mut forms = Vec::new();
        while let Some(row) = rows.next()? {
            let term = row.get_ref(0)?.as_str()?;
            if let Some(weight) = likeness(word, term).filter(|_| term != word) {
                forms.push((term.to_owned(), weight));
            }
        }
        forms.sort_by(|one, other| other.1.total_cmp(&one.1));
        forms.truncate(FORMS);
        Ok(forms)
    }

    /// The passages that the rarer words list.
    pub(super) fn candidates(
        &self,
        question: &Question,
        all: u32,
        mut candidates: Candidates<'_>,
    ) -> rusqlite::Result<Scores> {
        let mut groups: Vec<_> = question.groups.iter().filter(|group| group.passages > 0).collect();
        groups.sort_by(|one, other| {
            one.is_common.cmp(&other.is_common).then(other.value.total_cmp(&one.value))
        });
        let mut listed = 0;
        let mut left_out = false;
        for group in &groups {
            // In a small collection every word is in many of the passages.
            let is_frequent =
                group.is_common || group.passages >= COUNTED || (all > FEW && group.passages > all / 3);
            if !candidates.scores.is_empty() && (is_frequent || listed + group.passages > LISTED) {
                left_out |= !group.is_common;
                continue;
            }
            listed += group.passages;
            for (term, weight, passages) in &group.terms {
                self.list(term, weight * group.value, (group.kind, *passages), &mut candidates)?;
            }
        }
        let words = groups.iter().filter(|group| !group.is_common && group.kind != Kind::Variant);
        let words: Vec<_> = words.take(TOGETHER).collect();
        if left_out && words.len() > 1 {
            // What has the rarest words together is a candidate, however frequent they are.
            let all_of: Vec<String> = words.iter().map(|group| pattern(&group.terms[0].0)).collect();
            let value = words.iter().map(|group| group.value).sum();
            let (range, limit) = (candidates.range(), 2 * CANDIDATES as u32);
            self.matching(&all_of.join(" AND "), range, limit, |passage| candidates.raise(passage, value))?;
        }
        Ok(candidates.scores)
    }

    /// The passages that have a term. If it is rare, those with more of it count more.
    fn list(
        &self,
        term: &str,
        value: f32,
        (kind, passages): (Kind, u32),
        candidates: &mut Candidates<'_>,
    ) -> rusqlite::Result<()> {
        // Few passages are all candidates, and many are listed faster. A table of the vocabulary costs more to open.
        let counts = (CANDIDATES as u32 / 2..COUNTED / 2).contains(&passages);
        if counts && kind != Kind::Pair && candidates.files.is_none() && !is_single(term) {
            return self.list_occurrences(term, value, candidates);
        }
        let range = candidates.range();
        self.matching(&pattern(term), range, 2 * LISTED, |passage| candidates.add(passage, value))
    }

    /// Passes on the passages in a range that match a pattern of FTS5.
    fn matching(
        &self,
        pattern: &str,
        (from, to): (i64, i64),
        limit: u32,
        mut each: impl FnMut(i64),
    ) -> rusqlite::Result<()> {
        let sql = "SELECT rowid FROM terms WHERE terms MATCH ?1 AND rowid >= ?2 AND rowid < ?3 LIMIT ?4";
        let mut statement = self.connection.prepare_cached(sql)?;
        let mut rows = statement.query(params![pattern, from, to, limit])?;
        while let Some(row) = rows.next()? {
            each(row.get(0)?);
        }
        Ok(())
    }

    fn list_occurrences(
        &self,
        term: &str,
        value: f32,
        candidates: &mut Candidates<'_>,
    ) -> rusqlite::Result<()> {
        let sql = "SELECT doc, col = 'heading' FROM occurrences WHERE term = ?1 LIMIT ?2";
        let mut statement = self.connection.prepare_cached(sql)?;
        let mut rows = statement.query(params![term, OCCURRENCES])?;
        let mut last = (0, 0.0_f32, false);
        while let Some(row) = rows.next()? {
            let (id, is_heading): (i64, bool) = (row.get(0)?, row.get(1)?);
            if id != last.0 {
                last = (id, 0.0, false);
            }
            // A heading counts once, and each further occurrence less.
            let gain = match (is_heading, last.2) {
                (true, false) => value * HEADING,
                (true, true) => 0.0,
                (false, _) => value * (saturated(last.1 + 1.0) - saturated(last.1)),
            };
            last = if is_heading { (id, last.1, true) } else { (id, last.1 + 1.0, last.2) };
            candidates.add(id, gain);
        }
        Ok(())
    }

    /// The passages with terms that begin with those of the question.
    pub(super) fn beginning_with(
        &self,
        question: &Question,
        mut candidates: Candidates<'_>,
    ) -> rusqlite::Result<Scores> {
        for group in &question.groups {
            let word = &group.terms[0].0;
            if group.is_common || word.chars().nth(1).is_none() {
                continue;
            }
            let range = candidates.range();
            self.matching(&beginning(word), range, COUNTED, |passage| candidates.add(passage, group.weight))?;
        }
        Ok(candidates.scores)
    }
}

/// A term as FTS5 takes it, whatever is in it.
fn quoted(term: &str) -> String {
    format!("\"{}\"", term.replace('"', "\"\""))
}

/// What finds the terms that begin with this one.
fn beginning(term: &str) -> String {
    format!("{} *", quoted(term))
}

/// What finds a term in FTS5. Single characters of scripts without spaces are the beginnings of pairs.
fn pattern(term: &str) -> String {
    if is_single(term) { beginning(term) } else { quoted(term) }
}

/// Passages, and what they count so far.
pub(super) type Scores = HashMap<i64, f32>;

/// Passages of the wanted files.
pub(super) struct Candidates<'a> {
    files: Option<&'a [i64]>,
    scores: Scores,
}

impl<'a> Candidates<'a> {
    pub(super) fn new(files: Option<&'a [i64]>) -> Self {
        Self { files, scores: Scores::new() }
    }

    fn add(&mut self, passage: i64, value: f32) {
        if self.files.is_none_or(|files| files.binary_search(&(passage / PASSAGES)).is_ok()) {
            *self.scores.entry(passage).or_default() += value;
        }
    }

    /// Has a passage count this at least.
    fn raise(&mut self, passage: i64, value: f32) {
        self.add(passage, 0.0);
        if let Some(score) = self.scores.get_mut(&passage) {
            *score = score.max(value);
        }
    }

    /// The numbers of passages between which all wanted are.
    fn range(&self) -> (i64, i64) {
        match self.files {
            Some([first, .., last]) => (first * PASSAGES, (last + 1) * PASSAGES),
            Some([only]) => (only * PASSAGES, (only + 1) * PASSAGES),
            _ => (0, i64::MAX),
        }
    }
}
