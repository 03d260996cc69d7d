//! Packs a release: the program, built with its console, in an archive under the name that `cargo binstall` looks for.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, ensure};

use crate::cargo;

/// What stands in an archive beside the program.
const BESIDE: &[&str] = &["README.md", "CHANGELOG.md", "LICENSE"];

/// Builds and packs the program for a target, or for this machine. Gives the archive's path; its SHA-256 is beside it.
pub fn run(root: &Path, target: Option<&str>) -> anyhow::Result<PathBuf> {
    let target = target.map_or_else(|| host(root), |target| Ok(target.to_owned()))?;
    let mut build = cargo::command(root, "cargo");
    build.args([
        "build",
        "--release",
        "--locked",
        "--package",
        "sessiond",
        "--bin",
        "sessiond",
        "--target",
        &target,
    ]);
    // Without npm, the build would leave the console out.
    build.env("CI", "true");
    succeed(build, "cargo build")?;
    let directory = root.join(std::env::var_os("CARGO_TARGET_DIR").unwrap_or_else(|| "target".into()));
    let program = directory.join(&target).join("release/sessiond");
    // All packages of the workspace have one version.
    pack(root, &program, &directory.join("packages"), &name(env!("CARGO_PKG_VERSION"), &target))
}

/// The name of an archive, and of the folder in it.
fn name(version: &str, target: &str) -> String {
    format!("sessiond-v{version}-{target}")
}

/// Packs a program, with what stands beside it, as `NAME/…` in `NAME.tar.gz`.
fn pack(root: &Path, program: &Path, packages: &Path, name: &str) -> anyhow::Result<PathBuf> {
    let folder = packages.join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
    for file in BESIDE.iter().map(|file| root.join(file)).chain([program.to_owned()]) {
        let copy = folder.join(file.file_name().unwrap_or_default());
        fs::copy(&file, &copy).with_context(|| format!("cannot copy {}", file.display()))?;
    }
    let archive = packages.join(format!("{name}.tar.gz"));
    let mut tar = Command::new("tar");
    tar.arg("-czf").arg(&archive).arg("-C").arg(packages).arg(name);
    succeed(tar, "tar")?;
    let sum = sum(packages, &format!("{name}.tar.gz"))?;
    fs::write(packages.join(format!("{name}.tar.gz.sha256")), sum)?;
    fs::remove_dir_all(&folder)?;
    Ok(archive)
}

/// The line that `sha256sum --check` reads.
fn sum(folder: &Path, file: &str) -> anyhow::Result<Vec<u8>> {
    for (program, arguments) in [("sha256sum", &[][..]), ("shasum", &["-a", "256"][..])] {
        if let Ok(output) = Command::new(program).args(arguments).arg(file).current_dir(folder).output() {
            ensure!(output.status.success(), "{program} failed: {}", String::from_utf8_lossy(&output.stderr));
            return Ok(output.stdout);
        }
    }
    anyhow::bail!("neither sha256sum nor shasum is installed")
}

/// What this machine is to rustc.
fn host(root: &Path) -> anyhow::Result<String> {
    let output = cargo::command(root, "rustc").arg("-vV").output().context("cannot start rustc")?;
    let text = String::from_utf8_lossy(&output.stdout);
    let host = text.lines().find_map(|line| line.strip_prefix("host: "));
    host.map(str::to_owned).context("rustc -vV names no host")
}

fn succeed(mut command: Command, name: &str) -> anyhow::Result<()> {
    let status = command.status().with_context(|| format!("cannot start {name}"))?;
    ensure!(status.success(), "{name} failed: {status}");
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_archive_has_the_program_and_a_sum_that_checks() {
        let dir = tempfile::tempdir().unwrap();
        let program = dir.path().join("sessiond");
        fs::write(&program, "the program").unwrap();
        let root = crate::repository();
        let packages = dir.path().join("packages");
        let archive = pack(&root, &program, &packages, "sessiond-v1.2.3-x").unwrap();
        let list = Command::new("tar").arg("-tzf").arg(&archive).output().unwrap().stdout;
        let list = String::from_utf8(list).unwrap();
        for file in ["sessiond", "README.md", "LICENSE"] {
            assert!(
                list.lines().any(|line| line == format!("sessiond-v1.2.3-x/{file}")),
                "{file} is not in {list}"
            );
        }
        let sum = fs::read(packages.join("sessiond-v1.2.3-x.tar.gz.sha256")).unwrap();
        assert_eq!(sum, super::sum(&packages, "sessiond-v1.2.3-x.tar.gz").unwrap());
        fs::write(&archive, "another").unwrap();
        assert_ne!(sum, super::sum(&packages, "sessiond-v1.2.3-x.tar.gz").unwrap());
    }

    #[test]
    fn the_archive_is_where_binstall_looks_for_it() {
        let manifest = fs::read_to_string(crate::repository().join("crates/sessiond/Cargo.toml")).unwrap();
        let filled = manifest.replace("{ version }", "1.2.3").replace("{ target }", "x");
        let name = name("1.2.3", "x");
        let url = format!("pkg-url = \"{{ repo }}/releases/download/v1.2.3/{name}.tar.gz\"");
        assert!(filled.contains(&url), "{filled}");
        assert!(filled.contains(&format!("bin-dir = \"{name}/{{ bin }}")), "{filled}");
    }
}
