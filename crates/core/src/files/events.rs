//! The events of files.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::session::payload::{At, Payload};
use crate::session::{EventBody, Rejection, Session};
use crate::values::FileId;

use super::rules::check;
use super::{File, Files};

/// A file was stored, and its text was read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct FileAdded {
    /// The file's id.
    pub file_id: FileId,
    /// Its name, as it was uploaded, in Unicode's composed form (NFC). Empty after the file was removed.
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
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
}

/// Files were removed. Their names leave the events before this one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct FilesRemoved {
    /// Which.
    pub file_ids: Vec<FileId>,
}

impl Payload for FileAdded {
    fn fold(&self, session: &mut Session, at: At<'_>) -> Result<(), String> {
        let Files { all, bytes } = &mut session.files;
        if all.contains_key(&self.file_id) {
            return Err("there is a file of this id".to_owned());
        }
        let file = self.clone();
        *bytes = bytes.saturating_add(file.bytes);
        all.insert(
            file.file_id.clone(),
            Arc::new(File {
                id: file.file_id,
                name: file.name,
                media_type: file.media_type,
                bytes: file.bytes,
                sha256: file.sha256,
                characters: file.characters,
                passages: file.passages,
                notes: file.notes,
                added_by: at.actor.to_owned(),
                added_at: at.time,
            }),
        );
        Ok(())
    }

    fn check(&self, _: &Session) -> Result<(), Rejection> {
        check(self)
    }
}

impl Payload for FilesRemoved {
    fn fold(&self, session: &mut Session, _: At<'_>) -> Result<(), String> {
        let Files { all, bytes } = &mut session.files;
        for file in &self.file_ids {
            let file = all.remove(file).ok_or_else(|| "the file is not there".to_owned())?;
            *bytes = bytes.saturating_sub(file.bytes);
        }
        Ok(())
    }

    fn check(&self, _: &Session) -> Result<(), Rejection> {
        Ok(())
    }
}

impl EventBody {
    /// The same event without the name of a file that was removed; none if it has no such name. It folds to the same state as soon
    /// as the file is removed.
    pub fn without_file(&self, is_removed: impl Fn(&FileId) -> bool) -> Option<Self> {
        match self {
            Self::FileAdded(event) if is_removed(&event.file_id) && !event.name.is_empty() => {
                Some(FileAdded { name: String::new(), notes: Vec::new(), ..event.clone() }.into())
            }
            _ => None,
        }
    }
}
