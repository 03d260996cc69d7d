//! Cursors: where a page ended, as text that only the store reads.

use std::fmt::Write;

use sessiond_store::Error;

/// A cursor that is one number. `list` names the list, so that no other takes it.
pub(crate) fn of_number(list: &str, number: i64) -> String {
    encode(&format!("{list}:{number}"))
}

/// The number of such a cursor.
pub(crate) fn number(cursor: &str, list: &str) -> Result<i64, Error> {
    let text = decode(cursor)?;
    let (found, number) = text.split_once(':').ok_or(Error::Cursor)?;
    if found != list {
        return Err(Error::Cursor);
    }
    number.parse().map_err(|_| Error::Cursor)
}

/// A cursor that is a row's place in a sorted list: its key, and what the list is sorted by.
pub(crate) fn of_place(list: &str, key: i64, sorted_by: &str) -> String {
    encode(&format!("{list}:{key}:{sorted_by}"))
}

/// The place of such a cursor.
pub(crate) fn place(cursor: &str, list: &str) -> Result<(i64, String), Error> {
    let text = decode(cursor)?;
    let mut parts = text.splitn(3, ':');
    match (parts.next(), parts.next(), parts.next()) {
        (Some(found), Some(key), Some(sorted_by)) if found == list => {
            Ok((key.parse().map_err(|_| Error::Cursor)?, sorted_by.to_owned()))
        }
        _ => Err(Error::Cursor),
    }
}

fn encode(text: &str) -> String {
    text.bytes().fold(String::new(), |mut hex, byte| {
        // Writing to a string does not fail.
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

fn decode(hex: &str) -> Result<String, Error> {
    if !hex.is_ascii() || !hex.len().is_multiple_of(2) {
        return Err(Error::Cursor);
    }
    let bytes: Option<Vec<u8>> =
        (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).ok()).collect();
    String::from_utf8(bytes.ok_or(Error::Cursor)?).map_err(|_| Error::Cursor)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_is_read_back_by_its_own_list_alone() {
        let cursor = of_place("name", 7, "ä: b");
        assert_eq!(place(&cursor, "name").unwrap(), (7, "ä: b".to_owned()));
        assert!(matches!(place(&cursor, "created"), Err(Error::Cursor)));
        assert_eq!(number(&of_number("t", -3), "t").unwrap(), -3);
        for bad in ["", "x", "zz", "é", "00", "ff", "+1", &of_number("u", 1)] {
            assert!(matches!(number(bad, "t"), Err(Error::Cursor)), "{bad:?}");
        }
    }
}
