//! The reviewer's work: what should not stay as it is.

use std::ffi::OsStr;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::languages::{self, Language};
use super::places::{Place, excerpt, grouped, plural, shown};
use super::text::{self, Content};
use super::walk::{Walk, WalkError, walk};
use super::{Few, Finding, Limits, Severity, Watcher, secrets};

/// A source file with more lines than this is hard to find one's way in.
const LONG_FILE: u64 = 1_000;
/// A line of code with more characters than this does not fit any screen.
const LONG_LINE: usize = 240;
/// Marks of work that somebody meant to do, the most pressing first.
const MARKS: [&str; 4] = ["FIXME", "XXX", "HACK", "TODO"];

/// A directory with one of these at its top is a project of its own.
const PROJECT_FILES: [&str; 11] = [
    "Cargo.toml",
    "package.json",
    "pyproject.toml",
    "setup.py",
    "go.mod",
    "pom.xml",
    "build.gradle",
    "CMakeLists.txt",
    "Makefile",
    "Gemfile",
    "composer.json",
];

/// What should not stay as it is.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Hygiene {
    /// Files that were read.
    pub read: u64,
    /// What was not looked at because a limit was reached.
    pub limits_reached: Vec<String>,
    /// What the owner may want to know.
    pub findings: Vec<Finding>,
}

#[derive(Default)]
struct Notes {
    secrets: Few<Place>,
    conflicts: Few<Place>,
    marks: [Few<Place>; 4],
    long_files: Vec<(u64, Place)>,
    long_lines: Few<Place>,
    mixed_endings: Few<Place>,
    not_utf8: Few<Place>,
    environment: Few<Place>,
}

/// Reads the text files below `root`, and looks at names and links.
pub fn hygiene(root: &Path, limits: &Limits, watcher: &Watcher) -> Result<Hygiene, WalkError> {
    let walk = walk(root, limits, watcher)?;
    let mut result =
        Hygiene { limits_reached: walk.truncated.iter().cloned().collect(), ..Hygiene::default() };
    let mut notes = Notes::default();
    let (mut unread, mut budget) = (0u64, limits.read_bytes);
    for (i, file) in walk.files.iter().enumerate() {
        watcher.at("reading", i + 1, Some(walk.files.len()))?;
        let language = languages::of(&file.path);
        if file.bytes > limits.file_bytes || file.bytes > budget {
            unread += u64::from(language.is_some());
            continue;
        }
        budget -= file.bytes;
        // What cannot be read was reported by the surveyor.
        if let Ok(Content::Text { text, clean }) = text::read(&root.join(&file.path), file.bytes) {
            result.read += 1;
            notes.take(&file.path, &text, clean, language);
        }
    }
    if unread > 0 {
        result.limits_reached.push(format!("{} large text files were not read", grouped(unread)));
    }
    notes.into_findings(&mut result.findings);
    links(&walk, &mut result.findings);
    names(&walk, &mut result.findings);
    missing(&walk, &mut result.findings);
    Ok(result)
}

impl Notes {
    fn take(&mut self, path: &Path, text: &str, clean: bool, language: Option<Language>) {
        let is_code = language.is_some_and(|language| language.is_code) && !languages::is_generated(path);
        let is_prose = language.is_some_and(|language| language.name == "Markdown");
        if !clean && language.is_some() {
            self.not_utf8.push(Place::file(path, ""));
        }
        if path.file_name().is_some_and(is_environment_file) {
            let values = text.lines().filter(|line| assigns(line)).count();
            if values > 0 {
                self.environment.push(Place::file(path, plural(values as u64, "value", "values")));
            }
        }
        let (crlf, all) = endings(text);
        if language.is_some() && crlf > 0 && crlf < all {
            let note = format!("{} of {} lines end in CRLF", grouped(crlf), grouped(all));
            self.mixed_endings.push(Place::file(path, note));
        }
        if is_code {
            let lines = text::lines(text);
            if lines > LONG_FILE {
                self.long_files.push((lines, Place::file(path, format!("{} lines", grouped(lines)))));
            }
        }
        let look_for_secrets = secrets::may_hold(text);
        let look_for_marks = (is_code || is_prose) && MARKS.iter().any(|mark| text.contains(mark));
        let look_for_conflicts = text.contains("<<<<<<< ") && text.contains(">>>>>>> ");
        if !(look_for_secrets || look_for_marks || look_for_conflicts || is_code) {
            return;
        }
        let mut long = 0;
        let mut lines = text.lines().peekable();
        let mut number = 0;
        while let Some(line) = lines.next() {
            number += 1;
            if look_for_secrets && let Some(what) = secrets::in_line(line, lines.peek().unwrap_or(&"")) {
                self.secrets.push(Place::line(path, number, what));
                // Whatever else the line says, it is not quoted.
                continue;
            }
            if look_for_conflicts && line.starts_with("<<<<<<< ") {
                self.conflicts.push(Place::line(path, number, ""));
            }
            if look_for_marks && let Some(mark) = MARKS.iter().position(|mark| has_mark(line, mark)) {
                self.marks[mark].push(Place::line(path, number, excerpt(line, 100)));
            }
            if is_code && line.len() > LONG_LINE && line.chars().count() > LONG_LINE {
                long += 1;
                if long == 1 {
                    let note = format!("{} characters", grouped(line.chars().count() as u64));
                    self.long_lines.push(Place::line(path, number, note));
                }
            }
        }
    }

