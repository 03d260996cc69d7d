//! Text from outside as Markdown (CommonMark with GitHub's tables): it can be read, and can break or mark up nothing.
//! All sizes are bytes of the Markdown that is written.

use std::fmt::Write;
use std::io;

use serde_json::Value;

use crate::Span;

/// One line of text for a paragraph, a heading or a table's cell: what Markdown would take as its own is escaped,
/// white space and line ends are one space each.
pub(super) fn inline(text: &str, most: usize) -> String {
    let mut line = String::new();
    let mut before = ' ';
    let mut characters = clean(text).peekable();
    while let Some(c) = characters.next() {
        if c.is_whitespace() {
            if before != ' ' {
                line.push(' ');
                before = ' ';
            }
            continue;
        }
        let next = characters.peek().copied().unwrap_or(' ');
        let escape = match c {
            '\\' | '`' | '*' | '[' | ']' | '<' | '|' | '~' | '&' | '#' | '$' => true,
            // Within a word it means nothing, and names are full of it.
            '_' => !(before.is_alphanumeric() && next.is_alphanumeric()),
            // At the beginning of a line these make lists, quotes, rules and tables.
            '-' | '+' | '>' | '=' | ':' => line.is_empty(),
            '.' | ')' => !line.is_empty() && line.bytes().all(|byte| byte.is_ascii_digit()),
            _ => false,
        };
        if line.len() + 1 + c.len_utf8() + '…'.len_utf8() > most {
            line.push('…');
            return line;
        }
        if escape {
            line.push('\\');
        }
        line.push(c);
        before = c;
    }
    line.truncate(line.trim_end().len());
    line
}

/// One line of text as code.
pub(super) fn code(text: &str, most: usize) -> String {
    let mut line = clean(text).collect::<String>().split_whitespace().collect::<Vec<_>>().join(" ");
    if line.is_empty() {
        return "(empty)".into();
    }
    cut(&mut line, most);
    let fence = "`".repeat(longest_run_of_ticks(&line) + 1);
    let space = if line.starts_with('`') || line.ends_with('`') { " " } else { "" };
    format!("{fence}{space}{line}{space}{fence}")
}

/// Text of several lines as a quotation, which keeps its lines.
pub(super) fn quote(text: &str, most: usize) -> String {
    const MARKS: usize = "> \\\n".len();
    const CUT: &str = ">\n> *(cut here)*\n";
    let mut quotation = String::new();
    let mut lines = text.trim().lines().peekable();
    let mut was_empty = false;
    while let Some(line) = lines.next() {
        let room = most.saturating_sub(quotation.len() + CUT.len() + MARKS);
        if room < 16 {
            quotation.push_str(CUT);
            break;
        }
        let line = inline(line, room);
        if line.is_empty() {
            if !was_empty {
                quotation.push_str(">\n");
            }
        } else {
            let goes_on = lines.peek().is_some_and(|next| !next.trim().is_empty());
            let _ = writeln!(quotation, "> {line}{}", if goes_on { "\\" } else { "" });
        }
        was_empty = line.is_empty();
    }
    quotation
}

/// A value: in the same line when it is short, else as a block of its own. Says when it is cut.
pub(super) fn value(value: &Value, most: usize) -> Shown {
    let (mut text, bytes, language) = match value {
        Value::String(text) => (text.clone(), text.len(), "text"),
        other => {
            let mut head = Head { kept: Vec::new(), most, bytes: 0 };
            // Keeping the head cannot fail, and a Value has only string keys.
            let _ = serde_json::to_writer_pretty(&mut head, other);
            (String::from_utf8_lossy(&head.kept).into_owned(), head.bytes, "json")
        }
    };
    const SHORT: usize = 120;
    let short = match value {
        Value::String(text) => Some(text.trim()).filter(|text| text.len() <= SHORT && !text.contains('\n')),
        _ => None,
    };
    if let Some(text) = short {
        return Shown::InLine(code(text, most));
    }
    if language == "json" && bytes <= SHORT {
        return Shown::InLine(code(&value.to_string(), most));
    }
    text = clean(&text).collect();
    let is_cut = bytes > most;
    cut(&mut text, most);
    let fence = "`".repeat(longest_run_of_ticks(&text).max(2) + 1);
    let note = if is_cut { format!("\n*(cut: the whole has {bytes} bytes)*\n") } else { String::new() };
    Shown::Block(format!("{fence}{language}\n{}\n{fence}\n{note}", text.trim_end()))
}

/// A value as Markdown.
pub(super) enum Shown {
    /// For within a line.
    InLine(String),
    /// Whole lines.
    Block(String),
}

/// A length of time for people: the two largest units.
pub(super) fn span(span: Span) -> String {
    let millis = span.millis();
    let two = |large: u64, unit: &str, small: u64, small_unit: &str| match small {
        0 => format!("{large} {unit}"),
        _ => format!("{large} {unit} {small} {small_unit}"),
    };
    match millis / 1000 {
        0 => format!("{millis} ms"),
        secs @ 1..60 if millis % 1000 >= 100 => format!("{secs}.{} s", millis % 1000 / 100),
        secs @ 1..60 => format!("{secs} s"),
        secs @ 60..3600 => two(secs / 60, "min", secs % 60, "s"),
        secs @ 3600..86_400 => two(secs / 3600, "h", secs % 3600 / 60, "min"),
        secs => two(secs / 86_400, "d", secs % 86_400 / 3600, "h"),
    }
}

