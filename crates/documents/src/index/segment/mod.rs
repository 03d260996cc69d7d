//! The terms of a text. One function makes those of the documents and those of the questions, so that they meet.
//!
//! Words are split here and not by SQLite, which knows words by their spaces only. A term has no spaces and no control
//! characters, so SQLite's tokenizer takes it as it is.

mod fold;
mod script;

use unicode_normalization::char::is_combining_mark;

use fold::{ZERO_WIDTH_JOINER, fold, push_lower, without_umlauts};
use script::{Script, is_emoji, is_regional, is_tone, script};

/// Characters of a term at most; longer ones are cut.
const LONGEST: usize = 64;
/// Words of an identifier at most that are terms of their own. What has more is encoded data.
const WORDS: usize = 24;

/// What a term is to its text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A word, or a part of an identifier or a number that has no parts.
    Word,
    /// An identifier or a number as a whole, or several of its words.
    Compound,
    /// Another form of the word before it.
    Variant,
    /// One character of a longer run in a script without spaces. It need not be stored, because a [`Kind::Pair`] begins with it.
    Single,
    /// The last character of such a run.
    Last,
    /// Two characters of such a run.
    Pair,
}

/// Passes the terms of a text on, in its order.
pub(crate) fn segment(text: &str, mut each: impl FnMut(&str, Kind)) {
    let characters = fold(text);
    let mut terms = Terms { term: String::new(), each: &mut each };
    let mut at = 0;
    while let Some(&character) = characters.get(at) {
        let rest = &characters[at..];
        at += match class(character) {
            Class::Emoji => terms.emoji(rest),
            Class::Letter(script) if script.is_dense() => terms.dense(rest, script),
            Class::Letter(_) | Class::Digit | Class::Mark => terms.compound(rest),
            Class::Other => 1,
        };
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Class {
    Letter(Script),
    Digit,
    Mark,
    Emoji,
    Other,
}

fn class(character: char) -> Class {
    if character.is_ascii() {
        return match character {
            'a'..='z' | 'A'..='Z' => Class::Letter(Script::Latin),
            '0'..='9' => Class::Digit,
            _ => Class::Other,
        };
    }
    match character {
        'а'..='я' | 'А'..='Я' => return Class::Letter(Script::Cyrillic),
        '\u{4E00}'..='\u{9FFF}' | '\u{3041}'..='\u{3096}' => return Class::Letter(Script::Cjk),
        'א'..='ת' => return Class::Letter(Script::Hebrew),
        '\u{620}'..='\u{63F}' | '\u{641}'..='\u{64A}' => return Class::Letter(Script::Arabic),
        '\u{904}'..='\u{939}' => return Class::Letter(Script::Spaced),
        '\u{93E}'..='\u{94D}' => return Class::Mark,
        '\u{E01}'..='\u{E30}' | '\u{E40}'..='\u{E46}' => return Class::Letter(Script::Thai),
        '\u{AC00}'..='\u{D7A3}' => return Class::Letter(Script::Hangul),
        _ => {}
    }
    if is_combining_mark(character) {
        Class::Mark
    } else if character.is_alphanumeric() {
        Class::Letter(script(character))
    } else if is_emoji(character) {
        Class::Emoji
    } else {
        Class::Other
    }
}

/// Whether a character is part of a word with spaces around it.
fn is_word(character: char) -> bool {
    match class(character) {
        Class::Letter(script) => !script.is_dense(),
        Class::Digit | Class::Mark => true,
        Class::Emoji | Class::Other => false,
    }
}

/// How closely a character joins those beside it; `None` for one that separates them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Joint {
    /// As the dots of a path or of a version.
    Loose,
    /// As a hyphen.
    Close,
}

fn joint(before: char, character: char, after: char) -> Option<Joint> {
    let digits = before.is_ascii_digit() && after.is_ascii_digit();
    match character {
        '.' | '@' => Some(Joint::Loose),
        ':' | '/' | ',' if digits => Some(Joint::Loose),
        '-' | '_' | '\'' | '&' | '\u{B7}' | '\u{200C}' | '\u{5F4}' | '\u{5BE}' => Some(Joint::Close),
        '"' if script(before) == Script::Hebrew && script(after) == Script::Hebrew => Some(Joint::Close),
        _ => None,
    }
}

/// Makes terms, with one buffer for all.
struct Terms<'a, F> {
    term: String,
    each: &'a mut F,
}

