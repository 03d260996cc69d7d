//! Markdown: a part for each heading.

use sessiond_documents::{Part, Place, Shape};

use crate::draft::{Draft, Headings, line};

/// Whether a text without a telling name is Markdown: it has headings, and nothing that begins like a script.
pub fn is_likely(text: &str) -> bool {
    let sample = || text.lines().take(200);
    !text.starts_with("#!")
        && sample().filter(|line| heading(line).is_some()).count() >= 1
        // Comments of shells and of configurations look like headings.
        && sample().filter(|line| line.starts_with('#') && heading(line).is_none()).count() == 0
        && sample().zip(sample().skip(1)).any(|(line, next)| heading(line).is_some() && next.trim().is_empty())
}

pub fn read(text: &str) -> Draft {
    let mut draft = Draft::default();
    let mut headings = Headings::default();
    let mut part = String::new();
    let mut fence: Option<Fence> = None;
    let mut lines = text.lines().peekable();
    while let Some(this) = lines.next() {
        if let Some(open) = &fence {
            if open.is_closed_by(this) {
                fence = None;
            }
        } else if let Some(opened) = Fence::opened_by(this) {
            fence = Some(opened);
        } else {
            let found = heading(this).map(|(level, words)| (level, words, 1)).or_else(|| {
                let level = underline(lines.peek()?)?;
                let words = this.trim();
                (!words.is_empty()
                    && this.len() - this.trim_start().len() < 4
                    && !"|-*>+#".contains(words.chars().next()?))
                .then_some((level, words, 2))
            });
            if let Some((level, words, taken)) = found {
                close(&mut draft, &headings, &mut part);
                headings.enter(level, words);
                if level == 1 && draft.title.is_none() {
                    draft.title = line(words);
                }
                part.push_str(this);
                if taken == 2 {
                    part.push('\n');
                    part.extend(lines.next());
                }
                part.push('\n');
                continue;
            }
        }
        part.push_str(this);
        part.push('\n');
    }
    close(&mut draft, &headings, &mut part);
    draft
}

fn close(draft: &mut Draft, headings: &Headings, part: &mut String) {
    let text = std::mem::take(part);
    draft.parts.push(Part { place: Place::Whole, heading: headings.here(), shape: Shape::Prose, text });
}

/// The level and the words of a line such as `## Words ##`.
fn heading(line: &str) -> Option<(u8, &str)> {
    let trimmed = line.trim_start_matches(' ');
    if line.len() - trimmed.len() > 3 {
        return None;
    }
    let words = trimmed.trim_start_matches('#');
    let level = u8::try_from(trimmed.len() - words.len()).ok().filter(|level| (1..=6).contains(level))?;
    if !words.starts_with([' ', '\t']) {
        return None;
    }
    let words = words.trim();
    let closed = words.trim_end_matches('#');
    let words = if closed.is_empty() || closed.ends_with([' ', '\t']) { closed.trim_end() } else { words };
    (!words.is_empty()).then_some((level, words))
}

/// The level of a heading that this line is the underline of.
fn underline(line: &str) -> Option<u8> {
    let marks = line.trim_end();
    match marks.chars().next()? {
        '=' if marks.chars().all(|c| c == '=') => Some(1),
        '-' if marks.len() > 1 && marks.chars().all(|c| c == '-') => Some(2),
        _ => None,
    }
}

/// The beginning of a block of code.
struct Fence {
    mark: char,
    length: usize,
}

impl Fence {
    fn opened_by(line: &str) -> Option<Self> {
        let marks = line.trim_start();
        let mark = marks.chars().next().filter(|c| matches!(c, '`' | '~'))?;
        let length = marks.len() - marks.trim_start_matches(mark).len();
        // Three marks around code in a line are not a fence.
        (length >= 3 && (mark == '~' || !marks[length..].contains('`'))).then_some(Self { mark, length })
    }

    fn is_closed_by(&self, line: &str) -> bool {
        let marks = line.trim();
        marks.len() >= self.length && marks.chars().all(|c| c == self.mark)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_begins_at_each_heading_and_keeps_it() {
        let text = "before\n\n# One\n\ntext\n\n## Two ##\n```sh\n# a comment\n```\nThree\n---\nlast\n\nFour\n====\nend\n";
        let draft = read(text);
        let parts: Vec<_> = draft
            .parts
            .iter()
            .map(|part| (part.heading.as_deref().unwrap_or(""), part.text.trim()))
            .collect();
        assert_eq!(
            parts,
            [
                ("", "before"),
                ("One", "# One\n\ntext"),
                ("One > Two", "## Two ##\n```sh\n# a comment\n```"),
                ("One > Three", "Three\n---\nlast"),
                ("Four", "Four\n====\nend"),
            ]
        );
        assert_eq!(draft.title.as_deref(), Some("One"));
    }

    #[test]
    fn nothing_of_the_text_is_lost() {
        let text = "a\n# b\n\n    # c\n| d |\n|---|\ne\n---\n~~~\n# f\n";
        assert_eq!(read(text).parts.iter().map(|part| part.text.as_str()).collect::<String>(), text);
    }

    #[test]
    fn comments_are_no_headings() {
        assert!(is_likely("# Title\n\ntext"));
        assert!(!is_likely("#!/bin/sh\n# Title\n\nls"));
        assert!(!is_likely("#include <a>\n# define\n\n"));
        assert!(!is_likely("# a setting\nkey = 1\n"));
    }
}
