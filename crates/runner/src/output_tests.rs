//! Tests of what is kept of a stream, whatever the pieces that it arrives in.

use std::sync::{Arc, Mutex};

use super::*;

#[test]
fn the_head_keeps_the_first_bytes_and_says_whether_more_came() {
    fn check(chunks: &[&str], expected: &str, truncated: bool) {
        let mut head = Head::new(5);
        chunks.iter().for_each(|chunk| head.push(chunk.as_bytes()));
        assert_eq!(head.truncated, truncated, "{chunks:?}");
        assert_eq!(head.into_bytes(), expected.as_bytes(), "{chunks:?}");
    }
    check(&[], "", false);
    check(&["abc", "de"], "abcde", false);
    check(&["abc", "def"], "abcde", true);
    check(&["abcde", "f"], "abcde", true);
    check(&["abcdefgh"], "abcde", true);
}

#[test]
fn the_tail_keeps_the_last_bytes_and_says_whether_more_came() {
    fn check(chunks: &[&str], expected: &str, truncated: bool) {
        let mut tail = Tail::new(5);
        for chunk in chunks {
            tail.push(chunk.as_bytes());
            assert!(tail.bytes.len() <= 5, "the limit holds at every moment");
        }
        assert_eq!(tail.truncated, truncated, "{chunks:?}");
        assert_eq!(tail.into_text(), expected, "{chunks:?}");
    }
    check(&[], "", false);
    check(&["abc", "de"], "abcde", false);
    check(&["abc", "def"], "bcdef", true);
    check(&["abc", "defghijk"], "ghijk", true);
    check(&["abcdefgh"], "defgh", true);
}

#[test]
fn a_tail_that_was_cut_inside_a_character_begins_with_the_next_one() {
    let mut tail = Tail::new(5);
    tail.push("äöü".as_bytes());
    assert_eq!(tail.into_text(), "öü");
}

#[test]
fn a_tail_that_was_not_cut_shows_bytes_that_are_not_utf8() {
    let mut tail = Tail::new(5);
    tail.push(&[0x80, b'a']);
    assert_eq!(tail.into_text(), "\u{fffd}a");
}

#[test]
fn lines_end_with_a_line_feed_or_a_carriage_return_wherever_the_reads_end() {
    let text = "one\r\ntwo\n\n10%\r20%\rthe last";
    for size in 1..=text.len() {
        let seen = observe(text.as_bytes().chunks(size));
        assert_eq!(seen, ["one", "two", "10%", "20%", "the last"], "in reads of {size} bytes");
    }
}

#[test]
fn a_line_without_an_end_comes_in_pieces_of_limited_size() {
    let text = vec![b'x'; 2 * MAX_LINE_BYTES + 1];
    let seen = observe(text.chunks(1000));
    let sizes: Vec<_> = seen.iter().map(String::len).collect();
    assert_eq!(sizes, [MAX_LINE_BYTES, MAX_LINE_BYTES, 1]);
}

/// What an observer is told of a stream that arrives in these pieces.
fn observe<'a>(chunks: impl Iterator<Item = &'a [u8]>) -> Vec<String> {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let mut lines = Lines::new(Some(Box::new({
        let seen = seen.clone();
        move |line: &str| seen.lock().unwrap().push(line.to_owned())
    })));
    chunks.for_each(|chunk| lines.push(chunk));
    lines.flush();
    seen.lock().unwrap().clone()
}
