//! `.pdf`: a part for each page, as far as the pages have text.

use std::panic::{AssertUnwindSafe, catch_unwind};

use pdf_extract::encryption::DecryptionError;
use pdf_extract::{
    Document, Error, MediaBox, OutputDev, OutputError, Transform, decode_text_string, output_doc_page,
};
use sessiond_documents::read::{limits, too_much_text};
use sessiond_documents::{Part, Place, Reason, Shape, Unreadable};

use crate::child;
use crate::draft::Draft;
use crate::package::encrypted;

/// Of a thousand characters of a page, how many may have no meaning: the page's fonts do not say which letters their signs are.
const MEANINGLESS: usize = 100;

/// Whether it is a PDF. Some begin with a few other bytes.
pub fn is_one(bytes: &[u8]) -> bool {
    let start = &bytes[..bytes.len().min(1024)];
    bytes.starts_with(b"%PDF-")
        || (start.windows(5).any(|five| five == b"%PDF-")
            && bytes.windows(9).any(|nine| nine == b"startxref"))
}

/// The document. One whose user password is empty is not encrypted for a reader.
///
/// # Errors
///
/// When it is damaged or encrypted, when it has no text, or too many pages.
pub fn read(bytes: &[u8]) -> Result<Draft, Unreadable> {
    let document = load(bytes)?;
    let pages = document.page_iter().take(limits::PAGES + 1).count();
    if pages > limits::PAGES {
        let most = limits::PAGES;
        let detail =
            format!("it has more than {most} pages, the most that is read; split it into smaller files");
        return Err(Unreadable::new(Reason::TooLarge, detail));
    }
    if pages == 0 {
        return Err(child::damaged());
    }
    let mut draft = Draft { title: title(&document), ..Draft::default() };
    let (mut empty, mut meaningless, mut failed) = (Vec::new(), Vec::new(), Vec::new());
    let mut characters = 0;
    for page in (1u32..).take(pages) {
        // A page that makes the parser panic is damaged; the others are not.
        match catch_unwind(AssertUnwindSafe(|| page_text(&document, page))) {
            Ok(Some(text)) if text.trim().is_empty() => empty.push(page),
            Ok(Some(text)) if is_meaningless(&text) => meaningless.push(page),
            Ok(Some(text)) => {
                characters += text.chars().count();
                if characters > limits::TEXT_CHARACTERS {
                    return Err(too_much_text());
                }
                draft.parts.push(Part { place: Place::Page(page), heading: None, shape: Shape::Prose, text });
            }
            Ok(None) | Err(_) => failed.push(page),
        }
    }
    if draft.parts.is_empty() {
        return Err(nothing(&meaningless, &failed));
    }
    let notes = [
        (empty, "no text layer, such as a scan"),
        (meaningless, "no readable text, because the fonts do not say which letters their signs are"),
        (failed, "no readable text, because of damage or a form that this server cannot read"),
    ];
    for (pages, what) in notes.iter().filter(|(pages, _)| !pages.is_empty()) {
        draft.notes.push(format!("{}: {what}.", list(pages)));
    }
    Ok(draft)
}

fn load(bytes: &[u8]) -> Result<Document, Unreadable> {
    let mut document = Document::load_mem(bytes).map_err(unreadable)?;
    // The parser has tried the empty password, and did not say why that failed.
    if document.is_encrypted() {
        document.decrypt("").map_err(unreadable)?;
    }
    Ok(document)
}

fn unreadable(error: Error) -> Unreadable {
    match error {
        Error::InvalidPassword | Error::Decryption(DecryptionError::IncorrectPassword) => encrypted(),
        Error::Decryption(_) | Error::UnsupportedSecurityHandler(_) => Unreadable::new(
            Reason::Encrypted,
            "it is encrypted in a way that this server cannot open; save it without encryption",
        ),
        _ => child::damaged(),
    }
}

/// Why nothing of a document is text.
fn nothing(meaningless: &[u32], failed: &[u32]) -> Unreadable {
    if !meaningless.is_empty() {
        return Unreadable::new(
            Reason::NoText,
            "its fonts do not say which letters their signs are, so that its text cannot be read; save it with embedded Unicode \
             fonts, or convert it to text with an OCR program first",
        );
    }
    if !failed.is_empty() {
        return child::damaged();
    }
    Unreadable::new(
        Reason::NoText,
        "it has no text layer, such as a scan; convert its pictures to text with an OCR program first",
    )
}

