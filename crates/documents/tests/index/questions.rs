//! Questions of every kind: none is an error, and words are found where they are.

use proptest::prelude::*;
use sessiond_documents::index::{Grep, Search};

use crate::support::Session;

#[test]
fn no_question_is_an_error() {
    let session = Session::with(&[("a", "ABC-417 version 5.12.3, can't stop Miller's and Smith's cat")]);
    let words = "word ".repeat(10_000);
    let many: String = (0..10_000).map(|number| format!("w{number} ")).collect();
    for question in [
        "",
        " ",
        "\"",
        "\"\"",
        "*",
        "AND",
        "OR",
        "NOT",
        "NEAR(",
        "NEAR(a b, 3)",
        "text:cat",
        "col:",
        "-cat",
        "^cat",
        "cat*",
        "(",
        ")",
        "{a b}: c",
        "a + b",
        "'",
        "''",
        ";--",
        "\0",
        "a\0b",
        "\u{FFFF}",
        "%",
        "_",
        "\\",
        &words,
        &many,
        "👩‍👩‍👧‍👦",
        "\u{301}",
        "a AND",
        "NOT NOT",
        "\"a\" OR \"",
    ] {
        session.index.search(question, &Search::default()).unwrap();
        session.index.grep(question, &Grep::default()).unwrap();
    }
}

#[test]
fn words_with_signs_in_them_are_found() {
    let session = Session::with(&[
        ("ticket", "The ticket ABC-417 was closed."),
        ("version", "It broke in version 5.12.3 of the driver."),
        ("names", "Miller's and Smith's orchards can't be sold."),
        ("noise", "An entirely different text without any of it."),
        ("price", "The total is 1,000.50 euros."),
        ("code", "Call parse_header_line() or readHttpRequest in net-utils.rs."),
    ]);
    for (question, file) in [
        ("ABC-417", "ticket"),
        ("abc417", "ticket"),
        ("ABC 417", "ticket"),
        ("417", "ticket"),
        ("5.12.3", "version"),
        ("v5.12.3?", "version"),
        ("can't", "names"),
        ("can’t", "names"),
        ("cant", "names"),
        ("Miller's and Smith's", "names"),
        ("Smith", "names"),
        ("1000.50", "price"),
        ("1,000.50", "price"),
        ("1.000,50", "price"),
        ("parseHeaderLine", "code"),
        ("parse-header-line", "code"),
        ("header", "code"),
        ("read_http_request", "code"),
        ("HTTP", "code"),
        ("net-utils.rs", "code"),
        ("net utils", "code"),
    ] {
        assert_eq!(session.found(question).first().map(String::as_str), Some(file), "{question}");
    }
}

#[test]
fn only_the_wanted_files_are_searched_and_no_more_than_the_limit() {
    let session = Session::with(&[("a", "the old harbour"), ("b", "the new harbour"), ("c", "harbour")]);
    let search = |files: Option<&[&str]>, limit| {
        let files = files.map(|files| files.iter().map(|&file| file.to_owned()).collect());
        let found = session.index.search("harbour", &Search { limit, files }).unwrap();
        let mut files: Vec<_> = found.into_iter().map(|found| found.passage.file).collect();
        files.sort();
        files
    };
    assert_eq!(search(None, 8), ["a", "b", "c"]);
    assert_eq!(search(None, 2).len(), 2);
    assert_eq!(search(None, 0).len(), 0);
    assert_eq!(search(Some(&["b", "unknown"]), 8), ["b"]);
    assert_eq!(search(Some(&[]), 8).len(), 0);
}

#[test]
fn a_passage_of_a_wanted_file_is_found_though_many_of_other_files_have_its_words_too() {
    let long = |words: &str, passages: usize| words.repeat(1_000 * passages / words.len());
    let session = Session::with(&[
        ("both", &long("lighthouse harbour ", 70)),
        ("one", &long("harbour ", 230)),
        ("wanted", &(long("lighthouse ", 100) + "harbour")),
    ]);
    let files = Some(vec!["wanted".to_owned()]);
    let found = session.index.search("lighthouse harbour", &Search { limit: 8, files }).unwrap();
    assert!(found[0].passage.text.ends_with("harbour"), "{}", found[0].passage.number);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, ..ProptestConfig::default() })]

    #[test]
    fn any_text_can_be_a_question_and_a_document(text in any::<String>(), question in any::<String>()) {
        let session = Session::with(&[("a", &text)]);
        session.index.search(&question, &Search::default()).unwrap();
        session.index.grep(&question, &Grep::default()).unwrap();
        let piece: String = text.chars().skip(text.chars().count() / 3).take(5).collect();
        if !piece.is_empty() {
            prop_assert!(!session.index.grep(&piece, &Grep::default()).unwrap().is_empty(), "{piece:?}");
        }
    }

    #[test]
    fn a_text_is_found_by_its_own_words(words in prop::collection::vec("\\w{1,12}", 1..6)) {
        let text = words.join(" ");
        let session = Session::with(&[("a", &text)]);
        for word in words.iter().filter(|word| word.chars().any(char::is_alphanumeric)) {
            prop_assert_eq!(session.found(word), ["a"], "{}", word);
        }
    }
}
