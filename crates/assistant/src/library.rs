//! The library of a session: reads its files, and finds what a turn needs of their texts.
//!
//! The texts are in an index beside the files. It is derived: what is missing in it is read again from the files.

use std::collections::{HashMap, HashSet};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::io;
use std::path::Path;
use std::sync::Arc;

use async_trait::async_trait;
use sessiond_core::{File, FileId, Source, limits};
use sessiond_documents::index::{Added, Grep, Match, Range, Search, Text};
use sessiond_documents::{Document, Index, IndexError, Place, Reader, Shape};
use sessiond_engine::{FilePlace, FileReader, Passage, ReadFile, TurnFiles, Unreadable};
use tokio::sync::RwLock;

/// The name of the index in the directory of a session.
const INDEX: &str = "index.sqlite";

// Whatever may be uploaded is small enough to be read.
const _: () = assert!(limits::FILE_BYTES <= sessiond_documents::read::limits::FILE_BYTES as u64);

/// A range of a file's text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FileRange {
    /// The text, with the places of its parts; empty if there is nothing.
    pub(crate) shown: String,
    /// The lines of the whole file.
    pub(crate) lines: u32,
    /// Its pages, slides, sheets or sections.
    pub(crate) parts: u32,
}

/// Reads files and searches their texts. Clones are the same.
#[derive(Debug, Clone)]
pub struct Library {
    reader: Reader,
    /// An index is deleted with its last file. Whoever works on one keeps it there meanwhile; sessions share these locks.
    locks: Arc<[RwLock<()>; LOCKS]>,
}

const LOCKS: usize = 64;

impl Library {
    /// A library that reads files with that reader.
    pub fn new(reader: Reader) -> Self {
        Self { reader, locks: Arc::new(std::array::from_fn(|_| RwLock::new(()))) }
    }

    fn lock(&self, directory: &Path) -> &RwLock<()> {
        let mut hasher = DefaultHasher::new();
        directory.hash(&mut hasher);
        &self.locks[hasher.finish() as usize % LOCKS]
    }

    /// Adds a text to the index of a session.
    async fn add(
        &self,
        directory: &Path,
        file: &FileId,
        name: &str,
        document: Document,
    ) -> io::Result<Added> {
        let _kept = self.lock(directory).read().await;
        let (path, file, name) = (directory.join(INDEX), file.clone(), name.to_owned());
        blocking(move || Index::open(&path)?.add(file.as_str(), &name, &document)).await
    }

    /// The texts of sources, in their order: none for a file or a passage that is gone.
    pub(crate) async fn texts(
        &self,
        files: &TurnFiles,
        sources: Vec<Source>,
    ) -> io::Result<Vec<Option<String>>> {
        // A session without files has no index either.
        if sources.is_empty() || files.all.is_empty() {
            return Ok(vec![None; sources.len()]);
        }
        let there: HashSet<FileId> = files.all.iter().map(|file| file.id.clone()).collect();
        self.with_index(&files.directory, &files.all, move |index| {
            let text = |source: &Source| match source.passage {
                _ if !there.contains(&source.file_id) => Ok(None),
                Some(number) => {
                    let passage = index.passage(source.file_id.as_str(), number)?;
                    Ok(passage.map(|passage| passage.shown()))
                }
                None => whole(index, &source.file_id),
            };
            sources.iter().map(text).collect()
        })
        .await
    }

    /// The whole texts of files, in their order: none for one that is gone.
    pub(crate) async fn whole(
        &self,
        directory: &Path,
        files: &[Arc<File>],
    ) -> io::Result<Vec<Option<String>>> {
        let ids: Vec<_> = files.iter().map(|file| file.id.clone()).collect();
        self.with_index(directory, files, move |index| ids.iter().map(|file| whole(index, file)).collect())
            .await
    }

    /// The lines of files that have a text.
    pub(crate) async fn grep(
        &self,
        directory: &Path,
        files: &[Arc<File>],
        text: String,
        options: Grep,
    ) -> io::Result<Vec<Match>> {
        self.with_index(directory, files, move |index| index.grep(&text, &options)).await
    }

    /// A range of a file; none if it is gone.
    pub(crate) async fn range(
        &self,
        directory: &Path,
        file: &Arc<File>,
        range: Range,
    ) -> io::Result<Option<FileRange>> {
        let id = file.id.clone();
        self.with_index(directory, std::slice::from_ref(file), move |index| {
            let Some(text) = index.read(id.as_str(), &range)? else { return Ok(None) };
            let (lines, parts) = (text.lines, text.parts);
            Ok(Some(FileRange { shown: shown(text), lines, parts }))
        })
        .await
    }

