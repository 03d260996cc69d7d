//! A document while it is read, and the rules for every text that leaves this crate.

use std::borrow::Cow;

use sessiond_documents::read::{limits, too_many_parts, too_much_text};
use sessiond_documents::{Document, Part, Place, Reason, Shape, Unreadable};
use unicode_normalization::{IsNormalized, UnicodeNormalization as _, is_nfc_quick};

/// The parts of a document as they were found in the file.
#[derive(Debug, Default)]
pub struct Draft {
    pub title: Option<String>,
    pub parts: Vec<Part>,
    pub notes: Vec<String>,
}

impl Draft {
    /// A document of one part of prose.
    pub fn prose(text: String) -> Self {
        Self::whole(Shape::Prose, text)
    }

    /// A document of one part.
    pub fn whole(shape: Shape, text: String) -> Self {
        let part = Part { place: Place::Whole, heading: None, shape, text };
        Self { parts: vec![part], ..Self::default() }
    }

    /// The document: clean text, no empty parts.
    ///
    /// # Errors
    ///
    /// [`Reason::NoText`] if nothing is left, [`Reason::TooLarge`] if it is too much or has too many parts.
    pub fn finish(self) -> Result<Document, Unreadable> {
        let mut characters = 0;
        let mut parts = Vec::with_capacity(self.parts.len());
        for part in self.parts {
            let text = match part.shape {
                Shape::Prose => prose(&clean(&part.text)),
                Shape::Code => clean(&part.text).trim_end().trim_start_matches('\n').to_owned(),
                Shape::Table => clean(&part.text).trim_matches('\n').to_owned(),
            };
            if text.trim().is_empty() {
                continue;
            }
            characters += text.chars().count();
            let heading = part.heading.as_deref().and_then(line);
            let place = match part.place {
                Place::Sheet(name) => Place::Sheet(line(&name).unwrap_or_default()),
                place => place,
            };
            if parts.len() == limits::PARTS {
                return Err(too_many_parts());
            }
            parts.push(Part { place, heading, shape: part.shape, text });
        }
        if parts.is_empty() {
            return Err(Unreadable::new(
                Reason::NoText,
                "it has no text; choose a file with text in it, or convert its pictures to text first",
            ));
        }
        if characters > limits::TEXT_CHARACTERS {
            return Err(too_much_text());
        }
        Ok(Document {
            title: self.title.as_deref().and_then(line),
            parts,
            notes: self.notes,
            ..Document::default()
        })
    }
}

/// Text without control characters, except for line feeds and tabs, in Unicode's composed form (NFC), so that words that look
/// the same are the same. Every kind of line break is a line feed.
pub fn clean(text: &str) -> String {
    // Nearly every text is composed already, which is seen faster than it is made.
    let composed: Cow<'_, str> = match is_nfc_quick(text.chars()) {
        IsNormalized::Yes => text.into(),
        _ => text.nfc().collect::<String>().into(),
    };
    let mut cleaned = String::with_capacity(text.len());
    let mut characters = composed.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '\r' => {
                characters.next_if_eq(&'\n');
                cleaned.push('\n');
            }
            '\n' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}' => cleaned.push('\n'),
            '\t' => cleaned.push('\t'),
            // The colours of a terminal, in logs: ESC [ parameters letter.
            '\u{1b}' => {
                if characters.next_if_eq(&'[').is_some() {
                    while characters.next_if(|c| matches!(c, '0'..='?')).is_some() {}
                    characters.next_if(|c| c.is_ascii_alphabetic());
                }
            }
            // Letters that some fonts draw as one sign.
            '\u{fb00}'..='\u{fb06}' => cleaned.push_str(LIGATURES[character as usize - 0xfb00]),
            // No text, but marks of byte order, places for line breaks, and what Unicode never assigns.
            '\u{feff}' | '\u{200b}' | '\u{ad}' | '\u{fffe}' | '\u{ffff}' => {}
            control if control.is_control() => {}
            other => cleaned.push(other),
        }
    }
    cleaned
}

/// The letters of U+FB00 and those after it.
const LIGATURES: [&str; 7] = ["ff", "fi", "fl", "ffi", "ffl", "st", "st"];

