//! Text of anybody's, as a terminal may show it, and how wide it is there.

use unicode_segmentation::UnicodeSegmentation as _;
use unicode_width::UnicodeWidthStr as _;

/// What stands for the part of a text that is not shown.
pub const ELLIPSIS: char = '…';

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
    c.is_control()
        || matches!(c, '\u{200e}' | '\u{200f}' | '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Several lines for people, each as [`printable`] has it.
pub fn printable_lines(text: &str) -> String {
    // A tab moves a cursor, but only forwards within its line.
    let printable = |line: &str| line.split('\t').map(printable).collect::<Vec<_>>().join("\t");
    text.lines().map(printable).collect::<Vec<_>>().join("\n")
}

/// The columns of a terminal that a text takes.
pub fn width(text: &str) -> usize {
    text.width()
}

/// As much of a text as fits into that many columns, with an ellipsis where something is left out.
pub fn cut(text: &str, columns: usize) -> String {
    if width(text) <= columns {
        return text.to_owned();
    }
    let mut shown = String::new();
    for grapheme in text.graphemes(true) {
        let longer = format!("{shown}{grapheme}");
        if width(&longer) + 1 > columns {
            break;
        }
        shown = longer;
    }
    if columns > 0 {
        shown.push(ELLIPSIS);
    }
    shown
}

/// A text in lines of that many columns, broken between words. A longer word has a line of its own.
pub fn wrap(text: &str, columns: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if width(line) + 1 + width(word) <= columns => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
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
        assert_eq!(printable_lines("a\x1b[31m\n\tb\tc"), "a [31m\n\tb\tc");
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

    #[test]
    fn a_text_is_cut_between_characters_as_people_count_them() {
        assert_eq!(cut("größer", 6), "größer");
        assert_eq!(cut("größer", 4), "grö…");
        assert_eq!(cut("日本語", 5), "日本…");
        assert_eq!(cut("日本語", 4), "日…");
        assert_eq!(cut("👩‍👩‍👧 family", 4), "👩‍👩‍👧 …");
        assert_eq!(cut("abc", 0), "");
    }

    #[test]
    fn a_text_is_broken_between_words_alone() {
        assert_eq!(wrap("one two  three", 7), ["one two", "three"]);
        assert_eq!(wrap("averylongword a", 4), ["averylongword", "a"]);
        assert!(wrap("  ", 4).is_empty());
    }
}
