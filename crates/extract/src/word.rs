//! `.docx`: paragraphs, tables, boxes, notes, headers and footers. What was deleted while changes were tracked is absent.

use std::collections::HashMap;

use sessiond_documents::{Place, Unreadable};

use crate::blocks::{self, Block, Builder, flat};
use crate::draft::{Draft, Headings};
use crate::numbering::{Counters, Numbering};
use crate::package::{Package, Relation};
use crate::xml::{self, Element, Node};
use crate::{child, core_title};

/// The document whose main part has this name.
///
/// # Errors
///
/// When it is damaged or too large.
pub fn read(package: &mut Package<'_>, main: &str) -> Result<Draft, Unreadable> {
    let relations = package.relations(main)?;
    let mut part = |kind: &str| -> Result<Option<String>, Unreadable> {
        match relations.values().find(|relation| relation.kind == kind) {
            Some(relation) => package.xml(&relation.part),
            None => Ok(None),
        }
    };
    let styles = part("styles")?.map(|xml| Styles::read(&xml)).transpose()?.unwrap_or_default();
    let numbering = part("numbering")?.map(|xml| Numbering::read(&xml)).transpose()?.unwrap_or_default();
    let mut notes = HashMap::new();
    for (kind, element) in [("footnotes", "footnote"), ("endnotes", "endnote"), ("comments", "comment")] {
        if let Some(xml) = part(kind)? {
            read_notes(&xml, element, &styles, &mut notes)?;
        }
    }
    let xml = package.xml(main)?.ok_or_else(child::damaged)?;
    let mut text = Text::new(&styles, &numbering, &notes);
    xml::visit(&xml, |node| text.visit(node))?;
    let (margins, body) = (std::mem::take(&mut text.margins), text.builder.finish());

    let mut draft = Draft { title: core_title(package)?, ..Draft::default() };
    let mut headings = Headings::default();
    let [headers, footers] = [true, false].map(|header| {
        let ids = margins.iter().filter(move |(is_header, _)| *is_header == header).map(|(_, id)| id);
        ids.filter_map(|id| relations.get(id))
            .map(|relation: &Relation| relation.part.clone())
            .collect::<Vec<_>>()
    });
    let mut margin = |parts: Vec<String>| -> Result<Vec<Block>, Unreadable> {
        let mut seen = Vec::new();
        for part in parts {
            let Some(xml) = package.xml(&part)? else { continue };
            let mut text = Text::new(&styles, &numbering, &notes);
            xml::visit(&xml, |node| text.visit(node))?;
            let blocks = text.builder.finish();
            // First pages, even pages and sections often repeat the same words.
            if !seen.contains(&blocks) {
                seen.push(blocks);
            }
        }
        Ok(seen.concat())
    };
    let (headers, footers) = (margin(headers)?, margin(footers)?);
    blocks::add(&mut draft, &mut headings, &Place::Whole, headers);
    blocks::add(&mut draft, &mut headings, &Place::Whole, body);
    blocks::add(&mut draft, &mut Headings::default(), &Place::Whole, footers);
    Ok(draft)
}

