//! Adding and removing files.

use rusqlite::{Connection, OptionalExtension as _, Transaction, TransactionBehavior, params};

use super::segment::{Kind, segment};
use super::split::{Bounds, split};
use super::{Index, IndexError, MAX_CHARACTERS, PASSAGES};
use crate::read::limits;
use crate::{Document, Part, Shape};

/// Characters of a table's first line at most that its passages repeat.
const HEADER: usize = 400;

/// Up to so many passages, each term is removed where it is. For more, it is faster to write all remaining terms anew.
const SINGLY: u32 = 100;

/// What was added.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Added {
    /// Into how many passages the text was divided.
    pub passages: u32,
    /// The characters of the text.
    pub characters: u32,
}

impl Index {
    /// Adds a document, in one transaction. It replaces an earlier one of the same file.
    ///
    /// # Errors
    ///
    /// If the text is too long or the file cannot be written; then the index is as it was.
    pub fn add(&mut self, file: &str, name: &str, document: &Document) -> Result<Added, IndexError> {
        let characters = u32::try_from(document.characters()).unwrap_or(u32::MAX);
        if characters > MAX_CHARACTERS {
            return Err(IndexError::TooLong { characters, limit: MAX_CHARACTERS });
        }
        if document.parts.len() > limits::PARTS {
            return Err(IndexError::TooManyParts { parts: document.parts.len(), limit: limits::PARTS });
        }
        let added = insert(&mut self.connection, file, name, document);
        let passages = self.done(added)?;
        Ok(Added { passages, characters })
    }

    /// Removes a file and its text. `false` if it is not in the index.
    ///
    /// # Errors
    ///
    /// If the file cannot be written; then the index is as it was.
    pub fn remove(&mut self, file: &str) -> Result<bool, IndexError> {
        let removed = (|| {
            let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let removed = delete(&transaction, file)?;
            transaction.commit()?;
            self.shrink()?;
            Ok(removed)
        })();
        self.done(removed)
    }
}

impl Index {
    /// Returns what is free to the file system, if that is much.
    fn shrink(&self) -> rusqlite::Result<()> {
        let number = |name: &str| self.connection.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
        if number("freelist_count")? * 4 > number("page_count")? {
            // Somebody may be reading; the next removal tries again.
            let mut statement = self.connection.prepare("PRAGMA incremental_vacuum")?;
            let mut pages = statement.query([])?;
            while let Ok(Some(_)) = pages.next() {}
        }
        Ok(())
    }
}

fn insert(connection: &mut Connection, id: &str, name: &str, document: &Document) -> rusqlite::Result<u32> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    delete(&transaction, id)?;
    let number =
        transaction.query_row("SELECT coalesce(max(number), 0) + 1 FROM files", [], |row| row.get(0))?;
    let title = document.title.as_deref();
    let mut file =
        File { transaction: &transaction, number, name, title, characters: 0, lines: 0, passages: 0 };
    for (index, part) in document.parts.iter().enumerate() {
        file.add(index as u32 + 1, part)?;
    }
    let File { characters, lines, passages, .. } = file;
    transaction.execute(
        "INSERT INTO files (number, id, name, title, characters, lines, passages) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        params![number, id, name, title, characters, lines, passages],
    )?;
    transaction.commit()?;
    Ok(passages)
}

/// A file that is being added.
struct File<'a> {
    transaction: &'a Transaction<'a>,
    number: i64,
    name: &'a str,
    title: Option<&'a str>,
    characters: u32,
    lines: u32,
    passages: u32,
}

