//! An upload: bytes come in, are stored, are read, and become a file of the session, or leave nothing.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use sessiond_core::{
    Command, Envelope, File, FileAdded, FileId, Limit, Principal, Rejection, Session, SessionId, files,
    limits,
};
use sha2::{Digest, Sha256};
use tokio::io::AsyncWriteExt as _;
use unicode_normalization::UnicodeNormalization as _;

use super::{FilePlace, FileReader, ReadFile};
use crate::{Engine, Error, Reply};

/// How often the directory of an upload is made, if others remove it.
const TRIES: usize = 10;

/// A file that is being uploaded. Dropped before it is finished, it leaves nothing.
pub struct Upload {
    engine: Engine,
    reader: Arc<dyn FileReader>,
    principal: Principal,
    session: SessionId,
    name: String,
    to: tokio::fs::File,
    hash: Sha256,
    bytes: u64,
    held: Held,
}

/// A file that was uploaded.
#[derive(Debug, Clone)]
pub struct Uploaded {
    /// The session with it.
    pub session: Arc<Session>,
    /// The file.
    pub file: Arc<File>,
    /// The file of the same name whose place it took.
    pub replaced: Option<FileId>,
}

/// What an upload holds until it is a file of its session: bytes of the quota, and files on the disk.
struct Held {
    engine: Engine,
    session: SessionId,
    place: FilePlace,
    temporary: PathBuf,
    reserved: u64,
    stays: bool,
}

impl Engine {
    /// Begins an upload to a session. Only who commands the session may.
    ///
    /// # Errors
    /// Before the first byte: the session is not there or not active, the caller may not change it, the name is no name, the session
    /// has as many files as it may, or this process takes no uploads.
    pub async fn upload(&self, principal: &Principal, id: &SessionId, name: &str) -> Result<Upload, Error> {
        let (reader, directory) = self.reads(id)?;
        let session = self.session(principal, id).await?;
        let file = FileId::parse(self.fresh_id("file")).expect("an id of this form");
        // The core says whether a file may be added, before a byte is stored.
        let name = shown(name);
        let probe =
            added(&file, &name, 0, String::from_utf8(vec![b'0'; 64]).expect("digits"), ReadFile::default());
        let probe = FileAdded { media_type: "text/plain".into(), ..probe };
        let command = Command::Files(files::Command::Add(Box::new(probe)));
        sessiond_core::decide(&session, Envelope::new(principal.clone(), command), &self.moment())?;
        let place = FilePlace::new(directory, &file);
        let temporary = place.directory.join(format!(".{file}"));
        self.shared.uploads.taken.lock().insert(file);
        let held =
            Held { engine: self.clone(), session: id.clone(), place, temporary, reserved: 0, stays: false };
        let to = create(&held).await?;
        Ok(Upload {
            engine: self.clone(),
            reader,
            principal: principal.clone(),
            session: id.clone(),
            name,
            to,
            hash: Sha256::new(),
            bytes: 0,
            held,
        })
    }
}

impl Upload {
    /// Adds bytes.
    ///
    /// # Errors
    /// When the file would be too large, the session has no room for it, or the disk is full.
    pub async fn write(&mut self, chunk: &[u8]) -> Result<(), Error> {
        self.bytes += chunk.len() as u64;
        if self.bytes > limits::FILE_BYTES {
            return Err(Error::FileTooLarge);
        }
        let present = self.engine.session(&self.principal, &self.session).await?.files.bytes;
        self.held.reserve(present, chunk.len() as u64)?;
        self.hash.update(chunk);
        self.to.write_all(chunk).await.map_err(failed)
    }

    /// Reads the file, and adds it to the session.
    ///
    /// # Errors
    /// [`Error::FileUnreadable`] when it has no text that can be read. Nothing of it stays on any error.
    pub async fn finish(mut self) -> Result<Uploaded, Error> {
        self.to.flush().await.map_err(failed)?;
        self.to.sync_all().await.map_err(failed)?;
        let sha256: String = self.hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
        let Self { engine, reader, principal, session: id, name, bytes, held, .. } = self;
        store(&engine, &principal, &id, &held, &sha256).await?;
        let read = reader.read(&held.place, &name).await;
        let read = read.map_err(|unreadable| match unreadable.later {
            true => Error::ReaderUnavailable(unreadable.detail),
            false => Error::FileUnreadable(unreadable.detail),
        })?;
        let file = held.place.file.clone();
        let added = added(&file, &name, bytes, sha256, read);
        let command = Command::Files(files::Command::Add(Box::new(added)));
        let owner = engine.clone();
        // What is durable must stay though the caller goes away meanwhile.
        let work = async move {
            let before = owner.session(&principal, &id).await?;
            let replaced = before.files.named(&name).map(|file| file.id.clone());
            let Reply { session, .. } = owner.execute(&id, Envelope::new(principal, command), None).await?;
            held.keep();
            Ok((session, replaced))
        };
        let (session, replaced) = engine.whole(work).await?;
        let file = session.files.all.get(&file).cloned();
        let file = file.ok_or_else(|| Error::from(Rejection::FileNotFound))?;
        Ok(Uploaded { session, file, replaced })
    }
}