fn page_text(document: &Document, page: u32) -> Option<String> {
    let mut output = Output::default();
    output_doc_page(document, &mut output, page).ok()?;
    Some(output.text)
}

/// Writes the text of a page: lines and words by the places of their signs.
#[derive(Default)]
struct Output {
    text: String,
    /// The height of the page, from which places are counted downwards.
    height: f64,
    /// Where the last sign ended, and on which line.
    end: (f64, f64),
    begins_word: bool,
}

impl OutputDev for Output {
    fn begin_page(
        &mut self,
        _: u32,
        media: &MediaBox,
        _: Option<(f64, f64, f64, f64)>,
    ) -> Result<(), OutputError> {
        self.height = media.ury - media.lly;
        Ok(())
    }

    fn end_page(&mut self) -> Result<(), OutputError> {
        Ok(())
    }

    fn output_character(
        &mut self,
        place: &Transform,
        width: f64,
        _: f64,
        size: f64,
        sign: &str,
    ) -> Result<(), OutputError> {
        let scale = (place.m11 * place.m22 - place.m12 * place.m21).abs().sqrt();
        let size = (size * scale).abs().max(f64::MIN_POSITIVE);
        let (x, y) = (place.m31, self.height - place.m32);
        if std::mem::take(&mut self.begins_word) && !self.text.is_empty() {
            let (below, beside) = ((y - self.end.1).abs(), x - self.end.0);
            self.text.push_str(if below > 1.9 * size {
                "\n\n"
            } else if below > 0.5 * size || beside < -size {
                "\n"
            } else if beside > 2.0 * size {
                "\t"
            } else if beside > 0.1 * size {
                " "
            } else {
                ""
            });
        }
        self.text.push_str(if sign.is_empty() { "\u{fffd}" } else { sign });
        self.end = (x + width * size, y);
        Ok(())
    }

    fn begin_word(&mut self) -> Result<(), OutputError> {
        self.begins_word = true;
        Ok(())
    }

    fn end_word(&mut self) -> Result<(), OutputError> {
        Ok(())
    }

    fn end_line(&mut self) -> Result<(), OutputError> {
        Ok(())
    }
}

/// Whether too many characters of a page are none that a person can read.
fn is_meaningless(text: &str) -> bool {
    let (mut characters, mut without) = (0usize, 0usize);
    for character in text.chars().filter(|c| !c.is_whitespace()) {
        characters += 1;
        without += usize::from(
            character.is_control()
                || matches!(character, '\u{fffd}' | '\u{e000}'..='\u{f8ff}' | '\u{f0000}'..='\u{10ffff}'),
        );
    }
    without * 1000 > characters * MEANINGLESS
}

fn title(document: &Document) -> Option<String> {
    let found = catch_unwind(AssertUnwindSafe(|| {
        let (_, info) = document.dereference(document.trailer.get(b"Info").ok()?).ok()?;
        let (_, title) = document.dereference(info.as_dict().ok()?.get(b"Title").ok()?).ok()?;
        decode_text_string(title)
            .ok()
            .filter(|title| !NO_TITLES.contains(&title.trim().to_ascii_lowercase().as_str()))
    }));
    found.ok()?
}

/// What programs write where nobody gave a title.
const NO_TITLES: [&str; 4] = ["untitled", "(anonymous)", "anonymous", "unspecified"];

/// `Page 3`, or `Pages 3, 5–9`.
fn list(pages: &[u32]) -> String {
    let mut ranges: Vec<(u32, u32)> = Vec::new();
    for page in pages {
        match ranges.last_mut() {
            Some((_, last)) if *last + 1 == *page => *last = *page,
            _ => ranges.push((*page, *page)),
        }
    }
    let words: Vec<String> = ranges
        .iter()
        .map(|(first, last)| if first == last { first.to_string() } else { format!("{first}–{last}") })
        .collect();
    format!("{} {}", if pages.len() == 1 { "Page" } else { "Pages" }, words.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_are_listed_in_ranges() {
        assert_eq!(list(&[3]), "Page 3");
        assert_eq!(list(&[1, 3, 4, 5, 9]), "Pages 1, 3–5, 9");
    }

    #[test]
    fn signs_without_letters_are_no_text() {
        assert!(is_meaningless("\u{fffd}\u{fffd} a b c"));
        assert!(!is_meaningless("a text with one \u{e001} sign"));
    }
}
