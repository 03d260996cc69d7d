//! Finding the passages that answer a question.
//!
//! FTS5's own ranking reads a row's size and positions for each passage that has any word of the question, which takes 40 ms for
//! 30,000 passages. So the ranking is in two steps: the rarer words choose candidates, by the passages that FTS5 lists for each;
//! then the candidates' texts are read, and ranked by BM25 with all words, their order and the headings.

use std::cmp::Reverse;
use std::collections::HashMap;

use rusqlite::params;

use super::question::{Question, likeness, stem};
use super::segment::{Kind, is_single, segment};
use super::{Grep, Index, IndexError, PASSAGES, Passage};

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
const CANDIDATES: usize = 32;
/// Other forms of a word at most, and terms that are compared to find them.
const FORMS: usize = 6;
const COMPARED: usize = 48;
/// Words of a question at most whose other forms are looked for.
const INFLECTED: usize = 12;

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

    /// Counts the passages of each word, and finds its other forms.
    fn count(&self, question: &mut Question, all: u32) -> rusqlite::Result<()> {
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
    fn candidates(
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
            let sql = "SELECT rowid FROM terms WHERE terms MATCH ?1 LIMIT ?2";
            let mut statement = self.connection.prepare_cached(sql)?;
            let mut rows = statement.query(params![all_of.join(" AND "), 2 * CANDIDATES as i64])?;
            while let Some(row) = rows.next()? {
                candidates.raise(row.get(0)?, value);
            }
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
        let (from, to) = candidates.range();
        let sql = "SELECT rowid FROM terms WHERE terms MATCH ?1 AND rowid >= ?2 AND rowid < ?3 LIMIT ?4";
        let mut statement = self.connection.prepare_cached(sql)?;
        let mut rows = statement.query(params![pattern(term), from, to, 2 * LISTED])?;
        while let Some(row) = rows.next()? {
            candidates.add(row.get(0)?, value);
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
    fn beginning_with(
        &self,
        question: &Question,
        mut candidates: Candidates<'_>,
    ) -> rusqlite::Result<Scores> {
        let sql = "SELECT rowid FROM terms WHERE terms MATCH ?1 AND rowid >= ?2 AND rowid < ?3 LIMIT ?4";
        let mut statement = self.connection.prepare_cached(sql)?;
        for group in &question.groups {
            let word = &group.terms[0].0;
            if group.is_common || word.chars().nth(1).is_none() {
                continue;
            }
            let (from, to) = candidates.range();
            let mut rows = statement.query(params![format!("{} *", quoted(word)), from, to, COUNTED])?;
            while let Some(row) = rows.next()? {
                candidates.add(row.get(0)?, group.weight);
            }
        }
        Ok(candidates.scores)
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
                let Some((passage, name, title)) = self.load(id)? else { continue };
                let is_known = |known: &Found| {
                    known.passage.file == passage.file && known.passage.number == passage.number
                };
                if found.len() < options.limit && !found.iter().any(is_known) {
                    found.push(Found { passage, name, title, score: 1.0 / (1.0 + index as f64) });
                }
            }
        }
        Ok(found)
    }

    /// The candidates, ranked by their texts.
    fn ranked(
        &self,
        question: &Question,
        chosen: &[(i64, f32)],
        limit: usize,
    ) -> rusqlite::Result<Vec<Found>> {
        let mut read = Vec::with_capacity(chosen.len());
        for &(id, first) in chosen {
            if let Some((passage, name, title)) = self.load(id)? {
                let text = Occurrences::of(question, &passage.text);
                let above = [
                    Some(name.as_str()),
                    title.as_deref(),
                    passage.heading.as_deref(),
                    passage.header.as_deref(),
                ];
                let above = above.into_iter().flatten().collect::<Vec<_>>().join("\n");
                let heading = Occurrences::of(question, &above);
                read.push((passage, name, title, first, text, heading));
            }
        }
        let average = read.iter().map(|(.., text, _)| text.words).sum::<f32>() / read.len().max(1) as f32;
        let total: f32 = question.groups.iter().map(|group| group.value).sum();
        let pairs: f32 = question.follows.iter().map(|&(one, other)| question.pair(one, other)).sum();
        let mut found: Vec<Found> = read
            .into_iter()
            .map(|(passage, name, title, first, text, heading)| {
                let mut score = 0.0;
                let mut covered = 0.0;
                for (index, group) in question.groups.iter().enumerate() {
                    let (here, above) = (text.counts[index], heading.counts[index]);
                    let length = 1.0 - LENGTH + LENGTH * text.words / average.max(1.0);
                    score += group.value * (here * (SATURATION + 1.0) / (here + SATURATION * length));
                    score += group.value * HEADING * above.min(1.0);
                    covered += group.value * here.max(above).min(1.0);
                }
                let covered = if total > 0.0 { covered / total } else { 0.0 };
                let ordered = if pairs > 0.0 { text.ordered / pairs } else { 0.0 };
                let near = if total > 0.0 { text.near / total } else { 0.0 };
                score *= (1.0 + COVERED * covered * covered)
                    * (1.0 + ORDERED * ordered)
                    * (1.0 + NEAR * near * near);
                // What only a title that is not read here matched keeps its place behind the others.
                let score = f64::from(score) + f64::from(first) * 1e-6;
                Found { passage, name, title, score }
            })
            .collect();
        found.sort_by(|one, other| other.score.total_cmp(&one.score));
        found.truncate(limit);
        Ok(found)
    }
}

