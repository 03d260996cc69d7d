//! The auditor's work: what is there twice, or for nothing.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashSet};
use std::fs;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::output::bytes;

use super::places::shown;
use super::walk::{File, WalkError, walk};
use super::{Few, Finding, Limits, Place, Severity, Watcher, grouped, plural, tracked};

/// How much of a file is read to see that it differs from another of its size.
const HEAD: u64 = 4096;
/// A file that Git keeps and that is larger than this makes every clone slower.
const LARGE_TRACKED: u64 = 5 << 20;
/// Files that are empty on purpose.
const EMPTY_ON_PURPOSE: &[&str] =
    &[".gitkeep", ".keep", ".gitignore", "__init__.py", "py.typed", ".nojekyll", ".npmignore"];

/// What is there twice, or for nothing.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Duplicates {
    /// Files that were compared.
    pub compared: u64,
    /// Bytes that were hashed.
    pub hashed_bytes: u64,
    /// Groups of files with the same content.
    pub groups: u64,
    /// What their second and further copies take.
    pub wasted_bytes: u64,
    /// The groups that waste most; twenty at most.
    pub worst: Vec<Group>,
    /// What was not looked at because a limit was reached.
    pub limits_reached: Vec<String>,
    /// What the owner may want to know.
    pub findings: Vec<Finding>,
}

/// Files with the same content.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Group {
    /// The SHA-256 of the content.
    pub sha256: String,
    /// The size of each.
    pub bytes: u64,
    /// How many there are.
    pub copies: u64,
    /// What all but one take.
    pub wasted_bytes: u64,
    /// Where; the first ten.
    pub paths: Vec<String>,
}

/// Looks for identical and empty files below `root`, and for large ones that Git keeps.
pub fn duplicates(root: &Path, limits: &Limits, watcher: &Watcher) -> Result<Duplicates, WalkError> {
    let walk = walk(root, limits, watcher)?;
    let mut result = Duplicates {
        compared: walk.files.len() as u64,
        limits_reached: walk.truncated.into_iter().collect(),
        ..Default::default()
    };

    // Only files of the same size can be the same; two names of one file waste nothing.
    let mut by_size: BTreeMap<u64, Vec<&File>> = BTreeMap::new();
    let mut known = HashSet::new();
    for file in walk.files.iter().filter(|file| file.bytes > 0) {
        if known.insert(file.identity) {
            by_size.entry(file.bytes).or_default().push(file);
        }
    }
    let candidates: Vec<(u64, Vec<&File>)> =
        by_size.into_iter().rev().filter(|(_, files)| files.len() > 1).collect();
    let total: usize = candidates.iter().map(|(_, files)| files.len()).sum();
    let (mut done, mut left, mut not_compared) = (0, limits.hash_bytes, 0);
    let mut groups = Vec::new();
    for (size, files) in candidates {
        let mut heads: BTreeMap<[u8; 32], Vec<&File>> = BTreeMap::new();
        for file in files {
            done += 1;
            watcher.at("comparing", done, Some(total))?;
            // What cannot be read was reported by the surveyor.
            if let Ok(head) = digest(&root.join(&file.path), HEAD) {
                heads.entry(head).or_default().push(file);
            }
        }
        for (head, same_head) in heads.into_iter().filter(|(_, files)| files.len() > 1) {
            let mut whole: BTreeMap<[u8; 32], Vec<&File>> = BTreeMap::new();
            for file in same_head {
                let digest = if size <= HEAD {
                    Ok(head)
                } else if size > left {
                    not_compared += 1;
                    continue;
                } else {
                    left -= size;
                    result.hashed_bytes += size;
                    watcher.at("hashing", done, Some(total))?;
                    digest(&root.join(&file.path), u64::MAX)
                };
                if let Ok(digest) = digest {
                    whole.entry(digest).or_default().push(file);
                }
            }
            groups.extend(whole.into_iter().filter(|(_, files)| files.len() > 1).map(|(digest, files)| {
                Group {
                    sha256: digest.iter().map(|byte| format!("{byte:02x}")).collect(),
                    bytes: size,
                    copies: files.len() as u64,
                    wasted_bytes: size * (files.len() as u64 - 1),
                    paths: files.iter().take(10).map(|file| shown(file.path.as_os_str())).collect(),
                }
            }));
        }
    }
    if not_compared > 0 {
        result.limits_reached.push(format!("{} large files were not compared", grouped(not_compared)));
    }
    groups.sort_by(|a, b| (b.wasted_bytes, &a.paths).cmp(&(a.wasted_bytes, &b.paths)));
    result.groups = groups.len() as u64;
    result.wasted_bytes = groups.iter().map(|group| group.wasted_bytes).sum();
    groups.truncate(20);
    result.worst = groups;

    identical(&mut result);
    empty(&mut result, &walk.files);
    large_tracked(&mut result, root, &walk.files);
    Ok(result)
}