impl<F: FnMut(&str, Kind)> Terms<'_, F> {
    fn emit(&mut self, characters: impl IntoIterator<Item = char>, kind: Kind) {
        self.term.clear();
        for character in characters.into_iter().take(LONGEST) {
            push_lower(&[character], &mut self.term);
        }
        if !self.term.is_empty() {
            (self.each)(&self.term, kind);
        }
    }

    /// For scripts that have no cases.
    fn emit_as_is(&mut self, characters: &[char], kind: Kind) {
        self.term.clear();
        self.term.extend(&characters[..characters.len().min(LONGEST)]);
        (self.each)(&self.term, kind);
    }

    /// A sequence of emoji: each, and the whole if it has several.
    fn emoji(&mut self, rest: &[char]) -> usize {
        if is_regional(rest[0]) && rest.get(1).is_some_and(|&second| is_regional(second)) {
            self.emit(rest[..2].iter().copied(), Kind::Word);
            return 2;
        }
        let mut end = 1;
        let mut parts = 1;
        while let Some(&character) = rest.get(end) {
            if is_tone(character) || is_combining_mark(character) {
                end += 1;
            } else if character == ZERO_WIDTH_JOINER && rest.get(end + 1).is_some_and(|&next| is_emoji(next))
            {
                parts += 1;
                end += 2;
            } else {
                break;
            }
        }
        for &part in rest[..end].iter().filter(|&&part| is_emoji(part) && !is_tone(part)) {
            self.emit([part], Kind::Word);
        }
        if parts > 1 {
            self.emit(rest[..end].iter().copied(), Kind::Compound);
        }
        end
    }

    /// A run of a script without spaces: its characters with their marks, and each two of them.
    fn dense(&mut self, rest: &[char], of: Script) -> usize {
        // Where each character begins with its marks, and where the run ends.
        let mut at = 0;
        let mut bounds = vec![0];
        while rest.get(at).is_some_and(|&character| class(character) == Class::Letter(of)) {
            at += 1;
            while rest.get(at).is_some_and(|&character| class(character) == Class::Mark) {
                at += 1;
            }
            bounds.push(at);
        }
        let characters = bounds.len() - 1;
        for index in 0..characters {
            let kind = match index + 1 {
                1 if characters == 1 => Kind::Word,
                last if last == characters => Kind::Last,
                _ => Kind::Single,
            };
            self.emit_as_is(&rest[bounds[index]..bounds[index + 1]], kind);
            if index > 0 {
                self.emit_as_is(&rest[bounds[index - 1]..bounds[index + 1]], Kind::Pair);
            }
        }
        at
    }

    /// A word, or several that are joined.
    fn compound(&mut self, rest: &[char]) -> usize {
        let mut end = 1;
        let mut is_joined = false;
        while let Some(&character) = rest.get(end) {
            if is_word(character) {
                end += 1;
                continue;
            }
            match rest.get(end + 1) {
                Some(&after) if is_word(after) && joint(rest[end - 1], character, after).is_some() => {
                    is_joined = true;
                    end += 2;
                }
                _ => break,
            }
        }
        let whole = &rest[..end];
        let signs = rest[end..].iter().take_while(|&&sign| sign == '+' || sign == '#').count();
        self.level(whole, is_joined.then_some(Joint::Loose), true);
        // C++, C#, F#.
        if (1..=2).contains(&signs) && whole.len() <= 3 && whole.iter().all(char::is_ascii_alphabetic) {
            self.emit(rest[..end + signs].iter().copied(), Kind::Compound);
            end += signs;
        }
        end
    }

    /// Words that are joined, as a whole; then what the joints of one level separate, in the same way.
    fn level(&mut self, whole: &[char], level: Option<Joint>, is_new: bool) {
        let Some(level) = level else { return self.words(whole, is_new) };
        let next = (level == Joint::Loose).then_some(Joint::Close);
        let is_joint = |at: usize| {
            at > 0
                && at + 1 < whole.len()
                && !is_word(whole[at])
                && joint(whole[at - 1], whole[at], whole[at + 1]) == Some(level)
        };
        let joints: Vec<usize> = (0..whole.len()).filter(|&at| is_joint(at)).take(WORDS).collect();
        if joints.is_empty() {
            return self.level(whole, next, is_new);
        }
        if is_new {
            self.joined(whole);
        }
        let mut from = 0;
        for to in joints.into_iter().chain([whole.len()]) {
            self.level(&whole[from..to], next, true);
            from = to + 1;
        }
    }

    /// The words of `someName`, `HTTPServer`, `log4j` and of neighbours in two scripts.
    fn words(&mut self, whole: &[char], is_new: bool) {
        if is_plain(whole) {
            return self.word(whole);
        }
        let mut bounds = vec![0];
        bounds.extend((1..whole.len()).filter(|&at| begins(whole, at)));
        bounds.push(whole.len());
        if bounds.len() == 2 {
            return self.word(whole);
        }
        if is_new {
            self.joined(whole);
        }
        if bounds.len() > WORDS / 2 {
            return;
        }
        for bound in bounds.windows(2) {
            let word = &whole[bound[0]..bound[1]];
            if word.len() > 1 || !word[0].is_ascii_alphabetic() {
                self.word(word);
            }
        }
    }

    /// Without the joints, so that `ABC-417` meets `ABC417`, and `some_name` meets `someName`; but those between digits stay.
    fn joined(&mut self, whole: &[char]) {
        let keeps = |at: usize| {
            is_word(whole[at])
                || (at > 0
                    && whole[at - 1].is_ascii_digit()
                    && whole.get(at + 1).is_some_and(|after| after.is_ascii_digit()))
        };
        self.emit((0..whole.len()).filter(|&at| keeps(at)).map(|at| whole[at]), Kind::Compound);
        if let Some(plain) = plain_number(whole) {
            self.emit(plain, Kind::Variant);
        }
    }

    fn word(&mut self, word: &[char]) {
        self.emit(word.iter().copied(), Kind::Word);
        if let Some(plain) = without_umlauts(word) {
            self.emit(plain, Kind::Variant);
        }
        let zeros = word.iter().take_while(|&&character| character == '0').count();
        if zeros > 0 && zeros < word.len() {
            self.emit(word[zeros..].iter().copied(), Kind::Variant);
        }
        let prefix = prefix(word);
        if prefix > 0 {
            self.emit(word[prefix..].iter().copied(), Kind::Variant);
        }
    }
}

