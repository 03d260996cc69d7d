//! A document: the text of a file, in parts that say where they are.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The text of a file.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Document {
    /// The title that the file gives itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// What the file is by its content, such as `application/pdf`.
    #[serde(default)]
    pub media_type: String,
    /// The text, in the order of reading.
    pub parts: Vec<Part>,
    /// What a reader should know, as sentences: an encoding that was detected, pages without text.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
}

/// A part of a document: a page, a slide, a sheet, a section, or the whole file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// Where it is in the file.
    pub place: Place,
    /// The heading above it; with those above that one, outermost first, joined by ` > `.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub heading: Option<String>,
    /// What its lines are.
    pub shape: Shape,
    /// Its text, with `\n` between lines. Paragraphs have an empty line between them. The cells of a row have a tab between them, and the
    /// first line of a table is its header.
    pub text: String,
}

/// Where a part is in its file. Numbers begin at 1.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    /// A page of a PDF.
    Page(u32),
    /// A slide of a presentation.
    Slide(u32),
    /// A sheet of a workbook, by its name.
    Sheet(String),
    /// No pages: the file as a whole.
    Whole,
}

/// What the lines of a part are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Shape {
    /// Paragraphs.
    Prose,
    /// Lines of code, of a log, or of a configuration: indentation is kept.
    Code,
    /// Rows.
    Table,
}

impl Document {
    /// The characters of all its parts.
    pub fn characters(&self) -> usize {
        self.parts.iter().map(|part| part.text.chars().count()).sum()
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Page(number) => write!(f, "page {number}"),
            Self::Slide(number) => write!(f, "slide {number}"),
            Self::Sheet(name) => write!(f, "sheet {name}"),
            Self::Whole => Ok(()),
        }
    }
}
