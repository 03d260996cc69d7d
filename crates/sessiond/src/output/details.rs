//! One thing in detail: a name and a value on each line.

use super::table::Cell;
use super::text;

/// How far a value is indented that does not fit beside its name.
const INDENT: usize = 2;

/// Names and values, in order.
#[derive(Debug, Clone, Default)]
pub struct Details {
    rows: Vec<(&'static str, Cell)>,
}

impl Details {
    /// Nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a value.
    pub fn row(&mut self, name: &'static str, value: impl Into<Cell>) {
        self.rows.push((name, value.into()));
    }

    /// Adds a value if there is one.
    pub fn some<T: Into<Cell>>(&mut self, name: &'static str, value: Option<T>) {
        if let Some(value) = value {
            self.row(name, value);
        }
    }

    /// Its lines. A value that does not fit beside its name is below it, broken between words alone.
    pub(super) fn lines(&self, width: Option<usize>, colour: bool) -> Vec<String> {
        let names = self.rows.iter().map(|(name, _)| name.len()).max().unwrap_or(0) + 2;
        let mut lines = Vec::new();
        for (name, Cell { text, style }) in &self.rows {
            let styled = |part: &str| match colour {
                true => format!("{style}{part}{style:#}"),
                false => part.to_owned(),
            };
            let Some(width) = width.filter(|width| names + text::width(text) > *width) else {
                lines.push(format!("{name:<names$}{}", styled(text)).trim_end().to_owned());
                continue;
            };
            let beside = width.saturating_sub(names);
            let words = text::wrap(text, beside);
            if words.iter().all(|line| text::width(line) <= beside) {
                for (number, line) in words.iter().enumerate() {
                    let name = if number == 0 { name } else { "" };
                    lines.push(format!("{name:<names$}{}", styled(line)));
                }
                continue;
            }
            lines.push((*name).to_owned());
            for line in text::wrap(text, width.saturating_sub(INDENT).max(1)) {
                // What is wider than the terminal gets all of it.
                let indent = if text::width(&line) + INDENT <= width { INDENT } else { 0 };
                lines.push(format!("{}{}", " ".repeat(indent), styled(&line)));
            }
        }
        lines
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_value_is_beside_its_name_or_below_it() {
        let mut details = Details::new();
        details.row("session", "sess_0198f3a");
        details.row("name", "one two three");
        assert_eq!(details.lines(None, false), ["session  sess_0198f3a", "name     one two three"]);
        assert_eq!(
            details.lines(Some(18), false),
            ["session", "  sess_0198f3a", "name     one two", "         three"]
        );
        assert_eq!(details.lines(Some(12), false)[..2], ["session", "sess_0198f3a"]);
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]
        #[test]
        fn no_line_is_wider_than_the_terminal_unless_a_word_is(
            id in "[a-z]{1,9}://[a-z0-9-]{1,90}",
            value in "\\PC{0,80}",
            width in 1usize..120,
        ) {
            let mut details = Details::new();
            details.row("agent", &id);
            details.row("description", &value);
            let printed = text::printable(&value);
            let longest =
                printed.split_whitespace().chain([id.as_str(), "description"]).map(text::width).max().unwrap_or(0);
            let lines = details.lines(Some(width), false);
            prop_assert!(lines.iter().any(|line| line.trim_start_matches("agent").trim() == id));
            for line in &lines {
                prop_assert!(text::width(line) <= width.max(longest), "{line:?} in {width}");
            }
        }
    }
}
