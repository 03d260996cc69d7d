//! How turns are added, answered and ended. Each reaches exactly one end.

use crate::files;
use crate::lifecycle::Status;
use crate::session::draft::{Draft, Receipt};
use crate::session::facet_state::FacetState;
use crate::session::{Effect, Rejection, Timer, TimerAction};
use crate::values::check::Checks;
use crate::values::{FileId, Limit, Span, TurnId, limits};

use super::events::TEXT_BYTES;
use super::{
    AddTurn, Ahead, AnswerTool, Assistant, AssistantSet, Busy, CallTool, Citation, Compact,
    ConversationCleared, ConversationCompacted, EndTurn, HeadMoved, Place, RunningTurn, Source, ToolAnswered,
    ToolCalled, ToolStatus, ToolStep, TurnBegan, TurnEnded, TurnProgressed, TurnQueued, TurnSettings,
    TurnStatus,
};

/// The timer with which the next turn begins.
pub(crate) const QUEUE_TIMER: &str = "turns";
/// The timer of the lease of the process that answers a turn.
pub(crate) const LEASE_TIMER: &str = "turn_lease";

/// Sets the assistant.
pub(crate) fn set_assistant(draft: &mut Draft<'_>, assistant: Assistant) -> Result<(), Rejection> {
    check_assistant(&assistant)?;
    if *draft.session().conversation.assistant == assistant {
        return Ok(());
    }
    draft.emit(AssistantSet { assistant })
}

pub(crate) fn check_assistant(assistant: &Assistant) -> Result<(), Rejection> {
    let mut checks = Checks::default();
    checks.name_if_any("/model", assistant.model.as_ref());
    checks.text_if_any("/prompt", assistant.prompt.as_ref());
    check_drawing(&mut checks, "", assistant.temperature, assistant.max_tokens);
    let tools = assistant.tools.as_deref().unwrap_or_default();
    if tools.len() > limits::ASSISTANT_TOOLS {
        checks.wrong("/tools", format!("an assistant may have {} tools at most", limits::ASSISTANT_TOOLS));
    }
    for (index, name) in tools.iter().take(limits::ASSISTANT_TOOLS).enumerate() {
        checks.name(format!("/tools/{index}"), name);
    }
    Ok(checks.done()?)
}

/// Checks the settings of a message for its own answer.
pub(crate) fn check_settings(checks: &mut Checks, settings: &TurnSettings) {
    check_drawing(checks, "/settings", settings.temperature, settings.max_tokens);
    if settings.top_p.is_some_and(|top_p| !(top_p > 0.0 && top_p <= 1.0)) {
        checks.wrong("/settings/top_p", "it is above 0 and at most 1");
    }
    if settings.stop.len() > limits::STOP_TEXTS {
        checks.wrong("/settings/stop", format!("it may have {} texts at most", limits::STOP_TEXTS));
    }
    for (index, text) in settings.stop.iter().take(limits::STOP_TEXTS).enumerate() {
        if text.is_empty() || text.len() > limits::NAME_BYTES {
            let detail = format!("a text that ends the answer has 1 to {} bytes", limits::NAME_BYTES);
            checks.wrong(format!("/settings/stop/{index}"), detail);
        }
    }
}

fn check_drawing(checks: &mut Checks, within: &str, temperature: Option<f64>, max_tokens: Option<u32>) {
    if temperature.is_some_and(|temperature| !(0.0..=2.0).contains(&temperature)) {
        checks.wrong(format!("{within}/temperature"), "it is from 0 to 2");
    }
    if max_tokens == Some(0) {
        checks.wrong(format!("{within}/max_tokens"), "it is at least 1");
    }
}

pub(crate) fn check_message(checks: &mut Checks, text: &str, instructions: Option<&String>) {
    if text.trim().is_empty() {
        checks.wrong("/text", "it may not be empty");
    } else if text.len() > TEXT_BYTES {
        checks.wrong("/text", format!("it may have {TEXT_BYTES} bytes at most"));
    }
    checks.text_if_any("/instructions", instructions);
}

/// Checks how many files a message names.
pub(crate) fn check_files(checks: &mut Checks, files: &[FileId]) {
    if files.len() > limits::TURN_FILES {
        checks.wrong("/files", format!("a message may name {} files at most", limits::TURN_FILES));
    }
}

