//! Reads files into text.
//!
//! [`read`] is a function of bytes and a name. It trusts nothing, but the parsers below it may loop, crash or take all memory
//! on a damaged file: call it in a process of its own, which [`child::run`] is. A server calls neither, but
//! [`sessiond_documents::Reader`], which starts that process.
//!
//! One file a format. Each answers a draft: parts as they were found; `draft.rs` makes the document of it.

mod blocks;
pub mod child;
mod confine;
mod decode;
mod draft;
mod html;
mod kind;
mod legacy;
mod markdown;
mod numbering;
mod open_document;
mod package;
mod pdf;
mod rows;
mod slides;
mod table;
mod word;
mod workbook;
mod xml;

use sessiond_documents::{Document, Reason, Shape, Unreadable};

use draft::Draft;
use kind::{Kind, TextKind};
use package::Package;
use xml::Node;

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
        Kind::Pdf => pdf::read(bytes)?,
        Kind::Word(mut package, main) => word::read(&mut package, &main)?,
        Kind::Slides(mut package, main) => slides::read(&mut package, &main)?,
        Kind::Workbook(mut package, main) => workbook::read(&mut package, bytes, &main)?,
        Kind::OpenDocument(mut package, format) => open_document::read(&mut package, format)?,
        Kind::OldDocument | Kind::OldSlides => legacy::read(bytes)?,
        Kind::OldWorkbook => workbook::read_old(bytes)?,
        Kind::Text(text) => {
            let mut draft = match text.kind {
                TextKind::Html => html::read(&text.content)?,
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

/// The title in the properties of an Open XML document.
fn core_title(package: &mut Package<'_>) -> Result<Option<String>, Unreadable> {
    title_in(package, "docProps/core.xml")
}

/// The title in a part that has the properties of a document.
fn title_in(package: &mut Package<'_>, part: &str) -> Result<Option<String>, Unreadable> {
    let Some(xml) = package.xml(part)? else { return Ok(None) };
    let (mut inside, mut title) = (false, String::new());
    xml::visit(&xml, |node| {
        match node {
            Node::Start(element) => inside = element.name() == "title",
            Node::End(_) => inside = false,
            Node::Text(text) if inside => title.push_str(&text),
            Node::Text(_) => {}
        }
        Ok(())
    })?;
    Ok(Some(title))
}
