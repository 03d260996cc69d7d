//! Comma-separated values, whatever separates them.

use csv::{ReaderBuilder, StringRecord};
use sessiond_documents::read::limits;
use sessiond_documents::{Reason, Shape, Unreadable};

use crate::draft::{Draft, cell};

/// What may separate cells, the likeliest first.
const DELIMITERS: [u8; 4] = [b',', b';', b'\t', b'|'];

/// How many rows are looked at to find the delimiter.
const SAMPLE: usize = 50;

/// Whether a text without a telling name is a table: all of its first rows have the same number of cells, more than one.
pub fn is_likely(text: &str) -> bool {
    let (share, columns) =
        DELIMITERS.iter().map(|delimiter| regularity(text, *delimiter)).max().unwrap_or_default();
    // Prose has commas too, but not the same number of them in each line.
    share == 1000 && columns > 1 && text.lines().take(3).filter(|line| !line.trim().is_empty()).count() > 2
}

/// The table. The delimiter is found, unless it is known.
///
/// # Errors
///
/// [`Reason::TooLarge`] for a table with too many cells.
pub fn read(text: &str, delimiter: Option<u8>) -> Result<Draft, Unreadable> {
    let text = one_kind_of_line_break(text.trim_start_matches('\u{feff}'));
    let (text, named) = named_delimiter(&text);
    let delimiter = named.unwrap_or_else(|| found_delimiter(text, delimiter));
    let mut rows = String::with_capacity(text.len());
    let mut cells = 0usize;
    for record in records(text, delimiter) {
        cells += record.len();
        if cells > limits::CELLS {
            return Err(too_many_cells());
        }
        if record.len() > limits::COLUMNS {
            return Err(too_many_columns());
        }
        if record.iter().all(|cell| cell.trim().is_empty()) {
            continue;
        }
        for (index, text) in record.iter().enumerate() {
            if index > 0 {
                rows.push('\t');
            }
            rows.push_str(&cell(text));
        }
        rows.push('\n');
    }
    Ok(Draft::whole(Shape::Table, rows))
}

/// What a table that exceeds [`limits::CELLS`] is refused with.
pub fn too_many_cells() -> Unreadable {
    let most = limits::CELLS;
    Unreadable::new(
        Reason::TooLarge,
        format!("it has more than {most} cells, the most that is read; split it into smaller tables"),
    )
}

/// What a table that exceeds [`limits::COLUMNS`] is refused with.
pub fn too_many_columns() -> Unreadable {
    let most = limits::COLUMNS;
    Unreadable::new(
        Reason::TooLarge,
        format!("a row has more than {most} columns, the most that is read; split it into smaller tables"),
    )
}

/// `\r\n` and a lone `\r` end a line as `\n` does.
fn one_kind_of_line_break(text: &str) -> String {
    text.replace("\r\n", "\n").replace('\r', "\n")
}

/// A first line `sep=;`, by which spreadsheets name the delimiter.
fn named_delimiter(text: &str) -> (&str, Option<u8>) {
    let (first, rest) = text.split_once('\n').unwrap_or((text, ""));
    match first.trim_end().strip_prefix("sep=").map(str::as_bytes) {
        Some([delimiter]) if delimiter.is_ascii() => (rest, Some(*delimiter)),
        _ => (text, None),
    }
}

/// The delimiter that gives the most regular rows; the preferred one where that is as regular.
fn found_delimiter(text: &str, preferred: Option<u8>) -> u8 {
    let order = preferred.into_iter().chain(DELIMITERS);
    let mut best = (0, 0, preferred.unwrap_or(b','));
    for delimiter in order {
        let (share, columns) = regularity(text, delimiter);
        if columns > 1 && (share, columns) > (best.0, best.1) {
            best = (share, columns, delimiter);
        }
    }
    best.2
}

/// How many of a thousand rows have the usual number of cells, and which number that is.
fn regularity(text: &str, delimiter: u8) -> (usize, usize) {
    let lengths: Vec<usize> = records(text, delimiter).take(SAMPLE).map(|record| record.len()).collect();
    let usual = lengths
        .iter()
        .map(|length| (lengths.iter().filter(|other| *other == length).count(), *length))
        .max_by_key(|(count, length)| (*length > 1, *count, *length));
    match usual {
        Some((count, length)) if length > 1 => (count * 1000 / lengths.len(), length),
        _ => (0, 1),
    }
}

fn records(text: &str, delimiter: u8) -> impl Iterator<Item = StringRecord> {
    ReaderBuilder::new()
        .delimiter(delimiter)
        .has_headers(false)
        .flexible(true)
        .from_reader(text.as_bytes())
        .into_records()
        // The text is valid UTF-8 and rows may differ in length, so that there is nothing to go wrong.
        .filter_map(Result::ok)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(text: &str) -> String {
        read(text, None).unwrap().parts.remove(0).text
    }

    #[test]
    fn the_delimiter_is_found_and_cells_are_separated_by_tabs() {
        assert_eq!(rows("\u{feff}id,name\n1,\"Miller, Anna\"\n"), "id\tname\n1\tMiller, Anna\n");
        assert_eq!(rows("Preis;Menge\r1,50;2\r2,25;10\r"), "Preis\tMenge\n1,50\t2\n2,25\t10\n");
        assert_eq!(rows("a\tb\n1\t2, 3; 4\n"), "a\tb\n1\t2, 3; 4\n");
        assert_eq!(rows("sep=|\na|b,c\n"), "a\tb,c\n");
        assert_eq!(rows("a;b\n\"two\nlines\";\"say \"\"so\"\"\"\n;\n"), "a\tb\ntwo lines\tsay \"so\"\n");
        assert_eq!(rows("name\nAnna\nBert\n"), "name\nAnna\nBert\n");
    }

    #[test]
    fn a_text_whose_rows_are_regular_is_a_table_and_prose_is_not() {
        assert!(is_likely("a,b\n1,2\n3,4\n"));
        assert!(!is_likely("Dear Sir,\nthis is a text, with commas, in it\nand more.\n"));
        assert!(!is_likely("one, line\n"));
    }

    #[test]
    fn too_many_cells_are_refused() {
        let text = ",".repeat(limits::CELLS / 1000 + 1) + "\n";
        assert_eq!(read(&text.repeat(1000), None).unwrap_err().reason, Reason::TooLarge);
        assert_eq!(read(&",".repeat(limits::COLUMNS), None).unwrap_err().reason, Reason::TooLarge);
    }
}
