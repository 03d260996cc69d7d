//! The table of checks.

use std::path::Path;

use crate::tools::{
    CARGO_DENY, CARGO_MACHETE, CARGO_NEXTEST, CHROMIUM, CLIPPY, CURL, GGUF, NODE, NODE_A2A, NODE_MCP,
    NODE_OPENAI, NPM, PYTHON, PYTHON_A2A, PYTHON_MCP, PYTHON_OPENAI, RUSTFMT, SCHEMATHESIS, Tool,
};
use crate::{docs, manifests, node, python};

/// One check. A new one is one more entry in [`STEPS`].
pub struct Step {
    /// The name to request it by.
    pub name: &'static str,
    /// The tools that it cannot do without.
    pub needs: &'static [&'static Tool],
    /// The steps whose results it uses. They come before it in the table, and run first when only it is requested. It is
    /// skipped if one of them fails.
    pub after: &'static [&'static str],
    /// What it does.
    pub action: Action,
}

/// What a step does.
pub enum Action {
    /// This command must succeed, with these variables set.
    Command(&'static [&'static str], &'static [(&'static str, &'static str)]),
    /// This function must succeed.
    Function(fn(&Path) -> anyhow::Result<()>),
    /// The tests that these arguments of `cargo nextest run` select must pass. They count one by one.
    Tests(&'static [&'static str]),
}

/// The name of the step that builds the program for end-to-end tests.
pub const BUILD: &str = "build";
/// The name of the step that runs the workspace's tests.
pub const TESTS: &str = "tests";

/// The features with which a model runs in the process.
const MODEL: &str = "sessiond-model-gguf/runtime,sessiond-model-gguf/serve,sessiond/gguf";

/// The tools that only some tests of [`TESTS`] need, each with the filterset of nextest for these tests.
pub static TEST_TOOLS: &[(&Tool, &str)] = &[
    (&CURL, "test(needs_curl::)"),
    (&PYTHON_MCP, "test(needs_python_mcp::)"),
    (&NODE_MCP, "test(needs_node_mcp::)"),
    (&PYTHON_A2A, "test(needs_python_a2a::)"),
    (&NODE_A2A, "test(needs_node_a2a::)"),
    (&NODE_OPENAI, "test(needs_node_openai::)"),
    (&SCHEMATHESIS, "test(needs_schemathesis::)"),
    // Without them the console in the program is only a page that says so.
    (&NODE, "test(needs_npm::)"),
    (&NPM, "test(needs_npm::)"),
];

/// Cheap checks first.
///
/// Cargo builds a crate again for each set of features of its dependencies, and the selected packages determine these. So that
/// nothing is built twice, the commands here select the whole workspace and narrow the selection by targets.
pub static STEPS: &[Step] = &[
    command("format", &[&RUSTFMT], &[], &["cargo", "fmt", "--all", "--check"]),
    function("documents", &[], &[], docs::check),
    // The advisories are left out: their database has to be fetched, and these checks need no network.
    command(
        "dependencies",
        &[&CARGO_DENY],
        &[],
        &["cargo", "deny", "check", "--hide-inclusion-graph", "licenses", "bans", "sources"],
    ),
    function("unused dependencies", &[&CARGO_MACHETE], &[], manifests::check),
    command(
        "lints",
        &[&CLIPPY],
        &[],
        &["cargo", "clippy", "--workspace", "--all-targets", "--", "--deny", "warnings"],
    ),
    // With a test among the targets, the features are those of all tests.
    command(
        BUILD,
        &[],
        &[],
        &["cargo", "build", "--workspace", "--bin", "sessiond", "--bin", "sessiond-bench", "--test", "help"],
    ),
    tests(TESTS, &[&CARGO_NEXTEST], &[BUILD], &["--workspace"]),
    command("doc tests", &[], &[BUILD], &["cargo", "test", "--workspace", "--doc", "--quiet"]),
    Step {
        name: "reference",
        needs: &[],
        after: &[],
        action: Action::Command(
            &["cargo", "doc", "--workspace", "--no-deps", "--quiet"],
            &[("RUSTDOCFLAGS", "--deny warnings")],
        ),
    },
    // Every other check has the console in the program, which is a feature that one can leave out.
    tests(
        "without console",
        &[&CARGO_NEXTEST],
        &[],
        &["--workspace", "--no-default-features", "--test", "no_console"],
    ),
    function("python environment", &[&PYTHON], &[], python::environment),
    Step {
        name: "python build",
        needs: &[&PYTHON],
        after: &["python environment"],
        action: Action::Command(
            &["target/python/bin/maturin", "develop", "--quiet", "--manifest-path", "sdk/python/Cargo.toml"],
            &[("VIRTUAL_ENV", "target/python")],
        ),
    },
    command(
        "python format",
        &[&PYTHON],
        &["python environment"],
        &["target/python/bin/ruff", "format", "--check", "sdk/python"],
    ),
    command(
        "python lints",
        &[&PYTHON],
        &["python environment"],
        &["target/python/bin/ruff", "check", "sdk/python"],
    ),
    command(
        "python types",
        &[&PYTHON],
        &["python environment"],
        &["target/python/bin/mypy", "--config-file", "sdk/python/pyproject.toml", "sdk/python/sessiond"],
    ),
    command("python events", &[&PYTHON], &[], &["python3", "sdk/python/scripts/events.py", "--check"]),
    command(
        "python tests",
        &[&PYTHON],
        &[BUILD, "python build"],
        // Most of a test's time is waiting: for a process, a disk or a clock.
        &["target/python/bin/python", "-m", "pytest", "--quiet", "--numprocesses", "4", "sdk/python"],
    ),
    function("python wheel", &[&PYTHON], &["python environment"], python::wheel),
    function("typescript packages", &[&NODE, &NPM], &[], node::typescript),
    command(
        "typescript types",
        &[&NODE, &NPM],
        &["typescript packages"],
        &["npm", "--prefix", "sdk/typescript", "run", "types:check"],
    ),
    command(
        "typescript tests",
        &[&NODE, &NPM],
        &[BUILD, "typescript packages"],
        &["npm", "--prefix", "sdk/typescript", "test"],
    ),
    command(
        "typescript browser",
        &[&NODE, &NPM, &CHROMIUM],
        &[BUILD, "typescript packages"],
        &["npm", "--prefix", "sdk/typescript", "run", "test:browser"],
    ),
    command(
        "typescript package",
        &[&NODE, &NPM],
        &["typescript packages"],
        &["npm", "--prefix", "sdk/typescript", "run", "package:check"],
    ),
    function("console packages", &[&NODE, &NPM], &[], node::console),
    command(
        "console check",
        &[&NODE, &NPM],
        &["console packages"],
        &["npm", "--prefix", "console", "run", "check"],
    ),
    command("console tests", &[&NODE, &NPM], &["console packages"], &["npm", "--prefix", "console", "test"]),
    command(
        "console browser",
        &[&NODE, &NPM, &CHROMIUM],
        // The package records calls that a page shows.
        &[BUILD, "python build", "console packages"],
        &["npm", "--prefix", "console", "run", "test:browser"],
    ),
    // Models in the process are a feature that is off, because they take a while to build. These come after everything that
    // starts the program that was built above, because they build it anew.
    command(
        "model lints",
        &[&CLIPPY],
        &[],
        &[
            "cargo",
            "clippy",
            "--workspace",
            "--features",
            MODEL,
            "--lib",
            "--bins",
            "--test",
            "gguf",
            "--test",
            "gguf_files",
            "--test",
            "model",
            "--",
            "--deny",
            "warnings",
        ],
    ),
    tests(
        "model tests",
        &[&CARGO_NEXTEST, &GGUF, &PYTHON_OPENAI, &CURL],
        &[],
        &[
            "--workspace",
            "--features",
            MODEL,
            "--lib",
            "--test",
            "gguf",
            "--test",
            "gguf_files",
            "--test",
            "model",
            "--filterset",
            "package(sessiond) | package(sessiond-model-gguf)",
        ],
    ),
    Step {
        name: "python model tests",
        needs: &[&PYTHON, &GGUF],
        after: &["python build", "model tests"],
        action: Action::Command(
            &["target/python/bin/python", "-m", "pytest", "--quiet", "sdk/python/tests/test_real_model.py"],
            &[("SESSIOND_TEST_MODEL", "1")],
        ),
    },
];

