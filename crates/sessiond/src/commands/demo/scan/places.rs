//! How files and figures are written.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;

use serde::{Deserialize, Serialize};

/// A place in a directory.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// The file, below the directory, as it can be shown.
    pub path: String,
    /// The line; absent for the whole file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<usize>,
    /// What is there.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
}

impl Place {
    pub(super) fn file(path: &Path, note: impl Into<String>) -> Self {
        Self { path: shown(path.as_os_str()), line: None, note: note.into() }
    }

    pub(super) fn line(path: &Path, line: usize, note: impl Into<String>) -> Self {
        Self { path: shown(path.as_os_str()), line: Some(line), note: note.into() }
    }
}

/// A name that can be shown: bytes that are not UTF-8 and control characters are escaped, so that two names never
/// look the same and none moves the cursor.
pub fn shown(name: &OsStr) -> String {
    let mut text = String::new();
    for chunk in name.as_bytes().utf8_chunks() {
        for c in chunk.valid().chars() {
            if c.is_control()
                || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
            {
                text.extend(c.escape_unicode());
            } else {
                text.push(c);
            }
        }
        for byte in chunk.invalid() {
            text.push_str(&format!("\\x{byte:02x}"));
        }
    }
    text
}

/// One line of a file's text that can be shown: trimmed, cut, without control characters.
pub(super) fn excerpt(line: &str, most: usize) -> String {
    let clean: String =
        line.trim().chars().map(|c| if c.is_control() { ' ' } else { c }).take(most + 1).collect();
    if clean.chars().count() > most {
        let cut: String = clean.chars().take(most).collect();
        format!("{}…", cut.trim_end())
    } else {
        clean
    }
}

/// `1 file`, `2 files`.
pub fn plural(count: u64, one: &str, many: &str) -> String {
    format!("{} {}", grouped(count), if count == 1 { one } else { many })
}

/// A number with its thousands apart.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_shown_so_that_none_does_harm_and_no_two_look_the_same() {
        assert_eq!(shown(OsStr::from_bytes(b"a\xffb\x1b[2J\n")), "a\\xffb\\u{1b}[2J\\u{a}");
        assert_eq!(shown(OsStr::new("größe 大")), "größe 大");
        assert_eq!(shown(OsStr::new("evil\u{202e}txt.exe")), "evil\\u{202e}txt.exe");
    }

    #[test]
    fn figures_are_written_for_people() {
        assert_eq!([0, 999, 1000, 1_234_567].map(grouped), ["0", "999", "1,000", "1,234,567"]);
        assert_eq!(excerpt("  a\tlong line  ", 6), "a long…");
    }
}
