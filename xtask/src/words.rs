//! The English of the documents: words and constructions that they avoid, listed in `xtask/words.txt`.
//!
//! This is not a spelling or grammar checker. It finds the constructions of which CONTRIBUTING.md, "English", speaks, in
//! the documents and in every text that users see: OpenAPI, help, error messages, the console.

use std::cell::Cell;
use std::collections::{BTreeSet, HashMap};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

/// The list, from the root.
const LIST: &str = "xtask/words.txt";

/// Checks every text that users see.
///
/// # Errors
/// When the list cannot be read.
pub fn faults(root: &Path, documents: &BTreeSet<PathBuf>) -> anyhow::Result<Vec<String>> {
    let list = std::fs::read_to_string(root.join(LIST)).with_context(|| format!("cannot read {LIST}"))?;
    let list = List::parse(&list)?;
    let mut faults = Vec::new();
    for (path, texts) in texts(root, documents)? {
        for text in &texts {
            list.check(&path, text, &mut faults);
        }
    }
    faults.extend(list.unused());
    Ok(faults)
}

/// The list of words.
struct List {
    rules: Vec<Rule>,
    /// The rules by the words that their constructions begin with.
    by_first_word: HashMap<String, Vec<usize>>,
    exceptions: Vec<Exception>,
}

/// A construction to avoid.
struct Rule {
    /// As it is written in the list.
    pattern: String,
    suggestion: String,
    at_start: bool,
    /// For each word of the construction, the words that it may be.
    words: Vec<Vec<String>>,
}

/// A rule that does not hold in a file or a folder.
struct Exception {
    path: PathBuf,
    pattern: String,
    used: Cell<bool>,
}

/// Text in which a construction may span lines: a paragraph, a heading, the cell of a table.
#[derive(Default)]
struct Text {
    words: Vec<Word>,
    /// Whether it consists of sentences.
    prose: bool,
}

/// A word or a punctuation mark.
struct Word {
    text: String,
    line: usize,
}

impl List {
    fn parse(text: &str) -> anyhow::Result<Self> {
        let mut list = Self { rules: Vec::new(), by_first_word: HashMap::new(), exceptions: Vec::new() };
        for (line, text) in
            (1..).zip(text.lines()).filter(|(_, text)| !text.is_empty() && !text.starts_with('#'))
        {
            if let Some(entry) = text.strip_prefix("allow ") {
                let mut parts = entry.splitn(3, ": ");
                let (Some(path), Some(pattern), Some(_reason)) = (parts.next(), parts.next(), parts.next())
                else {
                    bail!("{LIST}:{line} is not `allow path: pattern: reason`");
                };
                let (path, pattern) = (path.into(), pattern.to_owned());
                list.exceptions.push(Exception { path, pattern, used: Cell::new(false) });
            } else if let Some((pattern, suggestion)) = text.split_once(" -> ") {
                let rule = Rule::new(pattern, suggestion);
                for first in &rule.words[0] {
                    list.by_first_word.entry(first.clone()).or_default().push(list.rules.len());
                }
                list.rules.push(rule);
            } else {
                bail!("{LIST}:{line} is not `pattern -> suggestion`");
            }
        }
        Ok(list)
    }

    /// Adds what is wrong in a text.
    fn check(&self, path: &Path, text: &Text, faults: &mut Vec<String>) {
        for (at, word) in text.words.iter().enumerate() {
            for rule in self.rules_from(&word.text).filter(|rule| rule.matches(text, at)) {
                if self.allows(path, rule) {
                    continue;
                }
                let found = text.words[at..].iter().take(rule.words.len()).map(|word| word.text.as_str());
                let found = found.collect::<Vec<_>>().join(" ");
                let place = format!("{}:{}", path.display(), word.line);
                faults.push(format!("{place} says \"{found}\": write {}", rule.suggestion));
            }
        }
    }

