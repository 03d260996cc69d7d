//! Keeps the documents true where a program can: links lead somewhere, and the code map names what exists.

use std::collections::BTreeSet;
use std::ops::Range;
use std::path::{Component, Path, PathBuf};

use anyhow::{Context, bail};
use pulldown_cmark::{CodeBlockKind, Event, Parser, Tag, TagEnd};

use crate::{anchors, arrows, events, facets, modules, recipe, words};

/// The document whose named paths must exist.
pub const ARCHITECTURE: &str = "ARCHITECTURE.md";

/// Folders that come and go; a path that begins with one is nobody's promise.
const NOT_OURS: &[&str] = &[".git", ".sessiond", "node_modules", "target"];

/// Checks the relative links of every document, and the paths that ARCHITECTURE.md names.
///
/// # Errors
/// Names every fault by file and line.
pub fn check(root: &Path) -> anyhow::Result<()> {
    let documents = documents(root)?;
    let mut faults = Vec::new();
    for document in &documents {
        let text = std::fs::read_to_string(root.join(document))
            .with_context(|| format!("cannot read {}", document.display()))?;
        faults.extend(broken_links(root, document, &text));
    }
    faults.extend(unlisted_guides(root, &documents)?);
    match std::fs::read_to_string(root.join(ARCHITECTURE)) {
        Ok(text) => {
            faults.extend(code_map_faults(root, &text));
            faults.extend(recipe::faults(root, &text));
            faults.extend(arrows::faults(root, &text)?);
        }
        Err(error) => faults.push(format!("{ARCHITECTURE}: {error}")),
    }
    faults.extend(events::faults(root)?);
    faults.extend(facets::faults(root)?);
    faults.extend(modules::faults(root));
    faults.extend(words::faults(root, &documents)?);
    for fault in &faults {
        println!("{fault}");
    }
    match faults.len() {
        0 => {}
        1 => bail!("1 fault, named above"),
        many => bail!("{many} faults, named above"),
    }
    println!(
        "{} documents: every link leads somewhere, every path in the code map exists, no word is on the list",
        documents.len()
    );
    Ok(())
}

/// Every Markdown file at the root and under `docs/`, relative to the root, in order.
fn documents(root: &Path) -> anyhow::Result<BTreeSet<PathBuf>> {
    let mut found = BTreeSet::new();
    let mut folders = vec![PathBuf::new()];
    while let Some(folder) = folders.pop() {
        let path = root.join(&folder);
        for entry in std::fs::read_dir(&path).with_context(|| format!("cannot read {}", path.display()))? {
            let entry = entry?;
            let name = folder.join(entry.file_name());
            if entry.file_type()?.is_dir() {
                if name.starts_with("docs") {
                    folders.push(name);
                }
            } else if name.extension().is_some_and(|extension| extension == "md") {
                found.insert(name);
            }
        }
    }
    Ok(found)
}

/// The guides, of which each has to be in the README, where readers look for one.
fn unlisted_guides(root: &Path, documents: &BTreeSet<PathBuf>) -> anyhow::Result<Vec<String>> {
    let readme = std::fs::read_to_string(root.join("README.md")).context("cannot read README.md")?;
    let guides = documents.iter().filter(|document| document.parent() == Some(Path::new("docs")));
    let unlisted = guides.filter(|guide| !readme.contains(&format!("]({})", guide.display())));
    Ok(unlisted.map(|guide| format!("README.md has no link to {}", guide.display())).collect())
}

fn broken_links(root: &Path, document: &Path, text: &str) -> Vec<String> {
    let mut faults = Vec::new();
    for (event, range) in Parser::new(text).into_offset_iter() {
        let (Event::Start(Tag::Link { dest_url, .. }) | Event::Start(Tag::Image { dest_url, .. })) = event
        else {
            continue;
        };
        let (file, heading) = dest_url.split_once('#').unwrap_or((&dest_url, ""));
        if file.is_empty() && !heading.is_empty() && !anchors::headings(text).contains(heading) {
            faults
                .push(format!("{} links to {dest_url}, which is no heading", place(document, text, &range)));
        }
        let Some(target) = link_target(&dest_url) else {
            continue;
        };
        let path = match target.strip_prefix('/') {
            Some(from_root) => PathBuf::from(from_root),
            None => document.parent().unwrap_or(Path::new("")).join(target),
        };
        let place = place(document, text, &range);
        match normal(&path) {
            None => faults.push(format!("{place} links to {dest_url}, which is outside the repository")),
            Some(path) if !root.join(&path).exists() => {
                faults.push(format!("{place} links to {dest_url}, which does not exist"));
            }
            Some(path) if !heading.is_empty() => {
                let target = std::fs::read_to_string(root.join(path)).unwrap_or_default();
                if !anchors::headings(&target).contains(heading) {
                    faults.push(format!("{place} links to {dest_url}, which is no heading"));
                }
            }
            Some(_) => {}
        }
    }
    faults
}