    /// The first passages of files, so many of each.
    pub(crate) async fn beginnings(
        &self,
        directory: &Path,
        files: &[Arc<File>],
        each: u32,
    ) -> io::Result<Vec<Passage>> {
        let names = names(files);
        self.with_index(directory, files, move |index| {
            let mut passages = Vec::new();
            for (file, name) in &names {
                for number in 1..=each {
                    passages.extend(passage(index, file, name, number)?);
                }
            }
            Ok(passages)
        })
        .await
    }

    /// For each source and sentence, the passage that is quoted: the source's own, or of a whole file the one that fits the sentence
    /// best.
    pub(crate) async fn quoted(
        &self,
        files: &TurnFiles,
        wanted: Vec<(Source, String)>,
    ) -> io::Result<Vec<Option<Passage>>> {
        let names: HashMap<FileId, String> = names(&files.all).into_iter().collect();
        self.with_index(&files.directory, &files.all, move |index| {
            let quoted = |(source, sentence): &(Source, String)| {
                let Some(name) = names.get(&source.file_id) else { return Ok(None) };
                if let Some(number) = source.passage {
                    return passage(index, &source.file_id, name, number);
                }
                let files = Some(vec![source.file_id.as_str().to_owned()]);
                match index.search(sentence, &Search { limit: 1, files })?.pop() {
                    Some(found) => Ok(view(found.passage, found.name)),
                    None => passage(index, &source.file_id, name, 1),
                }
            };
            wanted.iter().map(quoted).collect()
        })
        .await
    }

    /// Works on the index of a session. Files that it does not have, such as after a fork, are read first.
    async fn with_index<T: Send + 'static>(
        &self,
        directory: &Path,
        files: &[Arc<File>],
        work: impl FnOnce(&Index) -> Result<T, IndexError> + Send + 'static,
    ) -> io::Result<T> {
        if !tokio::fs::try_exists(directory).await? {
            // The session was imported, and the bytes of its files with it not.
            tokio::fs::create_dir_all(directory).await?;
        }
        let path = directory.join(INDEX);
        let wanted: Vec<_> = files.iter().map(|file| file.id.clone()).collect();
        let kept = self.lock(directory).read().await;
        let begun = blocking(move || {
            let index = Index::open(&path)?;
            let there: HashSet<_> = index.files()?.into_iter().map(|file| file.id).collect();
            let missing: Vec<_> = wanted.into_iter().filter(|file| !there.contains(file.as_str())).collect();
            if missing.is_empty() { work(&index).map(Ok) } else { Ok(Err((missing, work))) }
        });
        let (missing, work) = match begun.await? {
            Ok(done) => return Ok(done),
            Err(rest) => rest,
        };
        drop(kept);
        for file in files.iter().filter(|file| missing.contains(&file.id)) {
            let path = directory.join(file.id.as_str());
            if !tokio::fs::try_exists(&path).await? {
                continue;
            }
            match self.reader.read(&path, &file.name).await {
                Ok(document) => _ = self.add(directory, &file.id, &file.name, document).await?,
                Err(unreadable) => {
                    tracing::warn!(file = %file.id, %unreadable, "a file of a session cannot be read again");
                }
            }
        }
        let path = directory.join(INDEX);
        let _kept = self.lock(directory).read().await;
        blocking(move || work(&Index::open(&path)?)).await
    }
}

#[async_trait]
impl FileReader for Library {
    async fn read(&self, place: &FilePlace, name: &str) -> Result<ReadFile, Unreadable> {
        let document = self.reader.read(&place.path, name).await;
        let document = document.map_err(|unreadable| Unreadable {
            later: unreadable.reason.is_temporary(),
            detail: unreadable.to_string(),
        })?;
        let (media_type, notes) = (document.media_type.clone(), document.notes.clone());
        let added = self.add(&place.directory, &place.file, name, document).await;
        let added = added.map_err(|error| Unreadable { detail: error.to_string(), later: true })?;
        Ok(ReadFile {
            media_type,
            characters: added.characters.into(),
            passages: added.passages.into(),
            notes: notes.into_iter().take(limits::FILE_NOTES).collect(),
        })
    }

