//! Places in documents: the headings that a link with `#` may lead to.

use std::collections::HashSet;

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

/// The names of a document's headings, as GitHub and the server make them: the words in small letters, with hyphens.
pub fn headings(text: &str) -> HashSet<String> {
    let mut found = HashSet::new();
    let mut heading = None;
    for event in Parser::new_ext(text, Options::ENABLE_TABLES) {
        match event {
            Event::Start(Tag::Heading { .. }) => heading = Some(String::new()),
            Event::Text(text) | Event::Code(text) => {
                if let Some(heading) = &mut heading {
                    heading.push_str(&text);
                }
            }
            Event::End(TagEnd::Heading(_)) => found.extend(heading.take().map(|heading| name(&heading))),
            _ => {}
        }
    }
    found
}

fn name(heading: &str) -> String {
    let letters = heading.to_lowercase();
    let letters = letters.chars().filter_map(|c| match c {
        ' ' | '-' => Some('-'),
        c => (c.is_alphanumeric() || c == '_').then_some(c),
    });
    letters.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings_are_named_by_their_words() {
        let text =
            "# A guide\n\n## Who may come in?\n\n### `task_updated`, and more\n\n```\n# no heading\n```\n";
        let expected = ["a-guide", "who-may-come-in", "task_updated-and-more"].map(str::to_owned);
        assert_eq!(headings(text), HashSet::from(expected));
    }
}
