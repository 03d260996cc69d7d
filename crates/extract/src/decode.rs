//! Bytes to characters: marks of byte order first, then UTF-8, then UTF-16 without a mark, then a guess.

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Encoding, SHIFT_JIS, UTF_8, UTF_16BE, UTF_16LE};

/// Decoded text.
#[derive(Debug, PartialEq, Eq)]
pub struct Decoded {
    /// The characters.
    pub text: String,
    /// What to say about the encoding, unless it is UTF-8 without a mark.
    pub note: Option<String>,
}

/// The text of these bytes; none if they are no text.
pub fn text(bytes: &[u8]) -> Option<Decoded> {
    let decoded = marked(bytes).or_else(|| unmarked(bytes))?;
    is_text(&decoded.text).then_some(decoded)
}

/// Text that begins with a mark of byte order.
fn marked(bytes: &[u8]) -> Option<Decoded> {
    // Before UTF-16, whose mark is the beginning of this one.
    if let Some(rest) = bytes.strip_prefix(b"\xff\xfe\0\0") {
        return Some(Decoded { text: utf_32(rest, u32::from_le_bytes), note: by_mark("UTF-32LE") });
    }
    if let Some(rest) = bytes.strip_prefix(b"\0\0\xfe\xff") {
        return Some(Decoded { text: utf_32(rest, u32::from_be_bytes), note: by_mark("UTF-32BE") });
    }
    let (encoding, length) = Encoding::for_bom(bytes)?;
    let (text, _) = encoding.decode_without_bom_handling(&bytes[length..]);
    Some(Decoded { text: text.into_owned(), note: by_mark(encoding.name()) })
}

fn by_mark(encoding: &str) -> Option<String> {
    Some(format!("Its encoding is {encoding}, as its byte order mark says."))
}

fn utf_32(bytes: &[u8], number: fn([u8; 4]) -> u32) -> String {
    bytes
        .as_chunks::<4>()
        .0
        .iter()
        .map(|four| char::from_u32(number(*four)).unwrap_or(char::REPLACEMENT_CHARACTER))
        .collect()
}

fn unmarked(bytes: &[u8]) -> Option<Decoded> {
    if let Some(decoded) = utf_16(bytes) {
        return Some(decoded);
    }
    if let Some(decoded) = utf_8(bytes) {
        return Some(decoded);
    }
    if let Some(encoding) = named(bytes) {
        let note = format!("Its encoding is {}, as it says.", encoding.name());
        return Some(Decoded {
            text: encoding.decode_without_bom_handling(bytes).0.into_owned(),
            note: Some(note),
        });
    }
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Allow);
    detector.feed(bytes, true);
    let mut encoding = detector.guess(None, Utf8Detection::Deny);
    if encoding.is_single_byte() && is_short_shift_jis(bytes) {
        encoding = SHIFT_JIS;
    }
    let (text, _) = encoding.decode_without_bom_handling(bytes);
    let note = format!("Its encoding is not named in the file; {} was assumed.", encoding.name());
    Some(Decoded { text: text.into_owned(), note: Some(note) })
}

/// Whether bytes are Japanese, of which the detector sees too little in a short table: pairs of bytes for kana and the more
/// frequent ideographs. In western texts the first bytes of these pairs are quotation marks and dashes, which touch letters.
fn is_short_shift_jis(bytes: &[u8]) -> bool {
    let (mut index, mut clear, mut after_letter) = (0, false, false);
    while let Some(byte) = bytes.get(index) {
        match (byte, bytes.get(index + 1)) {
            (0..=0x7f, _) => {
                after_letter = byte.is_ascii_alphabetic();
                index += 1;
            }
            (0x81..=0x83 | 0x88..=0x97, Some(0x40..=0x7e | 0x80..=0xfc)) if !after_letter => {
                clear |= bytes[index + 1] >= 0x80;
                index += 2;
            }
            _ => return false,
        }
    }
    clear
}

/// The encoding that a page or an XML file names at its beginning.
fn named(bytes: &[u8]) -> Option<&'static Encoding> {
    let start = String::from_utf8_lossy(&bytes[..bytes.len().min(2048)]).to_ascii_lowercase();
    if !start.trim_start().starts_with('<') {
        return None;
    }
    let (_, rest) = start.split_once("charset=").or_else(|| start.split_once("encoding="))?;
    let is_letter = |c: &char| c.is_ascii_alphanumeric() || "-_:".contains(*c);
    let name: String = rest.trim_start_matches(['"', '\'', ' ']).chars().take_while(is_letter).collect();
    // UTF-8 it is not, whatever it says.
    Encoding::for_label(name.as_bytes())
        .filter(|encoding| *encoding != UTF_8 && encoding.is_ascii_compatible())
}

/// UTF-8, also with a few wrong bytes: a text that was cut in a character, or put together of two.
fn utf_8(bytes: &[u8]) -> Option<Decoded> {
    if let Ok(text) = str::from_utf8(bytes) {
        // Japanese mail's encoding has no byte that is not ASCII, but escapes before its characters.
        let escaped = bytes.windows(3).any(|three| matches!(three, b"\x1b$B" | b"\x1b$@"));
        return (!escaped).then(|| Decoded { text: text.to_owned(), note: None });
    }
    let (mut right, mut wrong) = (0usize, 0usize);
    for chunk in bytes.utf8_chunks() {
        right += chunk.valid().chars().filter(|c| !c.is_ascii()).count();
        wrong += usize::from(!chunk.invalid().is_empty());
    }
    let note = format!(
        "{wrong} places are not valid {}, and are shown as {}.",
        UTF_8.name(),
        char::REPLACEMENT_CHARACTER
    );
    (right >= 20 * wrong)
        .then(|| Decoded { text: String::from_utf8_lossy(bytes).into_owned(), note: Some(note) })
}

