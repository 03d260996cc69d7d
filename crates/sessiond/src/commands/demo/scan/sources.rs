//! The files of code, one by one, for whoever measures them side by side.

use std::path::{Component, Path};

use serde::{Deserialize, Serialize};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::text::{self, Content};
use super::walk::{WalkError, reason, walk};
use super::{Limits, Watcher, languages};

/// Files that are measured one by one; of a larger tree, the first ones are.
const FILES: usize = 5_000;

/// A file of code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    /// Below the directory.
    pub path: String,
    /// What it is written in.
    pub language: String,
}

/// What was measured of a file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Measures {
    /// Its lines.
    pub lines: u64,
    /// Those with nothing but white space.
    pub blank: u64,
    /// Characters of its longest line.
    pub longest: u64,
}

/// The files of code below `root`.
pub fn sources(root: &Path) -> Result<Vec<Source>, WalkError> {
    let limits = Limits::default();
    let watcher = Watcher::new(watch::Sender::default(), CancellationToken::new());
    let files = walk(root, &limits, &watcher)?.files;
    let code = files.iter().filter(|file| file.bytes <= limits.file_bytes).filter_map(|file| {
        let language = languages::of(&file.path).filter(|language| language.is_code)?;
        Some(Source { path: file.path.to_str()?.to_owned(), language: language.name.to_owned() })
    });
    Ok(code.take(FILES).collect())
}

/// Measures one of them. One that is no text has no lines.
pub fn measure(root: &Path, source: &Source) -> Result<Measures, String> {
    let path = Path::new(&source.path);
    // The path comes from a record that others may have written.
    if !path.components().all(|part| matches!(part, Component::Normal(_))) {
        return Err(format!("{} does not lie below the directory", source.path));
    }
    let most = Limits::default().file_bytes;
    let content = text::read(&root.join(path), most).map_err(|error| reason(&error))?;
    let Content::Text { text, .. } = content else { return Ok(Measures::default()) };
    Ok(Measures {
        lines: text::lines(&text),
        blank: text.lines().filter(|line| line.trim().is_empty()).count() as u64,
        longest: text.lines().map(|line| line.chars().count() as u64).max().unwrap_or(0),
    })
}
