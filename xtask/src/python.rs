//! The environment that the Python package is built and checked in.

use std::fs;
use std::path::Path;

use anyhow::{Context, bail, ensure};

use crate::cargo;

/// What the environment has, pinned.
const REQUIREMENTS: &str = "sdk/python/requirements-dev.txt";
/// Where it is.
const ENVIRONMENT: &str = "target/python";

/// Where wheels are built.
const WHEELS: &str = "target/wheels";
/// What a wheel must be able to run.
const PROGRAM: &str = "
import sessiond
with sessiond.Session() as session:
    assert sessiond.call_sync(sessiond.function_node(lambda text: text.upper()), 'hello') == 'HELLO'
assert session.info['completed'] == 1, session.info
assert session.saved_path.exists()
";

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

/// Builds the wheel, without optimisation as everything here, and runs a program in an environment that has nothing but it.
///
/// # Errors
/// When it is not the one wheel that serves every Python from 3.9 on, when it does not install, or does not work.
pub fn wheel(root: &Path) -> anyhow::Result<()> {
    let wheels = root.join(WHEELS);
    if wheels.exists() {
        fs::remove_dir_all(&wheels).context("cannot remove the wheels of an earlier run")?;
    }
    let maturin = format!("{ENVIRONMENT}/bin/maturin");
    let manifest = "sdk/python/Cargo.toml";
    run(
        root,
        &[&maturin, "build", "--quiet", "--profile", "dev", "--out", WHEELS, "--manifest-path", manifest],
    )?;
    let wheels: Vec<_> = fs::read_dir(&wheels)?.flatten().map(|entry| entry.path()).collect();
    let [wheel] = wheels.as_slice() else { bail!("there is one wheel for all, not {}", wheels.len()) };
    let wheel = wheel.to_str().context("a wheel's name is text")?;
    ensure!(wheel.contains("-cp39-abi3-"), "{wheel} does not serve Python 3.9 and later");
    let environment = format!("{WHEELS}/environment");
    run(root, &["python3", "-m", "venv", &environment])?;
    let python = format!("{environment}/bin/python");
    let pip =
        [&python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-index", wheel];
    run(root, &pip)?;
    run(&root.join(WHEELS), &[&format!("{}/{python}", root.display()), "-c", PROGRAM])
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
