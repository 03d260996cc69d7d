//! What people and scripts read: the one place where commands print.
//!
//! A list is a [`Table`] and its page, one thing is [`Details`] and its view, and a change is a line and its view; the
//! [`Format`] decides which of them is printed. Times are relative on a terminal and absolute elsewhere.

mod details;
mod failure;
mod flow;
mod format;
mod size;
mod states;
mod table;
mod text;
mod time;

use std::fmt::Display;
use std::io::{self, IsTerminal as _, Write as _};

use anstyle::Style;
use clap::ColorChoice;
use serde::Serialize;
use sessiond_core::Timestamp;
use sessiond_engine::{Clock as _, System};

pub use details::Details;
pub use failure::{Failures, is_broken_pipe};
pub use flow::Flow;
pub use format::{Format, Printing};
pub use size::bytes;
pub use states::Noun;
use table::Layout;
pub(crate) use table::cells;
pub use table::{Cell, Column, Table};
pub use text::{printable, printable_json, printable_lines};
pub use time::{absolute, duration};

/// Standard output, and how to write to it.
#[derive(Debug, Clone, Copy)]
pub struct Output {
    /// Whether to write JSON.
    pub json: bool,
    format: Format,
    tty: bool,
    colour: bool,
    /// The columns of the terminal; none without limit.
    width: Option<usize>,
    now: Timestamp,
}

impl Output {
    /// Colours as the user wants them, and else on a terminal alone: `NO_COLOR`, `CLICOLOR` and `CLICOLOR_FORCE` count
    /// (<https://no-color.org>, <https://bixense.com/clicolors>).
    pub fn new(format: Format, colour: ColorChoice) -> Self {
        let stdout = io::stdout();
        let tty = stdout.is_terminal();
        let colour = match colour {
            ColorChoice::Always => true,
            ColorChoice::Never => false,
            ColorChoice::Auto => anstream::AutoStream::choice(&stdout) != anstream::ColorChoice::Never,
        };
        let width = if tty { columns() } else { None };
        Self { json: format == Format::Json, format, tty, colour, width, now: System.now() }
    }

    /// Whether standard output is a terminal.
    pub fn is_terminal(&self) -> bool {
        self.tty
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

    /// Somebody's text of several lines, as [`printable_lines`] has it.
    pub fn lines_of(&self, text: &str) -> io::Result<()> {
        self.text(&(printable_lines(text) + "\n"))
    }

    /// Somebody's text that comes in pieces.
    pub fn flow(&self) -> Flow {
        // The window may have another size by now.
        Flow::new(self.width.and_then(|_| columns()))
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

    /// A list: `page` as programs read it, `table` as people do. `nothing` says on standard error that it is empty.
    pub fn list(&self, page: &impl Serialize, table: &Table, nothing: impl Display) -> anyhow::Result<()> {
        match self.format {
            Format::Json => self.json(page),
            Format::Name => Ok(self.lines(table.names().map(ToOwned::to_owned).collect())?),
            Format::Table | Format::Wide if table.is_empty() => {
                eprintln!("{}", printable(&nothing.to_string()));
                Ok(())
            }
            Format::Table | Format::Wide => Ok(self.table(table)?),
        }
    }

    /// Says how a list continues.
    pub fn more(&self, cursor: Option<&impl Display>) {
        if let Some(cursor) = cursor
            && matches!(self.format, Format::Table | Format::Wide)
        {
            eprintln!("More: add --cursor {}", printable(&cursor.to_string()));
        }
    }

    /// Says how a list of numbered things continues.
    pub fn more_after(&self, next: Option<u64>) {
        if let Some(next) = next
            && matches!(self.format, Format::Table | Format::Wide)
        {
            eprintln!("More: add --after {next}");
        }
    }

    /// One thing: its view as programs read it, its id, or else what `show` prints.
    pub fn thing(
        &self,
        view: &impl Serialize,
        id: impl Display,
        show: impl FnOnce(&Self) -> io::Result<()>,
    ) -> anyhow::Result<()> {
        match self.format {
            Format::Json => self.json(view),
            Format::Name => Ok(self.line(id)?),
            Format::Table | Format::Wide => Ok(show(self)?),
        }
    }

    /// What became of a thing, in a line for people.
    pub fn done(&self, view: &impl Serialize, id: impl Display, said: impl Display) -> anyhow::Result<()> {
        self.thing(view, id, |out| out.line(said))
    }

    /// A table.
    pub fn table(&self, table: &Table) -> io::Result<()> {
        let wide = self.format == Format::Wide;
        let width = self.width.filter(|_| !wide);
        self.lines(table.lines(Layout { width, wide, colour: self.colour }))
    }

    /// Names and values.
    pub fn details(&self, details: &Details) -> io::Result<()> {
        let width = self.width.filter(|_| self.format != Format::Wide);
        self.lines(details.lines(width, self.colour))
    }

    /// An empty line and a title.
    pub fn title(&self, title: &str) -> io::Result<()> {
        self.line("")?;
        self.lines(vec![self.paint(title, Style::new().bold())])
    }

    /// Free text in lines, broken at the terminal's width.
    pub fn paragraph(&self, text: &str) -> io::Result<()> {
        let line = printable(text);
        match self.width {
            Some(width) if text::width(&line) > width => self.lines(text::wrap(&line, width)),
            _ => self.lines(vec![line]),
        }
    }

    /// A time: how long ago on a terminal, the time itself elsewhere.
    pub fn time(&self, time: Timestamp) -> String {
        if self.tty { time::relative(time, self.now) } else { absolute(time) }
    }

    /// A time that may not be.
    pub fn time_or(&self, time: Option<Timestamp>, none: &str) -> String {
        time.map_or_else(|| none.to_owned(), |time| self.time(time))
    }

    /// A state, in its colour.
    pub fn state(&self, noun: Noun, state: impl Display) -> Cell {
        let state = state.to_string();
        let colour = states::tone(noun, &state).colour();
        let cell = Cell::from(state);
        match colour {
            Some(colour) => cell.styled(colour.on_default()),
            None => cell,
        }
    }

    /// Whether there are colours.
    pub fn is_coloured(&self) -> bool {
        self.colour
    }

    /// A text in a style, where there are colours.
    pub fn paint(&self, text: impl Display, style: Style) -> String {
        let text = printable(&text.to_string());
        if self.colour { format!("{style}{text}{style:#}") } else { text }
    }

    /// Lines that are fit to print.
    pub fn lines(&self, lines: Vec<String>) -> io::Result<()> {
        self.text(&lines.iter().flat_map(|line| [line.as_str(), "\n"]).collect::<String>())
    }
}

/// A word of a closed set, as the interface writes it.
pub fn word(value: &impl Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(word)) => word,
        Ok(other) => other.to_string(),
        Err(_) => String::new(),
    }
}

/// The columns of the terminal: `COLUMNS`, or what the terminal says. A terminal without a size has no limit.
fn columns() -> Option<usize> {
    let said = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
    let said = said.filter(|columns| *columns > 0);
    let measured = || rustix::termios::tcgetwinsize(io::stdout()).ok().map(|size| usize::from(size.ws_col));
    said.or_else(measured).filter(|columns| *columns > 0)
}
