//! The environment that the Python package is built and checked in.

use std::fs;
use std::path::Path;

use anyhow::{Context, ensure};

use crate::cargo;

/// What the environment has, pinned.
const REQUIREMENTS: &str = "sdk/python/requirements-dev.txt";
/// Where it is.
const ENVIRONMENT: &str = "target/python";

/// Makes the environment, unless there is one with just that.
///
/// # Errors
/// When Python cannot make it, or pip cannot get what belongs in it.
pub fn environment(root: &Path) -> anyhow::Result<()> {
    let wanted = fs::read_to_string(root.join(REQUIREMENTS)).context("cannot read what Python needs")?;
    let installed = root.join(ENVIRONMENT).join("requirements.txt");
    if fs::read_to_string(&installed).is_ok_and(|installed| installed == wanted) {
        println!("{ENVIRONMENT} has what {REQUIREMENTS} asks for");
        return Ok(());
    }
    run(root, &["python3", "-m", "venv", ENVIRONMENT])?;
    let pip = format!("{ENVIRONMENT}/bin/pip");
    run(root, &[&pip, "install", "--quiet", "--disable-pip-version-check", "-r", REQUIREMENTS])?;
    fs::write(&installed, wanted).with_context(|| format!("cannot write {}", installed.display()))
}

fn run(root: &Path, line: &[&str]) -> anyhow::Result<()> {
    println!("{}", line.join(" "));
    let status = cargo::command(root, line[0])
        .args(&line[1..])
        .status()
        .with_context(|| format!("{} does not start", line[0]))?;
    ensure!(status.success(), "{} failed: {status}", line.join(" "));
    Ok(())
}