/// UTF-16 without a mark. Its ASCII characters have a zero byte each; which byte order it is, separators tell: in the other
/// order a line feed or a comma is no character that a text has.
fn utf_16(bytes: &[u8]) -> Option<Decoded> {
    // One that was cut in a character has an odd byte.
    let bytes = &bytes[..bytes.len() & !1];
    if !bytes.contains(&0) {
        return None;
    }
    let (encoding, text) = [UTF_16LE, UTF_16BE]
        .into_iter()
        .filter_map(|encoding| {
            let text = encoding.decode_without_bom_handling_and_without_replacement(bytes)?;
            let separators = text.chars().filter(|c| " \t\r\n,;.:\"、。，；：\u{3000}".contains(*c)).count();
            (separators > 0 && is_text(&text)).then_some((encoding, separators, text))
        })
        .max_by_key(|(_, separators, _)| *separators)
        .map(|(encoding, _, text)| (encoding, text.into_owned()))?;
    let note = format!("Its encoding is not named in the file; {} was detected.", encoding.name());
    Some(Decoded { text, note: Some(note) })
}

/// Whether these characters are a text: controls and characters that stand for wrong bytes are rare in one.
fn is_text(text: &str) -> bool {
    let (mut characters, mut strange) = (0usize, 0usize);
    for character in text.chars() {
        characters += 1;
        let control = character.is_control()
            && !matches!(character, '\t' | '\n' | '\r' | '\u{8}' | '\u{c}' | '\u{1b}' | '\u{80}'..='\u{9f}');
        strange += usize::from(control || character == char::REPLACEMENT_CHARACTER);
    }
    strange * 50 <= characters
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decoded(bytes: &[u8]) -> (String, String) {
        let decoded = text(bytes).unwrap();
        (decoded.text, decoded.note.unwrap_or_default())
    }

    fn utf_16_bytes(text: &str, bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
        text.encode_utf16().flat_map(bytes).collect()
    }

    #[test]
    fn each_encoding_is_decoded_and_reported() {
        let table = "Straße;Größe\nÄpfel;3\n";
        let le = utf_16_bytes(table, u16::to_le_bytes);
        let be = utf_16_bytes(table, u16::to_be_bytes);
        let cases: [(Vec<u8>, &str); 7] = [
            (table.into(), ""),
            ([b"\xef\xbb\xbf", table.as_bytes()].concat(), "UTF-8"),
            ([b"\xff\xfe".as_slice(), &le].concat(), "UTF-16LE"),
            ([b"\xfe\xff".as_slice(), &be].concat(), "UTF-16BE"),
            (le, "UTF-16LE"),
            (be, "UTF-16BE"),
            (encoding_rs::WINDOWS_1252.encode(table).0.into_owned(), "windows-1252"),
        ];
        for (bytes, encoding) in cases {
            let (text, note) = decoded(&bytes);
            assert_eq!((text.as_str(), note.contains(encoding)), (table, true), "{encoding}: {note}");
            assert_eq!(note.is_empty(), encoding.is_empty());
        }
    }

    #[test]
    fn eastern_texts_are_detected() {
        let japanese = "商品名,価格\n日本語のテキストです,１２３円\nりんごとみかん,四百円\n";
        for encoding in [encoding_rs::SHIFT_JIS, encoding_rs::EUC_JP, encoding_rs::ISO_2022_JP] {
            let (text, note) = decoded(&encoding.encode(japanese).0);
            assert_eq!((text.as_str(), note.contains(encoding.name())), (japanese, true), "{note}");
        }
        for short in ["名前,値\n東京,1\n", "氏名;年齢\n太郎;30\n"] {
            assert_eq!(decoded(&SHIFT_JIS.encode(short).0).0, short);
        }
        for western in ["It’s so – “quoted”.", "“Quoted”", "Prix;5 €\n", "’tis"] {
            assert_eq!(decoded(&encoding_rs::WINDOWS_1252.encode(western).0).0, western);
        }
        // Nothing of ASCII but one line feed, and the character whose bytes are those of a zero in the other order.
        for order in [u16::to_le_bytes as fn(u16) -> [u8; 2], u16::to_be_bytes] {
            assert_eq!(
                decoded(&utf_16_bytes("一日目一二三\n文書の一行", order)).0,
                "一日目一二三\n文書の一行"
            );
        }
        let cut = utf_16_bytes("a line\n", u16::to_le_bytes);
        assert_eq!(decoded(&cut[..cut.len() - 1]).0, "a line");
        let russian = "Отчёт о продажах за год\n";
        assert_eq!(decoded(&encoding_rs::WINDOWS_1251.encode(russian).0).0, russian);
        let named = "<?xml version='1.0' encoding='koi8-r'?><a>да</a>";
        let (text, note) = decoded(&encoding_rs::KOI8_R.encode(named).0);
        assert_eq!((text.as_str(), note.contains("KOI8-R")), (named, true));
    }

    #[test]
    fn a_few_wrong_bytes_do_not_change_the_encoding() {
        let mut bytes = "grüße ".repeat(20).into_bytes();
        bytes.push(0xc3);
        let (text, note) = decoded(&bytes);
        assert!(text.starts_with("grüße grüße") && note.contains("not valid UTF-8"), "{text} {note}");
    }

    #[test]
    fn bytes_that_are_no_text_are_none() {
        assert_eq!(text(&[0; 4096]), None);
        let mut state = 1u32;
        let noise: Vec<u8> = std::iter::repeat_with(|| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 24) as u8
        })
        .take(4096)
        .collect();
        assert_eq!(text(&noise), None);
    }
}