    fn into_findings(self, findings: &mut Vec<Finding>) {
        let mut add = |severity, one: &str, many: &str, advice: &str, places: Few<Place>| {
            if places.count > 0 {
                findings.push(Finding {
                    severity,
                    weight: places.count as u64,
                    title: plural(places.count as u64, one, many),
                    advice: advice.to_owned(),
                    count: places.count,
                    places: places.into_vec(),
                });
            }
        };
        add(
            Severity::High,
            "line looks like it holds a secret",
            "lines look like they hold secrets",
            "If one is real, revoke it where it was issued first: deleting the line does not take it back. \
             The values are not shown here.",
            self.secrets,
        );
        add(
            Severity::High,
            "merge conflict was never resolved",
            "merge conflicts were never resolved",
            "The markers are still in the text. Decide for one side and remove them.",
            self.conflicts,
        );
        add(
            Severity::Medium,
            "environment file has values in it",
            "environment files have values in them",
            "Make sure that version control ignores them, and keep a `.env.example` with the names alone.",
            self.environment,
        );
        add(
            Severity::Low,
            "file mixes line endings",
            "files mix line endings",
            "Diffs of such files show changes that are none. One setting in `.gitattributes` or `.editorconfig` ends it.",
            self.mixed_endings,
        );
        add(
            Severity::Low,
            "text file is not UTF-8",
            "text files are not UTF-8",
            "Most tools expect it, and guess when it is not. `iconv` converts.",
            self.not_utf8,
        );
        let mut long_files = self.long_files;
        long_files.sort_by(|a, b| (b.0, &a.1.path).cmp(&(a.0, &b.1.path)));
        let mut longest = Few::default();
        long_files.into_iter().for_each(|(_, place)| longest.push(place));
        add(
            Severity::Low,
            "source file has more than 1,000 lines",
            "source files have more than 1,000 lines",
            "Look for the second subject in each; the longest come first.",
            longest,
        );
        add(
            Severity::Note,
            "source file has very long lines",
            "source files have very long lines",
            "Generated or pasted data is better kept in a file of its own.",
            self.long_lines,
        );
        for (mark, places) in MARKS.iter().zip(self.marks) {
            let severity = if *mark == "TODO" { Severity::Note } else { Severity::Low };
            add(
                severity,
                &format!("{mark} is open"),
                &format!("{mark}s are open"),
                "Somebody meant to come back. Do it, turn it into an issue, or remove the note.",
                places,
            );
        }
    }
}

fn links(walk: &Walk, findings: &mut Vec<Finding>) {
    let mut broken = Few::default();
    let mut leaving = Few::default();
    for link in &walk.links {
        if link.broken {
            broken.push(Place::file(&link.path, link.arrow()));
        } else if link.leaves {
            leaving.push(Place::file(&link.path, link.arrow()));
        }
    }
    if broken.count > 0 {
        findings.push(Finding {
            severity: Severity::Medium,
            weight: broken.count as u64,
            title: plural(broken.count as u64, "symbolic link leads nowhere", "symbolic links lead nowhere"),
            advice: "Their targets were moved or never existed. Correct or remove them.".into(),
            count: broken.count,
            places: broken.into_vec(),
        });
    }
    if leaving.count > 0 {
        findings.push(Finding {
            severity: Severity::Note,
            weight: leaving.count as u64,
            title: plural(
                leaving.count as u64,
                "symbolic link leads out of the directory",
                "symbolic links lead out of the directory",
            ),
            advice: "A copy of the directory elsewhere does not have what they point at.".into(),
            count: leaving.count,
            places: leaving.into_vec(),
        });
    }
}

fn names(walk: &Walk, findings: &mut Vec<Finding>) {
    let mut odd = Few::default();
    let all = walk.files.iter().map(|file| &file.path).chain(&walk.directories);
    for path in all {
        let Some(name) = path.file_name() else { continue };
        let is_odd =
            name.to_str().is_none_or(|name| name.chars().any(char::is_control) || name.trim() != name);
        if is_odd {
            odd.push(Place::file(
                path,
                if name.to_str().is_none() { "not UTF-8" } else { "spaces or control characters" },
            ));
        }
    }
    if odd.count > 0 {
        findings.push(Finding {
            severity: Severity::Low,
            weight: odd.count as u64,
            title: plural(odd.count as u64, "name is hard to type or to share", "names are hard to type or to share"),
            advice: "Names that are not UTF-8, or begin or end with a space, break scripts and archives. Rename them.".into(),
            count: odd.count,
            places: odd.into_vec(),
        });
    }
}

