//! `.xlsx`, `.xlsb` and `.xls`: a part for each sheet. Values are as they are stored, dates in ISO 8601.

use std::io::Cursor;

use calamine::{Data, DataRef, ExcelDateTime, Reader, SheetType, Xls, XlsError, Xlsb, Xlsx};
use sessiond_documents::Unreadable;

use crate::child;
use crate::core_title;
use crate::draft::Draft;
use crate::package::{Package, encrypted};
use crate::rows::Rows;

/// A workbook in a package.
///
/// # Errors
///
/// When it is damaged or too large.
pub fn read(package: &mut Package<'_>, bytes: &[u8], main: &str) -> Result<Draft, Unreadable> {
    package.check()?;
    let mut draft = Draft { title: core_title(package)?, ..Draft::default() };
    let cursor = Cursor::new(bytes);
    if main.to_ascii_lowercase().ends_with(".bin") {
        let mut workbook = Xlsb::new(cursor).map_err(|_| child::damaged())?;
        for name in sheets(&workbook) {
            let mut cells = workbook.worksheet_cells_reader(&name).map_err(|_| child::damaged())?;
            let mut sheet = Sheet::default();
            while let Some(cell) = cells.next_cell().map_err(|_| child::damaged())? {
                sheet.put(cell.get_position(), text(cell.get_value()))?;
            }
            draft.parts.extend(sheet.finish()?.part(name));
        }
        return Ok(draft);
    }
    let mut workbook = Xlsx::new(cursor).map_err(|_| child::damaged())?;
    for name in sheets(&workbook) {
        let mut cells = workbook.worksheet_cells_reader(&name).map_err(|_| child::damaged())?;
        let mut sheet = Sheet::default();
        while let Some(cell) = cells.next_cell_with_formula().map_err(|_| child::damaged())? {
            let value = text(&cell.value);
            // Programs that do not compute store the formula alone.
            let shown = match cell.formula {
                Some(formula) if value.is_empty() => format!("={formula}"),
                _ => value,
            };
            sheet.put(cell.pos, shown)?;
        }
        draft.parts.extend(sheet.finish()?.part(name));
    }
    Ok(draft)
}

/// A workbook of Excel 97 to 2003.
///
/// # Errors
///
/// When it is damaged, encrypted or too large.
pub fn read_old(bytes: &[u8]) -> Result<Draft, Unreadable> {
    let mut workbook = Xls::new(Cursor::new(bytes)).map_err(|error| match error {
        XlsError::Password => encrypted(),
        _ => child::damaged(),
    })?;
    let mut draft = Draft::default();
    for name in sheets(&workbook) {
        // Such a sheet has 65,536 rows and 256 columns at most, and the process a limit of memory.
        let range = workbook.worksheet_range(&name).map_err(|_| child::damaged())?;
        let mut sheet = Sheet::default();
        for (row, column, value) in range.used_cells() {
            sheet.put(
                (u32::try_from(row).unwrap_or(u32::MAX), u32::try_from(column).unwrap_or(u32::MAX)),
                value_text(value),
            )?;
        }
        draft.parts.extend(sheet.finish()?.part(name));
    }
    Ok(draft)
}

/// The sheets that have cells.
fn sheets<'a, R: Reader<Cursor<&'a [u8]>>>(workbook: &R) -> Vec<String> {
    let sheets = workbook.sheets_metadata().iter();
    sheets.filter(|sheet| sheet.typ == SheetType::WorkSheet).map(|sheet| sheet.name.clone()).collect()
}

/// A sheet while it is read.
#[derive(Default)]
struct Sheet {
    rows: Rows,
    row: u32,
}

impl Sheet {
    fn put(&mut self, (row, column): (u32, u32), text: String) -> Result<(), Unreadable> {
        if row != self.row {
            self.rows.end_row(1)?;
            self.row = row;
        }
        self.rows.put(column as usize, text)
    }

    fn finish(mut self) -> Result<Rows, Unreadable> {
        self.rows.end_row(1)?;
        Ok(self.rows)
    }
}

fn text(value: &DataRef<'_>) -> String {
    match value {
        DataRef::SharedString(text) => (*text).to_owned(),
        DataRef::Int(number) => number.to_string(),
        DataRef::Float(number) => number_text(*number),
        DataRef::String(text) | DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => text.clone(),
        DataRef::Bool(value) => bool_text(*value),
        DataRef::DateTime(time) => time_text(time),
        DataRef::Error(error) => error.to_string(),
        DataRef::Empty => String::new(),
    }
}

fn value_text(value: &Data) -> String {
    match value {
        Data::Int(number) => number.to_string(),
        Data::Float(number) => number_text(*number),
        Data::String(text) | Data::DateTimeIso(text) | Data::DurationIso(text) => text.clone(),
        Data::Bool(value) => bool_text(*value),
        Data::DateTime(time) => time_text(time),
        Data::Error(error) => error.to_string(),
        _ => String::new(),
    }
}

fn bool_text(value: bool) -> String {
    if value { "TRUE" } else { "FALSE" }.to_owned()
}

/// A number with the 15 digits that spreadsheets show at most, so that 0.1 + 0.2 is 0.3.
fn number_text(number: f64) -> String {
    let rounded = format!("{number:.14e}").parse().unwrap_or(number);
    format!("{rounded}")
}

fn time_text(time: &ExcelDateTime) -> String {
    let serial = time.as_f64();
    if time.is_duration() {
        let seconds = (serial * 86_400.0).round() as i64;
        let sign = if seconds < 0 { "-" } else { "" };
        let seconds = seconds.unsigned_abs();
        return format!("{sign}{}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
    }
    let (year, month, day, hour, minute, second, _) = time.to_ymd_hms_milli();
    let clock = format!("{hour:02}:{minute:02}:{second:02}");
    if (0.0..1.0).contains(&serial) {
        return clock;
    }
    let date = format!("{year:04}-{month:02}-{day:02}");
    if clock == "00:00:00" { date } else { format!("{date}T{clock}") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use calamine::ExcelDateTimeType::{DateTime, TimeDelta};

    #[test]
    fn numbers_and_dates_are_as_a_person_reads_them() {
        assert_eq!(
            [number_text(0.1 + 0.2), number_text(1.0), number_text(-1234.5), number_text(1e15)],
            ["0.3", "1", "-1234.5", "1000000000000000"]
        );
        let date = |serial, kind| time_text(&ExcelDateTime::new(serial, kind, false));
        assert_eq!(date(45415.0, DateTime), "2024-05-03");
        assert_eq!(date(45415.4375, DateTime), "2024-05-03T10:30:00");
        assert_eq!(date(0.4375, DateTime), "10:30:00");
        assert_eq!(date(1.5, TimeDelta), "36:00:00");
    }
}
