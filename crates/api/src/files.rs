//! Files for a session's assistant.

use serde::{Deserialize, Serialize};
use sessiond_core::{FileId, SessionId, Timestamp};
use utoipa::{IntoParams, ToSchema};

use crate::Problem;

crate::operations::operations! {
    /// Uploads files.
    ADD_FILES = Operation::post("/sessions/{session_id}/files")
        .with_token()
        .fails_with(&[Code::FileUnreadable, Code::FileTooLarge, Code::LimitReached, Code::SessionEnded, Code::StoreFull]);
    /// Lists the files of a session.
    LIST_FILES = Operation::get("/sessions/{session_id}/files").with_token();
    /// Reads the details of a file.
    GET_FILE =
        Operation::get("/sessions/{session_id}/files/{file_id}").with_token().fails_with(&[Code::FileNotFound]);
    /// Downloads a file.
    GET_FILE_CONTENT = Operation::get("/sessions/{session_id}/files/{file_id}/content")
        .with_token()
        .fails_with(&[Code::FileNotFound]);
    /// Reads a passage of a file.
    GET_PASSAGE = Operation::get("/sessions/{session_id}/files/{file_id}/passages/{passage}")
        .with_token()
        .fails_with(&[Code::FileNotFound]);
    /// Removes a file.
    DELETE_FILE = Operation::delete("/sessions/{session_id}/files/{file_id}")
        .with_token()
        .fails_with(&[Code::FileNotFound, Code::SessionEnded]);
    /// Searches the files of a session.
    SEARCH_FILES = Operation::get("/sessions/{session_id}/passages").with_token();
    /// Uploads files to the session of the request.
    UPLOAD = Operation::post("/upload").with_token().fails_with(&[
        Code::SessionNotFound,
        Code::FileUnreadable,
        Code::FileTooLarge,
        Code::LimitReached,
        Code::SessionEnded,
        Code::StoreFull,
    ]);
}

/// A file of a session.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct File {
    /// Its id.
    pub file_id: FileId,
    /// Its session.
    pub session_id: SessionId,
    /// Its name, as it was uploaded, in Unicode's composed form (NFC).
    #[schema(example = "contract.pdf")]
    pub name: String,
    /// Its media type by its content.
    #[schema(example = "application/pdf")]
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
    /// The key that uploaded it.
    pub added_by: String,
    /// When it was uploaded.
    pub added_at: Timestamp,
}

impl File {
    /// The view of a file.
    pub fn view(session_id: &SessionId, core: &sessiond_core::File) -> Self {
        Self {
            file_id: core.id.clone(),
            session_id: session_id.clone(),
            name: core.name.clone(),
            media_type: core.media_type.clone(),
            bytes: core.bytes,
            sha256: core.sha256.clone(),
            characters: core.characters,
            passages: core.passages,
            notes: core.notes.clone(),
            added_by: core.added_by.clone(),
            added_at: core.added_at,
        }
    }
}

/// The files of a session.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct FileList {
    /// All of them, oldest first.
    pub files: Vec<File>,
    /// Their bytes together.
    pub bytes: u64,
    /// The bytes that they may have together.
    pub bytes_limit: u64,
}

/// Files in numbers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct FileCounts {
    /// How many there are.
    pub count: usize,
    /// Their bytes together.
    pub bytes: u64,
}

impl FileCounts {
    /// The view; none if there are none.
    pub fn view(core: &sessiond_core::Files) -> Option<Self> {
        (!core.all.is_empty()).then(|| Self { count: core.all.len(), bytes: core.bytes })
    }
}

/// The results of an upload, in the order of its files. If none of them could be added, the response is the first one's problem.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct AddedFiles {
    /// A result for each file.
    pub files: Vec<AddedFile>,
}

/// The result of a file of an upload: `file`, or the `problem`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct AddedFile {
    /// The file's name.
    pub name: String,
    /// The file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<File>,
    /// The file of the same name whose place it took.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replaced: Option<FileId>,
    /// Why it was not added. Nothing of it was kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub problem: Option<Problem>,
}

/// Files to upload, as `multipart/form-data`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct FileForm {
    /// The file; several parts of any names are several files.
    #[schema(value_type = String, format = Binary)]
    pub file: String,
}

/// A file that was uploaded.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Uploaded {
    /// The result, for people.
    pub message: String,
    /// The file's name.
    pub filename: String,
    /// Where the file is, by this interface: the path of its content.
    pub file_path: String,
    /// The session.
    pub session_id: SessionId,
    /// The file.
    pub file_id: FileId,
    /// Its size in bytes.
    pub size: u64,
    /// Its media type by its content.
    #[serde(rename = "type")]
    #[schema(example = "application/pdf")]
    pub media_type: String,
    /// When it was added.
    pub timestamp: Timestamp,
    /// A result for each file, if there were several.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<AddedFile>,
}

/// A search in the files of a session.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct SearchFiles {
    /// A question, or words: the passages that fit best come first.
    #[serde(default)]
    pub query: String,
    /// The maximum number of passages, up to 100. Default: 10.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<usize>,
}

/// A passage of a file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Passage {
    /// The file.
    pub file_id: FileId,
    /// The file's name.
    pub name: String,
    /// Its number in the file, from 1.
    pub passage: u32,
    /// Where it is in the file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "page 3, lines 4–9")]
    pub place: Option<String>,
    /// The heading above it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub heading: Option<String>,
    /// Its text.
    pub text: String,
}

/// Passages of a session's files, those that fit best first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct PassageList {
    /// The passages.
    pub passages: Vec<Passage>,
}
