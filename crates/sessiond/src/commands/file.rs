//! `sessiond file`.

use std::io::{self, Seek as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use clap::{Args, Subcommand, ValueHint};
use sessiond_api::{self as api, Problem};
use sessiond_client::{Client, Conditions};
use sessiond_core::SessionId;

use super::common::Connection;
use super::{Consent, Context, Named, One, Silence, Usage, complete, find, upload};
use crate::client::Missing;
use crate::output::{Column, Output, Table, bytes, cells, printable};

/// Add, list, read, remove and search the files that a session's assistant answers from
#[derive(Debug, Args)]
#[command(after_help = "A file is named by its id, by the beginning of its id, or by its exact name.

Examples:
  sessiond file add sess_0198f3 contract.pdf notes.md
  sessiond file list sess_0198f3
  sessiond file search sess_0198f3 'notice period'
  sessiond file get sess_0198f3 contract.pdf --output copy.pdf
  sessiond file remove sess_0198f3 contract.pdf")]
pub struct File {
    #[command(subcommand)]
    command: FileCommand,
}

#[derive(Debug, Subcommand)]
enum FileCommand {
    Add(Add),
    List(List),
    Get(Get),
    Remove(Remove),
    Search(Search),
}

/// Add files; one with the name of a file that is there takes its place
#[derive(Debug, Args)]
#[command(after_help = "Each file has its result; exit code 1 if one of them was not added.

Examples:
  sessiond file add sess_0198f3 contract.pdf notes.md
  sessiond file add sess_0198f3 /tmp/download-7 --name contract.pdf")]
struct Add {
    #[command(flatten)]
    one: One,
    /// The files
    #[arg(value_name = "FILE", required = true, value_hint = ValueHint::FilePath)]
    files: Vec<PathBuf>,
    /// Name of the file in the session [default: the name of FILE]
    #[arg(long)]
    name: Option<String>,
}

/// List the files, oldest first
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  sessiond file list sess_0198f3
  sessiond file list sess_0198f3 -o wide            with the names of those that added them")]
struct List {
    #[command(flatten)]
    one: One,
}

/// Download a file
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  sessiond file get sess_0198f3 contract.pdf        into the current directory
  sessiond file get sess_0198f3 file_0198f4 --output copy.pdf
  sessiond file get sess_0198f3 notes.md --output - | less")]
struct Get {
    /// The session's id, or the beginning of it
    #[arg(value_name = "SESSION", add = complete::sessions())]
    session: SessionId,
    /// The file's id, the beginning of it, or the file's name
    file: String,
    /// Where to write it: a file, a directory, or - for standard output [default: the file's name]
    #[arg(long, short, value_name = "PATH", value_hint = ValueHint::AnyPath)]
    output: Option<PathBuf>,
    /// Replace a file that is there
    #[arg(long)]
    force: bool,
    #[command(flatten, next_help_heading = "Connection options")]
    connection: Connection,
}

/// Remove files
#[derive(Debug, Args)]
#[command(after_help = "Citations keep their quotes when the file is removed.

Example:
  sessiond file remove sess_0198f3 contract.pdf notes.md --yes")]
struct Remove {
    #[command(flatten)]
    one: One,
    /// The files' ids, the beginnings of them, or the files' names
    #[arg(value_name = "FILE", required = true)]
    files: Vec<String>,
    #[command(flatten)]
    consent: Consent,
}

/// Search the files: the passages that fit best come first
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  sessiond file search sess_0198f3 'How long is the notice period?'
  sessiond file search sess_0198f3 notice --limit 3 --json | jq -r '.passages[].text'")]
struct Search {
    /// The session's id, or the beginning of it
    #[arg(value_name = "SESSION", add = complete::sessions())]
    session: SessionId,
    /// A question, or words
    query: String,
    /// Maximum number of passages, up to 100
    #[arg(long, value_name = "COUNT", default_value_t = 10)]
    limit: usize,
    #[command(flatten, next_help_heading = "Connection options")]
    connection: Connection,
}

impl File {
    pub async fn run(self, context: Context) -> anyhow::Result<()> {
        if let FileCommand::Add(command) = &self.command
            && command.name.is_some()
            && command.files.len() > 1
        {
            return Err(Usage("--name is for one FILE".to_owned()).into());
        }
        let work = async |client: &Client, out| match self.command {
            FileCommand::Add(command) => command.run(client, out).await,
            FileCommand::List(command) => command.run(client, out).await,
            FileCommand::Get(command) => command.run(client).await,
            FileCommand::Remove(command) => command.run(client, out).await,
            FileCommand::Search(command) => command.run(client, out).await,
        };
        context.with_client(Missing::Refuse, work).await
    }
}

impl Add {
    async fn run(self, client: &Client, out: Output) -> anyhow::Result<()> {
        let id = self.one.view(client).await?.session_id;
        let mut results = Vec::new();
        for path in &self.files {
            let name = self.name.clone().unwrap_or_else(|| upload::name(path));
            let added = upload::add(client, &id, &name, path).await;
            let added = added.unwrap_or_else(|problem| api::AddedFile {
                name,
                file: None,
                replaced: None,
                problem: Some(problem),
            });
            if !out.json {
                say(&added, self.files.len(), out)?;
            }
            results.push(added);
        }
        let mut problems: Vec<Problem> = results.iter().filter_map(|added| added.problem.clone()).collect();
        let all = results.len();
        if out.json {
            out.json(&api::AddedFiles { files: results })?;
        }
        match problems.len() {
            0 => Ok(()),
            1 if all == 1 => Err(problems.remove(0).into()),
            failed => bail!("{failed} of {all} files were not added"),
        }
    }
}

/// What became of a file. The problem of the only one is the command's own.
fn say(added: &api::AddedFile, all: usize, out: Output) -> anyhow::Result<()> {
    if let Some(file) = &added.file {
        let done = if added.replaced.is_some() { "replaced" } else { "added" };
        let said = format!("{} is {done}: {}, {} characters", file.name, file.file_id, file.characters);
        out.done(added, &file.file_id, said)?;
        for note in &file.notes {
            eprintln!("note: {}", printable(note));
        }
    }
    if let Some(problem) = added.problem.as_ref().filter(|_| all > 1) {
        eprintln!("{}: {}", printable(&added.name), printable(&problem.to_string()));
    }
    Ok(())
}

impl List {
    async fn run(self, client: &Client, out: Output) -> anyhow::Result<()> {
        let id = self.one.view(client).await?.session_id;
        list(client, &id, out).await
    }
}

/// Prints the files of a session.
pub async fn list(client: &Client, id: &SessionId, out: Output) -> anyhow::Result<()> {
    let list = client.files(id).await?;
    let mut table = Table::new([
        Column::id("FILE"),
        Column::text("NAME").kept(),
        Column::word("TYPE"),
        Column::word("SIZE"),
        Column::word("CHARACTERS"),
        Column::word("ADDED"),
        Column::text("BY").wide(),
    ]);
    for file in &list.files {
        table.row(cells![
            &file.file_id,
            &file.name,
            &file.media_type,
            bytes(file.bytes),
            file.characters,
            out.time(file.added_at),
            &file.added_by,
        ]);
    }
    out.list(&list, &table, format_args!("{id} has no files"))
}

impl Get {
    async fn run(self, client: &Client) -> anyhow::Result<()> {
        let id = find::session_view(client, &self.session).await?.session_id;
        let file = find::file(&client.files(&id).await?.files, &self.file)?;
        if self.output.as_deref() == Some(Path::new("-")) {
            let mut whole = tempfile::NamedTempFile::new().context("cannot make a temporary file")?;
            client.save_file(&id, &file.file_id, whole.path()).await?;
            // The handle is that of the file which was written: its place is still the beginning.
            whole.rewind()?;
            io::copy(&mut whole, &mut io::stdout().lock())?;
            return Ok(());
        }
        let path = match self.output {
            Some(path) if path.is_dir() => path.join(own_name(&file.name)?),
            Some(path) => path,
            None => own_name(&file.name)?,
        };
        let taken = || format!("{} exists: --force replaces it, --output names another", path.display());
        if !self.force && path.symlink_metadata().is_ok() {
            bail!(taken());
        }
        let directory = path.parent().filter(|directory| !directory.as_os_str().is_empty());
        let cannot = || format!("cannot write {}", path.display());
        let partial = tempfile::Builder::new()
            .prefix(".sessiond-")
            .permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666))
            .tempfile_in(directory.unwrap_or(Path::new(".")))
            .with_context(cannot)?;
        client.save_file(&id, &file.file_id, partial.path()).await?;
        let written = if self.force { partial.persist(&path) } else { partial.persist_noclobber(&path) };
        match written {
            Ok(_) => Ok(()),
            Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => bail!(taken()),
            Err(error) => Err(error.error).with_context(cannot),
        }
    }
}

