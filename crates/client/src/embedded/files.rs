//! Files for the assistants of sessions.

use std::path::Path;

use async_trait::async_trait;
use futures_util::TryStreamExt as _;
use sessiond_api::{self as api, Problem};
use sessiond_core::{Command, FileId, Rejection, SessionId, files, limits};
use sessiond_engine::Uploaded;

use super::{Embedded, problem};
use crate::traits::{Files, Sent};
use crate::{Conditions, local};

/// Passages of a search when the caller does not say how many.
const PASSAGES: usize = 10;
/// Passages of a search at most.
const MOST: usize = 100;

#[async_trait]
impl Files for Embedded {
    async fn add_file(
        &self,
        id: &SessionId,
        name: &str,
        path: &Path,
        sent: Option<Sent>,
    ) -> Result<api::AddedFile, Problem> {
        let mut from = local::chunks(local::open(path).await?, sent);
        let mut upload = self.engine.upload(&self.principal, id, name).await.map_err(problem)?;
        while let Some(chunk) = from.try_next().await.map_err(local::failed(path))? {
            upload.write(&chunk).await.map_err(problem)?;
        }
        Ok(added(id, upload.finish().await.map_err(problem)?))
    }

    async fn files(&self, id: &SessionId) -> Result<api::FileList, Problem> {
        let session = self.see(id).await?;
        let files = session.files.all.values().map(|file| api::File::view(id, file)).collect();
        Ok(api::FileList { files, bytes: session.files.bytes, bytes_limit: limits::FILES_BYTES })
    }

    async fn file(&self, id: &SessionId, file: &FileId) -> Result<api::File, Problem> {
        let session = self.see(id).await?;
        let file = session.files.all.get(file).ok_or(Rejection::FileNotFound)?;
        Ok(api::File::view(id, file))
    }

    async fn save_file(&self, id: &SessionId, file: &FileId, path: &Path) -> Result<(), Problem> {
        let (_, mut from) = self.engine.open_file(&self.principal, id, file).await.map_err(problem)?;
        let unwritable = local::failed(path);
        let mut to = tokio::fs::File::create(path).await.map_err(&unwritable)?;
        tokio::io::copy(&mut from, &mut to).await.map_err(&unwritable)?;
        to.sync_all().await.map_err(unwritable)
    }

    async fn delete_file(
        &self,
        id: &SessionId,
        file: &FileId,
        conditions: Conditions,
    ) -> Result<(), Problem> {
        let accepted = self.accept(conditions, &format!("delete_file {file} {id}"), &())?;
        let command = Command::Files(files::Command::Remove { file: file.clone() });
        self.execute(id, accepted, command).await.map(drop)
    }

    async fn passage(&self, id: &SessionId, file: &FileId, passage: u32) -> Result<api::Passage, Problem> {
        let found = self.engine.passage(&self.principal, id, file, passage).await.map_err(problem)?;
        Ok(view(found))
    }

    async fn search_files(
        &self,
        id: &SessionId,
        query: api::SearchFiles,
    ) -> Result<api::PassageList, Problem> {
        self.see(id).await?;
        if query.query.trim().is_empty() {
            return Err(Problem::invalid("query", "ask a question, or give words to look for"));
        }
        let limit = query.limit.unwrap_or(PASSAGES);
        if limit == 0 || limit > MOST {
            return Err(Problem::invalid("limit", format!("it is from 1 to {MOST}")));
        }
        if query.query.len() > limits::TEXT_BYTES {
            return Err(Problem::invalid(
                "query",
                format!("it may have {} bytes at most", limits::TEXT_BYTES),
            ));
        }
        let found = self.engine.search_files(&self.principal, id, &query.query, limit).await;
        Ok(api::PassageList { passages: found.map_err(problem)?.into_iter().map(view).collect() })
    }
}

/// The view of a file that was uploaded.
pub fn added(id: &SessionId, uploaded: Uploaded) -> api::AddedFile {
    let Uploaded { file, replaced, .. } = uploaded;
    let name = file.name.clone();
    api::AddedFile { name, file: Some(api::File::view(id, &file)), replaced, problem: None }
}

fn view(passage: sessiond_engine::Passage) -> api::Passage {
    let sessiond_engine::Passage { file, name, number, place, heading, text } = passage;
    api::Passage { file_id: file, name, passage: number, place, heading, text }
}