/// Whether all letters are small ones, and of one alphabet: most words are.
fn is_plain(word: &[char]) -> bool {
    let rest = &word[1..];
    (word[0].is_ascii_alphabetic() && rest.iter().all(char::is_ascii_lowercase))
        || (matches!(word[0], 'а'..='я' | 'А'..='Я') && rest.iter().all(|letter| matches!(letter, 'а'..='я')))
        || word.iter().all(|letter| matches!(letter, '\u{620}'..='\u{64A}' | 'א'..='ת'))
        || word.iter().all(|letter| matches!(letter, '\u{904}'..='\u{94D}'))
}

/// Whether a term is one character of a script without spaces, with its marks.
pub(crate) fn is_single(term: &str) -> bool {
    let mut characters = term.chars();
    let first =
        characters.next().is_some_and(|first| matches!(class(first), Class::Letter(of) if of.is_dense()));
    first && characters.all(|other| class(other) == Class::Mark)
}

/// Whether a word of an identifier begins at a place in it.
fn begins(whole: &[char], at: usize) -> bool {
    let (before, character) = (whole[at - 1], whole[at]);
    let kind = |character| match class(character) {
        Class::Letter(script) => Some(script),
        _ => None,
    };
    if is_combining_mark(character) {
        return false;
    }
    if before.is_ascii_digit() != character.is_ascii_digit() {
        return true;
    }
    if !is_combining_mark(before) && kind(before) != kind(character) {
        return true;
    }
    let small_follows = whole.get(at + 1).is_some_and(|after| after.is_lowercase());
    character.is_uppercase() && (before.is_lowercase() || (before.is_uppercase() && small_follows))
}

/// A number with separated thousands without them, and with a point before its fraction.
fn plain_number(whole: &[char]) -> Option<Vec<char>> {
    let separator = *whole.iter().find(|character| !character.is_ascii_digit())?;
    if !matches!(separator, '.' | ',' | '\'') {
        return None;
    }
    let groups: Vec<&[char]> = whole.split(|&character| character == separator).collect();
    let (last, thousands) = groups.split_last()?;
    let fraction = last.iter().position(|character| !character.is_ascii_digit());
    let (last, fraction) = last.split_at(fraction.unwrap_or(last.len()));
    let is_number = |digits: &[char]| !digits.is_empty() && digits.iter().all(char::is_ascii_digit);
    let is_separated = !thousands.is_empty()
        && thousands[0].len() <= 3
        && is_number(thousands[0])
        && thousands[1..].iter().chain([&last]).all(|group| group.len() == 3 && is_number(group));
    if !is_separated || !(fraction.is_empty() || is_number(&fraction[1..])) {
        return None;
    }
    let mut plain: Vec<char> = whole.iter().copied().take(whole.len() - fraction.len()).collect();
    plain.retain(char::is_ascii_digit);
    if !fraction.is_empty() {
        plain.push('.');
        plain.extend(&fraction[1..]);
    }
    Some(plain)
}