type Tools = &'static [&'static Tool];
type Names = &'static [&'static str];

const fn command(name: &'static str, needs: Tools, after: Names, line: Names) -> Step {
    Step { name, needs, after, action: Action::Command(line, &[]) }
}

const fn function(
    name: &'static str,
    needs: Tools,
    after: Names,
    function: fn(&Path) -> anyhow::Result<()>,
) -> Step {
    Step { name, needs, after, action: Action::Function(function) }
}

const fn tests(name: &'static str, needs: Tools, after: Names, arguments: Names) -> Step {
    Step { name, needs, after, action: Action::Tests(arguments) }
}

/// The requested steps and those that they come after, in the order of the table. The first words of a name request every step
/// whose name begins with them. A hyphen counts as a space.
///
/// # Errors
/// When a name is no step's.
pub fn select(only: &[String]) -> anyhow::Result<Vec<&'static Step>> {
    let mut names = Vec::new();
    for wanted in only {
        let wanted = wanted.replace('-', " ");
        let before = names.len();
        names.extend(STEPS.iter().map(|step| step.name).filter(|name| {
            name.strip_prefix(&*wanted).is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
        }));
        anyhow::ensure!(names.len() > before, "no step is called '{wanted}'; `--list` names them");
    }
    // From the end: a step comes after steps above it.
    for step in STEPS.iter().rev() {
        if names.contains(&step.name) {
            names.extend(step.after);
        }
    }
    Ok(STEPS.iter().filter(|step| only.is_empty() || names.contains(&step.name)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn selected(only: &str) -> Vec<&'static str> {
        let only: Vec<String> = only.split(',').filter(|name| !name.is_empty()).map(str::to_owned).collect();
        select(&only).unwrap().iter().map(|step| step.name).collect()
    }

    #[test]
    fn each_step_has_a_name_of_its_own_and_comes_after_steps_above_it() {
        for (at, step) in STEPS.iter().enumerate() {
            let above: Vec<_> = STEPS[..at].iter().map(|step| step.name).collect();
            assert!(!above.contains(&step.name), "{}", step.name);
            for name in step.after {
                assert!(above.contains(name), "{} comes after {name}", step.name);
            }
        }
    }

    #[test]
    fn a_step_that_is_asked_for_alone_brings_what_it_comes_after() {
        assert_eq!(selected("lints"), ["lints"]);
        assert_eq!(selected("python-tests"), ["build", "python environment", "python build", "python tests"]);
        assert_eq!(selected("").len(), STEPS.len());
    }

    #[test]
    fn the_first_word_of_a_name_asks_for_all_that_begin_with_it() {
        assert_eq!(
            selected("console,format"),
            [
                "format",
                "build",
                "python environment",
                "python build",
                "console packages",
                "console check",
                "console tests",
                "console browser"
            ]
        );
        assert_eq!(selected("python types"), ["python environment", "python types"]);
    }

    #[test]
    fn what_is_no_step_is_named() {
        let error = select(&["consol".to_owned()]).err().map(|error| error.to_string());
        assert_eq!(error.as_deref(), Some("no step is called 'consol'; `--list` names them"));
    }
}
