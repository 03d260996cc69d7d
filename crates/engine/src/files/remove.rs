//! Removal: bytes and text of files leave the disk, and their names the journal.

use std::io::ErrorKind;
use std::path::Path;
use std::sync::Arc;

use sessiond_core::{EventBody, FileId, Files, Revision, SessionId};

use super::FilePlace;
use crate::{Engine, Error};

impl Engine {
    /// Whether this process can remove the text of files.
    pub(crate) fn reads_files(&self) -> bool {
        self.shared.options.reader.is_some()
    }

    /// Removes what is left of files that leave their session.
    pub(crate) async fn remove_files(&self, id: &SessionId, files: &[FileId]) -> Result<(), Error> {
        if let Some(directory) = self.files_directory(id)
            && !self.discard(&directory, files).await
        {
            return Err(Error::Conflict);
        }
        let names = |body: &EventBody| body.without_file(|file| files.contains(file));
        self.erase(id, Revision::MAX, |json| json.contains("\"file_added\""), names).await
    }

    /// Removes the bytes and the text of files. False if something is left.
    pub(super) async fn discard(&self, directory: &Path, files: &[FileId]) -> bool {
        let mut gone = true;
        for file in files {
            let path = FilePlace::new(directory.to_owned(), file).path;
            gone &= is_gone(tokio::fs::remove_file(&path).await);
        }
        if let Some(reader) = &self.shared.options.reader
            && tokio::fs::try_exists(directory).await.unwrap_or(true)
            && let Err(error) = reader.forget(directory, files).await
        {
            tracing::warn!(%error, "the text of a removed file is removed later");
            gone = false;
        }
        // A directory that has files stays.
        let _ = tokio::fs::remove_dir(directory).await;
        gone
    }

    /// Gives a copy of a session its own names of the files. The text is read again when it is needed.
    pub(crate) async fn link_files(
        &self,
        files: &Files,
        from: &SessionId,
        to: &SessionId,
    ) -> Result<Vec<FileId>, Error> {
        let (Some(from), Some(to)) = (self.files_directory(from), self.files_directory(to)) else {
            return Ok(Vec::new());
        };
        if files.all.is_empty() {
            return Ok(Vec::new());
        }
        super::upload::make_directory(&to).await?;
        let mut linked = Vec::new();
        for file in files.all.keys() {
            match tokio::fs::hard_link(from.join(file.as_str()), to.join(file.as_str())).await {
                Ok(()) => linked.push(file.clone()),
                // The original has no bytes, or a session of this id has them, for which the copy is refused.
                Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::AlreadyExists) => {}
                Err(error) => {
                    self.discard(&to, &linked).await;
                    return Err(Error::File(Arc::new(error)));
                }
            }
        }
        Ok(linked)
    }

    /// Takes the names back, because there is no such copy.
    pub(crate) async fn unlink_files(&self, id: &SessionId, files: &[FileId]) {
        if let Some(directory) = self.files_directory(id).filter(|_| !files.is_empty()) {
            self.discard(&directory, files).await;
        }
    }

    /// Removes all files of a session that was deleted.
    pub(crate) async fn remove_directory(&self, id: &SessionId) {
        let Some(directory) = self.files_directory(id) else { return };
        if let Err(error) = tokio::fs::remove_dir_all(&directory).await
            && error.kind() != ErrorKind::NotFound
        {
            tracing::warn!(session = %id, %error, "the files of a deleted session are removed later");
        }
    }
}

fn is_gone(removed: std::io::Result<()>) -> bool {
    match removed {
        Ok(()) => true,
        Err(error) => error.kind() == ErrorKind::NotFound,
    }
}
