//! Markdown as HTML.

use pulldown_cmark::{CowStr, Event, Options, Parser, Tag, TagEnd};

/// The text of the first heading.
pub(super) fn title(text: &str) -> Option<String> {
    text.lines().find_map(|line| line.strip_prefix("# ")).map(str::to_owned)
}

/// A document as HTML. HTML in it stays text, and links between documents lead to their pages.
pub(super) fn to_html(text: &str) -> String {
    let parser = Parser::new_ext(text, Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH);
    let events = parser.map(|event| match event {
        Event::Html(html) | Event::InlineHtml(html) => Event::Text(html),
        Event::Start(Tag::Link { link_type, dest_url, title, id }) => {
            Event::Start(Tag::Link { link_type, dest_url: page_of(&dest_url), title, id })
        }
        Event::End(TagEnd::HtmlBlock) => Event::End(TagEnd::Paragraph),
        Event::Start(Tag::HtmlBlock) => Event::Start(Tag::Paragraph),
        other => other,
    });
    let mut html = String::with_capacity(text.len() * 2);
    pulldown_cmark::html::push_html(&mut html, events);
    html
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
        assert!(html.contains("href=\"https://a.b/c.md\""), "{html}");
        assert!(!html.contains("<script>"), "{html}");
    }
}
