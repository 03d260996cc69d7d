//! The last step: one report from what the three agents found.

use std::fmt::{self, Write as _};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sessiond_agent::{Failure, Inputs};

use crate::output::{Column, Output, Table, bytes, cells};

use super::assistant::{self, Asked};
use super::scan::{self, Duplicates, Finding, Hygiene, Inventory, Place, Severity, grouped, plural};

/// How many lines of an answer a terminal shows.
const LINES: usize = 8;

/// What the last step gives.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// The report for people.
    pub markdown: String,
    /// What was found, what matters most first.
    pub findings: Vec<Finding>,
    /// How much there is.
    pub totals: Totals,
    /// What an assistant was asked about some of the files.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assistant: Option<Asked>,
}

/// How much there is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Totals {
    /// Files.
    pub files: u64,
    /// Directories.
    pub directories: u64,
    /// The size of all files.
    pub bytes: u64,
    /// Lines of text.
    pub lines: u64,
    /// What identical copies take.
    pub wasted_bytes: u64,
}

impl Report {
    /// Prints it for a person: what there is, and the titles of the findings. The whole report is in its file.
    pub fn print(&self, out: &Output) -> std::io::Result<()> {
        let Totals { files, directories, bytes: size, lines, .. } = self.totals;
        out.title(&format!(
            "{} in {}, {}, {} of text",
            plural(files, "file", "files"),
            plural(directories + 1, "directory", "directories"),
            bytes(size),
            plural(lines, "line", "lines"),
        ))?;
        if self.findings.is_empty() {
            out.line("The three agents found nothing that wants attention.")?;
        } else {
            let mut table =
                Table::new([Column::word("#"), Column::text("FINDING").kept(), Column::word("PRIORITY")]);
            for (number, finding) in (1..).zip(&self.findings) {
                table.row(cells![number, &finding.title, finding.severity.word()]);
            }
            out.table(&table)?;
        }
        let Some(asked) = &self.assistant else { return Ok(()) };
        out.title(&format!("An assistant has {}", assistant::count(asked)))?;
        for answered in &asked.answers {
            out.lines_of(&format!("\n{}", answered.question))?;
            let mut lines = answered.answer.lines().filter(|line| !line.trim().is_empty());
            for line in lines.by_ref().take(LINES) {
                out.lines_of(&format!("  {line}"))?;
            }
            if lines.next().is_some() {
                out.line("  … all of it is in the report")?;
            }
            if let Some(reason) = &answered.reason {
                out.lines_of(&format!("  No whole answer: {reason}"))?;
            }
        }
        Ok(())
    }

    /// The same report, with what an assistant was asked.
    pub fn with_assistant(mut self, asked: Option<Asked>) -> Self {
        if let Some(asked) = asked {
            self.markdown.push_str(&section(&asked));
            self.assistant = Some(asked);
        }
        self
    }
}

/// Puts the results of the steps before together: with all findings, or only with those that want attention.
pub fn compose(root: &str, inputs: &Inputs, all: bool) -> Result<Report, Failure> {
    let inventory: Inventory = result_of(inputs, "inventory")?;
    let duplicates: Duplicates = result_of(inputs, "duplicates")?;
    let hygiene: Hygiene = result_of(inputs, "hygiene")?;
    let mut findings: Vec<Finding> = [&inventory.findings, &duplicates.findings, &hygiene.findings]
        .into_iter()
        .flatten()
        .filter(|finding| all || finding.severity > Severity::Note)
        .cloned()
        .collect();
    // Sorting is stable, so findings of one worth stay in the order in which the agents think of them.
    findings.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
    let totals = Totals {
        files: inventory.files,
        directories: inventory.directories,
        bytes: inventory.bytes,
        lines: inventory.lines,
        wasted_bytes: duplicates.wasted_bytes,
    };
    let mut markdown = String::new();
    write(&mut markdown, root, &inventory, &duplicates, &hygiene, &findings)?;
    Ok(Report { markdown, findings, totals, assistant: None })
}

fn result_of<T: DeserializeOwned>(inputs: &Inputs, step: &str) -> Result<T, Failure> {
    let result: Option<&Value> = inputs.get(step).and_then(|results| results.values().next());
    let result =
        result.ok_or_else(|| Failure::new("input_missing", format!("the step '{step}' gave no result")))?;
    Ok(T::deserialize(result)?)
}

