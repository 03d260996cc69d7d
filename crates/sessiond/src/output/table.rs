//! Tables: a row is a line at every width. What does not fit is cut, then left out, but never the row's id.

use std::fmt::Display;

use anstyle::Style;

use super::text;

/// Between two columns.
const GAP: usize = 2;
/// A text is cut to this many columns before another column is left out.
const TEXT: usize = 16;

/// A column of a table.
#[derive(Debug, Clone, Copy)]
pub struct Column {
    title: &'static str,
    kind: Kind,
    wide: bool,
    kept: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Whole or not at all.
    Whole,
    /// May be cut.
    Text,
    /// Words, of which as many are shown as there is room for.
    Words,
}

impl Column {
    /// Ids. Those of the first column name their rows.
    pub const fn id(title: &'static str) -> Self {
        Self { title, kind: Kind::Whole, wide: false, kept: false }
    }

    /// Words, counts and times, of which a part would mislead.
    pub const fn word(title: &'static str) -> Self {
        Self::id(title)
    }

    /// Free text, of which the beginning says something.
    pub const fn text(title: &'static str) -> Self {
        Self { title, kind: Kind::Text, wide: false, kept: false }
    }

    /// Several ids, separated by blanks: the first ones whole, and how many more there are.
    pub const fn ids(title: &'static str) -> Self {
        Self { title, kind: Kind::Words, wide: false, kept: false }
    }

    /// Only with `-o wide`.
    pub const fn wide(self) -> Self {
        Self { wide: true, ..self }
    }

    /// Left out only after the others.
    pub const fn kept(self) -> Self {
        Self { kept: true, ..self }
    }
}

/// A cell: what anybody wrote, as [`text::printable`] has it.
#[derive(Debug, Clone)]
pub struct Cell {
    pub(super) text: String,
    pub(super) style: Style,
}

impl<T: Display> From<T> for Cell {
    fn from(text: T) -> Self {
        Self { text: text::printable(&text.to_string()), style: Style::new() }
    }
}

impl Cell {
    /// The same cell in a style.
    pub fn styled(mut self, style: Style) -> Self {
        self.style = style;
        self
    }
}

/// The cells of a row, of several types.
macro_rules! cells {
    ($($cell:expr),* $(,)?) => {
        [$($crate::output::Cell::from($cell)),*]
    };
}
pub(crate) use cells;

/// A table, whose rows are lines.
#[derive(Debug, Clone)]
pub struct Table {
    columns: Vec<Column>,
    rows: Vec<Vec<Cell>>,
}

/// How a table is laid out.
#[derive(Debug, Clone, Copy)]
pub(super) struct Layout {
    /// The columns of the terminal; none without limit.
    pub width: Option<usize>,
    /// Whether the columns for `-o wide` are shown.
    pub wide: bool,
    /// Whether there are colours.
    pub colour: bool,
}

impl Table {
    /// An empty table. The first column has what names a row.
    pub fn new(columns: impl Into<Vec<Column>>) -> Self {
        Self { columns: columns.into(), rows: Vec::new() }
    }

    /// Adds a row.
    pub fn row(&mut self, cells: impl Into<Vec<Cell>>) {
        let cells = cells.into();
        debug_assert_eq!(cells.len(), self.columns.len(), "a row has a cell for each column");
        self.rows.push(cells);
    }

