//! The files that a person would ask about: a few small ones that have a text.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::text::{self, Content};
use super::walk::{File, WalkError, walk};
use super::{Limits, Watcher, languages, secrets};

/// How many are chosen at most.
pub const FILES: usize = 6;
/// The most bytes of each.
pub const FILE_BYTES: u64 = 256 * 1024;

/// How the names of documents end. Those of which the first value says so are text.
const KINDS: &[(bool, &[&str])] = &[
    (true, &["md", "markdown", "txt", "rst", "org", "html", "htm", "csv"]),
    (false, &["pdf", "docx", "odt", "pptx", "odp", "xlsx", "ods", "doc", "ppt", "xls"]),
];

/// A file that was chosen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chosen {
    /// Its path.
    pub path: PathBuf,
    /// Its name, which no other one has.
    pub name: String,
    /// Its size.
    pub bytes: u64,
    /// The first heading below its title, if it is Markdown.
    pub heading: Option<String>,
}

/// The documents below `root`, a readme first and then those that are not far down; source code if there are none. A hidden file,
/// and one in which something looks like a secret, is not chosen.
pub fn documents(root: &Path) -> Result<Vec<Chosen>, WalkError> {
    let watcher = Watcher::new(watch::Sender::default(), CancellationToken::new());
    let mut files = walk(root, &Limits::default(), &watcher)?.files;
    files.retain(|file| (1..=FILE_BYTES).contains(&file.bytes) && !is_hidden(&file.path));
    // Sorting is stable: the walk's order decides between equals.
    files.sort_by_key(|file| (!is_readme(&file.path), file.path.components().count()));
    let documents = choose(root, files.iter().filter(|file| is_document(&file.path)));
    if !documents.is_empty() {
        return Ok(documents);
    }
    Ok(choose(
        root,
        files.iter().filter(|file| languages::of(&file.path).is_some_and(|language| language.is_code)),
    ))
}

fn choose<'a>(root: &Path, files: impl Iterator<Item = &'a File>) -> Vec<Chosen> {
    let mut names = HashSet::new();
    files
        .filter_map(|file| read(root, file))
        .filter(|file| names.insert(file.name.clone()))
        .take(FILES)
        .collect()
}

/// A file, if nothing says that an assistant should not have it.
fn read(root: &Path, file: &File) -> Option<Chosen> {
    let path = root.join(&file.path);
    let mut chosen =
        Chosen { name: file.path.file_name()?.to_str()?.to_owned(), bytes: file.bytes, heading: None, path };
    if kind(&file.path) == Some(false) {
        return Some(chosen);
    }
    let Ok(Content::Text { text, .. }) = text::read(&chosen.path, file.bytes) else { return None };
    let mut lines = text.lines().peekable();
    if text.trim().is_empty() {
        return None;
    }
    while let Some(line) = lines.next() {
        if secrets::in_line(line, lines.peek().unwrap_or(&"")).is_some() {
            return None;
        }
        let heading = line.strip_prefix("## ").map(str::trim).filter(|heading| is_subject(heading));
        if chosen.heading.is_none() && matches!(extension(&file.path).as_deref(), Some("md" | "markdown")) {
            chosen.heading = heading.map(str::to_owned);
        }
    }
    Some(chosen)
}

/// Whether a heading can be asked about: words without marks.
fn is_subject(heading: &str) -> bool {
    (4..=60).contains(&heading.chars().count())
        && heading.chars().all(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | ',' | '\''))
        && heading.chars().any(char::is_alphabetic)
}

fn is_document(path: &Path) -> bool {
    kind(path).is_some()
}

/// Whether a document is text; none if it is no document.
fn kind(path: &Path) -> Option<bool> {
    let extension = extension(path)?;
    KINDS.iter().find(|(_, known)| known.contains(&extension.as_str())).map(|(is_text, _)| *is_text)
}

fn extension(path: &Path) -> Option<String> {
    Some(path.extension()?.to_str()?.to_ascii_lowercase())
}

fn is_readme(path: &Path) -> bool {
    path.file_stem().is_some_and(|stem| stem.eq_ignore_ascii_case("readme"))
}

fn is_hidden(path: &Path) -> bool {
    path.components().any(|part| part.as_os_str().as_encoded_bytes().starts_with(b"."))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(files: &[(&str, &str)]) -> Vec<String> {
        let root = tempfile::tempdir().unwrap();
        for (path, text) in files {
            let path = root.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        documents(root.path()).unwrap().into_iter().map(|chosen| chosen.name).collect()
    }

    #[test]
    fn a_readme_comes_first_and_each_name_once() {
        let files = [
            ("a/deep/notes.txt", "x"),
            ("b/README.md", "x"),
            ("guide.md", "x"),
            ("a/guide.md", "y"),
            ("m.py", "x"),
        ];
        assert_eq!(names(&files), ["README.md", "guide.md", "notes.txt"]);
    }

    #[test]
    fn code_is_chosen_where_there_is_nothing_else() {
        assert_eq!(names(&[("main.py", "print(1)"), ("picture.png", "x")]), ["main.py"]);
        assert!(names(&[("picture.png", "x"), ("empty.md", ""), ("blank.md", " \n")]).is_empty());
    }

    #[test]
    fn hidden_files_large_ones_and_those_with_secrets_are_not_chosen() {
        let large = "word ".repeat(FILE_BYTES as usize / 5 + 1);
        // In two parts, so that no search for secrets finds it here.
        let secret = format!("key = ghp{}", "_9aK2mQ7xW4tR8vB3nL6pZ1cY5hJ0dF2gS4eU");
        let files = [
            (".config/notes.md", "x"),
            (".notes.md", "x"),
            ("large.txt", large.as_str()),
            ("setup.md", secret.as_str()),
            ("fine.md", "x"),
        ];
        assert_eq!(names(&files), ["fine.md"]);
    }

    #[test]
    fn many_files_are_cut_at_the_limit() {
        let files: Vec<(String, &str)> = (0..20).map(|number| (format!("f{number:02}.txt"), "x")).collect();
        let files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (name.as_str(), *text)).collect();
        assert_eq!(names(&files).len(), FILES);
    }

    #[test]
    fn a_heading_is_a_subject_when_it_is_plain_words() {
        assert!(is_subject("Notice period"));
        for wrong in ["`code`", "a", "1.2", "What is there?"] {
            assert!(!is_subject(wrong), "{wrong}");
        }
    }
}
