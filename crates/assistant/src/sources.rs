//! What a turn is given of the session's files: whole files that fit, and otherwise the passages that fit the message best.

use std::collections::HashSet;
use std::io;
use std::sync::Arc;

use sessiond_core::{File, FileId, Source};
use sessiond_engine::{FileReader as _, Passage, TurnFiles, TurnToRun};
use sessiond_model::{Message, Model, Request};

use crate::library::Library;
use crate::prompt;

/// The share of a model's window that whole files of a turn may take, and the share that passages may.
const WHOLE: f64 = 0.5;
const PASSAGES: f64 = 0.25;
/// Passages of a turn at most, and the tokens that they may have.
const MOST: usize = 12;
const TOKENS: u64 = 8_000;
/// What an answer needs of the window if the assistant does not say how long it may be.
const ANSWER: u64 = 1_024;

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
    let before: HashSet<(&FileId, Option<u32>)> = turn
        .before
        .iter()
        .flat_map(|said| &said.sources)
        .map(|source| (&source.file_id, source.passage))
        .collect();
    let new: Vec<_> = files.iter().filter(|file| !before.contains(&(&file.id, None))).collect();
    if let Some(texts) = fit(library, turn, &new, budget.whole).await? {
        for (file, text) in new.iter().zip(texts) {
            chosen.add(&mut numbers, file, None, None, text);
        }
        return Ok(chosen);
    }
    let searched: Vec<_> = new.into_iter().cloned().collect();
    let mut found = library.search(directory, &turn.text, &searched, MOST).await?;
    if found.is_empty()
        && let Some(last) = turn.before.last()
    {
        // "And the second one?" is about what was asked before.
        found =
            library.search(directory, &format!("{} {}", last.message, turn.text), &searched, MOST).await?;
    }
    if found.is_empty() && !turn.files.is_empty() {
        found = beginnings(library, turn, &searched).await?;
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
        let Some(file) = searched.iter().find(|file| file.id == passage.file) else { continue };
        chosen.add(&mut numbers, file, Some(passage.number), passage.place, passage.text);
    }
    Ok(chosen)
}

/// The texts of files, if all of them together fit.
async fn fit(
    library: &Library,
    turn: &TurnToRun,
    files: &[&Arc<File>],
    room: u64,
) -> io::Result<Option<Vec<String>>> {
    // A token has four characters in most languages, and one at least in every other: no need to read what is far too long.
    let characters: u64 = files.iter().map(|file| file.characters).sum();
    let Some(TurnFiles { directory, .. }) = turn.library.as_ref().filter(|_| characters / 5 <= room) else {
        return Ok(None);
    };
    let mut texts = Vec::with_capacity(files.len());
    let mut left = room;
    for file in files {
        let text = library.whole(directory, file).await?.unwrap_or_default();
        let Some(rest) = left.checked_sub(tokens(&text)) else { return Ok(None) };
        left = rest;
        texts.push(text);
    }
    Ok(Some(texts))
}

/// The first passages of files that the message names and that no word of it leads into, such as "summarize this".
async fn beginnings(library: &Library, turn: &TurnToRun, files: &[Arc<File>]) -> io::Result<Vec<Passage>> {
    let Some(TurnFiles { directory, .. }) = &turn.library else { return Ok(Vec::new()) };
    let each = (MOST / files.len().max(1)).max(1);
    let mut found = Vec::new();
    for file in files.iter().take(MOST) {
        for number in 1..=each.min(usize::try_from(file.passages).unwrap_or(usize::MAX)) {
            let number = u32::try_from(number).unwrap_or(u32::MAX);
            found.extend(library.passage(directory, file, number).await?);
        }
    }
    Ok(found)
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
        let window = model.window().await.tokens;
        let answer = turn.assistant.max_tokens.map_or(ANSWER, u64::from).min(window / 2);
        let room =
            window.saturating_sub(model.count(request)).saturating_sub(answer + tokens(prompt::SOURCES));
        let share = |share: f64| (window as f64 * share) as u64;
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
        text: String,
    ) {
        let (file_id, name) = (file.id.clone(), file.name.clone());
        self.sources.push(Source { number: *number, file_id, name, passage, place });
        self.texts.push(Some(text));
        *number += 1;
    }
}
