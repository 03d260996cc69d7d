//! Removal: bytes and text of files leave the disk, and their names the journal.

use std::path::Path;

use sessiond_core::{Command, Envelope, FileId, Files, Principal, SessionId, files};
use sessiond_store::Op;

use super::FilePlace;
use crate::rows::{READ, read_event, records};
use crate::{Engine, Error, Reply};

impl Engine {
    /// Removes a file of a session. Only who commands the session may.
    pub async fn remove_file(
        &self,
        principal: &Principal,
        id: &SessionId,
        file: &FileId,
    ) -> Result<Reply, Error> {
        let command = Command::Files(files::Command::Remove { file: file.clone() });
        self.execute(id, Envelope::new(principal.clone(), command), None).await
    }

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
        self.remove_file_names(id, files).await
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
            let (from, to) = (from.join(file.as_str()), to.join(file.as_str()));
            // One that is there already belongs to a session of this id, and the copy is refused for that.
            if tokio::fs::hard_link(from, to).await.is_ok() {
                linked.push(file.clone());
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
            && error.kind() != std::io::ErrorKind::NotFound
        {
            tracing::warn!(session = %id, %error, "the files of a deleted session are removed later");
        }
    }

    async fn remove_file_names(&self, id: &SessionId, files: &[FileId]) -> Result<(), Error> {
        let mut after = 0;
        loop {
            let Some(page) = self.shared.store.events(id, after, READ).await? else { return Ok(()) };
            let Some(last) = page.records.last() else { return Ok(()) };
            after = last.seq;
            let mut events = Vec::new();
            for record in page.records.iter().filter(|record| record.json.contains("\"file_added\"")) {
                let mut event = read_event(record)?;
                if let Some(body) = event.body.without_file(|file| files.contains(file)) {
                    event.body = body;
                    events.push(event);
                }
            }
            if !events.is_empty() {
                let op = Op::ReplaceEvents { session_id: id.clone(), records: records(&events) };
                // A session that is gone has no names.
                let _ = self.write(op).await?;
            }
            if after >= page.revision {
                return self.renew_snapshot(id).await;
            }
        }
    }
}

fn is_gone(removed: std::io::Result<()>) -> bool {
    match removed {
        Ok(()) => true,
        Err(error) => error.kind() == std::io::ErrorKind::NotFound,
    }
}
