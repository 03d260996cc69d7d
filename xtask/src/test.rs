//! `cargo xtask test`: every check, one after the other, and what came of each.

use std::io::{Read, Write};
use std::path::Path;
use std::process::{ExitStatus, Stdio};
use std::time::{Duration, Instant};

use anyhow::Context;

use crate::tally::Tally;
use crate::tools::{
    CARGO_DENY, CHROMIUM, CLIPPY, CURL, Found, GGUF, NODE, NODE_MCP, NPM, PYTHON, PYTHON_MCP, PYTHON_OPENAI,
    RUSTFMT, Tool,
};
use crate::{cargo, docs, python};

/// What to run, and how strictly.
pub struct Options {
    /// Run the long variants of tests too.
    pub long: bool,
    /// Run only the tests whose names contain one of these; empty for everything.
    pub filters: Vec<String>,
    /// A missing tool is a failure, not a skip.
    pub ci: bool,
}

/// One check. A new one is one more entry in [`STEPS`].
struct Step {
    name: &'static str,
    /// The tools that it cannot do without.
    needs: &'static [&'static Tool],
    action: Action,
}

enum Action {
    /// This command must succeed, with these variables set.
    Command(&'static [&'static str], &'static [(&'static str, &'static str)]),
    /// This function must succeed.
    Function(fn(&Path) -> anyhow::Result<()>),
    /// As a command, and what comes after it makes no sense when it fails.
    Build(&'static [&'static str]),
    /// The tests themselves; a filter is for them.
    Tests,
}

