//! Reads files into text.
//!
//! [`read`] is a function of bytes and a name. It trusts nothing, but the parsers below it may loop, crash or take all memory
//! on a damaged file: call it in a process of its own, which [`child::run`] is. A server calls neither, but
//! [`sessiond_documents::Reader`], which starts that process.
//!
//! One file a format. Each answers a [`Draft`]: parts as they were found. [`Draft::finish`] makes the document of it.

pub mod child;
mod confine;
mod decode;
mod draft;
mod kind;
mod markdown;
mod table;

use sessiond_documents::{Document, Reason, Shape, Unreadable};

use draft::Draft;
use kind::{Kind, TextKind};

/// What is read, for sentences that refuse something else.
const READABLE: &str = "this server reads pdf, docx, pptx, xlsx, doc, ppt, xls, odt, odp, ods, html, csv, Markdown, plain text and source code";

/// The text of a file. The name is only a hint, where the content does not say what kind of text it is.
///
/// # Errors
///
/// [`Unreadable`], with the reason and what to do.
pub fn read(bytes: &[u8], name: &str) -> Result<Document, Unreadable> {
    if bytes.is_empty() {
        return Err(Unreadable::new(Reason::NoText, "it is empty; choose a file with text in it"));
    }
    let kind = kind::of(bytes, name)?;
    let media_type = kind.media_type();
    let draft = match kind {
        Kind::Text(text) => {
            let mut draft = match text.kind {
                TextKind::Markdown => markdown::read(&text.content),
                TextKind::Table(delimiter) => table::read(&text.content, delimiter)?,
                TextKind::Code => Draft::whole(Shape::Code, text.content),
                TextKind::Prose => Draft::prose(text.content),
            };
            draft.notes.splice(0..0, text.note);
            draft
        }
    };
    Ok(Document { media_type: media_type.to_owned(), ..draft.finish()? })
}
