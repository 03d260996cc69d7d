//! OpenAI's files: the files of the session of the request.

use axum::extract::Request;
use axum::http::HeaderMap;
use serde::Deserialize;
use serde_json::{Value, json};
use sessiond_api as api;
use sessiond_api::Code;
use sessiond_client::Conditions;
use sessiond_client::traits::Files as _;
use sessiond_core::{FileId, SessionId};
use utoipa::IntoParams;

use super::{OpenAi, seconds};
use crate::respond::{self, Answer, Failure};
use crate::transfer::{self, Received};

/// The purposes of files that assistants answer from.
const PURPOSES: [&str; 2] = ["user_data", "assistants"];
/// The most files of a page, and how many there are if nothing is said.
const MOST: usize = 10_000;

/// Which files to list.
#[derive(Debug, Clone, PartialEq, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListOpenAiFiles {
    /// The id of the last file of the page before. Default: the first page.
    #[serde(default)]
    after: Option<String>,
    /// The maximum number of files, up to 10000. Default: 10000.
    #[serde(default)]
    limit: Option<usize>,
    /// `asc` or `desc`. Default: `desc`.
    #[serde(default)]
    #[param(inline)]
    order: Option<super::conversations::Order>,
    /// Only files of this purpose: all have `user_data`.
    #[serde(default)]
    purpose: Option<String>,
}

impl OpenAi {
    /// Uploads a file.
    pub(crate) async fn create_file(&self, headers: &HeaderMap, request: Request) -> Answer {
        let id = self.file_session(headers)?;
        let Received { files, fields } = transfer::receive(&self.app, &self.client, &id, request).await?;
        let file = files.into_iter().find_map(|result| result.file);
        // The parts of a form come in any order, so a wish that is not honoured may come after the file.
        if let Some(refused) = fields.iter().find_map(|(name, value)| refusal(name, value)) {
            if let Some(file) = &file {
                self.client.delete_file(&id, &file.file_id, Conditions::default()).await?;
            }
            return Err(refused);
        }
        respond::ok(view(
            &file.ok_or_else(|| Failure::new(Code::Internal, "a file was added that is not there"))?,
        ))
    }

    /// Lists the files.
    pub(crate) async fn list_files(&self, headers: &HeaderMap, query: ListOpenAiFiles) -> Answer {
        let limit = query.limit.unwrap_or(MOST);
        if !(1..=MOST).contains(&limit) {
            return Err(Failure::invalid("limit", format!("it is from 1 to {MOST}")));
        }
        let mut files = self.client.files(&self.file_session(headers)?).await?.files;
        if query.order.unwrap_or_default() == super::conversations::Order::Desc {
            files.reverse();
        }
        if query.purpose.is_some_and(|purpose| purpose != PURPOSES[0]) {
            files.clear();
        }
        if let Some(after) = &query.after {
            let place = files.iter().position(|file| file.file_id == **after);
            let place = place.ok_or_else(|| Failure::invalid("after", "there is no file of this id"))?;
            files.drain(..=place);
        }
        let has_more = files.len() > limit;
        files.truncate(limit);
        let data: Vec<Value> = files.iter().map(view).collect();
        let id = |file: Option<&Value>| file.map_or(Value::Null, |file| file["id"].clone());
        respond::ok(json!({
            "object": "list", "first_id": id(data.first()), "last_id": id(data.last()), "has_more": has_more,
            "data": data
        }))
    }

    /// Reads a file's details.
    pub(crate) async fn file(&self, headers: &HeaderMap, file: &FileId) -> Answer {
        respond::ok(view(&self.client.file(&self.file_session(headers)?, file).await?))
    }

    /// Downloads a file.
    pub(crate) async fn file_content(&self, headers: &HeaderMap, file: &FileId) -> Answer {
        transfer::content(&self.client, &self.file_session(headers)?, file).await
    }

    /// Removes a file.
    pub(crate) async fn delete_file(&self, headers: &HeaderMap, file: &FileId) -> Answer {
        self.client.delete_file(&self.file_session(headers)?, file, Conditions::default()).await?;
        respond::ok(json!({"id": file, "object": "file", "deleted": true}))
    }

    fn file_session(&self, headers: &HeaderMap) -> Result<SessionId, Failure> {
        self.own_session(headers)?.ok_or_else(|| {
            Failure::invalid(
                "x-session-id",
                "a file belongs to a session: use the session's token as the API key, or name the session in this header",
            )
        })
    }
}

/// Why a part of the form that is no file is refused.
fn refusal(name: &str, value: &str) -> Option<Failure> {
    match name {
        "purpose" if PURPOSES.contains(&value) => None,
        "purpose" => Some(Failure::invalid("purpose", format!("it is {}", PURPOSES.join(" or ")))),
        other => Some(Failure::invalid(other, "it is not supported here")),
    }
}

fn view(file: &api::File) -> Value {
    json!({
        "id": file.file_id, "object": "file", "bytes": file.bytes, "created_at": seconds(file.added_at),
        "expires_at": null, "filename": file.name, "purpose": PURPOSES[0], "status": "processed",
        "status_details": null
    })
}
