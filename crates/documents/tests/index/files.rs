//! Files come and go.

use std::fs;

use proptest::prelude::*;
use sessiond_documents::index::{Grep, Range, Search};
use sessiond_documents::{Document, Index, IndexError, Part, Place, Shape};

use crate::support::{Session, part, prose};

#[test]
fn a_file_that_is_added_again_replaces_the_earlier_one() {
    let mut session = Session::with(&[("a", "the old harbour")]);
    let added = session.index.add("a", "b.txt", &prose("the new airport")).unwrap();
    assert_eq!((added.passages, added.characters), (1, 15));
    assert!(session.found("harbour").is_empty());
    assert_eq!(session.found("airport"), ["a"]);
    let files = session.index.files().unwrap();
    assert_eq!(files.len(), 1);
    assert_eq!((files[0].id.as_str(), files[0].name.as_str(), files[0].characters), ("a", "b.txt", 15));
}

#[test]
fn a_removed_files_words_are_not_in_the_directory() {
    let secret = "zyzzogeton quetzalcoatlus";
    let mut session = Session::with(&[("kept", "an ordinary text"), ("gone", secret)]);
    let long = "quetzalcoatlus and more words of the file. ".repeat(4_000);
    session.index.add("long", "syzygial.txt", &prose(&long)).unwrap();
    let has = |session: &Session, word: &str| {
        fs::read_dir(session.directory.path()).unwrap().any(|entry| {
            let bytes = fs::read(entry.unwrap().path()).unwrap();
            bytes.windows(word.len()).any(|window| window.eq_ignore_ascii_case(word.as_bytes()))
        })
    };
    assert!(has(&session, "zyzzogeton") && has(&session, "quetzalcoatlus") && has(&session, "syzygial"));
    assert!(session.index.remove("gone").unwrap());
    assert!(session.index.remove("long").unwrap());
    assert!(!session.index.remove("long").unwrap());
    for word in ["zyzzogeton", "zogeton", "quetzalcoatlus", "zalcoatlus", "syzygial"] {
        assert!(!has(&session, word), "{word}");
    }
    assert_eq!(session.found("ordinary"), ["kept"]);
    assert_eq!(fs::read_dir(session.directory.path()).unwrap().count(), 1, "one file");
}

#[test]
fn an_index_is_there_when_it_is_opened_again() {
    let session = Session::with(&[("a", "the old harbour")]);
    assert!(session.index.is_new());
    let again = Index::open(&session.path()).unwrap();
    assert!(!again.is_new());
    assert_eq!(again.search("harbour", &Search::default()).unwrap().len(), 1);
}

#[test]
fn a_damaged_file_and_one_of_another_format_are_made_anew() {
    for bytes in
        [&b"not a database, but long enough to be taken for one if nobody looks at it"[..], b"", b"x"]
    {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("index.sqlite");
        fs::write(&path, bytes).unwrap();
        let mut index = Index::open(&path).unwrap();
        assert!(index.is_new());
        index.add("a", "a", &prose("harbour")).unwrap();
        assert!(!Index::open(&path).unwrap().is_new());
    }
    let session = Session::with(&[("a", "harbour")]);
    let other = rusqlite::Connection::open(session.path()).unwrap();
    other.pragma_update(None, "user_version", 9_999).unwrap();
    drop(other);
    let index = Index::open(&session.path()).unwrap();
    assert!(index.is_new() && index.files().unwrap().is_empty());
}

#[test]
fn a_file_that_is_damaged_while_it_is_open_is_removed_and_made_anew() {
    let mut session = Session::new();
    let text = "the harbour of the old town. ".repeat(20_000);
    session.index.add("a", "a", &prose(&text)).unwrap();
    let mut bytes = fs::read(session.path()).unwrap();
    for byte in &mut bytes[8_192..] {
        *byte = 0x5A;
    }
    fs::write(session.path(), bytes).unwrap();
    let index = Index::open(&session.path()).unwrap();
    let errors =
        [index.search("harbour", &Search::default()).err(), index.grep("harbour", &Grep::default()).err()];
    assert!(errors.iter().flatten().any(|error| matches!(error, IndexError::Damaged)), "{errors:?}");
    assert!(Index::open(&session.path()).unwrap().is_new());
}