impl File<'_> {
    fn add(&mut self, number: u32, part: &Part) -> rusqlite::Result<()> {
        let passages = split(part);
        let header = header(part);
        let characters = passages.last().map_or(0, |last| last.characters.end);
        let lines = passages.last().map_or(0, |last| last.lines.1);
        let mut statement = self.transaction.prepare_cached(
            "INSERT INTO parts (file, number, place, heading, shape, header, characters_before, lines_before, characters,
                                lines, first_passage, passages)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
        )?;
        statement.execute(params![
            self.number,
            number,
            json(&part.place),
            part.heading,
            json(&part.shape),
            header,
            self.characters,
            self.lines,
            characters,
            lines,
            self.passages + 1,
            passages.len() as u32,
        ])?;
        for bounds in &passages {
            self.add_passage(number, part, header, bounds)?;
        }
        self.characters += characters;
        self.lines += lines;
        Ok(())
    }

    fn add_passage(
        &mut self,
        number: u32,
        part: &Part,
        header: Option<&str>,
        bounds: &Bounds,
    ) -> rusqlite::Result<()> {
        self.passages += 1;
        let id = self.number * PASSAGES + i64::from(self.passages);
        let text = &part.text[bounds.bytes.clone()];
        let mut statement = self.transaction.prepare_cached(
            "INSERT INTO passages (id, part, start, \"end\", first_line, last_line, text)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        )?;
        let (first, last) = bounds.lines;
        statement.execute(params![
            id,
            number,
            bounds.characters.start,
            bounds.characters.end,
            first,
            last,
            text
        ])?;
        let header = header.filter(|_| bounds.characters.start > 0);
        let heading =
            heading_terms(self.name, self.title, part.heading.as_deref(), &json(&part.place), header);
        let mut statement = self
            .transaction
            .prepare_cached("INSERT INTO terms (rowid, heading, text) VALUES (?1, ?2, ?3)")?;
        statement.execute(params![id, heading, terms(text)])?;
        Ok(())
    }
}

/// Removes everything of a file. SQLite removes terms only if it is passed what was added.
fn delete(transaction: &Transaction<'_>, id: &str) -> rusqlite::Result<bool> {
    let sql = "SELECT number, name, title, passages FROM files WHERE id = ?1";
    let file =
        transaction.query_row(sql, [id], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)));
    let file: Option<(i64, String, Option<String>, u32)> = file.optional()?;
    let Some((number, name, title, passages)) = file else { return Ok(false) };
    let range = [number * PASSAGES, (number + 1) * PASSAGES];
    let at_once = passages > SINGLY;
    if at_once {
        transaction.execute("INSERT INTO terms (terms, rank) VALUES ('secure-delete', 0)", [])?;
    }
    let mut remove = transaction
        .prepare_cached("INSERT INTO terms (terms, rowid, heading, text) VALUES ('delete', ?1, ?2, ?3)")?;
    let mut passages = transaction.prepare_cached(
        "SELECT passages.id, parts.heading, parts.place, parts.header, passages.start, passages.text
         FROM passages JOIN parts ON parts.file = ?3 AND parts.number = passages.part
         WHERE passages.id >= ?1 AND passages.id < ?2 ORDER BY passages.id",
    )?;
    let mut rows = passages.query(params![range[0], range[1], number])?;
    while let Some(row) = rows.next()? {
        let header: Option<String> = row.get(3)?;
        let header = header.filter(|_| row.get::<_, u32>(4).is_ok_and(|start| start > 0));
        let (part_heading, place): (Option<String>, String) = (row.get(1)?, row.get(2)?);
        let heading =
            heading_terms(&name, title.as_deref(), part_heading.as_deref(), &place, header.as_deref());
        remove.execute(params![row.get::<_, i64>(0)?, heading, terms(row.get_ref(5)?.as_str()?)])?;
    }
    if at_once {
        transaction.execute("INSERT INTO terms (terms) VALUES ('optimize')", [])?;
        transaction.execute("INSERT INTO terms (terms, rank) VALUES ('secure-delete', 1)", [])?;
    }
    transaction.execute("DELETE FROM passages WHERE id >= ?1 AND id < ?2", range)?;
    transaction.execute("DELETE FROM parts WHERE file = ?1", [number])?;
    transaction.execute("DELETE FROM files WHERE number = ?1", [number])?;
    Ok(true)
}

/// The first line of a table, if there are others below it.
fn header(part: &Part) -> Option<&str> {
    if part.shape != Shape::Table {
        return None;
    }
    let (header, _) = part.text.split_once('\n')?;
    let end = header.char_indices().nth(HEADER).map_or(header.len(), |(end, _)| end);
    Some(header[..end].trim_end())
}

/// The terms of what is above a passage. The place is JSON; the words in it are the name of a sheet, or `page` and its number.
fn heading_terms(
    name: &str,
    title: Option<&str>,
    heading: Option<&str>,
    place: &str,
    header: Option<&str>,
) -> String {
    let place = if place.starts_with('{') { place } else { "" };
    let above = [Some(name), title, heading, Some(place), header];
    terms(&above.into_iter().flatten().collect::<Vec<_>>().join("\n"))
}