/// Checks sources that come after so many.
pub(crate) fn check_sources(present: usize, sources: &[Source]) -> Result<(), Rejection> {
    let mut checks = Checks::default();
    if present + sources.len() > limits::SOURCES {
        checks.wrong("/sources", format!("a turn may have {} sources at most", limits::SOURCES));
    }
    for source in sources.iter().take(limits::SOURCES) {
        check_place(&mut checks, "/sources", &source.name, source.place.as_ref());
    }
    Ok(checks.done()?)
}

pub(crate) fn check_citations(citations: &[Citation]) -> Result<(), Rejection> {
    let mut checks = Checks::default();
    if citations.len() > limits::CITATIONS {
        checks.wrong("/citations", format!("an answer may have {} citations at most", limits::CITATIONS));
    }
    for citation in citations.iter().take(limits::CITATIONS) {
        check_place(&mut checks, "/citations", &citation.name, citation.place.as_ref());
        if citation.quote.len() > limits::QUOTE_BYTES {
            checks.wrong("/citations", format!("a quote may have {} bytes at most", limits::QUOTE_BYTES));
        }
    }
    Ok(checks.done()?)
}

fn check_place(checks: &mut Checks, pointer: &str, name: &str, place: Option<&String>) {
    if name.len() > limits::FILE_NAME_BYTES
        || place.is_some_and(|place| place.len() > limits::FILE_NAME_BYTES)
    {
        checks
            .wrong(pointer, format!("a name or a place may have {} bytes at most", limits::FILE_NAME_BYTES));
    }
}

/// Checks a call of a tool.
pub(crate) fn check_call(number: u32, id: &str, name: &str, arguments: &str) -> Result<(), Rejection> {
    let mut checks = Checks::default();
    if number as usize > limits::TOOL_CALLS {
        checks.wrong("/number", format!("a turn may have {} tool calls at most", limits::TOOL_CALLS));
    }
    for (pointer, text, most) in [
        ("/id", id, limits::NAME_BYTES),
        ("/name", name, limits::NAME_BYTES),
        ("/arguments", arguments, limits::TOOL_BYTES),
    ] {
        if text.len() > most {
            checks.wrong(pointer, format!("it may have {most} bytes at most"));
        }
    }
    Ok(checks.done()?)
}

/// Checks the result of a tool.
pub(crate) fn check_result(text: &str) -> Result<(), Rejection> {
    if text.len() > limits::TOOL_BYTES {
        return Err(Rejection::invalid("/text", format!("it may have {} bytes at most", limits::TOOL_BYTES)));
    }
    Ok(())
}

pub(crate) fn check_answer(bytes: usize) -> Result<(), Rejection> {
    Ok(Limit::TurnBytes.allows(bytes)?)
}

/// Adds a turn. It begins when those before it have ended.
pub(crate) fn add(draft: &mut Draft<'_>, add: AddTurn, ahead: Option<Ahead>) -> Result<TurnId, Rejection> {
    let AddTurn { text, instructions, files, mode, settings, place, busy } = add;
    let mut checks = Checks::default();
    check_message(&mut checks, &text, instructions.as_ref());
    let conversation = &draft.session().conversation;
    if let Place::After(turn) = &place
        && !conversation.turns.contains_key(turn)
    {
        checks.wrong("/parent", "the session has no such turn");
    }
    check_files(&mut checks, &files);
    check_settings(&mut checks, &settings);
    for (index, file) in files.iter().enumerate() {
        if !draft.session().files.all.contains_key(file) {
            checks.wrong(format!("/files/{index}"), "the session has no such file");
        }
    }
    checks.done()?;
    let running = conversation.running.clone();
    let is_busy = running.is_some() || !conversation.queue.is_empty();
    let (mut parent, mut root) = match place {
        Place::Head => (None, false),
        Place::Root => (None, true),
        Place::After(turn) => (Some(turn), false),
    };
    let mut next = false;
    match (busy, running) {
        (Busy::Reject, _) if is_busy => return Err(Rejection::TurnActive),
        (Busy::Interrupt, Some(running)) => {
            next = true;
            let reason = "another message took its place";
            end_running(draft, &running, TurnStatus::Interrupted, ahead, reason)?;
        }
        (Busy::Rollback, Some(running)) => {
            next = true;
            if parent.as_ref() == Some(&running.turn) {
                parent = parent_of(draft, &running.turn);
                root = parent.is_none();
            }
            roll_back(draft, &running)?;
        }
        _ => {}
    }
    let turn_id = draft.turn_id();
    draft.emit(TurnQueued {
        turn_id: turn_id.clone(),
        parent,
        root,
        text,
        instructions,
        files,
        mode,
        settings,
        next,
    })?;
    draft.session().conversation.check_counts()?;
    go_on(draft);
    Ok(turn_id)
}

