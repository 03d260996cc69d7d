//! `.odt`, `.odp` and `.ods`: the formats of OpenDocument have their text in one part.

use sessiond_documents::{Place, Unreadable};

use crate::blocks::{self, Block, Builder, flat};
use crate::draft::{Draft, Headings};
use crate::package::{Package, encrypted};
use crate::rows::Rows;
use crate::xml::{self, Element, Node};
use crate::{child, title_in};

/// Which of the formats it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    Text,
    Presentation,
    Spreadsheet,
}

/// The document in a package.
///
/// # Errors
///
/// When it is damaged, encrypted or too large.
pub fn read(package: &mut Package<'_>, format: Format) -> Result<Draft, Unreadable> {
    if package.xml("META-INF/manifest.xml")?.is_some_and(|xml| xml.contains("encryption-data")) {
        return Err(encrypted());
    }
    let mut reading = Reading::new(format);
    reading.draft.title = title_in(package, "meta.xml")?;
    let margins = match (format, package.xml("styles.xml")?) {
        (Format::Text, Some(xml)) => margins(&xml)?,
        _ => Vec::new(),
    };
    let xml = package.xml("content.xml")?.ok_or_else(child::damaged)?;
    blocks::add(&mut reading.draft, &mut reading.headings, &Place::Whole, margins);
    xml::visit(&xml, |node| reading.visit(node))?;
    reading.place_ends();
    Ok(reading.draft)
}

/// The texts of headers and footers, which are in the styles of pages.
fn margins(xml: &str) -> Result<Vec<Block>, Unreadable> {
    let mut reading = Reading::new(Format::Text);
    let mut inside = 0usize;
    xml::visit(xml, |node| {
        match &node {
            Node::Start(element) if inside > 0 || is_margin(element.name()) => inside += 1,
            Node::End(_) if inside > 0 => inside -= 1,
            _ => {}
        }
        if inside > 0 { reading.visit(node) } else { Ok(()) }
    })?;
    Ok(reading.builder.finish())
}

fn is_margin(name: &str) -> bool {
    matches!(name, "header" | "footer" | "header-first" | "footer-first" | "header-left" | "footer-left")
}

/// What was deleted, who wrote a comment and when, names of pictures, and numbers of pages.
const NO_TEXT: [&str; 7] = [
    "text:tracked-changes",
    "dc:creator",
    "dc:date",
    "svg:title",
    "svg:desc",
    "text:page-number",
    "text:page-count",
];

/// A document while it is read.
struct Reading {
    format: Format,
    draft: Draft,
    headings: Headings,
    builder: Builder,
    place: Place,
    slides: u32,
    rows: Rows,
    /// Elements within one that is no text.
    skipped: usize,
    list_items: usize,
    cells: Vec<Cell>,
    /// How many rows the row of the sheet that is open stands for.
    repeated: u32,
}

/// A cell that is open.
struct Cell {
    width: usize,
    /// The value, where it says more than the text that is shown.
    value: Option<String>,
}

impl Reading {
    fn new(format: Format) -> Self {
        Self {
            format,
            draft: Draft::default(),
            headings: Headings::default(),
            builder: Builder::new(),
            place: Place::Whole,
            slides: 0,
            rows: Rows::default(),
            skipped: 0,
            list_items: 0,
            cells: Vec::new(),
            repeated: 1,
        }
    }

    fn visit(&mut self, node: Node<'_>) -> Result<(), Unreadable> {
        match node {
            Node::Start(_) if self.skipped > 0 => self.skipped += 1,
            Node::End(_) if self.skipped > 0 => self.skipped -= 1,
            Node::Start(element) => self.start(&element)?,
            Node::End(name) => self.end(name)?,
            Node::Text(text) if self.skipped == 0 && self.builder.paragraph().is_some() => {
                // Line breaks of the file are spaces.
                let words = text.replace(['\n', '\r', '\t'], " ");
                self.builder.text(&words)?;
            }
            Node::Text(_) => {}
        }
        Ok(())
    }

