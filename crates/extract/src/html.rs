//! HTML as a person sees it: without scripts, styles and what is hidden.

use html5ever::tendril::TendrilSink as _;
use html5ever::{ParseOpts, parse_document};
use markup5ever_rcdom::{Handle, NodeData, RcDom};
use sessiond_documents::read::too_deep;
use sessiond_documents::{Place, Unreadable};

use crate::blocks::{self, Builder};
use crate::draft::{Draft, Headings, line};

/// Whether a text is HTML, whatever its name.
pub fn is_likely(text: &str) -> bool {
    let start = skip_comments(text.trim_start_matches('\u{feff}').trim_start());
    let start: String = start.chars().take(256).collect::<String>().to_ascii_lowercase();
    ["<!doctype html", "<html", "<head>", "<head ", "<body>", "<body "]
        .iter()
        .any(|tag| start.starts_with(tag))
        || (start.starts_with("<?xml") && start.contains("<html"))
}

fn skip_comments(mut text: &str) -> &str {
    while let Some((_, rest)) = text.strip_prefix("<!--").and_then(|rest| rest.split_once("-->")) {
        text = rest.trim_start();
    }
    text
}

/// The page.
///
/// # Errors
///
/// When it is too deep or too large.
pub fn read(text: &str) -> Result<Draft, Unreadable> {
    if is_too_deep(text) {
        return Err(too_deep());
    }
    let dom = parse_document(RcDom::default(), ParseOpts::default()).one(text);
    let mut page =
        Page { builder: Builder::new(), title: None, lists: Vec::new(), preformatted: 0, open: false };
    page.walk(&dom.document)?;
    page.break_paragraph();
    let mut draft = Draft { title: page.title, ..Draft::default() };
    blocks::add(&mut draft, &mut Headings::default(), &Place::Whole, page.builder.finish());
    Ok(draft)
}

/// Elements within each other that a page may have. The parser's time grows with the square of them.
const DEPTH: usize = 4096;

/// Whether more elements are open at once than a page may have. Those that end without an end tag do not count.
fn is_too_deep(text: &str) -> bool {
    let (mut depth, mut drawings) = (0usize, 0usize);
    let mut rest = text;
    while let Some((_, tag)) = rest.split_once('<') {
        rest = tag;
        if let Some(comment) = tag.strip_prefix("!--") {
            rest = comment.split_once("-->").map_or("", |(_, after)| after);
            continue;
        }
        let (ends, tag) = tag.strip_prefix('/').map_or((false, tag), |tag| (true, tag));
        let name: String = tag
            .chars()
            .take(16)
            .take_while(char::is_ascii_alphanumeric)
            .collect::<String>()
            .to_ascii_lowercase();
        if name.is_empty() || ENDLESS.contains(&name.as_str()) {
            continue;
        }
        if !ends && RAW.contains(&name.as_str()) {
            rest = after_end(tag, &name);
            continue;
        }
        // Only in a drawing or a formula does a slash end an element.
        let is_whole = drawings > 0 && tag.split(['<', '>']).next().is_some_and(|tag| tag.ends_with('/'));
        if is_whole && !ends {
            continue;
        }
        let count = |count: usize| if ends { count.saturating_sub(1) } else { count + 1 };
        depth = count(depth);
        if matches!(name.as_str(), "svg" | "math") {
            drawings = count(drawings);
        }
        if depth > DEPTH {
            return true;
        }
    }
    false
}

/// What follows the content of an element that has no elements in it.
fn after_end<'a>(mut text: &'a str, name: &str) -> &'a str {
    while let Some((_, tag)) = text.split_once("</") {
        if tag.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name)) {
            return tag;
        }
        text = tag;
    }
    ""
}

/// Elements that need no end tag.
const ENDLESS: [&str; 29] = [
    "area", "base", "br", "col", "colgroup", "dd", "dt", "embed", "hr", "img", "input", "li", "link", "meta",
    "optgroup", "option", "p", "param", "rp", "rt", "source", "tbody", "td", "tfoot", "th", "thead", "tr",
    "track", "wbr",
];

/// Elements whose content is text, also where it looks like tags.
const RAW: [&str; 9] =
    ["iframe", "noembed", "noframes", "noscript", "script", "style", "textarea", "title", "xmp"];

struct Page {
    builder: Builder,
    title: Option<String>,
    /// The lists that are open: the number of the next item, or none for bullets.
    lists: Vec<Option<u32>>,
    preformatted: usize,
    /// Whether a paragraph is open.
    open: bool,
}

/// A step of the walk, so that deep pages need no deep stack.
enum Step {
    Enter(Handle),
    Leave(Handle),
}