fn write(
    out: &mut String,
    root: &str,
    inventory: &Inventory,
    duplicates: &Duplicates,
    hygiene: &Hygiene,
    findings: &[Finding],
) -> fmt::Result {
    writeln!(out, "# What is in {}\n", code(root))?;
    if inventory.files == 0 {
        writeln!(out, "There are no files here.")?;
    } else {
        summary(out, inventory)?;
    }
    match findings.len() {
        0 => writeln!(out, "\n## Nothing to do\n\nThe three agents found nothing that wants attention.")?,
        count => writeln!(out, "\n## Worth a look: {count}")?,
    }
    for (number, finding) in (1..).zip(findings) {
        writeln!(
            out,
            "\n### {number}. {} ({})\n\n{}",
            finding.title,
            finding.severity.word(),
            finding.advice
        )?;
        if !finding.places.is_empty() {
            writeln!(out)?;
        }
        for place in &finding.places {
            writeln!(out, "- {}", place_line(place, finding.severity))?;
        }
        let more = finding.count.saturating_sub(finding.places.len());
        if more > 0 {
            writeln!(out, "- and {} more", grouped(more as u64))?;
        }
    }
    tables(out, inventory)?;
    left_out(out, inventory, duplicates, hygiene)
}

fn summary(out: &mut String, inventory: &Inventory) -> fmt::Result {
    write!(
        out,
        "{} in {}, {}; {} of text",
        plural(inventory.files, "file", "files"),
        plural(inventory.directories + 1, "directory", "directories"),
        bytes(inventory.bytes),
        plural(inventory.lines, "line", "lines")
    )?;
    let written: Vec<String> = inventory
        .languages
        .iter()
        .filter(|row| row.lines * 20 >= inventory.lines && row.lines > 0)
        .take(4)
        .map(|row| {
            format!("{} {} %", row.name, (row.lines * 100 + inventory.lines / 2) / inventory.lines.max(1))
        })
        .collect();
    if !written.is_empty() {
        write!(out, ", {}", written.join(", "))?;
    }
    writeln!(out, ".")?;
    if let (Some(oldest), Some(newest)) = (&inventory.oldest, &inventory.newest)
        && oldest.modified != newest.modified
    {
        writeln!(
            out,
            "The oldest file is {} ({}), the last change was to {} ({}).",
            code(&oldest.path),
            oldest.modified,
            code(&newest.path),
            newest.modified
        )?;
    }
    Ok(())
}

fn tables(out: &mut String, inventory: &Inventory) -> fmt::Result {
    let rows = || inventory.languages.iter().take(12).chain(inventory.other.iter().take(5));
    if rows().next().is_some() {
        writeln!(out, "\n## What is there\n\n| kind | files | lines | size |\n|---|---:|---:|---:|")?;
        for row in rows() {
            let (files, lines) = (grouped(row.files), grouped(row.lines));
            writeln!(out, "| {} | {files} | {lines} | {} |", cell(&row.name), bytes(row.bytes))?;
        }
    }
    if inventory.tops.len() > 1 {
        writeln!(out, "\n## Where it lies\n\n| directory | files | lines | size |\n|---|---:|---:|---:|")?;
        for row in &inventory.tops {
            let (files, lines) = (grouped(row.files), grouped(row.lines));
            writeln!(out, "| {} | {files} | {lines} | {} |", cell(&code(&row.name)), bytes(row.bytes))?;
        }
    }
    if !inventory.largest.is_empty() {
        writeln!(out, "\n## The largest files\n\n| size | file | changed |\n|---:|---|---|")?;
        for file in inventory.largest.iter().take(5) {
            writeln!(out, "| {} | {} | {} |", bytes(file.bytes), cell(&code(&file.path)), file.modified)?;
        }
    }
    Ok(())
}

/// A report that does not say what it has not seen would claim too much.
fn left_out(
    out: &mut String,
    inventory: &Inventory,
    duplicates: &Duplicates,
    hygiene: &Hygiene,
) -> fmt::Result {
    let mut limits: Vec<&String> =
        [&inventory.limits_reached, &duplicates.limits_reached, &hygiene.limits_reached]
            .into_iter()
            .flatten()
            .collect();
    limits.sort();
    limits.dedup();
    if inventory.left_out.is_empty() && limits.is_empty() && inventory.links == 0 {
        return Ok(());
    }
    writeln!(out, "\n## What was left out\n")?;
    for limit in limits {
        writeln!(out, "- {limit}")?;
    }
    if inventory.links > 0 {
        let links = plural(inventory.links, "symbolic link was", "symbolic links were");
        writeln!(out, "- {links} not followed")?;
    }
    for place in inventory.left_out.iter().take(20) {
        writeln!(out, "- {}: {}", code(&place.path), place.note)?;
    }
    let more = inventory.left_out.len().saturating_sub(20);
    if more > 0 {
        writeln!(out, "- and {more} directories more")?;
    }
    Ok(())
}

/// What an assistant was asked, and what it answered. An answer is a quotation: nothing in it is a part of the report.
fn section(asked: &Asked) -> String {
    let names: Vec<String> = asked.files.iter().map(|name| code(name)).collect();
    let mut out = format!(
        "\n## Asked of an assistant\n\nIt has {}: {}. A demo chooses at most {} files of at most {} each.\n",
        assistant::count(asked),
        names.join(", "),
        scan::FILES,
        bytes(scan::FILE_BYTES)
    );
    for answered in &asked.answers {
        out.push_str(&format!("\n### {}\n\n", answered.question));
        for line in answered.answer.lines() {
            out.push_str(format!("> {line}").trim_end());
            out.push('\n');
        }
        if let Some(reason) = &answered.reason {
            out.push_str(&format!("\nNo whole answer: {reason}.\n"));
        }
        if !answered.cited.is_empty() {
            let cited: Vec<String> = answered.cited.iter().map(|place| code(place)).collect();
            out.push_str(&format!("\nCited: {}.\n", cited.join("; ")));
        }
    }
    out.push_str(&format!(
        "\nIts session is {}, in which more can be asked.\n",
        code(asked.session_id.as_str())
    ));
    out
}

