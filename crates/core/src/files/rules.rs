//! How files are added and removed.

use crate::lifecycle;
use crate::session::draft::Draft;
use crate::session::facet_state::FacetState;
use crate::session::{Effect, Rejection, Timer, TimerAction};
use crate::values::check::Checks;
use crate::values::{FileId, limits};

use super::{FileAdded, FilesRemoved};

/// Adds a file. One of the same name is removed.
pub(crate) fn add(draft: &mut Draft<'_>, file: FileAdded) -> Result<(), Rejection> {
    check(&file)?;
    if file.name.trim().is_empty() {
        return Err(Rejection::invalid("/name", "a file has a name"));
    }
    let earlier = draft.session().files.named(&file.name).map(|earlier| earlier.id.clone());
    if let Some(earlier) = earlier {
        remove_all(draft, vec![earlier])?;
    }
    draft.emit(file)?;
    Ok(draft.session().files.check_counts()?)
}

/// Removes a file.
pub(crate) fn remove(draft: &mut Draft<'_>, file: FileId) -> Result<(), Rejection> {
    if !draft.session().files.all.contains_key(&file) {
        return Err(Rejection::FileNotFound);
    }
    remove_all(draft, vec![file])
}

/// Removes every file.
pub(crate) fn clear(draft: &mut Draft<'_>) -> Result<(), Rejection> {
    let files: Vec<_> = draft.session().files.all.keys().cloned().collect();
    if files.is_empty() { Ok(()) } else { remove_all(draft, files) }
}

fn remove_all(draft: &mut Draft<'_>, files: Vec<FileId>) -> Result<(), Rejection> {
    draft.emit(FilesRemoved { file_ids: files.clone() })?;
    // Each removal has a timer of its own: one that is set again would take the place of another that has not fired.
    let key = format!("files/{}", draft.session().revision);
    let action = TimerAction::RemoveFiles { files };
    draft.effect(Effect::SetTimer(Timer { key, at: draft.now(), action }));
    Ok(())
}

/// Checks what a file says of itself.
pub(crate) fn check(file: &FileAdded) -> Result<(), Rejection> {
    let mut checks = Checks::default();
    if file.name.len() > limits::FILE_NAME_BYTES || file.name.chars().any(char::is_control) {
        let most = limits::FILE_NAME_BYTES;
        checks.wrong("/name", format!("a file's name is one line of {most} bytes at most"));
    }
    checks.name("/media_type", &file.media_type);
    if file.bytes > limits::FILE_BYTES {
        checks.wrong("/bytes", format!("a file may have {} bytes at most", limits::FILE_BYTES));
    }
    if file.notes.len() > limits::FILE_NOTES {
        checks.wrong("/notes", format!("a file may have {} notes at most", limits::FILE_NOTES));
    }
    for note in &file.notes {
        checks.text("/notes", note);
    }
    checks.done()?;
    lifecycle::rules::check_digest(&file.sha256)
}