impl Page {
    fn walk(&mut self, root: &Handle) -> Result<(), Unreadable> {
        let mut steps = vec![Step::Enter(root.clone())];
        while let Some(step) = steps.pop() {
            match step {
                Step::Enter(node) => match &node.data {
                    NodeData::Text { contents } => self.text(&contents.borrow())?,
                    NodeData::Element { name, .. } if &*name.local == "title" => {
                        self.title = self.title.take().or_else(|| line(&inner_text(&node)));
                    }
                    NodeData::Element { .. } if is_hidden(&node) => {}
                    NodeData::Element { name, .. } => {
                        self.enter(&name.local, &node)?;
                        steps.push(Step::Leave(node.clone()));
                        steps.extend(node.children.borrow().iter().rev().cloned().map(Step::Enter));
                    }
                    NodeData::Document => {
                        steps.extend(node.children.borrow().iter().rev().cloned().map(Step::Enter))
                    }
                    _ => {}
                },
                Step::Leave(node) => {
                    if let NodeData::Element { name, .. } = &node.data {
                        self.leave(&name.local, &node)?;
                    }
                }
            }
        }
        Ok(())
    }

    fn text(&mut self, text: &str) -> Result<(), Unreadable> {
        if self.preformatted > 0 {
            self.begin_paragraph()?;
            return self.builder.text(text);
        }
        if text.trim().is_empty() && !self.open {
            return Ok(());
        }
        self.begin_paragraph()?;
        let blank = self
            .builder
            .paragraph()
            .is_some_and(|paragraph| paragraph.text.is_empty() || paragraph.text.ends_with([' ', '\n']));
        let mut words = String::with_capacity(text.len());
        if text.starts_with(|c: char| c.is_whitespace()) && !blank {
            words.push(' ');
        }
        for (index, word) in text.split_whitespace().enumerate() {
            words.push_str(if index > 0 { " " } else { "" });
            words.push_str(word);
        }
        if text.ends_with(|c: char| c.is_whitespace()) && !words.is_empty() && !words.ends_with(' ') {
            words.push(' ');
        }
        self.builder.text(&words)
    }

    fn enter(&mut self, name: &str, node: &Handle) -> Result<(), Unreadable> {
        match name {
            "br" if self.open => self.builder.text("\n")?,
            "img" => {
                if let Some(words) = attribute(node, "alt").filter(|words| !words.trim().is_empty()) {
                    self.text(&words)?;
                }
            }
            "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => {
                self.break_paragraph();
                self.begin_paragraph()?;
                if let Some(paragraph) = self.builder.paragraph() {
                    paragraph.heading = name[1..].parse().ok();
                }
            }
            "ul" | "menu" | "dl" => {
                self.break_paragraph();
                self.lists.push(None);
            }
            "ol" => {
                self.break_paragraph();
                self.lists
                    .push(Some(attribute(node, "start").and_then(|start| start.parse().ok()).unwrap_or(1)));
            }
            "li" => {
                self.break_paragraph();
                let mark = match self.lists.last_mut() {
                    Some(Some(number)) => {
                        *number = number.saturating_add(1);
                        format!("{}.", *number - 1)
                    }
                    _ => "-".to_owned(),
                };
                self.begin_paragraph()?;
                if let Some(paragraph) = self.builder.paragraph() {
                    paragraph.mark = Some(mark);
                }
            }
            "pre" | "textarea" => {
                self.break_paragraph();
                self.preformatted += 1;
            }
            "table" => {
                self.break_paragraph();
                self.builder.begin_table()?;
            }
            "tr" => self.builder.begin_row()?,
            "td" | "th" => {
                self.break_paragraph();
                self.builder.begin_blocks()?;
            }
            _ if is_block(name) => self.break_paragraph(),
            _ => {}
        }
        Ok(())
    }

    fn leave(&mut self, name: &str, node: &Handle) -> Result<(), Unreadable> {
        match name {
            "ul" | "ol" | "menu" | "dl" => {
                self.break_paragraph();
                self.lists.pop();
            }
            "pre" | "textarea" => {
                self.break_paragraph();
                self.preformatted = self.preformatted.saturating_sub(1);
            }
            "table" => {
                self.break_paragraph();
                self.builder.end_table();
            }
            "tr" => self.builder.end_row(),
            "td" | "th" => {
                self.break_paragraph();
                let width = attribute(node, "colspan").and_then(|width| width.parse().ok()).unwrap_or(1);
                // Browsers take no more either.
                self.builder.end_cell(usize::min(width, 1000))?;
            }
            "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => self.break_paragraph(),
            _ if is_block(name) => self.break_paragraph(),
            _ => {}
        }
        Ok(())
    }

    fn begin_paragraph(&mut self) -> Result<(), Unreadable> {
        if !self.open {
            self.builder.begin_paragraph()?;
            self.open = true;
        }
        Ok(())
    }

    fn break_paragraph(&mut self) {
        if std::mem::take(&mut self.open) {
            self.builder.end_paragraph();
        }
    }
}