/// Cheap ones first. All that are needed for the tests, and nothing else, run when there is a filter.
static STEPS: &[Step] = &[
    Step {
        name: "format",
        needs: &[&RUSTFMT],
        action: Action::Command(&["cargo", "fmt", "--all", "--check"], &[]),
    },
    Step { name: "documents", needs: &[], action: Action::Function(docs::check) },
    Step {
        name: "dependencies",
        needs: &[&CARGO_DENY],
        // The advisories are left out: their database has to be fetched, and these checks need no network.
        action: Action::Command(
            &["cargo", "deny", "check", "--hide-inclusion-graph", "licenses", "bans", "sources"],
            &[],
        ),
    },
    Step {
        name: "lints",
        needs: &[&CLIPPY],
        action: Action::Command(
            &["cargo", "clippy", "--workspace", "--all-targets", "--", "--deny", "warnings"],
            &[],
        ),
    },
    // Also builds the programs that the end-to-end tests start, which `cargo test` alone does not.
    Step {
        name: "build",
        needs: &[],
        action: Action::Build(&["cargo", "build", "--workspace", "--all-targets"]),
    },
    Step { name: "tests", needs: &[], action: Action::Tests },
    Step {
        name: "reference",
        needs: &[],
        action: Action::Command(
            &["cargo", "doc", "--workspace", "--no-deps", "--quiet"],
            &[("RUSTDOCFLAGS", "--deny warnings")],
        ),
    },
    // Every other check has the console in the program, which is a feature that one can leave out.
    Step {
        name: "without console",
        needs: &[],
        action: Action::Command(
            &[
                "cargo",
                "test",
                "--quiet",
                "-p",
                "sessiond-server",
                "--no-default-features",
                "--test",
                "no_console",
            ],
            &[],
        ),
    },
    Step { name: "python environment", needs: &[&PYTHON], action: Action::Function(python::environment) },
    Step {
        name: "python build",
        needs: &[&PYTHON],
        action: Action::Command(
            &["target/python/bin/maturin", "develop", "--quiet", "--manifest-path", "sdk/python/Cargo.toml"],
            &[("VIRTUAL_ENV", "target/python")],
        ),
    },
    Step {
        name: "python format",
        needs: &[&PYTHON],
        action: Action::Command(&["target/python/bin/ruff", "format", "--check", "sdk/python"], &[]),
    },
    Step {
        name: "python lints",
        needs: &[&PYTHON],
        action: Action::Command(&["target/python/bin/ruff", "check", "sdk/python"], &[]),
    },
    Step {
        name: "python types",
        needs: &[&PYTHON],
        action: Action::Command(
            &["target/python/bin/mypy", "--config-file", "sdk/python/pyproject.toml", "sdk/python/sessiond"],
            &[],
        ),
    },
    Step {
        name: "python tests",
        needs: &[&PYTHON],
        action: Action::Command(&["target/python/bin/python", "-m", "pytest", "--quiet", "sdk/python"], &[]),
    },
    Step { name: "python wheel", needs: &[&PYTHON], action: Action::Function(python::wheel) },
    // TypeScript comes last, because its tests start the program that was built above.
    Step {
        name: "npm ci",
        needs: &[&NODE, &NPM],
        action: Action::Command(
            &["npm", "--prefix", "sdk/typescript", "ci", "--ignore-scripts", "--no-audit", "--no-fund"],
            &[],
        ),
    },
    Step {
        name: "typescript types",
        needs: &[&NODE, &NPM],
        action: Action::Command(&["npm", "--prefix", "sdk/typescript", "run", "types:check"], &[]),
    },
    Step {
        name: "typescript tests",
        needs: &[&NODE, &NPM],
        action: Action::Command(&["npm", "--prefix", "sdk/typescript", "test"], &[]),
    },
    Step {
        name: "typescript browser",
        needs: &[&NODE, &NPM, &CHROMIUM],
        action: Action::Command(&["npm", "--prefix", "sdk/typescript", "run", "test:browser"], &[]),
    },
    Step {
        name: "typescript package",
        needs: &[&NODE, &NPM],
        action: Action::Command(&["npm", "--prefix", "sdk/typescript", "run", "package:check"], &[]),
    },
    Step {
        name: "console npm ci",
        needs: &[&NODE, &NPM],
        action: Action::Command(
            &["npm", "--prefix", "console", "ci", "--ignore-scripts", "--no-audit", "--no-fund"],
            &[],
        ),
    },
    Step {
        name: "console check",
        needs: &[&NODE, &NPM],
        action: Action::Command(&["npm", "--prefix", "console", "run", "check"], &[]),
    },
    Step {
        name: "console tests",
        needs: &[&NODE, &NPM],
        action: Action::Command(&["npm", "--prefix", "console", "test"], &[]),
    },
    Step {
        name: "console browser",
        needs: &[&NODE, &NPM, &CHROMIUM],
        action: Action::Command(&["npm", "--prefix", "console", "run", "test:browser"], &[]),
    },
    // Models in the process are a feature that is off, because they take a while to build. These come after everything that
    // starts the program that was built above, because they build it anew.
    Step {
        name: "model lints",
        needs: &[&CLIPPY],
        action: Action::Command(
            &[
                "cargo",
                "clippy",
                "-p",
                "sessiond",
                "-p",
                "sessiond-model",
                "--all-targets",
                "--features",
                MODEL,
                "--",
                "--deny",
                "warnings",
            ],
            &[],
        ),
    },
    Step {
        name: "model tests",
        needs: &[&GGUF, &PYTHON_OPENAI, &CURL],
        action: Action::Command(
            &[
                "cargo",
                "test",
                "-p",
                "sessiond",
                "-p",
                "sessiond-model",
                "--features",
                MODEL,
                "--lib",
                "--test",
                "gguf",
                "--test",
                "gguf_files",
                "--test",
                "model",
            ],
            &[],
        ),
    },
    Step {
        name: "python model tests",
        needs: &[&PYTHON, &GGUF],
        action: Action::Command(
            &["target/python/bin/python", "-m", "pytest", "--quiet", "sdk/python/tests/test_real_model.py"],
            &[("SESSIOND_TEST_MODEL", "1")],
        ),
    },
];

/// The features with which a model runs in the process.
const MODEL: &str = "sessiond-model/gguf,sessiond-model/serve,sessiond/gguf";

/// Tools that some tests need, and the part of those tests' names that says so.
static TEST_TOOLS: &[(&Tool, &str)] = &[
    (&CURL, "needs_curl"),
    (&PYTHON_MCP, "needs_python_mcp"),
    (&NODE_MCP, "needs_node_mcp"),
    // Without them the program is built with a page that stands in for the console.
    (&NODE, "needs_npm"),
    (&NPM, "needs_npm"),
];

/// What came of a step.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Outcome {
    Passed,
    Failed(String),
    Skipped(String),
}

