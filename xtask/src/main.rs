//! `cargo xtask`: the one place for what a developer repeats.
//!
//! `cargo xtask test` is what CI runs too, so a change that passes here passes there. This program
//! depends on none of our own crates: it starts at once, and it works while they do not compile.

mod anchors;
mod arrows;
mod cargo;
mod docs;
mod events;
mod facets;
mod manifests;
mod modules;
mod node;
mod openapi;
mod package;
mod python;
mod recipe;
mod test;
mod tools;
mod words;

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;
use clap::{Parser, Subcommand};

/// What a developer repeats.
#[derive(Parser)]
#[command(bin_name = "cargo xtask", version = None)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Run every check: format, lints, dependencies, documents, tests, reference pages.
    ///
    /// Says first what it needs. A tool that is missing is a skip which the end names, or with CI=true a
    /// failure. The last line counts the tests and the other steps together.
    Test {
        /// Run the long variants too (sets SESSIOND_LONG=1): the crash test kills 200 times, not 20.
        #[arg(long)]
        long: bool,
        /// Run only these steps, and first those whose results they use. `console` means every step whose name begins
        /// with that word, `console-browser` only that one.
        #[arg(long, value_name = "STEP", value_delimiter = ',')]
        only: Vec<String>,
        /// Print the steps and run none.
        #[arg(long)]
        list: bool,
        /// Run only the Rust tests whose name contains one of these, and no other step. Only their programs are built.
        /// `engine::lease` means those of the package in `crates/engine`.
        #[arg(value_name = "NAME", conflicts_with = "only")]
        names: Vec<String>,
    },
    /// Measure sessiond and its peers on this machine (cargo run --release -p sessiond-bench).
    Bench {
        /// Handed to the benchmark as they are; try `cargo xtask bench --help`.
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<OsString>,
    },
    /// Build the program for release, and pack it as `cargo binstall` expects it: target/packages has the archive.
    Package {
        /// The machine that it is for, as rustc names it. Default: this one.
        #[arg(long, value_name = "TRIPLE")]
        target: Option<String>,
    },
    /// Write docs/openapi.json anew from the code.
    Openapi {
        /// Change nothing; fail when the committed document is not what the code says.
        #[arg(long)]
        check: bool,
    },
}

fn main() -> ExitCode {
    match run(Cli::parse()) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(cli: Cli) -> anyhow::Result<ExitCode> {
    let root = repository();
    match cli.command {
        Command::Test { list: true, .. } => {
            test::list();
            Ok(ExitCode::SUCCESS)
        }
        Command::Test { long, only, names, list: false } => {
            let ci = test::is_ci(std::env::var("CI").ok().as_deref());
            let options = test::Options { long, only, names, ci };
            let passed = test::run(&root, &options)?;
            Ok(if passed { ExitCode::SUCCESS } else { ExitCode::FAILURE })
        }
        Command::Package { target } => {
            println!("{}", package::run(&root, target.as_deref())?.display());
            Ok(ExitCode::SUCCESS)
        }
        Command::Bench { arguments } => bench(&root, &arguments),
        Command::Openapi { check } => {
            openapi::run(&root, check)?;
            Ok(ExitCode::SUCCESS)
        }
    }
}

/// The benchmark is a package of its own, because it needs the whole engine and this program must not.
fn bench(root: &Path, arguments: &[OsString]) -> anyhow::Result<ExitCode> {
    let status = cargo::command(root, "cargo")
        .args(["run", "--release", "--package", "sessiond-bench", "--"])
        .args(arguments)
        .status()
        .context("cannot start cargo")?;
    Ok(if status.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// The repository's root: the folder above this package.
fn repository() -> PathBuf {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    package.parent().unwrap_or(package).to_path_buf()
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_well_formed() {
        Cli::command().debug_assert();
    }

    #[test]
    fn bench_hands_on_its_arguments_as_they_are() {
        let cli = Cli::parse_from(["xtask", "bench", "--clients", "64", "--help"]);
        let Command::Bench { arguments } = cli.command else { panic!("not the bench command") };
        assert_eq!(arguments, ["--clients", "64", "--help"]);
    }

    #[test]
    fn test_takes_names_and_long_in_any_order() {
        let cli = Cli::parse_from(["xtask", "test", "crash", "--long", "lease"]);
        let Command::Test { long, names, .. } = cli.command else { panic!("not the test command") };
        assert!(long);
        assert_eq!(names, ["crash", "lease"]);
    }

    #[test]
    fn test_takes_several_steps_but_not_with_names() {
        let cli = Cli::parse_from(["xtask", "test", "--only", "lints,console", "--only", "format"]);
        let Command::Test { only, .. } = cli.command else { panic!("not the test command") };
        assert_eq!(only, ["lints", "console", "format"]);
        assert!(Cli::try_parse_from(["xtask", "test", "--only", "lints", "crash"]).is_err());
    }
}
