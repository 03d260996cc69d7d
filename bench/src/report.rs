//! What is printed: the machine, a table for each subject, and the aims with what was measured.

use std::fmt::{self, Display};

use serde::Serialize;

use crate::machine::{Busy, Machine};

/// The whole report.
#[derive(Debug, Serialize)]
pub struct Report {
    quick: bool,
    machine: Machine,
    busy: Busy,
    sections: Vec<Section>,
}

/// One subject.
#[derive(Debug, Serialize)]
pub struct Section {
    title: &'static str,
    /// How it was measured, in sentences.
    how: Vec<String>,
    columns: Vec<String>,
    rows: Vec<Vec<String>>,
    aims: Vec<Aim>,
}

/// What the project wants, and what it got.
#[derive(Debug, Serialize)]
struct Aim {
    aim: String,
    measured: String,
    met: bool,
}

impl Report {
    pub fn new(quick: bool) -> Self {
        Self { quick, machine: Machine::look(), busy: Busy::default(), sections: Vec::new() }
    }

    pub fn add(&mut self, section: Section) {
        // What was measured must not be lost when a later subject fails.
        eprintln!("{section}");
        self.sections.push(section);
    }

    pub fn finish(&mut self, busy: Busy) {
        self.busy = busy;
    }
}

impl Section {
    pub fn new<C: Display>(title: &'static str, columns: impl IntoIterator<Item = C>) -> Self {
        let columns = columns.into_iter().map(|column| column.to_string()).collect();
        Self { title, how: Vec::new(), columns, rows: Vec::new(), aims: Vec::new() }
    }

    /// Says how it was measured.
    pub fn how(&mut self, sentences: impl Into<String>) {
        self.how.push(sentences.into());
    }

    pub fn row<C: Display>(&mut self, cells: impl IntoIterator<Item = C>) {
        let row: Vec<_> = cells.into_iter().map(|cell| cell.to_string()).collect();
        eprintln!("   {}", row.join(" | "));
        self.rows.push(row);
    }

    pub fn aim(&mut self, aim: impl Into<String>, measured: impl Into<String>, met: bool) {
        self.aims.push(Aim { aim: aim.into(), measured: measured.into(), met });
    }
}

impl Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.machine)?;
        writeln!(f, "{}", self.busy)?;
        if self.quick {
            writeln!(f, "\n**A quick run: it shows that everything works, and its figures mean little.**")?;
        }
        for section in &self.sections {
            writeln!(f, "\n{section}")?;
        }
        Ok(())
    }
}

impl Display for Section {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "## {}\n", self.title)?;
        for how in &self.how {
            writeln!(f, "{how}\n")?;
        }
        if !self.rows.is_empty() {
            writeln!(f, "| {} |", self.columns.join(" | "))?;
            let rule: Vec<_> =
                self.columns.iter().enumerate().map(|(n, _)| if n == 0 { "---" } else { "---:" }).collect();
            writeln!(f, "|{}|", rule.join("|"))?;
            for row in &self.rows {
                writeln!(f, "| {} |", row.join(" | "))?;
            }
        }
        if !self.aims.is_empty() {
            writeln!(f, "\n| aim | measured | |\n|---|---:|---|")?;
            for Aim { aim, measured, met } in &self.aims {
                writeln!(f, "| {aim} | {measured} | {} |", if *met { "met" } else { "**missed**" })?;
            }
        }
        Ok(())
    }
}

/// A count with thousands apart, as people read it.
pub fn count(number: f64) -> String {
    let digits = format!("{number:.0}");
    let mut text = String::with_capacity(digits.len() * 4 / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at) % 3 == 0 {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Milliseconds.
pub fn ms(time: std::time::Duration) -> String {
    let ms = time.as_secs_f64() * 1e3;
    match ms {
        ms if ms < 10.0 => format!("{ms:.2} ms"),
        ms if ms < 100.0 => format!("{ms:.1} ms"),
        ms => format!("{ms:.0} ms"),
    }
}

/// Microseconds, or milliseconds when it is long.
pub fn short(time: std::time::Duration) -> String {
    let micros = time.as_secs_f64() * 1e6;
    if micros < 1_000.0 { format!("{micros:.2} µs") } else { format!("{:.2} ms", micros / 1_000.0) }
}

/// Bytes as megabytes, a million each.
pub fn mb(bytes: u64) -> String {
    format!("{:.1} MB", bytes as f64 / 1e6)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_as_people_read_them() {
        assert_eq!(count(7.0), "7");
        assert_eq!(count(999.6), "1,000");
        assert_eq!(count(1_234_567.0), "1,234,567");
        assert_eq!(ms(std::time::Duration::from_micros(1234)), "1.23 ms");
        assert_eq!(mb(30_500_000), "30.5 MB");
    }
}