/// The name of a file as the name of one in the current directory. Somebody else chose it.
fn own_name(name: &str) -> anyhow::Result<PathBuf> {
    let plain = Path::new(name).file_name().is_some_and(|last| last == name);
    if !plain || name.starts_with('.') {
        bail!("\"{}\" is no name for a file here: --output names another", printable(name));
    }
    Ok(name.into())
}

impl Remove {
    async fn run(self, client: &Client, out: Output) -> anyhow::Result<()> {
        let id = self.one.view(client).await?.session_id;
        let all = client.files(&id).await?.files;
        let mut files: Vec<api::File> = Vec::new();
        // What was named by a beginning only, if anything was.
        let mut named = self.one.named(&id);
        for typed in &self.files {
            let file = find::file(&all, typed)?;
            if named.typed == named.whole
                && *typed != file.name
                && let Some(whole) = all.iter().find(|other| other.file_id == file.file_id)
            {
                named = Named { typed, whole: whole.file_id.as_str() };
            }
            if !files.iter().any(|other| other.file_id == file.file_id) {
                files.push(file);
            }
        }
        let what = match files.as_slice() {
            [file] => file.name.clone(),
            several => format!("{} files", several.len()),
        };
        self.consent.to(&format!("Remove {what} from {id}?"), Silence::Refuses, named)?;
        for file in &files {
            client.delete_file(&id, &file.file_id, Conditions::default()).await?;
            if !out.json {
                out.done(file, &file.file_id, format_args!("{} is removed from {id}", file.name))?;
            }
        }
        if out.json {
            out.json(&serde_json::json!({ "session_id": id, "removed": files }))?;
        }
        Ok(())
    }
}

impl Search {
    async fn run(self, client: &Client, out: Output) -> anyhow::Result<()> {
        let id = find::session_view(client, &self.session).await?.session_id;
        let query = api::SearchFiles { query: self.query, limit: Some(self.limit) };
        let list = client.search_files(&id, query).await?;
        if out.json {
            return out.json(&list);
        }
        if list.passages.is_empty() {
            eprintln!("no passage of {id} fits");
        }
        for (index, passage) in list.passages.iter().enumerate() {
            if index > 0 {
                out.line("")?;
            }
            let place = passage.place.as_ref().map(|place| format!(", {place}")).unwrap_or_default();
            out.line(format_args!("[{}{place}]", passage.name))?;
            out.lines_of(&passage.text)?;
        }
        Ok(())
    }
}
