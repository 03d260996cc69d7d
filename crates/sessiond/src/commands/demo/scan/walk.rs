//! Every file below a directory, in a fixed order.

use std::ffi::OsString;
use std::fs::{self, Metadata};
use std::io;
use std::os::unix::fs::{FileTypeExt as _, MetadataExt as _};
use std::path::{Path, PathBuf};

use super::places::shown;
use super::{Cancelled, Limits, Watcher};

/// Directories that hold what programs made or keep for themselves, and that nobody wrote.
const SKIPPED: &[(&str, &str)] = &[
    (".sessiond", "the store of sessiond"),
    (".git", "Git's own data"),
    (".hg", "Mercurial's own data"),
    (".svn", "Subversion's own data"),
    ("node_modules", "installed packages"),
    ("__pycache__", "compiled Python"),
    (".venv", "a Python environment"),
];

/// A directory with this file in it holds a cache (<https://bford.info/cachedir/>).
const CACHE_TAG: &str = "CACHEDIR.TAG";
const CACHE_SIGNATURE: &[u8] = b"Signature: 8a477f597d28d172789f06886806bc55";

/// What lies below a directory.
#[derive(Debug, Default)]
pub(super) struct Walk {
    pub(super) files: Vec<File>,
    pub(super) links: Vec<Link>,
    /// Pipes, sockets and devices, which are not opened.
    pub(super) special: Vec<PathBuf>,
    pub(super) directories: Vec<PathBuf>,
    /// Directories that were left out, and why.
    pub(super) skipped: Vec<(PathBuf, String)>,
    /// What could not be read, and why.
    pub(super) unreadable: Vec<(PathBuf, String)>,
    /// Which limit was reached.
    pub(super) truncated: Option<String>,
}

#[derive(Debug, Clone)]
pub(super) struct File {
    /// Below the directory.
    pub(super) path: PathBuf,
    pub(super) bytes: u64,
    /// Seconds since 1970.
    pub(super) modified: i64,
    /// Device and inode: the same for two names of one file.
    pub(super) identity: (u64, u64),
}

#[derive(Debug, Clone)]
pub(super) struct Link {
    pub(super) path: PathBuf,
    pub(super) target: PathBuf,
    pub(super) broken: bool,
    /// Whether it leads out of the directory.
    pub(super) leaves: bool,
}

/// Walks depth first, each directory's names in byte order, so that a limit always cuts at the same place.
pub(super) fn walk(root: &Path, limits: &Limits, watcher: &Watcher) -> Result<Walk, WalkError> {
    let mut walk = Walk::default();
    // The top must be readable; everything below is reported when it is not.
    let mut stack: Vec<(PathBuf, usize)> =
        names(root)?.into_iter().rev().map(|name| (name.into(), 1)).collect();
    let mut seen = 0;
    while let Some((path, depth)) = stack.pop() {
        if seen == limits.entries {
            walk.truncated = Some(format!("only the first {} entries were looked at", limits.entries));
            break;
        }
        seen += 1;
        watcher.at("listing", seen, None)?;
        let full = root.join(&path);
        let metadata = match fs::symlink_metadata(&full) {
            Ok(metadata) => metadata,
            Err(error) => {
                walk.unreadable.push((path, reason(&error)));
                continue;
            }
        };
        let kind = metadata.file_type();
        if kind.is_symlink() {
            walk.links.push(link(root, path, &full));
        } else if kind.is_file() {
            walk.files.push(file(path, &metadata));
        } else if kind.is_dir() {
            if let Some(why) = skip(&full) {
                walk.skipped.push((path, why));
            } else if depth >= limits.depth {
                walk.skipped.push((path, format!("it is {} directories deep", limits.depth)));
            } else {
                match names(&full) {
                    Ok(names) => {
                        stack.extend(names.into_iter().rev().map(|name| (path.join(name), depth + 1)))
                    }
                    Err(error) => walk.unreadable.push((path.clone(), reason(&error))),
                }
                walk.directories.push(path);
            }
        } else {
            debug_assert!(
                kind.is_fifo() || kind.is_socket() || kind.is_block_device() || kind.is_char_device()
            );
            walk.special.push(path);
        }
    }
    Ok(walk)
}

/// Why a directory cannot be walked.
#[derive(Debug, thiserror::Error)]
pub enum WalkError {
    /// The work was cancelled.
    #[error(transparent)]
    Cancelled(#[from] Cancelled),
    /// The directory itself cannot be read.
    #[error("the directory cannot be read: {0}")]
    Io(#[from] io::Error),
}

fn names(directory: &Path) -> io::Result<Vec<OsString>> {
    let mut names: Vec<OsString> =
        fs::read_dir(directory)?.map(|entry| Ok(entry?.file_name())).collect::<io::Result<_>>()?;
    names.sort_unstable();
    Ok(names)
}

fn file(path: PathBuf, metadata: &Metadata) -> File {
    File {
        path,
        bytes: metadata.len(),
        modified: metadata.mtime(),
        identity: (metadata.dev(), metadata.ino()),
    }
}

fn link(root: &Path, path: PathBuf, full: &Path) -> Link {
    let target = fs::read_link(full).unwrap_or_default();
    let resolved = fs::canonicalize(full);
    let leaves = resolved.as_ref().is_ok_and(|resolved| !resolved.starts_with(root));
    Link { path, target, broken: resolved.is_err(), leaves }
}

/// Why a directory is left out; none when it is not.
fn skip(directory: &Path) -> Option<String> {
    let name = directory.file_name()?;
    if let Some((_, why)) = SKIPPED.iter().find(|(skipped, _)| name == *skipped) {
        return Some((*why).to_owned());
    }
    // A directory of this name may be anything; beside a build file it is what the build made.
    let builds = ["Cargo.toml", "pom.xml", "build.sbt"];
    if name == "target" && builds.iter().any(|file| directory.with_file_name(file).is_file()) {
        return Some("build output".to_owned());
    }
    let tag = fs::read(directory.join(CACHE_TAG)).unwrap_or_default();
    tag.starts_with(CACHE_SIGNATURE).then(|| format!("it says that it is a cache ({CACHE_TAG})"))
}

/// Why something cannot be read, without the number that differs from system to system.
pub(super) fn reason(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        io::ErrorKind::NotFound => "it has gone meanwhile".to_owned(),
        _ => {
            let text = error.to_string();
            text.split(" (os error").next().unwrap_or(&text).to_lowercase()
        }
    }
}

impl Link {
    pub(super) fn arrow(&self) -> String {
        format!("→ {}", shown(self.target.as_os_str()))
    }
}
