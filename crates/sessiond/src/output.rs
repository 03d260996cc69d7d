//! What people and scripts read: tables for the ones, JSON for the others.

use std::fmt::Display;
use std::io::{self, IsTerminal as _, Write as _};

use comfy_table::{Attribute, Color, ContentArrangement, presets};
use serde::Serialize;

/// Standard output, and how to write to it.
#[derive(Debug, Clone, Copy)]
pub struct Output {
    /// Whether to write JSON.
    pub json: bool,
    tty: bool,
    colour: bool,
}

impl Output {
    /// Colours only on a terminal whose user has not set `NO_COLOR` (<https://no-color.org>).
    pub fn new(json: bool) -> Self {
        let tty = io::stdout().is_terminal();
        let no_colour = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        Self { json, tty, colour: tty && !no_colour }
    }

    /// One line, as [`printable`] has it.
    pub fn line(&self, text: impl Display) -> io::Result<()> {
        writeln!(io::stdout(), "{}", printable(&text.to_string()))
    }

    /// Text that ends its own lines.
    pub fn text(&self, text: &str) -> io::Result<()> {
        let mut stdout = io::stdout();
        stdout.write_all(text.as_bytes())?;
        stdout.flush()
    }

    /// A JSON document.
    pub fn json(&self, value: &impl Serialize) -> anyhow::Result<()> {
        let mut text = printable_json(&serde_json::to_string_pretty(value)?);
        text.push('\n');
        Ok(self.text(&text)?)
    }

    /// A JSON document on a line of its own.
    pub fn json_line(&self, value: &impl Serialize) -> anyhow::Result<()> {
        self.json_text(&serde_json::to_string(value)?)
    }

    /// A line that is JSON already, as [`printable_json`] has it.
    pub fn json_text(&self, json: &str) -> anyhow::Result<()> {
        let mut text = printable_json(json);
        text.push('\n');
        Ok(self.text(&text)?)
    }

    /// An empty table. On a terminal it fits the window; elsewhere each row stays on its line.
    pub fn table(&self, titles: &[&str]) -> Table {
        let mut table = comfy_table::Table::new();
        table.load_preset(presets::NOTHING);
        let title = |title: &&str| {
            let cell = comfy_table::Cell::new(title);
            if self.colour { cell.add_attribute(Attribute::Bold) } else { cell }
        };
        table.set_header(titles.iter().map(title));
        if self.tty {
            table.set_content_arrangement(ContentArrangement::Dynamic);
        } else {
            table.force_no_tty();
        }
        Table(table)
    }

    /// A state, in its colour.
    pub fn state(&self, state: impl Display) -> Cell {
        let state = state.to_string();
        let colour = match state.as_str() {
            "active" | "in_progress" | "busy" => Some(Color::Cyan),
            "completed" | "idle" | "connected" | "acknowledged" => Some(Color::Green),
            "failed" | "timeout" | "dead" | "gone" | "revoked" => Some(Color::Red),
            "terminated" | "expired" | "cancelled" | "unreachable" | "left" | "waiting" => {
                Some(Color::Yellow)
            }
            _ => None,
        };
        let cell = Cell::from(state);
        match colour {
            Some(colour) if self.colour => Cell(cell.0.fg(colour)),
            _ => cell,
        }
    }

    /// Prints a table, without the blanks that fill its last column.
    pub fn print(&self, table: &mut Table) -> io::Result<()> {
        for column in table.0.column_iter_mut() {
            column.set_padding((0, 2));
        }
        let text = table.0.to_string();
        // A table without titles begins with an empty line.
        let lines = text.lines().map(str::trim_end).skip_while(|line| line.is_empty());
        let text: String = lines.flat_map(|line| [line, "\n"]).collect();
        self.text(&text)
    }
}

/// A table for people, whose rows are lines.
pub struct Table(comfy_table::Table);

impl Table {
    /// Adds a row.
    pub fn add_row<C: Into<Cell>>(&mut self, cells: impl IntoIterator<Item = C>) {
        self.0.add_row(cells.into_iter().map(|cell| cell.into().0));
    }
}

/// A cell of a table: what anybody wrote, as [`printable`] has it.
pub struct Cell(comfy_table::Cell);

impl<T: Display> From<T> for Cell {
    fn from(text: T) -> Self {
        Self(comfy_table::Cell::new(printable(&text.to_string())))
    }
}

/// The same text without characters that would move a terminal's cursor: sessions hold what anybody wrote.
pub fn printable(text: &str) -> String {
    text.chars().map(|c| if is_misleading(c) { ' ' } else { c }).collect()
}

/// The same JSON with escapes for characters that could move a terminal's cursor or turn its text around; JSON itself asks
/// that only of some of them. Such characters are in strings alone, save for line breaks.
pub fn printable_json(json: &str) -> String {
    if !json.contains(|c: char| c != '\n' && is_misleading(c)) {
        return json.to_owned();
    }
    let mut text = String::with_capacity(json.len() + 16);
    for c in json.chars() {
        if c != '\n' && is_misleading(c) {
            let _ = std::fmt::Write::write_fmt(&mut text, format_args!("\\u{:04x}", u32::from(c)));
        } else {
            text.push(c);
        }
    }
    text
}

/// Whether a terminal would not just show a character: it is a control character, or changes the direction of the text.
fn is_misleading(c: char) -> bool {
    c.is_control() || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Several lines for people, each as [`printable`] has it.
pub fn printable_lines(text: &str) -> String {
    text.lines().map(printable).collect::<Vec<_>>().join("\n")
}

/// A time without its milliseconds, as tables show it.
pub fn time(time: sessiond_core::Timestamp) -> String {
    let text = time.to_string();
    text.split_once('.').map_or(text.clone(), |(seconds, _)| format!("{seconds}Z"))
}

/// Whether an error is that nobody reads what is written.
pub fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error
        .chain()
        .filter_map(|cause| cause.downcast_ref::<io::Error>())
        .any(|cause| cause.kind() == io::ErrorKind::BrokenPipe)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// All that a terminal may take for more than text.
    fn misleading() -> impl Iterator<Item = char> {
        ('\0'..='\u{2fff}').filter(|c| is_misleading(*c))
    }

    #[test]
    fn what_anybody_wrote_moves_no_cursor() {
        let text: String = misleading().collect();
        assert!(text.contains(['\x1b', '\u{7f}', '\u{9b}', '\u{202e}', '\r', '\u{85}']));
        assert!(!printable(&text).contains(is_misleading));
        assert_eq!(printable("plain, größer, 日本"), "plain, größer, 日本");
        assert_eq!(printable_lines("a\x1b[31m\nb"), "a [31m\nb");
    }

    #[test]
    fn json_for_a_terminal_is_the_same_json() {
        let value = serde_json::json!({ "text": misleading().collect::<String>(), "n": 1 });
        for json in [serde_json::to_string(&value).unwrap(), serde_json::to_string_pretty(&value).unwrap()] {
            let text = printable_json(&json);
            assert!(!text.contains(|c: char| c != '\n' && is_misleading(c)));
            assert_eq!(serde_json::from_str::<serde_json::Value>(&text).unwrap(), value);
        }
    }
}
