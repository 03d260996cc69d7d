//! What all subjects share: how long to measure, where to write, and which program to start.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::Duration;

use anyhow::{Context, bail};
use tempfile::TempDir;

use crate::disk;
use crate::machine::{self, Busy};

/// A run begins when others use less of the machine than this …
const QUIET: f64 = 0.10;
/// … or when it has waited this often for a moment like that.
const WAITS: usize = 100;

/// What all subjects share.
pub struct Bench {
    pub quick: bool,
    data: PathBuf,
    program: OnceLock<PathBuf>,
    busy: Mutex<Busy>,
}

impl Bench {
    pub fn new(quick: bool, program: Option<PathBuf>) -> anyhow::Result<Self> {
        let data = target()?.join("bench-data");
        std::fs::create_dir_all(&data).with_context(|| format!("cannot make {}", data.display()))?;
        let program = match program {
            // Programs are started in other directories than this one.
            Some(program) => OnceLock::from(program.canonicalize().context("there is no such program")?),
            None => OnceLock::new(),
        };
        Ok(Self { quick, data, program, busy: Mutex::default() })
    }

    /// How long one run takes.
    pub fn run_time(&self) -> Duration {
        if self.quick { Duration::from_millis(500) } else { Duration::from_secs(5) }
    }

    /// How often a run of throughput is repeated.
    pub fn repeats(&self) -> usize {
        if self.quick { 1 } else { 3 }
    }

    /// One of two numbers.
    pub fn either<T>(&self, full: T, quick: T) -> T {
        if self.quick { quick } else { full }
    }

    /// A fresh directory, on the same disk for every subject.
    pub fn fresh(&self) -> anyhow::Result<TempDir> {
        Ok(tempfile::Builder::new().prefix("run-").tempdir_in(&self.data)?)
    }

    /// A directory that stays for the next time.
    pub fn kept(&self, name: &str) -> PathBuf {
        self.data.join(name)
    }

    /// Cargo's target directory.
    pub fn target(&self) -> &Path {
        self.data.parent().unwrap_or(&self.data)
    }

    /// Waits for a moment in which nobody else uses the machine, for a minute at most, and notes how it was then.
    pub async fn quiet(&self) -> anyhow::Result<()> {
        let mut share = machine::busy().await;
        for _ in 0..WAITS {
            if share < QUIET || self.quick {
                break;
            }
            share = machine::busy().await;
        }
        let disk = disk::moment(self)?;
        self.busy.lock().unwrap_or_else(PoisonError::into_inner).note(share, disk);
        Ok(())
    }

    pub fn busy(&self) -> Busy {
        self.busy.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The program `sessiond`, built from here in release.
    pub fn program(&self) -> anyhow::Result<&Path> {
        if let Some(program) = self.program.get() {
            return Ok(program);
        }
        let program = build(&self.target().join("models"))?;
        Ok(self.program.get_or_init(|| program))
    }
}

/// Cargo's target directory; this program lies in `release/` under it.
fn target() -> anyhow::Result<PathBuf> {
    let program = std::env::current_exe().context("this program does not know where it is")?;
    let target = program.parent().and_then(Path::parent);
    Ok(target.context("this program lies in no target directory: run cargo xtask bench")?.to_path_buf())
}

/// Builds it, with models in the process if there is one in `models`.
fn build(models: &Path) -> anyhow::Result<PathBuf> {
    eprintln!("building sessiond in release …");
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().context("the package has no parent")?;
    let mut cargo = Command::new("cargo");
    cargo.current_dir(root).args(["build", "--release", "--package", "sessiond"]);
    if models.is_dir() {
        cargo.args(["--features", "gguf"]);
    }
    // What `cargo run` set for this program would make build scripts run again.
    for (name, _) in std::env::vars_os() {
        let name = name.to_string_lossy();
        if name == "CARGO" || name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_") {
            cargo.env_remove(&*name);
        }
    }
    if !cargo.stdout(Stdio::null()).status().context("cannot start cargo")?.success() {
        bail!("sessiond cannot be built");
    }
    Ok(target()?.join("release").join("sessiond"))
}
