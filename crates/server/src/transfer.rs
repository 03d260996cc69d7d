//! How files come in and go out: received as the parts of a form, and sent as attachments.

use std::time::Duration;

use axum::body::Body;
use axum::extract::multipart::{Field, Multipart, MultipartError};
use axum::extract::{DefaultBodyLimit, FromRequest as _, Request};
use axum::http::HeaderValue;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_TYPE};
use axum::response::IntoResponse as _;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use sessiond_api as api;
use sessiond_api::{Code, Problem};
use sessiond_client::{Embedded, added, problem};
use sessiond_core::{FileId, SessionId};
use tokio_util::io::ReaderStream;

use crate::app::App;
use crate::respond::{Answer, Failure};

/// How long a peer may send nothing of an upload.
const ARRIVAL: Duration = Duration::from_secs(60);
/// Files of one request, and other parts of its form.
const FILES: usize = 64;
/// Bytes of a part that is no file.
const TEXT: usize = 4 * 1024;

/// The bytes of a file. It comes from outside: a browser stores it and shows nothing of it.
pub(crate) async fn content(client: &Embedded, id: &SessionId, file: &FileId) -> Answer {
    let opened = client.engine().open_file(client.principal(), id, file).await;
    let (file, bytes) = opened.map_err(problem)?;
    let mut response = Body::from_stream(ReaderStream::new(bytes)).into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/octet-stream"));
    headers.insert(CONTENT_LENGTH, HeaderValue::from(file.bytes));
    headers.insert("x-content-type-options", HeaderValue::from_static("nosniff"));
    headers.insert("content-security-policy", HeaderValue::from_static("default-src 'none'; sandbox"));
    if let Ok(disposition) = HeaderValue::from_str(&disposition(&file.name)) {
        headers.insert(CONTENT_DISPOSITION, disposition);
    }
    Ok(response)
}

/// What the header says of a file's name: in ASCII for old clients, and whole (RFC 6266, RFC 8187).
fn disposition(name: &str) -> String {
    const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'.').remove(b'-').remove(b'_');
    let plain: String = name
        .chars()
        .map(|c| if c.is_ascii_graphic() && !"\"\\%".contains(c) || c == ' ' { c } else { '_' })
        .collect();
    format!("attachment; filename=\"{plain}\"; filename*=UTF-8''{}", utf8_percent_encode(name, ENCODED))
}

/// A form that was received.
pub(crate) struct Received {
    /// A result for each file.
    pub(crate) files: Vec<api::AddedFile>,
    /// The names and texts of its other parts.
    pub(crate) fields: Vec<(String, String)>,
}

/// Receives the files of a form, one after another. If none was added, the first one's problem is the answer.
pub(crate) async fn receive(
    app: &App,
    client: &Embedded,
    id: &SessionId,
    request: Request,
) -> Result<Received, Failure> {
    // Who may not see the session learns nothing else.
    client.engine().session(client.principal(), id).await.map_err(problem)?;
    let mut form = form(request).await?;
    let (mut results, mut fields) = (Vec::new(), Vec::new());
    while let Some(mut field) = next(&mut form).await? {
        let Some(name) = field.file_name().map(str::to_owned) else {
            if fields.len() == FILES {
                return Err(Failure::invalid("", format!("a form may have {FILES} other parts at most")));
            }
            fields.push((field.name().unwrap_or_default().to_owned(), text(&mut field).await?));
            continue;
        };
        if results.len() == FILES {
            return Err(Failure::invalid("", format!("a request may have {FILES} files at most")));
        }
        let result = match store(app, client, id, &name, &mut field).await? {
            Ok(added) => added,
            Err(problem) => {
                // The rest of it is passed over, so that the next file is found.
                drain(&mut field).await?;
                api::AddedFile { name, file: None, replaced: None, problem: Some(problem) }
            }
        };
        results.push(result);
    }
    if results.is_empty() {
        return Err(Failure::invalid("/file", "the form has no file: send one as curl -F file=@PATH does"));
    }
    if results.iter().all(|result| result.file.is_none())
        && let Some(problem) = results.swap_remove(0).problem
    {
        return Err(problem.into());
    }
    Ok(Received { files: results, fields })
}

/// Stores one file of a form. The outer error ends the request, the inner one is the file's own.
async fn store(
    app: &App,
    client: &Embedded,
    id: &SessionId,
    name: &str,
    field: &mut Field<'_>,
) -> Result<Result<api::AddedFile, Problem>, Failure> {
    if let Err(problem) = app.limits.upload(client.principal()) {
        return Ok(Err(problem));
    }
    let mut upload = match client.engine().upload(client.principal(), id, name).await {
        Ok(upload) => upload,
        Err(error) => return Ok(Err(problem(error))),
    };
    while let Some(chunk) = arrives(field.chunk()).await? {
        if let Err(error) = upload.write(&chunk).await {
            return Ok(Err(problem(error)));
        }
    }
    Ok(upload.finish().await.map(|uploaded| added(id, uploaded)).map_err(problem))
}

/// The parts of a request's form.
async fn form(mut request: Request) -> Result<Multipart, Failure> {
    // Each file has a limit of its own, and a form is never in memory as a whole.
    DefaultBodyLimit::disable().apply(&mut request);
    let kind = request.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    if !kind.trim().to_ascii_lowercase().starts_with("multipart/form-data") {
        let detail = "send the file as multipart/form-data, as curl -F file=@PATH does";
        return Err(Failure::new(Code::UnsupportedMediaType, detail));
    }
    let form = Multipart::from_request(request, &()).await;
    form.map_err(|error| Failure::new(Code::MalformedRequest, format!("the form cannot be read: {error}")))
}

/// The next part of a form.
async fn next(form: &mut Multipart) -> Result<Option<Field<'_>>, Failure> {
    arrives(form.next_field()).await
}

/// The text of a part that is no file.
async fn text(field: &mut Field<'_>) -> Result<String, Failure> {
    let mut bytes = Vec::new();
    while let Some(chunk) = arrives(field.chunk()).await? {
        if bytes.len() + chunk.len() > TEXT {
            return Err(Failure::invalid(
                "",
                format!("a part that is no file may have {TEXT} bytes at most"),
            ));
        }
        bytes.extend_from_slice(&chunk);
    }
    String::from_utf8(bytes).map_err(|_| Failure::invalid("", "a part that is no file is text in UTF-8"))
}

async fn drain(field: &mut Field<'_>) -> Result<(), Failure> {
    while arrives(field.chunk()).await?.is_some() {}
    Ok(())
}

/// Waits for more of a form, but not for ever.
async fn arrives<T>(more: impl Future<Output = Result<T, MultipartError>>) -> Result<T, Failure> {
    match tokio::time::timeout(ARRIVAL, more).await {
        Ok(more) => more.map_err(|error| {
            Failure::new(Code::MalformedRequest, format!("the form broke off: {}", error.body_text()))
        }),
        Err(_) => {
            let detail = format!("nothing of the form arrived for {} seconds", ARRIVAL.as_secs());
            Err(Failure::new(Code::MalformedRequest, detail))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::disposition;

    #[test]
    fn a_name_is_told_whole_and_never_ends_the_header() {
        assert_eq!(disposition("a b.txt"), "attachment; filename=\"a b.txt\"; filename*=UTF-8''a%20b.txt");
        assert_eq!(
            disposition("отчёт\"; x.xlsx"),
            "attachment; filename=\"______; x.xlsx\"; filename*=UTF-8''%D0%BE%D1%82%D1%87%D1%91%D1%82%22%3B%20x.xlsx"
        );
    }
}
