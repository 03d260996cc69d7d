//! Has npm build the console from `console/`, and hands its files to the crate.
//!
//! What was built stays in `console/dist/` with a stamp of the sources, so that a build of another profile or a lint
//! run takes it as it is. Where there is no npm, the crate gets a page that says so: whoever works on the engine needs
//! no Node.js. With `CI` set that is an error, because what CI builds must be whole.

use std::env;
use std::error::Error;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};

use sha2::{Digest, Sha256};

type Fallible<T> = Result<T, Box<dyn Error>>;

/// What in `console/` is no source of what is built.
const NO_SOURCES: &[&str] = &["node_modules", "dist", "test"];
/// Says of which sources `dist/` was built.
const STAMP: &str = ".stamp";
/// How much of npm's output is worth reading when it fails.
const TAIL_LINES: usize = 40;
/// What the console's tools run on.
const NODE: &str = "Node.js 20.19, 22.12 or newer, with npm (https://nodejs.org)";

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            for line in format!("the web console cannot be built: {error}").lines() {
                println!("cargo::error={line}");
            }
            ExitCode::FAILURE
        }
    }
}

fn run() -> Fallible<()> {
    let repository = Path::new(&env::var("CARGO_MANIFEST_DIR")?).join("../..").canonicalize()?;
    let out = PathBuf::from(env::var("OUT_DIR")?);
    let (console, package) = (repository.join("console"), repository.join("sdk/typescript/src"));
    let mut sources = vec![package];
    for entry in fs::read_dir(&console)? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        // Hidden files are other tools' business, and those of the compiler's own cache come and go.
        if !NO_SOURCES.contains(&name.as_str()) && !name.starts_with('.') && !name.ends_with(".tsbuildinfo") {
            sources.push(console.join(name));
        }
    }
    for changed in sources.iter().chain([&PathBuf::from("build.rs"), &PathBuf::from("placeholder.html")]) {
        println!("cargo::rerun-if-changed={}", changed.display());
    }
    let stamp = stamp(&repository, &sources)?;

    // Two builds at once, such as a lint run beside a release, would otherwise write one folder.
    let lock = File::create(console.join(".build-lock"))?;
    lock.lock()?;
    let dist = console.join("dist");
    let embedded = out.join("dist");
    if embedded.exists() {
        fs::remove_dir_all(&embedded)?;
    }
    let missing = if is_stamped(&dist, &stamp) { None } else { build(&console, &stamp)? };
    match missing {
        None => copy(&dist, &embedded)?,
        Some(reason) => stand_in(&embedded, &reason)?,
    }
    let code = format!("#[derive(rust_embed::RustEmbed)]\n#[folder = {embedded:?}]\nstruct Files;\n");
    Ok(fs::write(out.join("files.rs"), code)?)
}

/// Builds `console/dist/`. What is missing for that, if anything, is said in a sentence.
fn build(console: &Path, stamp: &str) -> Fallible<Option<String>> {
    if let Err(reason) = node() {
        // Once Node.js is installed, the next build should find it: it is then in one of these, or in a new one.
        println!("cargo::rerun-if-env-changed=PATH");
        for folder in env::split_paths(&env::var_os("PATH").unwrap_or_default()).filter(|path| path.is_dir())
        {
            println!("cargo::rerun-if-changed={}", folder.display());
        }
        return without(reason).map(Some);
    }
    if !is_installed(console) {
        let arguments = ["ci", "--ignore-scripts", "--include=dev", "--no-audit", "--no-fund"];
        if let Err(output) = npm(console, &arguments)? {
            // Mostly there is no network, and nothing in the file system tells when there is one: a path that never
            // exists has cargo ask again each time.
            println!("cargo::rerun-if-changed={}", console.join(".never").display());
            return without(format!(
                "`npm ci` in console/ failed, and the next build tries again: {}",
                gist(&output)
            ))
            .map(Some);
        }
    }
    match npm(console, &["run", "build"])? {
        Ok(()) => fs::write(console.join("dist").join(STAMP), stamp).map(|()| None).map_err(Into::into),
        Err(output) => Err(format!("`npm run build` in console/ failed:\n{}", tail(&output)).into()),
    }
}

