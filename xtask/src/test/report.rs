//! The results of the checks, as a table.

use std::fmt::Write as _;
use std::time::Duration;

/// The result of a step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It succeeded.
    Passed,
    /// Why not.
    Failed(String),
    /// Why it did not run.
    Skipped(String),
}

/// A line of the table.
pub struct Row {
    /// The step.
    pub name: String,
    /// Its result.
    pub outcome: Outcome,
    /// How long it took.
    pub time: Duration,
    /// For tests: how many passed, and which did not.
    pub tally: Option<Tally>,
}

/// How many tests passed, and which did not.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Tally {
    /// Tests that passed.
    pub passed: usize,
    /// The tests that did not, each by its test program and its name.
    pub failures: Vec<String>,
}

impl Tally {
    /// How many tests ran.
    pub fn ran(&self) -> usize {
        self.passed + self.failures.len()
    }
}

/// The table, and below it the line that counts everything.
pub fn report(rows: &[Row]) -> String {
    let mut text = String::from("\n");
    let width = rows.iter().map(|row| row.name.chars().count()).max().unwrap_or(0);
    for row in rows {
        let (word, note) = match &row.outcome {
            Outcome::Passed => ("passed", String::new()),
            Outcome::Failed(reason) => ("FAILED", reason.clone()),
            Outcome::Skipped(reason) => ("skipped", reason.clone()),
        };
        let counts = row.tally.as_ref().map(|tally| {
            let failed = tally.failures.len();
            format!("{} passed, {failed} failed", tally.passed)
        });
        let note =
            [counts, Some(note).filter(|note| !note.is_empty())].into_iter().flatten().collect::<Vec<_>>();
        let line = format!(
            "{:<width$}  {word:<7}  {:>7.1} s  {}",
            row.name,
            row.time.as_secs_f64(),
            note.join("; ")
        );
        text.push_str(line.trim_end());
        text.push('\n');
    }
    for test in rows.iter().filter_map(|row| row.tally.as_ref()).flat_map(|tally| &tally.failures) {
        let _ = writeln!(text, "  failed: {test}");
    }
    let (passed, failed, skipped) = totals(rows);
    let _ = writeln!(text, "\n{passed} passed, {failed} failed, {skipped} skipped");
    text
}

/// Every test counts for itself, and every other step as one.
fn totals(rows: &[Row]) -> (usize, usize, usize) {
    let (mut passed, mut failed, mut skipped) = (0, 0, 0);
    for row in rows {
        let counted = row.tally.as_ref().filter(|tally| tally.ran() > 0);
        if let Some(tally) = counted {
            passed += tally.passed;
            failed += tally.failures.len();
        }
        match row.outcome {
            Outcome::Passed => passed += usize::from(counted.is_none()),
            Outcome::Skipped(_) => skipped += 1,
            // A run that breaks off names no test that failed, and must not go unseen.
            Outcome::Failed(_) => {
                failed += usize::from(counted.is_none_or(|tally| tally.failures.is_empty()))
            }
        }
    }
    (passed, failed, skipped)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(name: &str, outcome: Outcome, tally: Option<Tally>) -> Row {
        Row { name: name.to_owned(), outcome, time: Duration::from_millis(1250), tally }
    }

    fn tally(passed: usize, failures: &[&str]) -> Tally {
        Tally { passed, failures: failures.iter().map(|name| (*name).to_owned()).collect() }
    }

    fn failed(reason: &str) -> Outcome {
        Outcome::Failed(reason.to_owned())
    }

    #[test]
    fn the_last_line_counts_tests_and_other_steps_together() {
        let rows = [
            row("format", Outcome::Passed, None),
            row("dependencies", Outcome::Skipped("cargo deny is missing".to_owned()), None),
            row("lints", failed("exit status 101"), None),
            row("tests", failed("named below"), Some(tally(40, &["t0", "t1"]))),
        ];
        assert_eq!(totals(&rows), (41, 3, 1));
        assert_eq!(
            report(&rows),
            "
format        passed       1.2 s
dependencies  skipped      1.2 s  cargo deny is missing
lints         FAILED       1.2 s  exit status 101
tests         FAILED       1.2 s  40 passed, 2 failed; named below
  failed: t0
  failed: t1

41 passed, 3 failed, 1 skipped
"
        );
    }

    #[test]
    fn tests_that_passed_count_one_by_one_and_not_as_a_step() {
        assert_eq!(totals(&[row("tests", Outcome::Passed, Some(tally(7, &[])))]), (7, 0, 0));
    }

    #[test]
    fn a_run_that_breaks_off_is_a_failure() {
        assert_eq!(totals(&[row("tests", failed("signal 6"), Some(tally(7, &[])))]), (7, 1, 0));
        assert_eq!(totals(&[row("tests", failed("exit status 101"), None)]), (0, 1, 0));
    }
}
