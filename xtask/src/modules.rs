//! Source files that no other file declares as a module: the compiler never sees them, so their tests never run.

use std::path::{Path, PathBuf};

use crate::words;

/// Where the sources are.
const FOLDERS: &[&str] = &["crates", "tests", "bench", "xtask", "sdk/python/src"];
/// Files that cargo finds without a declaration.
const ROOTS: &[&str] = &["main", "lib", "build"];
/// Folders in which each file is a program of its own.
const PROGRAMS: &[&str] = &["tests", "examples", "benches", "bin"];

/// The files that are in no module tree.
pub fn faults(root: &Path) -> Vec<String> {
    let is_rust = |path: &Path| path.extension().is_some_and(|extension| extension == "rs");
    let files = FOLDERS.iter().flat_map(|folder| words::files(root, folder, &is_rust));
    files
        .filter(|file| !is_declared(root, file))
        .map(|file| format!("{}: no file declares this module", file.display()))
        .collect()
}

fn is_declared(root: &Path, file: &Path) -> bool {
    let (Some(stem), Some(folder)) = (file.file_stem().and_then(|stem| stem.to_str()), file.parent()) else {
        return true;
    };
    if ROOTS.contains(&stem) {
        return true;
    }
    let (module, folder) = match stem {
        "mod" => (name(folder), folder.parent().unwrap_or(folder)),
        _ => (stem, folder),
    };
    if stem != "mod"
        && PROGRAMS.contains(&name(folder))
        && root.join(folder).with_file_name("Cargo.toml").exists()
    {
        return true;
    }
    parents(root, folder).iter().any(|parent| {
        let source = std::fs::read_to_string(root.join(parent)).unwrap_or_default();
        declares(&source, module) || source.contains(&format!("#[path = \"{stem}.rs\"]"))
    })
}

/// The files that may declare the modules of a folder: its own files, and the one beside it with its name.
fn parents(root: &Path, folder: &Path) -> Vec<PathBuf> {
    let files = std::fs::read_dir(root.join(folder)).into_iter().flatten().flatten();
    let mut parents: Vec<_> = files.map(|file| folder.join(file.file_name())).collect();
    parents.push(folder.with_extension("rs"));
    parents
}

/// Whether a source has `mod NAME`; a macro may write the declaration's end.
fn declares(source: &str, module: &str) -> bool {
    let is_of_name = |c: char| c.is_alphanumeric() || c == '_';
    source.lines().filter(|line| !line.trim_start().starts_with("//")).any(|line| {
        line.split("mod ")
            .skip(1)
            .any(|rest| rest.strip_prefix(module).is_some_and(|rest| !rest.starts_with(is_of_name)))
    })
}

fn name(folder: &Path) -> &str {
    folder.file_name().and_then(|name| name.to_str()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_nobody_declares_is_named() {
        let root = tempfile::tempdir().unwrap();
        for (path, text) in [
            ("crates/a/Cargo.toml", ""),
            ("crates/a/src/lib.rs", "mod b;\npub mod folder;\n// mod old;\nmod inline {}"),
            ("crates/a/src/b.rs", "#[path = \"other_tests.rs\"]\nmod tests;"),
            ("crates/a/src/old.rs", ""),
            ("crates/a/src/in.rs", ""),
            ("crates/a/src/folder/mod.rs", "pub(crate) mod deep;"),
            ("crates/a/src/folder/deep.rs", ""),
            ("crates/a/src/folder/forgotten.rs", ""),
            ("crates/a/src/lost/mod.rs", ""),
            ("crates/a/tests/program.rs", "mod support;"),
            ("crates/a/tests/support/mod.rs", ""),
            ("crates/a/src/other_tests.rs", ""),
            ("crates/a/tests/big/main.rs", "mod one;"),
            ("crates/a/tests/big/one.rs", ""),
            ("crates/a/tests/big/two.rs", ""),
        ] {
            let path = root.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        let mut faults = faults(root.path());
        faults.sort();
        let undeclared = |file: &str| format!("crates/a/{file}: no file declares this module");
        let expected =
            ["src/folder/forgotten.rs", "src/in.rs", "src/lost/mod.rs", "src/old.rs", "tests/big/two.rs"];
        assert_eq!(faults, expected.map(undeclared));
    }
}
