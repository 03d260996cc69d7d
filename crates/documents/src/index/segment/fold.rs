//! Characters as search compares them: compatibility forms, marks, digits and letters of other alphabets' habits are folded.
//! Case is not, because it tells where the words of an identifier begin.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use super::script::{Script, digit, is_emoji, script};

/// The characters of a text, folded.
pub(super) fn fold(text: &str) -> Vec<char> {
    if text.is_ascii() {
        return text.chars().collect();
    }
    let mut drops_marks = false;
    let mut after_emoji = false;
    let folded = text.nfkd().filter_map(|character| {
        if character.is_ascii() {
            (drops_marks, after_emoji) = (character.is_ascii_alphanumeric(), false);
            return Some(character);
        }
        if is_ignored(character) {
            return None;
        }
        if is_combining_mark(character) {
            return (!drops_marks).then_some(character);
        }
        if character == ZERO_WIDTH_JOINER {
            return after_emoji.then_some(character);
        }
        let character = replaced(character);
        after_emoji = is_emoji(character);
        drops_marks = character.is_alphanumeric()
            && matches!(
                script(character),
                Script::Latin | Script::Greek | Script::Cyrillic | Script::Arabic | Script::Hebrew
            );
        Some(character)
    });
    // Marks that stay belong to their letters again: kana with their voicing, Hangul as syllables.
    folded.nfc().collect()
}

/// Joins the emoji of a sequence.
pub(super) const ZERO_WIDTH_JOINER: char = '\u{200D}';

/// Adds a word in lower case. Letters that some languages write in two ways become the same.
pub(super) fn push_lower(word: &[char], to: &mut String) {
    for &character in word {
        if character.is_ascii() {
            to.push(character.to_ascii_lowercase());
            continue;
        }
        for lower in character.to_lowercase() {
            match lower {
                'ß' => to.push_str("ss"),
                'æ' => to.push_str("ae"),
                'œ' => to.push_str("oe"),
                'þ' => to.push_str("th"),
                'ø' => to.push('o'),
                'đ' | 'ð' => to.push('d'),
                'ł' => to.push('l'),
                'ħ' => to.push('h'),
                'ı' => to.push('i'),
                'ς' => to.push('σ'),
                // What lower case adds to a capital İ.
                '\u{307}' => {}
                lower => to.push(lower),
            }
        }
    }
}

/// Whether a character is of no meaning to a reader: soft hyphens, directions, variants, the stretching of Arabic.
fn is_ignored(character: char) -> bool {
    matches!(character,
        '\u{AD}' | '\u{34F}' | '\u{61C}' | '\u{640}' | '\u{180B}'..='\u{180F}' | '\u{200E}' | '\u{200F}'
        | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2064}' | '\u{2066}'..='\u{206F}'
        | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}' | '\u{E0100}'..='\u{E01EF}')
}

/// Digits as ASCII has them, and letters for which keyboards of one alphabet have two characters.
fn replaced(character: char) -> char {
    match character {
        '\u{66B}' => '.',
        '\u{66C}' => ',',
        '\u{2010}' | '\u{2011}' | '\u{2212}' => '-',
        '\u{2019}' | '\u{2BC}' | '\u{5F3}' => '\'',
        '\u{2044}' => '/',
        // Alef maksura and the yeh of Farsi; teh marbuta; the kaf of Farsi.
        '\u{649}' | '\u{6CC}' => '\u{64A}',
        '\u{629}' => '\u{647}',
        '\u{6A9}' => '\u{643}',
        // Hebrew letters that are written otherwise at the end of a word.
        'ך' => 'כ',
        'ם' => 'מ',
        'ן' => 'נ',
        'ף' => 'פ',
        'ץ' => 'צ',
        other => digit(other).unwrap_or(other),
    }
}