    async fn search(
        &self,
        directory: &Path,
        question: &str,
        files: &[Arc<File>],
        limit: usize,
    ) -> io::Result<Vec<Passage>> {
        let question = question.to_owned();
        // The state says which files there are: an index that a crash left behind may have more.
        let ids = Some(files.iter().map(|file| file.id.as_str().to_owned()).collect());
        self.with_index(directory, files, move |index| {
            let found = index.search(&question, &Search { limit, files: ids })?;
            Ok(found.into_iter().filter_map(|found| view(found.passage, found.name)).collect())
        })
        .await
    }

    async fn passage(&self, directory: &Path, file: &Arc<File>, number: u32) -> io::Result<Option<Passage>> {
        let (id, name) = (file.id.clone(), file.name.clone());
        let files = std::slice::from_ref(file);
        self.with_index(directory, files, move |index| passage(index, &id, &name, number)).await
    }

    async fn forget(&self, directory: &Path, files: &[FileId]) -> io::Result<()> {
        let path = directory.join(INDEX);
        let _alone = self.lock(directory).write().await;
        if !tokio::fs::try_exists(&path).await? {
            return Ok(());
        }
        let files = files.to_vec();
        let directory = directory.to_owned();
        blocking(move || {
            let path = directory.join(INDEX);
            let mut index = Index::open(&path)?;
            let were_there = !index.files()?.is_empty();
            for file in files {
                index.remove(file.as_str())?;
            }
            // One without files may belong to another process that is about to add the first.
            let is_empty = were_there && index.files()?.is_empty();
            drop(index);
            if is_empty { Index::delete(&path) } else { Ok(()) }
        })
        .await
    }
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, IndexError> + Send + 'static,
) -> io::Result<T> {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done.map_err(io::Error::other),
        Err(error) => Err(io::Error::other(error)),
    }
}

/// The whole text of a file, with the places of its parts.
fn whole(index: &Index, file: &FileId) -> Result<Option<String>, IndexError> {
    Ok(index.read(file.as_str(), &Range::All)?.map(shown))
}

/// A text, with the places of its parts.
fn shown(text: Text) -> String {
    let mut shown = String::new();
    for section in text.sections {
        let place = section.place.to_string();
        let heading = section.heading.as_deref().filter(|_| section.place != Place::Whole);
        if !shown.is_empty() {
            shown.push_str("\n\n");
        }
        match (place.is_empty(), heading) {
            (false, Some(heading)) => shown.push_str(&format!("({place}: {heading})\n")),
            (false, None) => shown.push_str(&format!("({place})\n")),
            (true, _) => {}
        }
        shown.push_str(&section.text);
    }
    shown
}

/// The ids and names of files.
fn names(files: &[Arc<File>]) -> Vec<(FileId, String)> {
    files.iter().map(|file| (file.id.clone(), file.name.clone())).collect()
}

fn passage(index: &Index, file: &FileId, name: &str, number: u32) -> Result<Option<Passage>, IndexError> {
    Ok(index.passage(file.as_str(), number)?.and_then(|passage| view(passage, name.to_owned())))
}

fn view(passage: sessiond_documents::Passage, name: String) -> Option<Passage> {
    Some(Passage {
        // What is in the index came from this program; a name that is no id is not shown.
        file: FileId::parse(passage.file.clone()).ok()?,
        name,
        number: passage.number,
        place: place_of(&passage),
        text: passage.shown(),
        heading: passage.heading,
    })
}

/// Where a passage is, in words.
fn place_of(passage: &sessiond_documents::Passage) -> Option<String> {
    let (first, last) = passage.lines;
    let range = |one: &str, several: &str| {
        if first == last { format!("{one} {first}") } else { format!("{several} {first}–{last}") }
    };
    let lines = match passage.shape {
        Shape::Table => Some(range("row", "rows")),
        Shape::Code => Some(range("line", "lines")),
        Shape::Prose if passage.place == Place::Whole && passage.part == 1 && passage.heading.is_none() => {
            Some(range("line", "lines"))
        }
        Shape::Prose => None,
    };
    let place = Some(passage.place.to_string()).filter(|place| !place.is_empty());
    match (place, lines) {
        (Some(place), Some(lines)) => Some(format!("{place}, {lines}")),
        (place, lines) => place.or(lines).or_else(|| passage.heading.clone()),
    }
}
