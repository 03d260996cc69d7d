//! Files of this computer that a client sends or writes.

use std::io;
use std::path::Path;

use futures_util::stream::{self, BoxStream, StreamExt as _};
use sessiond_api::{Code, Problem};
use tokio::fs::File;
use tokio::io::AsyncReadExt as _;

use crate::traits::Sent;

/// Bytes that are read from a file at a time.
const CHUNK: usize = 64 * 1024;

/// Opens a file to send it.
pub(crate) async fn open(path: &Path) -> Result<File, Problem> {
    let file = File::open(path).await.map_err(failed(path))?;
    if file.metadata().await.map_err(failed(path))?.is_dir() {
        let detail = format!("{}: it is a directory; name the files in it", path.display());
        return Err(Problem::new(Code::InvalidInput, detail));
    }
    Ok(file)
}

/// The bytes of a file. `sent` is called when more of them are wanted, and those before are on their way.
pub(crate) fn chunks(file: File, sent: Option<Sent>) -> BoxStream<'static, io::Result<Vec<u8>>> {
    stream::try_unfold((file, 0), move |(mut file, before)| {
        let sent = sent.clone();
        async move {
            if let Some(sent) = sent {
                sent(before);
            }
            let mut chunk = vec![0; CHUNK];
            let read = file.read(&mut chunk).await?;
            chunk.truncate(read);
            Ok((read > 0).then(|| (chunk, (file, before + read as u64))))
        }
    })
    .boxed()
}

/// The problem that a file cannot be read or written.
pub(crate) fn failed(path: &Path) -> impl Fn(io::Error) -> Problem {
    move |error| Problem::new(Code::InvalidInput, format!("{}: {error}", path.display()))
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use futures_util::TryStreamExt as _;

    use super::*;

    #[test]
    fn what_was_sent_of_a_file_is_told_up_to_its_end() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("file");
        std::fs::write(&path, vec![1; 2 * CHUNK + 7]).unwrap();
        let told = Arc::new(Mutex::new(Vec::new()));
        let heard = told.clone();
        let sent: Sent = Arc::new(move |bytes| heard.lock().unwrap().push(bytes));
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let read: Vec<Vec<u8>> = runtime.block_on(async {
            let file = open(&path).await.unwrap();
            chunks(file, Some(sent)).try_collect().await.unwrap()
        });
        assert_eq!(read.concat().len(), 2 * CHUNK + 7);
        assert_eq!(told.lock().unwrap().last(), Some(&(2 * CHUNK as u64 + 7)));
        assert!(told.lock().unwrap().is_sorted());
    }
}
