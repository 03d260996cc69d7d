//! An index in a directory of its own, and documents.

use std::path::PathBuf;

use sessiond_documents::index::Search;
use sessiond_documents::{Document, Index, Part, Place, Shape};
use tempfile::TempDir;

pub(crate) struct Session {
    pub(crate) directory: TempDir,
    pub(crate) index: Index,
}

impl Session {
    pub(crate) fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let index = Index::open(&directory.path().join("index.sqlite")).unwrap();
        Self { directory, index }
    }

    /// With files that have one text each; their ids are their names.
    pub(crate) fn with(files: &[(&str, &str)]) -> Self {
        let mut session = Self::new();
        for (name, text) in files {
            session.index.add(name, name, &prose(text)).unwrap();
        }
        session
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.directory.path().join("index.sqlite")
    }

    /// The ids of the files of the first passages that are found.
    pub(crate) fn found(&self, question: &str) -> Vec<String> {
        let found = self.index.search(question, &Search::default()).unwrap();
        found.into_iter().map(|found| found.passage.file).collect()
    }
}

pub(crate) fn part(shape: Shape, text: &str) -> Part {
    Part { place: Place::Whole, heading: None, shape, text: text.to_owned() }
}

pub(crate) fn prose(text: &str) -> Document {
    Document { title: None, parts: vec![part(Shape::Prose, text)], ..Document::default() }
}
