//! The saved state of a session: one JSON file that tells the whole execution, described by
//! `docs/saved-state.schema.json`. It is made of the journal, so it can always be made again.

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::Serialize;
use sessiond_api::Session;
use sessiond_client::store;
use sessiond_core::{CallBegan, CallEnded, CallEntry, EventBody};

use crate::error::Error;
use crate::replay::CallNumber;

/// The version of the format.
const FORMAT: u32 = 1;

/// One call, as it is saved.
#[derive(Serialize)]
struct SavedCall<'a> {
    call: CallNumber,
    #[serde(flatten)]
    began: &'a CallBegan,
    #[serde(flatten)]
    ended: Option<&'a CallEnded>,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<&'static str>,
}

/// A top-level call, as the list of runs has it.
#[derive(Serialize)]
struct Run {
    call: CallNumber,
    node: Arc<str>,
    status: &'static str,
    began_us: u64,
    ended_us: Option<u64>,
}

/// Writes a saved state call by call as the journal is read: in the order in which the calls ended, and those that have not
/// at the end. What it holds in memory are the calls that have begun and
/// not ended, so its cost grows with the length of the journal and no faster.
pub struct Writer<W: Write> {
    out: W,
    open: BTreeMap<CallNumber, CallBegan>,
    runs: Vec<Run>,
    place: HashMap<CallNumber, usize>,
    calls: u64,
}

impl<W: Write> Writer<W> {
    /// Begins with what is known of the session.
    pub fn begin(mut out: W, session: &Session) -> std::io::Result<Self> {
        write!(out, "{{\"format\":{FORMAT},\"session\":")?;
        serde_json::to_writer(&mut out, session)?;
        out.write_all(b",\n\"calls\":[")?;
        Ok(Self { out, open: BTreeMap::new(), runs: Vec::new(), place: HashMap::new(), calls: 0 })
    }

    /// Takes in the next event of the journal.
    pub fn take(&mut self, event: EventBody) -> std::io::Result<()> {
        match event {
            EventBody::CallsRecorded(recorded) => {
                let mut ends: Vec<_> = Arc::unwrap_or_clone(recorded.calls)
                    .into_iter()
                    .filter_map(|entry| self.began(entry))
                    .collect();
                // A batch has its calls as they began; the file's order must not depend on how they were batched.
                ends.sort_by_key(|(_, ended)| ended.ended_order);
                ends.into_iter().try_for_each(|(call, ended)| self.ended(call, &ended))
            }
            // A process that resumes a session does not know how the calls of the one before would have ended.
            EventBody::ExecutionBegan(_) => self.interrupt("interrupted"),
            _ => Ok(()),
        }
    }

    /// Writes what remains.
    pub fn finish(mut self) -> std::io::Result<W> {
        self.interrupt("open")?;
        self.out.write_all(b"],\n\"runs\":")?;
        serde_json::to_writer(&mut self.out, &self.runs)?;
        self.out.write_all(b"}\n")?;
        Ok(self.out)
    }

    /// Takes in that a call began, if it did, and gives how it ended, if it did.
    fn began(&mut self, entry: CallEntry) -> Option<(CallNumber, CallEnded)> {
        if let Some(began) = entry.began {
            if began.parent.is_none() {
                self.place.insert(entry.call, self.runs.len());
                self.runs.push(Run {
                    call: entry.call,
                    node: began.node.clone(),
                    status: "open",
                    began_us: began.began_us,
                    ended_us: None,
                });
            }
            self.open.insert(entry.call, began);
        }
        entry.ended.map(|ended| (entry.call, ended))
    }

    fn ended(&mut self, call: CallNumber, ended: &CallEnded) -> std::io::Result<()> {
        let Some(began) = self.open.remove(&call) else { return Ok(()) };
        if let Some(place) = self.place.remove(&call) {
            self.runs[place].status = ended.status.as_str();
            self.runs[place].ended_us = Some(ended.ended_us);
        }
        self.write(SavedCall { call, began: &began, ended: Some(ended), status: None })
    }

    fn interrupt(&mut self, status: &'static str) -> std::io::Result<()> {
        for (call, began) in std::mem::take(&mut self.open) {
            if let Some(place) = self.place.remove(&call) {
                self.runs[place].status = status;
            }
            self.write(SavedCall { call, began: &began, ended: None, status: Some(status) })?;
        }
        Ok(())
    }

    fn write(&mut self, call: SavedCall<'_>) -> std::io::Result<()> {
        self.out.write_all(if self.calls == 0 { b"\n" } else { b",\n" })?;
        self.calls += 1;
        serde_json::to_writer(&mut self.out, &call)?;
        Ok(())
    }
}

/// A file that replaces the one at `path` when it is whole. Only its owner may read it.
pub struct Pending {
    path: PathBuf,
    file: tempfile::NamedTempFile,
}

impl Pending {
    /// Begins a file beside the one that it will replace.
    pub fn begin(path: &Path) -> Result<Self, Error> {
        let fail = |error| Error::save(path, &error);
        let dir = path.parent().unwrap_or(Path::new("."));
        store::make_directory(dir).map_err(fail)?;
        // Made with mode 0600.
        let file = tempfile::Builder::new().prefix(".saving-").tempfile_in(dir).map_err(fail)?;
        Ok(Self { path: path.to_owned(), file })
    }

    /// Where to write.
    pub fn writer(&mut self) -> BufWriter<&mut fs::File> {
        BufWriter::with_capacity(1 << 16, self.file.as_file_mut())
    }

    /// Puts it in its place.
    pub fn finish(self) -> Result<(), Error> {
        // It is not synced: the journal is, and what a loss of power takes of this file can be made again of it.
        self.file.persist(&self.path).map_err(|error| Error::save(&self.path, &error.error))?;
        Ok(())
    }
}

/// The file that a session is saved in: `{name_}{id}.json` in `sessions` of its directory. Whatever stands in the name,
/// it is one file in that directory.
pub fn path(dir: &Path, name: Option<&str>, id: &str) -> PathBuf {
    let safe = |text: &str| -> String {
        text.chars()
            .map(|c| if c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.') { c } else { '_' })
            .collect()
    };
    let name =
        name.map(|name| safe(name).chars().take(80).collect::<String>()).filter(|name| !name.is_empty());
    let file = match name {
        Some(name) => format!("{name}_{}.json", safe(id)),
        None => format!("{}.json", safe(id)),
    };
    dir.join("sessions").join(file.trim_start_matches('.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_stays_in_its_directory() {
        let dir = Path::new("/data");
        for (name, file) in [
            ("../../../out/evil", "_.._.._out_evil_sess_1.json"),
            ("a/b", "a_b_sess_1.json"),
            ("", "sess_1.json"),
            ("nightly run", "nightly_run_sess_1.json"),
        ] {
            assert_eq!(path(dir, Some(name), "sess_1"), dir.join("sessions").join(file), "{name}");
        }
    }
}