/// A line of the table at the end.
struct Row {
    name: String,
    outcome: Outcome,
    time: Duration,
    /// For the tests: what they said of themselves.
    tally: Option<Tally>,
}

/// Runs the checks, says what came of each, and whether all of them passed.
///
/// # Errors
/// When standard output is gone. A check that fails, or that cannot start, is a line in the table.
pub fn run(root: &Path, options: &Options) -> anyhow::Result<bool> {
    let steps: Vec<&Step> =
        STEPS.iter().filter(|step| options.filters.is_empty() || step.is_for_tests()).collect();
    let missing = take_stock(root, &steps, options);

    let mut rows = Vec::new();
    let mut test_arguments: Vec<String> = options.filters.clone();
    for (tool, marker) in TEST_TOOLS {
        if let Some(reason) = missing_tool(&missing, tool) {
            test_arguments.extend(["--skip".to_owned(), (*marker).to_owned()]);
            rows.push(Row {
                name: format!("tests: {marker}"),
                outcome: without(reason, options.ci),
                time: Duration::ZERO,
                tally: None,
            });
        }
    }

    let mut built = true;
    for step in steps {
        let start = Instant::now();
        let mut tally = None;
        let outcome = if let Some(reason) = step.needs.iter().find_map(|tool| missing_tool(&missing, tool)) {
            without(reason, options.ci)
        } else if !built {
            Outcome::Skipped("the build failed".to_owned())
        } else {
            match &step.action {
                Action::Command(line, variables) => {
                    command(root, step.name, line, &[*variables, long_variables(options.long)].concat())
                }
                Action::Build(line) => {
                    let outcome = command(root, step.name, line, &[]);
                    built = outcome == Outcome::Passed;
                    outcome
                }
                Action::Function(function) => {
                    println!("\n== {}", step.name);
                    function(root)
                        .map_or_else(|error| Outcome::Failed(format!("{error:#}")), |()| Outcome::Passed)
                }
                Action::Tests => {
                    let (outcome, sum) = tests(root, &test_arguments, options.long)?;
                    tally = Some(sum);
                    outcome
                }
            }
        };
        rows.push(Row { name: step.name.to_owned(), outcome, time: start.elapsed(), tally });
    }

    print!("{}", report(&rows));
    Ok(!rows.iter().any(|row| matches!(row.outcome, Outcome::Failed(_))))
}

/// Whether the environment's `CI` says that this is a machine which nobody watches.
pub fn is_ci(variable: Option<&str>) -> bool {
    !matches!(variable, None | Some("" | "0" | "false"))
}

impl Step {
    fn is_for_tests(&self) -> bool {
        matches!(self.action, Action::Build(_) | Action::Tests)
    }
}

/// Says which tools are needed and what was found, and returns the reasons why some will not do.
fn take_stock(root: &Path, steps: &[&Step], options: &Options) -> Vec<(&'static str, String)> {
    println!("What this needs, and what this machine has:");
    let mut missing = Vec::new();
    let mut tools: Vec<&Tool> = Vec::new();
    let needed = steps
        .iter()
        .flat_map(|step| step.needs.iter().copied())
        .chain(TEST_TOOLS.iter().map(|(tool, _)| *tool));
    for tool in needed {
        if !tools.iter().any(|known| known.name == tool.name) {
            tools.push(tool);
        }
    }
    for tool in tools {
        let found = tool.find(root);
        let words = match &found {
            Found::Yes(version) => version.clone(),
            Found::TooOld(version) => format!("{version}, too old: {}", tool.install),
            Found::No => format!("missing: {}", tool.install),
        };
        println!("  {:<14} {words}", tool.name);
        if let Some(reason) = tool.missing(&found) {
            missing.push((tool.name, reason));
        }
    }
    match (missing.is_empty(), options.ci) {
        (true, _) => {}
        (false, true) => println!("CI is set: what is missing is a failure."),
        (false, false) => println!("What needs a missing tool is skipped (with CI=true it fails)."),
    }
    if !options.filters.is_empty() {
        println!("Only the tests that match {}: no other check runs.", options.filters.join(" or "));
    }
    missing
}

