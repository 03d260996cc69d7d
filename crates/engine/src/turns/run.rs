//! How this process answers turns: it begins the next one of a session, has the runner answer it, keeps checkpoints, and
//! gives up as soon as the turn is no longer its own.

use std::sync::Arc;
use std::time::Duration;

use sessiond_core::{
    Command, Compact, EndTurn, Principal, Receipt, Rejection, Revision, Session, SessionId, ToolStep, TurnId,
    TurnStatus, conversation, limits,
};
use tokio::sync::mpsc;

use super::live::{Step, TurnOutput, Written};
use super::{Exchange, TurnFiles, TurnResult, TurnRunner, TurnTexts, TurnToRun};
use crate::actor::Firing;
use crate::reply::Reply;
use crate::turns::texts::{Texts, has_texts};
use crate::{Engine, Error};

/// The time between two checkpoints of a text that grows.
const CHECKPOINT: Duration = Duration::from_secs(1);
/// Checkpoint times without new text after which the lease is renewed: a third of the lease.
const RENEW: u64 = limits::TURN_LEASE_MS / 3_000;
/// How often the end of a turn is written again while the store takes no writes.
const ENDINGS: usize = 30;

/// A turn that this process answers.
struct Run {
    engine: Engine,
    session: SessionId,
    turn: TurnId,
    runner: u64,
    output: Arc<TurnOutput>,
}

impl Engine {
    /// Begins the next turn of a session, if this process answers turns and none runs.
    pub(crate) async fn begin_turn(&self, id: &SessionId, fires: Option<Firing>) -> Result<(), Error> {
        let Some(runner) = self.shared.options.runner.clone().filter(|_| self.answers_turns()) else {
            return Ok(());
        };
        let command = Command::Conversation(conversation::Command::Begin);
        let reply = match fires {
            Some(fires) => self.fire_own(id, command, fires).await?,
            None => self.execute_own(id, command).await?,
        };
        if let Reply { session, receipt: Receipt::Turn { turn_id, runner: Some(number) }, repeated: false } =
            reply
        {
            let (output, steps) = TurnOutput::new(number);
            let output = Arc::new(output);
            self.shared.lives.insert(id, &turn_id, output.clone());
            let run =
                Run { engine: self.clone(), session: id.clone(), turn: turn_id, runner: number, output };
            self.shared.tasks.spawn(run.whole(session, runner, steps));
        }
        Ok(())
    }

    /// The answer and the reasoning of a turn that this process answers, so far.
    pub fn live_turn(&self, id: &SessionId, turn: &TurnId) -> Option<(String, String)> {
        let ahead = self.shared.lives.ahead(id, turn)?;
        Some((ahead.text, ahead.reasoning))
    }

    /// Whether this process answers turns.
    pub(crate) fn answers_turns(&self) -> bool {
        self.shared.options.runner.is_some() && !self.shared.lives.is_closed()
    }

    /// Ends the turns that this process answers, because it stops.
    pub(crate) async fn interrupt_turns(&self) {
        self.shared.lives.close();
        for (session, turn) in self.shared.lives.all() {
            let Some(ahead) = self.shared.lives.ahead(&session, &turn) else { continue };
            let end = EndTurn {
                turn,
                runner: ahead.runner,
                status: TurnStatus::Interrupted,
                text: ahead.text,
                reasoning: ahead.reasoning,
                finish: None,
                reason: Some("its process was stopped".into()),
                usage: None,
                sources: ahead.sources,
                citations: Vec::new(),
            };
            let command = Command::Conversation(conversation::Command::End(Box::new(end)));
            if let Err(error) = self.execute_own(&session, command).await {
                tracing::debug!(%session, %error, "a turn ends by its lease");
            }
        }
    }

    /// Removes the texts of turns from the journal: of one, or of all up to an event.
    pub(crate) async fn remove_texts(
        &self,
        id: &SessionId,
        turn: Option<&TurnId>,
        through: Revision,
    ) -> Result<(), Error> {
        self.erase(id, through, has_texts, |body| body.without_texts(turn)).await
    }
}