    /// Whether it has no row.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// What names its rows.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.rows.iter().filter_map(|row| row.first()).map(|cell| cell.text.as_str())
    }

    /// Its lines.
    pub(super) fn lines(&self, layout: Layout) -> Vec<String> {
        let shown: Vec<usize> =
            (0..self.columns.len()).filter(|index| layout.wide || !self.columns[*index].wide).collect();
        let measured: Vec<Measured> = shown.iter().map(|index| self.measured(*index)).collect();
        let widths = fit(&measured, layout.width);
        let parts: Vec<(usize, usize)> =
            shown.into_iter().zip(widths).filter_map(|(index, width)| Some((index, width?))).collect();
        let bold = Style::new().bold();
        let titles =
            self.columns.iter().map(|column| Cell::from(column.title).styled(bold)).collect::<Vec<_>>();
        [&titles].into_iter().chain(&self.rows).map(|row| self.line(row, &parts, layout.colour)).collect()
    }

    fn measured(&self, index: usize) -> Measured {
        let column = self.columns[index];
        let title = text::width(column.title);
        let widest = |width: &dyn Fn(&str) -> usize| {
            self.rows.iter().map(|row| width(&row[index].text)).chain([title]).max().unwrap_or(title)
        };
        let natural = widest(&text::width);
        let least = match column.kind {
            Kind::Whole => natural,
            Kind::Text => natural.min(TEXT.max(title)),
            Kind::Words => widest(&|text| text::width(&first_words(text, 0))),
        };
        Measured { natural, least, kept: column.kept }
    }

    /// A row's line: the cells of these columns at these widths.
    fn line(&self, row: &[Cell], parts: &[(usize, usize)], colour: bool) -> String {
        let mut line = String::new();
        let mut blanks = 0;
        for (index, width) in parts {
            let Cell { text, style } = &row[*index];
            let text = match self.columns[*index].kind {
                Kind::Words => first_words(text, *width),
                Kind::Whole | Kind::Text => text::cut(text, *width),
            };
            let taken = text::width(&text);
            if !text.is_empty() {
                line.push_str(&" ".repeat(blanks));
                blanks = 0;
                match colour {
                    true => line.push_str(&format!("{style}{text}{style:#}")),
                    false => line.push_str(&text),
                }
            }
            blanks += width.saturating_sub(taken) + GAP;
        }
        line.trim_end().to_owned()
    }
}

/// The widths of a column.
struct Measured {
    /// With all of its content.
    natural: usize,
    /// With as little as it may be cut to.
    least: usize,
    kept: bool,
}

/// As many words as fit into that many columns, but at least one, and how many more there are.
fn first_words(text: &str, columns: usize) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    (1..=words.len())
        .rev()
        .map(|count| match words.len() - count {
            0 => words.join(" "),
            more => format!("{} +{more}", words[..count].join(" ")),
        })
        .enumerate()
        .find(|(number, shown)| text::width(shown) <= columns || number + 1 == words.len())
        .map_or_else(String::new, |(_, shown)| shown)
}

