//! Executions in Python, beside plain asyncio and Railtracks: a script measures all three in one environment.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use anyhow::{Context, ensure};
use tokio::process::Command;

use crate::bench::Bench;
use crate::report::Section;

/// What measures, from the repository's root.
const SCRIPT: &str = "bench/python/execution.py";
/// What builds the package, and the peer.
const PACKAGES: &[&str] = &["maturin==1.16.0", "railtracks==1.7.0"];
const PEERS: [&str; 3] = ["plain", "sessiond", "railtracks"];

/// For each measure, what each system took; none where it was not measured.
type Figures = BTreeMap<String, BTreeMap<String, Option<f64>>>;

pub async fn run(bench: &Bench) -> anyhow::Result<Section> {
    let python = environment(bench).await?;
    bench.quiet().await?;
    let runs = bench.either("5", "1");
    let output = Command::new(&python)
        .args([SCRIPT, "--json", "--runs", runs])
        .current_dir(root()?)
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .kill_on_drop(true)
        .output()
        .await
        .context("the script cannot be started")?;
    ensure!(output.status.success(), "the script failed");
    let figures: Figures =
        serde_json::from_slice(&output.stdout).context("the script says something else than expected")?;
    let mut section = Section::new("Executions, in Python", ["what", "asyncio", "sessiond", "Railtracks"]);
    section.how(
        "Recorded calls of a node that takes a value and gives it, durability `async`, `SQLite` with WAL and \
         synchronous=FULL; asyncio records nothing; Railtracks 1.7.0 with its events off, in memory but for its saved \
         state. Calls are those of one parent, without the session's start and close. Medians, each run in a process \
         and a directory of its own.",
    );
    for (what, measure, unit) in [
        ("1,000 sequential calls, each", "sequential 1000", Unit::Time),
        ("1,000 sequential calls of synchronous nodes, each", "threads 1000", Unit::Time),
        ("1,000 parallel calls, each", "parallel 1000", Unit::Time),
        ("10,000 parallel calls, each", "parallel 10000", Unit::Time),
        ("1,000 parallel top-level calls, each", "top 1000", Unit::Time),
        ("one call in a fresh session", "one", Unit::Time),
        ("an empty session", "empty", Unit::Time),
        ("saving 1,000 calls", "save 1000", Unit::Time),
        ("the saved state of 1,000 calls", "size 1000", Unit::Bytes),
        ("saving 10,000 calls", "save 10000", Unit::Time),
        ("the saved state of 10,000 calls", "size 10000", Unit::Bytes),
        ("import", "import", Unit::Time),
    ] {
        let mut row = vec![what.to_owned()];
        row.extend(
            PEERS.map(|system| figure(&figures, measure, system).map_or_else(String::new, |f| unit.show(f))),
        );
        section.row(row);
    }
    for (aim, measure, times) in [
        ("at least 20 times faster than Railtracks for each sequential call", "sequential 1000", 20.0),
        ("at least 200 times faster for each of 1,000 parallel calls", "parallel 1000", 200.0),
        ("imported at least 50 times faster", "import", 50.0),
    ] {
        let both = (figure(&figures, measure, "railtracks"), figure(&figures, measure, "sessiond"));
        if let (Some(theirs), Some(ours)) = both {
            section.aim(aim, format!("{:.0} times", theirs / ours), theirs / ours >= times);
        }
    }
    Ok(section)
}

enum Unit {
    /// Microseconds.
    Time,
    Bytes,
}

impl Unit {
    fn show(&self, figure: f64) -> String {
        match self {
            Self::Bytes => format!("{:.0} KB", figure / 1e3),
            Self::Time if figure < 1e3 => format!("{figure:.1} µs"),
            Self::Time if figure < 1e6 => format!("{:.1} ms", figure / 1e3),
            Self::Time => format!("{:.1} s", figure / 1e6),
        }
    }
}

fn figure(figures: &Figures, measure: &str, system: &str) -> Option<f64> {
    *figures.get(measure)?.get(system)?
}

/// The Python of an environment that has the package, built from here in release, and the peer.
async fn environment(bench: &Bench) -> anyhow::Result<PathBuf> {
    let environment = bench.kept("python");
    let python = environment.join("bin").join("python");
    if !python.exists() {
        command(Command::new("python3").args(["-m", "venv"]).arg(&environment)).await?;
    }
    let mut pip = Command::new(&python);
    pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check"]).args(PACKAGES);
    command(&mut pip).await?;
    let mut maturin = Command::new(environment.join("bin").join("maturin"));
    maturin.args(["build", "--quiet", "--release", "--manifest-path", "sdk/python/Cargo.toml", "--out"]);
    let wheels = bench.fresh()?;
    command(maturin.arg(wheels.path()).current_dir(root()?)).await?;
    let wheel = std::fs::read_dir(wheels.path())?.flatten().next().context("maturin built no wheel")?.path();
    let mut pip = Command::new(&python);
    pip.args([
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "--force-reinstall",
        "--no-deps",
    ]);
    command(pip.arg(wheel)).await?;
    Ok(python)
}

async fn command(command: &mut Command) -> anyhow::Result<()> {
    // What these say is no part of the report.
    let status = command.stdin(Stdio::null()).stdout(Stdio::null()).status().await;
    let status = status.with_context(|| format!("{command:?} cannot be started"))?;
    ensure!(status.success(), "{command:?} failed: {status}");
    Ok(())
}

fn root() -> anyhow::Result<&'static Path> {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().context("the package has no parent")
}
