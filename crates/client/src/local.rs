//! Files of this computer that a client sends or writes.

use std::io;
use std::path::Path;

use sessiond_api::{Code, Problem};
use tokio::fs::File;

/// Opens a file to send it.
pub(crate) async fn open(path: &Path) -> Result<File, Problem> {
    let file = File::open(path).await.map_err(failed(path))?;
    if file.metadata().await.map_err(failed(path))?.is_dir() {
        let detail = format!("{}: it is a directory; name the files in it", path.display());
        return Err(Problem::new(Code::InvalidInput, detail));
    }
    Ok(file)
}

/// The problem that a file cannot be read or written.
pub(crate) fn failed(path: &Path) -> impl Fn(io::Error) -> Problem {
    move |error| Problem::new(Code::InvalidInput, format!("{}: {error}", path.display()))
}
