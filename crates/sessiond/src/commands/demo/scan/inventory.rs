//! The surveyor's work: what is there.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::output::bytes;

use super::places::shown;
use super::text::{self, Content};
use super::walk::{WalkError, reason, walk};
use super::{Few, Finding, Limits, Place, Severity, Watcher, grouped, languages, plural};

/// What is there.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Inventory {
    /// Files.
    pub files: u64,
    /// Directories, the top one left out.
    pub directories: u64,
    /// Symbolic links, which are not followed.
    pub links: u64,
    /// The size of all files.
    pub bytes: u64,
    /// Lines of text.
    pub lines: u64,
    /// Files that are no text.
    pub binary_files: u64,
    /// By language, most lines first.
    pub languages: Vec<LanguageRow>,
    /// Files of no known language by extension, most bytes first; ten at most.
    pub other: Vec<LanguageRow>,
    /// By the first directory of their path, most bytes first; ten at most.
    pub tops: Vec<LanguageRow>,
    /// The largest files.
    pub largest: Vec<FileRow>,
    /// The file that changed first, and the one that changed last.
    pub oldest: Option<FileRow>,
    /// The file that changed last.
    pub newest: Option<FileRow>,
    /// Directories that were left out, and why.
    pub left_out: Vec<Place>,
    /// What was not looked at because a limit was reached.
    pub limits_reached: Vec<String>,
    /// What the owner may want to know.
    pub findings: Vec<Finding>,
}

/// A language, an extension, or a directory.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct LanguageRow {
    /// Its name.
    pub name: String,
    /// Files in it.
    pub files: u64,
    /// Their size.
    pub bytes: u64,
    /// Their lines.
    pub lines: u64,
}

/// A file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FileRow {
    /// Below the directory.
    pub path: String,
    /// Its size.
    pub bytes: u64,
    /// When it last changed, UTC.
    pub modified: String,
}

/// Counts and measures what lies below `root`.
pub fn inventory(root: &Path, limits: &Limits, watcher: &Watcher) -> Result<Inventory, WalkError> {
    let walk = walk(root, limits, watcher)?;
    let mut inventory = Inventory {
        files: walk.files.len() as u64,
        directories: walk.directories.len() as u64,
        links: walk.links.len() as u64,
        bytes: walk.files.iter().map(|file| file.bytes).sum(),
        limits_reached: walk.truncated.iter().cloned().collect(),
        ..Inventory::default()
    };
    let mut rows: BTreeMap<&str, LanguageRow> = BTreeMap::new();
    let mut other: BTreeMap<String, LanguageRow> = BTreeMap::new();
    let mut tops: BTreeMap<String, LanguageRow> = BTreeMap::new();
    let mut unreadable: Vec<_> = walk.unreadable;
    let (mut unread, mut budget) = (0u64, limits.read_bytes);
    for (i, file) in walk.files.iter().enumerate() {
        watcher.at("counting lines", i + 1, Some(walk.files.len()))?;
        let language = languages::of(&file.path);
        let mut lines = 0;
        if file.bytes > 4 * limits.file_bytes || file.bytes > budget {
            // Media and archives are large and have no lines; a language says that there would have been some.
            unread += u64::from(language.is_some());
        } else {
            budget -= file.bytes;
            match text::read(&root.join(&file.path), file.bytes) {
                Ok(Content::Text { text, .. }) => lines = text::lines(&text),
                Ok(Content::Binary) => inventory.binary_files += 1,
                Err(error) => unreadable.push((file.path.clone(), reason(&error))),
            }
        }
        inventory.lines += lines;
        let row = match language {
            Some(language) => rows
                .entry(language.name)
                .or_insert_with(|| LanguageRow { name: language.name.into(), ..Default::default() }),
            None => {
                let extension = file.path.extension().map_or_else(
                    || "no extension".to_owned(),
                    |extension| format!(".{}", shown(extension).to_lowercase()),
                );
                other
                    .entry(extension.clone())
                    .or_insert_with(|| LanguageRow { name: extension, ..Default::default() })
            }
        };
        let top = match file.path.components().count() {
            1 => "(at the top)".to_owned(),
            _ => file.path.iter().next().map(shown).unwrap_or_default(),
        };
        let top = tops.entry(top.clone()).or_insert_with(|| LanguageRow { name: top, ..Default::default() });
        for row in [row, top] {
            row.files += 1;
            row.bytes += file.bytes;
            row.lines += lines;
        }
    }
    if unread > 0 {
        inventory
            .limits_reached
            .push(format!("the lines of {} large text files were not counted", grouped(unread)));
    }
    inventory.languages = rows.into_values().collect();
    inventory.languages.sort_by_key(|row| Reverse((row.lines, row.bytes)));
    inventory.other = other.into_values().collect();
    inventory.other.sort_by_key(|row| Reverse((row.bytes, row.files)));
    inventory.other.truncate(10);

    inventory.tops = tops.into_values().collect();
    inventory.tops.sort_by_key(|row| Reverse((row.bytes, row.files)));
    inventory.tops.truncate(10);

    let row = |file: &super::walk::File| FileRow {
        path: shown(file.path.as_os_str()),
        bytes: file.bytes,
        modified: day(file.modified),
    };
    let mut by_size: Vec<_> = walk.files.iter().filter(|file| file.bytes > 0).collect();
    by_size.sort_by_key(|file| Reverse(file.bytes));
    inventory.largest = by_size.iter().take(10).map(|file| row(file)).collect();
    // The walk's order decides between files of the same second.
    inventory.oldest = walk.files.iter().min_by_key(|file| file.modified).map(row);
    inventory.newest = walk.files.iter().rev().max_by_key(|file| file.modified).map(row);
    inventory.left_out =
        walk.skipped.iter().take(50).map(|(path, why)| Place::file(path, why.clone())).collect();

    unreadable.sort();
    findings(&mut inventory, &unreadable, &walk.special, &walk.files);
    Ok(inventory)
}