/// What shows on a page. Control characters, and marks that turn the direction of writing (Boucher and Anderson,
/// "Trojan Source", 2021), are shown as what they are: not text.
fn clean(text: &str) -> impl Iterator<Item = char> + '_ {
    text.chars().map(|c| match c {
        '\n' | '\t' => c,
        '\r' => ' ',
        '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => '\u{fffd}',
        c if c.is_control() => '\u{fffd}',
        c => c,
    })
}

fn cut(text: &mut String, most: usize) {
    if text.len() > most {
        let end = (0..=most.saturating_sub('…'.len_utf8())).rev().find(|&at| text.is_char_boundary(at));
        text.truncate(end.unwrap_or(0));
        text.push('…');
    }
}

fn longest_run_of_ticks(text: &str) -> usize {
    text.split(|c| c != '`').map(str::len).max().unwrap_or(0)
}

/// Keeps the beginning of what is written, and counts the rest.
struct Head {
    kept: Vec<u8>,
    most: usize,
    bytes: usize,
}

impl io::Write for Head {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.bytes += bytes.len();
        // One more than may be shown, so that it is seen to be cut; a broken character at the end goes with it.
        let room = (self.most + 8).saturating_sub(self.kept.len());
        self.kept.extend_from_slice(&bytes[..room.min(bytes.len())]);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn text_from_outside_marks_up_nothing() {
        for (text, expected) in [
            ("plain words, 3.5 (or so) - fine!", "plain words, 3.5 (or so) - fine!"),
            ("snake_case _and_ *bold*", r"snake_case \_and\_ \*bold\*"),
            ("a | b\n| - | - |", r"a \| b \| - \| - \|"),
            ("# title", r"\# title"),
            ("- item", r"\- item"),
            ("1. item", r"1\. item"),
            ("> quote", r"\> quote"),
            ("---", r"\---"),
            (":-:", r"\:-:"),
            ("<script>&amp;", r"\<script>\&amp;"),
            ("[x](javascript:y)", r"\[x\](javascript:y)"),
            ("`code` \\", r"\`code\` \\"),
            ("  much\t\r\n space \u{2028}", "much space"),
            ("bell\u{7} turned\u{202e}", "bell\u{fffd} turned\u{fffd}"),
        ] {
            assert_eq!(inline(text, 100), expected, "{text:?}");
        }
        assert_eq!(inline(&"ä*".repeat(100), 20), "ä\\*ä\\*ä\\*ä\\*…");
        assert!(inline(&"*".repeat(100), 20).len() <= 20);
    }

    #[test]
    fn code_is_fenced_by_more_ticks_than_it_has() {
        assert_eq!(code("a://b", 100), "`a://b`");
        assert_eq!(code("a``b\n`", 100), "``` a``b ` ```");
        assert_eq!(code(" ", 100), "(empty)");
        assert_eq!(code("äöü", 5), "`ä…`");
    }

    #[test]
    fn a_quotation_keeps_its_lines_and_stays_one() {
        assert_eq!(quote("one\ntwo\n\n\n- three\n", 100), "> one\\\n> two\n>\n> \\- three\n");
        assert!(quote(&"line\n".repeat(1000), 500).ends_with("> *(cut here)*\n"));
        for most in 60..200 {
            assert!(quote(&"line\n\nother\n".repeat(1000), most).len() <= most);
        }
        // A paragraph that is too long in one line is shown as far as it goes.
        let long = quote(&"word ".repeat(1000), 200);
        assert!(long.starts_with("> word word") && (150..=200).contains(&long.len()), "{long}");
    }

    #[test]
    fn a_value_is_short_or_a_block_and_says_when_it_is_cut() {
        let of = |json: Value, most| match value(&json, most) {
            Shown::InLine(text) | Shown::Block(text) => text,
        };
        assert_eq!(of(json!({"ok": true}), 100), "`{\"ok\":true}`");
        assert_eq!(of(json!("done | `x`"), 100), "`` done | `x` ``");
        assert_eq!(of(json!("one\n```\ntwo"), 100), "````text\none\n```\ntwo\n````\n");
        assert_eq!(
            of(json!("ä\n".repeat(100)), 10),
            "```text\nä\nä\n…\n```\n\n*(cut: the whole has 300 bytes)*\n"
        );
        let long = of(json!({ "names": vec!["ä"; 100] }), 60);
        assert!(
            long.starts_with("```json\n{\n  \"names\": [\n") && long.contains("*(cut: the whole has"),
            "{long}"
        );
    }

    #[test]
    fn a_length_of_time_has_two_units_at_most() {
        for (millis, expected) in [
            (0, "0 ms"),
            (999, "999 ms"),
            (1_000, "1 s"),
            (12_345, "12.3 s"),
            (60_000, "1 min"),
            (307_000, "5 min 7 s"),
            (3_600_000, "1 h"),
            (7_380_000, "2 h 3 min"),
            (90_000_000, "1 d 1 h"),
        ] {
            assert_eq!(span(Span::from_millis(millis)), expected);
        }
    }
}
