//! Which sessions of a directory run at this moment, and in which process.
//!
//! A process that runs a session holds a lock on one byte of the file `running`, at the session's place. The system frees
//! it when the process ends, however it ends, and a forked process does not have it. So there is nothing to wait for and
//! nothing to clean up after a crash. A second run in the same process is found in its own list.

use std::collections::HashMap;
use std::fs::{File, OpenOptions};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Weak};
use std::time::Duration;

use nix::errno::Errno;
use nix::fcntl::{FcntlArg, fcntl};
use nix::libc;
use parking_lot::Mutex;
use sessiond_api::{Code, Problem};
use sessiond_background::{self as background, Origin, PerProcess};
use sessiond_core::SessionId;
use sha2::{Digest, Sha256};

use crate::place::is_at;

/// The file's name.
const FILE: &str = "running";
/// How often a lock that was taken over is asked for, until the process that had it lets go of it.
const AGAIN: Duration = Duration::from_millis(500);

/// That this process runs a session; it ends when this is dropped.
pub struct Running {
    of: Arc<Claim>,
}

/// Who runs a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Runner {
    /// Another part of this process.
    This,
    /// Another process, with its id; none when it is not visible here.
    Other(Option<u32>),
}

struct Claim {
    dir: Arc<Dir>,
    id: SessionId,
    token: u64,
    origin: Origin,
}

/// The file of a directory, as this process has it open. It is not closed as long as the directory has it: with it, all
/// locks would go.
struct Dir {
    file: File,
    /// What this process runs, each with the token of its claim and whether the lock is held.
    runs: Mutex<HashMap<SessionId, (u64, bool)>>,
}

static DIRS: PerProcess<Mutex<HashMap<PathBuf, Arc<Dir>>>> = PerProcess::new();
static TOKENS: AtomicU64 = AtomicU64::new(1);

impl Running {
    /// Claims a session of the store in `dir`, or says who runs it. With `take_over` it is claimed all the same.
    pub fn claim(dir: &Path, id: &SessionId, take_over: bool) -> Result<Result<Self, Runner>, Problem> {
        let dir = open(dir)?;
        let token = TOKENS.fetch_add(1, Ordering::Relaxed);
        let is_held = {
            let mut runs = dir.runs.lock();
            let known = runs.get(id).copied();
            if known.is_some() && !take_over {
                return Ok(Err(Runner::This));
            }
            let is_held = match known {
                Some((_, is_held)) => is_held,
                None => dir.lock(id).map_err(failed)?,
            };
            if !is_held && !take_over {
                return Ok(Err(dir.runner(id).map_err(failed)?.unwrap_or(Runner::Other(None))));
            }
            runs.insert(id.clone(), (token, is_held));
            is_held
        };
        let claim = Arc::new(Claim { dir, id: id.clone(), token, origin: Origin::here() });
        if !is_held {
            background::spawn(wait(Arc::downgrade(&claim)));
        }
        Ok(Ok(Self { of: claim }))
    }

    /// Whether this is still the run that was last begun in this process.
    pub fn is_current(&self) -> bool {
        self.of.dir.runs.lock().get(&self.of.id).is_some_and(|(token, _)| *token == self.of.token)
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        if !self.origin.is_this_process() {
            return;
        }
        let mut runs = self.dir.runs.lock();
        if runs.get(&self.id).is_some_and(|(token, _)| *token == self.token) {
            runs.remove(&self.id);
            if let Err(error) = self.dir.set(libc::F_UNLCK, &self.id) {
                tracing::debug!(session = %self.id, %error, "a session's lock could not be freed");
            }
        }
    }
}

/// Who runs a session of the store in `dir`, if anybody does.
pub fn runner(dir: &Path, id: &SessionId) -> Result<Option<Runner>, Problem> {
    let dir = open(dir)?;
    if dir.runs.lock().contains_key(id) {
        return Ok(Some(Runner::This));
    }
    dir.runner(id).map_err(failed)
}