/// What a project should have at its top.
fn missing(walk: &Walk, findings: &mut Vec<Finding>) {
    let in_git = walk.skipped.iter().any(|(path, _)| path == Path::new(".git"));
    let is_built =
        walk.files.iter().any(|file| PROJECT_FILES.iter().any(|name| file.path == Path::new(name)));
    if !in_git && !is_built {
        return;
    }
    let top = || walk.files.iter().filter(|file| file.path.components().count() == 1);
    let has = |stems: &[&str]| {
        top().any(|file| {
            let name = shown(file.path.as_os_str()).to_lowercase();
            stems.iter().any(|stem| name.starts_with(stem))
        })
    };
    let mut add = |severity, title: &str, advice: &str| {
        findings.push(Finding {
            severity,
            weight: 1,
            title: title.to_owned(),
            advice: advice.to_owned(),
            places: Vec::new(),
            count: 0,
        });
    };
    if !has(&["readme"]) {
        add(
            Severity::Medium,
            "There is no README",
            "Say in three sentences what this is, and how to build and run it. Your future self reads it first.",
        );
    }
    if !has(&["license", "licence", "copying", "unlicense"]) {
        add(
            Severity::Low,
            "There is no licence file",
            "Without one nobody else may use the code, whatever was meant. choosealicense.com helps to choose.",
        );
    }
}

/// Whether a line has the mark where somebody left it for later: at the beginning of a comment or of the line, or
/// further on in a comment with a colon or a name in brackets after it. Others talk about marks.
fn has_mark(line: &str, mark: &str) -> bool {
    const COMMENTS: [&str; 8] = ["//", "#", "/*", "*", "--", ";", "%", "<!--"];
    let is_word = |c: char| c.is_alphanumeric() || "_\"'`/-".contains(c);
    line.match_indices(mark).any(|(at, _)| {
        let (before, after) = (&line[..at], &line[at + mark.len()..]);
        if after.starts_with(is_word) {
            return false;
        }
        let lead = before.trim_end().trim_end_matches('!');
        let begins = before.chars().all(|c| " \t-[]>".contains(c))
            || COMMENTS.iter().any(|start| lead.ends_with(start));
        let addressed = before.ends_with(' ')
            && after.starts_with([':', '('])
            && COMMENTS.iter().any(|start| before.contains(start));
        begins || addressed
    })
}

/// How many lines end in CRLF, and how many have an end at all.
fn endings(text: &str) -> (u64, u64) {
    let bytes = text.as_bytes();
    let all = bytes.iter().filter(|byte| **byte == b'\n').count() as u64;
    let crlf =
        if text.contains('\r') { bytes.windows(2).filter(|pair| pair == b"\r\n").count() as u64 } else { 0 };
    (crlf, all)
}

fn is_environment_file(name: &OsStr) -> bool {
    let Some(name) = name.to_str() else { return false };
    let is_example = ["example", "sample", "template", "dist"].iter().any(|word| name.contains(word));
    (name == ".env" || name.starts_with(".env.")) && !is_example
}

/// Whether a line of an environment file gives a name a value.
fn assigns(line: &str) -> bool {
    let line = line.trim();
    !line.starts_with('#') && line.split_once('=').is_some_and(|(_, value)| !value.trim().is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_is_what_somebody_left_for_later_and_not_talk_of_marks() {
        // Put together here, so that this file has no marks of its own.
        let mark = MARKS[3];
        for (before, after) in [
            ("// ", ": later"),
            ("    # ", "(me) later"),
            ("/* ", " */"),
            ("", ""),
            ("- [ ] ", " it"),
            ("x(); // not nice, ", ": y"),
        ] {
            assert!(has_mark(&format!("{before}{mark}{after}"), mark), "{before}{mark}{after}");
        }
        for (before, after) in [
            ("", "S"),
            ("const MARKS = [\"", "\"];"),
            ("the `", "` list"),
            ("// ", "/others"),
            ("A_", ": b"),
            ("a list of ", " items"),
        ] {
            assert!(!has_mark(&format!("{before}{mark}{after}"), mark), "{before}{mark}{after}");
        }
    }

    #[test]
    fn line_endings_are_counted() {
        assert_eq!(endings("a\r\nb\nc\r\n"), (2, 3));
        assert_eq!(endings("no end"), (0, 0));
    }
}
