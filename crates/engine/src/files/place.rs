//! Where the bytes of a file are.

use std::path::PathBuf;

use sessiond_core::{FileId, SessionId};

/// What the names of the directories of sessions begin with.
const PREFIX: &str = "session_";

/// Where a file is on the disk. Nothing in it comes from outside but ids, which are never paths.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FilePlace {
    /// The file.
    pub file: FileId,
    /// The directory of its session.
    pub directory: PathBuf,
    /// The file itself.
    pub path: PathBuf,
}

impl FilePlace {
    pub(super) fn new(directory: PathBuf, file: &FileId) -> Self {
        Self { path: directory.join(file.as_str()), directory, file: file.clone() }
    }
}

/// The name of the directory of a session.
pub(super) fn directory_name(id: &SessionId) -> String {
    format!("{PREFIX}{id}")
}

/// The session that a directory of that name belongs to.
pub(super) fn session_of(name: &str) -> Option<SessionId> {
    SessionId::parse(name.strip_prefix(PREFIX)?).ok()
}
