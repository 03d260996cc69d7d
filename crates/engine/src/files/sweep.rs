//! What a crash left: bytes without an owner.

use std::path::Path;
use std::time::UNIX_EPOCH;

use sessiond_core::{FileId, Rejection, SessionId, Span, Timestamp};

use super::place;
use crate::{Engine, Error};

/// A file that nobody owns is removed when it is as old as this: another process may be uploading it.
const AGE: Span = Span::from_secs(600);

impl Engine {
    /// Removes the directories of sessions that are gone, and the files that their session does not have.
    pub(crate) async fn sweep_uploads(&self) -> Result<(), Error> {
        let Some(uploads) = self.shared.options.uploads.clone() else { return Ok(()) };
        let Ok(mut directories) = tokio::fs::read_dir(&uploads).await else { return Ok(()) };
        while let Ok(Some(directory)) = directories.next_entry().await {
            let name = directory.file_name();
            let Some(id) = name.to_str().and_then(place::session_of) else { continue };
            match self.open_session(&id).await {
                Ok(slot) => {
                    let session = slot.session();
                    drop(slot);
                    let owned = |file: &FileId| session.files.all.contains_key(file);
                    self.sweep_directory(&directory.path(), owned).await;
                }
                Err(Error::Rejected(Rejection::SessionNotFound)) => {
                    self.sweep_gone(&id, &directory.path()).await
                }
                Err(Error::Rejected(rejection)) => {
                    tracing::debug!(session = %id, %rejection, "its files are not swept");
                }
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    async fn sweep_gone(&self, id: &SessionId, directory: &Path) {
        if self.is_old(directory).await {
            self.remove_directory(id).await;
        }
    }

    async fn is_old(&self, path: &Path) -> bool {
        let Ok(modified) = tokio::fs::metadata(path).await.and_then(|data| data.modified()) else {
            return false;
        };
        let since = modified.duration_since(UNIX_EPOCH).unwrap_or_default();
        let modified = Timestamp::from_millis(i64::try_from(since.as_millis()).unwrap_or(i64::MAX));
        self.now().since(modified) >= AGE
    }

    async fn sweep_directory(&self, directory: &Path, owned: impl Fn(&FileId) -> bool) {
        let Ok(mut entries) = tokio::fs::read_dir(directory).await else { return };
        let mut left = Vec::new();
        while let Ok(Some(entry)) = entries.next_entry().await {
            let name = entry.file_name();
            let Some(name) = name.to_str() else { continue };
            let Ok(file) = FileId::parse(name.trim_start_matches('.')) else { continue };
            let is_temporary = name.starts_with('.');
            let is_taken = self.shared.uploads.taken.lock().contains(&file);
            if is_taken || (!is_temporary && owned(&file)) || !self.is_old(&entry.path()).await {
                continue;
            }
            if is_temporary {
                let _ = tokio::fs::remove_file(entry.path()).await;
            } else {
                left.push(file);
            }
        }
        if !left.is_empty() {
            tracing::info!(files = left.len(), "files without an owner are removed");
            self.discard(directory, &left).await;
        }
    }
}