fn missing_tool<'a>(missing: &'a [(&'static str, String)], tool: &Tool) -> Option<&'a str> {
    missing.iter().find(|(name, _)| *name == tool.name).map(|(_, reason)| reason.as_str())
}

fn without(reason: &str, ci: bool) -> Outcome {
    if ci { Outcome::Failed(reason.to_owned()) } else { Outcome::Skipped(reason.to_owned()) }
}

/// Runs a command with its output where ours goes.
fn command(root: &Path, name: &str, line: &[&str], variables: &[(&str, &str)]) -> Outcome {
    println!("\n== {name}: {}", shown(line, variables));
    let Some((program, arguments)) = line.split_first() else {
        return Outcome::Failed("empty command".to_owned());
    };
    let mut command = cargo::command(root, program);
    command.args(arguments).envs(variables.iter().copied()).stdin(Stdio::null());
    match command.status() {
        Ok(status) if status.success() => Outcome::Passed,
        Ok(status) => Outcome::Failed(ended(status)),
        Err(error) => Outcome::Failed(format!("{program} does not start: {error}")),
    }
}

/// Runs the tests, passing on their output as it comes and counting as it passes.
fn tests(root: &Path, arguments: &[String], long: bool) -> anyhow::Result<(Outcome, Tally)> {
    let mut line = vec!["cargo", "test", "--workspace", "--no-fail-fast"];
    if !arguments.is_empty() {
        line.push("--");
        line.extend(arguments.iter().map(String::as_str));
    }
    let variables = long_variables(long);
    println!("\n== tests: {}", shown(&line, variables));

    let mut child = cargo::command(root, line[0])
        .args(&line[1..])
        .envs(variables.iter().copied())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .context("cannot start cargo")?;
    let mut tally = Tally::default();
    if let Some(mut output) = child.stdout.take() {
        let mut buffer = [0; 8192];
        let mut stdout = std::io::stdout().lock();
        loop {
            let length = output.read(&mut buffer).context("cannot read the tests' output")?;
            if length == 0 {
                break;
            }
            stdout.write_all(&buffer[..length])?;
            stdout.flush()?;
            tally.read(&buffer[..length]);
        }
    }
    let status = child.wait().context("cannot wait for cargo")?;
    Ok((judge(&tally, status.success(), &ended(status)), tally))
}

/// What tests look at to see whether they are to run their long variants.
fn long_variables(long: bool) -> &'static [(&'static str, &'static str)] {
    if long { &[("SESSIOND_LONG", "1")] } else { &[] }
}

/// A run that executed nothing proves nothing, so it fails too: mostly the filter is misspelled.
fn judge(tally: &Tally, success: bool, ended: &str) -> Outcome {
    if tally.failed > 0 {
        Outcome::Failed("named below".to_owned())
    } else if !success {
        Outcome::Failed(ended.to_owned())
    } else if tally.ran() == 0 {
        Outcome::Failed("no test ran".to_owned())
    } else {
        Outcome::Passed
    }
}

fn ended(status: ExitStatus) -> String {
    status.code().map_or_else(|| status.to_string(), |code| format!("exit status {code}"))
}

/// A command as one would type it.
fn shown(line: &[&str], variables: &[(&str, &str)]) -> String {
    let variables = variables.iter().map(|(name, value)| match value.contains(' ') {
        true => format!("{name}='{value}'"),
        false => format!("{name}={value}"),
    });
    variables.chain(line.iter().map(|word| (*word).to_owned())).collect::<Vec<_>>().join(" ")
}

/// The table, and below it the line that counts everything.
fn report(rows: &[Row]) -> String {
    let mut text = String::from("\n");
    let width = rows.iter().map(|row| row.name.chars().count()).max().unwrap_or(0);
    for row in rows {
        let (word, note) = match &row.outcome {
            Outcome::Passed => ("passed", String::new()),
            Outcome::Failed(reason) => ("FAILED", reason.clone()),
            Outcome::Skipped(reason) => ("skipped", reason.clone()),
        };
        let counts = row.tally.as_ref().map(|tally| {
            format!("{} passed, {} failed, {} ignored", tally.passed, tally.failed, tally.ignored)
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
        text.push_str(&format!("  failed: {test}\n"));
    }
    let (passed, failed, skipped) = totals(rows);
    text.push_str(&format!("\n{passed} passed, {failed} failed, {skipped} skipped\n"));
    text
}

/// Every test counts for itself, and every other step as one.
fn totals(rows: &[Row]) -> (u64, u64, u64) {
    let (mut passed, mut failed, mut skipped) = (0, 0, 0);
    for row in rows {
        let counted = row.tally.as_ref().filter(|tally| tally.ran() > 0);
        if let Some(tally) = counted {
            passed += tally.passed;
            failed += tally.failed;
            skipped += tally.ignored;
        }
        match row.outcome {
            Outcome::Passed => passed += u64::from(counted.is_none()),
            Outcome::Skipped(_) => skipped += 1,
            // A test program that dies counts none of its tests as failed, and must not go unseen.
            Outcome::Failed(_) => failed += u64::from(counted.is_none_or(|tally| tally.failed == 0)),
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

    fn tally(passed: u64, failed: u64, ignored: u64) -> Tally {
        let mut tally = Tally::default();
        (0..failed).for_each(|number| tally.read(format!("test t{number} ... FAILED\n").as_bytes()));
        tally.read(
            format!("test result: x. {passed} passed; {failed} failed; {ignored} ignored\n").as_bytes(),
        );
        tally
    }

    fn failed(reason: &str) -> Outcome {
        Outcome::Failed(reason.to_owned())
    }

    fn skipped(reason: &str) -> Outcome {
        Outcome::Skipped(reason.to_owned())
    }

    #[test]
    fn the_last_line_counts_tests_and_other_steps_together() {
        let rows = [
            row("format", Outcome::Passed, None),
            row("dependencies", skipped("cargo deny is missing"), None),
            row("lints", failed("exit status 101"), None),
            row("tests", failed("named below"), Some(tally(40, 2, 1))),
        ];
        assert_eq!(totals(&rows), (41, 3, 2));
        assert_eq!(
            report(&rows),
            "
format        passed       1.2 s
dependencies  skipped      1.2 s  cargo deny is missing
lints         FAILED       1.2 s  exit status 101
tests         FAILED       1.2 s  40 passed, 2 failed, 1 ignored; named below
  failed: t0
  failed: t1

41 passed, 3 failed, 2 skipped
"
        );
    }

    #[test]
    fn tests_that_passed_count_one_by_one_and_not_as_a_step() {
        assert_eq!(totals(&[row("tests", Outcome::Passed, Some(tally(7, 0, 2)))]), (7, 0, 2));
    }

    #[test]
    fn a_test_program_that_dies_is_a_failure() {
        assert_eq!(judge(&tally(7, 0, 0), false, "signal 6"), failed("signal 6"));
        assert_eq!(totals(&[row("tests", failed("signal 6"), Some(tally(7, 0, 0)))]), (7, 1, 0));
        assert_eq!(totals(&[row("tests", failed("exit status 101"), Some(tally(0, 0, 0)))]), (0, 1, 0));
    }

    #[test]
    fn a_run_without_a_test_is_a_failure() {
        assert_eq!(judge(&tally(0, 0, 3), true, "exit status 0"), failed("no test ran"));
        assert_eq!(judge(&tally(1, 0, 0), true, "exit status 0"), Outcome::Passed);
    }

    #[test]
    fn a_missing_tool_is_a_failure_only_in_ci() {
        assert_eq!(without("curl is missing", false), skipped("curl is missing"));
        assert_eq!(without("curl is missing", true), failed("curl is missing"));
    }

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
    fn commands_are_shown_as_one_would_type_them() {
        assert_eq!(
            shown(&["cargo", "doc"], &[("RUSTDOCFLAGS", "--deny warnings")]),
            "RUSTDOCFLAGS='--deny warnings' cargo doc"
        );
    }

    #[test]
    fn a_command_that_does_not_start_is_a_failed_step() {
        let outcome = command(Path::new("."), "none", &["there-is-no-such-program"], &[]);
        assert!(matches!(outcome, Outcome::Failed(reason) if reason.contains("does not start")));
    }

    #[test]
    fn a_command_fails_its_step_by_its_exit_status() {
        assert_eq!(command(Path::new("."), "no", &["sh", "-c", "exit 3"], &[]), failed("exit status 3"));
        assert_eq!(command(Path::new("."), "yes", &["sh", "-c", "exit $X"], &[("X", "0")]), Outcome::Passed);
    }
}
