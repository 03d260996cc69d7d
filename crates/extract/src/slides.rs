//! `.pptx`: a part for each slide, with its notes.

use sessiond_documents::{Place, Unreadable};

use crate::blocks::{self, Block, Builder};
use crate::child;
use crate::core_title;
use crate::draft::{Draft, Headings};
use crate::package::Package;
use crate::xml::{self, Element, Node};

/// The presentation whose main part has this name.
///
/// # Errors
///
/// When it is damaged or too large.
pub fn read(package: &mut Package<'_>, main: &str) -> Result<Draft, Unreadable> {
    let xml = package.xml(main)?.ok_or_else(child::damaged)?;
    let relations = package.relations(main)?;
    let mut slides = Vec::new();
    xml::visit(&xml, |node| {
        if let Node::Start(element) = node
            && element.name() == "sldId"
        {
            let id = element.get_exactly("r:id").unwrap_or_default();
            slides.extend(relations.get(&id).map(|relation| relation.part.clone()));
        }
        Ok(())
    })?;
    let mut draft = Draft { title: core_title(package)?, ..Draft::default() };
    for (number, slide) in (1..).zip(slides) {
        let Some(xml) = package.xml(&slide)? else { continue };
        let mut blocks = text(&xml)?;
        let mut related: Vec<_> = package.relations(&slide)?.into_iter().collect();
        related.sort_by(|one, other| one.0.cmp(&other.0));
        for (_, relation) in related {
            let label = match relation.kind.as_str() {
                // The texts of a drawing that is made of a list.
                "diagramData" => None,
                "notesSlide" => Some("Notes:"),
                "comments" => Some("Comments:"),
                _ => continue,
            };
            let Some(xml) = package.xml(&relation.part)? else { continue };
            let more: Vec<Block> = text(&xml)?.into_iter().map(as_paragraph).collect();
            if more.iter().any(|block| !matches!(block, Block::Paragraph(text) if text.trim().is_empty())) {
                blocks.extend(label.map(|label| Block::Paragraph(label.to_owned())));
                blocks.extend(more);
            }
        }
        blocks::add(&mut draft, &mut Headings::default(), &Place::Slide(number), blocks);
    }
    Ok(draft)
}

/// In notes nothing is a heading.
fn as_paragraph(block: Block) -> Block {
    match block {
        Block::Heading(_, text) => Block::Paragraph(text),
        other => other,
    }
}

fn text(xml: &str) -> Result<Vec<Block>, Unreadable> {
    let mut text = Text {
        builder: Builder::new(),
        placeholder: String::new(),
        in_text: false,
        skipped: 0,
        widths: Vec::new(),
    };
    xml::visit(xml, |node| {
        match node {
            Node::Start(_) if text.skipped > 0 => text.skipped += 1,
            Node::End(_) if text.skipped > 0 => text.skipped -= 1,
            Node::Start(element) => text.start(&element)?,
            Node::End(name) => text.end(name)?,
            Node::Text(words) if text.in_text => text.builder.text(&words)?,
            Node::Text(_) => {}
        }
        Ok(())
    })?;
    Ok(text.builder.finish())
}

struct Text {
    builder: Builder,
    /// What the shape is a placeholder for.
    placeholder: String,
    in_text: bool,
    skipped: usize,
    widths: Vec<usize>,
}

impl Text {
    fn start(&mut self, element: &Element<'_>) -> Result<(), Unreadable> {
        match element.name() {
            "Fallback" => self.skipped = 1,
            "sp" => self.placeholder.clear(),
            "ph" => self.placeholder = element.get("type").unwrap_or_default(),
            "p" => {
                self.builder.begin_paragraph()?;
                if let Some(paragraph) = self.builder.paragraph() {
                    match self.placeholder.as_str() {
                        "title" | "ctrTitle" => paragraph.heading = Some(1),
                        // Numbers and dates of the page.
                        "sldNum" | "dt" => paragraph.dropped = true,
                        _ => {}
                    }
                }
            }
            "tbl" => self.builder.begin_table()?,
            "tr" => self.builder.begin_row()?,
            "tc" => {
                // Cells that are part of a wider one are there, without text.
                self.widths.push(1);
                self.builder.begin_blocks()?;
            }
            "t" => self.in_text = true,
            // Comments have their text in an element of its own.
            "text" => {
                self.builder.begin_paragraph()?;
                self.in_text = true;
            }
            "br" => self.builder.text("\n")?,
            _ => {}
        }
        Ok(())
    }

    fn end(&mut self, name: &str) -> Result<(), Unreadable> {
        match name {
            "sp" => self.placeholder.clear(),
            "p" => self.builder.end_paragraph(),
            "text" => {
                self.in_text = false;
                self.builder.end_paragraph();
            }
            "tbl" => self.builder.end_table(),
            "tr" => self.builder.end_row(),
            "tc" => {
                let width = self.widths.pop().unwrap_or(1);
                self.builder.end_cell(width)?;
            }
            "t" => self.in_text = false,
            _ => {}
        }
        Ok(())
    }
}
