//! The citations of an answer. Only what the model was given can be cited, and the quote is the file's own text.

use std::io;

use sessiond_core::{Citation, Source, limits};
use sessiond_engine::{Passage, TurnFiles};

use crate::library::Library;

/// The citations of an answer: for each number in it that is one of the sources', once.
pub(crate) async fn of(
    library: &Library,
    files: &TurnFiles,
    sources: &[Source],
    answer: &str,
) -> io::Result<Vec<Citation>> {
    let mut wanted: Vec<(Source, String)> = Vec::new();
    for Mark { number, sentence } in marks(answer) {
        let is_new = wanted.iter().all(|(source, _)| source.number != number);
        if let Some(source) = sources.iter().find(|source| source.number == number)
            && is_new
            && wanted.len() < limits::CITATIONS
        {
            wanted.push((source.clone(), sentence.to_owned()));
        }
    }
    if wanted.is_empty() {
        return Ok(Vec::new());
    }
    let quoted = library.quoted(files, wanted.clone()).await?;
    let cited = wanted.into_iter().zip(quoted).filter_map(|((source, _), passage)| {
        let Passage { number, place, text, .. } = passage?;
        Some(citation(Source { passage: Some(number), place, ..source }, &text))
    });
    Ok(cited.collect())
}

/// The citation of a source, with a quote of its text.
pub(crate) fn citation(source: Source, text: &str) -> Citation {
    let Source { number, file_id, name, passage, place, call: _ } = source;
    Citation { number, file_id, name, passage, place, quote: quote(text) }
}

/// The text of a quote: as much as one may have.
fn quote(text: &str) -> String {
    if text.len() <= limits::QUOTE_BYTES {
        return text.to_owned();
    }
    let end = text.floor_char_boundary(limits::QUOTE_BYTES - '…'.len_utf8());
    format!("{}…", &text[..end])
}

/// The beginning of a text, up to the end of a line or of a word.
pub(crate) fn shortened(text: &str, most: usize) -> String {
    if text.len() <= most {
        return text.to_owned();
    }
    let begin = &text[..text.floor_char_boundary(most)];
    let end = begin.rfind('\n').filter(|line| *line > most / 2).or_else(|| begin.rfind(char::is_whitespace));
    let begin = begin[..end.unwrap_or(begin.len())].trim_end();
    // A fence that is left open would take in all that follows.
    let is_open = begin.lines().filter(|line| line.trim_start().starts_with("```")).count() % 2 == 1;
    if is_open { format!("{begin}\n…\n```") } else { format!("{begin} …") }
}

/// A number in an answer that may be that of a source.
#[derive(Debug, PartialEq, Eq)]
struct Mark<'a> {
    number: u32,
    /// The sentence that it stands in.
    sentence: &'a str,
}

/// The marks of an answer: `[1]`, `[1, 2]` and `【1】`, but not those in code.
fn marks(answer: &str) -> Vec<Mark<'_>> {
    let mut marks = Vec::new();
    let (mut fence, mut at) = (false, 0);
    for line in answer.split_inclusive('\n') {
        if line.trim_start().starts_with("```") || line.trim_start().starts_with("~~~") {
            fence = !fence;
        } else if !fence {
            in_line(answer, at, line, &mut marks);
        }
        at += line.len();
    }
    marks
}

fn in_line<'a>(answer: &'a str, start: usize, line: &str, marks: &mut Vec<Mark<'a>>) {
    let mut code = false;
    for (at, char) in line.char_indices() {
        match char {
            '`' => code = !code,
            '[' | '【' if !code => {
                let inside = &line[at + char.len_utf8()..];
                let Some(end) = inside.find([']', '】', '[', '\n']) else { continue };
                let is_link = inside[end..].starts_with("](");
                let numbers: Option<Vec<u32>> =
                    inside[..end].split([',', ';']).map(|number| number.trim().parse().ok()).collect();
                let closed = inside[end..].starts_with([']', '】']);
                for number in numbers.filter(|_| closed && !is_link).unwrap_or_default() {
                    marks.push(Mark { number, sentence: sentence(answer, start + at) });
                }
            }
            _ => {}
        }
    }
}

/// The sentence before a place in a text.
fn sentence(text: &str, at: usize) -> &str {
    let before = text[..at].trim_end();
    let ended = before.trim_end_matches(['.', '!', '?', '。', '！', '？']);
    let start = ended.rfind(['.', '!', '?', '\n', '。', '！', '？']).map_or(0, |end| end + 1);
    let start = (start..=ended.len()).find(|start| ended.is_char_boundary(*start)).unwrap_or(ended.len());
    ended[start..].trim()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(answer: &str, expected: &[(u32, &str)]) {
        let found: Vec<_> = marks(answer).into_iter().map(|mark| (mark.number, mark.sentence)).collect();
        assert_eq!(found, expected, "{answer}");
    }

    #[test]
    fn a_mark_is_a_number_in_brackets_and_its_sentence_is_before_it() {
        check(
            "It is 30 days [1]. Then it ends [2, 3].",
            &[(1, "It is 30 days"), (2, "Then it ends"), (3, "Then it ends")],
        );
        check("It is 30 days.[1] So.", &[(1, "It is 30 days")]);
        check("它是三十天【4】。", &[(4, "它是三十天")]);
        check("One\n- two [1]\n- three [2]", &[(1, "- two"), (2, "- three")]);
    }

    #[test]
    fn code_links_and_words_are_no_marks() {
        for answer in [
            "`a[1]`",
            "```\na[1]\n```\n",
            "[1](https://example.org)",
            "[one]",
            "[1",
            "[",
            "[]",
            "[-1]",
            "[1 2]",
        ] {
            check(answer, &[]);
        }
        check("```\na[1]\n```\nSo [2]", &[(2, "So")]);
    }

    #[test]
    fn a_long_passage_is_shortened_at_a_line_or_a_word() {
        assert_eq!(shortened("short", 10), "short");
        assert_eq!(shortened("one two three", 10), "one two …");
        assert_eq!(shortened("a line of text\nand another", 18), "a line of text …");
        assert_eq!(shortened("ääääääää", 5), "ää …");
        assert_eq!(shortened("```sh\nls -la\ncd /\n```\nafter", 17), "```sh\nls -la\n…\n```");
    }

    #[test]
    fn a_long_quote_is_cut_between_characters() {
        let text = "ä".repeat(limits::QUOTE_BYTES);
        let quote = quote(&text);
        assert!(quote.len() <= limits::QUOTE_BYTES && quote.ends_with("ä…"));
        assert_eq!(super::quote("short"), "short");
    }
}