fn parent_of(draft: &Draft<'_>, turn: &TurnId) -> Option<TurnId> {
    draft.session().conversation.turns.get(turn).and_then(|turn| turn.parent.clone())
}

/// Ends the running turn, and removes it from what was said.
fn roll_back(draft: &mut Draft<'_>, running: &RunningTurn) -> Result<(), Rejection> {
    let parent = parent_of(draft, &running.turn);
    draft.effect(Effect::ClearTimer(LEASE_TIMER.into()));
    draft.emit(TurnEnded {
        turn_id: running.turn.clone(),
        status: TurnStatus::RolledBack,
        text: String::new(),
        reasoning: String::new(),
        finish: None,
        reason: Some("another message took its place".into()),
        usage: None,
        sources: Vec::new(),
        citations: Vec::new(),
    })?;
    draft.emit(HeadMoved { turn_id: parent })?;
    remove_texts(draft, Some(running.turn.clone()));
    Ok(())
}

/// Stops one turn, or all. One that has ended stays as it is: its end was faster.
pub(crate) fn stop(
    draft: &mut Draft<'_>,
    turn: Option<TurnId>,
    ahead: Option<Ahead>,
) -> Result<(), Rejection> {
    let Some(turn) = turn else {
        return end_open(draft, TurnStatus::Stopped, ahead, "it was stopped");
    };
    let conversation = &draft.session().conversation;
    let status = conversation.turns.get(&turn).ok_or(Rejection::TurnNotFound)?.status;
    match (status, conversation.running.clone()) {
        (TurnStatus::Running, Some(running)) => {
            end_running(draft, &running, TurnStatus::Stopped, ahead, "it was stopped")?;
            go_on(draft);
            Ok(())
        }
        (TurnStatus::Queued, _) => end_queued(draft, turn, TurnStatus::Stopped, "it was stopped"),
        _ => Ok(()),
    }
}

/// Lets the next turn follow another one.
pub(crate) fn move_head(draft: &mut Draft<'_>, turn: Option<TurnId>) -> Result<(), Rejection> {
    let conversation = &draft.session().conversation;
    if let Some(turn) = &turn {
        let found = conversation.turns.get(turn).ok_or(Rejection::TurnNotFound)?;
        if !found.is_said() {
            let detail = format!("turn {turn} is {}, and nothing follows it", found.status);
            return Err(Rejection::invalid("/turn_id", detail));
        }
    }
    if conversation.head == turn {
        return Ok(());
    }
    draft.emit(HeadMoved { turn_id: turn })
}

/// Removes all turns, and the files too unless they are to stay.
pub(crate) fn clear(draft: &mut Draft<'_>, keep_files: bool) -> Result<(), Rejection> {
    if !keep_files {
        files::rules::clear(draft)?;
    }
    if draft.session().conversation.turns.is_empty() {
        return Ok(());
    }
    end_open(draft, TurnStatus::Stopped, None, "the conversation was cleared")?;
    draft.emit(ConversationCleared {})?;
    remove_texts(draft, None);
    Ok(())
}

/// Has the texts of a turn, or of all, removed from the journal.
fn remove_texts(draft: &mut Draft<'_>, turn: Option<TurnId>) {
    let key = turn.as_ref().map_or_else(|| "texts".to_owned(), |turn| format!("texts/{turn}"));
    let through = draft.session().revision;
    let action = TimerAction::RemoveTexts { turn, through };
    draft.effect(Effect::SetTimer(Timer { key, at: draft.now(), action }));
}

