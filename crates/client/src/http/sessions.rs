//! Sessions, from their beginning to their end.

use std::time::Duration;

use async_trait::async_trait;
use futures_util::{StreamExt, stream};
use reqwest::Response;
use sessiond_api::{self as api, Code, Problem, operations};
use sessiond_core::SessionId;

use super::{Http, answer};
use crate::Conditions;
use crate::traits::{Export, Import, Sessions};

/// An export that sends nothing for this long has broken off.
const EXPORT_SILENCE: Duration = Duration::from_secs(60);

#[async_trait]
impl Sessions for Http {
    async fn create_session(
        &self,
        request: api::CreateSession,
        conditions: Conditions,
    ) -> Result<api::Session, Problem> {
        self.request(&operations::CREATE_SESSION, &[]).conditions(conditions).json(&request).read().await
    }

    async fn session(&self, id: &SessionId) -> Result<api::Session, Problem> {
        self.request(&operations::GET_SESSION, &[id.as_str()]).read().await
    }

    async fn sessions(&self, query: api::ListSessions) -> Result<api::SessionPage, Problem> {
        self.request(&operations::LIST_SESSIONS, &[]).query(&query).read().await
    }

    async fn counts(&self) -> Result<api::Counts, Problem> {
        self.request(&operations::COUNT_SESSIONS, &[]).read().await
    }

    async fn update_session(
        &self,
        id: &SessionId,
        request: api::UpdateSession,
        conditions: Conditions,
    ) -> Result<api::Session, Problem> {
        self.request(&operations::UPDATE_SESSION, &[id.as_str()])
            .conditions(conditions)
            .json(&request)
            .read()
            .await
    }

    async fn delete_session(&self, id: &SessionId, conditions: Conditions) -> Result<(), Problem> {
        self.request(&operations::DELETE_SESSION, &[id.as_str()]).conditions(conditions).done().await
    }

    async fn issue_token(&self, id: &SessionId, conditions: Conditions) -> Result<api::IssuedToken, Problem> {
        self.request(&operations::ISSUE_TOKEN, &[id.as_str()]).conditions(conditions).read().await
    }

    async fn complete_session(
        &self,
        id: &SessionId,
        request: api::Complete,
        conditions: Conditions,
    ) -> Result<api::Session, Problem> {
        self.request(&operations::COMPLETE_SESSION, &[id.as_str()])
            .conditions(conditions)
            .json(&request)
            .read()
            .await
    }

    async fn terminate_session(
        &self,
        id: &SessionId,
        request: api::Terminate,
        conditions: Conditions,
    ) -> Result<api::Session, Problem> {
        self.request(&operations::TERMINATE_SESSION, &[id.as_str()])
            .conditions(conditions)
            .json(&request)
            .read()
            .await
    }

    async fn retry_session(
        &self,
        id: &SessionId,
        request: api::Retry,
        conditions: Conditions,
    ) -> Result<api::Session, Problem> {
        self.request(&operations::RETRY_SESSION, &[id.as_str()])
            .conditions(conditions)
            .json(&request)
            .read()
            .await
    }

    async fn fail_session(
        &self,
        id: &SessionId,
        request: api::FailSession,
        conditions: Conditions,
    ) -> Result<api::Session, Problem> {
        self.request(&operations::FAIL_SESSION, &[id.as_str()])
            .conditions(conditions)
            .json(&request)
            .read()
            .await
    }

    async fn fork_session(
        &self,
        id: &SessionId,
        request: api::Fork,
        conditions: Conditions,
    ) -> Result<api::Session, Problem> {
        self.request(&operations::FORK_SESSION, &[id.as_str()])
            .conditions(conditions)
            .json(&request)
            .read()
            .await
    }

    async fn export_session(&self, id: &SessionId) -> Result<Export, Problem> {
        let response = self.request(&operations::EXPORT_SESSION, &[id.as_str()]).streaming().send().await?;
        Ok(lines(response))
    }

    async fn import_session(&self, import: Import, conditions: Conditions) -> Result<api::Imported, Problem> {
        let query: Vec<_> = import.session_id.iter().map(|id| ("session_id", id.as_str())).collect();
        self.request(&operations::IMPORT_SESSION, &[])
            .conditions(conditions)
            .query(&query)
            .lines(import.lines)
            .read()
            .await
    }

    async fn summary(&self, id: &SessionId) -> Result<String, Problem> {
        let response = self.request(&operations::GET_SUMMARY, &[id.as_str()]).send().await?;
        response.text().await.map_err(|error| answer::broken(&error))
    }
}

/// The lines of a body as they arrive.
fn lines(response: Response) -> Export {
    let begin = (response, Vec::new(), false);
    let lines = stream::unfold(begin, |(mut response, mut rest, done)| async move {
        if done {
            return None;
        }
        loop {
            if let Some(end) = rest.iter().position(|byte| *byte == b'\n') {
                let after = rest.split_off(end + 1);
                rest.truncate(end);
                return Some((text(rest), (response, after, false)));
            }
            match tokio::time::timeout(EXPORT_SILENCE, response.chunk()).await {
                Ok(Ok(Some(chunk))) => rest.extend_from_slice(&chunk),
                Ok(Ok(None)) if rest.is_empty() => return None,
                Ok(Ok(None)) => return Some((text(rest), (response, Vec::new(), true))),
                Ok(Err(error)) => return Some((Err(answer::broken(&error)), (response, Vec::new(), true))),
                Err(_) => {
                    let problem = Problem::new(Code::Unreachable, "the export was cut off");
                    return Some((Err(problem), (response, Vec::new(), true)));
                }
            }
        }
    });
    lines.boxed()
}

fn text(line: Vec<u8>) -> Result<String, Problem> {
    String::from_utf8(line).map_err(|_| Problem::new(Code::Internal, "a line of the export is not UTF-8"))
}