/// The texts of footnotes, endnotes and comments, by their kind and id.
type Notes = HashMap<(&'static str, String), String>;

fn read_notes(
    xml: &str,
    element: &'static str,
    styles: &Styles,
    notes: &mut Notes,
) -> Result<(), Unreadable> {
    let (none, nothing) = (Notes::new(), Numbering::default());
    let mut open: Option<(String, Text<'_>)> = None;
    xml::visit(xml, |node| match &node {
        Node::Start(start) if start.name() == element && open.is_none() => {
            // Lines that separate notes from the text are notes too, with a type.
            if start.get("type").is_none_or(|kind| kind == "normal") {
                open = Some((start.get("id").unwrap_or_default(), Text::new(styles, &nothing, &none)));
            }
            Ok(())
        }
        Node::End(name) if *name == element => {
            if let Some((id, text)) = open.take() {
                notes.insert((element, id), flat(text.builder.finish()));
            }
            Ok(())
        }
        _ => open.as_mut().map_or(Ok(()), |(_, text)| text.visit(node)),
    })
}

/// What is known of a style of paragraphs.
#[derive(Debug, Default, Clone)]
struct Style {
    based_on: Option<String>,
    level: Option<u8>,
    list: Option<String>,
    list_level: Option<u8>,
}

#[derive(Debug, Default)]
struct Styles(HashMap<String, Style>);

impl Styles {
    fn read(xml: &str) -> Result<Self, Unreadable> {
        let mut styles = HashMap::new();
        let mut open: Option<(String, Style)> = None;
        xml::visit(xml, |node| {
            match node {
                Node::Start(element) if element.name() == "style" => {
                    open = element.get("styleId").map(|id| (id, Style::default()));
                }
                Node::Start(element) => {
                    if let Some((_, style)) = &mut open {
                        match element.name() {
                            "name" => {
                                style.level =
                                    style.level.or(level_of(&element.get("val").unwrap_or_default()))
                            }
                            "basedOn" => style.based_on = element.get("val"),
                            "outlineLvl" => style.level = outline(&element).or(style.level),
                            "numId" => style.list = element.get("val"),
                            "ilvl" => style.list_level = element.number("val"),
                            _ => {}
                        }
                    }
                }
                Node::End("style") => styles.extend(open.take()),
                _ => {}
            }
            Ok(())
        })?;
        Ok(Self(styles))
    }

    /// The style with what it has from those that it is based on.
    fn of(&self, id: &str) -> Style {
        let mut style = Style::default();
        let mut next = Some(id);
        // A circle of styles ends here too.
        for _ in 0..16 {
            let Some(found) = next.and_then(|id| self.0.get(id)) else { break };
            style.level = style.level.or(found.level);
            style.list = style.list.or(found.list.clone());
            style.list_level = style.list_level.or(found.list_level);
            next = found.based_on.as_deref();
        }
        style
    }
}

/// The level of headings in a style of this name.
fn level_of(name: &str) -> Option<u8> {
    let name = name.to_ascii_lowercase();
    if name == "title" {
        return Some(0);
    }
    name.strip_prefix("heading ")?.trim().parse().ok().filter(|level| (1..=9).contains(level))
}

/// The level of an element `outlineLvl`; 9 is that of a paragraph which is no heading.
fn outline(element: &Element<'_>) -> Option<u8> {
    element.number::<u8>("val").filter(|level| *level < 9).map(|level| level + 1)
}

/// The text of one part while it is read.
struct Text<'a> {
    builder: Builder,
    styles: &'a Styles,
    numbering: &'a Numbering,
    notes: &'a Notes,
    counters: Counters,
    /// Elements within one that is no text.
    skipped: usize,
    /// Elements within the properties of a paragraph.
    properties: usize,
    style: Style,
    in_text: bool,
    widths: Vec<usize>,
    /// Headers (true) and footers, by the ids of their relations.
    margins: Vec<(bool, String)>,
}

impl<'a> Text<'a> {
    fn new(styles: &'a Styles, numbering: &'a Numbering, notes: &'a Notes) -> Self {
        Self {
            builder: Builder::new(),
            styles,
            numbering,
            notes,
            counters: Counters::default(),
            skipped: 0,
            properties: 0,
            style: Style::default(),
            in_text: false,
            widths: Vec::new(),
            margins: Vec::new(),
        }
    }

    fn visit(&mut self, node: Node<'_>) -> Result<(), Unreadable> {
        match node {
            Node::Start(_) if self.skipped > 0 => self.skipped += 1,
            Node::End(_) if self.skipped > 0 => self.skipped -= 1,
            Node::Start(element) => self.start(&element)?,
            Node::End(name) => self.end(name)?,
            Node::Text(text) if self.in_text && self.skipped == 0 => self.builder.text(&text)?,
            Node::Text(_) => {}
        }
        Ok(())
    }

    fn start(&mut self, element: &Element<'_>) -> Result<(), Unreadable> {
        // Deleted, moved away, a second form of what the first form has, and what a paragraph was before.
        if ["del", "moveFrom", "Fallback", "pPrChange", "rPrChange", "rPr", "tblPrChange", "sectPrChange"]
            .contains(&element.name())
        {
            self.skipped = 1;
            return Ok(());
        }
        if self.properties > 0 {
            self.properties += 1;
        }
        match element.name() {
            "p" => {
                self.style = Style::default();
                self.builder.begin_paragraph()?;
            }
            "pPr" => self.properties = 1,
            "pStyle" if self.properties > 0 => {
                let direct = std::mem::take(&mut self.style);
                let named = self.styles.of(&element.get("val").unwrap_or_default());
                self.style = Style { level: direct.level.or(named.level), ..named };
            }
            "outlineLvl" if self.properties > 0 => self.style.level = outline(element),
            "numId" if self.properties > 0 => self.style.list = element.get("val"),
            "ilvl" if self.properties > 0 => self.style.list_level = element.number("val"),
            "headerReference" | "footerReference" => {
                let id = element.get_exactly("r:id").or_else(|| element.get("id"));
                self.margins.extend(id.map(|id| (element.name() == "headerReference", id)));
            }
            _ if self.properties > 0 => {}
            "tbl" => self.builder.begin_table()?,
            "tr" => self.builder.begin_row()?,
            "tc" => {
                self.widths.push(1);
                self.builder.begin_blocks()?;
            }
            "gridSpan" => {
                if let (Some(width), Some(span)) = (self.widths.last_mut(), element.number("val")) {
                    *width = span;
                }
            }
            "txbxContent" => self.builder.begin_blocks()?,
            "t" => self.in_text = true,
            "tab" | "ptab" => self.builder.text("\t")?,
            "br" | "cr" => self.builder.text("\n")?,
            "noBreakHyphen" => self.builder.text("-")?,
            "footnoteReference" => self.note("footnote", element)?,
            "endnoteReference" => self.note("endnote", element)?,
            "commentReference" => self.note("comment", element)?,
            _ => {}
        }
        Ok(())
    }

    fn end(&mut self, name: &str) -> Result<(), Unreadable> {
        if self.properties > 0 {
            self.properties -= 1;
            if self.properties == 0 {
                self.properties_end();
            }
            return Ok(());
        }
        match name {
            "p" => self.builder.end_paragraph(),
            "tbl" => self.builder.end_table(),
            "tr" => self.builder.end_row(),
            "tc" => {
                let width = self.widths.pop().unwrap_or(1);
                self.builder.end_cell(width)?;
            }
            "txbxContent" => self.builder.end_blocks(),
            "t" => self.in_text = false,
            _ => {}
        }
        Ok(())
    }

    /// What a paragraph is, once its properties are known.
    fn properties_end(&mut self) {
        let style = std::mem::take(&mut self.style);
        let mark = style
            .list
            .as_deref()
            .and_then(|list| self.numbering.mark(&mut self.counters, list, style.list_level.unwrap_or(0)));
        if let Some(paragraph) = self.builder.paragraph() {
            paragraph.heading = style.level;
            paragraph.mark = mark;
        }
    }

    /// A note: its number in the text, and its own text after the paragraph.
    fn note(&mut self, kind: &'static str, element: &Element<'_>) -> Result<(), Unreadable> {
        let id = element.get("id").unwrap_or_default();
        let Some(note) = self.notes.get(&(kind, id.clone())) else { return Ok(()) };
        let (mark, label) = match kind {
            "comment" => (String::new(), "[comment]".to_owned()),
            "endnote" => (format!("[e{id}]"), format!("[e{id}]")),
            _ => (format!("[{id}]"), format!("[{id}]")),
        };
        self.builder.text(&mark)?;
        self.builder.append(vec![Block::Paragraph(format!("{label} {note}"))]);
        Ok(())
    }
}