fn place_line(place: &Place, severity: Severity) -> String {
    let at = match place.line {
        Some(line) => code(&format!("{}:{line}", place.path)),
        None => code(&place.path),
    };
    match place.note.as_str() {
        "" => at,
        // A quoted line of a file may hold anything; a finding's own words do not.
        note if place.line.is_some() && severity < Severity::High => format!("{at} {}", code(note)),
        note => format!("{at} {note}"),
    }
}

/// A code span that holds any text (CommonMark, section 6.1).
fn code(text: &str) -> String {
    let mut longest = 0;
    let mut run = 0;
    for c in text.chars() {
        run = if c == '`' { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    if longest == 0 {
        return format!("`{text}`");
    }
    let fence = "`".repeat(longest + 1);
    format!("{fence} {text} {fence}")
}

/// A text in a table's cell.
fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn inputs(inventory: Inventory, duplicates: Duplicates, hygiene: Hygiene) -> Inputs {
        let of = |agent: &str, value: Value| [(agent.parse().unwrap(), value)].into();
        [
            ("inventory".to_owned(), of("a://a", json!(inventory))),
            ("duplicates".to_owned(), of("b://b", json!(duplicates))),
            ("hygiene".to_owned(), of("c://c", json!(hygiene))),
        ]
        .into()
    }

    fn finding(severity: Severity, title: &str, place: Place) -> Finding {
        Finding {
            severity,
            weight: 1,
            title: title.into(),
            advice: "Do it.".into(),
            places: vec![place],
            count: 3,
        }
    }

    #[test]
    fn findings_stand_in_the_order_of_their_worth() {
        let place = |path: &str| Place { path: path.into(), line: Some(7), note: "a `note`".into() };
        let duplicates =
            Duplicates { findings: vec![finding(Severity::Low, "second", place("b"))], ..Default::default() };
        let hygiene = Hygiene {
            findings: vec![finding(Severity::High, "first", place("odd`name"))],
            ..Default::default()
        };
        let report =
            compose("/dir", &inputs(Inventory { files: 1, ..Default::default() }, duplicates, hygiene), true)
                .unwrap();
        let titles: Vec<_> = report.findings.iter().map(|finding| finding.title.as_str()).collect();
        assert_eq!(titles, ["first", "second"]);
        assert!(report.markdown.contains("### 1. first (do this first)"), "{}", report.markdown);
        assert!(report.markdown.contains("`` odd`name:7 `` a `note`\n- and 2 more"), "{}", report.markdown);
        assert!(report.markdown.contains("`b:7` `` a `note` ``"), "{}", report.markdown);
    }

    #[test]
    fn an_empty_directory_has_a_report_too() {
        let report =
            compose("/dir", &inputs(Default::default(), Default::default(), Default::default()), true)
                .unwrap();
        assert_eq!(
            report.markdown,
            "# What is in `/dir`\n\nThere are no files here.\n\n## Nothing to do\n\n\
             The three agents found nothing that wants attention.\n"
        );
    }

    #[test]
    fn an_answer_is_quoted_with_the_places_that_it_cites() {
        let answered = |answer: &str, reason: Option<&str>| assistant::Answered {
            question: "What is it?".into(),
            answer: answer.into(),
            cited: vec!["a.md, lines 1–2".into()],
            reason: reason.map(str::to_owned),
        };
        let asked = Asked {
            session_id: "s_assistant".parse().unwrap(),
            files: vec!["a.md".into()],
            bytes: 2048,
            answers: vec![answered("# A\n\nheading [1]", None), answered("", Some("it was stopped"))],
        };
        let report =
            compose("/dir", &inputs(Default::default(), Default::default(), Default::default()), true)
                .unwrap()
                .with_assistant(Some(asked.clone()));
        assert!(report.markdown.contains("It has 1 file of 2.0 KiB: `a.md`."), "{}", report.markdown);
        assert!(
            report.markdown.contains("> # A\n>\n> heading [1]\n\nCited: `a.md, lines 1–2`."),
            "{}",
            report.markdown
        );
        assert!(report.markdown.contains("No whole answer: it was stopped."), "{}", report.markdown);
        assert_eq!(report.assistant, Some(asked));
    }

    #[test]
    fn a_step_that_gave_nothing_is_named() {
        let failure = compose("/dir", &Inputs::new(), true).unwrap_err();
        assert_eq!(failure.0["code"], "input_missing");
    }
}