fn findings(
    inventory: &mut Inventory,
    unreadable: &[(std::path::PathBuf, String)],
    special: &[std::path::PathBuf],
    files: &[super::walk::File],
) {
    let mut places = Few::default();
    unreadable.iter().for_each(|(path, why)| places.push(Place::file(path, why.clone())));
    if places.count > 0 {
        inventory.findings.push(Finding {
            severity: Severity::Medium,
            weight: places.count as u64,
            title: plural(
                places.count as u64,
                "file or directory could not be read",
                "files or directories could not be read",
            ),
            advice: "What they hold is missing from this report, and perhaps from your backups.".into(),
            count: places.count,
            places: places.into_vec(),
        });
    }
    let mut places = Few::default();
    special.iter().for_each(|path| places.push(Place::file(path, "a pipe, a socket or a device")));
    if places.count > 0 {
        inventory.findings.push(Finding {
            severity: Severity::Note,
            weight: places.count as u64,
            title: plural(places.count as u64, "pipe, socket or device", "pipes, sockets or devices"),
            advice: "They were not opened. Archives and version control do not keep them.".into(),
            count: places.count,
            places: places.into_vec(),
        });
    }
    if let Some(largest) = inventory.largest.first() {
        inventory.findings.push(Finding {
            severity: Severity::Note,
            weight: largest.bytes,
            title: format!("the largest file has {}", bytes(largest.bytes)),
            advice: "Large files make copies and checkouts slow. These are the largest.".into(),
            count: inventory.largest.len().min(3),
            places: inventory
                .largest
                .iter()
                .take(3)
                .map(|file| Place { path: file.path.clone(), line: None, note: bytes(file.bytes) })
                .collect(),
        });
    }
    let mut names: BTreeMap<String, Vec<&Path>> = BTreeMap::new();
    for file in files {
        names.entry(file.path.to_string_lossy().to_lowercase()).or_default().push(&file.path);
    }
    let mut places = Few::default();
    for same in names.values().filter(|same| same.len() > 1) {
        let others: Vec<String> = same[1..].iter().map(|path| shown(path.as_os_str())).collect();
        places.push(Place::file(same[0], format!("and {}", others.join(", "))));
    }
    if places.count > 0 {
        inventory.findings.push(Finding {
            severity: Severity::Medium,
            weight: places.count as u64,
            title: plural(
                places.count as u64,
                "name differs from another only in case",
                "names differ from others only in case",
            ),
            advice: "On macOS and Windows one of them replaces the other. Rename one.".into(),
            count: places.count,
            places: places.into_vec(),
        });
    }
}

/// The day of a time in seconds since 1970, UTC.
fn day(seconds: i64) -> String {
    let time = sessiond_core::Timestamp::from_millis(seconds.saturating_mul(1000)).to_string();
    time.split('T').next().unwrap_or_default().to_owned()
}
