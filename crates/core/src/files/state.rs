//! What a session keeps of its files.

use std::sync::Arc;

use imbl::OrdMap;
use serde::{Deserialize, Serialize};

use crate::session::facet_state::FacetState;
use crate::values::{Exceeded, FileId, Limit, Timestamp};

/// A session's files. Copies are cheap.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Files {
    /// All of them, oldest first.
    pub all: OrdMap<FileId, Arc<File>>,
    /// Their bytes together.
    pub bytes: u64,
}

/// A file of a session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct File {
    /// Its id.
    pub id: FileId,
    /// Its name, as it was uploaded, in Unicode's composed form (NFC).
    pub name: String,
    /// Its media type by its content, such as `application/pdf`.
    pub media_type: String,
    /// Its size in bytes.
    pub bytes: u64,
    /// The SHA-256 of its bytes, in hexadecimal digits.
    pub sha256: String,
    /// The characters of its text.
    pub characters: u64,
    /// The passages that its text is searched by.
    pub passages: u64,
    /// Notes of its reader, such as pages without text.
    pub notes: Vec<String>,
    /// Who uploaded it: a principal's or an agent's name.
    pub added_by: String,
    /// When it was uploaded.
    pub added_at: Timestamp,
}

impl Files {
    /// The file of that name.
    pub fn named(&self, name: &str) -> Option<&Arc<File>> {
        self.all.values().find(|file| file.name == name)
    }
}

impl FacetState for Files {
    fn check(&self) -> Result<(), Exceeded> {
        self.check_counts()
    }

    fn check_counts(&self) -> Result<(), Exceeded> {
        Limit::Files.allows(self.all.len())?;
        if self.bytes > Limit::FilesBytes.most() { Err(Exceeded(Limit::FilesBytes)) } else { Ok(()) }
    }
}