#[test]
fn a_directory_that_is_missing_is_an_error_that_names_the_file() {
    let error = Index::open(std::path::Path::new("/nonexistent/index.sqlite")).unwrap_err();
    assert!(error.to_string().contains("/nonexistent/index.sqlite cannot be written"), "{error}");
}

#[test]
fn a_text_that_is_too_long_is_refused_and_nothing_is_changed() {
    let mut session = Session::with(&[("a", "harbour")]);
    let long = prose(&"x".repeat(20_000_001));
    let error = session.index.add("a", "a", &long).unwrap_err();
    assert!(matches!(error, IndexError::TooLong { characters: 20_000_001, limit: 20_000_000 }), "{error}");
    let parts = vec![part(Shape::Prose, "x"); 200_001];
    let error = session.index.add("a", "a", &Document { parts, ..Document::default() }).unwrap_err();
    assert!(matches!(error, IndexError::TooManyParts { parts: 200_001, limit: 200_000 }), "{error}");
    assert_eq!(session.found("harbour"), ["a"]);
}

#[test]
fn two_that_have_the_same_file_open_see_each_others_files() {
    let mut session = Session::new();
    let mut other = Index::open(&session.path()).unwrap();
    session.index.add("a", "a", &prose("harbour")).unwrap();
    other.add("b", "b", &prose("airport")).unwrap();
    assert_eq!(session.found("airport"), ["b"]);
    let threads: Vec<_> = (0..2)
        .map(|number| {
            let path = session.path();
            std::thread::spawn(move || {
                let mut index = Index::open(&path).unwrap();
                for round in 0..20 {
                    index.add(&format!("{number}/{round}"), "n", &prose("a lighthouse at sea")).unwrap();
                    assert!(!index.search("lighthouse", &Search::default()).unwrap().is_empty());
                }
            })
        })
        .collect();
    for thread in threads {
        thread.join().unwrap();
    }
    assert_eq!(session.index.files().unwrap().len(), 42);
}