/// Begins the next turn, if none runs: the receipt says which, and the number of its runner.
pub(crate) fn begin(draft: &mut Draft<'_>) -> Result<Receipt, Rejection> {
    let conversation = &draft.session().conversation;
    let (None, Some(turn_id)) = (&conversation.running, conversation.queue.front().cloned()) else {
        return Ok(Receipt::Nothing);
    };
    let runner = conversation.runners + 1;
    let parent = match conversation.turns.get(&turn_id) {
        Some(turn) if turn.root || turn.parent.is_some() => turn.parent.clone(),
        _ => conversation.head.clone(),
    };
    draft.emit(TurnBegan { turn_id: turn_id.clone(), parent, runner })?;
    draft.emit(HeadMoved { turn_id: Some(turn_id.clone()) })?;
    draft.effect(Effect::ClearTimer(QUEUE_TIMER.into()));
    renew(draft, runner);
    Ok(Receipt::Turn { turn_id, runner: Some(runner) })
}

/// More of an answer is known. Without text it says that the runner is still there: only the lease is renewed.
pub(crate) fn progress(
    draft: &mut Draft<'_>,
    turn: &TurnId,
    runner: u64,
    text: String,
    reasoning: String,
    sources: Vec<Source>,
) -> Result<(), Rejection> {
    let running = runs(draft, turn, runner)?;
    check_answer(running.text.len() + running.reasoning.len() + text.len() + reasoning.len())?;
    check_sources(running.sources.len(), &sources)?;
    if !text.is_empty() || !reasoning.is_empty() || !sources.is_empty() {
        let offset = running.text.len() as u64;
        draft.emit(TurnProgressed { turn_id: turn.clone(), runner, offset, text, reasoning, sources })?;
    }
    renew(draft, runner);
    Ok(())
}

/// A tool is to be called, or gave a result.
pub(crate) fn step(
    draft: &mut Draft<'_>,
    turn: &TurnId,
    runner: u64,
    step: ToolStep,
) -> Result<(), Rejection> {
    let running = runs(draft, turn, runner)?;
    match step {
        ToolStep::Call(CallTool { id, name, arguments, round }) => {
            let (number, offset) = (running.tool_calls + 1, running.text.len() as u64);
            check_call(number, &id, &name, &arguments)?;
            draft.emit(ToolCalled {
                turn_id: turn.clone(),
                runner,
                number,
                id,
                name,
                arguments,
                round,
                offset,
            })
        }
        ToolStep::Answer(AnswerTool { number, failed, text, duration_ms }) => {
            if !running.open_calls.contains(&number) {
                return Err(Rejection::invalid("/number", "no such call waits for a result"));
            }
            check_result(&text)?;
            let status = if failed { ToolStatus::Failed } else { ToolStatus::Completed };
            draft.emit(ToolAnswered { turn_id: turn.clone(), runner, number, status, text, duration_ms })
        }
    }
}

/// The turn is answered, or cannot be.
pub(crate) fn end(draft: &mut Draft<'_>, end: EndTurn) -> Result<(), Rejection> {
    let EndTurn { turn, runner, status, text, reasoning, finish, reason, usage, sources, citations } = end;
    runs(draft, &turn, runner)?;
    if !matches!(status, TurnStatus::Completed | TurnStatus::Failed | TurnStatus::Interrupted) {
        return Err(Rejection::invalid(
            "/status",
            "a runner ends a turn as completed, failed or interrupted",
        ));
    }
    let ended =
        TurnEnded { turn_id: turn, status, text, reasoning, finish, reason, usage, sources, citations };
    crate::session::payload::Payload::check(&ended, draft.session())?;
    draft.effect(Effect::ClearTimer(LEASE_TIMER.into()));
    draft.emit(ended)?;
    go_on(draft);
    Ok(())
}

/// The runner gave no sign of life.
pub(crate) fn expire_lease(draft: &mut Draft<'_>, runner: u64) -> Result<(), Rejection> {
    let running = draft.session().conversation.running.clone();
    if let Some(running) = running.filter(|running| running.runner == runner) {
        end_running(draft, &running, TurnStatus::Interrupted, None, "its process ended")?;
        go_on(draft);
    }
    Ok(())
}