/// The file that a link leads to; nothing for an address elsewhere and for a place in the same document.
fn link_target(link: &str) -> Option<&str> {
    let path = link.split(['#', '?']).next().unwrap_or_default();
    let first = path.split('/').next().unwrap_or_default();
    // `https:`, `mailto:` and their like; a path has no colon in its first part.
    if path.is_empty() || path.starts_with("//") || first.contains(':') { None } else { Some(path) }
}

/// The path with its `.` and `..` worked out; nothing when it leads out of the root.
fn normal(path: &Path) -> Option<PathBuf> {
    let mut normal = PathBuf::new();
    for component in path.components() {
        match component {
            Component::Normal(name) => normal.push(name),
            Component::CurDir => {}
            Component::ParentDir if normal.pop() => {}
            _ => return None,
        }
    }
    Some(normal)
}

/// Paths that ARCHITECTURE.md names and that do not exist, and crates that it does not name.
fn code_map_faults(root: &Path, text: &str) -> Vec<String> {
    let document = Path::new(ARCHITECTURE);
    let mut faults = Vec::new();
    let mut named = BTreeSet::new();
    for (path, range) in named_paths(root, text) {
        match [path.clone(), Path::new("crates").join(&path)]
            .into_iter()
            .find(|path| root.join(path).exists())
        {
            Some(path) => {
                named.insert(path);
            }
            None => faults.push(format!(
                "{} names {}, which does not exist",
                place(document, text, &range),
                path.display()
            )),
        }
    }
    for krate in crates(root) {
        if !named.iter().any(|path| path.starts_with(&krate)) {
            faults.push(format!("{ARCHITECTURE} does not name {}", krate.display()));
        }
    }
    faults
}

/// The folders in `crates/`.
fn crates(root: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(root.join("crates")) else {
        return Vec::new();
    };
    let mut crates: Vec<_> = entries
        .flatten()
        .map(|entry| Path::new("crates").join(entry.file_name()))
        .filter(|path| root.join(path).join("Cargo.toml").exists())
        .collect();
    crates.sort();
    crates
}

/// Every path that the text names: in a code span, or in a tree that is drawn as a code block.
fn named_paths(root: &Path, text: &str) -> Vec<(PathBuf, Range<usize>)> {
    let mut paths = Vec::new();
    let mut in_tree = false;
    for (event, range) in Parser::new(text).into_offset_iter() {
        match event {
            // A block with a language is an example: code, commands, a document.
            Event::Start(Tag::CodeBlock(kind)) => {
                in_tree = match kind {
                    CodeBlockKind::Indented => false,
                    CodeBlockKind::Fenced(language) => language.is_empty() || &*language == "text",
                };
            }
            Event::End(TagEnd::CodeBlock) => in_tree = false,
            Event::Text(block) if in_tree => {
                paths.extend(
                    tree(root, &block).into_iter().map(|(path, at)| (path, range.start + at..range.end)),
                );
            }
            Event::Code(span) => {
                if let Some(path) = span_path(root, &span) {
                    paths.push((path, range));
                }
            }
            _ => {}
        }
    }
    paths
}

/// The path in a code span. Of a pattern (`crates/*/src`, `docs/errors/{code}.md`) it is the part before.
///
/// What is no path of this repository (`text/event-stream`, `/sessions/{id}`) is nothing.
fn span_path(root: &Path, span: &str) -> Option<PathBuf> {
    let first = span.split('/').next().filter(|first| !first.is_empty() && first.len() < span.len())?;
    if span.contains(char::is_whitespace) || NOT_OURS.contains(&first) || first.starts_with(['~', '$']) {
        return None;
    }
    let known = root.join(first).is_dir() || root.join("crates").join(first).is_dir();
    (known || span.ends_with(".rs")).then(|| before_pattern(span))
}

