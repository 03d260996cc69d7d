//! Markdown as HTML.

use pulldown_cmark::{CowStr, Event, Options, Parser, Tag, TagEnd};

/// The text of the first heading.
pub(super) fn title(text: &str) -> Option<String> {
    text.lines().find_map(|line| line.strip_prefix("# ")).map(str::to_owned)
}

/// A document as HTML. HTML in it stays text, and links between documents lead to their pages.
pub(super) fn to_html(text: &str) -> String {
    let parser = Parser::new_ext(text, Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH);
    let mut events: Vec<_> = parser
        .map(|event| match event {
            Event::Html(html) | Event::InlineHtml(html) => Event::Text(html),
            Event::Start(Tag::Link { link_type, dest_url, title, id }) => {
                Event::Start(Tag::Link { link_type, dest_url: page_of(&dest_url), title, id })
            }
            Event::End(TagEnd::HtmlBlock) => Event::End(TagEnd::Paragraph),
            Event::Start(Tag::HtmlBlock) => Event::Start(Tag::Paragraph),
            other => other,
        })
        .collect();
    name_headings(&mut events);
    let mut html = String::with_capacity(text.len() * 2);
    pulldown_cmark::html::push_html(&mut html, events.into_iter());
    html
}

/// Gives every heading the id that links to it expect: its words in small letters, with hyphens between them.
fn name_headings(events: &mut [Event<'_>]) {
    for index in 0..events.len() {
        if !matches!(events[index], Event::Start(Tag::Heading { .. })) {
            continue;
        }
        let inside =
            events[index..].iter().take_while(|event| !matches!(event, Event::End(TagEnd::Heading(_))));
        let words: String = inside
            .filter_map(|event| match event {
                Event::Text(text) | Event::Code(text) => Some(&**text),
                _ => None,
            })
            .collect();
        let name: String = words
            .to_lowercase()
            .chars()
            .filter_map(|c| match c {
                ' ' | '-' => Some('-'),
                c => c.is_alphanumeric().then_some(c),
            })
            .collect();
        if let Event::Start(Tag::Heading { id, .. }) = &mut events[index] {
            *id = Some(name.into());
        }
    }
}

/// In the repository a link leads to a file, on the server to its page.
fn page_of(link: &str) -> CowStr<'static> {
    let (path, place) = link.split_once('#').map_or((link, None), |(path, place)| (path, Some(place)));
    if path.contains(':') || path.starts_with('/') || !path.ends_with(".md") {
        return link.to_owned().into();
    }
    let name = path.trim_end_matches(".md").trim_start_matches("./").trim_start_matches("../");
    // A bare name beside an error's page is another error's page.
    let page = match name.strip_prefix("errors/") {
        Some(code) => format!("/docs/errors/{code}"),
        None if !path.contains('/') && sessiond_api::Code::ALL.iter().any(|code| code.as_str() == name) => {
            format!("/docs/errors/{name}")
        }
        None => format!("/docs/{name}"),
    };
    match place {
        Some(place) => format!("{page}#{place}").into(),
        None => page.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_between_documents_lead_to_their_pages_and_html_stays_text() {
        let html = to_html(
            "# A\n\n[x](errors/conflict.md) [y](agents.md#ack) [z](https://a.b/c.md) <script>1</script>\n",
        );
        assert!(html.contains("href=\"/docs/errors/conflict\""), "{html}");
        assert!(html.contains("href=\"/docs/agents#ack\""), "{html}");
        assert!(to_html("## Who may come in?").contains("id=\"who-may-come-in\""));
        assert!(html.contains("href=\"https://a.b/c.md\""), "{html}");
        assert!(!html.contains("<script>"), "{html}");
    }
}
