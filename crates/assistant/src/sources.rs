//! What a turn is given of the session's files: whole files that fit, and otherwise the passages that fit the message best.

use std::collections::HashSet;
use std::io;
use std::path::Path;
use std::sync::Arc;

use sessiond_core::{File, FileId, Source};
use sessiond_engine::{FileReader as _, TurnFiles, TurnToRun};
use sessiond_model::{Message, Model, Request};

use crate::library::Library;
use crate::{prompt, window};

/// The share of the longest request that whole files of a turn may take, and the share that passages may.
const WHOLE: f64 = 0.5;
const PASSAGES: f64 = 0.25;
/// Passages of a turn at most, and the tokens that they may have.
const MOST: usize = 12;
const TOKENS: u64 = 8_000;

/// What a turn is given: sources, and their texts in the same order.
#[derive(Debug, Default)]
pub(crate) struct Chosen {
    pub(crate) sources: Vec<Source>,
    pub(crate) texts: Vec<Option<String>>,
}

/// Chooses what a turn is given beside its message. `request` is the request without it.
pub(crate) async fn choose(
    library: &Library,
    turn: &TurnToRun,
    model: Option<&dyn Model>,
    request: &Request,
) -> io::Result<Chosen> {
    let mut chosen = Chosen::default();
    let Some(TurnFiles { directory, all }) = &turn.library else { return Ok(chosen) };
    let is_named = |file: &&Arc<File>| turn.files.contains(&file.id);
    let files: Vec<Arc<File>> =
        all.iter().filter(|file| turn.files.is_empty() || is_named(file)).cloned().collect();
    if files.is_empty() {
        return Ok(chosen);
    }
    let mut numbers = turn.next_source;
    let budget = Budget::of(model, turn, request).await;
    // An answer that quotes passages has no memory: what was quoted before may be the answer again.
    let said = if model.is_some() { turn.before.as_slice() } else { &[] };
    let before: HashSet<(&FileId, Option<u32>)> = said
        .iter()
        .flat_map(|said| &said.sources)
        // A tool may have given a range of a file.
        .filter(|source| source.passage.is_some() || source.call.is_none())
        .map(|source| (&source.file_id, source.passage))
        .collect();
    let new: Vec<_> = files.into_iter().filter(|file| !before.contains(&(&file.id, None))).collect();
    if let Some(texts) = fit(library, directory, &new, budget.whole).await? {
        for (file, text) in new.iter().zip(texts) {
            chosen.add(&mut numbers, file, None, None, text);
        }
        return Ok(chosen);
    }
    let mut found = library.search(directory, &turn.text, &new, MOST).await?;
    if found.is_empty()
        && let Some(last) = turn.before.last()
    {
        // "And the second one?" is about what was asked before.
        found = library.search(directory, &format!("{} {}", last.message, turn.text), &new, MOST).await?;
    }
    if found.is_empty() && !turn.files.is_empty() {
        // "Summarize this": no word of the message is in the files that it names.
        let named = &new[..new.len().min(MOST)];
        let each = u32::try_from(MOST / named.len().max(1)).unwrap_or(1);
        found = library.beginnings(directory, named, each).await?;
    }
    let mut room = budget.passages;
    for passage in found {
        if before.contains(&(&passage.file, Some(passage.number))) {
            continue;
        }
        let tokens = tokens(&passage.text);
        if tokens > room {
            break;
        }
        room -= tokens;
        let Some(file) = new.iter().find(|file| file.id == passage.file) else { continue };
        chosen.add(&mut numbers, file, Some(passage.number), passage.place, Some(passage.text));
    }
    Ok(chosen)
}

/// The texts of files, if all of them together fit; none for one whose bytes are not here.
async fn fit(
    library: &Library,
    directory: &Path,
    files: &[Arc<File>],
    room: u64,
) -> io::Result<Option<Vec<Option<String>>>> {
    // Few texts have five characters a token: no need to read what is far too long.
    let characters: u64 = files.iter().map(|file| file.characters).sum();
    if characters / 5 > room {
        return Ok(None);
    }
    let texts = library.whole(directory, files).await?;
    let all: u64 = texts.iter().flatten().map(|text| tokens(text)).sum();
    Ok((all <= room).then_some(texts))
}

/// The tokens that files may take.
struct Budget {
    whole: u64,
    passages: u64,
}

impl Budget {
    async fn of(model: Option<&dyn Model>, turn: &TurnToRun, request: &Request) -> Self {
        let Some(model) = model else {
            // Without a model, the answer quotes passages.
            return Self { whole: 0, passages: u64::MAX };
        };
        let most = window::Budget::of(model, turn).await.request();
        let room = most.saturating_sub(model.count(request) + tokens(prompt::SOURCES));
        let share = |share: f64| (most as f64 * share) as u64;
        Self { whole: share(WHOLE).min(room), passages: share(PASSAGES).min(room).min(TOKENS) }
    }
}

/// About how many tokens a text has.
fn tokens(text: &str) -> u64 {
    sessiond_model::estimate(&Request { messages: vec![Message::user(text)], ..Request::default() })
}

impl Chosen {
    fn add(
        &mut self,
        number: &mut u32,
        file: &Arc<File>,
        passage: Option<u32>,
        place: Option<String>,
        text: Option<String>,
    ) {
        let (file_id, name) = (file.id.clone(), file.name.clone());
        self.sources.push(Source { number: *number, file_id, name, passage, place, call: None });
        self.texts.push(text);
        *number += 1;
    }
}