/// How wide each column is shown; none for one that is left out.
fn fit(columns: &[Measured], width: Option<usize>) -> Vec<Option<usize>> {
    let mut widths: Vec<Option<usize>> = columns.iter().map(|column| Some(column.natural)).collect();
    let Some(width) = width else { return widths };
    // The first column may not be cut, whatever it holds.
    for (column, width) in columns.iter().zip(&mut widths).skip(1) {
        *width = Some(column.least);
    }
    let taken = |widths: &[Option<usize>]| {
        let shown = || widths.iter().flatten();
        shown().sum::<usize>() + GAP * shown().count().saturating_sub(1)
    };
    while taken(&widths) > width {
        let candidates = (1..columns.len()).rev().filter(|index| widths[*index].is_some());
        // Of two columns alike, the right one goes first.
        let Some(out) = candidates.min_by_key(|index| columns[*index].kept) else { break };
        widths[out] = None;
    }
    let mut free = width.saturating_sub(taken(&widths));
    while free > 0 {
        let shorter = (1..columns.len())
            .filter(|index| widths[*index].is_some_and(|width| width < columns[*index].natural))
            .min_by_key(|index| widths[*index]);
        let Some(index) = shorter else { break };
        widths[index] = widths[index].map(|width| width + 1);
        free -= 1;
    }
    widths
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn plain(width: Option<usize>) -> Layout {
        Layout { width, wide: false, colour: false }
    }

    fn sessions() -> Table {
        let mut table = Table::new([
            Column::id("SESSION"),
            Column::word("KIND"),
            Column::word("STATUS").kept(),
            Column::word("OWNER").wide(),
            Column::text("NAME"),
        ]);
        table.row(cells!["sess_0198f3a", "workflow", "active", "local", "A name that says what it is for"]);
        table.row(cells!["s", "execution", "completed", "local", ""]);
        table
    }

    fn check(width: Option<usize>, expected: &[&str]) {
        assert_eq!(sessions().lines(plain(width)), expected, "{width:?}");
    }

    #[test]
    fn free_text_is_cut_first_and_then_columns_are_left_out_but_never_the_id() {
        check(
            None,
            &[
                "SESSION       KIND       STATUS     NAME",
                "sess_0198f3a  workflow   active     A name that says what it is for",
                "s             execution  completed",
            ],
        );
        check(
            Some(60),
            &[
                "SESSION       KIND       STATUS     NAME",
                "sess_0198f3a  workflow   active     A name that says what i…",
                "s             execution  completed",
            ],
        );
        check(
            Some(40),
            &[
                "SESSION       KIND       STATUS",
                "sess_0198f3a  workflow   active",
                "s             execution  completed",
            ],
        );
        check(Some(30), &["SESSION       STATUS", "sess_0198f3a  active", "s             completed"]);
        check(Some(3), &["SESSION", "sess_0198f3a", "s"]);
    }

    #[test]
    fn wide_shows_everything() {
        let lines = sessions().lines(Layout { width: None, wide: true, colour: false });
        assert_eq!(lines[1], "sess_0198f3a  workflow   active     local  A name that says what it is for");
    }

    #[test]
    fn of_several_ids_the_first_are_shown_whole() {
        assert_eq!(first_words("a://b c://d e://f", 17), "a://b c://d e://f");
        assert_eq!(first_words("a://b c://d e://f", 16), "a://b c://d +1");
        assert_eq!(first_words("a://b c://d e://f", 8), "a://b +2");
        assert_eq!(first_words("a://b c://d e://f", 0), "a://b +2");
        assert_eq!(first_words("a://b", 0), "a://b");
        assert_eq!(first_words("", 0), "");
        let mut table = Table::new([Column::id("STEP"), Column::ids("AGENTS")]);
        table.row(cells!["build", "opencode://backend codex://frontend"]);
        assert_eq!(table.lines(plain(Some(40)))[1], "build  opencode://backend +1");
        assert_eq!(table.lines(plain(Some(42)))[1], "build  opencode://backend codex://frontend");
        assert_eq!(table.lines(plain(Some(20)))[1], "build");
    }

    fn column() -> impl Strategy<Value = Column> {
        (any::<bool>(), any::<bool>(), prop::sample::select(vec!["A", "STATUS", "OPEN TASKS", "ÄÖ 日本"]))
            .prop_map(|(text, kept, title)| {
                let column = if text { Column::text(title) } else { Column::word(title) };
                if kept { column.kept() } else { column }
            })
    }

    fn content() -> impl Strategy<Value = String> {
        prop_oneof![
            "[a-z0-9_]{0,40}",
            "\\PC{0,60}",
            prop::collection::vec(
                prop::sample::select(vec!["👩‍👩‍👧", "é", "日", "\u{200f}", "e\u{301}", "\t", "🇩🇪", "x", " "]),
                0..40
            )
            .prop_map(|parts| parts.concat()),
        ]
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]
        #[test]
        fn no_id_is_cut_or_broken_and_no_line_is_wider_than_the_terminal_unless_the_id_is(
            columns in prop::collection::vec(column(), 0..7),
            ids in prop::collection::vec("[a-z]{1,20}(://|_)[a-zA-Z0-9._/-]{1,120}", 1..6),
            contents in prop::collection::vec(content(), 42),
            width in 1usize..200,
            colour in any::<bool>(),
        ) {
            let columns: Vec<Column> = [Column::id("TASK")].into_iter().chain(columns).collect();
            let mut table = Table::new(columns.clone());
            for (number, id) in ids.iter().enumerate() {
                let rest = (1..columns.len()).map(|index| Cell::from(&contents[(number * 7 + index) % 42]));
                table.row([Cell::from(id)].into_iter().chain(rest).collect::<Vec<_>>());
            }
            let lines = table.lines(plain(Some(width)));
            prop_assert_eq!(lines.len(), ids.len() + 1);
            let longest = ids.iter().map(String::len).max().unwrap_or(0);
            for (line, id) in lines.iter().skip(1).zip(&ids) {
                prop_assert_eq!(line.split(' ').next(), Some(id.as_str()));
                prop_assert!(!line.contains('\n'));
                prop_assert!(text::width(line) <= width.max(longest), "{line:?} in {width}");
            }
            // Words are whole, or not there.
            let coloured = table.lines(Layout { width: Some(width), wide: false, colour });
            let stripped: Vec<String> =
                coloured.iter().map(|line| anstream::adapter::strip_str(line).to_string().trim_end().to_owned()).collect();
            prop_assert_eq!(stripped, lines);
            // Without a limit, nothing is cut.
            for (number, line) in table.lines(plain(None)).iter().skip(1).enumerate() {
                for index in 1..columns.len() {
                    let whole = text::printable(&contents[(number * 7 + index) % 42]);
                    prop_assert!(line.contains(whole.trim_end()));
                }
            }
        }
    }
}