    fn start(&mut self, element: &Element<'_>) -> Result<(), Unreadable> {
        if NO_TEXT.contains(&element.full_name()) {
            self.skipped = 1;
            return Ok(());
        }
        match element.name() {
            "h" => {
                self.builder.begin_paragraph()?;
                if let Some(paragraph) = self.builder.paragraph() {
                    paragraph.heading = Some(element.number("outline-level").unwrap_or(1));
                }
            }
            "p" => {
                self.builder.begin_paragraph()?;
                let mark = (self.list_items > 0).then(|| "-".to_owned());
                if let Some(paragraph) = self.builder.paragraph() {
                    paragraph.mark = mark;
                }
            }
            "list-item" => self.list_items += 1,
            "s" => {
                let count = element.number("c").unwrap_or(1usize).min(1000);
                self.builder.text(&" ".repeat(count))?;
            }
            "tab" => self.builder.text("\t")?,
            "line-break" => self.builder.text("\n")?,
            "text-box" | "annotation" | "note-body" | "notes" => self.builder.begin_blocks()?,
            "note-citation" => self.builder.text(" [")?,
            "page" if self.format == Format::Presentation => {
                self.place_ends();
                self.slides += 1;
                self.place = Place::Slide(self.slides);
            }
            "table" if self.format == Format::Spreadsheet && self.cells.is_empty() => {
                self.place_ends();
                self.place = Place::Sheet(
                    element.get_exactly("table:name").or_else(|| element.get("name")).unwrap_or_default(),
                );
            }
            "table" => self.builder.begin_table()?,
            "table-row" => {
                if self.is_sheet() && self.cells.is_empty() {
                    self.repeated = element.number("number-rows-repeated").unwrap_or(1);
                } else {
                    self.builder.begin_row()?;
                }
            }
            "table-cell" | "covered-table-cell" => {
                let width = element.number("number-columns-repeated").unwrap_or(1);
                let value = match element.get("value-type").as_deref() {
                    Some("date") => element.get("date-value"),
                    Some("time") => element.get("time-value"),
                    Some("float" | "currency" | "percentage") if self.is_sheet() => {
                        element.get_exactly("office:value")
                    }
                    _ => None,
                };
                self.cells.push(Cell { width, value });
                self.builder.begin_blocks()?;
            }
            _ => {}
        }
        Ok(())
    }

    fn end(&mut self, name: &str) -> Result<(), Unreadable> {
        match name {
            "h" | "p" => self.builder.end_paragraph(),
            "list-item" => self.list_items = self.list_items.saturating_sub(1),
            "note-citation" => self.builder.text("]")?,
            "text-box" | "annotation" | "note-body" | "notes" => self.builder.end_blocks(),
            "table-cell" | "covered-table-cell" => {
                let cell = self.cells.pop().unwrap_or(Cell { width: 1, value: None });
                if self.is_sheet() && self.cells.is_empty() {
                    let shown = flat(self.builder.take_blocks());
                    self.rows.cell(cell.value.unwrap_or(shown), cell.width)?;
                } else {
                    self.builder.end_cell(cell.width)?;
                }
            }
            "table-row" if self.is_sheet() && self.cells.is_empty() => self.rows.end_row(self.repeated)?,
            "table-row" => self.builder.end_row(),
            "table" if self.is_sheet() && self.cells.is_empty() => self.place_ends(),
            "table" => self.builder.end_table(),
            _ => {}
        }
        Ok(())
    }

    fn is_sheet(&self) -> bool {
        matches!(self.place, Place::Sheet(_))
    }

    /// A slide or a sheet ends, or the document.
    fn place_ends(&mut self) {
        let place = std::mem::replace(&mut self.place, Place::Whole);
        if let Place::Sheet(name) = place {
            self.draft.parts.extend(std::mem::take(&mut self.rows).part(name));
            return;
        }
        let blocks = std::mem::replace(&mut self.builder, Builder::new()).finish();
        if self.format == Format::Presentation {
            self.headings = Headings::default();
        }
        blocks::add(&mut self.draft, &mut self.headings, &place, blocks);
    }
}
