//! Following a turn: everything of its answer so far, then the rest as it comes, then its end.

use std::sync::Arc;

use sessiond_core::{Principal, Rejection, Session, SessionId, ToolStatus, ToolUse, TurnId, TurnStatus};

use super::live::{TurnOutput, Written, from};
use crate::watch::Watch;
use crate::{Engine, Error};

/// What a reader of a turn sees.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TurnItem {
    /// It waits, after so many others.
    Queued {
        /// How many turns come before it.
        before: usize,
    },
    /// More of the answer.
    Text {
        /// The bytes of the answer before it. With 0, what the reader had before is void.
        offset: usize,
        /// The text.
        text: String,
    },
    /// More of the model's reasoning.
    Reasoning {
        /// The bytes of the reasoning before it.
        offset: usize,
        /// The text.
        text: String,
    },
    /// The model calls a tool, or the tool gave a result. It comes after the text that stands before the call.
    Tool(Box<ToolUse>),
    /// The turn has ended so.
    Ended(TurnStatus),
}

/// A live view of a turn. A reader that is slow gets more at a time: nothing waits for it.
pub struct TurnFollow {
    engine: Engine,
    principal: Principal,
    session: SessionId,
    turn: TurnId,
    watch: Watch,
    text: usize,
    reasoning: usize,
    /// The calls of tools that the reader has seen, as it has seen them.
    tools: Vec<ToolStatus>,
    before: Option<usize>,
    ended: bool,
}

impl Engine {
    /// A live view of a turn's answer from a byte of its text on.
    pub async fn follow_turn(
        &self,
        principal: &Principal,
        id: &SessionId,
        turn: &TurnId,
        offset: usize,
    ) -> Result<TurnFollow, Error> {
        let watch = self.watch(principal, id, None).await?;
        let session = self.session(principal, id).await?;
        if !session.conversation.turns.contains_key(turn) {
            return Err(Rejection::TurnNotFound.into());
        }
        Ok(TurnFollow {
            engine: self.clone(),
            principal: principal.clone(),
            session: id.clone(),
            turn: turn.clone(),
            watch,
            text: offset,
            reasoning: 0,
            tools: Vec::new(),
            before: None,
            ended: false,
        })
    }
}

impl TurnFollow {
    /// The bytes of text that the reader has.
    pub fn offset(&self) -> usize {
        self.text
    }

    /// The next item; none after the end. It may be dropped while it waits, and called again.
    pub async fn next(&mut self) -> Result<Option<TurnItem>, Error> {
        while !self.ended {
            // What is written from here on wakes this reader, so that nothing is missed between the look and the wait.
            let lives = &self.engine.shared.lives;
            // A turn is known to have begun before its output is there.
            let begun = lives.subscribe();
            let output = lives.get(&self.session, &self.turn);
            let mut changes = output.as_ref().map_or(begun, |output| output.subscribe());
            let session = self.engine.session(&self.principal, &self.session).await?;
            let status = session.conversation.turns.get(&self.turn).map(|turn| (turn.status, turn.seq));
            let (status, seq) = status.ok_or(Rejection::TurnNotFound)?;
            let item = match status {
                TurnStatus::Queued => self.queued(&session),
                TurnStatus::Running => self.written(&session, output.as_deref()),
                ended => {
                    let said = self.engine.texts_of_turn(&self.session, &self.turn, seq).await?;
                    let more = self.more(&Written {
                        text: said.answer,
                        reasoning: said.reasoning,
                        tools: said.tools,
                        ..Written::default()
                    });
                    Some(more.unwrap_or_else(|| {
                        self.ended = true;
                        TurnItem::Ended(ended)
                    }))
                }
            };
            if item.is_some() {
                return Ok(item);
            }
            tokio::select! {
                // The output is gone when the turn has ended, of which the watch tells.
                Ok(()) = changes.changed() => {}
                seen = self.watch.next() => match seen {
                    Some(Ok(_)) => {}
                    Some(Err(error)) => return Err(error),
                    None if self.engine.is_closed() => return Err(Error::Closed),
                    // The session has ended, and with it the turn; or it was deleted.
                    None => {
                        let session = self.engine.session(&self.principal, &self.session).await?;
                        let turn = session.conversation.turns.get(&self.turn).ok_or(Rejection::TurnNotFound)?;
                        if turn.status.is_open() {
                            return Err(Rejection::SessionEnded(session.status).into());
                        }
                    }
                },
            }
        }
        Ok(None)
    }

    fn queued(&mut self, session: &Session) -> Option<TurnItem> {
        let conversation = &session.conversation;
        let place = conversation.queue.index_of(&self.turn).unwrap_or_default();
        let before = place + usize::from(conversation.running.is_some());
        (self.before.replace(before) != Some(before)).then_some(TurnItem::Queued { before })
    }

    /// What is new of a turn that runs: here, or in another process up to its last checkpoint.
    fn written(&mut self, session: &Session, output: Option<&TurnOutput>) -> Option<TurnItem> {
        match output {
            Some(output) => output.read(|written| self.more(written)),
            None => {
                let running: &Arc<_> = session.conversation.running.as_ref()?;
                let (text, reasoning) = (running.text.clone(), running.reasoning.clone());
                self.more(&Written { text, reasoning, ..Written::default() })
            }
        }
    }

    fn more(&mut self, written: &Written) -> Option<TurnItem> {
        // A crash took what was shown before it was durable.
        if self.text > written.text.len() {
            self.text = 0;
            if written.text.is_empty() {
                return Some(TurnItem::Text { offset: 0, text: String::new() });
            }
        }
        if self.reasoning < written.reasoning.len() {
            let offset = std::mem::replace(&mut self.reasoning, written.reasoning.len());
            return Some(TurnItem::Reasoning { offset, text: from(&written.reasoning, offset) });
        }
        // A call stands after the text before it.
        let called = written.tools.get(self.tools.len());
        let end = called.map_or(usize::MAX, |tool| usize::try_from(tool.offset).unwrap_or(usize::MAX));
        let end = written.text.floor_char_boundary(end);
        if self.text < end {
            let text = from(&written.text[..end], self.text);
            let offset = end - text.len();
            self.text = end;
            return Some(TurnItem::Text { offset, text });
        }
        let seen = self.tools.iter().zip(&written.tools).position(|(seen, tool)| *seen != tool.status);
        let number = seen.or_else(|| called.map(|_| self.tools.len()))?;
        let tool = &written.tools[number];
        self.tools.resize(self.tools.len().max(number + 1), tool.status);
        self.tools[number] = tool.status;
        Some(TurnItem::Tool(Box::new(tool.clone())))
    }
}