/// The terms of a text, with spaces between them.
fn terms(text: &str) -> String {
    let mut terms = String::with_capacity(text.len() * 2);
    segment(text, |term, kind| {
        if kind == Kind::Single {
            return;
        }
        if !terms.is_empty() {
            terms.push(' ');
        }
        terms.push_str(term);
    });
    terms
}

fn json(value: &impl serde::Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;
    use crate::Place;

    fn stored(index: &Index) -> BTreeSet<String> {
        let mut statement = index.connection.prepare("SELECT term FROM vocabulary").unwrap();
        statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 128, ..ProptestConfig::default() })]

        #[test]
        fn the_tokenizer_takes_every_term_as_it_is(text in prop_oneof!["\\PC{0,300}", any::<String>()]) {
            let directory = tempfile::tempdir().unwrap();
            let mut index = Index::open(&directory.path().join("index.sqlite")).unwrap();
            let part = Part { place: Place::Whole, heading: None, shape: Shape::Prose, text: text.clone() };
            let document = Document { title: None, parts: vec![part], ..Document::default() };
            index.add("a", "", &document).unwrap();
            let mut expected = BTreeSet::new();
            segment(&text, |term, kind| if kind != Kind::Single { expected.insert(term.to_owned()); });
            prop_assert_eq!(stored(&index), expected);
            // Another word, in the same way.
            index.add("a", "", &Document::default()).unwrap();
            prop_assert!(stored(&index).is_empty());
        }
    }

    fn document(text: &str) -> Document {
        let part = Part { place: Place::Whole, heading: None, shape: Shape::Prose, text: text.to_owned() };
        Document { parts: vec![part], ..Document::default() }
    }

    #[test]
    fn a_full_disk_is_an_error_that_says_so_and_changes_nothing() {
        let directory = tempfile::tempdir().unwrap();
        let mut index = Index::open(&directory.path().join("index.sqlite")).unwrap();
        index.add("a", "a", &document("harbour")).unwrap();
        index.connection.pragma_update(None, "max_page_count", 40).unwrap();
        let error = index.add("b", "b", &document(&"lighthouse ".repeat(100_000))).unwrap_err();
        assert!(matches!(error, IndexError::Full), "{error}");
        assert_eq!(index.files().unwrap().len(), 1);
        assert_eq!(stored(&index), BTreeSet::from(["a".to_owned(), "harbour".to_owned()]));
        index.add("b", "b", &document("lighthouse")).unwrap();
    }

    #[test]
    fn an_index_that_may_only_be_read_names_its_file() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("index.sqlite");
        let mut index = Index::open(&path).unwrap();
        index.connection.pragma_update(None, "query_only", true).unwrap();
        let error = index.add("a", "a", &document("harbour")).unwrap_err().to_string();
        assert!(error.contains("index.sqlite cannot be written"), "{error}");
    }

    #[test]
    fn an_index_whose_files_were_removed_is_small_again() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("index.sqlite");
        let mut index = Index::open(&path).unwrap();
        let bytes = || std::fs::metadata(&path).unwrap().len();
        let empty = bytes();
        index.add("a", "a", &document(&"a lighthouse at sea ".repeat(20_000))).unwrap();
        assert!(bytes() > 10 * empty);
        index.remove("a").unwrap();
        assert!(bytes() < 2 * empty, "{} {empty}", bytes());
    }

    #[test]
    fn a_large_file_is_removed_with_all_its_terms() {
        let directory = tempfile::tempdir().unwrap();
        let mut index = Index::open(&directory.path().join("index.sqlite")).unwrap();
        let text = |name: &str| {
            let text: String = (0..30_000).map(|number| format!("{name}{number} ")).collect();
            let part = Part { place: Place::Whole, heading: None, shape: Shape::Prose, text };
            Document { title: None, parts: vec![part], ..Document::default() }
        };
        assert!(index.add("large", "large", &text("many")).unwrap().passages > SINGLY);
        index.add("small", "small", &text("few")).unwrap();
        let before = stored(&index);
        assert!(before.contains("many29999") && before.contains("few29999"));
        index.remove("large").unwrap();
        let after = stored(&index);
        assert!(after.contains("few29999") && !after.iter().any(|term| term.starts_with("many")));
        index.remove("small").unwrap();
        assert!(stored(&index).is_empty());
    }
}
