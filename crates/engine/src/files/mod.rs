//! Files of sessions: their bytes in a directory for each session, beside the store, and what reads them.
//!
//! `uploads/session_<session id>/` has a file for each upload, under its id. A file is there before the event that adds it, and
//! goes after the event that removes it, so that a crash leaves bytes without an owner at most; `sweep.rs` removes those.

mod place;
mod remove;
mod sweep;
mod upload;

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use async_trait::async_trait;
use parking_lot::Mutex;
use sessiond_core::{File, FileId, Principal, Rejection, SessionId};

pub use place::FilePlace;
pub use upload::{Upload, Uploaded};

use crate::{Engine, Error};

/// What reads uploaded files, and keeps their text for search. The program that opens the engine gives it one; without it, the
/// engine takes no uploads.
#[async_trait]
pub trait FileReader: Send + Sync + 'static {
    /// Reads the file at its place, and keeps its text. When the future is dropped, all work for it *must* end with it.
    ///
    /// # Errors
    /// [`Unreadable`] when the file has no text that can be read; nothing of it is kept then.
    async fn read(&self, place: &FilePlace, name: &str) -> Result<ReadFile, Unreadable>;

    /// The passages of those files that fit a question best, best first.
    ///
    /// # Errors
    /// When the texts cannot be searched now.
    async fn search(
        &self,
        directory: &Path,
        question: &str,
        files: &[Arc<File>],
        limit: usize,
    ) -> std::io::Result<Vec<Passage>>;

    /// A passage of a file; none if the file has no such passage.
    ///
    /// # Errors
    /// When the texts cannot be read now.
    async fn passage(
        &self,
        directory: &Path,
        file: &Arc<File>,
        number: u32,
    ) -> std::io::Result<Option<Passage>>;

    /// Removes the text of files from what is kept in that directory. Files that are not there are no error.
    ///
    /// # Errors
    /// When it cannot be removed now; it is tried again later.
    async fn forget(&self, directory: &Path, files: &[FileId]) -> std::io::Result<()>;
}

/// What a file's reader found in it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ReadFile {
    /// Its media type by its content, such as `application/pdf`.
    pub media_type: String,
    /// The characters of its text.
    pub characters: u64,
    /// The passages that its text is searched by.
    pub passages: u64,
    /// Notes, such as pages without text.
    pub notes: Vec<String>,
}

/// A passage of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Passage {
    /// The file.
    pub file: FileId,
    /// The file's name.
    pub name: String,
    /// Its number in the file, from 1.
    pub number: u32,
    /// Where it is in the file, such as `page 3, lines 4–9`.
    pub place: Option<String>,
    /// The heading above it.
    pub heading: Option<String>,
    /// Its text.
    pub text: String,
}

/// A file has no text that can be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{detail}")]
pub struct Unreadable {
    /// Why, and what to do.
    pub detail: String,
    /// Whether it is the fault of this machine, so that the same file may be read later.
    pub later: bool,
}

/// The uploads that this process takes.
#[derive(Default)]
pub(crate) struct Uploads {
    /// Bytes that are promised to uploads that are not in their session's state yet.
    reserved: Mutex<HashMap<SessionId, u64>>,
    /// The files of those uploads: nobody sweeps them.
    taken: Mutex<HashSet<FileId>>,
}

impl Engine {
    /// A file of a session, and its bytes.
    pub async fn open_file(
        &self,
        principal: &Principal,
        id: &SessionId,
        file: &FileId,
    ) -> Result<(Arc<File>, tokio::fs::File), Error> {
        let session = self.session(principal, id).await?;
        let found = session.files.all.get(file).ok_or(Rejection::FileNotFound)?.clone();
        let place = self.file_place(id, file).ok_or(Rejection::FileNotFound)?;
        match tokio::fs::File::open(&place.path).await {
            Ok(bytes) => Ok((found, bytes)),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Err(Error::FileMissing),
            Err(error) => Err(Error::File(Arc::new(error))),
        }
    }

    /// The passages of a session's files that fit a question best, best first.
    pub async fn search_files(
        &self,
        principal: &Principal,
        id: &SessionId,
        question: &str,
        limit: usize,
    ) -> Result<Vec<Passage>, Error> {
        let session = self.session(principal, id).await?;
        let files: Vec<_> = session.files.all.values().cloned().collect();
        if files.is_empty() {
            return Ok(Vec::new());
        }
        let (reader, directory) = self.reads(id)?;
        reader.search(&directory, question, &files, limit).await.map_err(|error| Error::File(Arc::new(error)))
    }

    /// A passage of a session's file.
    pub async fn passage(
        &self,
        principal: &Principal,
        id: &SessionId,
        file: &FileId,
        number: u32,
    ) -> Result<Passage, Error> {
        let session = self.session(principal, id).await?;
        let found = session.files.all.get(file).ok_or(Rejection::FileNotFound)?;
        let (reader, directory) = self.reads(id)?;
        let passage = reader.passage(&directory, found, number).await;
        passage.map_err(|error| Error::File(Arc::new(error)))?.ok_or_else(|| Rejection::FileNotFound.into())
    }

    fn reads(&self, id: &SessionId) -> Result<(Arc<dyn FileReader>, PathBuf), Error> {
        let reader = self.shared.options.reader.clone();
        reader.zip(self.files_directory(id)).ok_or(Error::NoUploads)
    }

    /// Where a file of a session is. None if this process keeps no files.
    pub fn file_place(&self, id: &SessionId, file: &FileId) -> Option<FilePlace> {
        self.files_directory(id).map(|directory| FilePlace::new(directory, file))
    }

    /// The directory of a session's files. None if this process keeps no files.
    pub fn files_directory(&self, id: &SessionId) -> Option<PathBuf> {
        let uploads = self.shared.options.uploads.as_ref()?;
        Some(uploads.join(place::directory_name(id)))
    }
}
