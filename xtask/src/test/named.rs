//! Finds the test programs that have the tests with certain names, so that only these programs are built.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use anyhow::{Context, ensure};
use serde::Deserialize;

use crate::cargo;

/// Packages other than the program's own whose tests start the program.
const START_THE_PROGRAM: &[&str] = &["sessiond-tests"];

/// The tests for nextest to build and run.
#[derive(Debug, PartialEq, Eq)]
pub struct Selection {
    /// The arguments that select the test programs.
    pub arguments: Vec<String>,
    /// Filtersets that select the tests in them.
    pub filters: Vec<String>,
    /// Whether they start the program, which must then be built first.
    pub starts_program: bool,
}

/// Looks through the sources for tests whose names contain one of these. `engine::lease` means those of the package in
/// `crates/engine` whose names contain `lease`.
///
/// # Errors
/// When there is none, or cargo cannot describe the workspace.
pub fn select(root: &Path, names: &[String]) -> anyhow::Result<Selection> {
    let packages = packages(root)?;
    let mut programs = BTreeSet::new();
    let mut filters = Vec::new();
    let mut all = false;
    for name in names {
        let (package, name) = within(&packages, name);
        let (mut found, mut is_named) = (Vec::new(), false);
        for each in packages.iter().filter(|each| package.is_none_or(|package| each.name == package.name)) {
            let (programs, named) = programs_with(each, name)?;
            found.extend(programs);
            is_named |= named;
        }
        ensure!(is_named, "no test has '{name}' in its name");
        // A macro makes the test, perhaps in another package.
        all |= found.is_empty();
        programs.extend(found);
        filters.push(match package {
            Some(package) => format!("package(={}) & test({name})", package.name),
            None => format!("test({name})"),
        });
    }
    let starts_program = programs.iter().any(|program| START_THE_PROGRAM.contains(&&*program.package));
    Ok(Selection {
        arguments: if all { vec!["--workspace".to_owned()] } else { arguments(&programs) },
        filters: vec![filters.iter().map(|it| format!("({it})")).collect::<Vec<_>>().join(" | ")],
        starts_program: all || starts_program,
    })
}

/// A test program.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Program {
    package: String,
    target: Target,
    /// The features without which it is not built, such as `sessiond-model-gguf/runtime`.
    features: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Target {
    Library,
    Binary(String),
    Test(String),
}

/// Selects the whole workspace if possible, because its dependencies are built already, with the features of all packages.
/// But `--lib` in the whole workspace would build the unit tests of every package.
fn arguments(programs: &BTreeSet<Program>) -> Vec<String> {
    let mut arguments = Vec::new();
    if programs.iter().all(|program| matches!(program.target, Target::Test(_))) {
        arguments.push("--workspace".to_owned());
    } else {
        let packages: BTreeSet<&str> = programs.iter().map(|program| program.package.as_str()).collect();
        arguments.extend(packages.into_iter().map(|package| format!("--package={package}")));
    }
    let targets: BTreeSet<String> = programs
        .iter()
        .map(|program| match &program.target {
            Target::Library => "--lib".to_owned(),
            Target::Binary(name) => format!("--bin={name}"),
            Target::Test(name) => format!("--test={name}"),
        })
        .collect();
    arguments.extend(targets);
    let features: BTreeSet<&String> = programs.iter().flat_map(|program| &program.features).collect();
    arguments.extend(features.into_iter().map(|feature| format!("--features={feature}")));
    arguments
}

/// What `cargo metadata` says of a package, as far as it matters here.
#[derive(Deserialize)]
struct Package {
    name: String,
    manifest_path: PathBuf,
    targets: Vec<PackageTarget>,
}

#[derive(Deserialize)]
struct PackageTarget {
    name: String,
    kind: Vec<String>,
    src_path: PathBuf,
    test: bool,
    #[serde(default, rename = "required-features")]
    required_features: Vec<String>,
}

impl PackageTarget {
    fn is(&self, kind: &str) -> bool {
        self.kind.iter().any(|own| own == kind)
    }
}

fn packages(root: &Path) -> anyhow::Result<Vec<Package>> {
    #[derive(Deserialize)]
    struct Metadata {
        packages: Vec<Package>,
    }
    let output = cargo::command(root, "cargo")
        .args(["metadata", "--no-deps", "--format-version", "1"])
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()
        .context("cargo does not start")?;
    ensure!(output.status.success(), "`cargo metadata` failed: {}", output.status);
    let metadata: Metadata =
        serde_json::from_slice(&output.stdout).context("cannot read `cargo metadata`")?;
    Ok(metadata.packages)
}

/// The package that a name begins with, if it begins with one: by its own name or by its folder's.
fn within<'a, 'n>(packages: &'a [Package], name: &'n str) -> (Option<&'a Package>, &'n str) {
    let Some((first, rest)) = name.split_once("::") else {
        return (None, name);
    };
    let is_it = |package: &&Package| {
        let folder = package.manifest_path.parent().and_then(Path::file_name);
        package.name == first || folder.is_some_and(|folder| folder == first)
    };
    packages.iter().find(is_it).map_or((None, name), |package| (Some(package), rest))
}