/// The letters before an Arabic or a Hebrew word that stand for an article or a preposition.
fn prefix(word: &[char]) -> usize {
    const ARTICLES: &[&[char]] =
        &[&['و', 'ا', 'ل'], &['ب', 'ا', 'ل'], &['ك', 'ا', 'ل'], &['ف', 'ا', 'ل'], &['ل', 'ل'], &['ا', 'ل']];
    const LETTERS: &[char] = &['ה', 'ב', 'ל', 'ו', 'מ', 'ש', 'כ'];
    let length = match script(word[0]) {
        Script::Arabic => {
            ARTICLES.iter().find(|article| word.starts_with(article)).map_or(0, |article| article.len())
        }
        Script::Hebrew => word.iter().take(2).take_while(|letter| LETTERS.contains(letter)).count().min(1),
        _ => 0,
    };
    if word.len() >= length + 3 { length } else { 0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str) {
        let mut terms = Vec::new();
        segment(text, |term, _| terms.push(term.to_owned()));
        assert_eq!(terms.join(" "), expected, "{text}");
    }

    #[test]
    fn words_are_folded() {
        check("The QUICK fox, café!", "the quick fox cafe");
        check("cafe\u{301} ＡＢＣ ﬁne", "cafe abc fine");
        check("Größe STRASSE Müller", "grosse groesse strasse muller mueller");
        check("İstanbul ISPARTA ılık", "istanbul isparta ilik");
        check("ΟΔΟΣ οδός", "οδοσ οδοσ");
        check("Ёлка й", "елка и");
        check("Łódź Ærø Đà", "lodz aero da");
        check("soft\u{AD}hyphen", "softhyphen");
    }

    #[test]
    fn arabic_and_hebrew_are_found_without_marks_and_prefixes() {
        check("مُحَمَّد مـحـمـد", "محمد محمد");
        check("الكتاب", "الكتاب كتاب");
        check("والكتاب", "والكتاب كتاب");
        check("أحمد", "احمد");
        check("שָׁלוֹם", "שלומ לומ");
        check("הספר", "הספר ספר");
        check("צה״ל צה\"ל", "צהל צה ל צהל צה ל");
    }

    #[test]
    fn marks_that_tell_words_apart_stay() {
        check("हिन्दी", "हिन्दी");
        check("कि की", "कि की");
        check("தமிழ்", "தமிழ்");
    }

    #[test]
    fn scripts_without_spaces_become_characters_and_pairs() {
        check("東京都", "東 京 東京 都 京都");
        check("猫", "猫");
        check("ｶﾞﾗｽ", "ガ ラ ガラ ス ラス");
        check("か\u{3099}", "が");
        check("한글", "한 글 한글");
        check("\u{1112}\u{1161}\u{11AB}글", "한 글 한글");
        check("ไทย", "ไ ท ไท ย ทย");
        check("น้ำ", "น\u{E49}\u{E4D} า น\u{E49}\u{E4D}า");
    }

    #[test]
    fn scripts_that_touch_are_split() {
        check("Python語で", "python 語 で 語で");
        check("iPhone을", "iphone phone 을");
        check("第3章", "第 3 章");
    }

    #[test]
    fn identifiers_are_terms_as_a_whole_and_in_parts() {
        check("parseHeaderLine", "parseheaderline parse header line");
        check("parse_header_line", "parseheaderline parse header line");
        check("HTTPServer2", "httpserver2 http server 2");
        check("kebab-case", "kebabcase kebab case");
        check("ABC-417", "abc417 abc 417");
        check("ABC417", "abc417 abc 417");
        check("net.utils_io.readFile", "netutilsioreadfile net utilsio utils io readfile read file");
        check("can't", "cant can t");
        check("foo(bar)::baz", "foo bar baz");
        check("C++ C# c", "c c++ c c# c");
        check("jane@example.org", "janeexampleorg jane example org");
    }

    #[test]
    fn numbers_are_terms_as_a_whole_and_in_parts() {
        check("5.12.3", "5.12.3 5 12 3");
        check("v5.12.3", "v5.12.3 v5 5 12 3");
        check("1,000.50", "1,000.50 1000.50 1 000 50");
        check("1.000,50", "1.000,50 1000.50 1 000 50");
        check("2024-05-03", "2024-05-03 2024 05 5 03 3");
        check("٥٠٠ ७५०", "500 750");
        check("10:30", "10:30 10 30");
        check("½", "1/2 1 2");
    }

    #[test]
    fn emoji_are_terms() {
        check("👍🏽 ok", "👍 ok");
        check("🇩🇪🇫🇷", "🇩🇪 🇫🇷");
        check("👩\u{200D}🚀", "👩 🚀 👩\u{200D}🚀");
        check("❤\u{FE0F}", "❤");
    }

    #[test]
    fn encoded_data_gives_few_terms() {
        let data = "aB3xZ9qLm0".repeat(1_000);
        let mut terms = 0;
        segment(&data, |term, _| {
            terms += 1;
            assert!(term.chars().count() <= LONGEST);
        });
        assert!(terms <= 2, "{terms}");
    }
}
