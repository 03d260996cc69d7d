//! `.doc` and `.ppt`: the formats of Office 97 to 2003.

use sessiond_documents::{Place, Unreadable};
use undoc::{Block as Found, ErrorKind, FormatType, ListType, Paragraph, Table};

use crate::blocks::{self, Block};
use crate::child;
use crate::draft::{Draft, Headings};
use crate::package::encrypted;

/// Which of the formats it is; none if it is another one in the same container.
///
/// # Errors
///
/// When it is encrypted, which may be a newer format.
pub fn format(bytes: &[u8]) -> Result<Option<FormatType>, Unreadable> {
    match undoc::detect_format_from_bytes(bytes) {
        Ok(format) => Ok(Some(format)),
        Err(error) if error.kind() == ErrorKind::Encrypted => Err(encrypted()),
        Err(_) => Ok(None),
    }
}

/// A document or a presentation.
///
/// # Errors
///
/// When it is damaged or encrypted.
pub fn read(bytes: &[u8]) -> Result<Draft, Unreadable> {
    let document = undoc::parse_bytes(bytes).map_err(|error| match error.kind() {
        ErrorKind::Encrypted => encrypted(),
        _ => child::damaged(),
    })?;
    let mut draft = Draft { title: document.metadata.title, ..Draft::default() };
    let mut headings = Headings::default();
    let slides = document.format == FormatType::Ppt;
    for (number, section) in (1..).zip(document.sections) {
        let place = if slides { Place::Slide(number) } else { Place::Whole };
        if slides {
            headings = Headings::default();
        }
        let mut found: Vec<Block> =
            section.header.into_iter().flatten().map(|paragraph| block(&paragraph)).collect();
        found.extend(section.content.iter().filter_map(converted));
        let notes: Vec<Block> = section.notes.into_iter().flatten().map(|note| block(&note)).collect();
        if !notes.is_empty() {
            found.push(Block::Paragraph("Notes:".to_owned()));
            found.extend(notes);
        }
        found.extend(section.footer.into_iter().flatten().map(|paragraph| block(&paragraph)));
        blocks::add(&mut draft, &mut headings, &place, found);
    }
    Ok(draft)
}

fn converted(found: &Found) -> Option<Block> {
    match found {
        Found::Paragraph(paragraph) => Some(block(paragraph)),
        Found::Table(table) => Some(Block::Table(rows(table))),
        Found::Note { label, content } => {
            let texts: Vec<String> = content.iter().map(Paragraph::plain_text).collect();
            Some(Block::Paragraph(format!("[{label}] {}", texts.join("\n"))))
        }
        Found::PageBreak | Found::SectionBreak | Found::Image { .. } => None,
    }
}

fn block(paragraph: &Paragraph) -> Block {
    let text = paragraph.plain_text();
    if paragraph.is_heading() {
        return Block::Heading(paragraph.heading.level(), text);
    }
    match &paragraph.list_info {
        Some(list) if list.list_type == ListType::Numbered && list.number.is_some() => {
            Block::Item(format!("{}. {text}", list.number.unwrap_or(1)))
        }
        Some(list) if list.list_type != ListType::None => Block::Item(format!("- {text}")),
        _ => Block::Paragraph(text),
    }
}

fn rows(table: &Table) -> Vec<Vec<String>> {
    let cell = |cell: &undoc::Cell| {
        let mut texts = vec![cell.plain_text()];
        texts.extend(cell.nested_tables.iter().map(|table| rows(table).concat().join(" ")));
        let width = (cell.col_span as usize).clamp(1, 64);
        std::iter::once(texts.join(" ")).chain(std::iter::repeat_n(String::new(), width - 1))
    };
    table.rows.iter().map(|row| row.cells.iter().flat_map(cell).collect()).collect()
}