    /// The rules whose constructions may begin with a word.
    fn rules_from<'a>(&'a self, word: &str) -> impl Iterator<Item = &'a Rule> {
        let found = self.by_first_word.get(word).map(Vec::as_slice).unwrap_or_default();
        found.iter().map(|rule| &self.rules[*rule])
    }

    fn allows(&self, path: &Path, rule: &Rule) -> bool {
        let exception = self.exceptions.iter().find(|exception| {
            path.starts_with(&exception.path)
                && (exception.pattern == "*" || exception.pattern == rule.pattern)
        });
        exception.inspect(|exception| exception.used.set(true)).is_some()
    }

    fn unused(&self) -> impl Iterator<Item = String> {
        self.exceptions.iter().filter(|exception| !exception.used.get()).map(|exception| {
            format!(
                "{LIST} allows \"{}\" in {}, where it is not used",
                exception.pattern,
                exception.path.display()
            )
        })
    }
}

impl Rule {
    fn new(pattern: &str, suggestion: &str) -> Self {
        let words = pattern.strip_prefix("^ ").unwrap_or(pattern).split(' ');
        Self {
            pattern: pattern.to_owned(),
            suggestion: suggestion.to_owned(),
            at_start: pattern.starts_with("^ "),
            words: words.map(|word| word.split('|').map(str::to_owned).collect()).collect(),
        }
    }

    fn matches(&self, text: &Text, at: usize) -> bool {
        let is = |known: &String, word: &Word| match known.strip_suffix('*') {
            Some(beginning) => word.text.starts_with(beginning),
            None => word.text == *known,
        };
        let words = &text.words[at..];
        words.len() >= self.words.len()
            && self.words.iter().zip(words).all(|(known, word)| known.iter().any(|known| is(known, word)))
            && (!self.at_start || text.begins_sentence(at))
    }
}

impl Text {
    fn add(&mut self, text: &str, line: usize) {
        let mut word = String::new();
        let mut rest = text.chars().peekable();
        while let Some(c) = rest.next() {
            if c.is_alphanumeric() || (matches!(c, '-' | '\'' | '’') && !word.is_empty()) {
                word.extend(c.to_lowercase());
                continue;
            }
            self.push(std::mem::take(&mut word), line);
            // A full stop ends a sentence when nothing follows it: in `api.rs` or 0.5 it does not.
            let ends = rest.peek().is_none_or(|next| next.is_whitespace() || matches!(next, '"' | ')'));
            if !c.is_whitespace() && (ends || !matches!(c, '.' | '!' | '?')) {
                self.push(c.to_string(), line);
            }
        }
        self.push(word, line);
    }

    fn push(&mut self, text: String, line: usize) {
        // At a word's end it is a quotation mark or a dash.
        let text = text.trim_end_matches(['-', '\'', '’']).to_owned();
        if !text.is_empty() {
            self.words.push(Word { text, line });
        }
    }

    /// Whether a sentence begins here that is not a question.
    fn begins_sentence(&self, at: usize) -> bool {
        let ends = |word: &&Word| matches!(word.text.as_str(), "." | "!" | "?");
        let first = at == 0 || ends(&&self.words[at - 1]);
        let question = self.words[at..].iter().find(ends).is_some_and(|word| word.text == "?");
        self.prose && first && !question
    }
}

/// Every text that users see, by file.
fn texts(root: &Path, documents: &BTreeSet<PathBuf>) -> anyhow::Result<Vec<(PathBuf, Vec<Text>)>> {
    let read = |path: &Path| {
        std::fs::read_to_string(root.join(path)).with_context(|| format!("cannot read {}", path.display()))
    };
    let mut texts = Vec::new();
    let mut documents = documents.clone();
    documents.extend(files(root, "sdk", &|path| path.ends_with("README.md") && path.iter().count() == 3));
    // The benchmark writes this one.
    documents.remove(Path::new("BENCHMARKS.md"));
    for path in documents {
        let text = read(&path)?;
        // What was released stays as it was released.
        let text = if path == Path::new("CHANGELOG.md") { unreleased(&text) } else { &text };
        texts.push((path, markdown(text)));
    }
    let others: [(&str, Select, Extract); 6] = [
        ("docs/openapi.json", &|_| true, descriptions),
        ("docs/saved-state.schema.json", &|_| true, descriptions),
        ("crates/server/src/mcp/instructions.md", &|_| true, markdown),
        ("crates/sessiond/tests/snapshots/help", &|_| true, plain),
        ("crates", &|path| path.components().any(|part| part.as_os_str() == "src"), error_messages),
        ("console/src", &|path| !path.to_string_lossy().contains(".test."), code),
    ];
    for (place, select, extract) in others {
        for path in files(root, place, select) {
            texts.push((path.clone(), extract(&read(&path)?)));
        }
    }
    Ok(texts)
}