#[test]
fn a_text_is_read_whole_or_by_characters_lines_and_parts() {
    let page = |number, text: &str| Part {
        place: Place::Page(number),
        heading: Some(format!("Heading {number}")),
        shape: Shape::Prose,
        text: text.to_owned(),
    };
    let document = Document {
        title: Some("A title".into()),
        parts: vec![page(1, "one\ntwo\n"), page(2, ""), page(3, "three ☃\nfour"), page(4, "five")],
        ..Document::default()
    };
    let mut session = Session::new();
    session.index.add("a", "a.pdf", &document).unwrap();
    let read = |range| {
        let text = session.index.read("a", &range).unwrap().unwrap();
        let sections: Vec<_> =
            text.sections.iter().map(|section| (section.part, section.text.as_str())).collect();
        format!("{sections:?} {}", text.end)
    };
    assert_eq!(read(Range::All), r#"[(1, "one\ntwo\n"), (3, "three ☃\nfour"), (4, "five")] 24"#);
    assert_eq!(read(Range::Characters(6, 16)), r#"[(1, "o\n"), (3, "three ☃\n")] 16"#);
    assert_eq!(read(Range::Characters(23, 1_000)), r#"[(4, "e")] 24"#);
    assert_eq!(read(Range::Lines(2, 3)), r#"[(1, "two\n"), (3, "three ☃\n")] 16"#);
    assert_eq!(read(Range::Lines(4, 9)), r#"[(3, "four"), (4, "five")] 24"#);
    assert_eq!(read(Range::Parts(2, 3)), r#"[(3, "three ☃\nfour")] 20"#);
    assert_eq!(read(Range::Parts(9, 12)), "[] 0");
    let text = session.index.read("a", &Range::Parts(3, 3)).unwrap().unwrap();
    assert_eq!((text.characters, text.lines, text.parts), (24, 5, 4));
    assert_eq!(text.sections[0].place, Place::Page(3));
    assert_eq!(text.sections[0].heading.as_deref(), Some("Heading 3"));
    assert!(session.index.read("b", &Range::All).unwrap().is_none());
}

#[test]
fn a_passage_of_a_table_repeats_its_header() {
    let mut rows = "City\tPopulation\n".to_owned();
    for number in 0..300 {
        rows.push_str(&format!("City number {number}\t{}\n", number * 1_000 + 7));
    }
    let mut session = Session::new();
    let document = Document { title: None, parts: vec![part(Shape::Table, &rows)], ..Document::default() };
    session.index.add("a", "cities.csv", &document).unwrap();
    let found = session.index.search("277007", &Search::default()).unwrap();
    assert!(found[0].passage.text.starts_with("City number"), "{}", found[0].passage.text);
    assert!(found[0].passage.shown().starts_with("City\tPopulation\nCity number"));
    let first = session.index.passage("a", 1).unwrap().unwrap();
    assert_eq!(first.header, None);
    assert!(first.shown().starts_with("City\tPopulation\nCity number 0\t7\n"));
}

#[test]
fn a_text_is_found_as_it_is_written_with_its_line() {
    let code = "fn main() {\n    foo(1);\n    let x = 5.12.3;\n    FOO(2); foo(3);\n}\n";
    let mut session = Session::with(&[("other", "nothing of it")]);
    let document = Document { title: None, parts: vec![part(Shape::Code, code)], ..Document::default() };
    session.index.add("code", "main.rs", &document).unwrap();
    let lines = |text: &str, case_sensitive, context| {
        let options = Grep { case_sensitive, context, ..Grep::default() };
        let found = session.index.grep(text, &options).unwrap();
        found.into_iter().map(|found| (found.line, found.text)).collect::<Vec<_>>()
    };
    assert_eq!(lines("foo(", true, 0), [(2, "    foo(1);".into()), (4, "    FOO(2); foo(3);".into())]);
    assert_eq!(lines("FOO(", true, 0), [(4, "    FOO(2); foo(3);".into())]);
    assert_eq!(lines("FOO(", false, 0).len(), 2);
    assert_eq!(
        lines("5.12.3", true, 1),
        [(3, "    foo(1);\n    let x = 5.12.3;\n    FOO(2); foo(3);".into())]
    );
    assert_eq!(lines("absent", true, 0), []);
    let found = session.index.grep("5.12.3", &Grep::default()).unwrap();
    let range: String = code.chars().skip(found[0].start as usize).take(6).collect();
    assert_eq!((range.as_str(), found[0].end - found[0].start), ("5.12.3", 6));
}

#[test]
fn the_case_of_letters_outside_ascii_does_not_matter_to_grep() {
    let session = Session::with(&[("a", "Größe: ΑΒΓ und ÄRGER"), ("b", "anders")]);
    for text in ["ärger", "αβγ", "GRÖßE"] {
        assert_eq!(session.index.grep(text, &Grep::default()).unwrap().len(), 1, "{text}");
    }
}

#[test]
fn a_text_across_two_passages_is_found() {
    let filler = "word ".repeat(400);
    for wanted in ["alpha beta gamma delta", &"long ".repeat(60)] {
        let text = format!("{}{wanted}{}", &filler[..1_000 - wanted.len() / 2], filler);
        let session = Session::with(&[("a", &text)]);
        let found = session.index.grep(wanted.trim(), &Grep::default()).unwrap();
        assert_eq!(found.len(), 1);
    }
}

#[test]
fn a_text_in_a_large_file_is_found_once_with_its_line_and_its_place() {
    let mut text = String::new();
    for number in 1..=30_000 {
        text.push_str(&format!("line {number} of the log, and some more words\n"));
    }
    let mut session = Session::new();
    let document = Document { parts: vec![part(Shape::Code, &text)], ..Document::default() };
    let added = session.index.add("a", "a.log", &document).unwrap();
    assert!(added.passages > 1_050);
    let lines: Vec<&str> = text.lines().collect();
    for number in (0..30_000).step_by(2_111).chain([29_999]) {
        let wanted = format!("line {} of", number + 1);
        let options = Grep { context: 1, ..Grep::default() };
        let found = session.index.grep(&wanted, &options).unwrap();
        assert_eq!(found.len(), 1, "{wanted}");
        assert_eq!(found[0].line as usize, number + 1);
        let around = lines[number.saturating_sub(1)..(number + 2).min(lines.len())].join("\n");
        assert_eq!(found[0].text, around);
        let range = found[0].start as usize..found[0].end as usize;
        assert_eq!(&text[range], wanted);
        let line = number as u32 + 1;
        let read = session.index.read("a", &Range::Lines(line, line + 1)).unwrap().unwrap();
        let expected: String =
            lines[number..(number + 2).min(lines.len())].iter().map(|line| format!("{line}\n")).collect();
        assert_eq!(read.sections[0].text, expected);
    }
    let all = session.index.grep("of the log", &Grep { limit: 100_000, ..Grep::default() }).unwrap();
    assert_eq!(all.len(), 30_000);
}

fn shape() -> impl Strategy<Value = Shape> {
    prop_oneof![Just(Shape::Prose), Just(Shape::Code), Just(Shape::Table)]
}

fn text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        3 => "[a-z]{1,12}[ .,]{1,2}",
        1 => Just("\n".to_owned()),
        1 => Just("\n\n".to_owned()),
        1 => Just("\n# Heading\n".to_owned()),
        1 => Just("\r\n".to_owned()),
        1 => Just("👩‍👩‍👧‍👦".to_owned()),
        1 => Just("🇩🇪🇫🇷".to_owned()),
        1 => Just("e\u{301}\u{302}".to_owned()),
        1 => "[日本語文字列。]{1,40}",
        1 => "[x]{1,600}",
        1 => "\\PC{0,40}",
    ];
    prop::collection::vec(piece, 0..250).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn every_character_is_in_a_passage_and_a_passages_text_is_its_range(
        text in text(), shape in shape(), before in text(),
    ) {
        let document = Document {
            title: None,
            parts: vec![part(shape, &before), part(shape, &text)],
            ..Document::default()
        };
        let mut session = Session::new();
        let added = session.index.add("a", "a", &document).unwrap();
        prop_assert_eq!(added.characters as usize, document.characters());
        let mut covered = [0, 0];
        for number in 1..=added.passages {
            let passage = session.index.passage("a", number).unwrap().unwrap();
            let text = &document.parts[passage.part as usize - 1].text;
            let length = (passage.end - passage.start) as usize;
            let exact: String = text.chars().skip(passage.start as usize).take(length).collect();
            prop_assert_eq!(&exact, &passage.text);
            prop_assert!((1..=1_200).contains(&length));
            let before: String = text.chars().take(passage.start as usize).collect();
            prop_assert_eq!(passage.lines.0 as usize, before.matches('\n').count() + 1);
            let covered = &mut covered[passage.part as usize - 1];
            prop_assert!(passage.start <= *covered && passage.end > *covered);
            // As long as it may be, unless a section or the part ends.
            prop_assert!(length >= 400 || passage.end as usize == text.chars().count());
            *covered = passage.end;
            // Not inside of what a reader sees as one character.
            use unicode_segmentation::UnicodeSegmentation;
            let bounds: Vec<usize> = text.grapheme_indices(true).map(|(at, _)| at).chain([text.len()]).collect();
            let at = |characters: u32| text.char_indices().nth(characters as usize).map_or(text.len(), |(at, _)| at);
            prop_assert!(bounds.contains(&at(passage.start)) && bounds.contains(&at(passage.end)));
        }
        prop_assert!(session.index.passage("a", added.passages + 1).unwrap().is_none());
        let read = session.index.read("a", &Range::All).unwrap().unwrap();
        for section in read.sections {
            prop_assert_eq!(&section.text, &document.parts[section.part as usize - 1].text);
        }
        prop_assert!(session.index.remove("a").unwrap());
        let left = rusqlite::Connection::open(session.path()).unwrap();
        left.execute_batch("CREATE VIRTUAL TABLE temp.vocabulary USING fts5vocab(main, terms, row)").unwrap();
        let terms: i64 = left.query_row("SELECT count(*) FROM vocabulary", [], |row| row.get(0)).unwrap();
        prop_assert_eq!(terms, 0);
    }
}