/// Earlier turns are summarised: those that have ended, whatever has been said since. After a clear there is nothing left to
/// summarise, and what comes late is refused.
pub(crate) fn compact(draft: &mut Draft<'_>, compact: Compact) -> Result<(), Rejection> {
    let Compact { through, text, usage } = compact;
    let turn = draft.session().conversation.turns.get(&through).ok_or(Rejection::TurnNotFound)?;
    if !turn.is_said() || turn.status.is_open() {
        return Err(Rejection::invalid("/through", format!("turn {through} is {}", turn.status)));
    }
    let compacted = ConversationCompacted { through, text, usage };
    crate::session::payload::Payload::check(&compacted, draft.session())?;
    draft.emit(compacted)
}

/// Ends all turns that are open.
pub(crate) fn end_open(
    draft: &mut Draft<'_>,
    status: TurnStatus,
    ahead: Option<Ahead>,
    reason: &str,
) -> Result<(), Rejection> {
    let conversation = &draft.session().conversation;
    let (running, queue) = (conversation.running.clone(), conversation.queue.clone());
    for turn in queue {
        end_queued(draft, turn, status, reason)?;
    }
    match running {
        Some(running) => end_running(draft, &running, status, ahead, reason),
        None => Ok(()),
    }
}

fn end_queued(
    draft: &mut Draft<'_>,
    turn_id: TurnId,
    status: TurnStatus,
    reason: &str,
) -> Result<(), Rejection> {
    draft.emit(TurnEnded {
        turn_id,
        status,
        text: String::new(),
        reasoning: String::new(),
        finish: None,
        reason: Some(reason.into()),
        usage: None,
        sources: Vec::new(),
        citations: Vec::new(),
    })?;
    if draft.session().conversation.queue.is_empty() {
        draft.effect(Effect::ClearTimer(QUEUE_TIMER.into()));
    }
    Ok(())
}

/// Ends the running turn with the text that is known of it: that of its process, when that is ahead of the last
/// checkpoint.
fn end_running(
    draft: &mut Draft<'_>,
    running: &RunningTurn,
    status: TurnStatus,
    ahead: Option<Ahead>,
    reason: &str,
) -> Result<(), Rejection> {
    let is_ahead = |ahead: &Ahead| {
        ahead.runner == running.runner
            && ahead.text.starts_with(&running.text)
            && ahead.text.len() + ahead.reasoning.len() <= TEXT_BYTES
            && check_sources(0, &ahead.sources).is_ok()
    };
    let (text, reasoning, sources) = match ahead.filter(is_ahead) {
        Some(ahead) => (ahead.text, ahead.reasoning, ahead.sources),
        None => (running.text.clone(), running.reasoning.clone(), running.sources.clone()),
    };
    draft.effect(Effect::ClearTimer(LEASE_TIMER.into()));
    draft.emit(TurnEnded {
        turn_id: running.turn.clone(),
        status,
        text,
        reasoning,
        finish: None,
        reason: Some(reason.into()),
        usage: None,
        sources,
        citations: Vec::new(),
    })
}

/// Has the next turn begun, when one waits and none runs.
fn go_on(draft: &mut Draft<'_>) {
    let conversation = &draft.session().conversation;
    if conversation.running.is_none() && !conversation.queue.is_empty() {
        draft.effect(Effect::SetTimer(Timer {
            key: QUEUE_TIMER.into(),
            at: draft.now(),
            action: TimerAction::BeginTurn,
        }));
    }
}

/// The runner has the turn for as long again.
fn renew(draft: &mut Draft<'_>, runner: u64) {
    draft.effect(Effect::SetTimer(Timer {
        key: LEASE_TIMER.into(),
        at: draft.now().after(Span::from_millis(limits::TURN_LEASE_MS)),
        action: TimerAction::ExpireTurnLease { runner },
    }));
}

/// The running turn, if it is that one of that runner: what comes from another is refused.
fn runs(draft: &Draft<'_>, turn: &TurnId, runner: u64) -> Result<RunningTurn, Rejection> {
    let running = draft.session().conversation.running.as_deref();
    match running.filter(|running| running.turn == *turn && running.runner == runner) {
        Some(running) if draft.session().status == Status::Active => Ok(running.clone()),
        _ => Err(Rejection::TurnClosed(turn.clone())),
    }
}
