//! Tests that `cargo nextest` runs, counted by the report in JUnit's format that it leaves, as pytest and Vitest do.

use std::path::Path;

use anyhow::Context;

use super::report::{Outcome, Tally};
use super::run::command;

/// The variables that have tests run their long variants.
pub fn variables(long: bool) -> &'static [(&'static str, &'static str)] {
    if long { &[("SESSIOND_LONG", "1")] } else { &[] }
}

/// Runs the tests that `arguments` select, as far as all `filters` (filtersets of nextest) match them.
pub fn run(
    root: &Path,
    name: &str,
    arguments: &[&str],
    filters: &[String],
    long: bool,
) -> (Outcome, Option<Tally>) {
    let profile = if long { "long" } else { "default" };
    let filter = filters.iter().map(|filter| format!("({filter})")).collect::<Vec<_>>().join(" & ");
    let mut line = vec!["cargo", "nextest", "run", "--profile", profile];
    line.extend(arguments);
    if !filter.is_empty() {
        line.extend(["--filterset", &filter]);
    }
    let report = root.join("target/nextest").join(profile).join("junit.xml");
    // An earlier run's report must not count for this run.
    let _ = std::fs::remove_file(&report);
    let outcome = command(root, name, &line, variables(long), &[]);
    match (outcome, read(&report)) {
        (Outcome::Passed, Err(error)) => (Outcome::Failed(format!("{error:#}")), None),
        (outcome, tally) => counted(outcome, tally),
    }
}

/// The result of a command that may have left a report.
pub fn counted(outcome: Outcome, tally: anyhow::Result<Tally>) -> (Outcome, Option<Tally>) {
    match (outcome, tally) {
        (Outcome::Failed(_), Ok(tally)) if !tally.failures.is_empty() => {
            (Outcome::Failed("named below".to_owned()), Some(tally))
        }
        (outcome, tally) => (outcome, tally.ok()),
    }
}

/// Counts the tests of a report.
fn count(report: &str) -> anyhow::Result<Tally> {
    let report = roxmltree::Document::parse(report)?;
    let mut tally = Tally::default();
    for test in report.descendants().filter(|node| node.has_tag_name("testcase")) {
        if test.children().any(|node| node.has_tag_name("failure") || node.has_tag_name("error")) {
            let program = test.attribute("classname").unwrap_or_default();
            tally.failures.push(format!("{program} {}", test.attribute("name").unwrap_or_default()));
        } else if !test.children().any(|node| node.has_tag_name("skipped")) {
            tally.passed += 1;
        }
    }
    Ok(tally)
}

/// Reads a report.
pub fn read(report: &Path) -> anyhow::Result<Tally> {
    let text = std::fs::read_to_string(report).context("the tests left no report")?;
    count(&text).with_context(|| format!("cannot read {}", report.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const REPORT: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="nextest-run" tests="3" failures="1" errors="0" uuid="1" time="0.1">
    <testsuite name="sessiond-core" tests="2" disabled="0" errors="0" failures="1">
        <testcase name="id::tests::short" classname="sessiond-core" time="0.01"></testcase>
        <testcase name="lease::an_old_token_is_refused" classname="sessiond-core" time="0.01">
            <failure type="test failure with exit code 101">thread &#39;x&#39; panicked</failure>
            <system-out>running 1 test</system-out>
        </testcase>
    </testsuite>
    <testsuite name="sessiond-core::limits_page" tests="1" disabled="0" errors="0" failures="0">
        <testcase name="it_is_complete" classname="sessiond-core::limits_page" time="0.01"></testcase>
        <testcase name="it_needs_a_tool" classname="test_it"><skipped message="no tool" /></testcase>
    </testsuite>
</testsuites>
"#;

    #[test]
    fn a_report_says_how_many_tests_passed_and_which_did_not() {
        let tally = count(REPORT).unwrap();
        assert_eq!((tally.passed, tally.ran()), (2, 3));
        assert_eq!(tally.failures, ["sessiond-core lease::an_old_token_is_refused"]);
    }

    #[test]
    fn what_is_no_report_is_an_error() {
        assert!(count("").is_err());
        assert!(read(Path::new("there/is/none.xml")).is_err());
    }
}