/// Asks for the lock of a session that was taken over, until the process that had it lets go.
async fn wait(claim: Weak<Claim>) {
    loop {
        tokio::time::sleep(AGAIN).await;
        let Some(claim) = claim.upgrade() else { return };
        let mut runs = claim.dir.runs.lock();
        match runs.get_mut(&claim.id) {
            Some((token, is_held)) if *token == claim.token && !*is_held => {
                *is_held = claim.dir.lock(&claim.id).unwrap_or(false);
                if *is_held {
                    return;
                }
            }
            _ => return,
        }
    }
}

fn open(dir: &Path) -> Result<Arc<Dir>, Problem> {
    let dir = dir.canonicalize().map_err(|error| {
        Problem::new(Code::Internal, format!("cannot open the directory {}: {error}", dir.display()))
    })?;
    let dirs = DIRS.get(Mutex::default);
    let mut dirs = dirs.lock();
    if let Some(known) = dirs.get(&dir).filter(|known| is_at(&known.file, &dir.join(FILE))) {
        return Ok(known.clone());
    }
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false).mode(0o600);
    let file = options.open(dir.join(FILE));
    let file = file.map_err(|error| {
        Problem::new(Code::Internal, format!("cannot open {}: {error}", dir.join(FILE).display()))
    })?;
    let known = Arc::new(Dir { file, runs: Mutex::default() });
    dirs.insert(dir, known.clone());
    Ok(known)
}

impl Dir {
    /// Locks a session's place; false when another process has.
    fn lock(&self, id: &SessionId) -> Result<bool, Errno> {
        match self.set(libc::F_WRLCK, id) {
            Ok(()) => Ok(true),
            Err(Errno::EACCES | Errno::EAGAIN) => Ok(false),
            Err(error) => Err(error),
        }
    }

    fn set(&self, kind: libc::c_int, id: &SessionId) -> Result<(), Errno> {
        fcntl(&self.file, FcntlArg::F_SETLK(&region(kind, id))).map(drop)
    }

    /// Which other process has a session's place locked.
    fn runner(&self, id: &SessionId) -> Result<Option<Runner>, Errno> {
        let mut region = region(libc::F_WRLCK, id);
        fcntl(&self.file, FcntlArg::F_GETLK(&mut region))?;
        if libc::c_int::from(region.l_type) == libc::F_UNLCK {
            return Ok(None);
        }
        Ok(Some(Runner::Other(u32::try_from(region.l_pid).ok().filter(|process| *process != 0))))
    }
}

/// The one byte that stands for a session.
fn region(kind: libc::c_int, id: &SessionId) -> libc::flock {
    let digest = Sha256::digest(id.as_str().as_bytes());
    let place = digest[..8].iter().fold(0_u64, |place, byte| place << 8 | u64::from(*byte));
    libc::flock {
        l_type: kind as libc::c_short,
        l_whence: libc::SEEK_SET as libc::c_short,
        // Positive, with room for the byte itself.
        l_start: (place >> 2) as libc::off_t,
        l_len: 1,
        l_pid: 0,
    }
}

fn failed(error: Errno) -> Problem {
    Problem::new(Code::Internal, format!("cannot tell which sessions run here: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_runs_once_and_the_last_who_takes_it_over_has_it() {
        let dir = tempfile::tempdir().unwrap();
        let id = SessionId::parse("sess_1").unwrap();
        assert_eq!(runner(dir.path(), &id).unwrap(), None);
        let first = Running::claim(dir.path(), &id, false).unwrap().ok().unwrap();
        assert_eq!(runner(dir.path(), &id).unwrap(), Some(Runner::This));
        assert_eq!(Running::claim(dir.path(), &id, false).unwrap().err(), Some(Runner::This));
        let second = Running::claim(dir.path(), &id, true).unwrap().ok().unwrap();
        assert!(!first.is_current() && second.is_current());
        drop(first);
        assert_eq!(runner(dir.path(), &id).unwrap(), Some(Runner::This), "the second one still runs");
        drop(second);
        assert_eq!(runner(dir.path(), &id).unwrap(), None);
    }
}