/// The parameters of BM25: how soon further occurrences count little, and how much a passage's length counts.
const SATURATION: f32 = 1.2;
const LENGTH: f32 = 0.4;
/// What a word above a passage counts, beside one in it.
const HEADING: f32 = 0.6;
/// How much more a passage counts that has all words, and one that has them in their order.
const COVERED: f32 = 0.5;
const ORDERED: f32 = 0.5;
/// How much more one counts that has all words near each other, and how many words apart that is: a sentence or two.
const NEAR: f32 = 2.0;
const APART: usize = 16;

/// What several occurrences count.
fn saturated(occurrences: f32) -> f32 {
    occurrences * (SATURATION + 1.0) / (occurrences + SATURATION)
}

impl Question {
    /// What two words that follow each other count.
    fn pair(&self, one: usize, other: usize) -> f32 {
        self.groups[one].value.min(self.groups[other].value)
    }
}

/// A term as FTS5 takes it, whatever is in it.
fn quoted(term: &str) -> String {
    format!("\"{}\"", term.replace('"', "\"\""))
}

/// What finds a term in FTS5. Single characters of scripts without spaces are the beginnings of pairs.
fn pattern(term: &str) -> String {
    if is_single(term) { format!("{} *", quoted(term)) } else { quoted(term) }
}

/// Passages, and what they count so far.
type Scores = HashMap<i64, f32>;

/// Passages of the wanted files.
struct Candidates<'a> {
    files: Option<&'a [i64]>,
    scores: Scores,
}

impl<'a> Candidates<'a> {
    fn new(files: Option<&'a [i64]>) -> Self {
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

/// What a text has of a question.
struct Occurrences {
    /// Of each group.
    counts: Vec<f32>,
    words: f32,
    /// What the words count that follow each other as they do in the question.
    ordered: f32,
    /// What the words count that are near each other, where they count most.
    near: f32,
}

impl Occurrences {
    fn of(question: &Question, text: &str) -> Self {
        let mut counts = vec![0.0; question.groups.len()];
        let mut words = 0;
        let mut places: Vec<(usize, usize, f32)> = Vec::new();
        let mut seen: Vec<(usize, usize)> = Vec::new();
        let mut before: Option<usize> = None;
        segment(text, |term, kind| {
            let is_word = matches!(kind, Kind::Word | Kind::Pair);
            words += usize::from(is_word);
            let group = question.terms.get(term).map(|&(group, weight)| {
                counts[group] += weight;
                places.push((words, group, weight * question.groups[group].value));
                group
            });
            if is_word {
                if let (Some(before), Some(group)) = (before, group)
                    && question.follows.contains(&(before, group))
                    && !seen.contains(&(before, group))
                {
                    seen.push((before, group));
                }
                before = group;
            }
        });
        let ordered = seen.into_iter().map(|(before, group)| question.pair(before, group)).sum();
        Self { near: nearest(&places, counts.len()), counts, words: words as f32, ordered }
    }
}

/// The most that different groups count whose places are near each other. A place has its number, its group and what it counts.
fn nearest(places: &[(usize, usize, f32)], groups: usize) -> f32 {
    let mut inside = vec![(0_u32, 0.0_f32); groups];
    let (mut first, mut sum, mut most) = (0, 0.0, 0.0_f32);
    for &(at, group, value) in places {
        let (count, counted) = &mut inside[group];
        *count += 1;
        sum += (value - *counted).max(0.0);
        *counted = counted.max(value);
        while at - places[first].0 > APART {
            let (count, counted) = &mut inside[places[first].1];
            *count -= 1;
            if *count == 0 {
                sum -= *counted;
                *counted = 0.0;
            }
            first += 1;
        }
        most = most.max(sum);
    }
    most
}
