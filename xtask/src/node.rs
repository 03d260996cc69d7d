//! The packages that npm installs for the TypeScript package and the console.

use std::fs;
use std::path::Path;
use std::process::Stdio;

use anyhow::{Context, ensure};

use crate::cargo;

/// Installs the tools of the TypeScript package.
///
/// # Errors
/// When npm does not start or fails.
pub fn typescript(root: &Path) -> anyhow::Result<()> {
    install(root, "sdk/typescript")
}

/// Installs the tools of the console.
///
/// # Errors
/// When npm does not start or fails.
pub fn console(root: &Path) -> anyhow::Result<()> {
    install(root, "console")
}

/// Installs the packages of the lock file, unless they are installed.
fn install(root: &Path, package: &str) -> anyhow::Result<()> {
    if is_installed(&root.join(package)) {
        println!("{package}/node_modules is up to date");
        return Ok(());
    }
    let line = ["--prefix", package, "ci", "--ignore-scripts", "--no-audit", "--no-fund"];
    println!("npm {}", line.join(" "));
    let status = cargo::command(root, "npm").args(line).stdin(Stdio::null()).status();
    let status = status.context("npm does not start")?;
    ensure!(status.success(), "npm failed: {status}");
    Ok(())
}

/// Whether npm has installed what the lock file names: when it is done, it writes a lock file of its own. The console's build
/// script looks at the same file.
fn is_installed(package: &Path) -> bool {
    let written = |file| fs::metadata(package.join(file)).and_then(|about| about.modified());
    let (installed, locked) = (written("node_modules/.package-lock.json"), written("package-lock.json"));
    installed.is_ok_and(|installed| locked.is_ok_and(|locked| installed >= locked))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packages_are_installed_when_npms_own_lock_file_is_not_older_than_the_packages() {
        let package = tempfile::tempdir().unwrap();
        let installed = package.path().join("node_modules/.package-lock.json");
        fs::create_dir(package.path().join("node_modules")).unwrap();
        assert!(!is_installed(package.path()));
        fs::write(package.path().join("package-lock.json"), "{}").unwrap();
        assert!(!is_installed(package.path()));
        fs::write(&installed, "{}").unwrap();
        assert!(is_installed(package.path()));
        let long_ago = std::time::UNIX_EPOCH;
        fs::File::options().write(true).open(&installed).unwrap().set_modified(long_ago).unwrap();
        assert!(!is_installed(package.path()));
    }
}
