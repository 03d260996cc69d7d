//! What documents with a structure consist of, whatever their format.

use sessiond_documents::read::limits;
use sessiond_documents::read::{too_deep, too_much_text};
use sessiond_documents::{Part, Place, Shape, Unreadable};

use crate::draft::{Draft, Headings, cell};
use crate::table::{too_many_cells, too_many_columns};

/// A piece of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Block {
    /// A paragraph.
    Paragraph(String),
    /// An item of a list, with its mark.
    Item(String),
    /// A heading of this level; 0 is a title.
    Heading(u8, String),
    /// The rows of a table.
    Table(Vec<Vec<String>>),
}

impl Block {
    fn is_empty(&self) -> bool {
        match self {
            Self::Paragraph(text) | Self::Item(text) | Self::Heading(_, text) => text.trim().is_empty(),
            Self::Table(rows) => rows.iter().flatten().all(|cell| cell.trim().is_empty()),
        }
    }
}

/// The blocks of a cell, a note or a box as one text.
pub fn flat(blocks: Vec<Block>) -> String {
    let mut texts = Vec::with_capacity(blocks.len());
    for block in blocks {
        match block {
            Block::Paragraph(text) | Block::Item(text) | Block::Heading(_, text) => texts.push(text),
            Block::Table(rows) => texts.extend(rows.into_iter().map(|row| row.join(" "))),
        }
    }
    texts.retain(|text| !text.trim().is_empty());
    texts.join("\n")
}

/// Adds blocks to a document: prose and tables are parts of their own, and a part begins at each heading.
pub fn add(draft: &mut Draft, headings: &mut Headings, place: &Place, blocks: Vec<Block>) {
    let mut prose = String::new();
    let mut after_item = false;
    for block in blocks {
        if block.is_empty() {
            continue;
        }
        let item = matches!(block, Block::Item(_));
        match block {
            Block::Paragraph(text) | Block::Item(text) => {
                if !prose.is_empty() {
                    prose.push_str(if item && after_item { "\n" } else { "\n\n" });
                }
                prose.push_str(&text);
            }
            Block::Heading(level, text) => {
                close(draft, headings, place, &mut prose);
                headings.enter(level, &text);
                prose = text;
            }
            // A table of one column is a frame around paragraphs.
            Block::Table(rows) if rows.iter().all(|row| row.len() < 2) => {
                for text in rows.into_iter().flatten() {
                    prose.push_str(if prose.is_empty() { "" } else { "\n\n" });
                    prose.push_str(&text);
                }
            }
            Block::Table(rows) => {
                close(draft, headings, place, &mut prose);
                let mut text = String::new();
                for row in rows {
                    let cells: Vec<String> = row.iter().map(|text| cell(text)).collect();
                    text.push_str(cells.join("\t").trim_end());
                    text.push('\n');
                }
                draft.parts.push(Part {
                    place: place.clone(),
                    heading: headings.here(),
                    shape: Shape::Table,
                    text,
                });
            }
        }
        after_item = item;
    }
    close(draft, headings, place, &mut prose);
}

fn close(draft: &mut Draft, headings: &Headings, place: &Place, prose: &mut String) {
    let text = std::mem::take(prose);
    if !text.is_empty() {
        draft.parts.push(Part { place: place.clone(), heading: headings.here(), shape: Shape::Prose, text });
    }
}

/// Blocks while their elements are open. Elements come in the order of the file, and may be within each other in any way.
#[derive(Debug)]
pub struct Builder {
    open: Vec<Open>,
    bytes: usize,
    cells: usize,
}

#[derive(Debug)]
enum Open {
    /// A body, a cell, a box: what may contain blocks.
    Blocks(Vec<Block>),
    /// A paragraph, and the boxes and notes that are anchored in it.
    Paragraph(Paragraph),
    Table(Vec<Vec<String>>),
    Row(Vec<String>),
}

