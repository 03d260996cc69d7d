//! Documents that are compressed archives: their entries, and what they may grow to.

use std::collections::HashMap;
use std::io::{Cursor, Read};

use sessiond_documents::read::limits;
use sessiond_documents::{Reason, Unreadable};
use zip::ZipArchive;
use zip::result::ZipError;

use crate::child;
use crate::xml::{self, Node};

/// An archive. It inflates no more than [`limits::INFLATED_BYTES`] in all.
pub struct Package<'a> {
    archive: ZipArchive<Cursor<&'a [u8]>>,
    /// Entries by their names in small letters, because some programs write them in another case.
    names: HashMap<String, usize>,
    left: u64,
}

impl<'a> Package<'a> {
    /// Opens an archive.
    ///
    /// # Errors
    ///
    /// When it is damaged or has too many entries.
    pub fn open(bytes: &'a [u8]) -> Result<Self, Unreadable> {
        let archive = ZipArchive::new(Cursor::new(bytes)).map_err(unreadable)?;
        if archive.len() > limits::ENTRIES {
            let most = limits::ENTRIES;
            return Err(Unreadable::new(
                Reason::TooLarge,
                format!("it has more than {most} entries, the most that is read"),
            ));
        }
        let names = (0..archive.len())
            .filter_map(|index| {
                Some((
                    archive.name_for_index(index)?.ok()?.trim_start_matches('/').to_ascii_lowercase(),
                    index,
                ))
            })
            .collect();
        Ok(Self { archive, names, left: limits::INFLATED_BYTES })
    }

    /// Whether there is such an entry.
    pub fn has(&self, name: &str) -> bool {
        self.names.contains_key(&key(name))
    }

    /// The bytes of an entry; none if it is absent.
    ///
    /// # Errors
    ///
    /// When it is damaged, encrypted or too large.
    pub fn bytes(&mut self, name: &str) -> Result<Option<Vec<u8>>, Unreadable> {
        let Some(index) = self.names.get(&key(name)).copied() else { return Ok(None) };
        let entry = self.archive.by_index(index).map_err(unreadable)?;
        let mut bytes = Vec::new();
        entry.take(self.left + 1).read_to_end(&mut bytes).map_err(|_| child::damaged())?;
        self.left = self.left.checked_sub(bytes.len() as u64).ok_or_else(too_much)?;
        Ok(Some(bytes))
    }

    /// The text of an entry that is XML; none if it is absent.
    ///
    /// # Errors
    ///
    /// As [`bytes`](Self::bytes).
    pub fn xml(&mut self, name: &str) -> Result<Option<String>, Unreadable> {
        self.bytes(name)?.map(|bytes| xml::text(&bytes)).transpose()
    }

    /// Inflates all entries, for a parser that inflates them itself and does not count.
    ///
    /// # Errors
    ///
    /// As [`bytes`](Self::bytes).
    pub fn check(&mut self) -> Result<(), Unreadable> {
        for index in 0..self.archive.len() {
            let entry = self.archive.by_index(index).map_err(unreadable)?;
            let inflated = std::io::copy(&mut entry.take(self.left + 1), &mut std::io::sink())
                .map_err(|_| child::damaged())?;
            self.left = self.left.checked_sub(inflated).ok_or_else(too_much)?;
        }
        self.left = limits::INFLATED_BYTES;
        Ok(())
    }

    /// What another part of an Open XML document is related to, by the ids of the relations.
    ///
    /// # Errors
    ///
    /// As [`bytes`](Self::bytes).
    pub fn relations(&mut self, part: &str) -> Result<HashMap<String, Relation>, Unreadable> {
        let (folder, file) = part.rsplit_once('/').unwrap_or(("", part));
        let slash = if folder.is_empty() { "" } else { "/" };
        let Some(xml) = self.xml(&format!("{folder}{slash}_rels/{file}.rels"))? else {
            return Ok(HashMap::new());
        };
        let mut relations = HashMap::new();
        xml::visit(&xml, |node| {
            if let Node::Start(element) = node
                && element.name() == "Relationship"
                && element.get("TargetMode").as_deref() != Some("External")
                && let (Some(id), Some(kind), Some(target)) =
                    (element.get("Id"), element.get("Type"), element.get("Target"))
            {
                let kind = kind.rsplit('/').next().unwrap_or_default().to_owned();
                relations.insert(id, Relation { kind, part: resolve(folder, &target) });
            }
            Ok(())
        })?;
        Ok(relations)
    }
}

/// What a part is related to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Relation {
    /// The last word of the kind, such as `footnotes`.
    pub kind: String,
    /// The name of the other part.
    pub part: String,
}

/// The name that a target has in the package, seen from a folder.
fn resolve(folder: &str, target: &str) -> String {
    let mut path: Vec<&str> = if target.starts_with('/') { Vec::new() } else { folder.split('/').collect() };
    for piece in target.split('/') {
        match piece {
            "" | "." => {}
            ".." => drop(path.pop()),
            piece => path.push(piece),
        }
    }
    path.retain(|piece| !piece.is_empty());
    path.join("/")
}

fn key(name: &str) -> String {
    name.trim_start_matches('/').to_ascii_lowercase()
}

fn too_much() -> Unreadable {
    let most = limits::INFLATED_BYTES / (1024 * 1024);
    Unreadable::new(
        Reason::TooLarge,
        format!(
            "its compressed content is larger than {most} MiB, the most that is read; split it into smaller files"
        ),
    )
}

fn unreadable(error: ZipError) -> Unreadable {
    match error {
        ZipError::UnsupportedArchive(ZipError::PASSWORD_REQUIRED) | ZipError::InvalidPassword => encrypted(),
        _ => child::damaged(),
    }
}

/// What a file with a password is refused with.
pub fn encrypted() -> Unreadable {
    Unreadable::new(
        Reason::Encrypted,
        "it is encrypted with a password; save it without one, and upload that",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_are_resolved_within_the_package() {
        assert_eq!(
            resolve("ppt/slides", "../notesSlides/notesSlide1.xml"),
            "ppt/notesSlides/notesSlide1.xml"
        );
        assert_eq!(resolve("word", "/word/footnotes.xml"), "word/footnotes.xml");
        assert_eq!(resolve("", "../../etc/passwd"), "etc/passwd");
    }
}
