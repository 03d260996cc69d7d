//! `sessiond extract`: the text of a file, and the process that reads it.

use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use clap::Args;
use sessiond_documents::read::{NAME_VARIABLE, Options, limits};
use sessiond_documents::{Document, Reader, Unreadable};

use super::Context;

/// Print the text of a file, as an assistant reads it
///
/// It reads pdf, docx, pptx, xlsx, doc, ppt, xls, odt, odp, ods, html, csv, Markdown, plain text and source code. The content of
/// the file says which it is.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  sessiond extract report.pdf
  sessiond extract table.xlsx --json | jq '.parts[0].text'
  sessiond extract --name notes.md < notes")]
pub struct Extract {
    /// File; standard input if it is left out or -
    file: Option<PathBuf>,
    /// Name of the file, which says what kind of text a text is [default: that of FILE]
    #[arg(long)]
    name: Option<String>,
    /// Be the process that reads: limit yourself, and answer as JSON
    #[arg(long, hide = true)]
    child: bool,
}

impl Extract {
    /// Whether this process is the one that reads. It must have no threads and no settings.
    pub fn is_child(&self) -> bool {
        self.child
    }

    /// Reads the file in this process, and answers.
    pub fn read_here(&self) -> anyhow::Result<()> {
        let name = std::env::var(NAME_VARIABLE).unwrap_or_default();
        Ok(sessiond_extract::child::run(self.path(), &name)?)
    }

    pub async fn run(self, context: Context) -> anyhow::Result<()> {
        let program = std::env::current_exe().context("cannot find this program's own file")?;
        let reader = Reader::new(Options::new(program));
        let name = self.name.clone().unwrap_or_else(|| {
            self.path().and_then(Path::file_name).unwrap_or_default().to_string_lossy().into_owned()
        });
        let read = match self.path() {
            Some(path) => reader.read(path, &name).await,
            None => {
                let mut bytes = Vec::new();
                let most = limits::FILE_BYTES as u64 + 1;
                io::stdin().take(most).read_to_end(&mut bytes).context("cannot read standard input")?;
                reader.read_bytes(bytes, &name).await
            }
        };
        match read {
            Ok(document) if context.out.json => context.out.json(&document),
            Ok(document) => print(&context, &document),
            Err(Unreadable { reason, detail }) => {
                let file = self.path().map_or("standard input".to_owned(), |path| path.display().to_string());
                bail!("{file} cannot be read ({reason}): {detail}")
            }
        }
    }

    fn path(&self) -> Option<&Path> {
        self.file.as_deref().filter(|path| *path != Path::new("-"))
    }
}

/// The parts with an empty line between them, and what a person should know on standard error.
fn print(context: &Context, document: &Document) -> anyhow::Result<()> {
    let mut before = None;
    for (index, part) in document.parts.iter().enumerate() {
        if index > 0 {
            context.out.line("")?;
        }
        let place = part.place.to_string();
        if !place.is_empty() && before != Some(&part.place) {
            context.out.line(format!("[{place}]"))?;
        }
        before = Some(&part.place);
        context.out.lines_of(&part.text)?;
    }
    for note in &document.notes {
        eprintln!("note: {}", crate::output::printable(note));
    }
    Ok(())
}
