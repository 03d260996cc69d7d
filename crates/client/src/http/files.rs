//! Files for the assistants of sessions.

use std::path::Path;

use async_trait::async_trait;
use reqwest::Body;
use reqwest::multipart::{Form, Part};
use sessiond_api::{self as api, Code, Problem, operations};
use sessiond_core::{FileId, SessionId};
use tokio::io::AsyncWriteExt as _;

use super::Http;
use crate::traits::{Files, Sent};
use crate::{Conditions, local};

#[async_trait]
impl Files for Http {
    async fn add_file(
        &self,
        id: &SessionId,
        name: &str,
        path: &Path,
        sent: Option<Sent>,
    ) -> Result<api::AddedFile, Problem> {
        let file = local::open(path).await?;
        let metadata = file.metadata().await.map_err(local::failed(path))?;
        // How much comes from a pipe is not known before.
        let length = metadata.is_file().then_some(metadata.len());
        let body = Body::wrap_stream(local::chunks(file, sent));
        let part = match length {
            Some(length) => Part::stream_with_length(body, length),
            None => Part::stream(body),
        };
        let form = Form::new().part("file", part.file_name(name.to_owned()));
        let mut added: api::AddedFiles =
            self.request(&operations::ADD_FILES, &[id.as_str()]).upload(form).await?;
        let added = added.files.pop();
        added.ok_or_else(|| Problem::new(Code::Internal, "the server did not say what became of the file"))
    }

    async fn files(&self, id: &SessionId) -> Result<api::FileList, Problem> {
        self.request(&operations::LIST_FILES, &[id.as_str()]).read().await
    }

    async fn file(&self, id: &SessionId, file: &FileId) -> Result<api::File, Problem> {
        self.request(&operations::GET_FILE, &[id.as_str(), file.as_str()]).read().await
    }

    async fn save_file(&self, id: &SessionId, file: &FileId, path: &Path) -> Result<(), Problem> {
        let mut response = self
            .request(&operations::GET_FILE_CONTENT, &[id.as_str(), file.as_str()])
            .streaming()
            .send()
            .await?;
        let unwritable = local::failed(path);
        let mut to = tokio::fs::File::create(path).await.map_err(&unwritable)?;
        let broken = |error: reqwest::Error| {
            Problem::new(Code::Unreachable, format!("the file did not arrive whole: {error}"))
        };
        while let Some(chunk) = response.chunk().await.map_err(broken)? {
            to.write_all(&chunk).await.map_err(&unwritable)?;
        }
        to.sync_all().await.map_err(unwritable)
    }

    async fn delete_file(
        &self,
        id: &SessionId,
        file: &FileId,
        conditions: Conditions,
    ) -> Result<(), Problem> {
        self.request(&operations::DELETE_FILE, &[id.as_str(), file.as_str()])
            .conditions(conditions)
            .done()
            .await
    }

    async fn passage(&self, id: &SessionId, file: &FileId, passage: u32) -> Result<api::Passage, Problem> {
        let number = passage.to_string();
        self.request(&operations::GET_PASSAGE, &[id.as_str(), file.as_str(), &number]).read().await
    }

    async fn search_files(
        &self,
        id: &SessionId,
        query: api::SearchFiles,
    ) -> Result<api::PassageList, Problem> {
        self.request(&operations::SEARCH_FILES, &[id.as_str()]).query(&query).read().await
    }
}