/// A paragraph while it is open.
#[derive(Debug, Default)]
pub struct Paragraph {
    /// Its text so far.
    pub text: String,
    /// The level of a heading.
    pub heading: Option<u8>,
    /// What an item of a list begins with.
    pub mark: Option<String>,
    /// Whether it is no text of the document, as the number of a slide.
    pub dropped: bool,
    after: Vec<Block>,
}

impl Builder {
    pub fn new() -> Self {
        Self { open: vec![Open::Blocks(Vec::new())], bytes: 0, cells: 0 }
    }

    /// Text of the paragraph that is open; none is open between paragraphs.
    ///
    /// # Errors
    ///
    /// When it is too much.
    pub fn text(&mut self, text: &str) -> Result<(), Unreadable> {
        // No character has more than four; the exact count is made at the end.
        self.bytes += text.len();
        if self.bytes > 4 * limits::TEXT_CHARACTERS {
            return Err(too_much_text());
        }
        if let Some(Open::Paragraph(paragraph)) = self.open.last_mut() {
            paragraph.text.push_str(text);
        }
        Ok(())
    }

    /// The paragraph that is open.
    pub fn paragraph(&mut self) -> Option<&mut Paragraph> {
        match self.open.last_mut() {
            Some(Open::Paragraph(paragraph)) => Some(paragraph),
            _ => None,
        }
    }

    /// Blocks that follow the paragraph that is open, or follow here.
    pub fn append(&mut self, blocks: Vec<Block>) {
        for open in self.open.iter_mut().rev() {
            match open {
                Open::Paragraph(paragraph) => return paragraph.after.extend(blocks),
                Open::Blocks(here) => return here.extend(blocks),
                Open::Table(_) | Open::Row(_) => {}
            }
        }
    }

    pub fn begin_paragraph(&mut self) -> Result<(), Unreadable> {
        self.begin(Open::Paragraph(Paragraph::default()))
    }

    pub fn begin_blocks(&mut self) -> Result<(), Unreadable> {
        self.begin(Open::Blocks(Vec::new()))
    }

    pub fn begin_table(&mut self) -> Result<(), Unreadable> {
        self.begin(Open::Table(Vec::new()))
    }

    pub fn begin_row(&mut self) -> Result<(), Unreadable> {
        self.begin(Open::Row(Vec::new()))
    }

    fn begin(&mut self, open: Open) -> Result<(), Unreadable> {
        if self.open.len() >= limits::DEPTH {
            return Err(too_deep());
        }
        self.open.push(open);
        Ok(())
    }

    /// Ends the paragraph that is open, and everything in it.
    pub fn end_paragraph(&mut self) {
        if let Some(Open::Paragraph(paragraph)) = self.close(|open| matches!(open, Open::Paragraph(_))) {
            let Paragraph { text, heading, mark, dropped, after } = paragraph;
            let block = match (heading, mark) {
                (Some(level), mark) => {
                    Block::Heading(level, mark.map_or(text.clone(), |mark| format!("{mark} {text}")))
                }
                (None, Some(mark)) if !text.trim().is_empty() => Block::Item(format!("{mark} {text}")),
                (None, _) => Block::Paragraph(text),
            };
            let mut blocks = if dropped { Vec::new() } else { vec![block] };
            blocks.extend(after);
            self.append(blocks);
        }
    }

    /// Ends a box; its blocks follow the paragraph that it is anchored in.
    pub fn end_blocks(&mut self) {
        if let Some(Open::Blocks(blocks)) = self.close(|open| matches!(open, Open::Blocks(_))) {
            self.append(blocks);
        }
    }

    /// Ends a box, and answers its blocks.
    pub fn take_blocks(&mut self) -> Vec<Block> {
        match self.close(|open| matches!(open, Open::Blocks(_))) {
            Some(Open::Blocks(blocks)) => blocks,
            _ => Vec::new(),
        }
    }

