//! `search`, `grep` and `read`: the files of the session.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::Deserialize;
use sessiond_core::{File, Source};
use sessiond_documents::index::{Grep, Range};
use sessiond_engine::{FileReader as _, TurnFiles};
use sessiond_turns::tool::Tool;

use super::{InTurn, TurnTool};
use crate::library::Library;
use crate::prompt;

/// Passages of a search, and how many there are at most.
const PASSAGES: usize = 6;
const MOST_PASSAGES: usize = 20;
/// Lines that `grep` finds at most.
const MATCHES: usize = 50;
/// Lines that are read when the model does not say how many.
const LINES: u32 = 200;
/// File names that are listed.
const NAMES: usize = 200;

/// What to search for.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(deny_unknown_fields)]
struct Search {
    /// Words or a question.
    query: String,
    /// The name of the only file to search; all files if absent.
    #[serde(default)]
    file: Option<String>,
    /// The maximum number of passages, up to 20; 6 if absent.
    #[serde(default)]
    limit: Option<usize>,
}

/// What to find exactly.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(deny_unknown_fields)]
struct Find {
    /// The text as it is written, such as `foo(` or `5.12.3`.
    text: String,
    /// The name of the only file to look in; all files if absent.
    #[serde(default)]
    file: Option<String>,
    /// Whether `A` is not `a`; false if absent.
    #[serde(default)]
    case_sensitive: bool,
}

/// What to read.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(deny_unknown_fields)]
struct Read {
    /// The name of the file. Without it, the files are listed.
    #[serde(default)]
    file: Option<String>,
    /// The first line, from 1.
    #[serde(default)]
    from_line: Option<u32>,
    /// The last line.
    #[serde(default)]
    to_line: Option<u32>,
    /// The first page, slide or sheet, from 1, instead of lines.
    #[serde(default)]
    from_page: Option<u32>,
    /// The last page, slide or sheet.
    #[serde(default)]
    to_page: Option<u32>,
}

pub(super) fn search() -> TurnTool {
    Tool::typed(
        "search",
        "Searches the user's files for the passages that fit words or a question best. Cite what you use by its number, such as \
         [3].",
        |within: InTurn, wanted: Search| async move {
            let (library, files) = within.files()?;
            let all = chosen(files, wanted.file.as_deref())?;
            let limit = wanted.limit.unwrap_or(PASSAGES).clamp(1, MOST_PASSAGES);
            let found = library.search(&files.directory, &wanted.query, &all, limit).await;
            let found = found.map_err(unreadable)?;
            if found.is_empty() {
                return Ok(
                    "Nothing was found. Try other words, or grep for a text as it is written.".to_owned()
                );
            }
            let shown = found.into_iter().map(|passage| {
                let source = Source {
                    number: 0,
                    file_id: passage.file,
                    name: passage.name,
                    passage: Some(passage.number),
                    place: passage.place,
                    call: None,
                };
                let number = within.number(source.clone());
                prompt::source(&Source { number, ..source }, &passage.text)
            });
            Ok(shown.collect::<Vec<_>>().join("\n\n"))
        },
    )
}

pub(super) fn grep() -> TurnTool {
    Tool::typed(
        "grep",
        "Finds the lines of the user's files that have a text exactly as it is written: names, numbers, codes. Cite a file by the \
         number before its name, such as [3].",
        |within: InTurn, wanted: Find| async move {
            if wanted.text.trim().is_empty() {
                return Err("The text may not be empty.".to_owned());
            }
            let (library, files) = within.files()?;
            let all = chosen(files, wanted.file.as_deref())?;
            let ids = Some(all.iter().map(|file| file.id.as_str().to_owned()).collect());
            let options =
                Grep { limit: MATCHES + 1, files: ids, case_sensitive: wanted.case_sensitive, context: 0 };
            let mut found =
                library.grep(&files.directory, &all, wanted.text, options).await.map_err(unreadable)?;
            if found.is_empty() {
                return Ok("No line has this text.".to_owned());
            }
            let is_cut = found.len() > MATCHES;
            found.truncate(MATCHES);
            let mut shown = String::new();
            let mut last = None;
            for line in found {
                if last.as_ref() != Some(&line.file) {
                    let file = all.iter().find(|file| file.id.as_str() == line.file);
                    let number = file.map_or(0, |file| within.number(whole(file, None)));
                    shown.push_str(&format!("[{number}] {}\n", prompt::inside(&line.name)));
                    last = Some(line.file.clone());
                }
                let place = line.place.to_string();
                let place = if place.is_empty() { place } else { format!("{place}, ") };
                shown.push_str(&format!(
                    "  {place}line {}: {}\n",
                    line.line,
                    prompt::inside(line.text.trim())
                ));
            }
            if is_cut {
                shown.push_str(&format!("There are more than {MATCHES} such lines."));
            }
            Ok(shown.trim_end().to_owned())
        },
    )
}