fn before_pattern(path: &str) -> PathBuf {
    path.split('/')
        .take_while(|part| !part.contains(['*', '{', '<', '…']))
        .filter(|part| !part.is_empty())
        .collect()
}

/// The paths of a drawn tree, each with its offset: one a line, indented under its folder.
///
/// ```text
/// crates/
///   core/       what it is
///   store/      what it is,
///               and more of it
/// ```
fn tree(root: &Path, block: &str) -> Vec<(PathBuf, usize)> {
    let mut paths = Vec::new();
    // The folders that the next line may lie in, each with its indentation.
    let mut folders: Vec<(usize, PathBuf)> = Vec::new();
    let mut offset = 0;
    for line in block.split_inclusive('\n') {
        let at = offset;
        offset += line.len();
        let name = line.trim_start_matches([' ', '│', '├', '└', '─', '|', '`', '-', '+']);
        let indentation = line.chars().count() - name.chars().count();
        let Some(name) = name.split_whitespace().next().filter(|name| is_path(name)) else {
            continue;
        };
        folders.retain(|(outer, _)| *outer < indentation);
        let (outer, mut path) = folders.last().cloned().unwrap_or_default();
        // Deeper than any tree indents its entries, it is more of the line above.
        if indentation > outer + 4 {
            continue;
        }
        // A block that does not begin with an entry of the root is some other drawing.
        if paths.is_empty() && (NOT_OURS.contains(&name.trim_end_matches('/')) || !root.join(name).exists()) {
            return paths;
        }
        path.push(before_pattern(name));
        if name.ends_with('/') {
            folders.push((indentation, path.clone()));
        }
        paths.push((path, at));
    }
    paths
}

/// Whether a word of a drawn tree is an entry: `name/`, `name.ext` or several of them joined by `/`.
fn is_path(word: &str) -> bool {
    let well_formed = word.chars().all(|c| c.is_ascii_alphanumeric() || "_-./*{}<>".contains(c));
    let extension = word.rsplit_once('.').map(|(_, extension)| extension).unwrap_or_default();
    let has_extension = !extension.is_empty() && extension.chars().all(|c| c.is_ascii_alphanumeric());
    well_formed && !word.starts_with('/') && (word.ends_with('/') || has_extension)
}