    /// Ends a cell that is as wide as so many columns.
    ///
    /// # Errors
    ///
    /// When a table has too many cells or a row too many columns.
    pub fn end_cell(&mut self, width: usize) -> Result<(), Unreadable> {
        let Some(Open::Blocks(blocks)) = self.close(|open| matches!(open, Open::Blocks(_))) else {
            return Ok(());
        };
        self.cell(flat(blocks), width)
    }

    /// Adds a cell to the row that is open.
    ///
    /// # Errors
    ///
    /// As [`end_cell`](Self::end_cell).
    pub fn cell(&mut self, text: String, width: usize) -> Result<(), Unreadable> {
        let width = width.max(1);
        self.cells = self.cells.saturating_add(width);
        if self.cells > limits::CELLS {
            return Err(too_many_cells());
        }
        if let Some(Open::Row(row)) = self.open.last_mut() {
            if row.len() + width > limits::COLUMNS {
                return Err(too_many_columns());
            }
            row.push(text);
            row.extend(std::iter::repeat_n(String::new(), width - 1));
        }
        Ok(())
    }

    /// Ends the row that is open, and gives it to its table.
    pub fn end_row(&mut self) {
        if let Some(Open::Row(row)) = self.close(|open| matches!(open, Open::Row(_)))
            && let Some(Open::Table(rows)) = self.open.last_mut()
        {
            rows.push(row);
        }
    }

    /// Ends the table that is open.
    pub fn end_table(&mut self) {
        if let Some(Open::Table(rows)) = self.close(|open| matches!(open, Open::Table(_))) {
            self.append(vec![Block::Table(rows)]);
        }
    }

    /// The blocks; what is still open ends here.
    pub fn finish(mut self) -> Vec<Block> {
        while self.open.len() > 1 {
            match self.open.last() {
                Some(Open::Paragraph(_)) => self.end_paragraph(),
                Some(Open::Blocks(_)) => self.end_blocks(),
                Some(Open::Row(_)) => self.end_row(),
                _ => self.end_table(),
            }
        }
        match self.open.pop() {
            Some(Open::Blocks(blocks)) => blocks,
            _ => Vec::new(),
        }
    }

    /// Takes the innermost open element of a kind. A file whose elements are not within each other as they should be loses what
    /// is above it. The outermost stays open.
    fn close(&mut self, is: impl Fn(&Open) -> bool) -> Option<Open> {
        let index = self.open.iter().rposition(is).filter(|index| *index > 0)?;
        self.open.truncate(index + 1);
        self.open.pop()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn boxes_follow_their_paragraph_and_tables_in_cells_are_flat() {
        let mut builder = Builder::new();
        builder.begin_paragraph().unwrap();
        builder.text("before ").unwrap();
        builder.begin_blocks().unwrap();
        builder.begin_paragraph().unwrap();
        builder.text("box").unwrap();
        builder.end_paragraph();
        builder.end_blocks();
        builder.text("after").unwrap();
        builder.end_paragraph();
        builder.begin_table().unwrap();
        builder.begin_row().unwrap();
        builder.begin_blocks().unwrap();
        builder.append(vec![Block::Table(vec![vec!["a".into(), "b".into()]]), Block::Paragraph("c".into())]);
        builder.end_cell(2).unwrap();
        let blocks = builder.finish();
        assert_eq!(
            blocks,
            [
                Block::Paragraph("before after".into()),
                Block::Paragraph("box".into()),
                Block::Table(vec![vec!["a b\nc".into(), String::new()]]),
            ]
        );
    }

    #[test]
    fn depth_and_cells_have_limits() {
        let mut builder = Builder::new();
        let error =
            std::iter::repeat_with(|| builder.begin_blocks()).take(limits::DEPTH + 1).find_map(Result::err);
        assert_eq!(error, Some(too_deep()));
        let mut builder = Builder::new();
        assert_eq!(builder.cell(String::new(), usize::MAX), Err(too_many_cells()));
        builder.begin_row().unwrap();
        assert!(builder.cell(String::new(), limits::COLUMNS + 1).is_err());
    }
}
