//! Somebody's text that comes in pieces, as a terminal may show it: without characters that move its cursor, and broken
//! between words.

use unicode_width::UnicodeWidthChar as _;

use super::text::{printable, width};

/// What is known of a text after its pieces so far.
#[derive(Debug, Default)]
pub struct Flow {
    /// The columns of the terminal; none without limit.
    columns: Option<usize>,
    /// The columns of the present line that are taken.
    column: usize,
    /// A word whose end has not come.
    word: String,
    /// The first characters of the present line of the text.
    begins: String,
    /// Whether the present line is within a block of code.
    is_code: bool,
}

impl Flow {
    /// A text for so many columns; without limit, its lines stay as they are.
    pub(super) fn new(columns: Option<usize>) -> Self {
        Self { columns, ..Self::default() }
    }

    /// What can be printed after one more piece.
    pub fn add(&mut self, piece: &str) -> String {
        let mut ready = String::with_capacity(piece.len());
        for c in piece.chars() {
            self.char(c, &mut ready);
        }
        if self.columns.is_none() {
            ready.push_str(&std::mem::take(&mut self.word));
        }
        ready
    }

    /// The rest, with the end of its line.
    pub fn end(&mut self) -> String {
        let mut ready = String::new();
        self.word(&mut ready);
        if self.column > 0 {
            ready.push('\n');
        }
        *self = Self::new(self.columns);
        ready
    }

    fn char(&mut self, c: char, ready: &mut String) {
        match c {
            '\n' => {
                self.word(ready);
                ready.push('\n');
                if self.begins.starts_with("```") {
                    self.is_code = !self.is_code;
                }
                self.begins.clear();
                self.column = 0;
                return;
            }
            '\t' => {
                self.word(ready);
                ready.push('\t');
                self.column += 8 - self.column % 8;
            }
            c => {
                let shown = printable(c.encode_utf8(&mut [0; 4]));
                let is_blank = shown == " ";
                if is_blank || is_between_words(c) {
                    self.word(ready);
                }
                self.word.push_str(&shown);
                if is_blank {
                    self.blank(ready);
                } else if is_between_words(c) {
                    self.word(ready);
                }
            }
        }
        if self.begins.len() < 3 && !(self.begins.is_empty() && c.is_whitespace()) {
            self.begins.push(c);
        }
    }

    /// A blank. One that would be the first of a line that was broken is left out.
    fn blank(&mut self, ready: &mut String) {
        self.word.clear();
        if !self.is_broken_at(1) {
            ready.push(' ');
            self.column += 1;
        }
    }

    fn word(&mut self, ready: &mut String) {
        let word = std::mem::take(&mut self.word);
        let taken = width(&word);
        if self.column > 0 && self.is_broken_at(taken) {
            ready.truncate(ready.trim_end_matches(' ').len());
            ready.push('\n');
            self.column = 0;
        }
        ready.push_str(&word);
        self.column += taken;
    }

    /// Whether so many more columns do not fit. Code and tables stay as they are.
    fn is_broken_at(&self, more: usize) -> bool {
        let keeps = self.is_code || self.begins.starts_with("```") || self.begins.starts_with('|');
        !keeps && self.columns.is_some_and(|columns| self.column + more > columns)
    }
}

/// Whether a line may be broken on either side of a character: those of scripts that have no blanks.
fn is_between_words(c: char) -> bool {
    c.width() == Some(2)
        && matches!(c, '\u{2e80}'..='\u{9fff}' | '\u{ac00}'..='\u{d7a3}' | '\u{f900}'..='\u{faff}' | '\u{ff00}'..='\u{ff60}' | '\u{20000}'..='\u{3ffff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(columns: usize, text: &str, expected: &str) {
        for size in 1..=text.chars().count() {
            let mut flow = Flow::new(Some(columns));
            let chars: Vec<char> = text.chars().collect();
            let mut shown: String =
                chars.chunks(size).map(|piece| flow.add(&piece.iter().collect::<String>())).collect();
            shown += &flow.end();
            // Blanks that were printed before their line broke are not seen.
            let seen: Vec<&str> = shown.lines().map(|line| line.trim_end_matches(' ')).collect();
            assert_eq!(seen.join("\n"), expected, "{size}");
        }
    }

    #[test]
    fn a_text_is_broken_between_words_however_its_pieces_are_cut() {
        check(9, "one two three\nfour  five", "one two\nthree\nfour\nfive");
        check(4, "averylongword a b", "averylongword\na b");
        check(5, "日本語の文", "日本\n語の\n文");
    }

    #[test]
    fn code_and_tables_keep_their_lines() {
        check(
            6,
            "so it is:\n```\nlet a = b;\n```\nmore of it",
            "so it\nis:\n```\nlet a = b;\n```\nmore\nof it",
        );
        check(6, "| a | b | c |", "| a | b | c |");
    }

    #[test]
    fn without_a_width_a_text_is_printed_at_once_and_moves_no_cursor() {
        let mut flow = Flow::new(None);
        assert_eq!(flow.add("a\x1b[2J\u{202e}b\tc\r"), "a [2J b\tc ");
        assert_eq!(flow.add("日"), "日");
        assert_eq!(flow.end(), "\n");
        assert_eq!(flow.end(), "");
    }
}