fn place(document: &Path, text: &str, range: &Range<usize>) -> String {
    let line = text.bytes().take(range.start).filter(|byte| *byte == b'\n').count() + 1;
    format!("{}:{line}", document.display())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A repository with these files in it.
    fn repository(files: &[&str]) -> tempfile::TempDir {
        let root = tempfile::tempdir().unwrap();
        for file in files {
            let path = root.path().join(file);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, "").unwrap();
        }
        root
    }

    fn check_links(text: &str, expect: &[&str]) {
        let root = repository(&["README.md", "docs/guide.md", "docs/errors/not_found.md", "docs/a b.md"]);
        let faults = broken_links(root.path(), Path::new("docs/guide.md"), text);
        assert_eq!(faults, expect, "{text}");
    }

    #[test]
    fn a_relative_link_must_lead_to_a_file() {
        check_links("[a](errors/not_found.md) [b](../README.md?x) [c](/docs/guide.md) [d](./errors)", &[]);
        check_links(
            "\n[a](errors/gone.md)",
            &["docs/guide.md:2 links to errors/gone.md, which does not exist"],
        );
        check_links("![a](shot.png)", &["docs/guide.md:1 links to shot.png, which does not exist"]);
        check_links("[a][b]\n\n[b]: gone.md", &["docs/guide.md:1 links to gone.md, which does not exist"]);
    }

    #[test]
    fn a_link_to_a_place_must_lead_to_a_heading() {
        let root = repository(&["README.md"]);
        std::fs::write(root.path().join("README.md"), "# The tour\n").unwrap();
        let text = "# Here\n\n[a](#here) [b](README.md#the-tour) [c](#gone) [d](README.md#gone)";
        let faults = broken_links(root.path(), Path::new("guide.md"), text);
        let expected = [
            "guide.md:3 links to #gone, which is no heading",
            "guide.md:3 links to README.md#gone, which is no heading",
        ];
        assert_eq!(faults, expected);
    }

    #[test]
    fn a_link_out_of_the_repository_is_a_fault() {
        check_links(
            "[a](../../etc/passwd)",
            &["docs/guide.md:1 links to ../../etc/passwd, which is outside the repository"],
        );
    }

    #[test]
    fn addresses_elsewhere_and_places_in_the_same_document_are_left_alone() {
        check_links(
            "# Here\n\n[a](https://example.org/x) [b](#here) <mailto:a@example.org> [c](//example.org)",
            &[],
        );
    }

    #[test]
    fn what_stands_in_code_is_no_link() {
        check_links("`[a](gone.md)`\n\n```\n[a](gone.md)\n```\n", &[]);
    }

    #[test]
    fn a_guide_that_the_readme_does_not_name_is_a_fault() {
        let root = repository(&["README.md", "docs/a.md", "docs/b.md", "docs/errors/x.md"]);
        std::fs::write(root.path().join("README.md"), "[docs/a.md](docs/a.md)").unwrap();
        let faults = unlisted_guides(root.path(), &documents(root.path()).unwrap()).unwrap();
        assert_eq!(faults, ["README.md has no link to docs/b.md"]);
    }

    #[test]
    fn documents_are_those_at_the_root_and_under_docs() {
        let root =
            repository(&["README.md", "docs/errors/x.md", "docs/x.json", "target/x.md", "crates/a/x.md"]);
        let found = documents(root.path()).unwrap();
        assert_eq!(found, ["README.md", "docs/errors/x.md"].map(PathBuf::from).into());
    }

    fn check_map(text: &str, expect: &[&str]) {
        let root = repository(&[
            ".ci/run",
            "crates/core/Cargo.toml",
            "crates/core/src/session.rs",
            "docs/openapi.json",
            "target/debug/x",
        ]);
        let text = format!("`crates/core`\n{text}");
        assert_eq!(code_map_faults(root.path(), &text), expect, "{text}");
    }

    #[test]
    fn a_path_that_the_code_map_names_must_exist() {
        check_map("`crates/core/src/session.rs`, `core/src/session.rs`, `.ci/run`, `docs/`", &[]);
        check_map("\n`crates/gone/src`", &["ARCHITECTURE.md:3 names crates/gone/src, which does not exist"]);
        check_map("`gone/src/lib.rs`", &["ARCHITECTURE.md:2 names gone/src/lib.rs, which does not exist"]);
        check_map("`core/src/gone.rs`", &["ARCHITECTURE.md:2 names core/src/gone.rs, which does not exist"]);
    }

    #[test]
    fn of_a_pattern_the_part_before_it_must_exist() {
        check_map("`crates/*/src`, `docs/{code}.md`", &[]);
        check_map("`crates/gone/*.rs`", &["ARCHITECTURE.md:2 names crates/gone, which does not exist"]);
    }

    #[test]
    fn what_is_no_path_of_the_repository_is_left_alone() {
        check_map(
            "`text/event-stream`, `/sessions/{id}`, `GET /docs/x`, `a::b`, `target/release/gone`, `a/b`",
            &[],
        );
        check_map("```sh\ncat crates/gone/x.rs\n```", &[]);
        check_map("```\nclient → engine → store\n```", &[]);
        check_map("```\n.sessiond/\n  store.db\n```\n\n```\ntarget/\n  gone.txt\n```", &[]);
    }

    #[test]
    fn a_drawn_tree_is_read_by_its_indentation() {
        check_map(
            "```\ncrates/\n  core/   the core\n          and.more of it\n    src/\n      session.rs\ndocs/\n```",
            &[],
        );
        check_map("```text\ncrates/\n├── core/\n│   └── src/session.rs\n└── ../x\n```", &[]);
        check_map(
            "```\ncrates/\n  core/\n    src/gone.rs\n  gone/  what\ndocs/\n  openapi.json\n```",
            &[
                "ARCHITECTURE.md:5 names crates/core/src/gone.rs, which does not exist",
                "ARCHITECTURE.md:6 names crates/gone, which does not exist",
            ],
        );
    }

    #[test]
    fn every_crate_must_be_named() {
        let root = repository(&["crates/core/Cargo.toml", "crates/store/Cargo.toml", "crates/notes.txt"]);
        let faults = code_map_faults(root.path(), "`crates/store/Cargo.toml`");
        assert_eq!(faults, ["ARCHITECTURE.md does not name crates/core"]);
    }

    #[test]
    fn a_repository_without_a_code_map_is_at_fault() {
        let root = repository(&["README.md"]);
        std::fs::create_dir(root.path().join("docs")).unwrap();
        assert!(check(root.path()).is_err());
    }
}