/// Warns that the console will not be there, or with `CI` set fails.
fn without(reason: String) -> Fallible<String> {
    println!("cargo::rerun-if-env-changed=CI");
    if !matches!(env::var("CI").as_deref(), Err(_) | Ok("" | "0" | "false")) {
        return Err(reason.into());
    }
    println!(
        "cargo::warning=sessiond is built without its web console. {reason} \
         (`--no-default-features` leaves the console out without this warning.)"
    );
    Ok(reason)
}

/// Whether there are npm and a Node.js that is new enough; when not, what to do.
fn node() -> Result<(), String> {
    let said = |program| Command::new(program).arg("--version").stdin(Stdio::null()).output();
    let install = format!("Install {NODE}, and build again.");
    if !said("npm").is_ok_and(|output| output.status.success()) {
        return Err(format!("npm was not found. {install}"));
    }
    let version = said("node").map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned());
    let version = version.unwrap_or_default();
    let mut numbers = version.trim_start_matches('v').split('.').map(|part| part.parse::<u32>().unwrap_or(0));
    match (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0)) {
        (20, 19..) | (22, 12..) | (23.., _) => Ok(()),
        _ => Err(format!("Node.js {version} is too old for it. {install}")),
    }
}

/// Whether the tools are those of the lock file. npm writes a lock file of what it has installed when it is done, also
/// where somebody calls it by hand: whoever works on the console does not lose the tools that are in use.
fn is_installed(console: &Path) -> bool {
    let written = |file| fs::metadata(console.join(file)).and_then(|about| about.modified());
    let (installed, locked) = (written("node_modules/.package-lock.json"), written("package-lock.json"));
    installed.is_ok_and(|installed| locked.is_ok_and(|locked| installed >= locked))
}

/// Runs npm in a folder; when it fails, what it said.
fn npm(folder: &Path, arguments: &[&str]) -> Fallible<Result<(), String>> {
    let mut command = Command::new("npm");
    // A variable of the shell must not decide whether what is built is meant for production.
    command.args(arguments).current_dir(folder).env_remove("NODE_ENV").stdin(Stdio::null());
    let output = command.output()?;
    let said = [output.stdout, output.stderr].concat();
    Ok(if output.status.success() { Ok(()) } else { Err(String::from_utf8_lossy(&said).into_owned()) })
}

/// The line of npm's own errors that says what went wrong; codes of one word stand before it, and usage after.
fn gist(output: &str) -> &str {
    let mut errors = output.lines().filter_map(|line| line.strip_prefix("npm error ")).map(str::trim);
    errors.find(|line| line.split_whitespace().count() > 2).unwrap_or("it does not say why")
}

/// The end of a long output.
fn tail(output: &str) -> String {
    let lines: Vec<_> = output.lines().collect();
    lines[lines.len().saturating_sub(TAIL_LINES)..].join("\n")
}

fn is_stamped(folder: &Path, stamp: &str) -> bool {
    fs::read_to_string(folder.join(STAMP)).is_ok_and(|found| found == stamp)
}

/// A hash of files and folders: of each file's path below `root`, and of its content.
fn stamp(root: &Path, sources: &[PathBuf]) -> Fallible<String> {
    let mut files = Vec::new();
    for source in sources {
        find(source, &mut files)?;
    }
    files.sort();
    let mut hash = Sha256::new();
    for file in files {
        let content = fs::read(&file)?;
        let name = file.strip_prefix(root)?.to_string_lossy();
        hash.update(format!("{name}\0{}\0", content.len()));
        hash.update(content);
    }
    Ok(hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
}

fn find(path: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    if !path.is_dir() {
        files.push(path.to_owned());
        return Ok(());
    }
    fs::read_dir(path)?.try_for_each(|entry| find(&entry?.path(), files))
}

/// Copies what is to be embedded: another build may write `dist/` anew while this crate is compiled.
fn copy(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let to = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &to)?;
        } else if entry.file_name() != STAMP {
            fs::copy(entry.path(), to)?;
        }
    }
    Ok(())
}

/// The page that stands in for the console.
fn stand_in(folder: &Path, reason: &str) -> io::Result<()> {
    let reason = reason.replace('&', "&amp;").replace('<', "&lt;");
    fs::create_dir_all(folder)?;
    fs::write(folder.join("index.html"), include_str!("placeholder.html").replace("{reason}", &reason))
}