/// Lines without spaces at their ends, and no more than one empty line in a row.
fn prose(text: &str) -> String {
    let mut lines = String::with_capacity(text.len());
    let mut empty = 0;
    for line in text.lines().map(str::trim_end) {
        if line.is_empty() {
            empty += 1;
            continue;
        }
        if !lines.is_empty() {
            lines.push_str(if empty > 0 { "\n\n" } else { "\n" });
        }
        empty = 0;
        lines.push_str(line);
    }
    lines
}

/// A title or a heading: one line, not too long. None if nothing is left.
pub fn line(text: &str) -> Option<String> {
    let words = clean(text).split_whitespace().collect::<Vec<_>>().join(" ");
    let line: String = words.chars().take(limits::HEADING_CHARACTERS).collect();
    (!line.is_empty()).then_some(line)
}

/// A cell of a table: one line, because lines are rows and tabs are between cells.
pub fn cell(text: &str) -> String {
    if !text.contains(['\t', '\n', '\r', '\u{b}', '\u{c}', '\u{85}', '\u{2028}', '\u{2029}']) {
        return text.to_owned();
    }
    text.split(['\t', '\n', '\r', '\u{b}', '\u{c}', '\u{85}', '\u{2028}', '\u{2029}'])
        .filter(|piece| !piece.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

/// The headings above a place, outermost first.
#[derive(Debug, Default)]
pub struct Headings {
    open: Vec<(u8, String)>,
}

impl Headings {
    /// A heading of this level, 1 being the outermost; it ends those of its level and below.
    pub fn enter(&mut self, level: u8, text: &str) {
        self.open.retain(|(other, _)| *other < level);
        self.open.extend(line(text).map(|text| (level, text)));
    }

    /// The headings here, joined by ` > `.
    pub fn here(&self) -> Option<String> {
        let path = self.open.iter().map(|(_, text)| text.as_str()).collect::<Vec<_>>().join(" > ");
        (!path.is_empty()).then_some(path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_characters_leave_and_line_breaks_become_one_kind() {
        assert_eq!(clean("a\0b\rc\r\nd\u{c}e\u{2028}f\tg\u{7f}"), "ab\nc\nd\ne\nf\tg");
        assert_eq!(clean("\u{1b}[1;31mred\u{1b}[0m"), "red");
        assert_eq!(clean("U\u{308}bersicht"), "Übersicht");
        assert_eq!(clean("de\u{fb01}ne, o\u{fb03}ce"), "define, office");
    }

    #[test]
    fn a_cell_is_one_line() {
        assert_eq!(cell("a\tb\r\nc"), "a b c");
        assert_eq!(cell(" a "), " a ");
    }

    #[test]
    fn a_heading_ends_those_of_its_level_and_below() {
        let mut headings = Headings::default();
        headings.enter(1, "A");
        headings.enter(3, "B");
        headings.enter(2, "C\n");
        assert_eq!(headings.here().unwrap(), "A > C");
        headings.enter(1, " ");
        assert_eq!(headings.here(), None);
    }

    #[test]
    fn a_file_without_letters_is_refused() {
        assert_eq!(Draft::prose(" \n\u{feff}\t\0".into()).finish().unwrap_err().reason, Reason::NoText);
    }

    #[test]
    fn too_much_text_is_refused_as_a_whole() {
        let text = "ä".repeat(limits::TEXT_CHARACTERS);
        assert!(Draft::prose(text.clone()).finish().is_ok());
        assert_eq!(Draft::prose(text + "ä").finish().unwrap_err(), too_much_text());
    }

    #[test]
    fn too_many_parts_are_refused_as_such() {
        let mut draft = Draft::prose("a".into());
        draft.parts = vec![draft.parts[0].clone(); limits::PARTS];
        draft.parts.push(Part { text: " ".into(), ..draft.parts[0].clone() });
        assert!(Draft { parts: draft.parts.clone(), ..Draft::default() }.finish().is_ok());
        draft.parts.push(draft.parts[0].clone());
        assert_eq!(draft.finish().unwrap_err(), too_many_parts());
    }
}