/// Which of the files in a folder have texts.
type Select = &'static dyn Fn(&Path) -> bool;
/// Finds the texts in a file.
type Extract = fn(&str) -> Vec<Text>;

/// The text files in a folder, or the file itself.
pub fn files(root: &Path, place: &str, select: &dyn Fn(&Path) -> bool) -> BTreeSet<PathBuf> {
    let mut found = BTreeSet::new();
    let mut waiting = vec![PathBuf::from(place)];
    while let Some(path) = waiting.pop() {
        let extension = path.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
        if let Ok(entries) = std::fs::read_dir(root.join(&path)) {
            let entries = entries.flatten().map(|entry| entry.file_name());
            waiting.extend(
                entries.filter(|name| name != "node_modules" && name != "target").map(|name| path.join(name)),
            );
        } else if matches!(extension, "md" | "json" | "snap" | "rs" | "ts" | "tsx") && select(&path) {
            found.insert(path);
        }
    }
    found
}

fn unreleased(text: &str) -> &str {
    let first = text.find("\n## [").map_or(0, |at| at + 1);
    let end = text[first..].find("\n## [").map_or(text.len(), |at| first + at);
    &text[..end]
}

/// The blocks of a document without its code.
fn markdown(text: &str) -> Vec<Text> {
    let mut texts = Vec::new();
    let mut current = Text { prose: true, ..Text::default() };
    let mut in_code = false;
    let mut lines = Lines { text, offset: 0, line: 1 };
    for (event, range) in Parser::new_ext(text, Options::ENABLE_TABLES).into_offset_iter() {
        let line = lines.at(range.start);
        match event {
            Event::Start(Tag::CodeBlock(_)) => in_code = true,
            Event::End(TagEnd::CodeBlock) => in_code = false,
            Event::Text(words) if !in_code => current.add(&words, line),
            Event::Code(_) => current.push("`".to_owned(), line),
            Event::Start(Tag::Paragraph | Tag::Item | Tag::Heading { .. } | Tag::TableCell)
            | Event::End(TagEnd::Paragraph | TagEnd::Item | TagEnd::Heading(_) | TagEnd::TableCell) => {
                let prose = !matches!(event, Event::Start(Tag::Heading { .. } | Tag::TableCell));
                texts.push(std::mem::replace(&mut current, Text { prose, ..Text::default() }));
            }
            _ => {}
        }
    }
    texts
}

/// Counts lines, for offsets that mostly grow.
struct Lines<'a> {
    text: &'a str,
    offset: usize,
    line: usize,
}

impl Lines<'_> {
    fn at(&mut self, offset: usize) -> usize {
        if offset < self.offset {
            (self.offset, self.line) = (0, 1);
        }
        self.line += self.text.as_bytes()[self.offset..offset].iter().filter(|byte| **byte == b'\n').count();
        self.offset = offset;
        self.line
    }
}

/// The summaries and descriptions in a JSON document that has one member on a line.
fn descriptions(text: &str) -> Vec<Text> {
    strings(text, true, |line| {
        let line = line.trim();
        let value =
            line.strip_prefix("\"summary\": \"").or_else(|| line.strip_prefix("\"description\": \""))?;
        Some(value.trim_end_matches(',').trim_end_matches('"'))
    })
}

/// What the errors of a Rust file say.
fn error_messages(text: &str) -> Vec<Text> {
    strings(text, false, |line| {
        line.trim().strip_prefix("#[error(\"")?.rsplit_once('"').map(|(text, _)| text)
    })
}

/// Program text without its comments. Its identifiers are no sentences, and seldom a construction of the list.
fn code(text: &str) -> Vec<Text> {
    strings(text, false, |line| {
        let comment = ["//", "/*", "*"].iter().any(|mark| line.trim_start().starts_with(mark));
        (!comment).then(|| line.split(" // ").next().unwrap_or_default())
    })
}

fn plain(text: &str) -> Vec<Text> {
    let mut whole = Text::default();
    for (line, text) in (1..).zip(text.lines()) {
        whole.add(text, line);
    }
    vec![whole]
}

