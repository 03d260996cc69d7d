//! Files for the assistants of sessions.

use std::path::Path;
use std::sync::Arc;

use async_trait::async_trait;
use sessiond_api::{self as api, Problem};
use sessiond_core::{FileId, SessionId};

use crate::Conditions;

/// Is called with the bytes of a file that were sent so far.
pub type Sent = Arc<dyn Fn(u64) + Send + Sync>;

/// Operations on files.
#[async_trait]
pub trait Files: Send + Sync {
    /// Uploads the file at `path` under a name. A file of the session with the same name is replaced.
    async fn add_file(
        &self,
        id: &SessionId,
        name: &str,
        path: &Path,
        sent: Option<Sent>,
    ) -> Result<api::AddedFile, Problem>;
    /// Lists the files of a session.
    async fn files(&self, id: &SessionId) -> Result<api::FileList, Problem>;
    /// Reads the details of a file.
    async fn file(&self, id: &SessionId, file: &FileId) -> Result<api::File, Problem>;
    /// Downloads a file's bytes to `path`, which is created or replaced.
    async fn save_file(&self, id: &SessionId, file: &FileId, path: &Path) -> Result<(), Problem>;
    /// Removes a file.
    async fn delete_file(&self, id: &SessionId, file: &FileId, conditions: Conditions)
    -> Result<(), Problem>;
    /// Reads a passage of a file.
    async fn passage(&self, id: &SessionId, file: &FileId, passage: u32) -> Result<api::Passage, Problem>;
    /// Searches the files of a session.
    async fn search_files(
        &self,
        id: &SessionId,
        query: api::SearchFiles,
    ) -> Result<api::PassageList, Problem>;
}
