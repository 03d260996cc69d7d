//! `cargo xtask test`: every check, one after the other, and the result of each.

mod named;
mod nextest;
mod report;
mod run;
mod steps;
mod stock;

use std::path::Path;
use std::time::{Duration, Instant};

use report::{Outcome, Row, Tally, report};
use steps::{Action, BUILD, STEPS, Step, TEST_TOOLS, TESTS};
use stock::Missing;

/// What to run, and how strictly.
pub struct Options {
    /// Run the long variants of tests too.
    pub long: bool,
    /// Run only these steps, after the steps whose results they use; empty for all.
    pub only: Vec<String>,
    /// Run only the Rust tests whose names contain one of these, and no other step; empty for everything.
    pub names: Vec<String>,
    /// A missing tool is a failure, not a skip.
    pub ci: bool,
}

/// Runs the checks, prints the result of each, and returns whether all of them passed.
///
/// # Errors
/// When a requested step or test does not exist. A check that fails, or that cannot start, is a line in the table.
pub fn run(root: &Path, options: &Options) -> anyhow::Result<bool> {
    let start = |steps: &[&Step]| {
        let missing = stock::take(root, steps, options.ci);
        Run { root, long: options.long, missing, rows: Vec::new() }
    };
    let run = if options.names.is_empty() {
        let steps = steps::select(&options.only)?;
        let mut run = start(&steps);
        steps.into_iter().for_each(|step| run.step(step, &[], &[]));
        run
    } else {
        let selection = named::select(root, &options.names)?;
        let wanted = |step: &&Step| step.name == TESTS || step.name == BUILD && selection.starts_program;
        let steps: Vec<&Step> = STEPS.iter().filter(wanted).collect();
        let mut run = start(&steps);
        let arguments: Vec<&str> = selection.arguments.iter().map(String::as_str).collect();
        steps.into_iter().for_each(|step| run.step(step, &arguments, &selection.filters));
        run
    };
    print!("{}", report(&run.rows));
    Ok(run.rows.iter().all(|row| !matches!(row.outcome, Outcome::Failed(_))))
}

/// Prints the names of all steps, and what each does.
pub fn list() {
    let width = STEPS.iter().map(|step| step.name.len()).max().unwrap_or(0);
    for step in STEPS {
        let what = match &step.action {
            Action::Command(line, variables) => run::shown(line, variables),
            Action::Tests(arguments) => run::shown(&[&["cargo", "nextest", "run"], *arguments].concat(), &[]),
            Action::Function(_) => "(a function of this program)".to_owned(),
        };
        println!("{:<width$}  {what}", step.name);
    }
}

/// Whether the environment's `CI` says that nobody watches this run.
pub fn is_ci(variable: Option<&str>) -> bool {
    !matches!(variable, None | Some("" | "0" | "false"))
}

/// A run of some steps, and the results so far.
struct Run<'a> {
    root: &'a Path,
    long: bool,
    missing: Missing,
    rows: Vec<Row>,
}

impl Run<'_> {
    /// Runs a step. If it runs tests, `arguments` replace the step's own unless they are empty, and all `filters` (filtersets
    /// of nextest) apply.
    fn step(&mut self, step: &Step, arguments: &[&str], filters: &[String]) {
        let start = Instant::now();
        let stopped = self.missing.without(step.needs).or_else(|| self.blocked(step));
        let (outcome, tally) = match stopped {
            Some(outcome) => (outcome, None),
            None => self.act(step, arguments, filters),
        };
        self.rows.push(Row { name: step.name.to_owned(), outcome, time: start.elapsed(), tally });
    }

    fn act(&mut self, step: &Step, arguments: &[&str], filters: &[String]) -> (Outcome, Option<Tally>) {
        match &step.action {
            Action::Command(line, variables) => {
                let report = self.root.join(format!("target/reports/{}.xml", step.name.replace(' ', "-")));
                // An earlier run's report must not count for this run.
                let _ = std::fs::remove_file(&report);
                let (path, option) =
                    (report.display().to_string(), format!("--junitxml={}", report.display()));
                let variables = [*variables, nextest::variables(self.long)].concat();
                // Vitest's and pytest's; no other command knows them.
                let reporting = [("SESSIOND_TEST_REPORT", &*path), ("PYTEST_ADDOPTS", &*option)];
                let outcome = run::command(self.root, step.name, line, &variables, &reporting);
                nextest::counted(outcome, nextest::read(&report))
            }
            Action::Function(function) => {
                println!("\n== {}", step.name);
                let outcome = function(self.root)
                    .map_or_else(|error| Outcome::Failed(format!("{error:#}")), |()| Outcome::Passed);
                (outcome, None)
            }
            Action::Tests(own) => {
                let arguments = if arguments.is_empty() { own } else { arguments };
                let mut filters = filters.to_vec();
                if step.name == TESTS {
                    filters.extend(self.leave_out());
                }
                nextest::run(self.root, step.name, arguments, &filters, self.long)
            }
        }
    }

    /// The result of a step if one that it comes after did not pass.
    fn blocked(&self, step: &Step) -> Option<Outcome> {
        let before = self.rows.iter().filter(|row| step.after.contains(&row.name.as_str()));
        let reason = before.into_iter().find_map(|row| match row.outcome {
            Outcome::Passed => None,
            Outcome::Failed(_) => Some(format!("{} failed", row.name)),
            Outcome::Skipped(_) => Some(format!("{} was skipped", row.name)),
        })?;
        Some(Outcome::Skipped(reason))
    }

    /// Filters that leave out the tests whose tool is missing; each gets a row.
    fn leave_out(&mut self) -> Vec<String> {
        let mut filters = Vec::new();
        for (tool, filter) in TEST_TOOLS {
            if let Some(outcome) = self.missing.without(&[tool]) {
                let name = format!("{TESTS}: {filter}");
                filters.push(format!("not {filter}"));
                self.rows.push(Row { name, outcome, time: Duration::ZERO, tally: None });
            }
        }
        filters
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ci_is_recognised_by_its_variable() {
        for set in ["true", "1", "yes"] {
            assert!(is_ci(Some(set)), "{set}");
        }
        for unset in [None, Some(""), Some("false"), Some("0")] {
            assert!(!is_ci(unset), "{unset:?}");
        }
    }

    #[test]
    fn a_step_is_skipped_when_one_that_it_comes_after_did_not_pass() {
        let row = |name: &str, outcome| Row { name: name.into(), outcome, time: Duration::ZERO, tally: None };
        let step = |name| STEPS.iter().find(|step| step.name == name).unwrap();
        let missing = stock::take(Path::new("."), &[], false);
        let failed = Outcome::Failed("exit status 1".into());
        let rows = vec![row(BUILD, Outcome::Passed), row("console packages", failed)];
        let run = Run { root: Path::new("."), long: false, missing, rows };
        assert_eq!(run.blocked(step(TESTS)), None);
        let skipped = Outcome::Skipped("console packages failed".into());
        assert_eq!(run.blocked(step("console browser")), Some(skipped));
    }
}