/// The texts of the lines that have one.
fn strings(text: &str, prose: bool, find: impl Fn(&str) -> Option<&str>) -> Vec<Text> {
    let found = (1..).zip(text.lines()).filter_map(|(line, text)| find(text).map(|text| (line, text)));
    found
        .map(|(line, found)| {
            let mut text = Text { prose, ..Text::default() };
            text.add(&found.replace("\\n", " ").replace('\\', ""), line);
            text
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULES: &str =
        "by hand -> manually\ngoes|went on -> continues\n^ who|what -> a noun\nseed 0* -> nothing\n";

    fn faults_in(list: &str, texts: &[Text]) -> Vec<String> {
        let list = List::parse(list).unwrap();
        let mut faults = Vec::new();
        for text in texts {
            list.check(Path::new("docs/a.md"), text, &mut faults);
        }
        faults.extend(list.unused());
        faults
    }

    fn check(text: &str, expect: &[&str]) {
        assert_eq!(faults_in(RULES, &markdown(text)), expect, "{text}");
    }

    #[test]
    fn a_construction_is_found_in_each_of_its_forms_and_over_lines() {
        check(
            "It goes on. It WENT\non.",
            &[
                "docs/a.md:1 says \"goes on\": write continues",
                "docs/a.md:1 says \"went on\": write continues",
            ],
        );
        check(
            "# By hand\n\n| a | b |\n|---|---|\n| x | by hand |",
            &["docs/a.md:1 says \"by hand\": write manually", "docs/a.md:5 says \"by hand\": write manually"],
        );
        check("as seed 003 has it", &["docs/a.md:1 says \"seed 003\": write nothing"]);
    }

    #[test]
    fn other_words_between_or_around_are_no_construction() {
        check("It goes, on the whole, well. By handing it on. A seed of 7.", &[]);
    }

    #[test]
    fn a_sentence_without_a_noun_is_found_at_its_beginning_and_is_no_question() {
        check("It runs. What fails is lost.", &["docs/a.md:1 says \"what\": write a noun"]);
        check("- Who asks gets it.", &["docs/a.md:1 says \"who\": write a noun"]);
        check("What fails? See what fails in `api.rs` what.\n\n# What fails", &[]);
    }

    #[test]
    fn code_is_left_alone() {
        check("`by hand`\n\n```\nby hand\n```\n\n    by hand", &[]);
    }

    #[test]
    fn an_exception_holds_for_its_pattern_in_its_place_and_must_be_needed() {
        let allow = |path: &str| format!("{RULES}allow docs{path}: by hand: as it says\n");
        assert_eq!(faults_in(&allow(""), &markdown("by hand")), [""; 0]);
        assert_eq!(faults_in(&allow("/a.md"), &markdown("by hand")), [""; 0]);
        let unused = "xtask/words.txt allows \"by hand\" in docs/b.md, where it is not used";
        assert_eq!(faults_in(&allow("/b.md"), &[]), [unused]);
    }

    #[test]
    fn a_list_that_cannot_be_read_says_where() {
        for bad in ["by hand", "allow docs: by hand"] {
            assert!(List::parse(bad).err().unwrap().to_string().starts_with("xtask/words.txt:1 "), "{bad}");
        }
    }

    #[test]
    fn texts_are_found_in_every_kind_of_file() {
        let say = |texts: Vec<Text>| faults_in(RULES, &texts).len();
        assert_eq!(
            say(descriptions(
                "  \"summary\": \"Who asks.\",\n  \"x\": \"by hand\",\n \"description\": \"by hand\""
            )),
            2
        );
        assert_eq!(
            say(error_messages("#[error(\"done by hand: {0}\")]\n// by hand\nlet a = \"by hand\";")),
            1
        );
        assert_eq!(say(code("// by hand\n<p>by hand</p>\n  * by hand\nlet a = 'by hand';")), 2);
        assert_eq!(say(plain("by\nhand")), 1);
    }

    #[test]
    fn of_the_changelog_only_what_is_not_released_is_looked_at() {
        let text = "# Changelog\n\n## [Unreleased]\n\nby hand\n\n## [0.1.0]\n\nby hand\n";
        assert_eq!(faults_in(RULES, &markdown(unreleased(text))).len(), 1);
    }
}