/// The test programs of a package whose sources have a test with this name, and whether they have the name at all: a macro may
/// make a test of it elsewhere.
fn programs_with(package: &Package, name: &str) -> anyhow::Result<(Vec<Program>, bool)> {
    let folder = package.manifest_path.parent().unwrap_or(Path::new("."));
    let last = name.rsplit("::").next().unwrap_or(name);
    let has_library = package.targets.iter().any(|target| target.is("lib"));
    let (mut programs, mut is_named) = (Vec::new(), false);
    for target in package.targets.iter().filter(|target| target.test) {
        let (sources, kind) = if target.is("test") {
            (sources_of_test(&target.src_path), Target::Test(target.name.clone()))
        } else if target.is("bin") && has_library {
            (vec![target.src_path.clone()], Target::Binary(target.name.clone()))
        } else if target.is("bin") {
            (sources_in(&folder.join("src")), Target::Binary(target.name.clone()))
        } else if target.is("lib") {
            (sources_in(&folder.join("src")), Target::Library)
        } else {
            continue;
        };
        let mut has_test = false;
        for path in sources {
            let source =
                fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
            let is_file = path.strip_prefix(folder).is_ok_and(|path| path.to_string_lossy().contains(last));
            has_test |= is_file && source.contains("test]") || names_test(&source, last, target.is("test"));
            is_named |= source.contains(last);
        }
        if has_test {
            let features = target.required_features.iter();
            let features = features.map(|feature| format!("{}/{feature}", package.name)).collect();
            programs.push(Program { package: package.name.clone(), target: kind, features });
        }
    }
    Ok((programs, is_named))
}

/// Whether a source has a test, or a module, with this name. In a test program a name alone on its line counts too: a macro
/// makes a test of it.
fn names_test(source: &str, name: &str, is_program: bool) -> bool {
    let mut attributes = String::new();
    for line in source.lines().map(str::trim) {
        let declared = |word: &str| {
            line.split_once(word).is_some_and(|(_, rest)| {
                rest.split(|c: char| !is_of_name(c)).next().is_some_and(|it| it.contains(name))
            })
        };
        let is_alone = || line.contains(name) && line.chars().all(|c| is_of_name(c) || ":,;".contains(c));
        if declared("fn ") && attributes.contains("test") || declared("mod ") || is_program && is_alone() {
            return true;
        }
        if line.starts_with("#[") {
            attributes.push_str(line);
        } else if !line.starts_with("//") {
            attributes.clear();
        }
    }
    false
}

fn is_of_name(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// The file of a test program, or with `main.rs` its whole folder.
fn sources_of_test(path: &Path) -> Vec<PathBuf> {
    match path.parent() {
        Some(folder) if path.file_name().is_some_and(|name| name == "main.rs") => sources_in(folder),
        _ => vec![path.to_owned()],
    }
}

/// Every Rust file in a folder and those below it.
fn sources_in(folder: &Path) -> Vec<PathBuf> {
    let mut sources = Vec::new();
    let Ok(entries) = fs::read_dir(folder) else { return sources };
    for path in entries.flatten().map(|entry| entry.path()) {
        if path.is_dir() {
            sources.extend(sources_in(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            sources.push(path);
        }
    }
    sources
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOURCE: &str = "
fn helper_of_leases() {}

mod renewals {
    /// It is a test.
    #[tokio::test(flavor = \"multi_thread\")]
    // Slow.
    async fn an_old_token_is_refused() {
        let line = 1;
    }
}

cases! {
    the_tutorial_works,
}
";

    fn program(package: &str, target: Target) -> Program {
        Program { package: package.into(), target, features: Vec::new() }
    }

    fn line(programs: &[Program]) -> String {
        arguments(&programs.iter().cloned().collect()).join(" ")
    }

    #[test]
    fn tests_and_modules_are_found_by_a_part_of_their_names() {
        for (name, in_library, in_program) in [
            ("old_token", true, true),
            ("renewals", true, true),
            ("tutorial", false, true),
            ("helper_of_leases", false, false),
            ("line", false, false),
        ] {
            assert_eq!(names_test(SOURCE, name, false), in_library, "{name}");
            assert_eq!(names_test(SOURCE, name, true), in_program, "{name}");
        }
    }

    #[test]
    fn programs_in_tests_folders_are_taken_from_the_whole_workspace() {
        let of_test = |name: &str| Target::Test(name.into());
        let (one, two) = (program("a", of_test("crash")), program("b", of_test("crash")));
        assert_eq!(line(&[one.clone(), two]), "--workspace --test=crash");
        assert_eq!(line(&[one, program("c", Target::Library)]), "--package=a --package=c --lib --test=crash");
    }

    #[test]
    fn a_program_is_built_with_the_features_that_it_requires() {
        let features = vec!["m/gguf".to_owned()];
        let program = Program { features, ..program("m", Target::Test("gguf".into())) };
        assert_eq!(line(&[program]), "--workspace --test=gguf --features=m/gguf");
    }

    #[test]
    fn a_name_may_begin_with_its_package() {
        let package = |name: &str, folder: &str| Package {
            name: name.into(),
            manifest_path: Path::new("/src").join(folder).join("Cargo.toml"),
            targets: Vec::new(),
        };
        let packages = [package("sessiond-engine", "engine"), package("sessiond-tests", "tests")];
        let split = |name| {
            let (package, rest) = within(&packages, name);
            (package.map_or("", |package| package.name.as_str()), rest)
        };
        assert_eq!(split("engine::lease::renewed"), ("sessiond-engine", "lease::renewed"));
        assert_eq!(split("sessiond-tests::crash"), ("sessiond-tests", "crash"));
        assert_eq!(split("lease::renewed"), ("", "lease::renewed"));
        assert_eq!(split("crash"), ("", "crash"));
    }
}