fn is_block(name: &str) -> bool {
    matches!(
        name,
        "p" | "div"
            | "section"
            | "article"
            | "header"
            | "footer"
            | "main"
            | "nav"
            | "aside"
            | "li"
            | "dt"
            | "dd"
            | "blockquote"
            | "figure"
            | "figcaption"
            | "address"
            | "details"
            | "summary"
            | "fieldset"
            | "form"
            | "hr"
            | "body"
            | "caption"
            | "option"
            | "center"
            | "tbody"
            | "thead"
            | "tfoot"
    )
}

/// Whether a person does not see the element.
fn is_hidden(node: &Handle) -> bool {
    let NodeData::Element { name, attrs, .. } = &node.data else { return false };
    if matches!(
        &*name.local,
        "script"
            | "style"
            | "template"
            | "noscript"
            | "iframe"
            | "object"
            | "embed"
            | "svg"
            | "canvas"
            | "audio"
            | "video"
            | "datalist"
    ) {
        return true;
    }
    attrs.borrow().iter().any(|attribute| match &*attribute.name.local {
        "hidden" => !attribute.value.eq_ignore_ascii_case("until-found"),
        "type" => &*name.local == "input" && attribute.value.eq_ignore_ascii_case("hidden"),
        "style" => {
            let style: String = attribute
                .value
                .chars()
                .filter(|c| !c.is_whitespace())
                .collect::<String>()
                .to_ascii_lowercase();
            style.contains("display:none") || style.contains("visibility:hidden")
        }
        _ => false,
    })
}

fn attribute(node: &Handle, wanted: &str) -> Option<String> {
    let NodeData::Element { attrs, .. } = &node.data else { return None };
    attrs
        .borrow()
        .iter()
        .find(|attribute| &*attribute.name.local == wanted)
        .map(|attribute| attribute.value.to_string())
}

fn inner_text(node: &Handle) -> String {
    let children = node.children.borrow();
    let texts = children.iter().filter_map(|child| match &child.data {
        NodeData::Text { contents } => Some(contents.borrow().to_string()),
        _ => None,
    });
    texts.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use sessiond_documents::Shape;

    #[test]
    fn a_page_is_read_as_a_person_sees_it() {
        let page = r#"<!doctype html><html><head><title> A
            page </title><style>p{}</style></head><body><script>let x = "SCRIPT"</script>
            <h1>One &amp; only</h1><p>some <b>bold</b>
            text<br>next</p><div hidden>HIDDEN</div><div style="display: none">HIDDEN</div>
            <ul><li>first<li>second <ol><li>inner</ol></ul><table><tr><th>a<th>b</tr><tr><td>1<td><p>2</p><p>3</p></table>
            <pre>  two
    lines</pre><h2>Two</h2>end"#;
        let draft = read(page).unwrap();
        assert_eq!(draft.title.as_deref(), Some("A page"));
        let parts: Vec<_> = draft
            .parts
            .iter()
            .map(|part| (part.heading.as_deref().unwrap(), part.shape, part.text.as_str()))
            .collect();
        assert_eq!(
            parts,
            [
                (
                    "One & only",
                    Shape::Prose,
                    "One & only\n\nsome bold text\nnext\n\n- first\n- second \n1. inner"
                ),
                ("One & only", Shape::Table, "a\tb\n1\t2 3\n"),
                ("One & only", Shape::Prose, "  two\n    lines"),
                ("One & only > Two", Shape::Prose, "Two\n\nend"),
            ]
        );
    }

    #[test]
    fn drawings_and_scripts_are_not_deep() {
        let many = |piece: &str| piece.repeat(2 * DEPTH);
        for flat in [
            format!("<svg>{}</svg>", many("<circle r='1'/>")),
            format!("<script>{}</script>", many("if (i<n) f();")),
            format!("<STYLE>{}</Style>", many("<a>")),
            format!("<!--{}-->", many("<div>")),
        ] {
            let draft = read(&format!("<p>before{flat}<p>after")).unwrap();
            assert_eq!(draft.parts[0].text, "before\n\nafter");
        }
        for deep in [many("<div/>"), format!("<svg>{}", many("<g>"))] {
            assert_eq!(read(&deep).unwrap_err(), too_deep());
        }
    }

    #[test]
    fn pages_are_known_by_their_beginning() {
        for page in
            ["<!DOCTYPE HTML>", "\u{feff} <!-- a --><html lang=de>", "<?xml version='1.0'?><html>", "<body>"]
        {
            assert!(is_likely(page), "{page}");
        }
        for text in ["<svg>", "<p>", "a <html>", "<?xml version='1.0'?><feed>"] {
            assert!(!is_likely(text), "{text}");
        }
    }
}