impl Held {
    /// The file is its session's from now on.
    fn keep(mut self) {
        self.stays = true;
    }

    /// Takes bytes of the session's quota, beside what its files have and other uploads hold.
    fn reserve(&mut self, present: u64, more: u64) -> Result<(), Error> {
        let mut reserved = self.engine.shared.uploads.reserved.lock();
        let all = reserved.entry(self.session.clone()).or_default();
        if present.saturating_add(*all).saturating_add(more) > limits::FILES_BYTES {
            return Err(Rejection::from(sessiond_core::Exceeded(Limit::FilesBytes)).into());
        }
        *all += more;
        self.reserved += more;
        Ok(())
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        let uploads = &self.engine.shared.uploads;
        let mut reserved = uploads.reserved.lock();
        if let Some(all) = reserved.get_mut(&self.session) {
            *all = all.saturating_sub(self.reserved);
            if *all == 0 {
                reserved.remove(&self.session);
            }
        }
        drop(reserved);
        if self.stays {
            uploads.taken.lock().remove(&self.place.file);
            return;
        }
        // Nothing is left; what cannot be removed now, the next sweep finds.
        let (engine, place, temporary) = (self.engine.clone(), self.place.clone(), self.temporary.clone());
        self.engine.shared.tasks.spawn(async move {
            let _ = tokio::fs::remove_file(&temporary).await;
            engine.discard(&place.directory, std::slice::from_ref(&place.file)).await;
            engine.shared.uploads.taken.lock().remove(&place.file);
        });
    }
}

/// Gives an upload its place: as a second name of a file of the session that has the same bytes, or as a file of its own.
async fn store(
    engine: &Engine,
    principal: &Principal,
    id: &SessionId,
    held: &Held,
    sha256: &str,
) -> Result<(), Error> {
    let session = engine.session(principal, id).await?;
    let twin = session.files.all.values().find(|file| file.sha256 == sha256);
    if let Some(twin) = twin {
        let there = FilePlace::new(held.place.directory.clone(), &twin.id).path;
        if tokio::fs::hard_link(&there, &held.place.path).await.is_ok() {
            let _ = tokio::fs::remove_file(&held.temporary).await;
            return sync_directory(&held.place.directory).await;
        }
    }
    tokio::fs::rename(&held.temporary, &held.place.path).await.map_err(failed)?;
    sync_directory(&held.place.directory).await
}

fn added(file: &FileId, name: &str, bytes: u64, sha256: String, read: ReadFile) -> FileAdded {
    FileAdded {
        file_id: file.clone(),
        name: name.to_owned(),
        media_type: read.media_type,
        bytes,
        sha256,
        characters: read.characters,
        passages: read.passages,
        notes: read.notes,
    }
}

/// A name as people are shown it: composed, so that both forms of one name are the same, in one line, and without the directories
/// that some browsers send.
fn shown(name: &str) -> String {
    let name = name.rsplit(['/', '\\']).next().unwrap_or(name);
    let one_line = name.nfc().map(|c| if c.is_control() { ' ' } else { c });
    one_line.collect::<String>().trim().to_owned()
}

/// Creates the temporary file of an upload. The directory goes whenever it is empty, so it may go once more before the file is in it.
async fn create(held: &Held) -> Result<tokio::fs::File, Error> {
    let mut options = tokio::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    options.mode(0o600);
    for _ in 0..TRIES {
        make_directory(&held.place.directory).await?;
        match options.open(&held.temporary).await {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            opened => return opened.map_err(failed),
        }
    }
    options.open(&held.temporary).await.map_err(failed)
}

/// Makes the directory of a session, for its owner alone.
pub(super) async fn make_directory(directory: &Path) -> Result<(), Error> {
    let mut builder = tokio::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    builder.mode(0o700);
    builder.create(directory).await.map_err(failed)
}

/// Makes a new name in a directory durable.
async fn sync_directory(directory: &Path) -> Result<(), Error> {
    let directory = tokio::fs::File::open(directory).await.map_err(failed)?;
    directory.sync_all().await.map_err(failed)
}

fn failed(error: std::io::Error) -> Error {
    match error.kind() {
        std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => {
            Error::Store(sessiond_store::Error::Full)
        }
        _ => Error::File(Arc::new(error)),
    }
}

#[cfg(test)]
mod tests {
    use super::shown;

    #[test]
    fn a_name_is_composed_and_never_a_path() {
        for (given, expected) in [
            ("Übersicht (1).pdf", "Übersicht (1).pdf"),
            ("U\u{308}bersicht (1).pdf", "Übersicht (1).pdf"),
            ("../../etc/passwd", "passwd"),
            ("C:\\Users\\me\\notes.txt", "notes.txt"),
            ("a\nb.txt", "a b.txt"),
            ("a\"b.txt", "a\"b.txt"),
            ("..%2f..", "..%2f.."),
            ("  ", ""),
            ("CON", "CON"),
        ] {
            assert_eq!(shown(given), expected, "{given:?}");
        }
    }
}
