//! The rows of a sheet: values at places, most of which may be empty.

use std::collections::{BTreeMap, BTreeSet};

use sessiond_documents::read::{limits, too_much_text};
use sessiond_documents::{Part, Place, Shape, Unreadable};

use crate::draft::cell;
use crate::table::{too_many_cells, too_many_columns};

/// A sheet's values while they are read. Rows and columns without any value are left out.
#[derive(Debug, Default)]
pub struct Rows {
    rows: Vec<Vec<(usize, String)>>,
    row: Vec<(usize, String)>,
    column: usize,
    cells: usize,
    bytes: usize,
}

impl Rows {
    /// The next cells of the row: so many of the same text.
    ///
    /// # Errors
    ///
    /// When there are too many.
    pub fn cell(&mut self, text: String, width: usize) -> Result<(), Unreadable> {
        let from = self.column;
        self.column = from.saturating_add(width.max(1));
        if text.trim().is_empty() {
            return Ok(());
        }
        // Spreadsheets repeat a value to the last column only if the whole row is painted.
        for column in from..self.column {
            self.put(column, text.clone())?;
        }
        Ok(())
    }

    /// A value in a column of the row.
    ///
    /// # Errors
    ///
    /// As [`cell`](Self::cell).
    pub fn put(&mut self, column: usize, text: String) -> Result<(), Unreadable> {
        if text.trim().is_empty() {
            return Ok(());
        }
        if column >= limits::COLUMNS {
            return Err(too_many_columns());
        }
        self.count(1, text.len())?;
        self.row.push((column, cell(&text)));
        Ok(())
    }

    fn count(&mut self, cells: usize, bytes: usize) -> Result<(), Unreadable> {
        self.cells += cells;
        self.bytes += bytes;
        if self.cells > limits::CELLS {
            return Err(too_many_cells());
        }
        // No character has more than four; the exact count is made at the end.
        if self.bytes > 4 * limits::TEXT_CHARACTERS {
            return Err(too_much_text());
        }
        Ok(())
    }

    /// The row ends. It stands for so many equal ones.
    ///
    /// # Errors
    ///
    /// As [`cell`](Self::cell).
    pub fn end_row(&mut self, repeated: u32) -> Result<(), Unreadable> {
        self.column = 0;
        let mut row = std::mem::take(&mut self.row);
        // A damaged file may have them in any order, and one column twice.
        row.sort_by_key(|(column, _)| *column);
        row.dedup_by_key(|(column, _)| *column);
        if row.is_empty() {
            return Ok(());
        }
        for _ in 1..repeated {
            self.count(row.len(), row.iter().map(|(_, text)| text.len()).sum())?;
            self.rows.push(row.clone());
        }
        self.rows.push(row);
        Ok(())
    }

    /// The sheet of this name; none if it is empty.
    pub fn part(self, name: String) -> Option<Part> {
        let used: BTreeSet<usize> = self.rows.iter().flatten().map(|(column, _)| *column).collect();
        let places: BTreeMap<usize, usize> = used.into_iter().zip(0..).collect();
        let mut text = String::new();
        for row in &self.rows {
            let mut next = 0;
            for (column, value) in row {
                let place = places.get(column).copied().unwrap_or(next);
                // Values far apart are a text of tabs, which is refused when its characters are counted.
                if text.len() > 4 * limits::TEXT_CHARACTERS {
                    break;
                }
                text.extend(std::iter::repeat_n('\t', place.saturating_sub(next)));
                next = place;
                text.push_str(value);
            }
            text.push('\n');
        }
        (!self.rows.is_empty()).then_some(Part {
            place: Place::Sheet(name),
            heading: None,
            shape: Shape::Table,
            text,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_and_columns_without_values_are_left_out() {
        let mut rows = Rows::default();
        rows.end_row(1_000_000).unwrap();
        rows.cell(String::new(), 2).unwrap();
        rows.cell("a".into(), 1).unwrap();
        rows.cell(String::new(), 500).unwrap();
        rows.cell("b\nc".into(), 1).unwrap();
        rows.end_row(1).unwrap();
        rows.put(503, "d".into()).unwrap();
        rows.end_row(2).unwrap();
        assert_eq!(rows.part("S".into()).unwrap().text, "a\tb c\n\td\n\td\n");
    }

    #[test]
    fn repeated_values_count() {
        let mut rows = Rows::default();
        assert!(rows.cell("a".into(), limits::COLUMNS + 1).is_err());
        let mut rows = Rows::default();
        rows.cell("a".into(), 1).unwrap();
        assert_eq!(rows.end_row(u32::MAX), Err(too_many_cells()));
    }
}
