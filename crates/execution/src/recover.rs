//! Programs that are started again when their process has died: the commands that sessions name for that.
//!
//! They are kept beside the store, in `recover/` of the program's directory, for the user of this machine alone. A command
//! never comes from a journal, which others may write or import.

use std::ffi::OsStr;
use std::fs;
use std::io::Write;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use serde::{Deserialize, Serialize};
use sessiond_api::{Code, Problem};
use sessiond_core::SessionId;

/// The variable that names the session which a program continues that was started again.
pub const RESUME: &str = "SESSIOND_RESUME";

/// How a program is started again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recovery {
    /// The program and its arguments.
    pub command: Vec<String>,
    /// The directory in which it runs.
    pub cwd: PathBuf,
}

impl Recovery {
    /// A program that runs in the directory in which this process is.
    ///
    /// # Errors
    /// Without a program, or in a directory that is not there any more.
    pub fn here(command: Vec<String>) -> Result<Self, Problem> {
        if command.first().is_none_or(String::is_empty) {
            return Err(Problem::invalid(
                "recover",
                "the command that starts the program again names no program",
            ));
        }
        let cwd = std::env::current_dir()
            .map_err(|error| Problem::new(Code::Internal, format!("the current directory: {error}")))?;
        Ok(Self { command, cwd })
    }

    /// Keeps it for a session.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn keep(&self, dir: &Path, id: &SessionId) -> Result<(), Problem> {
        let path = path(dir, id);
        let failed = |error: std::io::Error| {
            Problem::new(Code::Internal, format!("cannot write {}: {error}", path.display()))
        };
        let parent = path.parent().unwrap_or(dir);
        fs::create_dir_all(parent).map_err(failed)?;
        // Made with mode 0600.
        let mut file = tempfile::Builder::new().prefix(".keeping-").tempfile_in(parent).map_err(failed)?;
        let text = serde_json::to_vec(self).map_err(|error| failed(error.into()))?;
        file.write_all(&text).map_err(failed)?;
        file.as_file().sync_all().map_err(failed)?;
        file.persist(&path).map_err(|error| failed(error.error))?;
        Ok(())
    }
}

/// The session that this program is to continue, if `sessiond recover` started it. It is given once: to the first session
/// that names a command.
pub fn wanted() -> Option<SessionId> {
    static TAKEN: AtomicBool = AtomicBool::new(false);
    let id = SessionId::parse(std::env::var(RESUME).ok()?).ok()?;
    (!TAKEN.swap(true, Ordering::Relaxed)).then_some(id)
}

/// Forgets how a session's program is started again.
pub fn forget(dir: &Path, id: &SessionId) {
    let path = path(dir, id);
    if let Err(error) = fs::remove_file(&path)
        && error.kind() != std::io::ErrorKind::NotFound
    {
        tracing::warn!(session = %id, %error, "{} cannot be removed", path.display());
    }
}

/// Lists the sessions of a directory whose programs can be started again, by their ids. A file that another user could
/// have written is left out, with a warning.
///
/// # Errors
/// When the directory cannot be read.
pub fn list(dir: &Path) -> Result<Vec<(SessionId, Recovery)>, Problem> {
    let dir = dir.join("recover");
    let failed = |error: std::io::Error| {
        Problem::new(Code::Internal, format!("cannot read {}: {error}", dir.display()))
    };
    let entries = match fs::read_dir(&dir) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(failed(error)),
    };
    let owner = fs::metadata(&dir).map_err(failed)?.uid();
    let mut found = Vec::new();
    for entry in entries {
        let path = entry.map_err(failed)?.path();
        let name = path.file_name().and_then(OsStr::to_str).and_then(|name| name.strip_suffix(".json"));
        let Some(id) = name.and_then(|name| SessionId::parse(name).ok()) else { continue };
        match read(&path, owner) {
            Ok(recovery) => found.push((id, recovery)),
            Err(error) => tracing::warn!(session = %id, "{} is not used: {error}", path.display()),
        }
    }
    found.sort_by(|one, other| one.0.cmp(&other.0));
    Ok(found)
}

fn read(path: &Path, owner: u32) -> Result<Recovery, String> {
    let metadata = fs::symlink_metadata(path).map_err(|error| error.to_string())?;
    if !metadata.is_file() || metadata.uid() != owner || metadata.mode() & 0o022 != 0 {
        return Err("others than its owner could have written it".to_owned());
    }
    let text = fs::read(path).map_err(|error| error.to_string())?;
    let recovery: Recovery = serde_json::from_slice(&text).map_err(|error| error.to_string())?;
    if recovery.command.is_empty() { Err("it names no program".to_owned()) } else { Ok(recovery) }
}

fn path(dir: &Path, id: &SessionId) -> PathBuf {
    dir.join("recover").join(format!("{id}.json"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn commands_are_kept_for_their_user_alone() {
        let dir = tempfile::tempdir().unwrap();
        let id = |text: &str| SessionId::parse(text).unwrap();
        assert_eq!(list(dir.path()).unwrap(), []);
        let recovery = Recovery::here(vec!["python".into(), "a b.py".into()]).unwrap();
        recovery.keep(dir.path(), &id("b")).unwrap();
        recovery.keep(dir.path(), &id("a")).unwrap();
        assert_eq!(list(dir.path()).unwrap(), [(id("a"), recovery.clone()), (id("b"), recovery.clone())]);
        let file = path(dir.path(), &id("a"));
        assert_eq!(fs::metadata(&file).unwrap().mode() & 0o777, 0o600);
        fs::set_permissions(&file, fs::Permissions::from_mode(0o666)).unwrap();
        assert_eq!(list(dir.path()).unwrap(), [(id("b"), recovery)]);
        forget(dir.path(), &id("b"));
        forget(dir.path(), &id("b"));
        assert_eq!(list(dir.path()).unwrap(), []);
        assert!(Recovery::here(Vec::new()).is_err() && Recovery::here(vec![String::new()]).is_err());
    }
}
