//! The golden OpenAPI document.

use std::io::ErrorKind;
use std::path::Path;
use std::process::Stdio;

use anyhow::{Context, bail};

use crate::cargo;

/// Where the committed document lies.
const GOLDEN: &str = "docs/openapi.json";

/// The package whose types are made from it.
const PACKAGE: &str = "sdk/typescript";

/// Writes the Python package's types of events.
const EVENTS: &str = "sdk/python/scripts/events.py";

/// Writes the document that the code describes, and the types that follow from it, or with `check` only compares it.
///
/// # Errors
/// When the program does not build or run, when the file cannot be written, and with `check` when it differs.
pub fn run(root: &Path, check: bool) -> anyhow::Result<()> {
    let document = generate(root)?;
    let path = root.join(GOLDEN);
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    match first_difference(&committed, &document) {
        None => println!("{GOLDEN} is up to date"),
        Some(line) if check => {
            bail!("{GOLDEN} is not what the code says, from line {line} on: run `cargo xtask openapi`")
        }
        Some(_) => {
            std::fs::write(&path, document).with_context(|| format!("cannot write {GOLDEN}"))?;
            println!("{GOLDEN} is written anew: read its diff before you commit it");
        }
    }
    types(root, check)?;
    python(root, check)
}

/// The Python package's types of events, which follow from the document too.
fn python(root: &Path, check: bool) -> anyhow::Result<()> {
    let mut command = cargo::command(root, "python3");
    command.arg(EVENTS).args(check.then_some("--check")).stdin(Stdio::null());
    let status = match command.status() {
        Ok(status) => status,
        Err(error) if error.kind() == ErrorKind::NotFound => {
            println!(
                "sdk/python: not updated, because python3 is not installed; install it and run `python3 {EVENTS}`"
            );
            return Ok(());
        }
        Err(error) => return Err(error).context("cannot start python3"),
    };
    if !status.success() {
        bail!("`python3 {EVENTS}` failed: {status}");
    }
    Ok(())
}

/// The TypeScript package's types, which follow from the document. Who has no Node.js is told, and not kept from
/// changing the server: the checks of `cargo xtask test` compare them too.
fn types(root: &Path, check: bool) -> anyhow::Result<()> {
    let script = if check { "types:check" } else { "types" };
    if !root.join(PACKAGE).join("node_modules").is_dir() {
        println!(
            "{PACKAGE}: not looked at; `npm --prefix {PACKAGE} ci` and then `npm --prefix {PACKAGE} run {script}`"
        );
        return Ok(());
    }
    let status = cargo::command(root, "npm")
        .args(["--prefix", PACKAGE, "run", "--silent", script])
        .stdin(Stdio::null())
        .status()
        .context("cannot start npm")?;
    if !status.success() {
        bail!("`npm --prefix {PACKAGE} run {script}` failed: {status}");
    }
    Ok(())
}

fn generate(root: &Path) -> anyhow::Result<String> {
    let output = cargo::command(root, "cargo")
        .args(["run", "--quiet", "--package", "sessiond", "--", "openapi"])
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()
        .context("cannot start cargo")?;
    if !output.status.success() {
        bail!("`sessiond openapi` failed: {}", output.status);
    }
    let mut document = String::from_utf8(output.stdout).context("`sessiond openapi` did not print text")?;
    if !document.starts_with('{') {
        bail!("`sessiond openapi` did not print a JSON object");
    }
    if !document.ends_with('\n') {
        document.push('\n');
    }
    Ok(document)
}

/// The number of the first line that differs, from 1.
fn first_difference(old: &str, new: &str) -> Option<usize> {
    if old == new {
        return None;
    }
    let same = old.lines().zip(new.lines()).take_while(|(old, new)| old == new).count();
    Some(same + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_line_that_differs_is_named() {
        assert_eq!(first_difference("a\nb\n", "a\nb\n"), None);
        assert_eq!(first_difference("a\nb\n", "a\nc\n"), Some(2));
        assert_eq!(first_difference("a\n", "a\nb\n"), Some(2));
        assert_eq!(first_difference("", "{}\n"), Some(1));
        assert_eq!(first_difference("a\n", "a"), Some(2));
    }
}
