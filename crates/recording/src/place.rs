//! Which file a store is in: somebody may remove a store's directory, or put another in its place, while it is open.

use std::fs::{File, Metadata};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use sessiond_api::{Code, Problem};
use sessiond_client::Client;

/// The file of an open store. As long as the store is open, no other file is the same one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    path: PathBuf,
    file: Option<(u64, u64)>,
}

impl Place {
    /// The file that is now where a store on this machine has it.
    pub fn of(store: &Client) -> Self {
        let path = PathBuf::from(store.location());
        let file = std::fs::metadata(&path).ok().map(identity);
        Self { path, file }
    }

    /// Whether it is there still.
    pub fn is_there(&self) -> bool {
        self.file.is_none() || self.file == std::fs::metadata(&self.path).ok().map(identity)
    }

    /// An error when it is not: what was written to it since is lost.
    pub fn check(&self) -> Result<(), Problem> {
        if self.is_there() {
            return Ok(());
        }
        let path = self.path.display();
        Err(Problem::new(
            Code::SessionNotFound,
            format!("{path} was removed or replaced while the session ran, and the session's record with it"),
        ))
    }
}

/// Whether an open file is the one that a path names.
pub fn is_at(file: &File, path: &Path) -> bool {
    let known = file.metadata().ok().map(identity);
    known.is_some() && known == std::fs::metadata(path).ok().map(identity)
}

fn identity(file: Metadata) -> (u64, u64) {
    (file.dev(), file.ino())
}