fn digest(path: &Path, most: u64) -> io::Result<[u8; 32]> {
    let mut file = fs::File::open(path)?.take(most);
    let mut hasher = Sha256::new();
    let mut buffer = vec![0; 128 * 1024];
    loop {
        match file.read(&mut buffer)? {
            0 => return Ok(hasher.finalize().into()),
            read => hasher.update(&buffer[..read]),
        }
    }
}

fn identical(result: &mut Duplicates) {
    if result.groups == 0 {
        return;
    }
    let places = result.worst.iter().take(10).map(|group| Place {
        path: group.paths.first().cloned().unwrap_or_default(),
        line: None,
        note: format!(
            "{} copies, {} wasted: also {}",
            group.copies,
            bytes(group.wasted_bytes),
            group.paths[1..].iter().take(3).cloned().collect::<Vec<_>>().join(", ")
        ),
    });
    let severity = match result.wasted_bytes {
        0..65_536 => Severity::Note,
        65_536..10_485_760 => Severity::Low,
        _ => Severity::Medium,
    };
    let count = usize::try_from(result.groups).unwrap_or(usize::MAX);
    result.findings.push(Finding {
        severity,
        weight: result.wasted_bytes,
        title: format!(
            "{} {}",
            plural(count as u64, "group of identical files wastes", "groups of identical files waste"),
            bytes(result.wasted_bytes)
        ),
        advice: "Keep one of each and link to it, or check that the copies are meant to differ one day."
            .into(),
        places: places.collect(),
        count,
    });
}

fn empty(result: &mut Duplicates, files: &[File]) {
    let mut places = Few::default();
    for file in files.iter().filter(|file| file.bytes == 0) {
        let on_purpose =
            EMPTY_ON_PURPOSE.iter().any(|name| file.path.file_name().is_some_and(|file| file == *name));
        if !on_purpose {
            places.push(Place::file(&file.path, ""));
        }
    }
    if places.count > 0 {
        result.findings.push(Finding {
            severity: Severity::Low,
            weight: places.count as u64,
            title: plural(places.count as u64, "file is empty", "files are empty"),
            advice: "Something was planned there or went wrong while writing. Fill them or remove them."
                .into(),
            count: places.count,
            places: places.into_vec(),
        });
    }
}

fn large_tracked(result: &mut Duplicates, root: &Path, files: &[File]) {
    let mut large: Vec<&File> = files.iter().filter(|file| file.bytes >= LARGE_TRACKED).collect();
    if large.is_empty() {
        return;
    }
    let Some(tracked): Option<HashSet<PathBuf>> = tracked::by_git(root) else {
        return;
    };
    large.retain(|file| tracked.contains(&file.path));
    large.sort_by_key(|file| Reverse(file.bytes));
    if large.is_empty() {
        return;
    }
    result.findings.push(Finding {
        severity: Severity::Medium,
        weight: large.iter().map(|file| file.bytes).sum(),
        title: plural(large.len() as u64, "large file is kept in Git", "large files are kept in Git"),
        advice: "Every clone carries every version of them. Git LFS or a release's artifacts are the usual places.".into(),
        places: large.iter().take(10).map(|file| Place::file(&file.path, bytes(file.bytes))).collect(),
        count: large.len(),
    });
}