impl Run {
    /// Answers the turn, and then forgets it.
    async fn whole(
        self,
        session: Arc<Session>,
        runner: Arc<dyn TurnRunner>,
        mut steps: mpsc::UnboundedReceiver<Step>,
    ) {
        let began = std::time::Instant::now();
        let mut to_run = None;
        let result = match self.to_run(&session).await {
            Ok(turn) => {
                to_run = Some(turn.clone());
                self.answer(turn, &*runner, &mut steps).await
            }
            Err(Error::Closed) => None,
            Err(error) => {
                let failure = Some(format!("what was said before cannot be read: {error}"));
                Some(TurnResult { failure, ..TurnResult::default() })
            }
        };
        let mut is_ended = false;
        if let Some(mut result) = result {
            if let Some(compact) = result.compact.take() {
                to_run = to_run.map(|turn| turn.with_summary(&compact));
                self.compact(compact).await;
            }
            is_ended = self.end(result).await;
        }
        metrics::histogram!("sessiond_turn_seconds").record(began.elapsed().as_secs_f64());
        self.engine.shared.lives.remove(&self.session, &self.turn);
        let Some(turn) = to_run.filter(|_| is_ended) else { return };
        let Written { text: answer, sources, tools, .. } = self.output.written();
        let turn = TurnToRun { sources, tools, ..turn };
        let compact = tokio::select! {
            () = self.engine.shared.stop.cancelled() => None,
            compact = runner.compact(turn, answer) => compact,
        };
        if let Some(compact) = compact {
            self.compact(compact).await;
        }
    }

    /// Writes a summary. One that comes after a clear, or that the store does not take, is done without.
    async fn compact(&self, compact: Compact) {
        let command = Command::Conversation(conversation::Command::Compact(compact));
        if let Err(error) = self.engine.execute_own(&self.session, command).await {
            tracing::debug!(session = %self.session, turn = %self.turn, %error, "no summary");
        }
    }

    /// What the runner needs to know: the turn, and the path to it.
    async fn to_run(&self, session: &Session) -> Result<TurnToRun, Error> {
        let conversation = &session.conversation;
        let mut path = conversation.path(Some(&self.turn));
        path.pop(); // The turn itself.
        let summary = conversation.summary(Some(&self.turn));
        if let Some((through, _)) = summary {
            let summarised = path.iter().position(|turn| turn.id == *through).map_or(0, |place| place + 1);
            path.drain(..summarised);
        }
        // Of a long journal, no more is read than what the turn needs.
        let queued =
            path.iter().map(|turn| turn.seq).chain(conversation.turns.get(&self.turn).map(|turn| turn.seq));
        let first = queued.chain(summary.map(|(_, seq)| seq)).min().unwrap_or(1);
        let Texts { turns: mut texts, mut summaries } =
            self.engine.texts_until(&self.session, first.saturating_sub(1), |_| false).await?;
        let summary = summary.map(|(through, _)| summaries.remove(through).unwrap_or_default());
        let before = path
            .into_iter()
            .map(|turn| {
                let said = texts.remove(&turn.id).unwrap_or_default();
                let TurnTexts { message, instructions, answer, mode, sources, tools, .. } = said;
                let (turn_id, status) = (turn.id.clone(), turn.status);
                Exchange { turn_id, status, message, instructions, answer, mode, sources, tools }
            })
            .collect();
        let said = texts.remove(&self.turn).unwrap_or_default();
        Ok(TurnToRun {
            session_id: self.session.clone(),
            turn_id: self.turn.clone(),
            assistant: (*conversation.assistant).clone(),
            text: said.message,
            instructions: said.instructions,
            files: said.files,
            mode: said.mode,
            settings: said.settings,
            library: self.library(session),
            next_source: conversation.sources.saturating_add(1),
            sources: Vec::new(),
            tools: Vec::new(),
            summary,
            before,
        })
    }

    /// The files of the session.
    fn library(&self, session: &Session) -> Option<TurnFiles> {
        let directory = self.engine.files_directory(&self.session)?;
        Some(TurnFiles { directory, all: session.files.all.values().cloned().collect() })
    }

