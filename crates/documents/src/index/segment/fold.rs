//! Characters as search compares them: compatibility forms, marks, digits and letters of other alphabets' habits are folded.
//! Case is not, because it tells where the words of an identifier begin.

use unicode_normalization::char::{compose, decompose_compatible, is_combining_mark};

use super::script::{Script, digit, is_emoji, script};

/// The characters of a text, folded.
pub(super) fn fold(text: &str) -> Vec<char> {
    let mut folded =
        Folded { characters: Vec::with_capacity(text.len()), drops_marks: false, after_emoji: false };
    for character in text.chars() {
        match character {
            '\0'..='\x7F' => {
                folded.characters.push(character);
                folded.drops_marks = character.is_ascii_alphanumeric();
                folded.after_emoji = false;
            }
            // The letters of most texts stay as they are: Han, kana, the syllables of Hangul, Devanagari, Thai.
            '\u{3041}'..='\u{3096}'
            | '\u{30A1}'..='\u{30FA}'
            | '\u{4E00}'..='\u{9FFF}'
            | '\u{AC00}'..='\u{D7A3}'
            | '\u{904}'..='\u{928}'
            | '\u{92A}'..='\u{930}'
            | '\u{935}'..='\u{939}'
            | '\u{E01}'..='\u{E30}'
            | '\u{E40}'..='\u{E46}' => {
                folded.characters.push(character);
                folded.drops_marks = false;
                folded.after_emoji = false;
            }
            // Those of Cyrillic, Greek, Arabic and Hebrew do, but not their marks.
            'а'..='и'
            | 'к'..='я'
            | 'А'..='И'
            | 'К'..='Я'
            | 'α'..='ω'
            | '\u{627}'
            | '\u{628}'
            | '\u{62A}'..='\u{63F}'
            | '\u{641}'..='\u{648}'
            | '\u{64A}'
            | 'א'..='י'
            | 'ל'
            | 'ק'..='ת' => {
                folded.characters.push(character);
                folded.drops_marks = true;
                folded.after_emoji = false;
            }
            character => decompose_compatible(character, |part| folded.add(part)),
        }
    }
    folded.characters
}

/// Characters that are folded one after the other.
struct Folded {
    characters: Vec<char>,
    /// Whether the last letter is of a script whose marks do not tell words apart.
    drops_marks: bool,
    after_emoji: bool,
}

impl Folded {
    fn add(&mut self, character: char) {
        if is_ignored(character) || (character == ZERO_WIDTH_JOINER && !self.after_emoji) {
            return;
        }
        let is_mark = is_combining_mark(character);
        if is_mark && self.drops_marks {
            // Umlauts stay until the word is known, because German writes them in two ways.
            if let (UMLAUT, Some(last @ ('a' | 'o' | 'u' | 'A' | 'O' | 'U'))) =
                (character, self.characters.last_mut())
            {
                *last = compose(*last, UMLAUT).unwrap_or(*last);
            }
            return;
        }
        // Marks that stay belong to their letters again: kana with their voicing, Hangul as syllables.
        if (is_mark || matches!(character, '\u{1100}'..='\u{11FF}'))
            && let Some(last) = self.characters.last_mut()
            && let Some(composed) = compose(*last, character)
        {
            *last = composed;
            return;
        }
        if is_mark || character == ZERO_WIDTH_JOINER {
            self.characters.push(character);
            return;
        }
        let character = replaced(character);
        self.after_emoji = is_emoji(character);
        self.drops_marks = character.is_alphanumeric()
            && matches!(
                script(character),
                Script::Latin | Script::Greek | Script::Cyrillic | Script::Arabic | Script::Hebrew
            );
        self.characters.push(character);
    }
}

/// Joins the emoji of a sequence.
pub(super) const ZERO_WIDTH_JOINER: char = '\u{200D}';

/// The two dots of an umlaut.
const UMLAUT: char = '\u{308}';

/// A word with its umlauts as they are written without dots, if it has any.
pub(super) fn without_umlauts(word: &[char]) -> Option<Vec<char>> {
    let is_umlaut = |character: &char| matches!(character, 'ä' | 'ö' | 'ü' | 'Ä' | 'Ö' | 'Ü');
    word.iter().any(is_umlaut).then(|| {
        let mut plain = Vec::with_capacity(word.len() + 2);
        for &character in word {
            match character {
                'ä' | 'Ä' => plain.extend(['a', 'e']),
                'ö' | 'Ö' => plain.extend(['o', 'e']),
                'ü' | 'Ü' => plain.extend(['u', 'e']),
                other => plain.push(other),
            }
        }
        plain
    })
}

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
                'ä' => to.push('a'),
                'ö' => to.push('o'),
                'ü' => to.push('u'),
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