pub(super) fn read() -> TurnTool {
    Tool::typed(
        "read",
        "Reads a range of one of the user's files: lines, or pages. Without a file it lists the files.",
        |within: InTurn, wanted: Read| async move {
            let (library, files) = within.files()?;
            let Some(name) = wanted.file.as_deref() else { return Ok(list(&files.all)) };
            let all = chosen(files, Some(name))?;
            let (range, place) = wanted.range()?;
            let file = &all[0];
            let text = library.range(&files.directory, file, range).await.map_err(unreadable)?;
            let Some(text) = text else { return Err("The file's text is not here any more.".to_owned()) };
            let size = match text.parts {
                0 | 1 => format!("The file has {} lines.", text.lines),
                parts => format!("The file has {parts} pages, and {} lines.", text.lines),
            };
            if text.shown.is_empty() {
                return Ok(format!("There is nothing there. {size}"));
            }
            let source = whole(file, Some(place));
            let number = within.number(source.clone());
            let shown = prompt::source(&Source { number, ..source }, &text.shown);
            Ok(format!("{shown}\n{size}"))
        },
    )
}

impl Read {
    fn range(&self) -> Result<(Range, String), String> {
        let words = |one: &str, first: u32, last: u32| {
            if first == last { format!("{one} {first}") } else { format!("{one}s {first}–{last}") }
        };
        if self.from_page.is_some() || self.to_page.is_some() {
            let first = self.from_page.unwrap_or(1).max(1);
            let last = self.to_page.unwrap_or(first);
            return match last < first {
                true => Err("The last page is before the first.".to_owned()),
                false => Ok((Range::Parts(first, last), words("page", first, last))),
            };
        }
        let first = self.from_line.unwrap_or(1).max(1);
        let last = self.to_line.unwrap_or(first.saturating_add(LINES - 1));
        match last < first {
            true => Err("The last line is before the first.".to_owned()),
            false => Ok((Range::Lines(first, last), words("line", first, last))),
        }
    }
}

impl InTurn {
    fn files(&self) -> Result<&(Library, TurnFiles), String> {
        self.files.as_ref().ok_or_else(|| "There are no files.".to_owned())
    }
}

/// A file, or a range of it, as a source.
fn whole(file: &File, place: Option<String>) -> Source {
    Source { number: 0, file_id: file.id.clone(), name: file.name.clone(), passage: None, place, call: None }
}

/// The file of that name, or all.
fn chosen(files: &TurnFiles, name: Option<&str>) -> Result<Vec<Arc<File>>, String> {
    let Some(name) = name.map(str::trim).filter(|name| !name.is_empty()) else {
        return Ok(files.all.clone());
    };
    let exact = files.all.iter().find(|file| file.name == name);
    let same = || files.all.iter().find(|file| file.name.to_lowercase() == name.to_lowercase());
    match exact.or_else(same) {
        Some(file) => Ok(vec![file.clone()]),
        None => Err(format!("There is no file of this name. {}", list(&files.all))),
    }
}

fn list(files: &[Arc<File>]) -> String {
    let mut text = "The files are:".to_owned();
    for file in files.iter().take(NAMES) {
        text.push_str(&format!("\n- {} ({} characters)", prompt::inside(&file.name), file.characters));
    }
    if files.len() > NAMES {
        text.push_str(&format!("\nand {} others", files.len() - NAMES));
    }
    text
}

fn unreadable(error: std::io::Error) -> String {
    tracing::warn!(%error, "a tool cannot read the files of a session");
    "The files cannot be read now.".to_owned()
}
