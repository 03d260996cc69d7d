//! How far a session is sent: one small file a session, whose lock says which process sends it.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{Read, Seek, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use sessiond_api::{Code, Problem};
use sessiond_core::{Revision, SessionId};

/// Bytes of a place: three numbers of 20 digits at most, a flag, and their names.
const WIDTH: usize = 128;

/// How far a session is sent. While it lives, no other process sends that session.
pub struct Cursor {
    id: SessionId,
    path: PathBuf,
    file: File,
    place: Option<Place>,
}

/// A place in the journal, and what the server was told up to there. It is not synced: what is sent twice after a power
/// failure has no second effect.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
pub struct Place {
    /// The last event of the spool's journal that the server has.
    pub sent: Revision,
    /// The number that the server gave to the process that writes.
    pub writer: u64,
    /// The last batch that was sent under that number.
    pub batch: u64,
    /// Whether the server knows already that this process writes, so that the journal's next beginning is not sent.
    #[serde(default)]
    pub begun: bool,
}

/// Where the cursors of a spool are.
pub fn dir(spool: &Path) -> PathBuf {
    spool.join("cursors")
}

/// The cursors of sessions that no process sends.
pub fn left(spool: &Path) -> Vec<Cursor> {
    let Ok(entries) = fs::read_dir(dir(spool)) else { return Vec::new() };
    let mut ids: Vec<SessionId> =
        entries.flatten().filter_map(|entry| SessionId::parse(entry.file_name().to_str()?).ok()).collect();
    ids.sort();
    ids.iter().filter_map(|id| Cursor::lock(spool, id).ok().flatten()).collect()
}

/// Which sessions wait, and the last event of each that its server has, whoever sends them.
pub fn places(spool: &Path) -> Vec<(SessionId, Revision)> {
    let Ok(entries) = fs::read_dir(dir(spool)) else { return Vec::new() };
    let mut places: Vec<_> = entries
        .flatten()
        .filter_map(|entry| {
            let place: Place = serde_json::from_slice(&fs::read(entry.path()).ok()?).ok()?;
            Some((SessionId::parse(entry.file_name().to_str()?).ok()?, place.sent))
        })
        .collect();
    places.sort();
    places
}

impl Cursor {
    /// The cursor of a session that is not known here yet; none when another process sends it.
    pub fn create(spool: &Path, id: &SessionId) -> Result<Option<Self>, Problem> {
        Self::lock(spool, id).map_err(|error| failed(id, &error))
    }

    fn lock(spool: &Path, id: &SessionId) -> std::io::Result<Option<Self>> {
        let path = dir(spool).join(id.as_str());
        let mut file = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(&path)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Ok(None),
            Err(TryLockError::Error(error)) => return Err(error),
        }
        if !path.exists() {
            // The process that held it has sent everything and removed it between these lines.
            return Ok(None);
        }
        let mut text = Vec::new();
        file.read_to_end(&mut text)?;
        let place = serde_json::from_slice(&text).ok();
        Ok(Some(Self { id: id.clone(), path, file, place }))
    }

    /// Whose it is.
    pub fn id(&self) -> &SessionId {
        &self.id
    }

    /// Whether anything is known of the session: it was begun here, or brought here as a whole.
    pub fn is_known(&self) -> bool {
        self.place.is_some()
    }

    /// Where it stands.
    pub fn place(&self) -> Place {
        self.place.unwrap_or_default()
    }

    /// The server has everything up to there.
    pub fn advance(&mut self, place: Place) -> Result<(), Problem> {
        // Always as long, and written at once: a process that dies leaves the one text or the other.
        let text = format!("{:<WIDTH$}", serde_json::to_string(&place).unwrap_or_default());
        let written = self.file.rewind().and_then(|()| self.file.write_all(text.as_bytes()));
        written.map_err(|error| failed(&self.id, &error))?;
        self.place = Some(place);
        Ok(())
    }

    /// Nothing waits any more.
    pub fn remove(&self) {
        let _ = fs::remove_file(&self.path);
    }
}

fn failed(id: &SessionId, error: &std::io::Error) -> Problem {
    Problem::new(Code::Internal, format!("cannot note how far {id} is sent: {error}"))
}
