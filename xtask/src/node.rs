//! What npm installs for the TypeScript package and the console.

use std::fs;
use std::path::Path;
use std::process::Stdio;

use anyhow::{Context, ensure};

use crate::cargo;

/// Beside the installed packages: the lock that they were installed from.
const STAMP: &str = "node_modules/.installed-lock.json";

/// Installs what the TypeScript package is built and checked with.
///
/// # Errors
/// When npm does not start or cannot get it.
pub fn typescript(root: &Path) -> anyhow::Result<()> {
    install(root, "sdk/typescript")
}

/// Installs what the console is built and checked with.
///
/// # Errors
/// When npm does not start or cannot get it.
pub fn console(root: &Path) -> anyhow::Result<()> {
    install(root, "console")
}

/// Installs what the package's lock names, unless just that is there.
fn install(root: &Path, package: &str) -> anyhow::Result<()> {
    let folder = root.join(package);
    let wanted = fs::read(folder.join("package-lock.json")).context("cannot read what npm is to install")?;
    let stamp = folder.join(STAMP);
    if fs::read(&stamp).is_ok_and(|installed| installed == wanted) {
        println!("{package}/node_modules has what package-lock.json asks for");
        return Ok(());
    }
    let line = ["--prefix", package, "ci", "--ignore-scripts", "--no-audit", "--no-fund"];
    println!("npm {}", line.join(" "));
    let status = cargo::command(root, "npm").args(line).stdin(Stdio::null()).status();
    let status = status.context("npm does not start")?;
    ensure!(status.success(), "npm failed: {status}");
    fs::write(&stamp, wanted).with_context(|| format!("cannot write {}", stamp.display()))
}