    /// Has the runner answer the turn. None when the turn is no longer this process's.
    async fn answer(
        &self,
        turn: TurnToRun,
        runner: &dyn TurnRunner,
        steps: &mut mpsc::UnboundedReceiver<Step>,
    ) -> Option<TurnResult> {
        let mut watch = self.engine.watch(&Principal::engine(), &self.session, None).await.ok()?;
        let stop = &self.engine.shared.stop;
        let mut work = runner.run(turn, &self.output);
        let (mut text, mut reasoning, mut sources, mut quiet) = (0, 0, 0, 0);
        // One wait over all that is seen meanwhile: a busy session must not put the checkpoint off.
        let mut due = self.engine.clock().sleep(CHECKPOINT);
        loop {
            tokio::select! {
                biased;
                () = stop.cancelled() => return None,
                seen = watch.next() => match seen {
                    Some(Ok(_)) if self.is_mine().await => {}
                    _ => return None,
                },
                Some((step, done)) = steps.recv() => {
                    let new = self.output.after(text, reasoning, sources);
                    let (more, thought, given) = (new.text.len(), new.reasoning.len(), new.sources.len());
                    let is_written = self.checkpoint(new, Some(step)).await;
                    if is_written {
                        (text, reasoning, sources, quiet) = (text + more, reasoning + thought, sources + given, 0);
                    }
                    // Who waited for it may have ended.
                    let _ = done.send(is_written);
                }
                result = &mut work => return Some(result),
                () = &mut due => {
                    due = self.engine.clock().sleep(CHECKPOINT);
                    let new = self.output.after(text, reasoning, sources);
                    quiet += 1;
                    if new == Written::default() && quiet < RENEW {
                        continue;
                    }
                    let (more, thought, given) = (new.text.len(), new.reasoning.len(), new.sources.len());
                    if self.checkpoint(new, None).await {
                        (text, reasoning, sources, quiet) = (text + more, reasoning + thought, sources + given, 0);
                    }
                }
            }
        }
    }

    /// Whether the turn still runs here.
    async fn is_mine(&self) -> bool {
        let session = self.engine.session(&Principal::engine(), &self.session).await;
        session.is_ok_and(|session| {
            let running = session.conversation.running.as_ref();
            running.is_some_and(|running| running.turn == self.turn && running.runner == self.runner)
        })
    }

    /// Makes the text so far durable, and a step of a tool after it. False if that failed: the text is tried again with more.
    async fn checkpoint(&self, new: Written, step: Option<ToolStep>) -> bool {
        let (turn, runner) = (self.turn.clone(), self.runner);
        let Written { text, reasoning, sources, tools: _ } = new;
        let command = conversation::Command::Progress { turn, runner, text, reasoning, sources, step };
        match self.engine.execute_own(&self.session, Command::Conversation(command)).await {
            Ok(_) => true,
            Err(error) => {
                tracing::debug!(session = %self.session, turn = %self.turn, %error, "no checkpoint");
                false
            }
        }
    }

    /// Writes the end; whether it is written. A turn that somebody else has ended stays as it is.
    async fn end(&self, result: TurnResult) -> bool {
        let TurnResult { failure, note, finish, usage, citations, compact: _ } = result;
        let written = self.output.written();
        let end = EndTurn {
            turn: self.turn.clone(),
            runner: self.runner,
            status: if failure.is_some() { TurnStatus::Failed } else { TurnStatus::Completed },
            text: written.text,
            reasoning: written.reasoning,
            finish: finish.map(|finish| line(&finish, limits::NAME_BYTES)),
            reason: failure.or(note).map(|reason| line(&reason, limits::TEXT_BYTES)),
            usage,
            sources: written.sources,
            citations,
        };
        for _ in 0..ENDINGS {
            let command = Command::Conversation(conversation::Command::End(Box::new(end.clone())));
            match self.engine.execute_own(&self.session, command).await {
                Ok(_) => return true,
                Err(
                    Error::Closed | Error::Rejected(Rejection::TurnClosed(_) | Rejection::SessionNotFound),
                ) => return false,
                Err(Error::Rejected(error)) => {
                    tracing::error!(session = %self.session, turn = %self.turn, %error, "a turn cannot end");
                    return false;
                }
                Err(error) => {
                    tracing::warn!(session = %self.session, turn = %self.turn, %error, "the end of a turn waits");
                    self.engine.clock().sleep(CHECKPOINT).await;
                }
            }
        }
        false
    }
}

/// A text of a provider, with no more bytes than may be kept, in one line.
fn line(text: &str, most: usize) -> String {
    let text: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    text[..text.floor_char_boundary(most)].to_owned()
}
